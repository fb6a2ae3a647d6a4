"""What there is to see of a graph, read once from the record: boxes, edges, contributions.

`read(root)` looks at the nodes in `history(root)` and at the last backward pass from root. Every
node is a box, every operand an edge of its own. Once root has a gradient, an edge also carries what
flowed back through it:

    incoming gradient  x  local derivative  =  contribution

and a node's gradient is the sum of the contributions on the edges that leave it. Nothing here knows
how a picture looks; whatever shows a graph starts from this model.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, NamedTuple

import numpy as np

from ..data import raw
from ..errors import lesson
from ..local import Elementwise
from ..node import Node, history, sweep
from .glance import Glance, glance
from .plain import from_plain, to_plain

Data = Any  # a float or an ndarray; None where there is none
DATA = {"value", "gradient", "here", "incoming", "local", "contribution"}  # fields of that kind
GLANCES = {"value_glance", "gradient_glance"}
ENDS = ("inputs", "outputs")
FORMAT = "chainrule graph"


@dataclass(frozen=True, slots=True)
class Box:
    """One node, or one constant operand.

    kind: "result" of an operation, "leaf" that wants a gradient, "data" that does not, "constant".
    failed: what is said of an operation that raised an error, in lines; its value is NaN.
    gradient: as stored; None before it is computed.
    here: what the pass from root gives it, where that is not the stored gradient; else None.
    why: then the reason. "before": a leaf that an equal pass had reached. "other": a leaf that
    holds something else too. "another": a result that stores another pass's. "hook": a hook came
    after.
    updated: its data was assigned after the graph was computed from it.
    outputs: how many arrays value and gradient hold, in one row; None for a single one.
    scope: the dotted path of the module, or the `scope` blocks, it was made in.
    value_glance, gradient_glance: arrays of two entries or more at a glance; the gradient is the
    one a picture shows, here where why is "another".
    fold: what stands for many nodes, made by `fold.py`: its kind is "module" for those of one
    scope, "group" for others that are alike. It has no value and no gradient of its own.
    """

    key: str
    kind: str
    name: str | None
    op: str | None
    value: Data
    gradient: Data = None
    here: Data = None
    why: str | None = None
    updated: bool = False
    outputs: int | None = None
    scope: str | None = None
    fold: Fold | None = None
    value_glance: Glance | None = None
    gradient_glance: Glance | None = None
    failed: str | None = None


Shapes = tuple[tuple[tuple[int, ...], int], ...]  # (shape, how many arrays have it)


@dataclass(frozen=True, slots=True)
class Fold:
    """What is in a box that stands for many nodes.

    path: the module's dotted path, or the operation all nodes have in common.
    times: of how many separate parts it consists that are alike, such as the calls of a module with
    one sample each; 1 if its parts are not alike.
    operations: how many nodes in it were computed. parameters, constants: how many numbers in it
    learn, and how many are plain operands.
    inputs, outputs: the shapes of the nodes it reads, and of those that are read outside.
    gradient: the norm over all its parameters; without any, over its outputs. None before backward.
    """

    path: str
    times: int
    operations: int
    parameters: int
    constants: int
    inputs: Shapes
    outputs: Shapes
    gradient: float | None


@dataclass(frozen=True, slots=True)
class Edge:
    """One operand of one operation: box `source` is input number `position` of box `target`.

    incoming: the gradient of target. contribution: what source received through this edge.
    local: the number between them; None where these are not single numbers, or none is known.
    stale: data was updated since the pass, so local and contribution can no longer be known.
    count: how many operands a folded edge stands for. Its contributions are summed for each node
    that receives them, and those of several nodes, like the gradients they come from, are one row.
    parts: of how many gradients incoming is the row.
    """

    source: str
    target: str
    position: int
    incoming: Data = None
    local: float | None = None
    contribution: Data = None
    stale: bool = False
    count: int = 1
    parts: int = 1


@dataclass(frozen=True, slots=True)
class Graph:
    """Boxes, oldest first, and edges, each operation's in the order of its operands.

    folded: how many boxes there would be if nothing were folded; 0 where nothing is.
    """

    root: Box
    boxes: list[Box]
    edges: list[Edge]
    folded: int = 0

    @property
    def swept(self) -> bool:
        """Whether there is a backward pass to show."""
        return any(edge.incoming is not None for edge in self.edges)

    @property
    def uses(self) -> Counter[str]:
        """How often each box is an operand, by its key: through so many edges a gradient comes."""
        uses: Counter[str] = Counter()
        for edge in self.edges:
            uses[edge.source] += edge.count
        return uses

    def to_json(self) -> str:
        """The model as JSON text, from which `from_json` makes the same model again, bit for bit.

            {"format": "chainrule graph", "version": 1, "root": "n5", "folded": 0,
             "boxes": [{"key": "n0", "kind": "leaf", "name": "a", "value": 3.0, ...}, ...],
             "edges": [{"source": "n0", "target": "n3", "position": 0, "local": 2.0, ...}, ...]}

        Boxes and edges have the fields of `Box` and `Edge`; what is at its default is left out.
        Numbers are numbers, those that are not finite are "NaN", "Infinity" and "-Infinity", and an
        array is {"dtype": "float64", "shape": [2, 3], "data": [six numbers, row by row]}.
        """
        return json.dumps(
            {
                "format": FORMAT, "version": 1, "root": self.root.key, "folded": self.folded,
                "boxes": [written(box) for box in self.boxes],
                "edges": [written(edge) for edge in self.edges],
            },
            ensure_ascii=False, allow_nan=False,
        )  # fmt: skip

    @classmethod
    def from_json(cls, text: str) -> Graph:
        """The model that `to_json` wrote. Raises E26j for any other text."""
        try:
            held = json.loads(text)
            if (held["format"], held["version"]) != (FORMAT, 1):
                raise ValueError("it is of another format")
            boxes = {entry["key"]: Box(**understood(entry)) for entry in held["boxes"]}
            edges = [Edge(**understood(entry)) for entry in held["edges"]]
            return cls(boxes[held["root"]], list(boxes.values()), edges, held["folded"])
        except (ValueError, TypeError, KeyError) as error:
            raise lesson("E26j", what=f"{type(error).__name__}: {error}") from None


def written(part: Box | Edge) -> dict[str, Any]:
    """A box or an edge as JSON holds it: the fields that differ from their defaults."""
    held = {entry.name: getattr(part, entry.name) for entry in fields(part)}
    defaults = {entry.name: entry.default for entry in fields(part)}
    told = {name: data for name, data in held.items() if data is not defaults[name]}
    if "fold" in told:
        fold = asdict(told["fold"])
        told["fold"] = {**fold, "gradient": to_plain(fold["gradient"])}
    for name in GLANCES & told.keys():
        told[name] = {what: to_plain(held) for what, held in asdict(told[name]).items()}
    return {name: to_plain(data) if name in DATA else data for name, data in told.items()}


def understood(entry: dict[str, Any]) -> dict[str, Any]:
    """The arguments of a Box or an Edge, from what `written` made of it."""
    told = {name: from_plain(data) if name in DATA else data for name, data in entry.items()}
    if "fold" in told:
        fold = {**told["fold"]}
        ends = {end: tuple((tuple(shape), n) for shape, n in fold[end]) for end in ENDS}
        told["fold"] = Fold(**{**fold, **ends, "gradient": from_plain(fold["gradient"])})
    for name in GLANCES & told.keys():
        seen = {what: from_plain(held) for what, held in told[name].items()}
        places = {what: tuple(seen[what]) for what in ("rows", "columns")}
        told[name] = Glance(**{**seen, **places})
    return told


def size(nodes: list[Node]) -> int:
    """How many boxes the nodes of a history make, constants included, without making them."""
    return len(nodes) + sum(not isinstance(arg, Node) for node in nodes for arg in node.args)


def census(nodes: list[Node]) -> dict[str, int]:
    """How many nodes there are of each operation and kind, the most frequent first."""
    return dict(Counter(node.op.name if node.op else kind_of(node) for node in nodes).most_common())


def read(root: Node) -> Graph:
    """The model of the graph of root, nothing folded. Writes on no node."""
    nodes = history(root)[::-1]
    keys = {node: f"n{i}" for i, node in enumerate(nodes)}
    with np.errstate(all="ignore"):  # backward() has already warned of what is not finite
        flows = flows_of(nodes)
        edges = [edge for node in nodes for edge in edges_into(node, keys, flows.get(node))]
        boxes = boxes_of(nodes, keys, edges, updated_in(nodes))
    return Graph(next(box for box in boxes if box.key == keys[root]), boxes, edges)


Flow = tuple[Data, Sequence[tuple[Node, Data]]]


def flows_of(nodes: list[Node]) -> dict[Node, Flow]:
    """For each operation the last pass went through: its gradient, and what it sent to its inputs.

    nodes: oldest first. A sweep tells, started with the gradient that root was given. It cannot be
    repeated where data was updated since, or where a hook would be called a second time: there each
    operation is asked about the gradient that it has stored.
    """
    root = nodes[-1]
    if root.grad is None or root.op is None or not root.requires_grad:
        return {}
    if not repeatable(nodes):
        return {
            node: (raw(node.grad), () if changed(node) else node.op.pull(raw(node.grad), node))
            for node in nodes
            if node.op is not None and node.grad is not None
        }
    swept = sweep(root, raw(root.grad))
    return {node: (g, sent) for node, g, sent in swept if node.op is not None}


def repeatable(nodes: list[Node]) -> bool:
    """Whether a sweep from the youngest of nodes would find again what the pass found."""
    if isinstance(nodes[-1]._data, tuple):  # a sweep starts from one gradient
        return False
    return not any(changed(node) or node._mark("hooks") for node in nodes)


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
    incoming = one_row(incoming)
    waiting = iter([*[(source, one_row(share)) for source, share in sent], (None, None)])
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
    if np.size(incoming) != 1 or np.size(share) != 1:
        return None
    if isinstance(node.op, Elementwise):
        local = node.op.local(i, node._data, tuple([raw(arg) for arg in node.args]))
        return the_number(local) if np.size(local) == 1 else None
    return the_number(share) / the_number(incoming) if the_number(incoming) else None


def the_number(data: Data) -> float:
    """The only entry of data."""
    return float(np.asarray(data).item())


def one_row(data: Any) -> Data:
    """What an operation with several outputs holds or receives, as one row; other data as it is."""
    if not isinstance(data, tuple):
        return data
    return np.concatenate([np.ravel(raw(part)) for part in data if part is not None])


def kept(data: Data) -> Data:
    """Data as it is now: optimizers update arrays in place, and the model is not to change then."""
    return data.copy() if isinstance(data, np.ndarray) else data


def is_number(data: Data) -> bool:
    """Whether data is one number: a float, or an array without axes."""
    return bool(np.ndim(data) == 0)


def boxes_of(
    nodes: list[Node], keys: dict[Node, str], edges: list[Edge], updated: set[Node]
) -> list[Box]:
    """A box for each node, and before each operation the boxes of its constants."""
    remarks = remarks_on(nodes, keys, edges)
    boxes = []
    for node in nodes:
        boxes += [
            Box(f"{keys[node]}_{i}", "constant", None, None, kept(arg))
            for i, arg in enumerate(node.args)
            if not isinstance(arg, Node)
        ]
        op = printable(node.op.name) if node.op is not None else None
        here, why = remarks.get(node, (None, None))
        failed = node._mark("failed")
        value, gradient = kept(one_row(node._data)), kept(one_row(raw(node.grad)))
        outputs = len(node._data) if isinstance(node._data, tuple) else None
        shown = (value, here if why == "another" else gradient) if outputs is None else (None, None)
        boxes.append(
            Box(
                keys[node], kind_of(node), name_of(node), op, value, gradient, here, why,
                node in updated, outputs, scope_of(node), None, glance(shown[0]), glance(shown[1]),
                failed,
            )
        )  # fmt: skip
    return boxes


def name_of(node: Node) -> str | None:
    """The node's name as pictures can show it."""
    name = node._mark("name")
    return None if name is None else printable(name)


