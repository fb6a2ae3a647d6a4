"""One run of a function, recorded with its gradients: what `compile` turns into a program.

Going forward the function runs on variables, and going backward on nodes as well, so the gradients
are a graph too, joined to the first one. Everything that the inputs decide is in that record, in
`state.tracing()` comparisons and orders as well, so the record holds for other inputs of the same
shapes. What is not in it, such as the way an `if` took, is as it was in this one run.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from .data import plain, raw, shape_of
from .errors import lesson
from .guard import after_hooks, clock, seed, total_of
from .node import Node, history
from .op import Op
from .state import Tracing, current, switched
from .transforms import untracked, zero_like

# In a batch: what an unbatched node receives from all samples together, and one sample's part.
over_batch = Op("over_batch", lambda x: x)
part_of_batch = Op("part_of_batch", lambda x: x)


class Trace(NamedTuple):
    """A run: nodes from arguments and captured leaves to the value and the gradients.

    turned: the birth number that parts forward (older) from backward (younger).
    origins: for a node of the backward part, the node whose chain rule made it.
    gradients: the finished gradient of every node of the forward part.
    names: what the function calls its nodes. batched: the nodes of which each sample has its own.
    also: what the function returned beside the value. drawn: every random node, oldest first.
    modes: which modules were called, and were they in training?
    """

    arguments: list[Node]
    wanted: list[Node]
    captured: list[Node]
    value: Node
    by_argument: list[Node]
    by_captured: list[Node]
    turned: int
    origins: dict[Node, Node]
    gradients: dict[Node, Any]
    names: dict[Node, str]
    batched: set[Node]
    also: list[Node]
    drawn: list[Node]
    modes: dict[Any, bool]

    @property
    def learned(self) -> list[Node]:
        """The captured leaves that receive a gradient."""
        return [leaf for leaf in self.captured if leaf.requires_grad]

    @property
    def outputs(self) -> list[Node]:
        """The value, the gradients by the arguments and by what is learned, what else there is."""
        return [self.value, *self.by_argument, *self.by_captured, *self.also]


def trace(
    fn: Callable[..., Any], args: Sequence[Any], wanted: Sequence[int], batch: Sequence[int] = ()
) -> Trace:
    """Run fn once on args, and back from its result to the wanted arguments and captured leaves.

    batch: which arguments arrive as one number for each sample.
    Raises E24 and E01g for a result that is not one number, E35 for what cannot be repeated.
    """
    arguments = [variable(arg) for arg in args]
    names = dict(zip(arguments, parameters_of(fn, len(args)), strict=True))
    began, nesting, noted = clock(), current.get().nesting, Tracing()
    with switched(recording=True, tracing=noted, nesting=nesting + 1):
        with noting(fn, names):
            result, *also = results_of(fn(*arguments))
        if not isinstance(result, Node):
            raise lesson("E35", what=f"the function returned {result!r:.60}",
                         why="this is not a node",
                         fix="return loss   computed from the arguments")  # fmt: skip
        also = [node if isinstance(node, Node) else untracked(raw(plain(node))) for node in also]
        captured = captured_by([result, *also], arguments, began)
        batched = batched_by([arguments[i] for i in batch], result)
        turned = clock()
        learned = [leaf for leaf in captured if leaf.requires_grad]
        origins: dict[Node, Node] = {}
        found: dict[Node, Any] = {}
        if wanted or learned:
            if np.size(result._data) != 1:
                raise lesson("E01g", shape=shape_of(result))
            if result.requires_grad:
                found = shares(result, batched, origins, began)
        by_argument = [as_node(found.get(arguments[i]), arguments[i]) for i in wanted]
        by_captured = [as_node(found.get(leaf), leaf) for leaf in learned]
        if batch:
            value = over_batch(result)
            by_argument = [
                part_of_batch(g) if i in batch else g
                for i, g in zip(wanted, by_argument, strict=True)
            ]
        else:
            value = result
    names.update({leaf: name for leaf, name in surroundings(fn).items() if leaf not in names})
    drawn, modes = [*noted.drawn], {module: module.training for module in noted.called}
    noted.drawn.clear()  # a remembered state may hold this record, and is not to hold the graph
    noted.called.clear()
    roots = [value, *by_argument, *by_captured, *also, *drawn]
    captured = captured_by(roots, arguments, began, learned)
    return Trace(
        arguments, [arguments[i] for i in wanted], captured, value, by_argument, by_captured,
        turned, origins, found, names, batched, also, drawn, modes,
    )  # fmt: skip


def results_of(returned: Any) -> tuple[Any, ...]:
    """What a function returned: the number to differentiate, and what it gave beside it."""
    return returned if type(returned) is tuple and returned else (returned,)


def shares(
    result: Node, batched: set[Node], origins: dict[Node, Node], began: int
) -> dict[Node, Any]:
    """The finished gradient of every node, as nodes: a sweep that notes who made what.

    What flows from a batched node into one that all samples share is put together there.
    """
    gradients: dict[Node, Any] = {result: seed(result, None, True)}
    for node in history(result):
        if node not in gradients:
            continue
        g = gradients[node] = after_hooks(node, gradients[node])
        if node.op is None or node.born < began:
            continue
        before = clock()
        sent = node.op.pull(g, node, True)
        for source, share in sent:
            if node in batched and source not in batched:
                share = over_batch(share)
            if source in gradients:
                share = total_of(gradients[source], share, True)
            gradients[source] = share
            note_origin(share, node, before, origins)
    return gradients


def note_origin(share: Any, node: Node, since: int, origins: dict[Node, Node]) -> None:
    """Note for everything that share was made of since then that node's chain rule made it."""
    waiting = [share] if isinstance(share, Node) else [x for x in share if isinstance(x, Node)]
    while waiting:
        made = waiting.pop()
        if made.born > since and made not in origins:
            origins[made] = node
            waiting.extend([x for x in made.args if isinstance(x, Node)])


