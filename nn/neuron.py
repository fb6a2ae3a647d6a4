"""A network of single numbers, in which every weight is a Value that can be watched.

`Neuron`, `Layer` and `MLP` (multi-layer perceptron) take and return numbers and Values. They are
modules like the others; what `Linear` does with one matrix product, they do neuron by neuron.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence, Sized
from functools import reduce
from numbers import Real
from typing import Any

import numpy as np

import autograd as ag
from autograd import Tensor, Value
from autograd.errors import lesson
from autograd.random import generator

from .checks import require_activation, require_sizes
from .module import Module

ACTIVATIONS: dict[str | None, Callable[[Any], Any]] = {
    None: lambda x: x,
    "relu": ag.relu,
    "leaky_relu": ag.leaky_relu,
    "elu": ag.elu,
    "gelu": ag.gelu,
    "silu": ag.silu,
    "sigmoid": ag.sigmoid,
    "tanh": ag.tanh,
    "softplus": ag.softplus,
}


class Neuron(Module):
    """activation(w . x + b): a weighted sum of nin numbers, bent by an activation.

    activation: "relu", "tanh", "sigmoid" ...; None for the sum itself.
    spelled_out: record every multiplication and addition, in place of one node `dot`.
    Raises E06 for any other number of inputs than nin.

    >>> neuron = Neuron(2, activation=None)
    >>> _ = neuron.load_state_dict({"weight": [2.0, -1.0], "bias": 0.5})
    >>> neuron([3.0, 4.0])
    Value(2.5, op=+)
    """

    def __init__(
        self, nin: int, activation: str | None = "relu", spelled_out: bool = False
    ) -> None:
        require_sizes("Neuron", nin=nin)
        require_activation(activation, ACTIVATIONS)
        *weights, bias = generator().uniform(-1, 1, nin + 1) / math.sqrt(nin)
        self.weight = [Value(w, name=f"w{i}") for i, w in enumerate(weights)]
        self.bias = Value(bias, name="b")
        self.activation, self.spelled_out = activation, spelled_out

    def forward(self, x: Any) -> Any:
        """activation(w . x + b)."""
        x = numbers(x)
        if len(x) != len(self.weight):
            raise self._misfit(len(x))
        if self.spelled_out:
            weighted = reduce(ag.add, map(ag.multiply, self.weight, x))
        else:
            weighted = ag.dot(self.weight, x)
        return ACTIVATIONS[self.activation](weighted + self.bias)

    def extra_repr(self) -> str:
        """The number of inputs, and the activation."""
        return f"{len(self.weight)}, activation={self.activation!r}"

    def _misfit(self, width: int) -> Exception:
        fix = f"nn.Neuron({width})   or an input of {len(self.weight)} numbers"
        return lesson("E06", layer=repr(self), expected=len(self.weight), shape=(width,), fix=fix)


class Layer(Module):
    """[neuron(x) for each neuron]: nout neurons that read the same nin numbers.

    >>> len(Layer(3, 2)([1.0, 2.0, 3.0]))
    2
    """

    def __init__(
        self, nin: int, nout: int, activation: str | None = "relu", spelled_out: bool = False
    ) -> None:
        require_sizes("Layer", nin=nin, nout=nout)
        self.neurons = [Neuron(nin, activation, spelled_out) for _ in range(nout)]

    def forward(self, x: Any) -> list[Any]:
        """One number from each neuron."""
        x = numbers(x)
        return [neuron(x) for neuron in self.neurons]

    def __repr__(self) -> str:
        return f"Layer of {len(self.neurons)} x {self.neurons[0]!r}"


class MLP(Module):
    """Layers in a row, the last one linear; a list of numbers, or one Value for a single output.

    >>> MLP(2, [16, 16, 1])
    MLP(
      (layers.0): Layer of 16 x Neuron(2, activation='relu')
      (layers.1): Layer of 16 x Neuron(16, activation='relu')
      (layers.2): Layer of 1 x Neuron(16, activation=None)
    )
    """

    def __init__(
        self,
        nin: int,
        nouts: Sequence[int],
        activation: str | None = "relu",
        spelled_out: bool = False,
    ) -> None:
        if not isinstance(nouts, Sized) or len(nouts) == 0:
            what = f"MLP: nouts must list the number of neurons in each layer; got {nouts!r}"
            why = "the last of them is the number of outputs"
            raise lesson("E24", what=what, why=why, fix="nn.MLP(2, [16, 16, 1])")
        *hidden, last = zip([nin, *nouts], nouts, strict=False)
        self.layers = [Layer(n, m, activation, spelled_out) for n, m in hidden]
        self.layers.append(Layer(*last, None, spelled_out))

    def forward(self, x: Any) -> Any:
        """The last layer of the one before of ... of the first of x."""
        for layer in self.layers:
            x = layer(x)
        return x[0] if len(x) == 1 else x


def numbers(x: Any) -> list[Any]:
    """The inputs of one sample as a list of numbers and Values. Raises E06 for a table."""
    if isinstance(x, list):
        return x
    if isinstance(x, Value | Real):
        return [x]
    if isinstance(x, np.ndarray | Tensor) and x.ndim != 1:
        fix = "[model(x) for x in X]"
        raise lesson("E06", layer="of Values", expected="one sample's", shape=x.shape, fix=fix)
    if isinstance(x, np.ndarray) or (isinstance(x, Tensor) and not x.requires_grad):
        return x.tolist()  # type: ignore[no-any-return]
    return list(x)
