"""How the command line ends where it cannot do what it was asked to: one sentence and a status."""

from __future__ import annotations

import sys
from types import TracebackType


class UsageError(Exception):
    """What was asked for makes no sense, or is not there: exit status 2."""


class DivergenceError(Exception):
    """Training made the loss infinite or not a number: exit status 1."""


def in_one_sentence(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """An excepthook: what ends the command while its modules are imported needs no traceback."""
    if issubclass(kind, ImportError):
        print(error, file=sys.stderr)
    elif issubclass(kind, KeyboardInterrupt):
        print("chainrule: stopped before it was done.", file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, trace)
