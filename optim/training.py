"""Trainer: the training loop, and History: what it saw.

The loop is the one everybody writes by hand: forward, loss, zero the gradients, backward, step;
batch after batch, epoch after epoch. Model and loss are plain callables. Of a model the loop needs
`parameters()`, `train()` and `eval()`; it may hold Tensors (it is then called with a batch) or
Values (it is called with one row of floats at a time).
"""

from __future__ import annotations

import inspect
import math
import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence, Sized
from numbers import Integral
from time import perf_counter
from typing import Any, Protocol

import numpy as np

from autograd.data import raw
from autograd.errors import lesson
from autograd.node import Node
from autograd.random import replaying, snapshot
from autograd.state import no_grad
from autograd.value import Value

from . import checkpoint
from .batches import TensorDataset
from .callbacks import Callback, ModelCheckpoint
from .compiled import CompiledPasses
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
        try:
            return [row[column] for row in self.rows]
        except KeyError:
            known = ", ".join(self.rows[-1])
            raise KeyError(f"the history has no column {column!r}; it has {known}") from None

    def __repr__(self) -> str:
        if not self.rows:
            return "History(no finished epoch)"
        return f"History({len(self)} epochs; last: {told(self.rows[-1])})"

    def to_csv(self, path: str | os.PathLike[str]) -> None:
        """Write one line per epoch, under a line of column names."""
        import csv
        from pathlib import Path

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
    optimizer: updates the model's parameters. One that needs a closure (LBFGS, NewtonCG) computes
        the loss of the batch again, wherever it looks; it is at its best with one batch of all.
    scheduler: changes the learning rate; it steps after every epoch, or after every iteration if
        its attribute `every` is "iteration". If its step() asks for a number, as that of
        ReduceLROnPlateau does, it is given the validation loss, or else the loss.
    metrics: functions of (predictions, targets), plain arrays, each giving one number; their means
        over samples are reported under the functions' names.
    callbacks: are told what happens, and may act: see `Callback`.
    compile: run forward and backward as a program, made at the first batch by `autograd.compile`:
        the same numbers in less time. `trainer.compiled.source` is its text.

    Raises E24 for metrics that are not functions with names of their own, for schedulers and
    callbacks that are none, and for a scheduler of another optimizer; E35 for a model that cannot
    be compiled.

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
        scheduler: Any = None, metrics: Sequence[Metric] = (), callbacks: Sequence[Callback] = (),
        compile: bool = False,
    ) -> None:  # fmt: skip
        require_parts(model, optimizer, scheduler, callbacks)
        self.model = model
        self.loss = loss
        self.optimizer = optimizer
        self.scheduler = scheduler
        self.metrics = checked(metrics)
        # Checkpoints come last: they are to hold what the other callbacks make of an epoch.
        self.callbacks = sorted(callbacks, key=lambda c: isinstance(c, ModelCheckpoint))
        self.history, self.stopped = History(), ""
        self.batches: Batches | None = None
        self.validation: Batches | None = None
        self.compiled = CompiledPasses(model, loss) if compile else None
        self._by_rows = isinstance(next(iter(model.parameters()), None), Value)

    def fit(
        self, train: Batches, validation: Batches | None = None, epochs: int = 1,
        progress: bool = True, resume: str | os.PathLike[str] | None = None,
    ) -> History:  # fmt: skip
        """Train until there are `epochs` epochs; ends in eval mode, the model ready to be used.

        resume: a file that `ModelCheckpoint` wrote; its epochs count, and the run goes on from it.
        Ctrl-C ends training early and keeps the model and the history of the finished epochs.
        Raises E24 for anything else than batches of inputs and targets.
        """
        history = self._begin(train, validation, epochs, resume)
        start = perf_counter() - sum(history["seconds"][-1:])
        try:
            with watching(progress, epochs, len(train), len(history)) as display:
                self._tell("fit_began")
                while len(history) < epochs and not self.stopped:
                    self.model.train()
                    means = Means(self.metrics)
                    for *inputs, target in train:
                        self._tell("batch_began", inputs, target)
                        closure = self.closure(inputs, target)
                        prediction, loss = self._passes(inputs, target)
                        self._tell("gradients_computed")
                        self.optimizer.step(closure)
                        self._schedule("iteration")
                        means.add(loss, prediction, target)
                        display.iteration()
                    row = self._record(means, start)
                    self._schedule("epoch")
                    self._tell("epoch_ended", row)
                    display.epoch(row["epoch"], told(row))
        except KeyboardInterrupt:
            self.stop(f"after {len(history)} of {epochs} epochs; the history is kept")
        self._end(progress)
        return history

    def _passes(self, inputs: list[Array], target: Array) -> tuple[Any, Any]:
        """Forward and backward: the predictions and the loss of one batch."""
        if self.compiled is not None:
            self.optimizer.zero_grad()
            prediction, loss = self.compiled(inputs, target)
            self._tell("loss_computed", loss)
            return prediction, loss
        prediction = self.forward(inputs)
        loss = one_node(self.loss(prediction, target))
        self._tell("loss_computed", loss)
        self.optimizer.zero_grad()
        loss.backward()
        return prediction, loss

    def stop(self, reason: str) -> None:
        """Let the epoch that is running be the last; the reason goes on after "Stopped ..."."""
        self.stopped = reason

    def _begin(
        self, train: Batches, validation: Batches | None, epochs: int,
        resume: str | os.PathLike[str] | None,
    ) -> History:  # fmt: skip
        require_batches(train)
        require_batches(train if validation is None else validation)
        require_epochs(epochs)
        self.batches, self.validation = train, validation
        self.history, self.stopped = History(), ""
        if resume is not None:
            checkpoint.resume(self, resume)
        return self.history

    def _record(self, means: Means, start: float) -> dict[str, Any]:
        """The row of the epoch that has ended, added to the history."""
        rows = self.history.rows
        iteration = means.batches + (rows[-1]["iteration"] if rows else 0)
        row = {"epoch": len(rows) + 1, "iteration": iteration, **means.result()}
        if self.validation is not None:
            scores = self.evaluate(self.validation)
            row |= {f"validation_{name}": score for name, score in scores.items()}
        row |= {"lr": self.optimizer.param_groups[0]["lr"], "seconds": perf_counter() - start}
        rows.append(row)
        return row

    def _tell(self, moment: str, *facts: Any) -> None:
        for callback in self.callbacks:
            getattr(callback, moment)(self, *facts)

    def _schedule(self, moment: str) -> None:
        """Move the learning rate, if this is the scheduler's moment."""
        if self.scheduler is None or getattr(self.scheduler, "every", "epoch") != moment:
            return
        if asks_for_a_number(self.scheduler.step):
            row = self.history.rows[-1]
            self.scheduler.step(row.get("validation_loss", row["loss"]))
        else:
            self.scheduler.step()

    def _end(self, progress: bool) -> None:
        if progress and self.stopped:
            print(f"Stopped {self.stopped}.")
        self._tell("fit_ended")
        self.model.eval()

    def evaluate(self, batches: Batches) -> dict[str, float]:
        """Loss and metrics, each the mean over samples, in eval mode and without gradients."""
        require_batches(batches, "evaluate")
        self.model.eval()
        means = Means(self.metrics)
        with no_grad():
            for *inputs, target in batches:
                prediction = self.forward(inputs)
                means.add(self.loss(prediction, target), prediction, target)
        return means.result()

    def predict(self, *inputs: Any) -> Array:
        """The model's output as a plain array, in eval mode and without gradients."""
        self.model.eval()
        with no_grad():
            return as_array(self.forward([np.asarray(raw(X)) for X in inputs]))

    def closure(self, inputs: list[Array], target: Array) -> Callable[[], Any] | None:
        """For an optimizer that asks for the loss in several places: a function that computes it.

        Random numbers are the same in all of them: else dropout would make a hill of a valley.
        """
        if not self.optimizer.needs_closure:
            return None
        random = snapshot()

        def closure() -> Any:
            with replaying(random):
                loss = self.loss(self.forward(inputs), target)
            self.optimizer.zero_grad()
            loss.backward()
            return loss

        return closure

    def forward(self, inputs: list[Array]) -> Any:
        """The model's output for one batch: a Tensor, or one list of Values per row."""
        if self._by_rows:
            return [self.model(*row) for row in zip(*[X.tolist() for X in inputs], strict=True)]
        return self.model(*inputs)


