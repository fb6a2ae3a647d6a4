"""Long chains: does a node cost the same in a long one, and how long can one be?

python -m benchmarks.growth time NODES            seconds per node, without the collector
python -m benchmarks.growth depth ours NODES      1 if the chain's gradient is right
python -m benchmarks.growth depth micrograd NODES
"""

from __future__ import annotations

import gc
import sys
import time
from statistics import median

from .chain import chain, leaf_of
from .measure import Row, in_own_process, installed

SHORT, LONG = 1_000, 1_000_000
DEPTH_MUST, DEPTH_GOAL = 1_000_000, 10_000_000
SHALLOW = (500, 1_000, 2_000, 4_000)


def rows(rounds: int) -> list[Row]:
    """Growth of the time per node, and depth; the longest chain only if there is time for it."""
    times: dict[int, list[float]] = {SHORT: [], LONG: []}
    for _ in range(max(1, rounds // 2)):
        for nodes, found in times.items():
            found.append(in_own_process("benchmarks.growth", "time", str(nodes)))
    short, long = (median(found) for found in times.values())
    work = f"time per node, {SHORT:,} to {LONG:,} nodes, gc off"
    growth = Row("growth", work, "itself", long / short, 1.5, 1.2, long, short)
    return [growth, depth(DEPTH_GOAL if rounds > 2 else DEPTH_MUST)]


def depth(nodes: int) -> Row:
    """How long a chain may be, forward and back, and where the peer's recursion ends."""
    verdict = "**missed**"
    if whole("ours", nodes):
        verdict = "goal" if nodes >= DEPTH_GOAL else "must"
    told = f"{nodes:,} nodes, {'the gradient right' if verdict != '**missed**' else 'and it fails'}"
    if installed("micrograd"):
        failing = [f"{n:,}" for n in SHALLOW if not whole("micrograd", n)]
        told += f"; the peer fails at {failing[0]}" if failing else ""
    return Row("S1", "depth of a chain", "micrograd", None, told=told, verdict=verdict)


def whole(engine: str, nodes: int) -> bool:
    """Whether an engine goes through such a chain, in a process of its own."""
    return in_own_process("benchmarks.growth", "depth", engine, str(nodes)) == 1


def seconds_per_node(nodes: int) -> float:
    """The time of forward and backward for each node of a chain; the best of several."""
    leaf, times = leaf_of("ours"), []
    gc.disable()
    for _ in range(max(3, LONG // 10 // nodes)):
        start = time.process_time()
        chain(leaf(), nodes).backward()
        times.append((time.process_time() - start) / nodes)
    return median(times)


def holds(engine: str, nodes: int) -> int:
    """Whether a chain of so many nodes can be gone through, with the right gradient."""
    x = leaf_of(engine)()
    sys.setrecursionlimit(1_000)  # as Python sets it
    try:
        chain(x, nodes).backward()
    except RecursionError:
        return 0
    return int(abs(float(x.grad) / 0.9999 ** (nodes // 2) - 1) < 1e-6)


if __name__ == "__main__":
    what, *rest = sys.argv[1:]
    print(seconds_per_node(int(rest[0])) if what == "time" else holds(rest[0], int(rest[1])))
