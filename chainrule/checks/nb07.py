"""Exercises of notebook 07: batches, iterations and epochs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograd import Tensor

from .exercise import AnswerError, exercise, same

Array = np.ndarray[Any, Any]


@exercise(
    "07.1",
    hints=[
        "How often does the batch size fit into the samples? And what becomes of the rest?",
        "The rest is a batch too, unless drop_last leaves it out.",
        "Round up without drop_last, and down with it.",
    ],
    mistakes=[
        ([4, 3, 31, 31, 10, 1], "you rounded down everywhere; the rest is a short batch."),
        ([4, 4, 32, 32, 10, 2], "you rounded up everywhere; drop_last leaves the rest out."),
        ([4, 4, 31, 32, 10, 2], "the other way around: drop_last gives the smaller number."),
        ([5, 3, 32, 31, 11, 1], "if nothing is left over, there is no further batch."),
    ],
)
def iterations_per_epoch() -> list[int]:
    """Iterations per epoch of the six cases."""
    cases = [(100, 25, False), (100, 30, True), (1000, 32, False), (1000, 32, True),
             (10, 1, False), (10, 8, True)]  # fmt: skip
    return [n // size if drop else -(-n // size) for n, size, drop in cases]


@exercise(
    "07.2",
    hints=[
        "One update per iteration.",
        "Count the iterations of one epoch first, the short last batch included.",
        "1797 / 32 is a little more than 56.",
    ],
    mistakes=[
        (57, "that is one epoch."),
        (280, "the five samples that are left over in each epoch make an update too."),
        (8985, "that is how many samples go through; an update takes a whole batch of them."),
        (281, "rounded up once over all epochs; but each epoch ends with a short batch."),
    ],
)
def total_updates() -> int:
    """Updates in five epochs of 1797 samples in batches of 32."""
    return 5 * -(-1797 // 32)


def in_order(X: Array, y: Array, size: int, rng: Any) -> Iterator[tuple[Array, Array]]:
    """Without shuffling."""
    for start in range(0, len(X), size):
        yield X[start : start + size], y[start : start + size]


def without_the_rest(X: Array, y: Array, size: int, rng: Any) -> Iterator[tuple[Array, Array]]:
    """The short last batch is lost."""
    order = rng.permutation(len(X))
    for i in range(len(X) // size):
        batch = order[i * size : (i + 1) * size]
        yield X[batch], y[batch]


def shuffled_apart(X: Array, y: Array, size: int, rng: Any) -> Iterator[tuple[Array, Array]]:
    """Inputs and targets each in an order of their own."""
    yield from in_order(rng.permutation(X), rng.permutation(y), size, rng)


def drawn_anew(X: Array, y: Array, size: int, rng: Any) -> Iterator[tuple[Array, Array]]:
    """Each batch drawn from all samples, whether they had their turn or not."""
    for start in range(0, len(X), size):
        batch = rng.choice(len(X), min(size, len(X) - start), replace=False)
        yield X[batch], y[batch]


def judge_minibatches(minibatches: Any, rng: np.random.Generator) -> None:
    """Right if every sample comes exactly once, with its target, in a new order."""
    for samples, size in ((10, 4), (12, 3), (7, 7), (int(rng.integers(20, 40)), 6)):
        X = rng.normal(size=(samples, 2))
        y = X.sum(axis=1)
        epochs = [list(minibatches(X, y, size, rng)) for _ in range(2)]
        for epoch in epochs:
            require_epoch(epoch, X, size)
        first, second = (np.concatenate([batch for batch, _ in epoch]) for epoch in epochs)
        if np.array_equal(first, second) or np.array_equal(first, X):
            raise AnswerError("the samples come in the same order in every epoch; shuffle them.")


def require_epoch(epoch: list[tuple[Array, Array]], X: Array, size: int) -> None:
    """Raise AnswerError unless these batches are one epoch of X."""
    if not epoch:
        raise AnswerError("no batch comes at all: is there a yield?")
    for batch, target in epoch:
        if len(batch) != len(target) or not same(np.sum(batch, axis=1), target):
            raise AnswerError("a sample has lost its own target: one order for both, X and y.")
    sizes = [len(batch) for batch, _ in epoch]
    seen = np.concatenate([batch for batch, _ in epoch])
    told = f"of {len(X)} samples in batches of {size}"
    if len(seen) < len(X):
        raise AnswerError(f"{told} only {len(seen)} come: the short last batch is missing.")
    if len(np.unique(seen, axis=0)) < len(X):
        raise AnswerError(f"{told} some come twice and some never; draw the order once an epoch.")
    if max(sizes) > size or min(sizes[:-1], default=size) < size:
        raise AnswerError(f"{told} your batches have sizes {sizes}; only the last may be short.")


@exercise(
    "07.3",
    hints=[
        "One random order of the sample numbers per epoch; then cut it into pieces.",
        "order = rng.permutation(len(X)) gives the order. A piece of it picks from X and from y.",
        "for start in range(0, len(X), size): a piece that reaches beyond the end is cut there.",
    ],
    mistakes=[
        (in_order, "the samples come in the same order in every epoch"),
        (without_the_rest, "the short last batch is missing."),
        (shuffled_apart, "a sample has lost its own target"),
        (drawn_anew, "some come twice and some never"),
    ],
    judge=judge_minibatches,
)
def minibatches(
    X: Array, y: Array, size: int, rng: np.random.Generator
) -> Iterator[tuple[Array, Array]]:
    """One epoch in shuffled batches of a size; the last may be shorter."""
    order = rng.permutation(len(X))
    for start in range(0, len(X), size):
        batch = order[start : start + size]
        yield X[batch], y[batch]


@exercise(
    "07.4",
    hints=[
        "The error of a mean of B samples falls like 1/√B.",
        "Which factor under the root makes the root twice as large?",
        "Look at the table: from which batch size to which does the error halve?",
    ],
    mistakes=[
        (2, "twice the samples make the noise smaller by √2 only."),
        (2**0.5, "the other way around: √2 is what twice the batch gains."),
        (0.25, "a smaller batch is noisier."),
        (16, "that would make it four times smaller."),
    ],
    tolerance=1e-3,
)
def factor_for_half_the_noise() -> int:
    """How many times larger a batch must be for half the noise."""
    return 2**2


def squared_error(w: Tensor, X: Array, y: Array) -> Any:
    """The loss of exercise 5: the mean squared error of a line."""
    return ((X @ w - y) ** 2).mean()


def parts_added(w: Array, X: Array, y: Array, parts: int) -> Any:
    """The parts' gradients, not scaled."""
    weights = Tensor(w, requires_grad=True)
    for some, target in zip(np.split(X, parts), np.split(y, parts), strict=True):
        squared_error(weights, some, target).backward()
    return weights.grad


def last_part_only(w: Array, X: Array, y: Array, parts: int) -> Any:
    """Reset before each part."""
    weights = Tensor(w, requires_grad=True)
    for some, target in zip(np.split(X, parts), np.split(y, parts), strict=True):
        weights.grad = None
        (squared_error(weights, some, target) / parts).backward()
    return weights.grad


@exercise(
    "07.5",
    hints=[
        "backward() adds to the gradients that are there. This time, that is what you want.",
        "The mean of the whole is the mean of the parts' means.",
        "Divide each part's loss by the number of parts, then call backward() on it.",
    ],
    mistakes=[
        (parts_added, "that is too large by a factor: the number of parts."),
        (last_part_only, "only the last part is left: do not reset between the parts."),
    ],
    inputs=lambda rng: (rng.normal(size=3), rng.normal(size=(12, 3)), rng.normal(size=12), 4),
)
def accumulated(w: Array, X: Array, y: Array, parts: int) -> Any:
    """The gradient of the mean squared error, from equal parts of the samples."""
    weights = Tensor(w, requires_grad=True)
    for some, target in zip(np.split(X, parts), np.split(y, parts), strict=True):
        loss = ((some @ weights - target) ** 2).mean()
        (loss / parts).backward()
    return weights.grad
