"""Dropout: in training, switch off a random part of the units at every step.

No unit can then rely on another one being there, which counters overfitting. What is left is scaled
up by 1 / (1 - p) in training ("inverted" dropout), so that the mean is the same in both modes and
nothing needs to be done in use.
Source: Srivastava, Hinton, Krizhevsky, Sutskever & Salakhutdinov 2014, Dropout.
"""

from __future__ import annotations

import warnings
from typing import Any, ClassVar

from autograd import Hint
from autograd.data import plain, raw
from autograd.ops.random import dropout_mask

from .checks import hint_if_not_in_use, no_inplace, require_channels, require_probability
from .module import Module


class Dropout(Module):
    """y = x mask / (1 - p) in training, y = x after `eval()`; mask is 0 with probability p, else 1.

    p: the probability of DROPPING a number, 0 to 1.
    mask: what the last call in training multiplied by, 0 or 1 / (1 - p): also dy/dx.

    >>> import numpy as np
    >>> Dropout(0.5).eval()(np.ones(3))
    array([1., 1., 1.])
    """

    axes: ClassVar[int | None] = None  # along which axes each entry has a mask of its own; all

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        require_probability(p)
        no_inplace(type(self).__name__, inplace)
        if 0.9 < p < 1:
            hint = f"Dropout({p}) drops {100 * p:.4g} % of the numbers: p is the part that goes."
            warnings.warn(f"{hint} To keep {100 * p:.4g} %: Dropout({1 - p:.4g})", Hint, 2)
        self.p = p
        self.mask: Any = None

    def forward(self, x: Any) -> Any:
        """X with some of its numbers dropped; in use, x as it is."""
        if not self.training or self.p == 0:
            return x
        hint_if_not_in_use(self, "drops other numbers at every call")
        x = plain(x)
        mask = dropout_mask(x, self.p, self.axes)
        self.mask = raw(mask)
        return x * mask

    def extra_repr(self) -> str:
        """The part that is dropped."""
        return f"p={self.p}, drops {100 * self.p:.4g} %"


class Dropout2d(Dropout):
    """Dropout of whole channels: of x (N, C, ...) the mask is (N, C, 1 ...).

    Neighbouring pixels tell much the same, so one that is dropped alone is hardly missed.
    Source: Tompson, Goroshin, Jain, LeCun & Bregler 2015, Efficient object localization.
    """

    axes = 2

    def forward(self, x: Any) -> Any:
        """X with some of its channels dropped; in use, x as it is. Raises E06 without channels."""
        require_channels(self, x)
        return super().forward(x)


def dropout(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Any:
    """x mask / (1 - p), with a mask that is 0 with probability p; x itself if not training."""
    require_probability(p)
    no_inplace("dropout", inplace)
    return input if not training or p == 0 else plain(input) * dropout_mask(input, p)


def dropout2d(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Any:
    """`dropout` of whole channels of x (N, C, ...)."""
    require_probability(p)
    no_inplace("dropout2d", inplace)
    return input if not training or p == 0 else plain(input) * dropout_mask(input, p, axes=2)
