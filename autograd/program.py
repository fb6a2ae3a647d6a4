"""A trace as the text of a program: forward and backward in straight lines, oldest first.

What is to be computed is known from `simplify.py`. A part that is used in one place only stands
inside the line that uses it, as one would write it by hand.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Sequence
from textwrap import wrap
from typing import Any, NamedTuple

import numpy as np

from .dialects import CONSTANTS, written
from .emit import PRODUCT, Text, constant
from .errors import lesson
from .node import Node
from .ops.random import Random
from .simplify import Graph, is_truth, print_of
from .tracing import Trace, over_batch, part_of_batch

WIDTH, PART = 99, 60  # the longest line, and the longest part of one that has no line of its own
BATCH = (over_batch, part_of_batch)


class Program(NamedTuple):
    """The text, the function that it defines, and that function with NumPy's inf and nan."""

    source: str
    run: Any
    run_with_corners: Any
    forms: list[Any]  # of each output: what makes a float or an array of it
    draws: bool  # whether it draws random numbers
    constants: Any  # a key that is equal for programs with equal constants


def program(trace: Trace, title: str, backend: str, reduce: str) -> Program:
    """The program of a trace. Raises E35 for an operation that has no expression."""
    graph = Graph(trace, reduce)
    writer = Writer(graph, backend)
    source = writer.function(title)
    code = compile(source, f"<compiled {title}>", "exec")
    plain = dict(writer.bound)
    guarded = {**plain, **writer.guarded, "float": np.float64}
    exec(code, plain)
    exec(code, guarded)
    constants = print_of({name: x for name, x in writer.bound.items() if not callable(x)})
    return Program(
        source, plain[writer.title], guarded[writer.title], graph.forms(), bool(graph.random),
        constants,
    )  # fmt: skip


