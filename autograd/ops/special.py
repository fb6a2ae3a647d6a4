"""Functions that NumPy does not have: each on arrays, and on one float.

They are kept out of the table's file so that the table stays a table.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
SQRT2 = math.sqrt(2.0)


def sigmoid(x: Array) -> Any:
    """1 / (1 + exp(-x)); exp(-x) may overflow to inf, which gives the right 0."""
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-x))


def sigmoid_float(x: float) -> float:
    """1 / (1 + exp(-x)) of one float."""
    return 1 / (1 + math.exp(-x))


def softplus(x: Array) -> Array:
    """log(1 + exp(x)), without overflow."""
    return np.logaddexp(x, np.zeros((), x.dtype) if isinstance(x, np.ndarray) else 0.0)


def softplus_float(x: float) -> float:
    """log(1 + exp(x)) of one float."""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def relu(x: Array) -> Array:
    """max(x, 0)."""
    return np.maximum(x, 0)


def relu_float(x: float) -> float:
    """max(x, 0) of one float; nan stays nan."""
    return 0.0 if x <= 0 else x


def leaky_relu(x: Array, slope: Any) -> Array:
    """x above zero, slope * x below."""
    return np.where(x > 0, x, slope * x)


def leaky_relu_float(x: float, slope: float) -> float:
    """x above zero, slope * x below, of one float."""
    return x if x > 0 else slope * x


def elu(x: Array, alpha: Any) -> Array:
    """x above zero, alpha (exp(x) - 1) below."""
    return np.where(x > 0, x, alpha * np.expm1(np.where(x > 0, 0, x)))


def elu_float(x: float, alpha: float) -> float:
    """x above zero, alpha (exp(x) - 1) below, of one float."""
    return x if x > 0 else alpha * math.expm1(x)


def silu(x: Array) -> Any:
    """x sigmoid(x)."""
    return x * sigmoid(x)


def silu_float(x: float) -> float:
    """x sigmoid(x) of one float."""
    return x / (1 + math.exp(-x))


def gelu(x: Array) -> Any:
    """x Phi(x), with Phi the distribution function of the normal distribution."""
    return x * (1 + erf(x / SQRT2)) / 2


def gelu_float(x: float) -> float:
    """x Phi(x) of one float."""
    return x * (1 + math.erf(x / SQRT2)) / 2


# Coefficients of W. J. Cody, "Rational Chebyshev approximation for the error function", Mathematics
# of Computation 23 (1969), highest power first.
ERF_P = (1.85777706184603153e-1, 3.16112374387056560e0, 1.13864154151050156e2,
         3.77485237685302021e2, 3.20937758913846947e3)  # fmt: skip
ERF_Q = (1.0, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3,
         2.84423683343917062e3)  # fmt: skip
ERFC_P = (2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594e0,
          6.61191906371416295e1, 2.98635138197400131e2, 8.81952221241769090e2,
          1.71204761263407058e3, 2.05107837782607147e3, 1.23033935479799725e3)  # fmt: skip
ERFC_Q = (1.0, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2,
          1.62138957456669019e3, 3.29079923573345963e3, 4.36261909014324716e3,
          3.43936767414372164e3, 1.23033935480374942e3)  # fmt: skip


def erf(x: Array) -> Any:
    """The error function, 2/sqrt(pi) times the integral of exp(-t^2) from 0 to x.

    Two of Cody's rational approximations: x R(x^2) up to 1/2, and 1 - exp(-x^2) R(x) above. From 6
    on the result is 1 to the last bit.
    """
    x = np.asarray(x)
    size = np.minimum(np.abs(x).astype(float), 6.0)
    small = size * np.polyval(ERF_P, size * size) / np.polyval(ERF_Q, size * size)
    tail = np.exp(-size * size) * np.polyval(ERFC_P, size) / np.polyval(ERFC_Q, size)
    result = np.copysign(np.where(size <= 0.5, small, 1 - tail), x)
    return result.astype(x.dtype if x.dtype.kind == "f" else float, copy=False)
