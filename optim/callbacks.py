"""Callbacks: what can be added to the training loop without changing it.

A callback is told of a few moments of `Trainer.fit` and may look at the trainer and act: stop the
run, change gradients, keep a file. In a loop written by hand each of these is a line or two, put
where the moment's name says.
"""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING, Any

from autograd import detect_anomaly
from autograd.errors import GraphError, lesson
from autograd.nonfinite import GENERAL, trouble
from autograd.parameters import clip_grad_norm_, clip_grad_value_
from autograd.random import replaying, snapshot

from . import checkpoint

if TYPE_CHECKING:
    from .training import Trainer

Row = dict[str, Any]


class Callback:
    """The moments of a run, in their order; a subclass overrides those that it wants to know of.

    What it returns as `state_dict()`, numbers and arrays, is kept in checkpoints, and given back
    to `load_state_dict` before a resumed run begins.
    """

    def fit_began(self, trainer: Trainer) -> None:
        """The first epoch is about to begin, or the first after a resumption."""

    def batch_began(self, trainer: Trainer, inputs: list[Any], target: Any) -> None:
        """The model is about to see these samples."""

    def loss_computed(self, trainer: Trainer, loss: Any) -> None:
        """The forward pass is done, and backward() is about to begin."""

    def gradients_computed(self, trainer: Trainer) -> None:
        """backward() is done, and step() is about to begin."""

    def epoch_ended(self, trainer: Trainer, row: Row) -> None:
        """The history has one more row, and the schedule has moved."""

    def fit_ended(self, trainer: Trainer) -> None:
        """The last epoch is done, or Ctrl-C was pressed."""

    def state_dict(self) -> dict[str, Any]:
        """What it remembers from epoch to epoch."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Remember what another has in its `state_dict()`."""


class Best:
    """The best value so far in one column of the history.

    mode: "min" if smaller is better, "max" if larger is; by default "max" for accuracies.
    Raises E24 for a column that the history does not have.
    """

    def __init__(self, monitor: str, mode: str | None, min_delta: float = 0.0) -> None:
        if mode not in (None, "min", "max"):
            what = f"mode must be 'min' or 'max'; got {mode!r}"
            why = "it says whether small or large values are good"
            raise lesson("E24b", what=what, why=why, fix='EarlyStopping("validation_loss")')
        larger = mode == "max" or (mode is None and monitor.endswith("accuracy"))
        self.monitor, self.sign, self.min_delta = monitor, -1 if larger else 1, min_delta
        self.value = math.inf * self.sign

    def beaten_by(self, row: Row) -> bool:
        """Whether this row is better by more than min_delta; then it is the best from now on."""
        if self.monitor not in row:
            what = f"the history has no column {self.monitor!r}; it has {', '.join(row)}"
            why = "columns of validation data are there if fit() is given some"
            fix = "trainer.fit(train, validation)   or   monitor='loss'"
            raise lesson("E24b", what=what, why=why, fix=fix)
        better = self.sign * row[self.monitor] < self.sign * self.value - self.min_delta
        if better:
            self.value = row[self.monitor]
        return bool(better)


class EarlyStopping(Callback):
    """Stop when a column of the history has not got better for `patience` epochs in a row.

    monitor: the column. min_delta: by how much it has to get better to count. mode: "min" or
    "max"; by default accuracies are to rise and all else is to fall.
    restore_best: in the end, give the model the parameters of its best epoch.
    Source: Prechelt 1998, Early stopping - but when?

    >>> from optim import EarlyStopping
    >>> stopping = EarlyStopping("validation_loss", patience=3)
    """

    def __init__(
        self, monitor: str = "validation_loss", patience: int = 10, min_delta: float = 0.0,
        restore_best: bool = True, mode: str | None = None,
    ) -> None:  # fmt: skip
        if patience < 1:
            what = f"patience must be at least 1; got {patience}"
            why = "it counts the epochs without a better value after which training stops"
            raise lesson("E24b", what=what, why=why, fix="EarlyStopping(patience=10)")
        self.options = (monitor, mode, min_delta)
        self.patience, self.restore_best = patience, restore_best
        self._forget()

    def _forget(self) -> None:
        self.best = Best(*self.options)
        self.best_epoch = self.waited = 0
        self.weights: dict[str, Any] | None = None

    def fit_began(self, trainer: Trainer) -> None:
        """A new run has no best epoch yet; a resumed one may have waited long enough already."""
        if not trainer.history.rows:
            self._forget()
        self._stop_if_enough(trainer)

    def epoch_ended(self, trainer: Trainer, row: Row) -> None:
        """Is this the best epoch, or has it been too long since there was one?"""
        self.waited += 1
        if self.best.beaten_by(row):
            self.best_epoch, self.waited = row["epoch"], 0
            self.weights = trainer.model.state_dict() if self.restore_best else None
        self._stop_if_enough(trainer)

    def _stop_if_enough(self, trainer: Trainer) -> None:
        if self.waited >= self.patience:
            name = self.best.monitor.replace("_", " ")
            told = f"{name} was best in epoch {self.best_epoch} ({self.best.value:.4g})"
            trainer.stop(f"early: {told}, and {self.waited} epochs brought nothing better")

    def fit_ended(self, trainer: Trainer) -> None:
        """Go back to the best epoch."""
        if self.weights is not None:
            trainer.model.load_state_dict(self.weights)

    def state_dict(self) -> dict[str, Any]:
        """The best epoch, and how long ago it was."""
        return {
            "best": self.best.value, "best_epoch": self.best_epoch, "waited": self.waited,
            "weights": self.weights,
        }  # fmt: skip

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Wait on from there."""
        self.best.value, self.best_epoch = state["best"], state["best_epoch"]
        self.waited, self.weights = state["waited"], state["weights"]


class ModelCheckpoint(Callback):
    """Write a checkpoint after every epoch: `trainer.fit(..., resume=path)` goes on from it.

    The file is replaced as a whole: if writing is interrupted, that of the epoch before is there.
    save_best_only: only after epochs in which the column `monitor` was better than ever before.
    """

    def __init__(
        self, path: str | os.PathLike[str], monitor: str = "validation_loss",
        save_best_only: bool = False, mode: str | None = None,
    ) -> None:  # fmt: skip
        self.path, self.save_best_only = path, save_best_only
        self.options = (monitor, mode)
        self.best = Best(*self.options)

    def fit_began(self, trainer: Trainer) -> None:
        """A new run has no best epoch yet."""
        if not trainer.history.rows:
            self.best = Best(*self.options)

    def epoch_ended(self, trainer: Trainer, row: Row) -> None:
        """Write the file, if it is to be written."""
        if not self.save_best_only or self.best.beaten_by(row):
            checkpoint.save(trainer, self.path)

    def state_dict(self) -> dict[str, Any]:
        """The best value so far."""
        return {"best": self.best.value}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Compare with that value from here on."""
        self.best.value = state["best"]


