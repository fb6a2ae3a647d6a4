"""The lines of a program as machine code: the numba back end of `compile`.

What numba is given is the program on Python floats, as `print(step.source)` shows it. A batch is a
loop around that program, one sample after another, so no array is made between two lines.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dis import get_instructions
from types import FunctionType
from typing import Any

import numpy as np

from .errors import lesson
from .program import Program

LOOP = """
def loop({columns}, {rest}):
    totals, shares = np.zeros({count}), np.empty(({kept}, len({first})))
    for sample in range(len({first})):
        found = program({arguments})
        for i in range({count}):
            totals[i] += found[i]
        {keep}
    return totals, shares
"""


def in_machine_code(
    written: Program, inputs: int, batch: Sequence[int], wanted: Sequence[int], reduce: str
) -> Program:
    """A program on Python floats, to be run by numba.

    inputs: how many it has. batch: which of them arrive as arrays of samples. wanted: the inputs
    whose gradients follow the value. reduce: "mean" or "sum" of the samples' results.
    Raises E35 if numba is not installed, or cannot translate a line.
    """
    try:
        from numba import njit
        from numba.core.errors import NumbaError
    except ImportError:
        raise lesson("E35", what='backend="numba", and numba is not installed',
                     why="the machine code comes from that package",
                     fix='pip install "chainrule[numba]"') from None  # fmt: skip
    lines = translated(written.run, njit)
    run = looped(lines, njit, len(written.forms), inputs, batch, wanted, reduce) if batch else lines

    def checked(*given: Any) -> Any:
        try:
            return run(*given)
        except NumbaError as error:
            told = [line for line in str(error).splitlines() if not line.startswith("Failed in")]
            raise lesson("E35", what=f"numba cannot translate the program: {told[0]:.60}",
                         why="it translates floats and the functions of Python's math module",
                         fix='compile(fn, ..., backend="numpy")') from None  # fmt: skip

    forms = list(written.forms)
    for place, i in enumerate(wanted, start=1):
        if i in batch:
            forms[place] = np.array
    return written._replace(run=checked, run_with_corners=checked, forms=forms)


def translated(function: Any, njit: Any) -> Any:
    """A function and the functions of ours that it calls, for numba; division by 0 gives inf."""
    if not isinstance(function, FunctionType):
        return np.cbrt if function is math.cbrt else function  # numba knows the rest of math
    names = {line.argval for line in get_instructions(function) if line.opname == "LOAD_GLOBAL"}
    around = {
        name: translated(entry, njit)
        for name, entry in function.__globals__.items()
        if name in names
    }
    alone = FunctionType(function.__code__, around, function.__name__)
    return njit(alone, error_model="numpy")


def looped(
    program: Any, njit: Any, count: int, inputs: int, batch: Sequence[int], wanted: Sequence[int],
    reduce: str,
) -> Callable[..., Any]:  # fmt: skip
    """The program for arrays of samples: `count` results, those of batched inputs for each one."""
    kept = [place for place, i in enumerate(wanted, start=1) if i in batch]
    rest = [i for i in range(inputs) if i not in batch]
    names = [f"x{i}[sample]" if i in batch else f"rest[{rest.index(i)}]" for i in range(inputs)]
    text = LOOP.format(
        columns=", ".join([f"x{i}" for i in batch]), rest="rest", first=f"x{batch[0]}",
        count=count, kept=len(kept), arguments=", ".join(names),
        keep="; ".join([f"shares[{j}, sample] = found[{place}]" for j, place in enumerate(kept)])
        or "pass",
    )  # fmt: skip
    around = {"program": program, "np": np}
    exec(text, around)
    loop = njit(around["loop"], error_model="numpy")

    def run(*given: Any) -> list[Any]:
        totals, shares = loop(*[given[i] for i in batch], np.array([given[i] for i in rest], float))
        size = len(given[batch[0]]) if reduce == "mean" else 1
        found = list(totals / size)
        for place, share in zip(kept, shares, strict=True):
            found[place] = share / size
        return found

    return run
