"""Trainer: the training loop, and History: what it saw.

The loop is the one everybody writes by hand: forward, loss, zero the gradients, backward, step;
batch after batch, epoch after epoch. Model and loss are plain callables. Of a model the loop needs
`parameters()`, `train()` and `eval()`; it may hold Tensors (it is then called with a batch) or
Values (it is called with one row of floats at a time).
"""

from __future__ import annotations

import csv
import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence, Sized
from numbers import Integral
from pathlib import Path
from time import perf_counter
from typing import Any, Protocol

import numpy as np

from autograd.data import raw
from autograd.errors import lesson
from autograd.state import no_grad
from autograd.value import Value

from .batches import TensorDataset
from .optimizer import Optimizer
from .progress import watching

Array = np.ndarray[Any, Any]
Metric = Callable[[Array, Array], float]

COLUMNS = ("epoch", "iteration", "loss", "validation_loss", "lr", "seconds")  # of every history


class Batches(Sized, Iterable[tuple[Array, ...]], Protocol):
    """What can be trained on: iterating over it gives batches, and its length says how many."""


class History:
    """One row per finished epoch: epoch, iteration, loss, metrics, lr, seconds.

    `history["loss"]` is a column, `history.rows` are dicts. iteration counts updates since the
    start, seconds count from the start; with validation data there are also validation_loss and
    a validation_... column for each metric.
    """

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, column: str) -> list[Any]:
        return [row[column] for row in self.rows]

    def __repr__(self) -> str:
        if not self.rows:
            return "History(no finished epoch)"
        return f"History({len(self)} epochs; last: {told(self.rows[-1])})"

    def to_csv(self, path: str | Path) -> None:
        """Write one line per epoch, under a line of column names."""
        with Path(path).open("w", newline="") as file:
            writer = csv.DictWriter(file, self.rows[0] if self.rows else [])
            writer.writeheader()
            writer.writerows(self.rows)

    def plot(self, ax: Any = None) -> Any:
        """Draw the loss curve with matplotlib; returns the axes (`.figure.savefig(path)`)."""
        from .plot import loss_curve

        return loss_curve(self, ax)


class Trainer:
    """Fit a model: forward, loss, backward, step, over batches and epochs.

    model: called with a batch, gives predictions.
    loss: called with predictions and targets, gives one node.
    optimizer: updates the model's parameters.
    metrics: functions of (predictions, targets), plain arrays, each giving one number; their means
        over samples are reported under the functions' names.

    Raises E24 for metrics that are not functions with names of their own.

    >>> from autograd import Tensor
    >>> from optim import DataLoader, GradientDescent
    >>> class Line:
    ...     def __init__(self): self.w = Tensor([0.0], requires_grad=True)
    ...     def __call__(self, x): return x * self.w
    ...     def parameters(self): return [self.w]
    ...     def train(self): pass
    ...     def eval(self): pass
    >>> x = np.arange(1.0, 5.0)
    >>> model = Line()
    >>> squared_error = lambda prediction, target: ((prediction - target) ** 2).mean()
    >>> trainer = Trainer(model, squared_error, GradientDescent(model.parameters(), lr=0.05))
    >>> history = trainer.fit(DataLoader(x, 3 * x, batch_size=2), epochs=20, progress=False)
    >>> model.w.data.round(6)
    array([3.])
    """

    def __init__(
        self, model: Any, loss: Callable[[Any, Any], Any], optimizer: Optimizer,
        metrics: Sequence[Metric] = (),
    ) -> None:  # fmt: skip
        self.model = model
        self.loss = loss
        self.optimizer = optimizer
        self.metrics = checked(metrics)
        self._by_rows = isinstance(next(iter(model.parameters()), None), Value)

    def fit(
        self, train: Batches, validation: Batches | None = None, epochs: int = 1,
        progress: bool = True,
    ) -> History:  # fmt: skip
        """Train for a number of epochs; ends in eval mode, the model ready to be used.

        Ctrl-C ends training early and keeps the model and the history of the finished epochs.
        Raises E24 for anything else than batches of inputs and targets.
        """
        require_batches(train)
        require_batches(train if validation is None else validation)
        require_epochs(epochs)
        history, start, iteration = History(), perf_counter(), 0
        try:
            with watching(progress, epochs, len(train)) as display:
                for epoch in range(1, epochs + 1):
                    self.model.train()
                    means = Means(self.metrics)
                    for *inputs, target in train:
                        prediction = self._forward(inputs)
                        loss = self.loss(prediction, target)
                        self.optimizer.zero_grad()
                        loss.backward()
                        self.optimizer.step()
                        means.add(loss, prediction, target)
                        iteration += 1
                        display.iteration()
                    row = {"epoch": epoch, "iteration": iteration, **means.result()}
                    if validation is not None:
                        scores = self.evaluate(validation)
                        row |= {f"validation_{name}": score for name, score in scores.items()}
                    row |= {"lr": self.optimizer.param_groups[0]["lr"]}
                    row |= {"seconds": perf_counter() - start}
                    history.rows.append(row)
                    display.epoch(epoch, told(row))
        except KeyboardInterrupt:
            if progress:
                print(f"Stopped after {len(history)} of {epochs} epochs; the history is kept.")
        self.model.eval()
        return history

    def evaluate(self, batches: Batches) -> dict[str, float]:
        """Loss and metrics, each the mean over samples, in eval mode and without gradients."""
        self.model.eval()
        means = Means(self.metrics)
        with no_grad():
            for *inputs, target in batches:
                prediction = self._forward(inputs)
                means.add(self.loss(prediction, target), prediction, target)
        return means.result()

    def predict(self, *inputs: Any) -> Array:
        """The model's output as a plain array, in eval mode and without gradients."""
        self.model.eval()
        with no_grad():
            return as_array(self._forward([np.asarray(raw(X)) for X in inputs]))

    def _forward(self, inputs: list[Array]) -> Any:
        if self._by_rows:
            return [self.model(*row) for row in zip(*[X.tolist() for X in inputs], strict=True)]
        return self.model(*inputs)


