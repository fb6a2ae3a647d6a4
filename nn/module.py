"""Module: something with parameters that is called like a function.

    class Net(Module):
        def __init__(self):
            self.hidden = Linear(2, 16)
            self.out = Linear(16, 1)

        def forward(self, x):
            return self.out(relu(self.hidden(x)))

Nothing is registered: a module is asked for its parameters, and then looks through its attributes,
plain lists and dicts included. So nothing can be forgotten, not even `super().__init__()`. The path
to a parameter is its name, such as `hidden.weight` or `layers.0.bias`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from reprlib import recursive_repr
from typing import Any, NamedTuple, Self

import numpy as np

from autograd import Tensor, Value, scope
from autograd.data import raw
from autograd.errors import lesson

State = dict[str, np.ndarray[Any, Any]]


class Parameter(Tensor):
    """A Tensor that learns: it asks for a gradient wherever it is made, inside no_grad() too."""

    __slots__ = ()

    def __init__(
        self, data: Any, requires_grad: bool = True, dtype: Any = None, name: str | None = None
    ) -> None:
        super().__init__(data, requires_grad, dtype, name)


class Mismatch(NamedTuple):
    """What `load_state_dict` found in one of the two places only."""

    missing_keys: list[str]
    unexpected_keys: list[str]


class Module:
    """Parameters, other modules, and a `forward`; calling the module calls `forward`.

    training: True after `train()`, False after `eval()`; dropout heeds it.

    >>> model = Sequential(Module(), Module())
    >>> [path for path, module in model.named_modules()]
    ['', '0', '1']
    """

    training = True
    _scope = ""  # what the module around this one calls it; "" until the first call

    def forward(self, *inputs: Any, **options: Any) -> Any:
        """What the module computes; every subclass writes its own."""
        raise NotImplementedError(f"{type(self).__name__} has no forward(self, x) yet: write one")

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        """`forward`, with every node it makes marked by this module's name."""
        if not self._scope:
            self._name_parts()
        with scope(self._scope):
            return self.forward(*inputs, **options)

    def parameters(self) -> list[Any]:
        """Every parameter once, in the order of the attributes: a list, to be read repeatedly."""
        return [parameter for _, parameter in self.named_parameters()]

    def named_parameters(self, remove_duplicate: bool = True) -> list[tuple[str, Any]]:
        """(path, parameter) of every parameter; those without a name take their path as name."""
        named = [
            (join(path, name), entry)
            for path, module in self._walk()
            for name, entry in module._entries()
            if is_parameter(entry)
        ]
        for path, parameter in named:
            if parameter.name is None:
                parameter.name = path
        return once(named) if remove_duplicate else named

    def modules(self) -> list[Module]:
        """This module and every module in it, once each, parents first."""
        return [module for _, module in self.named_modules()]

    def named_modules(self, remove_duplicate: bool = True) -> list[tuple[str, Module]]:
        """(path, module) of this module, whose path is "", and of every module in it."""
        named = list(self._walk())
        return once(named) if remove_duplicate else named

    def children(self) -> list[Module]:
        """The modules directly inside this one, once each."""
        return [module for _, module in self.named_children()]

    def named_children(self) -> list[tuple[str, Module]]:
        """(name, module) of the modules directly inside this one."""
        return once(self._parts())

    def train(self, mode: bool = True) -> Self:
        """Behave as in training: dropout drops."""
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Self:
        """Behave as in use: dropout lets everything pass."""
        return self.train(False)

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters."""
        for parameter in self.parameters():
            parameter.zero_grad()

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Let all parameters learn, or freeze them."""
        for parameter in self.parameters():
            parameter.requires_grad = requires_grad
        return self

    def apply(self, fn: Callable[[Module], Any]) -> Self:
        """Call fn on every module inside, and last on this one."""
        for _, module in once(list(self._walk(inside_out=True))):
            fn(module)
        return self

    def state_dict(self) -> State:
        """Copies of all parameters as plain arrays, by path; a list of Values is one array.

        >>> sorted(Sequential(Module()).state_dict())
        []
        """
        return {path: np.array(data_of(held)) for path, held in self._state().items()}

    def load_state_dict(self, state: Mapping[str, Any], strict: bool = True) -> Mismatch:
        """Give all parameters the numbers that `state_dict` saved.

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
            raise lesson("E24c", module=type(self).__name__, misfits="\n".join(misfits))
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

    def _state(self) -> dict[str, Any]:
        """What `state_dict` saves, by path: parameters, and lists of Values."""
        return {
            join(path, key): held
            for path, module in self._walk()
            for name, entry in vars(module).items()
            for key, held in ([(name, entry)] if all_values(entry) else opened(name, entry))
            if is_parameter(held) or all_values(held)
        }

    def _name_parts(self) -> None:
        """On the first call: tell all modules and parameters inside what they are called here."""
        for module in reversed(self.modules()):  # the outermost has the last word
            for name, part in module._parts():
                part._scope = name
        self._scope = type(self).__name__
        self.named_parameters()


class Sequential(Module):
    """Modules in a row: each takes what the one before it returns.

    modules: any number of modules, called 0, 1, 2 ...; or one dict, whose keys are their names.
    Raises E24 for a class in place of a module, and for anything else that is none.

    >>> Sequential(Module(), Module())
    Sequential(
      (0): Module()
      (1): Module()
    )
    """

    def __init__(self, *modules: Any) -> None:
        named = modules[0] if len(modules) == 1 and isinstance(modules[0], dict) else None
        for name, module in (named or dict(enumerate(modules))).items():
            if not isinstance(module, Module):
                raise not_a_module(module)
            setattr(self, str(name), module)

    def forward(self, x: Any) -> Any:
        """The last module of the one before of ... of the first of x."""
        for module in self:
            x = module(x)
        return x

    def _row(self) -> dict[str, Module]:
        return {name: part for name, part in vars(self).items() if isinstance(part, Module)}

    def __iter__(self) -> Iterator[Module]:
        return iter(self._row().values())

    def __len__(self) -> int:
        return len(self._row())

    def __getitem__(self, index: int | slice) -> Module:
        if isinstance(index, slice):
            return Sequential(dict([*self._row().items()][index]))
        return [*self._row().values()][index]


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
    """The numbers in a parameter or in a list of Values."""
    return held.data if isinstance(held, Parameter | Value) else [value.data for value in held]


def assign(held: Any, data: Any) -> None:
    """New numbers for a parameter or a list of Values."""
    if isinstance(held, Parameter | Value):
        held.data = np.array(data, getattr(held, "dtype", float))
        return
    for value, number in zip(held, data, strict=True):
        value.data = number


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


def not_a_module(thing: Any) -> Exception:
    """The lesson for what Sequential cannot call in a row."""
    why = "Sequential calls each module in turn, so each must have been built"
    if isinstance(thing, type):
        name = f"nn.{thing.__name__}"
        what = f"did you mean {name}()? Sequential got the class {name}, not a module"
        return lesson("E24", what=what, why=why, fix=f"{name}()")
    if isinstance(thing, list | tuple):
        what = "Sequential got a list; it takes its modules one by one"
        return lesson("E24", what=what, why=why, fix="nn.Sequential(*layers)")
    what = f"Sequential got {thing!r}, which is not a module"
    return lesson("E24", what=what, why=why, fix="nn.Sequential(nn.Linear(2, 16), nn.ReLU())")
