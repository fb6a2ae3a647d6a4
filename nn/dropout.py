"""Dropout: in training, switch off a random part of the units at every step.

No unit can then rely on another one being there, which counters overfitting. What is left is scaled
up by 1 / (1 - p) in training ("inverted" dropout), so that the mean is the same in both modes and
nothing needs to be done in use.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from autograd import Hint
from autograd.data import plain, raw, shape_of
from autograd.random import generator

from .checks import require_probability
from .module import Module


class Dropout(Module):
    """y = x mask / (1 - p) in training, y = x after `eval()`; mask is 0 with probability p, else 1.

    p: the probability of DROPPING a number, 0 to 1.
    mask: what the last call in training multiplied by, 0 or 1 / (1 - p): also dy/dx.

    >>> Dropout(0.5).eval()(np.ones(3))
    array([1., 1., 1.])
    """

    def __init__(self, p: float = 0.5) -> None:
        require_probability(p)
        if 0.9 < p < 1:
            hint = f"Dropout({p}) drops {100 * p:.4g} % of the numbers: p is the part that goes."
            warnings.warn(f"{hint} To keep {100 * p:.4g} %: Dropout({1 - p:.4g})", Hint, 2)
        self.p = p
        self.mask: Any = None

    def forward(self, x: Any) -> Any:
        """X with some of its numbers dropped; in use, x as it is."""
        if not self.training or self.p == 0:
            return x
        x = plain(x)
        self.mask = draw_mask(x, self.p)
        return x * self.mask

    def extra_repr(self) -> str:
        """The part that is dropped."""
        return f"p={self.p}, drops {100 * self.p:.4g} %"


def dropout(input: Any, p: float = 0.5, training: bool = True) -> Any:
    """x mask / (1 - p), with a mask that is 0 with probability p; x itself if not training."""
    require_probability(p)
    return input if not training or p == 0 else plain(input) * draw_mask(input, p)


def draw_mask(x: Any, p: float) -> Any:
    """For each number of x, 0 with probability p and otherwise 1 / (1 - p)."""
    kept = generator().random(shape_of(x)) >= p
    scale = 1 / (1 - p) if p < 1 else 0.0
    return (kept * scale).astype(np.result_type(raw(x), np.float16), copy=False)
