"""Learning-rate schedules: large steps to get near, small steps to settle.

    schedule = StepLR(optimizer, step_size=30)
    for epoch in range(epochs):
        ...                                   # all the optimizer's steps of one epoch
        schedule.step()

A schedule changes `optimizer.param_groups[i]["lr"]`, and every update reads it. A schedule is one
rule: the learning rate of step t, from the one before. So two schedules of one optimizer multiply.

Names, options and numbers are those of torch.optim.lr_scheduler.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from numbers import Real
from typing import Any

from autograd.data import raw
from autograd.errors import lesson

from .optimizer import Optimizer
from .options import at_least_one, each_of, not_allowed, one_of, per_group, share


class LRScheduler:
    """lr <- following(lr, initial lr, t), for every group of the optimizer, at every step().

    optimizer: whose learning rates are changed; each group keeps its first one as "initial_lr", and
        so does one that joins later. Schedules with a list of one entry per group refuse that.
    last_epoch: -1 begins at t = 0; k goes on at t = k + 1, with the learning rate as it is.
    every: when a Trainer calls step(): after every "epoch" or every "iteration".

    >>> from autograd import Value
    >>> from optim import SGD
    >>> class Halving(LRScheduler):
    ...     def following(self, lr, initial_lr, t):
    ...         return lr / 2 if t else lr
    >>> schedule = Halving(SGD([Value(1.0)], lr=0.8))
    >>> schedule.step()
    >>> schedule.get_last_lr()
    [0.4]
    """

    every = "epoch"

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        self.optimizer = attached(optimizer)
        for group in optimizer.param_groups:
            group.setdefault("initial_lr", group["lr"])
        self.base_lrs = [group["initial_lr"] for group in optimizer.param_groups]
        self.last_epoch = last_epoch + 1
        self._last_lr = [group["lr"] for group in optimizer.param_groups]
        if last_epoch == -1:
            self._apply()

    def following(self, lr: float, initial_lr: float, t: int) -> float:
        """The learning rate of step t, from that of step t - 1."""
        raise NotImplementedError

    def get_lr(self) -> list[float]:
        """The learning rate that each group is to have now."""
        pairs = zip(self.optimizer.param_groups, self.base_lrs, strict=True)
        return [self.following(group["lr"], base, self.last_epoch) for group, base in pairs]

    def _welcome(self) -> None:
        """Take note of groups that joined the optimizer since the last step."""
        for group in self.optimizer.param_groups[len(self.base_lrs) :]:
            self.base_lrs.append(group.setdefault("initial_lr", group["lr"]))

    def step(self) -> None:
        """One step further: after an epoch, or after every iteration if it is counted in those."""
        self.last_epoch += 1
        self._apply()

    def get_last_lr(self) -> list[float]:
        """The learning rates that the last step set, one for each group."""
        return list(self._last_lr)

    def restart(self) -> None:
        """Begin again at t = 0, from the groups' initial learning rates."""
        self.last_epoch = 0
        self._welcome()
        for group, base in zip(self.optimizer.param_groups, self.base_lrs, strict=True):
            group["lr"] = base
        self._apply()

    def _apply(self) -> None:
        self._welcome()
        for group, lr in zip(self.optimizer.param_groups, self.get_lr(), strict=True):
            group["lr"] = lr
        self._last_lr = [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self) -> dict[str, Any]:
        """Where the schedule stands, as plain data; functions given to it are not part of that."""
        return {key: deepcopy(x) for key, x in vars(self).items() if is_plain(x)}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Stand where the schedule stood whose `state_dict()` this is.

        The learning rates themselves are in the optimizer's state.
        """
        if "last_epoch" not in state_dict:
            what = "this is not the state of a schedule: it has no 'last_epoch'"
            fix = "schedule.load_state_dict(saved)   with   saved = schedule.state_dict()"
            raise lesson("E24b", what=what, why="it says where the schedule stood", fix=fix)
        vars(self).update(deepcopy(state_dict))


class LambdaLR(LRScheduler):
    """lr = initial lr * lr_lambda(t)

    lr_lambda: a function of the step, or a list of them, one for each group.

    >>> from autograd import Value
    >>> from optim import SGD
    >>> schedule = LambdaLR(SGD([Value(1.0)], lr=1.0), lambda t: 1 / (1 + t))
    >>> rates(schedule, 3)
    [1.0, 0.5, 0.3333]
    """

    def __init__(
        self, optimizer: Optimizer,
        lr_lambda: Callable[[int], float] | Sequence[Callable[[int], float]], last_epoch: int = -1,
    ) -> None:  # fmt: skip
        self.lr_lambdas = per_group("lr_lambda", lr_lambda, attached(optimizer).param_groups)
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """Each group's initial learning rate times its function."""
        pairs = zip(self.base_lrs, each_of(self, self.lr_lambdas), strict=True)
        return [base * function(self.last_epoch) for base, function in pairs]


