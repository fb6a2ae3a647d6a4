"""`draw(node)`: a static picture of the graph, with every value and every gradient in it.

Operands are left of what is computed from them, so values flow to the right and gradients to the
left. The picture is taken at once: what happens to the graph later does not change it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import GraphError, lesson
from ..node import Node, history
from .brief import brief, contents, number, remark, shown_gradient
from .cards import (
    BESIDE,
    FIRST,
    GREY,
    INK,
    LAST,
    LINE,
    STYLES,
    SYMBOLS,
    again,
    bold,
    flow,
    is_product,
    look,
    pair,
    small,
    table,
    wide,
)
from .clusters import Frames, homes
from .drawn import Drawn, ending
from .fold import fold
from .model import Box, Edge, Fold, Graph, census, is_number, name_of
from .render import png_size

COMMUTATIVE = {"+", "*"}  # for all others the first operand is drawn above the second
FONT = "Helvetica,Arial,Liberation Sans,DejaVu Sans,sans-serif"
GRAPH = {
    "bgcolor": "#FFFFFF", "pad": "0.12", "nodesep": "0.3", "ranksep": "0.28", "labelloc": "b",
    "outputorder": "edgesfirst", "fontname": FONT, "fontsize": "10", "fontcolor": GREY,
}  # fmt: skip
NODE = {"shape": "plain", "fontname": FONT, "fontsize": "11", "fontcolor": INK}
EDGE = {
    "color": LINE, "penwidth": "0.9", "arrowsize": "0.55", "fontname": FONT, "fontsize": "10",
    "fontcolor": GREY,
}  # fmt: skip
FRAME = {
    "labelloc": "t", "labeljust": "l", "style": "rounded", "color": "#C5CDD6", "margin": "10",
    "fontcolor": "#3F5661",
}  # fmt: skip
QUICK = {"splines": "line", "nslimit": "1", "mclimit": "0.5"}  # for graphs of many boxes
ABOVE = {FIRST: f"{FIRST}:n", LAST: f"{BESIDE}:n"}  # ports in pictures from top to bottom
MANY, MOST = 80, 3000
MOST_CELLS = 6000  # in a picture; where there would be more, arrays are told by their norms
NOTHING: Mapping[str, Collection[str]] = {}
ENDINGS = (".svg", ".html", ".png", ".pdf", ".dot", ".json")


class Picture(Drawn):
    """A picture of a graph: it shows itself in a notebook, and `save` writes it to a file.

    graph: the model it shows. dot: its description in Graphviz's language. text: the graph as a
    tree of text. theme: "auto", "light" or "dark", as in `draw`.
    """

    def __init__(
        self, graph: Graph, dot: str, text: str, summary: str, theme: str = "auto"
    ) -> None:
        super().__init__(dot, text, summary, theme)
        self.graph = graph

    def __repr__(self) -> str:
        return f"<{self.title}; .save('graph.svg') writes it, print() shows it as text>"

    def save(self, path: str | Path) -> Path:
        """Write the picture to path, and return the path.

        The ending chooses .svg, .html, .png, .pdf, .dot, or .json: the model with all numbers in
        it, as `Graph.to_json` writes it.
        Raises E26b for other endings, and E25 if there is nothing to draw the picture with.
        """
        path = Path(path)
        kind = ending(path, ENDINGS, "a picture", "picture")
        path.write_bytes(self.contents(kind))
        return path

    def contents(self, kind: str) -> bytes:
        """What is in a file of a kind: what can be drawn, or ".json"."""
        return self.graph.to_json().encode() if kind == ".json" else super().contents(kind)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        """What notebooks show: SVG, and PNG for those that do not trust SVG (freshly cloned)."""
        try:
            svg, png = self.svg, self.png
        except GraphError as nothing_to_draw_with:
            return {"text/plain": f"{nothing_to_draw_with}\n\n{self.text}"}
        bundle = {"image/svg+xml": svg, "image/png": png, "text/plain": repr(self)}
        return bundle, {"image/png": png_size(png)}


def draw(
    node: Node,
    direction: str = "LR",
    max_nodes: int = 300,
    expand: Sequence[str] = (),
    collapse: Sequence[str] = (),
    depth: int | None = None,
    theme: str = "auto",
) -> Picture:
    """A picture of how node was computed: values, gradients, and what flowed along each edge.

    direction: "LR", from left to right, or "TB", from top to bottom.
    max_nodes: the most boxes in a picture, at most 3000. A larger graph is folded: nodes that are
    alike share a box.
    expand, collapse: paths of modules to open or to close, such as "MLP.layers.0". A graph of more
    than 60 boxes starts with its modules closed.
    depth: how many levels of modules to open; with 0 the outermost are closed.
    theme: "light", "dark", or "auto": an SVG that is dark where the reader's system prefers that,
    and light in all other files.

    Before backward() every gradient is "—". After it an edge shows
    incoming gradient × local derivative = contribution; for arrays, shapes and norms. Boxes show
    arrays of up to 4 × 4 entries in numbers, larger ones as heat maps of 12 × 12 entries at most;
    in a browser each cell of an SVG tells its place and number. Open modules are frames.
    Raises E26 for what is not a node, E26b for another direction or theme, E26m for max_nodes
    below 1, E26p for a path that no module has.

    >>> from autograd import Value, draw
    >>> a = Value(3.0, name="a")
    >>> L = a * a
    >>> L.backward()
    >>> print(draw(L))
    * = 9, gradient 1
    ├─ a = 3, gradient 6
    └─ a (see above)
    """
    if not isinstance(node, Node):
        raise lesson("E26", kind=type(node).__name__)
    if direction not in ("LR", "TB"):
        what = f"direction={direction!r} is not a direction to draw in"
        raise lesson("E26b", what=what, fix='draw(loss, direction="LR")   or "TB"')
    if theme not in ("auto", "light", "dark"):
        what = f"theme={theme!r} is not a theme to draw in"
        raise lesson("E26b", what=what, fix='draw(loss, theme="dark")   or "light", or "auto"')
    if max_nodes < 1:
        raise lesson("E26m", max_nodes=max_nodes)
    title = f"Picture of {name_of(node) or 'a graph'}"
    limit = min(max_nodes, MOST)
    graph = fold(node, limit, expand, collapse, depth)
    if len(graph.boxes) > limit:
        counts = census(history(node))
        lines = [f"{graph.folded:,} boxes: too many to draw one by one", ""]
        lines += [f"{count:>9,}  {name}" for name, count in counts.items()]
        summary = f"{title}: {graph.folded:,} boxes, only counted"
        return Picture(graph, notice(graph.folded, counts), "\n".join(lines), summary, theme)
    summary = f"{title}: {len(graph.boxes)} boxes, {len(graph.edges)} edges"
    if graph.folded:
        summary += f", folded from {graph.folded:,} boxes"
    return Picture(graph, description(graph, direction), tree(graph), summary, theme)


def description(
    graph: Graph, direction: str, marks: Mapping[str, Collection[str]] = NOTHING
) -> str:
    """The graph in Graphviz's language. marks: by box, which of its numbers bear a ≠."""
    from graphviz import Digraph

    many = len(graph.boxes) > MANY
    page = Digraph("graph", graph_attr=GRAPH, node_attr=NODE, edge_attr=EDGE)
    page.attr(rankdir=direction, **(QUICK if many else {}))
    told = caption(graph)
    if told:
        page.attr(label=told)
    boxes = {box.key: box for box in graph.boxes}
    uses, heated = graph.uses, is_heated(graph)
    frames, home = Frames(page, FRAME), homes(graph)
    framed = any(home.values())
    for box in graph.boxes:
        shown = look(box, uses[box.key], box is graph.root, heated, marks.get(box.key, ()))
        order = {} if box.op in (None, *COMMUTATIVE) else {"ordering": "in"}
        frames.put(home[box.key], box.key, shown, **order)
    operands = Counter(edge.target for edge in graph.edges)
    used, edges = set(), []
    for edge in graph.edges:
        source, box = edge.source, boxes[edge.source]
        if many and box.op is None and source in used:  # long edges to one leaf take seconds
            source = f"{edge.target}_{edge.position}"
            home[source] = home[edge.target]
            frames.put(home[source], source, again(box))
        used.add(source)
        attributes = {"style": "dashed"} if box.kind in ("data", "constant") else {}
        inward = len(home[edge.target]) - len(home[source])
        if (inward > 0 and box.op is None) or (inward < 0 and operands[edge.target] > 1):
            attributes["minlen"] = "2"  # what stands outside of a frame is beside it, not below
        if framed and (port := port_of(edge, boxes[edge.target], operands)):
            attributes["headport"] = port if direction == "LR" else ABOVE[port]
        edges.append((source, edge.target, flow(edge), attributes))
    frames.draw()
    for start, end, text, attributes in edges:
        page.edge(start, end, text, **attributes)
    return str(page.source)


