"""What a backward pass checks and keeps in order, so that nothing is silently wrong."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import lesson
from .state import current, enable_grad

if TYPE_CHECKING:
    from .node import Node

clock = count(1).__next__  # birth numbers: a node is always younger than what it was made from
changes = [0]  # when any node's data was last assigned, on that clock


def seed(root: Any, gradient: Any, create_graph: bool) -> Any:
    """The gradient that a sweep starts with: 1 for a single number, else what the caller gives."""
    data = root._data
    if not root.requires_grad:
        raise lesson("E03", root=root, cause=root._mark("untracked") or "it is data, not a result")
    if type(data) is not float and data.dtype.kind != "f":
        raise lesson("E14", dtype=data.dtype)
    if gradient is None:
        if np.size(data) != 1:
            raise lesson("E01", shape=np.shape(data))
        given = 1.0 if type(data) is float else np.array(1.0, data.dtype, ndmin=data.ndim)
    else:
        given = getattr(gradient, "_data", gradient)
        if np.shape(given) != np.shape(data):
            raise lesson("E01b", shape=np.shape(data), given=np.shape(given))
        given = float(given) if type(data) is float else np.array(given, data.dtype)
    if not create_graph:
        return given
    if hasattr(gradient, "_data"):
        return gradient
    return object.__new__(root.faces[type(data)])._leaf(given, False)


def stamp(nodes: Iterable[Node]) -> None:
    """Note that the data of these nodes was assigned just now, for `refuse_changes` to see."""
    changes[0] = now = clock()
    for node in nodes:
        node._rare = {**(node._rare or {}), "changed": now}


def refuse_changes(nodes: list[Node]) -> None:
    """Raise E12 if an input's data was assigned after the operation that used it ran.

    nodes: youngest first. The rules need the old data, of inputs and result alike, so the gradient
    would be silently wrong. Seen is every change made through a node: `t.data = a`, `t += a` inside
    no_grad(), an optimizer's step. Not seen is a write into the array itself, `t.data[0] = 1`, or
    into an array that shares its memory; inside `detect_anomaly()` that is found by checksum.
    """
    for oldest in reversed(nodes):
        if oldest.op is not None:
            break
    if oldest.born > changes[0]:
        return
    for node in nodes:
        for source in (*node.args, node) if node.op is not None else ():
            if (getattr(source, "_rare", None) or {}).get("changed", 0) > node.born:
                raise lesson("E12", source=source, consumer=node)


def refuse_in_trace(node: Node, what: str) -> None:
    """Raise E35t if `compile` is tracing: a number that is read would be the same ever after."""
    if current.get().tracing and (node.op is not None or node.requires_grad or node._mark("input")):
        raise lesson("E35t", node=node, what=what)


def settle(before: list[tuple[Node, Any]], nodes: list[Node], create_graph: bool) -> None:
    """Add what a pass found for each leaf to the gradient that the leaf had before.

    A leaf's gradient is the user's, to change in place. But a rule may pass a gradient on as it
    is, to several inputs even, or as a view: then the leaf receives a copy.
    """
    taken: set[int] = set()
    for leaf, old in before:
        g = leaf.grad
        if old is not None:
            add_to(leaf, old, g, create_graph)
        elif type(g) is np.ndarray:
            taken = taken or {id(node.grad) for node in nodes if node.op is not None}
            if g.base is not None or id(g) in taken:
                leaf.grad = g.copy()
            taken.add(id(g))


def add_to(leaf: Node, old: Any, g: Any, create_graph: bool) -> None:
    """Let a leaf's gradient be what it was before and what a pass found, in one sum."""
    leaf.grad = old if g is None else total_of(old, g, create_graph)
    leaf._note(added_to=id(old))  # an optimizer asks: is it the gradient of its last step?


def after_hooks(node: Any, g: Any) -> Any:
    """A finished gradient, as the node's hooks leave it."""
    for hook in tuple(node._mark("hooks") or ()):
        replaced = hook(g)
        g = g if replaced is None else replaced
    return g


def total_of(x: Any, y: Any, create_graph: bool) -> Any:
    """Two shares of one gradient, added out of place: either may belong to another node too."""
    if create_graph:
        with enable_grad():
            return x + y
    total = x + y
    return total if type(total) is type(x) else np.asarray(total)
