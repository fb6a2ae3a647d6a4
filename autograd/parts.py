"""Operations with several outputs, such as svd: one node for all, and one node for each.

The operation records one `Tuple`, the node that holds all outputs, and takes each output out of it
by the operation `part`. So every output is an ordinary Tensor, and the rest of the engine never
meets a gradient of another kind: only the edges from the parts to their Tuple carry `Shares`, one
slot for each output, and adding two of them adds slot by slot.

    A -- svd --> Tuple --+-- part --> U            dL/dU --+
                         +-- part --> S            dL/dS --+--> Shares -- rule --> dL/dA
                         +-- part --> V^T        dL/dV^T --+
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .data import as_data, plain, raw
from .failure import note_failure
from .guard import total_of
from .node import Node
from .op import Op, Share


class Tuple(Node, raw=tuple):
    """All outputs of one operation. Unpacked, it gives each of them as a node, as a tuple would."""

    __slots__ = ()

    name = None

    def __iter__(self) -> Iterator[Any]:
        return (part(self, i=i) for i in range(len(self._data)))


class Shares(tuple[Any, ...]):
    """What the outputs of one operation received: a gradient each, None where none arrived."""

    __slots__ = ()

    def __add__(self, other: Any) -> Shares:
        return Shares(
            y if x is None else x if y is None else total_of(x, y, False)
            for x, y in zip(self, other, strict=True)
        )


class Part(Op):
    """Output i of a Tuple; its gradient goes into slot i of what the Tuple receives."""

    __slots__ = ()

    def pull(self, g: Any, node: Node, create_graph: bool = False) -> tuple[Share, ...]:
        """Shares with g in one slot; g is a node where a graph of gradients is made."""
        whole, taken = node._x, node.static["i"]
        return ((whole, Shares(g if i == taken else None for i in range(len(whole._data)))),)


part = Part("part", lambda outputs, *, i: outputs[i])


class SeveralOp(Op):
    """An operation whose forward function returns a tuple.

    Its rules are those of an `Op`, except that g is a tuple with a gradient for each output, None
    where none arrived, and z unpacks into the outputs. A rule returns None where its input
    receives nothing.
    """

    __slots__ = ()

    def __call__(self, *args: Any, **static: Any) -> tuple[Any, ...]:
        """The outputs for args: plain data for plain data, nodes as soon as one is among them."""
        inputs = tuple([plain(arg) for arg in args])
        numbers = [raw(arg) for arg in inputs]
        try:
            found = self.forward(*numbers, **static)
        except Exception as error:
            note_failure(self.name, inputs, error)
            raise
        outputs = tuple([as_data(output, numbers) for output in found])
        nodes = [arg for arg in inputs if isinstance(arg, Node)]
        if not nodes:
            return outputs
        tracked = any([node.requires_grad for node in nodes])
        rare = {"static": static} if static else None
        return tuple(object.__new__(Tuple)._result(outputs, tracked, self, inputs, None, rare))
