"""Exercises of notebook 04: weight updates and the learning rate."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd import GraphError, Value
from optim import GradientDescent

from .exercise import AnswerError, exercise, same


@exercise(
    "04.1",
    hints=[
        "The gradient of w² at w is 2w, and it is a new one in every step.",
        "One step takes 0.2 · 2w away from w: how much of w is left?",
        "Each step keeps 60 % of w.",
    ],
    mistakes=[
        (0.6, "that is w after one step; three are asked for."),
        (-0.2, "you took the first gradient three times; it shrinks together with w."),
        (2.744, "you went uphill: new = old MINUS lr · gradient."),
        (0.512, "the gradient of w² is 2w, not w."),
    ],
    tolerance=6e-4,
)
def three_steps() -> float:
    """The weight after three steps with lr 0.2 on w², from w = 1."""
    return (1 - 0.2 * 2) ** 3


@exercise(
    "04.2",
    hints=[
        "How fast does the gradient grow when w grows? That is the curvature.",
        "The gradient of 3w² + 1 is 6w.",
        "Stable means |1 − lr · curvature| < 1.",
    ],
    mistakes=[
        (2 / 3, "3 is the number in front of w²; the curvature is the second derivative."),
        (1 / 6, "with that one w arrives in a single step. It may be larger and still converge."),
        (2.0, "that is the limit for a curvature of 1."),
        (1 / 12, "the other way around: 2 divided by the curvature."),
    ],
    tolerance=6e-4,
)
def stability_limit() -> float:
    """The learning rate from which on gradient descent on 3w² + 1 no longer converges."""
    return 2 / 6


def never_reset(start: float) -> float:
    """Exercise 3 as it is given."""
    w = Value(start)
    optimizer = GradientDescent([w], lr=0.3, accumulate=True)
    for _ in range(20):
        loss = (w - 3) ** 2 / 2
        loss.backward()
        optimizer.step()
    return float(w.data)


def reset_once(start: float) -> float:
    """With zero_grad() before the loop."""
    w = Value(start)
    optimizer = GradientDescent([w], lr=0.3, accumulate=True)
    optimizer.zero_grad()
    for _ in range(20):
        loss = (w - 3) ** 2 / 2
        loss.backward()
        optimizer.step()
    return float(w.data)


def reset_too_soon(start: float) -> float:
    """With zero_grad() between backward() and step()."""
    w = Value(start)
    optimizer = GradientDescent([w], lr=0.3)
    for _ in range(20):
        loss = (w - 3) ** 2 / 2
        loss.backward()
        optimizer.zero_grad()
        optimizer.step()
    return float(w.data)


def judge_repaired(train: Any, rng: np.random.Generator) -> None:
    """Right if it ends where plain gradient descent ends, from any start."""
    for start in rng.uniform(-2, 8, size=3).tolist():
        try:
            got = train(start)
        except GraphError:
            told = "between backward() and step() it throws away what step() needs."
            raise AnswerError(told) from None
        if same(got, never_reset(start)):
            raise AnswerError("the gradients of all steps are still summed. Reset in every step.")
        if not same(got, repaired(start)):
            raise AnswerError(f"from {start:.2f} it should end next to 3, and it ends at {got}.")


@exercise(
    "04.3",
    hints=[
        "backward() adds to the gradient that is there.",
        "Each step must begin without a gradient.",
        "zero_grad() belongs into the loop, before backward().",
    ],
    mistakes=[
        (reset_once, "the gradients of all steps are still summed."),
        (reset_too_soon, "between backward() and step() it throws away what step() needs."),
    ],
    judge=judge_repaired,
)
def repaired(start: float) -> float:
    """Twenty steps towards the minimum at 3; returns w."""
    w = Value(start)
    optimizer = GradientDescent([w], lr=0.3)
    for _ in range(20):
        loss = (w - 3) ** 2 / 2
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return float(w.data)


@exercise(
    "04.4",
    hints=[
        "What stands in w.grad, if nobody resets it? The sum of all gradients so far.",
        "A velocity that keeps everything: it takes up each gradient and loses nothing.",
        "Two lines in the loop: the velocity takes up w, then w loses lr times the velocity.",
    ],
    mistakes=[
        (lambda w, lr, n: w * (1 - lr) ** n, "that is gradient descent with resetting."),
        (
            lambda w, lr, n: rolled(w, lr, n, momentum=0.9),
            "your velocity loses a part of itself in every step; here it keeps everything.",
        ),
        (
            lambda w, lr, n: rolled(w, lr, n, late=True),
            "the weight moves before the velocity has taken up the new gradient: swap the lines.",
        ),
    ],
    inputs=lambda rng: (rng.normal(), rng.uniform(0.05, 0.5), int(rng.integers(3, 12))),
    tolerance=0,
)
def frictionless(w: float, lr: float, n: int) -> float:
    """The weight after n steps of momentum 1 on w²/2, whose gradient is w."""
    place, velocity = w, 0.0
    for _ in range(n):
        velocity += place
        place -= lr * velocity
    return place


def rolled(w: float, lr: float, n: int, momentum: float = 1, late: bool = False) -> float:
    """A weight with momentum, and the ways to get it wrong."""
    velocity = 0.0
    for _ in range(n):
        before = velocity
        velocity = momentum * velocity + w
        w -= lr * (before if late else velocity)
    return w


@exercise(
    "04.5",
    hints=[
        "cos goes from 1 to −1 while its argument goes from 0 to π.",
        "Half of (1 + cos) goes from 1 to 0.",
        "The argument is π times the share of training that is done, t / T.",
    ],
    mistakes=[
        (lambda t, T, lr: lr * (1 - t / T), "that is a straight line, not a cosine."),
        (
            lambda t, T, lr: lr * math.cos(math.pi * t / T),
            "this becomes negative in the second half: a rate below 0 would go uphill.",
        ),
        (
            lambda t, T, lr: lr * (1 + math.cos(t / T)) / 2,
            "π is missing: your schedule hardly falls.",
        ),
        (lambda t, T, lr: lr * (1 + math.cos(math.pi * t / T)), "it starts at twice the rate."),
        (
            lambda t, T, lr: lr * math.cos(math.pi * t / (2 * T)),
            "it ends at 0, but falls fastest at the end; it is to be flat at both ends.",
        ),
    ],
    inputs=lambda rng: (int(rng.integers(1, 100)), 100, rng.uniform(0.01, 1)),
)
def cosine(t: int, T: int, lr: float) -> float:
    """The learning rate in step t of T: from lr to 0 along half a cosine."""
    return lr * 0.5 * (1 + math.cos(math.pi * t / T))
