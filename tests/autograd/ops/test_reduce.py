"""Reductions against loops over entries and differences of NumPy, along every axis."""

import math

import numpy as np
import pytest

import autograd
from autograd import Tensor, Value, gradcheck, gradients

RNG = np.random.default_rng(3)
AXES = [None, 0, 1, -1, (0, 2), (0, 1, 2), (-1, 0)]
x3 = RNG.permutation(np.linspace(-1.5, 1.5, 24)).reshape(2, 3, 4)


def np_logsumexp(x, axis=None, keepdims=False):
    return np.log(np.sum(np.exp(x), axis=axis, keepdims=keepdims))


REDUCTIONS = {
    "sum": np.sum, "mean": np.mean, "max": np.max, "min": np.min, "logsumexp": np_logsumexp,
}  # fmt: skip
NONLINEAR = ["logsumexp"]
reduction = pytest.mark.parametrize("name", REDUCTIONS)
axes = pytest.mark.parametrize("axis", AXES, ids=str)
keeping = pytest.mark.parametrize("keepdims", [False, True])


def numeric_gradient(f, x, eps=1e-6):
    slopes = np.empty(x.shape)
    for index in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[index] += eps
        down[index] -= eps
        slopes[index] = (f(up) - f(down)) / (2 * eps)
    return slopes


@reduction
@axes
@keeping
def test_value_and_gradient_along_every_axis(name, axis, keepdims):
    reference = REDUCTIONS[name]
    x = Tensor(x3, requires_grad=True)
    z = getattr(autograd, name)(x, axis=axis, keepdims=keepdims)
    expected = reference(x3, axis=axis, keepdims=keepdims)
    assert z.shape == np.shape(expected)
    np.testing.assert_allclose(z.data, expected, rtol=1e-14)
    weights = RNG.uniform(0.5, 1.5, z.shape)
    z.backward(weights)
    slopes = numeric_gradient(
        lambda a: (reference(a, axis=axis, keepdims=keepdims) * weights).sum(), x3
    )
    np.testing.assert_allclose(x.grad, slopes, rtol=1e-6, atol=1e-8)
    assert x.grad.shape == x3.shape


@reduction
@pytest.mark.parametrize("axis", [None, 0, -1, (0, 1)], ids=str)
@keeping
def test_gradcheck_to_second_order(name, axis, keepdims):
    x = RNG.permutation(np.linspace(-1, 1, 6)).reshape(2, 3)
    f = lambda t: getattr(autograd, name)(t * t.exp(), axis=axis, keepdims=keepdims)
    assert gradcheck(f, x, order=2).compared == 12


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_softmax_family(name, axis):
    x = RNG.normal(size=(3, 4))
    exact = np.exp(x) / np.exp(x).sum(axis=axis, keepdims=True)
    exact = exact if name == "softmax" else np.log(exact)
    f = getattr(autograd, name)
    np.testing.assert_allclose(f(Tensor(x), axis=axis).data, exact, rtol=1e-13)
    assert gradcheck(lambda t: f(t, axis=axis), x, order=2).compared == 24


def test_softmax_jacobian_in_closed_form():
    x = Tensor(RNG.normal(size=4), requires_grad=True)
    p = autograd.softmax(x)
    rows = [gradients(p, x, np.eye(4)[i])[0] for i in range(4)]
    np.testing.assert_allclose(rows, np.diag(p.data) - np.outer(p.data, p.data), atol=1e-15)


@reduction
@pytest.mark.parametrize("name2", ["softmax", "log_softmax"])
def test_gradients_are_connected_where_the_second_derivative_is_not_zero(name, name2):
    for f in (getattr(autograd, name2), autograd.logsumexp):
        x = Tensor([1.0, 2.0], requires_grad=True)
        z = f(x)
        (slope,) = gradients(z, x, np.ones(z.shape), create_graph=True)
        assert slope.requires_grad
    x = Tensor([1.0, 2.0], requires_grad=True)
    (slope,) = gradients(getattr(autograd, name)(x * x), x, create_graph=True)
    assert slope.requires_grad


