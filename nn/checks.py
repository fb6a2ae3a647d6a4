"""What layers and losses refuse, each with its lesson: sizes, shapes, probabilities, labels."""

from __future__ import annotations

import math
import sys
import warnings
from collections.abc import Iterable
from numbers import Integral, Real
from typing import Any

import numpy as np

import autograd as ag
from autograd import Hint, Node, Value, is_grad_enabled
from autograd.data import plain, raw, shape_of
from autograd.errors import lesson
from autograd.guard import refuse_in_trace
from autograd.ops.shape import astype
from autograd.question import detached
from autograd.watch import NOT_THE_USERS


def hint(code: str, **facts: Any) -> None:
    """Warn with a lesson, once for each line of the program that calls this library."""
    frame, level = sys._getframe(1), 2
    while frame.f_back and frame.f_globals.get("__name__", "").split(".")[0] in NOT_THE_USERS:
        frame, level = frame.f_back, level + 1
    warnings.warn(str(lesson(code, **facts)), Hint, level)


def hint_if_not_in_use(layer: Any, act: str) -> None:
    """Hint E17 at a layer in training mode whose results nobody can learn from."""
    if not is_grad_enabled():
        hint("E17", layer=repr(layer), act=act)


def no_inplace(name: str, inplace: Any) -> None:
    """Raise E15 for data in the flag's place; hint at what inplace=True does not do here."""
    if not isinstance(inplace, bool):
        raise lesson("E15c", layer=name)
    if inplace:
        hint("E15h", layer=name)


def require_sizes(layer: str, **sizes: Any) -> None:
    """Raise E24 for a size that is not a whole number of at least 1."""
    fix = f"nn.{layer}({', '.join(['2', '16'][: len(sizes)])})"
    for name, size in sizes.items():
        if not isinstance(size, Integral) or isinstance(size, bool) or size < 1:
            what = f"{layer}: {name} must be a whole number, 1 or more; got {size!r}"
            why = "it counts the numbers that go in or come out"
            raise lesson("E24", what=what, why=why, fix=fix)


def require_probability(p: float) -> None:
    """Raise E24 unless p is between 0 and 1."""
    if not isinstance(p, Real) or not 0 <= p <= 1:
        what = f"Dropout: p must be a number between 0 and 1; got {p!r}"
        why = (
            "p is the probability of dropping a number. PyTorch would say: dropout probability has "
            "to be between 0 and 1"
        )
        raise lesson("E24b", what=what, why=why, fix="nn.Dropout(0.5)   drops half of the numbers")


def require_approximation(approximate: str) -> None:
    """Raise E24 unless there is a gelu of that name."""
    if approximate not in ("none", "tanh"):
        what = f"GELU: approximate must be 'none' or 'tanh'; got {approximate!r}"
        why = "x Phi(x) is computed exactly, or by a formula with tanh that is close to it"
        raise lesson("E24b", what=what, why=why, fix="nn.GELU()")


def require_channels(layer: Any, x: Any, axes: Iterable[int] = (3, 4), size: Any = None) -> None:
    """Raise E06 unless x has so many axes, and `size` channels on axis 1 if that is given."""
    shape, allowed = shape_of(plain(x)), tuple(axes)
    if len(shape) in allowed and (size is None or shape[1] == size):
        return
    forms = {2: "(N, C)", 3: "(N, C, L)", 4: "(N, C, H, W)"}
    takes = " or ".join([forms[n] for n in allowed])
    takes += "" if size is None else f" with C = {size}"
    fix = f"x.reshape(-1, {'C' if size is None else size}{', H, W' if 2 not in allowed else ''})"
    if len(shape) in allowed:
        fix = f"{type(layer).__name__} with {shape[1]} channels"
        if shape[-1] == size:
            fix = "x = np.moveaxis(x, -1, 1)   the channels go on axis 1"
    raise lesson("E06c", layer=repr(layer), takes=takes, shape=shape, fix=fix)


