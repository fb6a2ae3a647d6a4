"""`play(node)`: a page on which a forward and a backward pass are stepped through.

The page is one piece of HTML without any link to elsewhere. It holds the final picture and a table
of all steps, which is what there is to see where no script may run, and one script with the data of
all steps, which builds the page to play with inside a shadow root. No number is computed in the
browser: everything that is shown was told in Python, by `steps.py`.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import GraphError, lesson
from ..node import Node, history
from .draw import COMMUTATIVE, Picture, description, draw, shortened, tree
from .layout import Size, Tie, lay_out
from .model import Box, Data, Edge, name_of, size
from .paths import paths_from
from .steps import CHAIN_RULE, OVERWRITING, RECURSION, State, Step, Story, Way, story

MOST_BOXES = 300
HERE = Path(__file__).parent
LETTER, SMALL = 7.4, 6.3  # CSS pixels that a letter needs, a little more than most do
LEVELS = 5  # widths of edges: a step is a power of ten
WAYS = {
    CHAIN_RULE: ("chain rule", "add, and wait until all contributions are there"),
    OVERWRITING: ("overwriting", "wrong: = in place of +=, so the last contribution wins"),
    RECURSION: ("naive recursion", "wrong: pass a gradient on at every visit, complete or not"),
}
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
body {{ margin: 0 auto; max-width: 76rem; padding: 1rem; font: 1rem/1.5 Georgia, serif }}
table {{ border-collapse: collapse }} td, th {{ padding: .2rem .6rem; text-align: left; \
vertical-align: top }}
@media (prefers-color-scheme: dark) {{ body {{ background: #14181d; color: #dfe5ec }} }}
</style>
{body}
</html>
"""


class Play:
    """A page to step through: it shows itself in a notebook, and `save` writes it to a file.

    story: the steps as data. html: the page as a piece of HTML, to stand in any other.
    """

    def __init__(self, title: str, stories: Sequence[Story], html: str, summary: str) -> None:
        self.title, self.stories, self.html = title, list(stories), html
        self._summary = summary

    def __repr__(self) -> str:
        return f"<{self._summary}; .save('backprop.html') writes the page>"

    @property
    def story(self) -> Story:
        """The steps as data."""
        return self.stories[0]

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """What notebooks show."""
        return {"text/html": self.html, "text/plain": repr(self)}

    def save(self, path: str | Path) -> Path:
        """Write the page, one file that needs no other. Returns the path.

        Raises E26b if the name does not end in .html.
        """
        path = Path(path)
        if path.suffix.lower() not in (".html", ".htm"):
            what = f"cannot save a page as {path.name!r}: the ending must be .html"
            raise lesson("E26b", what=what, fix=f'play(loss).save("{path.stem}.html")')
        page = PAGE.format(title=escape(self.title), body=self.html)
        path.write_text(page, encoding="utf-8")
        return path


def play(node: Node, max_nodes: int = MOST_BOXES) -> Play:
    """A page that steps through how node was computed, and back through the chain rule.

    max_nodes: a graph of more boxes is summed up in a picture, without steps.

    The pass that is shown is the last one from node; if there was none, the one that backward()
    would make. No gradient is written.
    Raises E26v for what is not a node.

    >>> from autograd import Value, play
    >>> a = Value(3.0, name="a")
    >>> play(a * a + a)
    <Page of L: 2 steps forward, a start, 2 backward; .save('backprop.html') writes the page>
    """
    if not isinstance(node, Node):
        raise lesson("E26v", view="play", kind=type(node).__name__)
    boxes = size(history(node))
    if boxes > max_nodes:
        return summed_up(node, boxes)
    told = story(node)
    title = f"Backpropagation in {told.words.top}"
    phases = [step.phase for step in told.ways[0].steps]
    summary = f"Page of {told.words.top}: {phases.count('forward')} steps forward"
    if told.silent is None:
        summary += f", a start, {phases.count('backward')} backward"
    return Play(title, [told], page_of(title, told), summary)


