"""`play(before, after)`: two graphs beside each other, with what is not the same in them marked.

An update, a forgotten `zero_grad`, another learning rate: what such a thing changes is seen best
where two graphs of one formula stand side by side. Their boxes are paired by how they were made,
the numbers in each pair compared exactly, and whatever differs bears a ≠ in both pictures and has a
row in the table below them. The page needs no script.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import escape
from typing import Any

import numpy as np

from ..errors import GraphError
from .brief import brief, norm, number, shown_gradient
from .draw import Picture, description, tree
from .model import Box, Data, Edge, Graph
from .webpage import Page, shown, table
from .words import names_of

MOST_ROWS = 200  # of the table; a larger one is cut, and says so
HALF, WHOLE = 560, 1150  # pixels: the width of a column where there are two, or one
WHEN = ("before", "after")
Marks = dict[str, set[str]]  # which numbers of a box are marked: its value, its gradient


@dataclass(frozen=True, slots=True)
class Difference:
    """What a box holds, where it is not the same in two graphs.

    name: of the box, as in the pictures. what: "value" or "gradient". before, after: the number or
    the array; None where there is none.
    """

    name: str
    what: str
    before: Data
    after: Data


class Comparison(Page):
    """A page that compares two graphs.

    pictures: one of each, None where they would be too large. differences: what is not the same,
    oldest first. alone: the boxes that only one of them has, each with "before" or "after".
    """

    file = "compared.html"

    def __init__(
        self, title: str, html: str, summary: str, pictures: list[Picture],
        differences: list[Difference], alone: list[tuple[str, str]],
    ) -> None:  # fmt: skip
        super().__init__(title, html, summary)
        self.pictures, self.differences, self.alone = pictures, differences, alone


def compare(before: Graph, after: Graph, max_nodes: int) -> Comparison:
    """The page that compares two graphs; without pictures where one has more than max_nodes."""
    pairs = paired(before, after)
    names = names_in(before, after, pairs)
    found: list[Difference] = []
    marks: tuple[Marks, Marks] = ({}, {})
    for old, new in pairs:
        for what, x, y in held(old, new):
            if not same(x, y):
                found.append(Difference(names[1][new.key], what, x, y))
                marks[0].setdefault(old.key, set()).add(what)
                marks[1].setdefault(new.key, set()).add(what)
    alone = left_over((before, after), pairs, names)
    told = sentence(pairs, found, alone)
    pictures = []
    if max(len(before.boxes), len(after.boxes)) <= max_nodes:
        sides = zip((before, after), names, marks, WHEN, strict=True)
        pictures = [picture_of(*side) for side in sides]
    title = f"Compared: {names[1][after.root.key]}, before and after"
    html = page_of(told, pictures, found)
    return Comparison(title, html, f"Comparison: {told}", pictures, found, alone)


# ---- which boxes belong together, and what differs in them


def paired(before: Graph, after: Graph) -> list[tuple[Box, Box]]:
    """The boxes of both graphs that were made alike, oldest first."""
    numbers: dict[Any, int] = {}
    there = dict(signatures(after, numbers))
    return [(box, there[n]) for n, box in signatures(before, numbers) if n in there]


def signatures(graph: Graph, numbers: dict[Any, int]) -> Iterator[tuple[int, Box]]:
    """Each box with a number for how it was made: of what, and by what; leaves have their name.

    numbers: those given so far. Of several boxes that were made alike each has its own.
    """
    operands: dict[str, list[Edge]] = {box.key: [] for box in graph.boxes}
    for edge in graph.edges:
        operands[edge.target].append(edge)
    known: dict[str, int] = {}
    alike: Counter[Any] = Counter()
    for box in graph.boxes:
        made: Any = ("given", box.name) if box.op is None else box.op
        if box.kind == "constant" or box.fold is not None:
            made = (box.kind, box.fold and (box.fold.path, box.fold.times))
        made = (made, tuple([known.get(edge.source) for edge in operands[box.key]]))
        alike[made] += 1
        known[box.key] = numbers.setdefault((made, alike[made]), len(numbers))
        yield known[box.key], box


def held(old: Box, new: Box) -> Iterator[tuple[str, Data, Data]]:
    """What a pair holds that can differ: the value, and the gradient where there is one."""
    if old.fold is not None and new.fold is not None:
        yield "gradient", old.fold.gradient, new.fold.gradient
        return
    yield "value", old.value, new.value
    gradients = shown_gradient(old), shown_gradient(new)
    if any(gradient is not None for gradient in gradients):
        yield "gradient", *gradients


def same(x: Data, y: Data) -> bool:
    """Whether two numbers or arrays are equal, in every digit; NaN equals NaN."""
    if x is None or y is None:
        return x is y
    return bool(np.shape(x) == np.shape(y) and not np.any(unlike(x, y)))


def unlike(x: Data, y: Data) -> Data:
    """Which entries of two arrays of one shape differ."""
    x, y = np.asarray(x), np.asarray(y)
    return (x != y) & ((x == x) | (y == y))


def names_in(
    before: Graph, after: Graph, pairs: list[tuple[Box, Box]]
) -> tuple[dict[str, str], dict[str, str]]:
    """What every box is called in either graph; a pair has one name, the one it has after."""
    names = with_constants(before), with_constants(after)
    return names[0] | {old.key: names[1][new.key] for old, new in pairs}, names[1]


def with_constants(graph: Graph) -> dict[str, str]:
    """The names of all boxes; a constant is known by what it is an operand of."""
    names = names_of(graph)
    constants = {box.key for box in graph.boxes if box.kind == "constant"}
    places = {
        edge.source: f"constant in {names[edge.target]}"
        for edge in graph.edges if edge.source in constants
    }  # fmt: skip
    return names | places


def left_over(
    graphs: tuple[Graph, Graph],
    pairs: list[tuple[Box, Box]],
    names: tuple[dict[str, str], dict[str, str]],
) -> list[tuple[str, str]]:
    """The names of the boxes that only one graph has, with "before" or "after"."""
    found = []
    for side, graph in enumerate(graphs):
        known = {pair[side].key for pair in pairs}
        found += [(names[side][b.key], WHEN[side]) for b in graph.boxes if b.key not in known]
    return found


# ---- the page


def sentence(
    pairs: list[tuple[Box, Box]], found: list[Difference], alone: list[tuple[str, str]]
) -> str:
    """How much differs, in a sentence."""
    compared = Counter(what for pair in pairs for what, *_ in held(*pair))
    different = Counter(difference.what for difference in found)
    parts = [
        f"{different[what]:,} of {count:,} {what}{'s' if count > 1 else ''}"
        for what, count in compared.items()
    ]
    told = f"{' and '.join(parts)} differ" if found else "No value and no gradient differs"
    counts = Counter(when for _, when in alone)
    told += "".join([
        f"; {count:,} {'boxes stand' if count > 1 else 'box stands'} only {when}"
        for when, count in counts.items()
    ])  # fmt: skip
    return told


def picture_of(graph: Graph, names: dict[str, str], marks: Marks, when: str) -> Picture:
    """A picture with marks, from left to right or from top to bottom: whichever finds room."""
    boxes = [
        box if box.kind == "constant" or box.fold is not None else replace(box, name=names[box.key])
        for box in graph.boxes
    ]
    root = next(box for box in boxes if box.key == graph.root.key)
    graph = replace(graph, boxes=boxes, root=root)
    text, summary = tree(graph), f"Picture of {names[root.key]} {when}"
    pictures = [
        Picture(graph, description(graph, direction, marks), text, summary)
        for direction in ("LR", "TB")
    ]
    fitting = [p for room in (HALF, WHOLE) for p in pictures if width_of(p) <= room]
    return fitting[0] if fitting else min(pictures, key=width_of)


def width_of(picture: Picture) -> int:
    """How wide a picture is, in CSS pixels; 0 if there is nothing to draw it with."""
    try:
        size = re.search(r'<svg width="(\d+)pt"', picture.svg)
    except GraphError:
        return 0
    return round(int(size[1]) * 4 / 3) if size else 0


def page_of(told: str, pictures: list[Picture], found: list[Difference]) -> str:
    """The piece of HTML: the sentence, both pictures, the table of what differs."""
    figures = "".join([figure(*side) for side in zip(pictures, WHEN, strict=False)])
    row = f'<div style="display: flex; flex-wrap: wrap; gap: 1.5rem">{figures}</div>'
    lead = f"{told}. What differs bears a ≠." if found else f"{told}."
    parts = [f"<p>{escape(lead)}</p>", row if figures else "<p>Too large to be drawn.</p>"]
    if found:
        head = ["node", "what", "before", "after", "change"]
        rows = [line_of(difference) for difference in found[:MOST_ROWS]]
        parts.append(table("What differs", head, rows, unfolded=True))
    if len(found) > MOST_ROWS:
        parts.append(f"<p>{len(found) - MOST_ROWS:,} more are not listed.</p>")
    return f'<div class="chainrule-compared">{"".join(parts)}</div>'


def figure(picture: Picture, when: str) -> str:
    """One of the two pictures; it takes its width, or the whole page's if there is less."""
    style = f"flex: 1 1 {width_of(picture)}px; max-width: 100%; margin: 0"
    return (
        f'<figure style="{style}"><figcaption><b>{when}</b></figcaption>{shown(picture)}</figure>'
    )


def line_of(difference: Difference) -> list[str]:
    """A difference as a row of the table."""
    before, after = difference.before, difference.after
    texts = [brief(data) for data in (before, after)]
    return [difference.name, difference.what, *texts, change(before, after)]


def change(before: Data, after: Data) -> str:
    """By how much: the difference of two numbers; of two arrays its norm, and how many entries."""
    if before is None or after is None:
        return ""
    if np.shape(before) != np.shape(after):
        return f"shape {np.shape(before)} → {np.shape(after)}"
    x, y = np.asarray(before), np.asarray(after)
    if not (np.issubdtype(x.dtype, np.number) and np.issubdtype(y.dtype, np.number)):
        return ""
    where = unlike(x, y)
    by = np.where(where, y.astype(float) - x.astype(float), 0.0)
    if by.ndim == 0:
        return f"{'+' if by > 0 else ''}{number(by)}"
    return f"{np.count_nonzero(where):,} of {by.size:,} entries, norm {number(norm(by))}"
