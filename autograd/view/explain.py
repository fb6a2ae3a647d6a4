"""`explain(node)`: the chain rule in words and in formulas, with the numbers of the node's graph.

Everything is read from the record at once; what happens to the graph later does not change it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from textwrap import wrap
from typing import Any, NamedTuple

import numpy as np

from ..data import raw
from ..errors import lesson
from ..node import Node, history
from .brief import plain, remark
from .cards import INK, STYLES, table, wide
from .drawn import Drawn, document, ending
from .model import Box, Data, Edge, census, changed, edges_into, name_of, size
from .plain import to_plain
from .steps import with_backward
from .words import DIGITS, Words, factor, unrepeated

WIDTH, DEEPEST = 80, 24
MOST_LINES = 60
MOST_TERMS = 6  # a weight that a hundred samples share has a hundred terms
MOST_BOXES = 300
MOST_ENTRIES = 256
ENDINGS = (".txt", ".md", ".tex", ".svg", ".html", ".png", ".pdf", ".dot", ".json")
TITLE = "The chain rule, step by step"
FONT = "DejaVu Sans Mono,Liberation Mono,Menlo,Consolas,monospace"


class Line(NamedTuple):
    """An equation or a remark. level: how far it is indented. latex: None where it has none."""

    level: int
    parts: list[str]
    latex: list[str] | None = None


class Explanation:
    """A derivation: it shows itself in a notebook as formulas, elsewhere as text.

    gradient: what the derivation finds. contributions: the terms that it is the sum of.
    """

    def __init__(self, lines: list[Line], gradient: Data = None, contributions: Any = ()) -> None:
        self.gradient = gradient
        self.contributions = list(contributions)
        left_out = len(lines) - MOST_LINES
        if left_out > 0:
            lines = [*lines[:MOST_LINES], Line(0, [f"… and {left_out} lines more"])]
        self.text = "\n".join([folded(line) for line in lines])
        self.latex = aligned([line for line in lines if line.latex])

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """What notebooks show: formulas, where there are any."""
        bundle = {"text/plain": self.text}
        if self.latex:
            bundle["text/latex"] = f"$${self.latex}$$"
        return bundle

    def save(self, path: str | Path) -> Path:
        """Write it, and return the path.

        The ending chooses: .txt is the text; .md and .tex are the formulas; .svg, .html, .png, .pdf
        and .dot show the text; .json has all of that, and gradient and contributions as numbers.
        Raises E26b for other endings, and E25 if there is nothing to draw a picture with.
        """
        path = Path(path)
        kind = ending(path, ENDINGS, "an explanation", "explanation")
        path.write_bytes(self.contents(kind))
        return path

    def contents(self, kind: str) -> bytes:
        """What is in a file of a kind."""
        if kind == ".json":
            return self.to_json().encode()
        if kind == ".html":
            page = f"<pre style='white-space: pre-wrap'>{escape(self.text)}</pre>"
            return document(TITLE, page).encode()
        if kind not in (".txt", ".md", ".tex"):
            return Drawn(description(self.text), self.text, TITLE).contents(kind)
        if kind == ".txt" or not self.latex:
            return f"{self.text}\n".encode()
        marks = ("$$", "$$") if kind == ".md" else ("\\[", "\\]")
        return f"{marks[0]}\n{self.latex}\n{marks[1]}\n".encode()

    def to_json(self) -> str:
        """All of it as JSON text, numbers and arrays exactly."""
        held = {
            "format": "chainrule explanation", "version": 1, "text": self.text,
            "latex": self.latex, "gradient": to_plain(self.gradient),
            "contributions": [to_plain(each) for each in self.contributions],
        }  # fmt: skip
        return json.dumps(held, ensure_ascii=False)


def description(text: str) -> str:
    """Lines of text in Graphviz's language: one box, every letter as wide as the others."""
    from graphviz import Digraph

    rows = [wide(plain(line).replace(" ", "\u00a0")) for line in text.splitlines()]
    page = Digraph("explanation", graph_attr={"bgcolor": "#FFFFFF", "pad": "0.12"})
    page.node(
        "text", table("".join(rows), STYLES["constant"]), shape="plain", fontname=FONT,
        fontsize="11", fontcolor=INK,
    )  # fmt: skip
    return str(page.source)


