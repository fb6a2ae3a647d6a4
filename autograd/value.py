"""Value: one number in a graph."""

from __future__ import annotations

from typing import Any

import numpy as np

from .data import as_float
from .errors import lesson
from .face import Face, hint_if_traced
from .guard import refuse_in_trace
from .state import is_grad_enabled


class Value(Face, raw=float):
    """A number that remembers how it was made, so that `backward()` can find its gradient.

    data: anything that is one real number; it is kept as a Python float.
    name: how pictures and messages call it.

    >>> a, b = Value(3.0, name="a"), Value(2.0, name="b")
    >>> L = a * b + a
    >>> L.backward()
    >>> L.data, a.grad, b.grad
    (9.0, 3.0, 3.0)
    """

    __slots__ = ()

    shape: tuple[()] = ()
    ndim = 0
    size = 1

    def __init__(self, data: Any, name: str | None = None) -> None:
        self._leaf(self._as_data(data), is_grad_enabled())
        if name is not None:
            self.name = name

    def __repr__(self) -> str:
        marks = f"{self._data:.6g}"
        marks += f", name={self.name!r}" if self.name else ""
        marks += f", op={self.op.name}" if self.op else ""
        return f"Value({marks})"

    def __bool__(self) -> bool:
        hint_if_traced(self)
        return bool(self._data)

    def item(self) -> float:
        """The number as a Python float."""
        refuse_in_trace(self, "item()")
        return self._data  # type: ignore[no-any-return]

    def _as_data(self, data: Any) -> float:
        if isinstance(data, str | bytes) or np.ndim(data) != 0 or isinstance(data, Face):
            fix = "Value(3.0); for many numbers Tensor([1.0, 2.0])"
            raise lesson("E23", what=f"Value({data!r}) is not one number", fix=fix)
        try:
            return as_float(data)
        except TypeError:
            what = f"Value({data!r}) is not one real number"
            raise lesson("E23", what=what, fix="Value(3.0)") from None

    def _write(self, ufunc: Any, other: Any) -> None:
        self._data = float(ufunc(self._data, other))
        self._changed()
