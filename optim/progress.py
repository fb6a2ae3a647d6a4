"""Showing how far training has come: a bar in a terminal, printed rows elsewhere.

A notebook and a log are saved and read by others, and a bar that moves would be saved many times
over; rows stay readable.
"""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from typing import Any

ROWS = 10
BAR = "{percentage:3.0f}%|{bar:12}| {n_fmt}/{total_fmt} updates, {remaining} left{postfix}"
# The bar has a width of its own: else a narrow terminal would leave it none beside the scores.


class Silent:
    """Shows nothing."""

    def iteration(self) -> None:
        """One update was made."""

    def epoch(self, epoch: int, scores: str) -> None:
        """An epoch has ended with these scores."""


class Rows(Silent):
    """Prints about ten rows, evenly spaced, the first and the last epoch among them."""

    def __init__(self, epochs: int) -> None:
        self.epochs = epochs
        self.every = max(1, -(-epochs // ROWS))

    def epoch(self, epoch: int, scores: str) -> None:
        """Print a row if it is this epoch's turn."""
        if epoch == 1 or epoch == self.epochs or epoch % self.every == 0:
            print(f"epoch {epoch:{len(str(self.epochs))}}/{self.epochs}: {scores}")


class Bar(Silent):
    """Moves a tqdm bar on stderr, one tick per iteration."""

    def __init__(self, bar: Any) -> None:
        self.bar = bar

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.close()

    def iteration(self) -> None:
        """Move the bar by one iteration."""
        self.bar.update()

    def epoch(self, epoch: int, scores: str) -> None:
        """Write the scores beside the bar."""
        self.bar.set_postfix_str(f"epoch {epoch}, {scores}", refresh=False)


def watching(
    progress: bool, epochs: int, iterations_per_epoch: int, done: int
) -> AbstractContextManager[Silent]:
    """The display that suits the place where the program runs; some epochs may be done already."""
    if not progress:
        return nullcontext(Silent())
    if "ipykernel" in sys.modules or not sys.stderr.isatty():
        return nullcontext(Rows(epochs))
    from tqdm import tqdm

    updates, start = epochs * iterations_per_epoch, done * iterations_per_epoch
    return Bar(tqdm(total=updates, initial=start, bar_format=BAR, file=sys.stderr))
