"""Optimizers that give every number a step size of its own, each a difference from the last."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from .descent import decayed
from .optimizer import Array, Group, Memory, Optimizer


class RMSprop(Optimizer):
    """v <- alpha v + (1 - alpha) g^2;   w <- w - lr g / (sqrt(v) + eps)

    `GradientDescent` with every number's gradient divided by the running size of that gradient:
    steep and flat directions then move alike.

    momentum: give the step a velocity, m <- momentum m + g / (sqrt(v) + eps);  w <- w - lr m.
    centered: divide by the running standard deviation, sqrt(v - mean^2), instead of sqrt(v).
    weight_decay: add weight_decay * w to the gradient.
    Source: Tieleman & Hinton 2012, Coursera lecture 6.5; centered: Graves 2013, arXiv:1308.0850.

    >>> from autograd import Value
    >>> w = Value(1.0)
    >>> optimizer = RMSprop([w], lr=0.1, alpha=0.75)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> round(w.data, 6)                      # lr / sqrt(1 - alpha), however steep
    0.8
    """

    def __init__(
        self, params: Iterable[Any] = (), lr: float = 0.01, alpha: float = 0.99, eps: float = 1e-8,
        weight_decay: float = 0, momentum: float = 0, centered: bool = False,
        *, accumulate: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(
            params, lr=lr, alpha=alpha, eps=eps, weight_decay=weight_decay, momentum=momentum,
            centered=centered, accumulate=accumulate,
        )  # fmt: skip

    def update(self, w: Array, g: Array, t: int, memory: Memory, group: Group) -> Array:
        """The step: lr times the gradient over its running size."""
        lr, alpha, eps, momentum = group["lr"], group["alpha"], group["eps"], group["momentum"]
        g = decayed(g, w, group)
        spread = v = average(memory["v"], g * g, alpha)
        if group["centered"]:
            spread = v - average(memory["mean"], g, alpha) ** 2
        step = in_proportion(g, spread, eps)
        if momentum:
            m = memory["m"]
            m *= momentum
            m += step
            return lr * m  # type: ignore[no-any-return]
        step *= lr
        return step


class Adam(Optimizer):
    """m <- b1 m + (1 - b1) g;   v <- b2 v + (1 - b2) g^2;
    w <- w - lr (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps)

    `RMSprop` with two differences: the gradient itself is averaged too (a momentum), and both
    averages, which start at 0 and so are too small at first, are corrected for that. With b1 = 0
    and bias_correction=False it is RMSprop with alpha = b2.

    weight_decay: add weight_decay * w to the gradient.
    Source: Kingma & Ba 2015, arXiv:1412.6980, algorithm 1.

    >>> from autograd import Value
    >>> w = Value(1.0)
    >>> optimizer = Adam([w], lr=0.1)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> round(w.data, 6)                      # the first step is lr * sign(g)
    0.9
    """

    def __init__(
        self, params: Iterable[Any] = (), lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8, weight_decay: float = 0,
        *, bias_correction: bool = True, accumulate: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(
            params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay,
            bias_correction=bias_correction, accumulate=accumulate,
        )  # fmt: skip

    def update(self, w: Array, g: Array, t: int, memory: Memory, group: Group) -> Array:
        """The step: lr times the mean gradient over its running size, both corrected."""
        lr, (b1, b2), eps = group["lr"], group["betas"], group["eps"]
        g = decayed(g, w, group)
        m = average(memory["m"], g, b1)
        v = average(memory["v"], g * g, b2)
        c1, c2 = (1 - b1**t, 1 - b2**t) if group["bias_correction"] else (1, 1)
        root = c2**0.5  # sqrt(v / c2) + eps is (sqrt(v) + eps root) / root: one division less
        step = in_proportion(m, v, eps * root)
        step *= lr * root / c1
        return step


def average(running: Array, new: Array, decay: float) -> Array:
    """Move a running average, in place: decay * running + (1 - decay) * new."""
    running *= decay
    running += (1 - decay) * new
    return running


def in_proportion(x: Array, v: Array, eps: float) -> Array:
    """x / (sqrt(v) + eps): each number in proportion to its running size."""
    step: Array = np.sqrt(v)
    step += eps
    return np.divide(x, step, out=step)
