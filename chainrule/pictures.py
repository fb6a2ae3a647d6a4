"""The pictures that a run leaves behind: loss curve, decision boundary, computation graph.

Figures are built without pyplot, so nothing is opened and no setting of matplotlib is touched.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import optim
from autograd import Tensor, no_grad
from autograd.data import raw

if TYPE_CHECKING:
    from .train import Training


def loss_curve(training: Training, history: optim.History, path: Path) -> None:
    """The loss after every epoch, on training and test samples."""
    ax = new_axes(6, 3.7)
    history.plot(ax)
    ax.legend(["training", "test"], frameon=False)
    ax.set_ylabel(f"loss ({training.kind})")
    ax.figure.savefig(path, dpi=150)


def boundary(training: Training, path: Path) -> None:
    """Which class the network sees where, in the units of the data."""
    from nn.plot import decision_boundary

    samples, scale = training.samples, training.scale
    points = training.X * scale.std + scale.mean
    ax = new_axes(5.6, 4.2)
    network = training.model.eval()
    names = [literal(name) for name in samples.classes]
    decision_boundary(lambda x: network(scale(x)), points, training.y, names, ax)
    ax.set_xlabel(literal(samples.features[0]))
    ax.set_ylabel(literal(samples.features[1]))
    ax.figure.savefig(path, dpi=150)


def graph(training: Training, picture: Path, page: Path) -> None:
    """From one test sample, the one with the largest loss, to its loss, with all gradients."""
    from autograd import draw, play

    training.model.eval()
    x, y = hardest(training)
    training.model.zero_grad()
    loss = training.loss(training.model(Tensor(x, name="x")), y)
    loss.name = "loss"
    loss.backward()
    draw(loss).save(picture)
    play(loss).save(page)


def hardest(training: Training) -> tuple[Any, Any]:
    """The test sample with the largest loss, and its target."""
    X, y = training.X_test, training.y_test
    with no_grad():
        each = type(training.loss)(reduction="none")(training.model(X), y)
    worst = int(np.argmax(raw(each)))
    return X[worst], y[worst]


def literal(name: str) -> str:
    """A name as matplotlib is to write it: not as mathematics, which dollar signs would begin."""
    return name.replace("$", r"\$")


def new_axes(width: float, height: float) -> Any:
    """Axes in a figure of their own."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained").add_subplot()
