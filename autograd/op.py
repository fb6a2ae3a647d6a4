"""Operations: called on plain data they compute; called on nodes they compute and record.

An operation is a forward function and one derivative rule for each input. A rule sees only the
incoming gradient g, the output z, the inputs and the static arguments, and it is written with
arithmetic operators and other operations. So the same rule runs on floats and arrays (nothing is
recorded: fast) and on nodes (`create_graph=True`: the gradient is itself a graph).

- `Op`: structural operations. Input i receives `rules[i](g, z, *inputs, **static)`.
- `NaryOp`: any number of inputs and one rule for all: `rule(g, z, inputs, i, **static)`.
- `Elementwise`: a line of a calculus table. Its rules are the local derivatives dz/dx and dz/dy;
  the engine multiplies them by g.

A rule is evaluated only for an input that wants a gradient. What broadcasting repeated is summed
again in one place: `fit`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .errors import lesson
from .node import Node
from .state import current, enable_grad

Rule = Callable[..., Any]
Share = tuple[Node, Any]

new = object.__new__
state = current.get
PLAIN = frozenset([float, int, bool, np.ndarray])
CORNER = (ZeroDivisionError, OverflowError, ValueError)  # where floats raise, NumPy gives inf, nan


class Op:
    """An operation whose rules return what each input receives.

    name: how messages and pictures call it.
    forward: from plain data to plain data.
    rules: one for each input; None where an input has no derivative, such as a condition.
    """

    __slots__ = ("forward", "name", "rules")

    def __init__(self, name: str, forward: Callable[..., Any], *rules: Rule | None) -> None:
        self.name = name
        self.forward = forward
        self.rules = rules

    def __repr__(self) -> str:
        return f"<op {self.name}>"

    def __call__(self, *args: Any, **static: Any) -> Any:
        args = tuple([plain(arg) for arg in args])
        data = self.forward(*[raw(arg) for arg in args], **static)
        return self.record(data, args, static)

    def record(self, data: Any, args: tuple[Any, ...], static: dict[str, Any] | None = None) -> Any:
        """Wrap data as a node that remembers args, if one of them asks for a gradient.

        From Values one number is a Value; everything else is a Tensor. With no node among the
        inputs the data is returned as it is.
        """
        nodes = [arg for arg in args if isinstance(arg, Node)]
        if not nodes:
            return data
        if type(data) not in Node.faces:
            single = np.ndim(data) == 0 and all([type(node._data) is float for node in nodes])
            data = float(data) if single else np.asarray(data)
        tracked = any([node.requires_grad for node in nodes])
        x, y = args if len(args) == 2 else (args[0] if len(args) == 1 else args, None)
        return remember(data, tracked, self, x, y, static)

    def pull(self, g: Any, node: Node, create_graph: bool = False) -> tuple[Share, ...]:
        """What each input of node receives when node's gradient is g: ((input, share), ...)."""
        if create_graph:
            with enable_grad():
                return self.shares(g, node, node, node.args)
        return self.shares(g, node, node._data, tuple([raw(arg) for arg in node.args]))

    def shares(self, g: Any, node: Node, z: Any, args: tuple[Any, ...]) -> tuple[Share, ...]:
        """`pull`, told whether the rules run on nodes or on plain data: z and args are either."""
        static = node.static
        sent = []
        for i, source in enumerate(node.args):
            if isinstance(source, Node) and source.requires_grad:
                share = self.share(i, g, z, args, static)
                if share is not None:
                    sent.append((source, fit(share, source._data)))
        return tuple(sent)

    def share(self, i: int, g: Any, z: Any, args: tuple[Any, ...], static: dict[str, Any]) -> Any:
        """What input i receives: its rule, applied to the incoming gradient g."""
        if i >= len(self.rules):
            raise TypeError(f"operation {self.name!r} has no derivative rule for its input {i}")
        rule = self.rules[i]
        return None if rule is None else rule(g, z, *args, **static)


