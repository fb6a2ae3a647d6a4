"""The main job: train a network on a data set, say what is done, and keep what came out.

`run` is the whole story; each step of it is a function below. The folder it fills holds

    weights.safetensors   the trained weights, and input.mean and input.std, with which every
                          feature was scaled: (x - mean) / std; for a numeric target the same two
    history.csv           loss, metrics and learning rate after every epoch
    loss.png              the loss curve
    boundary.png          for two features and classes: which class the network sees where
    graph.svg             the computation graph of one sample

so that the network can be built again and used:

    state = autograd.storage.load("runs/iris/weights.safetensors")
    mean, std = state.pop("input.mean"), state.pop("input.std")
    model = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 3)).eval()
    model.load_state_dict(state)
    model((flowers - mean) / std)
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import nn
import optim
from autograd import manual_seed, storage
from nn import datasets

from . import report
from .refusal import Diverged, Refusal
from .tables import Array, Samples, read_table


class Recipe(NamedTuple):
    """A named data set, and the settings that suit it where the user gives none."""

    load: Callable[[int], tuple[Array, Array]]  # takes a seed
    what: str
    classes: tuple[str, ...] = ("0", "1")
    features: tuple[str, ...] = ("x1", "x2")
    hidden: tuple[int, ...] = (16, 16)
    dropout: float = 0.0
    epochs: int = 100
    test_size: float = 0.25


PIXELS = tuple(f"pixel {i}" for i in range(64))
RECIPES = {
    "digits": Recipe(
        lambda seed: datasets.load_digits(), "handwritten digits of 8 x 8 pixels",
        tuple("0123456789"), PIXELS, hidden=(128,), dropout=0.2, epochs=20, test_size=397,
    ),
    "iris": Recipe(
        lambda seed: datasets.load_iris(), "iris flowers of three species",
        datasets.IRIS_CLASSES, datasets.IRIS_FEATURES, hidden=(16,),
    ),
    "moons": Recipe(
        lambda seed: datasets.make_moons(400, noise=0.2, seed=seed), "two interleaved half circles"
    ),
    "circles": Recipe(
        lambda seed: datasets.make_circles(400, noise=0.1, seed=seed), "a circle inside a circle"
    ),
    "spirals": Recipe(
        lambda seed: datasets.make_spirals(400, seed=seed), "two spirals wound around each other"
    ),
    "xor": Recipe(
        lambda seed: datasets.make_xor(400, seed=seed), "clouds around the truth table of xor"
    ),
}  # fmt: skip
TABLE = Recipe(lambda seed: (np.empty(0), np.empty(0)), "", hidden=(32,))  # settings for CSV files

ACTIVATIONS = {
    "relu": nn.ReLU, "leaky_relu": nn.LeakyReLU, "elu": nn.ELU, "gelu": nn.GELU, "silu": nn.SiLU,
    "sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "softplus": nn.Softplus,
}  # fmt: skip
LOSSES = {"cross-entropy": nn.CrossEntropyLoss, "bce": nn.BCEWithLogitsLoss, "mse": nn.MSELoss}
OPTIMIZERS: dict[str, tuple[type[optim.Optimizer], float]] = {  # with the learning rate that suits
    "gd": (optim.GradientDescent, 0.1),
    "sgd": (optim.SGD, 0.1),
    "rmsprop": (optim.RMSprop, 0.003),
    "adam": (optim.Adam, 0.01),
}
WITH_MOMENTUM = ("sgd", "rmsprop")
AT_ONCE = 1024  # samples evaluated together: a matter of memory, not of the result


@dataclass(frozen=True)
class Job:
    """What to train, on what, and how. None leaves a choice to the data set or the optimizer."""

    data: str = "digits"
    target: str | None = None
    hidden: tuple[int, ...] | None = None
    activation: str = "relu"
    dropout: float | None = None
    loss: str = "auto"
    optimizer: str = "adam"
    lr: float | None = None
    momentum: float | None = None
    batch_size: int | str = 32
    epochs: int | None = None
    seed: int = 0
    test_size: float | None = None
    output: Path | None = None
    explain: bool = False
    progress: bool = True
