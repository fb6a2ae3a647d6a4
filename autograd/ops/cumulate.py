"""Running totals and products, and the product of all entries: right where entries are 0.

The derivative of a product by one factor is the product of the others. Dividing the product by the
factor would find it, but not where the factor is 0; so it is made of running products. And the
derivative of a running product needs one thing more, the recurrence

    s_i = a_i s_(i-1) + b_i

which is closed under differentiation: what b_i receives obeys the same recurrence, read from the
end, and a_i receives s_(i-1) times that. So every order is right.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..data import raw, shape_of
from ..op import Op
from .doors import opens
from .index import getitem
from .reduce import Axis, axes_of, gathered, spread
from .shape import concatenate, flip, from_front, ravel, reshape, transpose


def _recur(a: Any, b: Any, *, axis: int) -> Any:
    """s_i = a_i s_(i-1) + b_i along an axis, beginning with s_0 = b_0."""
    factors, terms = np.moveaxis(a, axis, 0), np.moveaxis(b, axis, 0)
    s = np.empty(terms.shape, np.result_type(a, b))
    previous: Any = 0
    for i in range(len(s)):
        s[i] = previous = factors[i] * previous + terms[i] if i else terms[i]
    return np.moveaxis(s, 0, axis)


def _from_the_end(a: Any, b: Any, axis: int) -> Any:
    """t_i = b_i + a_(i+1) t_(i+1): the recurrence read backward."""
    following = _moved_on(flip(a, axis), 0.0, axis)
    return flip(_recurrence(following, flip(b, axis), axis=axis), axis)


def _moved_on(x: Any, first: float, axis: int) -> Any:
    """x moved on by one place along an axis, with the number `first` in the free place."""
    shape = shape_of(x)
    if shape[axis] == 0:
        return x
    before = (slice(None),) * axis
    edge = np.full((*shape[:axis], 1, *shape[axis + 1 :]), first, raw(x).dtype)
    return concatenate([edge, getitem(x, (*before, slice(0, -1)))], axis=axis)


_recurrence = Op(
    "recurrence",
    _recur,
    lambda g, z, a, b, axis: _from_the_end(a, g, axis) * _moved_on(z, 0.0, axis),
    lambda g, z, a, b, axis: _from_the_end(a, g, axis),
)
_cumsum = Op(
    "cumsum",
    lambda x, *, axis: np.cumsum(x, axis),
    lambda g, z, x, axis: flip(_cumsum(flip(g, axis), axis=axis), axis),
)
_cumprod = Op(
    "cumprod",
    lambda x, *, axis: np.cumprod(x, axis),
    lambda g, z, x, axis: _moved_on(z, 1.0, axis) * _from_the_end(x, g, axis),
)
_prod = Op(
    "prod",
    lambda x, *, axis, keepdims: np.multiply.reduce(x, axis=axis, keepdims=keepdims),
    lambda g, z, x, axis, keepdims: spread(g, x, axis) * _product_of_others(x, axis),
)


def _product_of_others(x: Any, axis: Axis) -> Any:
    """For each entry the product of the other ones: of all before it, times all after it."""
    shape = shape_of(x)
    if not shape:
        return 1.0
    reduced = axes_of(x, axis)
    order = [a for a in range(len(shape)) if a not in reduced] + reduced
    sizes = [shape[a] for a in order]
    last = len(shape) - len(reduced)
    rows = reshape(transpose(x, order), (*sizes[:last], math.prod(sizes[last:])))
    before = _moved_on(_cumprod(rows, axis=last), 1.0, last)
    after = flip(_moved_on(_cumprod(flip(rows, last), axis=last), 1.0, last), last)
    return transpose(reshape(before * after, sizes), np.argsort(order).tolist())


@opens(np.prod)
def prod(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The product of x's entries; an entry that is 0 has the product of the others as derivative.

    >>> from autograd import Tensor, prod
    >>> x = Tensor([2.0, 0.0, 5.0], requires_grad=True)
    >>> prod(x).backward()
    >>> x.grad
    array([ 0., 10.,  0.])
    """
    return _prod(gathered(x), axis=axis, keepdims=keepdims)


@opens(np.cumsum)
def cumsum(x: Any, axis: int | None = None) -> Any:
    """x_0 + ... + x_i at place i along an axis; with axis None, of x as one row.

    >>> from autograd import Tensor, cumsum
    >>> cumsum(Tensor([1.0, 2.0, 3.0])).data
    array([1., 3., 6.])
    """
    return _along(_cumsum, gathered(x), axis)


@opens(np.cumprod)
def cumprod(x: Any, axis: int | None = None) -> Any:
    """x_0 ... x_i, the product so far, at place i along an axis; axis None: of x as one row.

    >>> from autograd import Tensor, cumprod
    >>> cumprod(Tensor([1.0, 2.0, 3.0])).data
    array([1., 2., 6.])
    """
    return _along(_cumprod, gathered(x), axis)


def _along(op: Op, x: Any, axis: int | None) -> Any:
    if axis is None:
        return op(ravel(x), axis=0)
    return op(x, axis=from_front(axis, len(shape_of(x))))
