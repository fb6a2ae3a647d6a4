"""Values and derivatives against PyTorch's, stored by tests/golden/make_ops.py."""

import json
import math
from pathlib import Path

import matrix
import numpy as np
import pytest
from evidence import Run, data

STORED = dict(np.load(Path(__file__).parents[1] / "golden" / "ops.npz"))
INDEX = json.loads(str(STORED["index"]))


def read() -> dict[str, dict[str, dict[str, list[np.ndarray]]]]:
    """The stored arrays, by operation and case, cut out of one vector in the order of the index."""
    at, golden = 0, {}
    for name, cases in INDEX.items():
        for label, arrays in cases.items():
            for kind, shapes in arrays.items():
                for shape in shapes:
                    size = math.prod(shape)
                    array = STORED["numbers"][at : at + size].reshape(shape)
                    entry = golden.setdefault(name, {}).setdefault(label, {})
                    entry.setdefault(kind, []).append(array)
                    at += size
    assert at == STORED["numbers"].size
    return golden


GOLDEN = read()
CASES = {str(case): case for row in matrix.ROWS for case in row.cases()}


def as_floats(results):
    return [np.asarray(data(x), float) for x in results]


@pytest.mark.parametrize("name", GOLDEN)
def test_values_gradients_and_second_derivatives_equal_pytorchs(name):
    for label, golden in GOLDEN[name].items():
        case = CASES[label]
        kinds = [np.asarray(x).dtype for x in case.inputs()]
        inputs = [x.astype(kind) for x, kind in zip(golden["x"], kinds, strict=True)]
        run = Run(case, inputs, golden["w"], [golden["v"]])
        found = {"f": run.results, "first": run.gradient(1), "second": run.gradient(2)}
        for kind, arrays in found.items():
            for x, expected in zip(as_floats(arrays), golden[kind], strict=True):
                note = f"{kind} of {label}"
                np.testing.assert_allclose(x, expected, rtol=1e-9, atol=1e-11, err_msg=note)


def test_every_operation_that_pytorch_has_is_stored():
    has = {row.names[0] for row in matrix.ROWS if row.in_torch and row.order}
    assert has == set(GOLDEN)
