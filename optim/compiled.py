"""The passes of a training step as a program: what `Trainer(compile=True)` runs.

Forward, loss and backward are traced on the first batch, and every later batch runs the straight
lines that came of it (`autograd.compile`). The optimizer, the callbacks and the history notice no
difference: parameters are updated between calls, and each call leaves its gradients in `.grad`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd import Tensor
from autograd.errors import lesson
from autograd.value import Value


class CompiledPasses:
    """Called with inputs and target: the prediction and the loss; parameters have gradients then.

    Raises E35 for models and losses that cannot be compiled, and for models of Values.
    """

    def __init__(self, model: Any, loss: Callable[[Any, Any], Any]) -> None:
        if isinstance(next(iter(model.parameters()), None), Value):
            raise lesson("E35", what=f"{type(model).__name__} is made of Values",
                         why="the Trainer would write a line for every sample of a batch",
                         fix="compile(fn, x, y, batch=...) with the loss of one sample"
                         )  # fmt: skip
        self.passes = passes_of(model, loss)
        self.program: Any = None

    def __call__(self, inputs: list[Any], target: Any) -> tuple[Any, Tensor]:
        """The prediction, a plain array, and the loss."""
        batch = [np.asarray(x) for x in (*inputs, target)]
        if self.program is None:
            from autograd import compile

            self.program = compile(self.passes, *batch, grad=None)
            self.program.told = True  # the last batch is shorter: nothing to hint at
        loss, prediction = self.program(*batch)
        return prediction, Tensor(loss)

    @property
    def source(self) -> str:
        """The text of the program that ran last."""
        return self.program.source  # type: ignore[no-any-return]


def passes_of(model: Any, loss: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    """The function that is compiled: loss and prediction of a batch."""

    def passes(x: Any, y: Any, *more: Any) -> Any:
        *inputs, target = (x, y, *more)
        prediction = model(*inputs)
        return loss(prediction, target), prediction

    return passes
