"""Losses: one number that says how wrong the predictions are, for `backward()` to start from.

Each loss is a function and, under its capitalised name, a module. `reduction` says what becomes of
the losses of the n single entries: "mean" (the default, which the formulas show), "sum", or "none"
to have them all.

Predictions are Tensors, or (lists of) Values; a loss of Values is a Value. Targets are numbers:
arrays, lists, Tensors. Prediction and target must have the same shape: nothing is broadcast.
"""

from __future__ import annotations

import math
from functools import reduce
from typing import Any

import numpy as np

import autograd as ag
from autograd.data import plain, raw, shape_of
from autograd.local import Elementwise, unary
from autograd.op import Op

from .checks import holds_values, require_probabilities, shape
from .loss import Loss, WeightedLoss, entrywise, reduced
from .targets import (
    class_indices,
    class_losses,
    hint_if_probabilities,
    hint_if_sigmoid,
    is_class,
    none_ignored,
    score_at,
    score_of,
)


def mse_loss(input: Any, target: Any, *, reduction: str = "mean") -> Any:
    """1/n sum (p - y)^2: the squared error of predictions p and targets y; d/dp = 2/n (p - y).

    >>> mse_loss(ag.Tensor([1.0, 2.0]), [0.0, 4.0])
    Tensor(2.5)
    """
    return entrywise("MSELoss", lambda p, y: ag.square(p - y), input, target, reduction)


def binary_cross_entropy(
    input: Any, target: Any, weight: Any = None, *, reduction: str = "mean"
) -> Any:
    """-1/n sum [y log p + (1 - y) log(1 - p)]: how surprising y is, if 1 has probability p.

    d/dp = 1/n (p - y) / (p (1 - p)). At p = 0 and 1, -log is at most 100 and its slope 1e12.
    weight: a factor for each term. Raises E11 for a p that is no probability.
    """
    require_probabilities(input)

    def surprise(p: Any, y: Any) -> Any:
        return -(y * bounded_log(p) + (1 - y) * bounded_log(1 - p))

    return entrywise("BCELoss", surprise, input, target, reduction, weight)


def binary_cross_entropy_with_logits(
    input: Any, target: Any, weight: Any = None, *, reduction: str = "mean", pos_weight: Any = None
) -> Any:
    """1/n sum [log(1 + e^z) - z y]: binary cross-entropy of p = sigmoid(z); d/dz = 1/n (p - y).

    Each term equals max(z, 0) - z y + log(1 + e^-|z|), in which nothing can overflow.
    weight: a factor for each term. pos_weight: a factor for -y log p alone, for each class on the
    last axis: above 1 where the 1s are rare.
    """
    hint_if_sigmoid(input)

    def surprise(z: Any, y: Any, w: Any = None) -> Any:
        if w is None:
            return ag.softplus(z) - z * y
        return (1 - y) * z + (1 + (w - 1) * y) * ag.softplus(-z)

    name = "BCEWithLogitsLoss"
    return entrywise(name, surprise, input, target, reduction, weight, pos_weight)


def cross_entropy(
    input: Any,
    target: Any,
    weight: Any = None,
    *,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
    soft_targets: bool = False,
) -> Any:
    """-1/n sum log p[k], p = softmax(z): how surprising the classes k are; d/dz = 1/n (p - 1k).

    Each term equals log(sum(e^z)) - z[k], and 1k is 1 at k, 0 elsewhere: one hot.
    input: raw scores z, one row of C scores for each sample (N, C), the scores of one (C,), or of
    many places, with the classes on axis 1 (N, C, d1, ...).
    target: the right class of each sample, a whole number from 0 to C - 1; or with soft_targets
    a probability q for each class, in the shape of input: then the term is -sum(q log p).
    weight: a factor for each class (C,); the mean is then the weighted one. ignore_index: a label
    that does not count. label_smoothing: the part of 1k that is spread over all classes.
    Raises E08 for one-hot rows, E09 for labels that are not indices; hints at probabilities (E10).

    >>> cross_entropy(ag.Tensor([[7.0, 7.0], [0.0, 1000.0]]), [1, 0], reduction="none").data
    array([6.93147181e-01, 1.00000000e+03])
    """
    name, by_value = "CrossEntropyLoss", holds_values(input)
    scores = input if by_value else plain(input)
    form = shape(input) if by_value else shape_of(scores)
    hint_if_probabilities(scores)
    if weight is None and label_smoothing == 0 and not soft_targets and len(form) < 3:
        labels = class_indices(name, form, target, ignore_index)
        if not np.count_nonzero(raw(labels) == ignore_index):
            if isinstance(labels, ag.Node):  # in a trace: to be asked again for other labels
                labels = none_ignored(labels, ignore_index=ignore_index)
            if not by_value:
                return reduced(surprise_at(scores, labels), reduction)
            pairs = zip(scores if labels.ndim else [scores], labels.ravel().tolist(), strict=True)
            return reduced([reduce(ag.logaddexp, z) - z[k] for z, k in pairs], reduction)
    options = (weight, ignore_index, label_smoothing, soft_targets)
    losses, total = class_losses(name, scores, target, *options)
    return reduced(losses, reduction, total)


def _surprise_at(z: Any, labels: Any) -> Any:
    z = z - np.maximum.reduce(z, axis=-1, keepdims=True)  # the result stays; e^z cannot overflow
    return np.log(np.add.reduce(np.exp(z), axis=-1)) - score_of(z, labels)


def _surprise_rule(g: Any, loss: Any, z: Any, labels: Any) -> Any:
    p = ag.exp(z - (loss + score_at(z, labels))[..., None])  # softmax: loss + z[k] is log(sum(e^z))
    return g[..., None] * (p - is_class(labels, classes=shape_of(z)[-1]))


surprise_at = Op("cross_entropy", _surprise_at, _surprise_rule, None)
"""log(sum(e^z)) - z[k] for each row z and its label k; d/dz = softmax(z) - 1 at k."""


class MSELoss(Loss):
    """1/n sum (p - y)^2, the squared error: `mse_loss` as a module.

    >>> MSELoss(reduction="sum")(ag.Tensor([1.0, 2.0]), [0.0, 4.0]).item()
    5.0
    """

    function = staticmethod(mse_loss)


class BCELoss(WeightedLoss):
    """-1/n sum [y log p + (1 - y) log(1 - p)]: `binary_cross_entropy` as a module."""

    function = staticmethod(binary_cross_entropy)


class BCEWithLogitsLoss(WeightedLoss):
    """1/n sum [log(1 + e^z) - z y]: `binary_cross_entropy_with_logits` as a module."""

    function = staticmethod(binary_cross_entropy_with_logits)
    options = ("weight", "reduction", "pos_weight")

    def __init__(
        self, weight: Any = None, *data: Any, reduction: str = "mean", pos_weight: Any = None
    ) -> None:
        super().__init__(weight, *data, reduction=reduction)
        self.register_buffer("pos_weight", pos_weight)


class CrossEntropyLoss(WeightedLoss):
    """-1/n sum log p[k], p = softmax(z): `cross_entropy` as a module."""

    function = staticmethod(cross_entropy)
    options = ("weight", "ignore_index", "reduction", "label_smoothing", "soft_targets")

    def __init__(
        self,
        weight: Any = None,
        *data: Any,
        ignore_index: int = -100,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
        soft_targets: bool = False,
    ) -> None:
        super().__init__(weight, *data, reduction=reduction)
        self.ignore_index, self.label_smoothing = ignore_index, label_smoothing
        self.soft_targets = soft_targets


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
