"""A forward and a backward pass as a sequence of steps: what happens, in which order, and why.

    n steps forward    one for each operation: its value, from the values of its operands
    1 step             ∂L/∂L = 1, with which the way back starts
    n steps backward   one for each operation, youngest first: what it sends to each operand

Leaves and constants are given. A node's gradient is the sum of its contributions, and a node passes
it on when all of them are there: "2 of 2".

The two wrong ways that every class meets are really run, on the same graph with the same rules:
`overwriting`, which assigns a contribution where it ought to add it, and `recursion`, which passes
a gradient on at each visit, complete or not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from ..data import raw
from ..guard import total_of
from ..node import Node, history, sweep
from .model import Box, Data, Edge, Graph, edges_into, one_row, read, repeatable
from .words import DIGITS, Words, unrepeated

CHAIN_RULE, OVERWRITING, RECURSION = "chain rule", "overwriting", "recursion"
MOST_CALLS = 200  # naive recursion visits a node once for each path that leads to it


class State(NamedTuple):
    """What is known of a box: "unvisited", "ready" (its value is), "partial" or "complete"."""

    status: str
    gradient: Data = None
    received: int = 0
    expected: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """One step: the box whose turn it is, in the phase "forward", "seed" or "backward".

    sent: the edges that carry a contribution in this step, with their numbers.
    after: the state of each box that the step changes.
    """

    phase: str
    key: str
    sentence: str
    sent: tuple[Edge, ...] = ()
    after: dict[str, State] | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """The steps of one way through a graph.

    calls: how many steps backward the whole way has; more than there are if it was cut.
    """

    name: str
    start: dict[str, State]
    steps: list[Step]
    calls: int

    @property
    def cut(self) -> bool:
        """Whether the way is too long to be gone to its end."""
        return self.calls > sum(step.phase == "backward" for step in self.steps)

    def state(self, k: int) -> dict[str, State]:
        """What is known of every box after the first k steps."""
        now = dict(self.start)
        for step in self.steps[:k]:
            now.update(step.after or {})
        return now


@dataclass(frozen=True, slots=True)
class Story:
    """A graph, what its boxes are called, and the ways through it: the right one first.

    silent: why there is no way back, if there is none.
    """

    graph: Graph
    words: Words
    ways: list[Way]
    silent: str | None


class Visit(NamedTuple):
    """A node passes its gradient on: through which edges, and what each receiver then holds."""

    key: str
    gradient: Data
    edges: list[Edge]
    totals: list[Data]


def story(root: Node, wrong: bool = True, digits: int = DIGITS) -> Story:
    """All steps of the pass from root: the last one, or if there was none the one that would be.

    wrong: go the wrong ways too; not where data changed, hooks wait or an operation has several
    outputs. Writes on no node and calls no hook.
    """
    nodes = history(root)[::-1]
    with np.errstate(all="ignore"):  # backward() has already warned of what is not finite
        graph, silent = with_backward(root, nodes)
        inner = [box for box in graph.boxes if box.kind != "constant"]
        words = Words(graph, dict(zip([box.key for box in inner], nodes, strict=True)), digits)
        ways = [told(CHAIN_RULE, words, chain_rule(words), 0, silent)]
        single = not any(isinstance(node._data, tuple) for node in nodes)
        if wrong and silent is None and single and repeatable(nodes):
            keys = {node: key for key, node in words.nodes.items()}
            start = start_of(root)
            ways.append(told(OVERWRITING, words, overwriting(root, start, keys), 0, None))
            calls = paths_to_results(words)
            ways.append(told(RECURSION, words, recursion(root, start, keys), calls, None))
    return Story(graph, words, ways, silent)


def start_of(root: Node) -> Data:
    """The gradient that the way back starts with."""
    return 1.0 if root.grad is None else raw(root.grad)


def with_backward(root: Node, nodes: list[Node]) -> tuple[Graph, str | None]:
    """The model of root's graph with a backward pass in it, or why there is none."""
    graph = read(root)
    if graph.swept:
        return graph, None
    silent = reason(root, nodes)
    if silent is not None:
        return graph, silent
    keys = dict(zip(nodes, [b.key for b in graph.boxes if b.kind != "constant"], strict=True))
    flows = {node: (g, sent) for node, g, sent in sweep(root) if node.op is not None}
    edges = [edge for node in nodes for edge in edges_into(node, keys, flows.get(node))]
    return replace(graph, edges=edges), None


def reason(root: Node, nodes: list[Node]) -> str | None:
    """Why a sweep from root cannot be shown, if it cannot."""
    if root.op is None or not root.requires_grad:
        return "Nothing here was computed from something that wants a gradient: no way leads back."
    if isinstance(root._data, tuple) or np.size(root._data) != 1:
        return (
            f"The way back starts from a single number, and this has shape {np.shape(root._data)}. "
            "Take its sum or mean, or call backward(gradient) first."
        )
    if not repeatable(nodes):
        return (
            "Data was changed after the forward pass, or a hook waits for the backward pass: what "
            "backward() would find can only be shown after it."
        )
    return None


