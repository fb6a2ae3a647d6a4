"""Initial numbers for parameters. Each function fills the Tensor it is given, and returns it.

A weight (out, in, ...) makes each output from fan_in numbers, and sends each input to fan_out
outputs: fan_in = in k, fan_out = out k, where k is the number of places in a convolution's kernel.
Numbers of standard deviation gain / sqrt(fan_in) keep signals of one size from layer to layer,
where gain makes up for what the activation between them takes away.
"""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import numpy as np

from autograd.errors import lesson
from autograd.random import generator as source_of

Source: TypeAlias = "np.random.Generator | int | None"  # as text: np.random loads on first use


def uniform_(tensor: Any, a: float = 0.0, b: float = 1.0, generator: Source = None) -> Any:
    """U(a, b): every number between a and b equally likely."""
    return filled(tensor, source_of(generator).uniform(a, b, tensor.shape))


def normal_(tensor: Any, mean: float = 0.0, std: float = 1.0, generator: Source = None) -> Any:
    """N(mean, std^2): the normal distribution."""
    return filled(tensor, source_of(generator).normal(mean, std, tensor.shape))


def trunc_normal_(
    tensor: Any,
    mean: float = 0.0,
    std: float = 1.0,
    a: float = -2.0,
    b: float = 2.0,
    generator: Source = None,
) -> Any:
    """N(mean, std^2) between a and b: the quantiles of uniform numbers between those of a and b."""
    if not a < b:
        what = f"trunc_normal_: nothing is between a={a} and b={b}"
        raise lesson(
            "E24b", what=what, why="a is the lower bound", fix="trunc_normal_(w, a=-2, b=2)"
        )
    from statistics import NormalDist

    normal = NormalDist(mean, std)
    u = source_of(generator).uniform(normal.cdf(a), normal.cdf(b), tensor.size)
    inside = np.clip(u, 1e-300, 1 - 1e-16).tolist()
    data = np.reshape([normal.inv_cdf(p) for p in inside], tensor.shape)
    return filled(tensor, np.clip(data, a, b))


def constant_(tensor: Any, val: float) -> Any:
    """The same number everywhere."""
    return filled(tensor, np.full(tensor.shape, val))


def ones_(tensor: Any) -> Any:
    """1 everywhere."""
    return constant_(tensor, 1.0)


def zeros_(tensor: Any) -> Any:
    """0 everywhere."""
    return constant_(tensor, 0.0)


def eye_(tensor: Any) -> Any:
    """1 on the diagonal, 0 elsewhere: each output is one input. Raises E24 unless a matrix."""
    require_matrix("eye_", tensor, exactly=True)
    return filled(tensor, np.eye(*tensor.shape))


def xavier_uniform_(tensor: Any, gain: float = 1.0, generator: Source = None) -> Any:
    """U(-bound, bound) with bound = gain sqrt(6 / (fan_in + fan_out)).

    Keeps the size of signals going forward, and of gradients coming back, as well as one number
    can do both. Source: Glorot & Bengio 2010, Understanding the difficulty of training.
    """
    bound = gain * math.sqrt(6 / sum(fans("xavier_uniform_", tensor)))
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Any, gain: float = 1.0, generator: Source = None) -> Any:
    """N(0, std^2) with std = gain sqrt(2 / (fan_in + fan_out)): see `xavier_uniform_`."""
    std = gain * math.sqrt(2 / sum(fans("xavier_normal_", tensor)))
    return normal_(tensor, 0.0, std, generator)


def kaiming_uniform_(
    tensor: Any,
    a: float = 0.0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Source = None,
) -> Any:
    """U(-bound, bound) with bound = gain sqrt(3 / fan_in); for a relu gain is sqrt(2).

    a: the slope below zero of the leaky_relu that follows; 0 for a relu. mode: "fan_out" keeps
    the size of gradients instead. nonlinearity: what follows, as `calculate_gain` knows it.
    Source: He, Zhang, Ren & Sun 2015, Delving deep into rectifiers.
    """
    bound = calculate_gain(nonlinearity, a) * math.sqrt(3 / fan("kaiming_uniform_", tensor, mode))
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor: Any,
    a: float = 0.0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Source = None,
) -> Any:
    """N(0, std^2) with std = gain / sqrt(fan_in): see `kaiming_uniform_`."""
    std = calculate_gain(nonlinearity, a) / math.sqrt(fan("kaiming_normal_", tensor, mode))
    return normal_(tensor, 0.0, std, generator)


