"""The switches of the engine: is it recording, and under which name?

One ContextVar holds one immutable record, so a switch costs an operation a single read, is
restored when an exception passes, and is private to each thread and each asyncio task.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, NamedTuple


class Scope(dict[str, str]):
    """{"scope": path}, shared by all nodes made under it; equal only to itself."""

    __hash__ = object.__hash__  # type: ignore[assignment]
    __eq__ = object.__eq__


class Tracing:
    """What a trace notes beside the graph: random nodes as they are born, and modules called."""

    __slots__ = ("called", "drawn")

    def __init__(self) -> None:
        self.drawn: list[Any] = []
        self.called: list[Any] = []


class State(NamedTuple):
    """What every operation looks at before it records itself."""

    recording: bool = True
    scope: Scope | None = None
    nesting: int = 0  # how many functions are being differentiated around here
    anomaly: Any = None  # what looks at every result and gradient: see `watch.py`
    saver: Any = None  # what sweeps in backward()'s place: see `watch.py`
    tracing: Tracing | None = None  # are comparisons of nodes recorded too? See `tracing()`


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


@contextmanager
def tracing() -> Iterator[None]:
    """Record comparisons of nodes too, so that the record holds for other numbers as well.

    Outside of this block they give plain truth values: the answers for these numbers alone.
    """
    with switched(tracing=Tracing()):
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
        self.token = current.set(inside(current.get(), self.name))

    def __exit__(self, *exception: object) -> None:
        current.reset(self.token)


@lru_cache(maxsize=1000)
def inside(now: State, name: str) -> State:
    """The state one scope further in: remembered, for networks enter the same at every step."""
    outer = now.scope
    return now._replace(scope=Scope(scope=f"{outer['scope']}.{name}" if outer else name))