def summed_up(node: Node, boxes: int) -> Play:
    """A page for a graph that is too large: its picture, and what to do."""
    name = name_of(node) or "a graph"
    picture = draw(node)
    notice = (
        f"{boxes:,} boxes are too many to step through one by one. Take a smaller graph of the "
        "same kind, such as the loss of one sample, or raise the limit: "
        "play(loss, max_nodes=1000)."
    )
    html = f'<div class="chainrule-play"><p>{notice}</p>{shown(picture)}</div>'
    return Play(name, [], html, f"Page of {name}: {boxes:,} boxes, only summed up")


def page_of(title: str, told: Story) -> str:
    """The piece of HTML: picture and tables, and the script that makes more of them."""
    tables = "".join([nodes_table(told), *[steps_table(told, way) for way in told.ways]])
    try:
        script = scripted({"title": title, "graphs": [graph_data(told)]})
    except GraphError as nothing_to_draw_with:
        told_so = escape(str(nothing_to_draw_with)).replace("\n", "<br>")
        text = f"<p>{told_so}</p><pre>{escape(tree(told.graph))}</pre>"
        return f'<div class="chainrule-play">{text}{tables}</div>'
    return hosted(f"{shown(final_picture(told))}{tables}", script)


def hosted(content: str, script: str) -> str:
    """Content that a script makes more of. The class names it by what is in it."""
    mark = f"chainrule-{hashlib.sha256(script.encode()).hexdigest()[:12]}"
    return (
        f'<div class="chainrule-play {mark}">{content}</div>\n'
        f"<script>{script.replace('MARK', mark, 1)}</script>"
    )


def scripted(data: dict[str, Any], program: str = "page") -> str:
    """The one script of a page: the program, its style and its data."""
    code = (HERE / f"{program}.js").read_text(encoding="utf-8")
    style = (HERE / "page.css").read_text(encoding="utf-8")
    return f"({code.strip()})('MARK', {in_script(style)}, {in_script(data)});"


