"""Windows, convolution and pooling against loops over every position."""

import itertools

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from autograd import (
    ShapeError,
    Tensor,
    avg_pool2d,
    conv1d,
    conv2d,
    gradcheck,
    gradients,
    history,
    max_pool2d,
    sliding_windows,
)


def told(caught):
    """The message of an exception, its line breaks undone."""
    return " ".join(str(caught.value).split())


def drawn(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def distinct(*shape):
    """Numbers no two of which are close, so that a nudge changes no maximum."""
    size = int(np.prod(shape))
    return np.random.default_rng(3).permutation(np.linspace(-1, 1, size)).reshape(shape)


def pair(option):
    return (option, option) if isinstance(option, int) else option


def looped_conv2d(x, w, b, stride=1, padding=0, dilation=1, groups=1):
    """Every product of the definition, added up one by one."""
    (sh, sw), (ph, pw), (dh, dw) = map(pair, (stride, padding, dilation))
    x = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    n, _, height, width = x.shape
    o, c, kh, kw = w.shape
    rows = (height - dh * (kh - 1) - 1) // sh + 1
    columns = (width - dw * (kw - 1) - 1) // sw + 1
    z = np.zeros((n, o, rows, columns)) + b[:, None, None]
    for out, i, j, k, s, t in itertools.product(*map(range, (o, rows, columns, c, kh, kw))):
        channel = out // (o // groups) * c + k
        pixels = x[:, channel, sh * i + dh * s, sw * j + dw * t]
        z[:, out, i, j] += pixels * w[out, k, s, t]
    return z


# (image, kernel, options)
CONVOLUTIONS = [
    ((2, 2, 4, 3), (3, 2, 2, 2), {}),
    ((1, 1, 3, 3), (1, 1, 3, 3), {}),
    ((1, 2, 4, 4), (2, 2, 1, 1), {"stride": 2}),
    ((1, 1, 5, 4), (2, 1, 3, 2), {"stride": (2, 1), "padding": (1, 2)}),
    ((1, 2, 5, 5), (1, 2, 2, 3), {"dilation": (3, 2), "stride": 2, "padding": 1}),
    ((2, 4, 3, 3), (6, 2, 2, 2), {"groups": 2}),
    ((1, 3, 3, 2), (3, 1, 2, 2), {"groups": 3, "padding": 1}),
    ((1, 1, 7, 6), (1, 1, 2, 2), {"stride": 3}),  # the last row is in no window
    ((1, 1, 2, 3), (1, 1, 1, 2), {"padding": 3, "stride": 2}),  # windows see only the border
    ((0, 2, 3, 3), (1, 2, 2, 2), {}),
    ((1, 0, 3, 3), (2, 0, 2, 2), {}),
    ((1, 1, 3, 3), (0, 1, 2, 2), {}),
]
convolutions = pytest.mark.parametrize("row", CONVOLUTIONS, ids=str)


@convolutions
def test_conv2d_is_its_definition(row):
    image, kernel, how = row
    x, w, b = drawn(*image), drawn(*kernel, seed=1), drawn(kernel[0], seed=2)
    expected = looped_conv2d(x, w, b, **how)
    np.testing.assert_allclose(conv2d(x, w, b, **how), expected, atol=1e-12)
    z = conv2d(Tensor(x, requires_grad=True), w, b, **how)
    np.testing.assert_allclose(z.data, expected, atol=1e-12)
    np.testing.assert_allclose(
        conv2d(Tensor(x), Tensor(w), **how).data, expected - b[:, None, None], atol=1e-12
    )


@convolutions
def test_conv2d_gradcheck_to_second_order(row):
    image, kernel, how = row
    points = [drawn(*image), drawn(*kernel, seed=1), drawn(kernel[0], seed=2)]
    assert gradcheck(lambda x, w, b: conv2d(x, w, b, **how), points, order=2)
    assert gradcheck(lambda x, w, b: conv2d(x, w, b, **how).tanh(), points, order=2)


def test_a_convolution_of_itself_to_third_order():
    f = lambda x: conv2d(x, x.reshape(1, 1, 2, 2), padding=1).tanh()
    assert gradcheck(f, [drawn(1, 1, 2, 2)], order=3, rtol=1e-4)


LINES = [
    ((2, 3, 6), (4, 3, 3), {}),
    ((1, 2, 7), (2, 2, 2), {"stride": 3, "padding": 1, "dilation": 2}),
    ((1, 4, 5), (2, 2, 3), {"groups": 2, "padding": (2,)}),
]


@pytest.mark.parametrize("row", LINES, ids=str)
def test_conv1d_is_conv2d_of_one_row(row):
    line, kernel, how = row
    x, w, b = drawn(*line), drawn(*kernel, seed=1), drawn(kernel[0], seed=2)
    wide = {
        "stride": (1, how.get("stride", 1)), "dilation": (1, how.get("dilation", 1)),
        "padding": (0, np.ravel(how.get("padding", 0))[0]), "groups": how.get("groups", 1),
    }  # fmt: skip
    expected = looped_conv2d(x[:, :, None], w[:, :, None], b, **wide)[:, :, 0]
    np.testing.assert_allclose(conv1d(Tensor(x), Tensor(w), b, **how).data, expected, atol=1e-12)
    assert gradcheck(lambda x, w, b: conv1d(x, w, b, **how).tanh(), [x, w, b], order=2)


def test_one_image_without_a_batch():
    x, w = drawn(2, 4, 3), drawn(3, 2, 2, 2)
    np.testing.assert_array_equal(conv2d(Tensor(x), w).data, conv2d(x[None], w)[0])
    line, kernel = drawn(2, 4), drawn(3, 2, 2)
    np.testing.assert_array_equal(conv1d(Tensor(line), kernel).data, conv1d(line[None], kernel)[0])
    assert gradcheck(lambda x, w: conv2d(x, w).tanh(), [x, w])


def test_a_convolution_is_one_node_and_data_wants_no_gradient():
    w = Tensor(drawn(1, 1, 2, 2), requires_grad=True)
    z = conv2d(drawn(1, 1, 3, 3), w)
    assert [node.op and node.op.name for node in history(z)] == ["conv", None]


# (shape, kernel_size, stride, padding)
POOLS = [
    ((2, 2, 4, 6), 2, None, 0),
    ((1, 1, 5, 5), (3, 2), None, 0),
    ((1, 2, 5, 4), 3, 1, 1),
    ((2, 4, 5), (2, 3), (3, 1), (1, 0)),
    ((4, 4), 2, 2, 1),
    ((3, 1), 1, None, 0),
    ((0, 1, 4, 4), 2, None, 0),
    ((2, 0, 2, 2), 2, None, 0),
]
pools = pytest.mark.parametrize("row", POOLS, ids=str)


def looped_pool(reduce, border, x, kernel_size, stride=None, padding=0):
    (kh, kw), (ph, pw) = pair(kernel_size), pair(padding)
    sh, sw = pair(kernel_size if stride is None else stride)
    x = np.pad(x, [(0, 0)] * (x.ndim - 2) + [(ph, ph), (pw, pw)], constant_values=border)
    rows, columns = (x.shape[-2] - kh) // sh + 1, (x.shape[-1] - kw) // sw + 1
    z = np.empty((*x.shape[:-2], rows, columns))
    for i, j in np.ndindex(rows, columns):
        z[..., i, j] = reduce(x[..., sh * i : sh * i + kh, sw * j : sw * j + kw], axis=(-1, -2))
    return z


@pools
@pytest.mark.parametrize(
    ("pool", "reduce", "border"),
    [(max_pool2d, np.max, -np.inf), (avg_pool2d, np.mean, 0.0)],
    ids=["max", "avg"],
)
def test_pools_are_their_definition(row, pool, reduce, border):
    shape, *how = row
    x = distinct(*shape)
    expected = looped_pool(reduce, border, x, *how)
    np.testing.assert_allclose(pool(x, *how), expected, atol=1e-14)
    np.testing.assert_allclose(pool(Tensor(x), *how).data, expected, atol=1e-14)
    assert gradcheck(lambda x: pool(x, *how), x, order=2)
    assert gradcheck(lambda x: pool(x, *how).tanh(), x, order=2)


def test_max_pool_to_third_order():
    assert gradcheck(lambda x: max_pool2d(x, 2, 1) ** 3, distinct(3, 3), order=3, rtol=1e-4)


def test_a_function_of_max_pools_gradient_to_second_order():
    def f(x):
        (slope,) = gradients((max_pool2d(x, 2, 1) ** 3).sum(), x, create_graph=True)
        return slope**2

    assert gradcheck(f, distinct(3, 3), order=2, rtol=1e-4)


def test_tied_maxima_share_the_gradient_equally():
    t = Tensor([[1.0, 1.0, 0.0, 2.0], [0.0, 1.0, 2.0, 2.0]], requires_grad=True)
    z = max_pool2d(t, 2)
    z.backward([[6.0, 3.0]])
    assert z.data.tolist() == [[1.0, 2.0]]
    assert t.grad.tolist() == [[2.0, 2.0, 0.0, 1.0], [0.0, 2.0, 1.0, 1.0]]


def test_overlapping_windows_add_their_gradients_up():
    t = Tensor([[0.0, 5.0, 0.0]], requires_grad=True)
    max_pool2d(t, (1, 2), 1).backward([[1.0, 10.0]])
    assert t.grad.tolist() == [[0.0, 11.0, 0.0]]


def test_the_border_of_a_max_pool_is_never_the_maximum():
    t = Tensor(np.full((2, 2), -np.inf), requires_grad=True)
    z = max_pool2d(t, 2, 2, 1)
    z.backward(np.ones((2, 2)))
    assert (z.data == -np.inf).all()
    assert t.grad.tolist() == [[1.0, 1.0], [1.0, 1.0]]


def test_nan_is_the_maximum_and_has_no_gradient():
    t = Tensor([[np.nan, 1.0, 2.0, 3.0]], requires_grad=True)
    z = max_pool2d(t, (1, 2))
    z.backward([[1.0, 1.0]])
    assert np.isnan(z.data).tolist() == [[True, False]]
    assert t.grad.tolist() == [[0.0, 0.0, 0.0, 1.0]]


# (shape, window_shape, axis)
WINDOWS = [
    ((5,), 2, None), ((5,), 5, 0), ((3, 4), (2, 2), None), ((3, 4), 2, 0), ((3, 4), (2, 1), (1, 0)),
    ((2, 3, 4), 3, -1), ((3, 4), (2, 2), (1, 1)), ((0, 3), 2, 1),
]  # fmt: skip


@pytest.mark.parametrize("row", WINDOWS, ids=str)
def test_sliding_windows_are_numpys(row):
    shape, window, axis = row
    x = drawn(*shape)
    for ours in (sliding_windows, sliding_window_view):
        z = ours(Tensor(x, requires_grad=True), window, axis)
        np.testing.assert_array_equal(z.data, sliding_window_view(x, window, axis))
    assert gradcheck(lambda x: sliding_windows(x, window, axis), x, order=2)
    assert gradcheck(lambda x: sliding_windows(x, window, axis).tanh(), x, order=2)


def test_an_entry_receives_a_share_from_every_window_it_is_in():
    t = Tensor([1.0, 2.0, 3.0, 4.0], requires_grad=True)
    sliding_windows(t, 2).sum().backward()
    assert t.grad.tolist() == [1.0, 2.0, 2.0, 1.0]


OPERATIONS = {
    "conv": lambda x: conv2d(x, np.ones((2, 2, 2, 3), x.dtype), padding=1, stride=(2, 1)),
    "conv groups": lambda x: conv2d(x, np.ones((2, 1, 2, 2), x.dtype), groups=2),
    "conv kernel": lambda x: conv2d(np.ones((1, 2, 5, 6), x.dtype), x, dilation=1),
    "max": lambda x: max_pool2d(x, 2, padding=1),
    "avg": lambda x: avg_pool2d(x, 2, padding=1),
    "windows": lambda x: sliding_windows(x, (2, 3), axis=(-1, -2)),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_float32_stays_float32(name):
    t = Tensor(distinct(2, 2, 4, 4), requires_grad=True, dtype="float32")
    z = OPERATIONS[name](t)
    (slope,) = gradients((z * z).sum(), t, create_graph=True)
    assert z.dtype == slope.dtype == np.float32
    (z * slope.sum()).sum().backward()
    assert t.grad.dtype == np.float32


@pytest.mark.parametrize("name", OPERATIONS)
def test_layout_does_not_matter_and_inputs_stay_as_they_are(name):
    x = distinct(2, 2, 4, 4)
    t = Tensor(x, requires_grad=True)
    z = OPERATIONS[name](t)
    weights = drawn(*z.shape)
    (z * z * weights).sum().backward()
    frozen, wide = x.copy(), np.zeros((2, 2, 4, 8))
    frozen.flags.writeable = False
    wide[..., ::2] = x
    channels_last = np.moveaxis(np.moveaxis(x, 1, -1).copy(), -1, 1)
    for other in (np.asfortranarray(x), frozen, wide[..., ::2], channels_last):
        s = Tensor(0.0, requires_grad=True)
        s._data = other  # as operations leave it: Tensor(other) would copy
        again = OPERATIONS[name](s)
        (again * again * weights).sum().backward()
        np.testing.assert_allclose(again.data, z.data, rtol=1e-13)
        np.testing.assert_allclose(s.grad, t.grad, rtol=1e-12, atol=1e-13)
        np.testing.assert_array_equal(other, x)


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_rules_run_on_nodes(name):
    x, g = [Tensor(array, requires_grad=True) for array in (distinct(2, 2, 4, 4), 1.0)]
    z = OPERATIONS[name](x)
    (slope,) = gradients(z, x, g * np.ones(z.shape), create_graph=True)
    assert any(node is g for node in history(slope))
    (back,) = gradients((slope * slope).sum(), g)
    assert back == pytest.approx(2 * (slope.data**2).sum())  # slope is linear in g


# (call, what it says, its Fix)
REFUSED = [
    (lambda: conv2d(drawn(3, 3), drawn(1, 1, 2, 2)), "conv2d of shapes (3, 3)", "x (N, C, H, W)"),
    (lambda: conv1d(drawn(1, 1, 3), drawn(1, 3)), "conv1d of shapes", "x (N, C, L)"),
    (
        lambda: conv2d(drawn(1, 3, 4, 4), drawn(2, 1, 2, 2)),
        "x has 3 channels, the kernels of shape (2, 1, 2, 2) take 1",
        "weight of shape (O, 3 / groups, ...)",
    ),
    (lambda: conv2d(drawn(1, 4, 4, 4), drawn(3, 2, 2, 2), groups=2), "4 channels", "weight"),
    (lambda: conv2d(drawn(1, 1, 2, 2), drawn(1, 1, 3, 3)), "a window (3, 3)", "padding=1"),
    (lambda: conv1d(drawn(1, 1, 4), drawn(1, 1, 2), stride=0), "stride (0,)", "kernel"),
    (lambda: max_pool2d(drawn(2, 2), 3), "max_pool2d: a window (3, 3)", "a smaller kernel"),
    (lambda: max_pool2d(drawn(4), 2), "max_pool2d of shape (4,)", "(..., H, W)"),
    (lambda: avg_pool2d(drawn(4, 4), 2, padding=2), "more than half", "at most half"),
    (lambda: max_pool2d(drawn(4, 4), (2, 2, 2)), "(2, 2, 2) for 2 axes", "one number"),
    (lambda: sliding_windows(drawn(3), 4), "length 4 along axis 0", "a length from 1 to 3"),
    (lambda: sliding_windows(drawn(3, 3), 2), "windows (2,) for 2 axes", "axis=(0, 1)"),
]


@pytest.mark.parametrize("row", REFUSED, ids=lambda row: row[1])
def test_e29_says_what_does_not_fit(row):
    call, what, fix = row
    with pytest.raises(ShapeError) as caught:
        call()
    message = told(caught)
    assert what in message
    assert "this does not fit" in message
    assert fix in message.partition("Fix:")[2]
    assert "See: E29" in message


def test_the_fixes_of_e29_work():
    assert conv2d(drawn(1, 1, 2, 2), drawn(1, 1, 3, 3), padding=1).shape == (1, 1, 2, 2)
    assert sliding_windows(drawn(3, 3), (2, 3), axis=(0, 1)).shape == (2, 1, 2, 3)
