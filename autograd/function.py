"""Write your own operation: forward and backward as two functions, as in PyTorch.

    class Cube(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x**3

        @staticmethod
        def backward(ctx, grad):
            (x,) = ctx.saved_tensors
            return grad * 3 * x**2

    y = Cube.apply(x)

`forward` runs on plain data, floats and read-only arrays, so it may use anything NumPy has.
`backward` runs on plain data too, but on nodes when the gradient is itself to be differentiated
(`create_graph=True`, `grad(grad(f))`): write it with operators and functions of `autograd` or
NumPy. `gradcheck(Cube.apply, x, order=2)` says whether both are right.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Any

import numpy as np

from .data import is_plain, plain, raw, shape_of
from .errors import lesson
from .node import Node, kinds
from .op import Op, Share, faces, fit
from .parts import Tuple
from .state import enable_grad, is_grad_enabled
from .transforms import untracked, zero_like


class Context:
    """What `forward` hands on to `backward`, as `ctx`.

    needs_input_grad: for each input, whether its gradient is wanted. Options may be stored as
    attributes (`ctx.axis = 0`); inputs and outputs go through `save_for_backward`, because then
    `saved_tensors` holds nodes where backward is differentiated again.
    """

    _name: str
    _known: list[Any]
    _saved: tuple[Any, ...]
    needs_input_grad: tuple[bool, ...]

    def __init__(self, name: str, inputs: tuple[Any, ...], needs: tuple[bool, ...]) -> None:
        self.__dict__.update(_name=name, _known=list(inputs), _saved=(), needs_input_grad=needs)

    def save_for_backward(self, *tensors: Any) -> None:
        """Keep some of this call's inputs and outputs; None is kept as None. Raises E31."""
        self.__dict__["_saved"] = tensors

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        """What was saved, in order: plain data, or nodes where backward records itself."""
        return tuple([None if i is None else self._known[i] for i in self._saved])

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, np.ndarray) and any([value is known for known in self._known]):
            raise lesson("E31", function=self._name, what=f"ctx.{name} was given an input",
                         why="as an attribute it stays plain data, and the second derivative "
                         "would not see it", fix="ctx.save_for_backward(x)")  # fmt: skip
        self.__dict__[name] = value

    def _close(self, outputs: Sequence[Any]) -> None:
        """After forward: remember places instead of data. The node holds the data itself."""
        places = {id(x): i for i, x in enumerate((*self._known, *outputs))}
        for x in self._saved:
            if x is not None and id(x) not in places:
                raise lesson("E31", function=self._name,
                             what="save_for_backward was given something that is neither an input "
                             "nor an output of this call",
                             why="its own dependence on the inputs would be lost, and the second "
                             "derivative wrong without a word",
                             fix="save the inputs, and compute it again in backward")  # fmt: skip
        kept = tuple([None if x is None else places[id(x)] for x in self._saved])
        self.__dict__.update(_saved=kept, _known=[])

    def _opened(self, known: list[Any]) -> Context:
        """This context with the inputs and outputs in their places, for one run of backward."""
        context = copy(self)
        context.__dict__["_known"] = known
        return context


class Function:
    """An operation of your own: subclass it, and call `apply`."""

    @staticmethod
    def forward(ctx: Any, *args: Any) -> Any:
        """The result from plain data; a tuple for several results."""
        raise NotImplementedError("write  @staticmethod def forward(ctx, x): return ...")

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        """From the gradient of each result, that of each input of forward: None for no gradient."""
        raise NotImplementedError("write  @staticmethod def backward(ctx, grad): return ...")

    @classmethod
    def apply(cls, *args: Any) -> Any:
        """forward(ctx, *args), recorded: a node if there is one among args, else plain data.

        Arguments that are neither numbers nor arrays reach forward as they are.
        """
        inputs = [arg if isinstance(arg, Node) else _as_given(arg) for arg in args]
        wanted = [isinstance(arg, Node) and arg.requires_grad for arg in inputs]
        given = tuple([_own_view(raw(arg)) for arg in inputs])
        ctx = Context(cls.__name__, given, tuple([w and is_grad_enabled() for w in wanted]))
        results = cls.forward(ctx, *given)
        several = isinstance(results, tuple)
        outputs = tuple([_output(cls, y, given) for y in (results if several else (results,))])
        ctx._close(results if several else (results,))
        if not any([isinstance(arg, Node) for arg in inputs]):
            return outputs if several else outputs[0]
        places = [i for i, arg in enumerate(inputs) if isinstance(arg, Node) or is_plain(arg)]
        op = Applied(cls, ctx, places, len(inputs))
        data, face = (outputs, Tuple) if several else (outputs[0], faces[type(outputs[0])])
        node = object.__new__(face)._result(
            data, any(wanted), op, tuple([inputs[i] for i in places])
        )
        return tuple(node) if several else node


