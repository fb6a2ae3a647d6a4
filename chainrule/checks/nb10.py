"""Exercises of notebook 10: vanishing gradients and initialization."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np

import nn
import optim
from autograd import manual_seed, no_grad
from nn.flow import weight_gradients

from .exercise import AnswerError, Generator, exercise, ran, same, shown

Array = np.ndarray[Any, Any]

BAR = 0.85
CHANCE = 0.2


@cache
def digits() -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """1400 digits to train on, and 397 to test on."""
    X, y = nn.datasets.load_digits()
    order = np.random.default_rng(0).permutation(len(X))
    X, y = X[order] / 16, y[order]
    return (X[:1400], y[:1400]), (X[1400:], y[1400:])


def accuracy(model: Any) -> float:
    """Share of the test digits recognised after 20 epochs."""
    training, (X, y) = digits()
    trainer = optim.Trainer(model, nn.CrossEntropyLoss(), optim.SGD(model.parameters(), lr=0.3))
    batches = optim.DataLoader(*training, batch_size=64, shuffle=True, seed=0)
    trainer.fit(batches, epochs=20, progress=False)
    return float(np.mean(trainer.predict(X).argmax(axis=1) == y))


@cache
def first_over_last(depth: int) -> float:
    """Length of the first weight's gradient over that of the last one's, with `depth` sigmoids."""
    rng, (X, y) = np.random.default_rng(depth), digits()[0]
    sizes = [64] + depth * [32] + [10]
    layers: list[nn.Module] = []
    for n, m in pairwise(sizes):
        linear = nn.Linear(n, m)
        nn.init.xavier_uniform_(linear.weight, generator=rng)
        nn.init.zeros_(linear.bias)
        layers += [linear, nn.Sigmoid()]
    model = nn.Sequential(*layers[:-1])
    nn.CrossEntropyLoss()(model(X[:128]), y[:128]).backward()
    first, *_, last = weight_gradients(model).values()
    return first / last


GUESSES: list[tuple[Callable[[int], float], str]] = [
    (lambda depth: 0.25, "that is one sigmoid; every further one multiplies again."),
    (lambda depth: 0.25 * depth, "the slopes of a chain multiply; they do not add up."),
    (
        lambda depth: 0.25 / depth,
        "the slopes of a chain multiply: the fall is a power of the depth.",
    ),
    (lambda depth: 0.5**depth, "½ is the sigmoid of 0; its slope there is what counts."),
    (lambda depth: 4.0**depth, "upside down: the first layer gets the smaller gradient."),
]


def judge_guess(answer: Any, rng: Generator) -> None:
    """Right if it is within a factor of 10 of what is measured."""
    if not callable(answer):
        raise AnswerError("a function of the depth is asked for.")
    depths = rng.permutation(np.arange(5, 15))[:3].tolist()
    said = [ran(answer, depth) for depth in depths]
    for guess, diagnosis in GUESSES:
        if same(said, [guess(depth) for depth in depths]):
            raise AnswerError(diagnosis)
    for depth, ratio in zip(depths, said, strict=True):
        measured = first_over_last(depth)
        if not 0.1 < ratio / measured < 10:
            there = f"for {depth} sigmoids you say {shown(ratio)}; measured is {measured:.1e}"
            raise AnswerError(f"{there}, more than ten times apart.")


@exercise(
    "10.1",
    hints=[
        "On its way back the gradient passes each sigmoid, and each multiplies it by its slope.",
        "The slope of the sigmoid is p (1 − p), at most a quarter.",
        "How large is a quarter of a quarter of a quarter …?",
    ],
    mistakes=list(GUESSES),
    judge=judge_guess,
)
def first_by_last(depth: int) -> float:
    """About how much shorter the first gradient is than the last, with `depth` sigmoids."""
    return 0.25**depth


def spreads(n: int, m: int) -> list[tuple[float, str]]:
    """Standard deviations that are not He's, of weights from n to m units."""
    return [
        (2 / n, "2/n is the variance; the standard deviation is its root."),
        (
            1 / math.sqrt(n),
            "that keeps the size without a ReLU, which lets half of the power pass.",
        ),
        (math.sqrt(2 / (n + m)), "that is Xavier's; it does not know of the ReLU."),
        (math.sqrt(2 / m), "n is the number of inputs of a unit, not of outputs of the layer."),
        (1.0, "normal numbers have standard deviation 1: scale them."),
    ]


