"""What all losses share: entry by entry, weighted, reduced; and the module around a function."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, ClassVar

import autograd as ag
from autograd import Node, Value
from autograd.data import plain, shape_of
from autograd.errors import lesson

from .checks import factor, flat, holds_values, require_reduction, require_same_shape, shape
from .module import Module


class Loss(Module):
    """A loss function as a module, which remembers its options."""

    function: ClassVar[Callable[..., Any]]
    options: ClassVar[tuple[str, ...]] = ("reduction",)  # attributes that the function takes

    def __init__(self, *data: Any, reduction: str = "mean") -> None:
        if data:
            raise lesson("E15b", loss=type(self).__name__)
        require_reduction(reduction)
        self.reduction = reduction

    def forward(self, input: Any, target: Any) -> Any:
        """The loss of predictions `input` whose right answers are `target`."""
        options = {name: getattr(self, name) for name in self.options}
        return self.function(input, target, **options)


class WeightedLoss(Loss):
    """A loss whose terms have weights; they are a buffer, saved with the model."""

    options: ClassVar[tuple[str, ...]] = ("weight", "reduction")

    def __init__(self, weight: Any = None, *data: Any, reduction: str = "mean") -> None:
        prediction = [weight] if getattr(weight, "requires_grad", False) else []
        super().__init__(*prediction, *data, reduction=reduction)
        self.register_buffer("weight", weight)


def entrywise(
    loss: str, formula: Callable[..., Any], input: Any, target: Any, reduction: str,
    weight: Any = None, *more: Any,
) -> Any:  # fmt: skip
    """The formula for every prediction and its target, reduced: at once, or Value by Value.

    weight: a factor for each result. more: further arguments of the formula, unless None. Both may
    have fewer axes than the prediction, from the last one on.
    """
    if holds_values(input) and not getattr(target, "requires_grad", False):
        form = shape(input)
        require_same_shape(loss, form, shape(target))
        columns = [factor(loss, w, form).ravel().tolist() for w in more if w is not None]
        pairs = zip(flat(input), flat(target), *columns, strict=True)
        losses = [formula(*entries) for entries in pairs]
        if weight is not None:
            factors = factor(loss, weight, form).ravel().tolist()
            losses = [w * term for w, term in zip(factors, losses, strict=True)]
        return reduced(losses, reduction)
    p, y = plain(input), plain(target)
    form = shape_of(p)
    require_same_shape(loss, form, shape_of(y))
    terms = formula(p, y, *[factor(loss, w, form, p) for w in more if w is not None])
    return reduced(terms if weight is None else factor(loss, weight, form, p) * terms, reduction)


def reduced(losses: Any, reduction: str, total: Any = None) -> Any:
    """The mean or the sum of the losses, or all of them; from a list of Values, one Value.

    total: what the sum is divided by for the mean, if not by their number.
    """
    require_reduction(reduction)
    if reduction == "none" or (isinstance(losses, Value) and total is None):
        return losses
    if reduction == "mean" and total is None:
        return ag.mean(losses)
    whole = ag.sum(losses)
    if isinstance(total, Node) and reduction == "mean":
        return whole / total
    return whole if reduction == "sum" else whole * (1 / total if total else math.nan)
