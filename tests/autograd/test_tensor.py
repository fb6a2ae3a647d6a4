"""Tensor: an array with the verbs of NumPy."""

import numpy as np
import pytest

import autograd
from autograd import DataError, GraphError, KindError, Tensor, Value, no_grad, tensor


def told(caught):
    """The message of an exception, its line breaks undone."""
    return " ".join(str(caught.value).split())


@pytest.mark.parametrize(
    ("data", "dtype"),
    [([1.0, 2.0], "float64"), ([1, 2], "int64"), ([True], "bool"), (2.5, "float64"),
     (np.ones(2, "float32"), "float32"), ([[1], [2]], "int64"), (np.float32(1), "float32")],
    ids=repr,
)  # fmt: skip
def test_the_dtype_is_as_numpy_chooses_it(data, dtype):
    for t in (Tensor(data), tensor(data)):
        assert type(t.data) is np.ndarray
        assert t.dtype == dtype
        assert t.shape == np.shape(data)
        assert not t.requires_grad


def test_the_data_is_copied():
    array = np.ones(2)
    t = Tensor(array)
    array[0] = 9.0
    assert t.data.tolist() == [1.0, 1.0]
    copy = Tensor(t)
    with no_grad():
        t += 1.0
    assert copy.data.tolist() == [1.0, 1.0]


@pytest.mark.parametrize("data", [[1, 2], [True], np.ones(2, int)], ids=repr)
def test_e14_whole_numbers_cannot_ask_for_a_gradient_and_its_fix_works(data):
    with pytest.raises(KindError) as caught:
        Tensor(data, requires_grad=True)
    message = told(caught)
    assert f"{np.asarray(data).dtype} numbers cannot have gradients: you cannot nudge 3" in message
    assert "Tensor([1., 2.], requires_grad=True) with decimal points, or dtype=float" in message
    assert "PyTorch would say: only Tensors of floating point dtype can require" in message
    assert Tensor([1.0, 2.0], requires_grad=True).requires_grad
    assert Tensor(data, requires_grad=True, dtype=float).requires_grad


# what is wrong with the data: (data, words, Fix)
MALFORMED = [
    ([[1], [1, 2]], "inhomogeneous", "make all rows equally long"),
    ("text", "'text' is not made of numbers", "pass real numbers"),
    (["a", "b"], "is not made of numbers", "pass real numbers"),
    ([None, 1.0], "is not made of numbers", "pass real numbers"),
    (1j, "is not made of numbers", "pass real numbers"),
    ([Tensor([1.0]), Tensor([2.0])], "a list of nodes is not one array", "stack([a, b, ...])"),
    ([Value(1.0), 2.0], "a list of nodes is not one array", "stack([a, b, ...])"),
]


@pytest.mark.parametrize("row", MALFORMED, ids=lambda row: row[1])
def test_e23_names_what_is_wrong_with_the_data(row):
    data, words, fix = row
    with pytest.raises(DataError) as caught:
        Tensor(data)
    message = told(caught)
    assert words in message
    assert f"Fix: {fix}" in message
    assert "See: E23" in message
    if "stack" in fix:
        assert autograd.stack(data).shape[0] == 2


def test_e15_many_numbers_are_neither_true_nor_one():
    t = Tensor([1.0, -2.0, 3.0])
    with pytest.raises(
        DataError, match="this Tensor has 3 values: True or False for which"
    ) as caught:
        bool(t)
    assert "(t > 0).all() or (t > 0).any()" in told(caught)
    assert not (t > 0).all()
    assert (t > 0).any()
    for act in (float, int, Tensor.item):
        with pytest.raises(
            DataError, match="this Tensor has 3 values: which one is item"
        ) as caught:
            act(t)
        assert "t.tolist() for all numbers, t[0] or t.mean() for one" in told(caught)
    assert t.tolist() == [1.0, -2.0, 3.0]
    assert t[0].item() == 1.0
    assert type(t.mean().item()) is float


def test_one_number_is_read_from_any_shape():
    t = Tensor([[2.5]])
    assert (t.item(), float(t), int(t), bool(t), f"{t:.1f}") == (2.5, 2.5, 2, True, "2.5")
    assert type(t.item()) is float
    assert type(Tensor([3]).item()) is int