def holds_values(x: Any) -> bool:
    """Whether x is a list of Values, or of lists of them."""
    return isinstance(x, (list, tuple)) and any(isinstance(entry, Value) for entry in flat(x))


def flat(x: Any) -> list[Any]:
    """All entries of nested lists, or of an array, in one list."""
    if isinstance(x, (list, tuple)):
        return [entry for row in x for entry in flat(row)]
    if not shape_of(x):
        return [x]
    if isinstance(x, Node):
        refuse_in_trace(x, "a loss of Values")
    return raw(x).ravel().tolist()  # type: ignore[no-any-return]


def shape(x: Any) -> tuple[int, ...]:
    """The shape of an array, a Tensor, a number or nested lists. Raises E23 for unequal rows."""
    if not isinstance(x, (list, tuple)):
        return shape_of(x)
    rows = sorted({shape(row) for row in x})
    if len(rows) > 1:
        what = f"the rows have different shapes: {' and '.join(map(str, rows))}"
        raise lesson("E23", what=what, fix="give every row as many numbers as the others")
    return (len(x), *rows[0]) if rows else (0,)


def require_reduction(reduction: str, allowed: tuple[str, ...] = ("mean", "sum", "none")) -> None:
    """Raise E24 unless reduction is one of the three, or of those allowed."""
    if reduction not in allowed:
        *names, last = map(repr, allowed)
        what = f"reduction must be {', '.join(names)} or {last}; got {reduction!r}"
        why = "it says how the losses of all entries become one number"
        raise lesson("E24b", what=what, why=why, fix='reduction="mean"')


def require_same_shape(loss: str, p: tuple[int, ...], y: tuple[int, ...]) -> None:
    """Raise E07 unless each prediction has its own target."""
    if p == y:
        return
    clash, why = "have different shapes", "each prediction is compared with the target in its place"
    try:
        both = np.broadcast_shapes(p, y)
        pairs, entries = math.prod(both), max(math.prod(p), math.prod(y))
        clash = f"would broadcast to {both}"
        why = "one number would be compared with many, not each prediction with its own target"
        if pairs > entries:
            every = "every prediction would be compared with every target"
            why = f"{every}: {pairs:,} differences instead of {entries:,}"
    except ValueError:
        pass
    fix = f"give the target the shape of the prediction, {p}"
    if [n for n in p if n != 1] == [n for n in y if n != 1]:
        fix = f"target = target.reshape({', '.join(map(str, (-1, *p[1:])))})"
    raise lesson("E07", loss=loss, prediction=p, target=y, clash=clash, why=why + ".", fix=fix)


def factor(loss: str, weight: Any, form: tuple[int, ...], like: Any = 0.0) -> Any:
    """A weight for every entry of a shape, in the dtype of `like`. Raises E24 if it has others."""
    w = detached(plain(weight))
    dtype = np.result_type(raw(like), np.float16) if np.ndim(raw(like)) else float
    try:
        return ag.broadcast_to(astype(w, dtype), form)
    except ValueError:
        what = f"{loss}: a weight of shape {shape_of(w)} does not fit predictions of shape {form}"
        why = "it has a factor for each entry, or for each on the last axis"
        raise lesson("E24b", what=what, why=why, fix=f"weight = np.ones({form[-1:]})") from None


def require_probabilities(p: Any) -> None:
    """Raise E11 unless all of p is between 0 and 1."""
    data = np.array([raw(entry) for entry in flat(p)] if holds_values(p) else raw(plain(p)))
    if not ((data >= 0) & (data <= 1)).all():
        raise lesson("E11", low=float(data.min()), high=float(data.max()))


def require_activation(name: Any, known: Iterable[Any]) -> None:
    """Raise E24 unless there is an activation of that name."""
    if name not in known:
        what = f"there is no activation {name!r}; there are {', '.join(map(repr, known))}"
        why = "a neuron looks its activation up by name"
        raise lesson("E24b", what=what, why=why, fix="nn.Neuron(2, activation='tanh')")
