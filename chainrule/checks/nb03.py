"""Exercises of notebook 03, and the engines with a mistake in them that it hunts for."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from .exercise import AnswerError, Generator, exercise, ran, same


class Value:
    """The engine of notebook 03, with a place for each mistake that is made in engines.

    fault: what is wrong with it; see FAULTS. blind: the operations that forget what arrives.
    """

    fault = "none"
    blind: tuple[str, ...] = ()
    count = 0

    def __init__(self, data: Any, op: str = "", args: tuple[Value, ...] = (), pull: Any = None):
        self.data, self.grad = float(data), 0.0
        self.op, self.args = op, args
        self.pull: Callable[[float], list[float]] = pull or (lambda g: [])
        Value.count += 1
        self.born = Value.count

    def result(self, data: float, op: str, args: tuple[Value, ...], *slopes: float) -> Value:
        """A node that sends each argument its slope times the gradient."""
        forgets = op in self.blind
        return type(self)(
            data, op, args, lambda g: [slope if forgets else g * slope for slope in slopes]
        )

    def wrapped(self, other: Any) -> Value:
        """The other operand as a node of this engine."""
        return other if isinstance(other, Value) else type(self)(other)

    def __add__(self, other: Any) -> Value:
        other = self.wrapped(other)
        return self.result(self.data + other.data, "+", (self, other), 1.0, 1.0)

    def __sub__(self, other: Any) -> Value:
        other = self.wrapped(other)
        second = 1.0 if self.fault == "-" else -1.0
        return self.result(self.data - other.data, "-", (self, other), 1.0, second)

    def __mul__(self, other: Any) -> Value:
        other = self.wrapped(other)
        x, y = self.data, other.data
        return self.result(x * y, "*", (self, other), y, x)

    def __pow__(self, n: float) -> Value:
        return self.result(self.data**n, "**", (self,), n * self.data ** (n - 1))

    def tanh(self) -> Value:
        """The hyperbolic tangent."""
        x, t = self.data, math.tanh(self.data)
        return self.result(t, "tanh", (self,), 1 - (x * x if self.fault == "tanh" else t * t))

    def relu(self) -> Value:
        """x where it is positive, else 0."""
        z = max(self.data, 0.0)
        return self.result(z, "relu", (self,), float(z >= 0 if self.fault == "relu" else z > 0))

    def backward(self) -> None:
        """The chain rule, in order and adding up, unless that is this engine's fault."""
        if self.fault == "order":
            self.send(1.0)
            return
        nodes = youngest_first(self)
        for node in nodes:
            node.grad = 0.0
        self.grad = 1.0
        for node in nodes:
            for source, share in zip(node.args, node.pull(node.grad), strict=True):
                source.grad = share if self.fault == "adding up" else source.grad + share

    def send(self, share: float) -> None:
        """Take up a share, and pass on at once what has come so far."""
        self.grad += share
        for source, part in zip(self.args, self.pull(self.grad), strict=True):
            source.send(part)


def youngest_first(root: Value) -> list[Value]:
    """All nodes that root was made from, each before its args."""
    return sorted(connected(root), key=lambda node: -node.born)


def connected(root: Value) -> set[Value]:
    """All nodes that root was made from, and root."""
    found, waiting = {root}, [root]
    while waiting:
        for source in waiting.pop().args:
            if source not in found:
                found.add(source)
                waiting.append(source)
    return found


def engine(fault: str, *blind: str) -> type[Value]:
    """An engine with this fault."""
    return type("Value", (Value,), {"fault": fault, "blind": blind})


ENGINES = {
    "A": engine("tanh"),
    "B": engine("order"),
    "C": engine("**", "**"),
    "D": engine("relu"),
    "E": engine("adding up"),
    "F": engine("-"),
}
FAULTS = {  # what a broken engine of this kind does, for those who let it slip through
    "+": "a sum that sends 1, whatever gradient arrives",
    "-": "a difference that sends the wrong sign to what is subtracted",
    "*": "a product that sends the other factor, whatever gradient arrives",
    "**": "a power that sends its slope, whatever gradient arrives",
    "tanh": "a tanh that has a wrong slope, or sends it whatever gradient arrives",
    "relu": "a relu that lets gradients through on both sides",
    "adding up": "a backward() that overwrites",
    "order": "a backward() that does not wait",
    "none": "an engine without any mistake",
}


