"""Many numbers into one: sums, means, variances, extremes, and the softmax family.

The gradient of a sum is handed back to every summand: `sum` and `broadcast_to` are adjoints.
"""

from __future__ import annotations

import builtins
import math
from typing import Any

import numpy as np

from ..data import raw, repeated, shape_of
from ..errors import lesson
from ..node import Node
from ..op import NaryOp, Op, broadcast_to
from ..question import Question
from .doors import opens
from .elementwise import absolute, equal, exp, sqrt
from .index import where
from .shape import reshape, stack

Axis = int | tuple[int, ...] | None


def spread(g: Any, x: Any, axis: Axis) -> Any:
    """The gradient of a reduction, once for each entry of x that went into it."""
    fill = broadcast_to if isinstance(g, Node) else repeated  # plain data needs no Op around it
    return fill(kept(g, x, axis), shape=shape_of(x))


def kept(g: Any, x: Any, axis: Axis) -> Any:
    """g with the reduced axes put back at length 1."""
    if not shape_of(g):
        return g
    shape = shape_of(x)
    if axis is None:
        return reshape(g, (1,) * len(shape))
    reduced = {a % len(shape) for a in (axis if isinstance(axis, tuple) else (axis,))}
    return reshape(g, tuple([1 if a in reduced else n for a, n in enumerate(shape)]))


def count_of(x: Any, axis: Axis) -> int:
    """How many entries are reduced into one."""
    shape = shape_of(x)
    if axis is None or not shape:
        return math.prod(shape)
    return math.prod([shape[a] for a in (axis if isinstance(axis, tuple) else (axis,))])


def axes_of(x: Any, axis: Axis) -> list[int]:
    """The axes that are reduced, counted from the front, in order."""
    rank = len(shape_of(x))
    axes = range(rank) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    return sorted({a % rank for a in axes})


def _add_up(x: Any, *, axis: Any, keepdims: Any) -> Any:
    return np.add.reduce(x, axis=axis, keepdims=keepdims)  # np.sum is this, in twice the time


def _largest(x: Any, *, axis: Any, keepdims: Any) -> Any:
    return np.maximum.reduce(x, axis=axis, keepdims=keepdims)


def _smallest(x: Any, *, axis: Any, keepdims: Any) -> Any:
    return np.minimum.reduce(x, axis=axis, keepdims=keepdims)


def _mean(x: Any, *, axis: Axis, keepdims: bool) -> Any:
    return _add_up(x, axis=axis, keepdims=keepdims) / count_of(x, axis)


def share_of_extreme(g: Any, z: Any, x: Any, axis: Axis, keepdims: bool) -> Any:
    """The gradient of max and min: equal parts to the entries that attain it; to none for nan."""
    tied = equal(x, kept(z, x, axis))
    count = _sum if isinstance(tied, Node) else _add_up
    ties = count(tied, axis=axis, keepdims=True)
    return spread(g, x, axis) * (tied / np.maximum(ties, 1))


def _centred(x: Any, axis: Axis) -> Any:
    """x less its mean, twice: then equal entries give 0 exactly, whatever the mean was rounded."""
    for _ in range(2):
        x = x - _mean_op(x, axis=axis, keepdims=True)
    return x


def _freedom(x: Any, axis: Axis, ddof: float) -> float:
    """What a variance is divided by: nan where so few entries have none."""
    freedom = count_of(x, axis) - ddof
    return freedom if freedom > 0 else math.nan


def _var(x: Any, *, axis: Axis, ddof: float, keepdims: bool) -> Any:
    away = _centred(x, axis)
    return _add_up(away * away, axis=axis, keepdims=keepdims) / _freedom(x, axis, ddof)


def _var_rule(g: Any, z: Any, x: Any, axis: Axis, ddof: float, keepdims: bool) -> Any:
    return spread(g * (2 / _freedom(x, axis, ddof)), x, axis) * _centred(x, axis)


def _std(x: Any, *, axis: Axis, ddof: float, keepdims: bool) -> Any:
    return np.sqrt(_var(x, axis=axis, ddof=ddof, keepdims=keepdims))


def _std_rule(g: Any, z: Any, x: Any, axis: Axis, ddof: float, keepdims: bool) -> Any:
    slope = g / ((z + equal(z, 0)) * _freedom(x, axis, ddof))
    return spread(slope, x, axis) * _centred(x, axis)


