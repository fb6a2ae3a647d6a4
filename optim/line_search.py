"""How far to go along a direction: a line search for Wolfe's conditions.

A point is good if the loss fell by a fair share of what the slope promised, and if the slope is
much flatter than at the start: not too far, and not too near. Source: Nocedal & Wright 2006,
Numerical Optimization, algorithms 3.5 and 3.6; how points are guessed follows PyTorch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from .optimizer import Array

ENOUGH = 1e-4  # the share of the promised fall that is asked for (Armijo's condition)
FLATTER = 0.9  # the share of the slope that may be left (Wolfe's condition)
CLOSE = 1e-9  # points nearer to one another than this are one


class Point(NamedTuple):
    """A place w + t d: its t, the loss there, the slope along d, and the gradient."""

    t: float
    loss: float
    slope: float
    g: Array


def strong_wolfe(
    look: Callable[[float], Point], start: Point, t: float, d: Array, tries: int
) -> tuple[Point, int]:
    """A good point along d, or the best seen after so many tries, and how often it looked.

    look: the function t -> Point. start: the point at 0. t: where to look first.
    """

    def too_high(point: Point) -> bool:
        return point.loss > start.loss + ENOUGH * point.t * start.slope

    def flat(point: Point) -> bool:
        return abs(point.slope) <= -FLATTER * start.slope

    before, now, looks = start, look(t), 1
    while looks <= tries:  # go on until a minimum lies between two points
        if too_high(now) or (looks > 2 and now.loss >= before.loss):
            break
        if flat(now):
            return now, looks
        if now.slope >= 0:
            break
        t = lowest(before, now, now.t + 0.01 * (now.t - before.t), 10 * now.t)
        before, now, looks = now, look(t), looks + 1
    else:
        before = start

    low, high = sorted([before, now], key=lambda point: point.loss)
    stalled, reach = False, np.abs(d).max()
    while looks <= tries and abs(high.t - low.t) * reach >= CLOSE:  # close in on it
        left, right = sorted([low.t, high.t])
        t, edge = lowest(low, high, left, right), 0.1 * (right - left)
        at_edge = min(right - t, t - left) < edge
        if at_edge and (stalled or not left < t < right):
            t, at_edge = (right - edge if right - t < t - left else left + edge), False
        stalled = at_edge
        now, looks = look(t), looks + 1
        if too_high(now) or now.loss >= low.loss:
            low, high = sorted([low, now], key=lambda point: point.loss)
        elif flat(now):
            return now, looks
        else:
            high = low if now.slope * (high.t - low.t) >= 0 else high
            low = now
    return low, looks


def lowest(a: Point, b: Point, least: float, most: float) -> float:
    """Where the cubic through two points, with their slopes, is lowest; between least and most.

    Their middle, if the cubic has no minimum.
    """
    (ta, fa, ga, _), (tb, fb, gb, _) = sorted([a, b], key=lambda point: point.t)
    with np.errstate(divide="ignore", invalid="ignore"):
        bend = ga + gb - 3 * np.divide(fa - fb, ta - tb)
        square = bend * bend - ga * gb
        if not square >= 0:
            return (least + most) / 2
        root = np.sqrt(square)
        t = tb - (tb - ta) * np.divide(gb + root - bend, gb - ga + 2 * root)
    return float(min(max(t, least), most))