def explain(node: Node, of: Node | None = None, digits: int = DIGITS) -> Explanation:
    """How node came about, and every gradient back from it; with `of`, the gradient ∂of/∂node.

    node: a result, or with `of` anything that `of` was computed from, such as a weight; an entry
    of an array, `W[0, 1]`, is told by what each entry computed from it sends back, and without
    `of` by its derivatives by the entries it was computed from.
    digits: how many significant digits numbers are written with.
    Raises E26v for what is not a node, and E03b if `of` was not computed from node.

    >>> from autograd import Value, explain
    >>> a, b, c = Value(3.0, name="a"), Value(2.0, name="b"), Value(1.0, name="c")
    >>> d = a * b
    >>> d.name = "d"
    >>> L = (d + c) * a
    >>> L.backward()
    >>> explain(a, of=L)
    ∂L/∂a = ∂L/∂L·∂L/∂a + ∂L/∂d·∂d/∂a = 1×7 + 3×2 = 13
      L = v1 × a, so ∂L/∂a = v1 = 7
      d = a × b, so ∂d/∂a = b = 2
      ∂L/∂d = ∂L/∂v1·∂v1/∂d = 3×1 = 3
        v1 = d + c, so ∂v1/∂d = 1
        ∂L/∂v1 = ∂L/∂L·∂L/∂v1 = 1×3 = 3
          L = v1 × a, so ∂L/∂v1 = a = 3
    """
    for given in (node, of if of is not None else node):
        if not isinstance(given, Node):
            raise lesson("E26v", view="explain", kind=type(given).__name__)
    if of is not None:
        with np.errstate(all="ignore"):
            return gradient_of(node, of, digits)
    if node.op is None:
        return alone(node, digits)
    if picks_one(node):
        with np.errstate(all="ignore"):
            return entry_alone(node, digits)
    nodes = history(node)
    if size(nodes) > MOST_BOXES:
        return counted(node, nodes)
    with np.errstate(all="ignore"):
        return whole(words_of(node, digits))


def words_of(root: Node, digits: int) -> Words:
    """The graph of root with a backward pass in it, and what its boxes are called."""
    nodes = history(root)[::-1]
    graph, _ = with_backward(root, nodes)
    keys = [box.key for box in graph.boxes if box.kind != "constant"]
    return Words(graph, dict(zip(keys, nodes, strict=True)), digits)


# ---- the three derivations


def whole(words: Words) -> Explanation:
    """Forward and backward through a graph, an equation for each node."""
    lines = [Line(0, ["Forward"])]
    results = [box for box in words.graph.boxes if box.kind == "result"]
    lines += [Line(1, [words.forward(box)]) for box in results]
    received = received_by(words)
    if received:
        lines += [Line(0, ["Backward"]), seed(words, 1)]
        order = [*reversed(results), *[b for b in words.graph.boxes if b.kind == "leaf"]]
        lines += [
            equation(words, box.key, received[box.key], 1) for box in order if box.key in received
        ]
    return Explanation(lines)


def gradient_of(node: Node, of: Node, digits: int) -> Explanation:
    """The gradient of one node, or of one entry of it, and of all it is derived from."""
    words = words_of(of, digits)
    keys = {each: key for key, each in words.nodes.items()}
    if node in keys:
        received = received_by(words)
        lines = list(derivation(words, keys[node], received))
        contributions = [edge.contribution for edge in received.get(keys[node], [])]
        return Explanation(lines, total(words, keys[node], received), contributions)
    if node.op is not None and node.op.name == "getitem" and node.args[0] in keys:
        return entry_of(words, keys[node.args[0]], node)
    raise lesson("E03b", source=node)


def derivation(words: Words, key: str, received: dict[str, list[Edge]]) -> Iterator[Line]:
    """The equation of one gradient, and below it those of all gradients that stand in it."""
    told = set()
    waiting = [(key, 0)]
    while waiting:
        key, level = waiting.pop()
        if key in told:
            continue
        told.add(key)
        box = words.boxes[key]
        if key == words.graph.root.key:
            if level == 0:
                yield seed(words, 0)
            continue
        if key not in received:
            yield Line(level, [f"{words.gradient(key)}: nothing flows back to {words.names[key]}"])
            continue
        yield equation(words, key, received[key], level)
        if level == 0:
            yield from [Line(1, [text]) for text in stored(words, box)]
        for edge in {edge.target: edge for edge in received[key][:MOST_TERMS]}.values():
            yield locally(words, edge, level + 1)
        waiting += [(e.target, level + 1) for e in reversed(received[key][:MOST_TERMS])]


