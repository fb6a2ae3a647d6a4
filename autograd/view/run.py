"""A training run in frames: what `play(run)` shows, kept while a model learns.

A frame is what is known when the backward pass of an update is done: the loss, how long the
parameters and their gradients are, by how much the update is about to change them, which units are
dead, and what the model says in the plane of its two features. It is made of plain arrays:

    run = Run(X, y)
    for epoch in range(100):
        loss = criterion(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        table = optimizer.explain_step().parameters
        run.frame(loss.item(), {row.name: (row.old, row.gradient, row.step) for row in table},
                  dead=dead_relus(loss), boundary=model(run.grid))
        optimizer.step()
    play(run)

`optim.Recorder` does the same within a Trainer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..data import raw
from ..errors import lesson
from ..node import Node, history
from .plane import MOST_CLASSES, axes_around, class_probabilities

Array = np.ndarray[Any, Any]

MOST_FRAMES = 200
MOST_ROWS = 12
CELLS = 50  # points of the grid on each axis


class Size(NamedTuple):
    """The lengths (root of the sum of squares) of a parameter, its gradient and its update."""

    parameter: float
    gradient: float | None
    update: float | None

    @property
    def ratio(self) -> float | None:
        """The update's length as a part of the parameter's; infinite for a parameter of zeros."""
        if self.update is None:
            return None
        with np.errstate(divide="ignore", invalid="ignore"):
            return float(np.float64(self.update) / self.parameter)


class Dead(NamedTuple):
    """How many of a layer's units gave 0 to every sample."""

    dead: int
    units: int


class Frame(NamedTuple):
    """One moment: its number, the loss, sizes by row, dead units by layer, probabilities (n, C)."""

    step: int
    loss: float
    sizes: dict[str, Size]
    dead: dict[str, Dead]
    boundary: Array | None


class Run:
    """Frames of a training run, at most 200: when there are more, every second one is let go.

    X, y: samples (n, 2) and their class indices, where the model can be asked all over the plane:
        `grid`, an array of points (cells * cells, 2), is then what to ask it.
    classes: names of the classes. cells: points of the grid on each axis.
    Raises E23 unless X has two columns.

    >>> run = Run()
    >>> w = 4.0
    >>> for step in range(3):
    ...     gradient = 2 * w
    ...     run.frame(loss=w * w, parameters={"w": (w, gradient, 0.25 * gradient)})
    ...     w -= 0.25 * gradient
    >>> [(frame.loss, frame.sizes["w"].ratio) for frame in run.frames]
    [(16.0, 0.5), (4.0, 0.5), (1.0, 0.5)]
    """

    def __init__(
        self, X: Any = None, y: Any = None, classes: Sequence[str] = (), cells: int = CELLS
    ) -> None:
        self.cells, self.classes = cells, list(classes)
        self.X = np.empty((0, 2)) if X is None else np.asarray(raw(X))
        self.y = np.zeros(len(self.X), int) if y is None else np.asarray(raw(y)).ravel()
        self.axes = np.empty((0, 2)) if X is None else around(self.X, cells)
        self.grid = np.stack(np.meshgrid(*self.axes.T), axis=-1).reshape(-1, 2)
        self.every, self.given = 1, 0
        self.rows: dict[str, str] = {}
        self._kept: list[Frame] = []
        self._latest: Frame | None = None

    @property
    def frames(self) -> list[Frame]:
        """The frames that were kept, in their order, and always the latest one."""
        if self._latest is None or self._kept[-1] is self._latest:
            return list(self._kept)
        return [*self._kept, self._latest]

    def __repr__(self) -> str:
        return f"Run({len(self.frames)} frames of {self.given})"

    def frame(
        self, loss: Any, parameters: Mapping[str, Sequence[Any]],
        dead: Mapping[str, Any] | None = None, boundary: Any = None, step: int | None = None,
    ) -> None:  # fmt: skip
        """Keep one moment.

        parameters: by name, (data, gradient) or (data, gradient, update), arrays of one shape. More
            than twelve are summed up by the modules that they are part of.
        dead: by layer, which of its units are dead, as from `dead_relus(loss)`.
        boundary: what the model says at `run.grid`: scores (n, C), or (n, 1) for two classes.
        step: the number of this moment; without it, moments are counted from 1.
        Raises E26r for other parameters or layers than before, and for scores of another shape.
        """
        rows = self.rows or rows_of(parameters)
        with np.errstate(all="ignore"):  # a run that diverges is shown as well
            frame = Frame(
                self.given + 1 if step is None else step,
                float(np.asarray(raw(loss)).item()),
                sizes(parameters, rows),
                {layer: Dead(int(np.sum(raw(mask))), np.size(raw(mask)))
                 for layer, mask in (dead or {}).items()},
                self._probabilities(boundary),
            )  # fmt: skip
        self._require_alike(frame)
        if self.given % self.every == 0:
            self._kept.append(frame)
        self.rows, self.given, self._latest = rows, self.given + 1, frame
        while len(self.frames) > MOST_FRAMES:
            self._kept, self.every = self._kept[::2], 2 * self.every

    def _probabilities(self, scores: Any) -> Array | None:
        if scores is None:
            return None
        shape = np.shape(raw(scores))
        points = len(self.grid)
        if not points or len(shape) not in (1, 2) or shape[0] != points:
            raise unlike(
                f"boundary has shape {shape}, and this run's grid has {points} points",
                "run = Run(X, y)   and then   run.frame(..., boundary=model(run.grid))",
            )
        if shape[1:] > (MOST_CLASSES,):
            raise unlike(f"boundary has {shape[1]} classes, and {MOST_CLASSES} are the most")
        return class_probabilities(scores)

    def _require_alike(self, frame: Frame) -> None:
        """Raise E26r unless this frame has the layers of the one before, and as many classes."""
        if (before := self._latest) is None:
            return
        if before.dead.keys() != frame.dead.keys():
            other = sorted(before.dead.keys() ^ frame.dead.keys())
            raise unlike(f"this frame and the one before differ in the layers {listed(other)}")
        if classes_of(before) != classes_of(frame):
            raise unlike("this frame and the one before differ in the classes of their boundary")