class Means:
    """Loss and metrics as means over samples: a short last batch counts for less."""

    def __init__(self, metrics: Sequence[Metric]) -> None:
        self.metrics = metrics
        self.totals: dict[str, float] = {}
        self.samples = 0

    def add(self, loss: Any, prediction: Any, target: Array) -> None:
        """Count one batch."""
        scores = {"loss": as_array(loss).item()}
        if self.metrics:
            array = as_array(prediction)
            scores |= {metric.__name__: metric(array, target) for metric in self.metrics}
        for name, score in scores.items():
            self.totals[name] = self.totals.get(name, 0.0) + float(score) * len(target)
        self.samples += len(target)

    def result(self) -> dict[str, float]:
        """The means so far."""
        return {name: total / self.samples for name, total in self.totals.items()}


def accuracy(prediction: Array, target: Array) -> float:
    """The share of rows whose largest score stands at the target's index.

    prediction: scores (..., C), at least two in a row. target: indices (...). Raises E07 otherwise.

    >>> accuracy(np.array([[0.9, 0.1], [0.2, 0.8], [0.7, 0.3]]), np.array([0, 1, 1]))
    0.6666666666666666
    """
    scores, labels = as_array(prediction), as_array(target)
    if scores.ndim == 0 or scores.shape[-1] == 1 or scores.shape[:-1] != labels.shape:
        raise unlike(scores.shape, labels.shape)
    return float(np.mean(scores.argmax(axis=-1) == labels))


def unlike(scores: tuple[int, ...], labels: tuple[int, ...]) -> Exception:
    """The lesson for scores and labels that `accuracy` cannot compare."""
    why = "in each row of scores, the place of the largest is compared with one label."
    fix = "give one label for each row of scores: shape (N,) for scores of shape (N, C)"
    if scores[-1:] == (1,) or (scores == labels and len(scores) < 2):
        why = "a single score has no largest; above 0 it says 1, and below it 0."
        fix = "def right(p, y): return np.mean((p > 0).ravel() == (y > 0.5).ravel())"
    elif scores == labels:
        fix = "accuracy(scores, y.argmax(axis=-1))   for rows with a single 1"
    elif math.prod(scores[:-1]) == math.prod(labels):
        fix = f"y = y.reshape({', '.join(map(str, scores[:-1]))})"
    facts = {"prediction": scores, "target": labels, "clash": "do not fit together"}
    return lesson("E07", loss="accuracy", why=why, fix=fix, **facts)


def as_array(prediction: Any) -> Array:
    """A model's output as plain numbers: from a Tensor, or from (lists of) Values."""
    if isinstance(prediction, list | tuple):
        return np.array([as_array(entry) for entry in prediction])
    return np.asarray(raw(prediction))


def told(row: dict[str, Any]) -> str:
    """A row of the history in words, without what the display shows anyway."""
    scores = {k: v for k, v in row.items() if k not in ("epoch", "iteration", "lr", "seconds")}
    return ", ".join(f"{name.replace('_', ' ')} {score:.4g}" for name, score in scores.items())


def checked(metrics: Sequence[Metric]) -> Sequence[Metric]:
    """The metrics. Raises E24 unless each is a function, with a column of its own."""
    listed = isinstance(metrics, list | tuple)
    if not listed or not all(hasattr(metric, "__name__") for metric in metrics):
        what = f"metrics must be a list of functions that have a name; got {metrics!r}"
        why = "each is called with predictions and targets, and its name heads a column"
        raise lesson("E24", what=what, why=why, fix="metrics=[accuracy]")
    names = [metric.__name__ for metric in metrics]
    columns = Counter([*COLUMNS, *names, *[f"validation_{name}" for name in names]])
    column, count = columns.most_common(1)[0]
    if count > 1:
        what = f"the history would have {count} columns named {column!r}"
        why = "each metric is reported under the name of its function"
        fix = "def mean_error(p, y): ...   in place of a lambda"
        raise lesson("E24", what=what, why=why, fix=fix)
    return metrics


def require_epochs(epochs: Any) -> None:
    """Raise E20 unless epochs is a whole number, 0 or more."""
    if not isinstance(epochs, Integral) or isinstance(epochs, bool) or epochs < 0:
        what = f"epochs must be a whole number, 0 or more; got {epochs!r}"
        raise lesson("E20", what=what, fix="trainer.fit(loader, epochs=20)")


def require_batches(data: Any) -> None:
    """Raise E24 for what does not give batches of inputs and targets, as often as asked."""
    fix = "trainer.fit(DataLoader(X, y, batch_size=32))"
    if isinstance(data, tuple | np.ndarray):
        what = "fit() was given arrays, but needs them in batches"
        why = "the batch size decides how many updates an epoch makes"
        raise lesson("E24", what=what, why=why, fix=fix)
    if not isinstance(data, Sized) or not isinstance(data, Iterable):
        what = f"fit() needs batches that can be counted and read again; got {data!r}"
        why = "every epoch reads all batches, and a generator can be read only once"
        raise lesson("E24", what=what, why=why, fix=fix)
    dataset = getattr(data, "dataset", None)
    if isinstance(dataset, TensorDataset) and len(dataset.arrays) < 2:
        what = "these batches hold one array each, so there is nothing to compare predictions with"
        why = "of each batch the last array is the target, and those before it are the inputs"
        raise lesson("E24", what=what, why=why, fix=fix)
