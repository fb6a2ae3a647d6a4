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


def test_lion_is_its_papers_algorithm():
    rng = np.random.default_rng(1)
    w = Tensor(rng.normal(size=5), requires_grad=True)
    optimizer = optim.Lion([w], lr=0.03, betas=(0.8, 0.95), weight_decay=0.1)
    expected, m = w.data.copy(), np.zeros(5)
    for _ in range(50):
        w.grad = g = rng.normal(size=5)
        direction = np.sign(0.8 * m + 0.2 * g)
        m = 0.95 * m + 0.05 * g
        expected = expected - 0.03 * (direction + 0.1 * expected)
        optimizer.step()
        np.testing.assert_allclose(w.data, expected, rtol=1e-12)


def test_decay_beside_the_gradient_differs_from_decay_inside_it_for_adam():
    start, g = np.array([5.0, 5.0]), np.array([1.0, 1e3])

    def after(kind, **options):
        w = Tensor(start, requires_grad=True)
        optimizer = kind([w], lr=0.1, weight_decay=0.1, **options)
        for _ in range(20):
            w.grad = g
            optimizer.step()
        return w.data

    inside, beside = after(optim.Adam), after(optim.AdamW)
    assert beside[0] == pytest.approx(beside[1])  # the pull does not ask how large the gradient is
    assert abs(inside[1] - beside[1]) > 0.5
