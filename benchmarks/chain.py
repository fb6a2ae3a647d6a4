"""S1: a chain of 10,000 scalar operations, forward and backward; and its memory.

Each engine runs alone in its own process, 35 steps with the garbage collector at its defaults: in
a scalar engine most of the time can be the collector's, and one engine's garbage must not be
another's cost.

    python -m benchmarks.chain ours|micrograd|torch [time|memory]
"""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Callable
from typing import Any

from .measure import Row, alternating, installed, median_step, steps_in

LENGTH = 10_000
ENGINES = {"micrograd": "micrograd", "torch": "torch"}


def leaf_of(engine: str) -> Callable[[], Any]:
    """A function that makes the number a chain starts from."""
    if engine == "ours":
        from autograd import Value

        return lambda: Value(1.0)
    if engine == "micrograd":
        from micrograd.engine import Value as Micro

        sys.setrecursionlimit(10 * LENGTH)  # its backward pass recurses once for every node
        return lambda: Micro(1.0)
    import torch

    torch.set_num_threads(1)
    return lambda: torch.tensor(1.0, dtype=torch.float64, requires_grad=True)


def chain(x: Any, length: int = LENGTH) -> Any:
    """length operations, each on the result of the one before."""
    for _ in range(length // 2):
        x = x * 0.9999
        x = x + 0.0001
    return x


def step(leaf: Callable[[], Any]) -> float:
    """Build the chain, go back through it, and return the gradient at its start."""
    x = leaf()
    chain(x).backward()
    return float(x.grad)


def seconds(engine: str, steps: int) -> float:
    """The median CPU time of a step."""
    leaf = leaf_of(engine)
    expected = 0.9999 ** (LENGTH // 2)
    if abs(step(leaf) - expected) > 1e-9:
        raise SystemExit(f"{engine} computes a wrong gradient: {step(leaf)} for {expected}")
    return median_step(lambda: step(leaf), steps)


def bytes_per_node(engine: str) -> float:
    """What one node of the chain takes, forward only."""
    leaf = leaf_of(engine)
    chain(leaf(), 10)
    tracemalloc.start()
    root = chain(leaf())
    used, _ = tracemalloc.get_traced_memory()
    del root
    return used / LENGTH


def rows(rounds: int) -> list[Row]:
    """S1's rows."""
    found = []
    for peer, must, goal in (("micrograd", 0.50, 0.29), ("torch", 0.15, 0.10)):
        work, steps = f"{LENGTH:,} scalar operations", steps_in(rounds)
        found.append(row("S1", work, peer, must, goal, rounds, steps))
    memory = row("S1", "bytes per node", "micrograd", 0.26, 0.21, 1, "memory")
    return [*found, memory]


def row(name: str, work: str, peer: str, must: float, goal: float, rounds: int, figure: str) -> Row:
    """One comparison of this module's figure."""
    if not installed(peer):
        return Row(name, work, peer, None, must, goal)
    times = alternating("benchmarks.chain", ["ours", peer], rounds, figure)
    ratio = times["ours"] / times[peer]
    return Row(name, work, peer, ratio, must, goal, times["ours"], times[peer])


if __name__ == "__main__":
    engine, figure = sys.argv[1:]
    print(bytes_per_node(engine) if figure == "memory" else seconds(engine, int(figure)))
