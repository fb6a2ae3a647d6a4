"""The switches of the engine: is it recording, and under which name?

One ContextVar holds one immutable record, so a switch costs an operation a single read, is
restored when an exception passes, and is private to each thread and each asyncio task.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple


class State(NamedTuple):
    """What every operation looks at before it records itself."""

    recording: bool = True
    scope: dict[str, str] | None = None  # {"scope": path}, shared by all nodes made under it
    nesting: int = 0  # how many functions are being differentiated around here


DEFAULT = State()
current: ContextVar[State] = ContextVar("autograd state", default=DEFAULT)


@contextmanager
def switched(**changes: Any) -> Iterator[None]:
    """Replace fields of the current state inside a `with` block."""
    token = current.set(current.get()._replace(**changes))
    try:
        yield
    finally:
        current.reset(token)


@contextmanager
def no_grad() -> Iterator[None]:
    """Compute without recording: results remember nothing and track no gradient.

    >>> import autograd
    >>> w = autograd.Value(3.0)
    >>> with autograd.no_grad():
    ...     (w * w).requires_grad
    False
    """
    with switched(recording=False):
        yield


@contextmanager
def enable_grad() -> Iterator[None]:
    """Record again inside a `no_grad()` block."""
    with switched(recording=True):
        yield


def is_grad_enabled() -> bool:
    """Whether operations are being recorded here and now."""
    return current.get().recording


class scope:  # noqa: N801
    """Give every node made inside the block a place to belong to, such as a layer's name.

    Scopes nest, and the views draw them as boxes.

    >>> import autograd
    >>> w = autograd.Value(3.0)
    >>> with autograd.scope("layer"), autograd.scope("square"):
    ...     (w * w).scope
    'layer.square'
    """

    __slots__ = ("name", "token")

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> None:
        now = current.get()
        path = f"{now.scope['scope']}.{self.name}" if now.scope else self.name
        self.token = current.set(State(now.recording, {"scope": path}, now.nesting))

    def __exit__(self, *exception: object) -> None:
        current.reset(self.token)
