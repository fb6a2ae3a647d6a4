"""Layers that look at one sample at a time: Linear, Embedding, Flatten, Unflatten, Identity."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

import autograd as ag
from autograd.data import plain, shape_of
from autograd.errors import lesson
from autograd.op import Op
from autograd.ops.index import getitem
from autograd.ops.linear import linear
from autograd.question import Question

from . import init
from .checks import require_sizes
from .module import Module, Parameter


class Linear(Module):
    """y = x W^T + b: every output is a weighted sum of all inputs, plus its bias.

    Shapes: x (..., in_features), weight W (out_features, in_features), bias b (out_features,),
    y (..., out_features). Both start uniform in +-1/sqrt(in_features). Raises E06 for another
    width of x.

    >>> Linear(3, 2)(np.zeros((5, 3))).shape
    (5, 2)
    """

    def __init__(
        self, in_features: int, out_features: int, bias: bool = True, *, dtype: Any = float
    ) -> None:
        require_sizes("Linear", in_features=in_features, out_features=out_features)
        self.in_features, self.out_features = in_features, out_features
        bound = 1 / math.sqrt(in_features)
        weight, offset = np.zeros((out_features, in_features), dtype), np.zeros(out_features, dtype)
        self.weight = init.kaiming_uniform_(Parameter(weight), a=math.sqrt(5))
        self.bias = init.uniform_(Parameter(offset), -bound, bound) if bias else None

    def forward(self, x: Any) -> Any:
        """X W^T + b."""
        x = plain(x)
        if shape_of(x)[-1:] != (self.in_features,):
            raise self._misfit(shape_of(x))
        return linear(x, self.weight, self.bias)

    def extra_repr(self) -> str:
        """The sizes."""
        sizes = f"in_features={self.in_features}, out_features={self.out_features}"
        return f"{sizes}, bias={self.bias is not None}"

    def _misfit(self, shape: tuple[int, ...]) -> Exception:
        path = (self.weight.name or "").removesuffix("weight").removesuffix(".")
        layer = f"{path!r} = {self!r}" if path else repr(self)
        width = shape[-1] if shape else 1
        fix = f"nn.Linear({width}, {self.out_features})"
        width = math.prod(shape[1:])
        if len(shape) > 2 and width == self.in_features:
            fix = f"nn.Flatten(), nn.Linear({width}, {self.out_features})   Flatten comes first"
        elif len(shape) == 4:
            fix = f"nn.Flatten(), nn.Linear({width}, {self.out_features})   did you forget Flatten?"
        elif self.in_features == 1:
            fix = f"x = x.reshape({', '.join(map(str, shape))}, 1)   one feature for each sample"
        return lesson("E06", layer=layer, expected=self.in_features, shape=shape, fix=fix)


class Embedding(Module):
    """y = W[x]: a table with a row of numbers for each word, looked up by whole numbers.

    Shapes: x (...) of whole numbers 0..num_embeddings - 1, W (num_embeddings, embedding_dim),
    y (..., embedding_dim). W starts from the normal distribution of mean 0 and variance 1.
    padding_idx: a row that starts at zero and does not learn, for what only fills up sentences.
    A row that is looked up twice receives both gradients. Raises E09 for what is no row's number.

    >>> table = Embedding(10, 3, padding_idx=0)
    >>> table([[1, 0]]).shape, table([0]).data
    ((1, 2, 3), array([[0., 0., 0.]]))
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        *,
        dtype: Any = float,
    ) -> None:
        require_sizes("Embedding", num_embeddings=num_embeddings, embedding_dim=embedding_dim)
        if padding_idx is not None and not -num_embeddings <= padding_idx < num_embeddings:
            what = f"Embedding: padding_idx={padding_idx} is none of {num_embeddings} rows"
            why = "it names the row that fills up short sentences"
            raise lesson("E24b", what=what, why=why, fix="nn.Embedding(10, 3, padding_idx=0)")
        self.num_embeddings, self.embedding_dim = num_embeddings, embedding_dim
        self.padding_idx = None if padding_idx is None else padding_idx % num_embeddings
        table = init.normal_(Parameter(np.zeros((num_embeddings, embedding_dim), dtype)))
        if self.padding_idx is not None:
            table.data[self.padding_idx] = 0
        self.weight = table

    def forward(self, x: Any) -> Any:
        """The rows that x names."""
        return embedding(x, self.weight, self.padding_idx)

    def extra_repr(self) -> str:
        """The sizes, and the row that does not learn."""
        padding = "" if self.padding_idx is None else f", padding_idx={self.padding_idx}"
        return f"{self.num_embeddings}, {self.embedding_dim}{padding}"


def embedding(input: Any, weight: Any, padding_idx: int | None = None) -> Any:
    """W[x]: the rows of a table that x names; the row padding_idx receives no gradient."""
    places = row_numbers(plain(input), sizes=shape_of(weight))
    rows = getitem(weight, places)
    if padding_idx is None:
        return rows
    padding = ag.equal(places, padding_idx % shape_of(weight)[0])
    return ag.where(ag.expand_dims(padding, -1), as_constant(rows), rows)


def _row_numbers(places: Any, *, sizes: tuple[int, int]) -> Any:
    places, (count, width) = np.asarray(places), sizes
    layer = f"Embedding({count}, {width})"
    if places.dtype.kind not in "iu":
        what, fix = f"got {places.dtype} numbers", "x = x.astype(int)"
        raise lesson("E09e", layer=layer, what=what, last=count - 1, fix=fix)
    if places.size and (places.min() < 0 or places.max() >= count):
        wrong = places[(places < 0) | (places >= count)][0]
        what = f"got index {wrong}, but there are {count} rows"
        fix = f"nn.Embedding({max(places.max() + 1, count)}, {width})"
        fix = fix if places.min() >= 0 else "x = x - x.min()"
        raise lesson("E09e", layer=layer, what=what, last=count - 1, fix=fix)
    return places


row_numbers = Question("row_numbers", _row_numbers)
"""Row numbers of a table, checked: again by a compiled program, for those of every batch."""

as_constant = Op("constant", lambda x: x, None)
"""x itself, to which no gradient flows: recorded, so that a replay reads x again."""


class Flatten(Module):
    """One row for each sample: the axes from start_dim to end_dim become one.

    >>> Flatten()(np.zeros((5, 8, 8))).shape
    (5, 64)
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, x: Any) -> Any:
        """X in its new shape."""
        x = plain(x)
        first, last = self.start_dim % x.ndim, self.end_dim % x.ndim
        merged = math.prod(x.shape[first : last + 1])
        return x.reshape((*x.shape[:first], merged, *x.shape[last + 1 :]))

    def extra_repr(self) -> str:
        """The two ends."""
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Unflatten(Module):
    """The axis dim becomes several, of the given sizes; -1 stands for what is left.

    >>> Unflatten(1, (8, 8))(np.zeros((5, 64))).shape
    (5, 8, 8)
    """

    def __init__(self, dim: int, unflattened_size: Sequence[int]) -> None:
        self.dim, self.unflattened_size = dim, tuple(unflattened_size)

    def forward(self, x: Any) -> Any:
        """X in its new shape."""
        x = plain(x)
        axis = self.dim % x.ndim
        return x.reshape((*x.shape[:axis], *self.unflattened_size, *x.shape[axis + 1 :]))

    def extra_repr(self) -> str:
        """The axis, and what becomes of it."""
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"


class Identity(Module):
    """y = x: a place holder, which takes any arguments when it is built."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """As in PyTorch: so it can take the place of any layer."""

    def forward(self, x: Any) -> Any:
        """X as it is."""
        return x
