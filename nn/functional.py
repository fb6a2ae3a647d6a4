"""Layers, activations and losses as plain functions, under PyTorch's names and signatures."""

from autograd import one_hot, sigmoid, tanh
from autograd.ops.linear import linear

from .activations import (
    elu,
    gelu,
    hardtanh,
    leaky_relu,
    log_softmax,
    mish,
    prelu,
    relu,
    selu,
    silu,
    softmax,
    softplus,
    softsign,
)
from .dropout import dropout, dropout2d
from .layers import embedding
from .losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    mse_loss,
)
from .more_losses import hinge_loss, huber_loss, kl_div, l1_loss, nll_loss, smooth_l1_loss
from .norm import batch_norm, group_norm, layer_norm, rms_norm

__all__ = [
    "batch_norm", "binary_cross_entropy", "binary_cross_entropy_with_logits", "cross_entropy",
    "dropout", "dropout2d", "elu", "embedding", "gelu", "group_norm", "hardtanh", "hinge_loss",
    "huber_loss", "kl_div", "l1_loss", "layer_norm", "leaky_relu", "linear", "log_softmax",
    "mish", "mse_loss", "nll_loss", "one_hot", "prelu", "relu", "rms_norm", "selu", "sigmoid",
    "silu", "smooth_l1_loss", "softmax", "softplus", "softsign", "tanh",
]  # fmt: skip