def test_repr():
    assert repr(Tensor([1.0, 2.0])) == "Tensor([1., 2.])"
    assert repr(Tensor([1, 2])) == "Tensor([1, 2], dtype=int64)"
    w = Tensor([1.0], requires_grad=True, name="w")
    assert repr(w) == "Tensor([1.], name='w', requires_grad=True)"
    assert repr(w * 2) == "Tensor([2.], op=*)"


def test_length_and_iteration():
    assert len(Tensor([[1.0], [2.0]])) == 2
    with pytest.raises(TypeError, match=r"a Tensor of shape \(\) is one number and has no length"):
        len(Tensor(1.0))
    with pytest.raises(TypeError):
        list(Tensor(1.0))


def test_attributes():
    t = Tensor([[1.0, 2.0, 3.0]])
    assert (t.shape, t.ndim, t.size) == ((1, 3), 2, 3)
    assert t.T.shape == (3, 1)
    assert t.numpy() is t.data


def test_there_is_no_other_attribute():
    with pytest.raises(AttributeError):
        Tensor([1.0]).gradient = 2.0


def test_assigned_data_keeps_the_dtype_of_what_is_learned():
    t = Tensor([1.0, 2.0], requires_grad=True, dtype="float32")
    t.data = [3, 4]
    assert t.dtype == np.float32
    assert t.tolist() == [3.0, 4.0]


def test_in_place_inside_no_grad_changes_the_tensor():
    t = same = Tensor([1.0, 2.0], requires_grad=True)
    with no_grad():
        t += 1
        t -= np.array([1.0, 0.0])
        t *= Tensor([2.0, 3.0])
        t /= Value(2.0)
    assert t is same
    assert t.tolist() == [1.0, 4.5]


@pytest.mark.parametrize("step", [[1.0, 2.0, 3.0], [[1.0], [2.0]], 1j], ids=str)
def test_in_place_never_changes_shape_or_dtype(step):
    t = Tensor([1.0, 2.0], requires_grad=True, dtype="float32")
    with no_grad(), pytest.raises((ValueError, TypeError)):
        t += step
    assert t.tolist() == [1.0, 2.0]
    with no_grad():
        t += np.array([1e-3, 0.0])
    assert t.dtype == np.float32


VIEWS = {
    "reshape": lambda t: t.reshape(3, 1), "transpose": lambda t: t.T, "slice": lambda t: t[:2],
    "ravel": lambda t: t.ravel(), "astype": lambda t: t.astype(float), "detach": Tensor.detach,
    "expand_dims": lambda t: t.expand_dims(0), "positive": lambda t: +t,
    "broadcast_to": lambda t: t.broadcast_to((2, 3)),
}  # fmt: skip


@pytest.mark.parametrize("name", VIEWS)
def test_a_change_of_a_view_does_not_reach_its_source(name):
    c = Tensor([1.0, 2.0, 3.0], requires_grad=True)
    y, view = (c * c).sum(), VIEWS[name](c)
    with no_grad():
        view *= 10.0
    assert c.tolist() == [1.0, 2.0, 3.0]
    y.backward()
    assert c.grad.tolist() == [2.0, 4.0, 6.0]


@pytest.mark.parametrize("tracked", [True, False])
@pytest.mark.parametrize("name", VIEWS)
def test_a_change_of_the_source_does_not_reach_its_views(name, tracked):
    c, w = Tensor([1.0, 2.0, 3.0], requires_grad=tracked), Value(1.0)
    with no_grad():
        view = VIEWS[name](c)
    y, expected = (w * view).sum(), view.data.sum()
    with no_grad():
        c *= 10.0
    y.backward()
    assert w.grad == expected


def test_e13_and_its_fix():
    w = Tensor([3.0], requires_grad=True, name="w")
    (w * w).sum().backward()
    with pytest.raises(GraphError, match=r"w -= \.\.\. is an update step"):
        w -= 0.1 * w.grad
    with no_grad():
        w -= 0.1 * w.grad
    assert w.data.tolist() == [3.0 - 0.1 * 6.0]
    assert w.op is None
    without_name = Tensor([1.0], requires_grad=True)
    without_name.grad = np.ones(1)
    with pytest.raises(GraphError, match=r"w -= \.\.\. is an update step"):
        without_name -= 1.0