class NaryOp(Op):
    """An operation on any number of inputs, with one rule for all: `rule(g, z, inputs, i)`."""

    __slots__ = ()

    def share(self, i: int, g: Any, z: Any, args: tuple[Any, ...], static: dict[str, Any]) -> Any:
        """What input i receives: the one rule, told which input is meant."""
        rule = self.rules[0]
        return None if rule is None else rule(g, z, args, i, **static)


class Elementwise(Op):
    """An operation on numbers, given by its local derivatives; on arrays, entry by entry.

    forward: the NumPy ufunc.
    scalar: its twin on Python floats, several times faster than a ufunc on one number.
    rules: dz/dx and dz/dy as functions of (z, x, y), or numbers where they are constant.
    """

    __slots__ = ("scalar",)

    def __init__(
        self, name: str, forward: Callable[..., Any], scalar: Callable[..., Any], *rules: Any
    ) -> None:
        super().__init__(name, forward, *[r if callable(r) else constant(r) for r in rules])
        self.scalar = scalar

    def on_floats(self, *args: float) -> float:
        """The scalar twin with NumPy's manners: inf or nan where Python's floats raise."""
        try:
            return self.scalar(*args)  # type: ignore[no-any-return]
        except CORNER:
            with np.errstate(all="ignore"):
                return float(self.forward(*[np.float64(arg) for arg in args]))

    def local(self, i: int, z: Any, args: tuple[Any, ...]) -> Any:
        """The local derivative dz/d(input i)."""
        rule: Any = self.rules[i]
        if type(z) is not float:
            return rule(z, *args)
        try:
            return rule(z, *args)
        except CORNER:
            with np.errstate(all="ignore"):
                return float(rule(np.float64(z), *[np.float64(arg) for arg in args]))

    def share(self, i: int, g: Any, z: Any, args: tuple[Any, ...], static: dict[str, Any]) -> Any:
        """What input i receives: the chain rule, incoming gradient times local derivative."""
        return g if self.rules[i] is one else g * self.local(i, z, args)

    def pull(self, g: Any, node: Node, create_graph: bool = False) -> tuple[Share, ...]:
        """`Op.pull`, written out for Values, where every function call would be felt."""
        z = node._data
        if create_graph or type(z) is not float:
            return super().pull(g, node, create_graph)
        x, y, rules = node._x, node._y, self.rules
        try:
            if y is None:
                return ((x, g * rules[0](z, x._data)),)
            a = x._data if isinstance(x, Node) else x
            b = y._data if isinstance(y, Node) else y
            if not (isinstance(x, Node) and x.requires_grad):
                return ((y, g * rules[1](z, a, b)),)
            if not (isinstance(y, Node) and y.requires_grad):
                return ((x, g * rules[0](z, a, b)),)
            return ((x, g * rules[0](z, a, b)), (y, g * rules[1](z, a, b)))
        except CORNER:
            return super().pull(g, node)


def unary(op: Elementwise) -> Callable[[Any], Any]:
    """The function of one input that users call: Values by the short way, all else by `op`."""
    scalar = op.scalar

    def function(x: Any) -> Any:
        a = x._data if isinstance(x, Node) else x
        if type(a) is not float:
            return op(x)
        try:
            data = scalar(a)
        except CORNER:
            data = op.on_floats(a)
        return data if a is x else remember(data, x.requires_grad, op, x)

    return function


def binary(op: Elementwise) -> Callable[[Any, Any], Any]:
    """The function of two inputs that users call: Values by the short way, all else by `op`."""
    scalar = op.scalar

    def function(x: Any, y: Any) -> Any:
        a, b, tracked = x, y, False
        if isinstance(x, Node):
            a, tracked = x._data, x.requires_grad
        if isinstance(y, Node):
            b, tracked = y._data, tracked or y.requires_grad
        elif type(y) is int:
            b = y = float(y)
        if type(a) is not float or type(b) is not float:
            return op(x, y)
        try:
            data = scalar(a, b)
        except CORNER:
            data = op.on_floats(a, b)
        if a is x and b is y:
            return data
        return remember(data, tracked, op, x, y)

    return function


