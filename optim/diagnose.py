"""diagnose: what the losses of a run say about the mistake that was made.

Broken runs look alike from inside and different from outside: a loss that stays at ln K, one that
stops at a floor no training gets below, one that swings. Each fault has a sign, a short function
over the column of losses; the first sign that is seen, from the surest to the vaguest, is the
verdict. It is a guess from numbers alone, and says from which.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from autograd.errors import wrapped

LEAST = 4  # epochs before which there is little to see
CLASSES = [*range(2, 21), 26, 100, 1000]  # numbers of classes that one meets


@dataclass(frozen=True)
class Fault:
    """What usually makes a fault, and what to try, the likeliest first."""

    why: str
    fix: str
    notebook: str = "11"


FAULTS = {
    "wrong sign": Fault(
        "the loss falls below zero without end: what is minimised has a minus too many, so its "
        "maximum was to be found.",
        "loss = criterion(prediction, target)   without a minus; accuracy has no gradient",
        "04",
    ),
    "nan": Fault(
        "nan spreads to every weight in one step. It comes from data with gaps, log(0), 0/0 (as in "
        "scaling a constant feature by its spread 0), or steps so large that numbers overflow.",
        "Trainer(..., callbacks=[NaNGuard()])   stops there and names the operation",
        "04",
    ),
    "divergence": Fault(
        "every step overshoots the minimum by more than the one before: the learning rate is too "
        "large for this loss, the features are not scaled, or the update has the wrong sign.",
        "a learning rate 10 times smaller; X = (X - X.mean(axis=0)) / X.std(axis=0)",
        "04",
    ),
    "gradients summed": Fault(
        "slow, wide swings that do not die out are a ball without friction: momentum is 1 or close "
        "to it, or gradients are never reset, which is the same.",
        "optimizer.zero_grad()   before   loss.backward()",
        "04",
    ),
    "oscillation": Fault(
        "steps jump back and forth across the valley: the learning rate is too large to settle, or "
        "the batches are so small that their gradients disagree.",
        "a learning rate 3 to 10 times smaller, or a schedule that lowers it",
        "04",
    ),
    "softmax twice": Fault(
        "cross-entropy applies the softmax itself. Fed with probabilities, which lie between 0 and "
        "1, it cannot get below ln(1 + (K - 1) / e), however sure the model is.",
        "remove the softmax layer: CrossEntropyLoss takes raw scores",
        "05",
    ),
    "overfitting": Fault(
        "the model still gets better on the samples it sees, and not on those it does not see: it "
        "learns them by heart.",
        "EarlyStopping(), dropout, weight_decay, a smaller model, or more samples",
        "09",
    ),
    "too slow": Fault(
        "the loss falls by the same small amount in every epoch, so the way is right and the steps "
        "are short.",
        "LRFinder().run(trainer, batches).suggestion, or a learning rate 10 to 100 times larger",
        "04",
    ),
    "stuck at ln K": Fault(
        "ln K is the loss of guessing each of K classes with probability 1/K: the output does not "
        "depend on the input. Labels and samples are in different orders, the inputs are lost on "
        "the way (dead ReLUs, all weights 0), or the learning rate is far from right.",
        "overfit ten samples first: if that fails too, look at model(X[:10]) and the gradients",
    ),
    "not learning": Fault(
        "the weights do not change, or what they change does not reach the output: lr is 0, the "
        "optimizer holds other parameters, units are dead, or the model predicts the mean.",
        "compare p.data before and after step(); print the gradients of the first layer",
    ),
}


@dataclass(frozen=True)
class Diagnosis:
    """The likely fault of a run, None if there is none to be seen; prints as a short lesson.

    seen: the numbers that say so.
    """

    fault: str | None
    seen: str

    @property
    def fix(self) -> str:
        """What to try first."""
        return FAULTS[self.fault].fix if self.fault else ""

    def __str__(self) -> str:
        if self.fault is None:
            return f"No fault to be seen: {self.seen}."
        fault = FAULTS[self.fault]
        parts = {
            "": f"{self.fault}: {self.seen}.",
            "Why:  ": fault.why,
            "Fix:  ": fault.fix,
            "See:  ": f"notebook {fault.notebook}",
        }
        return "\n".join(wrapped(key, text) for key, text in parts.items())

    __repr__ = __str__


class Column(list[float]):
    """A column of losses, and what the signs ask of it."""

    @property
    def end(self) -> float:
        """Where it ends: the median of the last quarter, at least of three."""
        return float(np.median(self[-max(3, len(self) // 4) :]))

    @property
    def fall(self) -> float:
        """How much of the first loss is gone in the end."""
        return (self[0] - self.end) / abs(self[0]) if self[0] else 0.0

    @property
    def late(self) -> Column:
        """The second half."""
        return Column(self[len(self) // 2 :])

    @property
    def spread(self) -> float:
        """The largest minus the smallest."""
        return max(self) - min(self)

    @property
    def steps(self) -> list[float]:
        """The differences from one to the next."""
        return [after - before for before, after in pairwise(self)]

    def turns(self, least: float) -> int:
        """How often it changes its direction, by more than `least` each time."""
        low = high = self[0]
        count = direction = 0
        for loss in self:
            low, high = min(low, loss), max(high, loss)
            if direction >= 0 and loss < high - least:
                count, direction, low = count + (direction > 0), -1, loss
            elif direction <= 0 and loss > low + least:
                count, direction, high = count + (direction < 0), 1, loss
        return count


def diagnose(history: Any) -> Diagnosis:
    """The likely fault of a run, from its losses: a History, or a list of numbers.

    fault is one of "nan", "divergence", "oscillation", "gradients summed", "overfitting", "stuck
    at ln K", "softmax twice", "too slow", "not learning", "wrong sign", or None.

    >>> diagnose([2.31, 2.30, 2.31, 2.30, 2.30, 2.30])
    stuck at ln K: the loss stays at 2.3, and ln 10 = 2.303.
      Why:  ln K is the loss of guessing each of K classes with probability 1/K: the output does not
            depend on the input. Labels and samples are in different orders, the inputs are lost on
            the way (dead ReLUs, all weights 0), or the learning rate is far from right.
      Fix:  overfit ten samples first: if that fails too, look at model(X[:10]) and the gradients
      See:  notebook 11
    """
    if isinstance(history, Sequence):
        rows: list[dict[str, Any]] = [{"loss": loss} for loss in history]
    else:
        rows = history.rows
    losses = Column([float(row["loss"]) for row in rows])
    held = Column([float(row["validation_loss"]) for row in rows if "validation_loss" in row])
    for fault, sign in BROKEN.items():
        if seen := sign(losses):
            return Diagnosis(fault, seen)
    if len(losses) < LEAST:
        return Diagnosis(None, f"{len(losses)} epochs are too few to judge by")
    if seen := overfitting(losses, held):
        return Diagnosis("overfitting", seen)
    for fault, sign in WEAK.items():
        if seen := sign(losses):
            return Diagnosis(fault, seen)
    return Diagnosis(None, f"the loss went from {losses[0]:.4g} to {losses.end:.4g}")


def finite(losses: Column) -> Column:
    """The losses before the first nan or inf."""
    bad = next((i for i, loss in enumerate(losses) if not math.isfinite(loss)), len(losses))
    return Column(losses[:bad])


def wrong_sign(losses: Column) -> str:
    """Negative from the first, and three times as far from 0 in the end."""
    sound = finite(losses)
    if len(sound) < 2 or not (sound[0] < 0 and sound[-1] < 3 * sound[0]):
        return ""
    return f"the loss went from {sound[0]:.4g} to {sound[-1]:.4g}, below zero"


def divergence(losses: Column) -> str:
    """Far larger in the end than at first, whether it stays finite or not."""
    sound = finite(losses)
    if len(sound) < 2 or sound[0] < 0:
        return ""
    end = min(sound[-3:]) if len(sound) == len(losses) > LEAST else max(sound[-3:])
    if end <= 2 * sound[0]:
        return ""
    last = losses[-1] if math.isfinite(losses[-1]) else f"{sound[-1]:.3g} and on to {losses[-1]}"
    told = f"{last:.4g}" if isinstance(last, float) else last
    return f"the loss grew from {sound[0]:.4g} to {told}"


def not_a_number(losses: Column) -> str:
    """A nan or inf, and no growth that led to it."""
    sound = finite(losses)
    if len(sound) == len(losses):
        return ""
    before = f", after {sound[-1]:.4g}" if sound else ""
    return f"the loss of epoch {len(sound) + 1} is {losses[len(sound)]}{before}"


def frozen(losses: Column) -> str:
    """The same loss in every epoch, to the last digits."""
    if len(losses) < 2 or losses.spread > 1e-9 * abs(losses[0]):
        return ""
    return f"the loss is {losses[0]:.6g} in every epoch, to the last digits"


def swings(losses: Column) -> bool:
    """Whether the later losses go up and down, widely, three times or more."""
    late = Column(losses[len(losses) // 3 :])
    least = max(0.25 * abs(np.median(late)), 0.03 * abs(losses[0]))
    return late.turns(least) >= 3


def smooth(losses: Column) -> bool:
    """Whether a rise mostly follows a rise, and a fall a fall: in noise two of three turn back."""
    pairs = list(pairwise(losses.late.steps))
    return sum(a * b > 0 for a, b in pairs) > 0.65 * len(pairs)


def summed(losses: Column) -> str:
    """Wide swings, each over several epochs."""
    if not (swings(losses) and smooth(losses)):
        return ""
    return f"the loss swings slowly between {min(losses.late):.4g} and {max(losses.late):.4g}"


def oscillation(losses: Column) -> str:
    """Wide swings from one epoch to the next."""
    if not swings(losses):
        return ""
    return f"the loss jumps between {min(losses.late):.4g} and {max(losses.late):.4g}"


def softmax_twice(losses: Column) -> str:
    """From at most ln K down to the floor ln(1 + (K - 1) / e), and flat there."""
    end = losses.end
    if losses.late.spread > 0.1 * end or losses.fall < 0.1:
        return ""
    for k in CLASSES:
        floor = math.log(1 + (k - 1) / math.e)
        if floor * 0.999 <= end <= floor * 1.02 and losses[0] <= 1.02 * math.log(k):
            return f"the loss stops at {end:.4g}, and the floor for {k} classes is {floor:.4f}"
    return ""


def overfitting(losses: Column, held: Column) -> str:
    """The validation loss turns, or never falls, while the training loss goes on falling."""
    if len(held) < LEAST or not all(map(math.isfinite, held)):
        return ""
    best = held.index(min(held))
    turned = held.end > 1.15 * held[best] and held.end - held[best] > 0.02 * held[0]
    by_heart = losses.fall > 0.8 and held.end > 0.8 * held[0]
    if losses.end > 0.9 * losses[best] or losses.end > 0.8 * held.end or not (turned or by_heart):
        return ""
    return (
        f"validation loss {held[best]:.4g} in epoch {best + 1} and {held.end:.4g} in the end, "
        f"while the loss went from {losses[best]:.4g} to {losses.end:.4g}"
    )


def too_slow(losses: Column) -> str:
    """Down in nearly every epoch, late as fast as early, and not far."""
    steps = losses.steps
    quarter = max(1, len(steps) // 4)
    early, late = -sum(steps[:quarter]), -sum(steps[-quarter:])
    steady = sum(step < 0 for step in steps) >= 0.9 * len(steps)
    if not steady or losses.fall > 0.25 or late < 0.5 * early:
        return ""
    return f"the loss went from {losses[0]:.5g} to {losses[-1]:.5g}, as fast late as early"


def stuck_at_ln_k(losses: Column) -> str:
    """Flat, at the logarithm of a number of classes."""
    end = losses.end
    k = min(CLASSES, key=lambda k: abs(math.log(k) - end))
    if abs(end / math.log(k) - 1) > 0.015 or losses.late.spread > 0.03 * end or losses.fall > 0.15:
        return ""
    return f"the loss stays at {end:.4g}, and ln {k} = {math.log(k):.4g}"


def not_learning(losses: Column) -> str:
    """Hardly any of the first loss is gone."""
    if losses.fall > 0.05:
        return ""
    return f"the loss went from {losses[0]:.4g} to {losses.end:.4g}"


Sign = Callable[[Column], str]
BROKEN: dict[str, Sign] = {  # signs that a few epochs are enough for
    "wrong sign": wrong_sign,
    "divergence": divergence,
    "nan": not_a_number,
    "not learning": frozen,
}
WEAK: dict[str, Sign] = {  # signs that need some more
    "gradients summed": summed,
    "oscillation": oscillation,
    "softmax twice": softmax_twice,
    "too slow": too_slow,
    "stuck at ln K": stuck_at_ln_k,
    "not learning": not_learning,
}
