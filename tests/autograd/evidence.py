"""What is checked of one case of the matrix: its values, its derivatives, and its manners.

Order k is checked along random directions. Of f(x) with random weights w, the engine gives G1, the
gradient of <f, w>; G2, the gradient of <G1, v1>; G3, that of <G2, v2>. Then <Gk, vk> has to be the
slope along vk of what it is the gradient of: of NumPy's <f, w> for k = 1, of <G(k-1), v(k-1)>
beyond. Only sweeps take part, so a case shows its operation alone.
"""

import math
import operator
from functools import reduce
from typing import Any

import numpy as np
from matrix import COUNTS, Case

from autograd import Node, Tensor, Value, sweep

STEP, CLOSE = 1e-5, 1e-6


class CaseError(AssertionError):
    """A case that does not hold."""


def require(truth: Any, case: Case, *what: Any) -> None:
    if not truth:
        raise CaseError(f"{case}: {' '.join(map(str, what))}")


def count(kind: str, number: int = 1) -> None:
    COUNTS[kind] = COUNTS.get(kind, 0) + number


def is_float(x: Any) -> bool:
    return type(x) is float or (isinstance(x, np.ndarray) and x.dtype.kind == "f")


def leaf(x: Any) -> Any:
    """A node that holds x itself, not a copy; what is not made of floats stays plain."""
    if type(x) is float:
        return Value(x)
    return object.__new__(Tensor)._leaf(x, True) if is_float(x) else x


def listed(result: Any) -> list[Any]:
    return list(result) if isinstance(result, (tuple, list)) else [result]


def data(x: Any) -> Any:
    return x._data if isinstance(x, Node) else x


def random_like(rng: np.random.Generator, x: Any) -> Any:
    if type(x) is float:
        return float(rng.uniform(0.5, 1.5))
    return np.asarray(rng.uniform(0.5, 1.5, np.shape(x)), x.dtype if is_float(x) else float)


def inner(xs: Any, ys: Any) -> float:
    return math.fsum(float(np.sum(data(x) * y)) for x, y in zip(xs, ys, strict=True))


def moved(inputs: list[Any], direction: list[Any], step: float) -> list[Any]:
    """The inputs, a step further along the direction; each of its own kind."""
    floats = iter(direction)
    return [kind_of(x, x + step * next(floats)) if is_float(x) else x for x in inputs]


def kind_of(x: Any, y: Any) -> Any:
    """y as a float or an array, whichever x is; NumPy turns arrays of one number into numbers."""
    return y if type(x) is float or isinstance(y, Node) else np.asarray(y)


def pulled(roots: Any, seeds: Any, leaves: list[Node], graph: bool = False) -> list[Any]:
    """The gradient of <roots, seeds> by each leaf; 0 where there is no way to it."""
    shares: list[list[Any]] = [[] for _ in leaves]
    for root, start in zip(roots, seeds, strict=True):
        if isinstance(root, Node) and root.requires_grad:
            found = {node: g for node, g, _ in sweep(root, start, graph)}
            for x, list_of_x in zip(leaves, shares, strict=True):
                list_of_x.extend([found[x]] if x in found else [])
    zeros = [0.0 if type(x._data) is float else np.zeros_like(x._data) for x in leaves]
    return [
        kind_of(zero, reduce(operator.add, some)) if some else zero
        for some, zero in zip(shares, zeros, strict=True)
    ]


class Run:
    """One run of a case on nodes, and its gradients G1, G2, ... as they are asked for."""

    def __init__(self, case: Case, inputs: list[Any], weights: Any, directions: Any) -> None:
        args = [leaf(x) for x in inputs]
        self.leaves = [node for node in args if isinstance(node, Node)]
        self.results = listed(case.ours(*args))
        self.weights, self.directions = weights, directions

    def gradient(self, order: int) -> list[Any]:
        """G of that order: computed on plain data, of lower ones computed on nodes."""
        roots, seeds = self.results, self.weights
        for k in range(1, order):
            roots, seeds = pulled(roots, seeds, self.leaves, graph=True), self.directions[k - 1]
        return pulled(roots, seeds, self.leaves)

    def slope(self, order: int) -> float:
        """<G(order), v(order)>."""
        return inner(self.gradient(order), self.directions[order - 1])