def entry_of(words: Words, key: str, picked: Node) -> Explanation:
    """The gradient of one entry of an array: what each entry computed from it sends back.

    The operation's own rule tells: given the gradient 1 at one entry of its result and 0 at all
    others, it returns that entry's derivative by every entry of its input.
    """
    index, received = picked.static["index"], received_by(words).get(key, [])
    name = f"{words.names[key]}{places(words.boxes[key].value, index)}"
    if np.size(picked._data) != 1:
        told = f"{name} has shape {np.shape(picked._data)}: pick one entry"
        return Explanation([Line(0, [told])])
    lines, contributions = [], []
    for edge in received:
        if edge.contribution is None:
            continue
        lines.append(Line(1, [f"through {computed(words, edge)}"]))
        terms = list(entries(words, edge, index))
        for where, incoming, local in terms:
            target = f"{words.names[edge.target]}{where}"
            symbols = f"∂{words.top}/∂{target}·∂{target}/∂{name}"
            product = f"{factor(incoming, words.digits)}×{factor(local, words.digits)}"
            numbers = [product, words.amount(incoming * local)]
            latex = [chain(words.top, target, name), *map(figures, numbers)]
            lines.append(Line(2, [symbols, *numbers], latex))
            contributions.append(incoming * local)
        if not terms:
            share = np.asarray(edge.contribution)[index].item()
            contributions.append(share)
            lines.append(Line(2, [f"all its entries together send {words.amount(share)}"]))
    gradient = float(np.sum(contributions))
    told = f"∂{words.top}/∂{name} = {words.amount(gradient)}, the sum of"
    first = Line(0, [told], [fraction(words.top, name), figures(words.amount(gradient))])
    return Explanation([first, *lines], gradient, contributions)


def entries(words: Words, edge: Edge, index: Any) -> Iterator[tuple[str, float, float]]:
    """For each entry that was computed from the picked one: where, its gradient, the derivative."""
    node = words.nodes[edge.target]
    incoming = np.asarray(edge.incoming)
    if isinstance(node._data, tuple) or incoming.size > MOST_ENTRIES:
        return
    keys = {each: key for key, each in words.nodes.items()}
    assert node.op is not None  # for an edge leads to it
    for place in np.ndindex(incoming.shape):
        unit = np.zeros(incoming.shape, incoming.dtype)
        unit[place] = 1
        g = float(unit) if type(node._data) is float else unit
        flow = edges_into(node, keys, (g, node.op.pull(g, node)))[edge.position]
        local = float(np.asarray(flow.contribution)[index].item())
        if local != 0:
            where = str(list(place)) if place else ""
            yield where, float(incoming[place]), local


def picks_one(node: Node) -> bool:
    """Whether node is one entry of an array."""
    picked = node.op is not None and node.op.name == "getitem"
    return picked and isinstance(node.args[0], Node) and np.size(node._data) == 1


def entry_alone(picked: Node, digits: int) -> Explanation:
    """One entry of an array, and its derivatives by the entries it was computed from."""
    array, index = picked.args[0], picked.static["index"]
    words = words_of(array, digits)
    box, keys = words.graph.root, {node: key for key, node in words.nodes.items()}
    where = places(box.value, index)
    name = f"{words.top}{where}"
    made = f"{words.top} = {words.expression(box)}" if array.op else f"{words.top}, which was given"
    lines = [Line(0, [name, f"{words.amount(picked._data)}, an entry of {made}"])]
    unit = np.zeros(np.shape(array._data), array._data.dtype)
    unit[index] = 1
    shares: dict[Node, Data] = {}
    if array.op is not None and not changed(array):
        for source, share in array.op.pull(unit, array):
            shares[source] = shares[source] + share if source in shares else share
    for source, share in shares.items():
        for at in np.argwhere(np.asarray(share) != 0).tolist():
            below = f"{words.names[keys[source]]}{at or ''}"
            told = words.amount(float(np.asarray(share)[tuple(at)]))
            latex = [fraction(name, below), figures(told)]
            lines.append(Line(1, [f"∂{name}/∂{below}", told], latex))
    gradient = None if array.grad is None else raw(array.grad)[index]
    known = "" if gradient is None else f"{words.top}.grad{where} is {words.amount(gradient)}. "
    ask = f"explain({name}, of=loss)"
    lines.append(Line(0, [f"{known}Where its gradient comes from, a result can tell: {ask}"]))
    return Explanation(lines, gradient)


