"""Tensor: an array of numbers in a graph."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from .data import numeric, raw
from .errors import lesson
from .face import Face, hint_if_traced
from .guard import refuse_in_trace
from .ops import index
from .ops import shape as shapes


class Tensor(Face, raw=np.ndarray):
    """An array that remembers how it was made, so that `backward()` can find its gradient.

    data: numbers, nested lists of numbers or an array (copied); the dtype is as NumPy chooses it.
    requires_grad: ask for a gradient; only float dtypes can have one (E14).
    dtype, name: as in NumPy; how pictures and messages call it.

    >>> w = Tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    >>> (w * w).sum().backward()
    >>> w.grad
    array([[2., 4.],
           [6., 8.]])
    """

    __slots__ = ()

    def __init__(
        self, data: Any, requires_grad: bool = False, dtype: Any = None, name: str | None = None
    ) -> None:
        array = numeric(data._data if isinstance(data, Tensor) else data, dtype)
        if requires_grad and array.dtype.kind != "f":
            raise lesson("E14", dtype=array.dtype)
        self._leaf(array, requires_grad)
        if name is not None:
            self.name = name

    @property
    def shape(self) -> tuple[int, ...]:
        """The length of each axis."""
        return self._data.shape  # type: ignore[no-any-return]

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self._data.ndim  # type: ignore[no-any-return]

    @property
    def size(self) -> int:
        """The number of entries."""
        return self._data.size  # type: ignore[no-any-return]

    @property
    def dtype(self) -> np.dtype[Any]:
        """The kind of numbers inside."""
        return self._data.dtype  # type: ignore[no-any-return]

    @property
    def T(self) -> Any:  # noqa: N802
        """Axes in reverse: for a matrix, rows and columns exchanged."""
        return shapes.transpose(self)

    def transpose(self, *axes: Any) -> Any:
        """Axes in reverse, or in the given order."""
        if len(axes) == 1 and not isinstance(axes[0], int):
            axes = axes[0]
        return shapes.transpose(self, axes or None)

    def numpy(self) -> np.ndarray[Any, Any]:
        """The array itself, without a copy. Changes made to it are not noticed by the graph."""
        refuse_in_trace(self, "numpy()")
        return self._data  # type: ignore[no-any-return]

    astype = shapes.astype

    def item(self) -> Any:
        """The one number inside, as Python's own. Raises E15 if there are several."""
        if self.size != 1:
            fix = "t.tolist() for all numbers, t[0] or t.mean() for one"
            raise lesson("E15", size=self.size, question="which one is item()?", fix=fix)
        refuse_in_trace(self, "item()")
        return self._data.item()

    def tolist(self) -> Any:
        """The numbers as nested Python lists."""
        refuse_in_trace(self, "tolist()")
        return self._data.tolist()

    def __getitem__(self, key: Any) -> Any:
        return index.getitem(self, key)

    def __setitem__(self, key: Any, value: Any) -> None:
        raise lesson("E12s", tensor=self)

    def __len__(self) -> int:
        if self.ndim == 0:
            raise TypeError("a Tensor of shape () is one number and has no length")
        return self.shape[0]

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def __bool__(self) -> bool:
        if self.size != 1:
            fix = "(t > 0).all() or (t > 0).any()"
            raise lesson("E15", size=self.size, question="True or False for which?", fix=fix)
        hint_if_traced(self)
        return bool(self._data)

    def __index__(self) -> int:
        if self.size != 1 or self.dtype.kind not in "biu":
            raise TypeError("only a Tensor of one whole number can be an index")
        refuse_in_trace(self, "an index")
        return int(self._data.item())

    def __dlpack__(self, **options: Any) -> Any:
        """The array for `torch.from_dlpack(t)` and `np.from_dlpack(t)`, without a copy."""
        if self.requires_grad:
            raise lesson("E16d", function="from_dlpack", node=self)
        return self._data.__dlpack__(**options)

    def __dlpack_device__(self) -> tuple[int, int]:
        """Where the array is: in main memory."""
        return self._data.__dlpack_device__()  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        marks = np.array2string(self._data, precision=4, separator=", ", prefix="Tensor(")
        marks += f", dtype={self.dtype}" if self.dtype != float else ""
        marks += f", name={self.name!r}" if self.name else ""
        marks += f", op={self.op.name}" if self.op else ""
        marks += ", requires_grad=True" if self.requires_grad and not self.op else ""
        return f"Tensor({marks})"

    def _as_data(self, data: Any) -> np.ndarray[Any, Any]:
        return numeric(raw(data), self.dtype if self.requires_grad else None)

    def _write(self, ufunc: Any, other: Any) -> None:
        data = self._data.copy()  # other nodes may hold views of the old array
        ufunc(data, other, out=data)
        self._data = data
        self._changed()


def tensor(
    data: Any, requires_grad: bool = False, dtype: Any = None, name: str | None = None
) -> Tensor:
    """The same as Tensor(...)."""
    return Tensor(data, requires_grad, dtype, name)
