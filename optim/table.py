"""The table of one update: name, old, gradient, step, new; one row for every number."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

ROWS_OF_ONE = 8
ROWS_IN_ALL = 40


class Update(NamedTuple):
    """One row: what one number was, its gradient, what is subtracted, what it becomes."""

    name: str
    old: float
    gradient: float
    step: float
    new: float


class Entries(NamedTuple):
    """The rows of one parameter, as flat arrays."""

    name: str
    shape: tuple[int, ...]
    old: np.ndarray[Any, Any]
    gradient: np.ndarray[Any, Any]
    step: np.ndarray[Any, Any]
    new: np.ndarray[Any, Any]

    def rows(self) -> Iterator[Update]:
        """Row by row; an entry of an array is named by its index, such as w[0, 1]."""
        for place, *numbers in zip(np.ndindex(self.shape), *self[2:], strict=True):
            name = f"{self.name}[{', '.join(map(str, place))}]" if place else self.name
            yield Update(name, *[number.item() for number in numbers])


class UpdateTable:
    """What one step does to every number: iterate over its rows, print it, show it, save it.

    Long tables are printed in part, and say so; iteration and `to_csv` give every row.
    """

    def __init__(self, title: str, parameters: list[Entries]) -> None:
        self.title = title
        self.parameters = parameters

    def __iter__(self) -> Iterator[Update]:
        for entries in self.parameters:
            yield from entries.rows()

    def __len__(self) -> int:
        return sum(entries.old.size for entries in self.parameters)

    def to_csv(self, path: str | os.PathLike[str]) -> None:
        """Write every row, each number with all its digits."""
        import csv
        from pathlib import Path

        with Path(path).open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(Update._fields)
            writer.writerows(self)

    def _shown(self) -> Iterator[tuple[str, ...]]:
        """Rows as text; a row of one cell says what was left out."""
        room, left = ROWS_IN_ALL, len(self)
        for entries in self.parameters:
            shown = min(entries.old.size, ROWS_OF_ONE, room)
            for row, _ in zip(entries.rows(), range(shown), strict=False):
                yield (row.name, *[f"{number:.6g}" for number in row[1:]])
            room -= shown
            left -= entries.old.size
            if shown < entries.old.size:
                yield (f"... and {entries.old.size - shown} more of {entries.name}",)
            if room == 0 and left:
                yield (f"... and {left} more",)
                return

    def __str__(self) -> str:
        rows = [Update._fields, *self._shown()]
        full = [row for row in rows if len(row) > 1]
        widths = [max(map(len, column)) for column in zip(*full, strict=True)]
        lines = [self.title]
        for name, *numbers in rows:
            cells = [cell.rjust(width) for cell, width in zip(numbers, widths[1:], strict=False)]
            lines.append("  ".join([name.ljust(widths[0]), *cells]).rstrip())
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from html import escape

        head = "".join(f"<th>{field}</th>" for field in Update._fields)
        body = ""
        for name, *numbers in self._shown():
            span = "" if numbers else f' colspan="{len(Update._fields)}"'
            cells = "".join(f"<td>{number}</td>" for number in numbers)
            body += f'<tr><td{span} style="text-align:left">{escape(name)}</td>{cells}</tr>'
        return f"<table><caption>{escape(self.title)}</caption><tr>{head}</tr>{body}</table>"
