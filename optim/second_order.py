"""Optimizers that use curvature: how the gradient changes from one place to another.

Who knows only the slope must take small steps. Who knows the curvature too, the Hessian H, can jump
to where the slope would be 0: Newton's step, w <- w - H^-1 g. With n numbers H has n^2, so neither
optimizer here writes it down: `LBFGS` guesses it from the gradients it has seen, `NewtonCG` asks
for products H v only.

Both see all parameters as one vector, and look at the loss in several places in one step. So `step`
is given a closure: a function that computes the loss where the parameters are now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Any

import numpy as np

from autograd.data import raw
from autograd.errors import lesson
from autograd.node import Node, sweep
from autograd.random import replaying, snapshot
from autograd.state import enable_grad

from .line_search import ENOUGH, Point, strong_wolfe
from .optimizer import Array, Optimizer
from .options import Group, not_allowed
from .table import Entries, UpdateTable

Closure = Callable[[], Any]

CURVED = 1e-10  # y . s above this: the gradient really changed, in the direction of the step
MOST_HALVINGS = 40


class SecondOrder(Optimizer):
    """An optimizer that sees all parameters as one vector, and the loss through a closure."""

    needs_closure = True

    def add_param_group(self, param_group: Group) -> None:
        """Take the parameters; a second group is refused, for one step is found for all."""
        if self.param_groups:
            raise self._refusal("takes one group of parameters", "LBFGS([*group_a, *group_b])")
        super().add_param_group(param_group)

    def explain_step(self, closure: Closure | None = None) -> UpdateTable:
        """The table name | old | gradient | step | new of what step(closure) would do now.

        The step is taken, and taken back: the closure is called as often as for a step.
        """
        before = [(node._data, node._rare, node.grad) for node in self._nodes]
        state, marks, random = self.state_dict(), (self.accumulate, self._stepped), snapshot()
        try:
            old = self._place()
            with replaying(random):
                gradient = self._joined(slopes_at(self._loss(closure), self._nodes))
            with replaying(random):
                self.step(closure)
            new = self._place()
        finally:
            for node, slots in zip(self._nodes, before, strict=True):
                node._data, node._rare, node.grad = slots
            self.load_state_dict(state)
            self.accumulate, self._stepped = marks
        entries = []
        columns = [self._cut(column) for column in (old, gradient, old - new, new)]
        for i, (node, *pieces) in enumerate(zip(self._nodes, *columns, strict=True)):
            shape = np.shape(node._data)
            entries.append(Entries(node.name or f"p{i}", shape, *[p.ravel() for p in pieces]))
        return UpdateTable(f"{type(self).__name__}: new = old - step", entries)

    def _refusal(self, what: str, instead: str) -> Exception:
        why = "its step comes from the losses and gradients of all parameters in several places"
        return lesson("E24", what=f"{type(self).__name__} {what}", why=why, fix=instead)

    def _loss(self, closure: Closure | None) -> Any:
        """What the closure returns. Raises E24 without one, or if that is not one number."""
        if closure is None:
            fix = "optimizer.step(closure)   where closure() returns the loss, after backward()"
            raise self._refusal("needs a closure: step(closure)", fix)
        with enable_grad():
            loss = closure()
        if loss is None or np.size(raw(loss)) != 1:
            what = f"the closure returned {loss!r:.60}, not one number"
            raise lesson("E24", what=what, why="the loss tells how far to go", fix="return loss")
        return loss

    def _place(self) -> Array:
        """All parameters as one vector."""
        return self._joined([node._data for node in self._nodes])

    def _go(self, w: Array) -> None:
        """Give the parameters the numbers of such a vector."""
        for node, piece in zip(self._nodes, self._cut(w), strict=True):
            node.data = piece.item() if type(node._data) is float else piece.astype(node.dtype)

    def _joined(self, pieces: Iterable[Any]) -> Array:
        """What belongs to each parameter, as one vector; None is 0."""
        full = [
            np.broadcast_to(0 if piece is None else raw(piece), np.shape(node._data)).ravel()
            for node, piece in zip(self._nodes, pieces, strict=True)
        ]
        kind = np.result_type(*[np.asarray(node._data) for node in self._nodes])
        return np.concatenate(full).astype(kind)

    def _cut(self, vector: Array) -> list[Array]:
        """The reverse of `_joined`: pieces shaped like the parameters."""
        ends = np.cumsum([np.size(node._data) for node in self._nodes])
        pieces = zip(self._nodes, np.split(vector, ends[:-1]), strict=True)
        return [piece.reshape(np.shape(node._data)) for node, piece in pieces]


class LBFGS(SecondOrder):
    """w <- w - t H^-1 g, with H guessed from the last steps and how the gradient changed.

    Newton's method without second derivatives: a step s that changed the gradient by y says that
    H s = y. The last history_size such pairs are kept, and `two_loops` applies what they say.

    lr: the length t, or where the line search begins to look for it.
    max_iter, max_eval: the most steps of that kind in one step(), and calls of the closure.
    tolerance_grad, tolerance_change: end where no entry of g, or no change, is larger than that.
    line_search_fn: None, or "strong_wolfe": find a good t along each direction.
    Source: Nocedal & Wright 2006, Numerical Optimization, algorithms 7.4, 3.5 and 3.6.

    >>> from autograd import Value
    >>> x, y = Value(-1.2), Value(1.0)
    >>> optimizer = LBFGS([x, y], max_iter=100, line_search_fn="strong_wolfe")
    >>> def closure():
    ...     optimizer.zero_grad()
    ...     loss = (1 - x) ** 2 + 100 * (y - x * x) ** 2
    ...     loss.backward()
    ...     return loss
    >>> loss_before = optimizer.step(closure)
    >>> round(x.data, 4), round(y.data, 4)
    (1.0, 1.0)
    """

    def __init__(
        self, params: Iterable[Any] = (), lr: float = 1, max_iter: int = 20,
        max_eval: int | None = None, tolerance_grad: float = 1e-7, tolerance_change: float = 1e-9,
        history_size: int = 100, line_search_fn: str | None = None, *, accumulate: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(
            params, lr=lr, max_iter=max_iter, max_eval=max_eval, tolerance_grad=tolerance_grad,
            tolerance_change=tolerance_change, history_size=history_size,
            line_search_fn=line_search_fn, accumulate=accumulate,
        )  # fmt: skip
        if line_search_fn not in (None, "strong_wolfe"):
            allowed, fix = 'None or "strong_wolfe"', 'line_search_fn="strong_wolfe"'
            raise not_allowed("line_search_fn", allowed, line_search_fn, fix)
        if max_eval is None:
            self.param_groups[0]["max_eval"] = max_iter * 5 // 4
        self.memory: dict[str, Any] = {"pairs": []}

    def step(self, closure: Closure | None = None) -> Any:
        """Take up to max_iter steps of the docstring's formula; returns the loss before them.

        closure: zeroes the gradients, computes the loss, calls backward(), returns the loss.
        """
        [group], memory = self.param_groups, self.memory
        small, search = group["tolerance_change"], group["line_search_fn"]
        first, g = self._look(closure)
        w, loss, calls = self._place(), number(first), 1
        for last in reversed(range(group["max_iter"])):
            if np.abs(g).max() <= group["tolerance_grad"]:
                break
            d, t = self._direction(g, group)
            memory |= {"g": g, "d": d, "t": t}
            if g @ d > -small:
                break
            before = loss
            if search:
                start = Point(0.0, loss, float(g @ d), g)
                tries = group["max_eval"] - calls
                found, more = strong_wolfe(self._along(closure, w, d), start, t, d, tries)
                t, loss, g, calls = found.t, found.loss, found.g, calls + more
            w, memory["t"] = w + t * d, t
            self._go(w)
            if last and not search:
                after, g = self._look(closure)
                loss, calls = number(after), calls + 1
            still = np.abs(t * d).max() <= small or abs(loss - before) < small
            if still or calls >= group["max_eval"]:
                break
        return first

    def _direction(self, g: Array, group: Group) -> tuple[Array, float]:
        """Where to go, and how far at first; learns from the step before."""
        lr, memory, pairs = group["lr"], self.memory, self.memory["pairs"]
        if "d" not in memory:
            return -g, lr * min(1.0, 1 / float(np.abs(g).sum()))
        s, y = memory["t"] * memory["d"], g - memory["g"]
        if y @ s > CURVED:
            pairs.append((s, y))
            del pairs[: -group["history_size"]]
        return -two_loops(g, pairs), lr

    def _look(self, closure: Closure | None) -> tuple[Any, Array]:
        """The loss and the whole gradient where we are. Raises E22 if there is no gradient."""
        loss = self._loss(closure)
        gradients = [node.grad for node in self._nodes]
        if all(g is None for g in gradients):
            raise lesson("E22")
        self._hint_at_sums()
        self._stepped = gradients[0]
        return loss, self._joined(gradients)

    def _along(self, closure: Closure | None, w: Array, d: Array) -> Callable[[float], Point]:
        """The function t -> the loss at w + t d, its slope along d and its gradient."""

        def look(t: float) -> Point:
            self._go(w + t * d)
            loss, g = self._look(closure)
            return Point(t, number(loss), float(g @ d), g)

        return look

    def state_dict(self) -> dict[str, Any]:
        """As for the others; what is remembered of all parameters stands under the first."""
        state = {0: deepcopy(self.memory)} if "d" in self.memory else {}
        return {**super().state_dict(), "state": state}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continue where the optimizer stopped whose `state_dict()` this is."""
        super().load_state_dict({k: {} if k == "state" else x for k, x in state_dict.items()})
        self.memory = deepcopy(state_dict["state"].get(0, {"pairs": []}))


