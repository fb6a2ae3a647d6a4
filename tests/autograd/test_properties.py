"""What holds for every operation whatever its numbers: each example is one case of every row."""

import matrix
import numpy as np
import pytest
from evidence import Run, data, inner, is_float, kind_of, leaf, listed, moved, pulled, setting
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Node, history
from autograd.op import Op
from autograd.transforms import jvp, vjp

DIFFERENTIABLE = [row for row in matrix.ROWS if row.order]
ALL_CASES = [list(row.cases()) for row in DIFFERENTIABLE]
SEEDS = st.integers(0, 2**31)

often = settings(max_examples=30, deadline=None, derandomize=True, database=None)


def one_of_each(seed):
    """A case of every operation, with inputs and numbers of its own."""
    for cases in ALL_CASES:
        yield cases[seed % len(cases)], seed


def function_of(case, inputs):
    """The case as a function of its float inputs, which returns its float results."""

    def function(*floats):
        rest = iter(floats)
        results = listed(case.ours(*[next(rest) if is_float(x) else x for x in inputs]))
        return tuple([x for x in results if isinstance(x, Node)])

    return function, tuple([x for x in inputs if is_float(x)])


def vectors_like(arrays, seed):
    rng = np.random.default_rng(seed)
    return tuple([kind_of(x, rng.normal(size=np.shape(x))) for x in map(data, arrays)])


@often
@given(SEEDS)
def test_u_times_Jv_is_Jtu_times_v(seed):  # noqa: N802
    for case, own in one_of_each(seed):
        function, x = function_of(case, case.inputs(own))
        y, pull = vjp(function, *x)
        u, v = vectors_like(y, seed), vectors_like(x, seed + 1)
        forward = inner(u, jvp(function, x, v)[1])
        backward = inner(pull(u), v)
        assert np.isclose(forward, backward, 1e-9, 1e-9), (str(case), forward, backward)


@often
@given(SEEDS, st.floats(-3, 3), st.floats(-3, 3))
def test_every_vjp_is_linear_in_what_arrives(seed, a, b):
    for case, own in one_of_each(seed):
        function, x = function_of(case, case.inputs(own))
        y, pull = vjp(function, *x)
        u, w = vectors_like(y, seed), vectors_like(y, seed + 1)
        both = pull(tuple([kind_of(p, a * p + b * q) for p, q in zip(u, w, strict=True)]))
        for whole, p, q in zip(both, pull(u), pull(w), strict=True):
            size = 1 + np.max(np.abs(p), initial=0) + np.max(np.abs(q), initial=0)
            assert np.allclose(whole, a * p + b * q, 1e-9, 1e-9 * size), str(case)


@often
@given(SEEDS, st.sampled_from(["float32", "float64"]))
def test_a_gradient_has_its_inputs_type_shape_and_dtype_and_inputs_stay(seed, dtype):
    for case, own in one_of_each(seed):
        inputs, _, weights, _ = setting(case, own)
        inputs, weights = [
            [x.astype(dtype) if is_float(x) and type(x) is not float else x for x in xs]
            for xs in (inputs, weights)
        ]
        before = [np.copy(x) for x in inputs]
        run = Run(case, inputs, weights, [])
        for node, g in zip(run.leaves, run.gradient(1), strict=True):
            x = node._data
            kinds = [(type(a), np.shape(a), getattr(a, "dtype", float)) for a in (x, g)]
            assert kinds[0] == kinds[1], str(case)
        assert all([np.array_equal(x, old) for x, old in zip(inputs, before, strict=True)])


def disconnected(case):
    """What gradients depend on without a way to it in their record: (gradient by i, input j).

    A gradient depends on an input if it changes when the input does. What arrives counts as the
    last input.
    """
    inputs, _, weights, (v, *_) = setting(case, 0)
    run = Run(case, inputs, weights, [])
    starts = [leaf(w) for w in weights]
    plain, recorded = run.gradient(1), pulled(run.results, starts, run.leaves, graph=True)
    records = [set(history(g)) if isinstance(g, Node) else set() for g in recorded]
    elsewhere = []
    for j in range(len(v)):
        only = [direction if i == j else 0 * direction for i, direction in enumerate(v)]
        elsewhere.append(Run(case, moved(inputs, only, 1e-3), weights, []).gradient(1))
    elsewhere.append(Run(case, inputs, [2 * w for w in weights], []).gradient(1))
    ways = [*[{node} for node in run.leaves], {node for node in starts if isinstance(node, Node)}]
    return [
        (i, j)
        for j, others in enumerate(elsewhere)
        for i, (g, other) in enumerate(zip(plain, others, strict=True))
        if not np.allclose(g, other, 0, 1e-7) and not records[i] & ways[j]
    ]


@pytest.mark.parametrize("cases", ALL_CASES, ids=[row.names[0] for row in DIFFERENTIABLE])
def test_every_rule_on_nodes_stays_connected_to_what_it_depends_on(cases):
    assert [(str(case), lost) for case in cases if (lost := disconnected(case))] == []


@pytest.mark.parametrize(
    ("rule", "lost"),
    [
        (lambda g, z, x: g * 2 * x, []),
        (lambda g, z, x: g * 2 * data(x), [(0, 0)]),
        (lambda g, z, x: data(g) * 2 * x, [(0, 1)]),
    ],
)
def test_a_rule_that_leaves_the_graph_is_found(rule, lost):
    square = Op("square", lambda x: x * x, rule)
    row = matrix.row("square", ours=square, order=2)
    assert disconnected(matrix.Case(row, ((3,),), {})) == lost
