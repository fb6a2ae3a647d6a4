"""Losses: one number that says how wrong the predictions are, for `backward()` to start from.

Each loss is a function and, under its capitalised name, a module. `reduction` says what becomes of
the losses of the n single entries: "mean" (the default, which the formulas show), "sum", or "none"
to have them all.

Predictions are Tensors, or (lists of) Values; a loss of Values is a Value. Targets are numbers:
arrays, lists, Tensors. Prediction and target must have the same shape: nothing is broadcast.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import reduce
from typing import Any, ClassVar

import numpy as np

import autograd as ag
from autograd import Value
from autograd.data import plain, shape_of
from autograd.errors import lesson
from autograd.local import Elementwise, unary
from autograd.op import Op

from .checks import (
    class_indices,
    flat,
    holds_values,
    require_probabilities,
    require_reduction,
    require_same_shape,
    shape,
)
from .module import Module


def mse_loss(input: Any, target: Any, *, reduction: str = "mean") -> Any:
    """1/n sum (p - y)^2: the squared error of predictions p and targets y; d/dp = 2/n (p - y).

    >>> mse_loss(ag.Tensor([1.0, 2.0]), [0.0, 4.0])
    Tensor(2.5)
    """
    return entrywise("MSELoss", lambda p, y: ag.square(p - y), input, target, reduction)


def binary_cross_entropy(input: Any, target: Any, *, reduction: str = "mean") -> Any:
    """-1/n sum [y log p + (1 - y) log(1 - p)]: how surprising y is, if 1 has probability p.

    d/dp = 1/n (p - y) / (p (1 - p)). At p = 0 and 1, -log is at most 100 and its slope 1e12.
    Raises E11 for a p that is no probability.
    """
    require_probabilities(input)

    def surprise(p: Any, y: Any) -> Any:
        return -(y * bounded_log(p) + (1 - y) * bounded_log(1 - p))

    return entrywise("BCELoss", surprise, input, target, reduction)


def binary_cross_entropy_with_logits(input: Any, target: Any, *, reduction: str = "mean") -> Any:
    """1/n sum [log(1 + e^z) - z y]: binary cross-entropy of p = sigmoid(z); d/dz = 1/n (p - y).

    Each term equals max(z, 0) - z y + log(1 + e^-|z|), in which nothing can overflow.
    """
    name = "BCEWithLogitsLoss"
    return entrywise(name, lambda z, y: ag.softplus(z) - z * y, input, target, reduction)


def cross_entropy(input: Any, target: Any, *, reduction: str = "mean") -> Any:
    """-1/n sum log p[k], p = softmax(z): how surprising the classes k are; d/dz = 1/n (p - 1k).

    Each term equals log(sum(e^z)) - z[k], and 1k is 1 at k, 0 elsewhere: one hot.
    input: raw scores z, one row of C scores for each sample (N, C), or the scores of one (C,).
    target: the right class of each sample, a whole number from 0 to C - 1.
    Raises E08 for one-hot rows, E09 for labels that are not indices.

    >>> cross_entropy(ag.Tensor([[7.0, 7.0], [0.0, 1000.0]]), [1, 0], reduction="none").data
    array([6.93147181e-01, 1.00000000e+03])
    """
    if holds_values(input):
        labels = class_indices(shape(input), target)
        rows = input if labels.ndim else [input]
        chosen = zip(rows, labels.ravel().tolist(), strict=True)
        return reduced([reduce(ag.logaddexp, z) - z[k] for z, k in chosen], reduction)
    scores = plain(input)
    labels = class_indices(shape_of(scores), target)
    return reduced(surprise_at(scores, labels=labels), reduction)


def _surprise_at(z: Any, *, labels: Any) -> Any:
    z = z - np.maximum.reduce(z, axis=-1, keepdims=True)  # the result stays; e^z cannot overflow
    return np.log(np.add.reduce(np.exp(z), axis=-1)) - z[_places(labels)]


def _places(labels: Any) -> Any:
    """Where the score of each row's class stands."""
    return (np.arange(labels.size), labels) if labels.ndim else labels


def _surprise_rule(g: Any, loss: Any, z: Any, labels: Any) -> Any:
    p = ag.exp(z - (loss + z[_places(labels)])[..., None])  # softmax: loss + z[k] is log(sum(e^z))
    return g[..., None] * (p - (labels[..., None] == np.arange(z.shape[-1])))


surprise_at = Op("cross_entropy", _surprise_at, _surprise_rule)
"""log(sum(e^z)) - z[k] for each row z and its label k; d/dz = softmax(z) - 1 at k."""


class Loss(Module):
    """A loss function as a module, which remembers its reduction."""

    function: ClassVar[Callable[..., Any]]

    def __init__(self, *data: Any, reduction: str = "mean") -> None:
        if data:
            raise lesson("E15b", loss=type(self).__name__)
        require_reduction(reduction)
        self.reduction = reduction

    def forward(self, input: Any, target: Any) -> Any:
        """The loss of predictions `input` whose right answers are `target`."""
        return self.function(input, target, reduction=self.reduction)


class MSELoss(Loss):
    """1/n sum (p - y)^2, the squared error: `mse_loss` as a module.

    >>> MSELoss(reduction="sum")(ag.Tensor([1.0, 2.0]), [0.0, 4.0]).item()
    5.0
    """

    function = staticmethod(mse_loss)


class BCELoss(Loss):
    """-1/n sum [y log p + (1 - y) log(1 - p)]: `binary_cross_entropy` as a module."""

    function = staticmethod(binary_cross_entropy)


class BCEWithLogitsLoss(Loss):
    """1/n sum [log(1 + e^z) - z y]: `binary_cross_entropy_with_logits` as a module."""

    function = staticmethod(binary_cross_entropy_with_logits)


class CrossEntropyLoss(Loss):
    """-1/n sum log p[k], p = softmax(z): `cross_entropy` as a module."""

    function = staticmethod(cross_entropy)


def entrywise(
    loss: str, formula: Callable[[Any, Any], Any], input: Any, target: Any, reduction: str
) -> Any:
    """The formula for every prediction and its target, reduced: at once, or Value by Value."""
    if holds_values(input) and not getattr(target, "requires_grad", False):
        require_same_shape(loss, shape(input), shape(target))
        pairs = zip(flat(input), flat(target), strict=True)
        return reduced([formula(p, y) for p, y in pairs], reduction)
    p, y = plain(input), plain(target)
    require_same_shape(loss, shape_of(p), shape_of(y))
    return reduced(formula(p, y), reduction)


def reduced(losses: Any, reduction: str) -> Any:
    """The mean or the sum of the losses, or all of them; from a list of Values, one Value."""
    require_reduction(reduction)
    if reduction == "none" or isinstance(losses, Value):
        return losses
    return ag.mean(losses) if reduction == "mean" else ag.sum(losses)


def _bounded_log(x: Any) -> Any:
    with np.errstate(divide="ignore"):
        return np.maximum(np.log(x), -100)


bounded_log = unary(
    Elementwise(
        "log",
        _bounded_log,
        lambda x: max(math.log(x), -100.0),
        lambda z, x: 1 / ag.maximum(x, 1e-12),
    )
)
"""log x, but never below -100, and with a slope never above 1e12: PyTorch's bounds."""
