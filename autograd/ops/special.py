"""Functions that NumPy does not have: each on arrays, and on one float.

They are kept out of the table's file so that the table stays a table.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
SQRT2 = math.sqrt(2.0)
BLOCK = 2**15  # numbers to a stretch: temporary arrays then stay in the processor's cache


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
    result = np.where(x > 0, x, alpha * np.expm1(np.where(x > 0, 0, x)))
    # For a number x, expm1 answers in float64; beside a float32 alpha it is to stay float32.
    return result.astype(np.result_type(x, alpha, np.float16), copy=False)


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
    return in_stretches(lambda x: x * erfc(-x / SQRT2) / 2, np.asarray(x))


def gelu_float(x: float) -> float:
    """x Phi(x) of one float."""
    return x * math.erfc(-x / SQRT2) / 2


# Coefficients of the rational approximations in Sun Microsystems' FDLIBM (s_erf.c, 1993), lowest
# power first. NEAR: erf(x)/x - 1 up to 0.84, in x^2. MIDDLE: erf(x) - AT_ONE up to 1.25, in x - 1.
# FAR, FARTHER: log(x erfc(x)) + x^2 + 0.5625 up to 1/0.35 and above, in 1/x^2.
AT_ONE = 8.45062911510467529297e-01
NEAR = (
    (1.28379167095512558561e-01, -3.25042107247001499370e-01, -2.84817495755985104766e-02,
     -5.77027029648944159157e-03, -2.37630166566501626084e-05),
    (1.0, 3.97917223959155352819e-01, 6.50222499887672944485e-02, 5.08130628187576562776e-03,
     1.32494738004321644526e-04, -3.96022827877536812320e-06),
)  # fmt: skip
MIDDLE = (
    (-2.36211856075265944077e-03, 4.14856118683748331666e-01, -3.72207876035701323847e-01,
     3.18346619901161753674e-01, -1.10894694282396677476e-01, 3.54783043256182359371e-02,
     -2.16637559486879084300e-03),
    (1.0, 1.06420880400844228286e-01, 5.40397917702171048937e-01, 7.18286544141962662868e-02,
     1.26171219808761642112e-01, 1.36370839120290507362e-02, 1.19844998467991074170e-02),
)  # fmt: skip
FAR = (
    (-9.86494403484714822705e-03, -6.93858572707181764372e-01, -1.05586262253232909814e01,
     -6.23753324503260060396e01, -1.62396669462573470355e02, -1.84605092906711035994e02,
     -8.12874355063065934246e01, -9.81432934416914548592e00),
    (1.0, 1.96512716674392571292e01, 1.37657754143519042600e02, 4.34565877475229228821e02,
     6.45387271733267880336e02, 4.29008140027567833386e02, 1.08635005541779435134e02,
     6.57024977031928170135e00, -6.04244152148580987438e-02),
)  # fmt: skip
FARTHER = (
    (-9.86494292470009928597e-03, -7.99283237680523006574e-01, -1.77579549177547519889e01,
     -1.60636384855821916062e02, -6.37566443368389627722e02, -1.02509513161107724954e03,
     -4.83519191608651397019e02),
    (1.0, 3.03380607434824582924e01, 3.25792512996573918826e02, 1.53672958608443695994e03,
     3.19985821950859553908e03, 2.55305040643316442583e03, 4.74528541206955367215e02,
     -2.24409524465858183362e01),
)  # fmt: skip
# P of degree 8 with the least possible relative error, 4.4e-8, of erfc(x) exp(x^2) / t up to 10.5,
# in t = 2 / (2 + x); lowest power first. A fit of our own, by Lawson's reweighted least squares.
SINGLE = (0.282085575, 0.282390068, 0.242996611, 0.203109933, -0.0276234551, 0.279512621,
          -0.488460899, 0.285182835, -0.0591933322)  # fmt: skip


def erf(x: Array) -> Any:
    """The error function, 2/sqrt(pi) times the integral of exp(-t^2) from 0 to x."""
    x = np.asarray(x)
    size = np.abs(x).astype(float)
    inside, away = _by_size(size)
    return _in_dtype_of(x, np.copysign(np.where(inside, away, 1 - away), x))


def erfc(x: Array) -> Any:
    """1 - erf(x), exact to the last digits also where erf(x) is nearly 1."""
    x = np.asarray(x)
    return in_stretches(_erfc_single if x.dtype == np.float32 else _erfc_double, x)


def in_stretches(formula: Callable[[Array], Any], x: Array) -> Array:
    """A formula of many steps, applied to one stretch of x after another."""
    result = np.empty(x.shape, x.dtype if x.dtype.kind == "f" else float)
    source, target = x.ravel(), result.ravel()
    for start in range(0, x.size, BLOCK):
        target[start : start + BLOCK] = formula(source[start : start + BLOCK])
    return result


def _erfc_double(x: Array) -> Any:
    inside, away = _by_size(np.abs(x).astype(float))
    above = np.where(inside, 1 - away, away)
    return np.where(x < 0, 2 - above, above)


def _erfc_single(x: Array) -> Any:
    """erfc of float32 numbers, within 8 of their units: one formula for all sizes, and fast.

    erfc(x) = exp(-x^2) t P(t) for x >= 0. The exponent is split as in `_far`; the 12 bits that are
    cut off leave a number whose square is exact.
    """
    size = np.minimum(np.abs(x), np.float32(11))  # from there on it is 0
    coarse = (size.view(np.int32) & -4096).view(np.float32)
    t = 2 / (2 + size)
    above = _polynomial(SINGLE, t)
    above *= t
    above *= np.exp(-coarse * coarse)
    above *= np.exp((coarse - size) * (coarse + size))
    return np.where(x < 0, 2 - above, above)


def _by_size(x: Array) -> tuple[Array, Array]:
    """For x >= 0: whether x < 0.84; there erf(x), elsewhere erfc(x)."""
    inside, middle, far = x < 0.84375, x < 1.25, x < 1 / 0.35
    parts = [inside, middle & ~inside, far & ~middle]  # and the rest
    pieces = [_near, _middle, lambda x: _far(x, FAR), lambda x: _far(x, FARTHER)]
    return inside, np.piecewise(x, parts, pieces)


def _near(x: Array) -> Any:
    return x + x * _ratio(NEAR, x * x)


def _middle(x: Array) -> Any:
    return 1 - AT_ONE - _ratio(MIDDLE, x - 1)


def _far(x: Array, polynomials: Any) -> Any:
    """exp(-x^2 - 0.5625 + R(1/x^2)) / x; at 28 and above it is 0.

    The exponent is split in two, the first free of rounding error, which exp would magnify.
    """
    x = np.minimum(x, 28.0)
    coarse = x.astype(np.float32).astype(float)
    rest = (coarse - x) * (coarse + x) + _ratio(polynomials, 1 / (x * x))
    return np.exp(-coarse * coarse - 0.5625) * np.exp(rest) / x


def _ratio(polynomials: Any, x: Array) -> Any:
    """One polynomial over another, each by Horner's scheme."""
    above, below = polynomials
    return _polynomial(above, x) / _polynomial(below, x)


def _polynomial(coefficients: tuple[float, ...], x: Array) -> Array:
    total = np.full_like(x, coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        total *= x
        total += coefficient
    return total


def _in_dtype_of(x: Array, result: Any) -> Any:
    return result.astype(x.dtype if x.dtype.kind == "f" else float, copy=False)
