"""What failed last, and what it was given: noted while an error passes, for `last_graph` to show.

A pass that succeeds pays nothing for it. What is kept are the inputs of one operation, and with
them the graph that they came from, until another one fails.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from .state import current


class Failure(NamedTuple):
    """An operation, or a module that refused its inputs before any.

    message: the error's text. scope: the path that the operation's node would have had.
    """

    name: str
    inputs: tuple[Any, ...]
    message: str
    scope: str | None


latest: list[Failure] = []  # one, or none yet


def note_failure(name: str, inputs: tuple[Any, ...], error: Exception) -> None:
    """Note where an error came from. Whatever it passes on its way out is not the place."""
    if getattr(error, "_noted", False):
        return
    error._noted = True  # type: ignore[attr-defined]
    scope = current.get().scope
    path = scope["scope"] if scope else None
    latest[:] = [Failure(name, inputs, f"{error}" or type(error).__name__, path)]