@reduction
def test_a_value_reduces_to_itself(name):
    v = Value(2.5)
    z = getattr(v, name)()
    assert isinstance(z, Value)
    assert z.data == 2.5
    z.backward()
    assert type(v.grad) is float
    assert v.grad == 1.0


@reduction
def test_a_list_of_values_is_stacked_first(name):
    numbers = [1.0, -2.0, 0.5]
    values = [Value(n) for n in numbers]
    z = getattr(autograd, name)(values)
    assert float(z.data) == pytest.approx(float(REDUCTIONS[name](np.array(numbers))), rel=1e-15)
    z.backward()
    t = Tensor(numbers, requires_grad=True)
    getattr(t, name)().backward()
    assert [v.grad for v in values] == t.grad.tolist()
    assert all(type(v.grad) is float for v in values)


@reduction
def test_dtype_is_kept(name):
    x = Tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True, dtype="float32")
    z = getattr(x, name)(axis=0)
    assert z.dtype == np.float32
    z.sum().backward()
    assert x.grad.dtype == np.float32


# (convention, f, x, gradient)
CONVENTIONS = [
    ("max tied", "max", [1.0, 3.0, 3.0], [0, 0.5, 0.5]),
    ("max tied by all", "max", [2.0, 2.0, 2.0, 2.0], [0.25] * 4),
    ("min tied", "min", [1.0, 1.0, 3.0], [0.5, 0.5, 0]),
    ("max of 0 and -0", "max", [0.0, -0.0], [0.5, 0.5]),
    ("logsumexp of one -inf", "logsumexp", [-math.inf, 0.0], [0, 1]),
    ("logsumexp of -inf only", "logsumexp", [-math.inf, -math.inf], [0, 0]),
    ("logsumexp without overflow", "logsumexp", [1000.0, 1000.0], [0.5, 0.5]),
    ("logsumexp without underflow", "logsumexp", [-1000.0, -1000.0], [0.5, 0.5]),
]


@pytest.mark.parametrize("row", CONVENTIONS, ids=lambda row: row[0])
def test_convention(row):
    _, name, x, expected = row
    x = Tensor(x, requires_grad=True)
    getattr(autograd, name)(x).backward()
    np.testing.assert_allclose(x.grad, expected, rtol=1e-12)


def test_ties_are_shared_along_each_row_apart():
    x = Tensor([[1.0, 1.0], [2.0, 5.0]], requires_grad=True)
    x.max(axis=1).backward(np.array([10.0, 3.0]))
    assert x.grad.tolist() == [[5.0, 5.0], [0.0, 3.0]]


def test_the_logsumexp_of_minus_infinity_is_minus_infinity():
    x = Tensor([[-math.inf, -math.inf], [0.0, 0.0]])
    assert autograd.logsumexp(x, axis=1).data.tolist() == [-math.inf, math.log(2)]


def test_softmax_with_a_masked_score():
    x = Tensor([0.0, -math.inf, 0.0], requires_grad=True)
    p = autograd.softmax(x)
    assert p.data.tolist() == [0.5, 0.0, 0.5]
    (p * Tensor([1.0, 7.0, 3.0])).sum().backward()
    assert x.grad.tolist() == [-0.5, 0.0, 0.5]


def test_log_softmax_of_far_scores_is_finite():
    x = Tensor([1e5, 0.0], requires_grad=True)
    z = autograd.log_softmax(x)
    assert z.data.tolist() == [0.0, -1e5]
    z[1].backward()
    assert x.grad.tolist() == [-1.0, 1.0]


def test_an_empty_sum_is_zero():
    x = Tensor(np.zeros((0, 3)), requires_grad=True)
    z = x.sum(axis=0)
    assert z.data.tolist() == [0.0, 0.0, 0.0]
    z.sum().backward()
    assert x.grad.shape == (0, 3)