# ---- where there is no derivation


def alone(node: Node, digits: int) -> Explanation:
    """A leaf knows its gradient, but not what was computed from it."""
    words = words_of(node, digits)
    box, name = words.graph.root, name_of(node) or "this leaf"
    told = f"{name} is a leaf: it was given, as {words.amount(box.value)}, not computed."
    lines = [Line(0, [told])]
    if node.requires_grad:
        gradient = "It has no gradient yet: no backward() has reached it."
        if box.gradient is not None:
            gradient = f"Its gradient is {words.amount(box.gradient)}."
        lines.append(Line(0, [gradient]))
        loss = f"explain({name_of(node) or 'leaf'}, of=loss)"
        lines.append(Line(0, [f"Where a gradient comes from, a result can tell: {loss}"]))
    return Explanation(lines, box.gradient)


def counted(node: Node, nodes: list[Node]) -> Explanation:
    """A graph that is too large to be told: how many nodes of each kind, and how to ask for one."""
    counts = [f"{count:,} {name}" for name, count in census(nodes).items()]
    name = name_of(node) or "loss"
    lines = [Line(0, [f"{name} was computed from {size(nodes):,} boxes: {', '.join(counts)}."])]
    lines.append(Line(0, [f"One gradient at a time can be told: explain(w, of={name})"]))
    return Explanation(lines)


# ---- lines


def received_by(words: Words) -> dict[str, list[Edge]]:
    """The edges through which each box received its gradient, youngest consumer first."""
    received: dict[str, list[Edge]] = {}
    for box in reversed(words.graph.boxes):
        for edge in words.operands[box.key]:
            if edge.incoming is not None:
                received.setdefault(edge.source, []).append(edge)
    return received


def total(words: Words, key: str, received: dict[str, list[Edge]]) -> Data:
    """The gradient of a box: the sum of what it received, as far as that is known."""
    box, edges = words.boxes[key], received.get(key, [])
    if key == words.graph.root.key:
        return root_gradient(words)
    if box.why == "hook" or box.outputs is not None:
        return box.gradient
    if not edges or any(edge.stale for edge in edges):
        return None
    return sum([edge.contribution for edge in edges[1:]], edges[0].contribution)


def root_gradient(words: Words) -> Data:
    """The gradient that the pass started with."""
    edges = words.operands[words.graph.root.key]
    return next((edge.incoming for edge in edges if edge.incoming is not None), None)


def seed(words: Words, level: int) -> Line:
    """∂L/∂L = 1"""
    start = words.amount(root_gradient(words))
    latex = [fraction(words.top, words.top), figures(start)]
    return Line(level, [words.gradient(words.graph.root.key), start], latex)


def equation(words: Words, key: str, edges: list[Edge], level: int) -> Line:
    """∂L/∂a = ∂L/∂d·∂d/∂a + ∂L/∂e·∂e/∂a = 1×5 + 1×3 = 8, of many terms the first."""
    first = edges[:MOST_TERMS]
    parts = words.derivation(key, first, total(words, key, {key: edges}))
    name, names = words.names[key], [words.names[edge.target] for edge in first]
    symbols = " + ".join([chain(words.top, target, name) for target in names])
    latex = [fraction(words.top, name), symbols, *[figures(part) for part in parts[2:]]]
    if len(edges) > MOST_TERMS:
        more = f" + … ({len(edges) - MOST_TERMS} more)"
        parts[1:-1] = [part + more for part in parts[1:-1]]
        latex[1:-1] = [rf"{part} + \dots" for part in latex[1:-1]]
    if words.boxes[key].why == "hook":
        parts[-1] += f" {remark(words.boxes[key])}"
    return Line(level, parts, latex)


