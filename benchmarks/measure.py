"""How a row is measured: CPU time of one thread, in rounds that alternate between the engines."""

from __future__ import annotations

import importlib.util
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

Times = dict[str, float]

ROOT = Path(__file__).parents[1]


class Row(NamedTuple):
    """Ours against one peer, with the targets of the design, if it has any for that peer.

    told, verdict: the result in words, where it is no ratio.
    """

    name: str
    work: str
    peer: str
    ratio: float | None
    must: float | None = None
    goal: float | None = None
    ours: float | None = None
    theirs: float | None = None
    told: str = ""
    verdict: str = ""

    @property
    def result(self) -> str:
        """The ratio as the table shows it."""
        return self.told or ("peer missing" if self.ratio is None else f"{self.ratio:.3g}")

    @property
    def reached(self) -> str:
        """Which of the two targets was reached."""
        if self.ratio is None or self.must is None or self.goal is None:
            return self.verdict
        if self.ratio <= self.goal:
            return "goal"
        return "must" if self.ratio <= self.must else "**missed**"


class Measured(NamedTuple):
    """A figure of our own, a time or a size, with the target of the design, if there is one."""

    name: str
    work: str
    figure: float
    unit: str
    target: float | None = None

    @property
    def reached(self) -> str:
        """Whether the figure is below the target."""
        if self.target is None:
            return ""
        return "reached" if self.figure <= self.target else "**missed**"


def installed(module: str) -> bool:
    """Whether a peer can be measured here."""
    return importlib.util.find_spec(module) is not None


def cpu_time(run: Callable[[], Any], repeats: int) -> float:
    """Seconds of CPU time for one call of run, over a block of repeats."""
    start = time.process_time()
    for _ in range(repeats):
        run()
    return (time.process_time() - start) / repeats


def interleaved(engines: dict[str, Callable[[], Any]], rounds: int, block: float = 0.05) -> Times:
    """The median time of each engine, which take turns: round by round, a block of calls each."""
    repeats = {}
    for name, run in engines.items():
        run()
        repeats[name] = max(1, round(block / max(cpu_time(run, 3), 1e-9)))
    times: dict[str, list[float]] = {name: [] for name in engines}
    for _ in range(rounds):
        for name, run in engines.items():
            times[name].append(cpu_time(run, repeats[name]))
    return {name: statistics.median(found) for name, found in times.items()}


def in_own_process(module: str, engine: str, *options: str) -> float:
    """The figure printed by `python -m module engine options`, in a process of its own."""
    command = [sys.executable, "-m", module, engine, *options]
    # As in an installation, modules are compiled once and then read.
    environment = {k: x for k, x in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, env=environment, cwd=ROOT
    )
    return float(done.stdout.split()[-1])


def median_step(step: Callable[[], Any], steps: int) -> float:
    """The median CPU time of a step, of so many in a loop."""
    return statistics.median([cpu_time(step, 1) for _ in range(steps)])


def steps_in(rounds: int) -> str:
    """How many steps a process takes; in a single, quick round only a few."""
    return str(35 if rounds > 1 else 5)


def alternating(module: str, engines: list[str], rounds: int, *options: str) -> Times:
    """The median figure of each engine, each run alone in a process, engines taking turns."""
    found: dict[str, list[float]] = {engine: [] for engine in engines}
    for _ in range(rounds):
        for engine in engines:
            found[engine].append(in_own_process(module, engine, *options))
    return {engine: statistics.median(times) for engine, times in found.items()}


def table(rows: list[Row]) -> str:
    """The rows as one Markdown table; a row that misses its `must` says so."""
    lines = [
        "| row | work | against | ours / theirs | must | goal | |",
        "|---|---|---|---:|---:|---:|---|",
    ]
    for row in rows:
        must, goal = ("" if x is None else f"{x:g}" for x in (row.must, row.goal))
        cells = (row.name, row.work, row.peer, row.result, must, goal, row.reached)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def plain_table(found: list[Measured]) -> str:
    """Figures of our own as one Markdown table, to three digits."""
    lines = ["| view | work | figure | target | |", "|---|---|---:|---:|---|"]
    for one in found:
        figure = f"{float(f'{one.figure:.3g}'):,g} {one.unit}"
        target = "" if one.target is None else f"{one.target:,g} {one.unit}"
        cells = (one.name, one.work, figure, target, one.reached)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)