def port_of(edge: Edge, target: Box, operands: Counter[str]) -> str:
    """Where in the card of target an operand arrives, the first above (or left of) the last.

    Where there are frames Graphviz forgets the order of operands; but it avoids edges that cross,
    so those in the same frame stand in that order too.
    """
    count = operands[target.key]
    if target.op in COMMUTATIVE or target.fold is not None or count < 2:
        return ""
    return {0: FIRST, count - 1: LAST}.get(edge.position, "")


def is_heated(graph: Graph) -> bool:
    """Whether arrays are shown entry by entry: not where there are so many that it is slow."""
    glances = [seen for box in graph.boxes for seen in (box.value_glance, box.gradient_glance)]
    return sum([int(seen.entries.size) for seen in glances if seen is not None]) <= MOST_CELLS


def caption(graph: Graph) -> str:
    """How to read the picture: what labels and cells mean, as far as there are any."""
    flows = [edge for edge in graph.edges if edge.incoming is not None]
    arrows = [edge for edge in flows if not is_product(edge)]
    told = []
    if len(arrows) < len(flows):
        told.append("incoming gradient × local derivative = contribution")
    if arrows:
        few = all(np.size(edge.incoming) == np.size(edge.contribution) == 1 for edge in arrows)
        told.append("incoming gradient → contribution" + ("" if few else ", as shapes and norms"))
    doubt = "    (? where data was updated since)" if any(edge.stale for edge in flows) else ""
    lines = ["on each edge:  " + "\nor  ".join(told) + doubt] if told else []
    kinds = {box.key: box.kind for box in graph.boxes}
    if told and any(n > 1 and kinds[key] in ("leaf", "result") for key, n in graph.uses.items()):
        lines.append("Σn: the sum of n contributions")
    if is_heated(graph) and any(box.value_glance is not None for box in graph.boxes):
        lines.append("cells:  + blue, − orange, × NaN; each paler tone: half as large")
    if graph.folded:
        lines.append(f"{graph.folded:,} boxes folded into {len(graph.boxes)}")
    return "\n".join(lines)


