"""The chain rule as a sum over paths: ∂L/∂a is, over all paths from a to L, the sum of the products
of the local derivatives along each.

There may be more paths than atoms, which is why backpropagation adds up at every node instead. So
few paths are written out, and many are only counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .model import Edge
from .steps import Story

MOST_PATHS = 50
MOST_EDGES = 6000  # on all paths of a page together


@dataclass(frozen=True, slots=True)
class Paths:
    """The paths from a box to the root: how many there are; if few, their edges and products."""

    count: int
    paths: list[list[Edge]]
    products: list[float]

    @property
    def total(self) -> float:
        """The sum over the paths that are written out."""
        return sum(self.products)


def paths_to_root(told: Story) -> dict[str, Paths]:
    """The paths from each box that has a gradient, in a graph of single numbers."""
    root = told.graph.root.key
    onward: dict[str, list[Edge]] = {}
    for edge in told.graph.edges:
        if edge.incoming is not None:
            onward.setdefault(edge.source, []).append(edge)
    counts = {root: 1}
    found = {root: Paths(1, [[]], [seed(told)])}
    for box in reversed(told.graph.boxes):  # consumers before what they consume
        edges = [edge for edge in onward.get(box.key, []) if edge.target in counts]
        if box.key == root or not edges:
            continue
        counts[box.key] = sum([counts[edge.target] for edge in edges])
        written = all(edge.local is not None and edge.target in found for edge in edges)
        if not written or counts[box.key] > MOST_PATHS:
            continue
        paths, products = [], []
        for edge in edges:
            further = found[edge.target]
            paths += [[edge, *path] for path in further.paths]
            products += [float(edge.local or 0.0) * product for product in further.products]
        found[box.key] = Paths(counts[box.key], paths, products)
    few = {key: found.get(key, Paths(count, [], [])) for key, count in counts.items()}
    return {key: paths for key, paths in few.items() if key != root}


def seed(told: Story) -> float:
    """The gradient that every path ends with."""
    state = told.ways[0].state(len(told.ways[0].steps))[told.graph.root.key]
    try:
        return float(state.gradient)
    except TypeError:
        return 1.0


def paths_from(told: Story, index: dict[str, int]) -> dict[int, Any]:
    """The paths as a page shows them: [how many, [[edges, product in words], ...], their sum]."""
    places = {(e.target, e.position): i for i, e in enumerate(told.graph.edges)}
    left, shown = MOST_EDGES, {}
    if told.silent is not None:
        return {}
    for key, paths in paths_to_root(told).items():
        left -= sum([len(path) for path in paths.paths])
        rows = []
        if left >= 0:
            rows = [
                [[places[edge.target, edge.position] for edge in path], told.words.amount(product)]
                for path, product in zip(paths.paths, paths.products, strict=True)
            ]
        total = told.words.amount(paths.total) if rows else ""
        shown[index[key]] = [paths.count, rows, total]
    return shown
