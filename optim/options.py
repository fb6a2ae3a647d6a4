"""What optimizers and schedules are given, and the lessons for what is wrong with it."""

from __future__ import annotations

import inspect
import sys
import warnings
from collections.abc import Collection, Iterable, Iterator
from numbers import Integral, Real
from typing import Any, TypeAlias

import numpy as np

from autograd.errors import Hint, lesson
from autograd.face import Face
from autograd.tensor import Tensor

Group: TypeAlias = dict[str, Any]

INFINITY = float("inf")
ALLOWED = {  # option: from (included), to (excluded), and a usual value
    "momentum": (0, INFINITY, 0.9),
    "dampening": (0, INFINITY, 0),
    "weight_decay": (0, INFINITY, 0.01),
    "eps": (0, INFINITY, 1e-8),
    "alpha": (0, 1, 0.99),
    "rho": (0, 1, 0.9),
    "betas": (0, 1, (0.9, 0.999)),
    "lr_decay": (0, INFINITY, 0),
    "initial_accumulator_value": (0, INFINITY, 0),
    "max_iter": (1, INFINITY, 20),
    "history_size": (1, INFINITY, 100),
    "tolerance_grad": (0, INFINITY, 1e-7),
    "tolerance_change": (0, INFINITY, 1e-9),
}
LARGE_LR = 10
MOST_FINDINGS = 3  # lines of a message


def groups_of(params: Any) -> list[Group]:
    """The groups that the first argument of an optimizer means."""
    if hasattr(params, "parameters") and list(params.parameters()):
        what = f"the optimizer needs the parameters, but got the {type(params).__name__} itself"
        why = "it updates each parameter in the list"
        raise lesson("E24", what=what, why=why, fix="model.parameters()   in place of   model")
    if hasattr(params, "parameters"):
        raise no_parameters(params, params)
    if isinstance(params, Face) or not isinstance(params, Iterable):
        what = f"the optimizer needs a list of parameters, but got a {type(params).__name__}"
        fix = "[w, b]   or   model.parameters()"
        raise lesson("E24", what=what, why="it updates each parameter in the list", fix=fix)
    entries = list(params)
    if entries and isinstance(entries[0], dict):
        return entries
    return [{"params": entries}]


def whole(group: Group, options: Group) -> Group:
    """A group with all its options."""
    if "params" not in group:
        what = f"a group of parameters needs 'params'; got {group!r:.60}"
        why = "a group is a dict of parameters and of the options that they have to themselves"
        raise lesson("E24", what=what, why=why, fix='{"params": [w, b], "lr": 0.1}')
    given = group["params"]
    entries = [given] if isinstance(given, Face) else groups_of(given)[0]["params"]
    for entry in entries:
        require_parameter(entry)
    if unknown := sorted(group.keys() - options.keys() - {"params"}):
        what = f"{unknown[0]!r} is not an option of this optimizer"
        why = f"it reads {', '.join(options)}"
        raise lesson("E24", what=what, why=why, fix='{"params": [w, b], "lr": 0.1}')
    return {**options, **group, "params": entries}


def require_parameter(entry: Any) -> None:
    """Raise E24 or E14 for what cannot be updated; hint at a Tensor that never asked to be."""
    if not isinstance(entry, Face) or entry.op is not None:
        named = isinstance(entry, str) or (isinstance(entry, tuple) and isinstance(entry[0], str))
        what = f"{entry!r:.60} is not a parameter"
        why = "an optimizer updates leaves: Values and Tensors not made by an operation"
        fix = "model.parameters()" if named else "w = Tensor(data, requires_grad=True)"
        raise lesson("E24", what=what, why=why, fix=fix)
    if type(entry) is Tensor and not entry.requires_grad:  # unlike a Parameter that was frozen
        if entry.dtype.kind != "f":
            raise lesson("E14", dtype=entry.dtype)
        warnings.warn(str(lesson("E18h", node=entry)), Hint, stacklevel=calls_to_here())


def require_same_options(saved: list[Group], ours: list[Group]) -> None:
    """Raise E24 if groups that were saved have other options than ours: another kind of rule's.

    What a schedule keeps in a group does not count.
    """
    for theirs, group in zip(saved, ours, strict=True):
        if other := sorted((theirs.keys() ^ group.keys()) - {"initial_lr"}):
            here = "is an option here and not there" if other[0] in group else "is no option here"
            what = f"the saved state is that of another kind of optimizer: {other[0]!r} {here}"
            why = "each rule remembers something else"
            fix = "optimizer.load_state_dict(saved)   with   saved = other.state_dict()"
            raise lesson("E24b", what=what, why=why, fix=fix)


def model_of(params: Any) -> Any:
    """The model whose parameters these are, if that can be seen; ask before they are read."""
    if inspect.isgenerator(params):
        return inspect.getgeneratorlocals(params).get("self")
    return getattr(params, "module", None)


def no_parameters(params: Any, model: Any) -> Exception:
    """Lesson E18: what the model holds instead, or that a generator was used up."""
    if model is not None:
        found = list(findings(model))
        left = [f"and {len(found) - MOST_FINDINGS} more"] if len(found) > MOST_FINDINGS else []
        lines = "\n".join([*found[:MOST_FINDINGS], *left])
        return lesson("E18m", model=type(model).__name__, findings=lines)
    is_iterator = isinstance(params, Iterable) and iter(params) is params
    used_up = ": this generator was already used up, or had none" if is_iterator else ""
    return lesson("E18", detail=used_up)


