"""Pictures of networks, drawn with matplotlib."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd import log_softmax, no_grad, sigmoid
from autograd.data import raw
from autograd.errors import lesson

from .module import Module

Array = np.ndarray[Any, Any]

INK = "#333333"
COLORS = (  # Okabe & Ito 2008: told apart by every kind of eye
    "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#999999",
)  # fmt: skip
MARKERS = "osD^vPX*"
POINTS_PER_AXIS = 250
PALE = 0.35  # how much of a class's colour its region keeps


def decision_boundary(
    model: Callable[[Array], Any], X: Any, y: Any, classes: Sequence[str] = (), ax: Any = None
) -> Any:
    """Colour every point of the plane by the class probabilities there; returns the axes.

    model: called with points (n, 2); gives scores (n, C), or (n, 1) as BCEWithLogitsLoss takes
        them. A Module is asked in eval mode.
    X, y: samples (n, 2) and their class indices, drawn on top. classes: names for the legend.
    The dark line is where two classes are equally likely. Raises E23 unless X has two columns.

    >>> ax = decision_boundary(lambda points: points @ np.eye(2), [[0, 1], [1, 0]], [1, 0])
    >>> np.array(ax.get_xlim())
    array([-0.15,  1.15])
    """
    X, y = np.asarray(raw(X), float), np.asarray(raw(y)).ravel().astype(int)
    if X.ndim != 2 or X.shape[1] != 2:
        what = f"a decision boundary is drawn in the plane, but X has shape {X.shape}"
        raise lesson("E23", what=what, fix="X[:, :2]   for a model of two features")
    ax = ax or new_axes()
    low, high = X.min(axis=0), X.max(axis=0)
    margin = 0.15 * np.where(high > low, high - low, 1)
    across, up = np.linspace(low - margin, high + margin, POINTS_PER_AXIS).T
    grid = np.stack(np.meshgrid(across, up), axis=-1)
    p = probabilities(model, grid.reshape(-1, 2)).reshape(*grid.shape[:2], -1)

    extent = (across[0], across[-1], up[0], up[-1])
    colors = np.array([rgb(k) for k in range(p.shape[-1])])
    ax.imshow(1 - PALE * p @ (1 - colors), origin="lower", extent=extent, aspect="auto")
    for k in range(p.shape[-1] if p.shape[-1] > 2 else 1):
        lead = p[..., k] - np.delete(p, k, axis=-1).max(axis=-1)
        if lead.min() < 0 < lead.max():
            ax.contour(across, up, lead, levels=[0], colors=INK, linewidths=1.2)
    for k in np.unique(y):
        style = {"color": COLORS[k % len(COLORS)], "marker": MARKERS[k % len(MARKERS)]}
        name = classes[k] if classes else f"class {k}"
        ax.scatter(*X[y == k].T, s=26, edgecolors="white", linewidths=0.6, label=name, **style)
    ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1), frameon=False, borderaxespad=0)
    ax.tick_params(color=INK, labelcolor=INK)
    return ax


def probabilities(model: Callable[[Array], Any], points: Array) -> Array:
    """The probability of each class at each point (n, C), computed without gradients."""
    training = isinstance(model, Module) and model.training
    if isinstance(model, Module):
        model.eval()
    with no_grad():
        scores = np.asarray(raw(model(points)))
        if scores.ndim == 1 or scores.shape[1] == 1:
            p = sigmoid(scores.reshape(-1, 1))
            found = np.concatenate([1 - p, p], axis=1)
        else:
            found = np.exp(log_softmax(scores))
    if isinstance(model, Module):
        model.train(training)
    return found


def rgb(k: int) -> tuple[float, float, float]:
    """The colour of class k, each part between 0 and 1."""
    code = COLORS[k % len(COLORS)]
    red, green, blue = (int(code[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue


def new_axes() -> Any:
    """Axes in a new figure."""
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=(5.6, 4.2), layout="constrained")[1]
