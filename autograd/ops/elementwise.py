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

from ..data import NUMBERS, plain, raw
from ..errors import lesson
from ..local import Elementwise, binary, unary
from ..node import Node
from ..op import Op
from ..question import Question
from ..state import current
from . import floats, special
from .doors import opens
from .index import where

PI, LN2, LN10 = math.pi, math.log(2.0), math.log(10.0)
SQRT2, SQRT_TWO_PI, TWO_OVER_SQRT_PI = math.sqrt(2), math.sqrt(2 * PI), 2 / math.sqrt(PI)


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
    operation = Question(formula.split()[1], array, None, None)

    def function(x: Any, y: Any) -> Any:
        a, b = raw(x), raw(y)
        if (a is not x or b is not y) and current.get().tracing:
            return operation(x, y)
        if type(a) in NUMBERS and type(b) in NUMBERS:
            return scalar(a, b)
        answer = array(plain(a), plain(b))
        return answer if type(answer) is np.ndarray else bool(answer)

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

# Of two numbers: name, formula, on arrays, on floats; then dz/dx, and dz/dy.
add = op("add", "x + y", np.add, operator.add,
         1,
         1)
subtract = op("subtract", "x - y", np.subtract, operator.sub,
         1,
         -1)
multiply = op("multiply", "x y", np.multiply, operator.mul,
         lambda z, x, y: y,
         lambda z, x, y: x)
divide = op("divide", "x / y", np.divide, operator.truediv,
         lambda z, x, y: 1 / y,
         lambda z, x, y: -z / y)
power = op("power", "x^y", operator.pow, math.pow,
         lambda z, x, y: y * power(x, y - 1 + equal(y, 0)),
         lambda z, x, y: z * log(x + equal(x, 0) * greater_equal(y, 0)))
hypot = op("hypot", "sqrt(x^2 + y^2)", np.hypot, math.hypot,
         lambda z, x, y: x / (z + equal(z, 0)),
         lambda z, x, y: y / (z + equal(z, 0)))
arctan2 = op("arctan2", "the angle of the point (y, x)", np.arctan2, math.atan2,
         lambda z, x, y: y / (x * x + y * y),
         lambda z, x, y: -x / (x * x + y * y))
logaddexp = op("logaddexp", "log(e^x + e^y)", np.logaddexp, floats.logaddexp,
         lambda z, x, y: sigmoid(x - where(equal(z, -math.inf), 0.0, y)),
         lambda z, x, y: sigmoid(y - where(equal(z, -math.inf), 0.0, x)))
maximum = op("maximum", "max(x, y)", np.maximum, floats.maximum,
         lambda z, x, y: greater(x, y) + 0.5 * equal(x, y),
         lambda z, x, y: less(x, y) + 0.5 * equal(x, y))
minimum = op("minimum", "min(x, y)", np.minimum, floats.minimum,
         lambda z, x, y: less(x, y) + 0.5 * equal(x, y),
         lambda z, x, y: greater(x, y) + 0.5 * equal(x, y))
floor_divide = op("floor_divide", "floor(x / y)", np.floor_divide, operator.floordiv,
         0,
         0)
remainder = op("remainder", "x - y floor(x / y)", np.remainder, operator.mod,
         1,
         lambda z, x, y: -floor_divide(x, y))
scaled_below_zero = op("leaky_relu", "x where x > 0, else y x",
                       special.leaky_relu, special.leaky_relu_float,
         lambda z, x, y: where(greater(x, 0), 1.0, y),
         lambda z, x, y: where(greater(x, 0), 0.0, x))
bent_below_zero = op("elu", "x where x > 0, else y (e^x - 1)",
                     special.elu, special.elu_float,
         lambda z, x, y: where(greater(x, 0), 1.0, z + y),
         lambda z, x, y: where(greater(x, 0), 0.0, expm1(x * less_equal(x, 0))))

# Of one number: name, formula, on arrays, on floats, dz/dx.
positive   = op("positive",   "+x",      np.positive,   operator.pos,  1)
negative   = op("negative",   "-x",      np.negative,   operator.neg,  -1)
absolute   = op("absolute",   "|x|",     np.absolute,   abs,           lambda z, x: sign(x))
square     = op("square",     "x^2",     np.square,     floats.square, lambda z, x: 2 * x)
sqrt       = op("sqrt",       "x^(1/2)", np.sqrt,       math.sqrt,     lambda z, x: 0.5 / z)
cbrt       = op("cbrt",       "x^(1/3)", np.cbrt,       math.cbrt,     lambda z, x: 1 / (3 * z * z))
reciprocal = op("reciprocal", "1 / x",   np.reciprocal, floats.invert, lambda z, x: -z * z)

exp     = op("exp",     "e^x",           np.exp,     math.exp,    lambda z, x: z)
exp2    = op("exp2",    "2^x",           np.exp2,    math.exp2,   lambda z, x: z * LN2)
expm1   = op("expm1",   "e^x - 1",       np.expm1,   math.expm1,  lambda z, x: exp(x))
log     = op("log",     "log x",         np.log,     math.log,    lambda z, x: 1 / x)
log2    = op("log2",    "log2 x",        np.log2,    math.log2,   lambda z, x: 1 / (x * LN2))
log10   = op("log10",   "log10 x",       np.log10,   math.log10,  lambda z, x: 1 / (x * LN10))
log1p   = op("log1p",   "log(1 + x)",    np.log1p,   math.log1p,  lambda z, x: 1 / (1 + x))

