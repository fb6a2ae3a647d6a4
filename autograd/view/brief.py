"""What pictures and texts say of a box in few signs: numbers, norms, shapes, remarks."""

from __future__ import annotations

from html import escape

import numpy as np

from .model import Box, Data, Fold, Shapes, is_number, the_number

FEW = 4  # entries: an array of no more is told in numbers, larger ones by their norm


def brief(data: Data) -> str:
    """A number, few numbers, the norm of more, or "—" for what is not computed."""
    if data is None:
        return "—"
    if 0 < np.size(data) <= FEW:
        return bracketed(data)
    return f"norm {number(norm(data))}" if np.size(data) else "[]"


def bracketed(data: Data) -> str:
    """All numbers of an array, an axis in each pair of brackets."""
    return number(data) if is_number(data) else f"[{', '.join(bracketed(row) for row in data)}]"


def number(x: Data, digits: int = 4) -> str:
    """Some significant digits, with a true minus sign; zero has no sign.

    >>> number(-0.0)
    '0'
    """
    return f"{the_number(x) + 0.0:.{digits}g}".replace("-", "−")


def percent(share: float) -> str:
    """A share in percent; what is not all or nothing is neither 0 % nor 100 %."""
    return f"{min(max(round(100 * share), 1), 99) if 0 < share < 1 else round(100 * share)} %"


def norm(data: Data) -> float:
    """The length of an array as one long vector: the root of the sum of squares."""
    return float(np.linalg.norm(np.ravel(data).astype(float)))


def shown_gradient(box: Box) -> Data:
    """The stored gradient; where a result stores another pass's, what the pass from root gives."""
    return box.here if box.why == "another" else box.gradient


def remark(box: Box) -> str:
    """Why the stored gradient is not what the edges bring."""
    here = brief(box.here)
    if box.why == "another":
        return f"stored: {brief(box.gradient)} (another pass)"
    if box.why == "hook":
        return f"after hook ({here} arrived)"
    rest = brief(box.gradient - box.here)
    plus = "+" if np.size(box.here) <= FEW else "and"  # norms do not add up
    if box.why == "before":
        return f"{rest} (before) {plus} {here} (this pass)"
    return f"{here} (from here) {plus} {rest} (other)"


def contents(box: Box, fold: Fold) -> list[tuple[str, str]]:
    """The rows of a folded box that have something to say."""
    counts = {"parameters": fold.parameters, "constants": fold.constants}
    if box.kind == "module":
        counts = {"operations": fold.operations, **counts}
    rows = [(what, f"{count:,}") for what, count in counts.items() if count]
    ends = {"in": fold.inputs, "out": fold.outputs}
    rows += [(what, shapes(counted)) for what, counted in ends.items() if counted]
    of = " of parameters" if fold.parameters else ""
    return [*rows, (f"|gradient|{of}", brief(fold.gradient))]


def shapes(counted: Shapes) -> str:
    """Shapes and how many arrays have them: "100 numbers, (5, 64)"."""
    told = []
    for shape, count in counted[:3]:
        if shape == ():
            told.append("1 number" if count == 1 else f"{count:,} numbers")
        else:
            told.append(str(shape) if count == 1 else f"{count:,} of {shape}")
    return ", ".join(told) + (", …" if len(counted) > 3 else "")


def shortened(name: str, longest: int = 24) -> str:
    """A name that leaves room for the picture."""
    return name if len(name) <= longest else f"{name[: longest - 1]}…"


def plain(text: str) -> str:
    """Text that means itself: no markup, and an unseen space ends Graphviz's escapes, as in \\N."""
    return escape(text).replace("\\", "\\\u200b")