def notice(boxes: int, counts: dict[str, int]) -> str:
    """A card with counts, in Graphviz's language, for a graph that is too large to draw."""
    from graphviz import Digraph

    rows = [wide(bold(f"{boxes:,} boxes")), wide(small("too many to draw one by one")), "<HR/>"]
    rows += [pair(small(SYMBOLS.get(name, name)), f"{count:,}") for name, count in counts.items()]
    page = Digraph("graph", graph_attr=GRAPH, node_attr=NODE)
    page.node("notice", table("".join(rows), STYLES["data"]))
    return str(page.source)


def tree(graph: Graph) -> str:
    """The graph as text: each box above what it was made from, shared boxes once."""
    boxes = {box.key: box for box in graph.boxes}
    operands: dict[str, list[str]] = {key: [] for key in boxes}
    for edge in graph.edges:
        operands[edge.target].append(edge.source)
    lines: list[str] = []
    shown = set()
    waiting = [(graph.root.key, "", "")]
    while waiting:
        key, lead, indent = waiting.pop()
        lines.append(lead + line(boxes[key], again=key in shown))
        if key in shown:
            continue
        shown.add(key)
        below = [(source, f"{indent}├─ ", f"{indent}│  ") for source in operands[key]]
        below[-1:] = [(source, f"{indent}└─ ", f"{indent}   ") for source, _, _ in below[-1:]]
        waiting += reversed(below)
    return "\n".join(lines)


def line(box: Box, again: bool) -> str:
    """A box in one line of text."""
    called = " ".join(part for part in (box.name, box.op) if part) or box.kind
    if box.fold is not None:
        called = box.fold.path
    if again:
        return f"{called} (see above)"
    if box.kind == "constant":
        return brief(box.value)
    if box.fold is not None:
        return line_of_fold(box, box.fold)
    if box.failed is not None:
        return f"✗ {called} failed here: {' '.join(box.failed.split())}"
    value = number(box.value) if is_number(box.value) else f"array of shape {np.shape(box.value)}"
    if box.outputs is not None:
        value = f"{box.outputs} outputs"
    since = " (updated since)" if box.updated else ""
    why = f", {remark(box)}" if box.why else ""
    return f"{called} = {value}{since}, gradient {brief(shown_gradient(box))}{why}"


def line_of_fold(box: Box, fold: Fold) -> str:
    """A folded box in one line of text."""
    told = ", ".join(f"{what} {text}" for what, text in contents(box, fold))
    return f"{fold.path}{f' × {fold.times:,}' if fold.times > 1 else ''}: {told}"