def in_script(data: Any) -> str:
    """Data as JavaScript can read it, with nothing in it that would end the script."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("</", "<\\/").replace("<!--", "<\\!--").replace("\u2028", "\\u2028")


# ---- what stands there without a script


def shown(picture: Picture) -> str:
    """A picture as an image that needs no other file, or as text."""
    try:
        data = b64encode(picture.svg.encode()).decode()
    except GraphError:
        return f"<pre>{escape(picture.text)}</pre>"
    alt = escape("The graph as text:\n" + picture.text, quote=True)
    return f'<img alt="{alt}" style="max-width:100%" src="data:image/svg+xml;base64,{data}">'


def final_picture(told: Story) -> Picture:
    """The picture of the end: after backward, whether it has been called or not."""
    way = told.ways[0]
    end = way.state(len(way.steps))
    boxes = [
        replace(box, gradient=end[box.key].gradient) if box.gradient is None else box
        for box in told.graph.boxes
    ]
    root = next(box for box in boxes if box.key == told.graph.root.key)
    graph = replace(told.graph, boxes=boxes, root=root)
    return Picture(description(graph, "LR"), tree(graph), told.words.top)


def nodes_table(told: Story) -> str:
    """Every node with its value and its gradient in the end."""
    way = told.ways[0]
    end = way.state(len(way.steps))
    rows = [
        [told.words.names[box.key], made_of(told, box), told.words.amount(box.value),
         told.words.amount(end[box.key].gradient)]
        for box in told.graph.boxes if box.kind != "constant"
    ]  # fmt: skip
    head = ["node", "computed as", "value", f"gradient ∂{told.words.top}/∂node"]
    silent = f"<p>{escape(told.silent)}</p>" if told.silent else ""
    return silent + table("All values and gradients", head, rows)


def steps_table(told: Story, way: Way) -> str:
    """All steps of one way, in sentences."""
    rows = [[str(n), step.phase, step.sentence] for n, step in enumerate(way.steps, 1)]
    name = "All steps" if way.name == CHAIN_RULE else f"All steps, {', '.join(WAYS[way.name])}"
    return table(name, ["step", "phase", "what happens"], rows) + cut(way)


def cut(way: Way) -> str:
    """A remark below the table of a way that was left before its end."""
    done = sum(step.phase == "backward" for step in way.steps)
    return f"<p>{done} of {way.calls:,} calls are shown.</p>" if way.cut else ""


def table(name: str, head: list[str], rows: list[list[str]]) -> str:
    """A table that unfolds."""
    top = "".join([f'<th scope="col">{escape(text)}</th>' for text in head])
    body = "".join(["<tr>" + "".join([cell(text) for text in row]) + "</tr>" for row in rows])
    return (
        f"<details><summary>{escape(name)}</summary>"
        f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></details>"
    )


def cell(text: str) -> str:
    """A cell of a table."""
    return f"<td>{'<br>'.join([escape(line) for line in text.splitlines()])}</td>"


# ---- the data of the script


def graph_data(told: Story) -> dict[str, Any]:
    """A graph and its ways, as the page draws them: texts, places, and what each step changes."""
    boxes = told.graph.boxes
    index = {box.key: i for i, box in enumerate(boxes)}
    edges = {(edge.target, edge.position): i for i, edge in enumerate(told.graph.edges)}
    labels = edge_labels(told, edges)
    sizes = [size_of(told, box) for box in boxes]
    ties = [
        Tie(index[edge.source], index[edge.target], Size(len(label) * SMALL + 24, 18))
        for edge, label in zip(told.graph.edges, labels, strict=True)
    ]
    ordered = [box.op not in (None, *COMMUTATIVE) for box in boxes]
    layouts = {}
    for direction in ("LR", "TB"):
        places = lay_out(sizes, ties, ordered, direction)
        layouts[direction] = {
            "size": [places.width, places.height],
            "boxes": places.boxes,
            "edges": [[run.curve, run.head, run.tail, *run.label] for run in places.edges],
        }
    return {
        "top": told.words.top,
        "root": index[told.graph.root.key],
        "silent": told.silent,
        "boxes": [box_data(told, box, at) for box, at in zip(boxes, sizes, strict=True)],
        "edges": [edge_data(told, edge, index) for edge in told.graph.edges],
        "layouts": layouts,
        "ways": [way_data(told, way, index, edges) for way in told.ways],
        "paths": paths_from(told, index),
    }


def box_data(told: Story, box: Box, at: Size) -> dict[str, Any]:
    """What a box shows from the beginning."""
    value = "" if box.outputs is not None else told.words.amount(box.value)
    return {
        "name": shortened(told.words.names[box.key], 16),
        "full": told.words.names[box.key],
        "kind": box.kind,
        "made": shortened(made_of(told, box), 24),
        "value": value,
        "size": [round(at.width), round(at.height)],
        "updated": box.updated,
        "uses": told.ways[0].start[box.key].expected,
    }


def made_of(told: Story, box: Box) -> str:
    """What stands behind a name: the expression of a result, the kind of a leaf, a shape."""
    if box.kind == "result":
        text = told.words.expression(box)
    else:
        text = "input" if box.kind == "data" else box.kind
    shape = np.shape(box.value)
    return f"{text} {shape}" if shape and box.outputs is None else text


def size_of(told: Story, box: Box) -> Size:
    """How much room a box needs for the longest texts that it will show."""
    name = shortened(told.words.names[box.key], 16)
    if box.kind == "constant":
        return Size(len(name) * LETTER + 18, 26)
    head = len(name) * 9 + len(shortened(made_of(told, box), 24)) * SMALL + 34
    value = (len("value") + len(told.words.amount(box.value))) * LETTER + 34
    if box.kind == "data":
        return Size(max(head, value, 84), 48)
    longest = max([len(text) for text in gradients_shown(told, box)], default=1)
    uses = told.ways[0].start[box.key].expected
    counter = 54 if uses > 1 else 38 if uses else 8
    gradient = len(told.words.gradient(box.key)) * SMALL + longest * LETTER + counter + 34
    return Size(max(head, value, gradient, 110), 70)


def gradients_shown(told: Story, box: Box) -> Iterator[str]:
    """The texts that stand for the gradient of a box, step by step."""
    right = told.ways[0].state(len(told.ways[0].steps))[box.key]
    for way in told.ways:
        for step in way.steps:
            if step.after and box.key in step.after:
                _, text, *_, wrong = state_data(told, step.after[box.key], right)
                yield f"{text} ≠ {wrong}" if wrong else text


def edge_data(told: Story, edge: Edge, index: dict[str, int]) -> list[Any]:
    """Ends of an edge, and its local derivative."""
    local = told.words.amount(edge.local) if edge.local is not None else ""
    return [index[edge.source], index[edge.target], local]


def edge_labels(told: Story, edges: dict[tuple[str, int], int]) -> list[str]:
    """The longest label that each edge will bear."""
    longest = [""] * len(told.graph.edges)
    for way in told.ways:
        for step in way.steps:
            for edge in step.sent:
                i = edges[edge.target, edge.position]
                longest[i] = max(longest[i], edge_label(told, edge), key=len)
    return longest


def edge_label(told: Story, edge: Edge) -> str:
    """What an edge says when a gradient flows through it: 3×2 = 6."""
    product = told.words.product(edge)
    if edge.contribution is None or edge.local is None:
        return product
    return f"{product} = {told.words.amount(edge.contribution)}"


def way_data(
    told: Story, way: Way, index: dict[str, int], edges: dict[tuple[str, int], int]
) -> dict[str, Any]:
    """The steps of a way, each with its sentence and what it changes."""
    right = told.ways[0].state(len(told.ways[0].steps))
    name, told_as = WAYS[way.name]
    return {
        "name": name,
        "told": told_as + (f"; {cut_short(way)}" if way.cut else ""),
        "wrong": way.name != CHAIN_RULE,
        "steps": [
            {
                "phase": step.phase,
                "box": index[step.key],
                "told": step.sentence,
                "boxes": [
                    [index[key], *state_data(told, state, right[key])]
                    for key, state in (step.after or {}).items()
                ],
                "edges": [
                    [edges[e.target, e.position], edge_label(told, e), *strength(e.contribution)]
                    for e in step.sent
                ],
                "early": too_early(step, way, right),
            }
            for step in way.steps
        ],
    }


def cut_short(way: Way) -> str:
    """How long a way would be that is not gone to its end."""
    done = sum(step.phase == "backward" for step in way.steps)
    return f"cut after {done} of {way.calls:,} calls"


def state_data(told: Story, state: State, right: State) -> list[Any]:
    """Status, gradient, contributions received and expected, sign and size, and what is right.

    The right gradient is told as soon as all contributions are there and the sum is another.
    """
    wrong = ""
    if state.received >= state.expected and not same(state.gradient, right.gradient):
        wrong = told.words.amount(right.gradient)
    text = told.words.amount(state.gradient) if state.status != "ready" else "—"
    if state.gradient is None and state.status in ("partial", "complete"):
        text = "?"
    return [state.status, text, state.received, state.expected, *strength(state.gradient), wrong]


def too_early(step: Step, way: Way, right: dict[str, State]) -> bool:
    """Whether a node passes on a gradient that is not its right one."""
    if way.name == CHAIN_RULE or step.phase != "backward" or not step.sent:
        return False
    return not same(step.sent[0].incoming, right[step.key].gradient)


def same(x: Data, y: Data) -> bool:
    """Whether two gradients are equal but for rounding."""
    if x is None or y is None:
        return x is y
    return bool(np.shape(x) == np.shape(y) and np.allclose(x, y, rtol=1e-9, equal_nan=True))


def strength(data: Data) -> tuple[int, int]:
    """The sign of a single number, and how large it is in powers of ten; of an array its norm's."""
    if data is None or not np.size(data):
        return 0, 0
    single = np.size(data) == 1
    x = float(np.asarray(data).item()) if single else float(np.linalg.norm(np.ravel(data)))
    if not np.isfinite(x) or x == 0:
        return 0, 0
    level = int(np.clip(np.floor(np.log10(abs(x)) + 0.5) + 2, 0, LEVELS - 1))
    return (1 if x > 0 else -1) if single else 0, level