@exercise(
    "03.1",
    hints=[
        "Two local derivatives: of x / y by x, and by y. Each is multiplied by g.",
        "x / y is x · y⁻¹, and the slope of y⁻¹ is −y⁻².",
        "To x goes g / y. To y goes something negative, with y² below.",
    ],
    mistakes=[
        (lambda g, x, y: (g / y, g * x), "x is right; y got the pull of a product."),
        (lambda g, x, y: (g / y, g * x / y**2), "the larger y is, the smaller is x / y: a sign."),
        (lambda g, x, y: (1 / y, -x / y**2), "those are the local derivatives. Where is g?"),
        (lambda g, x, y: (g / y, -g / y**2), "that is the slope of 1 / y; here x stands above."),
        (lambda g, x, y: (g * y, g * x), "that is the pull of a product."),
        (lambda g, x, y: (-g * x / y**2, g / y), "the two are swapped: x comes first."),
    ],
    inputs=lambda rng: (rng.normal(), rng.normal(), rng.uniform(0.5, 3)),
)
def division(g: float, x: float, y: float) -> tuple[float, float]:
    """What z = x / y with gradient g sends to x and to y."""
    share = g / y
    return share, -share * x / y


def judge_reflected(answer: Any, rng: Generator) -> None:
    """Right if numbers may stand on the left, and gradients are right there too."""
    if not (isinstance(answer, tuple) and len(answer) == 2 and all(map(callable, answer))):
        raise AnswerError('give both functions: check("03.2", my_radd, my_rsub).')
    radd, rsub = answer
    kind: Any = type("Value", (Value,), {"__radd__": radd, "__rsub__": rsub})
    for name, act, slope in (("+", operator.add, 1), ("-", operator.sub, -1)):
        n, x = float(rng.integers(2, 9)), rng.normal()
        v = kind(x)
        what = f"{n:g} {name} Value({x:.3f})"
        try:
            z: Any = act(n, v)
        except RecursionError:
            raise AnswerError(
                f"in {what} Python asks the number, then your method; your method asks the "
                "number again, and so on without end. Inside it, let self stand on the left."
            ) from None
        except TypeError as error:
            raise AnswerError(f"{what}: {error}.") from None
        if not isinstance(z, Value):
            raise AnswerError(f"{what} gives {z!r}: a Value is asked for, or nothing is recorded.")
        if name == "-" and same(z.data, x - n):
            raise AnswerError(f"{what} gives {z.data:.3f}: that is the Value minus the number.")
        if not same(z.data, n + slope * x):
            raise AnswerError(f"{what} gives {z.data:.3f}, which is not it.")
        z.backward()
        if not same(v.grad, slope):
            raise AnswerError(f"{what} is right, but the gradient {v.grad:g} arrives at the Value.")


@exercise(
    "03.2",
    hints=[
        "Inside the method you know: self is a Value, so self + other and self * other work.",
        "Adding does not mind the order. Subtracting does.",
        "3 − v is 3 + (−1) · v.",
    ],
    judge=judge_reflected,
)
def reflected() -> tuple[Callable[..., Any], Callable[..., Any]]:
    """The methods for a number on the left of + and of -."""

    def radd(self: Any, other: float) -> Any:
        return self + other

    def rsub(self: Any, other: float) -> Any:
        return self * -1 + other

    return radd, rsub


def judge_order(order: Any, rng: Generator) -> None:
    """Right if every node comes once, before its args: in random graphs, and in a long chain."""
    for _ in range(20):
        nodes = [Value(i) for i in range(2)]
        for i in range(2, 9):
            nodes.append(Value(i, "+", tuple(nodes[int(k)] for k in rng.integers(i, size=2))))
        for node in nodes:
            node.born = int(rng.integers(1000))  # no help: the order is asked for from args alone
        require_order(order, nodes[-1])
    chain = Value(0)
    for i in range(20_000):
        chain = Value(i, "+", (chain,))
    require_order(order, chain)


def require_order(order: Any, root: Value) -> None:
    """Say what is wrong with an order of the nodes that root was made from."""
    try:
        found = order(root)
    except RecursionError:
        raise AnswerError(
            "right or not, it breaks on a chain of 20,000: Python allows about a thousand calls "
            "within each other. Keep a list of what is still to be visited instead."
        ) from None
    if not isinstance(found, list):
        raise AnswerError(f"a list of nodes is asked for, and this is {found!r}.")
    place = {node: i for i, node in enumerate(found)}
    every = connected(root)
    if len(place) < len(found):
        raise AnswerError("a node comes twice: it would send its gradient twice.")
    if place.keys() != every:
        raise AnswerError(f"there are {len(every)} nodes, and {len(place)} in your list.")
    if place[root]:
        raise AnswerError("root comes first: it is the only one that nobody else must wait for.")
    for node in found:
        for source in node.args:
            if place[source] < place[node]:
                raise AnswerError(
                    f"a node stands in place {place[source]}, and one that uses it only in place "
                    f"{place[node]}: it would pass on its gradient before all of it has arrived."
                )


