"""Layers, dropout and losses: networks from the operations of `autograd`.

    model = Sequential(Linear(2, 16), ReLU(), Linear(16, 1))
    loss = BCEWithLogitsLoss()(model(X), y)
    loss.backward()

A network is a `Module` made of modules (start reading at `module.py`); over single numbers it is
an `MLP` made of `Neuron`s, in which every weight is a `Value`. The names are PyTorch's.
"""

import autograd as _autograd

if not (hasattr(_autograd, "sweep") and hasattr(_autograd, "Value")):
    raise ImportError(
        "the package 'autograd' that Python found is not chainrule's: another distribution of that "
        "name shadows it.\n"
        f"  Where: {_autograd.__file__}\n"
        "  Why:   both install a top-level package 'autograd', and only one can be there.\n"
        "  Fix:   pip uninstall -y autograd chainrule && pip install chainrule"
    )

from . import datasets, functional, init, utils
from .activations import (
    ELU,
    GELU,
    SELU,
    Hardtanh,
    LeakyReLU,
    LogSoftmax,
    Mish,
    PReLU,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Softsign,
    Tanh,
)
from .containers import ModuleDict, ModuleList, Sequential
from .dropout import Dropout, Dropout2d
from .files import load, save
from .layers import Embedding, Flatten, Identity, Linear, Unflatten
from .losses import BCELoss, BCEWithLogitsLoss, CrossEntropyLoss, MSELoss
from .module import Module, Parameter
from .more_losses import HingeLoss, HuberLoss, KLDivLoss, L1Loss, NLLLoss, SmoothL1Loss
from .neuron import MLP, Layer, Neuron
from .norm import BatchNorm1d, BatchNorm2d, GroupNorm, LayerNorm, RMSNorm

__all__ = [
    "ELU", "GELU", "MLP", "SELU", "BCELoss", "BCEWithLogitsLoss", "BatchNorm1d", "BatchNorm2d",
    "CrossEntropyLoss", "Dropout", "Dropout2d", "Embedding", "Flatten", "GroupNorm", "Hardtanh",
    "HingeLoss", "HuberLoss", "Identity", "KLDivLoss", "L1Loss", "Layer", "LayerNorm",
    "LeakyReLU", "Linear", "LogSoftmax", "MSELoss", "Mish", "Module", "ModuleDict",
    "ModuleList", "NLLLoss", "Neuron", "PReLU", "Parameter", "RMSNorm", "ReLU", "Sequential",
    "SiLU", "Sigmoid", "SmoothL1Loss", "Softmax", "Softplus", "Softsign", "Tanh", "Unflatten",
    "datasets", "functional", "init", "load", "save", "utils",
]  # fmt: skip
