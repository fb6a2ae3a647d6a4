"""Schedules against PyTorch's, stored by tests/golden/make_schedules.py, and by themselves."""

import math
import warnings
from pathlib import Path

import numpy as np
import pytest

import optim
from autograd import Tensor, Value
from optim import SGD, Adam, GradientDescent
from optim import lr_scheduler as s
from optim.lr_scheduler import LinearLR, LRScheduler, OneCycleLR, SequentialLR, StepLR

GOLDEN = dict(np.load(Path(__file__).parents[1] / "golden" / "schedules.npz"))
METRIC = GOLDEN.pop("metric")
NAMED = {
    "LambdaLR", "StepLR", "MultiStepLR", "ExponentialLR", "CosineAnnealingLR", "OneCycleLR",
    "LinearLR", "SequentialLR", "ReduceLROnPlateau",
}  # fmt: skip


def built(run):
    """The optimizer and the schedules of a stored run."""
    kind, expressions = run.split(": ", 1)
    groups = [{"params": [Value(1.0)], "lr": 0.8}, {"params": [Value(2.0)]}]
    o = getattr(optim, kind)(groups, lr=0.05)
    names = {"s": s, "o": o, "math": math}
    return o, [eval(part, names) for part in expressions.split("; ")]


def row(optimizer):
    groups = optimizer.param_groups
    momenta = [group["betas"][0] if "betas" in group else group["momentum"] for group in groups]
    return [*[group["lr"] for group in groups], *momenta]


def advance(run, schedules, number):
    for schedule in schedules:
        schedule.step(*([number] if "Plateau" in run else []))


@pytest.mark.parametrize("run", GOLDEN)
def test_every_step_equals_pytorchs(run):
    optimizer, schedules = built(run)
    for number, expected in zip([*METRIC, None], GOLDEN[run], strict=True):
        np.testing.assert_allclose(row(optimizer), expected, rtol=1e-12, atol=1e-15)
        assert schedules[-1].get_last_lr() == row(optimizer)[:2]
        if number is not None:
            advance(run, schedules, number)


def test_the_runs_cover_every_schedule():
    assert {name for name in NAMED if any(f"s.{name}(" in run for run in GOLDEN)} == NAMED


@pytest.mark.parametrize("stop", [0, 4, 23])
@pytest.mark.parametrize("run", GOLDEN)
def test_a_loaded_state_goes_on_bit_for_bit(run, stop):
    optimizer, schedules = built(run)
    for number in METRIC[:stop]:
        advance(run, schedules, number)
    fresh, others = built(run)
    fresh.load_state_dict(optimizer.state_dict())
    for other, schedule in zip(others, schedules, strict=True):
        other.load_state_dict(schedule.state_dict())
        assert other.state_dict() == schedule.state_dict()
    for number in METRIC[stop:]:
        advance(run, schedules, number)
        advance(run, others, number)
        assert row(fresh) == row(optimizer)


def optimizer(lr=1.0, kind=SGD):
    return kind([Value(1.0)], lr=lr)


def test_a_state_is_plain_data_and_a_copy():
    schedule = s.MultiStepLR(optimizer(), [3, 5])
    saved = schedule.state_dict()
    assert saved == {
        "milestones": [3, 5], "gamma": 0.1, "base_lrs": [1.0], "last_epoch": 0, "_last_lr": [1.0],
    }  # fmt: skip
    saved["milestones"].append(7)
    assert schedule.milestones == [3, 5]
    assert "lr_lambdas" not in s.LambdaLR(optimizer(), lambda t: 1.0).state_dict()


def test_the_module_is_imported_as_pytorchs_is():
    from optim.lr_scheduler import CosineAnnealingLR

    assert optim.lr_scheduler.CosineAnnealingLR is CosineAnnealingLR


