"""Pictures of training, drawn with matplotlib: loss curves, and how large the updates are.

The plane of two weights is drawn in `landscape.py`, an epoch and its batches in `clock.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from .optimizer import Optimizer

INK, PALE_INK, GRID = "#333333", "#5F6B7A", "#E6E6E6"
COLORS = (  # Okabe & Ito 2008: told apart by every kind of eye
    "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#333333",
)  # fmt: skip
LINES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)), (0, (1, 1)))
MARKERS = "os^Dv*P"
FEW = 20  # up to so many points, each is marked
USUAL_RATIO = 1e-3
CLOCKS = {"iteration": "iterations", "epoch": "epochs", "seconds": "seconds"}


def loss_curve(history: Any, ax: Any = None) -> Any:
    """Draw loss against epoch, training and validation; returns the axes."""
    from matplotlib.ticker import MaxNLocator

    ax = ax or new_axes(6, 3.7)
    epochs = history["epoch"]
    columns = {"loss": "training", "validation_loss": "validation"}
    for (column, label), style in zip(columns.items(), styles(len(epochs)), strict=False):
        if history.rows and column in history.rows[0]:
            ax.plot(epochs, history[column], label=label, **style)
    ax.set(xlabel="epoch", ylabel="loss")
    if all(loss >= 0 for loss in history["loss"]):
        ax.set_ylim(bottom=0)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    plain(ax)
    if len(ax.lines) > 1:
        ax.legend(frameon=False)
    return ax


def loss_curves(runs: Mapping[str, Any], column: str = "loss", axes: Any = None) -> Any:
    """Draw the same runs against iterations, epochs and seconds; returns the three axes.

    Which run is the fastest depends on what is counted: many small updates are many iterations but
    few epochs, and their cost shows in seconds only.

    runs: histories by name. column: what is drawn, such as "loss" or "validation_accuracy".
    Iterations and seconds have a logarithmic scale: batch sizes differ by factors.
    """
    if axes is None:
        import matplotlib.pyplot as plt

        figure = plt.figure(figsize=(10.5, 3.4), layout="constrained")
        axes = figure.subplots(1, len(CLOCKS), sharey=True)
    for ax, (clock, label) in zip(axes, CLOCKS.items(), strict=True):
        length = max((len(history[clock]) for history in runs.values()), default=0)
        for (name, history), style in zip(runs.items(), styles(length), strict=False):
            ax.plot(history[clock], history[column], label=name, **style)
        ax.set(xlabel=label, xscale="linear" if clock == "epoch" else "log")
        plain(ax)
    axes[0].set_ylabel(column.replace("_", " "))
    axes[-1].legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    return axes


def update_ratio(optimizer: Optimizer) -> dict[str, float]:
    """norm(step) / norm(weight) for each parameter: what step() would do now, without doing it.

    A healthy update changes a weight by about a thousandth. Far below, a layer hardly learns; far
    above, it forgets in every step what it has learned. inf for a parameter that is all zero.

    >>> from autograd import Value
    >>> from optim import GradientDescent
    >>> w = Value(2.0, name="w")
    >>> (w * w).backward()
    >>> update_ratio(GradientDescent([w], lr=0.25))
    {'w': 0.5}
    """
    parameters = optimizer.explain_step().parameters
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            entries.name: float(np.linalg.norm(entries.step) / np.linalg.norm(entries.old))
            for entries in parameters
        }


def update_ratios(ratios: Sequence[Mapping[str, float]], ax: Any = None) -> Any:
    """Draw each parameter's update-to-weight ratio against iterations; returns the axes.

    ratios: one `update_ratio(optimizer)` for each iteration, noted just before step().
    """
    ax = ax or new_axes(6, 3.7)
    iterations = np.arange(1, len(ratios) + 1)
    names = list(ratios[0]) if ratios else []
    for name, style in zip(names, styles(len(ratios)), strict=False):
        ax.plot(iterations, [row.get(name, np.nan) for row in ratios], label=name, **style)
    ax.axhline(USUAL_RATIO, color=PALE_INK, linewidth=1, linestyle=":")
    ax.annotate("1/1000", (1, USUAL_RATIO), (-4, 3), xycoords=("axes fraction", "data"),
                textcoords="offset points", ha="right", color=PALE_INK)  # fmt: skip
    ax.set(xlabel="iteration", ylabel="size of update / size of weight", yscale="log")
    plain(ax)
    ax.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    return ax


def styles(points: int) -> Iterator[dict[str, Any]]:
    """How to draw one line after another: told apart by colour, by dashes and, if few, by marks."""
    for k in range(len(COLORS) ** 2):
        look = {"color": COLORS[k % len(COLORS)], "linestyle": LINES[k % len(LINES)]}
        mark = {"marker": MARKERS[k % len(MARKERS)], "markersize": 4.5} if points <= FEW else {}
        yield {**look, **mark, "linewidth": 1.6}


def new_axes(width: float, height: float) -> Any:
    """Axes in a new figure."""
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=(width, height), layout="constrained")[1]


def plain(ax: Any) -> None:
    """Nothing but the curves, two spines and a faint grid."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(axis="y", color=GRID, linewidth=0.8)
    ax.set_axisbelow(True)
