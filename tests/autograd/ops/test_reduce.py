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
    "prod": np.prod, "median": np.median, "norm": lambda x, axis=None, keepdims=False: np.sqrt(
        np.sum(x * x, axis=axis, keepdims=keepdims)
    ), "var": np.var, "std": np.std,
}  # fmt: skip
SPREADS = ("var", "std")  # of one number they are 0
hinting = pytest.mark.filterwarnings("ignore::autograd.Hint")  # a result that is not finite
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


@pytest.mark.parametrize("name", REDUCTIONS.keys() - SPREADS)
def test_a_value_reduces_to_itself(name):
    v = Value(2.5)
    z = getattr(v, name)()
    assert isinstance(z, Value)
    assert z.data == 2.5
    z.backward()
    assert type(v.grad) is float
    assert v.grad == 1.0


@pytest.mark.parametrize("name", SPREADS)
def test_one_value_has_no_spread(name):
    v = Value(2.5)
    z = getattr(v, name)()
    assert isinstance(z, Value)
    z.backward()
    assert (z.data, v.grad) == (0.0, 0.0)


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


# every rank: an axis form for each, at second order
RANKS = {
    (): None, (1,): 0, (3,): -1, (2, 2): (0, 1), (3, 1): 1, (2, 1, 2): (0, -1),
    (2, 1, 2, 2): (1, 3), (0,): None, (2, 0): 0,
}  # fmt: skip


def asked(name, shape):
    """Whether NumPy has an answer: no mean or extreme of nothing; of one number no spread."""
    results = math.prod(np.sum(np.zeros(shape), axis=RANKS[shape]).shape)
    if name in SPREADS and results == math.prod(shape):
        return False
    return name in ("sum", "prod", "norm") or math.prod(shape) > 0 or results == 0


@pytest.mark.parametrize(
    ("name", "shape"),
    [(n, shape) for n in REDUCTIONS for shape in RANKS if asked(n, shape)],
    ids=str,
)
def test_every_rank_to_second_order(name, shape):
    x = RNG.permutation(np.linspace(0.5, 1.5, math.prod(shape))).reshape(shape)
    axis = RANKS[shape]
    f = lambda t: getattr(autograd, name)(t * t.exp(), axis=axis)
    assert gradcheck(f, Tensor(x), order=2).compared == 2 * x.size


@reduction
@pytest.mark.parametrize("layout", ["F order", "strided", "reversed", "transposed", "read-only"])
def test_other_layouts_of_memory(name, layout):
    x = np.asfortranarray(x3)
    views = {
        "F order": x, "strided": x3[:, ::2], "reversed": x3[::-1, :, ::-1], "transposed": x3.T,
        "read-only": np.broadcast_to(x3[0], (2, 3, 4)),
    }  # fmt: skip
    view = views[layout]
    before = view.copy()
    f = lambda t: getattr(autograd, name)(t, axis=1)
    x = Tensor(view, requires_grad=True)
    x._data = view  # the very memory, not a copy
    f(x).sum().backward()
    y = Tensor(np.ascontiguousarray(view), requires_grad=True)
    f(y).sum().backward()
    np.testing.assert_allclose(x.grad, y.grad, rtol=1e-14)
    np.testing.assert_allclose(f(view), f(y).data, rtol=1e-14)
    assert view.tolist() == before.tolist()


# (convention, f, x, gradient)
CONVENTIONS = [
    ("max tied", "max", [1.0, 3.0, 3.0], [0, 0.5, 0.5]),
    ("max tied by all", "max", [2.0, 2.0, 2.0, 2.0], [0.25] * 4),
    ("min tied", "min", [1.0, 1.0, 3.0], [0.5, 0.5, 0]),
    ("max of 0 and -0", "max", [0.0, -0.0], [0.5, 0.5]),
    ("logsumexp of one -inf", "logsumexp", [-math.inf, 0.0], [0, 1]),
    ("logsumexp of -inf only", "logsumexp", [-math.inf, -math.inf], [0, 0]),
    ("logsumexp without overflow", "logsumexp", [1000.0, 1000.0], [0.5, 0.5]),
    ("prod with one zero", "prod", [2.0, 0.0, 5.0], [0, 10, 0]),
    ("prod with two zeros", "prod", [2.0, 0.0, 0.0], [0, 0, 0]),
    ("norm at 0", "norm", [0.0, 0.0], [0, 0]),
    ("std at 0", "std", [2.0, 2.0, 2.0], [0, 0, 0]),
    ("std at 0, rounded", "std", [0.1, 0.1, 0.1], [0, 0, 0]),
    ("median of an odd count", "median", [5.0, 1.0, 3.0], [0, 0, 1]),
    ("median of an even count", "median", [5.0, 1.0, 3.0, 2.0], [0, 0, 0.5, 0.5]),
    ("median tied", "median", [1.0, 3.0, 3.0, 9.0, 9.0], [0, 0.5, 0.5, 0, 0]),
    ("median tied on one side", "median", [1.0, 1.0, 3.0, 9.0], [0.25, 0.25, 0.5, 0]),
    ("logsumexp of one inf and far", "logsumexp", [-1e5, 1e5], [0, 1]),
    ("logsumexp without underflow", "logsumexp", [-1000.0, -1000.0], [0.5, 0.5]),
]


