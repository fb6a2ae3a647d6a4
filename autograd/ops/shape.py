"""The same numbers in another shape. Each gradient goes back the way its data came."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..data import raw, shape_of
from ..errors import lesson
from ..node import Node
from ..op import NaryOp, Op
from ..op import broadcast_to as _broadcast_to
from .doors import opens
from .index import getitem, scatter_add_op

_reshape = Op(
    "reshape",
    lambda x, *, shape: np.reshape(x, shape),
    lambda g, z, x, shape: _reshape(g, shape=shape_of(x)),
)
_transpose = Op(
    "transpose",
    lambda x, *, axes: np.transpose(x, axes),
    lambda g, z, x, axes: _transpose(g, axes=None if axes is None else tuple(np.argsort(axes))),
)
_flip = Op(
    "flip",
    lambda x, *, axis: np.flip(x, axis),
    lambda g, z, x, axis: _flip(g, axis=axis),
)
_roll = Op(
    "roll",
    lambda x, *, shift, axis: np.roll(x, shift, axis),
    lambda g, z, x, shift, axis: _roll(g, shift=_negated(shift), axis=axis),
)
_tril = Op("tril", lambda x, *, k: np.tril(x, k), lambda g, z, x, k: _tril(g, k=k))
_triu = Op("triu", lambda x, *, k: np.triu(x, k), lambda g, z, x, k: _triu(g, k=k))
_pad = Op(
    "pad",
    lambda x, *, widths, fill: np.pad(x, widths, constant_values=fill),
    lambda g, z, x, widths, fill: getitem(
        g, tuple([slice(a, a + n) for (a, _), n in zip(widths, shape_of(x), strict=True)])
    ),
)
_astype = Op("astype", lambda x, *, dtype: np.asarray(x, dtype), lambda g, z, x, dtype: g)


def _concatenate_rule(g: Any, z: Any, args: tuple[Any, ...], i: int, axis: int) -> Any:
    lengths = [shape_of(arg)[axis] for arg in args]
    start = np.add.reduce(lengths[:i], dtype=int)
    before = (slice(None),) * (axis % len(shape_of(z)))
    return getitem(g, (*before, slice(start, start + lengths[i])))


def _stack_rule(g: Any, z: Any, args: tuple[Any, ...], i: int, axis: int) -> Any:
    return getitem(g, (*(slice(None),) * (axis % len(shape_of(z))), i))


_concatenate = NaryOp(
    "concatenate", lambda *xs, axis: np.concatenate(xs, axis=axis), _concatenate_rule
)
_stack = NaryOp("stack", lambda *xs, axis: np.stack(xs, axis=axis), _stack_rule)


@opens(np.reshape)
def reshape(x: Any, shape: int | Sequence[int], *more: int) -> Any:
    """The same entries in another shape; one length may be -1, "whatever is left".

    >>> from autograd import Tensor
    >>> Tensor([1.0, 2.0, 3.0, 4.0]).reshape(2, -1).shape
    (2, 2)
    """
    return _reshape(x, shape=_sizes(shape, more))


@opens(np.ravel)
def ravel(x: Any) -> Any:
    """All entries in one row."""
    return _reshape(x, shape=(-1,))


def flatten(x: Any, start_dim: int = 0, end_dim: int = -1) -> Any:
    """The axes start_dim to end_dim as one axis: all entries in one row, if not told otherwise.

    >>> import numpy as np
    >>> from autograd import Tensor, flatten
    >>> flatten(Tensor(np.ones((2, 3, 4))), start_dim=1).shape
    (2, 12)
    """
    shape = shape_of(x) or (1,)
    start, end = (from_front(axis, len(shape)) for axis in (start_dim, end_dim))
    row = math.prod(shape[start : end + 1])
    return _reshape(x, shape=(*shape[:start], row, *shape[end + 1 :]))


@opens(np.atleast_1d)
def atleast_1d(x: Any) -> Any:
    """x with at least one axis: a number becomes a row of one."""
    return _reshape(x, shape=np.atleast_1d(_hollow(x)).shape)


@opens(np.atleast_2d)
def atleast_2d(x: Any) -> Any:
    """x with at least two axes: a row of n numbers becomes a matrix of shape (1, n)."""
    return _reshape(x, shape=np.atleast_2d(_hollow(x)).shape)


@opens(np.transpose)
def transpose(x: Any, axes: Sequence[int] | None = None) -> Any:
    """Axes in reverse, or in the given order."""
    return _transpose(
        x, axes=None if axes is None else tuple([from_front(a, x.ndim) for a in axes])
    )


@opens(np.swapaxes)
def swapaxes(x: Any, axis1: int, axis2: int) -> Any:
    """Two axes exchanged."""
    axes = list(range(len(shape_of(x))))
    axis1, axis2 = (from_front(axis, len(axes)) for axis in (axis1, axis2))
    axes[axis1], axes[axis2] = axes[axis2], axes[axis1]
    return _transpose(x, axes=tuple(axes))


@opens(np.moveaxis)
def moveaxis(x: Any, source: int | Sequence[int], destination: int | Sequence[int]) -> Any:
    """Axes moved to other places; the rest keep their order.

    >>> import numpy as np
    >>> from autograd import Tensor, moveaxis
    >>> moveaxis(Tensor(np.ones((2, 3, 4))), 0, -1).shape
    (3, 4, 2)
    """
    numbered = np.broadcast_to(False, tuple(range(len(shape_of(x)))))  # axis a has length a
    return _transpose(x, axes=np.moveaxis(numbered, source, destination).shape)


@opens(np.squeeze)
def squeeze(x: Any, axis: int | tuple[int, ...] | None = None) -> Any:
    """Without the axes of length 1, or without the given ones."""
    return _reshape(x, shape=np.squeeze(_hollow(x), axis).shape)


@opens(np.expand_dims)
def expand_dims(x: Any, axis: int | tuple[int, ...]) -> Any:
    """With new axes of length 1."""
    return _reshape(x, shape=np.expand_dims(_hollow(x), axis).shape)


@opens(np.broadcast_to)
def broadcast_to(x: Any, shape: int | Sequence[int]) -> Any:
    """x repeated to fill a shape; the gradients of all repeats are summed."""
    return _broadcast_to(x, shape=_sizes(shape, ()))


@opens(np.concatenate)
def concatenate(xs: Sequence[Any], axis: int | None = 0) -> Any:
    """Arrays joined along an axis they have; with axis None, all their entries in one row."""
    if axis is None:
        return _concatenate(*[ravel(x) for x in xs], axis=0)
    return _concatenate(*xs, axis=axis)


@opens(np.stack)
def stack(xs: Sequence[Any], axis: int = 0) -> Any:
    """Arrays or Values joined along a new axis: `stack([a, b])` makes a Tensor of two Values.

    >>> from autograd import Value, stack
    >>> stack([Value(1.0), Value(2.0)]).data
    array([1., 2.])
    """
    return _stack(*xs, axis=axis)


@opens(np.vstack)
def vstack(xs: Sequence[Any]) -> Any:
    """Rows and matrices on top of each other."""
    return concatenate([atleast_2d(x) for x in xs])


@opens(np.hstack)
def hstack(xs: Sequence[Any]) -> Any:
    """Arrays side by side: joined along axis 1, rows along their only axis."""
    xs = [atleast_1d(x) for x in xs]
    return concatenate(xs, axis=0 if len(shape_of(xs[0])) == 1 else 1)


@opens(np.split)
def split(x: Any, indices_or_sections: int | Sequence[int], axis: int = 0) -> list[Any]:
    """x cut along an axis: into so many equal parts, or before each of the given positions.

    >>> from autograd import Tensor, split
    >>> [part.data.tolist() for part in split(Tensor([1.0, 2.0, 3.0, 4.0]), [1, 3])]
    [[1.0], [2.0, 3.0], [4.0]]
    """
    shape = shape_of(x)
    axis = from_front(axis, len(shape))
    parts = np.split(np.arange(shape[axis]), indices_or_sections)
    before = (slice(None),) * axis
    ends = [(int(part[0]), int(part[-1]) + 1) if part.size else (0, 0) for part in parts]
    return [getitem(x, (*before, slice(start, stop))) for start, stop in ends]


@opens(np.pad)
def pad(x: Any, pad_width: Any, mode: str = "constant", constant_values: Any = 0) -> Any:
    """x with a border of constant_values: pad_width entries before and after each axis.

    pad_width: n, (before, after) for all axes, or one pair for each axis, as in NumPy.

    >>> from autograd import Tensor, pad
    >>> pad(Tensor([1.0, 2.0]), (1, 2)).data
    array([0., 1., 2., 0., 0.])
    """
    if mode != "constant":
        fix = 't[index]   with index = np.pad(np.arange(n), width, mode="reflect") repeats entries'
        raise lesson("E16", function=f"pad with mode={mode!r}", fix=fix)
    if isinstance(constant_values, Node):
        raise lesson("E16", function="pad with a node as border", fix="concatenate([border, t])")
    pairs = np.broadcast_to(np.asarray(pad_width, int), (len(shape_of(x)), 2))
    return _pad(x, widths=tuple([(int(a), int(b)) for a, b in pairs]), fill=constant_values)


@opens(np.flip)
def flip(x: Any, axis: int | tuple[int, ...] | None = None) -> Any:
    """The entries in reverse, along all axes or the given ones."""
    return _flip(x, axis=axis)


@opens(np.roll)
def roll(x: Any, shift: Any, axis: int | tuple[int, ...] | None = None) -> Any:
    """The entries moved on by shift places; what falls off the end comes in at the front.

    >>> from autograd import Tensor, roll
    >>> roll(Tensor([1.0, 2.0, 3.0]), 1).data
    array([3., 1., 2.])
    """
    return _roll(x, shift=shift, axis=axis)


@opens(np.tile)
def tile(x: Any, reps: int | Sequence[int]) -> Any:
    """x as a whole laid out again and again, reps times along each axis.

    >>> from autograd import Tensor, tile
    >>> tile(Tensor([1.0, 2.0]), 2).data
    array([1., 2., 1., 2.])
    """
    shape, reps = shape_of(x), _sizes(reps, ())
    rank = max(len(shape), len(reps))
    shape, reps = (1,) * (rank - len(shape)) + shape, (1,) * (rank - len(reps)) + reps
    pairs = list(zip(reps, shape, strict=True))
    apart = _reshape(x, shape=tuple([n for _, length in pairs for n in (1, length)]))
    wide = _broadcast_to(apart, shape=tuple([n for pair in pairs for n in pair]))
    return _reshape(wide, shape=tuple([times * length for times, length in pairs]))


@opens(np.repeat)
def repeat(x: Any, repeats: Any, axis: int | None = None) -> Any:
    """Each entry several times in a row; with axis None, of x as one row.

    repeats: how many times, for all entries alike or for each one.

    >>> from autograd import Tensor, repeat
    >>> repeat(Tensor([1.0, 2.0]), 2).data
    array([1., 1., 2., 2.])
    """
    if axis is None:
        return repeat(ravel(x), repeats, 0)
    shape = shape_of(x)
    axis = from_front(axis, len(shape))
    before = (slice(None),) * axis
    return getitem(x, (*before, np.repeat(np.arange(shape[axis]), raw(repeats))))


@opens(np.tril)
def tril(x: Any, k: int = 0) -> Any:
    """The lower triangle: entries above diagonal k (0: the main one, 1: the next above) become 0.

    >>> from autograd import Tensor, tril
    >>> tril(Tensor([[1.0, 2.0], [3.0, 4.0]])).data
    array([[1., 0.],
           [3., 4.]])
    """
    return _tril(x, k=k)


@opens(np.triu)
def triu(x: Any, k: int = 0) -> Any:
    """The upper triangle: entries below diagonal k become 0."""
    return _triu(x, k=k)


@opens(np.diag)
def diag(x: Any, k: int = 0) -> Any:
    """A vector as the diagonal of a square matrix of zeros; of a matrix, its diagonal k.

    >>> from autograd import Tensor, diag
    >>> diag(Tensor([1.0, 2.0])).data
    array([[1., 0.],
           [0., 2.]])
    >>> diag(Tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), k=1).data
    array([2., 6.])
    """
    shape = shape_of(x)
    if len(shape) == 2:
        return diagonal(x, k)
    if len(shape) != 1:
        raise ValueError(f"diag takes a vector or a matrix, not an array of shape {shape}")
    size = shape[0] + abs(k)
    return scatter_add_op(x, index=_on_diagonal((size, size), k), shape=(size, size))


@opens(np.diagonal)
def diagonal(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """x[..., i, i + offset]: the diagonals of a stack of matrices, along a new last axis.

    >>> import numpy as np
    >>> from autograd import Tensor, diagonal
    >>> diagonal(Tensor(np.ones((2, 3, 4))), axis1=1, axis2=2).shape
    (2, 3)
    """
    x = moveaxis(x, (axis1, axis2), (-2, -1))
    return getitem(x, (..., *_on_diagonal(shape_of(x)[-2:], offset)))


def astype(x: Any, dtype: Any) -> Any:
    """The same numbers in another dtype; the gradient returns in the old one.

    In a dtype of whole numbers there is none: rounding has no slope.
    """
    dtype = np.dtype(dtype)
    if dtype.kind != "f" and isinstance(x, Node):
        x = x.detach()  # type: ignore[attr-defined]
    return _astype(x, dtype=dtype)


if hasattr(np, "astype"):  # from NumPy 2.1 on
    opens(np.astype)(astype)


def from_front(axis: int, rank: int) -> int:
    """An axis counted from the front. Raises NumPy's AxisError where there is none."""
    if not -rank <= axis < rank:
        raise np.exceptions.AxisError(axis, rank)
    return axis % rank


def _sizes(shape: int | Sequence[int], more: tuple[int, ...]) -> tuple[int, ...]:
    return (shape, *more) if np.ndim(shape) == 0 else tuple(shape)  # type: ignore[arg-type]


def _on_diagonal(shape: tuple[int, ...], k: int) -> tuple[Any, Any]:
    """The rows and columns of the entries on diagonal k of a matrix."""
    row, column = max(-k, 0), max(k, 0)
    steps = np.arange(max(min(shape[0] - row, shape[1] - column), 0))
    return steps + row, steps + column


def _negated(shift: Any) -> Any:
    return -shift if np.ndim(shift) == 0 else tuple([-s for s in shift])


def _hollow(x: Any) -> Any:
    """An array of x's shape that takes no memory: for asking NumPy about shapes."""
    return np.broadcast_to(False, shape_of(x))
