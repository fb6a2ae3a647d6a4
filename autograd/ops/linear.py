"""Products of matrices and vectors, and sums of products over any indices."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from string import ascii_letters
from typing import Any

import numpy as np

from ..data import plain, shape_of
from ..errors import lesson
from ..node import Node
from ..op import NaryOp, Op, Share, broadcast_to
from .doors import opens
from .elementwise import multiply
from .shape import expand_dims, ravel


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
    if y.ndim == 2 and x.ndim > 2:  # one product, in place of one for each matrix and their sum
        return _rows(x).T @ _rows(g)
    if vector and x.ndim == 2:
        return x.T @ g
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

    Arrays follow NumPy: the inner product of vectors, the matrix product of matrices, and beyond
    that the last axis of x summed against the second to last of y.

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
        return tensordot(x, y, (-1, -2))
    return matmul(x, y)


@opens(np.inner)
def inner(x: Any, y: Any) -> Any:
    """sum_k x[..., k] y[..., k]: the last axis of x against the last of y, for all other indices.

    Shapes (a..., k), (b..., k) -> (a..., b...). With a single number it is the product.

    >>> from autograd import Tensor, inner
    >>> inner(Tensor([1.0, 2.0]), Tensor([3.0, 4.0])).item()
    11.0
    """
    x, y = plain(x), plain(y)
    if not (shape_of(x) and shape_of(y)):
        return multiply(x, y)
    return tensordot(x, y, (-1, -1))


@opens(np.outer)
def outer(x: Any, y: Any) -> Any:
    """x_i y_j: every entry of x times every entry of y, a matrix; both are raveled first.

    >>> from autograd import Tensor, outer
    >>> outer(Tensor([1.0, 2.0]), Tensor([3.0, 4.0])).data
    array([[3., 4.],
           [6., 8.]])
    """
    return einsum("i,j->ij", *[ravel(plain(entry)) for entry in (x, y)])


@opens(np.tensordot)
def tensordot(x: Any, y: Any, axes: Any = 2) -> Any:
    """The sum of products over pairs of axes; what is left of x's axes comes first, then y's.

    axes: how many of x's last axes to pair with y's first; or (axes of x, axes of y), each one
    axis or several. Raises E05 where paired axes differ in length.

    >>> import numpy as np
    >>> from autograd import Tensor, tensordot
    >>> tensordot(Tensor(np.ones((2, 3, 4))), np.ones((4, 3)), axes=([1, 2], [1, 0])).data
    array([12., 12.])
    """
    x, y = plain(x), plain(y)
    of_x, of_y = _paired_axes(axes, len(shape_of(x)))
    a, b = shape_of(x), shape_of(y)
    lengths = [a[i] for i in of_x], [b[j] for j in of_y]
    if lengths[0] != lengths[1]:
        fix = "axes=([axes of x], [axes of y])   pairs axes of one length"
        raise lesson("E05", a=a, b=b, inner_a=lengths[0], inner_b=lengths[1], fix=fix)
    left = list(ascii_letters[: len(a)])
    right = list(ascii_letters[len(a) : len(a) + len(b)])
    for i, j in zip(of_x, of_y, strict=True):
        right[j] = left[i]
    free = [letter for letter in left + right if (letter in left) != (letter in right)]
    return einsum(f"{''.join(left)},{''.join(right)}->{''.join(free)}", x, y)


def _paired_axes(axes: Any, ndim: int) -> tuple[list[int], list[int]]:
    """`tensordot`'s axes as two lists of one length."""
    if isinstance(axes, (int, np.integer)):
        return list(range(ndim - axes, ndim)), list(range(axes))
    of_x, of_y = [[entry] if np.ndim(entry) == 0 else list(entry) for entry in axes]
    return of_x, of_y


@opens(np.einsum)
def einsum(subscripts: str, *operands: Any) -> Any:
    """The sum of products over indices: "ik,kj->ij" is sum_k x[i, k] y[k, j].

    subscripts: a letter for each axis of each operand. An index that the output lacks is summed
    over; one that an operand repeats walks its diagonal; "..." stands for any further axes. Without
    "->" the output has the indices that occur once, in alphabetical order.
    Raises E05b where letters and axes do not match. Source: Einstein 1916, section 5.

    The gradient is an einsum as well, in which the output's gradient takes the operand's place.

    >>> import numpy as np
    >>> from autograd import Tensor, einsum
    >>> a = Tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    >>> einsum("ii", a).item()
    5.0
    >>> einsum("ij,j->i", a, np.array([1.0, 10.0])).data
    array([21., 43.])
    """
    if not isinstance(subscripts, str):
        what = "np.einsum with lists of numbers for indices"
        raise lesson("E16", function=what, fix='einsum("ij,jk->ik", x, y)')
    operands = tuple([plain(operand) for operand in operands])
    given, output = _spelled_out(subscripts, [len(shape_of(operand)) for operand in operands])
    return _einsum(*operands, given=given, output=output)


