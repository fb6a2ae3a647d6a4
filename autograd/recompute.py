"""checkpoint: remember less going forward, compute it again going backward.

A graph keeps every intermediate result until backward() has used it. `checkpoint(f)` keeps only
what goes into f and what comes out; when the gradient arrives, f runs once more, and its
intermediate results live for that moment alone. A chain of n steps cut into sqrt(n) pieces needs
memory for about 2 sqrt(n) results instead of n, for one more forward pass.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial, wraps
from typing import Any

import numpy as np

from .errors import lesson
from .guard import clock, total_of
from .node import Node, history
from .op import Op, Share
from .parts import Tuple
from .random import replaying, snapshot
from .state import current, is_grad_enabled, switched
from .transforms import shares_before


def checkpoint(f: Callable[..., Any]) -> Callable[..., Any]:
    """f with the same values and gradients, its inside computed again instead of remembered.

    f returns a node, or a tuple of nodes. Gradients reach its arguments, whatever their structure,
    and the parameters it uses. Random numbers drawn from the library's generator, as dropout's, are
    the same the second time; f must do the same in every other respect too (E33 if its result
    differs), so batch statistics that it updates are updated twice.

    >>> from autograd import Value, checkpoint
    >>> x = Value(2.0)
    >>> y = checkpoint(lambda x: (x * x).exp())(x)
    >>> y.backward()
    >>> y.op.name, x.grad == 4 * y.data
    ('checkpoint', True)
    """

    @wraps(f)
    def run(*args: Any, **kwargs: Any) -> Any:
        if not is_grad_enabled():
            return f(*args, **kwargs)
        began, dice, nesting = clock(), snapshot(), current.get().nesting
        result = f(*args, **kwargs)
        roots = result if isinstance(result, tuple) else (result,)
        inputs = tuple(dict.fromkeys([x for root in roots for x in inputs_of(root, began)]))
        if not inputs:
            return result
        op = Recomputed(partial(f, *args, **kwargs), dice, nesting)
        face, data = type(result), getattr(result, "_data", None)
        if isinstance(result, tuple):
            face, data = Tuple, tuple([root._data for root in roots])
        node = object.__new__(face)._result(data, True, op, inputs)
        return tuple(node) if isinstance(result, tuple) else node

    return run


def inputs_of(root: Any, began: int) -> list[Node]:
    """The older nodes that the part of root's graph born since `began` was computed from."""
    if not isinstance(root, Node):
        return []
    inside = [node for node in history(root) if node.born > began]
    sources = [source for node in inside for source in node.args if isinstance(source, Node)]
    return [source for source in sources if source.requires_grad and source.born < began]


class Recomputed(Op):
    """One call of a checkpointed function, as the operation of the node it made.

    dice, nesting: the random numbers and the derivatives it was computed with, and in.
    """

    __slots__ = ("dice", "nesting")

    def __init__(self, call: Callable[[], Any], dice: Any, nesting: int) -> None:
        super().__init__("checkpoint", call)
        self.dice = dice
        self.nesting = nesting

    def pull(self, g: Any, node: Node, create_graph: bool = False) -> Sequence[Share]:
        """What each input receives: f computed again, and a sweep through what that records."""
        began = clock()
        with switched(recording=True, nesting=self.nesting), replaying(self.dice):
            result = self.forward()
        several = isinstance(node, Tuple)
        roots, data = (result, node._data) if several else ((result,), (node._data,))
        found: dict[Node, Any] = {}
        for root, before, share in zip(roots, data, g if several else (g,), strict=True):
            if not np.array_equal(root._data, before, equal_nan=True):
                raise lesson("E33")
            if share is not None and root.requires_grad:
                for source, part in shares_before(began, root, share, create_graph).items():
                    known = source in found
                    found[source] = total_of(found[source], part, create_graph) if known else part
        return [(source, found[source]) for source in node.args if source in found]
