"""Module: something with parameters that is called like a function.

    class Net(Module):
        def __init__(self):
            self.hidden = Linear(2, 16)
            self.out = Linear(16, 1)

        def forward(self, x):
            return self.out(relu(self.hidden(x)))

Nothing is registered: a module is asked for its parameters, and then looks through its attributes,
plain lists and dicts included. So nothing can be forgotten, not even `super().__init__()`. The path
to a parameter is its name, such as `hidden.weight` or `layers.0.bias`. Only a buffer is registered:
an array that is saved with the parameters but does not learn looks like any other attribute.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from reprlib import recursive_repr
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np

from autograd import Tensor, Value
from autograd.data import raw
from autograd.errors import lesson
from autograd.failure import note_failure
from autograd.state import current, inside

from .summary import Summary, summarized

State = dict[str, np.ndarray[Any, Any]]

SIZES = "{path: x.shape for path, x in state.items()}   are the sizes to build the module with"
REST = "model.load_state_dict(state, strict=False)   loads what both sides have"


class Parameter(Tensor):
    """A Tensor that learns: it asks for a gradient wherever it is made, inside no_grad() too."""

    __slots__ = ()

    def __init__(
        self, data: Any, requires_grad: bool = True, dtype: Any = None, name: str | None = None
    ) -> None:
        super().__init__(data, requires_grad, dtype, name)


class Parameters(list[Any]):
    """A module's parameters, which know whose they are: where there are none, one can say why."""

    def __init__(self, module: Module, parameters: list[Any]) -> None:
        super().__init__(parameters)
        self.module = module


class Mismatch(NamedTuple):
    """What `load_state_dict` found in one of the two places only."""

    missing_keys: list[str]
    unexpected_keys: list[str]