class Writer:
    """Writes the nodes of a graph, one line each or as parts of other lines."""

    def __init__(self, graph: Graph, backend: str) -> None:
        self.graph = graph
        self.trace = graph.trace
        self.backend = backend
        self.bound: dict[str, Any] = dict(CONSTANTS)  # what the names outside of the program mean
        self.guarded: dict[str, Any] = {}  # scalar functions that give inf and nan, not errors
        self.taken: set[str] = {*CONSTANTS, "float", "B"}
        self.texts: dict[Node, Text] = {}
        self.names: dict[Node, str] = {}
        self.parts: dict[Node, set[Node]] = {}  # what stands inside a node's text
        self.home: dict[Node, tuple[str, str]] = {}  # the line a forward node stands in
        self.lines: list[str] = []
        self.above = ""  # the comment that stands above the last line, and holds for it
        self.answers = {node for node in graph.outputs if isinstance(node, Node)}
        self.uses: dict[Node, int] = dict.fromkeys([*graph.inputs, *graph.nodes], 0)
        self.last: dict[Node, Node] = {}  # the youngest node that uses it
        for node in graph.nodes:
            for arg in graph.args[node]:
                if isinstance(arg, Node):
                    self.uses[arg] += 1
                    self.last[arg] = node
        self.finished: dict[Any, Node] = {}  # gradient: the forward node that it belongs to

    # Names.

    def fresh(self, wanted: str) -> str:
        """A name like the wanted one that is not taken."""
        base = re.sub(r"\W", "_", wanted) or "v"
        base = re.sub(r"^([\d_]*\d)_(.+)$", r"\2_\1", base)  # weight_0 for "0.weight"
        base = f"_{base}" if base[0].isdigit() or keyword.iskeyword(base) else base
        name, count = base, 1
        while name in self.taken:
            count += 1
            name = f"{base}_{count}"
        self.taken.add(name)
        return name

    def bind(self, name: str, meaning: Any, guarded: Any = None) -> str:
        """The name of a function or a constant in the program's surroundings."""
        for known, there in self.bound.items():
            if there is meaning:
                return known
        name = self.fresh(name)
        self.bound[name] = meaning
        if guarded is not None:
            self.guarded[name] = lambda *args: np.float64(guarded(*map(float, args)))
        return name

    def called(self, node: Node) -> str | None:
        """The learner's name for a node."""
        return self.trace.names.get(node) or getattr(node, "name", None)

    # Lines.

    def function(self, title: str) -> str:
        """The whole text."""
        self.title = self.fresh(title if title.isidentifier() else "step")
        for node in self.graph.inputs:
            self.names[node] = self.fresh(self.called(node) or f"p{len(self.names)}")
            self.texts[node] = Text(self.names[node])
        self.loss = self.loss_name()
        self.note_finished()
        if any([node in self.graph.batched for node in self.trace.arguments]):
            first = next(x for x in self.trace.arguments if x in self.graph.batched)
            self.lines.append(f"B = len({self.names[first]})  # samples in the batch")
        turned = False
        for node in self.graph.nodes:
            if not turned and self.is_backward(node):
                turned = True
                self.lines += ["", f"# backward: from d{self.loss}/d{self.loss} = 1{self.each()}"]
            self.write(node)
        result = ", ".join(self.returned())
        inputs = ", ".join([self.names[node] for node in self.graph.inputs])
        return "\n".join([
            *wrapped(f"def {self.title}(", inputs, "):", ""),
            *[f"    {line}" if line else "" for line in self.lines],
            *wrapped("    return ", result, "", "    "), "",
        ])  # fmt: skip

    def is_backward(self, node: Node) -> bool:
        """Whether node is of the backward part."""
        return node.born > self.trace.turned and node is not self.graph.outputs[0]

    def each(self) -> str:
        """In a batch: whose gradients these are."""
        return " for each sample" if self.graph.batched else ""

    def loss_name(self) -> str:
        """What the program calls the result."""
        value = self.trace.value
        root = value.args[0] if value.op is over_batch else value
        return self.called(root) or "L"

    def note_finished(self) -> None:
        """Which gradients are complete, and of what."""
        same = self.graph.same
        for node, g in sorted(self.trace.gradients.items(), key=lambda pair: pair[0].born):
            known = node in same and isinstance(g, Node) and isinstance(same.get(g), Node)
            if known and isinstance(same[node], Node) and same[g].born > self.trace.turned:
                self.finished[same[g]] = same[node]

    def write(self, node: Node) -> None:
        """Node's text, and its line unless it becomes part of another one."""
        args = [self.argument(arg, node) for arg in self.graph.args[node]]
        text = self.expression(node, args)
        inside = {node}
        for arg in self.graph.args[node]:
            if isinstance(arg, Node) and arg not in self.names:
                inside |= self.parts.get(arg, set())
        self.parts[node] = inside
        if not self.needs_line(node, text):
            self.texts[node] = text
            return
        self.names[node] = name = self.fresh(self.proposed(node))
        self.texts[node] = Text(name)
        line = f"{name} = {text.text}"
        if node.born < self.trace.turned:
            self.home.update(dict.fromkeys(inside, (name, line)))
        self.put(name, text.text, self.comment(inside))

    def put(self, name: str, text: str, comment: str) -> None:
        """A line, with its comment beside it if there is room, else above it."""
        lines = wrapped(f"{name} = ", text, "", "", room=4)
        if comment and len(lines) == 1 and len(lines[0]) + len(comment) + 6 <= WIDTH:
            self.above = ""
            self.lines.append(f"{lines[0]}  {comment}")
            return
        if comment and comment != self.above:
            self.lines.append(comment)
        self.above = comment
        self.lines += lines

    def comment(self, inside: set[Node]) -> str:
        """Which forward lines the chain rule was applied to, for a line of the backward part."""
        origins = [self.trace.origins.get(node) for node in inside]
        return self.naming([self.graph.same.get(node) for node in origins if node is not None])

    def naming(self, same: Sequence[Any]) -> str:
        """A comment that names the lines of these forward nodes."""
        homes = dict.fromkeys(sorted([self.home[n] for n in same if n in self.home]))
        if not homes:
            return ""
        if len(homes) == 1:
            ((_, line),) = homes
            short = line if len(line) <= 50 else f"{line[:47].rpartition(' ')[0]} ..."
            return f"# from {short}"
        names = [name for name, _ in homes]
        listed = names if len(names) <= 5 else [*names[:4], "..."]
        return f"# from {', '.join(listed)}"

    def needs_line(self, node: Node, text: Text) -> bool:
        """Whether node has a line of its own."""
        if node.op is not None and node.op.name == "transpose" and node not in self.answers:
            return len(text.text) > PART
        if node in self.answers and node.op is not over_batch:
            return True
        if (
            type(node.op) is Random
            or self.uses[node] != 1
            or len(text.text) > PART
            or type(node._data) is tuple
        ):
            return True
        if self.called(node):
            return True
        if node in self.finished:
            return self.finished[node] in self.names
        turned = self.trace.turned
        return node.born < turned < self.last[node].born

    def proposed(self, node: Node) -> str:
        """A name for node's line: the learner's, that of a gradient, or a number."""
        name = self.called(node)
        if name:
            return name
        of = self.finished.get(node)
        if of in self.names:
            return f"d{self.loss}_d{self.names[of]}"
        if node is self.graph.outputs[0]:
            return self.loss
        self.count = getattr(self, "count", 0) + 1
        return f"v{self.count}" if node.born < self.trace.turned else f"g{self.count}"

    def argument(self, arg: Any, node: Node) -> Text:
        """An input of an operation, as text."""
        if not isinstance(arg, Node):
            return self.number(arg, node)
        text = self.texts[arg]
        if arg in self.graph.batched and is_truth(arg) and node.op.name not in ("*", "where"):  # type: ignore[union-attr]
            return Text(f"1 * {text.within(PRODUCT + 1)}", PRODUCT)  # + would mean "or"
        return text

    def number(self, x: Any, node: Node) -> Text:
        """A constant: a number as short as NumPy takes it for the same, an array by a name."""
        if isinstance(x, (np.ndarray, np.generic)):
            others = [a._data for a in self.graph.args[node] if isinstance(a, Node)]
            plain = [getattr(a, "dtype", np.dtype(float)) for a in others]
            if x.ndim or {*plain} != {x.dtype}:
                return Text(self.bind("c", np.asarray(x)))
            x = x.item()
        if type(x) is bool:
            return Text(repr(x))
        if (share := as_share(x)) is not None:
            return share
        return constant(x, {}) if self.is_float(node) else Text(repr(x))

    def is_float(self, node: Node) -> bool:
        """Whether all of node's inputs are floats: then 2 may stand for 2.0."""
        kinds = [getattr(a._data, "dtype", np.dtype(float)).kind for a in self.graph.args[node]
                 if isinstance(a, Node)]  # fmt: skip
        return all([kind == "f" for kind in kinds])

    def expression(self, node: Node, args: list[Text]) -> Text:
        """Node's operation, in the language of what it computes with."""
        batched, mean = node in self.graph.batched, self.graph.reduce == "mean"
        source = self.graph.args[node][0] if node.op in BATCH else None
        each = isinstance(source, Node) and source in self.graph.batched
        if node.op is over_batch:
            whole = args[0].within(5)
            text = f"{whole}.{'mean' if mean else 'sum'}()" if each else f"B * {whole}"
            return Text(text, 5 if each else 2)
        if node.op is part_of_batch:
            share = f"{args[0].within(3)} / B" if mean else args[0].text
            return Text(share, 2 if mean else 0) if each else Text(f"np.full(B, {share})")
        name = node.op.name  # type: ignore[union-attr]
        data = [a._data if isinstance(a, Node) else a for a in self.graph.args[node]]
        floats = all([isinstance(x, (float, int)) for x in [*data, node._data]])
        if self.backend == "python" and not floats:
            raise lesson("E35", what=f"operation {name!r} is on arrays",
                         why='backend="python" computes with floats alone, a graph of Values',
                         fix='compile(fn, ..., backend="numpy")')  # fmt: skip
        if batched and len(self.graph.random) > 1:
            raise lesson("E35", what="there are several random operations in a batch",
                         why="one sample after the other would draw in another order",
                         fix="compile(fn, x) without batch=, on Tensors")  # fmt: skip
        if batched and not floats:
            raise lesson("E35", what=f"operation {name!r} is on arrays",
                         why="batch= makes arrays of one sample's Values; Tensors hold their "
                         "samples in the first axis already",
                         fix="compile(fn, x) without batch=, x with all samples")  # fmt: skip
        return written(node, args, self.bind, floats and not batched)

    def returned(self) -> list[str]:
        """What the program returns: each output by its name."""
        texts = []
        outputs = self.graph.outputs
        leaves = self.leaves()
        for i, node in enumerate(outputs):
            if isinstance(node, Node) and self.texts[node].text not in self.names.values():
                texts.append(self.texts[node].text)  # the mean over a batch
                continue
            if i == 0:
                texts.append(self.names[node] if isinstance(node, Node) else
                             self.number(node, self.trace.value).text)  # fmt: skip
                continue
            if i > len(leaves):  # beside the value
                texts.append(self.names[node] if isinstance(node, Node) else self.literal(node))
                continue
            wanted = f"d{self.loss}_d{self.names[leaves[i - 1]]}"
            if isinstance(node, Node) and self.names[node] == wanted:
                texts.append(wanted)
                continue
            text = self.names[node] if isinstance(node, Node) else self.literal(node)
            name = self.fresh(wanted)
            leaf = leaves[i - 1]
            users = [n for n in self.graph.nodes if any([x is leaf for x in self.graph.args[n]])]
            self.put(name, text, self.naming(users) if isinstance(node, Node) else "")
            texts.append(name)
        return texts

    def literal(self, x: Any) -> str:
        """A constant gradient."""
        return repr(x) if type(x) is float else self.bind("c", np.asarray(x))

    def leaves(self) -> list[Node]:
        """What the gradients among the outputs belong to, in their order."""
        return [*self.trace.wanted, *self.trace.learned]


def as_share(x: Any) -> Text | None:
    """A number such as 0.03125 as what it is, 1 / 32."""
    if type(x) is not float or not 0 < abs(x) < 0.5 or len(repr(x)) < 5:
        return None
    count = round(1 / abs(x))
    return Text(f"{'-' * (x < 0)}1 / {count}", PRODUCT) if abs(x) == 1 / count else None


def wrapped(start: str, inside: str, end: str, indent: str, room: int = 0) -> list[str]:
    """start + inside + end, in brackets over several lines if it is too long for one."""
    whole = f"{start}{inside}{end}"
    if len(whole) + room <= WIDTH:
        return [whole]
    width = WIDTH - room - len(indent) - 4
    middle = wrap(inside, width, break_long_words=False, break_on_hyphens=False)
    opening, closing = (start, end) if start.endswith("(") else (f"{start}(", f"){end}")
    return [opening, *[f"{indent}    {line}" for line in middle], f"{indent}{closing}"]
