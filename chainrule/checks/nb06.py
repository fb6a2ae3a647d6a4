"""Exercises of notebook 06: shapes and their gradients."""

from __future__ import annotations

from typing import Any

import numpy as np

from .exercise import AnswerError, Generator, exercise, ran, same, shape

Array = np.ndarray[Any, Any]

STRETCHED = [  # the shape of an operand, and of the result it was stretched to
    ((4,), (3, 4)), ((3, 1), (3, 4)), ((1, 4), (3, 4)), ((1, 1), (3, 4)), ((), (3, 4)),
    ((1,), (3, 4)), ((3, 4), (3, 4)), ((), (5,)), ((1,), (5,)), ((1,), (1, 1)), ((3, 1), (2, 3, 4)),
    ((2, 1, 4), (2, 3, 4)),
]  # fmt: skip


def judge_unbroadcast(answer: Any, rng: Generator) -> None:
    """Right if every pair of shapes gives the sums over what was stretched."""
    for was, became in STRETCHED:
        g = rng.normal(size=became)
        got = ran(answer, g.copy(), was)
        if got is None:
            raise AnswerError("your function returns nothing: is there a return?")
        if (found := shape(got)) != was:
            raise AnswerError(f"from {became} back to {was}: yours has shape {found}.")
        if not same(got, unbroadcast(g, was)):
            raise AnswerError(
                f"from {became} back to {was}: the shape is right, the numbers are not. Is it the "
                "sum over exactly what was stretched?"
            )


@exercise(
    "06.1",
    hints=[
        "Two things happen when an array is stretched: axes are added in front, and axes of "
        "length 1 become longer.",
        "For the second kind: go through the axes of `shape`, and look for those of length 1.",
        "Sum over such an axis, but keep it: keepdims=True.",
    ],
    judge=judge_unbroadcast,
)
def unbroadcast(g: Array, shape: tuple[int, ...]) -> Array:
    """The gradient of an operand of that shape that was stretched to the shape of g."""
    added = g.ndim - len(shape)
    summed = g.sum(axis=tuple(range(added)))
    stretched = tuple(axis for axis, length in enumerate(shape) if length == 1)
    return np.asarray(summed.sum(axis=stretched, keepdims=True))


FACTORS = [((3, 2), (2, 4)), ((3,), (3, 4)), ((3, 2), (2,)), ((3,), (3,)), ((2, 2), (2, 2))]


def judge_matmul(answer: Any, rng: Generator) -> None:
    """Right for matrices and for vectors on either side."""
    for left, right in FACTORS:
        A, B = rng.normal(size=left), rng.normal(size=right)
        G = np.asarray(rng.normal(size=np.shape(A @ B)))
        case = f"{left} @ {right}"
        try:
            got = ran(answer, A, B, G)
        except AnswerError as failed:
            raise AnswerError(f"{case}: {failed}") from failed
        if not (isinstance(got, tuple) and len(got) == 2):
            raise AnswerError("return two arrays: the gradient of A, and the gradient of B.")
        wanted = matmul_gradients(A, B, G)
        for name, mine, right_one in zip("AB", got, wanted, strict=True):
            if (found := shape(mine)) != right_one.shape:
                raise AnswerError(f"{case}: {name} has shape {right_one.shape}, yours has {found}.")
            if not same(mine, right_one):
                raise AnswerError(
                    f"{case}: the gradient of {name} has the right shape, not the right numbers. "
                    "Square matrices fit in many ways: which factor is turned around?"
                )


@exercise(
    "06.2",
    hints=[
        "Make matrices of vectors first: one row on the left, one column on the right.",
        "G must then have as many rows as A and as many columns as B.",
        "In the end give each gradient the shape of its factor again: reshape.",
    ],
    judge=judge_matmul,
)
def matmul_gradients(A: Array, B: Array, G: Array) -> tuple[Array, Array]:
    """The gradients of A and of B in A @ B, for matrices and for vectors."""
    rows = A.reshape(1, -1) if A.ndim == 1 else A
    columns = B.reshape(-1, 1) if B.ndim == 1 else B
    G = np.reshape(G, (rows.shape[0], columns.shape[1]))
    to_a = (G @ columns.T).reshape(A.shape)
    return to_a, (rows.T @ G).reshape(B.shape)


