"""Operations given by their local derivatives, as in a calculus table; `ops/elementwise.py` is it.

The chain rule for such an operation is one multiplication: what an input receives is the incoming
gradient times the local derivative dz/dx. On arrays it holds entry by entry.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .data import as_float, is_plain
from .failure import note_failure
from .node import Node, kinds
from .op import Op, Rule, Share, faces, fit, new

SINGLE = (int, np.integer, np.floating, np.bool_)  # beside a Value each of them is a float
CORNER = (ZeroDivisionError, OverflowError, ValueError)  # where floats raise, NumPy gives inf, nan


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

    def local(self, i: int, z: Any, args: Sequence[Any]) -> Any:
        """The local derivative dz/d(input i)."""
        rule = self.rules[i]
        if type(z) is not float:
            return rule(z, *args)
        try:
            return rule(z, *args)
        except CORNER:
            with np.errstate(all="ignore"):
                return float(rule(np.float64(z), *[np.float64(arg) for arg in args]))

    def share(self, i: int, g: Any, z: Any, args: Sequence[Any], static: dict[str, Any]) -> Any:
        """What input i receives: the chain rule, incoming gradient times local derivative."""
        return g if self.rules[i] is one else g * self.local(i, z, args)

    def pull(self, g: Any, node: Node, create_graph: bool = False) -> Sequence[Share]:
        """`Op.pull` written out for one and two inputs: most of every backward pass is here."""
        if create_graph:
            return super().pull(g, node, create_graph)
        x, y, z, first = node._x, node._y, node._data, self.rules[0]
        try:
            if type(y) is float and type(z) is float:
                return ((x, g if first is one else g * first(z, x._data, y)),)
            if y is None:
                share = g * first(z, x._data)
                return ((x, share if type(z) is float else fit(share, x._data)),)
            a, b, to_x, to_y, second = x, y, False, False, self.rules[1]
            if type(x) in kinds:
                a, to_x = x._data, x.requires_grad
            if type(y) in kinds:
                b, to_y = y._data, y.requires_grad
            sent: tuple[Share, ...] = ()
            if to_x:
                share = g if first is one else g * first(z, a, b)
                sent = ((x, share if type(z) is float else fit(share, a)),)
            if to_y:
                share = g if second is one else g * second(z, a, b)
                sent += ((y, share if type(z) is float else fit(share, b)),)
            return sent
        except CORNER:
            return super().pull(g, node)


def unary(op: Elementwise) -> Callable[[Any], Any]:
    """The function of one input that users call: the short way for nodes, else by `op`."""
    scalar, array = op.scalar, op.forward

    def function(x: Any) -> Any:
        if type(x) not in kinds:
            return op.on_floats(x) if type(x) is float else op(x)
        a = x._data
        if type(a) is float:
            try:
                data = scalar(a)
            except CORNER:
                data = op.on_floats(a)
            return new(faces[float])._result(data, x.requires_grad, op, x)
        data = array(a)
        data = data if type(data) is np.ndarray else np.asarray(data)
        return new(faces[np.ndarray])._result(data, x.requires_grad, op, x)

    return function


def binary(op: Elementwise) -> Callable[[Any, Any], Any]:
    """The function of two inputs that users call: the short way for nodes, else by `op`."""
    scalar, array = op.scalar, op.forward

    def function(x: Any, y: Any) -> Any:
        a, b, tracked = x, y, False
        if type(x) in kinds:
            a, tracked = x._data, x.requires_grad
        if type(y) is float:
            pass  # the most usual partner of a Value, told apart soonest
        elif type(y) in kinds:
            b, tracked = y._data, tracked or y.requires_grad
        elif type(y) is int and type(a) is float:
            b = y = as_float(y)
        if type(a) is float and type(b) is float:
            try:
                data = scalar(a, b)
            except CORNER:
                data = op.on_floats(a, b)
            if a is x and b is y:
                return data
            return new(faces[float])._result(data, tracked, op, x, y)
        if type(a) not in faces or type(b) not in faces or (a is x and b is y):
            if type(a) is float and isinstance(y, SINGLE):
                return function(x, as_float(y))
            if type(b) is float and isinstance(x, SINGLE):
                return function(as_float(x), y)
            return op(x, y)
        if (a is x and not is_plain(a)) or (b is y and not is_plain(b)):
            return op(x, y)
        try:
            data = array(a, b)
        except ValueError as error:  # shapes that do not fit together
            note_failure(op.name, (x, y), error)
            raise
        data = data if type(data) is np.ndarray else np.asarray(data)
        return new(faces[np.ndarray])._result(data, tracked, op, x, y)

    return function


def one(*_: Any) -> float:
    """The local derivative 1: the gradient passes as it is."""
    return 1.0


def constant(c: float) -> Rule:
    """A local derivative that is the same everywhere."""
    return one if c == 1 else lambda *_: c
