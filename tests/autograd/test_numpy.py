"""NumPy's own functions on nodes: each opens the door to ours, or says what to write instead."""

import numpy as np
import pytest

import autograd
from autograd import DataError, KindError, Tensor, Value
from autograd.ops.doors import doors


def told(caught):
    """The message of an exception, its line breaks undone."""
    return " ".join(str(caught.value).split())


UNARY = [
    np.positive, np.negative, np.absolute, np.abs, np.square, np.sqrt, np.cbrt, np.reciprocal,
    np.exp, np.exp2, np.expm1, np.log, np.log2, np.log10, np.log1p, np.sin, np.cos, np.tan,
    np.arcsin, np.arccos, np.arctan, np.sinh, np.cosh, np.tanh, np.arcsinh, np.arctanh, np.sinc,
    np.sign, np.floor, np.ceil, np.rint, np.round,
]  # fmt: skip
BINARY = [
    np.add, np.subtract, np.multiply, np.divide, np.true_divide, np.power, np.hypot, np.arctan2,
    np.logaddexp, np.maximum, np.minimum, np.remainder, np.mod, np.floor_divide,
]  # fmt: skip
x, y = np.array([[0.2, 0.7], [0.4, 0.9]]), np.array([0.3, 0.6])


@pytest.mark.parametrize("function", UNARY, ids=lambda f: f.__name__)
def test_unary_functions(function):
    t, v = Tensor(x, requires_grad=True), Value(0.7)
    for node in (t, v):
        z = function(node)
        assert type(z) is type(node)
        assert z.args[0] is node
        np.testing.assert_allclose(z.data, function(node.data), rtol=1e-15)


@pytest.mark.parametrize("function", BINARY, ids=lambda f: f.__name__)
def test_binary_functions_with_nodes_on_either_side(function):
    t, s = Tensor(x, requires_grad=True), Tensor(y, requires_grad=True)
    for a, b in ((t, s), (t, y), (x, s), (t, 0.5), (0.5, t), (Value(0.5), y), (y, Value(0.5))):
        z = function(a, b)
        assert type(z) is Tensor
        expected = function(*[n.data if isinstance(n, autograd.Node) else n for n in (a, b)])
        np.testing.assert_allclose(z.data, expected, rtol=1e-15)
    assert type(function(Value(0.5), 2)) is Value
    assert type(function(np.float64(0.5), Value(2.0))) is Value


