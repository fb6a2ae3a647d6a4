"""Derivatives of functions, as functions: `grad(f)` is to `f` what f' is to f.

Compositions of `sweep`, nothing more. Each runs the function once, on variables of its own, and
sweeps back from the result to those variables. So no `.grad` is written, and a derivative inside
another one is never confused with it: its variables are other nodes. Inside another transform, or
where nodes go in, gradients are computed on nodes, so that they can be differentiated again.

Numbers and arrays in, numbers and arrays out; nodes in, nodes out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from .data import raw, shape_of
from .errors import lesson
from .guard import refuse_changes, seed, total_of
from .node import Node, history, sweep
from .op import sum_to
from .ops.elementwise import positive
from .ops.shape import reshape, stack
from .state import current, enable_grad, is_grad_enabled, no_grad, switched
from .tensor import Tensor
from .value import Value

Argnum = int | tuple[int, ...]


def gradients(
    outputs: Node | Sequence[Node],
    inputs: Node | Sequence[Node],
    grad_outputs: Any = None,
    create_graph: bool = False,
) -> tuple[Any, ...]:
    """d(outputs)/d(inputs), one gradient for each input; no node's `.grad` is touched.

    outputs: a node or several, whose gradients are added up.
    grad_outputs: the gradient each sweep starts with; may be left out for single numbers.
    create_graph: return nodes that can be differentiated again.
    Raises E03 if an input is not upstream of any output.

    >>> x = Value(3.0)
    >>> (slope,) = gradients(x**3, x, create_graph=True)
    >>> slope.data, gradients(slope, x)
    (27.0, (18.0,))
    """
    roots = [outputs] if isinstance(outputs, Node) else list(outputs)
    wanted = [inputs] if isinstance(inputs, Node) else list(inputs)
    several = isinstance(grad_outputs, (list, tuple))
    starts = grad_outputs if several else [grad_outputs] * len(roots)
    found: dict[Node, Any] = {}
    for root, start in zip(roots, starts, strict=True):
        refuse_changes(history(root))
        for node, g, _ in sweep(root, start, create_graph):
            found[node] = total_of(found[node], g, create_graph) if node in found else g
    for node in wanted:
        if node not in found:
            raise lesson("E03b", source=node)
    return tuple([found[node] for node in wanted])


def grad(f: Callable[..., Any], argnum: Argnum = 0) -> Callable[..., Any]:
    """The derivative f' of a function f that returns one number.

    >>> grad(lambda x: x**3)(2.0)
    12.0
    >>> grad(grad(lambda x: x**3))(2.0)
    12.0
    """
    both = value_and_grad(f, argnum)
    return lambda *args, **kwargs: both(*args, **kwargs)[1]


def value_and_grad(f: Callable[..., Any], argnum: Argnum = 0) -> Callable[..., tuple[Any, Any]]:
    """The function x -> (f(x), f'(x)).

    f: takes floats, arrays or nodes and returns one number.
    argnum: which argument to differentiate by; a tuple gives a tuple of gradients.
    Raises E01 if f returns several numbers: then jacobian or elementwise_grad is meant.

    >>> value_and_grad(lambda x, y: x * y + y)(2.0, 5.0)
    (15.0, 5.0)
    """

    _require_function("grad", f)

    def both(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        run = run_once(f, args, kwargs, argnum)
        if np.size(raw(run.result)) != 1:
            raise lesson("E01g", shape=shape_of(run.result))
        return run.value, run.one_or_all(run.pull(None))

    return both


def elementwise_grad(f: Callable[..., Any], argnum: Argnum = 0) -> Callable[..., Any]:
    """The derivative of sum(f(x)) by x: f'(x) at every entry, where f works entry by entry.

    Has the shape of x. If an entry of f(x) depends on several of x, use `jacobian`.

    >>> elementwise_grad(lambda x: x**3)(np.array([1.0, 2.0]))
    array([ 3., 12.])
    """

    _require_function("elementwise_grad", f)

    def slope(*args: Any, **kwargs: Any) -> Any:
        run = run_once(f, args, kwargs, argnum)
        return run.one_or_all(run.pull(np.ones(shape_of(run.result))))

    return slope


def jacobian(f: Callable[..., Any], argnum: Argnum = 0) -> Callable[..., Any]:
    """J[i, j] = d f(x)[i] / d x[j], of shape f(x).shape + x.shape: one sweep for each entry of f.

    A tuple argnum gives a tuple, one Jacobian for each of those arguments.

    >>> jacobian(lambda x: x * x.sum())(np.array([1.0, 2.0]))
    array([[4., 1.],
           [2., 5.]])
    """

    _require_function("jacobian", f)

    def matrix(*args: Any, **kwargs: Any) -> Any:
        run = run_once(f, args, kwargs, argnum)
        shape = shape_of(run.result)
        if shape == ():
            return run.one_or_all(run.pull(1.0))
        count = math.prod(shape)
        rows = [run.pull(unit) for unit in np.eye(count).reshape(count, *shape)]
        return run.one_or_all(
            [_stacked([row[i] for row in rows], shape, x) for i, x in enumerate(run.variables)]
        )

    return matrix


def hessian(f: Callable[..., Any], argnum: Argnum = 0) -> Callable[..., Any]:
    """H[i, j] = d2 f / dx[i] dx[j], of shape x.shape + x.shape: the Jacobian of the gradient.

    A tuple argnum gives a tuple of tuples: H[a][b] is the derivative by argument a, then b.

    >>> hessian(lambda x: (x**3).sum())(np.array([1.0, 2.0]))
    array([[ 6.,  0.],
           [ 0., 12.]])
    """
    if isinstance(argnum, int):
        return jacobian(jacobian(f, argnum), argnum)
    rows = [jacobian(jacobian(f, i), argnum) for i in argnum]
    return lambda *args, **kwargs: tuple([row(*args, **kwargs) for row in rows])


def vjp(f: Callable[..., Any], *x: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """f(x), and the function v -> v^T J: what each argument receives when f(x) receives v.

    v has the shape of f(x), and is a tuple if f returns one; the answer is a tuple, one for each
    argument. As torch.func.vjp. `backward()` is this, with v = 1.

    >>> y, pull = vjp(lambda x: x * x, np.array([1.0, 2.0]))
    >>> pull(np.array([1.0, 10.0]))
    (array([ 2., 40.]),)
    """
    _require_function("vjp", f)
    run = run_once(f, x, {}, tuple(range(len(x))))
    return run.value, lambda v: tuple(run.pull(v))


def jvp(f: Callable[..., Any], x: Any, v: Any) -> tuple[Any, Any]:
    """(f(x), J v): f, and how fast it changes when x moves with velocity v.

    x, v: of the same shape; tuples if f takes several arguments. As torch.func.jvp.
    v^T J is linear in v, and the derivative of u^T J by u, along v, is J v: two vjps.

    >>> jvp(lambda x: x * x, np.array([1.0, 2.0]), np.array([1.0, 10.0]))[1]
    array([ 2., 40.])
    """
    xs, vs = _paired("jvp", x, v)
    y, pull = vjp(f, *xs)
    several = isinstance(y, tuple)
    still = [zero_like(part) for part in (y if several else (y,))]
    _, push = vjp(lambda *u: pull(u if several else u[0]), *still)
    moved = push(vs)
    return y, moved if several else moved[0]


def hvp(f: Callable[..., Any], x: Any, v: Any) -> tuple[Any, Any]:
    """(f(x), H v), for an f that returns one number, without making the Hessian H.

    x, v: of the same shape; tuples if f takes several arguments, and then H v is one too.
    As torch.autograd.functional.hvp. H is symmetric, so H v is v^T H: the vjp of the gradient.

    >>> hvp(lambda x: (x**3).sum(), np.array([1.0, 2.0]), np.array([1.0, 10.0]))[1]
    array([  6., 120.])
    """
    xs, vs = _paired("hvp", x, v)
    both = value_and_grad(f, tuple(range(len(xs))))

    def value_and_slopes(*args: Any) -> tuple[Any, ...]:
        value, slopes = both(*args)
        return (value, *slopes)

    (value, *_), pull = vjp(value_and_slopes, *xs)
    bent = pull((None, *vs))
    return value, bent if isinstance(x, tuple) else bent[0]


class Run(NamedTuple):
    """One run of a function, on variables of its own.

    result: what it returned, or a tuple of that. plain: the variables stand for numbers and arrays.
    """

    variables: list[Node]
    result: Any
    argnum: Argnum
    plain: bool

    @property
    def value(self) -> Any:
        """The result in the kind of the arguments: plain data or nodes."""
        if isinstance(self.result, tuple):
            return tuple([self.shown(part, self.plain) for part in self.result])
        return self.shown(self.result, self.plain)

    def pull(self, start: Any) -> list[Any]:
        """What each variable receives when the result receives `start`; None is 1 for a number."""
        several = isinstance(self.result, tuple)
        results, starts = (self.result, start) if several else ((self.result,), (start,))
        plain = self.plain and not any([isinstance(part, Node) for part in starts])
        again = not plain and (is_grad_enabled() or current.get().nesting > 0)
        total = [zero_like(x) for x in self.variables]
        for part, v in zip(results, starts, strict=True):
            if v is not None or not several:
                slopes = slopes_of(part, self.variables, again, v)
                pairs = zip(total, slopes, strict=True)
                total = [total_of(t, s, again) for t, s in pairs] if several else slopes
        return [self.shown(slope, plain) for slope in total]

    def shown(self, x: Any, plain: bool) -> Any:
        """x as plain data, or as a node that tracks only what outlives this run.

        The variables of this run do not, and outside all transforms those of other runs neither.
        """
        if plain:
            return raw(x)
        if not isinstance(x, Node):
            return untracked(x)
        over = current.get().nesting == 0
        leaves = [node for node in history(x) if node.op is None and node.requires_grad]
        mine = set(self.variables)
        lasting = [leaf not in mine and not (over and leaf._mark("variable")) for leaf in leaves]
        return x if any(lasting) or current.get().tracing else untracked(x._data)

    def one_or_all(self, parts: list[Any]) -> Any:
        """One derivative for an int argnum, a tuple for a tuple."""
        return tuple(parts) if isinstance(self.argnum, tuple) else parts[0]


def run_once(
    f: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], argnum: Argnum
) -> Run:
    """Call f with variables in place of the arguments that argnum names."""
    wanted = argnum if isinstance(argnum, tuple) else (argnum,)
    if not all([-len(args) <= i < len(args) for i in wanted]):
        raise lesson("E24b", what=f"argnum={argnum}, but the function got {len(args)} arguments",
                     why="argnum counts the positional arguments, from 0",
                     fix="grad(f, argnum=0)(x, y)   differentiates by x")  # fmt: skip
    chosen = [i % len(args) for i in wanted]
    nesting = current.get().nesting
    plain = nesting == 0 and not any([isinstance(args[i], Node) for i in chosen])
    variables = {i: _variable(args[i]) for i in chosen}
    with switched(recording=True, nesting=nesting + 1):
        result = f(*[variables.get(i, x) for i, x in enumerate(args)], **kwargs)
    for part in result if isinstance(result, tuple) else (result,):
        if not isinstance(part, (Node, float, int, np.ndarray, np.generic)):
            raise lesson("E24", what=f"the function returned {part!r:.60}",
                         why="a derivative is that of a number or an array",
                         fix="return loss   or, for a list of nodes, return stack([a, b])"
                         )  # fmt: skip
    return Run([variables[i] for i in chosen], result, argnum, plain)


def slopes_of(
    result: Any, variables: Sequence[Node], create_graph: bool, start: Any = None
) -> list[Any]:
    """d(result)/d(each variable); 0 for a variable that the result does not depend on.

    variables: nodes made just before the run, so that what is younger belongs to it.
    """
    if not (isinstance(result, Node) and result.requires_grad):
        return [zero_like(x) for x in variables]
    began = max([x.born for x in variables]) + 1
    found = shares_before(began, result, _as_kind_of(result, start), create_graph)
    return [found.get(x, zero_like(x)) for x in variables]


def shares_before(began: int, root: Node, start: Any, create_graph: bool) -> dict[Node, Any]:
    """What root, receiving start, sends to each node born before `began`: a sweep that ends there.

    So a derivative inside a larger graph does not walk on into it.
    """
    if root.born < began:
        return {root: seed(root, start, create_graph)}
    found: dict[Node, Any] = {}
    swept = []
    for node, _, sent in sweep(root, start, create_graph, since=began):
        swept.append(node)
        for source, share in sent:
            if source.born < began:
                known = source in found
                found[source] = total_of(found[source], share, create_graph) if known else share
    refuse_changes(swept)
    return found


def _require_function(name: str, f: Any) -> None:
    if isinstance(f, Node):
        raise lesson("E24", what=f"{name} takes a function, got a node",
                     why=f"{name}(f) is about a function; a node is already a result",
                     fix="gradients(loss, [w, b])   or   loss.backward(); w.grad")  # fmt: skip


def _variable(x: Any) -> Node:
    """x as a node of its own, so that this derivative is not confused with one around it."""
    with enable_grad():
        if isinstance(x, Node) and x.requires_grad:
            return positive(x)  # type: ignore[no-any-return]
        data = raw(x)
        single = isinstance(data, (float, int, np.floating, np.integer))
        variable = Value(data) if single else Tensor(data, requires_grad=True)
        variable._note(variable=True)
        return variable


def untracked(data: Any) -> Node:
    """Plain data as a node that tracks nothing."""
    with no_grad():
        return Tensor(data) if isinstance(data, (np.ndarray, np.generic)) else Value(data)


def _stacked(rows: list[Any], shape: tuple[int, ...], x: Node) -> Any:
    """Rows d f[i] / dx, one for each entry of f, as one array of f's shape + x's shape."""
    if not rows:
        return np.zeros(shape + shape_of(x))
    if isinstance(rows[0], Node):
        return reshape(stack(rows), shape + shape_of(x))
    return np.reshape(rows, shape + shape_of(x))


def _paired(name: str, x: Any, v: Any) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """x and v as tuples; raises E01d unless each v has the shape of its x."""
    xs, vs = [part if isinstance(part, tuple) else (part,) for part in (x, v)]
    points, directions = [[np.shape(raw(part)) for part in parts] for parts in (xs, vs)]
    if points != directions:
        raise lesson("E01d", name=name, x=", ".join(map(str, points)),
                     v=", ".join(map(str, directions)))  # fmt: skip
    if any([isinstance(part, Node) for part in xs]):
        vs = tuple([part if isinstance(part, Node) else untracked(part) for part in vs])
    return xs, vs


def zero_like(x: Any) -> Any:
    """0, or an array of them, in the shape and the float dtype of x."""
    data = raw(x)
    if not isinstance(data, np.ndarray):
        return 0.0
    return np.zeros(data.shape, data.dtype if data.dtype.kind == "f" else float)


def _as_kind_of(root: Node, start: Any) -> Any:
    """A node that a sweep starts with: a Value for a Value, a Tensor for a Tensor."""
    if not isinstance(start, Node) or type(start._data) is type(root._data):
        return start
    if isinstance(start._data, float):
        return reshape(stack([start]), ())
    return sum_to(start, shape=(), dtype=float)
