"""Exercises of notebook 05: losses."""

from __future__ import annotations

import math

from .exercise import exercise


@exercise(
    "05.1",
    hints=[
        "Each prediction costs −ln of the probability that it gave to what really happened.",
        "The second truth is 0, and the model gave 0 the probability 1 − 0.2.",
        "Three numbers: −ln 0.9, −ln 0.8 and −ln 0.8. BCE is their mean.",
    ],
    mistakes=[
        (0.5516, "that is the sum of the three costs; the loss is their mean."),
        (
            -0.1839,
            "the sign is missing: the logarithm of a probability is negative.",
        ),
    ],
    tolerance=6e-5,
)
def bce_by_hand() -> float:
    """The BCE of p = 0.9, 0.2, 0.8 when the truth is 1, 0, 1."""
    return -(math.log(0.9) + math.log(1 - 0.2) + math.log(0.8)) / 3
