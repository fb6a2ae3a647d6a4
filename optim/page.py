"""Trajectories as a page to scrub through: one file, no network, a picture even without scripts.

Python does the work: the paths, the losses along them and the contour lines are computed here and
written into the page as numbers. `page.js` only draws them up to the step that is asked for.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from autograd import no_grad
from autograd.data import raw
from autograd.view.webpage import Page, hosted, image, scripted, table

from .landscape import Window, around, contours, trajectories
from .optimizer import Array
from .plot import styles

SCRIPT = Path(__file__).with_suffix(".js")
# plot.LINES and plot.MARKERS, as SVG writes them
DASHES = ("", "9 5", "12 4 3 4", "2 4", "12 3 2 3 2 3", "16 5", "2 2")
SHAPES = {
    "o": "M-6 0a6 6 0 1 0 12 0a6 6 0 1 0 -12 0",
    "s": "M-6 -6H6V6H-6Z",
    "^": "M0 -7L7 6H-7Z",
    "D": "M0 -8L8 0L0 8L-8 0Z",
    "v": "M0 7L7 -6H-7Z",
    "*": "M0 -9L3 -3L9 -2L4 3L6 9L0 6L-6 9L-4 3L-9 -2L-3 -3Z",
    "P": "M-2 -7H2V-2H7V2H2V7H-2V2H-7V-2H-2Z",
}
DIGITS = 6  # of the numbers in the page
TABLE_ROWS = 12


def trajectory_page(
    loss: Callable[..., Any], paths: Mapping[str, Array], minimum: Sequence[float] | None = None,
    window: Sequence[float] | None = None, title: str = "Trajectories",
) -> Page:  # fmt: skip
    """The picture of `trajectories` with a slider and a play button; its arguments, and a title.

    >>> from optim import GradientDescent
    >>> from optim.landscape import path, ravine
    >>> way = path(ravine, [4, 1], lambda w: GradientDescent(w, lr=0.07), steps=20)
    >>> trajectory_page(ravine, {"gradient descent": way}, title="A ravine")
    <Page A ravine; .save('page.html') writes the page>
    """
    from matplotlib.figure import Figure

    view = Window(*window) if window is not None else around(paths, minimum)
    figure = Figure(figsize=(7.4, 4.4), layout="constrained")
    ax = trajectories(loss, paths, minimum, view, figure.add_subplot())
    ax.set_title(title)
    lines = contours(loss, view, Figure().add_subplot())
    losses = {name: losses_along(loss, points) for name, points in paths.items()}
    alt = f"{title}: paths of {', '.join(paths)} on contours of the loss"
    data = {
        "title": title,
        "alt": alt,
        "window": view,
        "minimum": None if minimum is None else list(minimum),
        "contours": [
            short(line[:: 1 + len(line) // 120], digits=4)
            for level in lines.allsegs
            for line in level
            if len(line) > 1
        ],
        "runs": [
            {
                "name": name, "color": style["color"], "dash": DASHES[k % len(DASHES)],
                "mark_path": SHAPES[style["marker"]], "points": short(paths[name]),
                "loss": short(losses[name]),
            }
            for k, (name, style) in enumerate(zip(paths, styles(1), strict=False))
        ],
    }  # fmt: skip
    html = hosted(image("png", as_png(figure), alt) + losses_table(losses),
                  scripted(data, "elements", "player", SCRIPT))  # fmt: skip
    return Page(title, html, f"Page {title}")


def losses_along(loss: Callable[..., Any], points: Array) -> Array:
    """The loss at each point of a path."""
    with no_grad():
        return np.array([float(raw(loss(*point))) for point in points])


def short(numbers: Any, digits: int = DIGITS) -> Any:
    """Numbers with the digits that a page needs; null where there is none."""
    if np.ndim(numbers):
        return [short(entry, digits) for entry in numbers]
    return float(f"{numbers:.{digits}g}") if np.isfinite(numbers) else None


def as_png(figure: Any) -> bytes:
    """The picture as a file."""
    with io.BytesIO() as file:
        figure.savefig(file, format="png", dpi=90)
        return file.getvalue()


def losses_table(losses: Mapping[str, Array]) -> str:
    """The losses of all runs at some of the steps, first and last among them."""
    last = max(map(len, losses.values())) - 1
    steps = sorted({round(step) for step in np.linspace(0, last, TABLE_ROWS)})
    rows = [
        [str(step), *[f"{run[min(step, len(run) - 1)]:.4g}" for run in losses.values()]]
        for step in steps
    ]
    return table("The losses as a table", ["step", *losses], rows)