class Means:
    """Loss and metrics as means over samples: a short last batch counts for less."""

    def __init__(self, metrics: Sequence[Metric]) -> None:
        self.metrics = metrics
        self.totals: dict[str, float] = {}
        self.samples = self.batches = 0

    def add(self, loss: Any, prediction: Any, target: Array) -> None:
        """Count one batch."""
        scores = {"loss": as_array(loss).item()}
        if self.metrics:
            array = as_array(prediction)
            scores |= {m.__name__: one_number(m, m(array, target)) for m in self.metrics}
        for name, score in scores.items():
            self.totals[name] = self.totals.get(name, 0.0) + score * len(target)
        self.samples += len(target)
        self.batches += 1

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


def one_node(loss: Any) -> Any:
    """The loss. Raises E24 unless it is a node, with a backward pass."""
    if isinstance(loss, Node):
        return loss
    what = f"the loss function returned {loss!r:.60}, not a Value or Tensor"
    why = "backward() starts from the loss, which has to remember how it was made"
    raise lesson("E24", what=what, why=why, fix="return ((prediction - target) ** 2).mean()")


def one_number(metric: Metric, score: Any) -> float:
    """The score of a batch as a plain number. Raises E24 for several."""
    number = np.asarray(raw(score))
    if number.size == 1:
        return float(number.item())
    what = f"the metric {metric.__name__!r} gave an array of shape {number.shape}, not one number"
    why = "its mean over batches is reported, one number for each epoch"
    raise lesson("E24", what=what, why=why, fix="return np.mean(...)")


