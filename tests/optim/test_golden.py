"""Trajectories against PyTorch's, stored by tests/golden/make_optim.py."""

import json
from pathlib import Path

import numpy as np
import pytest

import optim
from autograd import Tensor, Value, stack

GOLDEN = dict(np.load(Path(__file__).parents[1] / "golden" / "optim.npz"))
RUNS = sorted(set(GOLDEN) - {"X", "Y", "W", "b", "gaps"})
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
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


def test_the_runs_cover_every_optimizer_and_gaps():
    assert {run.split()[0] for run in RUNS} == {
        "SGD", "Adagrad", "RMSprop", "Adadelta", "Adam", "AdamW",
    }  # fmt: skip
    assert sum(" gaps " in run for run in RUNS) == 7


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
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)
        assert all(type(x) is float for x in found)