def _norm(x: Any, *, axis: Axis, keepdims: bool) -> Any:
    return np.sqrt(_add_up(x * x, axis=axis, keepdims=keepdims))


def _norm_rule(g: Any, z: Any, x: Any, axis: Axis, keepdims: bool) -> Any:
    return spread(g / (z + equal(z, 0)), x, axis) * x


def _standardize(x: Any, *, axis: Axis, eps: float) -> Any:
    away = x - _mean(x, axis=axis, keepdims=True)
    return away / np.sqrt(_mean(away * away, axis=axis, keepdims=True) + eps)


def _standardize_rule(g: Any, z: Any, x: Any, axis: Axis, eps: float) -> Any:
    shift = _mean_op(g, axis=axis, keepdims=True)
    tilt = z * _mean_op(g * z, axis=axis, keepdims=True)
    return (g - shift - tilt) / sqrt(_var_op(x, axis=axis, ddof=0, keepdims=True) + eps)


def _logsumexp(x: Any, *, axis: Axis, keepdims: bool) -> Any:
    top = _largest(x, axis=axis, keepdims=True)
    if not np.isfinite(top).all():
        top = np.where(np.isfinite(top), top, np.zeros_like(top))
    # log(0) = -inf is the answer where all entries are -inf, and exp may overflow beside an inf
    with np.errstate(divide="ignore", over="ignore"):
        total = np.log(_add_up(np.exp(x - top), axis=axis, keepdims=True)) + top
    return total if keepdims else total.squeeze(axis)


def _softmax(x: Any, *, axis: int) -> Any:
    powers = np.exp(x - _largest(x, axis=axis, keepdims=True))
    return powers / _add_up(powers, axis=axis, keepdims=True)


def _log_softmax(x: Any, *, axis: int) -> Any:
    return x - _logsumexp(x, axis=axis, keepdims=True)


def _logsumexp_rule(g: Any, z: Any, x: Any, axis: Axis, keepdims: bool) -> Any:
    top = kept(z, x, axis)
    return spread(g, x, axis) * exp(x - where(equal(top, -math.inf), 0.0, top))


_sum = Op(
    "sum",
    _add_up,
    lambda g, z, x, axis, keepdims: spread(g, x, axis),
)
_mean_op = Op("mean", _mean, lambda g, z, x, axis, keepdims: spread(g / count_of(x, axis), x, axis))
_max = Op("max", _largest, share_of_extreme)
_min = Op("min", _smallest, share_of_extreme)
_var_op = Op("var", _var, _var_rule)
_std_op = Op("std", _std, _std_rule)
_norm_op = Op("norm", _norm, _norm_rule)
_standardize_op = Op("standardize", _standardize, _standardize_rule)
_logsumexp_op = Op("logsumexp", _logsumexp, _logsumexp_rule)
_softmax_op = Op(
    "softmax", _softmax, lambda g, z, x, axis: z * (g - _sum(g * z, axis=axis, keepdims=True))
)
_log_softmax_op = Op(
    "log_softmax",
    _log_softmax,
    lambda g, z, x, axis: g - exp(z) * _sum(g, axis=axis, keepdims=True),
)


_all = Question("all", lambda x, **static: np.all(x, **static), None)
_any = Question("any", lambda x, **static: np.any(x, **static), None)
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
    return _sum(gathered(x), axis=axis, keepdims=keepdims)