def judge_he(answer: Any, rng: Generator) -> None:
    """Look at the shape, the mean and the spread of what it draws."""
    if not callable(answer):
        raise AnswerError("a function of n, m and rng is asked for.")
    n, m = int(rng.integers(250, 350)), int(rng.integers(100, 150))
    weight = np.asarray(getattr(got := ran(answer, n, m, rng), "data", got), float)
    if weight.shape != (m, n):
        raise AnswerError(f"the weight has shape {weight.shape}; (m, n) = {(m, n)} is asked for.")
    std, right = float(weight.std()), math.sqrt(2 / n)
    if abs(weight.mean()) > 0.1 * right:
        raise AnswerError(f"the mean of the weights is {weight.mean():.3f}; it must be 0.")
    for wrong, diagnosis in spreads(n, m):
        if abs(std / wrong - 1) < 0.03:
            raise AnswerError(diagnosis)
    if abs(std / right - 1) > 0.03:
        raise AnswerError(f"for n = {n} the standard deviation is {std:.4f}, which is not it.")


@exercise(
    "10.2",
    hints=[
        "Each output is a sum of n products: its variance is n · Var(w) · mean of x².",
        "Behind a ReLU, the mean of x² is half of the variance before it.",
        "So n · Var(w) / 2 has to be 1. rng.normal takes the standard deviation, a root.",
    ],
    mistakes=[
        (lambda n, m, rng: rng.normal(0, 2 / n, (m, n)), "2/n is the variance"),
        (lambda n, m, rng: rng.normal(0, n**-0.5, (m, n)), "that keeps the size without a ReLU"),
        (lambda n, m, rng: rng.normal(0, (2 / (n + m)) ** 0.5, (m, n)), "that is Xavier's"),
        (lambda n, m, rng: rng.normal(0, (2 / m) ** 0.5, (m, n)), "not of outputs"),
        (lambda n, m, rng: rng.normal(size=(m, n)), "scale them"),
        (lambda n, m, rng: rng.normal(0, (2 / n) ** 0.5, (n, m)), "is asked for"),
        (lambda n, m, rng: rng.random((m, n)) * (2 / n) ** 0.5, "it must be 0"),
    ],
    judge=judge_he,
)
def he(n: int, m: int, rng: Generator) -> Any:
    """He's weights from n to m units, for a ReLU."""
    return rng.normal(0, math.sqrt(2 / n), (m, n))


def outputs_of_relu(rng: Generator) -> tuple[Array]:
    """What a layer of ReLUs gave to a batch; some units gave 0 to every sample."""
    samples, units = int(rng.integers(5, 9)), int(rng.integers(10, 15))
    outputs = np.maximum(rng.normal(size=(samples, units)), 0)
    outputs[0] = np.abs(rng.normal(size=units)) + 0.1
    outputs[:, rng.permutation(units)[: rng.integers(2, 6)]] = 0
    outputs[-1] *= rng.random(units) < 0.5
    return (rng.permutation(outputs),)


@exercise(
    "10.3",
    hints=[
        "A unit is a column: one number for each sample.",
        "Dead is who gives 0 to EVERY sample, not to some.",
        "outputs == 0 is an array of truths; np.all(..., axis=0) asks each column.",
    ],
    mistakes=[
        (lambda outputs: np.sum(outputs == 0), "those are all zeros; a unit may give some."),
        (
            lambda outputs: np.sum(np.any(outputs == 0, axis=0)),
            "those give 0 to at least one sample. Dead is who gives 0 to all of them.",
        ),
        (
            lambda outputs: np.sum(np.all(outputs == 0, axis=1)),
            "those are samples for which all units are 0: the other axis.",
        ),
        (
            lambda outputs: np.mean(np.all(outputs == 0, axis=0)),
            "that is their share; their number is asked for.",
        ),
        (
            lambda outputs: np.sum(np.any(outputs > 0, axis=0)),
            "those are the living ones.",
        ),
    ],
    inputs=outputs_of_relu,
)  # fmt: skip
def dead(outputs: Array) -> Any:
    """How many units gave 0 to every sample; outputs (samples, units)."""
    return np.all(outputs == 0, axis=0).sum()


