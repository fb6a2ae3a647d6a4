"""The command line: `chainrule train`.

Whatever cannot be done is refused with one sentence on stderr and exit status 2. Status 1 means
that training diverged, 130 that Ctrl-C ended it; what was trained until then is written.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NoReturn

from . import __version__
from .errors import DivergenceError, UsageError
from .resume import settings_of
from .samples import DATASETS
from .train import ACTIVATIONS, INTERRUPTED, LOSSES, OPTIMIZERS, Job, run

MOST_UNITS = 10_000
EXAMPLES = """\
examples:
  chainrule train                                  handwritten digits
  chainrule train moons --hidden 16,16 --explain   and the first update as a table
  chainrule train spirals --optimizer sgd --momentum 0.9 --batch-size full
  chainrule train flowers.csv --target species     a table of your own
  chainrule train --resume runs/flowers            go on where Ctrl-C stopped it

The target of a CSV file is a class where it holds text, or few different whole
numbers; otherwise it is a number. --loss mse makes it a number, --loss
cross-entropy a class. All other columns must be numeric.
"""


class Parser(argparse.ArgumentParser):
    """An ArgumentParser that refuses in one sentence."""

    def error(self, message: str) -> NoReturn:
        """Raise UsageError in place of printing the usage."""
        left = message.removeprefix("unrecognized arguments: ").split()
        if all(argument.isdecimal() for argument in left):
            message += "; sizes of hidden layers have commas between, --hidden 16,16"
        raise UsageError(f"{message}; `{self.prog} --help` lists the options.")


def main(argv: list[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a name that a terminal cannot show is no error
    try:
        with warnings.catch_warnings():
            warnings.showwarning = show_hint  # type: ignore[assignment]
            return command(argv)
    except (UsageError, DivergenceError) as reason:
        print(f"chainrule: {reason}", file=sys.stderr)
        return 2 if isinstance(reason, UsageError) else 1
    except KeyboardInterrupt:
        print("chainrule: stopped before it was done.", file=sys.stderr)
        return INTERRUPTED
    except MemoryError:
        print("chainrule: there is not enough memory for this network or data.", file=sys.stderr)
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # who read has gone
        return 1
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print(f"chainrule: {where}{error.strerror or error}.", file=sys.stderr)
        return 2


def command(argv: list[str] | None) -> int:
    """Parse the arguments and do what they say."""
    whole = parser()
    options = vars(whole.parse_args(argv))  # those that were given; Job knows the defaults
    if options.pop("command") is None:
        whole.print_help()
        return 0
    progress = not options.pop("no_progress", False) and sys.stderr.isatty()
    if "resume" in options:
        options = settings_of(options.pop("resume"), options)
    return run(Job(progress=progress, **options))


def parser() -> Parser:
    """The options, with the defaults in words."""
    whole = Parser(
        prog="chainrule", allow_abbrev=False, description="Backpropagation, from the terminal."
    )
    whole.add_argument("--version", action="version", version=f"chainrule {__version__}")
    commands = whole.add_subparsers(dest="command", metavar="command")
    train = commands.add_parser(
        "train", help="train a network, and see what happens", allow_abbrev=False, epilog=EXAMPLES,
        description="Train a network on a data set, and keep weights, history and pictures.",
        formatter_class=argparse.RawDescriptionHelpFormatter, argument_default=argparse.SUPPRESS,
    )  # fmt: skip
    data = train.add_argument_group("data")
    network = train.add_argument_group("network")
    learning = train.add_argument_group("learning")
    output = train.add_argument_group("output")
    # fmt: off
    data.add_argument("data", nargs="?",
        help=f"{', '.join(DATASETS)}, or the path of a CSV file (default: digits)")
    data.add_argument("--target", metavar="COLUMN",
        help="the column of the CSV file to predict")
    data.add_argument("--test-size", metavar="S", type=test_size,
        help="samples kept for testing: a share below 1, or a number (default: 0.25; digits: 397)")
    data.add_argument("--seed", metavar="N",
        type=number("--seed", int, "0 or more", lambda n: n >= 0),
        help="the same seed gives the same result, bit for bit (default: 0)")
    network.add_argument("--hidden", metavar="SIZES", type=sizes,
        help="units of the hidden layers, such as 32,16; none for a linear model "
        "(default: 128 for digits, 16 for iris, 16,16 in the plane, 32 for CSV files)")
    network.add_argument("--activation", metavar="NAME", type=one_of("--activation", ACTIVATIONS),
        help=f"{', '.join(ACTIVATIONS)} (default: relu)")
    network.add_argument("--dropout", metavar="P",
        type=number("--dropout", float, "from 0 to below 1", lambda p: 0 <= p < 1),
        help="probability of dropping a hidden unit (default: 0; digits: 0.2)")
    learning.add_argument("--loss", metavar="NAME", type=one_of("--loss", ["auto", *LOSSES]),
        help=f"{', '.join(LOSSES)} (default: cross-entropy for classes, mse for "
        "numbers); bce is for two classes and one output")
    learning.add_argument("--optimizer", metavar="NAME", type=one_of("--optimizer", OPTIMIZERS),
        help=f"{', '.join(OPTIMIZERS)} (default: adam)")
    learning.add_argument("--lr", metavar="RATE",
        type=number("--lr", float, "greater than 0", lambda lr: lr > 0),
        help="learning rate (default: "
        + ", ".join(f"{lr:g} for {name}" for name, (_, lr) in OPTIMIZERS.items()) + ")")
    learning.add_argument("--momentum", metavar="M",
        type=number("--momentum", float, "from 0 to below 1", lambda m: 0 <= m < 1),
        help="for sgd and rmsprop (default: 0)")
    learning.add_argument("--batch-size", metavar="B", type=batch_size,
        help="samples per update: full, 1, or between (default: 32)")
    learning.add_argument("--epochs", metavar="N",
        type=number("--epochs", int, "1 or more", lambda n: n >= 1),
        help="passes over the training samples (default: 20 for digits, 50 in the plane, else 100)")
    learning.add_argument("--compile", action="store_true",
        help="write forward and backward as one program, and run that: the same numbers, sooner")
    learning.add_argument("--explain", action="store_true",
        help="print the first update: name, old, gradient, step, new")
    output.add_argument("--output", metavar="FOLDER", type=folder("--output"),
        help="where to write; an earlier run's files in it are replaced "
        "(default: a new folder in runs/)")
    output.add_argument("--resume", metavar="FOLDER", type=folder("--resume"),
        help="go on with the run in this folder, as if it had never stopped; all other options "
        "are known from there, and --epochs may be larger")
    output.add_argument("--no-progress", action="store_true", help="no progress bar")
    output.add_argument("--quiet", action="store_true", help="print nothing but errors")
    # fmt: on
    return whole


def number(
    option: str, kind: Callable[[str], float], bounds: str, allowed: Callable[[float], bool]
) -> Callable[[str], float]:
    """A reader of numbers within bounds."""

    def read(text: str) -> float:
        try:
            value = kind(text)
            fits = math.isfinite(value) and allowed(value)
        except ValueError:
            fits = False
        if not fits:
            called = "a whole number" if kind is int else "a number"
            raise UsageError(f"{option} must be {called}, {bounds}; got {text!r}.")
        return value

    return read


def one_of(option: str, names: Iterable[str]) -> Callable[[str], str]:
    """A reader of names."""

    def read(text: str) -> str:
        if text not in names:
            raise UsageError(f"{option} must be one of {', '.join(names)}; got {text!r}.")
        return text

    return read


def sizes(text: str) -> tuple[int, ...]:
    """32,16 as (32, 16); none or nothing as ()."""
    if text.strip() in ("", "none"):
        return ()
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() and 1 <= int(part) <= MOST_UNITS for part in parts):
        told = f"whole numbers from 1 to {MOST_UNITS} with commas between, such as 32,16, or none"
        raise UsageError(f"--hidden must be {told}; got {text!r}.")
    return tuple(int(part) for part in parts)


def batch_size(text: str) -> int | str:
    """A number of samples, or full."""
    if text == "full":
        return text
    if not (text.isdecimal() and int(text) >= 1):
        raise UsageError(f"--batch-size must be a whole number, 1 or more, or full; got {text!r}.")
    return int(text)


def test_size(text: str) -> float:
    """A share between 0 and 1, or a whole number of samples."""
    size = number("--test-size", float, "a share below 1 or a count", lambda s: s > 0)(text)
    if size > 1 and not size.is_integer():
        raise UsageError(f"--test-size must be a share below 1, or a whole number; got {text!r}.")
    return size


def folder(option: str) -> Callable[[str], Path]:
    """A reader of paths of folders."""

    def read(text: str) -> Path:
        if not text.strip():
            raise UsageError(f"{option} must name a folder, such as runs/first; got {text!r}.")
        return Path(text)

    return read


def show_hint(message: Warning | str, *_: object) -> None:
    """A warning as one line."""
    print(f"chainrule: hint: {str(message).splitlines()[0]}", file=sys.stderr)