def scope_of(node: Node) -> str | None:
    """The dotted path of the scope the node was made in, as pictures can show it."""
    scope = node._mark("scope")
    return None if scope is None else printable(scope)


def printable(name: Any) -> str:
    """Any name as text, its unprintable characters (NUL, line ends) replaced."""
    text = str(name)
    if text.isprintable():
        return text
    return "".join([c if c.isprintable() else "\ufffd" for c in text])


def updated_in(nodes: list[Node]) -> set[Node]:
    """The nodes whose data was assigned after something was computed from them."""
    return {arg for node in nodes for arg in node.args if is_newer(arg, node)}


def is_newer(arg: Any, consumer: Node) -> bool:
    """Whether arg is a node whose data was assigned after consumer was computed from it."""
    return isinstance(arg, Node) and (arg._mark("changed") or 0) > consumer.born


def kind_of(node: Node) -> str:
    """What a node is in the picture: "result", "leaf" or "data"."""
    if node.op is not None:
        return "result"
    return "leaf" if node.requires_grad else "data"


def remarks_on(
    nodes: list[Node], keys: dict[Node, str], edges: list[Edge]
) -> dict[Node, tuple[Data, str]]:
    """Where the stored gradient is not what arrives in the pass from root: what does, and why.

    A result stores the last pass through it. A leaf adds passes up and forgets their order, so
    "before" is said only if every leaf holds exactly twice what this pass gives.
    """
    arrived = arrivals(nodes, keys, edges)
    apart = {node: here for node, here in arrived.items() if not alike(raw(node.grad), here)}
    hooked = {node for node in apart if node._mark("hooks")}
    mixed = any(node.op is not None and node not in hooked for node in apart)
    leaves = [node for node in arrived if node.op is None and node not in hooked]
    twice = not mixed and all(alike(raw(leaf.grad) / 2, arrived[leaf]) for leaf in leaves)
    trusted = not mixed or repeatable(nodes)
    remarks = {}
    for node, here in apart.items():
        if node in hooked:
            remarks[node] = (here.total, "hook")
        elif trusted and node.op is not None:
            remarks[node] = (here.total, "another")
        elif trusted:
            remarks[node] = (here.total, "before" if twice else "other")
    return remarks


class Arrival(NamedTuple):
    """The sum of the contributions to a node, and how far rounding may have moved it."""

    total: Data
    rounding: float


def arrivals(nodes: list[Node], keys: dict[Node, str], edges: list[Edge]) -> dict[Node, Arrival]:
    """What each node with a gradient receives, where all of it is known."""
    received: dict[str, list[Edge]] = {}
    for edge in edges:
        if edge.incoming is not None:
            received.setdefault(edge.source, []).append(edge)
    arrived = {}
    for node in nodes:
        to_it = received.get(keys[node], [])
        if not to_it or any([edge.stale for edge in to_it]) or isinstance(node._data, tuple):
            continue
        total = sum([edge.contribution for edge in to_it])
        largest = max([np.max(np.abs(edge.contribution), initial=0) for edge in to_it])
        if node.grad is not None and np.shape(raw(node.grad)) == np.shape(total):
            arrived[node] = Arrival(total, 1e-6 * largest)
    return arrived


def alike(gradient: Data, here: Arrival) -> bool:
    """Whether gradient is, but for rounding, what arrived."""
    return np.allclose(gradient, here.total, rtol=1e-6, atol=here.rounding, equal_nan=True)
