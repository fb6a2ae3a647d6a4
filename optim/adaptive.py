"""Optimizers that give every number a step size of its own, each a difference from the last."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from .descent import decayed
from .optimizer import Array, Memory, Optimizer
from .options import Group


class Adagrad(Optimizer):
    """v <- v + g^2;   w <- w - lr g / (sqrt(v) + eps)

    `GradientDescent` with every number's gradient divided by the size of all its gradients so far:
    what is seldom asked to move, a rare word, keeps long steps. But v only grows, steps only fade.

    lr_decay: divide lr by 1 + (t - 1) lr_decay. initial_accumulator_value: what v starts at.
    weight_decay: add weight_decay * w to the gradient.
    Source: Duchi, Hazan & Singer 2011, Adaptive subgradient methods, JMLR 12.

    >>> from autograd import Value
    >>> w = Value(1.0)
    >>> optimizer = Adagrad([w], lr=0.1)
    >>> w.grad = 7.0
    >>> for _ in range(4):
    ...     optimizer.step()                  # by lr / sqrt(t), however steep
    >>> round(w.data, 4)                      # 1 - 0.1 (1 + 1/sqrt(2) + 1/sqrt(3) + 1/2)
    0.7216
    """

    def __init__(
        self, params: Iterable[Any] = (), lr: float = 0.01, lr_decay: float = 0,
        weight_decay: float = 0, initial_accumulator_value: float = 0, eps: float = 1e-10,
        *, accumulate: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(
            params, lr=lr, lr_decay=lr_decay, weight_decay=weight_decay,
            initial_accumulator_value=initial_accumulator_value, eps=eps, accumulate=accumulate,
        )  # fmt: skip

    def update(self, w: Array, g: Array, t: int, memory: Memory, group: Group) -> Array:
        """The step: lr times the gradient over the root of all squared gradients."""
        g, v = decayed(g, w, group), memory["v"]
        if t == 1:
            v += group["initial_accumulator_value"]
        v += g * g
        step = in_proportion(g, v, group["eps"])
        step *= group["lr"] / (1 + (t - 1) * group["lr_decay"])
        return step


class RMSprop(Optimizer):
    """v <- alpha v + (1 - alpha) g^2;   w <- w - lr g / (sqrt(v) + eps)

    `Adagrad` with a running average in place of the sum: old gradients are forgotten, so steps do
    not fade, and steep and flat directions move alike.

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


