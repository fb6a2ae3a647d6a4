"""The library's source of randomness: one NumPy generator, seeded by `manual_seed`.

Whatever draws random numbers (initial weights, dropout, shuffling) takes a generator of its own or
uses this one; the same seed gives the same bits.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from .errors import lesson
from .state import current

_generator: np.random.Generator | None = None  # made on first use: NumPy loads them only then


def manual_seed(seed: int | None) -> np.random.Generator:
    """Start the library's generator anew, so that a run can be repeated exactly.

    seed: a whole number; None draws one that cannot be foretold.

    >>> import autograd
    >>> _ = autograd.manual_seed(0); first = autograd.randn(3)
    >>> _ = autograd.manual_seed(0); second = autograd.randn(3)
    >>> bool((first.data == second.data).all())
    True
    """
    global _generator
    _generator = np.random.default_rng(seed)
    return _generator


def generator(own: int | np.random.Generator | None = None) -> np.random.Generator:
    """The generator to draw from: `own` (a generator or a seed), or else the library's.

    Raises E35 inside `compile`: numbers drawn there would be the same at every call.
    """
    if current.get().tracing:
        raise lesson("E35", what="random numbers were drawn inside the function",
                     why="they would be the same at every call",
                     fix="pass them as an argument, or use dropout")  # fmt: skip
    return stream() if own is None else np.random.default_rng(own)


def stream() -> np.random.Generator:
    """The library's generator, for operations that draw again whenever they are computed."""
    return _generator or manual_seed(None)


def snapshot() -> Any:
    """Where the library's generator stands, for `replaying` and `restore`."""
    return stream().bit_generator.state


def restore(state: Any) -> None:
    """Draw from the library's generator as it stood then, from now on."""
    stream().bit_generator.state = state


@contextmanager
def replaying(state: Any) -> Iterator[None]:
    """Draw from the library's generator as it stood then; afterwards it goes on as if nothing was.

    For one thread at a time: the generator is the library's, and so all threads'.
    """
    global _generator
    outer, _generator = stream(), np.random.default_rng(0)
    _generator.bit_generator.state = state
    try:
        yield
    finally:
        _generator = outer