def _spelled_out(subscripts: str, ndims: list[int]) -> tuple[tuple[str, ...], str]:
    """The letters of each operand and of the output, with letters for "..." too."""
    left, arrow, output = subscripts.replace(" ", "").partition("->")
    terms = left.split(",")
    if len(terms) != len(ndims):
        raise lesson("E05b", subscripts=subscripts, what=f"got {len(ndims)} operands")
    unused = [letter for letter in ascii_letters if letter not in subscripts]
    hidden = [n - len(term.replace("...", "")) for term, n in zip(terms, ndims, strict=True)]
    for term, n, extra in zip(terms, ndims, hidden, strict=True):
        if extra < 0 or (extra and "..." not in term):
            raise lesson("E05b", subscripts=subscripts, what=f"{term!r} stands for {n} axes")
    dots = "".join(unused[: max([0, *hidden])])  # the last axes agree, as in broadcasting
    given = [
        term.replace("...", dots[len(dots) - extra :])
        for term, extra in zip(terms, hidden, strict=True)
    ]
    if not arrow:
        letters = left.replace(",", "").replace(".", "")
        output = "..." + "".join(sorted(c for c in letters if letters.count(c) == 1))
    return tuple(given), output.replace("...", dots)


def _einsum_forward(*operands: Any, given: tuple[str, ...], output: str) -> Any:
    subscripts = f"{','.join(given)}->{output}"
    try:
        # With several operands `optimize` multiplies them pair by pair, as matrices where it can.
        return np.einsum(subscripts, *operands, optimize=len(operands) > 1)
    except ValueError as error:
        raise lesson("E05b", subscripts=subscripts, what=str(error)) from None


def _einsum_rule(
    g: Any, z: Any, args: tuple[Any, ...], i: int, given: tuple[str, ...], output: str
) -> Any:
    """The einsum with g in the place of operand i.

    An index of operand i alone was summed over: its gradient is the same all along that axis. Where
    it repeats an index, only the diagonal receives: the identity matrix multiplies it.
    """
    operands = [*args[:i], g, *args[i + 1 :]]
    terms = [*given[:i], output, *given[i + 1 :]]
    shape, wanted = shape_of(args[i]), list(given[i])
    unused = [letter for letter in ascii_letters if letter not in "".join([*given, output])]
    for axis, letter in enumerate(wanted):
        if letter in wanted[:axis]:
            wanted[axis] = unused.pop()
            operands.append(np.eye(shape[axis], dtype=args[i].dtype))
            terms.append(letter + wanted[axis])
    known = [letter for letter in wanted if letter in "".join(terms)]
    share = _einsum(*operands, given=tuple(terms), output="".join(known))
    alone = tuple([axis for axis, letter in enumerate(wanted) if letter not in known])
    share = expand_dims(share, alone) if alone else share
    whole = np.broadcast_shapes(shape, shape_of(share))
    return share if shape_of(share) == whole else broadcast_to(share, shape=whole)


_einsum = NaryOp("einsum", _einsum_forward, _einsum_rule)


def _trace_rule(g: Any, z: Any, x: Any, offset: int, axis1: int, axis2: int) -> Any:
    """g on the diagonal, 0 beside it."""
    shape = shape_of(x)
    first, second = axis1 % len(shape), axis2 % len(shape)
    diagonal = np.eye(shape[first], shape[second], offset, dtype=x.dtype)
    others = tuple([axis for axis in range(len(shape)) if axis not in (first, second)])
    diagonal = np.expand_dims(diagonal if first < second else diagonal.T, others)
    return expand_dims(g, (first, second)) * diagonal


_trace = Op(
    "trace",
    lambda x, *, offset, axis1, axis2: np.trace(x, offset, axis1, axis2),
    _trace_rule,
)


@opens(np.trace)
def trace(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """sum_i x[i, i + offset], the sum along a diagonal; of the first two axes, or the given ones.

    >>> from autograd import Tensor, trace
    >>> trace(Tensor([[1.0, 2.0], [3.0, 4.0]])).item()
    5.0
    """
    return _trace(x, offset=offset, axis1=axis1, axis2=axis2)