@opens(np.mean)
def mean(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The mean of x's entries, over all axes or the given ones."""
    if axis is None and _are_values(x):
        return _mean_of_numbers(*x)
    return _mean_op(gathered(x), axis=axis, keepdims=keepdims)


@opens(np.max, np.amax)
def max(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The largest entry; where several are tied, they share the gradient equally."""
    return _max(gathered(x), axis=axis, keepdims=keepdims)


@opens(np.min, np.amin)
def min(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The smallest entry; where several are tied, they share the gradient equally."""
    return _min(gathered(x), axis=axis, keepdims=keepdims)


@opens(np.var)
def var(
    x: Any,
    axis: Axis = None,
    ddof: float = 0,
    keepdims: bool = False,
    *,
    correction: float | None = None,
) -> Any:
    """sum((x - mean)^2) / (n - ddof), the variance of n entries.

    ddof: 1 for an unbiased estimate from a sample. correction: another name for it.

    >>> from autograd import Tensor, var
    >>> var(Tensor([1.0, 2.0, 3.0])).item(), var(Tensor([1.0, 2.0, 3.0]), ddof=1).item()
    (0.6666666666666666, 1.0)
    """
    ddof = ddof if correction is None else correction
    return _var_op(gathered(x), axis=axis, ddof=ddof, keepdims=keepdims)


@opens(np.std)
def std(
    x: Any,
    axis: Axis = None,
    ddof: float = 0,
    keepdims: bool = False,
    *,
    correction: float | None = None,
) -> Any:
    """sqrt(var(x)), the standard deviation; where all entries are equal its gradient is 0.

    ddof, correction: as in `var`.

    >>> from autograd import Tensor, std
    >>> std(Tensor([1.0, 3.0])).item()
    1.0
    """
    ddof = ddof if correction is None else correction
    return _std_op(gathered(x), axis=axis, ddof=ddof, keepdims=keepdims)


def standardize(x: Any, axis: Axis = -1, eps: float = 1e-5) -> Any:
    """(x - mean) / sqrt(var + eps): mean 0 and variance 1 along the axes, as norm layers have it.

    What moves all entries alike, or stretches them alike, has no effect, so their gradient has no
    such part: g loses its mean, and its slope along z.
    """
    return _standardize_op(gathered(x), axis=axis, eps=eps)


@opens(np.linalg.norm)
def norm(x: Any, ord: Any = None, axis: Axis = None, keepdims: bool = False) -> Any:
    """sqrt(sum(x^2)), the length of a vector; its gradient at 0 is 0.

    ord: 2 or None; 1 for sum(|x|); inf for max(|x|) and -inf for min(|x|). All of them are norms
    of vectors; of a matrix as a whole there is only the default, its Frobenius norm ("fro").
    Raises E16 for other norms.

    >>> from autograd import Tensor, norm
    >>> norm(Tensor([3.0, 4.0])).item(), norm(Tensor([3.0, -4.0]), ord=1).item()
    (5.0, 7.0)
    """
    x = gathered(x)
    matrix = len(shape_of(x)) > 1 if axis is None else isinstance(axis, tuple) and len(axis) > 1
    if ord is None or ord == ("fro" if matrix else 2):
        return _norm_op(x, axis=axis, keepdims=keepdims)
    kinds = {} if matrix else {1: sum, math.inf: max, -math.inf: min}
    if ord not in kinds:
        kind = "matrix" if matrix else "vector"
        fix = "norm(t)   or norm(t, ord=1, axis=-1) for the rows"
        raise lesson("E16", function=f"the {kind} norm with ord={ord!r}", fix=fix)
    return kinds[ord](absolute(x), axis=axis, keepdims=keepdims)


@opens(np.all)
def all(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Whether all entries are true, that is, not 0; no gradient."""
    return _all(gathered(x), axis=axis, keepdims=keepdims)


@opens(np.any)
def any(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Whether an entry is true, that is, not 0; no gradient."""
    return _any(gathered(x), axis=axis, keepdims=keepdims)


def logsumexp(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """log(sum(e^x)), the smooth maximum, computed without overflow."""
    return _logsumexp_op(gathered(x), axis=axis, keepdims=keepdims)


def softmax(x: Any, axis: int = -1) -> Any:
    """e^x / sum(e^x) along an axis: scores into probabilities.

    >>> import autograd
    >>> autograd.softmax(autograd.Tensor([1000.0, 1000.0])).data
    array([0.5, 0.5])
    """
    return _softmax_op(gathered(x), axis=axis)


def log_softmax(x: Any, axis: int = -1) -> Any:
    """x - logsumexp(x) along an axis: the logarithm of softmax, computed without overflow."""
    return _log_softmax_op(gathered(x), axis=axis)


def _are_values(x: Any) -> bool:
    """Whether x is a list of Values and numbers."""
    listed = isinstance(x, (list, tuple)) and len(x) > 0
    return listed and builtins.all([type(raw(entry)) is float for entry in x])


def gathered(x: Any) -> Any:
    """x itself; a list of nodes as one Tensor."""
    return stack(x) if isinstance(x, (list, tuple)) else x
