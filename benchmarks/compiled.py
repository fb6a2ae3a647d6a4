"""S2, C1 and T2 compiled: straight-line programs against engines, and against code by hand.

S2 is the demo of `demo.py`, its whole batch in one program. C1 is its graph of one sample and of
100, value and gradient, against CasADi's virtual machine. T2 is the training step of `arrays.py`
with forward and backward compiled, against PyTorch, NumPy written by hand, and one jitted function.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

import nn
import optim
from autograd import compile, dot, relu

from . import arrays, demo
from .measure import Row, alternating, installed, interleaved, median_step, steps_in

S2_MUST, S2_GOAL = 0.003, 0.001
C1 = {"python": (4.0, 3.0), "numpy": (2.0, 1.4), "numba": (0.3, 0.06)}  # one sample, 100, 100
NUMPY = {"T2a": (1.3, 1.1), "T2b": (1.3, 1.1), "T2c": (1.1, 1.05)}
JAX = {"T2a": (0.6, 0.4), "T2b": (0.8, 0.5), "T2c": (1.0, 0.7)}


def rows(rounds: int) -> list[Row]:
    """All rows of compiled programs."""
    return [
        s2(max(1, rounds // 8)),
        *c1(rounds),
        *[row for w in arrays.T2 for row in t2(w, rounds)],
    ]


def hinge_of(model: Any) -> Callable[..., Any]:
    """The demo's loss of one sample; the mean over the batch is the demo's loss."""

    def hinge(x1: Any, x2: Any, y: Any) -> Any:
        w = model.parameters()
        return relu(1 - model([x1, x2]) * y) + 1e-4 * dot(w, w)

    return hinge


def demo_step() -> Callable[[], float]:
    """One training step of the demo, compiled, with the update of every parameter."""
    X, y = demo.data()
    model = demo.model_of("ours")
    columns = [np.array(column) for column in (*zip(*X, strict=True), y)]
    names = ("x1", "x2", "y")
    program = compile(hinge_of(model), 0.0, 0.0, 1.0, grad=None, batch=names)
    optimizer = optim.GradientDescent(model.parameters(), lr=0.1)

    def step() -> float:
        optimizer.zero_grad()
        loss = program(*columns)
        optimizer.step()
        return float(loss)

    return step


def s2(rounds: int) -> Row:
    """The demo, compiled, against the reference scalar engine."""
    work = "MLP 2-16-16-1 over Values, 100 samples, compiled"
    if not installed("micrograd"):
        return Row("S2", work, "micrograd", None, S2_MUST, S2_GOAL)
    ours, theirs = demo_step(), demo.training("micrograd")
    for k in range(2):
        arrays.check(f"S2 compiled, step {k}", ours(), theirs(), 1e-9)
    times = alternating("benchmarks.compiled", ["ours", "micrograd"], rounds, steps_in(rounds))
    ratio = times["ours"] / times["micrograd"]
    return Row("S2", work, "micrograd", ratio, S2_MUST, S2_GOAL, times["ours"], times["micrograd"])


def c1(rounds: int) -> list[Row]:
    """Value and gradient of the demo's network, one sample on floats and 100 on arrays."""
    found = []
    for backend, (must, goal) in C1.items():
        work = f"MLP 2-16-16-1, {'1 sample' if backend == 'python' else '100 samples'}, {backend}"
        if not installed("casadi") or (backend == "numba" and not installed("numba")):
            found.append(Row("C1", work, "casadi", None, must, goal))
            continue
        engines = graph_of_ours(backend), graph_of_casadi(backend)
        arrays.check(f"C1, {backend}", *[numbers_of(run()) for run in engines], 1e-9)
        times = interleaved(dict(zip(("ours", "casadi"), engines, strict=True)), rounds)
        found.append(arrays.row("C1", work, "casadi", (must, goal), times))
    return found


def graph_of_ours(backend: str) -> Callable[[], Any]:
    """The program, which gives its value and leaves each weight its gradient."""
    X, y = demo.data()
    model = demo.model_of("ours")
    leaves = model.parameters()
    if backend == "python":
        program = compile(hinge_of(model), 0.0, 0.0, 1.0, grad=None, backend="python")
        args: list[Any] = [*X[0], y[0]]
    else:
        names = ("x1", "x2", "y")
        example = (0.0, 0.0, 1.0)
        program = compile(hinge_of(model), *example, grad=None, batch=names, backend=backend)
        args = [np.array(column) for column in (*zip(*X, strict=True), y)]

    def run() -> Any:
        for leaf in leaves:
            leaf.grad = None
        return [program(*args), *[leaf.grad for leaf in leaves]]

    return run