class StepLR(LRScheduler):
    """lr <- gamma lr, every step_size steps

    >>> from autograd import Value
    >>> from optim import SGD
    >>> rates(StepLR(SGD([Value(1.0)], lr=1.0), step_size=2), 5)
    [1.0, 1.0, 0.1, 0.1, 0.01]
    """

    def __init__(
        self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1
    ) -> None:
        self.step_size = at_least_one("step_size", step_size)
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def following(self, lr: float, initial_lr: float, t: int) -> float:
        """Lower at the multiples of step_size."""
        return lr * self.gamma if t and t % self.step_size == 0 else lr


class MultiStepLR(LRScheduler):
    """lr <- gamma lr, at each of the milestones

    >>> from autograd import Value
    >>> from optim import SGD
    >>> rates(MultiStepLR(SGD([Value(1.0)], lr=1.0), milestones=[1, 3]), 5)
    [1.0, 0.1, 0.1, 0.01, 0.01]
    """

    def __init__(
        self, optimizer: Optimizer, milestones: Iterable[int], gamma: float = 0.1,
        last_epoch: int = -1,
    ) -> None:  # fmt: skip
        self.milestones = sorted(milestones)
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def following(self, lr: float, initial_lr: float, t: int) -> float:
        """Lower at a milestone; one that is listed twice counts twice."""
        return float(lr * self.gamma ** self.milestones.count(t))


class ExponentialLR(LRScheduler):
    """lr <- gamma lr, at every step

    >>> from autograd import Value
    >>> from optim import SGD
    >>> rates(ExponentialLR(SGD([Value(1.0)], lr=1.0), gamma=0.5), 4)
    [1.0, 0.5, 0.25, 0.125]
    """

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1) -> None:
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def following(self, lr: float, initial_lr: float, t: int) -> float:
        """Lower every time."""
        return lr * self.gamma if t else lr


class LinearLR(LRScheduler):
    """lr = initial lr * (start_factor + (end_factor - start_factor) min(1, t / total_iters))

    A warm-up, from a third of lr by default. It stays at its end; with another schedule after it,
    see `SequentialLR`.

    >>> from autograd import Value
    >>> from optim import SGD
    >>> rates(LinearLR(SGD([Value(1.0)], lr=1.0), start_factor=0.25, total_iters=3), 5)
    [0.25, 0.5, 0.75, 1.0, 1.0]
    """

    def __init__(
        self, optimizer: Optimizer, start_factor: float = 1 / 3, end_factor: float = 1.0,
        total_iters: int = 5, last_epoch: int = -1,
    ) -> None:  # fmt: skip
        self.start_factor = share("start_factor", start_factor, above_zero=True)
        self.end_factor = share("end_factor", end_factor)
        self.total_iters = at_least_one("total_iters", total_iters)
        super().__init__(optimizer, last_epoch)

    def following(self, lr: float, initial_lr: float, t: int) -> float:
        """One stretch further along the line, as a factor on the learning rate before."""
        if t == 0:
            return lr * self.start_factor
        if t > self.total_iters:
            return lr
        rise = self.end_factor - self.start_factor
        return lr * (1 + rise / (self.total_iters * self.start_factor + (t - 1) * rise))


