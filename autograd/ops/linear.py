"""Products of matrices and vectors."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..data import plain, shape_of
from ..errors import lesson
from ..node import Node
from ..op import Op, Share
from .doors import opens
from .elementwise import multiply


def _matmul_forward(x: Any, y: Any) -> Any:
    try:
        return x @ y
    except (TypeError, ValueError):
        raise _mismatch(np.shape(x), np.shape(y)) from None


def _matmul_x(g: Any, z: Any, x: Any, y: Any) -> Any:
    g, x, y = _as_matrices(g, x, y)
    return g @ y.swapaxes(-1, -2)


def _matmul_y(g: Any, z: Any, x: Any, y: Any) -> Any:
    vector = y.ndim == 1
    g, x, y = _as_matrices(g, x, y)
    share = x.swapaxes(-1, -2) @ g
    return share[..., 0] if vector else share


def _as_matrices(g: Any, x: Any, y: Any) -> tuple[Any, Any, Any]:
    """A vector on the left is a row, one on the right a column; the product has axes to match."""
    if y.ndim == 1:
        g, y = g[..., None], y[..., None]
    if x.ndim == 1:
        g, x = g[..., None, :], x[None, :]
    return g, x, y


def _mismatch(a: tuple[int, ...], b: tuple[int, ...]) -> Exception:
    if not a or not b:
        return lesson("E05", a=a, b=b, inner_a="none", inner_b="none", fix="use * for numbers")
    inner_a, inner_b = a[-1], b[-2] if len(b) > 1 else b[0]
    fix = "give both the same inner size"
    if len(b) > 1 and b[-1] == inner_a:
        fix = "x @ y.T"
    elif len(a) > 1 and a[-2] == inner_b:
        fix = "x.T @ y"
    return lesson("E05", a=a, b=b, inner_a=inner_a, inner_b=inner_b, fix=fix)


_matmul = Op("@", _matmul_forward, _matmul_x, _matmul_y)


@opens(np.matmul)
def matmul(x: Any, y: Any) -> Any:
    """x @ y: each row of x summed against each column of y.

    Shapes (..., n, k) @ (..., k, m) -> (..., n, m); a vector counts as a row on the left and as a
    column on the right. Raises E05 where the inner sizes differ.
    """
    return _matmul(x, y)


def _rows(x: Any) -> Any:
    """x as a matrix: one row for each vector along its last axis."""
    return x if x.ndim == 2 else x.reshape(-1, x.shape[-1])


def _linear_forward(x: Any, weight: Any, bias: Any = None) -> Any:
    z = x @ weight.T
    if bias is not None:
        z += bias  # in place: nobody else has z, and a second array would cost as much again
    return z


_linear = Op(
    "linear",
    _linear_forward,
    lambda g, z, x, weight, bias=None: g @ weight,
    lambda g, z, x, weight, bias=None: _rows(g).T @ _rows(x),
    lambda g, z, x, weight, bias: g,
)


def linear(x: Any, weight: Any, bias: Any = None) -> Any:
    """x W^T + b as one node: a layer of neurons, one row of W for each.

    Shapes: x (..., in), W (out, in), b (out,), result (..., out). One node in place of three takes
    half the time, and the gradient of W comes in W's own layout.
    """
    return _linear(x, weight) if bias is None else _linear(x, weight, bias)


class Dot(Op):
    """The weighted sum of numbers as ONE node: inputs are the n weights, then the n numbers."""

    __slots__ = ()

    def pull(self, g: Any, node: Node, create_graph: bool = False) -> Sequence[Share]:
        """Each weight receives g times its number, each number g times its weight."""
        args = node.args
        half = len(args) // 2
        if create_graph or type(node._data) is not float:
            return super().pull(g, node, create_graph)
        partners = args[half:] + args[:half]
        return [
            (source, g * (partner._data if isinstance(partner, Node) else partner))
            for source, partner in zip(args, partners, strict=True)
            if isinstance(source, Node) and source.requires_grad
        ]

    def share(self, i: int, g: Any, z: Any, args: Sequence[Any], static: dict[str, Any]) -> Any:
        """Input i receives g times its partner."""
        return g * args[i - len(args) // 2]


def _weighted_sum(*numbers: float) -> float:
    half = len(numbers) // 2
    return sum(map(operator.mul, numbers[:half], numbers[half:]), 0.0)


_dot = Dot("dot", _weighted_sum)


@opens(np.dot)
def dot(x: Any, y: Any) -> Any:
    """x . y, the sum of products; of two lists of Values or numbers it is one Value, one node.

    Arrays follow NumPy: the inner product of vectors, the matrix product of matrices.

    >>> from autograd import Value, dot
    >>> dot([Value(1.0), Value(2.0)], [3.0, 4.0]).data
    11.0
    """
    if isinstance(x, (list, tuple)) and isinstance(y, (list, tuple)):
        if len(x) != len(y):
            raise lesson(
                "E05", a=(len(x),), b=(len(y),), inner_a=len(x), inner_b=len(y),
                fix="give as many weights as numbers",
            )  # fmt: skip
        return _dot(*x, *y)
    x, y = plain(x), plain(y)
    if not (shape_of(x) and shape_of(y)):
        return multiply(x, y)
    if x.ndim > 1 and y.ndim > 2:
        many = "np.dot with a stack of matrices on the right"
        raise lesson("E16", function=many, fix="x @ y   multiplies stacks matrix by matrix")
    return matmul(x, y)