def locally(words: Words, edge: Edge, level: int) -> Line:
    """d = a × b, so ∂d/∂a = b = 2"""
    parts = [f"∂{words.names[edge.target]}/∂{words.names[edge.source]}"]
    symbols = words.local(edge)
    parts += [] if symbols is None else [symbols]
    parts += [] if edge.local is None else [words.amount(edge.local)]
    so = f", so {' = '.join(unrepeated(parts))}" if len(parts) > 1 else ""
    return Line(level, [computed(words, edge) + so])


def computed(words: Words, edge: Edge) -> str:
    """d = a × b"""
    return f"{words.names[edge.target]} = {words.expression(words.boxes[edge.target])}"


def stored(words: Words, box: Box) -> list[str]:
    """What the node's own .grad says, where that is something else."""
    name = words.names[box.key]
    if box.why in ("before", "other", "another"):
        return [f"{name}.grad is {words.amount(box.gradient)}: {remark(box)}"]
    if box.gradient is None and words.nodes[box.key].requires_grad:
        return [f"{name}.grad is None: backward() has not run yet"]
    return []


def places(value: Data, index: Any) -> str:
    """[0, 1]: where an entry stands, counted from the beginning."""
    chosen = np.arange(np.size(value)).reshape(np.shape(value))[index]
    if np.size(chosen) != 1:
        return "[…]"
    return str([int(i) for i in np.unravel_index(int(np.ravel(chosen)[0]), np.shape(value))])


# ---- text and formulas


def folded(line: Line) -> str:
    """A line of text, folded at its equals signs, then between words, to the width of a page."""
    indent = " " * min(2 * line.level, DEEPEST)
    text = indent + " = ".join(line.parts)
    if len(text) <= WIDTH:
        return text
    under = indent + " " * min(len(line.parts[0]) + 1, 20) if len(line.parts) > 1 else indent + "  "
    rows = [indent + " = ".join(line.parts[:2])] if len(line.parts) > 1 else [text]
    rows += [f"{under}= {part}" for part in line.parts[2:]]
    found = []
    for row in rows:
        found += wrap(
            row, WIDTH, subsequent_indent=f"{under}  ", drop_whitespace=True,
            break_on_hyphens=False,
        )  # fmt: skip
    return "\n".join(found)


def aligned(lines: list[Line]) -> str:
    """Formulas below each other, their first equals signs aligned, in LaTeX."""
    rows = []
    for line in lines:
        first, *rest = line.latex or []
        rows.append(" &= ".join([first, " = ".join(rest)]))
    body = " \\\\\n".join(rows)
    return f"\\begin{{aligned}}\n{body}\n\\end{{aligned}}" if rows else ""


def chain(top: str, target: str, source: str) -> str:
    """∂L/∂d·∂d/∂a in LaTeX."""
    return rf"{fraction(top, target)}\,{fraction(target, source)}"


def fraction(above: str, below: str) -> str:
    """∂L/∂a in LaTeX."""
    return rf"\frac{{\partial {symbol(above)}}}{{\partial {symbol(below)}}}"


def figures(text: str) -> str:
    """Numbers in LaTeX; what is told in words stays in words."""
    if re.search("[a-z]{3}", text):
        return rf"\text{{{escaped(text)}}}"
    return text.replace("×", r" \cdot ").replace("−", "-").replace("…", r"\dots")


def symbol(name: str) -> str:
    """A name in LaTeX: letters as they are, numbers below them, a word upright."""
    place = ""
    if (found := re.fullmatch(r"(.+?)\[([\d, ]+)\]", name)) is not None:
        name, place = found[1], rf"_{{{found[2].replace(' ', '')}}}"
    if (found := re.fullmatch(r"([A-Za-z]+)([0-9₀-₉]+)", name)) is not None and not place:
        digits = found[2].translate(str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789"))
        name, place = found[1], f"_{{{digits}}}"
    return (name if len(name) == 1 and name.isalpha() else rf"\text{{{escaped(name)}}}") + place


def escaped(text: str) -> str:
    """Text whose signs mean themselves in LaTeX."""
    text = text.replace("\\", r"\textbackslash ")
    return re.sub(r"([#$%&_{}])", r"\\\1", text)