def classes_of(frame: Frame) -> int:
    """The number of classes in the plane of a frame; 0 for one without."""
    return 0 if frame.boundary is None else frame.boundary.shape[1]


def unlike(what: str, fix: str = "") -> Exception:
    """The lesson for frames that do not go together."""
    same = "run.frame(loss.item(), parameters)   with the same names each time"
    return lesson("E26r", what=what, fix=fix or same)


def listed(names: Sequence[str]) -> str:
    """Some names, quoted."""
    return ", ".join(map(repr, names[:4])) + (", ..." if len(names) > 4 else "")


def around(X: Array, cells: int) -> Array:
    """The places on both axes around samples. Raises E23 unless they have two features."""
    if X.ndim != 2 or X.shape[1] != 2 or not len(X):
        what = f"a decision boundary is drawn in the plane, but X has shape {X.shape}"
        raise lesson("E23", what=what, fix="X[:, :2]   for a model of two features")
    dtype = X.dtype if X.dtype.kind == "f" else float
    return axes_around(X.astype(float), cells).astype(dtype)


def rows_of(names: Iterable[str]) -> dict[str, str]:
    """The row of each parameter: its own name, or, of many, the module that it is part of.

    >>> rows_of(["0.weight", "0.bias"])
    {'0.weight': '0.weight', '0.bias': '0.bias'}
    >>> names = [f"layers.{k}.neurons.{n}.bias" for k in range(3) for n in range(9)]
    >>> sorted(set(rows_of(names).values()))
    ['layers.0', 'layers.1', 'layers.2']
    """
    names = list(names)
    depth = max([name.count(".") for name in names], default=0) + 1
    cut = [[".".join(name.split(".")[:kept]) for name in names] for kept in range(depth, 0, -1)]
    fitting = [rows for rows in cut if len(set(rows)) <= MOST_ROWS]
    if not fitting:
        return dict.fromkeys(names, "all parameters")
    if fitting[0] == names:
        return dict(zip(names, names, strict=True))
    count = len(set(fitting[0]))
    *_, shortest = [rows for rows in fitting if len(set(rows)) == count]
    return dict(zip(names, shortest, strict=True))


def sizes(parameters: Mapping[str, Sequence[Any]], rows: Mapping[str, str]) -> dict[str, Size]:
    """The sizes of all rows. Raises E26r for parameters that have no row, or are missing."""
    if parameters.keys() != rows.keys():
        other = sorted(parameters.keys() ^ rows.keys())
        raise unlike(f"this frame and the one before differ in the parameters {listed(other)}")
    members: dict[str, list[tuple[Any, ...]]] = {}
    for name, arrays in parameters.items():
        members.setdefault(rows[name], []).append((*arrays, None)[:3])
    return {
        row: Size(*[length(part) for part in zip(*arrays, strict=True)])  # type: ignore[arg-type]
        for row, arrays in members.items()
    }


def length(arrays: Sequence[Any]) -> float | None:
    """The length of several arrays as one vector; None if none of them is there."""
    there = [np.ravel(raw(array)).astype(float) for array in arrays if array is not None]
    return float(np.linalg.norm(np.concatenate(there))) if there else None


# ---- units that are dead


def dead_units(outputs: Any) -> Array:
    """Which units gave 0 to every sample: a relu that did so has no gradient to change it.

    >>> dead_units(np.array([[0.0, 0.0, 2.0], [0.0, 1.0, 0.0]]))
    array([ True, False, False])
    """
    outputs = np.asarray(raw(outputs))
    return np.all(outputs == 0, axis=tuple(range(outputs.ndim - 1)))  # type: ignore[no-any-return]


def dead_relus(root: Node) -> dict[str, Array]:
    """Which units of each relu of a module on the way to root are dead, by the module's path.

    A relu of one number is a unit by itself; it is one of the layer that holds its neuron. A relu
    outside of all modules, as in a hinge loss, is none.
    """
    alive: dict[tuple[str, str], Array] = {}
    for node in history(root):
        scope = getattr(node, "scope", None)
        if node.op is None or node.op.name != "relu" or scope is None:
            continue
        path = scope.partition(".")[2] or scope
        layer, unit = (path.rsplit(".", 2)[0], path) if np.ndim(node._data) == 0 else (path, "")
        given = ~np.atleast_1d(dead_units(node))
        before = alive.get((layer, unit), False)
        alive[layer, unit] = before | given if np.size(before) in (1, given.size) else given
    layers: dict[str, list[Array]] = {}
    for (layer, _), given in reversed(alive.items()):
        layers.setdefault(layer, []).append(~given)
    return {layer: np.concatenate(masks) for layer, masks in layers.items()}
