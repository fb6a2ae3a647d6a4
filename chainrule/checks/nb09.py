"""Exercises of notebook 09: overfitting and dropout."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

import nn
import optim
from autograd import Tensor, manual_seed

from .exercise import AnswerError, Generator, exercise, ran, shown

Array = np.ndarray[Any, Any]

MANY = 100_000
BAR = 0.82


def judge_dropout(answer: Any, rng: Generator) -> None:
    """Look at what becomes of many ones, and of their gradients."""
    if not callable(answer):
        raise AnswerError("a function of x, p and rng is asked for.")
    p = float(rng.choice([0.2, 0.3, 0.4, 0.6, 0.7, 0.8]))
    x = Tensor(np.ones(MANY), requires_grad=True)
    y = ran(answer, x, p, rng)
    if not isinstance(y, Tensor) or y.shape != x.shape:
        raise AnswerError("return a Tensor of the shape of x: x times something.")
    zeros, mean = float(np.mean(y.data == 0)), float(y.data.mean())
    if zeros == 0:
        raise AnswerError("nothing was dropped.")
    if abs(zeros - p) > 0.01 and abs(zeros - (1 - p)) < 0.01:
        raise AnswerError(f"with p = {p} you KEPT {p:.0%}; p is the probability of dropping.")
    if abs(zeros - p) > 0.01:
        raise AnswerError(f"with p = {p}, {zeros:.0%} became 0.")
    if abs(mean - (1 - p)) < 0.01:
        raise AnswerError(f"the mean of ones became {mean:.2f}: scale up what is left.")
    if abs(mean - 1) > 0.01:
        raise AnswerError(f"the mean of ones became {mean:.2f}; it must stay 1.")
    if not y.requires_grad:
        raise AnswerError("return a Tensor that was computed from x, so that gradients can flow.")
    y.sum().backward()
    if not np.allclose(x.grad, y.data):
        raise AnswerError("the gradient must be dropped and scaled like x: multiply x by the mask.")
    if np.array_equal(y.data, ran(answer, x, p, rng).data):
        raise AnswerError("the second call dropped the same units: draw a new mask every time.")


@exercise(
    "09.1",
    hints=[
        "rng.random(x.shape) gives numbers between 0 and 1. Which share of them is at least p?",
        "The mask is 1 where a number is kept and 0 where it is dropped.",
        "A share of 1 − p is left. Divide by that, and the mean is as before.",
    ],
    mistakes=[
        (lambda x, p, rng: x, "nothing was dropped."),
        (lambda x, p, rng: x * (1 - p), "nothing was dropped."),
        (
            lambda x, p, rng: x * (np.random.default_rng(0).random(x.shape) >= p) / (1 - p),
            "the second call dropped the same units: draw a new mask every time.",
        ),
        (
            lambda x, p, rng: Tensor(x.data * (rng.random(x.shape) >= p) / (1 - p)),
            "return a Tensor that was computed from x, so that gradients can flow.",
        ),
    ],
    judge=judge_dropout,
)
def inverted_dropout(x: Any, p: float, rng: Generator) -> Any:
    """Dropout in training: each number of x is dropped with probability p."""
    return x * (rng.random(x.shape) >= p) / (1 - p)


def some_predict(rng: Generator) -> tuple[Callable[[Array], Array], Array]:
    """A network's predict function, in one mode or the other, and inputs for it."""
    layers = nn.Linear(5, 16), nn.ReLU(), nn.Dropout(0.5), nn.Linear(16, 3)
    model = nn.Sequential(*layers).train(bool(rng.integers(2)))
    return lambda x: model(x).data, rng.normal(size=(4, 5))


@exercise(
    "09.2",
    hints=[
        "You cannot look into predict, but you may call it as often as you like.",
        "What does dropout do on two calls with the same x?",
        "Compare two calls: np.array_equal says whether two arrays hold the same numbers.",
    ],
    mistakes=[
        (lambda predict, x: False, "you acquit them all; some do drop units."),
        (lambda predict, x: True, "you accuse them all; some are in eval mode."),
        (
            lambda predict, x: np.array_equal(predict(x), predict(x)),
            "the other way around: the same numbers twice mean that nothing was dropped.",
        ),
    ],
    inputs=some_predict,
)
def forgot_eval(predict: Callable[[Array], Array], x: Array) -> bool:
    """Whether this network still drops units."""
    return not np.array_equal(predict(x), predict(x))