sin     = op("sin",     "sin x",         np.sin,     math.sin,    lambda z, x: cos(x))
cos     = op("cos",     "cos x",         np.cos,     math.cos,    lambda z, x: -sin(x))
tan     = op("tan",     "tan x",         np.tan,     math.tan,    lambda z, x: 1 + z * z)
arcsin  = op("arcsin",  "arcsin x",      np.arcsin,  math.asin,   lambda z, x: 1 / sqrt(1 - x * x))
arccos  = op("arccos",  "arccos x",      np.arccos,  math.acos,   lambda z, x: -1 / sqrt(1 - x * x))
arctan  = op("arctan",  "arctan x",      np.arctan,  math.atan,   lambda z, x: 1 / (1 + x * x))
sinh    = op("sinh",    "sinh x",        np.sinh,    math.sinh,   lambda z, x: cosh(x))
cosh    = op("cosh",    "cosh x",        np.cosh,    math.cosh,   lambda z, x: sinh(x))
tanh    = op("tanh",    "tanh x",        np.tanh,    math.tanh,   lambda z, x: 1 - z * z)
arcsinh = op("arcsinh", "arcsinh x",     np.arcsinh, math.asinh,  lambda z, x: 1 / sqrt(x * x + 1))
arccosh = op("arccosh", "arccosh x",     np.arccosh, math.acosh,  lambda z, x: 1 / sqrt(x * x - 1))
arctanh = op("arctanh", "arctanh x",     np.arctanh, math.atanh,  lambda z, x: 1 / (1 - x * x))
sinc    = op("sinc",    "sin(pi x) / (pi x)", np.sinc, floats.sinc, lambda z, x: sinc_slope(z, x))

sigmoid  = op("sigmoid",  "1 / (1 + e^-x)", special.sigmoid,  special.sigmoid_float,
              lambda z, x: z * (1 - z))
softplus = op("softplus", "log(1 + e^x)",   special.softplus, special.softplus_float,
              lambda z, x: sigmoid(x))
relu     = op("relu",     "max(x, 0)",      special.relu,     special.relu_float,
              lambda z, x: greater(x, 0))
silu     = op("silu",     "x sigmoid(x)",   special.silu,     special.silu_float,
              lambda z, x: sigmoid(x) * (1 + x - z))
erf      = op("erf",      "erf x",          special.erf,      math.erf,
              lambda z, x: TWO_OVER_SQRT_PI * exp(-x * x))
erfc     = op("erfc",     "1 - erf x",      special.erfc,     math.erfc,
              lambda z, x: -TWO_OVER_SQRT_PI * exp(-x * x))
gelu     = op("gelu",     "x Phi(x)",       special.gelu,     special.gelu_float,
              lambda z, x: 0.5 * erfc(-x / SQRT2) + x * exp(-0.5 * x * x) / SQRT_TWO_PI)

sign  = op("sign",  "-1, 0 or 1",             np.sign,  floats.sign,            0)
floor = op("floor", "the whole number below", np.floor, floats.floor,           0)
ceil  = op("ceil",  "the whole number above", np.ceil,  floats.ceil,            0)
rint  = op("round", "the nearest whole number, halves to even",
                                              np.rint,  floats.round_half_even, 0)
# fmt: on
opens(np.power)(power)


@opens(np.round, np.around)
def round(x: Any, decimals: int = 0) -> Any:
    """The nearest number with so many decimals, halves to even; its derivative is 0."""
    return rint(x) if decimals == 0 else divide(rint(multiply(x, 10.0**decimals)), 10.0**decimals)


def leaky_relu(x: Any, negative_slope: Any = 0.01) -> Any:
    """x where x > 0, else negative_slope * x; the slope has a gradient too."""
    return scaled_below_zero(x, negative_slope)


def elu(x: Any, alpha: Any = 1.0) -> Any:
    """x where x > 0, else alpha (e^x - 1)."""
    return bent_below_zero(x, alpha)


_clip = Op(
    "clip",
    lambda x, *, min, max: np.clip(x, min, max),
    lambda g, z, x, min, max: g * equal(z, x),
)


@opens(np.clip)
def clip(x: Any, min: float | None = None, max: float | None = None) -> Any:
    """x, but at least min and at most max; at the bound itself the gradient passes.

    min, max: plain numbers or arrays; E16 for nodes, whose gradients would be lost.
    """
    if isinstance(min, Node) or isinstance(max, Node):
        raise lesson("E16", function="clip with a node as bound", fix="minimum(maximum(x, a), b)")
    return _clip(x, min=min, max=max)


def sinc_slope(z: Any, x: Any) -> Any:
    """The derivative of sinc, by its power series near 0, where the formula would be 0/0."""
    t = PI * PI * x * x
    series = -PI * PI * x / 3 * (1 - t / 10 * (1 - t / 28 * (1 - t / 54 * (1 - t / 88))))
    away = less(0.05, absolute(x))
    return where(away, (cos(PI * x) - z) / where(away, x, 1.0), series)
