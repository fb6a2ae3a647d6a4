"""Further losses, each as a function and as a module: see `losses.py` for what they share."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import autograd as ag
from autograd.data import plain, raw, shape_of
from autograd.errors import lesson
from autograd.op import Op

from .checks import flat, holds_values, require_reduction, shape
from .loss import Loss, WeightedLoss, entrywise, reduced
from .targets import class_losses

KINDS = ("mean", "batchmean", "sum", "none")


def l1_loss(input: Any, target: Any, *, reduction: str = "mean") -> Any:
    """1/n sum |p - y|: the distance of predictions p and targets y; d/dp = 1/n sign(p - y).

    >>> l1_loss(ag.Tensor([1.0, 2.0]), [0.0, 4.0])
    Tensor(1.5)
    """
    return entrywise("L1Loss", lambda p, y: ag.abs(p - y), input, target, reduction)


def smooth_l1_loss(input: Any, target: Any, *, reduction: str = "mean", beta: float = 1.0) -> Any:
    """1/n sum d^2 / (2 beta) where d = |p - y| < beta, else d - beta/2: a distance without a kink.

    d/dp is at most 1/n in size, so a single outlier pulls no harder than others. beta = 0 is
    `l1_loss`. Source: Girshick 2015, Fast R-CNN.
    """
    require_threshold("SmoothL1Loss", "beta", beta, beta >= 0)
    if beta == 0:
        return entrywise("SmoothL1Loss", lambda p, y: ag.abs(p - y), input, target, reduction)

    def formula(p: Any, y: Any) -> Any:
        d = ag.abs(p - y)
        return ag.where(ag.less(d, beta), d * d / (2 * beta), d - beta / 2)

    return entrywise("SmoothL1Loss", formula, input, target, reduction)


def huber_loss(input: Any, target: Any, reduction: str = "mean", delta: float = 1.0) -> Any:
    """1/n sum d^2 / 2 where d = |p - y| <= delta, else delta (d - delta/2): delta `smooth_l1_loss`.

    Source: Huber 1964, Robust estimation of a location parameter.
    """
    require_threshold("HuberLoss", "delta", delta, delta > 0)

    def formula(p: Any, y: Any) -> Any:
        d = ag.abs(p - y)
        return ag.where(ag.less_equal(d, delta), d * d / 2, delta * (d - delta / 2))

    return entrywise("HuberLoss", formula, input, target, reduction)


def nll_loss(
    input: Any, target: Any, weight: Any = None, *, ignore_index: int = -100,
    reduction: str = "mean",
) -> Any:  # fmt: skip
    """-1/n sum l[k]: the negative log-likelihood of the classes k, where l = log p is given.

    With l = log_softmax(z) it is `cross_entropy` of z. input: logarithms of probabilities (N, C),
    (C,) or (N, C, d1, ...). weight, ignore_index: as in `cross_entropy`. Raises E08 and E09.
    """
    losses, total = class_losses("NLLLoss", input, target, weight, ignore_index, logs=True)
    return reduced(losses, reduction, total)


def kl_div(input: Any, target: Any, *, reduction: str = "mean", log_target: bool = False) -> Any:
    """1/n sum q (log q - l): how far probabilities e^l, given as l, are from q; at least 0.

    reduction: "batchmean" divides the sum by the number of samples alone, which is the divergence
    as it is defined; "mean" divides by the number of all entries. Where q is 0 the term is 0.
    log_target: the target is log q. Source: Kullback & Leibler 1951, On information.
    """
    require_reduction(reduction, KINDS)

    def divergence(log_p: Any, q: Any) -> Any:
        return q * (ag.log(q + ag.equal(q, 0)) - log_p)

    def of_logarithms(log_p: Any, log_q: Any) -> Any:
        return ag.exp(log_q) * (log_q - log_p)

    formula = of_logarithms if log_target else divergence
    if reduction != "batchmean":
        return entrywise("KLDivLoss", formula, input, target, reduction)
    samples = (shape(input) if holds_values(input) else shape_of(plain(input)))[:1]
    return entrywise("KLDivLoss", formula, input, target, "sum") / math.prod(samples)


def hinge_loss(input: Any, target: Any, *, reduction: str = "mean") -> Any:
    """1/n sum max(0, 1 - y s): scores s are to be beyond 1 on the side of their target y = -1 or 1.

    d/ds = -y/n where y s < 1, else 0. Raises E09 for other targets.
    Source: Cortes & Vapnik 1995, Support-vector networks.

    >>> hinge_loss(ag.Tensor([2.0, 0.5, 0.5]), [1, 1, -1], reduction="none").data
    array([0. , 0.5, 1.5])
    """
    if isinstance(target, (list, tuple)):
        _signs(np.array([raw(y) for y in flat(target)], float))
    else:
        target = signs(plain(target))
    return entrywise("HingeLoss", lambda s, y: ag.relu(1 - y * s), input, target, reduction)


def _signs(y: Any) -> Any:
    if not (np.abs(y) == 1).all():
        wrong = np.ravel(y)[np.ravel(np.abs(y) != 1)][0]
        what = f"HingeLoss: targets are -1 or 1; got {wrong:g}."
        raise lesson("E09", what=what, fix="y = 2 * y - 1   for classes 0 and 1")
    return y


signs = Op("signs", _signs, lambda g, z, y: g)
"""The targets themselves, checked: again by a compiled program, for those of every batch."""


def require_threshold(loss: str, name: str, value: Any, fits: bool) -> None:
    """Raise E24 for a distance that is none."""
    if not fits:
        what = f"{loss}: {name} must be positive; got {value!r}"
        why = "it is the distance at which the square becomes a straight line"
        raise lesson("E24b", what=what, why=why, fix=f"nn.{loss}({name}=1.0)")


class L1Loss(Loss):
    """1/n sum |p - y|, the distance: `l1_loss` as a module."""

    function = staticmethod(l1_loss)


class SmoothL1Loss(Loss):
    """1/n sum d^2 / (2 beta) where d = |p - y| < beta, else d - beta/2: `smooth_l1_loss`."""

    function = staticmethod(smooth_l1_loss)
    options = ("reduction", "beta")

    def __init__(self, *data: Any, reduction: str = "mean", beta: float = 1.0) -> None:
        super().__init__(*data, reduction=reduction)
        require_threshold("SmoothL1Loss", "beta", beta, beta >= 0)
        self.beta = beta


class HuberLoss(Loss):
    """1/n sum d^2 / 2 where d = |p - y| <= delta, else delta (d - delta/2): `huber_loss`."""

    function = staticmethod(huber_loss)
    options = ("reduction", "delta")

    def __init__(self, *data: Any, reduction: str = "mean", delta: float = 1.0) -> None:
        super().__init__(*data, reduction=reduction)
        require_threshold("HuberLoss", "delta", delta, delta > 0)
        self.delta = delta


class NLLLoss(WeightedLoss):
    """-1/n sum l[k] of logarithms of probabilities l: `nll_loss` as a module."""

    function = staticmethod(nll_loss)
    options = ("weight", "ignore_index", "reduction")

    def __init__(
        self, weight: Any = None, *data: Any, ignore_index: int = -100, reduction: str = "mean"
    ) -> None:
        super().__init__(weight, *data, reduction=reduction)
        self.ignore_index = ignore_index


class KLDivLoss(Loss):
    """1/n sum q (log q - l), the divergence of e^l from q: `kl_div` as a module."""

    function = staticmethod(kl_div)
    options = ("reduction", "log_target")

    def __init__(self, *data: Any, reduction: str = "mean", log_target: bool = False) -> None:
        super().__init__(*data)
        require_reduction(reduction, KINDS)
        self.reduction, self.log_target = reduction, log_target


class HingeLoss(Loss):
    """1/n sum max(0, 1 - y s) of scores s and targets y = -1 or 1: `hinge_loss` as a module."""

    function = staticmethod(hinge_loss)
