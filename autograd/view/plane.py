"""The plane of two features: a grid over the samples, and what a model says there.

What it says is told in one sign for each point of the grid: which class is the likeliest, and by
how much it leads. A page of many frames stays small that way; both drawings of it, here and in the
page's script, are made of these signs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..data import raw
from ..ops.elementwise import sigmoid
from ..ops.reduce import log_softmax
from ..state import no_grad

Array = np.ndarray[Any, Any]

MARGIN = 0.15  # beyond the outermost samples, as a part of their spread
SIGNS = "".join(map(chr, range(35, 127))).replace("<", "").replace("\\", "")
MOST_CLASSES = len(SIGNS) // 4
TONES = 5  # of each class: the further it leads, the stronger
FINE = 20  # places between two points of the grid


def axes_around(X: Array, points: int) -> Array:
    """So many equally spaced places on each axis around samples X (n, 2): shape (points, 2)."""
    low, high = X.min(axis=0), X.max(axis=0)
    margin = MARGIN * np.where(high > low, high - low, 1)
    axes: Array = np.linspace(low - margin, high + margin, points)
    return axes


def class_probabilities(scores: Any) -> Array:
    """The probability of each class: shape (n, C), from scores of shape (n, C).

    A single score, of shape (n,) or (n, 1), is that of the second of two classes, as
    BCEWithLogitsLoss takes it.

    >>> class_probabilities([0.0, 0.0])
    array([[0.5, 0.5],
           [0.5, 0.5]])
    """
    scores = np.asarray(raw(scores))
    with no_grad():
        if scores.ndim == 1 or scores.shape[1] == 1:
            p = sigmoid(scores.reshape(-1, 1))
            return np.concatenate([1 - p, p], axis=1)
        found: Array = np.exp(log_softmax(scores))
    return found


def levels_of(classes: int) -> int:
    """How many leads are told apart, if there are so many classes."""
    return len(SIGNS) // classes


def signs(p: Array) -> str:
    """One sign for each point: its likeliest class, and by how much that leads the second.

    p: probabilities (n, C). The root of a lead, between 0 and 1, is rounded down to one of
    `levels_of(C)` levels: small leads, near the border, are told more exactly.
    """
    second, first = np.partition(p, -2, axis=1)[:, -2:].T
    levels = levels_of(p.shape[1])
    lead = np.nan_to_num(np.floor(np.sqrt(first - second) * levels)).clip(0, levels - 1).astype(int)
    return "".join([SIGNS[code] for code in p.argmax(axis=1) * levels + lead])


def read(text: str, classes: int, side: int) -> tuple[Array, Array]:
    """Class and level of each point, (side, side), the first row at the bottom."""
    codes = np.array([SIGNS.index(sign) for sign in text]).reshape(side, side)
    winner, level = np.divmod(codes, levels_of(classes))
    return winner, level


def regions(winner: Array, level: Array, classes: int) -> list[str]:
    """A path for each class and tone, of squares one unit wide around the points of the grid.

    Tones of a class follow one another. The first row is the lowest, as in a picture.
    """
    paths = [""] * (classes * TONES)
    side = len(winner)
    tones = winner * TONES + level * TONES // levels_of(classes)
    for row, line in enumerate(tones.tolist()):
        start = 0
        for end in range(1, side + 1):
            if end == side or line[end] != line[start]:
                paths[line[start]] += f"M{start} {side - 1 - row}h{end - start}v1h{start - end}z"
                start = end
    return paths


def border(winner: Array, level: Array) -> str:
    """A path along which the likeliest class changes, between the points of the grid.

    On a line between two points of different classes, the leads of both tell where: it is nearer
    to the smaller one. In each square between four points such places are joined.
    """
    side, path = len(winner), ""
    leads = ((level + 0.5) ** 2).tolist()
    classes = winner.tolist()
    for i in range(side - 1):
        for j in range(side - 1):
            places = list(crossings(classes, leads, i, j))
            if len(places) == 2:
                path += joined(places[0], places[1], side)
            elif places:
                x, y = [sum(axis) / len(places) for axis in zip(*places, strict=True)]
                path += "".join([joined(place, (x, y), side) for place in places])
    return path


def crossings(
    classes: list[list[int]], leads: list[list[float]], i: int, j: int
) -> Iterator[tuple[float, float]]:
    """Where the class changes on the four lines around a square, as (column, row)."""
    for (r, c), (s, d) in (((i, j), (i, j + 1)), ((i, j), (i + 1, j)),
                           ((i, j + 1), (i + 1, j + 1)), ((i + 1, j), (i + 1, j + 1))):  # fmt: skip
        if classes[r][c] != classes[s][d]:
            t = leads[r][c] / (leads[r][c] + leads[s][d])
            yield c + t * (d - c), r + t * (s - r)


def joined(one: tuple[float, float], two: tuple[float, float], side: int) -> str:
    """A line between two places of the grid."""
    ends = [f"{fine(x + 0.5)} {fine(side - 0.5 - y)}" for x, y in (one, two)]
    return f"M{ends[0]}L{ends[1]}"


def fine(x: float) -> str:
    """A place to the twentieth, rounded as scripts round."""
    return f"{np.floor(x * FINE + 0.5) / FINE:g}"
