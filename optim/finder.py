"""LRFinder: which learning rate? Try them all, from far too small to far too large, and look.

Every iteration takes one step at a rate a little larger than the one before. While the rate is too
small the loss stays where it is; then it falls, ever faster; and where the rate is too large it
shoots up. A good rate lies where the loss falls fastest, well before it turns.
"""

from __future__ import annotations

import math
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.errors import lesson
from autograd.random import restore, snapshot

from .callbacks import Callback

if TYPE_CHECKING:
    from .training import Batches, Trainer

SMOOTHING = 0.9  # how much of the running mean of the losses is kept at each iteration
TOO_MUCH = 4  # times the smallest loss so far: from here on it only gets worse
LEAST = 10  # iterations before that is judged


class LRFinder(Callback):
    """The learning-rate range test: losses at rates from low to high, and a suggestion.

    As a callback it runs before the first epoch; `run(trainer, batches)` runs it by itself. In
    both cases model, optimizer, batches and random numbers are afterwards as they were before.

    iterations: how many rates are tried, evenly spaced in log(lr). rates, losses: what was found,
    the losses as running means. Raises E24 if the loss fell nowhere.
    Source: Smith 2017, Cyclical learning rates for training neural networks, section 3.3.

    >>> from optim import LRFinder
    >>> LRFinder(low=1e-4, high=1.0)
    LRFinder(not run yet)
    """

    def __init__(self, low: float = 1e-6, high: float = 10.0, iterations: int = 100) -> None:
        if not 0 < low < high or iterations < LEAST:
            what = f"LRFinder tries at least {LEAST} rates with 0 < low < high; got low={low}, "
            what += f"high={high}, iterations={iterations}"
            why = "the rate grows by the same factor from step to step"
            raise lesson("E24b", what=what, why=why, fix="LRFinder(low=1e-6, high=10)")
        self.low, self.high, self.iterations = low, high, iterations
        self.rates: list[float] = []
        self.losses: list[float] = []

    def fit_began(self, trainer: Trainer) -> None:
        """Run on the batches that are to be trained on."""
        assert trainer.batches is not None
        self.run(trainer, trainer.batches)

    def run(self, trainer: Trainer, batches: Batches) -> LRFinder:
        """Try the rates on these batches, and leave everything as it was."""
        holders = [trainer.model, trainer.optimizer, batches]
        holders = [holder for holder in holders if hasattr(holder, "load_state_dict")]
        before, random = [holder.state_dict() for holder in holders], snapshot()
        trainer.model.train()
        with np.errstate(all="ignore"):  # the last rates are meant to be too large
            self._sweep(trainer, batches)
        trainer.optimizer.zero_grad()
        for holder, state in zip(holders, before, strict=True):
            holder.load_state_dict(state)
        restore(random)
        return self

    def _sweep(self, trainer: Trainer, batches: Batches) -> None:
        self.rates, self.losses = [], []
        groups = trainer.optimizer.param_groups
        shares = [group["lr"] / groups[0]["lr"] for group in groups]
        mean = 0.0
        samples = chain.from_iterable(repeat(batches))  # epoch after epoch, as many as it takes
        rates = np.geomspace(self.low, self.high, self.iterations).tolist()
        for i, (rate, (*inputs, target)) in enumerate(zip(rates, samples, strict=False)):
            for group, share in zip(groups, shares, strict=True):
                group["lr"] = rate * share
            closure = trainer.closure(inputs, target)
            loss = trainer.loss(trainer.forward(inputs), target)
            mean = SMOOTHING * mean + (1 - SMOOTHING) * loss.item()
            smooth = mean / (1 - SMOOTHING ** (i + 1))
            if not math.isfinite(smooth):
                return
            self.rates.append(rate)
            self.losses.append(smooth)
            if i >= LEAST and abs(smooth) > TOO_MUCH * max(map(abs, self.losses[:LEAST])):
                return
            trainer.optimizer.zero_grad()
            loss.backward()
            trainer.optimizer.step(closure)

    @property
    def suggestion(self) -> float:
        """A tenth of the rate at which the loss was lowest: still fast, and not yet at the edge."""
        lowest = int(np.argmin(self.losses)) if self.losses else 0
        if lowest < LEAST:
            fell = "the loss fell at none" if self.losses else "the finder has not run yet"
            why = "the suggestion is a tenth of the rate at which the loss was lowest"
            fix = "LRFinder(low=1e-8).run(trainer, batches).suggestion"
            what = f"there is no learning rate to suggest: {fell}"
            raise lesson("E24b", what=what, why=why, fix=fix)
        return float(f"{self.rates[lowest] / 10:.2g}")

    def plot(self, ax: Any = None) -> Any:
        """Draw the losses against the rates, the suggestion marked; returns the axes."""
        from .plot import COLORS, INK, new_axes, plain

        rate, ax = self.suggestion, ax or new_axes(6, 3.7)
        ax.plot(self.rates, self.losses, color=COLORS[0])
        ax.axvline(rate, color=COLORS[1], linestyle="--", linewidth=1.2)
        note = {"textcoords": "offset points", "va": "top", "color": INK}
        ax.annotate(
            f"suggestion {rate:g}", (rate, 1), xycoords=("data", "axes fraction"),
            xytext=(-6, -6), ha="right", **note,
        )  # fmt: skip
        least, first = min(self.losses), max(self.losses[:LEAST])
        ax.set_ylim(least - 0.1 * (first - least), first + 0.5 * (first - least))
        ax.set(xscale="log", xlabel="learning rate", ylabel="loss, running mean")
        plain(ax)
        return ax

    def __repr__(self) -> str:
        if not self.rates:
            return "LRFinder(not run yet)"
        tried = f"{len(self.rates)} rates from {self.rates[0]:g} to {self.rates[-1]:.3g}"
        return f"LRFinder({tried}; suggestion {self.suggestion:g})"
