"""Readers of the graph as it is made and swept: find the first nan, save memory.

Both are switches, private to each thread and asyncio task, and cost nothing while they are off.
"""

from __future__ import annotations

import linecache
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from zlib import crc32

import numpy as np

from .data import raw
from .errors import lesson
from .guard import after_hooks
from .node import Node
from .nonfinite import trouble, what_went_wrong
from .op import Op, Share
from .state import switched

NOT_THE_USERS = ("autograd", "nn", "optim", "numpy", "contextlib", "functools")


@contextmanager
def detect_anomaly() -> Iterator[None]:
    """Raise E21 where the first nan or inf appears, naming operation, node, file and line.

    Inside the block every result and, in a backward pass, every gradient is looked at, and every
    node remembers the line it was made in. An inf that an input brought along is let through, as
    in a mask of -inf; a nan never is. Data that was written through the raw array (`t.data[0] = 1`)
    between forward and backward is caught too, by checksum: E12. Build the loss and call backward()
    both inside the block. Slow: for finding mistakes.

    >>> import autograd
    >>> p = autograd.Value(0.0, name="p")
    >>> with autograd.detect_anomaly():
    ...     p.log()
    Traceback (most recent call last):
    autograd.errors.GraphError: op 'log' made -inf from finite numbers: 'p' = 0; in ...
    """
    with switched(anomaly=ANOMALY):
        yield


@contextmanager
def memory_saver() -> Iterator[None]:
    """Let backward() take the graph apart as it passes: intermediate gradients and data are freed.

    Leaves and the root keep theirs; a node that you hold keeps its data, but no gradient, and the
    way back from it is gone (E34). With retain_graph only gradients are dropped; a pass with
    create_graph keeps everything.

    >>> import autograd
    >>> w = autograd.Value(3.0)
    >>> h = w * w
    >>> loss = h * 2
    >>> with autograd.memory_saver():
    ...     loss.backward()
    >>> w.grad, h.grad
    (12.0, None)
    """
    with switched(saver=sweep_and_free):
        yield


class Anomaly:
    """What `detect_anomaly` looks at."""

    def made(self, op: Op, data: Any, x: Any, y: Any, rare: dict[str, Any] | None) -> Any:
        """Check the result of op(x, y), and note where it was made. Returns the node's marks."""
        inputs = x if type(x) is tuple else (x,) if y is None else (x, y)
        line = users_line()
        bad = trouble(data)
        if bad == "nan" or (bad and not any([trouble(raw(arg)) for arg in inputs])):
            raise lesson("E21", **what_went_wrong(op.name, bad, inputs), line=line)
        marks = {"made": line, "sums": [checksum(raw(arg)) for arg in (*inputs, data)]}
        return marks if rare is None else {**rare, **marks}

    def passed(self, node: Node, g: Any, sent: Sequence[Share]) -> None:
        """Check a node that a backward sweep has reached, and what it sends to its inputs."""
        line = node._mark("made") or "outside detect_anomaly()"
        for source, old in zip((*node.args, node), node._mark("sums") or (), strict=False):
            if checksum(raw(source)) != old:
                raise lesson("E12c", source=source, consumer=node, line=line)
        for source, share in sent:
            bad = trouble(raw(share))
            if bad == "nan" or (bad and not trouble(raw(g))):
                raise lesson("E21g", op=node.op.name if node.op else "", node=node, bad=bad,
                             source=source, line=line)  # fmt: skip


ANOMALY = Anomaly()


def users_line() -> str:
    """The line of the program, outside this library, that is being run: 'train.py, line 3: ...'."""
    frame = sys._getframe(1)
    while frame.f_back and frame.f_globals.get("__name__", "").split(".")[0] in NOT_THE_USERS:
        frame = frame.f_back
    from pathlib import Path

    file, number = frame.f_code.co_filename, frame.f_lineno
    code = linecache.getline(file, number).strip()
    return f"{Path(file).name}, line {number}" + (f": {code}" if code else "")


def checksum(data: Any) -> int:
    """A number that changes when the data does."""
    if isinstance(data, tuple):
        return hash(tuple(map(checksum, data)))
    return crc32(data.tobytes()) if isinstance(data, np.ndarray) else hash(data)


class Freed(Op):
    """The operation of a node whose past `memory_saver` has let go."""

    __slots__ = ()

    def pull(self, g: Any, node: Node, create_graph: bool = False) -> Sequence[Share]:
        """Raise E34: where the gradient would go on to is no longer known."""
        kind = type(node).__name__
        raise lesson("E34", node=repr(node._mark("name")) if node._mark("name") else f"this {kind}")


FREED = Freed("freed", raw)


def sweep_and_free(nodes: list[Node], start: Any, keep: bool) -> None:
    """`sweep_in_slots` over nodes, youngest first, letting go of each one as it is passed.

    keep: drop gradients only.
    """
    root = nodes[0]
    root.grad = start
    nodes.reverse()
    while nodes:
        node = nodes.pop()
        if node.grad is not None:
            node.grad = g = after_hooks(node, node.grad)
            for source, share in node.op.pull(g, node) if node.op else ():
                source.grad = share if source.grad is None else source.grad + share
        if node.op is None:
            continue
        if node is not root:
            node.grad = None
        if not keep:
            node.op, node._x, node._y = FREED, None, None
