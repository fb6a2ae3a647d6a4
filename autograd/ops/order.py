"""Entries chosen by place or by rank: take, sort, topk, median.

Which entry stands where is a question without a gradient: `argsort` answers it with plain numbers.
Fetching the entries is an operation: `take_along_axis`. So the gradient of a sorted array goes
back through the permutation.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..data import raw, shape_of
from ..node import Node
from ..op import Op
from ..question import Question
from .doors import opens
from .index import getitem
from .reduce import Axis, axes_of, count_of, gathered, mean, share_of_extreme
from .shape import flip, from_front, ravel


def _add_along(g: Any, places: Any, *, axis: int, shape: tuple[int, ...]) -> Any:
    total = np.zeros(shape, g.dtype)
    index: list[Any] = list(np.ogrid[tuple([slice(n) for n in shape])])
    index[axis] = places  # the others say: each in its own row
    np.add.at(total, tuple(index), g)
    return total


# Adjoints of each other: entries fetched along an axis, and gradients added back to them.
_take_along = Op(
    "take_along_axis",
    lambda x, places, *, axis: np.take_along_axis(np.asarray(x), places, axis),
    lambda g, z, x, places, axis: _add_along_op(g, places, axis=axis, shape=shape_of(x)),
    None,
)
_add_along_op = Op(
    "add_along_axis",
    _add_along,
    lambda g, z, x, places, axis, shape: _take_along(g, places, axis=axis),
    None,
)


def _order_statistic(x: Any, *, rank: int, axis: Axis, keepdims: bool) -> Any:
    """The entry with so many smaller ones, along an axis or several; nan if there is a nan."""
    reduced, count = axes_of(x, axis), count_of(x, axis)
    rows = np.moveaxis(np.asarray(x), reduced, range(-len(reduced), 0))
    rows = rows.reshape(*rows.shape[: rows.ndim - len(reduced)], count)
    entry = np.partition(rows, [rank, count - 1], axis=-1)  # nan comes last
    found = np.where(np.isnan(entry[..., -1]), entry[..., -1], entry[..., rank])[()]
    return np.expand_dims(found, tuple(reduced)) if keepdims and reduced else found


_ranked = Op(
    "order_statistic",
    _order_statistic,
    lambda g, z, x, rank, axis, keepdims: share_of_extreme(g, z, x, axis, keepdims),
)
_argsort = Question("argsort", lambda x, *, axis: np.argsort(x, axis=axis, kind="stable"), None)
_argmax = Question("argmax", lambda x, **static: np.argmax(x, **static), None)
_argmin = Question("argmin", lambda x, **static: np.argmin(x, **static), None)


@opens(np.take)
def take(x: Any, indices: Any, axis: int | None = None) -> Any:
    """x's entries at indices along an axis; with axis None, of x as one row.

    >>> from autograd import Tensor, take
    >>> take(Tensor([[1.0, 2.0], [3.0, 4.0]]), [1, 1, 0], axis=1).data
    array([[2., 2., 1.],
           [4., 4., 3.]])
    """
    places = np.asarray(raw(indices), None if np.size(raw(indices)) else int)
    if axis is None:
        return getitem(ravel(x), places)
    return getitem(x, (*(slice(None),) * from_front(axis, len(shape_of(x))), places))


@opens(np.take_along_axis)
def take_along_axis(x: Any, indices: Any, axis: int | None = -1) -> Any:
    """x[i, indices[i, j]] for axis 1: in each row the entries at places of its own.

    indices: whole numbers with as many axes as x, such as `argsort(x, axis)` gives.

    >>> from autograd import Tensor, take_along_axis
    >>> take_along_axis(Tensor([[1.0, 2.0], [3.0, 4.0]]), [[1], [0]], axis=1).data
    array([[2.],
           [3.]])
    """
    places = indices if isinstance(indices, Node) else np.asarray(indices)
    if axis is None:
        return _take_along(ravel(x), places, axis=0)
    return _take_along(x, places, axis=axis)


@opens(np.argsort)
def argsort(x: Any, axis: int | None = -1) -> Any:
    """The places of the entries in ascending order, ties in the order they have; no gradient."""
    return _argsort(gathered(x), axis=axis)


@opens(np.argmax)
def argmax(x: Any, axis: int | None = None, keepdims: bool = False) -> Any:
    """The place of the largest entry, the first one if several are tied; no gradient."""
    return _argmax(gathered(x), axis=axis, keepdims=keepdims)


@opens(np.argmin)
def argmin(x: Any, axis: int | None = None, keepdims: bool = False) -> Any:
    """The place of the smallest entry, the first one if several are tied; no gradient."""
    return _argmin(gathered(x), axis=axis, keepdims=keepdims)


@opens(np.sort)
def sort(x: Any, axis: int | None = -1) -> Any:
    """The entries in ascending order along an axis; with axis None, of x as one row.

    >>> from autograd import Tensor, sort
    >>> sort(Tensor([3.0, 1.0, 2.0])).data
    array([1., 2., 3.])
    """
    x = gathered(x)
    if axis is None:
        x, axis = ravel(x), 0
    return take_along_axis(x, argsort(x, axis), axis)


class TopK(NamedTuple):
    """What `topk` found: the entries, and their places."""

    values: Any
    indices: Any


def topk(x: Any, k: int, axis: int = -1, largest: bool = True) -> TopK:
    """The k largest entries along an axis, in descending order, and their places.

    largest: False for the k smallest, in ascending order. The places have no gradient.

    >>> from autograd import Tensor, topk
    >>> values, indices = topk(Tensor([3.0, 1.0, 4.0]), 2)
    >>> values.data, indices
    (array([4., 3.]), array([2, 0]))
    """
    x = gathered(x)
    axis = from_front(axis, len(shape_of(x)))
    length = shape_of(x)[axis]
    if not 0 <= k <= length:
        raise ValueError(f"topk: k={k}, but there are {length} entries along axis {axis}")
    if largest:  # sorted from the end, so that of tied entries the first comes first
        places = length - 1 - flip(argsort(flip(x, axis), axis), axis)
    else:
        places = argsort(x, axis)
    places = take(places, range(k), axis)
    return TopK(take_along_axis(x, places, axis), places)


@opens(np.median)
def median(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The entry in the middle, or the mean of the two; entries tied with it share its gradient.

    >>> from autograd import Tensor, median
    >>> median(Tensor([5.0, 1.0, 2.0, 9.0])).item()
    3.5
    """
    x = gathered(x)
    count = count_of(x, axis)
    if count == 0:
        return mean(x, axis, keepdims)
    lower, upper = (
        _ranked(x, rank=rank, axis=axis, keepdims=keepdims)
        for rank in ((count - 1) // 2, count // 2)
    )
    return lower * 0.5 + upper * 0.5