class CosineAnnealingLR(LRScheduler):
    """lr = eta_min + (initial lr - eta_min) (1 + cos(pi t / T_max)) / 2

    Down along half a wave in T_max steps, slowly at both ends, and up again if stepped on.
    Source: Loshchilov & Hutter 2017, SGDR, arXiv:1608.03983, without its restarts.

    >>> from autograd import Value
    >>> from optim import SGD
    >>> rates(CosineAnnealingLR(SGD([Value(1.0)], lr=1.0), T_max=4), 5)
    [1.0, 0.8536, 0.5, 0.1464, 0.0]
    """

    def __init__(
        self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0, last_epoch: int = -1
    ) -> None:
        self.T_max = at_least_one("T_max", T_max)
        self.eta_min = eta_min
        super().__init__(optimizer, last_epoch)

    def following(self, lr: float, initial_lr: float, t: int) -> float:
        """One step along the wave, as a factor on the height before, which at its foot is 0."""
        if t == 0:
            return lr
        if (t - 1 - self.T_max) % (2 * self.T_max) == 0:
            return lr + (initial_lr - self.eta_min) * (1 - math.cos(math.pi / self.T_max)) / 2
        now, before = (1 + math.cos(math.pi * s / self.T_max) for s in (t, t - 1))
        return self.eta_min + now / before * (lr - self.eta_min)


class OneCycleLR(LRScheduler):
    """lr: from max_lr / div_factor up to max_lr, then down to that first one / final_div_factor

    Counted in iterations, total_steps of them, or epochs * steps_per_epoch; the way up takes the
    share pct_start of them. The momentum (Adam's beta1) goes the other way: low where lr is high.

    max_lr, base_momentum, max_momentum: a number, or a list with one for each group.
    anneal_strategy: "cos" or "linear". cycle_momentum: False leaves the momentum alone.
    three_phase: up, down as steeply, and only then to the end.
    Raises E24b when stepped on past total_steps.
    Source: Smith & Topin 2018, Super-convergence, arXiv:1708.07120.

    >>> from autograd import Value
    >>> from optim import SGD
    >>> rates(OneCycleLR(SGD([Value(1.0)], lr=1.0), max_lr=1.0, total_steps=6, pct_start=0.5), 6)
    [0.04, 0.52, 1.0, 0.75, 0.25, 0.0]
    """

    every = "iteration"

    def __init__(
        self, optimizer: Optimizer, max_lr: float | Sequence[float],
        total_steps: int | None = None, epochs: int | None = None,
        steps_per_epoch: int | None = None, pct_start: float = 0.3, anneal_strategy: str = "cos",
        cycle_momentum: bool = True, base_momentum: float | Sequence[float] = 0.85,
        max_momentum: float | Sequence[float] = 0.95, div_factor: float = 25.0,
        final_div_factor: float = 1e4, three_phase: bool = False, last_epoch: int = -1,
    ) -> None:  # fmt: skip
        groups = attached(optimizer).param_groups
        if total_steps is None and None in (epochs, steps_per_epoch):
            what, why = "OneCycleLR was not told how long it is", "it ends after so many iterations"
            fix = "OneCycleLR(optimizer, max_lr, epochs=epochs, steps_per_epoch=len(loader))"
            raise lesson("E24", what=what, why=why, fix=fix)
        if total_steps is None:
            total_steps = at_least_one("epochs", epochs)
            total_steps *= at_least_one("steps_per_epoch", steps_per_epoch)
        self.total_steps = at_least_one("total_steps", total_steps)
        self.anneal_strategy = one_of("anneal_strategy", anneal_strategy, "cos", "linear")
        self.cycle_momentum = cycle_momentum
        up = share("pct_start", pct_start) * self.total_steps
        self._ends = [up - 1, 2 * up - 2] if three_phase else [up - 1]
        self._ends.append(self.total_steps - 1)
        tops = per_group("max_lr", max_lr, groups)
        starts = [top / div_factor for top in tops]
        ends = [start / final_div_factor for start in starts]
        down = [starts, ends] if three_phase else [ends]
        self._lrs = [list(row) for row in zip(starts, tops, *down, strict=True)]
        low = per_group("base_momentum", base_momentum, groups)
        high = per_group("max_momentum", max_momentum, groups)
        back = [high, high] if three_phase else [high]
        self._momentums = [list(row) for row in zip(high, low, *back, strict=True)]
        if cycle_momentum and not all(group.keys() & {"betas", "momentum"} for group in groups):
            what = f"{type(optimizer).__name__} has no momentum for OneCycleLR to cycle"
            why = "a high learning rate goes with a low momentum"
            raise lesson("E24b", what=what, why=why, fix="OneCycleLR(..., cycle_momentum=False)")
        if last_epoch == -1:
            for group, start in zip(groups, starts, strict=True):
                group["initial_lr"] = start
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """Each group's place on its way up or down; sets its momentum too."""
        if self.last_epoch > self.total_steps:
            what = f"OneCycleLR was to end after {self.total_steps} steps, this is one more"
            why = "the cycle has ended, at the lowest learning rate"
            fix = "OneCycleLR(optimizer, max_lr, epochs=epochs, steps_per_epoch=len(loader))"
            raise lesson("E24b", what=what, why=why, fix=fix)
        if self.cycle_momentum:
            pairs = zip(self.optimizer.param_groups, each_of(self, self._momentums), strict=True)
            for group, stations in pairs:
                momentum = self._between(stations)
                if "betas" in group:
                    group["betas"] = (momentum, *group["betas"][1:])
                else:
                    group["momentum"] = momentum
        return [self._between(stations) for stations in each_of(self, self._lrs)]

    def _between(self, stations: list[float]) -> float:
        """The number for this step, on the way from one station to the next."""
        t, last = self.last_epoch, len(self._ends) - 1
        phase = next(i for i, end in enumerate(self._ends) if t <= end or i == last)
        begin, end = [0.0, *self._ends][phase : phase + 2]
        a, b = stations[phase : phase + 2]
        way = (t - begin) / (end - begin) if end > begin else 1.0
        if self.anneal_strategy == "linear":
            return a + (b - a) * way
        return b + (a - b) / 2 * (1 + math.cos(math.pi * way))


