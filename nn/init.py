"""Initial numbers for parameters. Each function fills the Tensor it is given, and returns it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd.random import generator as source_of


def uniform_(
    tensor: Any, a: float = 0.0, b: float = 1.0, generator: np.random.Generator | None = None
) -> Any:
    """U(a, b): every number between a and b equally likely."""
    tensor.data = source_of(generator).uniform(a, b, tensor.shape)
    return tensor


def kaiming_uniform_(
    tensor: Any, a: float = 0.0, generator: np.random.Generator | None = None
) -> Any:
    """U(-bound, bound) with bound = sqrt(6 / ((1 + a^2) fan_in)).

    Keeps the size of signals alike from layer to layer, for a leaky relu of slope a (0: relu).
    fan_in is the number of inputs of each output: the size of weight[0].
    Source: He, Zhang, Ren & Sun 2015, Delving deep into rectifiers.
    """
    fan_in = math.prod(tensor.shape[1:])
    bound = math.sqrt(6 / ((1 + a * a) * fan_in))
    return uniform_(tensor, -bound, bound, generator)