# ---- the three ways


def chain_rule(words: Words) -> Iterator[Visit]:
    """As `sweep` goes: youngest first, every contribution added, a gradient passed on once."""
    held: dict[str, Data] = {}
    waiting = expected(words.graph)
    for box in reversed(words.graph.boxes):
        if box.kind != "result":
            continue
        edges = [edge for edge in words.operands[box.key] if edge.incoming is not None]
        totals = []
        for edge in edges:
            waiting[edge.source] -= 1
            held[edge.source] = arrived(words, edge, held, waiting[edge.source] == 0)
            totals.append(held[edge.source])
        yield Visit(box.key, edges[0].incoming if edges else None, edges, totals)


def arrived(words: Words, edge: Edge, held: dict[str, Data], last: bool) -> Data:
    """What the source of an edge holds, now that its contribution is there. None: not known."""
    box = words.boxes[edge.source]
    if last and box.why == "hook":
        return box.gradient
    if box.outputs is not None:  # each part fills a place of its own
        onward = [e.incoming for e in words.operands[box.key] if e.incoming is not None]
        return onward[0] if last and onward else None
    if edge.stale:
        return box.gradient if last and box.kind == "result" else None
    if edge.source not in held:
        return edge.contribution
    old = held[edge.source]
    return None if old is None else total_of(old, edge.contribution, False)


def overwriting(root: Node, start: Data, keys: dict[Node, str]) -> Iterator[Visit]:
    """Wrong: youngest first, but a contribution replaces what was there: `=` in place of `+=`."""
    held = {root: start}
    for node in history(root):
        if node.op is None:
            continue
        g = held.get(node)
        sent = () if g is None else node.op.pull(g, node)
        held.update(sent)
        yield visit(node, g, sent, [share for _, share in sent], keys)


def recursion(root: Node, start: Data, keys: dict[Node, str]) -> Iterator[Visit]:
    """Wrong: each node passes on what it holds, then calls itself on each of its inputs.

        def backward(node):
            for source, share in pull(node.grad, node):
                source.grad += share
            for source in node.args:
                backward(source)

    It adds, but does not wait: a node that is used twice is visited twice, the first time with half
    of its gradient, the second time with all of it, so that its inputs receive one half twice.
    """
    held = {root: start}
    calls = [root]
    while calls:
        node = calls.pop()
        if node.op is None:
            continue
        sent, totals = node.op.pull(held[node], node), []
        for source, share in sent:
            held[source] = total_of(held[source], share, False) if source in held else share
            totals.append(held[source])
        yield visit(node, held[node], sent, totals, keys)
        calls += [source for source, _ in reversed(sent)]


def visit(
    node: Node,
    g: Data,
    sent: Sequence[tuple[Node, Data]],
    totals: Sequence[Data],
    keys: dict[Node, str],
) -> Visit:
    """A visit of a wrong way, with its edges as the model has them."""
    edges = edges_into(node, keys, (g, sent)) if sent else []
    flowing = [edge for edge in edges if edge.contribution is not None]
    return Visit(keys[node], one_row(g), flowing, [one_row(total) for total in totals])


def paths_to_results(words: Words) -> int:
    """How many calls naive recursion makes: as many as there are paths from root to operations."""
    count = dict.fromkeys(words.boxes, 0)
    count[words.graph.root.key] = 1
    for box in reversed(words.graph.boxes):
        for edge in words.operands[box.key]:
            if edge.incoming is not None:
                count[edge.source] += count[box.key]
    return sum(count[box.key] for box in words.graph.boxes if box.kind == "result")


def expected(graph: Graph) -> dict[str, int]:
    """How many contributions each box is to receive."""
    counts = dict.fromkeys([box.key for box in graph.boxes], 0)
    for edge in graph.edges:
        counts[edge.source] += edge.incoming is not None
    return counts


# ---- steps from visits


def told(name: str, words: Words, visits: Iterator[Visit], calls: int, silent: str | None) -> Way:
    """The steps of a way: forward, then one for each visit."""
    counts = expected(words.graph)
    start = {
        box.key: State("unvisited" if box.kind == "result" else "ready", None, 0, counts[box.key])
        for box in words.graph.boxes
    }
    steps = [forward(words, box, counts) for box in words.graph.boxes if box.kind == "result"]
    if silent is not None:
        return Way(name, start, steps, 0)
    teller = TELLERS[name](words, counts)
    steps.append(seed(words, words.graph.root))
    for n, each in enumerate(visits):
        if n == MOST_CALLS and calls:
            break
        steps.append(teller.step(each))
    return Way(name, start, steps, calls or sum(step.phase == "backward" for step in steps))


