"""Backpropagation you can read, run and watch.

Four packages: `autograd` applies the chain rule, `nn` builds networks on it, `optim` trains them,
and `chainrule` is the front door:

    chainrule train                                  # a network on real handwritten digits
    chainrule train moons --hidden 16,16 --explain   # with the first update as a table
    chainrule train flowers.csv --target species     # your own data

The names most often needed are here too: `from chainrule import Value, draw, nn, optim`.
"""

import sys as _sys
from pathlib import Path as _Path
from typing import Any as _Any

from .errors import in_one_sentence as _in_one_sentence

if _Path((*_sys.argv, "")[0]).stem == "chainrule":  # the command, which imports this first of all
    _sys.excepthook = _in_one_sentence

import autograd as _autograd

if not (hasattr(_autograd, "sweep") and hasattr(_autograd, "Value")):
    raise ImportError(
        "chainrule found a package named 'autograd' that is not its own: the distribution called "
        "'autograd' has taken its place.\n"
        "  Why:  both install a folder of that name, and the last one installed wins.\n"
        "  Fix:  pip uninstall -y autograd chainrule && pip install chainrule"
    )

import autograd
import nn
import optim
from autograd import Tensor, Value, grad, gradcheck, manual_seed, no_grad
from autograd import __version__ as __version__

__all__ = [
    "Tensor", "Value", "__version__", "autograd", "draw", "grad", "gradcheck", "manual_seed", "nn",
    "no_grad", "optim",
]  # fmt: skip


def __getattr__(name: str) -> _Any:
    """Load the views on first use, as `autograd` does."""
    if name == "draw":
        return autograd.draw
    raise AttributeError(f"module 'chainrule' has no attribute {name!r}")
