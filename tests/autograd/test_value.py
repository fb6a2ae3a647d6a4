"""Value: one number with the verbs of an array."""

import math

import numpy as np
import pytest

from autograd import DataError, GraphError, KindError, Tensor, Value, no_grad


def told(caught):
    """The message of an exception, its line breaks undone."""
    return " ".join(str(caught.value).split())


@pytest.mark.parametrize(
    "data", [2, 2.0, True, np.float32(2), np.int8(2), np.array(2.0), Tensor(2.0).data], ids=repr
)
def test_the_data_is_always_a_python_float(data):
    v = Value(data)
    assert type(v.data) is float
    assert v.data == float(data)
    v.data = data
    assert type(v.data) is float


@pytest.mark.parametrize(
    "data", ["a", "1", b"1", [1.0], (1.0, 2.0), np.ones(1), None, 1j, Value(1.0)], ids=repr
)
def test_e23_what_is_not_one_number_is_refused(data):
    with pytest.raises(DataError, match="is not one") as caught:
        Value(data)
    message = told(caught)
    assert repr(data) in message
    assert "Fix: Value(3.0)" in message
    assert "See: E23" in message
    assert Value(3.0).data == 3.0
    assert Tensor([1.0, 2.0]).shape == (2,)


def test_results_are_python_floats_whatever_they_meet():
    v = Value(3.0)
    for other in (2, 2.0, True, np.float32(2), np.float64(2), np.int64(2)):
        for z in (
            v + other,
            other + v,
            v - other,
            other - v,
            v * other,
            other * v,
            v / other,
            other / v,
            v**other,
            other**v,
            v // other,
            v % other,
            other // v,
            other % v,
        ):
            assert type(z) is Value
            assert type(z.data) is float
            v.zero_grad()
            z.backward()
            assert type(v.grad) is float