def forward(words: Words, box: Box, counts: dict[str, int]) -> Step:
    """A value is computed."""
    after = {box.key: State("ready", None, 0, counts[box.key])}
    return Step("forward", box.key, words.forward(box), (), after)


def seed(words: Words, root: Box) -> Step:
    """The way back starts."""
    own = f"∂{words.top}/∂{words.top}"
    incoming = next((e.incoming for e in words.operands[root.key] if e.incoming is not None), None)
    if incoming is not None and np.size(incoming) == 1 and np.all(np.asarray(incoming) == 1):
        sentence = f"{own} = 1: the way back starts here."
    else:
        sentence = f"{own} = {words.amount(incoming)}, as it was given: the way back starts here."
    return Step("seed", root.key, sentence, (), {root.key: State("complete", incoming)})


class Teller:
    """Makes a step of each visit of the chain rule, and remembers who has received what."""

    def __init__(self, words: Words, counts: dict[str, int]) -> None:
        self.words, self.counts = words, counts
        self.received: dict[str, list[Edge]] = {key: [] for key in counts}
        self.held: dict[str, Data] = {}

    def step(self, visit: Visit) -> Step:
        """One visit as a step."""
        lines = [self.opening(visit)]
        after = {}
        before = dict(self.held)
        for edge, total in zip(visit.edges, visit.totals, strict=True):
            self.received[edge.source].append(edge)
            self.held[edge.source] = total
            count, all_of_them = len(self.received[edge.source]), self.counts[edge.source]
            status = "partial" if count < all_of_them else "complete"
            after[edge.source] = State(status, total, count, all_of_them)
        lines += [self.line(key, visit, before.get(key)) for key in after]
        sentence = "\n".join([line for line in lines if line])
        return Step("backward", visit.key, sentence, tuple(visit.edges), after)

    def opening(self, visit: Visit) -> str:
        """Who passes on what."""
        name, gradient = self.words.names[visit.key], self.words.gradient(visit.key)
        if not visit.edges:
            return f"{name} passes nothing on."
        count, all_of_them = len(self.received[visit.key]), self.counts[visit.key]
        told = f", {count} of {all_of_them} received" if all_of_them > 1 else ""
        return f"{name} passes on {gradient} = {self.words.amount(visit.gradient)}{told}."

    def line(self, key: str, visit: Visit, before: Data) -> str:
        """What one receiver now holds."""
        edges, all_of_them = self.received[key], self.counts[key]
        sentence = self.words.sentence(key, edges, self.held[key])
        if len(edges) < all_of_them:
            return f"{sentence} so far ({len(edges)} of {all_of_them})"
        return sentence + hooked(self.words, self.words.boxes[key])


def hooked(words: Words, box: Box) -> str:
    """What a hook made of a gradient."""
    return f" after its hook ({words.amount(box.here)} arrived)" if box.why == "hook" else ""


class TellerOfOverwriting(Teller):
    """Tells what `=` does in place of `+=`."""

    def line(self, key: str, visit: Visit, before: Data) -> str:
        """What one receiver now holds, and what was lost."""
        edges = [edge for edge in visit.edges if edge.source == key]
        lost = len(self.received[key]) - 1
        sentence = self.words.sentence(key, edges[-1:], self.held[key])
        if not lost:
            return sentence
        old = edges[-2].contribution if len(edges) > 1 else before
        return f"{sentence}: this replaces {self.words.amount(old)}, which ought to be kept"


class TellerOfRecursion(Teller):
    """Tells what it means not to wait."""

    def opening(self, visit: Visit) -> str:
        """Who passes on what, too early or once too often."""
        name, gradient = self.words.names[visit.key], self.words.amount(visit.gradient)
        count, all_of_them = len(self.received[visit.key]), self.counts[visit.key]
        if count < all_of_them:
            return f"{name} does not wait: it passes on {gradient} after {count} of {all_of_them}."
        if all_of_them > 1 or count > all_of_them:
            return f"{name} passes on all that it holds, {gradient}, though it was visited before."
        return f"{name} passes on {gradient}."

    def line(self, key: str, visit: Visit, before: Data) -> str:
        """What one receiver now holds."""
        edges = [edge for edge in visit.edges if edge.source == key]
        added = " + ".join([self.words.product(edge) for edge in edges])
        old = "" if before is None else f"{self.words.amount(before)} + "
        held = self.words.amount(self.held[key])
        return " = ".join(unrepeated([self.words.gradient(key), f"{old}{added}", held]))


TELLERS: dict[str, Callable[[Words, dict[str, int]], Teller]] = {
    CHAIN_RULE: Teller, OVERWRITING: TellerOfOverwriting, RECURSION: TellerOfRecursion,
}  # fmt: skip
