"""Every operation, at every rank, in every form, to every order that is claimed."""

from types import FunctionType

import matrix
import pytest
from evidence import check

import autograd

IDS = [row.names[0] for row in matrix.ROWS]


def public_operations() -> set[str]:
    """The name of every public function of the derivative table."""
    plain = {name: getattr(autograd, name) for name in autograd.__all__}
    linalg = {f"linalg.{name}": getattr(autograd.linalg, name) for name in autograd.linalg.__all__}
    again = {name for name, f in linalg.items() if f is plain.get(name.removeprefix("linalg."))}
    return {
        name
        for name, f in {**plain, **linalg}.items()
        if isinstance(f, FunctionType) and name not in again
        and f.__module__.startswith(("autograd.ops.", "autograd.linalg"))
    }  # fmt: skip


def test_every_public_operation_has_a_row_and_every_row_is_public():
    rows = {name for row in matrix.ROWS for name in row.names}
    assert rows == public_operations() | set(matrix.BESIDES)


def test_every_case_has_a_name_of_its_own():
    names = [str(case) for row in matrix.ROWS for case in row.cases()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("row", matrix.ROWS, ids=IDS)
def test_values_derivatives_layouts_and_dtypes(row):
    cases = list(row.cases())
    assert cases
    for case in cases:
        check(case)
    matrix.COUNTS["cases"] = matrix.COUNTS.get("cases", 0) + len(cases)
