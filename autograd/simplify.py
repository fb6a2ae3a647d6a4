"""A trace made simple: what a program has to compute, each thing once.

Equal computations become one, constants become their data, operations that change nothing go, and
so does what no output needs. What draws random numbers stays, as often as it was drawn.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .data import shape_of
from .emit import COMPARED, INFIX
from .node import Node, history
from .ops.random import Random
from .tracing import Trace, over_batch, part_of_batch


class Graph:
    """The nodes of a trace that the outputs need, equal ones as one, constants as their data."""

    def __init__(self, trace: Trace, reduce: str) -> None:
        self.trace = trace
        self.reduce = reduce
        self.inputs = dict.fromkeys([*trace.arguments, *trace.captured])
        self.batched = {node for node in trace.batched if node in self.inputs}
        self.random: list[Node] = []
        self.same: dict[Node, Any] = {}
        self.args: dict[Node, tuple[Any, ...]] = {}
        known: dict[Any, Node] = {}
        found = {node for root in [*trace.outputs, *trace.drawn] for node in history(root)}
        for node in sorted([*found, *self.inputs], key=lambda node: node.born):
            if node not in self.same:
                self.same[node] = self.settled(node, known)
        self.outputs = [self.of(node) for node in trace.outputs]
        self.nodes = self.needed()

    def of(self, x: Any) -> Any:
        """What stands for an input of an operation: a node, or the data of a constant."""
        return self.same[x] if isinstance(x, Node) else x

    def settled(self, node: Node, known: dict[Any, Node]) -> Any:
        """What stands for node: itself, an equal node before it, or its data if constant."""
        if node in self.inputs:
            return node
        if node.op is None:
            return node._data
        args = tuple([self.of(arg) for arg in node.args])
        if any([isinstance(arg, Node) and arg in self.batched for arg in args]):
            if node.op is not over_batch:
                self.batched.add(node)
        elif node.op is over_batch and self.reduce == "mean":
            return args[0]
        if node.op is part_of_batch:
            self.batched.add(node)
        elif (
            node.op is not over_batch
            and type(node.op) is not Random
            and not any([isinstance(arg, Node) for arg in args])
        ):
            return node._data
        else:
            args = tuple([lone(arg, node) for arg in args])
            only = self.turned_back(node, args)
            only = neutral(node, args) if only is None else only
            if only is not None:
                return only
        if type(node.op) is Random:
            self.args[node] = args
            self.random.append(node)
            return node
        key = (node.op, print_of(node.static), tuple([print_of(arg) for arg in args]))
        self.args[node] = args
        return known.setdefault(key, node)

    def turned_back(self, node: Node, args: tuple[Any, ...]) -> Any:
        """x, where node is x.T.T."""
        inner = args[0]
        if node.op.name != "transpose" or getattr(inner.op, "name", "") != "transpose":  # type: ignore[union-attr]
            return None
        axes, order = range(np.ndim(node._data)), (inner.static["axes"], node.static["axes"])
        first, second = [tuple(reversed(axes)) if given is None else given for given in order]
        return self.args[inner][0] if [first[i] for i in second] == [*axes] else None

    def forms(self) -> list[Any]:
        """For each output, what makes it the caller's own: a float, or an array."""
        found: list[Any] = []
        given: set[Any] = set(self.inputs)  # arrays that belong to someone already
        for traced, x in zip(self.trace.outputs, self.outputs, strict=True):
            node = x if isinstance(x, Node) else traced
            if node in self.batched:
                found.append(floats)
            elif type(traced._data) is float:
                found.append(float)
            else:
                found.append(np.array if node is not x or node in given else own)
            given.add(node)
        return found

    def needed(self) -> list[Node]:
        """Every node that an output needs, oldest first; what draws random numbers always."""
        found = {node for node in [*self.outputs, *self.random] if isinstance(node, Node)}
        waiting = list(found)
        while waiting:
            for arg in self.args.get(waiting.pop(), ()):
                if isinstance(arg, Node) and arg not in found:
                    found.add(arg)
                    waiting.append(arg)
        return sorted(found - self.inputs.keys(), key=self.turn)

    def turn(self, node: Node) -> float:
        """When a node's turn comes: that of the value, a batch's mean included, before backward."""
        whole = node.op is over_batch and node is self.outputs[0]
        return self.trace.turned + 0.5 if whole else node.born


def floats(x: Any) -> Any:
    """A new array of floats."""
    return np.array(x, float)


def own(x: Any) -> Any:
    """An array that is no view of another one."""
    return x if type(x) is np.ndarray and x.base is None else np.array(x)


def neutral(node: Node, args: tuple[Any, ...]) -> Any:
    """The input that node merely repeats: x * 1, x ** 1, x in the shape and dtype it has."""
    name = node.op.name  # type: ignore[union-attr]
    rest = list(args)
    if name == "*" and len(args) == 2:
        rest = [arg for arg in args if not is_one(arg)]
    elif name in ("**", "/") and is_one(args[1]):
        rest = [args[0]]
    elif name not in ("positive", "reshape", "sum_to", "broadcast_to", "astype"):
        return None
    if len(rest) != 1 or not isinstance(rest[0], Node):
        return None
    if is_truth(rest[0]) and type(rest[0]._data) is float:  # True is no number everywhere
        return None
    before, after = rest[0]._data, node._data
    alike = type(before) is type(after) and shape_of(before) == shape_of(after)
    dtypes = [getattr(data, "dtype", float) for data in (before, after)]
    return rest[0] if alike and dtypes[0] == dtypes[1] else None


def is_truth(x: Any) -> bool:
    """Whether x is the answer of a comparison, or a product of such: True and False in arrays."""
    if not isinstance(x, Node) or x.op is None:
        return False
    name = x.op.name
    return INFIX.get(name) == COMPARED or (name == "*" and all([is_truth(arg) for arg in x.args]))


def lone(x: Any, node: Node) -> Any:
    """A constant array of equal numbers as that one number, where node repeats it by itself."""
    if not isinstance(x, np.ndarray) or not x.ndim or x.dtype.kind != "f" or not x.size:
        return x
    others = [arg for arg in node.args if isinstance(arg, Node) and arg._data is not x]
    same = [shape_of(arg) == shape_of(node) and arg._data.dtype == x.dtype for arg in others]
    infix = node.op.name in ("*", "/", "+", "-")  # type: ignore[union-attr]
    return x.flat[0] if infix and any(same) and (x == x.flat[0]).all() else x


def is_one(x: Any) -> bool:
    """Whether x is the constant 1, a single number."""
    return not isinstance(x, Node) and np.ndim(x) == 0 and bool(x == 1)


def print_of(x: Any) -> Any:
    """A key that is equal for equal constants and for one and the same node."""
    if isinstance(x, Node):
        return x
    if isinstance(x, np.ndarray):
        return (x.shape, x.dtype.str, x.tobytes())
    if isinstance(x, (tuple, list)):
        return tuple([print_of(part) for part in x])
    if isinstance(x, dict):
        return tuple([(key, print_of(part)) for key, part in x.items()])
    return (type(x), repr(x))
