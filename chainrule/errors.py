"""How the command line ends where it cannot do what it was asked to: one sentence and a status."""

from __future__ import annotations


class UsageError(Exception):
    """What was asked for makes no sense, or is not there: exit status 2."""


class DivergenceError(Exception):
    """Training made the loss infinite or not a number: exit status 1."""
