"""What the command line says when it cannot do what it was asked to."""

from __future__ import annotations


class Refusal(Exception):
    """Something asked for makes no sense or is not there: one sentence, and exit status 2."""


class Diverged(Exception):
    """The loss is no longer a finite number: one sentence, and exit status 1."""