def setting(case: Case, seed: int) -> tuple[list[Any], list[Any], list[Any], list[Any]]:
    """Inputs, NumPy's results, the weights of the results, and a direction for each order."""
    inputs = case.inputs(seed)
    expected = listed(case.numpys(*inputs))
    rng = np.random.default_rng([seed, len(inputs)])
    weights = [random_like(rng, x if type(x) is float else np.asarray(x)) for x in expected]
    floats = [x for x in inputs if is_float(x)]
    orders = range(max(case.row.order, 1))
    return inputs, expected, weights, [[random_like(rng, x) for x in floats] for _ in orders]


def check(case: Case, seed: int = 0) -> None:
    """Everything that a case claims. Raises CaseError."""
    inputs, expected, weights, directions = setting(case, seed)
    before = [np.copy(x) for x in inputs]
    check_values(case, inputs, expected)
    if case.row.order:
        check_derivatives(case, inputs, weights, directions)
        check_pushed(case, inputs, weights, directions[0])
        check_layouts(case, inputs, weights, directions)
        check_float32(case, inputs, weights, directions)
    same = [np.array_equal(x, old) for x, old in zip(inputs, before, strict=True)]
    require(all(same), case, "changed its inputs")


def check_values(case: Case, inputs: list[Any], expected: list[Any]) -> None:
    """On plain data and on nodes the results are NumPy's, in value, shape and dtype."""
    numbers = all([type(x) is float for x in inputs])
    for results in (listed(case.ours(*inputs)), listed(case.ours(*map(leaf, inputs)))):
        require(len(results) == len(expected), case, "has", len(results), "results")
        for result, like in zip(results, expected, strict=True):
            got = data(result)
            require(np.shape(got) == np.shape(like), case, "has shape", np.shape(got))
            close = np.allclose(got, like, 1e-12, 1e-13)
            require(close, case, "is", got, "and not", like)
            if isinstance(result, Node):
                tracks = result.requires_grad
                require(tracks == (case.row.order > 0 and is_float(got)), case, "tracks", tracks)
                kind = float if numbers and not np.shape(like) else np.ndarray
                require(type(got) is kind, case, "holds", type(got))
    count("values", 2)


def check_derivatives(case: Case, inputs: list[Any], weights: Any, directions: Any) -> None:
    """Each order against the slope of the order below."""

    def level(order: int, at: list[Any]) -> float:
        if order == 0:
            return inner(listed(case.numpys(*at)), weights)
        return Run(case, at, weights, directions).slope(order)

    for order, direction in enumerate(directions, 1):
        gradient = Run(case, inputs, weights, directions).gradient(order)
        for g, x in zip(gradient, [x for x in inputs if is_float(x)], strict=True):
            require(type(g) is type(x), case, "order", order, "gradient is a", type(g))
            require(np.shape(g) == np.shape(x), case, "order", order, "gradient", np.shape(g))
        got = inner(gradient, direction)
        ends = [level(order - 1, moved(inputs, direction, step)) for step in (STEP, -STEP)]
        slope = (ends[0] - ends[1]) / (2 * STEP)
        size = 1 + abs(slope)
        require(abs(got - slope) <= CLOSE * size, case, f"order {order} is {got}, not {slope}")
        count(f"derivatives of order {order}")


