"""What the two faces of a node, Value and Tensor, have in common: operators, methods, NumPy.

Both have the same verbs, so a learner can put one in place of the other. Nothing is computed here:
every operator and method is a function of `ops`, under the name it has in Python or NumPy.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import Any, NamedTuple
from warnings import warn

import numpy as np

from .data import plain, raw
from .errors import Hint, lesson
from .guard import refuse_in_trace
from .node import Node
from .ops import cumulate, elementwise, linear, order, reduce, shape
from .ops.doors import by_function, by_ufunc
from .question import detached
from .state import current, is_grad_enabled


def reflected(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """The operator with its sides exchanged, for when a node stands on the right."""
    return lambda self, other: function(other, self)


def in_place(
    function: Callable[[Any, Any], Any], ufunc: Callable[..., Any], symbol: str
) -> Callable[[Any, Any], Any]:
    """`a += b`: the new node a + b, but inside no_grad() a change of a's own data.

    Raises E13 for a leaf with a gradient and plain data: that is an update step in the open.
    """

    def method(self: Any, other: Any) -> Any:
        if not is_grad_enabled():
            self._write(ufunc, raw(plain(other)))
            return self
        leaf = self.op is None and self.requires_grad and self.grad is not None
        if leaf and not isinstance(other, Node):
            raise lesson("E13", leaf=self.name or "w", symbol=symbol)
        return function(self, other)

    return method


def compared(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """A comparison of numbers; with anything else Python decides."""

    def method(self: Any, other: Any) -> Any:
        if other is None or isinstance(other, str):
            return NotImplemented
        return function(self, other)

    return method


class Handle(NamedTuple):
    """What `register_hook` returns."""

    hooks: list[Any]
    hook: Any

    def remove(self) -> None:
        """Call the hook no more."""
        self.hooks.remove(self.hook)


class Face(Node):
    """The operators and methods of Value and Tensor."""

    __slots__ = ()

    __add__ = elementwise.add
    __sub__ = elementwise.subtract
    __mul__ = elementwise.multiply
    __truediv__ = elementwise.divide
    __floordiv__ = elementwise.floor_divide
    __mod__ = elementwise.remainder
    __pow__ = elementwise.power
    __matmul__ = linear.matmul

    __radd__ = reflected(elementwise.add)
    __rsub__ = reflected(elementwise.subtract)
    __rmul__ = reflected(elementwise.multiply)
    __rtruediv__ = reflected(elementwise.divide)
    __rfloordiv__ = reflected(elementwise.floor_divide)
    __rmod__ = reflected(elementwise.remainder)
    __rpow__ = reflected(elementwise.power)
    __rmatmul__ = reflected(linear.matmul)

    __iadd__ = in_place(elementwise.add, np.add, "+")
    __isub__ = in_place(elementwise.subtract, np.subtract, "-")
    __imul__ = in_place(elementwise.multiply, np.multiply, "*")
    __itruediv__ = in_place(elementwise.divide, np.divide, "/")
    __ipow__ = in_place(elementwise.power, np.power, "**")

    __neg__ = elementwise.negative
    __pos__ = elementwise.positive
    __abs__ = elementwise.absolute
    __round__ = elementwise.round

    __lt__ = compared(elementwise.less)
    __le__ = compared(elementwise.less_equal)
    __gt__ = compared(elementwise.greater)
    __ge__ = compared(elementwise.greater_equal)
    __eq__ = compared(elementwise.equal)
    __ne__ = compared(elementwise.not_equal)
    __hash__ = object.__hash__  # by identity: two nodes may hold equal numbers

    abs = absolute = elementwise.absolute
    square, sqrt, cbrt = elementwise.square, elementwise.sqrt, elementwise.cbrt
    reciprocal, sign = elementwise.reciprocal, elementwise.sign
    exp, exp2, expm1 = elementwise.exp, elementwise.exp2, elementwise.expm1
    log, log2, log10 = elementwise.log, elementwise.log2, elementwise.log10
    log1p, logaddexp = elementwise.log1p, elementwise.logaddexp
    sin, cos, tan = elementwise.sin, elementwise.cos, elementwise.tan
    arcsin, arccos, arctan = elementwise.arcsin, elementwise.arccos, elementwise.arctan
    sinh, cosh, tanh = elementwise.sinh, elementwise.cosh, elementwise.tanh
    arcsinh, arccosh, arctanh = elementwise.arcsinh, elementwise.arccosh, elementwise.arctanh
    sigmoid, softplus, relu = elementwise.sigmoid, elementwise.softplus, elementwise.relu
    leaky_relu, elu = elementwise.leaky_relu, elementwise.elu
    gelu, silu, sinc = elementwise.gelu, elementwise.silu, elementwise.sinc
    erf, erfc, hypot, arctan2 = (
        elementwise.erf, elementwise.erfc, elementwise.hypot, elementwise.arctan2,
    )  # fmt: skip
    floor, ceil, round, clip = (
        elementwise.floor, elementwise.ceil, elementwise.round, elementwise.clip,
    )  # fmt: skip
    maximum, minimum, pow = elementwise.maximum, elementwise.minimum, elementwise.power

    sum, mean, max, min = reduce.sum, reduce.mean, reduce.max, reduce.min
    var, std, norm, all, any = reduce.var, reduce.std, reduce.norm, reduce.all, reduce.any
    prod, cumsum, cumprod = cumulate.prod, cumulate.cumsum, cumulate.cumprod
    argmax, argmin, argsort = order.argmax, order.argmin, order.argsort
    sort, topk, median, take = order.sort, order.topk, order.median, order.take
    logsumexp, softmax, log_softmax = reduce.logsumexp, reduce.softmax, reduce.log_softmax
    reshape, ravel, flatten = shape.reshape, shape.ravel, shape.flatten
    swapaxes, moveaxis, squeeze = shape.swapaxes, shape.moveaxis, shape.squeeze
    expand_dims, split, flip, roll = shape.expand_dims, shape.split, shape.flip, shape.roll
    tile, repeat, tril, triu, diag = shape.tile, shape.repeat, shape.tril, shape.triu, shape.diag
    diagonal, trace, inner, outer = shape.diagonal, linear.trace, linear.inner, linear.outer
    broadcast_to, dot, matmul = shape.broadcast_to, linear.dot, linear.matmul

    @property
    def data(self) -> Any:
        """The number or array itself. Assigning new data is noticed by a later backward pass."""
        refuse_in_trace(self, ".data")
        return self._data

    @data.setter
    def data(self, data: Any) -> None:
        self._data = self._as_data(data)
        self._changed()

    @property
    def name(self) -> Any:
        """The name under which messages and pictures show this node."""
        return self._mark("name")

    @name.setter
    def name(self, name: str | None) -> None:
        self._note(name=name)

    @property
    def scope(self) -> Any:
        """The dotted path of the `scope` blocks this node was made in."""
        return self._mark("scope")

    def zero_grad(self) -> None:
        """Forget the gradient: `grad` is None again, which means "not computed", not zero."""
        self.grad = None

    def register_hook(self, hook: Callable[[Any], Any]) -> Handle:
        """Call `hook(gradient)` when this node's gradient is finished; `.remove()` ends it.

        What the hook returns, unless None, replaces the gradient before it is used or stored.
        """
        hooks = self._mark("hooks") or []
        hooks.append(hook)
        self._note(hooks=hooks)
        return Handle(hooks, hook)

    def __float__(self) -> float:
        hint_if_tracking(self, "float()")
        return float(self.item())

    def __int__(self) -> int:
        hint_if_tracking(self, "int()")
        return int(self.item())

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if spec else repr(self)

    def __copy__(self) -> Any:
        return rebuilt(*self._facts())

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return rebuilt(*self._facts())

    def __reduce__(self) -> Any:
        return rebuilt, self._facts()

    def _facts(self) -> tuple[Any, ...]:
        """What a copy of this leaf is made of. Raises E32 for the result of a computation."""
        if self.op is not None:
            raise lesson("E32", node=self)
        return type(self), copy(self._data), self.requires_grad, copy(raw(self.grad)), self.name

    def _as_data(self, data: Any) -> Any:
        """New data in the type this face holds."""
        raise NotImplementedError

    def _write(self, ufunc: Callable[..., Any], other: Any) -> None:
        """Change the data in place, and note it."""
        raise NotImplementedError

    def item(self) -> Any:
        """The one number inside, as Python's own. Raises E15 if there are several."""
        raise NotImplementedError

    def detach(self) -> Any:
        """A copy as a new leaf that tracks no gradient: the chain rule stops here."""
        if current.get().tracing:
            return detached(self)
        node = object.__new__(Node.faces[type(self._data)])._leaf(copy(self._data), False)
        node._note(untracked="detach() cut it off from what it was made of")
        return node

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        return by_ufunc(ufunc, method, inputs, options)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return by_function(function, args, kwargs)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        if self.requires_grad:
            raise lesson("E16", function="np.array(node)", fix="stack([a, b, ...]) or t.numpy()")
        refuse_in_trace(self, "np.array()")
        return np.array(self._data, dtype=dtype, copy=copy)


def rebuilt(face: type, data: Any, requires_grad: bool, grad: Any, name: str | None) -> Any:
    """A leaf from its facts: how copies are made and pickles read."""
    node: Any = object.__new__(face)
    node._leaf(data, requires_grad)
    node.grad = grad
    if name is not None:
        node.name = name
    return node


def hint_if_traced(node: Node) -> None:
    """Warn (E35h), once for each line of the caller's, that a choice is not part of a program."""
    if current.get().tracing:
        warn(str(lesson("E35h", node=node)), Hint, stacklevel=3)


def hint_if_tracking(node: Node, function: str) -> None:
    """Warn (E16), once for each line of the caller's, that a plain number ends the chain rule.

    Reading a loss whose backward has run is what everybody does, and no mistake.
    """
    if node.requires_grad and node.grad is None and is_grad_enabled():
        warn(str(lesson("E16h", function=function, node=node)), Hint, stacklevel=3)
