"""Taking and sorting against NumPy: gradients go back to the places the entries came from."""

import numpy as np
import pytest

import autograd
from autograd import Tensor, Value, gradcheck, gradients, take_along_axis

RNG = np.random.default_rng(8)
x3 = RNG.permutation(np.linspace(-2, 2, 12)).reshape(2, 3, 2)
places = np.array([[[1, 0], [1, 1], [-1, 0]]])

# name: (ours, NumPy's)
CASES = {
    "take": (lambda t: t.take([0, 2, 2], axis=1), lambda a: np.take(a, [0, 2, 2], 1)),
    "take one": (lambda t: t.take(1, axis=-1), lambda a: np.take(a, 1, -1)),
    "take a grid": (lambda t: t.take([[0, 1], [1, -1]], 0), lambda a: a[[[0, 1], [1, -1]]]),
    "take of all": (lambda t: t.take([11, 0, -1, 0]), lambda a: np.take(a, [11, 0, -1, 0])),
    "take nothing": (lambda t: t.take([], axis=0), lambda a: a[:0]),
    "take_along_axis": (
        lambda t: take_along_axis(t, places, 0), lambda a: np.take_along_axis(a, places, 0),
    ),
    "take_along_axis of all": (
        lambda t: take_along_axis(t, np.array([3, 3, 1]), None),
        lambda a: np.take_along_axis(a, np.array([3, 3, 1]), None),
    ),
    "sort": (lambda t: t.sort(), np.sort),
    "sort along 1": (lambda t: t.sort(axis=1), lambda a: np.sort(a, 1)),
    "sort all": (lambda t: t.sort(axis=None), lambda a: np.sort(a, None)),
    "topk": (lambda t: t.topk(2, axis=1).values, lambda a: -np.sort(-a, 1)[:, :2]),
    "topk smallest": (lambda t: t.topk(1, largest=False)[0], lambda a: np.sort(a)[..., :1]),
    "median": (lambda t: t.median(axis=1), lambda a: np.median(a, 1)),
    "median of all": (lambda t: t.median(keepdims=True), lambda a: np.median(a, keepdims=True)),
    "median over two": (lambda t: t.median(axis=(0, -1)), lambda a: np.median(a, (0, -1))),
}  # fmt: skip
every_case = pytest.mark.parametrize("name", CASES)


@every_case
def test_value_and_gradient(name):
    ours, numpys = CASES[name]
    x = Tensor(x3, requires_grad=True)
    z = ours(x)
    expected = numpys(x3)
    assert z.data.tolist() == expected.tolist()
    weights = RNG.integers(1, 9, z.shape).astype(float)
    z.backward(weights)
    for at in np.ndindex(x3.shape):
        up, down = x3.copy(), x3.copy()
        up[at] += 1e-3  # far less than two entries differ by
        down[at] -= 1e-3
        slope = ((numpys(up) - numpys(down)) * weights).sum() / 2e-3
        assert x.grad[at] == pytest.approx(slope, abs=1e-9)


@every_case
def test_gradcheck_to_second_order(name):
    ours, _ = CASES[name]
    assert gradcheck(lambda t: ours(t * t.exp()).sin(), x3, order=2).compared == 24


@every_case
def test_gradients_stay_connected(name):
    x = Tensor(x3, requires_grad=True)
    z = CASES[name][0](x * x)
    (slope,) = gradients(z, x, np.ones(z.shape), create_graph=True)
    assert slope.requires_grad


@every_case
def test_views_float32_and_read_only_arrays(name):
    ours, _ = CASES[name]
    view = np.broadcast_to(x3.astype(np.float32), (2, 2, 3, 2))[1, ::-1]
    a, b = Tensor(view, requires_grad=True), Tensor(view.copy(), requires_grad=True)
    a._data = view
    for t in (a, b):
        ours(t).sum().backward()
    assert a.grad.dtype == np.float32
    assert a.grad.tolist() == b.grad.tolist()


@pytest.mark.parametrize("shape", [(1,), (4,), (2, 3), (2, 1, 3), (2, 1, 2, 2), (0,), (2, 0)])
def test_sort_of_every_rank(shape):
    x = RNG.permutation(np.arange(float(np.prod(shape)))).reshape(shape)
    for axis in (*range(-len(shape), len(shape)), None):
        t = Tensor(x, requires_grad=True)
        z = autograd.sort(t, axis)
        assert z.data.tolist() == np.sort(x, axis).tolist()
        z.backward(np.sort(x, axis))
        assert t.grad.tolist() == x.tolist()  # what comes back has made the way back


def test_tied_entries_are_sorted_in_the_order_they_have():
    x = Tensor([2.0, 1.0, 2.0, 1.0], requires_grad=True)
    x.sort().backward(np.array([1.0, 2.0, 3.0, 4.0]))
    assert x.grad.tolist() == [3.0, 1.0, 4.0, 2.0]


def test_topk():
    x = Tensor([[3.0, 1.0, 4.0, 1.0], [5.0, 9.0, 2.0, 9.0]], requires_grad=True)
    values, indices = autograd.topk(x, 2)
    assert values.data.tolist() == [[4.0, 3.0], [9.0, 9.0]]
    assert indices.tolist() == [[2, 0], [1, 3]]
    values.backward(np.array([[1.0, 2.0], [3.0, 4.0]]))
    assert x.grad.tolist() == [[2, 0, 1, 0], [0, 3, 0, 4]]
    smallest = autograd.topk(x, 2, axis=0, largest=False)
    assert smallest.indices.tolist() == [[0, 0, 1, 0], [1, 1, 0, 1]]
    assert x.topk(0).values.shape == (2, 0)
    for k in (5, -1):
        with pytest.raises(ValueError, match="there are 4 entries along axis 1"):
            x.topk(k)


def test_places_are_plain_answers():
    t = Tensor([[3.0, 1.0], [1.0, 1.0]], requires_grad=True)
    assert autograd.argsort(t).tolist() == t.argsort().tolist() == [[1, 0], [0, 1]]
    assert t.argmax() == 0
    assert t.argmax(axis=0).tolist() == [0, 0]
    assert t.argmin(axis=1, keepdims=True).tolist() == [[1], [0]]
    assert autograd.argmax([Value(1.0), Value(3.0), Value(2.0)]) == 1
    assert Value(2.0).argmin() == 0


def test_a_list_of_values():
    values = [Value(3.0), Value(1.0), Value(2.0)]
    autograd.sort(values).backward(np.array([1.0, 10.0, 100.0]))
    assert [v.grad for v in values] == [100.0, 1.0, 10.0]


def test_median_of_nothing_and_of_nan_is_nan():
    t = Tensor([[1.0, np.nan, 3.0], [1.0, 2.0, 3.0]], requires_grad=True)
    z = t.median(axis=1)
    assert z.data.tolist()[1] == 2.0
    assert np.isnan(z.data[0])
    assert isinstance(Value(2.0).median(), Value)
    with pytest.warns(RuntimeWarning):
        assert np.isnan(autograd.median(Tensor(np.zeros(0))).item())


def test_indices_of_another_rank_are_refused():
    with pytest.raises(ValueError, match="same number of dimensions"):
        take_along_axis(Tensor([[1.0]]), np.array([0]))
    with pytest.raises(IndexError, match="out of bounds"):
        Tensor([1.0]).take([1])
    with pytest.raises(np.exceptions.AxisError, match="array of dimension 0"):
        Value(1.0).sort()
