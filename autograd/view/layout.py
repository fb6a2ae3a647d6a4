"""Where everything stands: Graphviz places boxes of given sizes, and says where the edges run.

A page draws its boxes itself, so all that is asked for is numbers, in CSS pixels from the upper
left corner. Operands are left of, or above, what is computed from them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot
from typing import NamedTuple

from .render import render

HEAD = 7.0  # the length of an arrowhead
GRAPH = "nodesep=0.3 ranksep=0.34 pad=0.1 outputorder=edgesfirst"
QUICK = "splines=line nslimit=1 mclimit=0.5"  # for graphs of many boxes
MANY = 80
Point = tuple[float, float]


class Size(NamedTuple):
    """How large a box or a label is."""

    width: float
    height: float


class Tie(NamedTuple):
    """An edge, from box number source to box number target, and the size of its label."""

    source: int
    target: int
    label: Size


@dataclass(frozen=True, slots=True)
class Run:
    """How an edge runs: its curve, an arrowhead at either end, and the middle of its label.

    curve, head and tail are written in the language of SVG's paths.
    """

    curve: str
    head: str
    tail: str
    label: Point


@dataclass(frozen=True, slots=True)
class Layout:
    """The size of the whole, the middle of each box, and how each edge runs."""

    width: float
    height: float
    boxes: list[Point]
    edges: list[Run]


def lay_out(
    boxes: Sequence[Size], edges: Sequence[Tie], ordered: Sequence[bool], direction: str
) -> Layout:
    """Boxes and edges in their places. Raises E25 if there is no Graphviz to ask.

    ordered: for which boxes the operands stay in their order. direction: "LR" or "TB".
    """
    found = json.loads(render(description(boxes, edges, ordered, direction), "json"))
    left, bottom, right, top = map(float, found["bb"].split(","))
    places: list[Point] = [(0.0, 0.0)] * len(boxes)
    runs = [Run("", "", "", (0.0, 0.0))] * len(edges)

    def flipped(text: str) -> Point:
        x, y = map(float, text.split(",")[-2:])  # Graphviz measures from the lower left corner
        return round(x - left, 1), round(top - y, 1)

    for each in found.get("objects", []):
        places[int(each["name"])] = flipped(each["pos"])
    for each in found.get("edges", []):
        ends = {part[0]: flipped(part[2:]) for part in each["pos"].split() if part[0] in "se"}
        curve = [flipped(part) for part in each["pos"].split() if part[0] not in "se"]
        runs[int(each["id"])] = Run(
            path(curve),
            arrow(curve[-1], ends["e"]),
            arrow(curve[0], ends["s"]),
            flipped(each["lp"]),
        )
    return Layout(right - left, top - bottom, places, runs)


def description(
    boxes: Sequence[Size], edges: Sequence[Tie], ordered: Sequence[bool], direction: str
) -> str:
    """The sizes in Graphviz's language, where 72 points, or here pixels, are an inch."""
    lines = [f"graph [rankdir={direction} {GRAPH} {QUICK if len(boxes) > MANY else ''}]"]
    lines += ['node [shape=box fixedsize=true label=""]', "edge [dir=both arrowsize=0.7]"]
    for i, (size, order) in enumerate(zip(boxes, ordered, strict=True)):
        kept = " ordering=in" if order else ""
        lines.append(f"{i} [width={size.width / 72:.4f} height={size.height / 72:.4f}{kept}]")
    for i, edge in enumerate(edges):
        room = f'WIDTH="{edge.label.width:.0f}" HEIGHT="{edge.label.height:.0f}"'
        label = f'<<TABLE BORDER="0" FIXEDSIZE="TRUE" {room}><TR><TD></TD></TR></TABLE>>'
        lines.append(f'{edge.source} -> {edge.target} [id="{i}" label={label}]')
    return "digraph {\n" + ";\n".join(lines) + "\n}"


def path(points: list[Point]) -> str:
    """A chain of Bézier curves: a point, then three for each curve."""
    first, *rest = [f"{x:g},{y:g}" for x, y in points]
    return f"M{first}C{' '.join(rest)}"


def arrow(base: Point, tip: Point) -> str:
    """A triangle whose tip is where an edge meets its box."""
    dx, dy = tip[0] - base[0], tip[1] - base[1]
    length = hypot(dx, dy) or 1.0
    dx, dy = dx / length * HEAD, dy / length * HEAD
    (x, y), half = tip, 0.42
    left = f"{x - dx - half * dy:.1f},{y - dy + half * dx:.1f}"
    right = f"{x - dx + half * dy:.1f},{y - dy - half * dx:.1f}"
    return f"M{x:g},{y:g}L{left} {right}Z"
