"""Sliding windows, and what is made of them: convolution and pooling.

Convolution is linear in the image x and in the kernel w. So there is one number,

    T(g, x, w) = sum over n, o, p, c, t of  g[n, o, p] x[n, c, stride p + dilation t] w[o, c, t],

and three operations that leave out one factor each: `conv` leaves out g, `conv_input` leaves out x,
`conv_kernel` leaves out w. The gradients of each are the other two, to any order.

Images are (N, C, ...), as in PyTorch. Inside, the channels come last: then the numbers of a window
are neighbours in memory, and the windows, copied into the rows of one matrix, need one product.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, nan, prod
from operator import index
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided, sliding_window_view

from ..data import plain, shape_of
from ..errors import lesson
from ..op import Op
from .doors import opens
from .shape import concatenate, reshape

Sizes = tuple[int, ...]
Array = np.ndarray[Any, Any]


def _overlap_add(g: Array, *, shape: Sizes, window: Sizes, axes: Sizes) -> Array:
    total = np.zeros(shape, g.dtype)
    for offset in np.ndindex(window):
        starts = [0] * len(shape)
        for axis, start in zip(axes, offset, strict=True):
            starts[axis] += start
        places = zip(starts, g.shape[: len(shape)], strict=True)
        total[tuple([slice(start, start + n) for start, n in places])] += g[(..., *offset)]
    return total


# Adjoints of each other: reading windows, and adding up what arrives for them where they overlap.
_sliding_windows = Op(
    "sliding_windows",
    lambda x, *, window, axes: sliding_window_view(x, window, axes),
    lambda g, z, x, window, axes: _overlaps(g, shape=shape_of(x), window=window, axes=axes),
)
_overlaps = Op(
    "overlap_add",
    _overlap_add,
    lambda g, z, x, shape, window, axes: _sliding_windows(g, window=window, axes=axes),
)


@opens(sliding_window_view)
def sliding_windows(
    x: Any, window_shape: int | Sequence[int], axis: int | Sequence[int] | None = None
) -> Any:
    """z[i, t] = x[i + t]: every window of x, as a view.

    window_shape: the window's length along each axis in `axis`, by default along all axes. An axis
    of length n becomes one of n - window + 1, and the windows' own axes come last, as in NumPy's
    sliding_window_view. Raises E29 where a window does not fit.

    >>> from autograd import Tensor, sliding_windows
    >>> sliding_windows(Tensor([1.0, 2.0, 3.0]), 2).data
    array([[1., 2.],
           [2., 3.]])
    """
    x = plain(x)
    shape, window = shape_of(x), _listed(window_shape)
    axes = tuple(range(len(shape))) if axis is None else _listed(axis)
    if len(window) != len(axes):
        what = f"windows {window} for {len(axes)} axes"
        raise lesson("E29", what=what, fix="sliding_windows(x, (2, 3), axis=(0, 1))")
    axes = tuple([a % len(shape) for a in axes])
    left = list(shape)
    for length, a in zip(window, axes, strict=True):
        if not 1 <= length <= left[a]:
            what = f"a window of length {length} along axis {a} of shape {shape}"
            raise lesson("E29", what=what, fix=f"a length from 1 to {left[a]}")
        left[a] -= length - 1
    return _sliding_windows(x, window=window, axes=axes)


def _listed(sizes: int | Sequence[int]) -> Sizes:
    return (index(sizes),) if np.ndim(sizes) == 0 else tuple(map(index, sizes))  # type: ignore[arg-type]


def _sizes(sizes: int | Sequence[int], count: int) -> Sizes:
    """One size for each of count axes; a single one holds for all. Raises E29 for another count."""
    listed = _listed(sizes)
    if len(listed) not in (1, count):
        what = f"{listed} for {count} axes"
        raise lesson("E29", what=what, fix="one number, or one for each axis")
    return listed * count if len(listed) == 1 else listed


def _positions(
    lengths: Sequence[int], kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes
) -> Sizes:
    """How many windows fit along each axis: floor((n + 2 padding - reach) / stride) + 1."""
    return tuple([
        (n + 2 * p - d * (k - 1) - 1) // s + 1
        for n, k, s, p, d in zip(lengths, kernel, stride, padding, dilation, strict=True)
    ])  # fmt: skip


def _taps(kernel: Sizes, stride: Sizes, dilation: Sizes, positions: Sequence[int]) -> Any:
    """For each place t in the kernel: t, and the slices where the windows have that place."""
    for t in np.ndindex(kernel):
        starts = [d * i for d, i in zip(dilation, t, strict=True)]
        places = zip(starts, stride, positions, strict=True)
        yield t, tuple([slice(start, start + s * (n - 1) + 1, s) for start, s, n in places])


def _inside(padding: Sizes) -> Any:
    """The slices that leave a border out."""
    return tuple([slice(p, -p or None) for p in padding])


def _blank(n: int, lengths: Sequence[int], channels: int, padding: Sizes, dtype: Any) -> Array:
    """A blank image with a border, channels last."""
    bordered = [length + 2 * p for length, p in zip(lengths, padding, strict=True)]
    return np.zeros((n, *bordered, channels), dtype)


def _frame(x: Array, padding: Sizes) -> Array:
    """x in a border of zeros, channels last."""
    frame = _blank(x.shape[0], x.shape[2:], x.shape[1], padding, x.dtype)
    frame[:, *_inside(padding)] = np.moveaxis(x, 1, -1)
    return frame


def _windows(
    frame: Array, positions: Sizes, kernel: Sizes, stride: Sizes, dilation: Sizes
) -> Array:
    """Every window of a frame as a row: (N positions, kernel C), a copy."""
    (n, *_, channels), (first, *steps, last) = frame.shape, frame.strides
    shape = (n, *positions, *kernel, channels)
    if channels == 1:  # then a window has no neighbours to copy at once, but a row of windows has
        windows = np.empty(shape, frame.dtype)
        for t, place in _taps(kernel, stride, dilation, positions):
            windows[(..., *t, 0)] = frame[:, *place, 0]
    else:
        between = [step * s for step, s in zip(steps, stride, strict=True)]
        within = [step * d for step, d in zip(steps, dilation, strict=True)]
        windows = as_strided(frame, shape, (first, *between, *within, last), writeable=False)
    return windows.reshape(n * prod(positions), prod(kernel) * channels)


def _rows(x: Array) -> Array:
    """An image (N, C, ...) as rows of channels, one for each position."""
    return np.moveaxis(x, 1, -1).reshape(x.shape[0] * prod(x.shape[2:]), x.shape[1])


def _image_windows(
    x: Array, kernel: Sizes, *, stride: Sizes, padding: Sizes, dilation: Sizes
) -> tuple[Array, Sizes]:
    """Every window of an image as a row, and how many there are along each axis."""
    positions = _positions(x.shape[2:], kernel, stride, padding, dilation)
    return _windows(_frame(x, padding), positions, kernel, stride, dilation), positions


def _conv_forward(x: Array, w: Array, **how: Sizes) -> Array:
    windows, positions = _image_windows(x, w.shape[2:], **how)
    z = windows @ np.moveaxis(w, (0, 1), (-1, -2)).reshape(windows.shape[1], w.shape[0])
    return np.moveaxis(z.reshape(x.shape[0], *positions, w.shape[0]), -1, 1)


def _conv_kernel_forward(x: Array, g: Array, *, kernel: Sizes, **how: Sizes) -> Array:
    windows, _ = _image_windows(x, kernel, **how)
    w = _rows(g).T @ windows
    return np.moveaxis(w.reshape(g.shape[1], *kernel, x.shape[1]), -1, 1)


def _conv_input_forward(
    g: Array, w: Array, *, size: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes
) -> Array:
    """Each place of the kernel gives back to the entries that it was multiplied with."""
    rows, positions = _rows(g), g.shape[2:]
    frame = _blank(g.shape[0], size, w.shape[1], padding, np.result_type(g, w))
    for t, place in _taps(w.shape[2:], stride, dilation, positions):
        share = rows @ w[(..., *t)]
        frame[:, *place] += share.reshape(g.shape[0], *positions, w.shape[1])
    return np.moveaxis(frame[:, *_inside(padding)], -1, 1)


_conv = Op(
    "conv",
    _conv_forward,
    lambda g, z, x, w, **how: _conv_input(g, w, size=shape_of(x)[2:], **how),
    lambda g, z, x, w, **how: _conv_kernel(x, g, kernel=shape_of(w)[2:], **how),
)
_conv_input = Op(
    "conv_input",
    _conv_input_forward,
    lambda h, z, g, w, size, **how: _conv(h, w, **how),
    lambda h, z, g, w, size, **how: _conv_kernel(h, g, kernel=shape_of(w)[2:], **how),
)
_conv_kernel = Op(
    "conv_kernel",
    _conv_kernel_forward,
    lambda h, z, x, g, kernel, **how: _conv_input(g, h, size=shape_of(x)[2:], **how),
    lambda h, z, x, g, kernel, **how: _conv(x, h, **how),
)


def conv1d(
    x: Any, weight: Any, bias: Any = None, stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0, dilation: int | Sequence[int] = 1, groups: int = 1,
) -> Any:  # fmt: skip
    """z[n, o, p] = b[o] + sum_(c, t) x[n, c, stride p + dilation t - padding] w[o, c, t].

    Shapes: x (N, C, L) or (C, L), weight (O, C / groups, K), bias (O,), result (N, O, L') with
    L' = floor((L + 2 padding - dilation (K - 1) - 1) / stride) + 1. Outside of x there are zeros.
    groups: the channels are cut into so many groups, each with kernels of its own.
    Raises E29 where shapes do not fit. As in PyTorch the kernel is not flipped.

    >>> from autograd import Tensor, conv1d
    >>> conv1d(Tensor([[1.0, 2.0, 4.0]]), Tensor([[[-1.0, 1.0]]])).data
    array([[1., 2.]])
    """
    return _convolved(1, x, weight, bias, stride, padding, dilation, groups)


def conv2d(
    x: Any, weight: Any, bias: Any = None, stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0, dilation: int | Sequence[int] = 1, groups: int = 1,
) -> Any:  # fmt: skip
    """z[n, o, p] = b[o] + sum_(c, t) x[n, c, stride p + dilation t - padding] w[o, c, t].

    p = (row, column) is a position in the result, t one in the kernel. Shapes: x (N, C, H, W) or
    (C, H, W), weight (O, C / groups, KH, KW), bias (O,), result (N, O, H', W'), each length as in
    `conv1d`. stride, padding and dilation are numbers or pairs. Raises E29 where shapes do not fit.

    The gradient of x is the transposed convolution of g: what each number of the kernel read, it
    gives its share to.
    Source: Dumoulin & Visin 2016, A guide to convolution arithmetic for deep learning.

    >>> import numpy as np
    >>> from autograd import Tensor, conv2d
    >>> conv2d(Tensor(np.ones((1, 1, 3, 3))), Tensor(np.ones((1, 1, 2, 2)))).data
    array([[[[4., 4.],
             [4., 4.]]]])
    """
    return _convolved(2, x, weight, bias, stride, padding, dilation, groups)


def _convolved(
    count: int, x: Any, weight: Any, bias: Any, stride: Any, padding: Any, dilation: Any,
    groups: int,
) -> Any:  # fmt: skip
    """conv1d and conv2d: `count` says how many axes the kernel slides along."""
    x, weight = plain(x), plain(weight)
    a, b = shape_of(x), shape_of(weight)
    if len(a) == count + 1:
        one = x[None]
        return _convolved(count, one, weight, bias, stride, padding, dilation, groups)[0]
    if len(a) != count + 2 or len(b) != count + 2:
        what = f"conv{count}d of shapes {a} and {b}"
        fix = f"x (N, C, {'L' if count == 1 else 'H, W'}) and weight (O, C, ...), {count + 2} axes"
        raise lesson("E29", what=what, fix=fix)
    if a[1] != b[1] * groups or b[0] % groups:
        what = f"conv{count}d: x has {a[1]} channels, the kernels of shape {b} take {b[1] * groups}"
        raise lesson("E29", what=what, fix=f"weight of shape (O, {a[1]} / groups, ...)")
    how = {
        "stride": _sizes(stride, count), "padding": _sizes(padding, count),
        "dilation": _sizes(dilation, count),
    }  # fmt: skip
    _check_fit(f"conv{count}d", a[2:], b[2:], **how)
    if groups == 1:
        z = _conv(x, weight, **how)
    else:
        z = concatenate([
            _conv(x[:, i * b[1] : (i + 1) * b[1]], weight[i * o : (i + 1) * o], **how)
            for o in [b[0] // groups] for i in range(groups)
        ], axis=1)  # fmt: skip
    return z if bias is None else z + reshape(bias, (b[0], *(1,) * count))


def _check_fit(name: str, lengths: Sizes, kernel: Sizes, **how: Sizes) -> None:
    """Raise E29 where no window fits."""
    sizes = min(*kernel, *how["stride"], *how["dilation"]) >= 1 and min(how["padding"]) >= 0
    if not sizes or min(_positions(lengths, kernel, **how)) < 1:
        told = ", ".join(f"{key} {value}" for key, value in how.items())
        what = f"{name}: a window {kernel} in an image {lengths} with {told}"
        raise lesson("E29", what=what, fix="a smaller kernel, or padding=1")


# Pooling slides along the last two axes, without dilation.


def _pooled_places(kernel: Sizes, stride: Sizes, positions: Sequence[int]) -> list[Any]:
    """For each place in the window: where all windows have it, as an index of the last axes."""
    return [(..., *place) for _, place in _taps(kernel, stride, (1, 1), positions)]


def _bordered(x: Array, padding: Sizes, fill: float) -> Array:
    """x with a border around its last axes."""
    if not any(padding):
        return x
    widths = [(0, 0)] * (x.ndim - len(padding)) + [(p, p) for p in padding]
    return np.pad(x, widths, constant_values=fill)


def _ties(x: Array, z: Array, kernel: Sizes, stride: Sizes, padding: Sizes) -> list[Any]:
    """For each place in the window: where it is, and which windows have their maximum there."""
    frame = _bordered(x, padding, nan)  # nan equals nothing, so the border has no part in it
    return [(at, frame[at] == z) for at in _pooled_places(kernel, stride, z.shape[-2:])]


def _number_tied(ties: list[Any], dtype: Any) -> Any:
    """How many entries share each maximum; 1 for nan, which equals none."""
    return np.maximum(sum([tied for _, tied in ties], np.zeros((), dtype)), 1)


def _max_pool_forward(x: Array, *, kernel: Sizes, stride: Sizes, padding: Sizes) -> Any:
    positions = _positions(x.shape[-2:], kernel, stride, padding, (1, 1))
    frame = _bordered(x, padding, -inf)
    first, *others = _pooled_places(kernel, stride, positions)
    z = frame[first].copy()
    for at in others:
        np.maximum(z, frame[at], out=z)
    return z


def _to_maxima(g: Array, z: Array, x: Array, **how: Sizes) -> Array:
    """g where x is its window's maximum, in equal parts where several are tied."""
    ties = _ties(x, z, **how)
    part = g / _number_tied(ties, g.dtype)
    total = _bordered(np.zeros_like(x, g.dtype), how["padding"], 0)
    for at, tied in ties:
        total[at] += part * tied
    return total[..., *_inside(how["padding"])]


def _from_maxima(h: Array, z: Array, x: Array, **how: Sizes) -> Any:
    """The mean of h over the places where x is its window's maximum."""
    ties, frame = _ties(x, z, **how), _bordered(h, how["padding"], 0)
    total = sum([frame[at] * tied for at, tied in ties])
    return total / _number_tied(ties, h.dtype)


def _mean_forward(x: Array, *, kernel: Sizes, stride: Sizes, padding: Sizes) -> Any:
    positions = _positions(x.shape[-2:], kernel, stride, padding, (1, 1))
    frame = _bordered(x, padding, 0)
    return sum([frame[at] for at in _pooled_places(kernel, stride, positions)]) / prod(kernel)


def _spread_mean_forward(
    g: Array, *, shape: Sizes, kernel: Sizes, stride: Sizes, padding: Sizes
) -> Array:
    total, part = _bordered(np.zeros(shape, g.dtype), padding, 0), g / prod(kernel)
    for at in _pooled_places(kernel, stride, g.shape[-2:]):
        total[at] += part
    return total[..., *_inside(padding)]


# For given z and x, `to_maxima` and `from_maxima` are adjoints of each other.
_max_pool = Op(
    "max_pool", _max_pool_forward, lambda g, z, x, **how: _spread_to_maxima(g, z, x, **how)
)
_spread_to_maxima = Op(
    "to_maxima", _to_maxima,
    lambda h, _, g, z, x, **how: _mean_of_maxima(h, z, x, **how), None, None,
)  # fmt: skip
_mean_of_maxima = Op(
    "from_maxima", _from_maxima,
    lambda g, _, h, z, x, **how: _spread_to_maxima(g, z, x, **how), None, None,
)  # fmt: skip
_avg_pool = Op(
    "avg_pool",
    _mean_forward,
    lambda g, z, x, **how: _spread_mean(g, shape=shape_of(x), **how),
)
_spread_mean = Op(
    "spread_mean", _spread_mean_forward, lambda h, z, g, shape, **how: _avg_pool(h, **how)
)


def max_pool2d(
    x: Any, kernel_size: int | Sequence[int], stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
) -> Any:  # fmt: skip
    """The largest entry of each window; where several are tied, they share the gradient equally.

    Shape (..., H, W) -> (..., H', W') with H' = floor((H + 2 padding - K) / stride) + 1. stride is
    kernel_size unless given; padding is never the maximum. Raises E29 where no window fits.

    >>> from autograd import Tensor, max_pool2d
    >>> max_pool2d(Tensor([[1.0, 2.0, 3.0, 4.0], [8.0, 7.0, 6.0, 5.0]]), 2).data
    array([[8., 6.]])
    """
    x = plain(x)
    return _max_pool(x, **_pooling("max_pool2d", x, kernel_size, stride, padding))


def avg_pool2d(
    x: Any, kernel_size: int | Sequence[int], stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
) -> Any:  # fmt: skip
    """The mean of each window; padding counts as zeros.

    Shape (..., H, W) -> (..., H', W') with H' = floor((H + 2 padding - K) / stride) + 1. stride is
    kernel_size unless given. Raises E29 where no window fits.

    >>> from autograd import Tensor, avg_pool2d
    >>> avg_pool2d(Tensor([[1.0, 2.0, 3.0, 4.0], [8.0, 7.0, 6.0, 5.0]]), 2).data
    array([[4.5, 4.5]])
    """
    x = plain(x)
    return _avg_pool(x, **_pooling("avg_pool2d", x, kernel_size, stride, padding))


def _pooling(name: str, x: Any, kernel_size: Any, stride: Any, padding: Any) -> dict[str, Sizes]:
    """The sizes of a pooling. Raises E29 where no window fits, or one would see only padding."""
    kernel, around = _sizes(kernel_size, 2), _sizes(padding, 2)
    step = kernel if stride is None else _sizes(stride, 2)
    shape = shape_of(x)
    if len(shape) < 2:
        raise lesson("E29", what=f"{name} of shape {shape}", fix="x of shape (..., H, W)")
    _check_fit(name, shape[-2:], kernel, stride=step, padding=around, dilation=(1, 1))
    if any([2 * p > k for p, k in zip(around, kernel, strict=True)]):
        what = f"{name}: padding {around} is more than half of the window {kernel}"
        raise lesson("E29", what=what, fix="padding of at most half the kernel_size")
    return {"kernel": kernel, "stride": step, "padding": around}