def captured_by(
    roots: Sequence[Node], arguments: Sequence[Node], began: int, also: Sequence[Node] = ()
) -> list[Node]:
    """The older leaves that the roots were made from, oldest first. Raises E35 for results."""
    found, given = dict.fromkeys(also), set(arguments)
    for root in roots:
        for node in history(root):
            if node.born < began and node not in given:
                if node.op is not None:
                    raise lesson("E35", what=f"{node} was computed before the call",
                                 why="what was recorded before the call is not run again",
                                 fix="compute it inside the function")  # fmt: skip
                found[node] = None
    return sorted(found, key=lambda node: node.born)


def batched_by(first: list[Node], result: Node) -> set[Node]:
    """The nodes that depend on the batched arguments."""
    batched = set(first)
    for node in reversed(history(result)):
        if any([isinstance(x, Node) and x in batched for x in node.args]):
            batched.add(node)
    return batched


def variable(arg: Any) -> Node:
    """An argument as a leaf of the trace; all floats are tracked, so that all are recorded."""
    data = raw(plain(arg))
    node = untracked(data)
    node._note(input=True)
    node.requires_grad = type(node._data) is float or node._data.dtype.kind == "f"
    return node


def as_node(gradient: Any, leaf: Node) -> Node:
    """A gradient as a node; 0 where none arrived."""
    if gradient is None:
        gradient = zero_like(leaf)
    return gradient if isinstance(gradient, Node) else untracked(gradient)


def parameters_of(fn: Callable[..., Any], count: int) -> list[str]:
    """The names of the first `count` parameters."""
    try:
        listed = inspect.signature(fn).parameters.values()
    except (TypeError, ValueError):
        listed = {}.values()
    single = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    names = [parameter.name for parameter in listed if parameter.kind in single][:count]
    return names + [f"x{i}" for i in range(len(names), count)]


@contextmanager
def noting(fn: Callable[..., Any], names: dict[Node, str]) -> Iterator[None]:
    """Note what fn calls its nodes: when it returns, its local variables are read."""
    code = getattr(getattr(fn, "__func__", fn), "__code__", None)

    def watch(frame: Any, event: str, _: Any) -> None:
        if event == "return" and frame.f_code is code:
            for name, entry in frame.f_locals.items():
                add_names(name, entry, names)

    outer = sys.getprofile()
    sys.setprofile(watch)
    try:
        yield
    finally:
        sys.setprofile(outer)


def add_names(name: str, entry: Any, names: dict[Node, str]) -> None:
    """The name of a node, or of the nodes in a list: w is w, or w0, w1 ..."""
    if isinstance(entry, Node):
        names.setdefault(entry, name)
    elif isinstance(entry, (list, tuple)):
        for i, part in enumerate(entry):
            add_names(f"{name}{i}", part, names)


def surroundings(fn: Callable[..., Any]) -> dict[Node, str]:
    """What fn calls the nodes that it takes from around it."""
    names: dict[Node, str] = {}
    known = around(fn)
    modules = {name: found for name, entry in known.items() if (found := parameters_in(entry))}
    for module, parameters in modules.items():
        prefix = f"{module}_" if len(modules) > 1 else ""
        for path, leaf in parameters:
            add_names(f"{prefix}{path.replace('.', '_')}", leaf, names)
    for name, entry in known.items():
        add_names(name, entry, names)
    return names


def parameters_in(entry: Any) -> list[tuple[str, Node]]:
    """A module's parameters by their paths; none in anything else."""
    named = getattr(entry, "named_parameters", None)
    return named() if named and not isinstance(entry, type) else []


def around(fn: Callable[..., Any]) -> dict[str, Any]:
    """The variables that fn takes from around it, and the object whose method it is."""
    found = {"self": getattr(fn, "__self__", fn)}
    if inspect.isfunction(inner := getattr(fn, "__func__", fn)):
        variables = inspect.getclosurevars(inner)
        found |= {**variables.globals, **variables.nonlocals}
    return found
