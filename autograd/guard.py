"""What a backward pass checks and keeps in order, so that nothing is silently wrong."""

from __future__ import annotations

from sys import getrefcount
from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import lesson
from .state import enable_grad

if TYPE_CHECKING:
    from .node import Node

changes = [0]  # when any node's data was last assigned, on the clock of birth numbers


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
        given = 1.0 if type(data) is float else np.ones(data.shape, data.dtype)
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


def own(leaf: Node) -> Any:
    """The gradient of a leaf as an array of its own: it is the user's, to change in place.

    A rule may pass a gradient on as it is, or as a view. Then several nodes hold one array, which
    the count of references to it tells: one in the leaf, one here, one in the count's argument.
    """
    g = leaf.grad
    if type(g) is np.ndarray and (g.base is not None or getrefcount(g) > 3):
        return g.copy()
    return g


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
