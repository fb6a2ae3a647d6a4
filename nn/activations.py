"""Activations: the functions that make a network more than one weighted sum.

Each is a function and, under its capitalised name, a module for use in `Sequential`. Most are
operations of `autograd` under PyTorch's signature; the others are made of such operations here.
`inplace` is PyTorch's: the graph keeps what it was computed from, so here nothing is overwritten,
and a hint says so.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import autograd as ag
from autograd.data import plain

from .checks import no_inplace, require_approximation, require_channels, require_sizes
from .module import Module, Parameter

SELU_ALPHA = 1.6732632423543772848170429916717  # with these two, mean 0 and variance 1 reproduce
SELU_SCALE = 1.0507009873554804934193349852946  # themselves: Klambauer et al. 2017, equation 14


def relu(input: Any, inplace: bool = False) -> Any:
    """max(x, 0)."""
    no_inplace("ReLU", inplace)
    return ag.relu(input)


def leaky_relu(input: Any, negative_slope: float = 0.01, inplace: bool = False) -> Any:
    """x where x > 0, else negative_slope x."""
    no_inplace("LeakyReLU", inplace)
    return ag.leaky_relu(input, negative_slope)


def prelu(input: Any, weight: Any) -> Any:
    """x where x > 0, else weight x: one slope for all, or one for each channel on axis 1."""
    x, slope = plain(input), plain(weight)
    if getattr(slope, "size", 1) > 1:
        slope = ag.reshape(slope, (-1, *(1,) * (x.ndim - 2)))
    elif getattr(slope, "ndim", 0):
        slope = slope[0]
    return ag.leaky_relu(x, slope)


def elu(input: Any, alpha: float = 1.0, inplace: bool = False) -> Any:
    """x where x > 0, else alpha (e^x - 1)."""
    no_inplace("ELU", inplace)
    return ag.elu(input, alpha)


def selu(input: Any, inplace: bool = False) -> Any:
    """1.0507 x where x > 0, else 1.7581 (e^x - 1)."""
    no_inplace("SELU", inplace)
    return SELU_SCALE * ag.elu(input, SELU_ALPHA)


def gelu(input: Any, approximate: str = "none") -> Any:
    """x Phi(x), with Phi the distribution function of the normal distribution.

    approximate: "tanh" for x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))), which is close to it.
    """
    require_approximation(approximate)
    if approximate == "none":
        return ag.gelu(input)
    x = plain(input)
    return 0.5 * x * (1 + ag.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x)))


def silu(input: Any, inplace: bool = False) -> Any:
    """x sigmoid(x)."""
    no_inplace("SiLU", inplace)
    return ag.silu(input)


def mish(input: Any, inplace: bool = False) -> Any:
    """x tanh(log(1 + e^x))."""
    no_inplace("Mish", inplace)
    x = plain(input)
    return x * ag.tanh(ag.softplus(x))


def softplus(input: Any, beta: float = 1.0, threshold: float = 20.0) -> Any:
    """log(1 + e^(beta x)) / beta; x itself where beta x > threshold, from where on they agree."""
    x = beta * plain(input)
    return ag.where(ag.greater(x, threshold), x, ag.softplus(x)) / beta


def hardtanh(input: Any, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Any:
    """min(max(x, min_val), max_val); from the bounds on, the gradient is 0."""
    no_inplace("Hardtanh", inplace)
    x = plain(input)
    above = ag.where(ag.less_equal(x, min_val), float(min_val), x)
    return ag.where(ag.greater_equal(x, max_val), float(max_val), above)


def softsign(input: Any) -> Any:
    """x / (1 + |x|)."""
    x = plain(input)
    return x / (1 + ag.abs(x))


def softmax(input: Any, dim: int = -1) -> Any:
    """e^x / sum(e^x) along an axis: scores into probabilities."""
    return ag.softmax(input, dim)


def log_softmax(input: Any, dim: int = -1) -> Any:
    """x - logsumexp(x) along an axis: scores into logarithms of probabilities."""
    return ag.log_softmax(input, dim)


class ReLU(Module):
    """max(x, 0).

    >>> ReLU()(ag.Tensor([-1.0, 2.0])).data
    array([0., 2.])
    """

    def __init__(self, inplace: bool = False) -> None:
        no_inplace("ReLU", inplace)

    def forward(self, x: Any) -> Any:
        """max(x, 0)."""
        return ag.relu(x)


class LeakyReLU(Module):
    """x where x > 0, else negative_slope x: a unit that is off can still learn."""

    def __init__(self, negative_slope: float = 0.01, inplace: bool = False) -> None:
        no_inplace("LeakyReLU", inplace)
        self.negative_slope = negative_slope

    def forward(self, x: Any) -> Any:
        """X where x > 0, else negative_slope x."""
        return ag.leaky_relu(x, self.negative_slope)

    def extra_repr(self) -> str:
        """The slope below zero."""
        return f"negative_slope={self.negative_slope}"


class PReLU(Module):
    """x where x > 0, else weight x, with a slope that is learned.

    num_parameters: 1 slope for all, or one for each channel on axis 1; all start at init.
    Source: He, Zhang, Ren & Sun 2015, Delving deep into rectifiers.

    >>> PReLU()(ag.Tensor([-1.0, 2.0])).data
    array([-0.25,  2.  ])
    """

    def __init__(self, num_parameters: int = 1, init: float = 0.25, *, dtype: Any = float) -> None:
        require_sizes("PReLU", num_parameters=num_parameters)
        self.num_parameters, self.init = num_parameters, init
        self.weight = Parameter(np.full(num_parameters, init, dtype))

    def forward(self, x: Any) -> Any:
        """X where x > 0, else weight x. Raises E06 for another number of channels."""
        if self.num_parameters > 1:
            require_channels(self, x, (2, 3, 4), self.num_parameters)
        return prelu(x, self.weight)

    def extra_repr(self) -> str:
        """How many slopes there are."""
        return f"num_parameters={self.num_parameters}"


class ELU(Module):
    """x where x > 0, else alpha (e^x - 1)."""

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        no_inplace("ELU", inplace)
        self.alpha = alpha

    def forward(self, x: Any) -> Any:
        """X where x > 0, else alpha (e^x - 1)."""
        return ag.elu(x, self.alpha)

    def extra_repr(self) -> str:
        """The limit far below zero, negated."""
        return f"alpha={self.alpha}"


class SELU(Module):
    """1.0507 x where x > 0, else 1.7581 (e^x - 1): layers of it keep mean 0 and variance 1.

    Source: Klambauer, Unterthiner, Mayr & Hochreiter 2017, Self-normalizing neural networks.
    """

    def __init__(self, inplace: bool = False) -> None:
        no_inplace("SELU", inplace)

    def forward(self, x: Any) -> Any:
        """1.0507 x where x > 0, else 1.7581 (e^x - 1)."""
        return selu(x)


class GELU(Module):
    """x Phi(x), with Phi the distribution function of the normal distribution.

    approximate: "tanh" for the formula of `gelu` that needs no Phi.
    Source: Hendrycks & Gimpel 2016, Gaussian error linear units.
    """

    def __init__(self, approximate: str = "none") -> None:
        require_approximation(approximate)
        self.approximate = approximate

    def forward(self, x: Any) -> Any:
        """X Phi(x)."""
        return gelu(x, self.approximate)

    def extra_repr(self) -> str:
        """How Phi is computed."""
        return f"approximate={self.approximate!r}"


class SiLU(Module):
    """x sigmoid(x)."""

    def __init__(self, inplace: bool = False) -> None:
        no_inplace("SiLU", inplace)

    def forward(self, x: Any) -> Any:
        """X sigmoid(x)."""
        return ag.silu(x)


class Mish(Module):
    """x tanh(log(1 + e^x)). Source: Misra 2019, Mish."""

    def __init__(self, inplace: bool = False) -> None:
        no_inplace("Mish", inplace)

    def forward(self, x: Any) -> Any:
        """X tanh(log(1 + e^x))."""
        return mish(x)


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
    """log(1 + e^(beta x)) / beta: a smooth relu; x itself where beta x > threshold."""

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        self.beta, self.threshold = beta, threshold

    def forward(self, x: Any) -> Any:
        """log(1 + e^(beta x)) / beta."""
        return softplus(x, self.beta, self.threshold)

    def extra_repr(self) -> str:
        """The sharpness of the bend, and where the straight line begins."""
        return f"beta={self.beta}, threshold={self.threshold}"


class Softsign(Module):
    """x / (1 + |x|): any number to one between -1 and 1, slowly."""

    def forward(self, x: Any) -> Any:
        """X / (1 + |x|)."""
        return softsign(x)


class Hardtanh(Module):
    """min(max(x, min_val), max_val): a straight line between two bounds."""

    def __init__(self, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> None:
        no_inplace("Hardtanh", inplace)
        self.min_val, self.max_val = min_val, max_val

    def forward(self, x: Any) -> Any:
        """min(max(x, min_val), max_val)."""
        return hardtanh(x, self.min_val, self.max_val)

    def extra_repr(self) -> str:
        """The bounds."""
        return f"min_val={self.min_val}, max_val={self.max_val}"


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
