"""Running sums and products, and products with zeros, against loops that multiply all but one."""

import math

import numpy as np
import pytest

import autograd
from autograd import Tensor, Value, gradcheck, gradients

RNG = np.random.default_rng(5)
running = pytest.mark.parametrize("name", ["cumsum", "cumprod"])
ZEROS = {
    "no zero": [1.5, -0.5, 2.0, 3.0],
    "a zero first": [0.0, -0.5, 2.0, 3.0],
    "a zero inside": [1.5, 0.0, 2.0, 3.0],
    "a zero last": [1.5, -0.5, 2.0, 0.0],
    "two zeros": [1.5, 0.0, 0.0, 3.0],
    "only zeros": [0.0, 0.0, 0.0, 0.0],
}
zeros = pytest.mark.parametrize("name", ZEROS)


def without(x, *left_out):
    """The product of all entries but these."""
    return math.prod(entry for i, entry in enumerate(x) if i not in left_out)


@zeros
def test_prod_to_third_order_in_closed_form(name):
    numbers = ZEROS[name]
    n = len(numbers)
    x = Tensor(numbers, requires_grad=True)
    (first,) = gradients(autograd.prod(x), x, create_graph=True)
    assert first.data.tolist() == [without(numbers, i) for i in range(n)]
    for i in range(n):
        (second,) = gradients(first[i], x, create_graph=True)
        assert second.data.tolist() == [0.0 if j == i else without(numbers, i, j) for j in range(n)]
        for j in range(n):
            third = gradients(second[j], x)[0]
            expected = [0.0 if len({i, j, k}) < 3 else without(numbers, i, j, k) for k in range(n)]
            assert third.tolist() == expected


@zeros
def test_cumprod_to_second_order_in_closed_form(name):
    numbers = ZEROS[name]
    n = len(numbers)
    x = Tensor(numbers, requires_grad=True)
    z = autograd.cumprod(x)
    for k in range(n):
        (first,) = gradients(z[k], x, create_graph=True)
        upto = numbers[: k + 1]
        assert first.data.tolist() == [without(upto, i) if i <= k else 0.0 for i in range(n)]
        for i in range(n):
            second = gradients(first[i], x)[0]
            assert second.tolist() == [
                without(upto, i, j) if i != j and max(i, j) <= k else 0.0 for j in range(n)
            ]


@pytest.mark.parametrize("axis", [None, 0, -1, (0, 1)], ids=str)
def test_prod_with_zeros_along_axes(axis):
    x = np.array([[0.0, 2.0, 3.0], [4.0, 0.0, 0.0]])
    assert gradcheck(lambda t: autograd.prod(t, axis=axis), x, order=3).compared == 18


@running
@pytest.mark.parametrize(
    ("shape", "axis"),
    [((), None), ((1,), 0), ((4,), -1), ((2, 3), None), ((2, 3), 0), ((2, 3), -1),
     ((2, 1, 3), 2), ((2, 1, 2, 2), 1), ((0,), 0), ((2, 0), 1), ((0, 2), None)],
    ids=str,
)  # fmt: skip
def test_running_totals_and_products(name, shape, axis):
    f, reference = getattr(autograd, name), getattr(np, name)
    x = RNG.uniform(0.5, 1.5, shape)
    z = f(Tensor(x), axis=axis)
    np.testing.assert_allclose(z.data, reference(x, axis=axis), rtol=1e-15)
    assert z.shape == reference(x, axis=axis).shape
    assert gradcheck(lambda t: f(t * t.sin(), axis=axis), Tensor(x), order=2).compared == 2 * x.size


@running
def test_float32_is_kept(name):
    x = Tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True, dtype="float32")
    z = getattr(x, name)(axis=1)
    assert z.dtype == np.float32
    (slope,) = gradients((z * z).sum(), x, create_graph=True)
    assert slope.dtype == gradients(slope.sum(), x)[0].dtype == np.float32


@running
def test_views_and_read_only_arrays(name):
    f = getattr(autograd, name)
    x = np.arange(1.0, 13.0).reshape(3, 4)
    for view in (x.T, x[::2, ::-1], np.broadcast_to(x[0], (2, 4))):
        a, b = Tensor(view, requires_grad=True), Tensor(view.copy(), requires_grad=True)
        a._data = view
        for t in (a, b):
            f(t, axis=1).sum().backward()
        assert a.grad.tolist() == b.grad.tolist()
    assert x.tolist() == np.arange(1.0, 13.0).reshape(3, 4).tolist()


def test_whole_numbers_stay_whole():
    t = Tensor([1, 2, 3])
    for z in (t.cumsum(), t.cumprod(), t.prod()):
        assert z.dtype == np.int64
    assert (t.cumsum().tolist(), t.cumprod().tolist(), t.prod().item()) == ([1, 3, 6], [1, 2, 6], 6)


def test_a_value_becomes_a_row_of_one():
    v = Value(3.0)
    z = v.cumsum()
    assert z.data.tolist() == [3.0]
    z.sum().backward()
    assert v.grad == 1.0


def test_the_running_sum_of_a_list_of_values():
    values = [Value(1.0), Value(2.0), Value(4.0)]
    z = autograd.cumsum(values)
    assert z.data.tolist() == [1.0, 3.0, 7.0]
    z.backward(np.array([1.0, 10.0, 100.0]))
    assert [v.grad for v in values] == [111.0, 110.0, 100.0]


def test_an_axis_that_is_not_there():
    for axis in (1, -2):
        with pytest.raises(np.exceptions.AxisError, match="out of bounds for array of dimension 1"):
            autograd.cumsum(Tensor([1.0]), axis=axis)
