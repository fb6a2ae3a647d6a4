"""Many numbers into one: sums, means, extremes, and the softmax family.

The gradient of a sum is handed back to every summand: `sum` and `broadcast_to` are adjoints.
"""

from __future__ import annotations

import builtins
import math
from typing import Any

import numpy as np

from ..data import raw, shape_of
from ..op import NaryOp, Op, broadcast_to
from .doors import opens
from .elementwise import equal, exp
from .index import where
from .shape import reshape, stack

Axis = int | tuple[int, ...] | None


def _spread(g: Any, x: Any, axis: Axis) -> Any:
    """The gradient of a reduction, once for each entry of x that went into it."""
    return broadcast_to(_kept(g, x, axis), shape=shape_of(x))


def _kept(g: Any, x: Any, axis: Axis) -> Any:
    """g with the reduced axes put back at length 1."""
    if not shape_of(g):
        return g
    shape = shape_of(x)
    if axis is None:
        return reshape(g, (1,) * len(shape))
    reduced = {a % len(shape) for a in (axis if isinstance(axis, tuple) else (axis,))}
    return reshape(g, tuple([1 if a in reduced else n for a, n in enumerate(shape)]))


def _count(x: Any, axis: Axis) -> int:
    """How many entries are reduced into one."""
    shape = shape_of(x)
    axes = range(len(shape)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    return math.prod([shape[a] for a in axes])


def _add_up(x: Any, *, axis: Any, keepdims: Any) -> Any:
    return np.add.reduce(x, axis=axis, keepdims=keepdims)  # np.sum is this, in twice the time


def _largest(x: Any, *, axis: Axis, keepdims: bool) -> Any:
    return np.maximum.reduce(x, axis=axis, keepdims=keepdims)


def _smallest(x: Any, *, axis: Axis, keepdims: bool) -> Any:
    return np.minimum.reduce(x, axis=axis, keepdims=keepdims)


def _mean(x: Any, *, axis: Axis, keepdims: bool) -> Any:
    return _add_up(x, axis=axis, keepdims=keepdims) / _count(x, axis)


def _share_of_extreme(g: Any, z: Any, x: Any, axis: Axis, keepdims: bool) -> Any:
    """The gradient of max and min: equal parts to the entries that attain it; to none for nan."""
    tied = equal(x, _kept(z, x, axis))
    ties = np.add.reduce(tied, axis=axis, keepdims=True)
    return _spread(g, x, axis) * (tied / np.maximum(ties, 1))


def _logsumexp(x: Any, *, axis: Axis, keepdims: bool) -> Any:
    top = _largest(x, axis=axis, keepdims=True)
    if not np.isfinite(top).all():
        top = np.where(np.isfinite(top), top, np.zeros_like(top))
    with np.errstate(divide="ignore"):  # log(0) = -inf is the answer where all entries are -inf
        total = np.log(_add_up(np.exp(x - top), axis=axis, keepdims=True)) + top
    return total if keepdims else total.squeeze(axis)


def _softmax(x: Any, *, axis: int) -> Any:
    powers = np.exp(x - _largest(x, axis=axis, keepdims=True))
    return powers / _add_up(powers, axis=axis, keepdims=True)


def _log_softmax(x: Any, *, axis: int) -> Any:
    return x - _logsumexp(x, axis=axis, keepdims=True)


def _logsumexp_rule(g: Any, z: Any, x: Any, axis: Axis, keepdims: bool) -> Any:
    top = _kept(z, x, axis)
    return _spread(g, x, axis) * exp(x - where(equal(top, -math.inf), 0.0, top))


_sum = Op(
    "sum",
    _add_up,
    lambda g, z, x, axis, keepdims: _spread(g, x, axis),
)
_mean_op = Op(
    "mean", _mean, lambda g, z, x, axis, keepdims: _spread(g / _count(x, axis), x, axis)
)
_max = Op("max", _largest, _share_of_extreme)
_min = Op("min", _smallest, _share_of_extreme)
_logsumexp_op = Op("logsumexp", _logsumexp, _logsumexp_rule)
_softmax_op = Op(
    "softmax", _softmax, lambda g, z, x, axis: z * (g - _sum(g * z, axis=axis, keepdims=True))
)
_log_softmax_op = Op(
    "log_softmax",
    _log_softmax,
    lambda g, z, x, axis: g - exp(z) * _sum(g, axis=axis, keepdims=True),
)


_sum_of_numbers = NaryOp("sum", lambda *xs: builtins.sum(xs), lambda g, z, args, i: g)
_mean_of_numbers = NaryOp(
    "mean", lambda *xs: builtins.sum(xs) / len(xs), lambda g, z, args, i: g / len(args)
)


@opens(np.sum)
def sum(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The sum of x's entries, over all axes or the given ones.

    The sum and the mean of a list of Values are Values; other reductions stack the list first.

    >>> import autograd
    >>> autograd.sum(autograd.Tensor([[1.0, 2.0], [3.0, 4.0]]), axis=0).data
    array([4., 6.])
    """
    if axis is None and _are_values(x):
        return _sum_of_numbers(*x)
    return _sum(_gathered(x), axis=axis, keepdims=keepdims)


@opens(np.mean)
def mean(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The mean of x's entries, over all axes or the given ones."""
    if axis is None and _are_values(x):
        return _mean_of_numbers(*x)
    return _mean_op(_gathered(x), axis=axis, keepdims=keepdims)


@opens(np.max)
def max(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The largest entry; where several are tied, they share the gradient equally."""
    return _max(_gathered(x), axis=axis, keepdims=keepdims)


@opens(np.min)
def min(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The smallest entry; where several are tied, they share the gradient equally."""
    return _min(_gathered(x), axis=axis, keepdims=keepdims)


def logsumexp(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """log(sum(e^x)), the smooth maximum, computed without overflow."""
    return _logsumexp_op(_gathered(x), axis=axis, keepdims=keepdims)


def softmax(x: Any, axis: int = -1) -> Any:
    """e^x / sum(e^x) along an axis: scores into probabilities.

    >>> import autograd
    >>> autograd.softmax(autograd.Tensor([1000.0, 1000.0])).data
    array([0.5, 0.5])
    """
    return _softmax_op(_gathered(x), axis=axis)


def log_softmax(x: Any, axis: int = -1) -> Any:
    """x - logsumexp(x) along an axis: the logarithm of softmax, computed without overflow."""
    return _log_softmax_op(_gathered(x), axis=axis)


def _are_values(x: Any) -> bool:
    """Whether x is a list of Values and numbers."""
    listed = isinstance(x, (list, tuple)) and len(x) > 0
    return listed and all([type(raw(entry)) is float for entry in x])


def _gathered(x: Any) -> Any:
    """x itself; a list of nodes as one Tensor."""
    return stack(x) if isinstance(x, (list, tuple)) else x
