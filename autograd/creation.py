"""Tensors from nothing: zeros, ones, ranges and random numbers, with NumPy's arguments."""

from __future__ import annotations

from typing import Any

import numpy as np

from .data import raw
from .random import generator
from .tensor import Tensor

Shape = int | tuple[int, ...]


def _shape(shape: tuple[Any, ...]) -> tuple[int, ...]:
    return tuple(shape[0]) if len(shape) == 1 and isinstance(shape[0], (tuple, list)) else shape


def zeros(*shape: Any, requires_grad: bool = False, dtype: Any = float) -> Tensor:
    """All 0: `zeros(2, 3)` or `zeros((2, 3))`."""
    return Tensor(np.zeros(_shape(shape), dtype), requires_grad)


def ones(*shape: Any, requires_grad: bool = False, dtype: Any = float) -> Tensor:
    """All 1: `ones(2, 3)` or `ones((2, 3))`."""
    return Tensor(np.ones(_shape(shape), dtype), requires_grad)


def full(shape: Shape, value: float, requires_grad: bool = False, dtype: Any = None) -> Tensor:
    """All the same value."""
    return Tensor(np.full(shape, value, dtype), requires_grad)


def eye(n: int, m: int | None = None, requires_grad: bool = False, dtype: Any = float) -> Tensor:
    """1 on the diagonal, 0 elsewhere."""
    return Tensor(np.eye(n, m, dtype=dtype), requires_grad)


def arange(*args: float, requires_grad: bool = False, dtype: Any = None) -> Tensor:
    """Numbers from start up to, not including, stop."""
    return Tensor(np.arange(*args, dtype=dtype), requires_grad)


def linspace(start: float, stop: float, num: int = 50, requires_grad: bool = False) -> Tensor:
    """num equally spaced numbers, both ends included."""
    return Tensor(np.linspace(start, stop, num), requires_grad)


def zeros_like(x: Any, requires_grad: bool = False) -> Tensor:
    """All 0, in the shape and dtype of x."""
    return Tensor(np.zeros_like(raw(x)), requires_grad)


def ones_like(x: Any, requires_grad: bool = False) -> Tensor:
    """All 1, in the shape and dtype of x."""
    return Tensor(np.ones_like(raw(x)), requires_grad)


def rand(*shape: Any, requires_grad: bool = False) -> Tensor:
    """Uniform random numbers in [0, 1)."""
    return Tensor(generator().random(_shape(shape)), requires_grad)


def randn(*shape: Any, requires_grad: bool = False) -> Tensor:
    """Random numbers from the normal distribution with mean 0 and variance 1."""
    return Tensor(generator().standard_normal(_shape(shape)), requires_grad)


def randint(low: int, high: int, size: Shape) -> Tensor:
    """Random whole numbers from low up to, not including, high."""
    return Tensor(generator().integers(low, high, size))