def findings(model: Any) -> Iterator[str]:
    """What is seen in a model without parameters, each in words that say what to do."""
    for kind in type(model).__mro__:
        for name in vars(kind):
            if name != "__init__" and name.strip("_") in ("init", "int"):
                yield f"its method {name} never ran, Python calls __init__"
    attributes = getattr(model, "__dict__", {})
    held = {name: x for name, x in attributes.items() if name != "training" and name[0] != "_"}
    if not held:
        yield "it has no attributes: they are made in __init__(self)"
    for name, entry in held.items():
        yield f"self.{name} is {described(entry)}"


def described(entry: Any) -> str:
    """An attribute that holds no parameter, and why not."""
    if isinstance(entry, type):
        return f"the class {entry.__name__}, to be called: {entry.__name__}(...)"
    if isinstance(entry, Face):
        return f"a {type(entry).__name__}, which becomes a parameter as nn.Parameter(...)"
    kind = f"a {type(entry).__name__}"
    if isinstance(entry, np.ndarray):
        return "an array, which becomes a parameter as nn.Parameter(...)"
    if not isinstance(entry, Collection) or isinstance(entry, str):
        return kind
    inner = list(entry.values() if isinstance(entry, dict) else entry)
    if not inner:
        return f"an empty {type(entry).__name__}"
    if isinstance(inner[0], type):
        return f"{kind} of classes, each to be called: {inner[0].__name__}(...)"
    return f"{kind} of {type(inner[0]).__name__}"


def check(group: Group) -> None:
    """Raise E19 for options without meaning; hint at a learning rate that hardly has one."""
    lr = group["lr"]
    require_numbers(group)
    if not lr >= 0:
        raise lesson("E19", lr=lr)
    if lr == 0 or lr > LARGE_LR:
        effect = "nothing would change" if lr == 0 else "steps this large seldom converge"
        warnings.warn(str(lesson("E19h", lr=lr, effect=effect)), Hint, stacklevel=calls_to_here())
    for name, (low, high, usual) in ALLOWED.items():
        for value in np.ravel(group.get(name, low)):
            if not low <= value < high:
                allowed = f"in [{low}, {high})" if high < INFINITY else f"at least {low}"
                raise not_allowed(name, allowed, group[name], f"{name}={usual}")


def not_allowed(option: str, allowed: str, value: Any, fix: str) -> Exception:
    """Lesson E19b: an option has a value with which the rule does not work."""
    return lesson("E19b", option=option, allowed=allowed, value=value, fix=fix)


def require_numbers(group: Group) -> None:
    """Raise E24 for an option that is to be a number, or in betas two, and is not."""
    for name in ("lr", *ALLOWED):
        value = group.get(name, (0, 0) if name == "betas" else 0)
        pair = name == "betas"
        entries = value if pair and isinstance(value, tuple | list) else [value]
        if len(entries) != 1 + pair or not all(isinstance(entry, Real) for entry in entries):
            what = f"{name} must be {'two numbers' if pair else 'a number'}; got {value!r}"
            fix = f"{name}={'(0.9, 0.999)' if pair else 0.1}   plain numbers, without quotes"
            raise lesson("E24", what=what, why="the update rule computes with it", fix=fix)


def per_group(name: str, given: Any, groups: list[Group]) -> list[Any]:
    """One entry for each group: those of a list, or the same one for all."""
    entries = list(given) if isinstance(given, list | tuple) else [given] * len(groups)
    if len(entries) != len(groups):
        allowed = f"one, or a list of {len(groups)}"
        raise not_allowed(name, allowed, given, f"give {name} as many entries as param_groups has")
    return entries


def each_of(schedule: Any, entries: list[Any]) -> list[Any]:
    """A schedule's entries, one per group; lesson E24 if a group has joined since it was built."""
    if len(schedule.optimizer.param_groups) == len(entries):
        return entries
    name = type(schedule).__name__
    what = f"{name} was built for another number of groups than the optimizer has now"
    why = "it has one entry for each group that there was"
    fix = f"{name}(optimizer, ...)   after   optimizer.add_param_group(...)"
    raise lesson("E24b", what=what, why=why, fix=fix)


def at_least_one(name: str, count: Any) -> int:
    """A whole number from 1, or lesson E19b."""
    if isinstance(count, Integral) and int(count) >= 1:
        return int(count)
    raise not_allowed(name, "a whole number, at least 1", count, f"{name}=10")


def share(name: str, x: float, above_zero: bool = False) -> float:
    """A number from 0 to 1, or lesson E19b."""
    if 0 <= x <= 1 and not (above_zero and x == 0):
        return x
    allowed = "above 0, at most 1" if above_zero else "from 0 to 1"
    raise not_allowed(name, allowed, x, f"{name}=0.5")


def one_of(name: str, given: str, *known: str) -> str:
    """One of the known words, or lesson E19b."""
    if given in known:
        return given
    allowed = " or ".join(map(repr, known))
    raise not_allowed(name, allowed, repr(given), f"{name}={known[0]!r}")


def calls_to_here() -> int:
    """How many calls lie between the user's line and this one's caller: a hint's stacklevel."""
    frame, level = sys._getframe(1), 1
    while frame.f_back and frame.f_globals["__name__"].partition(".")[0] == "optim":
        frame, level = frame.f_back, level + 1
    return level
