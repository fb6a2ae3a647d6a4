"""Random numbers in a graph: drawn anew whenever the graph is computed, on replay as well."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..data import plain, raw
from ..node import Node
from ..op import Op
from ..random import stream
from ..state import current


class Random(Op):
    """An operation that draws from the library's generator: a program never leaves it out."""

    __slots__ = ()

    def __call__(self, *args: Any, **static: Any) -> Any:
        """What was drawn; a trace keeps the node, whether or not anything uses it."""
        drawn = super().__call__(*args, **static)
        if isinstance(drawn, Node) and (tracing := current.get().tracing):
            tracing.drawn.append(drawn)
        return drawn


def _draw(x: Any, *, p: float, axes: int | None) -> Any:
    shape = np.shape(x)
    shape = shape if axes is None else shape[:axes] + (1,) * (len(shape) - axes)
    kept = stream().random(shape) >= p
    scale = 1 / (1 - p) if p < 1 else 0.0
    return (kept * scale).astype(np.result_type(x, np.float16), copy=False)


_mask = Random("dropout_mask", _draw, None)


def dropout_mask(x: Any, p: float, axes: int | None = None) -> Any:
    """For each number of x, 0 with probability p and otherwise 1 / (1 - p); no gradient.

    axes: one number for each entry of the first so many axes, which holds for all that is in it.
    The mask is an array; inside `state.tracing()` it is a node that draws again on every replay.
    """
    if isinstance(x, Node) and current.get().tracing:
        return _mask(x, p=p, axes=axes)
    return _mask(raw(plain(x)), p=p, axes=axes)