def require_parts(model: Any, optimizer: Any, scheduler: Any, callbacks: Any) -> None:
    """Raise E24 for classes, a scheduler that cannot step or moves others, no callbacks."""
    fix = "Trainer(model, loss, optimizer, metrics=[accuracy], callbacks=[EarlyStopping()])"
    for part in (model, optimizer, scheduler):
        if isinstance(part, type):
            what, why = f"Trainer was given the class {part.__name__}", "it works with objects"
            raise lesson("E24", what=what, why=why, fix=f"{part.__name__}(...)")
    if not hasattr(scheduler or optimizer, "step"):
        what = f"the scheduler must be one, or None; got {scheduler!r}"
        why = "after every epoch it is asked to step"
        raise lesson("E24", what=what, why=why, fix=fix)
    if getattr(scheduler, "optimizer", optimizer) is not optimizer:
        what = f"the {type(scheduler).__name__} is that of another optimizer"
        why = "it would move learning rates that this run never uses"
        fix = f"{type(scheduler).__name__}(optimizer, ...)   where the optimizer is built"
        raise lesson("E24", what=what, why=why, fix=fix)
    listed = isinstance(callbacks, list | tuple)
    if not listed or not all(isinstance(callback, Callback) for callback in callbacks):
        what = f"callbacks must be a list of Callback objects; got {callbacks!r}"
        why = "each is told of the moments of the run, by name"
        raise lesson("E24", what=what, why=why, fix=fix)


def asks_for_a_number(step: Callable[..., Any]) -> bool:
    """Whether step() has an argument that must be given."""
    parameters = inspect.signature(step).parameters.values()
    return any(p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD for p in parameters)


def require_epochs(epochs: Any) -> None:
    """Raise E20 unless epochs is a whole number, 0 or more."""
    if not isinstance(epochs, Integral) or isinstance(epochs, bool) or epochs < 0:
        what = f"epochs must be a whole number, 0 or more; got {epochs!r}"
        raise lesson("E20", what=what, fix="trainer.fit(loader, epochs=20)")


def require_batches(data: Any, method: str = "fit") -> None:
    """Raise E24 for what does not give batches of inputs and targets, as often as asked."""
    fix = f"trainer.{method}(DataLoader(X, y, batch_size=32))"
    if isinstance(data, tuple | np.ndarray):
        what = f"{method}() was given arrays, but needs them in batches"
        why = "the batch size decides how many samples are computed, or learned from, at once"
        raise lesson("E24", what=what, why=why, fix=fix)
    if not isinstance(data, Sized) or not isinstance(data, Iterable):
        what = f"{method}() needs batches that can be counted and read again; got {data!r}"
        why = "every epoch reads all batches, and a generator can be read only once"
        raise lesson("E24", what=what, why=why, fix=fix)
    dataset = getattr(data, "dataset", None)
    if isinstance(dataset, TensorDataset) and len(dataset.arrays) < 2:
        what = "these batches hold one array each, so there is nothing to compare predictions with"
        why = "of each batch the last array is the target, and those before it are the inputs"
        raise lesson("E24", what=what, why=why, fix=fix)