def graph_of_casadi(backend: str) -> Callable[[], Any]:
    """The same as a CasADi function; over the batch by its `map`."""
    import casadi

    X, y = demo.data()
    numbers = demo.weights()
    w, x, label = casadi.SX.sym("w", len(numbers)), casadi.SX.sym("x", 2), casadi.SX.sym("y")
    h: list[Any] = [x[0], x[1]]
    start = 0
    for k, nout in enumerate(demo.SIZES):
        z = []
        for _ in range(nout):
            s = sum(w[start + i] * h[i] for i in range(len(h))) + w[start + len(h)]
            z.append(s if k == len(demo.SIZES) - 1 else casadi.fmax(s, 0))
            start += len(h) + 1
        h = z
    loss = casadi.fmax(1 - h[0] * label, 0) + 1e-4 * casadi.dot(w, w)
    function = casadi.Function("f", [w, x, label], [loss, casadi.gradient(loss, w)])
    if backend == "python":
        given = (numbers, X[0], y[0])
    else:
        function = function.map(len(X))
        given = (np.tile(np.array(numbers)[:, None], len(X)), np.array(X).T, np.array(y)[None, :])

    def run() -> Any:
        found = function(*given)
        return found if backend == "python" else [casadi.sum2(x) / len(X) for x in found]

    return run


def numbers_of(found: Any) -> Any:
    """What an engine found, value and gradient, as one vector."""
    return np.concatenate([np.ravel(np.array(x)) for x in found])


def t2(work: arrays.Work, rounds: int) -> list[Row]:
    """A training step with forward and backward compiled."""
    sizes = "-".join(map(str, work.layers))
    label = f"MLP {sizes}, batch {work.batch}, {work.dtype}, Adam, compiled"
    engines = {"ours": ours(work), "numpy": arrays.by_hand(work)}
    if installed("torch"):
        engines["torch"] = arrays.pytorch(work)
    if installed("jax"):
        engines["jax"] = jitted(work)
    tolerance = 1e-9 if work.dtype == "float64" else 1e-3
    for k in range(5):
        losses = {name: step() for name, step in engines.items()}
        for name, loss in losses.items():
            arrays.check(f"{work.name} against {name}, step {k}", losses["ours"], loss, tolerance)
    times = interleaved(engines, rounds)
    peers = (("torch", work.torch), ("numpy", NUMPY[work.name]), ("jax", JAX[work.name]))
    return [
        arrays.row(work.name, label, peer, targets, times)
        if peer in times
        else Row(work.name, label, peer, None, *targets)
        for peer, targets in peers
    ]


def ours(work: arrays.Work) -> Callable[[], float]:
    """The training step of `arrays.ours`, compiled."""
    X, y, _ = arrays.problem(work)
    model = arrays.model_of(work)
    loss_of = nn.MSELoss() if work.layers[-1] == 1 else nn.CrossEntropyLoss()
    optimizer = optim.Adam(model.parameters(), lr=1e-3)
    program = compile(lambda x, y: loss_of(model(x), y), X, y, grad=None)

    def step() -> float:
        optimizer.zero_grad()
        loss = program(X, y)
        optimizer.step()
        return float(loss)

    return step


def jitted(work: arrays.Work) -> Callable[[], float]:
    """The same as one jitted JAX function, Adam included."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    X, y, state = arrays.problem(work)
    classes = work.layers[-1] > 1

    def loss_of(w: Any) -> Any:
        z = X
        for k in range(0, len(w), 2):
            z = z @ w[k].T + w[k + 1]
            z = jnp.maximum(z, 0) if k < len(w) - 2 else z
        if not classes:
            return ((z - y) ** 2).mean()
        return -jax.nn.log_softmax(z)[jnp.arange(len(y)), y].mean()

    @jax.jit
    def update(w: Any, m: Any, v: Any, t: Any) -> Any:
        loss, g = jax.value_and_grad(loss_of)(w)
        m = [0.9 * a + 0.1 * b for a, b in zip(m, g, strict=True)]
        v = [0.999 * a + 0.001 * b * b for a, b in zip(v, g, strict=True)]
        scale = 1e-3 / (1 - 0.9**t)
        w = [
            p - scale * a / (jnp.sqrt(b / (1 - 0.999**t)) + 1e-8)
            for p, a, b in zip(w, m, v, strict=True)
        ]
        return loss, w, m, v

    w = [jnp.asarray(data) for data in state]
    m = v = [jnp.zeros_like(data) for data in w]
    t = 0.0

    def step() -> float:
        nonlocal w, m, v, t
        t += 1
        loss, w, m, v = update(w, m, v, t)
        return float(loss)

    return step


if __name__ == "__main__":
    step = demo_step() if sys.argv[1] == "ours" else demo.training("micrograd")
    print(median_step(step, int(sys.argv[2])))
