"""What a backward pass checks and keeps in order, so that nothing is silently wrong."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import lesson
from .state import enable_grad

if TYPE_CHECKING:
    from .node import Node

clock = count(1).__next__  # birth numbers: a node is always younger than what it was made from
changes = [0]  # when any node's data was last assigned, on that clock


def seed(root: Any, gradient: Any, create_graph: bool) -> Any:
    """The gradient that a sweep starts with: 1 for a single number, else what the caller gives."""
    data = root._data
    if not root.requires_grad:
        raise lesson("E03", root=root)
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
    would be silently wrong.
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


def own(leaves: list[Node], nodes: list[Node]) -> None:
    """Give each leaf its gradient as an array of its own: it is the user's, to change in place.

    A rule may pass a gradient on as it is, to several inputs even, or as a view. Then the leaf
    receives a copy.
    """
    arrays = [leaf for leaf in leaves if type(leaf.grad) is np.ndarray]
    taken = {id(node.grad) for node in nodes if node.op is not None} if arrays else set()
    for leaf in arrays:
        if leaf.grad.base is not None or id(leaf.grad) in taken:
            leaf.grad = leaf.grad.copy()
        taken.add(id(leaf.grad))


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
