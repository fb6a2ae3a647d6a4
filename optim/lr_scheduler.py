"""Schedules: the learning rate as a function of time.

A schedule is built on an optimizer and moved on with `step()`, after every epoch:

    schedule = StepLR(optimizer, step_size=10)
    for epoch in range(30):
        train_one_epoch()
        schedule.step()

`OneCycleLR` is moved after every iteration instead, and `ReduceLROnPlateau` is told how well it
goes. Each schedule states its learning rate at time t, from lr, the one the optimizer was given;
nothing depends on the steps in between. The names and numbers are PyTorch's.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any

from autograd.errors import lesson

from .optimizer import Optimizer

Rates = list[float]


class Schedule:
    """The learning rate at time t, as `rate_at` of a subclass says; t counts the steps from 0.

    every: "epoch" or "iteration", how often `step()` is meant to be called.
    """

    every = "epoch"

    def __init__(self, optimizer: Optimizer) -> None:
        if not isinstance(optimizer, Optimizer):
            what = f"a schedule is built on an optimizer; got {optimizer!r}"
            why = "it changes the learning rate in the optimizer's param_groups"
            raise lesson("E24b", what=what, why=why, fix="StepLR(optimizer, step_size=10)")
        self.optimizer = optimizer
        for group in optimizer.param_groups:
            group.setdefault("initial_lr", group["lr"])
        self.base_lrs: Rates = [group["initial_lr"] for group in optimizer.param_groups]
        self.last_epoch = 0
        self._set()

    def rate_at(self, t: int, lr: float, group: int) -> float:
        """The learning rate at time t, of a group whose optimizer was given lr."""
        raise NotImplementedError

    def step(self) -> None:
        """Let time go on by one, and set the learning rates."""
        self.restart(self.last_epoch + 1)

    def restart(self, t: int) -> None:
        """Set the time, and the learning rates that belong to it."""
        self.last_epoch = t
        self._set()

    def get_last_lr(self) -> Rates:
        """The learning rate of each group, as it was set last."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self) -> dict[str, Any]:
        """The time, and the learning rates that all others are computed from."""
        return {"last_epoch": self.last_epoch, "base_lrs": self.base_lrs}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on where the schedule stopped whose `state_dict()` this is."""
        self.base_lrs = list(state["base_lrs"])
        self.restart(state["last_epoch"])

    def _set(self) -> None:
        pairs = zip(self.optimizer.param_groups, self.base_lrs, strict=True)
        for i, (group, lr) in enumerate(pairs):
            group["lr"] = self.rate_at(self.last_epoch, lr, i)


class LambdaLR(Schedule):
    """lr f(t)

    lr_lambda: f, or a list with one for each group.

    >>> from autograd import Value
    >>> from optim import GradientDescent
    >>> optimizer = GradientDescent([Value(1.0)], lr=0.5)
    >>> schedule = LambdaLR(optimizer, lambda t: 1 / (1 + t))
    >>> schedule.step()
    >>> schedule.get_last_lr()
    [0.25]
    """

    def __init__(self, optimizer: Optimizer, lr_lambda: Any) -> None:
        several = isinstance(lr_lambda, list | tuple)
        self.lr_lambdas: Sequence[Callable[[int], float]] = (
            lr_lambda if several else [lr_lambda] * len(optimizer.param_groups)
        )
        super().__init__(optimizer)

    def rate_at(self, t: int, lr: float, group: int) -> float:
        """Lr f(t)."""
        return lr * self.lr_lambdas[group](t)


class StepLR(Schedule):
    """lr gamma^floor(t / step_size): the same for step_size epochs, then a factor less."""

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1) -> None:
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer)

    def rate_at(self, t: int, lr: float, group: int) -> float:
        """Lr gamma^floor(t / step_size)."""
        return lr * self.gamma ** (t // self.step_size)


class MultiStepLR(Schedule):
    """lr gamma^(milestones reached): a factor less at each of the given times."""

    def __init__(
        self, optimizer: Optimizer, milestones: Sequence[int], gamma: float = 0.1
    ) -> None:
        self.milestones, self.gamma = sorted(milestones), gamma
        super().__init__(optimizer)

    def rate_at(self, t: int, lr: float, group: int) -> float:
        """Lr gamma^(milestones reached)."""
        return lr * self.gamma ** bisect_right(self.milestones, t)


class ExponentialLR(Schedule):
    """lr gamma^t"""

    def __init__(self, optimizer: Optimizer, gamma: float) -> None:
        self.gamma = gamma
        super().__init__(optimizer)

    def rate_at(self, t: int, lr: float, group: int) -> float:
        """Lr gamma^t."""
        return float(lr * self.gamma**t)


class CosineAnnealingLR(Schedule):
    """eta_min + (lr - eta_min) (1 + cos(pi t / T_max)) / 2: half a wave down to eta_min.

    Source: Loshchilov & Hutter 2017, arXiv:1608.03983.
    """

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0) -> None:
        self.T_max, self.eta_min = T_max, eta_min
        super().__init__(optimizer)

    def rate_at(self, t: int, lr: float, group: int) -> float:
        """A point of the wave."""
        return self.eta_min + (lr - self.eta_min) * (1 + math.cos(math.pi * t / self.T_max)) / 2


class LinearLR(Schedule):
    """lr (start_factor + (end_factor - start_factor) t / total_iters), from then on the same.

    With a start_factor below 1 this is a warm-up; `SequentialLR` goes on from there.
    """

    def __init__(
        self, optimizer: Optimizer, start_factor: float = 1 / 3, end_factor: float = 1.0,
        total_iters: int = 5,
    ) -> None:  # fmt: skip
        self.start_factor, self.end_factor = start_factor, end_factor
        self.total_iters = total_iters
        super().__init__(optimizer)

    def rate_at(self, t: int, lr: float, group: int) -> float:
        """A point of the line."""
        way = min(t, self.total_iters) / self.total_iters
        return lr * (self.start_factor + (self.end_factor - self.start_factor) * way)


class SequentialLR(Schedule):
    """One schedule after another, each from its own beginning: the next one at each milestone.

    >>> from autograd import Value
    >>> from optim import GradientDescent
    >>> optimizer = GradientDescent([Value(1.0)], lr=1.0)
    >>> warm_up = LinearLR(optimizer, start_factor=0.5, total_iters=2)
    >>> decay = ExponentialLR(optimizer, gamma=0.5)
    >>> schedule = SequentialLR(optimizer, [warm_up, decay], milestones=[2])
    >>> rates = []
    >>> for epoch in range(5):
    ...     rates += schedule.get_last_lr()
    ...     schedule.step()
    >>> rates
    [0.5, 0.75, 1.0, 0.5, 0.25]
    """

    def __init__(
        self, optimizer: Optimizer, schedulers: Sequence[Schedule], milestones: Sequence[int]
    ) -> None:
        if len(schedulers) != len(milestones) + 1:
            what = f"{len(schedulers)} schedules need {len(schedulers) - 1} milestones between them"
            why = f"each milestone is the time at which the next one begins; got {milestones!r}"
            fix = "SequentialLR(optimizer, [warm_up, decay], milestones=[5])"
            raise lesson("E24b", what=what, why=why, fix=fix)
        self.schedulers, self.milestones = list(schedulers), list(milestones)
        super().__init__(optimizer)

    def _set(self) -> None:
        turn = bisect_right(self.milestones, self.last_epoch)
        begun = self.milestones[turn - 1] if turn else 0
        self.schedulers[turn].restart(self.last_epoch - begun)


class OneCycleLR(Schedule):
    """Up from max_lr / div_factor to max_lr, then down to far below its start; every iteration.

    Momentum, or Adam's first beta, goes the other way meanwhile: down from max_momentum to
    base_momentum, and up again.

    total_steps: how many iterations there will be, or epochs and steps_per_epoch.
    pct_start: the fraction of them that goes up. anneal_strategy: "cos" or "linear".
    final_div_factor: how far below its beginning it ends.
    three_phase: go down to where it began as fast as up, and then to the end.
    Source: Smith & Topin 2018, arXiv:1708.07120.
    """

    every = "iteration"

    def __init__(
        self, optimizer: Optimizer, max_lr: float | Sequence[float],
        total_steps: int | None = None, epochs: int | None = None,
        steps_per_epoch: int | None = None, pct_start: float = 0.3, anneal_strategy: str = "cos",
        cycle_momentum: bool = True, base_momentum: float = 0.85, max_momentum: float = 0.95,
        div_factor: float = 25.0, final_div_factor: float = 1e4, three_phase: bool = False,
    ) -> None:  # fmt: skip
        steps = total_steps if total_steps is not None else (epochs or 0) * (steps_per_epoch or 0)
        if steps < 1 or anneal_strategy not in ("cos", "linear"):
            what = f"OneCycleLR got {steps} steps in all, anneal_strategy={anneal_strategy!r}"
            why = "the cycle is laid out from its first step to its last, along 'cos' or 'linear'"
            fix = "OneCycleLR(optimizer, max_lr=0.1, epochs=20, steps_per_epoch=len(loader))"
            raise lesson("E24b", what=what, why=why, fix=fix)
        groups = optimizer.param_groups
        self.total_steps, self.anneal = steps, cosine if anneal_strategy == "cos" else straight
        self.max_lrs = list(max_lr) if isinstance(max_lr, Sequence) else [max_lr] * len(groups)
        self.div_factor, self.final_div_factor = div_factor, final_div_factor
        first = pct_start * steps - 1
        self.ends = [first, 2 * first, steps - 1] if three_phase else [first, steps - 1]
        self.momenta = (max_momentum, base_momentum) if cycle_momentum else None
        if cycle_momentum and not {"momentum", "betas"} & groups[0].keys():
            what = f"{type(optimizer).__name__} has no momentum that could cycle"
            why = "OneCycleLR moves momentum, or the first of betas, against the learning rate"
            fix = "OneCycleLR(optimizer, max_lr=0.1, total_steps=100, cycle_momentum=False)"
            raise lesson("E24b", what=what, why=why, fix=fix)
        super().__init__(optimizer)

    def rate_at(self, t: int, lr: float, group: int) -> float:
        """A point of the cycle."""
        top = self.max_lrs[group]
        low = top / self.div_factor
        back = [low] if len(self.ends) == 3 else []
        return self.between(t, [low, top, *back, low / self.final_div_factor])

    def between(self, t: int, corners: Rates) -> float:
        """The value at time t of a curve through these corners, the first at 0."""
        start = 0.0
        for before, after, end in zip(corners, corners[1:], self.ends, strict=False):
            if t <= end or end == self.ends[-1]:
                return self.anneal(before, after, (t - start) / (end - start))
            start = end
        raise AssertionError("the last phase has no end")

    def _set(self) -> None:
        if self.last_epoch > self.total_steps:  # as often as there are iterations
            what = f"step {self.last_epoch} of a cycle of {self.total_steps} steps"
            why = "after the last step of the cycle the learning rate is not defined"
            fix = "OneCycleLR(optimizer, max_lr, epochs=epochs, steps_per_epoch=len(loader))"
            raise lesson("E24b", what=what, why=why, fix=fix)
        super()._set()
        if self.momenta is None:
            return
        high, low = self.momenta
        rest = [high] * (len(self.ends) - 1)
        momentum = self.between(self.last_epoch, [high, low, *rest])
        for group in self.optimizer.param_groups:
            if "betas" in group:
                group["betas"] = (momentum, group["betas"][1])
            else:
                group["momentum"] = momentum


class ReduceLROnPlateau:
    """lr factor, whenever a number has not got better for more than `patience` epochs.

    `step(metrics)` is told the number, such as the validation loss. mode: "min" or "max" is better.
    threshold: by how much it has to be better to count: relative, or absolute with
    threshold_mode="abs". cooldown: epochs after a change in which nothing is counted.
    min_lr: as low as it goes; changes smaller than eps are not made.

    >>> from autograd import Value
    >>> from optim import GradientDescent
    >>> optimizer = GradientDescent([Value(1.0)], lr=1.0)
    >>> schedule = ReduceLROnPlateau(optimizer, factor=0.5, patience=1)
    >>> for loss in [3.0, 2.0, 2.0, 2.0]:
    ...     schedule.step(loss)
    >>> schedule.get_last_lr()
    [0.5]
    """

    every = "epoch"

    def __init__(
        self, optimizer: Optimizer, mode: str = "min", factor: float = 0.1, patience: int = 10,
        threshold: float = 1e-4, threshold_mode: str = "rel", cooldown: int = 0,
        min_lr: float = 0.0, eps: float = 1e-8,
    ) -> None:  # fmt: skip
        if mode not in ("min", "max") or threshold_mode not in ("rel", "abs") or not factor < 1:
            what = f"got mode={mode!r}, threshold_mode={threshold_mode!r}, factor={factor!r}"
            why = "mode is 'min' or 'max', threshold_mode 'rel' or 'abs', and factor below 1"
            raise lesson("E24b", what=what, why=why, fix="ReduceLROnPlateau(optimizer, factor=0.1)")
        self.optimizer = optimizer
        self.mode, self.factor, self.patience = mode, factor, patience
        self.threshold, self.threshold_mode = threshold, threshold_mode
        self.cooldown, self.min_lr, self.eps = cooldown, min_lr, eps
        self.best = math.inf if mode == "min" else -math.inf
        self.num_bad_epochs = self.cooldown_counter = self.last_epoch = 0

    def step(self, metrics: float) -> None:
        """Take note of one more epoch's number."""
        self.last_epoch += 1
        if self.better(float(metrics)):
            self.best, self.num_bad_epochs = float(metrics), 0
        else:
            self.num_bad_epochs += 1
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0
            for group in self.optimizer.param_groups:
                lower = max(group["lr"] * self.factor, self.min_lr)
                if group["lr"] - lower > self.eps:
                    group["lr"] = lower

    def better(self, metrics: float) -> bool:
        """Whether this is better than the best so far, by more than the threshold."""
        sign = 1 if self.mode == "max" else -1
        if self.threshold_mode == "rel" and math.isfinite(self.best):
            return sign * metrics > sign * self.best * (1 + sign * self.threshold)
        return sign * metrics > sign * self.best + (
            self.threshold if self.threshold_mode == "abs" else 0
        )

    def get_last_lr(self) -> Rates:
        """The learning rate of each group."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self) -> dict[str, Any]:
        """What it has seen so far."""
        names = ("best", "num_bad_epochs", "cooldown_counter", "last_epoch")
        return {name: getattr(self, name) for name in names}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on where the schedule stopped whose `state_dict()` this is."""
        vars(self).update(state)


def cosine(start: float, end: float, way: float) -> float:
    """From start to end along half a wave."""
    return end + (start - end) * (1 + math.cos(math.pi * way)) / 2


def straight(start: float, end: float, way: float) -> float:
    """From start to end along a line."""
    return start + (end - start) * way
