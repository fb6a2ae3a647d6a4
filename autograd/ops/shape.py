"""The same numbers in another shape. Each gradient goes back the way its data came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..data import shape_of
from ..node import Node
from ..op import NaryOp, Op
from ..op import broadcast_to as _broadcast_to
from .doors import opens
from .index import getitem

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


@opens(np.transpose)
def transpose(x: Any, axes: Sequence[int] | None = None) -> Any:
    """Axes in reverse, or in the given order."""
    return _transpose(x, axes=None if axes is None else tuple([a % x.ndim for a in axes]))


@opens(np.swapaxes)
def swapaxes(x: Any, axis1: int, axis2: int) -> Any:
    """Two axes exchanged."""
    axes = list(range(len(shape_of(x))))
    axes[axis1], axes[axis2] = axes[axis2], axes[axis1]
    return _transpose(x, axes=tuple(axes))


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


def astype(x: Any, dtype: Any) -> Any:
    """The same numbers in another dtype; the gradient returns in the old one.

    In a dtype of whole numbers there is none: rounding has no slope.
    """
    dtype = np.dtype(dtype)
    if dtype.kind != "f" and isinstance(x, Node):
        x = x.detach()  # type: ignore[attr-defined]
    return _astype(x, dtype=dtype)


def _sizes(shape: int | Sequence[int], more: tuple[int, ...]) -> tuple[int, ...]:
    return (shape, *more) if np.ndim(shape) == 0 else tuple(shape)  # type: ignore[arg-type]


def _hollow(x: Any) -> Any:
    """An array of x's shape that takes no memory: for asking NumPy about shapes."""
    return np.broadcast_to(False, shape_of(x))
