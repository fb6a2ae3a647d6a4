"""Picking entries out, and putting gradients back where they came from."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..data import NUMBERS, raw, shape_of
from ..errors import lesson
from ..guard import refuse_in_trace
from ..node import Node
from ..op import Op
from ..question import Question
from ..state import current
from .doors import opens


def _where(condition: Any, x: Any, y: Any) -> Any:
    if type(condition) in NUMBERS and type(x) is float and type(y) is float:
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
    if isinstance(condition, Node) and not current.get().tracing:
        condition = condition._data
    return _where_op(condition, x, y)


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


# The same for rows at places that are data: in a trace, other rows at every call.
rows_op = Op(
    "rows",
    lambda x, places: x[places],
    lambda g, z, x, places: add_rows_op(g, places, shape=shape_of(x)),
    None,
)
add_rows_op = Op(
    "add_rows",
    lambda g, places, *, shape: _scatter_add(g, index=places, shape=shape),
    lambda g, z, x, places, shape: rows_op(g, places),
    None,
)


def getitem(x: Any, index: Any) -> Any:
    """x[index]: basic, boolean and integer-array indexing.

    The gradient is added back at the entries that were read; one read twice receives both shares.
    """
    if isinstance(index, Node) and current.get().tracing and raw(index).dtype.kind in "iu":
        return rows_op(x, index)
    return getitem_op(x, index=_plain_index(index))


def _plain_index(index: Any) -> Any:
    if type(index) is tuple:
        return tuple([_plain_index(part) for part in index])
    if isinstance(index, list):
        return np.asarray(index) if index else np.asarray(index, int)
    if isinstance(index, Node):
        refuse_in_trace(index, "an index")
    return raw(index)


def one_hot(labels: Any, num_classes: int = -1) -> Any:
    """Rows with a single 1, at the column that the label names; an array, no gradient.

    num_classes: how many columns; -1 means one more than the largest label.
    Raises E09 for labels that are not whole numbers 0..num_classes-1.

    >>> from autograd import one_hot
    >>> one_hot([2, 0], 3)
    array([[0., 0., 1.],
           [1., 0., 0.]])
    """
    return _one_hot(labels, num_classes=num_classes)


def _unit_rows(labels: Any, *, num_classes: int) -> Any:
    labels = np.asarray(labels)
    if labels.dtype.kind not in "iu":
        what = f"one_hot: labels are {labels.dtype} numbers."
        raise lesson("E09", what=what, fix="one_hot(labels.astype(int), num_classes)")
    low, high = (int(labels.min()), int(labels.max())) if labels.size else (0, -1)
    columns = high + 1 if num_classes == -1 else num_classes
    if low < 0 or high >= columns:
        what = f"one_hot: labels go from {low} to {high}, but there are {columns} classes."
        fix = f"one_hot(labels, {high + 1})" if low >= 0 else "one_hot(labels - labels.min())"
        raise lesson("E09", what=what, fix=fix)
    return np.eye(columns)[labels]


_one_hot = Question("one_hot", _unit_rows, None)
