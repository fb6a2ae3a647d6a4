"""Samples to learn from, and others to be judged on."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd.errors import lesson
from autograd.random import generator

from .batches import Array, counted, together


def train_test_split(
    X: Any, y: Any, test_size: float = 0.25, seed: int | np.random.Generator | None = None
) -> tuple[Array, Array, Array, Array]:
    """Shuffle the samples and keep some for testing: X_train, X_test, y_train, y_test.

    test_size: a fraction of the samples between 0 and 1 (rounded up), or a whole number of them.

    >>> X_train, X_test, y_train, y_test = train_test_split(np.eye(10), np.arange(10), 0.2, seed=0)
    >>> len(y_train), len(y_test)
    (8, 2)
    """
    X, y = together((X, y))
    whole = isinstance(test_size, int | np.integer)
    count = int(test_size) if whole else math.ceil(test_size * len(X))
    if not 0 < count < len(X) or not (whole or 0 < test_size < 1):
        what = f"test_size={test_size} of {counted(len(X), 'sample')} leaves nothing on one side"
        raise lesson("E20s", what=what)
    order = generator(seed).permutation(len(X))
    test, train = order[:count], order[count:]
    return X[train], X[test], y[train], y[test]