@exercise(
    "09.3",
    hints=[
        "The output is x / (1 − p) with probability 1 − p, and 0 with probability p.",
        "The mean of the square is x² / (1 − p).",
        "The variance is the mean of the square minus the square of the mean.",
    ],
    mistakes=[
        (lambda x, p: (x, x**2 * p * (1 - p)), "that variance is of the mask without the scaling."),
        (lambda x, p: ((1 - p) * x, x**2 * p * (1 - p)), "you have left out the scaling."),
        (lambda x, p: (x, x**2 / (1 - p)), "that is the mean of the square, not yet the variance."),
        (lambda x, p: (x, x**2 * (1 - p) / p), "p and 1 − p are exchanged."),
        (lambda x, p: (x, 0 * x), "the mean is right. But the output does vary: 0 or x / (1 − p)."),
    ],
    inputs=lambda rng: (float(rng.uniform(1, 3)), float(rng.uniform(0.1, 0.9))),
)
def mean_and_variance(x: float, p: float) -> tuple[float, float]:
    """Mean and variance of what dropout makes of the number x."""
    return x, x**2 * p / (1 - p)


@cache
def trained_accuracy(p: float) -> float:
    """Share of clean test digits recognised after 100 epochs on 400 noisy ones."""
    rng = np.random.default_rng(2)
    X, y = nn.datasets.load_digits()
    order = rng.permutation(len(X))
    X, y = X[order] / 16, y[order]
    noisy = y[:400].copy()
    random = rng.random(400) < 0.4
    noisy[random] = rng.integers(0, 10, random.sum())
    manual_seed(2)
    layers = nn.Linear(64, 256), nn.ReLU(), nn.Dropout(p), nn.Linear(256, 10)
    model = nn.Sequential(*layers)
    trainer = optim.Trainer(model, nn.CrossEntropyLoss(), optim.Adam(model.parameters(), lr=1e-3))
    batches = optim.DataLoader(X[:400], noisy, batch_size=32, shuffle=True, seed=2)
    trainer.fit(batches, epochs=100, progress=False)
    return float(np.mean(trainer.predict(X[1400:]).argmax(axis=1) == y[1400:]))


def judge_rate(answer: Any, rng: Generator) -> None:
    """Train with it."""
    if isinstance(answer, bool) or not isinstance(answer, int | float) or not 0 <= answer <= 1:
        raise AnswerError(f"p is a number from 0 to 1; {shown(answer)} is none.")
    reached = trained_accuracy(float(answer))
    if reached <= BAR:
        less = "too little is dropped to matter" if answer < 0.5 else "hardly anything is left"
        raise AnswerError(f"trained with p = {answer:g}, it reaches {reached:.3f}: {less}.")


@exercise(
    "09.4",
    hints=[
        "Without dropout this network learns the wrong labels by heart.",
        "The more units are missing, the harder it is to remember single samples.",
        "Try half. Then try more.",
    ],
    mistakes=[
        (0, "p = 0 drops nothing: that is the network above that learned the wrong labels."),
        (1, "p = 1 drops everything, and nothing is left to answer with."),
    ],
    judge=judge_rate,
)
def rate() -> float:
    """A p with which the noisy digits give more than 82 % on clean ones."""
    return 0.7


def judge_average(answer: Any, rng: Generator) -> None:
    """Compare with the output in eval mode, of which it is an estimate."""
    if not callable(answer):
        raise AnswerError("a function of model, x and n is asked for.")
    linear = nn.Linear(6, 2)
    model = nn.Sequential(nn.Dropout(0.5), linear)
    x, n = rng.normal(size=(3, 6)), 2000
    exact = model.eval()(x).data
    spread = np.sqrt((x**2) @ (linear.weight.data**2).T)  # of one output, at p = 0.5
    model.train()
    found = np.asarray(getattr(got := ran(answer, model, x, n), "data", got), float)
    if found.shape != exact.shape:
        raise AnswerError(f"the mean has shape {found.shape}, one output has {exact.shape}.")
    error = np.abs(found - exact) / spread
    if error.max() < 1e-9:
        raise AnswerError("nothing was dropped in your n outputs: the model was in eval mode.")
    if error.max() > 5 / np.sqrt(n):
        raise AnswerError(f"too far from the output in eval mode for a mean of {n} outputs.")


@exercise(
    "09.5",
    hints=[
        "Call the model n times on the same x, in training mode.",
        "Add up the outputs, and divide by how many they are.",
        "A list comprehension gives the outputs; np.mean with axis=0 keeps their shape.",
    ],
    mistakes=[
        (
            lambda model, x, n: model(x).data,
            "too far from the output in eval mode for a mean of 2000 outputs.",
        ),
        (
            lambda model, x, n: np.mean([model(x).data for _ in range(n)]),
            "the mean has shape (), one output has (3, 2).",
        ),
        (
            lambda model, x, n: np.mean([model.eval()(x).data for _ in range(n)], axis=0),
            "nothing was dropped in your n outputs: the model was in eval mode.",
        ),
        (
            lambda model, x, n: sum(model(x).data for _ in range(n)),
            "too far from the output in eval mode for a mean of 2000 outputs.",
        ),
    ],
    judge=judge_average,
)
def mean_output(model: Any, x: Array, n: int) -> Any:
    """The mean of n outputs with dropout on."""
    model.train()
    return np.mean([model(x).data for _ in range(n)], axis=0)
