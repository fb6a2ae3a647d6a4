"""Recorder: a training run in frames, for `autograd.play`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.data import raw
from autograd.errors import lesson
from autograd.random import replaying, snapshot
from autograd.state import no_grad
from autograd.value import Value

from .callbacks import Callback

if TYPE_CHECKING:
    from .training import Trainer

FEW_CELLS = 20  # on each axis, for models of Values: they are asked point by point


class Recorder(Callback):
    """Keep frames of a run, which `play(recorder.run)` shows: training itself goes on as without.

    A frame is what is known just before an update: the loss of the batch, lengths of parameters and
    gradients, dead relus, and the boundary in the plane; and how long the update then is. Gradients
    are as the callbacks before this one in the list leave them.

    every: so many updates from one frame to the next. A run of more than 200 frames lets go every
        second one, again and again.
    boundary: samples (X, y) with two features, around which the model is asked in every frame.
    classes: their names. scores: what to ask with points (n, 2), if not the model itself: such as
        `lambda points: model(scale(points))`.

    >>> from optim import Recorder
    >>> recorder = Recorder(every=10)
    """

    def __init__(
        self, every: int = 1, boundary: tuple[Any, Any] | None = None,
        classes: Sequence[str] = (), scores: Callable[[Any], Any] | None = None,
    ) -> None:  # fmt: skip
        if every < 1:
            what = f"every must be at least 1; got {every}"
            why = "it counts the updates from one frame to the next"
            raise lesson("E24b", what=what, why=why, fix="Recorder(every=10)")
        from autograd.view.run import Run  # views are loaded on first use

        self.every = every
        self.samples: tuple[Any, ...] = () if boundary is None else boundary
        self.classes, self.scores = classes, scores
        self.run = Run()

    def fit_began(self, trainer: Trainer) -> None:
        """A new run has no frames yet; a resumed one goes on."""
        from autograd.view.run import CELLS, Run

        rows = trainer.history.rows
        self.update = rows[-1]["iteration"] if rows else 0
        self.pending: dict[str, Any] | None = None
        if not rows or not self.run.frames:
            by_rows = isinstance(next(iter(trainer.model.parameters()), None), Value)
            cells = FEW_CELLS if by_rows else CELLS
            X, y = self.samples or (None, None)
            self.run = Run(X, y, self.classes, cells)

    def batch_began(self, trainer: Trainer, inputs: list[Any], target: Any) -> None:
        """The update before is done."""
        self._finish(trainer)
        self.update += 1

    def loss_computed(self, trainer: Trainer, loss: Any) -> None:
        """Keep what the graph of the loss says."""
        from autograd.view.run import dead_relus

        if (self.update - 1) % self.every == 0:
            self.pending = {"loss": loss.item(), "dead": dead_relus(loss), "step": self.update}

    def gradients_computed(self, trainer: Trainer) -> None:
        """Keep the parameters as they are before the update, and their gradients."""
        if self.pending is None:
            return
        self.pending["parameters"] = {
            name: (np.array(raw(node)), None if node.grad is None else np.array(raw(node.grad)))
            for name, node in named(trainer.model)
        }
        if len(self.run.grid):
            self.pending["boundary"] = self._asked(trainer)

    def epoch_ended(self, trainer: Trainer, row: dict[str, Any]) -> None:
        """The last update of the epoch is done."""
        self._finish(trainer)

    def _finish(self, trainer: Trainer) -> None:
        """Now that the update is made, its length is known."""
        if self.pending is None:
            return
        before = self.pending.pop("parameters")
        after = dict(named(trainer.model))
        with np.errstate(all="ignore"):  # a run that diverges is recorded as well
            parameters = {
                name: (data, grad, None if grad is None else raw(after[name]) - data)
                for name, (data, grad) in before.items()
            }
        self.run.frame(parameters=parameters, **self.pending)
        self.pending = None

    def _asked(self, trainer: Trainer) -> Any:
        """What the model says in the plane, without leaving a trace."""
        from .training import as_array

        ask = self.scores or (lambda points: trainer.forward([points]))
        quiet = np.errstate(all="ignore")
        with no_grad(), replaying(snapshot()), evaluating(trainer.model), quiet:
            return as_array(ask(self.run.grid))


def named(model: Any) -> Iterator[tuple[str, Any]]:
    """The parameters with the names that they have in the model, or else of their own."""
    if hasattr(model, "named_parameters"):
        yield from model.named_parameters()
        return
    names: set[str] = set()
    for k, node in enumerate(model.parameters()):
        name = node.name if node.name and node.name not in names else f"p{k}"
        names.add(name)
        yield name, node


@contextmanager
def evaluating(model: Any) -> Iterator[None]:
    """The model in eval mode; afterwards each of its modules is in the mode that it was in."""
    modes = [(module, module.training) for module in getattr(model, "modules", list)()]
    model.eval()
    try:
        yield
    finally:
        if not modes:
            model.train()
        for module, mode in modes:
            module.training = mode