class Applied(Op):
    """One call of a Function, as the operation of the node it made.

    places: which of its `count` arguments are numbers, the node's inputs.
    """

    __slots__ = ("count", "ctx", "function", "places")

    def __init__(
        self, function: type[Function], ctx: Context, places: list[int], count: int
    ) -> None:
        super().__init__(function.__name__, function.forward)
        self.function = function
        self.ctx = ctx
        self.places = places
        self.count = count

    def pull(self, g: Any, node: Node, create_graph: bool = False) -> Sequence[Share]:
        """What each input receives: whatever the Function's backward returns, checked."""
        if create_graph and not is_grad_enabled():
            with enable_grad():
                return self.pull(g, node, create_graph)
        several = isinstance(node, Tuple)
        outputs = list(node) if isinstance(node, Tuple) else [node]
        grads = [
            (untracked(zero_like(y)) if create_graph else zero_like(y)) if part is None else part
            for y, part in zip(outputs, g if several else (g,), strict=True)
        ]
        given = dict(zip(self.places, node.args, strict=True))
        known = [*[given.get(i) for i in range(self.count)], *outputs]
        ctx = self.ctx._opened(known if create_graph else [raw(x) for x in known])
        shares = self.function.backward(ctx, *grads)
        shares = shares if isinstance(shares, tuple) else (shares,)
        if len(shares) != self.count:
            raise lesson("E31", function=self.name,
                         what=f"backward returned {len(shares)} gradients for "
                         f"{self.count} inputs of forward",
                         why="every input has its own gradient, or None. PyTorch would say: "
                         "returned an incorrect number of gradients",
                         fix="return grad_x, None   for forward(ctx, x, n)")  # fmt: skip
        return [
            (source, self.checked(shares[i], source, i, create_graph))
            for i, source in given.items()
            if type(source) in kinds and source.requires_grad and shares[i] is not None
        ]

    def checked(self, share: Any, source: Any, i: int, create_graph: bool) -> Any:
        """A gradient that backward returned for input i. Raises E31 for a wrong one."""
        share = plain(share) if create_graph else raw(plain(share))
        if shape_of(share) != source.shape:
            raise lesson("E31", function=self.name,
                         what=f"backward returned a gradient of shape {shape_of(share)} for input "
                         f"{i}, which has shape {source.shape}",
                         why="a gradient has one entry for each entry of its input. PyTorch would "
                         "say: returned an invalid gradient",
                         fix="sum over the axes that broadcasting added: grad.sum(axis=0)"
                         )  # fmt: skip
        if create_graph and not isinstance(share, Node):
            if np.any(share):
                raise lesson("E31", function=self.name,
                             what=f"backward left the graph: its gradient for input {i} is plain "
                             "data, though it was given nodes",
                             why="then the derivative of the gradient would be lost",
                             fix="use grad and ctx.saved_tensors as they are, without .data"
                             )  # fmt: skip
            share = untracked(share)
        return fit(share, source._data)


def _as_given(arg: Any) -> Any:
    return plain(arg) if isinstance(arg, (float, np.ndarray, np.generic)) else arg


def _own_view(data: Any) -> Any:
    """The same number or array as a new object, so that it can be recognised when it is saved."""
    if isinstance(data, float):
        return data * 1.0
    if not isinstance(data, np.ndarray):
        return data
    view = data.view()
    view.flags.writeable = False
    return view


def _output(function: type[Function], y: Any, given: Sequence[Any]) -> Any:
    """A result of forward as a node holds it: one number computed from numbers alone is a float."""
    if not isinstance(y, (float, int, np.ndarray, np.generic)):
        raise lesson("E31", function=function.__name__,
                     what=f"forward returned {type(y).__name__}, not a number or an array",
                     why="forward computes on plain data, and its result is wrapped for you",
                     fix="return np.exp(x)   on the x that forward was given")  # fmt: skip
    if np.ndim(y) == 0 and np.ndarray not in map(type, given):
        return float(y)
    return y if isinstance(y, np.ndarray) and y.flags.writeable else np.array(y)
