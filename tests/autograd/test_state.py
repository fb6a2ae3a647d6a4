"""The switches: restored on exceptions, private to threads and tasks."""

import asyncio
import threading

import numpy as np
import pytest

import autograd
from autograd import Tensor, Value, enable_grad, is_grad_enabled, no_grad, scope


def test_no_grad_and_enable_grad_nest():
    w = Value(2.0)
    assert is_grad_enabled()
    with no_grad():
        assert not is_grad_enabled()
        assert not (w * w).requires_grad
        with enable_grad():
            assert is_grad_enabled()
            assert (w * w).requires_grad
        assert not is_grad_enabled()
    assert (w * w).requires_grad


@pytest.mark.parametrize("switch", [no_grad, enable_grad, lambda: scope("s")])
def test_a_switch_is_restored_when_an_exception_passes(switch):
    before = autograd.state.current.get()
    with pytest.raises(ZeroDivisionError), switch():
        1 / 0
    assert autograd.state.current.get() is before


def test_a_switch_may_decorate_a_function():
    w = Value(2.0)

    @no_grad()
    def predict(x):
        return w * x

    assert not predict(3.0).requires_grad
    assert not predict(3.0).requires_grad
    assert is_grad_enabled()


def test_a_generator_inside_no_grad_ends_with_its_block():
    def numbers():
        with no_grad():
            yield is_grad_enabled()

    assert list(numbers()) == [False]
    assert is_grad_enabled()


def test_grad_computes_inside_no_grad():
    with no_grad():
        assert autograd.grad(lambda x: x * x)(3.0) == 6.0
        assert not is_grad_enabled()


def test_threads_do_not_share_a_switch():
    seen, ready, done = [], threading.Event(), threading.Event()

    def other():
        seen.append((is_grad_enabled(), (Value(1.0) * 2).scope))
        ready.set()
        with scope("there"):
            done.wait(5)
            seen.append((Value(1.0) * 2).scope)

    with no_grad(), scope("here"):
        thread = threading.Thread(target=other)
        thread.start()
        assert ready.wait(5)
        assert not is_grad_enabled()
        done.set()
        thread.join()
    assert seen == [(True, None), "there"]


def test_asyncio_tasks_do_not_share_a_switch():
    async def off():
        with no_grad(), scope("off"):
            await asyncio.sleep(0)
            return is_grad_enabled()

    async def on():
        await asyncio.sleep(0)
        return is_grad_enabled(), (Value(1.0) * 2).scope

    async def both():
        return await asyncio.gather(off(), on(), off(), on())

    assert asyncio.run(both()) == [False, (True, None), False, (True, None)]


def test_scopes_nest_and_name_results():
    w = Value(2.0)
    with scope("net"):
        a = w * 2
        with scope("layer"):
            b = a * 3
            t = Tensor([1.0], requires_grad=True).sum(axis=0)
        c = b * 4
    d = c * 5
    assert [node.scope for node in (w, a, b, t, c, d)] == [
        None, "net", "net.layer", "net.layer", "net", None,
    ]  # fmt: skip
    assert t.static == {"axis": 0, "keepdims": False}
    a.name = "a"
    assert (a.name, a.scope) == ("a", "net")


def test_one_seed_one_sequence():
    def draw():
        return [autograd.rand(3).tolist(), autograd.randn(2, 2).tolist(),
                autograd.randint(0, 10, 5).tolist()]  # fmt: skip

    autograd.manual_seed(5)
    first = draw()
    autograd.manual_seed(5)
    assert draw() == first
    assert draw() != first
    autograd.manual_seed(6)
    assert draw() != first


def test_an_own_generator_leaves_the_librarys_alone():
    from autograd.random import generator

    autograd.manual_seed(5)
    expected = autograd.rand(3).tolist()
    autograd.manual_seed(5)
    own = generator(1)
    assert own.random() == np.random.default_rng(1).random()
    assert generator(own) is own
    assert autograd.rand(3).tolist() == expected
