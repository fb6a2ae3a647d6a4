"""NumPy's doors: which function of ours answers when NumPy's is called on a node.

`np.exp(t)` is `exp(t)`, and `np.sum(t, axis=0)` is `sum(t, axis=0)`. A question without a gradient,
such as `np.isnan(t)`, is asked about the data. Anything else is refused with a lesson (E16): an
answer without a gradient would be silently wrong.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

import numpy as np

from ..data import raw
from ..errors import lesson
from ..guard import refuse_in_trace
from ..node import kinds

F = TypeVar("F", bound=Callable[..., Any])

doors: dict[Any, Callable[..., Any]] = {}

PLAIN_ANSWERS = {
    np.isnan, np.isfinite, np.isinf, np.signbit, np.logical_not, np.logical_and, np.logical_or,
    np.logical_xor, np.shape, np.ndim, np.size, np.allclose, np.isclose, np.array_equal,
    np.array_equiv, np.unique, np.bincount, np.searchsorted, np.digitize, np.histogram, np.nonzero,
    np.flatnonzero, np.argwhere, np.count_nonzero, np.isin, np.zeros_like, np.ones_like,
    np.empty_like, np.full_like, np.result_type, np.shares_memory, np.may_share_memory,
    np.iscomplexobj, np.isrealobj, np.array_repr, np.array_str, np.array2string, np.argpartition,
}  # fmt: skip

STRUCTURAL = {  # of these, the answers to questions about shapes and dtypes alone
    np.shape, np.ndim, np.size, np.zeros_like, np.ones_like, np.empty_like, np.full_like,
    np.result_type, np.iscomplexobj, np.isrealobj,
}  # fmt: skip

# NumPy's names for arguments that we call by one name everywhere.
RENAMED = {
    "a": "x", "arr": "x", "ary": "x", "array": "x", "m": "x", "v": "x", "A": "x", "b": "y",
    "arrays": "xs", "tup": "xs", "a_min": "min", "a_max": "max", "newshape": "shape",
}  # fmt: skip

ALGORITHM = {"kind", "stable", "optimize"}  # which choose between ways to the same result

# What to write instead, where the nearest operation has another name.
INSTEAD = {
    "add.reduce": "sum", "add.accumulate": "cumsum", "add.outer": "x[:, None] + y",
    "multiply.reduce": "prod", "multiply.accumulate": "cumprod", "multiply.outer": "outer",
    "maximum.reduce": "max", "minimum.reduce": "min", "logaddexp.reduce": "logsumexp",
    "subtract.outer": "x[:, None] - y", "fmod": "remainder", "modf": "floor",
    "divmod": "floor_divide and remainder", "float_power": "power", "fabs": "absolute",
    "fmax": "maximum", "fmin": "minimum", "trunc": "floor", "fix": "floor",
    "logaddexp2": "logaddexp", "heaviside": "greater", "nan_to_num": "where", "select": "where",
    "piecewise": "where", "choose": "take", "compress": "x[mask]", "extract": "x[mask]",
    "delete": "x[mask]", "append": "concatenate", "column_stack": "stack", "dstack": "stack",
    "block": "concatenate", "array_split": "split", "hsplit": "split", "vsplit": "split",
    "rollaxis": "moveaxis", "fliplr": "flip", "flipud": "flip", "rot90": "flip and swapaxes",
    "resize": "tile", "diff": "x[1:] - x[:-1]", "ediff1d": "x[1:] - x[:-1]",
    "gradient": "x[1:] - x[:-1]", "average": "mean", "nansum": "sum", "nanmean": "mean",
    "nanmax": "max", "nanmin": "min", "nanstd": "std", "nanvar": "var", "nanprod": "prod",
    "nanmedian": "median", "ptp": "max and min", "percentile": "median and sort",
    "quantile": "median and sort", "partition": "sort", "cov": "matmul", "corrcoef": "matmul",
    "convolve": "conv1d", "correlate": "conv1d", "vdot": "dot", "cross": "x[..., 1] * y[..., 2]",
    "kron": "outer", "polyval": "multiply and add", "deg2rad": "multiply", "rad2deg": "multiply",
    "radians": "multiply", "degrees": "multiply", "copy": "t.detach()", "copyto": "where",
    "put": "where", "place": "where", "putmask": "where", "put_along_axis": "where",
    "diagflat": "diag", "ix_": "x[rows][:, columns]", "trapezoid": "sum",
    "vector_norm": "norm", "matrix_norm": "norm",
    "cumulative_sum": "cumsum", "cumulative_prod": "cumprod", "unstack": "split",
    "matrix_transpose": "swapaxes", "vecdot": "dot", "interp": "where",
    "atleast_3d": "atleast_2d",
}  # fmt: skip


def opens(*numpy_functions: Any) -> Callable[[F], F]:
    """Decorate a function of ours with the NumPy functions that it stands in for."""

    def decorate(function: F) -> F:
        for numpy_function in numpy_functions:
            doors[numpy_function] = function
        return function

    return decorate


def by_ufunc(ufunc: Any, method: str, inputs: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """The answer to a ufunc called on a node, such as `np.exp(t)`."""
    if ufunc in PLAIN_ANSWERS and method == "__call__":
        return ufunc(*[read(entry) for entry in inputs], **options)
    name = ufunc.__name__ + ("" if method == "__call__" else f".{method}")
    if method != "__call__" or ufunc not in doors:
        raise lesson("E16", function=f"np.{name}", fix=instead(name))
    refuse_options(f"np.{name}", {k: v for k, v in options.items() if v is not True})
    return doors[ufunc](*inputs)


def by_function(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The answer to a function of NumPy called on a node, such as `np.sum(t, axis=0)`."""
    if function in PLAIN_ANSWERS:
        data = bare if function in STRUCTURAL else read
        return function(*map(data, args), **{key: data(arg) for key, arg in kwargs.items()})
    module = function.__module__ or "numpy"
    name = f"{module.replace('numpy', 'np', 1)}.{function.__name__}"
    if function not in doors:
        raise lesson("E16", function=name, fix=instead(function.__name__, name))
    ours = doors[function]
    if kwargs or len(args) > 1:
        args, named = renamed(function, ours, args, kwargs)
        kwargs = {key: value for key, value in named.items() if key in parameters(ours)}
        refuse_options(name, {key: named[key] for key in named if key not in kwargs})
    return ours(*args, **kwargs)


