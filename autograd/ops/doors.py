"""Which function of ours answers when NumPy's is called on a node: `np.exp(t)` is `exp(t)`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

doors: dict[Any, Callable[..., Any]] = {}


def opens(*numpy_functions: Any) -> Callable[[F], F]:
    """Decorate a function of ours with the NumPy functions that it stands in for."""

    def decorate(function: F) -> F:
        for numpy_function in numpy_functions:
            doors[numpy_function] = function
        return function

    return decorate
