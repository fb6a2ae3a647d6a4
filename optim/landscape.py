"""The loss as a landscape, and the paths that optimizers take through it.

Three famous landscapes of two weights are here: `ravine`, `rosenbrock` and `beale`. `path` runs an
optimizer and keeps every point; `trajectories` draws such paths on the contours of their loss.
`loss_slice` cuts through the landscape of a network, `cobweb` and `stability` show what the
learning rate does on the simplest landscape of all, a parabola.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import chain, islice, repeat
from typing import Any, NamedTuple

import numpy as np

from autograd import Tensor, no_grad
from autograd.data import raw
from autograd.random import generator

from .descent import GradientDescent
from .optimizer import Array, Optimizer
from .plot import GRID, INK, PALE_INK, new_axes, plain, styles

POINTS_PER_AXIS = 120
LEVELS = 11
MARGIN = 0.12
DOTTED = 100  # up to so many points, each step of a path is marked
PAPER_WHITE, FAR, NEAR = "#FFFFFF", "#F4F6F8", "#C9D3DC"  # the ground, from high to low


class Window(NamedTuple):
    """The part of the plane that is drawn."""

    left: float
    right: float
    bottom: float
    top: float


def ravine(x: Any, y: Any, steepness: float = 25) -> Any:
    """(x^2 + steepness y^2) / 2: a valley with steep walls and a flat floor, lowest at (0, 0).

    steepness is its condition number: how much more y curves than x.

    >>> ravine(1.0, 2.0)
    50.5
    """
    return (x * x + steepness * y * y) / 2


def rosenbrock(x: Any, y: Any) -> Any:
    """(1 - x)^2 + 100 (y - x^2)^2: a bent valley, easy to enter and long to follow, to (1, 1).

    Source: Rosenbrock 1960, The Computer Journal 3(3).

    >>> rosenbrock(1.0, 1.0), rosenbrock(0.0, 1.0)
    (0.0, 101.0)
    """
    a, b = 1 - x, y - x * x
    return a * a + 100 * b * b


def beale(x: Any, y: Any) -> Any:
    """(1.5 - x + x y)^2 + (2.25 - x + x y^2)^2 + (2.625 - x + x y^3)^2: plateaus with sharp rims.

    Lowest at (3, 0.5). Source: Beale 1958, Technical Report 25, Princeton University.

    >>> beale(3.0, 0.5), beale(0.0, 0.0)
    (0.0, 14.203125)
    """
    powers = zip((1.5, 2.25, 2.625), (y, y * y, y * y * y), strict=True)
    first, second, third = (c - x + x * power for c, power in powers)
    return first * first + second * second + third * third


def path(
    loss: Callable[..., Any], start: Sequence[float],
    optimizer: Callable[[list[Tensor]], Optimizer], steps: int,
    batches: Iterable[tuple[Any, ...]] | None = None,
) -> Array:  # fmt: skip
    """Every point that an optimizer visits from start: shape (steps + 1, number of weights).

    loss: called with the weights, and after them the arrays of a batch, if there are batches.
    optimizer: called with the parameters, as in `lambda w: SGD(w, lr=0.1)`.
    batches: such as a DataLoader, read again from the start whenever an epoch ends.

    >>> path(lambda w: w * w / 2, [1.0], lambda w: GradientDescent(w, lr=0.5), steps=3).ravel()
    array([1.   , 0.5  , 0.25 , 0.125])
    """
    weights = [Tensor(float(w), requires_grad=True) for w in start]
    rule = optimizer(weights)
    points = [[w.item() for w in weights]]
    given = repeat(()) if batches is None else chain.from_iterable(repeat(batches))
    for batch in islice(given, steps):
        rule.zero_grad()
        loss(*weights, *batch).backward()
        rule.step()
        points.append([w.item() for w in weights])
    return np.array(points)


def trajectories(
    loss: Callable[..., Any], paths: Mapping[str, Array], minimum: Sequence[float] | None = None,
    window: Sequence[float] | None = None, ax: Any = None,
) -> Any:  # fmt: skip
    """Draw paths of two weights on the contours of their loss; returns the axes.

    A path begins at a ring and ends at its mark; a cross is the minimum, if it is given. Contours
    are spaced by factors, so that the valley's floor shows too.

    paths: arrays (steps + 1, 2) by name, as `path` gives them. window: left, right, bottom, top.
    """
    ax = ax or new_axes(6.2, 4.4)
    view = Window(*window) if window is not None else around(paths, minimum)
    contours(loss, view, ax)
    for (name, points), style in zip(paths.items(), styles(1), strict=False):
        last = {"markevery": [len(points) - 1], "markeredgecolor": "white", "markersize": 8}
        ax.plot(*points.T, label=name, **{**style, **last})
        if len(points) <= DOTTED:
            ax.plot(*points.T, ".", color=style["color"], markersize=4)
    for points in paths.values():
        ax.plot(*points[0], "o", color="white", markeredgecolor=INK, markersize=7)
    if minimum is not None:
        ax.plot(*minimum, "x", color=INK, markersize=8, markeredgewidth=2)
    ax.set(xlim=view[:2], ylim=view[2:], xlabel="first weight", ylabel="second weight")
    ax.legend(handles=named(ax), frameon=False, loc="upper left", bbox_to_anchor=(1.01, 1))
    return ax


def named(ax: Any) -> list[Any]:
    """The lines of the axes that stand for a run."""
    return [line for line in ax.lines if not line.get_label().startswith("_")]


def contours(loss: Callable[..., Any], window: Window, ax: Any) -> Any:
    """Draw lines of equal loss in a window of the plane of two weights."""
    return equal_heights(*heights(loss, window), ax)


def equal_heights(across: Array, up: Array, height: Array, ax: Any) -> Any:
    """Draw lines of equal height, spaced by factors, on a ground that is darker where it is low."""
    from matplotlib.colors import LinearSegmentedColormap

    levels = levels_of(height)
    ground = LinearSegmentedColormap.from_list("ground", [NEAR, FAR, PAPER_WHITE])
    ax.contourf(across, up, np.log(height), levels=np.log(levels), cmap=ground, extend="both")
    return ax.contour(across, up, height, levels=levels, colors=PALE_INK, linewidths=0.5, alpha=0.6)


def heights(loss: Callable[..., Any], window: Window) -> tuple[Array, Array, Array]:
    """The loss on a grid, at least a little above zero: where across, where up, how high."""
    left, right, bottom, top = window
    across = np.linspace(left, right, POINTS_PER_AXIS)
    up = np.linspace(bottom, top, POINTS_PER_AXIS)
    with no_grad(), np.errstate(all="ignore"):
        height = np.array([[float(raw(loss(x, y))) for x in across] for y in up])
    return across, up, above_zero(height)


def above_zero(height: Array) -> Array:
    """Heights for a logarithmic scale: what is not above 0 is as the least that is."""
    least = height[np.isfinite(height) & (height > 0)].min()
    raised: Array = np.maximum(height, least)
    return raised


def levels_of(height: Array) -> Array:
    """Heights for contour lines, each a factor above the one before."""
    low, high = np.quantile(height[np.isfinite(height)], [0.005, 0.98])
    return np.geomspace(low, max(high, 1.01 * low), LEVELS)


def around(paths: Mapping[str, Array], minimum: Sequence[float] | None) -> Window:
    """A window that holds all points of the paths that are not lost in the distance."""
    points = np.concatenate([*paths.values(), *([] if minimum is None else [[minimum]])])
    points = points[np.isfinite(points).all(axis=1)]
    low, high = points.min(axis=0), points.max(axis=0)
    margin = MARGIN * np.where(high > low, high - low, 1)
    (left, bottom), (right, top) = (low - margin).tolist(), (high + margin).tolist()
    return Window(left, right, bottom, top)


def loss_slice(
    loss: Callable[[], Any], params: Iterable[Tensor], directions: int = 2, span: float = 1,
    points: int = 25, seed: int | np.random.Generator | None = None, ax: Any = None,
) -> Any:  # fmt: skip
    """Draw the loss of a network along one or two random directions; returns the axes.

    The point in the middle is the network as it is; it is left as it was. The directions are scaled
    like the weights (`filter_normalised`): a step of 1 changes each neuron's weights by their own
    size, so that slices of different networks can be compared. Contours are spaced by factors.

    loss: a function without arguments, the loss at the parameters as they are.
    Source: Li et al. 2018, arXiv:1712.09913.
    """
    params = list(params)
    rng = generator(seed)
    ways = [filter_normalised(params, rng) for _ in range(directions)]
    distance = np.linspace(-span, span, points)
    ax = ax or new_axes(5.2, 4)
    if directions == 1:
        ax.plot(distance, [loss_at(loss, params, ways, [a]) for a in distance], **next(styles(99)))
        ax.plot(0, loss_at(loss, params, ways, [0]), "o", color=INK)
        ax.set(xlabel="distance, in sizes of the weights", ylabel="loss")
        plain(ax)
        return ax
    height = np.array([[loss_at(loss, params, ways, [a, b]) for a in distance] for b in distance])
    ax.clabel(equal_heights(distance, distance, above_zero(height), ax), fontsize=7, colors=INK)
    ax.plot(0, 0, "o", color=INK)
    ax.set(xlabel="first direction", ylabel="second direction", aspect="equal")
    ax.locator_params(nbins=5)
    return ax


def filter_normalised(params: Sequence[Tensor], rng: np.random.Generator) -> list[Array]:
    """A random direction in which each row of weights is as long as that row of the parameter.

    A row of W is what one neuron reads its inputs with. Biases stay: their direction is zero.
    """
    return [row_scaled(rng.normal(size=w.shape), np.asarray(w.data)) for w in params]


def row_scaled(direction: Array, w: Array) -> Array:
    """The direction, each row as long as that of w; zero for what has no rows."""
    if w.ndim < 2:
        return np.zeros_like(direction)
    inside = tuple(range(1, w.ndim))
    size = np.sqrt((w * w).sum(axis=inside, keepdims=True))
    scaled: Array = direction * size / np.sqrt((direction**2).sum(axis=inside, keepdims=True))
    return scaled


def loss_at(
    loss: Callable[[], Any], params: Sequence[Tensor], ways: Sequence[Sequence[Array]],
    distances: Sequence[float],
) -> float:  # fmt: skip
    """The loss some way off, with the parameters put back afterwards."""
    before = [w.data for w in params]
    try:
        for i, w in enumerate(params):
            pairs = zip(distances, ways, strict=True)
            w.data = before[i] + sum(distance * way[i] for distance, way in pairs)
        with no_grad():
            return float(raw(loss()))
    finally:
        for w, data in zip(params, before, strict=True):
            w.data = data


def cobweb(
    lr: float, curvature: float = 1, start: float = 1, steps: int = 10, ax: Any = None
) -> Any:
    """Draw one weight's way down the parabola curvature w^2 / 2; returns the axes.

    Each update is w <- (1 - lr curvature) w. A step in the cobweb goes up to that line, the new w,
    and across to the diagonal, where the new w becomes the old one.
    """
    loss = lambda w: curvature * w * w / 2
    points = path(loss, [start], partial(GradientDescent, lr=lr), steps).ravel()
    factor = 1 - lr * curvature
    ax = ax or new_axes(3.4, 3.4)
    reach = 1.1 * max(abs(start), min(np.abs(points).max(), 3 * abs(start)))
    ends = np.array([-reach, reach])
    first, second = islice(styles(99), 2)
    ax.axhline(0, color=GRID, linewidth=1, zorder=0)
    ax.axvline(0, color=GRID, linewidth=1, zorder=0)
    ax.plot(ends, ends, color=PALE_INK, linewidth=1, linestyle=":", label="new = old")
    ax.plot(ends, factor * ends, label=f"new = {factor:.3g} old", **first)
    corners = np.repeat(points, 2)
    ax.plot(corners[:-1], [0, *corners[2:]], label="the weight", **{**second, "linestyle": "-"})
    ax.plot(start, 0, "o", color="white", markeredgecolor=INK)
    ax.set(xlim=ends, ylim=ends, xlabel="old w", ylabel="new w", aspect="equal")
    ax.set_title(f"lr {lr:g}")
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def stability(
    rates: Sequence[float], curvature: float = 1, start: float = 1, steps: int = 50, ax: Any = None
) -> Any:
    """Draw how far from the minimum a weight is after some steps, for each lr; returns the axes.

    On the parabola curvature w^2 / 2 the weight comes nearer if 0 < lr < 2 / curvature: the shaded
    band. It is there at once if lr is 1 / curvature.
    """
    ax = ax or new_axes(6, 3.7)
    loss = lambda w: curvature * w * w / 2
    ends = [path(loss, [start], partial(GradientDescent, lr=lr), steps)[-1, 0] for lr in rates]
    floor = 1e-16  # where float64 no longer tells a difference from 1
    ax.axvspan(0, 2 / curvature, color="#DCEAF4", zorder=0)
    ax.axhline(abs(start), color=PALE_INK, linewidth=1, linestyle=":")
    ax.plot(rates, np.maximum(np.abs(ends), floor), **next(styles(len(rates))))
    ax.set(xlabel="learning rate", ylabel=f"|w| after {steps} steps", yscale="log")
    ax.annotate(f"stable: 0 < lr < {2 / curvature:g}", (1 / curvature, 0.97), ha="center", va="top",
                xycoords=("data", "axes fraction"), color="#004C78")  # fmt: skip
    plain(ax)
    return ax
