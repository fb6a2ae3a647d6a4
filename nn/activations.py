"""Activations: the functions that make a network more than one weighted sum.

Each is a function of `autograd` as a module, for use in `Sequential`.
"""

from __future__ import annotations

from typing import Any

import autograd as ag

from .module import Module


class ReLU(Module):
    """max(x, 0).

    >>> ReLU()(ag.Tensor([-1.0, 2.0])).data
    array([0., 2.])
    """

    def forward(self, x: Any) -> Any:
        """max(x, 0)."""
        return ag.relu(x)


class LeakyReLU(Module):
    """x where x > 0, else negative_slope x: a unit that is off can still learn."""

    def __init__(self, negative_slope: float = 0.01) -> None:
        self.negative_slope = negative_slope

    def forward(self, x: Any) -> Any:
        """X where x > 0, else negative_slope x."""
        return ag.leaky_relu(x, self.negative_slope)

    def extra_repr(self) -> str:
        """The slope below zero."""
        return f"negative_slope={self.negative_slope}"


class ELU(Module):
    """x where x > 0, else alpha (e^x - 1)."""

    def __init__(self, alpha: float = 1.0) -> None:
        self.alpha = alpha

    def forward(self, x: Any) -> Any:
        """X where x > 0, else alpha (e^x - 1)."""
        return ag.elu(x, self.alpha)

    def extra_repr(self) -> str:
        """The limit far below zero, negated."""
        return f"alpha={self.alpha}"


class GELU(Module):
    """x Phi(x), with Phi the distribution function of the normal distribution."""

    def forward(self, x: Any) -> Any:
        """X Phi(x)."""
        return ag.gelu(x)


class SiLU(Module):
    """x sigmoid(x)."""

    def forward(self, x: Any) -> Any:
        """X sigmoid(x)."""
        return ag.silu(x)


class Sigmoid(Module):
    """1 / (1 + e^-x): any number to one between 0 and 1."""

    def forward(self, x: Any) -> Any:
        """1 / (1 + e^-x)."""
        return ag.sigmoid(x)


class Tanh(Module):
    """(e^x - e^-x) / (e^x + e^-x): any number to one between -1 and 1."""

    def forward(self, x: Any) -> Any:
        """Tanh x."""
        return ag.tanh(x)


class Softplus(Module):
    """log(1 + e^(beta x)) / beta: a smooth relu."""

    def __init__(self, beta: float = 1.0) -> None:
        self.beta = beta

    def forward(self, x: Any) -> Any:
        """log(1 + e^(beta x)) / beta."""
        return ag.softplus(self.beta * x) / self.beta

    def extra_repr(self) -> str:
        """The sharpness of the bend."""
        return f"beta={self.beta}"


class Softmax(Module):
    """e^x / sum(e^x) along an axis: scores into probabilities."""

    def __init__(self, dim: int = -1) -> None:
        self.dim = dim

    def forward(self, x: Any) -> Any:
        """e^x / sum(e^x)."""
        return ag.softmax(x, self.dim)

    def extra_repr(self) -> str:
        """The axis of the sum."""
        return f"dim={self.dim}"


class LogSoftmax(Softmax):
    """x - logsumexp(x) along an axis: scores into logarithms of probabilities."""

    def forward(self, x: Any) -> Any:
        """X - logsumexp(x)."""
        return ag.log_softmax(x, self.dim)