@exercise(
    "03.3",
    hints=[
        "When may a node come? When all nodes that use it have come.",
        "First count, for every node, how often it is used. Two visits of the graph, then.",
        "Keep a list of nodes that are ready. Take one, and count down its args; one that reaches "
        "0 is ready too.",
    ],
    judge=judge_order,
)
def ordered(root: Any) -> list[Any]:
    """All nodes that root was made from, each before its args, without recursion."""
    users, waiting = {root: 0}, [root]
    while waiting:
        for source in waiting.pop().args:
            if source not in users:
                users[source] = 0
                waiting.append(source)
            users[source] += 1
    result, ready = [], [root]
    while ready:
        node = ready.pop()
        result.append(node)
        for source in node.args:
            users[source] -= 1
            if users[source] == 0:
                ready.append(source)
    return result


CURVES: list[tuple[Callable[..., Any], Callable[..., Any]]] = [
    (np.sin, np.cos),
    (np.exp, np.exp),
    (np.tanh, lambda x: 1 - np.tanh(x) ** 2),
    (lambda x: x**3, lambda x: 3 * x * x),
]


def judge_slope(slope: Any, rng: Generator) -> None:
    """Right if its relative error stays below 1e-8 on curves, which needs the right rule and h."""
    for f, derivative in CURVES:
        x = rng.uniform(0.6, 1.2)
        got, true = ran(slope, f, x), derivative(x)
        if got is None:
            raise AnswerError("your function returns nothing: is there a return?")
        for factor, why in ((2, "twice the slope: x + h and x − h are 2h apart."),
                            (-1, "the slope with the wrong sign: what comes first?")):  # fmt: skip
            if same(got, factor * true, 1e-3):
                raise AnswerError(f"that is {why}")
        if (error := abs(got / true - 1)) > 0.1:
            raise AnswerError(f"the slope is {true:.4f} there, and you find {got:.4g}.")
        if error > 1e-8:
            raise AnswerError(
                f"the error is {error:.0e}. Which rule and which h does the U ask for?"
            )


@exercise(
    "03.4",
    hints=[
        "The central difference: look on both sides.",
        "Divide by the distance of the two points.",
        "Where is the lowest point of the blue curve?",
    ],
    judge=judge_slope,
)
def central_difference(f: Callable[[float], float], x: float) -> float:
    """The slope of f at x by nudging, to a relative error below 1e-8."""
    h = 1e-5
    return (f(x + h) - f(x - h)) / (2 * h)


def judge_hunt(find: Any, rng: Generator) -> None:
    """Right if it names the fault of every engine, whichever operation forgets what arrives."""
    blind = [(fault, fault) for fault in ("*", "**", "tanh")]
    broken = [(fault,) for fault in ("-", "tanh", "relu", "adding up", "order", "none")]
    patients = [*blind, *broken, ("+", "+")]
    for i in rng.permutation(len(patients)):
        fault, *forgets = patients[int(i)]
        said = ran(find, engine(fault, *forgets))
        if said == fault:
            continue
        if said == "none":
            raise AnswerError(f"one slipped through: {FAULTS[fault]}.")
        if said not in FAULTS:
            raise AnswerError(f"{said!r} is no part of an engine.")
        raise AnswerError(f"you blame {said!r} in {FAULTS[fault]}.")


@exercise(
    "03.5",
    hints=[
        "Let something other than 1 arrive: follow each operation by a multiplication.",
        "ReLU needs a negative input as well. And what is used twice? First try a leaf.",
        "A leaf used twice shows overwriting; a RESULT used twice shows the missing wait. Start "
        "with the product, since the others use it, and try those two last.",
    ],
    judge=judge_hunt,
)
def found_out(engine: Any) -> str:
    """Which part of the engine is wrong."""
    formulas: list[tuple[str, Callable[..., Any], tuple[float, float]]] = [
        ("*", lambda x, y: x * y * 2, (0.8, 0.3)),
        ("+", lambda x, y: (x + y) * 2, (0.8, 0.3)),
        ("-", lambda x, y: (x - y) * 2, (0.8, 0.3)),
        ("**", lambda x, y: (x**3) ** 2, (0.8, 0.3)),
        ("tanh", lambda x, y: x.tanh() * 2, (0.8, 0.3)),
        ("relu", lambda x, y: x.relu() * 2 + y.relu() * 2, (0.8, -0.3)),
        ("adding up", lambda x, y: x + x, (0.8, 0.3)),
        ("order", lambda x, y: (lambda s: s + s)(x * y), (0.8, 0.3)),
    ]
    return next((part for part, f, at in formulas if not agrees(engine, f, at)), "none")


def agrees(engine: Any, f: Callable[..., Any], point: tuple[float, ...], h: float = 1e-5) -> bool:
    """Whether the gradients of f in this engine are those of nudging."""
    leaves = [engine(x) for x in point]
    f(*leaves).backward()
    for i, leaf in enumerate(leaves):
        up, down = list(point), list(point)
        up[i], down[i] = point[i] + h, point[i] - h
        slope = (f(*map(engine, up)).data - f(*map(engine, down)).data) / (2 * h)
        if abs(leaf.grad - slope) > 1e-6:
            return False
    return True
