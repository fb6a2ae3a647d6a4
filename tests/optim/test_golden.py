"""Trajectories against PyTorch's, stored by tests/golden/make_optim.py."""

import json
from pathlib import Path

import numpy as np
import pytest

import optim
from autograd import Tensor, Value, stack

GOLDEN = dict(np.load(Path(__file__).parents[1] / "golden" / "optim.npz"))
NAMES = sorted(set(GOLDEN) - {"X", "Y", "W", "b", "gaps"})
RUNS = [run for run in NAMES if not run.startswith("LBFGS")]
SEARCHES = [run for run in NAMES if run.startswith("LBFGS")]
X, Y = GOLDEN["X"], GOLDEN["Y"]


def tensors():
    return {name: Tensor(GOLDEN[name], requires_grad=True, name=name) for name in "Wb"}


def loss_of(W, b):
    return (((X @ W + b).tanh() - Y) ** 2).mean()


@pytest.mark.parametrize("run", RUNS)
def test_fifty_steps_equal_pytorchs(run):
    name, pattern, options = run.split(" ", 2)
    parameters = tensors()
    optimizer = getattr(optim, name)(parameters.values(), **json.loads(options))
    for step, expected in enumerate(GOLDEN[run]):
        optimizer.zero_grad()
        loss_of(**parameters).backward()
        for parameter, given in zip(parameters.values(), GOLDEN["gaps"][step], strict=True):
            if pattern == "gaps" and not given:
                parameter.grad = None
        optimizer.step()
        found = np.concatenate([parameter.data.ravel() for parameter in parameters.values()])
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)


def test_the_runs_cover_every_optimizer_and_gaps():
    first_order = {"SGD", "Adagrad", "RMSprop", "Adadelta", "Adam", "AdamW"}
    assert {run.split()[0] for run in RUNS} == first_order
    assert {run.split()[0] for run in RUNS if " gaps " in run} == first_order
    assert len(SEARCHES) == 16


@pytest.mark.parametrize("run", SEARCHES)
def test_fifty_steps_of_lbfgs_equal_pytorchs_with_as_many_losses_asked_for(run):
    _, valley, options = run.split(" ", 2)
    parameters = [Tensor([-1.2, 1.0], requires_grad=True)]
    if valley == "tanh":
        parameters = list(tensors().values())
    optimizer = optim.LBFGS(parameters, **json.loads(options))
    calls = 0

    def closure():
        nonlocal calls
        calls += 1
        optimizer.zero_grad()
        if valley == "tanh":
            loss = loss_of(*parameters) + 0.1 * sum((p * p).sum() for p in parameters)
        else:
            x, y = parameters[0][0], parameters[0][1]
            loss = (1 - x) ** 2 + 100 * (y - x * x) ** 2
        loss.backward()
        return loss

    for *expected, asked in GOLDEN[run]:
        loss = optimizer.step(closure).item()
        found = [*np.concatenate([parameter.data.ravel() for parameter in parameters]), loss]
        # a step doubles the rounding of the one before in these valleys, so the last digits go
        np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-11)
        assert calls == asked


@pytest.mark.parametrize("run", [run for run in RUNS if " all " in run])
def test_values_move_as_tensors_do(run):
    name, _, options = run.split(" ", 2)
    values = [Value(x) for x in [*GOLDEN["W"].ravel(), *GOLDEN["b"]]]
    optimizer = getattr(optim, name)(values, **json.loads(options))
    for expected in GOLDEN[run][:5]:
        optimizer.zero_grad()
        loss_of(stack(values[:6]).reshape(3, 2), stack(values[6:])).backward()
        optimizer.step()
        found = [value.data for value in values]
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)
        assert all(type(x) is float for x in found)
