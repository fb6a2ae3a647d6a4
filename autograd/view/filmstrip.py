"""`play(loss).filmstrip(6)`: the steps of a pass side by side, for slides, print and READMEs.

Every panel is the same graph in the same places, so that the eye sees only what has changed. Texts
and places are those of the page, from `scene.py`; here they are drawn without a script. Colours are
attributes and no style sheet, which programs for slides and print read too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from textwrap import wrap
from typing import Any, NamedTuple

from ..errors import lesson
from .draw import FONT
from .drawn import ending
from .scene import LETTER, SMALL, graph_data
from .steps import CHAIN_RULE, Story
from .theme import following
from .webpage import Page, image

ENDINGS = (".svg", ".html")
WIDTH, NARROWEST = 1440, 330  # pixels: of the whole, and of a panel with a small graph
GAP, PAD, HEAD, LINE = 12, 12, 36, 18
PAPER, WASH, INK, GREY, RULE = "#ffffff", "#f5f7fa", "#1f2933", "#5f6b7a", "#c5cdd6"
GLOW = "#ffd98a"  # around the node that acts
HUES = {1: "#0072b2", -1: "#e69f00", 0: "#5f6b7a"}  # of lines and fillings, by sign
TONES = {1: "#005a8c", -1: "#7a5200", 0: INK}  # of numbers
GLYPHS = {1: "▲", -1: "▼", 0: ""}
ROUND = {"result": 4, "leaf": 13, "data": 13, "constant": 13}  # corners of boxes
STROKES = (1.2, 1.9, 2.8, 4, 5.4)  # by size, in powers of ten
SHADES = (0.08, 0.12, 0.16, 0.2, 0.24)
SERIF = "Palatino Linotype,Palatino,Georgia,DejaVu Serif,serif"
PHASES = {"forward": "forward →", "seed": "start", "backward": "← backward"}


class Filmstrip(Page):
    """A picture of several steps: it shows itself in a notebook, and `save` writes it to a file.

    svg: the picture as text. It is dark where the reader's system prefers that.
    """

    def __init__(self, title: str, svg: str, told: str, summary: str) -> None:
        super().__init__(title, image("svg+xml", svg.encode(), told), summary)
        self.svg = svg

    def __repr__(self) -> str:
        return f"<{self.summary}; .save('steps.svg') writes it>"

    def save(self, path: str | Path) -> Path:
        """Write the picture as .svg, or in a page as .html. Returns the path.

        Raises E26b for other endings.
        """
        path = Path(path)
        if ending(path, ENDINGS, "a filmstrip", "strip") == ".html":
            return super().save(path)
        path.write_text(self.svg, encoding="utf-8")
        return path


def filmstrip(told: Story, n: int = 6, way: str = CHAIN_RULE) -> Filmstrip:
    """n steps of a way through a graph, spread evenly: the first and the last are among them.

    Raises E26f for n that is no number of panels, and for a way that the story does not go.
    """
    if not isinstance(n, int) or n < 1:
        what = f"a filmstrip of {n!r} panels cannot be drawn: n is a whole number from 1"
        raise lesson("E26f", what=what, fix="play(loss).filmstrip(n=6)")
    known = [each.name for each in told.ways]
    if way not in known:
        what = f"this graph has no steps of the way {way!r}, only of {' and '.join(known)}"
        raise lesson("E26f", what=what, fix=f'play(loss).filmstrip(n={n}, way="{known[0]}")')
    graph = graph_data(told)
    gone = graph["ways"][known.index(way)]
    count = len(gone["steps"])
    panels = [Panel(graph, gone, k) for k in chosen(n, count)]
    title = f"Backpropagation in {told.words.top}"
    if gone["wrong"]:
        title += f", {gone['name']}: {gone['told']}"
    lines = [f"{panel.head}: {panel.told}" for panel in panels]
    told_below = legend(graph, gone)
    grids = [Grid(graph, panels, told_below, direction) for direction in ("TB", "LR")]
    grid = min(grids, key=lambda grid: (max(grid.width, WIDTH), grid.height))
    summary = f"Filmstrip of {told.words.top}: {len(panels)} of {count} steps"
    said = "\n".join(lines)
    return Filmstrip(title, grid.svg(title, said), f"{title}\n{said}", summary)


def chosen(n: int, count: int) -> list[int]:
    """The numbers of n of count steps, spread evenly; 0 is what is given, before any step.

    >>> chosen(4, 10), chosen(9, 3), chosen(6, 0)
    ([1, 4, 7, 10], [1, 2, 3], [0])
    """
    if n >= count:
        return list(range(1, count + 1)) or [0]
    return [1 + (i * (count - 1) + (n - 1) // 2) // (n - 1) for i in range(n)] if n > 1 else [count]


def legend(graph: dict[str, Any], way: dict[str, Any]) -> list[str]:
    """How to read the panels, as far as there is anything to read."""
    if graph["silent"]:
        return [graph["silent"]]
    flows = [Flow(*flow) for step in way["steps"] for _, *flow in step["edges"]]
    told = ["▲ positive   ▼ negative"] if any(flow.sign for flow in flows) else []
    if any("×" in flow.label for flow in flows):
        told.append("on an edge: incoming gradient × local derivative = contribution")
    elif flows:
        large = any(flow.label.startswith("norm") for flow in flows)
        told.append(f"on an edge: the contribution{', of a large array its norm' if large else ''}")
    if any(box["uses"] > 1 for box in graph["boxes"]):
        told.append("Σ 1/2: a sum, of which 1 of 2 contributions is there")
    if way["wrong"]:
        told.append("≠ what is right")
    return told


# ---- the whole


class Grid:
    """Panels in rows, all as wide as their graph. direction: "LR" or "TB"."""

    def __init__(
        self, graph: dict[str, Any], panels: list[Panel], legend: list[str], direction: str
    ) -> None:
        self.graph, self.layout = graph, graph["layouts"][direction]
        self.across = max(self.layout["size"][0] + 2 * PAD, NARROWEST)
        fitting = max(1, int((WIDTH + GAP) // (self.across + GAP)))
        rows = -(-len(panels) // fitting)
        columns = -(-len(panels) // rows)
        self.rows = [panels[i : i + columns] for i in range(0, len(panels), columns)]
        self.width = columns * (self.across + GAP) - GAP
        self.captions = {panel.k: captioned(panel.told, self.across - 2 * PAD) for panel in panels}
        self.legend = list(set_in_lines(legend, self.width - 2 * PAD))
        self.heights = [self.height_of(row) for row in self.rows]
        self.height = sum(self.heights) + GAP * len(self.rows) + LINE * len(self.legend)

    def height_of(self, row: list[Panel]) -> float:
        """The height of a row: that of its longest caption decides."""
        lines = max(len(self.captions[panel.k]) for panel in row)
        return float(HEAD + self.layout["size"][1] + PAD + lines * LINE + PAD)

    def svg(self, title: str, told: str) -> str:
        """The whole as SVG text."""
        parts, y = [], 0.0
        for row, height in zip(self.rows, self.heights, strict=True):
            for column, panel in enumerate(row):
                parts.append(self.framed(panel, column * (self.across + GAP), y, height))
            y += height + GAP
        lines = [text(PAD, y + 6 + LINE * i, line) for i, line in enumerate(self.legend)]
        parts.append(element("g", *lines, fill=GREY, font_size=11.5))
        width, height = round(self.width + 2), round(self.height + 2)
        picture = element(
            "svg",
            element("title", escape(title)), element("desc", escape(told)),
            element("g",
                element("rect", x=-1, y=-1, width=width, height=height, fill=PAPER), *parts,
                id="strip", font_family=FONT, font_size=12.5, fill=INK),
            xmlns="http://www.w3.org/2000/svg", role="img",
            width=width, height=height, viewBox=f"-1 -1 {width} {height}",
        )  # fmt: skip
        return f"{following(picture)}\n"

    def framed(self, panel: Panel, x: float, y: float, height: float) -> str:
        """A panel with its head and its caption."""
        width, depth = self.layout["size"]
        step, phase = panel.head.split(" · ")
        top = HEAD + depth + PAD + 12
        return element(
            "g",
            element("rect", width=self.across, height=height, rx=8, fill=PAPER, stroke=RULE),
            text(PAD, 22, step, tspan(f" · {phase}", GREY, font_weight="normal"),
                font_weight="bold"),
            element("g", *panel.drawn(self.layout),
                transform=f"translate({(self.across - width) / 2:g},{HEAD})"),
            *[text(PAD + indent, top + LINE * i, line)
              for i, (indent, line) in enumerate(self.captions[panel.k])],
            transform=f"translate({x:g},{y:g})",
        )  # fmt: skip


def captioned(told: str, width: float) -> list[tuple[int, str]]:
    """Sentences in lines that are no wider than width; what goes on is set in a little."""
    letters = int((width - 12) / LETTER)
    return [
        (12 if i else 0, line.replace("\xa0", " "))
        for sentence in told.split("\n")
        for i, line in enumerate(wrap(tied(sentence, letters), letters))
    ]


def tied(sentence: str, letters: int) -> str:
    """A sentence that is broken before equals signs only, and not before the result alone.

    What is too long for a line is broken between words.
    """
    first, *others = sentence.split(" = ")
    others[-2:] = [" = ".join(others[-2:])] if others else []
    parts = [first, *[f"= {part}" for part in others]]
    return " ".join([part if len(part) > letters else part.replace(" ", "\xa0") for part in parts])


def set_in_lines(parts: list[str], width: float) -> Iterator[str]:
    """Parts beside each other, as many in a line as there is room for."""
    line = ""
    pieces = [piece for part in parts for piece in wrap(part, int(width / SMALL))]
    for part in pieces:
        if line and (len(line) + len(part) + 6) * SMALL > width:
            yield line
            line = ""
        line = f"{line}\u2003·\u2003{part}" if line else part
    if line:
        yield line


# ---- one panel


class Flow(NamedTuple):
    """What an edge says, and the sign and size of its contribution."""

    label: str
    sign: int
    level: int


class Seen(NamedTuple):
    """What is known of a box, as the steps of `graph_data` tell it."""

    status: str
    gradient: str
    received: int
    expected: int
    sign: int
    level: int
    wrong: str

    @property
    def known(self) -> bool:
        """Whether it has a gradient, complete or not."""
        return self.status in ("partial", "complete")


@dataclass(frozen=True)
class Panel:
    """A graph after the first k steps of a way."""

    graph: dict[str, Any]
    way: dict[str, Any]
    k: int

    @property
    def step(self) -> dict[str, Any]:
        """The step that was made last."""
        if self.k:
            return self.way["steps"][self.k - 1]  # type: ignore[no-any-return]
        told = "Leaves and constants are given."
        return {"phase": "seed", "box": None, "told": told, "boxes": [], "edges": [], "early": ""}

    @property
    def head(self) -> str:
        """step 2 of 7 · forward →"""
        return f"step {self.k} of {len(self.way['steps'])} · {PHASES[self.step['phase']]}"

    @property
    def told(self) -> str:
        """What happens in the step."""
        return str(self.step["told"])

    def seen(self) -> tuple[list[Seen], dict[int, Flow]]:
        """What is known of every box, and what has flowed through edges."""
        boxes = [
            Seen("unvisited" if box["kind"] == "result" else "ready", "—", 0, box["uses"], 0, 0, "")
            for box in self.graph["boxes"]
        ]
        flows = {}
        for step in self.way["steps"][: self.k]:
            for i, *seen in step["boxes"]:
                boxes[i] = Seen(*seen)
            for i, *flow in step["edges"]:
                flows[i] = Flow(*flow)
        return boxes, flows

    def drawn(self, layout: dict[str, Any]) -> Iterator[str]:
        """The graph: lines below boxes, and what the lines say above both."""
        step, (boxes, flows) = self.step, self.seen()
        sent = {i for i, *_ in step["edges"]}
        if step["box"] is not None:
            yield ring(self.graph["boxes"][step["box"]], *layout["boxes"][step["box"]])
        for i, (source, target, _) in enumerate(self.graph["edges"]):
            if i in flows:
                yield flowing(layout["edges"][i], flows[i], i in sent)
                continue
            waiting = boxes[target].status == "unvisited"
            given = self.graph["boxes"][source]["kind"] == "constant"
            acting = step["phase"] == "forward" and target == step["box"]
            yield leading(layout["edges"][i], waiting, given, acting)
        for i, (box, seen) in enumerate(zip(self.graph["boxes"], boxes, strict=True)):
            (width, height), (x, y) = box["size"], layout["boxes"][i]
            acting = i == step["box"]
            yield element(
                "g", element("title", escape(box["full"])),
                *card(box, seen, acting, acting and step["early"]),
                *writing(box, seen, self.graph["top"]),
                transform=f"translate({x - width / 2:g},{y - height / 2:g})",
            )  # fmt: skip
        for i, flow in flows.items():
            yield label(flow, layout["edges"][i][3:], i in sent)


def leading(run: list[Any], waiting: bool, given: bool, acting: bool) -> str:
    """An edge on which a value goes forward, or will go when it is computed."""
    curve, head, tail, *_ = run
    colour = INK if acting else RULE if waiting else GREY
    dashes = "3 4" if waiting else "2 3" if given else None
    return element(
        "g",
        element("path", d=f"{curve}M{ends(curve)[0]}L{tip(tail)}", fill="none", stroke=colour,
            stroke_width=2.4 if acting else 1.2, stroke_dasharray=dashes),
        element("path", d=head, fill=colour),
    )  # fmt: skip


def flowing(run: list[Any], flow: Flow, acting: bool) -> str:
    """An edge on which a gradient flows back; paler where it did so in an earlier step."""
    curve, head, tail, *_ = run
    colour = HUES[flow.sign]
    return element(
        "g",
        element("path", d=f"{curve}M{ends(curve)[1]}L{tip(head)}", fill="none", stroke=colour,
            stroke_width=STROKES[flow.level]),
        element("path", d=tail, fill=colour),
        opacity=None if acting else 0.5,
    )  # fmt: skip


def ends(curve: str) -> tuple[str, str]:
    """The first and the last point of a curve of `layout.py`."""
    first, *_, last = curve[1:].replace("C", " ").split(" ")
    return first, last


def tip(arrow: str) -> str:
    """The point of an arrowhead of `layout.py`."""
    return arrow[1 : arrow.index("L")]


def label(flow: Flow, place: list[float], acting: bool) -> str:
    """What an edge says: 1×3 = ▲3"""
    x, y = place
    before, equals, after = flow.label.rpartition(" = ")
    width = len(flow.label) * SMALL + 14
    amount = tspan(GLYPHS[flow.sign] + after, TONES[flow.sign], font_weight="bold")
    return element(
        "g",
        element("rect", x=x - width / 2, y=y - 9, width=width, height=18, rx=9, fill=PAPER,
            stroke=GLOW if acting else None, stroke_width=2, fill_opacity=None if acting else 0.8),
        text(x, y + 4, f"{before}{equals}", amount, fill=GREY, text_anchor="middle",
            font_size=11.5),
    )  # fmt: skip


def ring(box: dict[str, Any], x: float, y: float) -> str:
    """What shines around the box that acts."""
    width, height = [side + 13 for side in box["size"]]
    return element("rect", x=x - width / 2, y=y - height / 2, width=width, height=height,
        rx=ROUND[box["kind"]] + 6, fill=GLOW)  # fmt: skip


def card(box: dict[str, Any], seen: Seen, acting: bool, early: bool) -> Iterator[str]:
    """The shape of a box: what it is, whether it acts, and how much of its gradient is there."""
    (width, height), round_ = box["size"], ROUND[box["kind"]]
    waiting, wrong = seen.status == "unvisited", early or seen.wrong
    stroke = INK if acting or wrong else GREY if seen.known else RULE
    yield element("rect", width=width, height=height, rx=round_,
        fill=WASH if box["kind"] == "constant" else PAPER, stroke=stroke,
        stroke_width=2.4 if acting or wrong else 2 if seen.status == "complete" else 1.4,
        stroke_dasharray="7 3" if wrong else "4 4" if waiting else None)  # fmt: skip
    if not seen.known:
        return
    share = min(1, seen.received / seen.expected) if seen.expected else 1
    start, end, low = max(1.0, width * (1 - share)), width - 1, height - 1
    corner = round_ - 1
    left = corner if start < corner else 0
    yield element("path", d=f"M{start:g},48.5H{end}V{low - corner}Q{end},{low} {end - corner},"
        f"{low}H{start + left:g}Q{start:g},{low} {start:g},{low - left}Z",
        fill=HUES[seen.sign], fill_opacity=SHADES[seen.level])  # fmt: skip


def writing(box: dict[str, Any], seen: Seen, top: str) -> Iterator[str]:
    """The texts of a box: name and origin, value, gradient."""
    width, height = box["size"]
    if box["kind"] == "constant":
        yield text(width / 2, height / 2 + 4.5, box["name"], text_anchor="middle")
        return
    right = width - 9
    small = {"fill": GREY, "font_size": 11}
    yield text(9, 17, box["name"], font_family=SERIF, font_size=15, font_style="italic",
        font_weight="bold")  # fmt: skip
    yield text(right, 17, box["made"], text_anchor="end", **small)
    yield rule(width, 25)
    yield text(9, 40, "value, updated since" if box["updated"] else "value", **small)
    if seen.status != "unvisited":
        yield text(right, 40, box["value"], text_anchor="end")
    if box["kind"] == "data":
        return
    yield rule(width, 48)
    name = f"∂{top}/∂{box['name']}"
    yield text(9, 63, name, fill=INK if seen.known else GREY, font_size=11)
    if seen.expected > 1:
        yield counter(9 + len(name) * SMALL + 3, f"Σ {seen.received}/{seen.expected}")
    shown = f"{GLYPHS[seen.sign]}{seen.gradient}{f' ≠ {seen.wrong}' if seen.wrong else ''}"
    yield text(right, 63, shown, text_anchor="end", fill=TONES[seen.sign],
        font_weight="bold" if seen.known else None)  # fmt: skip


def rule(width: float, y: float) -> str:
    """A line through a box."""
    return element("path", d=f"M0,{y}H{width}", stroke=RULE, stroke_width=0.8)


def counter(x: float, told: str) -> str:
    """How many contributions have been received."""
    width = len(told) * SMALL + 8
    return element(
        "g",
        element("rect", x=x, y=52, width=width, height=15, rx=7, fill=PAPER, stroke=INK),
        text(x + width / 2, 63, told, text_anchor="middle", font_size=10.5, font_weight="bold"),
    )


# ---- elements


def text(x: float, y: float, told: str, *parts: str, **attributes: object) -> str:
    """A line of text, and parts of it that look different."""
    return element("text", escape(told), *parts, x=x, y=y, **attributes)


def tspan(told: str, fill: str, **attributes: object) -> str:
    """A part of a line of text."""
    return element("tspan", escape(told), fill=fill, **attributes)


def element(tag: str, *children: str, **attributes: object) -> str:
    """An element of SVG. Attributes that are None are left out."""
    told = "".join(
        [f' {name.replace("_", "-")}="{written(value)}"'
         for name, value in attributes.items() if value is not None]
    )  # fmt: skip
    return f"<{tag}{told}>{''.join(children)}</{tag}>" if children else f"<{tag}{told}/>"


def written(value: object) -> str:
    """A number in few digits, or text."""
    return f"{value:g}" if isinstance(value, float) else escape(str(value))
