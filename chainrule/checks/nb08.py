"""Exercises of notebook 08: momentum, RMSprop, Adam."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np

from autograd import Tensor
from optim import Adam, RMSprop

from .exercise import AnswerError, exercise, same


def draw(rng: np.random.Generator) -> tuple[float, list[float], float, float]:
    """A weight, some gradients, a learning rate and a decay."""
    return rng.normal(), rng.normal(size=6).tolist(), rng.uniform(0.01, 0.2), rng.uniform(0.5, 0.95)


def rolled(w: float, gradients: list[float], lr: float, beta: float, share: Any) -> float:
    """Momentum, with share(beta) of each gradient."""
    m = 0.0
    for g in gradients:
        m = beta * m + share(beta) * g
        w -= lr * m
    return w


@exercise(
    "08.1",
    hints=[
        "The velocity keeps the share beta of itself and takes up the gradient.",
        "The weight moves by lr times the velocity, not by lr times the gradient.",
        "The velocity begins at 0 before the loop, and both lines stand inside it.",
    ],
    mistakes=[
        (
            lambda w, gradients, lr, beta: w - lr * sum(gradients),
            "that is gradient descent: the past gradients are forgotten.",
        ),
        (
            lambda w, gradients, lr, beta: rolled(w, gradients, lr, beta, lambda b: 1 - b),
            "the gradient enters whole. With 1 − beta in front of it, it is Adam's average.",
        ),
        (
            lambda w, gradients, lr, beta: rolled(w, gradients, lr, 1, lambda b: 1),
            "your velocity has no friction: it loses nothing from step to step.",
        ),
        (
            lambda w, gradients, lr, beta: rolled(w, gradients, -lr, beta, lambda b: 1),
            "you went uphill: the weight loses lr times the velocity.",
        ),
    ],
    inputs=draw,
)
def momentum(w: float, gradients: list[float], lr: float, beta: float) -> float:
    """The weight after these gradients, with momentum beta."""
    place, velocity = w, 0.0
    for g in gradients:
        velocity = beta * velocity + g
        place -= lr * velocity
    return place


def scaled(
    w: float, gradients: list[float], lr: float, alpha: float, size: Any, share: Any, root: Any
) -> float:
    """RMSprop in its parts: what is averaged, how much of it enters, what divides."""
    v = 0.0
    for g in gradients:
        v = alpha * v + share(alpha) * size(g)
        w -= lr * g / (root(v) + 1e-8)
    return w


def one_minus(alpha: float) -> float:
    """The share of what is new in an average."""
    return 1 - alpha


@exercise(
    "08.2",
    hints=[
        "v is a running average of g²: it keeps alpha of itself and takes 1 − alpha of the new.",
        "Divide the gradient by the root of v; 1e-8 beside the root keeps that from failing at 0.",
        "First update v with the new gradient, then move the weight.",
    ],
    mistakes=[
        (
            lambda w, gradients, lr, alpha: scaled(
                w, gradients, lr, alpha, np.square, one_minus, lambda v: v
            ),
            "the root is missing: divide by √v, which has the size of a gradient.",
        ),
        (
            lambda w, gradients, lr, alpha: scaled(
                w, gradients, lr, alpha, np.square, lambda a: 1, math.sqrt
            ),
            "the factor 1 − alpha is missing: v is a sum, no average.",
        ),
        (
            lambda w, gradients, lr, alpha: scaled(
                w, gradients, lr, 1, np.square, lambda a: 1, math.sqrt
            ),
            "your v forgets nothing: that is Adagrad.",
        ),
        (
            lambda w, gradients, lr, alpha: scaled(w, gradients, lr, alpha, abs, one_minus, abs),
            "that is the running size |g|; RMSprop averages g² and takes the root.",
        ),
    ],
    inputs=draw,
)
def rmsprop(w: float, gradients: list[float], lr: float, alpha: float) -> float:
    """The weight after these gradients, with RMSprop and eps 1e-8."""
    place, v = w, 0.0
    for g in gradients:
        v = alpha * v + (1 - alpha) * g**2
        place -= lr * g / (math.sqrt(v) + 1e-8)
    return place


@exercise(
    "08.3",
    hints=[
        "At t = 1, m = (1 − b1) g. What does the division by 1 − b1^t make of it?",
        "Corrected, m is g and v is g². What is g / √(g²)?",
        "The size of the gradient cancels; its sign stays.",
    ],
    mistakes=[
        ([10, 0.005, -1e-5], "that is lr · g, gradient descent. Adam divides by the size of g."),
        ([0.01, 0.01, 0.01], "the sizes are right; but the third gradient is negative."),
        ([0.0316, 0.0316, -0.0316], "that is without bias correction, 3.16 times too large."),
        ([0.001, 0.001, -0.001], "you corrected v but not m."),
    ],
    tolerance=5e-5,
)
def first_steps() -> list[float]:
    """Adam's first step for the gradients 1000, 0.5 and -0.001, with lr 0.01."""
    return [0.01 * math.copysign(1, g) for g in (1000, 0.5, -0.001)]


