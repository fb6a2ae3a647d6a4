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
    LeakyReLU,
    LogSoftmax,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Tanh,
)
from .dropout import Dropout
from .layers import Flatten, Identity, Linear
from .losses import BCELoss, BCEWithLogitsLoss, CrossEntropyLoss, MSELoss
from .module import Module, Parameter, Sequential
from .neuron import MLP, Layer, Neuron

__all__ = [
    "ELU", "GELU", "MLP", "BCELoss", "BCEWithLogitsLoss", "CrossEntropyLoss", "Dropout", "Flatten",
    "Identity", "Layer", "LeakyReLU", "Linear", "LogSoftmax", "MSELoss", "Module", "Neuron",
    "Parameter", "ReLU", "Sequential", "SiLU", "Sigmoid", "Softmax", "Softplus", "Tanh", "datasets",
    "functional", "init", "utils",
]  # fmt: skip