def orthogonal_(tensor: Any, gain: float = 1.0, generator: Source = None) -> Any:
    """gain Q with Q Q^T = 1 or Q^T Q = 1: rows (or columns) of length gain, at right angles.

    Of all such matrices each is equally likely; more than two axes count as rows and the rest.
    Source: Saxe, McClelland & Ganguli 2014, Exact solutions to the nonlinear dynamics of learning.
    """
    require_matrix("orthogonal_", tensor)
    rows = tensor.shape[0]
    flat = source_of(generator).normal(size=(rows, tensor.size // rows))
    q, r = np.linalg.qr(flat if flat.shape[0] >= flat.shape[1] else flat.T)
    q = q * np.sign(np.diag(r))  # without it, qr prefers some matrices
    q = q if flat.shape[0] >= flat.shape[1] else q.T
    return filled(tensor, gain * q.reshape(tensor.shape))


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """By what an activation divides the size of its input; weights make up for it.

    linear, conv..., sigmoid: 1. tanh: 5/3. relu: sqrt(2), for it lets half of the power through.
    leaky_relu: sqrt(2 / (1 + param^2)) with the slope param, by default 0.01. selu: 3/4.
    Raises E24 for other names.

    >>> calculate_gain("relu") ** 2
    2.0000000000000004
    """
    slope = 0.01 if param is None else param
    gains = {
        "sigmoid": 1.0, "tanh": 5 / 3, "relu": math.sqrt(2),
        "leaky_relu": math.sqrt(2 / (1 + slope**2)), "selu": 3 / 4,
        **dict.fromkeys(LINEAR, 1.0),
    }  # fmt: skip
    if nonlinearity not in gains:
        what = f"there is no gain for {nonlinearity!r}; there is one for {', '.join(gains)}"
        why = "how much an activation shrinks its input must be known beforehand"
        raise lesson("E24b", what=what, why=why, fix="nn.init.calculate_gain('relu')")
    return gains[nonlinearity]


LINEAR = ("linear", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d",
          "conv_transpose3d")  # fmt: skip


def filled(tensor: Any, data: np.ndarray[Any, Any]) -> Any:
    """The tensor itself, with these numbers in its own dtype."""
    tensor.data = data.astype(tensor.dtype)
    return tensor


def fans(name: str, tensor: Any) -> tuple[int, int]:
    """fan_in and fan_out of a weight. Raises E24 for fewer than two axes."""
    require_matrix(name, tensor)
    outputs, inputs, *kernel = tensor.shape
    return inputs * math.prod(kernel), outputs * math.prod(kernel)


def fan(name: str, tensor: Any, mode: str) -> int:
    """The one of the two that mode names. Raises E24 for another mode."""
    if mode not in ("fan_in", "fan_out"):
        what = f"{name}: mode must be 'fan_in' or 'fan_out'; got {mode!r}"
        why = "it says whose size is kept: that of signals, or that of gradients"
        raise lesson("E24b", what=what, why=why, fix=f"nn.init.{name}(w, mode='fan_in')")
    return fans(name, tensor)[mode == "fan_out"]


def require_matrix(name: str, tensor: Any, exactly: bool = False) -> None:
    """Raise E24 for fewer than two axes, or for any other number of them."""
    if tensor.ndim < 2 or (exactly and tensor.ndim != 2):
        what = f"{name} needs a weight with {'' if exactly else 'at least '}2 axes; got shape "
        what += str(tensor.shape)
        why = "its axes are outputs and inputs, which a bias does not have"
        raise lesson("E24b", what=what, why=why, fix="nn.init.zeros_(layer.bias)")
