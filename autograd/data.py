"""Plain data: what nodes hold, and what may stand beside a node in an expression."""

from __future__ import annotations

import math
import reprlib
from typing import Any

import numpy as np

from .errors import lesson
from .node import Node, kinds

NUMBERS = frozenset([float, int, bool])
REAL = "biuf"  # the kinds of dtype that are computed with: bool, int, unsigned int, float


def raw(arg: Any) -> Any:
    """The data of a node; anything else as it is."""
    return arg._data if type(arg) in kinds else arg


def shape_of(x: Any) -> tuple[int, ...]:
    """The shape of a node, an array or a number."""
    return getattr(x, "shape", ())


def as_float(number: Any) -> float:
    """A number as a float; a whole number larger than every float is infinite."""
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def is_plain(arg: Any) -> bool:
    """Whether arg is a Python number or an array of real numbers."""
    return type(arg) in NUMBERS or (type(arg) is np.ndarray and arg.dtype.kind in REAL)


def plain(arg: Any) -> Any:
    """An argument as operations take it: a node, a Python number or an array."""
    if is_plain(arg) or type(arg) in kinds:
        return arg
    if isinstance(arg, np.generic):
        return arg.item()
    return numeric(arg)


def numeric(data: Any, dtype: Any = None) -> np.ndarray[Any, Any]:
    """Data as a new array of numbers. Raises E23 for text, ragged rows and lists of nodes."""
    if isinstance(data, (list, tuple)) and any(isinstance(entry, Node) for entry in data):
        raise lesson("E23", what="a list of nodes is not one array", fix="stack([a, b, ...])")
    try:
        array = np.array(data, dtype=dtype)
    except ValueError as error:
        raise lesson("E23", what=str(error), fix="make all rows equally long") from None
    if array.dtype.kind not in REAL:
        what = f"{reprlib.repr(data)} is not made of numbers"
        raise lesson("E23", what=what, fix="pass real numbers")
    return array


def as_data(data: Any, inputs: list[Any]) -> Any:
    """A result as a node holds it: one number computed from numbers alone is a float."""
    if type(data) is float:
        return data
    return np.asarray(data) if np.ndarray in map(type, inputs) else float(data)


def sum_to_shape(x: Any, *, shape: tuple[int, ...], dtype: Any) -> Any:
    """x summed over every axis that broadcasting added or stretched; dtype float makes a float."""
    if dtype is float:
        return float(np.sum(x))
    if lead := x.ndim - len(shape):
        x = np.add.reduce(x, axis=tuple(range(lead)))
    if x.shape != shape:
        stretched = tuple([i for i, n in enumerate(shape) if n != x.shape[i]])
        x = np.add.reduce(x, axis=stretched, keepdims=True)
    return np.asarray(x, dtype)


def repeated(x: Any, *, shape: tuple[int, ...]) -> Any:
    """x broadcast to a shape, as a view."""
    x = np.asarray(x)
    if x.ndim:
        return np.broadcast_to(x, shape)
    # One number, read again and again. np.broadcast_to takes ten times as long for the same view.
    return np.ndarray(shape, x.dtype, x, strides=(0,) * len(shape))
