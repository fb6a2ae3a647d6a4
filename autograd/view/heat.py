"""Arrays as small pictures: few numbers are written out, many become cells of a heat map.

Blue cells are positive and orange ones negative, and a sign in each says so too. The darker the
cell (on dark pages: the brighter), the larger the number: each tone is for numbers half as large as
the next. What is pointed at tells its place and its number, as SVG in a browser.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .brief import number, plain
from .glance import Glance, place
from .theme import NAN, NEGATIVE, POSITIVE, ZERO, Tone

SIDE = 4  # rows and columns: a matrix of no more is shown in numbers
CELL = 9  # points: the side of a cell


def heat_map(seen: Glance, name: str, shape: tuple[int, ...]) -> str:
    """A table of cells, one for each entry that is seen. name, shape: of the whole array."""
    sizes = np.abs(seen.entries.astype(float))
    largest = float(np.max(sizes, where=np.isfinite(sizes), initial=0.0))
    few = is_written_out(seen, shape)
    rows = []
    for i, entries in zip(seen.rows, seen.entries, strict=True):
        cells = [
            cell(entry, largest, f"{name}{place(shape, i, j)} = {entry}", few)
            for j, entry in zip(seen.columns, entries, strict=True)
        ]
        rows.append(f"<TR>{''.join(cells)}</TR>")
    down, along = seen.entries.shape
    size = f'FIXEDSIZE="TRUE" WIDTH="{CELL * along}" HEIGHT="{CELL * down}"'
    return (
        f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="{int(few)}" CELLPADDING="0" '
        f"{'' if few else size}>{''.join(rows)}</TABLE>"
    )


def is_written_out(seen: Glance, shape: tuple[int, ...]) -> bool:
    """Whether the numbers themselves stand in the cells."""
    return len(shape) < 3 and max(seen.entries.shape) <= SIDE


def cell(entry: Any, largest: float, tip: str, few: bool) -> str:
    """One entry: its number, or a small cell with its sign."""
    fill, ink = tone(float(entry), largest)
    if few:
        text, size, room = number(entry, 3), 9, 'CELLPADDING="3"'
    else:
        text, size, room = (
            glyph(float(entry)),
            6,
            f'FIXEDSIZE="TRUE" WIDTH="{CELL}" HEIGHT="{CELL}"',
        )
    shown = f'<FONT POINT-SIZE="{size}" COLOR="{ink}">{plain(text)}</FONT>' if text else ""
    return f'<TD {room} BGCOLOR="{fill}" TOOLTIP="{plain(tip)}">{shown}</TD>'


def tone(x: float, largest: float) -> Tone:
    """The colour of a number, by its sign and by how often it must be doubled to be the largest."""
    if math.isnan(x):
        return NAN
    if x == 0:
        return ZERO
    tones = POSITIVE if x > 0 else NEGATIVE
    if math.isinf(x):
        return tones[-1]
    halvings = math.frexp(largest)[1] - math.frexp(x)[1]
    return tones[max(len(tones) - 1 - halvings, 0)]


def glyph(x: float) -> str:
    """The sign of a number; × for NaN, and nothing for zero."""
    if math.isnan(x):
        return "×"
    return "" if x == 0 else ("+" if x > 0 else "−")
