"""An array at a glance: at most 12 × 12 of its entries, and what can be said of all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

MOST = 12  # rows, and columns


@dataclass(frozen=True, slots=True)
class Glance:
    """The entries of an array that a small picture shows, and the figures of the whole array.

    The array is seen as a matrix: its last axis runs along a row, all others together down a
    column. rows, columns: which of them are sampled, evenly spaced, the first and the last
    included. entries: the sampled ones, a matrix of their own type.
    low, mean, high: of all entries but NaN. zeros, nans: what share of all entries is 0, is NaN.
    """

    rows: tuple[int, ...]
    columns: tuple[int, ...]
    entries: Any
    low: float
    mean: float
    high: float
    zeros: float
    nans: float


def glance(data: Any) -> Glance | None:
    """An array at a glance; None for a single number, and for an array without entries.

    >>> seen = glance(np.array([[1.0, 0.0, -3.0], [np.nan, 0.0, 2.0]]))
    >>> seen.low, seen.mean, seen.high
    (-3.0, 0.0, 2.0)
    >>> round(100 * seen.zeros), round(100 * seen.nans)
    (33, 17)
    """
    if not isinstance(data, np.ndarray) or data.size < 2:
        return None
    matrix = data.reshape(-1, data.shape[-1])
    rows, columns = (sampled(length) for length in matrix.shape)
    numbers = data.astype(float)
    known = numbers[~np.isnan(numbers)]
    low, mean, high = np.nan, np.nan, np.nan
    if known.size:
        low, high = float(known.min()), float(known.max())
        mean = float(known.mean())
    return Glance(
        rows, columns, matrix[np.ix_(rows, columns)], low, mean, high,
        float(np.mean(numbers == 0)), 1.0 - known.size / data.size,
    )  # fmt: skip


def sampled(length: int) -> tuple[int, ...]:
    """At most 12 of so many places, evenly spaced from the first to the last."""
    return tuple(int(i) for i in np.linspace(0, length - 1, min(length, MOST)).round())


def place(shape: tuple[int, ...], row: int, column: int) -> str:
    """Where an entry of the matrix stands in the array of that shape: "[3, 0, 7]"."""
    before = [int(i) for i in np.unravel_index(row, shape[:-1])] if len(shape) > 1 else []
    return str([*before, column])