def test_arithmetic_equals_pythons():
    a, b = 7.25, -2.5
    v, w = Value(a), Value(b)
    for z, number in (
        (v + w, a + b), (v - w, a - b), (v * w, a * b), (v / w, a / b), (v // w, a // b),
        (v % w, a % b), (v**w, a**b), (-v, -a), (+v, a), (abs(w), abs(b)), (v + 1, a + 1),
        (1 - v, 1 - a), (2 / v, 2 / a), (2**v, 2**a), (v**2, a**2),
    ):  # fmt: skip
        assert z.data == number


def test_with_an_array_the_result_is_a_tensor_and_the_gradient_a_float():
    v = Value(2.0)
    row = np.array([1.0, 2.0, 3.0])
    for z in (
        v * row,
        row * v,
        v * Tensor(row),
        Tensor(row) * v,
        v * [1.0, 2.0, 3.0],
        [1.0, 2.0, 3.0] * v,
    ):
        assert type(z) is Tensor
        assert z.data.dtype == float
        v.zero_grad()
        z.backward(np.ones(3))
        assert type(v.grad) is float
        assert v.grad == 6.0


def test_float_int_bool_and_format():
    v = Value(2.5)
    v.backward()
    with no_grad():
        plain = v * 1
    assert (float(plain), int(plain), plain.item(), v.item()) == (2.5, 2, 2.5, 2.5)
    assert bool(Value(0.0)) is False
    assert f"{v:.3f}" == "2.500"
    assert f"{v}" == repr(v)


def test_repr():
    a, b = Value(2.0, name="a"), Value(3.0)
    assert repr(a) == "Value(2, name='a')"
    assert repr(a * b) == "Value(6, op=*)"
    assert repr(Value(1 / 3)) == "Value(0.333333)"


def test_shape_of_one_number():
    v = Value(2.0)
    assert (v.shape, v.ndim, v.size) == ((), 0, 1)


def test_hash_is_by_identity_and_equality_by_number():
    a, b = Value(2.0), Value(2.0)
    assert a == b
    assert a == 2
    assert len({a, b}) == 2


def test_a_value_tracks_unless_made_inside_no_grad():
    assert Value(1.0).requires_grad
    with no_grad():
        assert not Value(1.0).requires_grad


def test_there_is_no_other_attribute():
    with pytest.raises(AttributeError):
        Value(1.0).gradient = 2.0


def test_e13_an_update_step_in_the_open_is_refused_and_its_fix_works():
    w = Value(3.0, name="w")
    (w * w).backward()
    for symbol, step in (
        ("-", lambda: w.__isub__(0.1 * w.grad)), ("+", lambda: w.__iadd__(1)),
        ("*", lambda: w.__imul__(0.5)), ("/", lambda: w.__itruediv__(2.0)),
    ):  # fmt: skip
        with pytest.raises(GraphError) as caught:
            step()
        message = told(caught)
        assert f"w {symbol}= ... is an update step; recorded, it would make w the result" in message
        assert f"Fix: with no_grad(): w {symbol}= ..." in message
        assert "a leaf Variable that requires grad is being used in an in-place" in message
    same = w
    with no_grad():
        w -= 0.1 * w.grad
    assert w is same
    assert w.data == 3.0 - 0.1 * 6.0
    assert w.op is None
    assert w.requires_grad


def test_a_running_total_may_be_written_with_plus_equals():
    w = Value(3.0)
    total = 0.0
    for x in (1.0, 2.0):
        total += w * x
    total += 1.0
    total.backward()
    assert (total.data, w.grad) == (10.0, 3.0)
    w += 1.0 * w  # a leaf with a gradient and a node: an ordinary expression
    assert w.op.name == "+"


def test_in_place_inside_no_grad_changes_the_number():
    v = same = Value(6.0)
    with no_grad():
        v += 2
        v -= np.float64(1.0)
        v *= Value(3.0)
        v /= 7
    assert v is same
    assert type(v.data) is float
    assert v.data == 3.0


def test_matrix_product_of_numbers_is_refused():
    with pytest.raises(ValueError, match="use \\* for numbers"):
        Value(1.0) @ np.ones(3)


def test_detach_is_a_new_leaf_without_gradient():
    v = Value(2.0)
    d = (v * v).detach()
    assert (d.data, d.requires_grad, d.op) == (4.0, False, None)
    (v * d).backward()
    assert v.grad == 4.0


@pytest.mark.parametrize("other", [None, "a", {1}, object, 1j], ids=repr)
def test_what_is_not_a_number_is_refused(other):
    for act in (lambda: Value(1.0) + other, lambda: Value(1.0) * other, lambda: other - Value(1.0)):
        with pytest.raises((DataError, TypeError)):
            act()


def test_a_list_of_nodes_is_refused_with_stack_as_its_fix():
    with pytest.raises(DataError, match="a list of nodes is not one array") as caught:
        Value(1.0) * [Value(2.0), 3.0]
    assert "stack([a, b, ...])" in told(caught)


def test_numpys_array_of_a_tracking_value_is_refused():
    for act in (np.array, np.asarray, lambda v: np.array([v, v]), lambda v: np.sum([v, v])):
        with pytest.raises(KindError, match=r"np.array\(node\)") as caught:
            act(Value(1.0))
        assert "stack([a, b, ...]) or t.numpy()" in told(caught)


def test_the_same_verbs_as_a_tensor():
    ours = {name for name in dir(Tensor) if not name.startswith("_")}
    arrays_only = {"T", "astype", "dtype", "numpy", "tolist", "transpose"}
    assert ours - arrays_only == {name for name in dir(Value) if not name.startswith("_")}


@pytest.mark.parametrize("x", [0.3, 2.0])
def test_replacing_a_value_by_a_tensor_changes_nothing(x):
    def f(a):
        h = (a * 2 - 1 / a).tanh() + abs(-a) ** 1.5
        return (h.exp() + a.log()).sigmoid() * 3 // 1 + h % 2 + h.softplus().mean()

    value, tensor = Value(x), Tensor(x, requires_grad=True)
    z, t = f(value), f(tensor)
    z.backward()
    t.backward()
    assert math.isclose(z.data, t.data, rel_tol=1e-15)
    assert math.isclose(value.grad, tensor.grad, rel_tol=1e-14)
