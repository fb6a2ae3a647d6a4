"""Optimizers that give every number a step size of its own, each a difference from the last."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from .descent import decayed
from .optimizer import Array, Group, Memory, Optimizer


class Adagrad(Optimizer):
    """s <- s + g^2;   w <- w - lr g / (sqrt(s) + eps)

    `GradientDescent` with every number's gradient divided by the length of all its gradients so
    far: what seldom has a gradient, such as the weight of a rare word, then still takes large
    steps. s only grows, so all steps shrink.

    lr_decay: divide lr by 1 + lr_decay (t - 1) at step t.
    weight_decay: add weight_decay * w to the gradient.
    initial_accumulator_value: what s starts with.
    Source: Duchi, Hazan & Singer 2011, Journal of Machine Learning Research 12.

    >>> from autograd import Value
    >>> w = Value(1.0)
    >>> optimizer = Adagrad([w], lr=0.1)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> round(w.data, 6)                      # the first step is lr * sign(g)
    0.9
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
        """The step: lr times the gradient over the length of all gradients so far."""
        g = decayed(g, w, group)
        s = memory["s"]
        if t == 1:
            s += group["initial_accumulator_value"]
        s += g * g
        step = in_proportion(g, s, group["eps"])
        step *= group["lr"] / (1 + group["lr_decay"] * (t - 1))
        return step


class RMSprop(Optimizer):
    """v <- alpha v + (1 - alpha) g^2;   w <- w - lr g / (sqrt(v) + eps)

    `Adagrad` with a running mean in place of the sum, so that old gradients are forgotten and steps
    need not shrink: steep and flat directions move alike.

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
    """v <- rho v + (1 - rho) g^2;   d = sqrt(u + eps) / sqrt(v + eps) g;
    u <- rho u + (1 - rho) d^2;   w <- w - lr d

    `RMSprop` whose learning rate is found on the way: the running size of the steps d themselves.
    So a step is measured as w is, whatever the loss is measured in, and lr is usually 1.

    weight_decay: add weight_decay * w to the gradient.
    Source: Zeiler 2012, arXiv:1212.5701.

    >>> from autograd import Value
    >>> w = Value(1.0)
    >>> optimizer = Adadelta([w], rho=0.75, eps=1e-4)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> round(w.data, 4)                      # sqrt(eps / (1 - rho)): it begins with care
    0.98
    """

    def __init__(
        self, params: Iterable[Any] = (), lr: float = 1.0, rho: float = 0.9, eps: float = 1e-6,
        weight_decay: float = 0, *, accumulate: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(
            params, lr=lr, rho=rho, eps=eps, weight_decay=weight_decay, accumulate=accumulate
        )

    def update(self, w: Array, g: Array, t: int, memory: Memory, group: Group) -> Array:
        """The step: the gradient, scaled by the size of past steps over that of past gradients."""
        rho, eps = group["rho"], group["eps"]
        g = decayed(g, w, group)
        v = average(memory["v"], g * g, rho)
        d: Array = np.sqrt((memory["u"] + eps) / (v + eps)) * g
        average(memory["u"], d * d, rho)
        return group["lr"] * d  # type: ignore[no-any-return]


class Adam(Optimizer):
    """m <- b1 m + (1 - b1) g;   v <- b2 v + (1 - b2) g^2;
    w <- w - lr (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps)

    `RMSprop` with two differences: the gradient itself is averaged too (a momentum), and both
    averages, which start at 0 and so are too small at first, are corrected for that. With b1 = 0
    and bias_correction=False it is RMSprop with alpha = b2.

    weight_decay: add weight_decay * w to the gradient.
    amsgrad: divide by the largest v so far, so that no step grows again (Reddi et al. 2018).
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
        amsgrad: bool = False, *, bias_correction: bool = True, accumulate: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(
            params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad,
            bias_correction=bias_correction, accumulate=accumulate,
        )  # fmt: skip

    def update(self, w: Array, g: Array, t: int, memory: Memory, group: Group) -> Array:
        """The step: lr times the mean gradient over its running size, both corrected."""
        return self.moved(decayed(g, w, group), t, memory, group)

    def moved(self, g: Array, t: int, memory: Memory, group: Group) -> Array:
        """The rule itself, which weight decay only surrounds."""
        lr, (b1, b2), eps = group["lr"], group["betas"], group["eps"]
        m = average(memory["m"], g, b1)
        v = average(memory["v"], g * g, b2)
        if group["amsgrad"]:
            v = np.maximum(memory["largest v"], v, out=memory["largest v"])
        c1, c2 = (1 - b1**t, 1 - b2**t) if group["bias_correction"] else (1, 1)
        root = c2**0.5  # sqrt(v / c2) + eps is (sqrt(v) + eps root) / root: one division less
        step = in_proportion(m, v, eps * root)
        step *= lr * root / c1
        return step


class AdamW(Adam):
    """w <- w - lr weight_decay w - (the step of Adam)

    `Adam` with the pull towards 0 taken out of the gradient: there it would be divided by the
    gradient's size like everything else, so that it would hardly reach what has large gradients.

    Source: Loshchilov & Hutter 2019, arXiv:1711.05101.

    >>> from autograd import Value
    >>> w = Value(1.0)
    >>> optimizer = AdamW([w], lr=0.1, weight_decay=0.5)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> round(w.data, 6)                      # lr * weight_decay more than Adam's step
    0.85
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
        """The step: Adam's, and beside it a share of w itself."""
        step = self.moved(g, t, memory, group)
        step += group["lr"] * group["weight_decay"] * w
        return step


class Lion(Optimizer):
    """w <- w - lr (sign(b1 m + (1 - b1) g) + weight_decay w);   m <- b2 m + (1 - b2) g

    Momentum of which only the sign is used: every number moves by lr, as in an `Adam` that need not
    remember v. The mean that is stored forgets more slowly than the one that is used.

    Source: Chen et al. 2023, arXiv:2302.06675.

    >>> from autograd import Value
    >>> w = Value(1.0)
    >>> optimizer = Lion([w], lr=0.1)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> w.data
    0.9
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
        """The step: lr in the direction of the mean gradient's sign."""
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
