"""T1 and T2: array programs against PyTorch eager and against NumPy written by hand.

T1 is `(a * b + c).sum().backward()`. T2 is one training step of a small network, forward, backward
and an Adam update, in three sizes. PyTorch is measured twice: as everybody writes it, which is
what the targets are for, and with the fused form of its Adam. The hand-written rival is what a
careful NumPy programmer writes: the network's formulas spelled out, Adam on one flat vector, and
every array written in place.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

import nn
import optim
from autograd import Tensor

from .measure import Row, installed, interleaved

SIZES = (1, 10, 100, 1000)
T1_MUST, T1_GOAL = 0.45, 0.25
Targets = tuple[float | None, float | None]


class Work(NamedTuple):
    """One size of T2, with its targets against PyTorch and against NumPy."""

    name: str
    layers: tuple[int, ...]
    batch: int
    dtype: str
    torch: tuple[float, float]
    numpy: tuple[float, float]


T2 = (
    Work("T2a", (2, 16, 16, 1), 32, "float64", (0.25, 0.14), (3.5, 2.0)),
    Work("T2b", (64, 64, 10), 32, "float64", (0.25, 0.16), (2.1, 1.5)),
    Work("T2c", (784, 256, 128, 10), 128, "float32", (0.75, 0.60), (1.25, 1.1)),
)


def t1_rows(rounds: int) -> list[Row]:
    """T1's rows."""
    return [t1(size, rounds) for size in SIZES]


def t2_rows(rounds: int) -> list[Row]:
    """T2's rows."""
    return [row for work in T2 for row in t2(work, rounds)]


def t1(size: int, rounds: int) -> Row:
    """One size of T1."""
    label = f"(a*b+c).sum().backward(), size {size}"
    if not installed("torch"):
        return Row("T1", label, "torch", None, T1_MUST, T1_GOAL)
    import torch

    torch.set_num_threads(1)
    rng = np.random.default_rng(0)
    data = [rng.standard_normal(size) for _ in range(3)]
    ours = [Tensor(x, requires_grad=True) for x in data]
    theirs = [torch.tensor(x, requires_grad=True) for x in data]

    def step(leaves: list[Any]) -> None:
        a, b, c = leaves
        a.grad = b.grad = c.grad = None
        (a * b + c).sum().backward()

    step(ours)
    step(theirs)
    for x, y in zip(ours, theirs, strict=True):
        check("T1", x.grad, y.grad.numpy(), 1e-12)
    times = interleaved({"ours": lambda: step(ours), "torch": lambda: step(theirs)}, rounds)
    return row("T1", label, "torch", (T1_MUST, T1_GOAL), times)


def t2(work: Work, rounds: int) -> list[Row]:
    """One size of T2, against each peer."""
    sizes = "-".join(map(str, work.layers))
    label = f"MLP {sizes}, batch {work.batch}, {work.dtype}, Adam"
    engines: dict[str, Callable[[], float]] = {"ours": ours(work), "numpy": by_hand(work)}
    if installed("torch"):
        engines["torch"] = pytorch(work)
        engines["torch, fused Adam"] = pytorch(work, fused=True)
    tolerance = 1e-9 if work.dtype == "float64" else 1e-3
    for k in range(5):
        losses = {name: step() for name, step in engines.items()}
        for name, loss in losses.items():
            check(f"{work.name} against {name}, step {k}", losses["ours"], loss, tolerance)
    times = interleaved(engines, rounds)
    peers: tuple[tuple[str, Targets], ...] = (
        ("torch", work.torch), ("torch, fused Adam", (None, None)), ("numpy", work.numpy),
    )  # fmt: skip
    return [
        row(work.name, label, peer, targets, times)
        if peer in times
        else Row(work.name, label, peer, None, *targets)
        for peer, targets in peers
    ]


def row(name: str, label: str, peer: str, targets: Targets, times: Any) -> Row:
    """A measured row."""
    return Row(name, label, peer, times["ours"] / times[peer], *targets, times["ours"], times[peer])


def check(what: str, ours: Any, theirs: Any, tolerance: float) -> None:
    """Stop unless both engines computed the same."""
    if not np.allclose(ours, theirs, rtol=tolerance, atol=tolerance):
        raise SystemExit(f"{what}: results differ, {ours} and {theirs}; nothing was timed")


