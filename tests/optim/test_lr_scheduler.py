"""Schedules, step by step as PyTorch's, which tests/golden/make_schedules.py stored."""

import json
from pathlib import Path

import numpy as np
import pytest

import optim
from autograd import Tensor
from optim import lr_scheduler

GOLDEN = dict(np.load(Path(__file__).parents[1] / "golden" / "schedules.npz"))
METRICS = GOLDEN["metrics"]
RUNS = sorted(name for name in GOLDEN if "{" in name)


def sgd(momentum=0.9):
    w, b = (Tensor([0.0], requires_grad=True) for _ in range(2))
    groups = [{"params": [w]}, {"params": [b], "lr": 0.03}]
    return optim.SGD(groups, lr=0.1, momentum=momentum)


def rates(optimizer, schedule, steps, told=False, first=0):
    rows = []
    for t in range(first, first + steps):
        groups = optimizer.param_groups
        rows.append([*[group["lr"] for group in groups], groups[0]["momentum"]])
        if t < len(METRICS) - 1:
            schedule.step(*([METRICS[t]] if told else []))
    return np.array(rows)


def built(run, optimizer):
    name, options = run.split(" ", 1)
    return getattr(lr_scheduler, name)(optimizer, **json.loads(options))


@pytest.mark.parametrize("run", RUNS)
def test_rates_equal_pytorchs(run):
    optimizer = sgd()
    found = rates(optimizer, built(run, optimizer), len(METRICS), run.startswith("Reduce"))
    np.testing.assert_allclose(found, GOLDEN[run], rtol=1e-12, atol=1e-16)


def test_every_kind_of_schedule_is_compared():
    assert {run.split()[0] for run in RUNS} == {
        "CosineAnnealingLR", "ExponentialLR", "LinearLR", "MultiStepLR", "OneCycleLR",
        "ReduceLROnPlateau", "StepLR",
    }  # fmt: skip


def test_any_function_of_time():
    optimizer = sgd()
    schedule = lr_scheduler.LambdaLR(optimizer, lambda t: 1 / (1 + t))
    found = rates(optimizer, schedule, len(METRICS))
    np.testing.assert_allclose(found, GOLDEN["LambdaLR"], rtol=1e-12)
    halves = lr_scheduler.LambdaLR(sgd(), [lambda t: 1, lambda t: 0.5])
    assert halves.get_last_lr() == [0.1, 0.015]


def test_warm_up_then_a_wave_then_decay():
    optimizer = sgd()
    parts = [
        lr_scheduler.LinearLR(optimizer, start_factor=0.1, total_iters=4),
        lr_scheduler.CosineAnnealingLR(optimizer, T_max=10),
        lr_scheduler.ExponentialLR(optimizer, gamma=0.8),
    ]
    schedule = lr_scheduler.SequentialLR(optimizer, parts, milestones=[4, 14])
    found = rates(optimizer, schedule, len(METRICS))
    np.testing.assert_allclose(found, GOLDEN["SequentialLR"], rtol=1e-12, atol=1e-16)
    with pytest.raises(ValueError, match="3 schedules need 2 milestones"):
        lr_scheduler.SequentialLR(optimizer, parts, milestones=[4])


@pytest.mark.parametrize("run", RUNS)
def test_a_schedule_goes_on_from_its_state(run):
    told, first, second = run.startswith("Reduce"), sgd(), sgd()
    schedule = built(run, first)
    rates(first, schedule, 7, told)
    other = built(run, second)
    second.load_state_dict(first.state_dict())
    other.load_state_dict(json.loads(json.dumps(schedule.state_dict())))
    found = rates(second, other, len(METRICS) - 7, told, first=7)
    np.testing.assert_allclose(found, GOLDEN[run][7:], rtol=1e-12, atol=1e-16)


def test_one_cycle_moves_adams_first_beta_and_refuses_what_has_none():
    w = Tensor([0.0], requires_grad=True)
    adam = optim.Adam([w])
    lr_scheduler.OneCycleLR(adam, max_lr=0.1, total_steps=10)
    assert adam.param_groups[0]["betas"] == (0.95, 0.999)
    with pytest.raises(ValueError, match="GradientDescent has no momentum that could cycle"):
        lr_scheduler.OneCycleLR(optim.GradientDescent([w]), max_lr=0.1, total_steps=10)


def test_one_cycle_ends():
    schedule = lr_scheduler.OneCycleLR(sgd(), max_lr=0.1, total_steps=3)
    for _ in range(3):  # once after each of three iterations
        schedule.step()
    with pytest.raises(ValueError, match="step 4 of a cycle of 3 steps"):
        schedule.step()
    with pytest.raises(ValueError, match="0 steps in all"):
        lr_scheduler.OneCycleLR(sgd(), max_lr=0.1)


def test_what_is_no_optimizer_and_no_mode():
    with pytest.raises(ValueError, match="built on an optimizer"):
        lr_scheduler.StepLR([Tensor([0.0])], step_size=1)
    with pytest.raises(ValueError, match="mode is 'min' or 'max'"):
        lr_scheduler.ReduceLROnPlateau(sgd(), mode="least")


def test_a_rate_of_zero_is_reached_without_a_hint():
    optimizer = sgd()
    schedule = lr_scheduler.CosineAnnealingLR(optimizer, T_max=1)
    schedule.step()
    optimizer.param_groups[0]["params"][0].grad = np.ones(1)
    optimizer.step()
    assert optimizer.param_groups[0]["lr"] == 0


def test_the_trainer_moves_each_schedule_at_its_moment():
    import nn

    X, y = np.zeros((8, 2)), np.zeros((8, 1))
    loader = optim.DataLoader(X, y, batch_size=2)

    def lrs(build):
        model = nn.Sequential(nn.Linear(2, 1))
        optimizer = optim.SGD(model.parameters(), lr=1.0, momentum=0.5)
        trainer = optim.Trainer(model, nn.MSELoss(), optimizer, build(optimizer))
        return trainer.fit(loader, epochs=3, progress=False), optimizer

    history, optimizer = lrs(lambda o: lr_scheduler.ExponentialLR(o, gamma=0.5))
    assert optimizer.param_groups[0]["lr"] == 0.125
    history, optimizer = lrs(lambda o: lr_scheduler.OneCycleLR(o, max_lr=1.0, total_steps=13))
    assert optimizer.param_groups[0]["lr"] == pytest.approx(1 / 25 / 1e4)
    assert len(history) == 3
