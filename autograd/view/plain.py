"""Numbers and arrays in JSON, exactly: what comes back has the same type, shape and bits.

JSON has no word for numbers that are not finite; here they are "NaN", "Infinity" and "-Infinity".
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np


def to_plain(data: Any) -> Any:
    """Data as JSON can hold it.

    >>> to_plain(np.array([[1.0, np.nan]]))
    {'dtype': 'float64', 'shape': [1, 2], 'data': [1.0, 'NaN']}
    """
    if isinstance(data, np.ndarray | np.generic):
        entries = [told(entry) for entry in np.ravel(data).tolist()]
        return {"dtype": str(data.dtype), "shape": list(data.shape), "data": entries}
    return told(data)


def from_plain(held: Any) -> Any:
    """The data that `to_plain` wrote."""
    if isinstance(held, dict):
        entries = [heard(entry) for entry in held["data"]]
        return np.array(entries, dtype=held["dtype"]).reshape(held["shape"])
    return heard(held)


def told(number: Any) -> Any:
    """A number, or the word for one that is not finite."""
    if not isinstance(number, float) or math.isfinite(number):
        return number
    return "NaN" if math.isnan(number) else ("Infinity" if number > 0 else "-Infinity")


def heard(held: Any) -> Any:
    """The number that `told` wrote."""
    return float(held) if isinstance(held, str) else held
