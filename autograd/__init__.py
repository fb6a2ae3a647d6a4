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

from pathlib import Path as _Path
from typing import Any as _Any

if (_Path(__file__).parent / "numpy").is_dir():
    raise ImportError(
        "two packages named 'autograd' are installed into one folder: chainrule's and the "
        "distribution called 'autograd'.\n"
        "  Why:  whichever was installed last has overwritten files of the other.\n"
        "  Fix:  pip uninstall -y autograd chainrule && pip install chainrule"
    )

from .check import gradcheck
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
from .node import Node, history, sweep
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
from .ops.elementwise import rint as round
from .ops.index import one_hot, where
from .ops.linear import dot, matmul
from .ops.reduce import log_softmax, logsumexp, max, mean, min, softmax, sum
from .ops.shape import (
    astype,
    broadcast_to,
    concatenate,
    expand_dims,
    ravel,
    reshape,
    squeeze,
    stack,
    swapaxes,
    transpose,
)  # fmt: skip
from .random import manual_seed
from .state import enable_grad, is_grad_enabled, no_grad, scope
from .tensor import Tensor, tensor
from .transforms import grad, gradients, value_and_grad
from .value import Value

__all__ = [
    "DataError", "GradcheckError", "GraphError", "Hint", "KindError", "Node", "ShapeError",
    "Tensor", "Value", "__version__", "abs", "absolute", "add", "arange", "arccos", "arccosh",
    "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "astype", "broadcast_to", "cbrt", "ceil",
    "clip", "concatenate", "cos", "cosh", "divide", "dot", "draw", "elu", "enable_grad", "equal",
    "erf", "exp", "exp2", "expand_dims", "expm1", "eye", "floor", "floor_divide", "full", "gelu",
    "grad", "gradcheck", "gradients", "greater", "greater_equal", "history", "hypot",
    "is_grad_enabled", "leaky_relu", "less", "less_equal", "linspace", "log", "log10", "log1p",
    "log2", "log_softmax", "logaddexp", "logsumexp", "manual_seed", "matmul", "max", "maximum",
    "mean", "min", "minimum", "multiply", "negative", "no_grad", "not_equal", "one_hot", "ones",
    "ones_like", "positive", "power", "rand", "randint", "randn", "ravel", "reciprocal", "relu",
    "remainder", "reshape", "round", "scope", "sigmoid", "sign", "silu", "sin", "sinc", "sinh",
    "softmax", "softplus", "sqrt", "square", "squeeze", "stack", "subtract", "sum", "swapaxes",
    "sweep", "tan", "tanh", "tensor", "transpose", "value_and_grad", "where", "zeros", "zeros_like",
]  # fmt: skip

__version__ = "0.1.0"


def __getattr__(name: str) -> _Any:
    """Load the views on first use: most programs draw nothing."""
    if name == "draw":
        from .view.draw import draw

        return draw
    raise AttributeError(f"module 'autograd' has no attribute {name!r}")
