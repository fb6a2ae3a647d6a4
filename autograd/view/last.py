"""`last_graph()`: how far a forward pass came before an error ended it.

The operation that raised the error has no result, so a stand-in takes its place: a node that is
made from the same inputs. Whatever shows graphs can show it.
"""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap
from typing import Any

import numpy as np

from ..data import shape_of
from ..errors import lesson
from ..failure import Failure, latest
from ..node import Node
from ..op import NaryOp
from ..state import enable_grad
from ..tensor import Tensor

LINES, WIDTH = 4, 46  # of the message: as much as a box holds well


def last_graph() -> Node:
    """The graph as far as the last forward pass that failed came, to be drawn.

    Its root stands for the operation that raised the error, or for the module that refused its
    inputs; what it was given, and all that this was computed from, is there with its values.
    Raises E26l while nothing has failed.

    >>> import autograd
    >>> from autograd import Tensor, draw
    >>> x, w = Tensor([[1.0, 2.0]], name="x"), Tensor([[1.0], [2.0], [3.0]], name="w")
    >>> try:
    ...     x @ w
    ... except ValueError as error:
    ...     print(str(error).splitlines()[0])
    cannot multiply (1, 2) @ (3, 1): inner sizes 2 and 3 differ.
    >>> print(draw(autograd.last_graph()))
    ✗ @ failed here: inputs (1, 2) and (3, 1): cannot multiply (1, 2) @ (3, 1): inner sizes 2 and \
3 differ.
    ├─ x = array of shape (1, 2), gradient —
    └─ w = array of shape (3, 1), gradient —
    """
    if not latest:
        raise lesson("E26l")
    failure = latest[0]
    inputs = tuple(operands(failure.inputs))
    stand_in = NaryOp(failure.name, never, None)  # nothing flows back through it
    with enable_grad():  # else the stand-in would forget its inputs
        node = object.__new__(Tensor)._result(np.array(np.nan), True, stand_in, inputs)
    node._note(failed="\n".join(told(failure, inputs)), scope=failure.scope)
    return node  # type: ignore[no-any-return]


def never(*inputs: Any) -> Any:
    """What the stand-in computes: nothing, for its operation failed."""
    raise NotImplementedError


def operands(inputs: tuple[Any, ...]) -> Iterator[Any]:
    """The nodes and the plain numbers among an operation's inputs; lists of them one by one."""
    for entry in inputs:
        if isinstance(entry, (list, tuple)) and any(isinstance(part, Node) for part in entry):
            yield from operands(tuple(entry))
        elif isinstance(entry, (Node, np.ndarray, float, int)):
            yield entry


def told(failure: Failure, inputs: tuple[Any, ...]) -> Iterator[str]:
    """The lines of the box: the inputs' shapes, and what the error said first."""
    shapes = [str(shape_of(entry)) for entry in inputs]
    yield from wrap(f"inputs  {'  and  '.join(shapes)}:", WIDTH)[:LINES]
    what, _, _ = failure.message.partition("\n  Why:")
    yield from wrap(" ".join(what.split()), WIDTH)[:LINES]
