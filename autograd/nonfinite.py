"""nan and inf: is there one, where did the first one come from, and what to do about it."""

from __future__ import annotations

import math
import sys
import warnings
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from .errors import Hint, describe, lesson

# operation: what to write instead where it makes nan or inf
CURES = {
    "log": "(p + 1e-12).log(), or a loss that takes raw scores, such as nn.BCEWithLogitsLoss()",
    "/": "x / (y + 1e-12)",
    "exp": "logsumexp, softmax or softplus instead of exp, or a smaller learning rate",
    "sqrt": "x.clip(0, None).sqrt()",
}
GENERAL = "a smaller learning rate, and data without gaps: np.isfinite(X).all()"

hinted: set[tuple[str, int]] = set()  # files and lines that have been hinted at


def trouble(data: Any) -> str:
    """'nan', 'inf' or '-inf' if data holds one, the worst of them; else ''."""
    if isinstance(data, tuple):
        return max([trouble(part) for part in data], key=["", "-inf", "inf", "nan"].index)
    array = np.asarray(data)
    if array.dtype.kind != "f" or np.isfinite(array).all():
        return ""
    if np.isnan(array).any():
        return "nan"
    return "inf" if (array == np.inf).any() else "-inf"


def what_went_wrong(op: str, bad: str, inputs: Sequence[Any]) -> dict[str, str]:
    """The facts of lesson E21: which operation made what from which inputs, and the cure."""
    data = [getattr(x, "_data", x) for x in inputs]
    kind = "" if any([trouble(x) for x in data]) else "finite numbers: "
    parts = [span(describe(x) if x is not d else "", d) for x, d in zip(inputs, data, strict=True)]
    fix = CURES.get(op, GENERAL) if kind else GENERAL
    return {"op": op, "bad": bad, "inputs": kind + " and ".join(parts), "fix": fix}


def span(name: Any, data: Any) -> str:
    """The numbers of one input, in a few words: 'p' with min = 0, max = 1."""
    array = np.asarray(data)
    if array.ndim == 0:
        return f"{name} = {array:.4g}".removeprefix(" = ")
    name = name or f"an array of shape {array.shape}"
    if not array.size:
        return f"{name} without entries"
    numbers = trouble(data) or f"min = {array.min():.4g}, max = {array.max():.4g}"
    return f"{name} with {numbers}"


def hint_if_not_finite(root: Any, nodes: Iterable[Any]) -> None:
    """Warn (E21), once for each line that calls backward(), where root's nan or inf came from.

    root: one number. nodes: everything that it was made from, youngest first.
    """
    data = root._data
    if math.isfinite(data if type(data) is float else data.item()):
        return
    caller = sys._getframe(2)
    site = (caller.f_code.co_filename, caller.f_lineno)
    if site in hinted:
        return
    hinted.add(site)
    first = [node for node in nodes if trouble(node._data)][-1]
    where, fix = f"the data of {describe(first)}", GENERAL
    if first.op is not None:
        facts = what_went_wrong(first.op.name, trouble(first._data), first.args)
        where = f"op {first.op.name!r}, which made {facts['bad']} from {facts['inputs']}"
        fix = facts["fix"]
    text = lesson("E21h", root=root, value=trouble(data), where=where, fix=fix)
    warnings.warn(str(text), Hint, stacklevel=3)