def test_a_subclass_of_a_tensor_is_a_node_like_any_other():
    class Weight(Tensor):
        __slots__ = ()

    w, v = Weight([1.0, 2.0], requires_grad=True), Value(3.0)
    for z in (
        w * 2,
        2 * w,
        w * np.ones(2),
        np.ones(2) * w,
        w @ np.ones(2),
        v * w,
        w.exp(),
        np.exp(w),
    ):
        assert type(z) is Tensor
        assert w in {arg for arg in z.args if isinstance(arg, Tensor)}
    (w * w * v).sum().backward()
    assert w.grad.tolist() == [6.0, 12.0]
    assert v.grad == 5.0


def test_detach_shares_no_gradient_and_no_array():
    c = Tensor([1.0, 2.0], requires_grad=True)
    d, w = c.detach(), Value(1.0)
    assert not d.requires_grad
    y = (w * d).sum()
    with no_grad():
        c += 10.0  # must not reach into what y was computed from
    y.backward()
    assert w.grad == 3.0
    assert c.grad is None


# --- operators with anything on the other side, never an object array -----------------------------

OTHERS = [
    2, 2.5, True, np.float32(2), np.float64(2.5), np.int64(2), np.bool_(True), [1.0, 2.0],
    (1.0, 2.0), np.array([1.0, 2.0]), np.array([[1.0], [2.0]]), np.array([1, 2]), np.array(2.0),
    np.array([1.0, 2.0], "float32"), np.array([True, False]),
]  # fmt: skip
OPERATORS = {
    "+": lambda x, y: x + y, "-": lambda x, y: x - y, "*": lambda x, y: x * y,
    "/": lambda x, y: x / y, "//": lambda x, y: x // y, "%": lambda x, y: x % y,
    "**": lambda x, y: x**y, "<": lambda x, y: x < y, "<=": lambda x, y: x <= y,
    ">": lambda x, y: x > y, ">=": lambda x, y: x >= y, "==": lambda x, y: x == y,
    "!=": lambda x, y: x != y,
}  # fmt: skip


@pytest.mark.parametrize("other", OTHERS, ids=lambda o: f"{type(o).__name__} {o}")
@pytest.mark.parametrize("symbol", OPERATORS)
@pytest.mark.parametrize(
    "make",
    [lambda: Tensor([1.5, 2.0], requires_grad=True), lambda: Value(1.5)],
    ids=["Tensor", "Value"],
)
@pytest.mark.filterwarnings("ignore:divide by zero:RuntimeWarning")
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_operators_with_anything_on_either_side(symbol, other, make):
    node, act = make(), OPERATORS[symbol]
    data = np.asarray(node.data)
    for z, expected in (
        (act(node, other), act(data, np.asarray(other))),
        (act(other, node), act(np.asarray(other), data)),
    ):
        if symbol in ("<", "<=", ">", ">=", "==", "!="):
            assert type(z) in (bool, np.ndarray)
            assert np.asarray(z).dtype == bool
            assert np.array_equal(z, expected)
            continue
        assert type(z) in (Value, Tensor)
        assert z.requires_grad
        assert np.asarray(z.data).dtype.kind == "f"
        np.testing.assert_allclose(z.data, expected, rtol=1e-6)
        node.zero_grad()
        with np.errstate(all="ignore"):
            z.backward(np.ones(z.shape))
        assert type(node.grad) is type(node.data)
        assert np.shape(node.grad) == node.shape


def test_a_matrix_product_with_anything_on_either_side():
    t = Tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    for other in ([1.0, 2.0], (1.0, 2.0), np.array([1.0, 2.0]), np.eye(2), [[1, 2], [3, 4]]):
        for z, expected in ((t @ other, t.data @ other), (other @ t, other @ t.data)):
            assert type(z) is Tensor
            assert z.tolist() == expected.tolist()


def test_an_array_cannot_be_changed_in_place_by_a_node():
    array = np.ones(2)
    with pytest.raises(KindError, match=r"np\.add with out="):
        array += Tensor([1.0, 2.0], requires_grad=True)
    assert array.tolist() == [1.0, 1.0]