def remember(
    data: Any, tracked: bool, op: Op, x: Any, y: Any = None, static: dict[str, Any] | None = None
) -> Node:
    """A new node for data; it knows op and inputs if it is tracked and recording is on."""
    node: Node = new(Node.faces[type(data)])
    now = state()
    if not (tracked and now.recording):
        return node._remember(data, None, None, None, False)
    rare = {"static": static} if static else None
    if now.scope is not None:
        rare = {**(rare or {}), "scope": now.scope}
    return node._remember(data, op, x, y, True, rare)


def one(*_: Any) -> float:
    """The local derivative 1: the gradient passes as it is."""
    return 1.0


def constant(c: float) -> Rule:
    """A local derivative that is the same everywhere."""
    return one if c == 1 else lambda *_: c


def raw(arg: Any) -> Any:
    """The data of a node; anything else as it is."""
    return arg._data if isinstance(arg, Node) else arg


def shape_of(x: Any) -> tuple[int, ...]:
    """The shape of a node, an array or a number."""
    return getattr(x, "shape", ())


def plain(arg: Any) -> Any:
    """An argument as operations take it: a node, a Python number or an array."""
    if isinstance(arg, Node) or type(arg) in PLAIN:
        return arg
    if isinstance(arg, np.generic):
        return arg.item()
    return numeric(arg)


def numeric(data: Any, dtype: Any = None) -> np.ndarray[Any, Any]:
    """Data as a new array of numbers. Raises E23 for text, ragged rows and lists of nodes."""
    if isinstance(data, list | tuple) and any(isinstance(entry, Node) for entry in data):
        raise lesson("E23", what="a list of nodes is not one array", fix="stack([a, b, ...])")
    try:
        array = np.array(data, dtype=dtype)
    except ValueError as error:
        raise lesson("E23", what=str(error), fix="make all rows equally long") from None
    if array.dtype.kind not in "biuf":
        raise lesson("E23", what=f"{data!r} is not made of numbers", fix="pass real numbers")
    return array


def fit(share: Any, like: Any) -> Any:
    """A share in the shape and type of the input it goes to: what broadcasting repeated is summed.

    like: the input's data. A Value receives a float (or, with `create_graph`, a Value).
    """
    if type(like) is float:
        single = type(raw(share)) is float
        return share if single else sum_to(share, shape=(), dtype=float)
    if share.shape == like.shape and share.dtype == like.dtype:
        return share if isinstance(share, Node | np.ndarray) else np.asarray(share)
    return sum_to(share, shape=like.shape, dtype=like.dtype)


def _sum_to(x: Any, *, shape: tuple[int, ...], dtype: Any) -> Any:
    if dtype is float:
        return float(np.sum(x))
    lead = x.ndim - len(shape)
    stretched = [lead + i for i, n in enumerate(shape) if n == 1 and x.shape[lead + i] != 1]
    axes = (*range(lead), *stretched)
    total = np.add.reduce(x, axis=axes, keepdims=True) if axes else x
    return total.reshape(shape).astype(dtype, copy=False)


def _broadcast_to(x: Any, *, shape: tuple[int, ...]) -> Any:
    x = np.asarray(x)
    if x.ndim == 0:  # one number, read again and again: np.broadcast_to takes ten times as long
        return np.ndarray(shape, x.dtype, x, strides=(0,) * len(shape))
    return np.broadcast_to(x, shape)


# Adjoints of each other. Both rules are short because `fit` brings a share to its input's shape.
sum_to = Op("sum_to", _sum_to, lambda g, z, x, shape, dtype: broadcast_to(g, shape=shape_of(x)))
broadcast_to = Op("broadcast_to", _broadcast_to, lambda g, z, x, shape: g)
