"""Reading a CSV file as samples: a header, numeric features, and one column to predict.

The target is a class or a number. It is a class where it holds text, or whole numbers of which
there are few: at most 20 different ones, each in two rows on average. Whoever means otherwise says
so with the loss. Everything else that a table could hold is refused, naming row and column.
"""

from __future__ import annotations

import csv
import math
import re
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from .errors import UsageError

Array = np.ndarray[Any, Any]

MOST_CLASSES = 20
ROWS_PER_CLASS = 2
DELIMITERS = ",;\t"
LARGEST = 1e100  # a sum of the squares of such numbers is finite


class Samples(NamedTuple):
    """Samples to learn from, one per row.

    X: float64 (samples, features). y: class indices, int64, or numbers, float64; (samples,).
    classes: their names, in the order of the indices; empty where y is a number.
    what: what the samples are, in a few words.
    unit: what to divide all features by; None where they have different units.
    """

    X: Array
    y: Array
    features: tuple[str, ...]
    target: str
    classes: tuple[str, ...]
    what: str
    unit: float | None = None


class Row(NamedTuple):
    """The cells of one row, and where it stands: its number under the header, and its line."""

    number: int
    line: int
    cells: list[str]

    def __str__(self) -> str:
        return f"row {self.number} (line {self.line})"


def read_table(path: Path, target: str | None, numeric: bool | None = None) -> Samples:
    """The samples in a CSV file. Raises UsageError for what cannot be learned from.

    target: the column to predict. numeric: whether it is a number (True) or a class (False); None
        decides by what is in it.
    """
    header, rows = read_rows(path)
    columns = ", ".join(header)
    if target is None:
        raise UsageError(f"say which column of {path} to predict: --target with one of {columns}.")
    if target not in header:
        raise UsageError(f"{path} has no column {target!r}; it has {columns}.")
    if len(header) == 1:
        raise UsageError(f"{path} has only the column {target!r}, and nothing to predict it from.")
    if len(rows) < 2:
        count = "one row" if rows else "no rows"
        raise UsageError(f"{path} has {count} under its header; learning and testing need two.")
    place = header.index(target)
    features = [i for i in range(len(header)) if i != place]
    X = np.array([[number_in(path, row, header[i], i) for i in features] for row in rows])
    y, classes = read_target(path, target, [(row, row.cells[place]) for row in rows], numeric)
    names = tuple(header[i] for i in features)
    return Samples(X, y, names, target, classes, f"rows of {path.name}")


def read_rows(path: Path) -> tuple[list[str], list[Row]]:
    """The header and the rows of a CSV file, as text; empty lines are skipped."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            first = file.readline()
            file.seek(0)
            reader = csv.reader(file, delimiter=max(DELIMITERS, key=first.count), strict=True)
            lines = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader]
    except FileNotFoundError:
        raise UsageError(f"there is no file {path}.") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not a text file in UTF-8.") from None
    except csv.Error as error:
        where = f"near line {reader.line_num}"
        raise UsageError(f"{path} is not a CSV file: {error}, {where}.") from None
    lines = [(line, cells) for line, cells in lines if cells not in ([], [""])]
    if not lines:
        raise UsageError(f"{path} is empty.")
    (_, header), *body = lines
    rows = [Row(i, line, cells) for i, (line, cells) in enumerate(body, 1)]
    check_header(path, header)
    if len(header) == 1 and (" " in header[0] or "|" in header[0]):
        told = "columns must be separated by commas, semicolons or tabs"
        raise UsageError(f"{path}: {told}; its first line is {header[0]!r}.")
    for row in rows:
        if len(row.cells) != len(header):
            sizes = f"the header has {len(header)} cells, but {row} has {len(row.cells)}"
            raise UsageError(f"{path}: {sizes}.")
    return header, rows


def check_header(path: Path, header: list[str]) -> None:
    """Refuse columns that cannot be told apart."""
    if "" in header:
        raise UsageError(f"{path}: column {header.index('') + 1} has no name in the header.")
    name, count = Counter(header).most_common(1)[0]
    if count > 1:
        raise UsageError(f"{path} has {count} columns named {name!r}.")


def number_in(path: Path, row: Row, column: str, place: int) -> float:
    """The number in one cell."""
    cell = row.cells[place]
    refuse_comma(path, row, column, cell)
    number = as_number(cell)
    if number is None or not math.isfinite(number):
        found = f"holds {cell!r}, which is not a number" if cell else "is empty"
        raise UsageError(f"{path}: {row}, column {column!r} {found}; features must be numbers.")
    refuse_large(path, row, column, number)
    return number


def read_target(
    path: Path, target: str, cells: list[tuple[Row, str]], numeric: bool | None
) -> tuple[Array, tuple[str, ...]]:
    """The target as class indices with their names, or as numbers with none."""
    numbers = [as_number(cell) for _, cell in cells]
    for (row, cell), number in zip(cells, numbers, strict=True):
        refuse_comma(path, row, target, cell)
        if cell == "" or (number is not None and not math.isfinite(number)):
            told = f"holds {cell!r}" if cell else "is empty"
            raise UsageError(f"{path}: {row}, column {target!r} {told}; every row needs a target.")
    found = [number for number in numbers if number is not None]
    text = len(found) < len(numbers)
    if numeric and text:
        row, cell = cells[numbers.index(None)]
        told = f"{row}, column {target!r} holds {cell!r}, which is not a number"
        raise UsageError(f"{path}: {told}; --loss mse needs a numeric target.")
    kinds = sorted({cell for _, cell in cells}) if text else sorted(set(found))
    if len(kinds) == 1:
        told = f"the target {target!r} holds {cells[0][1]!r} in every row"
        raise UsageError(f"{path}: {told}: there is nothing to learn.")
    if numeric is None:
        numeric = not text and not looks_like_classes(found)
    if numeric:
        for (row, _), number in zip(cells, found, strict=True):
            refuse_large(path, row, target, number)
        return np.array(found), ()
    if len(kinds) * ROWS_PER_CLASS > len(cells):
        told = f"the target {target!r} has {len(kinds)} classes in {len(cells)} rows"
        raise UsageError(f"{path}: {told}: too few samples of each to learn from.")
    index = {kind: i for i, kind in enumerate(kinds)}
    labels = [cell for _, cell in cells] if text else found
    names = tuple(kind if isinstance(kind, str) else f"{kind:.15g}" for kind in kinds)
    return np.array([index[label] for label in labels]), names


def refuse_comma(path: Path, row: Row, column: str, cell: str) -> None:
    """Refuse 1,5: as a target it would be the name of a class."""
    if re.fullmatch(r"[-+]?\d+,\d+", cell):
        told = f"{row}, column {column!r} holds {cell!r}"
        raise UsageError(f"{path}: {told}: numbers need a decimal point, {cell.replace(',', '.')}.")


def refuse_large(path: Path, row: Row, column: str, number: float) -> None:
    """Refuse a number whose square is about to overflow."""
    if abs(number) > LARGEST:
        told = f"{row}, column {column!r} holds {number:g}, which is too large"
        raise UsageError(f"{path}: {told}: numbers may reach {LARGEST:g}.")


def looks_like_classes(numbers: list[float]) -> bool:
    """Whole numbers, few of them different, each in two rows on average."""
    kinds = set(numbers)
    few = len(kinds) <= min(MOST_CLASSES, len(numbers) // ROWS_PER_CLASS)
    return few and all(number.is_integer() for number in kinds)


def as_number(cell: str) -> float | None:
    """The number that a cell spells, which may be nan; None for text."""
    try:
        return float(cell)
    except ValueError:
        return None
