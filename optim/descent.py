"""Gradient descent: against the gradient, and with momentum."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .optimizer import Array, Memory, Optimizer
from .options import Group, not_allowed


class GradientDescent(Optimizer):
    """w <- w - lr g

    The update is the same; the batch size decides whether it is batch, stochastic or mini-batch
    gradient descent: g is the gradient of the loss on whatever samples it was computed from.

    lr: the learning rate, how far to go against the gradient.
    Source: Cauchy 1847, Méthode générale pour la résolution des systèmes d'équations simultanées.

    >>> from autograd import Value
    >>> w = Value(1.0)
    >>> optimizer = GradientDescent([w], lr=0.25)
    >>> for _ in range(3):
    ...     optimizer.zero_grad()
    ...     (w * w).backward()
    ...     optimizer.step()
    >>> w.data
    0.125
    """

    def __init__(
        self, params: Iterable[Any] = (), lr: float = 1e-3, *, accumulate: bool = False
    ) -> None:
        super().__init__(params, lr=lr, accumulate=accumulate)

    def update(self, w: Array, g: Array, t: int, memory: Memory, group: Group) -> Array:
        """The step: lr times the gradient."""
        return group["lr"] * g  # type: ignore[no-any-return]


class SGD(Optimizer):
    """m <- momentum m + (1 - dampening) g;   w <- w - lr m

    The update is the same; the batch size decides whether it is batch, stochastic or mini-batch
    gradient descent. Without momentum this is `GradientDescent`; with it, w rolls like a ball:
    the velocity m remembers past gradients, grows where they agree and shrinks where they quarrel.

    The first step is m = g, whatever the dampening. nesterov: look ahead, w <- w - lr (g +
    momentum m). weight_decay: add weight_decay * w to the gradient, which pulls w towards 0.
    Source: Polyak 1964; Sutskever et al. 2013 for Nesterov's form.

    >>> from autograd import Value
    >>> w = Value(1.0)
    >>> optimizer = SGD([w], lr=0.25, momentum=0.5)
    >>> for _ in range(3):
    ...     optimizer.zero_grad()
    ...     (w * w).backward()
    ...     optimizer.step()
    >>> w.data
    -0.25
    """

    def __init__(
        self, params: Iterable[Any] = (), lr: float = 1e-3, momentum: float = 0,
        dampening: float = 0, weight_decay: float = 0, nesterov: bool = False,
        *, accumulate: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(
            params, lr=lr, momentum=momentum, dampening=dampening, weight_decay=weight_decay,
            nesterov=nesterov, accumulate=accumulate,
        )  # fmt: skip
        if nesterov and (momentum <= 0 or dampening != 0):
            allowed = "positive, and dampening 0, for nesterov"
            raise not_allowed("momentum", allowed, momentum, "momentum=0.9, nesterov=True")

    def update(self, w: Array, g: Array, t: int, memory: Memory, group: Group) -> Array:
        """The step: lr times the velocity."""
        lr, momentum = group["lr"], group["momentum"]
        g = decayed(g, w, group)
        if not momentum:
            return lr * g  # type: ignore[no-any-return]
        m = memory["m"]
        m *= momentum
        m += g if t == 1 else (1 - group["dampening"]) * g
        return lr * (g + momentum * m if group["nesterov"] else m)  # type: ignore[no-any-return]


def decayed(g: Array, w: Array, group: Group) -> Array:
    """The gradient of loss + weight_decay/2 * w^2."""
    return g + group["weight_decay"] * w if group["weight_decay"] else g
