"""Scalar twins of NumPy's functions, on Python floats.

`math.exp` takes a sixth of the time of `np.exp` on one number. Where a twin raises (division by
zero, overflow, outside the domain) the engine asks NumPy instead, so only twins whose *result*
would differ are written here; for the rest the table names `math` and `operator` directly.
"""

import math


def sign(x: float) -> float:
    """-1, 0 or 1; nan stays nan."""
    return 0.0 if x == 0 else x if x != x else math.copysign(1.0, x)


def floor(x: float) -> float:
    """The next whole number below, as a float; the sign of zero is kept."""
    return float(math.floor(x)) if x else x


def ceil(x: float) -> float:
    """The next whole number above, as a float."""
    return -floor(-x)


def round_half_even(x: float) -> float:
    """The nearest whole number, halves to the even one, as a float."""
    return round(x, 0)


def square(x: float) -> float:
    """x^2."""
    return x * x


def invert(x: float) -> float:
    """1 / x."""
    return 1 / x


def maximum(x: float, y: float) -> float:
    """The larger of two; nan wins over every number."""
    return x if x > y or x != x else y


def minimum(x: float, y: float) -> float:
    """The smaller of two; nan wins over every number."""
    return x if x < y or x != x else y


def logaddexp(x: float, y: float) -> float:
    """log(exp(x) + exp(y)), without overflow."""
    if x == y:
        return x + math.log(2.0)
    return max(x, y) + math.log1p(math.exp(-abs(x - y)))


def sinc(x: float) -> float:
    """sin(pi x) / (pi x), and 1 at 0."""
    return math.sin(math.pi * x) / (math.pi * x) if x else 1.0
