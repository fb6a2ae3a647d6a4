"""checkpoint: the same values and gradients at every order, with less kept in between."""

import gc
import tracemalloc

import numpy as np
import pytest

import autograd
import nn
from autograd import GraphError, Node, Tensor, Value, checkpoint, grad, gradcheck, history, no_grad

x0 = np.array([0.3, -0.8, 1.1])


def block(x, steps=10):
    for _ in range(steps):
        x = np.sin(x) + x * 0.1
    return x


def live_nodes():
    gc.collect()
    return sum(issubclass(type(thing), Node) for thing in gc.get_objects())


def test_values_and_gradients_are_the_same_to_the_last_bit():
    results = []
    for f in (block, checkpoint(block)):
        x = Tensor(x0, requires_grad=True)
        y = (f(np.exp(x)) ** 2).sum()
        y.backward()
        results.append((y.data.tolist(), x.grad.tolist()))
    assert results[0] == results[1]


def test_right_to_third_order():
    f = checkpoint(lambda x, y: np.sin(x * y) * x)
    gradcheck(f, (x0, x0 + 1), order=3)
    gradcheck(f, (0.4, 0.7), order=3)
    assert grad(grad(checkpoint(lambda x: x**4)))(2.0) == 48.0


def test_parameters_that_f_uses_receive_their_gradient():
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
    results = []
    for f in (model, checkpoint(model)):
        model.zero_grad()
        f(Tensor(x0[None, :])).sum().backward()
        results.append([p.grad.tolist() for p in model.parameters()])
    assert results[0] == results[1]


def test_any_structure_of_arguments_and_several_results():
    @checkpoint
    def f(parts, *, scale):
        return parts["a"] * scale, parts["b"] * parts["a"]

    gradcheck(lambda a, b: sum(f({"a": a, "b": b}, scale=b)), (1.5, 0.5), order=2)
    gradcheck(lambda a, b: f({"a": a, "b": b}, scale=b)[1], (x0, x0 + 1), order=2)
    assert f.__name__ == "f"


def test_dropout_draws_the_same_mask_again_and_later_draws_are_not_disturbed():
    results = []
    drop = nn.Dropout(0.5)
    for wrap in (lambda f: f, checkpoint):
        autograd.manual_seed(3)
        x = Tensor(np.ones(50), requires_grad=True)
        y = wrap(lambda x: np.exp(drop(x)))(x).sum()
        between = autograd.randn(2).tolist()
        y.backward()
        results.append((x.grad.tolist(), between, autograd.randn(2).tolist()))
    assert results[0] == results[1]


def test_fewer_nodes_and_bytes_are_kept():
    kept = {}
    for name, f in {"plain": block, "checkpoint": checkpoint(block)}.items():
        x = Tensor(np.ones(20_000), requires_grad=True)
        before = live_nodes()
        tracemalloc.start()
        y = f(f(x)).sum()
        kept[name] = (live_nodes() - before, tracemalloc.get_traced_memory()[0], len(history(y)))
        tracemalloc.stop()
    assert kept["checkpoint"][0] <= 6 < 40 < kept["plain"][0]
    assert kept["checkpoint"][1] < kept["plain"][1] / 8
    assert kept["checkpoint"][2] == 4


def test_the_peak_of_a_whole_step_is_lower():
    peaks = []
    for f in (block, checkpoint(block)):
        x = Tensor(np.ones(20_000), requires_grad=True)
        tracemalloc.start()
        h = x
        for _ in range(10):
            h = f(h)
        h.sum().backward()
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] / 3


def test_nothing_to_record_is_passed_through():
    w = Value(2.0)
    assert checkpoint(lambda x: x * 2)(3.0) == 6.0
    assert checkpoint(lambda x: x)(w) is w
    with no_grad():
        assert not checkpoint(lambda x: x * x)(w).requires_grad


def test_nested():
    inner = checkpoint(lambda x: np.sin(x) * x)
    gradcheck(checkpoint(lambda x: inner(inner(x))), x0, order=2)


def test_transforms_inside():
    f = lambda y: grad(lambda z: z**3 * y)(y)  # 3 y^3
    assert checkpoint(f)(2.0) == 24.0
    assert grad(checkpoint(f))(2.0) == grad(lambda x: checkpoint(f)(x))(2.0) == 36.0
    assert grad(grad(checkpoint(f)))(2.0) == 36.0
    w = Value(2.0)
    checkpoint(f)(w).backward()
    assert w.grad == 36.0


def test_hooks_outside_are_called_once():
    called = []
    w = Value(3.0)
    h = w * w
    h.register_hook(called.append)
    checkpoint(lambda x: x * h)(Value(2.0)).backward()
    assert called == [2.0]
    assert w.grad == 12.0


def test_a_function_that_does_something_else_the_second_time_is_refused():
    calls = []

    def f(x):
        calls.append(1)
        return x * len(calls)

    w = Value(2.0)
    y = checkpoint(f)(w)
    with pytest.raises(GraphError, match="gave another result"):
        y.backward()
    assert w.grad is None


def test_a_parameter_changed_in_between_is_refused():
    w = Value(2.0, name="w")
    y = checkpoint(lambda x: x * w)(Value(3.0))
    w.data = 5.0
    with pytest.raises(GraphError, match="'w' was changed after it was used"):
        y.backward()
