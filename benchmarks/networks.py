"""T3 and T4: a convolutional network and a transformer block against PyTorch eager.

Both libraries start from the same numbers and run forward and backward. PyTorch uses its own
functions where it has them, such as its fused attention; this library's code is what a reader
would write from its operations.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import autograd as ag
import nn
from autograd import Tensor

from .arrays import check, row
from .measure import Row, installed, interleaved

Arrays = dict[str, Any]
Step = Callable[[], tuple[float, list[Any]]]

IMAGES, PIXELS, CHANNELS, CLASSES = 32, 28, (1, 8, 16), 10
BATCH, TOKENS, WIDTH, HEADS = 8, 64, 64, 4


def rows(rounds: int) -> list[Row]:
    """T3's and T4's rows."""
    conv = f"conv net 1-8-16, batch {IMAGES} of {PIXELS}x{PIXELS}, float32, forward + backward"
    block = f"transformer block d={WIDTH} h={HEADS} T={TOKENS} B={BATCH}, forward + backward"
    return [
        against_torch("T3", conv, (1.5, 1.0), images(), our_network, their_network, rounds),
        against_torch("T4", block, (1.5, 1.1), texts(), our_block, their_block, rounds),
    ]


def against_torch(
    name: str, work: str, targets: tuple[float, float], arrays: Arrays,
    ours: Callable[[Arrays], Step], theirs: Callable[[Arrays], Step], rounds: int,
) -> Row:  # fmt: skip
    """One row: the same loss and gradients first, then the time of both."""
    if not installed("torch"):
        return Row(name, work, "torch", None, *targets)
    import torch

    torch.set_num_threads(1)
    engines = {"ours": ours(arrays), "torch": theirs(arrays)}
    (loss, gradients), (expected, others) = (step() for step in engines.values())
    check(f"{name}, loss", loss, expected, 1e-4)
    for g, h in zip(gradients, others, strict=True):
        check(f"{name}, gradient", g, h, 1e-4)
    return row(name, work, "torch", targets, interleaved(engines, rounds))


def drawn(shapes: dict[str, tuple[int, ...]]) -> Arrays:
    """Parameters by name: small random numbers, those of norms around 1."""
    rng = np.random.default_rng(0)
    return {
        name: (rng.standard_normal(shape) * 0.1 + ("gain" in name)).astype(np.float32)
        for name, shape in shapes.items()
    }


def stepping(loss_of: Callable[[], Any], parameters: list[Any], array: Any = np.asarray) -> Step:
    """A function that runs forward and backward: loss and gradients, for both libraries."""

    def step() -> tuple[float, list[Any]]:
        for p in parameters:
            p.grad = None
        loss = loss_of()
        loss.backward()
        return float(loss.item()), [array(p.grad) for p in parameters]

    return step


# --- T3: two convolutions with pooling, and a linear layer ----------------------------------------


def images() -> Arrays:
    """A batch, its labels, and the parameters."""
    rng, (c0, c1, c2) = np.random.default_rng(1), CHANNELS
    features = c2 * (PIXELS // 4) ** 2
    shapes = {
        "w1": (c1, c0, 3, 3), "b1": (c1,), "w2": (c2, c1, 3, 3), "b2": (c2,),
        "w3": (CLASSES, features), "b3": (CLASSES,),
    }  # fmt: skip
    data = {
        "x": rng.standard_normal((IMAGES, c0, PIXELS, PIXELS)).astype(np.float32),
        "y": rng.integers(0, CLASSES, IMAGES),
    }
    return data | drawn(shapes)


def our_network(arrays: Arrays) -> Step:
    """With this library."""
    x, y, *parameters = [arrays["x"], arrays["y"], *leaves(arrays)]
    w1, b1, w2, b2, w3, b3 = parameters
    loss_of = nn.CrossEntropyLoss()

    def loss() -> Any:
        h = ag.max_pool2d(ag.conv2d(x, w1, b1, padding=1).relu(), 2)
        h = ag.max_pool2d(ag.conv2d(h, w2, b2, padding=1).relu(), 2)
        return loss_of(nn.functional.linear(h.reshape(len(x), -1), w3, b3), y)

    return stepping(loss, parameters)


def their_network(arrays: Arrays) -> Step:
    """With PyTorch."""
    import torch
    from torch.nn import functional

    x, y = torch.from_numpy(arrays["x"]), torch.from_numpy(arrays["y"])
    parameters = leaves(arrays, torch.tensor)
    w1, b1, w2, b2, w3, b3 = parameters

    def loss() -> Any:
        h = functional.max_pool2d(functional.conv2d(x, w1, b1, padding=1).relu(), 2)
        h = functional.max_pool2d(functional.conv2d(h, w2, b2, padding=1).relu(), 2)
        return functional.cross_entropy(functional.linear(h.flatten(1), w3, b3), y)

    return stepping(loss, parameters)


def leaves(arrays: Arrays, tensor: Callable[..., Any] = Tensor) -> list[Any]:
    """The parameters among the arrays as leaves of either library's graphs."""
    return [tensor(a, requires_grad=True) for name, a in arrays.items() if name not in "xy"]


