"""S2: the scalar engine's well-known demo, one training step.

An MLP 2-16-16-1 over Values, 100 samples of two moons, hinge loss with L2 regularization, and an
update of every parameter. Each engine runs alone in its own process, 35 steps. Most of the
difference at default settings is Python's garbage collector, so the figure without it stands
beside.

    python -m benchmarks.demo ours|micrograd [gc|nogc]
"""

from __future__ import annotations

import gc
import sys
from typing import Any

import numpy as np

import autograd
import nn

from .measure import Row, alternating, installed, median_step, steps_in

SIZES = [16, 16, 1]


def data() -> tuple[list[list[float]], list[float]]:
    """100 points of two moons, their labels -1 and 1."""
    X, y = nn.datasets.make_moons(100, noise=0.1, seed=1)
    return X.tolist(), (2.0 * y - 1).tolist()


def weights() -> list[float]:
    """The same initial numbers for every engine, neuron by neuron: weights, then bias."""
    rng, numbers = np.random.default_rng(0), []
    for nin, nout in zip([2, 16, 16], SIZES, strict=True):
        for _ in range(nout):
            numbers += [*rng.uniform(-1, 1, nin).tolist(), 0.0]
    return numbers


def model_of(engine: str) -> Any:
    """The network, with the common initial numbers."""
    if engine == "ours":
        model = nn.MLP(2, SIZES)
    else:
        from micrograd.nn import MLP

        model = MLP(2, SIZES)
    for parameter, number in zip(model.parameters(), weights(), strict=True):
        parameter.data = number
    return model


def our_loss(model: Any, X: list[list[float]], y: list[float]) -> Any:
    """mean max(0, 1 - y yhat) + 0.0001 sum w^2, each sum as one node."""
    margins = [(1 - model(x) * label).relu() for x, label in zip(X, y, strict=True)]
    w = model.parameters()
    return autograd.mean(margins) + 1e-4 * autograd.dot(w, w)


def micrograd_loss(model: Any, X: list[list[float]], y: list[float]) -> Any:
    """The same, as its own demo writes it."""
    scores = [model(x) for x in X]
    losses = [(1 + -yi * score).relu() for yi, score in zip(y, scores, strict=True)]
    data_loss = sum(losses) * (1.0 / len(losses))
    return data_loss + 1e-4 * sum(p * p for p in model.parameters())


def training(engine: str) -> Any:
    """A function that takes one training step and returns the loss."""
    X, y = data()
    model = model_of(engine)
    loss_of = our_loss if engine == "ours" else micrograd_loss

    def step() -> float:
        loss = loss_of(model, X, y)
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= 0.1 * p.grad
        return float(loss.data)

    return step


def rows(rounds: int) -> list[Row]:
    """S2's rows, after a check that both engines follow the same losses."""
    work = "MLP 2-16-16-1 over Values, 100 samples"
    targets = (("gc", "", 0.10, 0.02), ("nogc", ", gc off", 0.5, 0.16))
    if not installed("micrograd"):
        return [Row("S2", work + mark, "micrograd", None, m, g) for _, mark, m, g in targets]
    ours, theirs = training("ours"), training("micrograd")
    for k in range(3):
        if not np.isclose(a := ours(), b := theirs(), rtol=1e-9):
            raise SystemExit(f"S2: at step {k} the losses differ: {a} and {b}")
    found = []
    for mode, mark, must, goal in targets:
        times = alternating(
            "benchmarks.demo", ["ours", "micrograd"], rounds, steps_in(rounds), mode
        )
        ratio = times["ours"] / times["micrograd"]
        found.append(
            Row("S2", work + mark, "micrograd", ratio, must, goal,
                times["ours"], times["micrograd"])
        )  # fmt: skip
    return found


if __name__ == "__main__":
    if sys.argv[3:] == ["nogc"]:
        gc.disable()
    print(median_step(training(sys.argv[1]), int(sys.argv[2])))
