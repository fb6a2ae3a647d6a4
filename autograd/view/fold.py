"""The model of a large graph, in which one box can stand for many nodes.

`fold(root)` gives the same kind of Graph as `read(root)`. Nodes that share a box (see `plan.py`)
are counted in it; what flows between two boxes is summed up in one edge. Every edge leads from a
box to a box, none from a box to itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..data import raw, shape_of
from ..node import Node, history
from .model import (
    Box,
    Data,
    Edge,
    Flow,
    Fold,
    Graph,
    Shapes,
    boxes_of,
    changed,
    edges_into,
    flows_of,
    one_row,
    read,
    scope_of,
    size,
    updated_in,
)
from .plan import Group, Plan, Wish, plan


def fold(
    root: Node,
    max_nodes: int = 300,
    expand: Sequence[str] = (),
    collapse: Sequence[str] = (),
    depth: int | None = None,
) -> Graph:
    """The model of the graph of root, folded to at most max_nodes boxes as far as that can be done.

    expand, collapse: paths of modules to open and to close, such as "MLP.layers.0".
    depth: how many levels of modules to open; 0 leaves the outermost closed. None opens as many as
    are seen at a glance.
    """
    nodes = history(root)[::-1]
    found = plan(nodes, max_nodes, Wish(paths(expand), paths(collapse), depth))
    return folded(nodes, found) if found else read(root)


def paths(given: Sequence[str]) -> tuple[str, ...]:
    """Several paths; one may be given without a list around it."""
    return (given,) if isinstance(given, str) else tuple(given)


def folded(nodes: list[Node], found: Plan) -> Graph:
    """The graph of nodes, oldest first, in which those of a group in found share a box."""
    keys = {node: f"n{i}" for i, node in enumerate(nodes)}
    members: dict[Group, list[Node]] = {}
    for node in nodes:
        if node in found:
            members.setdefault(found[node], []).append(node)
    names = {group: f"f{i}" for i, group in enumerate(members)}
    at = {node: names[found[node]] if node in found else key for node, key in keys.items()}
    alone = [node for node in nodes if node not in found]
    near = [node for node in nodes if any(end not in found for end in (node, *sources(node)))]
    with np.errstate(all="ignore"):  # backward() has already warned of what is not finite
        flows = flows_of(nodes)
        edges = [edge for node in near for edge in edges_into(node, keys, flows.get(node))]
        boxes = boxes_of(alone, keys, edges, updated_in(nodes))
        bundles = bundles_of(nodes, found, at, flows)
        boxes += [box_of(names[group], group, members[group], bundles) for group in members]
    kept = {box.key for box in boxes}
    edges = [edge for edge in edges if edge.source in kept and edge.target in kept]
    edges += [bundle.edge(*ends) for ends, bundle in bundles.items()]
    age = {keys[node]: i for i, node in enumerate(nodes)}
    age |= {names[group]: age[keys[inside[0]]] for group, inside in members.items()}
    boxes.sort(key=lambda box: age[box.key.partition("_")[0]])  # constants with their operation
    edges.sort(key=lambda edge: (age[edge.target], edge.position))
    root = next(box for box in boxes if box.key == keys[nodes[-1]])
    return Graph(root, boxes, edges, size(nodes))


def sources(node: Node) -> list[Node]:
    """The operands that are nodes."""
    return [arg for arg in node.args if isinstance(arg, Node)]


@dataclass(slots=True)
class Bundle:
    """All operands that lead from one box to another, at least one of them a fold.

    sources, targets: the nodes at their ends; for sources, the sum of what each receives, and for
    targets, the gradient it comes from. Both are None where no gradient flows.
    """

    position: int
    count: int = 0
    sources: dict[Node, Data] = field(default_factory=dict)
    targets: dict[Node, Data] = field(default_factory=dict)
    stale: bool = False

    def edge(self, source: str, target: str) -> Edge:
        """The bundle as one edge."""
        contribution = in_a_row(self.sources.values())
        flows = contribution is not None or self.stale
        gradients = [g for g in self.targets.values() if g is not None] if flows else []
        return Edge(
            source, target, self.position, in_a_row(gradients), None,
            None if self.stale else contribution, self.stale, self.count, max(len(gradients), 1),
        )  # fmt: skip


Bundles = dict[tuple[str, str], Bundle]


def bundles_of(
    nodes: list[Node], found: Plan, at: dict[Node, str], flows: dict[Node, Flow]
) -> Bundles:
    """What leads from box to box, where a fold is at one end or at both.

    at: the key of each node's box.
    """
    bundles: Bundles = {}
    for node in nodes:
        target = at[node]
        incoming, sent = flows.get(node, (None, ()))
        stale = node in flows and changed(node)
        for position, arg in enumerate(node.args):
            if not isinstance(arg, Node) or at[arg] == target:
                continue
            if node not in found and arg not in found:
                continue
            bundle = bundles.setdefault((at[arg], target), Bundle(position))
            bundle.count += 1
            bundle.sources.setdefault(arg)
            bundle.targets.setdefault(node)
            if stale and arg.requires_grad:
                bundle.targets[node], bundle.stale = one_row(incoming), True
        for receiver, share in sent:
            if (at[receiver], target) in bundles:
                bundle = bundles[at[receiver], target]
                known, row = bundle.sources[receiver], one_row(share)
                bundle.sources[receiver] = row if known is None else known + row
                bundle.targets[node] = one_row(incoming)
    return bundles


def in_a_row(parts: Iterable[Data]) -> Data:
    """The only part there is; of several one row of all their entries, None if there is none."""
    known = [part for part in parts if part is not None]
    if len(known) < 2:
        return known[0] if known else None
    return np.concatenate([np.ravel(part) for part in known])


def box_of(key: str, group: Group, inside: list[Node], bundles: Bundles) -> Box:
    """The box of a group, and what is to be known of the nodes in it."""
    outputs = [node for ends, flow in bundles.items() if ends[0] == key for node in flow.sources]
    inputs = [node for ends, flow in bundles.items() if ends[1] == key for node in flow.sources]
    computed = [node for node in inside if node.op is not None]
    learning = [node for node in inside if node.op is None and node.requires_grad]
    plain = [arg for node in computed for arg in node.args if not isinstance(arg, Node)]
    fold = Fold(
        path=group.name,
        times=parts(computed, group) if group.kind == "module" else len(computed or inside),
        operations=len(computed),
        parameters=sum(int(np.size(node._data)) for node in learning),
        constants=sum(int(np.size(arg)) for arg in plain),
        inputs=shapes_of(inputs),
        outputs=shapes_of(outputs),
        gradient=length_of(learning or outputs),
    )
    return Box(key, group.kind, None, None, None, fold=fold)


def parts(computed: list[Node], group: Group) -> int:
    """Into how many parts without a connection the nodes fall, if these are alike; otherwise 1.

    Neighbours in a row of identical modules are parts of their own, connected or not.
    """
    part: dict[Node, Node] = {
        node: node for node in computed
    }  # from each a way to its part's first

    def first(node: Node) -> Node:
        while part[node] is not node:
            part[node] = node = part[part[node]]
        return node

    for node in computed:
        for arg in sources(node):
            if arg in part and neighbour(arg, group) == neighbour(node, group):
                part[first(arg)] = first(node)
    made: dict[Node, Counter[Any]] = {}
    for node in computed:
        made.setdefault(first(node), Counter())[node.op, shape_of(node._data)] += 1
    one, *others = made.values()
    return len(made) if all(other == one for other in others) else 1


def neighbour(node: Node, group: Group) -> str:
    """Which of the identical modules in a row the node is in."""
    scope = scope_of(node) if group.row else None
    return scope.removeprefix(group.row).partition(".")[0] if scope else ""


def shapes_of(nodes: list[Node]) -> Shapes:
    """The shapes of nodes, each node counted once, and how many have each."""
    return tuple(Counter(shape_of(node._data) for node in dict.fromkeys(nodes)).items())


def length_of(nodes: list[Node]) -> float | None:
    """The norm of all stored gradients as one vector; None if there are none."""
    grads = in_a_row([one_row(raw(node.grad)) for node in dict.fromkeys(nodes)])
    return None if grads is None else float(np.linalg.norm(np.ravel(grads).astype(float)))
