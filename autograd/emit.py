"""What a node computes, as text: the record read as one line of mathematics.

    >>> from autograd import Value, tanh
    >>> w, x = Value(0.5, name="w"), Value(2.0, name="x")
    >>> print(emit((w * x - 3) ** 2 + tanh(w)))
    (w * x - 3) ** 2 + tanh(w)

The text is Python, with as few brackets as give the same order of operations. Comparisons give
plain truth values, which have no record; inside `state.tracing()` they are nodes too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from .node import Node, history

COMPARED, SUM, PRODUCT, SIGN, POWER, WHOLE = range(6)  # how strongly the parts hold together

INFIX = {
    ">": COMPARED, ">=": COMPARED, "<": COMPARED, "<=": COMPARED, "==": COMPARED, "!=": COMPARED,
    "+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "//": PRODUCT, "%": PRODUCT, "@": PRODUCT,
    "**": POWER,
}  # fmt: skip


class Text(NamedTuple):
    """A piece of an expression, and how strongly its parts hold together."""

    text: str
    strength: int = WHOLE

    def within(self, strength: int) -> str:
        """The piece as a part of something stronger: then it needs brackets."""
        return f"({self.text})" if self.strength < strength else self.text


def emit(node: Node, words: Mapping[Any, str] | None = None) -> str:
    """The expression that node was computed by, from the nodes that have names.

    words: what to write for particular constants, such as {math.pi: "PI"}, shapes included.
    A node that several parts share is written out in each, so this is for short expressions.
    """
    known = words or {}
    texts: dict[Node, Text] = {}
    for each in reversed(history(node)):  # oldest first: the inputs are written before the result
        name = getattr(each, "name", None)
        if name and each is not node:
            texts[each] = Text(name)
        elif each.op is None:
            texts[each] = Text(name) if name else constant(each._data, known)
        else:
            args = [texts[a] if isinstance(a, Node) else constant(a, known) for a in each.args]
            texts[each] = applied(each, args, known)
    return texts[node].text


def applied(node: Node, args: list[Text], words: Mapping[Any, str]) -> Text:
    """An operation on its inputs: a sign between two, an index, or a call."""
    assert node.op is not None
    name, static, ndim = node.op.name, node.static, np.ndim(node._data)
    if name in INFIX and len(args) == 2:
        return between(name, *args)
    if name == "neg":
        return Text(f"-{args[0].within(SIGN)}", SIGN)
    if name == "getitem":
        return Text(f"{args[0].within(WHOLE)}[{index(static['index'])}]")
    if name == "transpose" and static["axes"] in (None, tuple(reversed(range(ndim)))):
        return Text(f"{args[0].within(WHOLE)}.T")
    options = [f"{key}={option(key, value, words)}" for key, value in static.items()]
    return Text(f"{name}({', '.join([arg.text for arg in args] + options)})")


def between(sign: str, x: Text, y: Text) -> Text:
    """x sign y. Equally strong signs are read from the left, except for powers."""
    strength = INFIX[sign]
    if strength == COMPARED:  # Python would read a > b == c as a > b and b == c
        return Text(f"{x.within(SUM)} {sign} {y.within(SUM)}", strength)
    if sign == "**":
        return Text(f"{x.within(WHOLE)} ** {y.within(SIGN)}", strength)
    return Text(f"{x.within(strength)} {sign} {y.within(strength + 1)}", strength)


def constant(x: Any, words: Mapping[Any, str]) -> Text:
    """A number as short as it can be written; an array as its shape, unless it has a name."""
    if isinstance(x, np.ndarray) and x.ndim:
        identity = x.ndim == 2 and np.array_equal(x, np.eye(*x.shape))
        return Text(f"eye{x.shape}" if identity else f"array{x.shape}")
    x = x.item() if isinstance(x, (np.ndarray, np.generic)) else x
    if x in words:
        return Text(words[x])
    if -x in words:
        return Text(f"-{words[-x]}", SIGN)
    text = str(int(x)) if x == x and abs(x) < 1e15 and x == int(x) else repr(x)
    return Text(text, SIGN if text.startswith("-") else WHOLE)


def option(key: str, x: Any, words: Mapping[Any, str]) -> str:
    """A static argument, such as an axis, a shape or an index."""
    if key == "index":
        return f"[{index(x)}]"
    if isinstance(x, np.ndarray):
        return f"array{x.shape}"
    if isinstance(x, (type, np.dtype)):
        return np.dtype(x).name
    if isinstance(x, tuple) and all([isinstance(n, (int, np.integer)) for n in x]):
        return words.get(x, str(tuple(map(int, x))))
    return repr(x)


def index(x: Any) -> str:
    """An index as it stands between the brackets."""
    if isinstance(x, tuple):
        return ", ".join(map(index, x)) or "()"
    if isinstance(x, slice):
        parts = [x.start, x.stop] if x.step is None else [x.start, x.stop, x.step]
        return ":".join("" if part is None else str(part) for part in parts)
    if isinstance(x, np.ndarray):
        return str(x.tolist())
    return "..." if x is Ellipsis else str(x)