@hinting
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


@pytest.mark.parametrize("name", ["max", "min"])
def test_where_the_extreme_is_nan_no_entry_receives_a_gradient(name):
    t = Tensor([[1.0, math.nan], [2.0, 2.0]], requires_grad=True)
    getattr(t, name)(axis=1).backward([1.0, 1.0])
    assert t.grad.tolist() == [[0.0, 0.0], [0.5, 0.5]]


def test_the_logsumexp_of_infinity_is_infinity():
    assert autograd.logsumexp(Tensor([math.inf, 1000.0])).item() == math.inf


@pytest.mark.parametrize("name", ["norm", "std", "var", "prod"])
def test_second_order_is_finite_where_the_first_is_by_convention(name):
    for start in ([0.0, 0.0, 0.0], [2.0, 2.0, 2.0]):
        x = Tensor(start, requires_grad=True)
        (slope,) = gradients(getattr(x, name)(), x, create_graph=True)
        assert np.isfinite(gradients(slope, x, np.ones(3))[0]).all()


@pytest.mark.parametrize("name", SPREADS)
@pytest.mark.parametrize("axis", [None, 1, (0, 2)], ids=str)
def test_degrees_of_freedom(name, axis):
    f, reference = getattr(autograd, name), getattr(np, name)
    for ddof in (0, 1, 0.5):
        z = f(Tensor(x3), axis=axis, ddof=ddof)
        np.testing.assert_allclose(z.data, reference(x3, axis=axis, ddof=ddof), rtol=1e-14)
        np.testing.assert_array_equal(f(Tensor(x3), axis=axis, correction=ddof).data, z.data)
    small = x3[:, :2, :1]
    assert gradcheck(lambda t: f(t, axis=0, ddof=1), small, order=2).compared == 8


def test_the_variance_of_a_sample_of_one_is_not_defined():
    x = Tensor([1.0], requires_grad=True)
    assert math.isnan(x.var(ddof=1).item())


@pytest.mark.parametrize("ord", [None, 1, 2, math.inf, -math.inf])
@pytest.mark.parametrize("axis", [0, -1])
def test_vector_norms(ord, axis):
    x = RNG.permutation(np.array([-2.0, -1.2, 0.5, 0.9, 1.4, 3.0])).reshape(2, 3)
    z = autograd.norm(Tensor(x), ord=ord, axis=axis, keepdims=True)
    np.testing.assert_allclose(z.data, np.linalg.norm(x, ord, axis, keepdims=True), rtol=1e-15)
    assert gradcheck(lambda t: autograd.norm(t, ord, axis), x, order=2).compared == 12
    if axis == 0:
        row = x[0]
        assert autograd.norm(Tensor(row), ord).item() == pytest.approx(np.linalg.norm(row, ord))


def test_the_norm_of_a_matrix_is_frobenius_and_others_are_refused():
    x = Tensor([[3.0, 0.0], [0.0, 4.0]])
    assert autograd.norm(x).item() == autograd.norm(x, "fro").item() == 5.0
    for array, ord in ((x, 2), (x[0], 3), (x, "nuc")):
        with pytest.raises(autograd.KindError, match="norm with ord="):
            autograd.norm(array, ord)
    assert autograd.norm(x, ord=1, axis=-1).data.tolist() == [3.0, 4.0]


def test_all_and_any_are_plain_answers():
    t = Tensor([[1.0, 0.0], [2.0, 3.0]], requires_grad=True)
    assert autograd.all(t, axis=1).tolist() == t.all(axis=1).tolist() == [False, True]
    assert autograd.any(t, axis=0, keepdims=True).tolist() == [[True, True]]
    assert bool(t.any()) is True
    assert bool(t.all()) is False
    assert bool(Value(0.0).any()) is False
    assert bool(autograd.all([Value(1.0), Value(2.0)])) is True


@pytest.mark.parametrize("axis", [None, 0, -1])
def test_a_single_number_is_its_own_mean_over_any_axis(axis):
    t = Tensor(3.0, requires_grad=True)
    t.mean(axis=axis).backward()
    assert t.grad.tolist() == 1.0
    assert Value(3.0).mean(axis=axis).data == 3.0