class NewtonCG(SecondOrder):
    """w <- w - t H^-1 g, with the true Hessian H, which is never written down.

    `conjugate_gradients` solves H d = -g from products H v alone, and H v is the gradient of the
    number g . v: two sweeps, as in `autograd.hvp`. Where the loss is a quadratic, a single step
    ends at its minimum; where it curves downwards, d goes along the curve.

    lr: the length t, halved until the loss falls.
    max_iter: the most products H v for one step.
    tolerance_grad: do nothing where no entry of g is larger than that.
    Source: Nocedal & Wright 2006, Numerical Optimization, algorithm 7.1.

    >>> from autograd import Value
    >>> x, y = Value(5.0), Value(-3.0)
    >>> optimizer = NewtonCG([x, y])
    >>> loss_before = optimizer.step(lambda: (x - 1) ** 2 + 100 * (y + x) ** 2)
    >>> round(x.data, 6), round(y.data, 6)
    (1.0, -1.0)
    """

    def __init__(
        self, params: Iterable[Any] = (), lr: float = 1, max_iter: int = 50,
        tolerance_grad: float = 1e-9, *, accumulate: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(
            params, lr=lr, max_iter=max_iter, tolerance_grad=tolerance_grad, accumulate=accumulate
        )

    def step(self, closure: Closure | None = None) -> Any:
        """Take one step; returns the loss before it.

        closure: computes and returns the loss; whether it calls backward() makes no difference.
        """
        [group] = self.param_groups
        loss = self._loss(closure)
        slopes = slopes_at(loss, self._nodes, create_graph=True)
        if all(slope is None for slope in slopes):
            raise lesson("E22")
        w, g = self._place(), self._joined(slopes)
        if np.abs(g).max() <= group["tolerance_grad"]:
            return loss

        def hessian_times(v: Array) -> Array:
            pairs = zip(slopes, self._cut(v), strict=True)
            dot = sum([(slope * piece).sum() for slope, piece in pairs if slope is not None])
            return self._joined(slopes_at(dot, self._nodes))

        d, t = conjugate_gradients(hessian_times, -g, group["max_iter"]), group["lr"]
        for _ in range(MOST_HALVINGS):
            self._go(w + t * d)
            if number(self._loss(closure)) <= number(loss) + ENOUGH * t * (g @ d):
                return loss
            t /= 2
        self._go(w)
        return loss


def number(loss: Any) -> float:
    """The loss as a plain number."""
    return float(np.asarray(raw(loss)).item())


def slopes_at(root: Any, nodes: list[Any], create_graph: bool = False) -> list[Any]:
    """d(root)/d(node) for each node, None where root does not depend on it; no `.grad` is written.

    Unlike `autograd.gradients`, which refuses such nodes.
    """
    found: dict[Any, Any] = {}
    if isinstance(root, Node) and root.requires_grad:
        found = {node: g for node, g, _ in sweep(root, None, create_graph)}
    return [found.get(node) for node in nodes]


def two_loops(g: Array, pairs: list[tuple[Array, Array]]) -> Array:
    """H^-1 g, for the H that maps each s to its y, the last pair first (algorithm 7.4)."""
    q, shares = g.copy(), []
    for s, y in reversed(pairs):
        share = (s @ q) / (y @ s)
        q -= share * y
        shares.append(share)
    if pairs:
        s, y = pairs[-1]
        q *= (y @ s) / (y @ y)
    for (s, y), share in zip(pairs, reversed(shares), strict=True):
        q += (share - (y @ q) / (y @ s)) * s
    return q


def conjugate_gradients(times: Callable[[Array], Array], b: Array, most: int) -> Array:
    """The d with H d = b, from products H v = times(v): each new direction p leaves the old alone.

    Ends after so many products, or where H curves downwards along p (algorithm 7.1).
    """
    d, r, p = np.zeros_like(b), b.copy(), b.copy()
    for _ in range(most):
        Hp = times(p)
        if not p @ Hp > 0:
            return d if d.any() else b
        step = (r @ r) / (p @ Hp)
        d += step * p
        rest = r - step * Hp
        if np.linalg.norm(rest) <= np.finfo(b.dtype).eps * np.linalg.norm(b):
            break
        p = rest + (rest @ rest) / (r @ r) * p
        r = rest
    return d
