"""Many parameters as one: clipping their gradients together, and laying them out as one vector.

A network's gradient is one long vector, cut into pieces that lie beside the parameters. What is
asked of the whole (how long is it? where does it point?) is asked here, of Values and Tensors.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from .data import raw
from .errors import lesson
from .node import Node
from .ops.shape import concatenate, ravel


def clip_grad_norm_(
    parameters: Any,
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
) -> float:
    """g <- g min(1, max_norm / |g|), where g is the gradient of all parameters as one vector.

    The direction stays, the length becomes at most max_norm; the length before is returned.
    parameters: Values and Tensors, or a single one; those without a gradient are left out.
    norm_type: which length: 2 for sqrt(sum(g^2)), 1 for sum(|g|), inf for max(|g|).
    error_if_nonfinite: raise E21n for a length that is nan or inf, which no factor makes right.
    Source: Pascanu, Mikolov & Bengio 2013, On the difficulty of training recurrent neural networks.

    >>> from autograd import Tensor
    >>> w = Tensor([0.0, 0.0], requires_grad=True)
    >>> w.grad = np.array([3.0, 4.0])
    >>> clip_grad_norm_(w, max_norm=1.0)
    5.0
    >>> w.grad.round(3)
    array([0.6, 0.8])
    """
    learned = list(with_gradient(parameters))
    if not learned:
        return 0.0
    lengths = [np.linalg.norm(np.ravel(raw(node.grad)), norm_type) for node in learned]
    total = float(np.linalg.norm(lengths, norm_type))
    if error_if_nonfinite and not math.isfinite(total):
        raise lesson("E21n", norm_type=norm_type, total=total)
    factor = max_norm / (total + 1e-6)  # PyTorch's guard against a length of 0
    if not factor >= 1:  # nan included: then no gradient is to be trusted, and all say so
        for node in learned:
            with np.errstate(invalid="ignore"):
                node.grad = node.grad * factor
    return total


def clip_grad_value_(parameters: Any, clip_value: float) -> None:
    """g <- min(max(g, -clip_value), clip_value), for every number of the gradient by itself.

    >>> from autograd import Value
    >>> w = Value(1.0)
    >>> w.grad = -7.0
    >>> clip_grad_value_([w], 2.0)
    >>> w.grad
    -2.0
    """
    for node in with_gradient(parameters):
        clipped = np.clip(raw(node.grad), -clip_value, clip_value)
        node.grad = float(clipped) if type(node._data) is float else np.asarray(clipped)


def parameters_to_vector(parameters: Iterable[Any]) -> Any:
    """All numbers of the parameters, one after another, as one Tensor; gradients flow through it.

    >>> from autograd import Tensor, Value
    >>> parameters_to_vector([Value(1.0), Tensor([[2.0, 3.0]])]).data
    array([1., 2., 3.])
    """
    return concatenate([ravel(node) for node in each(parameters)])


def vector_to_parameters(vec: Any, parameters: Iterable[Any]) -> None:
    """Give the parameters the numbers of a vector, in the order of `parameters_to_vector`.

    Raises E24 unless the vector has as many numbers as the parameters together.
    """
    nodes, numbers = list(each(parameters)), np.ravel(raw(vec))
    wanted = sum(node.size for node in nodes)
    if numbers.size != wanted:
        what = f"the vector has {numbers.size} numbers, but the parameters have {wanted}"
        why = "each number of the one is a number of the other"
        raise lesson("E24b", what=what, why=why, fix="vector = parameters_to_vector(parameters)")
    start = 0
    for node in nodes:
        piece = numbers[start : start + node.size]
        node.data = piece.reshape(node.shape)
        start += node.size


def each(parameters: Any) -> Iterator[Any]:
    """The parameters one by one; a single one may stand for itself."""
    return iter([parameters] if isinstance(parameters, Node) else parameters)


def with_gradient(parameters: Any) -> Iterator[Any]:
    """The parameters that have a gradient."""
    return (node for node in each(parameters) if node.grad is not None)
