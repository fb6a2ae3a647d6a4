"""The derivative table: every operation on numbers, a line each.

A line reads: the function's name, its formula, the function on arrays, its twin on floats, and the
local derivative for each input, where z is the output and x, y are the inputs:

    tanh = op("tanh", "tanh x", np.tanh, math.tanh, lambda z, x: 1 - z * z)

says dz/dx = 1 - z^2. A number in place of a lambda is a derivative that is the same everywhere.
The rules use arithmetic operators and operations of this library, never comparisons such as
`x > 0` (those are the operations `greater`, `equal` ...), so they run on nodes as well.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from ..op import Elementwise, Op, binary, plain, raw, unary
from . import floats, special
from .doors import opens
from .index import where

PI, LN2, LN10 = math.pi, math.log(2.0), math.log(10.0)
TWO_OVER_SQRT_PI, SQRT_TWO_PI = 2 / math.sqrt(PI), math.sqrt(2 * PI)


SYMBOLS = {
    "add": "+", "subtract": "-", "multiply": "*", "divide": "/", "power": "**", "negative": "neg",
    "floor_divide": "//", "remainder": "%",
}  # fmt: skip


def op(
    name: str, formula: str, array: Callable[..., Any], scalar: Callable[..., Any], *local: Any
) -> Callable[..., Any]:
    """The function for one line of the table."""
    operation = Elementwise(SYMBOLS.get(name, name), array, scalar, *local)
    function = unary(operation) if len(local) == 1 else binary(operation)
    return opens(array)(described(function, name, f"{formula}, entry by entry."))


def comparison(
    name: str, formula: str, array: Callable[..., Any], scalar: Callable[..., Any]
) -> Callable[..., Any]:
    """A function whose answers are True and False: no gradient flows through it."""

    def function(x: Any, y: Any) -> Any:
        a, b = raw(x), raw(y)
        if type(a) is float and type(b) is float:
            return scalar(a, b)
        return array(raw(plain(a)), raw(plain(b)))

    return opens(array)(described(function, name, f"{formula}, entry by entry; no gradient."))


def described(function: Callable[..., Any], name: str, text: str) -> Callable[..., Any]:
    """Give a made function the name and docstring of a written one."""
    function.__name__ = function.__qualname__ = name
    function.__doc__ = text
    function.__module__ = __name__
    return function


# fmt: off
greater       = comparison("greater",       "x > y",  np.greater,       operator.gt)
greater_equal = comparison("greater_equal", "x >= y", np.greater_equal, operator.ge)
less          = comparison("less",          "x < y",  np.less,          operator.lt)
less_equal    = comparison("less_equal",    "x <= y", np.less_equal,    operator.le)
equal         = comparison("equal",         "x == y", np.equal,         operator.eq)
not_equal     = comparison("not_equal",     "x != y", np.not_equal,     operator.ne)

#          name            formula     on arrays       on floats            dz/dx                               dz/dy
add      = op("add",       "x + y",    np.add,         operator.add,        1,                                  1)
subtract = op("subtract",  "x - y",    np.subtract,    operator.sub,        1,                                  -1)
multiply = op("multiply",  "x y",      np.multiply,    operator.mul,        lambda z, x, y: y,                  lambda z, x, y: x)
divide   = op("divide",    "x / y",    np.divide,      operator.truediv,    lambda z, x, y: 1 / y,              lambda z, x, y: -z / y)
power    = op("power",     "x ** y",   operator.pow,   math.pow,            lambda z, x, y: y * power(x, y - 1 + equal(y, 0)),
                                                                                                                lambda z, x, y: z * log(x + equal(x, 0)))
negative = op("negative",  "-x",       np.negative,    operator.neg,        -1)
positive = op("positive",  "+x",       np.positive,    operator.pos,        1)
absolute = op("absolute",  "|x|",      np.absolute,    abs,                 lambda z, x: sign(x))
square   = op("square",    "x^2",      np.square,      lambda x: x * x,     lambda z, x: 2 * x)
sqrt     = op("sqrt",      "x^(1/2)",  np.sqrt,        math.sqrt,           lambda z, x: 0.5 / z)
cbrt     = op("cbrt",      "x^(1/3)",  np.cbrt,        math.cbrt,           lambda z, x: 1 / (3 * z * z))
reciprocal = op("reciprocal", "1 / x", np.reciprocal,  lambda x: 1 / x,     lambda z, x: -z * z)
hypot    = op("hypot",     "sqrt(x^2 + y^2)", np.hypot, math.hypot,         lambda z, x, y: x / (z + equal(z, 0)),
                                                                                                                lambda z, x, y: y / (z + equal(z, 0)))

exp      = op("exp",       "e^x",         np.exp,      math.exp,            lambda z, x: z)
exp2     = op("exp2",      "2^x",         np.exp2,     math.exp2,           lambda z, x: z * LN2)
expm1    = op("expm1",     "e^x - 1",     np.expm1,    math.expm1,          lambda z, x: z + 1)
log      = op("log",       "log x",       np.log,      math.log,            lambda z, x: 1 / x)
log2     = op("log2",      "log x / log 2",  np.log2,  math.log2,           lambda z, x: 1 / (x * LN2))
log10    = op("log10",     "log x / log 10", np.log10, math.log10,          lambda z, x: 1 / (x * LN10))
log1p    = op("log1p",     "log(1 + x)",  np.log1p,    math.log1p,          lambda z, x: 1 / (1 + x))
logaddexp = op("logaddexp", "log(e^x + e^y)", np.logaddexp, floats.logaddexp,
                                                                            lambda z, x, y: exp(x - _finite(z)),
                                                                                                                lambda z, x, y: exp(y - _finite(z)))

sin      = op("sin",       "sin x",       np.sin,      math.sin,            lambda z, x: cos(x))
cos      = op("cos",       "cos x",       np.cos,      math.cos,            lambda z, x: -sin(x))
tan      = op("tan",       "tan x",       np.tan,      math.tan,            lambda z, x: 1 + z * z)
arcsin   = op("arcsin",    "arcsin x",    np.arcsin,   math.asin,           lambda z, x: 1 / sqrt(1 - x * x))
arccos   = op("arccos",    "arccos x",    np.arccos,   math.acos,           lambda z, x: -1 / sqrt(1 - x * x))
arctan   = op("arctan",    "arctan x",    np.arctan,   math.atan,           lambda z, x: 1 / (1 + x * x))
arctan2  = op("arctan2",   "angle of the point (y, x)", np.arctan2, math.atan2,
                                                                            lambda z, x, y: y / (x * x + y * y),
                                                                                                                lambda z, x, y: -x / (x * x + y * y))
sinh     = op("sinh",      "sinh x",      np.sinh,     math.sinh,           lambda z, x: cosh(x))
cosh     = op("cosh",      "cosh x",      np.cosh,     math.cosh,           lambda z, x: sinh(x))
tanh     = op("tanh",      "tanh x",      np.tanh,     math.tanh,           lambda z, x: 1 - z * z)
arcsinh  = op("arcsinh",   "arcsinh x",   np.arcsinh,  math.asinh,          lambda z, x: 1 / sqrt(x * x + 1))
arccosh  = op("arccosh",   "arccosh x",   np.arccosh,  math.acosh,          lambda z, x: 1 / sqrt(x * x - 1))
arctanh  = op("arctanh",   "arctanh x",   np.arctanh,  math.atanh,          lambda z, x: 1 / (1 - x * x))
sinc     = op("sinc",      "sin(pi x) / (pi x)", np.sinc, floats.sinc,      lambda z, x: _sinc_slope(z, x))

sigmoid  = op("sigmoid",   "1 / (1 + e^-x)", special.sigmoid, special.sigmoid_float,   lambda z, x: z * (1 - z))
softplus = op("softplus",  "log(1 + e^x)", special.softplus, special.softplus_float,   lambda z, x: sigmoid(x))
relu     = op("relu",      "max(x, 0)",   special.relu,      special.relu_float,       lambda z, x: greater(x, 0))
silu     = op("silu",      "x sigmoid(x)", special.silu,     special.silu_float,       lambda z, x: sigmoid(x) * (1 + x - z))
erf      = op("erf",       "erf x",       special.erf,       math.erf,                 lambda z, x: TWO_OVER_SQRT_PI * exp(-x * x))
gelu     = op("gelu",      "x Phi(x)",    special.gelu,      special.gelu_float,
              lambda z, x: 0.5 + 0.5 * erf(x / special.SQRT2) + x * exp(-0.5 * x * x) / SQRT_TWO_PI)
_leaky_relu = op("leaky_relu", "x where x > 0, else y x", special.leaky_relu, special.leaky_relu_float,
              lambda z, x, y: where(greater(x, 0), 1.0, y), lambda z, x, y: where(greater(x, 0), 0.0, x))
_elu     = op("elu",       "x where x > 0, else y (e^x - 1)", special.elu, special.elu_float,
              lambda z, x, y: where(greater(x, 0), 1.0, z + y), lambda z, x, y: where(greater(x, 0), 0.0, expm1(x * less_equal(x, 0))))

maximum  = op("maximum",   "max(x, y)",   np.maximum,  floats.maximum,      lambda z, x, y: greater(x, y) + 0.5 * equal(x, y),
                                                                                                                lambda z, x, y: less(x, y) + 0.5 * equal(x, y))
minimum  = op("minimum",   "min(x, y)",   np.minimum,  floats.minimum,      lambda z, x, y: less(x, y) + 0.5 * equal(x, y),
                                                                                                                lambda z, x, y: greater(x, y) + 0.5 * equal(x, y))
sign     = op("sign",      "-1, 0 or 1",  np.sign,     floats.sign,         0)
floor    = op("floor",     "the whole number below", np.floor, floats.floor, 0)
ceil     = op("ceil",      "the whole number above", np.ceil, floats.ceil,  0)
rint     = op("round",     "the nearest whole number, halves to even", np.rint, floats.round_half_even, 0)
floor_divide = op("floor_divide", "floor(x / y)", np.floor_divide, operator.floordiv,   0,                      0)
remainder = op("remainder", "x - y floor(x / y)", np.remainder, operator.mod,           1,                      lambda z, x, y: -floor_divide(x, y))
# fmt: on
opens(np.power)(power)
opens(np.round)(rint)


def leaky_relu(x: Any, negative_slope: Any = 0.01) -> Any:
    """x where x > 0, else negative_slope * x; the slope has a gradient too."""
    return _leaky_relu(x, negative_slope)


def elu(x: Any, alpha: Any = 1.0) -> Any:
    """x where x > 0, else alpha (e^x - 1)."""
    return _elu(x, alpha)


_clip = Op("clip", np.clip, lambda g, z, x, low, high: g * equal(z, x))


@opens(np.clip)
def clip(x: Any, low: float | None = None, high: float | None = None) -> Any:
    """min(max(x, low), high), entry by entry; at the bound itself the gradient passes."""
    return _clip(x, low=low, high=high)


def _finite(z: Any) -> Any:
    """z, or 0 where it is -inf: log(0 + 0), whose derivatives are to be 0, not nan."""
    return where(equal(z, -math.inf), 0.0, z)


def _sinc_slope(z: Any, x: Any) -> Any:
    """The derivative of sinc, by its power series near 0, where the formula would be 0/0."""
    t = PI * PI * x * x
    series = -PI * PI * x / 3 * (1 - t / 10 * (1 - t / 28 * (1 - t / 54 * (1 - t / 88))))
    away = less(0.05, absolute(x))
    return where(away, (cos(PI * x) - z) / where(away, x, 1.0), series)
