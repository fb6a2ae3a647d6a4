"""Is this gradient right? Compare it with finite differences, or by-hand work with the engine's.

The slope of f at x is close to (f(x + eps) - f(x - eps)) / (2 eps): slow, but it knows nothing of
the chain rule, so it cannot share a mistake with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from .data import raw
from .errors import GradcheckError, lesson
from .node import Node
from .tensor import Tensor
from .transforms import slopes_of
from .value import Value


class Entry(NamedTuple):
    """One compared number: the derivative of the given order by one entry of one input.

    entry: its index, or the number of a random direction.
    """

    order: int
    input: int
    entry: tuple[int, ...] | int
    got: float
    expected: float

    @property
    def difference(self) -> float:
        """How far apart they are; infinite where one is nan."""
        gap = abs(self.got - self.expected)
        return gap if gap == gap else float("inf")


class Report(NamedTuple):
    """What `gradcheck` compared: how many entries, and the ten that were farthest off."""

    compared: int
    entries: tuple[Entry, ...]

    @property
    def worst(self) -> Entry | None:
        """The entry that was farthest off."""
        return self.entries[0] if self.entries else None

    def __bool__(self) -> bool:
        return True

    def __str__(self) -> str:
        return _table(f"{self.compared} gradient entries agree; the worst:", self.entries)


def gradcheck(
    f: Callable[..., Any],
    inputs: Any | Sequence[Any],
    order: int = 1,
    eps: float | None = None,
    atol: float = 1e-6,
    rtol: float = 1e-5,
    directions: int | None = None,
    complex_step: bool = False,
) -> Report:
    """Compare the engine's derivatives of f with central differences; raise where they disagree.

    f: takes nodes, returns one or several numbers as a node (an array is reduced to one number by
    random weights, which a wrong entry cannot hide behind).
    inputs: floats, arrays or nodes; computed in float64. They should stay away from kinks.
    order: 2 also checks the derivatives of the derivatives, and so on.
    directions: move each input along so many random directions, not entry by entry: for large ones.
    complex_step: expect Im f(x + i eps) / eps, exact to rounding. For order 1, and an f made of
    `np.*` functions and operators that are smooth for complex numbers (not abs, max or relu).
    Raises GradcheckError naming the order, the input, the entry, the number got and expected.

    >>> gradcheck(lambda x, y: x * y.sin(), (2.0, np.array([0.5, 1.0])), order=2).compared
    6
    >>> gradcheck(lambda x: np.exp(x) * x, 2.0, complex_step=True, atol=1e-14).compared
    1
    """
    if complex_step and order > 1:
        raise lesson("E24b", what="gradcheck: complex_step is for order=1",
                     why="the first derivative is computed by the engine, on real numbers only",
                     fix="gradcheck(f, x, order=2)")  # fmt: skip
    starts = list(inputs) if isinstance(inputs, (list, tuple)) else [inputs]
    points = [_point(x) for x in starts]
    rng = np.random.default_rng(0)
    weights: dict[Any, Any] = {}

    def level(k: int, *nodes: Any) -> Any:
        """A random combination of all derivatives of order k: one number."""
        result = _weighted(f(*nodes), weights.setdefault((0, 0), {}), rng)
        for j in range(1, k + 1):
            slopes = enumerate(slopes_of(result, nodes, create_graph=True))
            parts = [_weighted(s, weights.setdefault((j, i), {}), rng) for i, s in slopes]
            result = sum(parts[1:], parts[0])
        return result

    step = eps if eps is not None else (1e-30 if complex_step else 1e-6)
    difference = _complex_difference if complex_step else _central_difference
    entries = []
    for k in range(order):
        function = partial(level, k)
        nodes = _leaves(points)
        slopes = slopes_of(function(*nodes), nodes, create_graph=False)
        for i, (slope, point) in enumerate(zip(slopes, points, strict=True)):
            for at, u in _directions(np.shape(point), directions, rng):
                expected = difference(function, points, i, u * step, step)
                entries.append(Entry(k + 1, i, at, float(np.sum(slope * u)), expected))
    entries.sort(key=lambda e: e.difference, reverse=True)
    wrong = [e for e in entries if not abs(e.got - e.expected) <= atol + rtol * abs(e.expected)]
    if wrong:
        head = f"gradient entries that disagree with finite differences: {len(wrong)}; the worst:"
        raise GradcheckError(_table(head, wrong[:10]))
    return Report(len(entries), tuple(entries[:10]))


class Comparison(NamedTuple):
    """By-hand gradient against the engine's: what `compare` found.

    exact: the same to the last bit. approximate: to rounding. difference: the largest, which is
    at the entry `where`.
    """

    name: str
    exact: bool
    approximate: bool
    difference: float
    where: tuple[int, ...]

    def __str__(self) -> str:
        at = f" at {self.where}" if self.where and not self.exact else ""
        answers = [f"{'yes' if x else 'no':3}" for x in (self.exact, self.approximate)]
        return (
            f"{self.name:12} exact: {answers[0]}  approximate: {answers[1]}  "
            f"max difference: {self.difference:.3g}{at}"
        )


def compare(name: str, mine: Any, node: Node) -> Comparison:
    """Print and return how far a gradient found by hand is from `node.grad`.

    Raises E22b if backward() has not run, E01c if mine has another shape.

    >>> x = Value(3.0)
    >>> (x * x).backward()
    >>> found = compare("dx", 2 * 3.0, x)
    dx           exact: yes  approximate: yes  max difference: 0
    >>> found.exact
    True
    """
    if node.grad is None:
        raise lesson("E22b", name=name)
    ours, theirs = np.asarray(raw(mine)), np.asarray(raw(node.grad))
    if ours.shape != theirs.shape:
        raise lesson("E01c", node=name, shape=theirs.shape, given=ours.shape)
    same = (ours == theirs) | (np.isnan(ours) & np.isnan(theirs))
    with np.errstate(invalid="ignore"):
        gaps = np.where(same, 0.0, abs(ours - theirs))
    gaps = np.where(np.isnan(gaps), np.inf, gaps)
    worst = np.unravel_index(np.argmax(gaps), gaps.shape) if gaps.size else ()
    close = bool(np.allclose(ours, theirs, rtol=1e-8, atol=1e-12, equal_nan=True))
    where = tuple(map(int, worst))
    found = Comparison(name, bool(same.all()), close, float(gaps.max(initial=0.0)), where)
    print(found)
    return found


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
    return np.sum(result * kept["weights"])


def _directions(
    shape: tuple[int, ...], count: int | None, rng: np.random.Generator
) -> Iterator[tuple[Any, Any]]:
    """Along which each input moves: one entry at a time, or `count` random unit vectors."""
    if count is None:
        for at in np.ndindex(shape):
            unit = np.zeros(shape)
            unit[at] = 1.0
            yield at, unit
        return
    for i in range(count):
        u = rng.standard_normal(shape)
        yield i, u / max(float(np.sqrt(np.sum(u * u))), 1e-12)


def _central_difference(
    f: Callable[..., Any], points: list[Any], i: int, move: Any, eps: float
) -> float:
    """(f(x + move) - f(x - move)) / (2 eps)."""
    up, down = [float(raw(f(*_leaves(_moved(points, i, m))))) for m in (move, -move)]
    return (up - down) / (2 * eps)


def _complex_difference(
    f: Callable[..., Any], points: list[Any], i: int, move: Any, eps: float
) -> float:
    """Im f(x + i move) / eps: nothing is subtracted, so nothing cancels."""
    return float(np.imag(f(*_moved(points, i, 1j * move)))) / eps


def _moved(points: list[Any], i: int, move: Any) -> list[Any]:
    """The points, with the i-th one moved."""
    there = points[i] + move
    return [*points[:i], there if np.ndim(there) else np.asarray(there).item(), *points[i + 1 :]]


def _table(head: str, entries: Sequence[Entry]) -> str:
    rows = [("order", "input", "entry", "got", "expected", "difference")]
    for e in entries:
        at = str(e.entry) if isinstance(e.entry, tuple) else f"direction {e.entry}"
        numbers = f"{e.got:.8g}", f"{e.expected:.8g}", f"{e.difference:.1e}"
        rows.append((str(e.order), str(e.input), at, *numbers))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join([cell.rjust(width) for cell, width in zip(row, widths, strict=True)])
        for row in rows
    ]
    return "\n".join([head, *[f"  {line}" for line in lines]])
