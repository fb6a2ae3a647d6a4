"""detect_anomaly finds the first nan and hidden writes; memory_saver frees the graph."""

import asyncio
import gc
import re
import threading
import tracemalloc

import numpy as np
import pytest

import autograd
from autograd import (
    GraphError,
    Node,
    Tensor,
    Value,
    detect_anomaly,
    grad,
    gradients,
    memory_saver,
    no_grad,
    where,
)  # fmt: skip
from autograd.watch import users_line

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::autograd.Hint")


def told(caught):
    return " ".join(str(caught.value).split())


def test_the_operation_its_input_and_the_line_are_named():
    p = Tensor([0.0, 1.0], requires_grad=True, name="p")
    with pytest.raises(GraphError) as caught, detect_anomaly():
        p.log()  # here it happens
    words = r"op 'log' made -inf from finite numbers: 'p' with min = 0, max = 1; in test_watch.py, "
    assert re.search(words + r"line \d+: p\.log\(\) # here it happens", told(caught))
    assert "(p + 1e-12).log()" in told(caught)
    with detect_anomaly():
        (p + 1e-12).log().sum().backward()
    assert np.isfinite(p.grad).all()


APPEARS = {
    "0 / 0": lambda x: (x - x) / (x - x),
    "1 / 0": lambda x: 1 / (x - x),
    "exp": lambda x: (x * 1e4).exp(),
    "sqrt of a negative number": lambda x: (-x).sqrt(),
    "inf - inf": lambda x: (x + np.inf) - np.inf,
    "nan in the data": lambda x: x * np.nan,
    "through NumPy": lambda x: np.log(x - x),
    "without a gradient": lambda x: x.detach() / 0.0,
}


@pytest.mark.parametrize("name", APPEARS)
@pytest.mark.parametrize("make", [Value, lambda x: Tensor([x, 2.0], requires_grad=True)])
def test_nan_and_inf_are_found_where_they_appear(name, make):
    with pytest.raises(GraphError, match="E21"), detect_anomaly():
        APPEARS[name](make(1.0))
    APPEARS[name](make(1.0))  # and outside nothing is looked at


def test_an_inf_that_was_given_is_let_through_as_in_a_mask():
    scores = Tensor([1.0, 2.0, 3.0], requires_grad=True)
    with detect_anomaly():
        where(np.array([True, True, False]), scores, -np.inf).softmax().sum().backward()
    assert np.isfinite(scores.grad).all()


def test_a_gradient_that_does_not_exist_is_found():
    x = Tensor([0.0, 4.0], requires_grad=True, name="x")
    with detect_anomaly():
        y = x.cbrt() * 2
        with pytest.raises(GraphError, match="op 'cbrt' sends to 'x' is inf") as caught:
            y.sum().backward()
        with pytest.raises(GraphError, match="E21"):
            y.sum().backward(create_graph=True)
    assert "y = x.cbrt() * 2" in told(caught)
    assert x.grad is None


def test_transforms_are_watched_too():
    x = Value(0.0)
    cube_root = x.cbrt()
    with detect_anomaly():
        with pytest.raises(GraphError, match="E21"):
            grad(lambda x: x.cbrt())(0.0)
        with pytest.raises(GraphError, match="E21"):
            gradients(cube_root, x)
        assert grad(grad(lambda x: x**3))(2.0) == 12.0


@pytest.mark.parametrize("which", ["input", "output", "leaf"])
def test_a_write_through_the_raw_array_is_caught(which):
    x = Tensor([1.0, 2.0], requires_grad=True, name="x")
    with detect_anomaly():
        h = x * x
        y = h.exp()
        {"input": h, "output": y, "leaf": x}[which].data[0] = 5.0
        with pytest.raises(GraphError, match="was written to through its raw array") as caught:
            y.sum().backward()
    assert "line" in told(caught)
    assert "E12" in told(caught)
    assert x.grad is None