def test_schedules_may_reach_zero_without_a_word():
    w = Tensor([1.0], requires_grad=True)
    o = SGD([w], lr=0.5)
    schedule = s.CosineAnnealingLR(o, T_max=2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(2):
            schedule.step()
        w.grad = np.ones(1)
        o.step()
    assert w.data[0] == pytest.approx(1.0, abs=1e-15)
    zero = LinearLR(o, start_factor=1.0, end_factor=0.0, total_iters=3)
    for _ in range(5):
        zero.step()
    assert zero.get_last_lr()[0] == pytest.approx(0, abs=1e-15)


def test_the_optimizer_moves_by_the_scheduled_rate():
    w = Value(0.0)
    o = GradientDescent([w], lr=1.0)
    schedule = s.ExponentialLR(o, 0.5)
    for _ in range(4):
        w.grad = 1.0
        o.step()
        schedule.step()
    assert w.data == -(1 + 0.5 + 0.25 + 0.125)


def test_a_schedule_goes_on_where_last_epoch_says():
    o = optimizer()
    first = StepLR(o, 2)
    for _ in range(3):
        first.step()
    again = StepLR(o, 2, last_epoch=first.last_epoch - 1)
    assert again.get_last_lr() == [0.1]
    assert again.base_lrs == [1.0]
    again.step()
    assert again.get_last_lr() == [pytest.approx(0.01)]


def test_a_sequence_inside_a_sequence():
    o = optimizer()
    inner = SequentialLR(o, [StepLR(o, 1), s.ExponentialLR(o, 0.5)], [2])
    schedule = SequentialLR(o, [LinearLR(o, 0.5, total_iters=2), inner], [3])
    assert s.rates(schedule, 8) == [0.5, 0.75, 1.0, 1.0, 0.1, 1.0, 0.5, 0.25]


def test_when_a_trainer_is_to_step():
    o = optimizer()
    assert StepLR(o, 1).every == "epoch"
    assert OneCycleLR(o, 1.0, 10).every == "iteration"
    assert SequentialLR(o, [OneCycleLR(o, 1.0, 10)], []).every == "iteration"


def test_adams_second_beta_and_gradient_descent_are_left_alone():
    adam = optimizer(kind=Adam)
    OneCycleLR(adam, 1.0, 10)
    assert adam.param_groups[0]["betas"] == (0.95, 0.999)
    plain = optimizer(kind=GradientDescent)
    OneCycleLR(plain, 1.0, 10, cycle_momentum=False)
    assert plain.param_groups[0]["lr"] == pytest.approx(0.04)
    with pytest.raises(ValueError, match=r"GradientDescent has no momentum[\s\S]*cycle_momentum=F"):
        OneCycleLR(plain, 1.0, 10)


def test_one_cycle_ends():
    schedule = OneCycleLR(optimizer(), 1.0, total_steps=3)
    for _ in range(3):
        schedule.step()
    with pytest.raises(ValueError, match="OneCycleLR was to end after 3 steps"):
        schedule.step()


def test_the_base_class_has_no_rule():
    with pytest.raises(NotImplementedError):
        LRScheduler(optimizer())


def test_a_plateau_reads_nodes():
    schedule = s.ReduceLROnPlateau(optimizer(), patience=0)
    for loss in (Value(1.0), Tensor(2.0)):
        schedule.step(loss)
    assert schedule.get_last_lr() == [0.1]


def test_nan_is_never_better():
    schedule = s.ReduceLROnPlateau(optimizer(), patience=1)
    for _ in range(2):
        schedule.step(math.nan)
    assert schedule.get_last_lr() == [0.1]


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda o: StepLR(o, 0), "step_size must be a whole number, at least 1; got 0"),
        (lambda o: StepLR(o, 2.5), "step_size must be a whole number"),
        (lambda o: s.CosineAnnealingLR(o, 0), "T_max must be a whole number"),
        (lambda o: LinearLR(o, start_factor=0), "start_factor must be above 0, at most 1; got 0"),
        (lambda o: LinearLR(o, end_factor=1.5), "end_factor must be from 0 to 1; got 1.5"),
        (lambda o: OneCycleLR(o, 1.0, 10, pct_start=2), "pct_start must be from 0 to 1"),
        (lambda o: OneCycleLR(o, 1.0, 0), "total_steps must be a whole number"),
        (lambda o: OneCycleLR(o, [1.0, 2.0], 10), "max_lr must be one, or a list of 1"),
        (lambda o: OneCycleLR(o, 1.0, 10, anneal_strategy="x"), "'cos' or 'linear'; got 'x'"),
        (lambda o: s.ReduceLROnPlateau(o, "low"), "mode must be 'min' or 'max'; got 'low'"),
        (lambda o: s.ReduceLROnPlateau(o, factor=1.0), "factor must be less than 1"),
        (lambda o: SequentialLR(o, [StepLR(o, 1)], [1]), "got 1 schedules and 1 milestones"),
        (lambda o: StepLR(o, 1).load_state_dict({}), r"no 'last_epoch'[\s\S]*state_dict\(\)"),
        (lambda o: s.LambdaLR(o, [abs, abs]), "lr_lambda must be one, or a list of 1"),
    ],
)
def test_options_without_meaning(make, told):
    with pytest.raises(ValueError, match=told):
        make(optimizer())


def test_what_is_no_optimizer_and_no_schedule():
    with pytest.raises(TypeError, match="a schedule needs an optimizer, but got a Value"):
        StepLR(Value(1.0), 1)
    with pytest.raises(TypeError, match=r"not told how long[\s\S]*steps_per_epoch=len\(loader\)"):
        OneCycleLR(optimizer(), 1.0, epochs=3)
    o = optimizer()
    for other in (StepLR(optimizer(), 1), 0.1, s.ReduceLROnPlateau(o)):
        with pytest.raises(TypeError, match="is not a schedule of this optimizer's"):
            SequentialLR(o, [other], [])


def test_a_group_that_joins_later_is_scheduled_from_its_own_rate():
    optimizer = SGD([Value(1.0)], lr=1.0)
    schedule = s.ExponentialLR(optimizer, 0.5)
    schedule.step()
    optimizer.add_param_group({"params": [Value(2.0)], "lr": 0.8})
    schedule.step()
    assert schedule.get_last_lr() == [0.25, 0.4]
    schedule.restart()
    assert schedule.get_last_lr() == [1.0, 0.8]


@pytest.mark.parametrize(
    "make",
    [
        lambda o: s.LambdaLR(o, lambda t: 1 / (1 + t)),
        lambda o: OneCycleLR(o, 1.0, 10, cycle_momentum=False),
        lambda o: OneCycleLR(o, 1.0, 10),
        lambda o: s.ReduceLROnPlateau(o, patience=0),
    ],
)
def test_schedules_with_an_entry_per_group_say_when_there_are_more(make):
    optimizer = SGD([Value(1.0)], lr=1.0, momentum=0.9)
    schedule = make(optimizer)
    optimizer.add_param_group({"params": [Value(2.0)]})
    loss = [math.inf] if isinstance(schedule, s.ReduceLROnPlateau) else []
    with pytest.raises(ValueError, match=r"built for another\s+number of groups"):
        schedule.step(*loss)
