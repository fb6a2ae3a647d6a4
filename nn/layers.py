"""Layers without memory of their inputs: Linear, Flatten, Identity."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd.data import plain, shape_of
from autograd.errors import lesson
from autograd.ops.linear import linear

from . import init
from .checks import require_sizes
from .module import Module, Parameter


class Linear(Module):
    """y = x W^T + b: every output is a weighted sum of all inputs, plus its bias.

    Shapes: x (..., in_features), weight W (out_features, in_features), bias b (out_features,),
    y (..., out_features). Both start uniform in +-1/sqrt(in_features). Raises E06 for another
    width of x.

    >>> Linear(3, 2)(np.zeros((5, 3))).shape
    (5, 2)
    """

    def __init__(
        self, in_features: int, out_features: int, bias: bool = True, *, dtype: Any = float
    ) -> None:
        require_sizes("Linear", in_features=in_features, out_features=out_features)
        self.in_features, self.out_features = in_features, out_features
        bound = 1 / math.sqrt(in_features)
        weight, offset = np.zeros((out_features, in_features), dtype), np.zeros(out_features, dtype)
        self.weight = init.kaiming_uniform_(Parameter(weight), a=math.sqrt(5))
        self.bias = init.uniform_(Parameter(offset), -bound, bound) if bias else None

    def forward(self, x: Any) -> Any:
        """X W^T + b."""
        x = plain(x)
        if shape_of(x)[-1:] != (self.in_features,):
            raise self._misfit(shape_of(x))
        return linear(x, self.weight, self.bias)

    def extra_repr(self) -> str:
        """The sizes."""
        sizes = f"in_features={self.in_features}, out_features={self.out_features}"
        return f"{sizes}, bias={self.bias is not None}"

    def _misfit(self, shape: tuple[int, ...]) -> Exception:
        path = (self.weight.name or "").removesuffix("weight").removesuffix(".")
        layer = f"{path!r} = {self!r}" if path else repr(self)
        width = shape[-1] if shape else 1
        fix = f"nn.Linear({width}, {self.out_features})"
        width = math.prod(shape[1:])
        if len(shape) > 2 and width == self.in_features:
            fix = "nn.Flatten() before this layer"
        elif len(shape) == 4:
            fix = f"nn.Flatten(), nn.Linear({width}, {self.out_features})   did you forget Flatten?"
        elif self.in_features == 1:
            fix = f"x = x.reshape({', '.join(map(str, shape))}, 1)   one feature for each sample"
        return lesson("E06", layer=layer, expected=self.in_features, shape=shape, fix=fix)


class Flatten(Module):
    """One row for each sample: the axes from start_dim to end_dim become one.

    >>> Flatten()(np.zeros((5, 8, 8))).shape
    (5, 64)
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, x: Any) -> Any:
        """X in its new shape."""
        x = plain(x)
        first, last = self.start_dim % x.ndim, self.end_dim % x.ndim
        merged = math.prod(x.shape[first : last + 1])
        return x.reshape((*x.shape[:first], merged, *x.shape[last + 1 :]))

    def extra_repr(self) -> str:
        """The two ends."""
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Identity(Module):
    """y = x: a place holder."""

    def forward(self, x: Any) -> Any:
        """X as it is."""
        return x