def bare(arg: Any) -> Any:
    """An argument with the data in place of nodes, in lists as well."""
    return [bare(entry) for entry in arg] if isinstance(arg, (list, tuple)) else raw(arg)


def read(arg: Any) -> Any:
    """`bare`, for a function whose answer depends on the numbers. Raises E35t in a trace."""
    if type(arg) in kinds:
        refuse_in_trace(arg, "a function of NumPy's")
    return [read(entry) for entry in arg] if isinstance(arg, (list, tuple)) else raw(arg)


def renamed(
    function: Any, ours: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments of a call of NumPy's function, each under the name that it has here.

    Left out is what says nothing: an option at NumPy's default that we do not have, and the choice
    of an algorithm.
    """
    known = parameters(function)
    if not known:  # written in C, without a signature
        return args, {RENAMED.get(key, key): value for key, value in kwargs.items()}
    listed: tuple[Any, ...] = ()
    named: dict[str, Any] = {}
    bound = inspect.Signature(list(known.values())).bind(*args, **kwargs)
    for key, value in bound.arguments.items():
        if known[key].kind is inspect.Parameter.VAR_POSITIONAL:
            listed = value
        elif known[key].kind is inspect.Parameter.VAR_KEYWORD:
            named |= value
        elif key not in ALGORITHM:
            name = RENAMED.get(key, key)
            if name in parameters(ours) or value is not known[key].default:
                named[name] = value
    return listed, named


@cache
def parameters(function: Any) -> dict[str, inspect.Parameter]:
    """The parameters of a function; none if Python cannot tell."""
    try:
        return dict(inspect.signature(function).parameters)
    except ValueError:
        return {}


def refuse_options(name: str, options: dict[str, Any]) -> None:
    """Raise E16 for options that we do not have, such as `out=`, which would write unseen."""
    if options:
        given = f"{name} with {', '.join(options)}="
        fix = "t.astype(dtype)   before or after" if "dtype" in options else "leave it out"
        if "out" in options:
            fix = "leave it out, and use the result that is returned"
        raise lesson("E16", function=given, fix=fix)


def instead(name: str, full: str = "") -> str:
    """What to write instead of a NumPy function that we do not have."""
    from difflib import get_close_matches

    close = [INSTEAD[name]] if name in INSTEAD else []
    if not close:
        known = sorted({function.__name__ for function in doors.values()})
        close = get_close_matches(name, known, n=2, cutoff=0.5)
    noun = "operation here is" if len(close) == 1 else "operations here are"
    hint = f"the nearest {noun} {' and '.join(close)}; " if close else ""
    return f"{hint}{full or f'np.{name}'}(t.detach().numpy()) computes without a gradient"
