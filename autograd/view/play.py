"""`play(node)`: a page on which a forward and a backward pass are stepped through.

The page is one piece of HTML without any link to elsewhere. It holds the final picture and a table
of all steps, which is what there is to see where no script may run, and one script with the data of
all steps. No number is computed in the browser: everything that is shown was told in Python, by
`steps.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any, overload

from ..errors import GraphError, lesson
from ..node import Node, history
from .compare import Comparison, compare
from .draw import Picture, description, draw, tree
from .drawn import ending
from .filmstrip import Filmstrip, filmstrip
from .fold import fold
from .model import Graph, name_of, read, size
from .overview import overview
from .run import Run
from .run_page import play_run
from .scene import WAYS, graph_data, made_of
from .steps import CHAIN_RULE, Story, Way, story
from .webpage import Page, hosted, scripted, shown, table

MOST_BOXES = 300
ENDINGS = (".html", ".svg", ".png", ".pdf", ".dot", ".json")
PROGRAMS = ("elements", "player", "graph", "page")
OVERVIEW = ("elements", "overview")


class Play(Page):
    """A page to step through.

    picture: what is there to see where no script may run. stories: the steps as data, of each graph
    on the page.
    """

    file = "backprop.html"

    def __init__(
        self, title: str, stories: Sequence[Story], picture: Picture, html: str, summary: str
    ) -> None:
        super().__init__(title, html, summary)
        self.stories, self.picture = list(stories), picture

    @property
    def story(self) -> Story:
        """The steps as data."""
        return self.stories[0]

    def filmstrip(self, n: int = 6, way: str = CHAIN_RULE) -> Filmstrip:
        """n of the steps side by side, the first and the last among them: a picture, no script.

        way: "chain rule", or a wrong one: "overwriting" or "recursion".
        Raises E26f for other n and ways, and where the page is only summed up.

        >>> from autograd import Value
        >>> a = Value(3.0, name="a")
        >>> strip = play(a * a + a).filmstrip(n=4)
        >>> strip
        <Filmstrip of L: 4 of 5 steps; .save('steps.svg') writes it>
        """
        if not self.stories:
            what = "this graph has too many boxes to be stepped through"
            boxes = self.picture.graph.folded or len(self.picture.graph.boxes)
            fix = f"play(loss, max_nodes={boxes}).filmstrip()   or the loss of one sample"
            raise lesson("E26f", what=what, fix=fix)
        return filmstrip(self.story, n, way)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        """What notebooks show: the page, and a PNG of its picture where no HTML is shown."""
        texts = {"text/html": self.html, "text/plain": repr(self)}
        shown = self.picture._repr_mimebundle_()
        if not isinstance(shown, tuple):
            return texts
        data, sizes = shown
        return {**texts, "image/png": data["image/png"]}, sizes

    def save(self, path: str | Path) -> Path:
        """Write the page, one file that needs no other. Returns the path.

        The ending chooses: .html is the page; .svg, .png, .pdf, .dot and .json are its picture, as
        `draw` would save it.
        Raises E26b for other endings.
        """
        path = Path(path)
        if ending(path, ENDINGS, "a page", "page") == ".html":
            return super().save(path)
        return self.picture.save(path)


Seen = Node | Picture | Play | Graph


@overload
def play(node: Node, other: None = None, *, max_nodes: int = MOST_BOXES) -> Play: ...
@overload
def play(node: Run, other: None = None, *, max_nodes: int = MOST_BOXES) -> Page: ...
@overload
def play(node: Seen, other: Seen, *, max_nodes: int = MOST_BOXES) -> Comparison: ...
def play(node: Seen | Run, other: Seen | None = None, *, max_nodes: int = MOST_BOXES) -> Page:
    """A page that steps through how node was computed, and back through the chain rule.

    node: what was computed; or a training run in frames, to scrub through (see `Run`).
    other: a second graph; then both stand side by side, and what differs is marked. Each is a node,
    or what `draw` or `play` made of one earlier: a graph as it was before an update.
    max_nodes: a graph of more boxes is not stepped through; the page then is its picture, folded,
    in which modules open by a click.

    The pass that is shown is the last one from node; if there was none, the one that backward()
    would make. No gradient is written.
    Raises E26v for what is not a node, E26c for two of which one is no graph.

    >>> from autograd import Value, play
    >>> a = Value(3.0, name="a")
    >>> play(a * a + a)
    <Page of L: 2 steps forward, a start, 2 backward; .save('backprop.html') writes the page>
    >>> before = play(a * a)
    >>> a.data = 4.0
    >>> play(before, a * a)
    <Comparison: 2 of 2 values differ; .save('compared.html') writes the page>
    """
    if other is not None:
        before, after = (graph_of(x, max_nodes) for x in (node, other))
        if before is None or after is None:
            kinds = " and ".join([type(x).__name__ for x in (node, other)])
            raise lesson("E26c", kinds=kinds)
        return compare(before, after, max_nodes)
    if isinstance(node, Run):
        return play_run(node)
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
    picture = final_picture(told)
    return Play(title, [told], picture, page_of(title, told, picture), summary)


def graph_of(seen: Any, max_nodes: int) -> Graph | None:
    """The graph of a node, folded if it is large, or the one in a view; None if it is neither."""
    if isinstance(seen, Node):
        return read(seen) if size(history(seen)) <= max_nodes else fold(seen, max_nodes)
    if isinstance(seen, Play):
        return seen.story.graph if seen.stories else seen.picture.graph
    if isinstance(seen, Picture):
        return seen.graph
    return seen if isinstance(seen, Graph) else None


def summed_up(node: Node, boxes: int) -> Play:
    """A page for a graph that is too large: its picture, with modules to open, and what to do."""
    name = name_of(node) or "a graph"
    picture = draw(node)
    notice = (
        f"{boxes:,} boxes are too many to step through one by one. Take a smaller graph of the "
        "same kind, such as the loss of one sample, or raise the limit: "
        f"play(loss, max_nodes={boxes})."
    )
    summary = f"Page of {name}: {boxes:,} boxes, only summed up"
    html = f"<p>{notice}</p>{shown(picture)}"
    if found := overview(node, picture, boxes):
        told = (
            f"{notice} Modules with a + open by a click, or by Enter; Escape closes them. Any "
            f'other is drawn open so: draw(loss, expand=["{found[-1]["path"]}"]).'
        )
        data = {"title": f"Overview of {name}", "notice": told, "states": found}
        return Play(name, [], picture, hosted(html, scripted(data, *OVERVIEW)), summary)
    return Play(name, [], picture, f'<div class="chainrule-play">{html}</div>', summary)


def page_of(title: str, told: Story, picture: Picture) -> str:
    """The piece of HTML: picture and tables, and the script that makes more of them."""
    tables = "".join([nodes_table(told), *[steps_table(told, way) for way in told.ways]])
    try:
        script = scripted({"title": title, "graphs": [graph_data(told)]}, *PROGRAMS)
    except GraphError as nothing_to_draw_with:
        told_so = escape(str(nothing_to_draw_with)).replace("\n", "<br>")
        text = f"<p>{told_so}</p><pre>{escape(tree(told.graph))}</pre>"
        return f'<div class="chainrule-play">{text}{tables}</div>'
    return hosted(f"{shown(picture)}{tables}", script)


# ---- what stands there without a script


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
    return Picture(graph, description(graph, "LR"), tree(graph), f"Picture of {told.words.top}")


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