FUNCTIONS = {
    "sum": lambda a: np.sum(a, axis=0),
    "mean": lambda a: np.mean(a, axis=1, keepdims=True),
    "max": lambda a: np.max(a),
    "min": lambda a: np.min(a, axis=-1),
    "reshape": lambda a: np.reshape(a, (4,)),
    "ravel": np.ravel,
    "transpose": lambda a: np.transpose(a, (1, 0)),
    "swapaxes": lambda a: np.swapaxes(a, 0, 1),
    "squeeze": lambda a: np.squeeze(np.expand_dims(a, 0)),
    "expand_dims": lambda a: np.expand_dims(a, axis=(0, 3)),
    "broadcast_to": lambda a: np.broadcast_to(a, (3, 2, 2)),
    "concatenate": lambda a: np.concatenate([a, x], axis=1),
    "concatenate arrays first": lambda a: np.concatenate((x, a)),
    "stack": lambda a: np.stack([x, a, a], axis=-1),
    "where": lambda a: np.where(x > 0.5, a, 0.0),
    "clip": lambda a: np.clip(a, 0.3, 0.8),
    "clip by name": lambda a: np.clip(a, min=0.3, max=0.8),
    "matmul": lambda a: np.matmul(a, y),
    "dot": lambda a: np.dot(y, a),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_of_arrays(name):
    t = Tensor(x, requires_grad=True)
    z = FUNCTIONS[name](t)
    assert type(z) is Tensor
    np.testing.assert_allclose(z.data, FUNCTIONS[name](x), rtol=1e-15)
    z.sum().backward()
    assert t.grad.shape == x.shape


def test_every_door_is_tried_here():
    tried = {*UNARY, *BINARY}
    tried |= {getattr(np, name.split()[0]) for name in FUNCTIONS}
    tried |= {np.greater, np.greater_equal, np.less, np.less_equal, np.equal, np.not_equal}
    ours = {f for f in doors if getattr(np, f.__name__, None) is f}
    assert ours - tried == {np.arccosh}


def test_arccosh():
    assert np.arccosh(Value(2.0)).data == pytest.approx(np.arccosh(2.0), rel=1e-15)


def test_questions_that_have_no_gradient_are_answered_plainly():
    t = Tensor([1.0, np.nan, 3.0], requires_grad=True)
    assert np.isnan(t).tolist() == [False, True, False]
    assert np.isfinite(t).tolist() == [True, False, True]
    assert np.shape(t) == (3,)
    assert np.ndim(t) == 1
    assert np.size(t) == 3
    assert np.argmax(t[::2]) == 1
    assert np.argsort(t[::2]).tolist() == [0, 1]
    assert np.allclose(t[::2], [1.0, 3.0])
    assert np.array_equal(t[::2], np.array([1.0, 3.0]))
    assert np.zeros_like(t).tolist() == [0.0, 0.0, 0.0]
    assert np.greater(t, 2.0).tolist() == [False, False, True]
    assert np.any(t > 2.0)


# (call, the name in the message, part of the Fix)
REFUSED = [
    (lambda t: np.std(t), "np.std", "np.std(t.detach().numpy()) computes without a gradient"),
    (lambda t: np.add.outer(t, t), "np.add.outer", ""),
    (lambda t: np.add.reduce(t), "np.add.reduce", ""),
    (lambda t: np.multiply.accumulate(t), "np.multiply.accumulate", ""),
    (lambda t: np.fmod(t, 2.0), "np.fmod", "np.fmod(t.detach().numpy())"),
    (lambda t: np.linalg.norm(t), "np.norm", ""),
    (lambda t: np.logaddexp2(t, t), "np.logaddexp2", "logaddexp"),
    (lambda t: np.add(t, t, out=np.empty(2)), "np.add with out=", "leave it out"),
    (lambda t: np.exp(t, where=np.array([True, False])), "np.exp with where=", "leave it out"),
    (lambda t: np.sum(t, where=np.array([True, False])), "np.sum with where=", "leave it out"),
    (lambda t: np.divmod(t, 2.0), "np.divmod", ""),
]


@pytest.mark.parametrize("row", REFUSED, ids=lambda row: row[1])
def test_e16_what_has_no_derivative_rule_is_refused_by_name(row):
    call, name, fix = row
    t = Tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(KindError) as caught:
        call(t)
    message = told(caught)
    assert f"{name} is not an operation of this library, so the gradient would stop here" in message
    assert "only operations with a derivative rule can be recorded" in message
    assert fix in message
    assert "See: E16" in message


def test_the_fix_of_e16_works():
    t = Tensor([1.0, 3.0], requires_grad=True)
    assert np.std(t.detach().numpy()) == 1.0
    assert np.add(t, t).data.tolist() == [2.0, 6.0]


def test_numpys_array_of_a_tracking_tensor_is_refused_and_its_fix_works():
    t = Tensor([1.0, 2.0], requires_grad=True)
    for act in (np.array, np.asarray, lambda t: np.array([t, t])):
        with pytest.raises(KindError, match=r"np.array\(node\)"):
            act(t)
    assert t.numpy().tolist() == [1.0, 2.0]
    assert autograd.stack([t, t]).shape == (2, 2)


def test_numpys_array_of_an_untracked_tensor_is_its_data():
    t = Tensor([[1.0, 2.0]])
    assert np.array(t).tolist() == [[1.0, 2.0]]
    assert np.asarray(t, dtype="float32").dtype == np.float32
    copy = np.array(t)
    copy[0, 0] = 9.0
    assert t.data[0, 0] == 1.0


@pytest.mark.parametrize(
    "array", [np.array([1.0], object), np.array([1j])], ids=["object", "complex"]
)
@pytest.mark.parametrize(
    "node", [Value(1.0), Tensor([1.0], requires_grad=True)], ids=["Value", "Tensor"]
)
def test_arrays_that_are_not_real_numbers_are_refused(node, array):
    for act in (
        lambda: node * array,
        lambda: array * node,
        lambda: autograd.where(True, node, array),
    ):
        with pytest.raises(DataError, match="not made of numbers"):
            act()