def problem(work: Work) -> tuple[Any, Any, list[Any]]:
    """One batch and the initial weights (out, in) and biases, the same for every engine."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((work.batch, work.layers[0])).astype(work.dtype)
    if work.layers[-1] == 1:
        y = rng.standard_normal((work.batch, 1)).astype(work.dtype)
    else:
        y = rng.integers(0, work.layers[-1], work.batch)
    state = []
    for nin, nout in zip(work.layers, work.layers[1:], strict=False):
        state.append((rng.uniform(-1, 1, (nout, nin)) / np.sqrt(nin)).astype(work.dtype))
        state.append((rng.uniform(-1, 1, nout) / np.sqrt(nin)).astype(work.dtype))
    return X, y, state


def ours(work: Work) -> Callable[[], float]:
    """A training step with this library."""
    X, y, _ = problem(work)
    model = model_of(work)
    loss_of = nn.MSELoss() if work.layers[-1] == 1 else nn.CrossEntropyLoss()
    optimizer = optim.Adam(model.parameters(), lr=1e-3)
    batch = Tensor(X)

    return training(model, loss_of, optimizer, batch, y)


def model_of(work: Work) -> nn.Sequential:
    """The network, with the common initial numbers."""
    _, _, state = problem(work)
    layers: list[Any] = []
    for nin, nout in zip(work.layers, work.layers[1:], strict=False):
        layers += [nn.Linear(nin, nout, dtype=work.dtype), nn.ReLU()]
    model = nn.Sequential(*layers[:-1])
    for parameter, data in zip(model.parameters(), state, strict=True):
        parameter.data = data
    return model


def pytorch(work: Work, fused: bool | None = None) -> Callable[[], float]:
    """The same with PyTorch: its Adam as it comes, or in the fused form meant for speed."""
    import torch

    torch.set_num_threads(1)
    X, y, state = problem(work)
    layers: list[Any] = []
    for nin, nout in zip(work.layers, work.layers[1:], strict=False):
        layers += [torch.nn.Linear(nin, nout, dtype=getattr(torch, work.dtype)), torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers[:-1])
    with torch.no_grad():
        for parameter, data in zip(model.parameters(), state, strict=True):
            parameter.copy_(torch.from_numpy(data))
    loss_of = torch.nn.MSELoss() if work.layers[-1] == 1 else torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=fused)
    batch, target = torch.from_numpy(X), torch.from_numpy(y)

    return training(model, loss_of, optimizer, batch, target)


def training(model: Any, loss_of: Any, optimizer: Any, batch: Any, target: Any) -> Any:
    """A function that takes one training step: the same lines for both libraries."""

    def step() -> float:
        loss = loss_of(model(batch), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return float(loss.item())

    return step


def by_hand(work: Work) -> Callable[[], float]:
    """The same in NumPy alone, every array of the step allocated once and written in place."""
    X, y, state = problem(work)
    flat = np.concatenate([data.ravel() for data in state])
    gradient, m, v = np.empty_like(flat), np.zeros_like(flat), np.zeros_like(flat)
    a, b = np.empty_like(flat), np.empty_like(flat)
    weights, biases = split(flat, state)
    weight_gradients, bias_gradients = split(gradient, state)
    outputs = [np.empty((work.batch, n), work.dtype) for n in work.layers[1:]]
    slopes = [np.empty_like(z) for z in outputs]
    masks = [np.empty(z.shape, bool) for z in outputs]
    inputs, last = [X, *outputs], len(outputs) - 1
    classes, rows_, t = work.layers[-1] > 1, np.arange(len(X)), 0

    def step() -> float:
        nonlocal t
        for k, z in enumerate(outputs):
            np.matmul(inputs[k], weights[k].T, out=z)
            z += biases[k]
            if k < last:
                np.maximum(z, 0, out=z)
        z, g = outputs[-1], slopes[-1]
        if classes:
            z -= np.maximum.reduce(z, axis=1, keepdims=True)
            np.exp(z, out=g)
            total = np.add.reduce(g, axis=1, keepdims=True)
            loss = float((np.log(total[:, 0]) - z[rows_, y]).mean())
            g /= total
            g[rows_, y] -= 1
            g /= len(X)
        else:
            np.subtract(z, y, out=g)
            loss = float(np.vdot(g, g)) / g.size
            g *= 2 / g.size
        for k in range(last, -1, -1):
            np.matmul(slopes[k].T, inputs[k], out=weight_gradients[k])
            np.add.reduce(slopes[k], axis=0, out=bias_gradients[k])
            if k:
                np.matmul(slopes[k], weights[k], out=slopes[k - 1])
                np.greater(outputs[k - 1], 0, out=masks[k - 1])
                slopes[k - 1] *= masks[k - 1]
        t += 1
        np.multiply(m, 0.9, out=m)
        np.add(m, np.multiply(gradient, 0.1, out=a), out=m)
        np.multiply(gradient, gradient, out=a)
        np.multiply(v, 0.999, out=v)
        np.add(v, np.multiply(a, 0.001, out=a), out=v)
        np.sqrt(np.divide(v, 1 - 0.999**t, out=a), out=a)
        np.add(a, 1e-8, out=a)
        np.multiply(m, 1e-3 / (1 - 0.9**t), out=b)
        np.subtract(flat, np.divide(b, a, out=b), out=flat)
        return loss

    return step


def split(flat: Any, state: list[Any]) -> tuple[list[Any], list[Any]]:
    """Weights and biases as views into one vector."""
    ends = np.cumsum([data.size for data in state])
    views = [
        flat[end - data.size : end].reshape(data.shape)
        for data, end in zip(state, ends, strict=True)
    ]
    return views[0::2], views[1::2]