def way_of(make: Any, gradients: np.ndarray[Any, Any]) -> list[float]:
    """Where an optimizer goes with these gradients."""
    w = Tensor(0.0, requires_grad=True)
    optimizer = make([w])
    places = []
    for g in gradients:
        w.grad = np.array(g)
        optimizer.step()
        places.append(w.item())
    return places


MIXED_UP: list[tuple[dict[str, Any], str]] = [
    (
        {"betas": (0.9, 0), "bias_correction": False},
        "the betas are swapped: the first is m's, the second is v's.",
    ),
    ({"betas": (0, 0.999), "bias_correction": False}, "b2 is what RMSprop calls alpha."),
]


def judge_settings(make: Any, rng: np.random.Generator) -> None:
    """Right if it is an Adam that walks like RMSprop with alpha 0.9."""
    gradients = rng.normal(size=8)
    if type(make([Tensor(0.0, requires_grad=True)])) is not Adam:
        raise AnswerError("return an Adam, with the right settings.")
    mine = way_of(make, gradients)
    theirs = way_of(lambda w: RMSprop(w, lr=0.1, alpha=0.9), gradients)
    if same(mine[0], 0.1 * np.sign(theirs[0])) and not same(mine, theirs):
        raise AnswerError("the first step is lr · sign(g): the bias correction is still on.")
    for settings, diagnosis in MIXED_UP:
        if same(mine, way_of(partial(Adam, lr=0.1, **settings), gradients)):
            raise AnswerError(diagnosis)
    if not same(mine, theirs):
        raise AnswerError(f"RMSprop's third place is {theirs[2]:.4f}, yours {mine[2]:.4f}.")


@exercise(
    "08.4",
    hints=[
        "Which of Adam's two averages does RMSprop not have?",
        "With b1 = 0 the average m is the gradient itself.",
        "RMSprop corrects nothing: bias_correction=False.",
    ],
    mistakes=[
        (lambda w: Adam(w, lr=0.1), "the bias correction is still on."),
        (lambda w: Adam(w, lr=0.1, betas=(0, 0.9)), "the bias correction is still on."),
        (
            lambda w: Adam(w, lr=0.1, betas=(0.9, 0), bias_correction=False),
            "the betas are swapped",
        ),
        (
            lambda w: Adam(w, lr=0.1, betas=(0, 0.999), bias_correction=False),
            "b2 is what RMSprop calls alpha.",
        ),
    ],
    judge=judge_settings,
)
def adam_as_rmsprop(w: list[Any]) -> Adam:
    """An Adam that walks like RMSprop(w, lr=0.1, alpha=0.9)."""
    return Adam(w, lr=0.1, betas=(0, 0.9), bias_correction=False)


@exercise(
    "08.5",
    hints=[
        "Correction divides m by 1 − b1^t and v by 1 − b2^t; v stands under a root.",
        "Uncorrected over corrected: what correction divides by comes back, on the other side.",
        "At t = 1 the m alone gives 0.1; the root of v alone gives 0.0316.",
    ],
    mistakes=[
        (
            lambda t: math.sqrt(1 - 0.999**t) / (1 - 0.9**t),
            "upside down: that is corrected over uncorrected.",
        ),
        (lambda t: (1 - 0.9**t) / (1 - 0.999**t), "v is divided under the root."),
        (lambda t: 1 - 0.9**t, "that is m's part alone; v is too small as well."),
    ],
    inputs=lambda rng: (int(rng.integers(1, 300)),),
)
def too_large(t: int) -> float:
    """How many times larger Adam's step t is without bias correction, at a steady gradient."""
    return (1 - 0.9**t) / math.sqrt(1 - 0.999**t)
