"""Operations: called on plain data they compute; called on nodes they compute and record.

An operation is a forward function and one derivative rule for each input. A rule sees only the
incoming gradient g, the output z, the inputs and the static arguments, and it is written with
arithmetic operators and other operations. So the same rule runs on floats and arrays (nothing is
recorded: fast) and on nodes (`create_graph=True`: the gradient is itself a graph).

- `Op`: structural operations. Input i receives `rules[i](g, z, *inputs, **static)`.
- `NaryOp`: any number of inputs and one rule for all: `rule(g, z, inputs, i, **static)`.
- `Elementwise` (in `local.py`): a line of a calculus table, dz/dx and dz/dy.

A rule is evaluated only for an input that wants a gradient. What broadcasting repeated is summed
again in one place: `fit`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .data import as_data, is_plain, plain, raw, repeated, shape_of, sum_to_shape
from .errors import lesson
from .failure import note_failure
from .node import Node, kinds
from .state import enable_grad, is_grad_enabled

Rule = Callable[..., Any]
Share = tuple[Node, Any]

new = object.__new__
faces = Node.faces


class Op:
    """An operation whose rules return what each input receives.

    name: how messages and pictures call it.
    forward: from plain data to plain data.
    rules: one for each input; None where an input has no derivative, such as a condition.
    """

    __slots__ = ("forward", "name", "rules", "unrecorded", "untracked")

    rules: tuple[Any, ...]

    def __init__(self, name: str, forward: Callable[..., Any], *rules: Rule | None) -> None:
        self.name = name
        self.forward = forward
        self.rules = rules
        # What all results without a past have in common, for E03 to say.
        self.unrecorded = {"untracked": f"op {name} made it inside no_grad()"}
        self.untracked = {"untracked": f"op {name} made it, and no input of that op tracks one"}

    def __repr__(self) -> str:
        return f"<op {self.name}>"

    def __call__(self, *args: Any, **static: Any) -> Any:
        """The result for args: plain data for plain data, a node as soon as one is among them."""
        inputs, found, tracked = [], False, False
        for arg in args:
            if type(arg) in kinds:
                inputs.append(arg._data)
                found, tracked = True, tracked or arg.requires_grad
            elif type(arg) is float or is_plain(arg):
                inputs.append(arg)
            else:
                return self(*[plain(arg) for arg in args], **static)
        try:
            data = self.forward(*inputs, **static)
        except Exception as error:
            note_failure(self.name, args, error)
            raise
        if not found:
            return data
        if type(data) is not np.ndarray:
            data = as_data(data, inputs)
        x, y = args if len(args) == 2 else (args[0] if len(args) == 1 else args, None)
        rare = {"static": static} if static else None
        return new(faces[type(data)])._result(data, tracked, self, x, y, rare)

    def pull(self, g: Any, node: Node, create_graph: bool = False) -> Sequence[Share]:
        """What each input of node receives when node's gradient is g: (input, share) by turns."""
        if create_graph and not is_grad_enabled():
            with enable_grad():
                return self.pull(g, node, create_graph)
        sources, static, sent = node.args, node.static, []
        z, args = node, sources
        if not create_graph:
            z, args = node._data, tuple([a._data if type(a) in kinds else a for a in sources])
        for i, source in enumerate(sources):
            if type(source) in kinds and source.requires_grad:
                share = self.share(i, g, z, args, static)
                if share is not None:
                    sent.append((source, fit(share, source._data)))
        return sent

    def share(self, i: int, g: Any, z: Any, args: Sequence[Any], static: dict[str, Any]) -> Any:
        """What input i receives: its rule, applied to the incoming gradient g."""
        if i >= len(self.rules):
            raise TypeError(f"operation {self.name!r} has no derivative rule for its input {i}")
        rule = self.rules[i]
        return None if rule is None else rule(g, z, *args, **static)


class NaryOp(Op):
    """An operation on any number of inputs, with one rule for all: `rule(g, z, inputs, i)`."""

    __slots__ = ()

    def share(self, i: int, g: Any, z: Any, args: Sequence[Any], static: dict[str, Any]) -> Any:
        """What input i receives: the one rule, told which input is meant."""
        rule = self.rules[0]
        return None if rule is None else rule(g, z, args, i, **static)


def fit(share: Any, like: Any) -> Any:
    """A share in the shape and type of the input it goes to: what broadcasting repeated is summed.

    like: the input's data. A Value receives a float (or, with `create_graph`, a Value).
    """
    shrink = sum_to if type(share) in kinds else sum_to_shape  # plain data needs no Op around it
    if type(like) is float:
        return share if type(raw(share)) is float else shrink(share, shape=(), dtype=float)
    if share.shape == like.shape and share.dtype == like.dtype:
        return np.asarray(share) if isinstance(share, np.generic) else share
    if like.dtype.kind != "f":
        raise lesson("E14", dtype=like.dtype)
    return shrink(share, shape=like.shape, dtype=like.dtype)


# Adjoints of each other. Both rules are short because `fit` brings a share to its input's shape.
sum_to = Op(
    "sum_to", sum_to_shape, lambda g, z, x, shape, dtype: broadcast_to(g, shape=shape_of(x))
)
broadcast_to = Op("broadcast_to", repeated, lambda g, z, x, shape: g)