# --- T4: attention and a network of two layers, each after a norm and with a way around it --------


def texts() -> Arrays:
    """A batch of embedded tokens, and the parameters."""
    rng, d = np.random.default_rng(1), WIDTH
    shapes = {
        "gain1": (d,), "shift1": (d,), "qkv": (3 * d, d), "qkv_bias": (3 * d,),
        "out": (d, d), "out_bias": (d,), "gain2": (d,), "shift2": (d,),
        "up": (4 * d, d), "up_bias": (4 * d,), "down": (d, 4 * d), "down_bias": (d,),
    }  # fmt: skip
    return {"x": rng.standard_normal((BATCH, TOKENS, d)).astype(np.float32), **drawn(shapes)}


def our_block(arrays: Arrays) -> Step:
    """With this library."""
    x, parameters, linear = arrays["x"], leaves(arrays), nn.functional.linear
    g1, s1, qkv, qkv_bias, out, out_bias, g2, s2, up, up_bias, down, down_bias = parameters
    norm1, norm2 = nn.LayerNorm(WIDTH, dtype="float32"), nn.LayerNorm(WIDTH, dtype="float32")
    norm1.weight, norm1.bias, norm2.weight, norm2.bias = g1, s1, g2, s2

    def attention(h: Any) -> Any:
        parts = linear(h, qkv, qkv_bias).reshape(BATCH, TOKENS, 3, HEADS, -1)
        q, k, v = parts.transpose(2, 0, 3, 1, 4)
        shares = ag.softmax(q @ k.swapaxes(-1, -2) * (WIDTH // HEADS) ** -0.5)
        return linear((shares @ v).swapaxes(1, 2).reshape(BATCH, TOKENS, WIDTH), out, out_bias)

    def loss() -> Any:
        h = x + attention(norm1(x))
        h = h + linear(linear(norm2(h), up, up_bias).gelu(), down, down_bias)
        return (h * h).mean()

    return stepping(loss, parameters)


def their_block(arrays: Arrays) -> Step:
    """With PyTorch, and its fused attention."""
    import torch
    from torch.nn import functional

    x, parameters = torch.from_numpy(arrays["x"]), leaves(arrays, torch.tensor)
    g1, s1, qkv, qkv_bias, out, out_bias, g2, s2, up, up_bias, down, down_bias = parameters

    def attention(h: Any) -> Any:
        parts = functional.linear(h, qkv, qkv_bias).view(BATCH, TOKENS, 3, HEADS, -1)
        mixed = functional.scaled_dot_product_attention(*parts.permute(2, 0, 3, 1, 4))
        return functional.linear(mixed.transpose(1, 2).reshape(BATCH, TOKENS, WIDTH), out, out_bias)

    def loss() -> Any:
        h = x + attention(functional.layer_norm(x, (WIDTH,), g1, s1))
        up_there = functional.gelu(
            functional.linear(functional.layer_norm(h, (WIDTH,), g2, s2), up, up_bias)
        )
        h = h + functional.linear(up_there, down, down_bias)
        return (h * h).mean()

    return stepping(loss, parameters)