def check_pushed(case: Case, inputs: list[Any], weights: Any, v: Any) -> None:
    """<u, J v>, with J v as the slope of <J' w, v> by w, against the slope of NumPy's <u, f>.

    Here the rules are differentiated by their incoming gradient too; by v once more gives J' u.
    """
    pushed, directions = pushed_through(case, inputs, weights, v)
    rng = np.random.default_rng(1)
    u = [random_like(rng, w) for w in weights]
    kept = [x for x, w in zip(u, weights, strict=True) if is_float(w)]
    ends = [listed(case.numpys(*moved(inputs, v, step))) for step in (STEP, -STEP)]
    slope = (inner(ends[0], u) - inner(ends[1], u)) / (2 * STEP)
    pulled_again = pulled(pushed, kept, directions)
    for what, got in ("<u, Jv>", inner(pushed, kept)), ("<J'u, v>", inner(pulled_again, v)):
        near = abs(got - slope) <= CLOSE * (1 + abs(slope))
        require(near, case, f"{what} is {got}, not {slope}")
    count("products with J")


def pushed_through(case: Case, inputs: list[Any], weights: Any, v: Any) -> Any:
    """J v = d <J' w, v> / dw as nodes, and the nodes v."""
    run = Run(case, inputs, weights, [v])
    starts, directions = [list(map(leaf, xs)) for xs in (weights, v)]
    back = pulled(run.results, starts, run.leaves, graph=True)
    starts = [node for node in starts if isinstance(node, Node)]
    return pulled(back, directions, starts, graph=True), directions


def strided(x: Any) -> Any:
    """The same numbers, not next to each other, and backwards in memory."""
    if not np.ndim(x):
        return x
    wide = np.zeros((*x.shape[:-1], 2 * x.shape[-1]), x.dtype)[..., ::-2]
    wide[...] = x
    return wide


def transposed(x: Any) -> Any:
    return np.asfortranarray(x) if np.ndim(x) else x


def locked(x: Any) -> Any:
    if np.ndim(x):
        x = x.copy()
        x.flags.writeable = False
    return x


def check_layouts(case: Case, inputs: list[Any], weights: Any, directions: Any) -> None:
    """Views and read-only arrays give what contiguous ones give, as inputs and as gradients."""
    order = min(case.row.order, 2)
    expected = Run(case, inputs, weights, directions).gradient(order)
    for layout in (strided, transposed, locked):
        seeds, ways = [layout(w) for w in weights], [[layout(v) for v in d] for d in directions]
        run = Run(case, [layout(x) for x in inputs], seeds, ways)
        pairs = zip(run.gradient(order), expected, strict=True)
        same = all([np.allclose(g, e, 1e-9, 1e-11) for g, e in pairs])
        require(same, case, "differs when", layout.__name__)
        count("layouts")


def check_float32(case: Case, inputs: list[Any], weights: Any, directions: Any) -> None:
    """float32 stays float32: results, gradients, and the gradients' gradients."""

    def single(xs: list[Any]) -> list[Any]:
        return [x.astype("f") if isinstance(x, np.ndarray) and is_float(x) else x for x in xs]

    dtype = case.static.get("dtype", np.dtype("f"))
    run = Run(case, single(inputs), single(weights), [single(d) for d in directions])
    if not any([isinstance(x, np.ndarray) and is_float(x) for x in inputs]):
        return
    for result in run.results:
        if isinstance(result, Node) and isinstance(data(result), np.ndarray):
            require(data(result).dtype == dtype, case, "float32 gives", data(result).dtype)
    for order in range(1, min(case.row.order, 2) + 1):
        exact = Run(case, inputs, weights, directions).gradient(order)
        for node, g, e in zip(run.leaves, run.gradient(order), exact, strict=True):
            if isinstance(g, np.ndarray):
                require(g.dtype == node._data.dtype, case, "float32 gradient is", g.dtype)
            near = np.allclose(g, e, 1e-3, 1e-3 * (1 + np.abs(e).max(initial=0)))
            require(near, case, "in float32 order", order, "is", g, "and not", e)
    count("float32")
