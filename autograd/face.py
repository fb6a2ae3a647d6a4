"""What the two faces of a node, Value and Tensor, have in common: operators, methods, NumPy.

Both have the same verbs, so a learner can put one in place of the other. Nothing is computed here:
every operator and method is a function of `ops`, under the name it has in Python or NumPy.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import Any

import numpy as np

from .data import plain, raw
from .errors import lesson
from .node import Node
from .ops import elementwise, linear, reduce, shape
from .ops.doors import doors
from .state import is_grad_enabled

# NumPy functions whose answers carry no gradient: they are asked about the data.
PLAIN_ANSWERS = {
    np.isnan, np.isfinite, np.isinf, np.logical_not, np.logical_and, np.logical_or, np.shape,
    np.ndim, np.size, np.argmax, np.argmin, np.argsort, np.allclose, np.isclose, np.array_equal,
    np.any, np.all, np.unique, np.bincount, np.zeros_like, np.ones_like, np.array_repr,
    np.array_str,
}  # fmt: skip


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
    gelu, silu, erf, sinc = elementwise.gelu, elementwise.silu, elementwise.erf, elementwise.sinc
    floor, ceil, round, clip = (
        elementwise.floor, elementwise.ceil, elementwise.rint, elementwise.clip,
    )  # fmt: skip
    maximum, minimum, pow = elementwise.maximum, elementwise.minimum, elementwise.power

    sum, mean, max, min = reduce.sum, reduce.mean, reduce.max, reduce.min
    logsumexp, softmax, log_softmax = reduce.logsumexp, reduce.softmax, reduce.log_softmax
    reshape, ravel, flatten = shape.reshape, shape.ravel, shape.ravel
    swapaxes, squeeze, expand_dims = shape.swapaxes, shape.squeeze, shape.expand_dims
    broadcast_to, dot, matmul = shape.broadcast_to, linear.dot, linear.matmul

    @property
    def data(self) -> Any:
        """The number or array itself. Assigning new data is noticed by a later backward pass."""
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

    def register_hook(self, hook: Callable[[Any], Any]) -> Callable[[], None]:
        """Call `hook(gradient)` when this node's gradient is finished; returns its remover.

        What the hook returns, unless None, replaces the gradient before it is used or stored.
        """
        hooks = self._mark("hooks") or []
        hooks.append(hook)
        self._note(hooks=hooks)
        return lambda: hooks.remove(hook)

    def __float__(self) -> float:
        return float(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if spec else repr(self)

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
        return object.__new__(Node.faces[type(self._data)])._leaf(copy(self._data), False)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        if ufunc in PLAIN_ANSWERS:
            return ufunc(*[raw(entry) for entry in inputs])
        name = f"np.{ufunc.__name__}" + ("" if method == "__call__" else f".{method}")
        if method != "__call__" or ufunc not in doors:
            raise lesson("E16", function=name, fix=nearest(ufunc.__name__))
        refuse_options(name, options)
        return doors[ufunc](*inputs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if function in PLAIN_ANSWERS:
            return function(*[raw(arg) for arg in args], **kwargs)
        name = f"np.{function.__name__}"
        if function not in doors:
            raise lesson("E16", function=name, fix=nearest(function.__name__))
        refuse_options(name, {key: kwargs[key] for key in ("out", "where") if key in kwargs})
        return doors[function](*args, **kwargs)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        if self.requires_grad:
            raise lesson("E16", function="np.array(node)", fix="stack([a, b, ...]) or t.numpy()")
        return np.array(self._data, dtype=dtype, copy=copy)


def refuse_options(name: str, options: dict[str, Any]) -> None:
    """Raise E16 for NumPy's `out=` and `where=`, which write where the graph cannot see."""
    if options:
        given = f"{name} with {', '.join(options)}="
        raise lesson("E16", function=given, fix="leave it out, and use the result that is returned")


def nearest(name: str) -> str:
    """What to write instead of a NumPy function that we do not have."""
    from difflib import get_close_matches

    known = sorted({function.__name__ for function in doors.values()})
    close = get_close_matches(name, known, n=2, cutoff=0.5)
    hint = f"the nearest operations here are {' and '.join(close)}; " if close else ""
    return f"{hint}np.{name}(t.detach().numpy()) computes without a gradient"