class Module:
    """Parameters, other modules, and a `forward`; calling the module calls `forward`.

    training: True after `train()`, False after `eval()`; dropout and batch normalization heed it.

    >>> from nn import ReLU, Sequential
    >>> model = Sequential(ReLU(), Sequential(ReLU()))
    >>> [path for path, module in model.named_modules()]
    ['', '0', '1', '1.0']
    """

    training = True
    _scope = ""  # what the module around this one calls it; "" until the first call
    _buffers: ClassVar[dict[str, bool]] = {}  # which attributes are buffers, and are they saved?

    def forward(self, *inputs: Any, **options: Any) -> Any:
        """What the module computes; every subclass writes its own."""
        raise NotImplementedError(f"{type(self).__name__} has no forward(self, x) yet: write one")

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        """`forward`, with every node it makes marked by this module's name."""
        if not self._scope:
            self._name_parts()
        now = current.get()
        if now.tracing is not None:
            now.tracing.called.append(self)
        outer = current.set(inside(now, self._scope))  # as `with scope(...)`, but faster
        try:
            return self.forward(*inputs, **options)
        except Exception as error:
            note_failure(type(self).__name__, inputs, error)
            raise
        finally:
            current.reset(outer)

    def parameters(self, recurse: bool = True) -> list[Any]:
        """Every parameter once, in the order of the attributes: a list, to be read repeatedly.

        recurse: those of the modules inside too.
        """
        found = self.named_parameters(recurse=recurse)
        return Parameters(self, [parameter for _, parameter in found])

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> list[tuple[str, Any]]:
        """(path, parameter) of every parameter; those without a name take their path as name."""
        return self._named(Module._own_parameters, prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> list[Any]:
        """Every buffer once: what is saved with the parameters but does not learn."""
        return [buffer for _, buffer in self.named_buffers(recurse=recurse)]

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> list[tuple[str, Any]]:
        """(path, buffer) of every buffer; those without a name take their path as name."""
        return self._named(Module._own_buffers, prefix, recurse, remove_duplicate)

    def register_buffer(self, name: str, tensor: Any, persistent: bool = True) -> None:
        """Keep an array that does not learn as the attribute `name`, such as a running mean.

        tensor: becomes a Tensor; None keeps the place. persistent: part of `state_dict`.
        Raises E24 for a name that is taken.

        >>> module = Module()
        >>> module.register_buffer("centre", [0.0, 1.0])
        >>> module.centre, list(module.state_dict())
        (Tensor([0., 1.]), ['centre'])
        """
        if hasattr(self, name) and name not in self._buffers:
            what = f"{type(self).__name__} already has {name!r}, which is no buffer"
            why = "a buffer is an attribute, and an attribute is one thing"
            raise lesson("E24", what=what, why=why, fix=f"register_buffer('my_{name}', ...)")
        vars(self).setdefault("_buffers", {})[name] = persistent
        kept = tensor is None or isinstance(tensor, Tensor)
        setattr(self, name, tensor if kept else Tensor(raw(tensor)))

    def modules(self) -> list[Module]:
        """This module and every module in it, once each, parents first."""
        return [module for _, module in self.named_modules()]

    def named_modules(
        self, *, prefix: str = "", remove_duplicate: bool = True
    ) -> list[tuple[str, Module]]:
        """(path, module) of this module, whose path is "", and of every module in it."""
        named = list(self._walk(prefix))
        return once(named) if remove_duplicate else named

    def children(self) -> list[Module]:
        """The modules directly inside this one, once each."""
        return [module for _, module in self.named_children()]

    def named_children(self) -> list[tuple[str, Module]]:
        """(name, module) of the modules directly inside this one."""
        return once(self._parts())

    def train(self, mode: bool = True) -> Self:
        """Behave as in training: dropout drops, batch normalization looks at the batch."""
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Self:
        """Behave as in use: dropout lets everything pass, running statistics stay."""
        return self.train(False)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters: None, or else zeros."""
        for parameter in self.parameters():
            if set_to_none or parameter.grad is None:
                parameter.zero_grad()
            else:
                parameter.grad = raw(parameter.grad) * 0.0

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Let all parameters learn, or freeze them."""
        for parameter in self.parameters():
            parameter.requires_grad = requires_grad
        return self

    def astype(self, dtype: Any) -> Self:
        """Convert all parameters and buffers of a float dtype to another: "float32" halves them.

        Values stay floats. Convert before building an optimizer. Raises E14 for other dtypes.

        >>> from nn import Linear
        >>> Linear(2, 1).astype("float32").weight.dtype
        dtype('float32')
        """
        if np.dtype(dtype).kind != "f":
            raise lesson("E14", dtype=np.dtype(dtype))
        for tensor in [*self.parameters(), *self.buffers()]:
            if isinstance(tensor, Tensor) and tensor.dtype.kind == "f":
                convert(tensor, dtype)
        return self

    def summary(self, input_shape: Sequence[int], dtype: Any = None) -> Summary:
        """A table of all layers: name, layer, output shape, parameters, bytes.

        input_shape: the shape that the module is called with, such as (32, 64) for 32 samples.
        dtype: that of the input, by default the parameters'; int for an Embedding.
        Zeros of that shape pass through the module as in use: nothing is drawn, learned or changed.

        >>> from nn import Linear, ReLU, Sequential
        >>> Sequential(Linear(64, 32), ReLU(), Linear(32, 10)).summary((1, 64))
        Sequential: input (1, 64), output (1, 10)
        name   layer   output shape  parameters   bytes
        0      Linear  (1, 32)            2,080  16,640
        1      ReLU    (1, 32)                0       0
        2      Linear  (1, 10)              330   2,640
        total                             2,410  19,280
        """
        return summarized(self, tuple(input_shape), dtype)

    def apply(self, fn: Callable[[Module], Any]) -> Self:
        """Call fn on every module inside, and last on this one."""
        for _, module in once(list(self._walk(inside_out=True))):
            fn(module)
        return self

    def state_dict(self) -> State:
        """Copies of all parameters and buffers as plain arrays, by path.

        A list of Values is one array. The paths and shapes are those of PyTorch's state_dict.

        >>> from nn import Linear
        >>> {path: array.shape for path, array in Linear(3, 2).state_dict().items()}
        {'weight': (2, 3), 'bias': (2,)}
        """
        return {path: np.array(data_of(held)) for path, held in self._state().items()}

    def load_state_dict(self, state: Mapping[str, Any], strict: bool = True) -> Mismatch:
        """Give all parameters and buffers the numbers that `state_dict` saved; dtypes stay.

        strict: the same paths on both sides; otherwise only the common ones are loaded, and the
        others are returned. Raises E24, naming each misfit, before anything is changed.
        """
        held = self._state()
        expected = {path: np.shape(data_of(parameter)) for path, parameter in held.items()}
        found = {path: np.shape(raw(data)) for path, data in state.items()}
        paths = {**expected, **found} if strict else [path for path in expected if path in found]
        pairs = {path: (expected.get(path), found.get(path)) for path in paths}
        misfits = [misfit(path, *pair) for path, pair in pairs.items() if pair[0] != pair[1]]
        if misfits:
            sizes = any(None not in pair and pair[0] != pair[1] for pair in pairs.values())
            fix = SIZES if sizes else REST
            facts = {"misfits": "\n".join(misfits), "fix": fix}
            raise lesson("E24c", module=type(self).__name__, **facts)
        for path, parameter in held.items():
            if path in found:
                assign(parameter, raw(state[path]))
        missing = [path for path in expected if path not in found]
        return Mismatch(missing, [path for path in found if path not in expected])

    def extra_repr(self) -> str:
        """What stands between the parentheses when the module is printed."""
        return ""

    @recursive_repr()
    def __repr__(self) -> str:
        parts = [f"({name}): {module!r}".replace("\n", "\n  ") for name, module in self._parts()]
        inside = "".join(f"\n  {part}" for part in parts) + "\n" if parts else self.extra_repr()
        return f"{type(self).__name__}({inside})"

    def _entries(self) -> Iterator[tuple[str, Any]]:
        for name, entry in vars(self).items():
            yield from opened(name, entry)

    def _parts(self) -> list[tuple[str, Module]]:
        return [(name, entry) for name, entry in self._entries() if isinstance(entry, Module)]

    def _called(self) -> Iterator[tuple[str, Module]]:
        """The modules that `forward` may call: also what is inside those that have none."""
        for name, part in self._parts():
            yield name, part
            if type(part).forward is Module.forward:
                yield from [(join(name, inner), module) for inner, module in part._called()]

    def _walk(
        self, path: str = "", around: tuple[Module, ...] = (), inside_out: bool = False
    ) -> Iterator[tuple[str, Module]]:
        if not inside_out:
            yield path, self
        around = (*around, self)  # a module may also hold one that holds it
        for name, module in self._parts():
            if not any(module is outer for outer in around):
                yield from module._walk(join(path, name), around, inside_out)
        if inside_out:
            yield path, self

    def _named(
        self, own: Callable[[Module], Any], prefix: str, recurse: bool, remove_duplicate: bool
    ) -> list[tuple[str, Any]]:
        """(path, thing) of what `own` lists of each module; what has no name takes its path."""
        modules = self._walk() if recurse else [("", self)]
        named = [(join(path, key), held) for path, module in modules for key, held in own(module)]
        for path, held in named:
            if held.name is None:
                held.name = path
        named = [(join(prefix, path), held) for path, held in named]
        return once(named) if remove_duplicate else named

    def _own_parameters(self) -> list[tuple[str, Any]]:
        return [(name, entry) for name, entry in self._entries() if is_parameter(entry)]

    def _own_buffers(self) -> list[tuple[str, Any]]:
        held = {name: vars(self).get(name) for name in self._buffers}
        return [(name, buffer) for name, buffer in held.items() if buffer is not None]

    def _own_state(self) -> Iterator[tuple[str, Any]]:
        """What `state_dict` saves of this module alone; a list of Values is one entry."""
        for name, entry in vars(self).items():
            for key, held in [(name, entry)] if all_values(entry) else opened(name, entry):
                if is_parameter(held) or all_values(held):
                    yield key, held
        yield from [(name, held) for name, held in self._own_buffers() if self._buffers[name]]

    def _state(self) -> dict[str, Any]:
        """What `state_dict` saves, by path: parameters, lists of Values, buffers."""
        return {
            join(path, key): held
            for path, module in self._walk()
            for key, held in module._own_state()
        }

    def _name_parts(self) -> None:
        """On the first call: tell all modules and parameters inside what they are called here."""
        for module in reversed(self.modules()):  # the outermost has the last word
            for name, part in module._called():
                part._scope = name
        self._scope = type(self).__name__
        self.named_parameters()
        self.named_buffers()


def opened(name: str, entry: Any) -> Iterator[tuple[str, Any]]:
    """An attribute's contents: what lists and dicts hold, under dotted names."""
    if isinstance(entry, list | tuple):
        entry = dict(enumerate(entry))
    if not isinstance(entry, dict):
        yield name, entry
        return
    for key, inner in entry.items():
        yield from opened(f"{name}.{key}", inner)


def is_parameter(entry: Any) -> bool:
    """A Parameter, or a Value that was not computed."""
    return isinstance(entry, Parameter) or (isinstance(entry, Value) and entry.op is None)


def all_values(entry: Any) -> bool:
    """A list of Values that were not computed: they are saved as one array."""
    return (
        isinstance(entry, list | tuple)
        and len(entry) > 0
        and all(isinstance(value, Value) and value.op is None for value in entry)
    )


def data_of(held: Any) -> Any:
    """The numbers in a parameter, in a buffer or in a list of Values."""
    return held.data if isinstance(held, Tensor | Value) else [value.data for value in held]


def assign(held: Any, data: Any) -> None:
    """New numbers for a parameter, a buffer or a list of Values."""
    if isinstance(held, Tensor | Value):
        held.data = np.array(data, getattr(held, "dtype", float))
        return
    for value, number in zip(held, data, strict=True):
        value.data = number


def convert(tensor: Tensor, dtype: Any) -> None:
    """Give a tensor and its gradient another dtype, which `data` keeps while it learns."""
    learns, tensor.requires_grad = tensor.requires_grad, False
    tensor.data = tensor.data.astype(dtype)
    tensor.requires_grad = learns
    if tensor.grad is not None:
        tensor.grad = tensor.grad.astype(dtype)


def misfit(path: str, expected: tuple[int, ...] | None, found: tuple[int, ...] | None) -> str:
    """A line of the table of shapes that do not agree; None is a path that one side lacks."""
    want = "nothing" if expected is None else f"shape {expected}"
    got = "nothing" if found is None else f"shape {found}"
    return f"    {path}: expected {want}, found {got}"


def once(named: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """The pairs without those whose thing came before under another name."""
    first = {id(pair[1]): pair for pair in reversed(named)}
    return [pair for pair in named if first[id(pair[1])] is pair]


def join(path: str, name: str) -> str:
    """A dotted path; the outermost module's own is empty."""
    return f"{path}.{name}" if path else name
