"""The views: how long a picture, a page and an explanation take, and how large a page's script is.

No peer draws the same, so these are absolute figures beside the targets of the design: CPU times
after a first call, and for the import that of whole processes. The graphs are networks of single
numbers in which every product is a node.
"""

from __future__ import annotations

from statistics import median

import autograd
import nn
from autograd import Value, draw, explain, play
from autograd.view.model import size
from autograd.view.play import PROGRAMS
from autograd.view.webpage import scripted

from .demo import SIZES, data, our_loss
from .measure import Measured, cpu_time
from .programs import import_time

WARM, MANY, IMPORT, SCRIPT = 300.0, 3000.0, 50.0, 40.0  # milliseconds, and kilobytes


def rows(rounds: int) -> list[Measured]:
    """All figures."""
    small, medium, wide, large = one_sample(3), one_sample(8, 7), one_sample(16, 16), all_samples()
    weight = autograd.history(wide)[-1]
    works = (
        ("draw", medium, ", node by node", lambda: draw(medium, depth=3).svg, WARM),
        ("draw", large, ", folded", lambda: draw(large).svg, MANY),
        ("explain", wide, ": a weight", lambda: str(explain(weight, of=wide)), None),
        ("play", small, ", every step", lambda: play(small).html, None),
        ("play", wide, ", folded, with modules to open", lambda: play(wide).html, None),
    )
    found = []
    for view, graph, how, run, target in works:
        run()
        time = median(cpu_time(run, 1) for _ in range(rounds))
        work = f"{size(autograd.history(graph)):,} boxes{how}"
        found.append(Measured(view, work, 1000 * time, "ms", target))
    script = len(scripted({}, *PROGRAMS).encode()) / 1000
    imported = 1000 * (import_time("views", rounds) - import_time("numpy", rounds))
    return [
        *found,
        Measured("play", "the script of a page, with its style", script, "kB", SCRIPT),
        Measured("import", "all views, over NumPy", imported, "ms", IMPORT),
    ]


def one_sample(*hidden: int) -> Value:
    """The loss of a network with two inputs on one sample, after backward."""
    autograd.manual_seed(0)
    loss = (nn.MLP(2, [*hidden, 1], spelled_out=True)([1.0, -2.0]) - 1) ** 2
    loss.backward()
    return loss


def all_samples() -> Value:
    """The loss of S2's network on its 100 samples, after backward."""
    autograd.manual_seed(0)
    loss = our_loss(nn.MLP(2, SIZES, spelled_out=True), *data())
    loss.backward()
    return loss