SHAPES = {"Z": (32, 20), "b": (20,), "W": (20, 64), "W.T": (64, 20), "mean of Z": ()}


@exercise(
    "06.3",
    hints=[
        "There is nothing to compute.",
        "A gradient has one number for each number of its node.",
        "Write down the shape of each node itself.",
    ],
    mistakes=[
        (
            {**SHAPES, "b": (32, 20)},
            "that arrives at b; b itself was stretched from fewer numbers.",
        ),
        ({**SHAPES, "b": (1, 20)}, "almost: b has one axis, and so has its gradient."),
        ({**SHAPES, "W": (64, 20)}, "W itself has its outputs in front; you gave W.T's shape."),
        ({**SHAPES, "W": (32, 20, 64)}, "one gradient for each sample? They are summed."),
        ({**SHAPES, "mean of Z": (32, 20)}, "a mean is a single number, and so is its gradient."),
        ({**SHAPES, "mean of Z": (1,)}, "a single number has no axis at all."),
    ],
)
def gradient_shapes() -> dict[str, tuple[int, ...]]:
    """The shapes of the gradients in Z = X @ W.T + b."""
    return dict(SHAPES)


def judge_loss(answer: Any, rng: Generator) -> None:
    """Right if columns and rows give the same mean of N squared differences."""
    n = int(rng.integers(4, 9))
    p, t = rng.normal(size=n), rng.normal(size=n)
    wanted = float(np.mean((p - t) ** 2))
    for first in ((n,), (n, 1)):
        for second in ((n,), (n, 1)):
            got = ran(answer, p.reshape(first), t.reshape(second))
            case = f"{first} and {second}"
            if same(got, np.mean((p[:, None] - t) ** 2)):
                raise AnswerError(f"{case}: {n * n} differences in place of {n}.")
            if same(got, n * wanted):
                raise AnswerError(f"{case}: that is the sum; the mean is asked for.")
            if shape(got) != ():
                raise AnswerError(f"{case}: a single number is asked for.")
            if not same(got, wanted):
                raise AnswerError(f"{case}: {float(got):.4f} is not the mean squared difference.")


@exercise(
    "06.4",
    hints=[
        "Print prediction.shape and target.shape, and the shape of their difference.",
        "Give both the same shape before you subtract.",
        "reshape(-1) makes a row of N numbers of either shape.",
    ],
    judge=judge_loss,
)
def squared_error(prediction: Any, target: Any) -> Any:
    """The mean of N squared differences, for shapes (N,) and (N, 1)."""
    gap = prediction.reshape(-1) - target.reshape(-1)
    return (gap**2).mean()


def overwritten(g: Array, index: Array, n: int) -> Array:
    """What grad[index] += g makes."""
    grad = np.zeros(n)
    grad[index] += g
    return grad


def counted(g: Array, index: Array, n: int) -> Array:
    """How often each was taken."""
    return np.bincount(index, minlength=n).astype(float)


@exercise(
    "06.5",
    hints=[
        "What happens to a place that stands in the index twice?",
        "`+=` with an index writes each place once. There is a function that does not.",
        "np.add.at, or a loop over the pairs of index and g.",
    ],
    mistakes=[
        (overwritten, "a number that was taken twice keeps only its last contribution."),
        (counted, "you counted how often each was taken; add up what arrives."),
        (lambda g, index, n: g, "that has the shape of what was taken, not of the table."),
        (lambda g, index, n: np.resize(g, n), "each number of g belongs to the place it was from."),
    ],
    inputs=lambda rng: (rng.normal(size=5), rng.permutation([0, 2, 2, 3, 2]), 6),
)
def scattered(g: Array, index: Array, n: int) -> Array:
    """The gradient of a table of n numbers from which index was taken."""
    grad = np.zeros(n)
    for place, share in zip(index, g, strict=True):
        grad[place] += share
    return grad
