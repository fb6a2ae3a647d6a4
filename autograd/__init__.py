"""Backpropagation in one page.

A `Value` (a Python float) or a `Tensor` (a NumPy array) remembers how it was made:

    w, x = Value(0.5, name="w"), 2.0
    L = (w * x - 3) ** 2              # forward: compute, and record

One topological sweep over that record applies the chain rule:

    L.backward()                      # backward: w.grad is dL/dw = 2 (w x - 3) x = -8

and an update uses the gradient:

    with no_grad():
        w -= 0.1 * w.grad             # new = old - learning rate x gradient

Everything else reads the record: `draw` pictures it, `gradcheck` verifies it, `grad` turns it into
derivatives of functions. Start reading at `node.py`.
"""

import os.path as _path
from typing import Any as _Any

if _path.isdir(_path.join(__path__[0], "numpy")):  # noqa: PTH112, PTH118 - pathlib loads slowly
    raise ImportError(
        "two packages named 'autograd' are installed into one folder: chainrule's and the "
        "distribution called 'autograd'.\n"
        "  Why:  whichever was installed last has overwritten files of the other.\n"
        "  Fix:  pip uninstall -y autograd chainrule && pip install chainrule"
    )

from . import linalg
from .check import compare, gradcheck
from .creation import (
    arange,
    eye,
    full,
    linspace,
    ones,
    ones_like,
    rand,
    randint,
    randn,
    zeros,
    zeros_like,
)  # fmt: skip
from .errors import DataError, GradcheckError, GraphError, Hint, KindError, ShapeError
from .function import Function
from .manual import help
from .node import Node, history, sweep
from .ops.cumulate import cumprod, cumsum, prod
from .ops.elementwise import (
    absolute,
    add,
    arccos,
    arccosh,
    arcsin,
    arcsinh,
    arctan,
    arctan2,
    arctanh,
    cbrt,
    ceil,
    clip,
    cos,
    cosh,
    divide,
    elu,
    equal,
    erf,
    erfc,
    exp,
    exp2,
    expm1,
    floor,
    floor_divide,
    gelu,
    greater,
    greater_equal,
    hypot,
    leaky_relu,
    less,
    less_equal,
    log,
    log1p,
    log2,
    log10,
    logaddexp,
    maximum,
    minimum,
    multiply,
    negative,
    not_equal,
    positive,
    power,
    reciprocal,
    relu,
    remainder,
    round,
    sigmoid,
    sign,
    silu,
    sin,
    sinc,
    sinh,
    softplus,
    sqrt,
    square,
    subtract,
    tan,
    tanh,
)  # fmt: skip
from .ops.elementwise import absolute as abs
from .ops.index import one_hot, where
from .ops.linear import dot, einsum, inner, matmul, outer, tensordot, trace
from .ops.order import argmax, argmin, argsort, median, sort, take, take_along_axis, topk
from .ops.reduce import (
    all,
    any,
    log_softmax,
    logsumexp,
    max,
    mean,
    min,
    norm,
    softmax,
    std,
    sum,
    var,
)  # fmt: skip
from .ops.shape import (
    astype,
    atleast_1d,
    atleast_2d,
    broadcast_to,
    concatenate,
    diag,
    diagonal,
    expand_dims,
    flatten,
    flip,
    hstack,
    moveaxis,
    pad,
    ravel,
    repeat,
    reshape,
    roll,
    split,
    squeeze,
    stack,
    swapaxes,
    tile,
    transpose,
    tril,
    triu,
    vstack,
)  # fmt: skip
from .ops.windows import avg_pool2d, conv1d, conv2d, max_pool2d, sliding_windows
from .random import manual_seed
from .recompute import checkpoint
from .state import enable_grad, is_grad_enabled, no_grad, scope
from .tensor import Tensor, tensor
from .transforms import (
    elementwise_grad,
    grad,
    gradients,
    hessian,
    hvp,
    jacobian,
    jvp,
    value_and_grad,
    vjp,
)  # fmt: skip
from .value import Value
from .watch import detect_anomaly, memory_saver

__all__ = [
    "DataError", "Function", "GradcheckError", "GraphError", "Hint", "KindError", "Node",
    "ShapeError", "Tensor", "Value", "__version__", "abs", "absolute", "add", "all", "any",
    "arange", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "argmax",
    "argmin", "argsort", "astype", "atleast_1d", "atleast_2d", "avg_pool2d", "broadcast_to", "cbrt",
    "ceil", "checkpoint", "clip", "compare", "compile", "concatenate", "conv1d", "conv2d", "cos",
    "cosh", "cumprod", "cumsum", "detect_anomaly", "diag", "diagonal", "divide", "dot", "draw",
    "einsum", "elementwise_grad", "elu", "enable_grad", "equal", "erf", "erfc", "exp", "exp2",
    "expand_dims", "explain", "expm1", "eye", "flatten", "flip", "floor", "floor_divide", "full",
    "gelu", "grad", "gradcheck", "gradients", "greater", "greater_equal", "help", "hessian",
    "history", "hstack", "hvp", "hypot", "inner", "is_grad_enabled", "jacobian", "jvp",
    "last_graph", "leaky_relu", "less", "less_equal", "linalg", "linspace", "log", "log10", "log1p",
    "log2", "log_softmax", "logaddexp", "logsumexp", "manual_seed", "matmul", "max", "max_pool2d",
    "maximum", "mean", "median", "memory_saver", "min", "minimum", "moveaxis", "multiply",
    "negative", "no_grad", "norm", "not_equal", "one_hot", "ones", "ones_like", "outer", "pad",
    "play", "positive", "power", "prod", "rand", "randint", "randn", "ravel", "reciprocal", "relu",
    "remainder", "repeat", "reshape", "roll", "round", "scope", "sigmoid", "sign", "silu", "sin",
    "sinc", "sinh", "sliding_windows", "softmax", "softplus", "sort", "split", "sqrt", "square",
    "squeeze", "stack", "std", "subtract", "sum", "swapaxes", "sweep", "take", "take_along_axis",
    "tan", "tanh", "tensor", "tensordot", "tile", "topk", "trace", "transpose", "tril", "triu",
    "value_and_grad", "var", "vjp", "vstack", "where", "zeros", "zeros_like",
]  # fmt: skip

__version__ = "0.1.0"


def __getattr__(name: str) -> _Any:
    """Load the views and the compiler on first use: most programs need neither."""
    if name == "compile":
        from .compiler import compile

        return compile
    if name == "draw":
        from .view.draw import draw

        return draw
    if name == "explain":
        from .view.explain import explain

        return explain
    if name == "last_graph":
        from .view.last import last_graph

        return last_graph
    if name == "play":
        from .view.play import play

        return play
    raise AttributeError(f"module 'autograd' has no attribute {name!r}")
