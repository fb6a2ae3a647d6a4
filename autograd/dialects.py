"""How an operation is written in a program: on Python floats, and on NumPy arrays.

Most are written by their names, and the name stands for the function that computes them eagerly.
What Python and NumPy have a notation of their own for is written in that.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf, nan
from typing import Any

import numpy as np

from .data import shape_of
from .emit import INFIX, SIGN, SUM, WHOLE, Text, between, index
from .errors import lesson
from .local import Elementwise
from .node import Node
from .op import NaryOp, Op
from .ops.linear import Dot
from .ops.random import Random
from .parts import Part, SeveralOp
from .question import Question

CHOICE = -1  # how strongly `x if c else y` holds together: less than anything else
# The kinds of operation whose forward is a plain function.
PROGRAMMED = (Op, NaryOp, Elementwise, Dot, SeveralOp, Part, Question, Random)

Bind = Callable[..., str]  # a name for a function or a constant


def written(node: Node, args: list[Text], bind: Bind, on_floats: bool) -> Text:
    """Node's operation on its inputs, as an expression. Raises E35 if it has none."""
    op = node.op
    if type(op) not in PROGRAMMED:
        name = getattr(op, "name", op)
        raise lesson("E35", what=f"operation {name!r} has no expression",
                     why="this one runs code of its own, forward or backward",
                     fix="write it with the library's operations")  # fmt: skip
    both = alike(node, args)
    if both is not None:
        return both
    return in_floats(node, args, bind) if on_floats else in_arrays(node, args, bind)


def alike(node: Node, args: list[Text]) -> Text | None:
    """What is written alike on floats and on arrays."""
    name, texts = node.op.name, args  # type: ignore[union-attr]
    if name == "*" and "-1" in [text.text for text in texts]:
        x = texts[1] if texts[0].text == "-1" else texts[0]
        return Text(f"-{x.within(SIGN)}", SIGN)
    if name in INFIX and name != "**":
        return between(name, *texts)
    if name == "neg":
        return Text(f"-{texts[0].within(SIGN)}", SIGN)
    if type(node.op) is Dot:
        half = len(texts) // 2
        return total([between("*", *pair) for pair in zip(texts[:half], texts[half:], strict=True)])
    if type(node.op) is NaryOp and name == "sum":
        return total(texts)
    if type(node.op) is NaryOp and name == "mean":
        return between("/", total(texts), Text(str(len(texts))))
    return None


def total(texts: list[Text]) -> Text:
    """A sum of several."""
    return Text(" + ".join([text.within(SUM) for text in texts]), SUM)


def in_floats(node: Node, args: list[Text], bind: Bind) -> Text:
    """An operation on floats, by the scalar twins of NumPy's functions."""
    op: Any = node.op
    if op.name == "where":
        c, x, y = [arg.within(CHOICE + 1) for arg in args]
        return Text(f"{x} if {c} else {y}", CHOICE)
    if op.name == "**" and args[1].text.lstrip("-").isdigit():
        return between("**", *args)
    inside = ", ".join([arg.text for arg in args])
    if type(op) is Elementwise:
        name = "pow" if op.name == "**" else op.name
        return Text(f"{bind(name, op.scalar, op.on_floats)}({inside})")
    return Text(f"float({called(node, args, bind)})")


def in_arrays(node: Node, args: list[Text], bind: Bind) -> Text:
    """An operation on arrays, by NumPy's functions where it has them."""
    op: Any = node.op
    special = NOTATION.get(op.name)
    text = special(node, args, bind) if special else None
    if text is not None:
        return text if isinstance(text, Text) else Text(text)
    if type(op) is Elementwise and isinstance(op.forward, np.ufunc):
        return Text(f"np.{op.forward.__name__}({', '.join([arg.text for arg in args])})")
    return Text(called(node, args, bind))


def called(node: Node, args: list[Text], bind: Bind) -> str:
    """An operation as a call of the function that computes it."""
    op: Any = node.op
    options = [f"{key}={option(key, x, bind)}" for key, x in node.static.items()]
    return f"{bind(op.name, op.forward)}({', '.join([arg.text for arg in args] + options)})"


def option(key: str, x: Any, bind: Bind) -> str:
    """A static argument: in Python's notation, or by a name."""
    if key == "index":
        return f"np.s_[{place(x, bind)}]"
    return literal(x) or bind(key, x)


