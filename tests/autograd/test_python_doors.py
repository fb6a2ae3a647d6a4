"""What Python and other libraries do with nodes: numbers, copies, pickles, DLPack."""

import copy
import math
import operator
import pickle
import warnings

import numpy as np
import pytest

from autograd import GraphError, Hint, Tensor, Value, no_grad

COPIES = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda node: pickle.loads(pickle.dumps(node)),
}


@pytest.mark.parametrize("way", COPIES)
def test_a_leaf_is_copied_with_all_it_has(way):
    t = Tensor([1.0, 2.0], requires_grad=True, dtype="float32", name="w")
    (t * t).sum().backward()
    twin = COPIES[way](t)
    assert (type(twin), twin.name, twin.requires_grad, twin.op) == (Tensor, "w", True, None)
    assert (twin.data.tolist(), twin.grad.tolist()) == ([1.0, 2.0], [2.0, 4.0])
    assert twin.dtype == np.float32
    twin.data[0] = 9.0
    twin.grad[0] = 9.0
    assert (t.data[0], t.grad[0]) == (1.0, 2.0)
    v = COPIES[way](Value(3.0))
    assert (type(v), v.data, v.grad, v.name) == (Value, 3.0, None, None)
    (v * v).backward()
    assert v.grad == 6.0


def test_deepcopy_keeps_shared_leaves_shared():
    w = Value(2.0)
    twins = copy.deepcopy([w, w])
    assert twins[0] is twins[1]
    assert twins[0] is not w


@pytest.mark.parametrize("way", COPIES)
def test_a_result_is_not_copied_and_the_fix_works(way):
    h = Tensor([1.0], requires_grad=True, name="x") * 2
    with pytest.raises(GraphError, match="cannot be copied or pickled") as caught:
        COPIES[way](h)
    assert "copy.deepcopy(t.detach())" in str(caught.value)
    assert COPIES[way](h.detach()).data.tolist() == [2.0]


def test_a_whole_number_is_an_index():
    letters = ["a", "b", "c"]
    assert letters[Tensor(1)] == "b"
    assert list(range(Tensor([2]))) == [0, 1]
    assert operator.index(Tensor(True)) == 1
    for wrong in (Tensor(1.0), Tensor([1, 2])):
        with pytest.raises(TypeError, match="only a Tensor of one whole number"):
            letters[wrong]


def test_len_iter_format():
    t = Tensor([[1.0, 2.0], [3.0, 4.0]])
    assert (len(t), [row.tolist() for row in t]) == (2, [[1.0, 2.0], [3.0, 4.0]])
    assert f"{Value(1.25):.1f} {Tensor(0.5):6.2f} {Value(2.0)}" == "1.2   0.50 Value(2)"
    with pytest.raises(ValueError, match="4 values"):
        f"{t:.1f}"
    with pytest.raises(TypeError, match="no length"):
        len(Tensor(1.0))


ENDS = {"float": float, "int": int, "math.exp": math.exp, "math.floor": math.floor}


@pytest.mark.parametrize("name", ENDS)
@pytest.mark.parametrize("make", [Value, lambda x: Tensor(x, requires_grad=True)])
def test_e16_a_plain_number_from_a_tracking_node_is_hinted_at(name, make):
    x = make(2.0)
    with pytest.warns(Hint, match="E16") as caught:
        assert ENDS[name](x * 1.0) == ENDS[name](2.0)
    assert caught[0].filename == __file__
    assert "t.item() where a plain number is meant" in str(caught[0].message)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (x * 1.0).item()


def test_e16_comes_once_for_each_line():
    x = Value(2.0)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        for _ in range(3):
            math.exp(x)
        math.exp(x)
    assert [w.category for w in caught] == [Hint, Hint]


def test_e16_is_silent_where_nothing_is_lost():
    w = Value(2.0)
    loss = w * w
    loss.backward()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert float(loss) == math.fabs(loss) == 4.0
        assert float(Tensor(2.0)) == 2.0
        assert f"{w * w:.1f}" == "4.0"
        with no_grad():
            assert float(w) == 2.0


def test_dlpack_shares_the_array():
    t = Tensor([1.0, 2.0])
    other = np.from_dlpack(t)
    t.data[0] = 5.0
    assert other.tolist() == [5.0, 2.0]
    assert np.from_dlpack(Tensor([1, 2])).dtype == np.int64
    assert t.__dlpack_device__() == np.ones(1).__dlpack_device__()


def test_dlpack_takes_what_the_asking_library_says():
    """torch.from_dlpack asks with a stream."""
    capsule = Tensor([1.0, 2.0]).__dlpack__(stream=None)
    assert type(capsule).__name__ == "PyCapsule"


def test_dlpack_is_refused_while_tracking_and_the_fix_works():
    t = Tensor([1.0, 2.0], requires_grad=True, name="t")
    with pytest.raises(TypeError, match="from_dlpack of 't', which tracks gradients") as caught:
        np.from_dlpack(t)
    assert "from_dlpack(t.detach())" in str(caught.value)
    assert np.from_dlpack(t.detach()).tolist() == [1.0, 2.0]