def test_without_a_mistake_nothing_changes():
    results = []
    for switch in (autograd.enable_grad, detect_anomaly):
        x = Tensor(np.linspace(0.1, 1, 6).reshape(2, 3), requires_grad=True)
        with switch():
            y = (x.sin() @ x.T).softmax()[0].max() * 3
            y.backward()
        results.append((y.data.tolist(), x.grad.tolist()))
    assert results[0] == results[1]


def test_the_switches_end_with_their_block_and_are_private():
    bad = lambda: Value(0.0) / 0.0
    for switch in (detect_anomaly, memory_saver):
        before = autograd.state.current.get()
        with pytest.raises(KeyError), switch():
            {}[0]
        assert autograd.state.current.get() is before
    with detect_anomaly():
        thread = threading.Thread(target=bad)
        thread.start()
        thread.join()
        with no_grad(), pytest.raises(GraphError):
            bad()

    async def watched():
        with detect_anomaly():
            await asyncio.sleep(0)
            with pytest.raises(GraphError):
                bad()

    async def both():
        await asyncio.gather(watched(), asyncio.to_thread(bad))

    asyncio.run(both())


def test_inside_a_scope_the_name_is_kept():
    with detect_anomaly(), autograd.scope("layer"):
        y = Value(2.0) * 3.0
        with pytest.raises(GraphError):
            y / 0.0
    assert y.scope == "layer"


def test_the_line_is_the_callers():
    assert re.fullmatch(r"test_watch.py, line \d+: assert .*", users_line())


def chain(n=20, size=50_000):
    x = Tensor(np.ones(size), requires_grad=True)
    h = x
    for _ in range(n):
        h = np.sin(h)
    return x, h.sum()


def test_memory_saver_gives_the_same_gradients_with_less_memory():
    peaks, gradients = [], []
    for switch in (autograd.enable_grad, memory_saver):
        gc.collect()
        before = sum(issubclass(type(thing), Node) for thing in gc.get_objects())
        x, loss = chain()
        tracemalloc.start()
        with switch():
            loss.backward()
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        kept = sum(issubclass(type(thing), Node) for thing in gc.get_objects()) - before
        gradients.append(x.grad.tolist())
        x = loss = None
    assert gradients[0] == gradients[1]
    assert peaks[1] < peaks[0] / 4
    assert kept == 2  # x and the loss


def test_what_one_holds_keeps_its_data_but_no_gradient_and_no_way_back():
    w = Value(3.0)
    h = w * w
    h.name = "h"
    loss = h * 2
    with memory_saver():
        loss.backward()
    assert (loss.data, loss.grad, h.data, h.grad, w.grad) == (18.0, 1.0, 9.0, None, 12.0)
    with pytest.raises(GraphError, match="the way back from 'h' was freed") as caught:
        (h * 5).backward()
    assert "compute it again" in told(caught)
    assert w.grad == 12.0
    (w * w * 5).backward()
    assert w.grad == 12.0 + 30.0
    with pytest.raises(GraphError, match="already ran"):
        loss.backward()


def test_with_retain_graph_only_gradients_are_dropped():
    w = Value(3.0)
    h = w * w
    loss = h * 2
    with memory_saver():
        loss.backward(retain_graph=True)
        assert (h.grad, w.grad) == (None, 12.0)
        loss.backward()
    assert w.grad == 24.0


def test_hooks_and_shared_inputs_under_memory_saver():
    x = Tensor([1.0, 2.0], requires_grad=True)
    h = x * 2
    h.register_hook(lambda g: g * 10)
    x.register_hook(lambda g: g + 1)
    loss = (h * h + h).sum()
    with memory_saver():
        loss.backward()
    assert x.grad.tolist() == [2 * 10 * (2 * 2 + 1) + 1, 2 * 10 * (2 * 4 + 1) + 1]


def test_create_graph_keeps_everything():
    w = Value(3.0)
    with memory_saver():
        (w**3).backward(create_graph=True)
    slope, w.grad = w.grad, None
    slope.backward()
    assert w.grad == 18.0
