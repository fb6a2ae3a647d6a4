"""Programs in machine code: what numba makes of them is what eager computes."""

import sys

import numpy as np
import pytest
from matrix import ROWS

import autograd
import nn
from autograd import GraphError, Tensor, Value, compile, dot, relu, tanh, where

rng = np.random.default_rng(0)


def of_numbers():
    """For every operation that takes single numbers, a case of it."""
    for row in ROWS:
        for case in row.cases() if row.order else ():
            if all([shape is None for shape in case.shapes]) and not case.static:
                yield case
                break


@pytest.mark.numba
def test_every_operation_on_numbers():
    cases = list(of_numbers())
    assert len(cases) > 50
    for case in cases:
        first, then = case.inputs(1), case.inputs(2)
        argnum = tuple(range(len(first)))

        def f(*xs, case=case):
            return case.ours(*xs) * 1.5

        value, slopes = compile(f, *first, grad=argnum, backend="numba")(*then)
        expected, exact = autograd.value_and_grad(f, argnum)(*then)
        np.testing.assert_allclose([value, *slopes], [expected, *exact], 1e-11, err_msg=str(case))


def network(activation):
    autograd.manual_seed(0)
    model = nn.MLP(2, [5, 4, 1], activation=activation)

    def loss(x1, x2, y):
        w = model.parameters()
        return relu(1 - model([x1, x2]) * y) + 0.01 * dot(w, w)

    return model, loss


@pytest.mark.numba
@pytest.mark.parametrize("reduce", ["mean", "sum"])
@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_a_batch_is_a_loop_over_its_samples(activation, reduce):
    samples = [rng.normal(size=9), rng.normal(size=9), rng.choice([-1.0, 1.0], 9)]
    found = {}
    for backend in ("numpy", "numba"):
        model, loss = network(activation)
        step = compile(
            loss, 0.1, 0.2, 1.0, grad=(0, 2), batch=("x1", "x2", "y"), reduce=reduce,
            backend=backend,
        )  # fmt: skip
        value, slopes = step(*samples)
        found[backend] = [value, *slopes[0], *slopes[1], *[w.grad for w in model.parameters()]]
    np.testing.assert_allclose(found["numba"], found["numpy"], 1e-12, 1e-14)


@pytest.mark.numba
def test_the_side_of_every_choice_is_taken_anew():
    def f(x, y):
        return where(x > y, x * x, tanh(y)) + relu(x - y)

    step = compile(f, 2.0, 1.0, grad=(0, 1), backend="numba")
    for at in ((2.0, 1.0), (1.0, 2.0), (-3.0, 0.5)):
        value, slopes = step(*at)
        expected, exact = autograd.value_and_grad(f, (0, 1))(*at)
        np.testing.assert_allclose([value, *slopes], [expected, *exact], 1e-14)


@pytest.mark.numba
def test_what_floats_cannot_give_is_infinite_as_in_eager():
    step = compile(lambda x: 1 / x, 2.0, backend="numba")
    value, slope = step(0.0)
    assert value == np.inf
    assert slope == -np.inf


@pytest.mark.numba
def test_parameters_are_read_at_every_call_and_receive_gradients():
    w = Value(2.0, name="w")
    step = compile(lambda x: w * w * x, 1.0, backend="numba")
    for number in (2.0, 5.0):
        w.data, w.grad = number, None
        assert step(3.0) == (number**2 * 3, number**2)
        assert w.grad == 2 * number * 3


@pytest.mark.numba
def test_what_has_no_machine_code_is_refused():
    with pytest.raises(GraphError, match="computes with floats alone"):
        compile(lambda x: x.sum(), np.ones(3), backend="numba")
    with pytest.raises(GraphError, match="draws from a generator of its own"):
        compile(lambda x: nn.Dropout(0.5)(x * x), 1.0, backend="numba")
    with pytest.raises(GraphError, match="more than one number"):
        compile(lambda x: (x * x, x), 1.0, batch="x", backend="numba")
    with pytest.raises(GraphError, match="floats alone"):
        compile(lambda x: (x * Tensor([1.0, 2.0])).sum(), 1.0, backend="numba")


def test_without_numba_there_is_a_word_of_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "numba", None)
    with pytest.raises(GraphError, match=r'pip install "chainrule\[numba\]"'):
        compile(lambda x: x * x, 1.0, backend="numba")
