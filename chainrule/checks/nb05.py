"""Exercises of notebook 05: losses."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from autograd import sigmoid

from .exercise import AnswerError, Generator, exercise

Array = np.ndarray[Any, Any]


def scores_and_truth(rng: Generator) -> tuple[Array, Array]:
    """A batch of scores z, and for each the right answer, 0 or 1."""
    n = int(rng.integers(3, 7))
    return rng.normal(0, 3, n), rng.integers(0, 2, n)


def extreme_scores(rng: Generator) -> tuple[Array, Array]:
    """Scores as large as 1000 among others, on the right and on the wrong side."""
    z = rng.permutation([-1000.0, 1000.0, *rng.normal(0, 3, 4)])
    return z, rng.permutation([0, 1, 0, 1, 0, 1])


@exercise(
    "05.1",
    hints=[
        "Each prediction costs −ln of the probability that it gave to what really happened.",
        "The second truth is 0, and the model gave 0 the probability 1 − 0.2.",
        "Three costs: −ln 0.9, −ln 0.8 and −ln 0.8. BCE is their mean.",
    ],
    mistakes=[
        (0.5516, "that is the sum of the three costs; the loss is their mean."),
        (-0.1839, "the sign is missing: the logarithm of a probability is negative."),
        (0.6460, "the second truth is 0: what counts there is 1 − p, not p."),
        (0.0799, "that is the logarithm to base 10; the loss takes the natural one."),
        (0.03, "that is the mean squared error."),
    ],
    tolerance=6e-5,
)
def bce_by_hand() -> float:
    """The BCE of p = 0.9, 0.2, 0.8 when the truth is 1, 0, 1."""
    return -(math.log(0.9) + math.log(1 - 0.2) + math.log(0.8)) / 3


@exercise(
    "05.2",
    hints=[
        "Chain rule: ∂L/∂z = ∂L/∂p · ∂p/∂z, entry by entry.",
        "∂L/∂p = (p − y) / (p (1 − p)) / N, and ∂p/∂z = p (1 − p).",
        "Multiply the two: p (1 − p) cancels. What is left is prediction minus truth, over N.",
    ],
    mistakes=[
        (lambda z, y: sigmoid(z) - y, "the loss is a mean over the batch: each entry counts 1/N."),
        (lambda z, y: (y - sigmoid(z)) / len(z), "the sign is turned around."),
        (
            lambda z, y: (sigmoid(z) - y) / (sigmoid(z) * (1 - sigmoid(z))) / len(z),
            "that is ∂L/∂p. One more link leads from p to z: the slope of the sigmoid.",
        ),
        (lambda z, y: (z - y) / len(z), "z is the score; the probability is p = σ(z)."),
        (
            lambda z, y: 2 * (sigmoid(z) - y) * sigmoid(z) * (1 - sigmoid(z)) / len(z),
            "that is the gradient of the squared error.",
        ),
    ],
    inputs=scores_and_truth,
)  # fmt: skip
def slope_of_bce(z: Array, y: Array) -> Any:
    """dBCE/dz for scores z and truths y."""
    return (sigmoid(z) - y) / len(z)


@exercise(
    "05.3",
    hints=[
        "−[y ln p + (1 − y) ln(1 − p)] with p = σ(z) is ln(1 + e^z) − z y. What overflows?",
        "For z > 0: ln(1 + e^z) = z + ln(1 + e^−z). Now nothing in it can be large but z.",
        "Both at once: max(z, 0) and a logarithm in which −|z| stands. np.log1p(x) is ln(1 + x).",
    ],
    mistakes=[
        (lambda z, y: np.log(1 + np.exp(z)) - z * y, "e^1000 is infinite, and so is the loss."),
        (
            lambda z, y: -(y * np.log(sigmoid(z)) + (1 - y) * np.log(1 - sigmoid(z))),
            "σ(1000) is exactly 1, so ln(1 − p) is −∞; and 0 · ∞ is nan.",
        ),
        (
            lambda z, y: -np.log(np.clip(np.where(y == 1, sigmoid(z), 1 - sigmoid(z)), 1e-7, 1)),
            "cutting p off keeps the loss finite, but untrue: z = −1000 with y = 1 must cost 1000.",
        ),
        (
            lambda z, y: np.maximum(z, 0) - z * y + np.log1p(np.exp(-z)),
            "nearly: the exponent is −|z|; at z = −1000 yours is +1000.",
        ),
        (
            lambda z, y: np.mean(np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))),
            "nothing overflows; but this is the mean, and the loss of each score is asked for.",
        ),
    ],
    inputs=extreme_scores,
)
def stable_bce(z: Array, y: Array) -> Any:
    """The BCE of each score z, however large it is."""
    return np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))


CAUSES = {
    "twice": "ln(e + 9) − 1 = 1.4612 is the floor if softmax is applied twice with 10 classes",
    "ten": "ln 10 = 2.303 is what ten equally likely classes cost",
    "two": "ln 2 = 0.693 is what a probability of ½ costs",
    "overflow": "nan comes from numbers too large to be held, as after steps that are too long",
}


def judge_logs(answer: Any, rng: Generator) -> None:
    """Each log has one cause; say which are wrong, and what their number would be."""
    if not isinstance(answer, Mapping) or set(answer) != set("ABCD"):
        raise AnswerError("answer with a dict that has the keys A, B, C and D.")
    unknown = [cause for cause in answer.values() if cause not in CAUSES]
    if unknown:
        raise AnswerError(f"{unknown[0]!r} is none of the causes: {', '.join(CAUSES)}.")
    wrong = [log for log in "ABCD" if answer[log] != loss_logs()[log]]
    if wrong:
        cause = answer[wrong[0]]
        raise AnswerError(f"log {wrong[0]} is not {cause!r}: {CAUSES[cause]}.")


@exercise(
    "05.4",
    hints=[
        "A loss that does not move says what the network says: compute e to the −loss.",
        "e^−2.303 is a tenth, and e^−0.693 is a half.",
        "A perfect answer gives softmax a 1 and nine zeros; through softmax again, that 1 becomes "
        "e / (e + 9).",
    ],
    mistakes=[
        (
            {"A": "ten", "B": "twice", "C": "two", "D": "overflow"},
            "A and B are exchanged. ln 10 is larger than 2.",
        ),
        (
            {"A": "twice", "B": "two", "C": "ten", "D": "overflow"},
            "B and C are exchanged. The more classes are equally likely, the dearer is each.",
        ),
    ],
    judge=judge_logs,
)
def loss_logs() -> dict[str, str]:
    """What is wrong in each of four training runs."""
    return {"A": "twice", "B": "ten", "C": "two", "D": "overflow"}


@exercise(
    "05.5",
    hints=[
        "How much larger is the sum than the mean? So much larger is its gradient.",
        "The step is lr · gradient. If the gradient grows B times, lr has to shrink as much.",
        "Two samples, a gradient of 3 each. Mean: 3. Sum: 6. Which lr makes both steps 0.3?",
    ],
    mistakes=[
        (lambda lr, batch: lr, "with the same lr, the sum makes steps B times as long."),
        (lambda lr, batch: lr * batch, "that makes the steps longer still."),
        (
            lambda lr, batch: lr / math.sqrt(batch),
            "the noise goes with the square root of the batch, the sum with the batch itself.",
        ),
    ],
    inputs=lambda rng: (float(rng.uniform(0.01, 1)), int(rng.integers(2, 100))),
)  # fmt: skip
def lr_for_the_sum(lr: float, batch: int) -> float:
    """The lr with which reduction="sum" makes the steps that lr makes with "mean"."""
    return lr / batch