def literal(x: Any) -> str | None:
    """x in Python's notation, if it has one."""
    if isinstance(x, (np.integer, np.floating)):
        x = x.item()
    if x is None or isinstance(x, (bool, int, float, str)):
        return repr(x)
    if isinstance(x, np.dtype) or (isinstance(x, type) and issubclass(x, np.generic)):
        return f"np.{np.dtype(x).name}"
    if isinstance(x, tuple):
        parts = [literal(part) for part in x]
        if None not in parts:
            return f"({', '.join(parts)}{',' if len(parts) == 1 else ''})"  # type: ignore[arg-type]
    return None


def place(x: Any, bind: Bind) -> str:
    """An index as it stands between the brackets; an array in it by a name."""
    if isinstance(x, tuple) and x:
        return ", ".join([place(part, bind) for part in x]) + ("," if len(x) == 1 else "")
    return bind("index", x) if isinstance(x, (np.ndarray, list)) else index(x)


def options_of(node: Node) -> str:
    """axis= and keepdims= of a reduction, where they say something."""
    said = [f"axis={literal(axis)}" for axis in [node.static["axis"]] if axis is not None]
    return ", ".join(said + ["keepdims=True"] * bool(node.static["keepdims"]))


def reduced(name: str) -> Any:
    """A reduction as a method: x.sum(axis=0)."""
    return lambda node, args, bind: f"{args[0].within(WHOLE)}.{name}({options_of(node)})"


def mean(node: Node, args: list[Text], bind: Bind) -> Text:
    """The mean as what it is: a sum by a count."""
    count = np.size(node.args[0]._data) // max(np.size(node._data), 1)
    return between("/", Text(reduced("sum")(node, args, bind)), Text(str(count)))


def summed(node: Node, args: list[Text], bind: Bind) -> str | None:
    """The sum over what broadcasting repeated, with the axes written out."""
    x, shape, dtype = node.args[0]._data, node.static["shape"], node.static["dtype"]
    if dtype is float:
        return f"float({args[0].text if x.ndim == 0 else args[0].within(WHOLE) + '.sum()'})"
    lead = x.ndim - len(shape)
    stretched = [i for i, n in enumerate(shape) if n != x.shape[i + lead]]
    if x.dtype != dtype or (lead and stretched):
        return None
    axes = tuple(range(lead)) if lead else tuple(stretched)
    axis = axes[0] if len(axes) == 1 else axes
    return f"{args[0].within(WHOLE)}.sum(axis={axis}{'' if lead else ', keepdims=True'})"


def transposed(node: Node, args: list[Text], bind: Bind) -> str:
    """x.T, or x.transpose with the order of the axes."""
    axes, x = node.static["axes"], args[0].within(WHOLE)
    if axes in (None, tuple(reversed(range(np.ndim(node._data))))):
        return f"{x}.T"
    return f"{x}.transpose({', '.join(map(str, axes))})"


def reshaped(node: Node, args: list[Text], bind: Bind) -> str | None:
    """x.reshape with the lengths."""
    if not shape_of(node.args[0]):
        return None
    return f"{args[0].within(WHOLE)}.reshape({literal(shape_of(node))})"


def affine(node: Node, args: list[Text], bind: Bind) -> Text:
    """A linear layer, x W^T + b."""
    x, w, *b = args
    product = between("@", x, Text(f"{w.within(WHOLE)}.T"))
    return between("+", product, *b) if b else product


def listed(name: str) -> Any:
    """Arrays joined: the function takes them as a list."""
    return lambda node, args, bind: (
        f"np.{name}([{', '.join([arg.text for arg in args])}], axis={node.static['axis']})"
    )


# What NumPy has a notation of its own for; None from one of these means: by name, after all.
NOTATION: dict[str, Any] = {
    "**": lambda node, args, bind: between("**", *args),
    "getitem": lambda node, args, bind: (
        f"{args[0].within(WHOLE)}[{place(node.static['index'], bind)}]"
    ),
    "where": lambda node, args, bind: f"np.where({', '.join([arg.text for arg in args])})",
    "transpose": transposed,
    "reshape": reshaped,
    "sum": reduced("sum"),
    "mean": mean,
    "max": reduced("max"),
    "min": reduced("min"),
    "sum_to": summed,
    "linear": affine,
    "stack": listed("stack"),
    "concatenate": listed("concatenate"),
    "part": lambda node, args, bind: f"{args[0].within(WHOLE)}[{node.static['i']}]",
}

CONSTANTS = {"np": np, "inf": inf, "nan": nan}