def judge_rescue(answer: Any, rng: Generator) -> None:
    """Train the net whose hidden biases are −1 with this activation."""
    if isinstance(answer, type):
        raise AnswerError(f"that is the class; an activation is {answer.__name__}(...).")
    if not isinstance(answer, nn.Module):
        raise AnswerError("an activation of nn is asked for, such as nn.ReLU().")
    manual_seed(0)
    hidden = nn.Linear(64, 32)
    nn.init.constant_(hidden.bias, -1.0)
    model = nn.Sequential(hidden, copy.deepcopy(answer), nn.Linear(32, 10))
    with no_grad():
        silent = bool(np.all(model[1](hidden(digits()[0][0])).data == 0))
    reached = accuracy(model)
    if reached > BAR:
        return
    if silent:
        raise AnswerError(
            f"it reaches {reached:.2f}: every unit gives 0, and its slope is 0 there."
        )
    if reached < CHANCE:
        told = "hardly any gradient comes through: its slope below 0 is too small"
        raise AnswerError(f"it reaches {reached:.2f}: {told}.")
    raise AnswerError(f"it reaches {reached:.2f}; more than {BAR} is asked for.")


@exercise(
    "10.4",
    hints=[
        "Whatever is to learn needs a slope other than 0, also below 0.",
        "LeakyReLU has the slope that it is given there.",
        "A slope of 0.01 lets a hundredth through. Try ten times that.",
    ],
    mistakes=[
        (nn.ReLU(), "every unit gives 0"),
        (nn.LeakyReLU(0.01), "hardly any gradient comes through"),
        (nn.LeakyReLU, "that is the class"),
        (0.1, "an activation of nn is asked for"),
    ],
    judge=judge_rescue,
)
def rescue() -> nn.Module:
    """An activation with which the net learns although its biases are −1."""
    return nn.LeakyReLU(0.1)


def judge_symmetry(answer: Any, rng: Generator) -> None:
    """Right if the first weight has full rank."""
    if not callable(answer):
        raise AnswerError("a function of shape and rng is asked for.")
    shape = (32, 64)
    weight = np.asarray(getattr(got := ran(answer, shape, rng), "data", got), float)
    if weight.shape != shape:
        raise AnswerError(f"the weight has shape {weight.shape}; {shape} is asked for.")
    rank = int(np.linalg.matrix_rank(weight))
    if rank == 0:
        raise AnswerError("rank 0: no input comes through, and no gradient comes back.")
    if rank == 1:
        raise AnswerError("rank 1: the 32 units say the same, or multiples of it.")
    if rank < min(shape):
        raise AnswerError(f"rank {rank}: some units still add nothing of their own.")


@exercise(
    "10.5",
    hints=[
        "Two units with the same weights get the same gradient, and stay the same for ever.",
        "What differs from unit to unit AND from input to input? Something random.",
        "Random numbers, one for each weight. Their size is He's business, not that of the rank.",
    ],
    mistakes=[
        (lambda shape, rng: np.zeros(shape), "rank 0"),
        (lambda shape, rng: np.full(shape, 0.1), "rank 1"),
        (lambda shape, rng: np.full(shape, rng.normal()), "rank 1"),
        (lambda shape, rng: np.tile(rng.normal(size=shape[1]), (shape[0], 1)), "rank 1"),
        (lambda shape, rng: np.repeat(rng.normal(size=(16, 64)), 2, axis=0), "rank 16"),
    ],
    judge=judge_symmetry,
)
def start(shape: tuple[int, int], rng: Generator) -> Any:
    """First weights (units, inputs) of full rank: no unit repeats the others."""
    return rng.normal(0, math.sqrt(2 / shape[1]), shape)
