"""The chain rule in words: what every node of a graph is called, and the sentences about it.

Every sentence is made from the model, so it changes with the numbers in the graph. For one number
a gradient is told in the form of the textbook,

    ∂L/∂a = ∂L/∂d·∂d/∂a + ∂L/∂e·∂e/∂a = 1×5 + 1×3 = 8

and for an array by its entries, if they are few, else by its norm.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import count

import numpy as np

from ..emit import SUM, WHOLE, Text, applied, emit, option
from ..local import Elementwise
from ..node import Node
from ..state import enable_grad, tracing
from ..value import Value
from .brief import FEW, norm
from .model import Box, Data, Edge, Graph, is_number, the_number

DIGITS = 4
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
SIGNS = {"*": "×", "-": "−"}


class Words:
    """The names of all boxes of a graph, and sentences about them.

    nodes: the node behind each box that has one. digits: how many a number is written with.
    """

    def __init__(self, graph: Graph, nodes: dict[str, Node], digits: int = DIGITS) -> None:
        self.graph, self.nodes, self.digits = graph, nodes, digits
        self.boxes = {box.key: box for box in graph.boxes}
        self.names = names_of(graph, digits)
        self.top = self.names[graph.root.key]
        self.operands: dict[str, list[Edge]] = {box.key: [] for box in graph.boxes}
        for edge in graph.edges:
            self.operands[edge.target].append(edge)

    def amount(self, data: Data) -> str:
        """Data as text: numbers, or of a large array the norm."""
        return amount(data, self.digits)

    def gradient(self, key: str) -> str:
        """∂L/∂a"""
        return f"∂{self.top}/∂{self.names[key]}"

    def expression(self, box: Box, numbers: bool = False) -> str:
        """What a result was computed by: `a × b`, or with numbers `3 × 2`."""
        node, texts = self.nodes[box.key], []
        for edge in self.operands[box.key]:
            source = self.boxes[edge.source]
            text = self.amount(source.value) if numbers else self.names[source.key]
            texts.append(Text(text, SUM if numbers and text.startswith("−") else WHOLE))
        return pretty(applied(node, texts, {}).text)

    def forward(self, box: Box) -> str:
        """How the value of a result came about: `d = a × b = 3 × 2 = 6`."""
        parts = [self.names[box.key], self.expression(box)]
        sources = [self.boxes[edge.source] for edge in self.operands[box.key]]
        updated = [self.names[source.key] for source in sources if source.updated]
        countable = all(np.size(source.value) <= FEW for source in sources)
        if countable and not updated and box.outputs is None:
            parts.append(self.expression(box, numbers=True))
        last = f"{box.outputs} arrays" if box.outputs is not None else shaped(box.value, self)
        known = f" (before {' and '.join(updated)} changed)" if updated else ""
        return f"{' = '.join(unrepeated([*parts, last]))}{known}"

    def symbols(self, edge: Edge) -> str:
        """∂L/∂d·∂d/∂a: what flows back through an edge."""
        target = self.names[edge.target]
        return f"∂{self.top}/∂{target}·∂{target}/∂{self.names[edge.source]}"

    def product(self, edge: Edge) -> str:
        """1×5: the same in numbers; what cannot be known is "?"."""
        if edge.stale:
            return f"{self.amount(edge.incoming)}×?" if np.size(edge.incoming) == 1 else "?"
        if edge.local is None:
            return self.amount(edge.contribution)
        return f"{factor(edge.incoming, self.digits)}×{factor(edge.local, self.digits)}"

    def local(self, edge: Edge) -> str | None:
        """∂d/∂a as the derivative table has it: `b`. None where it is no expression of names.

        The rule is asked about stand-ins that bear the names; for an array it holds entry by entry.
        """
        node = self.nodes[edge.target]
        if not isinstance(node.op, Elementwise) or node.op.rules[edge.position] is None:
            return None
        args = [
            Value(0.5, name=self.names[operand.source])
            if self.boxes[operand.source].kind != "constant"
            else self.boxes[operand.source].value
            for operand in self.operands[edge.target]
        ]
        with tracing(), enable_grad():
            derivative = node.op.rules[edge.position](
                Value(0.5, name=self.names[edge.target]), *args
            )
        return pretty(emit(derivative)) if isinstance(derivative, Node) else None

    def derivation(self, key: str, edges: Sequence[Edge], total: Data) -> list[str]:
        """The parts of ∂L/∂a = symbols = numbers = total, to be joined by equals signs."""
        parts = [self.gradient(key), " + ".join([self.symbols(edge) for edge in edges])]
        if all(np.size(edge.contribution) <= FEW or edge.stale for edge in edges):
            parts.append(" + ".join([self.product(edge) for edge in edges]))
        elif len(edges) > 1:
            norms = [self.amount(edge.contribution) for edge in edges]
            parts.append(f"a sum of {len(edges)} arrays ({', '.join(norms)})")
        return unrepeated([*parts, "?" if total is None else shaped(total, self)])

    def sentence(self, key: str, edges: Sequence[Edge], total: Data) -> str:
        """∂L/∂a = ∂L/∂d·∂d/∂a + ∂L/∂e·∂e/∂a = 1×5 + 1×3 = 8"""
        return " = ".join(self.derivation(key, edges, total))


def names_of(graph: Graph, digits: int = DIGITS) -> dict[str, str]:
    """A name of its own for every box.

    A constant is called by its number. What has no name is called L if it is the root, else v1, v2
    and so on; of several that have one name the second is called a₂.
    """
    taken = {box.name for box in graph.boxes if box.name}
    found: dict[str, str] = {}
    used: set[str] = set()
    numbered = 0
    for box in graph.boxes:
        if box.kind == "constant":
            found[box.key] = constant(box.value, digits)
            continue
        if box.name:
            name = next(n for n in candidates(box.name) if n not in used)
        elif box is graph.root and "L" not in taken:
            name = "L"
        else:
            numbered += 1
            while f"v{numbered}" in taken:
                numbered += 1
            name = f"v{numbered}"
        used.add(name)
        found[box.key] = name
    return found


def candidates(name: str) -> Iterator[str]:
    """a, a₂, a₃ and so on."""
    yield name
    for n in count(2):
        yield f"{name}{n}".translate(SUBSCRIPTS) if name.isalpha() else f"{name} ({n})"


def constant(value: Data, digits: int) -> str:
    """A constant operand as it stands in an expression."""
    if is_number(value) or 0 < np.size(value) <= FEW:
        return amount(value, digits)
    return option("array", value, {})


def number(x: Data, digits: int = DIGITS) -> str:
    """Some significant digits, with a true minus sign, and none before zero."""
    return f"{the_number(x) + 0.0:.{digits}g}".replace("-", "−")


def factor(x: Data, digits: int = DIGITS) -> str:
    """A number in a product: a negative one stands in brackets."""
    text = number(x, digits)
    return f"({text})" if text.startswith("−") else text


def amount(data: Data, digits: int = DIGITS) -> str:
    """A number, few numbers, the norm of more, or "—" for what is not computed."""
    if data is None:
        return "—"
    if is_number(data):
        return number(data, digits)
    if 0 < np.size(data) <= FEW:
        return f"[{', '.join([amount(row, digits) for row in data])}]"
    return f"norm {number(norm(data), digits)}" if np.size(data) else "[]"


def shaped(data: Data, words: Words) -> str:
    """Data as the end of a sentence: of a large array shape and norm."""
    if np.size(data) <= FEW:
        return words.amount(data)
    return f"array of shape {np.shape(data)}, {words.amount(data)}"


def pretty(expression: str) -> str:
    """Python's signs as mathematics writes them, without options that ask for nothing special."""
    expression = re.sub(r", (axis=None|keepdims=False)", "", expression)
    return re.sub(r" ([*-]) ", lambda found: f" {SIGNS[found[1]]} ", expression)


def unrepeated(parts: list[str]) -> list[str]:
    """The parts of an equation without those that only say again what stands before them."""
    return [part for i, part in enumerate(parts) if i == 0 or part != parts[i - 1]]
