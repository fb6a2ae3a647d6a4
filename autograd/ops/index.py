"""Picking entries out, and putting gradients back where they came from."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..data import raw, shape_of
from ..node import Node
from ..op import Op
from .doors import opens


def _where(condition: Any, x: Any, y: Any) -> Any:
    if type(condition) is bool and type(x) is float and type(y) is float:
        return x if condition else y
    return np.where(condition, x, y)


_where_op = Op(
    "where",
    _where,
    None,
    lambda g, z, c, x, y: _where_op(c, g, 0.0),
    lambda g, z, c, x, y: _where_op(c, 0.0, g),
)


@opens(np.where)
def where(condition: Any, x: Any, y: Any) -> Any:
    """x where the condition holds, y elsewhere; the gradient goes to the chosen one.

    >>> import numpy as np
    >>> from autograd import Tensor, where
    >>> t = Tensor([-1.0, 2.0])
    >>> where(t > 0, t, 0.0).data
    array([0., 2.])
    """
    return _where_op(raw(condition), x, y)


def _getitem(x: Any, *, index: Any) -> Any:
    return x[index]


def _scatter_add(g: Any, *, index: Any, shape: tuple[int, ...]) -> Any:
    total = np.zeros(shape, g.dtype)
    if _is_basic(index):
        total[index] = g
    else:
        np.add.at(total, index, g)  # an entry that was picked twice receives both shares
    return total


def _is_basic(index: Any) -> bool:
    parts = index if type(index) is tuple else (index,)
    return all(part is None or part is Ellipsis or isinstance(part, (int, slice)) for part in parts)


# Adjoints of each other: reading entries, and adding gradients back to where they were read.
getitem_op = Op(
    "getitem",
    _getitem,
    lambda g, z, x, index: scatter_add_op(g, index=index, shape=shape_of(x)),
)
scatter_add_op = Op(
    "scatter_add", _scatter_add, lambda g, z, x, index, shape: getitem_op(g, index=index)
)


def getitem(x: Any, index: Any) -> Any:
    """x[index]: basic, boolean and integer-array indexing.

    The gradient is added back at the entries that were read; one read twice receives both shares.
    """
    return getitem_op(x, index=_plain_index(index))


def _plain_index(index: Any) -> Any:
    if type(index) is tuple:
        return tuple([_plain_index(part) for part in index])
    if isinstance(index, list):
        return np.asarray(index)
    return raw(index) if isinstance(index, Node) else index


def one_hot(labels: Any, classes: int) -> Any:
    """Rows with a single 1, at the column that the label names; an array, no gradient.

    >>> from autograd import one_hot
    >>> one_hot([2, 0], 3)
    array([[0., 0., 1.],
           [1., 0., 0.]])
    """
    return np.eye(classes)[np.asarray(raw(labels))]
