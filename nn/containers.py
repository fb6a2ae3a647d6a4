"""Modules made of modules: in a row, in a list, in a dict.

A plain list or dict as an attribute does as well; these have a name of their own when printed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from inspect import signature
from typing import Any, Self

from autograd.errors import lesson

from .module import Module


class Row(Module):
    """Modules called 0, 1, 2 ..., or by names of their own, that can be had and changed by place.

    Raises E24 for a class in place of a module, and for anything else that is none.
    """

    def append(self, module: Module) -> Self:
        """Add a module at the end."""
        return self.insert(len(self), module)

    def extend(self, modules: Iterable[Module]) -> Self:
        """Add several modules at the end."""
        for module in list(modules):
            self.append(module)
        return self

    def insert(self, index: int, module: Module) -> Self:
        """Put a module before the one at index; those after it are renumbered."""
        modules = list(self)
        modules.insert(index, module)
        return self._fill(modules)

    def _row(self) -> dict[str, Module]:
        return {name: part for name, part in vars(self).items() if isinstance(part, Module)}

    def _part(self, named: dict[str, Module]) -> Any:
        """A slice, as a container of the same kind."""
        return type(self)(named.values())  # type: ignore[call-arg]

    def _fill(self, modules: Iterable[Any]) -> Self:
        """Hold these modules, under their numbers, and no others."""
        numbered = {str(i): checked(self, module) for i, module in enumerate(modules)}
        for name in self._row():
            delattr(self, name)
        vars(self).update(numbered)
        return self

    def __iter__(self) -> Iterator[Module]:
        return iter(self._row().values())

    def __len__(self) -> int:
        return len(self._row())

    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return self._part(dict([*self._row().items()][index]))
        return [*self._row().values()][index]

    def __setitem__(self, index: int, module: Module) -> None:
        setattr(self, [*self._row()][index], checked(self, module))

    def __delitem__(self, index: int | slice) -> None:
        modules = list(self)
        del modules[index]
        self._fill(modules)

    def __iadd__(self, modules: Iterable[Module]) -> Self:
        return self.extend(modules)


class Sequential(Row):
    """Modules in a row: each takes what the one before it returns.

    modules: any number of modules, called 0, 1, 2 ...; or one dict, whose keys are their names.

    >>> from nn import Linear, ReLU
    >>> Sequential(Linear(2, 3), ReLU())
    Sequential(
      (0): Linear(in_features=2, out_features=3, bias=True)
      (1): ReLU()
    )
    """

    def __init__(self, *modules: Any) -> None:
        named = len(modules) == 1 and isinstance(modules[0], dict)
        for name, module in (modules[0] if named else dict(enumerate(modules))).items():
            setattr(self, str(name), checked(self, module))

    def forward(self, x: Any) -> Any:
        """The last module of the one before of ... of the first of x."""
        for module in self:
            x = module(x)
        return x

    def _part(self, named: dict[str, Module]) -> Any:
        return Sequential(named)


class ModuleList(Row):
    """A list of modules; what to do with them is for the module around them to say.

    >>> from nn import Linear
    >>> layers = ModuleList(Linear(n, n + 1) for n in (2, 3))
    >>> [layer.out_features for layer in layers]
    [3, 4]
    """

    def __init__(self, modules: Iterable[Module] | None = None) -> None:
        self._fill(modules or ())


class ModuleDict(Module):
    """A dict of modules, in the order of their keys' arrival.

    >>> from nn import ReLU, Tanh
    >>> choices = ModuleDict({"relu": ReLU(), "tanh": Tanh()})
    >>> choices["tanh"]
    Tanh()
    """

    def __init__(self, modules: Mapping[str, Module] | None = None) -> None:
        self._modules: dict[str, Module] = {}
        self.update(modules or {})

    def keys(self) -> Iterable[str]:
        """The names."""
        return self._modules.keys()

    def values(self) -> Iterable[Module]:
        """The modules."""
        return self._modules.values()

    def items(self) -> Iterable[tuple[str, Module]]:
        """(name, module) of each."""
        return self._modules.items()

    def update(self, modules: Mapping[str, Module] | Iterable[tuple[str, Module]]) -> None:
        """Add or replace several."""
        for name, module in dict(modules).items():
            self[name] = module

    def pop(self, key: str) -> Module:
        """Remove a module, and return it."""
        return self._modules.pop(key)

    def clear(self) -> None:
        """Remove all modules."""
        self._modules.clear()

    def __getitem__(self, key: str) -> Module:
        return self._modules[key]

    def __setitem__(self, key: str, module: Module) -> None:
        self._modules[key] = checked(self, module)

    def __delitem__(self, key: str) -> None:
        del self._modules[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __len__(self) -> int:
        return len(self._modules)

    def __contains__(self, key: str) -> bool:
        return key in self._modules

    def _entries(self) -> Iterator[tuple[str, Any]]:
        for name, entry in super()._entries():
            yield name.removeprefix("_modules."), entry


def checked(container: Module, thing: Any) -> Module:
    """The module itself. Raises E24 for what a container cannot hold."""
    if isinstance(thing, Module):
        return thing
    name = type(container).__name__
    why = f"{name} holds modules, so each must have been built"
    if isinstance(thing, type):
        ours = thing.__module__.split(".")[0] == "nn"
        called = f"nn.{thing.__name__}" if ours else thing.__name__
        built = f"{called}({', '.join(example_sizes(thing))})"
        what = f"did you mean {built}? {name} got the class {called}, not a module"
        raise lesson("E24", what=what, why=why, fix=built)
    if isinstance(thing, list | tuple):
        what = f"{name} got a list in a module's place"
        raise lesson("E24", what=what, why=why, fix="nn.Sequential(*layers)")
    what = f"{name} got {thing!r}, which is not a module"
    raise lesson("E24", what=what, why=why, fix="nn.Sequential(nn.Linear(2, 16), nn.ReLU())")


def example_sizes(module: type) -> list[str]:
    """A number for each argument that building such a module needs."""
    needed = [p for p in signature(module).parameters.values() if p.default is p.empty]
    numbers = {p.name: str(2 ** (1 + 3 * i)) for i, p in enumerate(needed) if p.kind < 2}
    return list(numbers.values())