class SequentialLR(LRScheduler):
    """One schedule after another: the next takes over at each of the milestones

    schedulers: schedules of this optimizer. milestones: the steps at which the next one begins, at
    its own t = 0 and from the initial learning rate; one fewer than schedules.

    >>> from autograd import Value
    >>> from optim import SGD
    >>> optimizer = SGD([Value(1.0)], lr=1.0)
    >>> warm_up = LinearLR(optimizer, start_factor=0.25, total_iters=3)
    >>> settle = CosineAnnealingLR(optimizer, T_max=4)
    >>> rates(SequentialLR(optimizer, [warm_up, settle], milestones=[3]), 8)
    [0.25, 0.5, 0.75, 1.0, 0.8536, 0.5, 0.1464, 0.0]
    """

    def __init__(
        self, optimizer: Optimizer, schedulers: Sequence[Any], milestones: Sequence[int],
        last_epoch: int = -1,
    ) -> None:  # fmt: skip
        self.optimizer = attached(optimizer)
        self._schedulers, self._milestones = list(schedulers), list(milestones)
        for schedule in self._schedulers:
            wants_a_metric = isinstance(schedule, ReduceLROnPlateau)
            of_this = isinstance(schedule, LRScheduler) and schedule.optimizer is optimizer
            if wants_a_metric or not of_this:
                what = f"{type(schedule).__name__} is not a schedule of this optimizer's"
                why = "one after another, they move the same learning rates, by step() alone"
                raise lesson("E24", what=what, why=why, fix="LinearLR(optimizer, total_iters=5)")
        if len(self._milestones) != len(self._schedulers) - 1:
            n, m = len(self._schedulers), len(self._milestones)
            what = f"SequentialLR got {n} schedules and {m} milestones"
            why = "each milestone is where the next schedule takes over"
            fix = "SequentialLR(optimizer, [warm_up, settle], milestones=[5])"
            raise lesson("E24b", what=what, why=why, fix=fix)
        self.every = self._schedulers[0].every
        self.restart()
        self.last_epoch = last_epoch + 1

    def restart(self) -> None:
        """Begin again with the first schedule."""
        self.last_epoch = -1
        self.step()

    def step(self) -> None:
        """One step of the schedule that is on; at a milestone, the beginning of the next."""
        self.last_epoch += 1
        schedule = self._schedulers[bisect_right(self._milestones, self.last_epoch)]
        begins = self.last_epoch in (0, *self._milestones)
        schedule.restart() if begins else schedule.step()
        self._last_lr = schedule.get_last_lr()

    def state_dict(self) -> dict[str, Any]:
        """Where this schedule stands, and where each of its parts does."""
        parts = [schedule.state_dict() for schedule in self._schedulers]
        return {**super().state_dict(), "_schedulers": parts}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Stand where the schedule stood whose `state_dict()` this is."""
        super().load_state_dict({k: x for k, x in state_dict.items() if k != "_schedulers"})
        for schedule, part in zip(self._schedulers, state_dict["_schedulers"], strict=True):
            schedule.load_state_dict(part)


class ReduceLROnPlateau(LRScheduler):
    """lr <- max(factor lr, min_lr), after more than `patience` steps without a better metric

    step(metric) takes the number to watch, such as the validation loss.

    mode: "min" if lower is better, "max" if higher is.
    threshold, threshold_mode: better means by that much: a share of the best ("rel"), or "abs".
    cooldown: so many steps after a cut nothing counts. eps: smaller cuts are not made.
    min_lr: a number, or a list with one for each group.

    >>> from autograd import Value
    >>> from optim import SGD
    >>> optimizer = SGD([Value(1.0)], lr=1.0)
    >>> schedule = ReduceLROnPlateau(optimizer, patience=1)
    >>> for loss in [0.9, 0.5, 0.5, 0.5, 0.4]:
    ...     schedule.step(loss)
    >>> schedule.get_last_lr()
    [0.1]
    """

    def __init__(
        self, optimizer: Optimizer, mode: str = "min", factor: float = 0.1, patience: int = 10,
        threshold: float = 1e-4, threshold_mode: str = "rel", cooldown: int = 0,
        min_lr: float | Sequence[float] = 0, eps: float = 1e-8,
    ) -> None:  # fmt: skip
        self.optimizer = attached(optimizer)
        self.mode = one_of("mode", mode, "min", "max")
        self.threshold_mode = one_of("threshold_mode", threshold_mode, "rel", "abs")
        if not factor < 1:
            raise not_allowed("factor", "less than 1", factor, "factor=0.1")
        self.factor, self.patience, self.threshold = factor, patience, threshold
        self.cooldown, self.eps = cooldown, eps
        self.min_lrs = per_group("min_lr", min_lr, optimizer.param_groups)
        self.best = math.inf if mode == "min" else -math.inf
        self.num_bad_epochs = self.cooldown_counter = self.last_epoch = 0
        self._last_lr = [group["lr"] for group in optimizer.param_groups]

    def step(self, metrics: Any) -> None:  # type: ignore[override]
        """Look at the metric; lower the learning rates if it has not got better for too long."""
        metric = float(raw(metrics))
        self.last_epoch += 1
        self.num_bad_epochs += 1
        if self.is_better(metric):
            self.best, self.num_bad_epochs = metric, 0
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            pairs = zip(self.optimizer.param_groups, each_of(self, self.min_lrs), strict=True)
            for group, least in pairs:
                lr = max(group["lr"] * self.factor, least)
                if group["lr"] - lr > self.eps:
                    group["lr"] = lr
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0
        self._last_lr = [group["lr"] for group in self.optimizer.param_groups]

    def is_better(self, metric: float) -> bool:
        """Better than the best so far, by the threshold."""
        sign = -1 if self.mode == "min" else 1
        margin = sign * self.threshold
        relative = self.threshold_mode == "rel"
        bound = self.best * (1 + margin) if relative else self.best + margin
        return metric < bound if self.mode == "min" else metric > bound


def rates(schedule: LRScheduler, steps: int) -> list[float]:
    """The first group's learning rates at the next so many steps, to four digits, as a preview.

    The schedule is stepped for it, and so is at their end afterwards.
    """
    found = []
    for _ in range(steps):
        found.append(round(schedule.get_last_lr()[0], 4))
        schedule.step()
    return found


def attached(optimizer: Any) -> Optimizer:
    """The optimizer, or lesson E24 for anything else."""
    if isinstance(optimizer, Optimizer):
        return optimizer
    what = f"a schedule needs an optimizer, but got a {type(optimizer).__name__}"
    why = "it changes the learning rates in optimizer.param_groups"
    raise lesson("E24", what=what, why=why, fix="StepLR(optimizer, step_size=30)")


def is_plain(x: Any) -> bool:
    """Numbers, words and lists of them."""
    if isinstance(x, list | tuple):
        return all(map(is_plain, x))
    return isinstance(x, str | Real)
