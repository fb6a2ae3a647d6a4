"""Compile a function: its value and its gradients as one program, read first, then run.

    step = compile(loss, w, x)
    print(step.source)               # the backward pass as one would write it by hand
    value, gradient = step(w, x)

The function runs once, on the example. What it records, forward and backward, is written down as
straight lines of Python (`program.py`), and from then on those lines run: no graph is built.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import is_
from typing import Any
from warnings import catch_warnings, simplefilter, warn

import numpy as np

from .data import NUMBERS, plain, raw
from .errors import Hint, lesson
from .guard import add_to
from .local import CORNER
from .machine import in_machine_code
from .node import Node
from .program import Program, program
from .random import restore, snapshot
from .tracing import Trace, parameters_of, trace
from .transforms import Argnum


def compile(
    fn: Callable[..., Any],
    *example: Any,
    grad: Argnum | None = 0,
    batch: str | Sequence[str] | None = None,
    reduce: str = "mean",
    backend: str = "numpy",
) -> Compiled:
    """The function x -> (f(x), f'(x)) as a program of straight lines; `.source` is its text.

    fn: takes numbers and arrays and returns one number, as for `value_and_grad`; or a tuple, that
    number first: then the program's value is a tuple too.
    example: arguments to trace it with. Their numbers do not matter, their shapes and dtypes do:
    for others the function is traced again.
    grad: which argument to differentiate by; a tuple gives a tuple of gradients; None gives the
    value alone. Parameters that fn uses from around it are read at every call, and
    each one's gradient is added to its `.grad`, as `backward()` does.
    batch: names of arguments that arrive as arrays of B samples, for an fn that computes with the
    numbers of one: then the whole batch runs at once.
    reduce: what becomes of the samples' values, their "mean" or their "sum".
    backend: "numpy", or "python" for floats without NumPy; or "numba" for these in machine code,
    which takes seconds to make at the first call (`pip install "chainrule[numba]"`).

    Plain `if`, `for` and `while` are not in the program: they are as they were for the example, so
    write `where(x > 0, a, b)` for a choice. Raises E35 for what cannot be compiled.

    >>> from autograd import tanh
    >>> def loss(w, x):
    ...     h = tanh(w * x)
    ...     return (h - 1) ** 2
    >>> step = compile(loss, 0.5, 2.0, backend="python")
    >>> print(step.source)
    def loss(w, x):
        h = tanh(w * x)
        v1 = h - 1
        L = v1 ** 2
    <BLANKLINE>
        # backward: from dL/dL = 1
        dL_dv1 = 2 * v1  # from L = v1 ** 2
        dL_dw = dL_dv1 * (1 - h * h) * x  # from h = tanh(w * x)
        return L, dL_dw
    <BLANKLINE>
    >>> value, slope = step(1.0, 0.0)
    >>> value, slope
    (1.0, -0.0)
    """
    return Compiled(fn, example, grad, batch, reduce, backend)


class Version:
    """One trace of a function and its program, for parameters and modules in these states."""

    def __init__(self, trace: Trace, program: Program, kinds: Any) -> None:
        self.trace, self.program, self.kinds = trace, program, kinds
        self.seen = [leaf._data for leaf in trace.captured]
        self.held = [kind_of(data) for data in self.seen]

    def fits(self) -> bool:
        """Whether parameters and modules still are as they were in the trace."""
        now = [leaf._data for leaf in self.trace.captured]
        if not all(map(is_, now, self.seen)):  # updates happen in place: they mostly are the same
            if [kind_of(data) for data in now] != self.held:
                return False
            self.seen = now
        return all([module.training is mode for module, mode in self.trace.modes.items()])


class Compiled:
    """A compiled function. source: the program that ran last."""

    def __init__(
        self, fn: Callable[..., Any], example: tuple[Any, ...], grad: Argnum | None,
        batch: str | Sequence[str] | None, reduce: str, backend: str,
    ) -> None:  # fmt: skip
        require("backend", backend, ("numpy", "python", "numba"))
        require("reduce", reduce, ("mean", "sum"))
        if batch and backend == "python":
            raise lesson("E35", what='batch= with backend="python"',
                         why="a batch is computed on arrays, all samples at once",
                         fix='compile(fn, ..., batch="x", backend="numpy")')  # fmt: skip
        self.fn = fn
        self.grad = grad
        self.reduce = reduce
        self.backend = backend
        self.wanted = chosen(grad, len(example))
        self.batch = positions(batch, parameters_of(fn, len(example)))
        self.versions: dict[Any, list[Version]] = {}
        self.told = False  # whether a hint said that the function was traced again
        self.version = self.traced(self.given(example))
        self.versions[self.version.kinds] = [self.version]

    @property
    def source(self) -> str:
        """The text of the program."""
        return self.version.program.source

    def __repr__(self) -> str:
        return f"<compiled {getattr(self.fn, '__name__', self.fn)}>"

    def __call__(self, *args: Any) -> Any:
        """fn's value, and its gradient unless grad is None."""
        given = self.given(args)
        self.version = version = self.fitting(given)
        leaves = version.trace.learned
        value, *slopes = run(version, given)
        count = len(self.wanted)
        if leaves:
            give(leaves, slopes[count : count + len(leaves)])
        if version.trace.also:
            value = (value, *slopes[count + len(leaves) :])
        if self.grad is None:
            return value
        found = tuple(slopes[:count])
        return value, found if isinstance(self.grad, tuple) else found[0]

    def given(self, args: tuple[Any, ...]) -> list[Any]:
        """The arguments as plain data."""
        given = [raw(plain(x)) for x in args]
        for i in self.batch:
            given[i] = np.asarray(given[i], float)
        return [float(x) if type(x) in NUMBERS else x for x in given]

    def fitting(self, given: list[Any]) -> Version:
        """The program for these arguments, and for parameters and modules as they are now."""
        kinds = self.kinds(given)
        if kinds == self.version.kinds and self.version.fits():
            return self.version
        known = self.versions.setdefault(kinds, [])
        for version in known:
            if version.fits():
                return version
        if not self.told:
            self.told = True
            why = "a module went from train() to eval() or back" if known else "other arguments"
            warn(str(lesson("E35r", what=self, why=why)), Hint, stacklevel=3)
        known.append(self.traced(given))
        return known[-1]

    def kinds(self, given: list[Any]) -> Any:
        """What a program depends on: the arguments' types, shapes and dtypes."""
        return tuple([None if i in self.batch else kind_of(x) for i, x in enumerate(given)])

    def traced(self, args: list[Any]) -> Version:
        """The program for arguments like these; in a batch, for a sample like the first one.

        Raises E35 if other numbers give another program: then it depends on more than it records.
        """
        kinds = self.kinds(args)
        args = [float(np.ravel(x)[0]) if i in self.batch else x for i, x in enumerate(args)]
        run, written = self.recorded(args)
        if not self.holds_for(args, written):
            raise lesson("E35", what="other numbers in the arguments gave another program",
                         why="what was read as plain data, or chosen by `if`, is frozen in it",
                         fix="compute with the arguments themselves; where(x > 0, a, b) to choose"
                         )  # fmt: skip
        if self.backend == "numba":
            if written.draws:
                raise lesson("E35", what='random numbers with backend="numba"',
                             why="numba draws from a generator of its own",
                             fix='compile(fn, ..., backend="numpy")')  # fmt: skip
            inputs = len(run.arguments) + len(run.captured)
            written = in_machine_code(written, inputs, self.batch, self.wanted, self.reduce)
        return Version(run, written, kinds)

    def holds_for(self, args: list[Any], written: Program) -> bool:
        """Whether a run on other numbers is the same program."""
        with catch_warnings():
            simplefilter("ignore")  # the first run has said it all
            try:
                _, again = self.recorded([rearranged(x) for x in args])
            except CORNER:  # such numbers are not in the function's domain
                return True
        return again.source == written.source and again.constants == written.constants

    def recorded(self, args: list[Any]) -> tuple[Trace, Program]:
        """One run of the function, and its program."""
        on_arrays = self.backend == "numpy"  # else on floats, and numba has a loop around them
        dice = snapshot()
        try:
            run = trace(self.fn, args, self.wanted, self.batch if on_arrays else ())
        finally:
            restore(dice)  # what it drew was for the record only
        if self.batch and run.also:
            raise lesson("E35", what="the function returned more than one number",
                         why="in a batch there is one result, of all samples together",
                         fix="return loss")  # fmt: skip
        title = getattr(self.fn, "__name__", "step")
        return run, program(run, title, "numpy" if on_arrays else "python", self.reduce)


def run(version: Version, given: list[Any]) -> list[Any]:
    """The outputs of a program, each a float or an array of the caller's own."""
    inputs = [*given, *[leaf._data for leaf in version.trace.captured]]
    dice = snapshot() if version.program.draws else None
    try:
        outputs = version.program.run(*inputs)
    except CORNER:
        if dice is not None:
            restore(dice)
        with np.errstate(all="ignore"):
            outputs = version.program.run_with_corners(
                *[np.float64(x) if type(x) is float else x for x in inputs]
            )
    return [form(output) for form, output in zip(version.program.forms, outputs, strict=True)]


def give(leaves: list[Node], slopes: list[Any]) -> None:
    """Add to each leaf's gradient, as `backward()` does; the arrays are the leaves' own."""
    for leaf, slope in zip(leaves, slopes, strict=True):
        if leaf.grad is None:
            leaf.grad = slope
        else:
            add_to(leaf, leaf.grad, slope, False)


def kind_of(x: Any) -> Any:
    """What a program depends on: float, or the shape and dtype of an array."""
    return (x.shape, x.dtype) if type(x) is np.ndarray else float


def rearranged(x: Any) -> Any:
    """Other numbers in the same range: an array's in another order, a float a little nearer 0."""
    if np.ndim(x):
        return np.roll(x, 1, tuple(range(x.ndim)))  # a symmetric matrix stays one
    smaller = x * (1 - 2.0**-20)
    return smaller if type(x) is float else np.asarray(smaller, x.dtype)


def chosen(grad: Argnum | None, count: int) -> list[int]:
    """The arguments to differentiate by, counted from the front. Raises E24b for others."""
    asked = () if grad is None else grad if isinstance(grad, tuple) else (grad,)
    if not all([-count <= i < count for i in asked]):
        raise lesson("E24b", what=f"grad={grad}, but the function got {count} arguments",
                     why="grad counts the positional arguments, from 0",
                     fix="compile(f, x, y, grad=0)   differentiates by x")  # fmt: skip
    return [i % count for i in asked]


def positions(batch: str | Sequence[str] | None, names: list[str]) -> list[int]:
    """Where the named arguments stand. Raises E24b for a name that no argument has."""
    asked = [] if batch is None else [batch] if isinstance(batch, str) else list(batch)
    for name in asked:
        if name not in names:
            raise lesson("E24b", what=f"batch={name!r}, but the arguments are {', '.join(names)}",
                         why="batch names the arguments that arrive as arrays of samples",
                         fix=f"compile(f, ..., batch={names[0]!r})" if names else "leave it out"
                         )  # fmt: skip
    return [names.index(name) for name in asked]


def require(key: str, value: str, known: tuple[str, ...]) -> None:
    """Raise E24b for an option that there is not."""
    if value not in known:
        listed = " or ".join([repr(name) for name in known])
        raise lesson("E24b", what=f"compile: {key}={value!r}", why=f"{key} is {listed}",
                     fix=f"compile(fn, ..., {key}={known[0]!r})")  # fmt: skip
