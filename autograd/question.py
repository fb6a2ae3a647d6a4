"""Questions about data: comparisons, places of the largest, orders. Their answers have no gradient.

The answer is plain data, of these numbers alone. But while `compile` is tracing it is a node, so
that a program asks again for other numbers.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .data import raw
from .op import Op
from .state import current, no_grad


class Question(Op):
    """An operation whose answers have no gradient: plain data, but nodes while tracing."""

    __slots__ = ()

    def __call__(self, *args: Any, **static: Any) -> Any:
        """The answer for args."""
        if not current.get().tracing:
            return self.forward(*[raw(arg) for arg in args], **static)
        with no_grad():
            return super().__call__(*args, **static)


detached = Question("detach", np.copy)
