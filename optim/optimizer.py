"""Optimizer: all parameters as one vector, and an update rule on it.

A network has many parameters, but an update rule treats every number alike. So the parameters of a
group are laid end to end in one vector per dtype: each Tensor's data becomes a view into it (a
Value's number is copied in and out), and a step costs a handful of NumPy calls however many
parameters there are. An optimizer is then its paper's few lines: the method `update`.

Others may give a parameter new data at any time: a second optimizer, a cell run again, a loaded
file. So every step first looks, by identity, whether each parameter still is its view.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from copy import copy
from typing import Any, TypeAlias

import numpy as np

from autograd.data import raw
from autograd.errors import Hint, lesson
from autograd.face import Face
from autograd.guard import stamp
from autograd.state import enable_grad

from .options import (
    Group,
    calls_to_here,
    check,
    groups_of,
    model_of,
    no_parameters,
    require_same_options,
    whole,
)  # fmt: skip
from .table import Entries, UpdateTable

Array: TypeAlias = np.ndarray[Any, Any]

BLOCK = 2**18  # numbers to a stretch: a rule's temporary arrays then stay in the processor's cache


class Optimizer:
    """w <- w - step, where a subclass says what the step is: its method `update`.

    params: Values and Tensors, or a list of groups {"params": [...], "lr": ...} whose options
        take the place of the optimizer's own.
    accumulate: gradients are summed over steps on purpose; without it E04 hints at that.
    lr, options: the learning rate, and whatever else the rule reads. `param_groups` keeps them,
        one dict per group, and every step reads them again: a schedule may change them.

    Raises E18 without parameters, E19 for a learning rate that is not positive.

    >>> from autograd import Value
    >>> class SignDescent(Optimizer):
    ...     def update(self, w, g, t, memory, group):
    ...         return group["lr"] * np.sign(g)
    >>> w = Value(3.0)
    >>> optimizer = SignDescent([w], lr=0.5)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> w.data
    2.5
    """

    needs_closure = False  # whether step() must be given a function that computes the loss

    def __init__(
        self, params: Iterable[Any], lr: float, *, accumulate: bool = False, **options: Any
    ) -> None:
        self.defaults = {"lr": lr, **options}
        self.accumulate = accumulate
        self._stepped: Any = None  # the gradient that the first parameter had at the last step
        self.param_groups: list[Group] = []
        self._nodes: list[Any] = []
        self._vectors: list[tuple[Group, Vector]] = []
        whose = model_of(params)
        for group in groups_of(params):
            self.add_param_group(group)
        if not self._nodes:
            raise no_parameters(params, whose)

    def add_param_group(self, param_group: Group) -> None:
        """One more group, {"params": [...], "lr": ...}, such as layers that begin to learn later.

        >>> from autograd import Value
        >>> from optim import GradientDescent
        >>> optimizer = GradientDescent([Value(1.0)], lr=0.1)
        >>> optimizer.add_param_group({"params": [Value(2.0)], "lr": 0.01})
        >>> [group["lr"] for group in optimizer.param_groups]
        [0.1, 0.01]
        """
        group = whole(param_group, self.defaults)
        nodes = [*self._nodes, *group["params"]]
        if len(set(map(id, nodes))) < len(nodes):
            what = "a parameter was given to the optimizer twice"
            why = "it would take two steps where one is meant"
            raise lesson("E24", what=what, why=why, fix="give each parameter once, in one group")
        check(group)
        self.param_groups.append(group)
        self._nodes = nodes
        self._vectors += [(group, vector) for vector in laid_out(group["params"])]

    def update(self, w: Array, g: Array, t: int, memory: Memory, group: Group) -> Array:
        """The rule: what to subtract from w.

        The rule is to treat each number by itself, for it is called on one stretch of the vector
        after another: a norm taken here would be the norm of a stretch.

        w, g: parameters and gradient, flat vectors of one length.
        t: the number of this step, from 1.
        memory: vectors by name, kept from step to step, zero before their first use.
        group: the options.
        """
        raise NotImplementedError

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Update every parameter that has a gradient. Raises E22 if none has one.

        closure: called first, if given; it computes the loss and its gradients and returns the
            loss, and so does step().
        """
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        self._hint_at_sums()
        for group, vector, having in self._gather():
            vector.advance(self.update, group, having)
            vector.scatter(having)
        self._stepped = self._nodes[0].grad
        return loss

    def _hint_at_sums(self) -> None:
        """Hint E04 if the gradient of the last step was added to, not reset."""
        first = self._nodes[0]
        if self._stepped is None or self.accumulate or first.grad is None:
            return
        if first._mark("added_to") == id(self._stepped):
            self.accumulate = True  # said once
            warnings.warn(str(lesson("E04")), Hint, stacklevel=calls_to_here())

    def zero_grad(self) -> None:
        """Forget all gradients; without it the next backward() adds to them."""
        for node in self._nodes:
            node.grad = None

    def explain_step(self) -> UpdateTable:
        """The table name | old | gradient | step | new of what step() would do now.

        Nothing is changed; the same rule runs on copies, so the numbers are those of step().

        >>> from autograd import Value
        >>> from optim import GradientDescent
        >>> w = Value(0.5, name="w")
        >>> ((w * 2.0 - 3) ** 2).backward()
        >>> GradientDescent([w], lr=0.1).explain_step()
        GradientDescent: new = old - step
        name  old  gradient  step  new
        w     0.5        -8  -0.8  1.3
        """
        index = {id(node): i for i, node in enumerate(self._nodes)}
        entries = {}
        for group, vector, having in self._gather():
            trial, old, steps = vector.copy(), vector.data.copy(), np.zeros_like(vector.data)
            trial.advance(self.update, group, having, steps)
            columns = (old, vector.gradient.copy(), steps, trial.data)
            for i in having:
                node, span = vector.nodes[i], vector.spans[i]
                n = index[id(node)]
                name, shape = node.name or f"p{n}", np.shape(node._data)
                entries[n] = Entries(name, shape, *[column[span] for column in columns])
        title = f"{type(self).__name__}: new = old - step"
        return UpdateTable(title, [entries[n] for n in sorted(entries)])

    def state_dict(self) -> dict[str, Any]:
        """Options and memory as plain data: {"state": {index: ...}, "param_groups": [...]}.

        Parameters are numbered in the order in which they were given, as in PyTorch.
        """
        index = {id(node): i for i, node in enumerate(self._nodes)}
        state = {}
        for _, vector in self._vectors:
            for node, remembered in zip(vector.nodes, vector.remembered(), strict=True):
                if remembered["step"]:
                    state[index[id(node)]] = remembered
        groups = [
            {**group, "params": [index[id(node)] for node in group["params"]]}
            for group in self.param_groups
        ]
        return {"state": dict(sorted(state.items())), "param_groups": groups}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continue where the optimizer stopped whose `state_dict()` this is.

        Raises E18b for a state of other parameters, E24 for one of another kind of optimizer.
        """
        if missing := [key for key in ("state", "param_groups") if key not in state_dict]:
            what = f"an optimizer's state has no {' and no '.join(map(repr, missing))} here"
            why = "it continues from both: what each parameter remembers, and the options"
            fix = "optimizer.load_state_dict(saved)   with   saved = other.state_dict()"
            raise lesson("E24b", what=what, why=why, fix=fix)
        saved = state_dict["param_groups"]
        ours = [len(group["params"]) for group in self.param_groups]
        theirs = [len(group["params"]) for group in saved]
        if ours != theirs:
            what = f"the saved state has groups of {theirs} parameters, this optimizer of {ours}"
            raise lesson("E18b", what=what)
        require_same_options(saved, self.param_groups)
        state = state_dict["state"]
        index = {id(node): i for i, node in enumerate(self._nodes)}
        for _, vector in self._vectors:
            vector.recall([state.get(index[id(node)], {"step": 0}) for node in vector.nodes])
        for group, options in zip(self.param_groups, saved, strict=True):
            group.update({key: value for key, value in options.items() if key != "params"})

    def __repr__(self) -> str:
        options = {key: value for key, value in self.param_groups[0].items() if key != "params"}
        told = ", ".join(f"{key}={value}" for key, value in options.items())
        return f"{type(self).__name__}({len(self._nodes)} parameters, {told})"

    def _gather(self) -> list[tuple[Group, Vector, list[int]]]:
        found = [
            (group, vector, having)
            for group, vector in self._vectors
            if (having := vector.gather())
        ]
        if not found:
            raise lesson("E22")
        return found


class Memory:
    """What an update rule remembers from step to step: vectors by name, zero before first use.

    The rule sees the stretch that it is called for: `memory["m"]` is a view, to change in place.
    """

    def __init__(self, vectors: dict[str, Array], like: Array, span: slice) -> None:
        self.vectors, self.like, self.span = vectors, like, span

    def __getitem__(self, name: str) -> Array:
        if name not in self.vectors:
            self.vectors[name] = np.zeros_like(self.like)
        return self.vectors[name][self.span]

    def __setitem__(self, name: str, numbers: Array) -> None:
        self[name][...] = numbers


class Vector:
    """Parameters end to end in one array, what a rule remembers of them, and their step counts.

    A step is gather, advance, scatter; parameters are meant by their place in `nodes`.
    """

    def __init__(self, nodes: list[Face]) -> None:
        self.nodes = nodes
        self.data = np.concatenate([np.ravel(node._data) for node in nodes])
        self.gradient = np.zeros_like(self.data)
        ends = np.cumsum([np.size(node._data) for node in nodes]).tolist()
        self.spans = [slice(a, b) for a, b in zip([0, *ends], ends, strict=False)]
        self.steps = [0] * len(nodes)
        self.memory: dict[str, Array] = {}

    def gather(self) -> list[int]:
        """Bring data and gradient up to date; returns the places that have a gradient."""
        raise NotImplementedError

    def scatter(self, changed: list[int]) -> None:
        """Give the parameters their new numbers, and tell the graph that they changed."""
        raise NotImplementedError

    def advance(
        self, update: Any, group: Group, having: list[int], steps: Array | None = None
    ) -> None:
        """Take one step with the parameters that have a gradient; note it in steps, if given."""
        for start, stop, t in self.stretches(having):
            for a in range(start, stop, BLOCK):
                span = slice(a, min(a + BLOCK, stop))
                w, memory = self.data[span], Memory(self.memory, self.data, span)
                step = update(w, self.gradient[span], t, memory, group)
                w -= step
                if steps is not None:
                    steps[span] = step
        for i in having:
            self.steps[i] += 1

    def stretches(self, having: list[int]) -> list[list[int]]:
        """[start, stop, t] of neighbours that are about to take their t-th step; usually one."""
        if len(having) == len(self.nodes) and len({*self.steps}) == 1:
            return [[0, self.data.size, self.steps[0] + 1]]
        found: list[list[int]] = []
        for i in having:
            span, t = self.spans[i], self.steps[i] + 1
            if found and found[-1][1] == span.start and found[-1][2] == t:
                found[-1][1] = span.stop
            else:
                found.append([span.start, span.stop, t])
        return found

    def copy(self) -> Vector:
        """The same numbers elsewhere, to try a step on."""
        trial = copy(self)
        trial.data, trial.gradient = self.data.copy(), self.gradient.copy()
        trial.steps = self.steps.copy()
        trial.memory = {name: vector.copy() for name, vector in self.memory.items()}
        return trial

    def remembered(self) -> Iterator[dict[str, Any]]:
        """For each parameter its step count and its piece of every vector in memory."""
        for node, span, step in zip(self.nodes, self.spans, self.steps, strict=True):
            shape = np.shape(node._data)
            pieces = {name: v[span].reshape(shape).copy() for name, v in self.memory.items()}
            yield {"step": step, **pieces}

    def recall(self, remembered: list[dict[str, Any]]) -> None:
        """The reverse of `remembered`."""
        memory: dict[str, Array] = {}
        for node, span, saved in zip(self.nodes, self.spans, remembered, strict=True):
            for name, piece in saved.items():
                if name == "step":
                    continue
                if np.shape(piece) != np.shape(node._data):
                    what = f"the saved {name!r} has shape {np.shape(piece)}, its parameter has "
                    raise lesson("E18b", what=f"{what}shape {np.shape(node._data)}")
                vector = memory.setdefault(name, np.zeros_like(self.data))
                vector[span] = np.ravel(piece)
        self.memory = memory
        self.steps = [int(saved["step"]) for saved in remembered]


class Tensors(Vector):
    """Tensors of one dtype: their data are views into the vector."""

    def __init__(self, nodes: list[Face]) -> None:
        super().__init__(nodes)
        self.look()
        self.adopt()

    def look(self) -> None:
        """Make the views, shaped like the parameters, into data and gradient."""
        nodes = zip(self.nodes, self.spans, strict=True)
        pairs = [(span, node._data.shape) for node, span in nodes]
        self.views = [self.data[span].reshape(shape) for span, shape in pairs]
        self.gradients = [self.gradient[span].reshape(shape) for span, shape in pairs]

    def __getstate__(self) -> dict[str, Any]:
        """What copies and pickles are made of: not the views, which need not stay views there."""
        return {k: x for k, x in vars(self).items() if k not in ("views", "gradients")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self.look()

    def adopt(self) -> None:
        """Copy in what is no longer a view into this vector, and make it one again."""
        for node, view in zip(self.nodes, self.views, strict=True):
            if node._data is not view:
                if node._data.shape != view.shape or node._data.dtype != view.dtype:
                    was, now = (f"{a.dtype} {a.shape}" for a in (view, node._data))
                    name = repr(node.name) if node.name else "a parameter"
                    what = f"{name} was {was} when the optimizer was built and is {now} now"
                    raise lesson("E18b", what=what)
                view[...] = node._data
                node._data = view

    def gather(self) -> list[int]:
        """Bring data and gradient up to date; returns the places that have a gradient."""
        self.adopt()
        having = []
        for i, (node, mine) in enumerate(zip(self.nodes, self.gradients, strict=True)):
            g = node.grad
            if g is None:
                continue
            if type(g) is not np.ndarray:
                g = np.asarray(raw(g))
            if g.shape != mine.shape:
                raise lesson("E01c", node=node, given=g.shape, shape=mine.shape)
            mine[...] = g
            having.append(i)
        return having

    def scatter(self, changed: list[int]) -> None:
        """The views show the new numbers already; tell the graph that they changed."""
        stamp([self.nodes[i] for i in changed])


class Values(Vector):
    """Values: their numbers are copied into the vector and out again."""

    def gather(self) -> list[int]:
        """Bring data and gradient up to date; returns the places that have a gradient."""
        self.data[:] = [node._data for node in self.nodes]
        having = [i for i, node in enumerate(self.nodes) if node.grad is not None]
        self.gradient[having] = [raw(self.nodes[i].grad) for i in having]
        return having

    def scatter(self, changed: list[int]) -> None:
        """Give the Values their new numbers, and tell the graph that they changed."""
        numbers = self.data.tolist()
        for i in changed:
            self.nodes[i]._data = numbers[i]
        stamp([self.nodes[i] for i in changed])


def laid_out(nodes: list[Face]) -> list[Vector]:
    """One vector for each dtype among the nodes."""
    kinds: dict[Any, list[Face]] = {}
    for node in nodes:
        kind = float if type(node._data) is float else node._data.dtype
        kinds.setdefault(kind, []).append(node)
    return [Values(some) if kind is float else Tensors(some) for kind, some in kinds.items()]
