"""Derivatives of functions, as functions: `grad(f)` is to `f` what f' is to f.

Compositions of `sweep`, nothing more. They write no `.grad`, and nest to any order: inside another
transform the gradient is computed on nodes, so the outer one can differentiate it again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .data import raw
from .errors import lesson
from .guard import refuse_changes, total_of
from .node import Node, sweep
from .ops.elementwise import positive
from .state import current, enable_grad, no_grad, switched
from .tensor import Tensor
from .value import Value


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
        for node, g in _swept(root, start, create_graph).items():
            found[node] = total_of(found[node], g, create_graph) if node in found else g
    for node in wanted:
        if node not in found:
            raise lesson("E03b", source=node)
    return tuple([found[node] for node in wanted])


def value_and_grad(
    f: Callable[..., Any], argnum: int | tuple[int, ...] = 0
) -> Callable[..., tuple[Any, Any]]:
    """The function x -> (f(x), f'(x)).

    f: takes floats, arrays or nodes and returns one number. argnum: which argument to differentiate
    by; a tuple gives a tuple of gradients. Numbers in, numbers out; nodes in, nodes out.

    >>> value_and_grad(lambda x, y: x * y + y)(2.0, 5.0)
    (15.0, 5.0)
    """
    if isinstance(f, Node):
        raise lesson("E24", what="grad takes a function, got a node",
                     why="grad(f) is the derivative of a function; a node is already a result",
                     fix="gradients(loss, [w, b])   or   loss.backward(); w.grad")  # fmt: skip
    several = isinstance(argnum, tuple)
    argnums = argnum if isinstance(argnum, tuple) else (argnum,)

    def derivative(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        chosen = [i % len(args) for i in argnums]
        again = current.get().nesting > 0 or any([_tracks(args[i]) for i in chosen])
        plain = not (again or any([isinstance(args[i], Node) for i in chosen]))
        variables = {i: _variable(args[i]) for i in chosen}
        with switched(recording=True, nesting=current.get().nesting + 1):
            result = f(*[variables.get(i, x) for i, x in enumerate(args)], **kwargs)
            slopes = slopes_of(result, [variables[i] for i in chosen], again)
        if plain:
            result = raw(result)
        else:
            slopes = [_as_node(slope) for slope in slopes]
        return result, tuple(slopes) if several else slopes[0]

    return derivative


def grad(f: Callable[..., Any], argnum: int | tuple[int, ...] = 0) -> Callable[..., Any]:
    """The derivative f' of a function f that returns one number.

    >>> grad(lambda x: x**3)(2.0)
    12.0
    >>> grad(grad(lambda x: x**3))(2.0)
    12.0
    """
    both = value_and_grad(f, argnum)
    return lambda *args, **kwargs: both(*args, **kwargs)[1]


def _swept(root: Node, start: Any, create_graph: bool) -> dict[Node, Any]:
    """The finished gradient of every node that root was made from."""
    found = {node: g for node, g, _ in sweep(root, start, create_graph)}
    refuse_changes(list(found))
    return found


def slopes_of(result: Any, variables: Sequence[Node], create_graph: bool) -> list[Any]:
    """d(result)/d(each variable); 0 for a variable that the result does not depend on."""
    found = _swept(result, None, create_graph) if _tracks(result) else {}
    return [found.get(variable, variable._data * 0) for variable in variables]


def _as_node(x: Any) -> Node:
    if isinstance(x, Node):
        return x
    with no_grad():
        return Value(x) if isinstance(x, float) else Tensor(x)


def _tracks(x: Any) -> bool:
    return isinstance(x, Node) and x.requires_grad


def _variable(x: Any) -> Node:
    """x as a node of its own, so that this derivative is not confused with one around it."""
    with enable_grad():
        if _tracks(x):
            return positive(x)  # type: ignore[no-any-return]
        data = raw(x)
        single = isinstance(data, (float, int, np.floating, np.integer))
        return Value(data) if single else Tensor(data, requires_grad=True)
