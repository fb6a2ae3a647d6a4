"""Is this gradient right? Compare it with finite differences, to any order.

The slope of f at x is close to (f(x + eps) - f(x - eps)) / (2 eps): slow, but it knows nothing of
the chain rule, so it cannot share a mistake with it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from .data import raw
from .errors import GradcheckError
from .node import Node
from .ops.reduce import sum as total
from .tensor import Tensor
from .transforms import slopes_of
from .value import Value


class Entry(NamedTuple):
    """One compared number: the derivative of the given order by one entry of one input."""

    order: int
    input: int
    entry: tuple[int, ...]
    got: float
    expected: float


class Report(NamedTuple):
    """What `gradcheck` compared: how many entries, and the one that was farthest off."""

    compared: int
    worst: Entry | None

    def __bool__(self) -> bool:
        return True


def gradcheck(
    f: Callable[..., Any],
    inputs: Any | Sequence[Any],
    order: int = 1,
    eps: float = 1e-6,
    atol: float = 1e-6,
    rtol: float = 1e-5,
) -> Report:
    """Compare the engine's derivatives of f with central differences; raise where they disagree.

    f: takes nodes, returns one or several numbers as a node (an array is reduced to one number by
    random weights, which a wrong entry cannot hide behind).
    inputs: floats, arrays or nodes; computed in float64. They should stay away from kinks.
    order: 2 also checks the derivatives of the derivatives, and so on.
    Raises GradcheckError naming the order, the input, the entry, the number got and expected.

    >>> gradcheck(lambda x, y: x * y.sin(), (2.0, np.array([0.5, 1.0])), order=2).compared
    6
    """
    starts = list(inputs) if isinstance(inputs, (list, tuple)) else [inputs]
    points = [_point(x) for x in starts]
    rng = np.random.default_rng(0)
    weights: dict[Any, Any] = {}

    def level(k: int, *nodes: Node) -> Any:
        """A random combination of all derivatives of order k: one number."""
        result = _weighted(f(*nodes), weights.setdefault((0, 0), {}), rng)
        for j in range(1, k + 1):
            slopes = enumerate(slopes_of(result, nodes, create_graph=True))
            parts = [_weighted(s, weights.setdefault((j, i), {}), rng) for i, s in slopes]
            result = sum(parts[1:], parts[0])
        return result

    entries = [
        entry
        for k in range(order)
        for entry in _compare(lambda *nodes, k=k: level(k, *nodes), points, k + 1, eps)
    ]
    wrong = [e for e in entries if not abs(e.got - e.expected) <= atol + rtol * abs(e.expected)]
    if wrong:
        raise GradcheckError(_table(sorted(wrong, key=_distance, reverse=True)))
    return Report(len(entries), max(entries, key=_distance, default=None))


def _point(x: Any) -> Any:
    data = raw(x)
    if isinstance(data, (np.ndarray, list, tuple)):
        return np.array(data, dtype=float)
    return float(data)


def _leaves(points: list[Any]) -> list[Node]:
    return [Value(p) if isinstance(p, float) else Tensor(p, requires_grad=True) for p in points]


def _weighted(result: Any, kept: dict[str, Any], rng: np.random.Generator) -> Any:
    """One number from a result: a sum with random weights, the same at every call."""
    if "weights" not in kept:
        kept["weights"] = rng.uniform(0.5, 1.5, getattr(result, "shape", ()))
    return total(result * kept["weights"])


def _compare(f: Callable[..., Any], points: list[Any], order: int, eps: float) -> list[Entry]:
    nodes = _leaves(points)
    got = slopes_of(f(*nodes), nodes, create_graph=False)
    return [
        Entry(
            order, i, at, float(np.asarray(got[i])[at]), _difference(f, points, i, at, eps)
        )
        for i, point in enumerate(points)
        for at in np.ndindex(np.shape(point))
    ]


def _difference(
    f: Callable[..., Any], points: list[Any], i: int, index: tuple[int, ...], eps: float
) -> float:
    """(f(x + eps) - f(x - eps)) / (2 eps), moving one entry of one input."""
    results = []
    for step in (eps, -eps):
        moved = np.array(points[i])
        moved[index] += step
        shifted = [*points[:i], float(moved) if isinstance(points[i], float) else moved]
        results.append(float(raw(f(*_leaves([*shifted, *points[i + 1 :]])))))
    return (results[0] - results[1]) / (2 * eps)


def _distance(entry: Entry) -> float:
    gap = abs(entry.got - entry.expected)
    return gap if gap == gap else float("inf")


def _table(wrong: list[Entry]) -> str:
    head = f"gradient entries that disagree with finite differences: {len(wrong)}; the worst:"
    rows = [
        f"  order {e.order}, input {e.input}, entry {e.entry}: "
        f"got {e.got:.8g}, expected {e.expected:.8g}"
        for e in wrong[:10]
    ]
    return "\n".join([head, *rows])
