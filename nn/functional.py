"""The layers without parameters, and the losses, as plain functions."""

from __future__ import annotations

from typing import Any

import autograd as ag
from autograd import elu, gelu, leaky_relu, one_hot, relu, sigmoid, silu, softplus, tanh
from autograd.ops.linear import linear

from .dropout import dropout
from .losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    mse_loss,
)

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "dropout",
    "elu",
    "gelu",
    "leaky_relu",
    "linear",
    "log_softmax",
    "mse_loss",
    "one_hot",
    "relu",
    "sigmoid",
    "silu",
    "softmax",
    "softplus",
    "tanh",
]


def softmax(input: Any, dim: int = -1) -> Any:
    """e^x / sum(e^x) along an axis: scores into probabilities."""
    return ag.softmax(input, dim)


def log_softmax(input: Any, dim: int = -1) -> Any:
    """x - logsumexp(x) along an axis."""
    return ag.log_softmax(input, dim)
