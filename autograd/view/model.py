"""What there is to see of a graph, read once from the record: boxes, edges, contributions.

`read(root)` looks at the nodes in `history(root)` and at the last backward pass from root. Every
node is a box, every operand an edge of its own. Once root has a gradient, an edge also carries what
flowed back through it:

    incoming gradient  x  local derivative  =  contribution

and a node's gradient is the sum of the contributions on the edges that leave it. Nothing here knows
how a picture looks; whatever shows a graph starts from this model.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..data import raw
from ..local import Elementwise
from ..node import Node, history, sweep

Data = Any  # a float or an ndarray; None where there is none


@dataclass(frozen=True, slots=True)
class Box:
    """One node, or one constant operand.

    kind: "result" of an operation, "leaf" that wants a gradient, "data" that does not, "constant".
    gradient: as stored; None before it is computed.
    earlier: the part of the stored gradient that is not from this pass; None where there is none.
    updated: its data was assigned after the graph was computed from it.
    """

    key: str
    kind: str
    name: str | None
    op: str | None
    value: Data
    gradient: Data = None
    earlier: Data = None
    updated: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """One operand of one operation: box `source` is input number `position` of box `target`.

    incoming: the gradient of target. contribution: what source received through this edge.
    local: the number between them; None for arrays, and where there is no such number.
    stale: data was updated since the pass, so local and contribution can no longer be known.
    """

    source: str
    target: str
    position: int
    incoming: Data = None
    local: float | None = None
    contribution: Data = None
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Graph:
    """Boxes, oldest first, and edges, each operation's in the order of its operands."""

    root: Box
    boxes: list[Box]
    edges: list[Edge]

    @property
    def swept(self) -> bool:
        """Whether there is a backward pass to show."""
        return any(edge.incoming is not None for edge in self.edges)


def size(nodes: list[Node]) -> int:
    """How many boxes the nodes of a history make, constants included, without making them."""
    return len(nodes) + sum(not isinstance(arg, Node) for node in nodes for arg in node.args)


def census(nodes: list[Node]) -> dict[str, int]:
    """How many nodes there are of each operation and kind, the most frequent first."""
    return dict(Counter(node.op.name if node.op else kind_of(node) for node in nodes).most_common())


def read(root: Node) -> Graph:
    """The model of the graph of root. Writes on no node."""
    nodes = history(root)[::-1]
    keys = {node: f"n{i}" for i, node in enumerate(nodes)}
    with np.errstate(all="ignore"):  # backward() has already warned of what is not finite
        flows = flows_of(nodes)
        edges = [edge for node in nodes for edge in edges_into(node, keys, flows.get(node))]
        boxes = boxes_of(nodes, keys, edges)
    return Graph(next(box for box in boxes if box.key == keys[root]), boxes, edges)


Flow = tuple[Data, tuple[tuple[Node, Data], ...]]


def flows_of(nodes: list[Node]) -> dict[Node, Flow]:
    """For each operation the last pass went through: its gradient, and what it sent to its inputs.

    nodes: oldest first. A sweep tells, started with the gradient that root was given. It cannot be
    repeated where data was updated since, or where a hook would be called a second time: there each
    operation is asked about the gradient that it has stored.
    """
    root = nodes[-1]
    if root.grad is None or root.op is None or not root.requires_grad:
        return {}
    if any(changed(node) or node._mark("hooks") for node in nodes):
        return {
            node: (raw(node.grad), () if changed(node) else node.op.pull(raw(node.grad), node))
            for node in nodes
            if node.op is not None and node.grad is not None
        }
    swept = sweep(root, raw(root.grad))
    return {node: (g, sent) for node, g, sent in swept if node.op is not None}


def changed(node: Node) -> bool:
    """Whether data that this operation computed with, or its result, was assigned since."""
    return any(
        (seen._mark("changed") or 0) > node.born
        for seen in (node, *node.args)
        if node.op is not None and isinstance(seen, Node)
    )


def edges_into(node: Node, keys: dict[Node, str], flow: Flow | None) -> list[Edge]:
    """One edge for each operand of node, in order, with what flowed back through it."""
    incoming, sent = flow or (None, ())
    waiting = iter([*sent, (None, None)])
    receiver, share = next(waiting)
    stale = flow is not None and changed(node)
    edges = []
    for i, arg in enumerate(node.args):
        source = keys[arg] if isinstance(arg, Node) else f"{keys[node]}_{i}"
        edge = Edge(source, keys[node], i)
        if isinstance(arg, Node) and arg is receiver:
            edge = Edge(source, keys[node], i, incoming, local_of(node, i, incoming, share), share)
            receiver, share = next(waiting)
        elif isinstance(arg, Node) and arg.requires_grad and stale:
            edge = Edge(source, keys[node], i, incoming, stale=True)
        edges.append(edge)
    return edges


def local_of(node: Node, i: int, incoming: Data, share: Data) -> float | None:
    """The local derivative by input i, where incoming, local and contribution are numbers."""
    if not (is_number(incoming) and is_number(share)):
        return None
    if isinstance(node.op, Elementwise):
        local = node.op.local(i, node._data, tuple([raw(arg) for arg in node.args]))
        return float(local) if is_number(local) else None
    return float(share) / float(incoming) if incoming else None


def is_number(data: Data) -> bool:
    """Whether data is one number: a float, or an array without axes."""
    return bool(np.ndim(data) == 0)


def boxes_of(nodes: list[Node], keys: dict[Node, str], edges: list[Edge]) -> list[Box]:
    """A box for each node, and before each operation the boxes of its constants."""
    received: dict[str, list[Edge]] = {}
    for edge in edges:
        if edge.incoming is not None:
            received.setdefault(edge.source, []).append(edge)
    updated = {arg for node in nodes for arg in node.args if is_newer(arg, node)}
    boxes = []
    for node in nodes:
        boxes += [
            Box(f"{keys[node]}_{i}", "constant", None, None, arg)
            for i, arg in enumerate(node.args)
            if not isinstance(arg, Node)
        ]
        gradient, op = raw(node.grad), node.op.name if node.op else None
        earlier = earlier_part(node, received.get(keys[node], []))
        boxes.append(
            Box(
                keys[node], kind_of(node), node._mark("name"), op, node._data, gradient, earlier,
                node in updated,
            )
        )  # fmt: skip
    return boxes


def is_newer(arg: Any, consumer: Node) -> bool:
    """Whether arg is a node whose data was assigned after consumer was computed from it."""
    return isinstance(arg, Node) and (arg._mark("changed") or 0) > consumer.born


def kind_of(node: Node) -> str:
    """What a node is in the picture: "result", "leaf" or "data"."""
    if node.op is not None:
        return "result"
    return "leaf" if node.requires_grad else "data"


def earlier_part(node: Node, received: list[Edge]) -> Data:
    """What the stored gradient holds beyond this pass's contributions; None if nothing.

    A leaf adds up the passes; an inner node may have consumers that root does not know of.
    """
    if node.grad is None or not received or node._mark("hooks"):
        return None
    if any([edge.stale for edge in received]):
        return None
    stored, here = raw(node.grad), sum([edge.contribution for edge in received])
    rounding = 1e-6 * max([np.max(np.abs(edge.contribution), initial=0) for edge in received])
    if np.allclose(stored, here, rtol=1e-6, atol=rounding, equal_nan=True):
        return None
    return stored - here
