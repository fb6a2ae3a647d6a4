"""Shape operations: the entries of the gradient must go back where the entries came from."""

import numpy as np
import pytest

import autograd
from autograd import Tensor, Value, gradcheck, gradients

x3 = np.arange(24.0).reshape(2, 3, 4)

# name: (ours, NumPy's)
CASES = {
    "reshape": (lambda t: t.reshape(4, 6), lambda a: a.reshape(4, 6)),
    "reshape by a tuple": (lambda t: t.reshape((6, -1)), lambda a: a.reshape(6, -1)),
    "reshape by a NumPy integer": (lambda t: t.reshape(np.prod(t.shape)), lambda a: a.reshape(24)),
    "ravel": (lambda t: t.ravel(), np.ravel),
    "flatten": (lambda t: t.flatten(), np.ravel),
    "T": (lambda t: t.T, np.transpose),
    "transpose": (lambda t: t.transpose(1, 2, 0), lambda a: a.transpose(1, 2, 0)),
    "transpose by a tuple": (lambda t: t.transpose((2, 0, 1)), lambda a: a.transpose(2, 0, 1)),
    "transpose from the end": (lambda t: t.transpose(-1, 0, 1), lambda a: a.transpose(-1, 0, 1)),
    "swapaxes": (lambda t: t.swapaxes(0, 2), lambda a: a.swapaxes(0, 2)),
    "swapaxes from the end": (lambda t: t.swapaxes(-1, 1), lambda a: a.swapaxes(-1, 1)),
    "expand_dims": (lambda t: t.expand_dims(1), lambda a: np.expand_dims(a, 1)),
    "expand_dims twice": (lambda t: t.expand_dims((0, -1)), lambda a: np.expand_dims(a, (0, -1))),
    "squeeze": (lambda t: t.reshape(2, 1, 12, 1).squeeze(), lambda a: a.reshape(2, 12)),
    "squeeze one": (lambda t: t.reshape(2, 1, 12, 1).squeeze(1), lambda a: a.reshape(2, 12, 1)),
    "broadcast_to": (
        lambda t: t.broadcast_to((5, 2, 3, 4)),
        lambda a: np.broadcast_to(a, (5, 2, 3, 4)),
    ),
    "concatenate": (
        lambda t: autograd.concatenate([t, 2 * t, t], axis=1),
        lambda a: np.concatenate([a, 2 * a, a], 1),
    ),
    "concatenate at the end": (
        lambda t: autograd.concatenate([t, t * 3], axis=-1),
        lambda a: np.concatenate([a, a * 3], -1),
    ),
    "concatenate all entries": (
        lambda t: autograd.concatenate([t, t[0]], axis=None),
        lambda a: np.concatenate([a, a[0]], None),
    ),
    "concatenate with an array": (
        lambda t: autograd.concatenate([x3, t]),
        lambda a: np.concatenate([x3, a]),
    ),
    "stack": (lambda t: autograd.stack([t, 2 * t]), lambda a: np.stack([a, 2 * a])),
    "stack inside": (
        lambda t: autograd.stack([t, 2 * t], axis=2),
        lambda a: np.stack([a, 2 * a], 2),
    ),
    "stack at the end": (
        lambda t: autograd.stack([t, 2 * t], axis=-1),
        lambda a: np.stack([a, 2 * a], -1),
    ),
}
every_case = pytest.mark.parametrize("name", CASES)


def linear_gradient(f, weights):
    """The gradient of sum(weights * f(x)) for a linear f: f of each unit array."""
    units = np.eye(x3.size).reshape(-1, *x3.shape)
    zero = f(np.zeros(x3.shape))
    return np.array([(weights * (f(unit) - zero)).sum() for unit in units]).reshape(x3.shape)


@every_case
def test_value_and_gradient(name):
    ours, numpys = CASES[name]
    x = Tensor(x3, requires_grad=True)
    z = ours(x)
    assert z.data.tolist() == numpys(x3).tolist()
    weights = np.random.default_rng(0).integers(1, 9, z.shape).astype(float)
    z.backward(weights)
    assert x.grad.tolist() == linear_gradient(numpys, weights).tolist()


@every_case
def test_gradcheck_to_second_order(name):
    ours, _ = CASES[name]
    small = np.linspace(-1, 1, 24).reshape(2, 3, 4)
    assert gradcheck(lambda t: ours(t * t.sin()), small, order=2).compared == 48


@every_case
def test_gradients_stay_connected(name):
    ours, _ = CASES[name]
    x = Tensor(x3, requires_grad=True)
    z = ours(x * x)
    (slope,) = gradients(z, x, np.ones(z.shape), create_graph=True)
    assert slope.requires_grad
    (bend,) = gradients(slope, x, np.ones(x.shape))
    assert bend.tolist() == (2 * linear_gradient(CASES[name][1], np.ones(z.shape))).tolist()


def test_values_are_stacked_into_a_tensor_and_receive_floats():
    values = [Value(1.0), Value(2.0), Value(3.0)]
    t = autograd.stack(values)
    assert isinstance(t, Tensor)
    (t * np.array([1.0, 10.0, 100.0])).sum().backward()
    assert [v.grad for v in values] == [1.0, 10.0, 100.0]
    assert all(type(v.grad) is float for v in values)


def test_one_value_stacked_twice_receives_both_shares():
    v = Value(2.0)
    autograd.stack([v, v, 5.0]).backward(np.array([1.0, 10.0, 100.0]))
    assert v.grad == 11.0


@pytest.mark.parametrize("shape", [(), (3,), (2, 2)])
def test_a_value_broadcast_to_a_shape_sums_its_gradient(shape):
    v = Value(2.0)
    t = v.broadcast_to(shape)
    assert t.shape == shape
    t.backward(np.full(shape, 3.0))
    assert type(v.grad) is float
    assert v.grad == 3.0 * t.size


def test_astype_returns_the_gradient_in_the_old_dtype():
    x = Tensor([1.0, 2.0], requires_grad=True, dtype="float32")
    z = x.astype(float)
    assert z.dtype == np.float64
    (z * z).sum().backward()
    assert z.grad.dtype == np.float64
    assert x.grad.dtype == np.float32
    assert x.grad.tolist() == [2.0, 4.0]


def test_astype_of_whole_numbers_stops_the_gradient():
    x = Tensor([1.7, 2.2], requires_grad=True)
    whole = x.astype(int)
    assert whole.data.tolist() == [1, 2]
    assert not whole.requires_grad
    assert autograd.astype(np.array([1.7]), int).tolist() == [1]


def test_reshape_to_a_wrong_size_says_so():
    with pytest.raises(ValueError, match="cannot reshape array of size 24"):
        Tensor(x3).reshape(5, 5)


def test_squeezing_a_long_axis_says_so():
    with pytest.raises(ValueError, match="squeeze"):
        Tensor(x3).squeeze(0)