class Adadelta(Optimizer):
    """v <- rho v + (1 - rho) g^2;   s = sqrt(u + eps) / sqrt(v + eps) g;
    u <- rho u + (1 - rho) s^2;   w <- w - lr s

    `RMSprop` with the running size u of its own steps in place of lr: a step then has the unit of
    w, whatever the loss is measured in, and lr = 1 is meant to stand. It starts slowly, from eps.

    weight_decay: add weight_decay * w to the gradient.
    Source: Zeiler 2012, arXiv:1212.5701, algorithm 1.

    >>> from autograd import Value
    >>> w = Value(1.0)
    >>> optimizer = Adadelta([w])
    >>> w.grad = 100.0
    >>> optimizer.step()
    >>> round(1 - w.data, 6)                  # sqrt(eps / (1 - rho)), however steep
    0.003162
    """

    def __init__(
        self, params: Iterable[Any] = (), lr: float = 1.0, rho: float = 0.9, eps: float = 1e-6,
        weight_decay: float = 0, *, accumulate: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(
            params, lr=lr, rho=rho, eps=eps, weight_decay=weight_decay, accumulate=accumulate
        )

    def update(self, w: Array, g: Array, t: int, memory: Memory, group: Group) -> Array:
        """The step: the gradient, scaled from its running size to that of the steps."""
        rho, eps = group["rho"], group["eps"]
        g = decayed(g, w, group)
        v, u = average(memory["v"], g * g, rho), memory["u"]
        step: Array = np.sqrt((u + eps) / (v + eps)) * g
        average(u, step * step, rho)
        step *= group["lr"]
        return step


class Adam(Optimizer):
    """m <- b1 m + (1 - b1) g;   v <- b2 v + (1 - b2) g^2;
    w <- w - lr (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps)

    `RMSprop` with two differences: the gradient itself is averaged too (a momentum), and both
    averages, which start at 0 and so are too small at first, are corrected for that. With b1 = 0
    and bias_correction=False it is RMSprop with alpha = b2; with betas=(0, 0) it is lr * sign(g).

    amsgrad: divide by the largest v so far. weight_decay: add weight_decay * w to the gradient.
    Source: Kingma & Ba 2015, arXiv:1412.6980, algorithm 1; amsgrad: Reddi, Kale & Kumar 2018.

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
        amsgrad: bool = False, *, bias_correction: bool = True, accumulate: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(
            params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad,
            bias_correction=bias_correction, accumulate=accumulate,
        )  # fmt: skip

    def update(self, w: Array, g: Array, t: int, memory: Memory, group: Group) -> Array:
        """The step: lr times the mean gradient over its running size, both corrected."""
        lr, (b1, b2), eps = group["lr"], group["betas"], group["eps"]
        g = decayed(g, w, group)
        m = average(memory["m"], g, b1)
        v = average(memory["v"], g * g, b2)
        if group["amsgrad"]:
            v = np.maximum(memory["largest"], v, out=memory["largest"])
        c1, c2 = (1 - b1**t, 1 - b2**t) if group["bias_correction"] else (1, 1)
        root = c2**0.5  # sqrt(v / c2) + eps is (sqrt(v) + eps root) / root: one division less
        step = in_proportion(m, v, eps * root)
        step *= lr * root / c1
        return step


class AdamW(Adam):
    """w <- w - lr (Adam's step with its lr left out + weight_decay w)

    `Adam` with the pull of weight_decay towards 0 beside the gradient's step, not inside it. Inside
    (there, L2) it is divided by sqrt(v) too: a number with large gradients would hardly decay. For
    `SGD` without momentum the two are one.

    Source: Loshchilov & Hutter 2019, Decoupled weight decay, arXiv:1711.05101, algorithm 2.

    >>> from autograd import Value
    >>> w = Value(1.0)
    >>> optimizer = AdamW([w], lr=0.1, weight_decay=0.5)
    >>> w.grad = 0.0
    >>> optimizer.step()
    >>> w.data                                # Adam's step is 0, the decay lr * 0.5 * w
    0.95
    """

    def __init__(
        self, params: Iterable[Any] = (), lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8, weight_decay: float = 1e-2,
        amsgrad: bool = False, *, bias_correction: bool = True, accumulate: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(
            params, lr, betas, eps, weight_decay, amsgrad,
            bias_correction=bias_correction, accumulate=accumulate,
        )  # fmt: skip

    def update(self, w: Array, g: Array, t: int, memory: Memory, group: Group) -> Array:
        """The step: Adam's without weight decay, and the decay by itself."""
        step = super().update(w, g, t, memory, {**group, "weight_decay": 0})
        step += group["lr"] * group["weight_decay"] * w
        return step


class Lion(Optimizer):
    """w <- w - lr (sign(b1 m + (1 - b1) g) + weight_decay w);   m <- b2 m + (1 - b2) g

    `AdamW` with the sign in place of the division, so there is no v to keep: every number moves by
    lr, and only the direction is learned. Its steps are longer than Adam's: use a smaller lr.

    Source: Chen et al. 2023, Symbolic discovery of optimization algorithms, arXiv:2302.06675.

    >>> from autograd import Value
    >>> w = Value(1.0)
    >>> optimizer = Lion([w], lr=0.25)
    >>> w.grad = 1e-9
    >>> optimizer.step()
    >>> w.data
    0.75
    """

    def __init__(
        self, params: Iterable[Any] = (), lr: float = 1e-4,
        betas: tuple[float, float] = (0.9, 0.99), weight_decay: float = 0,
        *, accumulate: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(
            params, lr=lr, betas=betas, weight_decay=weight_decay, accumulate=accumulate
        )

    def update(self, w: Array, g: Array, t: int, memory: Memory, group: Group) -> Array:
        """The step: lr times the sign of the mean gradient, and the decay."""
        (b1, b2), m = group["betas"], memory["m"]
        step: Array = np.sign(b1 * m + (1 - b1) * g)
        average(m, g, b2)
        step += group["weight_decay"] * w
        step *= group["lr"]
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
