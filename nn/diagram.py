"""The classical picture of a network: units as circles, weights as lines between them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from autograd.data import raw
from autograd.errors import lesson

from .dropout import Dropout
from .layers import Linear
from .module import Module
from .neuron import Layer
from .plot import INK, NEGATIVE, POSITIVE, new_axes

Array = np.ndarray[Any, Any]

RADIUS = 0.3  # of a unit, where the next unit is 1 away
THINNEST, THICKEST = 0.15, 3.0
GAP = "⋮"


class Column(NamedTuple):
    """The units of one layer that are drawn: their numbers, heights, and which are dropped."""

    size: int
    shown: Array
    heights: Array
    dropped: Array


def network_diagram(
    model: Module, sample: int = 0, inputs: Sequence[str] = (), outputs: Sequence[str] = (),
    max_units: int = 10, ax: Any = None,
) -> Any:  # fmt: skip
    """Draw units as circles and weights as lines; returns the axes.

    A positive weight is a solid blue line, a negative one a dashed orange line, the thicker the
    larger. Units that the last call in training dropped are crossed out, and their lines are gone:
    the network that `Dropout` left, for the given sample of that batch. After `eval()` all are in.

    model: its Linear layers, or its Layers of Values, are drawn in order; ReLU and the like change
        no line. inputs, outputs: names for the first and the last units.
    max_units: of larger layers some are left out, at the dots.
    Raises E24 for a model without layers that fit one after the other.

    >>> from nn import MLP
    >>> ax = network_diagram(MLP(2, [3, 1]), inputs=["width", "height"])
    >>> [text.get_text() for text in ax.texts][:2]
    ['width', 'height']
    """
    weights, masks = weights_and_masks(model, sample)
    columns = [column(n, mask, max_units) for n, mask in zip(sizes(weights), masks, strict=True)]
    ax = ax or new_axes(1.5 + 1.3 * len(columns), 0.8 + 0.38 * max(len(c.shown) for c in columns))
    largest = max(float(np.abs(weight).max()) for weight in weights) or 1.0
    width = max(2.2, 0.55 * max(np.ptp(c.heights) for c in columns))  # between two columns
    for i, weight in enumerate(weights):
        draw_weights(ax, weight / largest, i * width, width, columns[i], columns[i + 1])
    for i, units in enumerate(columns):
        draw_units(ax, i * width, units)
    name_units(ax, inputs, columns[0], -2 * RADIUS, "right")
    name_units(ax, outputs, columns[-1], (len(columns) - 1) * width + 2 * RADIUS, "left")
    draw_legend(ax, any(c.dropped.any() for c in columns))
    ax.set_aspect("equal")
    ax.axis("off")
    return ax


def weights_and_masks(model: Module, sample: int = 0) -> tuple[list[Array], list[Array | None]]:
    """The weights (out, in) of each layer in order, and for each column of units what is kept."""
    weights: list[Array] = []
    masks: list[Array | None] = [None]
    for module in model.modules():
        if isinstance(module, Linear):
            weights.append(raw(module.weight))
        elif isinstance(module, Layer):
            weights.append(np.array([[w.data for w in n.weight] for n in module.neurons]))
        elif isinstance(module, Dropout) and module.training and module.mask is not None:
            mask = np.asarray(module.mask)
            masks[-1] = (mask.reshape(-1, mask.shape[-1])[sample] != 0) & keeps(masks[-1])
            continue
        else:
            continue
        masks.append(None)
    require_a_row(weights)
    return weights, masks


def keeps(mask: Array | None) -> Any:
    """A mask to combine with another: without one, everything is kept."""
    return True if mask is None else mask


def sizes(weights: Sequence[Array]) -> list[int]:
    """The number of units in each column."""
    return [weights[0].shape[1], *[len(weight) for weight in weights]]


def column(size: int, mask: Array | None, max_units: int) -> Column:
    """Which units of a layer are drawn, and where: all, or the first and the last ones."""
    kept = np.ones(size, bool) if mask is None else mask
    if size <= max_units:
        shown = np.arange(size)
        rows = shown.astype(float)
    else:
        above = max_units // 2
        shown = np.r_[:above, size - (max_units - above) : size]
        rows = np.arange(max_units) + (np.arange(max_units) >= above)  # one place for the dots
    return Column(size, shown, rows.max() / 2 - rows, ~kept[shown])


def draw_weights(
    ax: Any, weight: Array, x: float, width: float, left: Column, right: Column
) -> None:
    """Lines from every unit on the left to every one on the right, but for the dropped ones."""
    from matplotlib.collections import LineCollection

    to, source = np.meshgrid(np.arange(len(right.shown)), np.arange(len(left.shown)), indexing="ij")
    alive = ~(right.dropped[to] | left.dropped[source])
    to, source = to[alive], source[alive]
    strengths = weight[right.shown[to], left.shown[source]]
    start = np.stack([np.full(len(to), x), left.heights[source]], axis=1)
    end = np.stack([np.full(len(to), x + width), right.heights[to]], axis=1)
    lines = np.stack([start, end], axis=1)
    styles = [(strengths > 0, POSITIVE, "solid"), (strengths < 0, NEGATIVE, (0, (4, 1.5)))]
    for chosen, color, dashes in styles:
        thickness = THINNEST + (THICKEST - THINNEST) * np.abs(strengths[chosen])
        style = {"colors": color, "linestyles": [dashes], "linewidths": thickness}
        ax.add_collection(LineCollection(lines[chosen], alpha=0.85, zorder=1, **style))


def draw_units(ax: Any, x: float, units: Column) -> None:
    """Circles, those of dropped units crossed out, with dots where some are left out."""
    from matplotlib.patches import Circle

    for height, dropped in zip(units.heights, units.dropped, strict=True):
        style = {"edgecolor": "#999999", "linestyle": ":"} if dropped else {"edgecolor": INK}
        ax.add_patch(Circle((x, height), RADIUS, facecolor="white", zorder=2, **style))
        if dropped:
            reach = RADIUS * np.array([-0.6, 0.6])
            for sign in (1, -1):
                ax.plot(x + reach, height + sign * reach, color=INK, linewidth=1.2, zorder=3)
    if units.size > len(units.shown):
        gap = (units.heights[:-1] + units.heights[1:])[np.diff(units.heights) < -1.5] / 2
        ax.text(x, gap[0], GAP, ha="center", va="center", fontsize=13, color=INK, zorder=3)
        ax.text(x, units.heights[-1] - 0.9, f"{units.size} units", ha="center", fontsize=8)


def name_units(ax: Any, names: Sequence[str], units: Column, x: float, side: str) -> None:
    """Names beside the units that are drawn."""
    for height, unit in zip(units.heights, units.shown, strict=True):
        if unit < len(names):
            ax.text(x, height, names[unit], ha=side, va="center", color=INK)


def draw_legend(ax: Any, any_dropped: bool) -> None:
    """What the colours and the crosses mean, below the picture."""
    from matplotlib.lines import Line2D

    entries = [
        Line2D([], [], color=POSITIVE, linewidth=2, label="weight > 0"),
        Line2D([], [], color=NEGATIVE, linewidth=2, linestyle=(0, (4, 1.5)), label="weight < 0"),
    ]
    if any_dropped:
        cross = Line2D([], [], color=INK, marker="x", linestyle="none", label="dropped")
        entries.append(cross)
    place = {"loc": "upper center", "bbox_to_anchor": (0.5, 0), "ncols": len(entries)}
    ax.legend(handles=entries, frameon=False, fontsize=9, columnspacing=1.2, **place)


def require_a_row(weights: Sequence[Array]) -> None:
    """Raise E24 unless each layer takes what the one before it makes."""
    fits = pairwise(weights)
    if weights and all(len(first) == second.shape[1] for first, second in fits):
        return
    what = "the model has no Linear layers, one after the other, that could be drawn"
    why = "each layer's outputs are the next one's inputs in this picture"
    fix = "network_diagram(nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1)))"
    raise lesson("E24", what=what, why=why, fix=fix)
