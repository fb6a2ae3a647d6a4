"""The page of results: docs/benchmarks.md, one table and one picture."""

from __future__ import annotations

import platform
from pathlib import Path
from typing import Any

import numpy as np

from .measure import Measured, Row, plain_table, table

DOCS = Path(__file__).parents[1] / "docs"
INK, PALE, GRID = "#333333", "#5F6B7A", "#E6E6E6"
COLORS = {"goal": "#009E73", "must": "#0072B2", "**missed**": "#D55E00", "": "#7A8794"}

WORDS = """# Benchmarks

Written by `python -m benchmarks`, on {cpu}, one thread; CPython {python}, NumPy {numpy}.

Every figure is our time divided by the peer's, so less is better and 1 is as fast; both ran in the
same rounds, on CPU time, and had computed the same results before anything was timed. Ratios hold
to about 15 %; absolute times on a shared machine do not, and are given only for the views, which
have no peer. *must* and *goal* are the project's targets. A peer that is not installed is named as
missing.

![Our time divided by the peer's, for every row](pictures/benchmarks.png)

{table}

- **S rows** run each engine alone in a process, with Python's garbage collector as it is by
  default. Most of the difference to micrograd is that collector: each of its nodes is a reference
  cycle, and none of ours is. The row with the collector off shows what is left.
- **T rows** interleave both libraries in one process, each at one thread. PyTorch's time on small
  arrays is what it costs to dispatch an operation; on large ones it is the arithmetic, where there
  is little to win. The fused form of its Adam is shown beside the usual one.
- **T2 compiled**: the lines of the program are those that one would write by hand. What is left
  above NumPy by hand is the call around them, with gradients that are the caller's own, and an Adam
  that serves any list of parameters. The arrays are new in every step. To write them into buffers
  that are used again, in place where that is safe, was tried: it took 1.01 to 1.07 of the time on
  T2a and T2b, 0.99 on T2c and 0.94 to 1.00 on T3 and T4. So the program that is printed is the one
  that runs.
- **T3** spends a quarter of its time on copying windows of the images side by side, so that one
  matrix product can be made of them.
- **T4** spends a quarter of its time on the error function in its GELU, once forward and once
  backward: NumPy has none, so ours is a formula of a dozen array operations.
- The arrays of **T3 and T4**, half a megabyte each, are made and freed in every step. The C library
  may give that memory back to the system each time and ask for it again. A program that begins with
  `np.empty(2**25 - 2**13, np.uint8)`, an array that is freed at once, teaches glibc to keep the
  memory; `MALLOC_TOP_PAD_=67108864` in its environment does too. Ours then took 0.7 to 0.95 of the
  time, PyTorch's programs 0.8 to 1. The figures above were taken without it.
- **digits** and **import** are whole processes. scikit-learn's own import is part of its program.

## The views

CPU times on the machine named above, after a first call; the import in processes of its own.

{views}
"""


def write(rows: list[Row], views: list[Measured], docs: Path = DOCS) -> None:
    """Write the page and its picture."""
    facts = {"python": platform.python_version(), "numpy": np.__version__, "cpu": processor()}
    page = WORDS.format(table=table(rows), views=plain_table(views), **facts)
    (docs / "benchmarks.md").write_text(page, encoding="utf-8")
    draw(rows).savefig(docs / "pictures" / "benchmarks.png", dpi=110)


def processor() -> str:
    """What the computer calls its processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    names = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def draw(rows: list[Row]) -> Any:
    """A bar from 1, as fast as the peer, to each ratio; returns the figure."""
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    shown = [row for row in rows if row.ratio is not None]
    figure = Figure(figsize=(9.6, 0.9 + 0.29 * len(shown)), layout="constrained")
    ax = figure.add_subplot()
    for place, row in enumerate(shown):
        assert row.ratio is not None
        ax.barh(place, row.ratio - 1, left=1, height=0.62, color=COLORS[row.reached])
        for target, mark, size in ((row.must, "|", 11), (row.goal, "d", 5)):
            if target is not None:
                ax.plot(target, place, mark, color=INK, markersize=size, markeredgewidth=1.4)
        ax.annotate(
            f"{row.ratio:.2g}", (1.01, place), xycoords=("axes fraction", "data"), va="center",
            fontsize=8.5, color=INK, annotation_clip=False,
        )  # fmt: skip
    ax.axvline(1, color=PALE, linewidth=1)
    labels = [f"{row.name}  {row.work}  /  {row.peer}" for row in shown]
    ax.set_yticks(range(len(shown)), labels, fontsize=7.5)
    ticks = [0.01, 0.03, 0.1, 0.3, 1, 3]
    ax.set(xscale="log", xlim=(0.006, 6), ylim=(len(shown) - 0.4, -0.6))
    ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    ax.minorticks_off()
    ax.set_xlabel("our time / the peer's: left of 1 we are faster")
    names = {
        "goal": "goal reached",
        "must": "must reached",
        "**missed**": "missed",
        "": "no target",
    }
    bars = [Patch(color=COLORS[key], label=name) for key, name in names.items()]
    marks = [
        Line2D([], [], color=INK, marker=mark, linestyle="", label=name)
        for mark, name in (("|", "must"), ("d", "goal"))
    ]
    figure.legend(
        handles=[*bars, *marks], loc="outside upper right", ncols=6, frameon=False, fontsize=8
    )
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x", color=GRID, linewidth=0.8)
    ax.set_axisbelow(True)
    return figure