class GradientClip(Callback):
    """Keep steps short where the loss is steep: shorten gradients before the optimizer sees them.

    max_norm: g <- g min(1, max_norm / |g|), of all parameters together; the direction stays.
    value: every number of the gradient by itself into [-value, value]; the direction changes.
    Source: Pascanu, Mikolov & Bengio 2013, On the difficulty of training recurrent neural networks.

    >>> from optim import GradientClip
    >>> clip = GradientClip(max_norm=1.0)
    """

    def __init__(self, max_norm: float | None = None, value: float | None = None) -> None:
        limits = [limit for limit in (max_norm, value) if limit is not None]
        if len(limits) != 1 or not limits[0] > 0:
            what = f"GradientClip needs one limit above 0; got max_norm={max_norm}, value={value}"
            why = "it shortens either the whole gradient or each of its numbers"
            raise lesson("E24b", what=what, why=why, fix="GradientClip(max_norm=1.0)")
        self.max_norm, self.value = max_norm, value

    def fit_began(self, trainer: Trainer) -> None:
        """Refuse optimizers that compute their gradients themselves, and would not see these."""
        if trainer.optimizer.needs_closure:
            name = type(trainer.optimizer).__name__
            what = f"GradientClip cannot shorten the gradients of {name}"
            why = "it computes the loss and its gradients in several places, and compares them"
            raise lesson("E24", what=what, why=why, fix=f"{name}(..., lr=0.1)   for shorter steps")

    def gradients_computed(self, trainer: Trainer) -> None:
        """Shorten the gradient, if it is too long."""
        if self.max_norm is not None:
            clip_grad_norm_(trainer.model.parameters(), self.max_norm)
        elif self.value is not None:
            clip_grad_value_(trainer.model.parameters(), self.value)


class NaNGuard(Callback):
    """Stop at the first loss or gradient that is nan or inf, and say which operation made it.

    The batch is then computed again, with the same random numbers, under `detect_anomaly()`.
    Raises E21t, before the optimizer can carry the damage into the parameters.
    """

    def __init__(self) -> None:
        self.losses: list[float] = []

    def fit_began(self, trainer: Trainer) -> None:
        """No loss was seen yet."""
        self.losses = []

    def batch_began(self, trainer: Trainer, inputs: list[Any], target: Any) -> None:
        """Remember what it would take to compute this batch again."""
        self.batch, self.random = (inputs, target), snapshot()

    def loss_computed(self, trainer: Trainer, loss: Any) -> None:
        """Is the loss a finite number?"""
        value = float(loss.item())
        if not math.isfinite(value):
            raise self._found(trainer, f"the loss is {value}")
        self.losses = [*self.losses[-3:], value]

    def gradients_computed(self, trainer: Trainer) -> None:
        """Is every gradient finite?"""
        for parameter in trainer.model.parameters():
            if parameter.grad is not None and (bad := trouble(parameter.grad)):
                name = parameter.name or "a parameter"
                raise self._found(trainer, f"the gradient of {name} is {bad}")

    def _found(self, trainer: Trainer, what: str) -> Exception:
        *before, last = ["none", *[f"{loss:.4g}" for loss in self.losses]]
        losses = ", ".join([*before[1:], last])
        cause, fix = self._cause(trainer)
        epoch = len(trainer.history) + 1
        return lesson("E21t", what=what, epoch=epoch, losses=losses, cause=cause, fix=fix)

    def _cause(self, trainer: Trainer) -> tuple[str, str]:
        """Where it came from, and what to do about it."""
        inputs, target = self.batch
        for name, data in (*[("inputs", x) for x in inputs], ("targets", target)):
            if bad := trouble(data):
                return f"the {name} of this batch hold {bad}", "X = X[np.isfinite(X).all(axis=1)]"
        try:
            with replaying(self.random), detect_anomaly():
                trainer.loss(trainer.forward(inputs), target).backward()
        except GraphError as error:
            what, _, rest = str(error).partition("\n  Why:")
            fix = rest.partition("Fix:  ")[2].split("\n")[0]
            return " ".join(what.split()), fix or GENERAL
        return "the parameters hold inf already", GENERAL
