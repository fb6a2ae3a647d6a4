"""Pictures of what a network says, drawn with matplotlib: where, how often right, on which samples.

The network itself is drawn in `diagram.py`, what flows through its layers in `flow.py`. Colours are
told apart by every kind of eye, and whatever a colour says, a shape or a place says too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd import no_grad
from autograd.data import raw
from autograd.errors import lesson
from autograd.view.plane import axes_around, class_probabilities

from .module import Module

Array = np.ndarray[Any, Any]

INK = "#333333"
COLORS = (  # Okabe & Ito 2008: told apart by every kind of eye
    "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#999999",
)  # fmt: skip
POSITIVE, NEGATIVE = COLORS[:2]
DARK_ORANGE = "#7A5200"  # for text: the orange is too light to read on white
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
    across, up = axes_around(X, POINTS_PER_AXIS).T
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


def confusion_matrix(scores: Any, y: Any, classes: Sequence[str] = (), ax: Any = None) -> Any:
    """A table of how often class k (row) was called class j (column); returns the axes.

    scores: (n, C), of which the largest is the prediction; or predicted class indices (n,).
    y: true class indices (n,). classes: names for the rows and columns.
    Right answers are blue and stand on the diagonal, wrong ones are orange: the darker, the more of
    the row's samples. Raises E24 unless there is one prediction for each y.

    >>> ax = confusion_matrix([0, 1, 1], [0, 1, 0])
    >>> [text.get_text() for text in ax.texts]
    ['1', '1', '·', '1']
    """
    predicted, y = predictions(scores), np.asarray(raw(y)).ravel().astype(int)
    require_pairs("confusion_matrix(model(X), y)", predicted, y)
    size = max(len(classes), int(max(predicted.max(), y.max())) + 1)
    counts = np.zeros((size, size), int)
    np.add.at(counts, (y, predicted), 1)
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    strength = np.sqrt(share)[..., None]  # a few mistakes are to be seen too
    hue = np.where(np.eye(size, dtype=bool)[..., None], rgb(0), rgb(1))
    side = 1.6 + 0.38 * size
    ax = ax or new_axes(side, side)
    ax.imshow(1 - 0.6 * strength * (1 - hue))
    for (k, j), count in np.ndenumerate(counts):
        ax.text(j, k, count or "·", ha="center", va="center", color=INK if count else "#999999")
    names = list(classes) or [str(k) for k in range(size)]
    tilt = 90 if max(map(len, names)) > 3 else 0
    ax.set_xticks(range(size), names, rotation=tilt)
    ax.set_yticks(range(size), names)
    right = np.trace(counts)
    ax.set(xlabel="prediction", ylabel="truth", title=f"{right} of {len(y)} right")
    ax.tick_params(length=0)
    ax.spines[:].set_color("#CCCCCC")
    return ax


def sample_images(
    images: Any, scores: Any, y: Any, classes: Sequence[str] = (), columns: int = 8,
    axes: Any = None,
) -> Any:  # fmt: skip
    """Images with what the network says of each; returns the axes, one for each image.

    images: (n, height, width), or square ones in rows (n, pixels). scores, y, classes: as in
    `confusion_matrix`. A right answer reads "3 ✓", a wrong one "8 ✗ is 3" in a dashed frame.
    Raises E24 unless there is one prediction for each y, and E23 for rows that make no square.

    >>> axes = sample_images(np.zeros((2, 64)), [3, 8], [3, 3])
    >>> [ax.get_title() for ax in axes]
    ['3 ✓', '8 ✗ is 3']
    """
    predicted, y = predictions(scores), np.asarray(raw(y)).ravel().astype(int)
    require_pairs("sample_images(X, model(X), y)", predicted, y)
    images = squares(np.asarray(raw(images)))
    axes = grid_of_axes(len(y), columns, 1.15, 1.4) if axes is None else np.asarray(axes).ravel()
    names = list(classes) or [str(k) for k in range(int(max(predicted.max(), y.max())) + 1)]
    for ax, image, k, truth in zip(axes, images, predicted, y, strict=False):
        ax.imshow(image, cmap="gray_r")
        ax.set(xticks=[], yticks=[])
        text = f"{names[k]} ✓" if k == truth else f"{names[k]} ✗ is {names[truth]}"
        ax.set_title(text, fontsize=10, color=COLORS[0] if k == truth else DARK_ORANGE, pad=3)
        frame = {"color": "#CCCCCC"} if k == truth else {"color": NEGATIVE, "linestyle": "--"}
        ax.spines[:].set(visible=True, linewidth=1.0 if k == truth else 2.0, **frame)
    return axes


def predictions(scores: Any) -> Array:
    """Class indices: the largest of each row of scores, or the indices themselves."""
    scores = np.asarray(raw(scores))
    found: Array = scores.argmax(axis=1) if scores.ndim == 2 else scores.astype(int)
    return found


def require_pairs(call: str, predicted: Array, y: Array) -> None:
    """Raise E24, with the right call as its fix, unless each true class has one prediction."""
    if predicted.shape != y.shape or not y.size:
        name, _, _ = call.partition("(")
        what = f"{name} got predictions of shape {predicted.shape} and classes of shape {y.shape}"
        why = "each prediction is compared with one true class"
        raise lesson("E24", what=what, why=why, fix=call)


def squares(images: Array) -> Array:
    """Rows of pixels as square images. Raises E23 if they are not square."""
    if images.ndim == 3:
        return images
    side = math.isqrt(images.shape[-1])
    if images.ndim != 2 or side * side != images.shape[-1]:
        what = f"images of shape {images.shape} are not rows of square images"
        raise lesson("E23", what=what, fix="images.reshape(-1, height, width)")
    return images.reshape(-1, side, side)


def probabilities(model: Callable[[Array], Any], points: Array) -> Array:
    """The probability of each class at each point (n, C), computed without gradients."""
    training = isinstance(model, Module) and model.training
    if isinstance(model, Module):
        model.eval()
    with no_grad():
        found = class_probabilities(model(points))
    if isinstance(model, Module):
        model.train(training)
    return found


def rgb(k: int) -> tuple[float, float, float]:
    """The colour of class k, each part between 0 and 1."""
    code = COLORS[k % len(COLORS)]
    red, green, blue = (int(code[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue


def new_axes(width: float = 5.6, height: float = 4.2) -> Any:
    """Axes in a new figure."""
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=(width, height), layout="constrained")[1]


def grid_of_axes(count: int, columns: int, width: float, height: float) -> Any:
    """Small axes in rows, as many as asked for, each of this width and height in inches."""
    import matplotlib.pyplot as plt

    across, down = min(count, columns), -(-count // columns)
    size = (max(2.6, width * across), height * down)
    axes = plt.subplots(down, across, squeeze=False, figsize=size, layout="constrained")[1].ravel()
    for ax in axes[count:]:
        ax.remove()
    return axes[:count]


def quiet(ax: Any) -> None:
    """No frame where no data are, and a faint grid to read heights from."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(axis="y", color="#E6E6E6", linewidth=0.8)
    ax.set_axisbelow(True)
