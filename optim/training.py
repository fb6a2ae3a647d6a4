"""Trainer: the training loop, and History: what it saw.

The loop is the one everybody writes by hand: forward, loss, zero the gradients, backward, step;
batch after batch, epoch after epoch. Model and loss are plain callables. Of a model the loop needs
`parameters()`, `train()` and `eval()`; it may hold Tensors (it is then called with a batch) or
Values (it is called with one row of floats at a time).
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence, Sized
from pathlib import Path
from time import perf_counter
from typing import Any, Protocol

import numpy as np

from autograd.data import raw
from autograd.errors import lesson
from autograd.state import no_grad
from autograd.value import Value

from .optimizer import Optimizer
from .progress import watching

Array = np.ndarray[Any, Any]
Metric = Callable[[Array, Array], float]


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
        self.metrics = metrics
        self._by_rows = isinstance(next(iter(model.parameters()), None), Value)

    def fit(
        self, train: Batches, validation: Batches | None = None, epochs: int = 1,
        progress: bool = True,
    ) -> History:  # fmt: skip
        """Train for a number of epochs; ends in eval mode, the model ready to be used.

        Ctrl-C ends training early and keeps the model and the history of the finished epochs.
        """
        refuse_arrays(train, validation)
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

    >>> accuracy(np.array([[0.9, 0.1], [0.2, 0.8], [0.7, 0.3]]), np.array([0, 1, 1]))
    0.6666666666666666
    """
    return float(np.mean(prediction.argmax(axis=-1) == target))


def as_array(prediction: Any) -> Array:
    """A model's output as plain numbers: from a Tensor, or from (lists of) Values."""
    if isinstance(prediction, list | tuple):
        return np.array([as_array(entry) for entry in prediction])
    return np.asarray(raw(prediction))


def told(row: dict[str, Any]) -> str:
    """A row of the history in words, without what the display shows anyway."""
    scores = {k: v for k, v in row.items() if k not in ("epoch", "iteration", "lr", "seconds")}
    return ", ".join(f"{name.replace('_', ' ')} {score:.4g}" for name, score in scores.items())


def refuse_arrays(*data: Any) -> None:
    """Raise E24 for (X, y) where batches are meant."""
    for entry in data:
        if isinstance(entry, tuple | np.ndarray):
            what = "fit() was given arrays, but needs them in batches"
            why = "the batch size decides how many updates an epoch makes"
            raise lesson("E24", what=what, why=why, fix="DataLoader(X, y, batch_size=32)")
