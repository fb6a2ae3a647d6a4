"""The batch clock: which samples are in which batch, and how far an epoch has come."""

from __future__ import annotations

import math
from copy import copy, deepcopy
from typing import Any

import numpy as np

from autograd.random import generator

from .batches import DataLoader, TensorDataset
from .optimizer import Array
from .plot import COLORS, INK, PALE_INK

FORWARD, BACKWARD = COLORS[:2]
HUES = ("#56B4E9", "#E69F00", "#009E73", "#CC79A7", "#0072B2", "#F0E442", "#D55E00")
SIDE = 0.92  # of a sample's square, in a grid of squares of 1
PALE = 0.35  # how much of its colour a batch keeps that has no turn now
NUMBERED = 150  # up to so many samples, each shows the number of its batch
LABELLED = 12  # up to so many iterations, each has a number on the time axis


def batches_ahead(loader: DataLoader, epochs: int = 1) -> list[list[Array]]:
    """For each of the next epochs its batches, as arrays of sample numbers.

    The loader is not touched: it will give these very batches when it is read.

    >>> batches_ahead(DataLoader(np.zeros(5), batch_size=2))
    [[array([0, 1]), array([2, 3]), array([4])]]
    """
    twin = copy(loader)
    twin.dataset = TensorDataset(np.arange(loader.samples))
    twin._generator = deepcopy(generator(loader._generator))
    return [[batch for (batch,) in twin] for _ in range(epochs)]


def batch_clock(loader: DataLoader, iteration: int = 1, epochs: int = 1, axes: Any = None) -> Any:
    """Draw the data set at one iteration, and the epoch as passes; returns the two axes.

    Above, one square per sample, in the colour of its batch; the batch whose turn it is stands out,
    and a last batch that is smaller than the others is hatched. Below, the epoch from left to
    right: each batch goes forward through the network, its gradient backward, and then the weights
    are updated, one update per iteration.

    loader: its next epochs are shown, with the batches that it will really give.
    iteration: from 1, counted through all epochs, up to epochs * len(loader).
    """
    if axes is None:
        import matplotlib.pyplot as plt

        figure = plt.figure(figsize=(8.4, 4.6), layout="constrained")
        axes = figure.subplots(2, 1, height_ratios=[2.6, 1])
    epoch, turn = divmod(iteration - 1, len(loader))
    batches = batches_ahead(loader, epoch + 1)[epoch]
    draw_samples(axes[0], loader, batches, turn)
    draw_passes(axes[1], loader, batches, turn)
    axes[0].set_title(
        f"epoch {epoch + 1}/{epochs} · iteration {iteration}/{epochs * len(loader)} · "
        f"batch {turn + 1} of {len(loader)} in this epoch",
        loc="left", weight="bold", color=INK,
    )  # fmt: skip
    return axes


def draw_samples(ax: Any, loader: DataLoader, batches: list[Array], turn: int) -> None:
    """One square per sample, in the order of the data."""
    from matplotlib.patches import Rectangle

    columns = columns_for(loader.samples)
    for k, batch in enumerate(batches):
        for sample in batch:
            x, y = sample % columns, sample // columns
            ax.add_patch(Rectangle((x, y), SIDE, SIDE, **look(loader, batch, k, turn)))
            if loader.samples <= NUMBERED:
                middle = {"ha": "center", "va": "center", "fontsize": 8, "color": INK}
                weight = "bold" if k == turn else "normal"
                ax.text(x + SIDE / 2, y + SIDE / 2, k + 1, weight=weight, **middle)
    left_out = np.setdiff1d(np.arange(loader.samples), np.concatenate(batches))
    for sample in left_out:
        corner = (sample % columns, sample // columns)
        ax.add_patch(Rectangle(corner, SIDE, SIDE, facecolor="white", edgecolor="#BBBBBB"))
    rows = -(-loader.samples // columns)
    ax.set(xlim=(-0.3, columns + 0.2), ylim=(rows + 0.2, -0.3), aspect="equal")
    ax.set_axis_off()


def draw_passes(ax: Any, loader: DataLoader, batches: list[Array], turn: int) -> None:
    """The epoch from left to right: for each batch forward, backward and one update."""
    edges = np.concatenate([[0], np.cumsum([len(batch) for batch in batches])])
    for k, batch in enumerate(batches):
        start, width = edges[k], len(batch)
        hatched = {"hatch": "////"} if is_short(loader, batch) else {}
        for row, color in ((1, FORWARD), (0, BACKWARD)):
            left = start + (0 if row else width / 2)
            face = mixed(color, 1 if k <= turn else PALE)
            box = {"facecolor": face, "edgecolor": "white", "linewidth": 0.6, **hatched}
            ax.barh(row, width / 2, left=left, height=0.8, align="center", **box)
        if k == turn:
            ax.axvspan(start, start + width, color="#EFEFEF", zorder=0)
    ax.plot(edges[1 : turn + 2], np.full(turn + 1, -0.75), "^", color=INK, markersize=5)
    ax.plot(edges[turn + 2 :], np.full(len(batches) - turn - 1, -0.75), "^", color="white",
            markeredgecolor=PALE_INK, markersize=5)  # fmt: skip
    ax.set(yticks=[1, 0, -0.75], yticklabels=["forward", "backward", "update"], ylim=(-1.1, 1.6))
    step = 1 if len(batches) <= LABELLED else -(-len(batches) // LABELLED)
    shown = range(0, len(batches), step)
    ax.set_xticks([(edges[k] + edges[k + 1]) / 2 for k in shown], [k + 1 for k in shown])
    ax.set(xlim=(0, 1.01 * edges[-1]), xlabel="batch of this epoch; as wide as it has samples")
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)


def look(loader: DataLoader, batch: Array, k: int, turn: int) -> dict[str, Any]:
    """How a sample of batch k is drawn when another, or this, has its turn."""
    face = mixed(HUES[k % len(HUES)], 1 if k == turn else PALE)
    edge = INK if k == turn else "#8A94A0" if is_short(loader, batch) else "white"
    hatch = "////" if is_short(loader, batch) else None
    width = 1.3 if k == turn else 0.4
    return {"facecolor": face, "edgecolor": edge, "hatch": hatch, "linewidth": width}


def is_short(loader: DataLoader, batch: Array) -> bool:
    """Whether this is a last batch with fewer samples than the others."""
    return len(batch) < loader.batch_size


def mixed(color: str, share: float) -> tuple[float, float, float]:
    """A colour mixed with white."""
    red, green, blue = (1 - share * (1 - int(color[i : i + 2], 16) / 255) for i in (1, 3, 5))
    return red, green, blue


def columns_for(samples: int) -> int:
    """About two and a half times as many columns as rows, in tens if there are many."""
    columns = max(1, round(math.sqrt(2.5 * samples)))
    return columns if columns < 15 else 10 * round(columns / 10)
