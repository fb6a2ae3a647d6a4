"""What stands in a picture: the card of a node, the text of an edge, as labels in HTML."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import numpy as np

from .brief import (
    FEW,
    brief,
    contents,
    norm,
    number,
    percent,
    plain,
    remark,
    shortened,
    shown_gradient,
)
from .glance import Glance
from .heat import heat_map, is_written_out
from .model import Box, Data, Edge, Fold, is_number

INK, GREY, LINE = "#1F2933", "#5F6B7A", "#9AA5B1"


class Style(NamedTuple):
    """The colours of a box."""

    border: str
    fill: str
    label: str


STYLES = {  # leaves blue, results orange: told apart by every kind of eye
    "leaf": Style("#0072B2", "#EEF6FB", "#005A8C"),
    "result": Style("#E69F00", "#FFF9EC", "#7A5200"),
    "data": Style("#9AA5B1", "#F5F7FA", GREY),
    "constant": Style("#C5CDD6", "#FFFFFF", GREY),
    "failed": Style("#1F2933", "#FFFFFF", "#1F2933"),  # not red: told by its mark and its frame
    "module": Style("#56717F", "#F1F6F4", "#3F5661"),
    "group": Style("#56717F", "#FFFFFF", "#3F5661"),
}
SYMBOLS = {"*": "×", "-": "−", "**": "power"}
ROOM = '<<TABLE BORDER="0" FIXEDSIZE="TRUE" WIDTH="50" HEIGHT="18"><TR><TD></TD></TR></TABLE>>'
# An edge without text keeps room for it, so that the picture stays in place when gradients arrive.
GRADIENT = ("gradient", "|gradient|")
LEFT = '<BR ALIGN="LEFT"/>'  # ends a line that is to stand on the left
FIRST, BESIDE, LAST = "first", "beside", "last"  # the ports of a card: two on top, one at the end


def look(box: Box, uses: int, root: bool, heated: bool = False, marks: Collection[str] = ()) -> str:
    """What stands for a box in the picture. heated: whether arrays are shown entry by entry.

    marks: which of "value" and "gradient" bear a ≠; the box then has a dashed border.
    """
    if box.fold is not None:
        return stack(box, box.fold, marks)
    if box.kind == "constant":
        return constant(box, marks)
    if box.failed is not None:
        return failure(box, box.failed)
    return card(box, uses, root, box.value_glance if heated else None, marks)


def stack(box: Box, fold: Fold, marks: Collection[str] = ()) -> str:
    """A box that stands for many nodes: what is in it, what goes in and what comes out."""
    style = STYLES[box.kind]
    times = f"×\u2009{fold.times:,}" if fold.times > 1 else ""
    path = SYMBOLS.get(fold.path, fold.path) if box.kind == "group" else fold.path
    rows = [pair(bold(shortened(path, 32)), small(times, style.label)), "<HR/>"]
    rows += [
        pair(small(what), marked(text, what.startswith("|gradient|") and "gradient" in marks))
        for what, text in contents(box, fold)
    ]
    return table("".join(rows), style, border=2, dashed=bool(marks))


def card(
    box: Box, uses: int, root: bool, seen: Glance | None = None, marks: Collection[str] = ()
) -> str:
    """A node: name and operation above, value and gradient below.

    uses: how often it is an operand. Its gradient is the sum of that many contributions, and if
    they are several, a Σ says so. seen: the value at a glance, where entries are shown.
    """
    style = STYLES[box.kind]
    symbol = SYMBOLS.get(box.op, box.op) if box.op else box.kind
    name, made_by = (box.name, symbol) if box.name else (symbol, "")
    if seen is not None:
        made_by = f"\u2003{f'{made_by} {np.shape(box.value)}'.strip()}"
    rows = [pair(bold(shortened(name)), small(made_by, style.label))]
    if box.updated:
        rows.append(wide(small("updated since", style.label)))
    rows.append("<HR/>")
    badge = small(f"\u2002Σ{uses}", style.label) if uses > 1 else ""
    if seen is not None:
        shown = entries(box, seen, name, badge, marks)
        rows.append(f'<TR><TD COLSPAN="2" CELLPADDING="0">{shown}</TD></TR>')
    else:
        rows += [
            pair(small(what) + (badge if what in GRADIENT else ""),
                 marked(text, what.strip("|") in marks))
            for what, text in facts(box)
        ]  # fmt: skip
    if box.why:
        rows.append(wide(small(remark(box))))
    rows[0] = f'<TD PORT="{BESIDE}"'.join(rows[0].rsplit("<TD", 1))
    rows[0] = rows[0].replace("<TD", f'<TD PORT="{FIRST}"', 1)
    rows[-1] = rows[-1].replace("<TD", f'<TD PORT="{LAST}"', 1)
    return table("".join(rows), style, border=2 if root or marks else 1, dashed=bool(marks))


def failure(box: Box, told: str) -> str:
    """An operation that raised an error: which one, and what it said."""
    style = STYLES["failed"]
    rows = [pair(bold(f"✗ {box.op}"), small("failed here", style.label)), "<HR/>"]
    lines = [small(line, style.label) for line in told.splitlines()]
    rows.append(f'<TR><TD COLSPAN="2" ALIGN="LEFT">{LEFT.join(lines)}{LEFT}</TD></TR>')
    return table("".join(rows), style, border=2)


def entries(box: Box, seen: Glance, name: str, badge: str, marks: Collection[str] = ()) -> str:
    """Value and gradient side by side, entry by entry, and below them what is true of all."""
    shape = np.shape(box.value)
    sides: list[tuple[str, Data, Glance | None, str]] = [
        (title("value", marks), box.value, seen, shortened(name))
    ]
    if box.kind != "data":
        gradient = shown_gradient(box)
        tip = f"gradient of {shortened(name)}"
        sides.append((title("gradient", marks) + badge, gradient, box.gradient_glance, tip))
    maps = [
        heat_map(glance, tip, np.shape(data)) if glance else plain(brief(data))
        for _, data, glance, tip in sides
    ]
    rows = [line("", [title for title, *_ in sides])]
    if is_written_out(seen, shape):
        rows.append(line("", maps))
    else:
        rows.append(line("", maps, room=3))
        figures = [figures_of(data, glance) for _, data, glance, _ in sides]
        rows += [
            line(small(what), [figure.get(what, "") for figure in figures])
            for what in dict.fromkeys(what for figure in figures for what in figure)
        ]
    return f'<TABLE BORDER="0" CELLSPACING="3" CELLPADDING="0">{"".join(rows)}</TABLE>'


def title(what: str, marks: Collection[str]) -> str:
    """What stands above entries."""
    return bold(f"≠ {what}") if what in marks else small(what)


def line(what: str, texts: list[str], room: int = 0) -> str:
    """A row in the table of entries: what it tells, of the value and of the gradient."""
    cells = "".join(f'<TD CELLPADDING="{room}">{text}</TD>' for text in texts)
    return f'<TR><TD ALIGN="LEFT">{what}</TD>{cells}</TR>'


def figures_of(data: Data, seen: Glance | None) -> dict[str, str]:
    """What is true of all entries of an array: the range, the mean, the norm, what is special."""
    if seen is None:
        return {}
    told = {
        "max": number(seen.high), "mean": number(mean_of(seen)), "min": number(seen.low),
        "norm": number(norm(data)),
    }  # fmt: skip
    shares = {"zero": seen.zeros, "NaN": seen.nans}
    told |= {what: percent(share) for what, share in shares.items() if share}
    return {what: f"\u00a0{text}\u00a0" for what, text in told.items()}


def mean_of(seen: Glance) -> float:
    """The mean; 0 where it is no more than what rounding leaves of numbers that cancel out."""
    return 0.0 if abs(seen.mean) < 1e-14 * max(seen.high, -seen.low) else seen.mean


def facts(box: Box) -> list[tuple[str, str]]:
    """The rows of a card: value and gradient, the shape of an array; of large arrays, the norms."""
    value, gradient = box.value, shown_gradient(box)
    if np.size(value) <= FEW and box.outputs is None:
        rows = [("value", brief(value)), ("gradient", brief(gradient))]
    else:
        length = "—" if gradient is None else number(norm(gradient))
        rows = [("|value|", number(norm(value))), ("|gradient|", length)]
    if box.outputs is not None:
        rows.insert(0, ("outputs", str(box.outputs)))
    elif not is_number(value):
        rows.insert(0, ("shape", str(np.shape(value))))
    return rows[:-1] if box.kind == "data" else rows


def constant(box: Box, marks: Collection[str] = ()) -> str:
    """A constant operand: a small box with its number, or its shape and, if few, its numbers."""
    mark = "≠ " if marks else ""
    if is_number(box.value):
        return chip(mark + number(box.value), "constant")
    numbers = f" {brief(box.value)}" if 0 < np.size(box.value) <= FEW else ""
    return chip(f"{mark}{np.shape(box.value)}{numbers}", "constant")


def again(box: Box) -> str:
    """What stands for a leaf where it is used another time."""
    return chip(f"{box.name or box.kind} (again)", box.kind)


def chip(text: str, kind: str) -> str:
    """A small box with nothing but text in it."""
    text = small(f"\u00a0{text}\u00a0", STYLES[kind].label)
    return table(f"<TR><TD>{text}</TD></TR>", STYLES[kind])


def flow(edge: Edge) -> str:
    """What an edge says: nothing before backward, then incoming × local = contribution.

    Where these are not single numbers, incoming → contribution, as shapes and norms.
    """
    incoming, contribution = edge.incoming, edge.contribution
    if incoming is None:
        return ROOM
    if edge.local is not None:
        product = small(f"{number(incoming)} × {number(edge.local)} =\u00a0")
        return label(product + small(number(contribution), INK))
    if is_product(edge):
        return label(small(f"{number(incoming)} × ? = ?"))
    if edge.stale:
        return label(f"{small(f'{np.shape(incoming)} → ?')}<BR/>{small(f'{brief(incoming)} → ?')}")
    if np.size(contribution) == np.size(incoming) == 1:
        return label(small(f"{number(incoming)} → {number(contribution)}", INK))
    shape = str(np.shape(incoming)) if edge.parts == 1 else f"{edge.parts:,} gradients"
    shapes = f"{shape} → {np.shape(contribution)}"
    norms = f"norm {number(norm(incoming))} → {number(norm(contribution))}"
    return label(f"{small(shapes)}<BR/>{small(norms, INK)}")


def is_product(edge: Edge) -> bool:
    """Whether what an edge says is a product of numbers."""
    return edge.local is not None or (edge.stale and np.size(edge.incoming) == 1)


def table(rows: str, style: Style, border: int = 1, dashed: bool = False) -> str:
    """A rounded box, as the label of a node."""
    frame = "ROUNDED,DASHED" if dashed else "ROUNDED"
    return (
        f'<<TABLE STYLE="{frame}" BORDER="{border}" COLOR="{style.border}" '
        f'BGCOLOR="{style.fill}" CELLBORDER="0" CELLSPACING="0" CELLPADDING="4">{rows}</TABLE>>'
    )


def pair(left: str, right: str) -> str:
    """A row of two: left and right aligned."""
    return f'<TR><TD ALIGN="LEFT">{left}</TD><TD ALIGN="RIGHT">{right}</TD></TR>'


def wide(text: str) -> str:
    """A row of one; the spaces are for browsers whose letters are a little wider than ours."""
    return f'<TR><TD COLSPAN="2" ALIGN="LEFT">{text}\u00a0\u00a0</TD></TR>'


def marked(text: str, different: bool) -> str:
    """A number in a card; one that is not the same in another graph bears a ≠."""
    return f"<B>≠\u2009{plain(text)}</B>" if different else plain(text)


def bold(text: str) -> str:
    """Text of a heading."""
    return f'<FONT POINT-SIZE="12"><B>{plain(text)}</B></FONT>'


def small(text: str, colour: str = GREY) -> str:
    """Text that says what something is."""
    return f'<FONT POINT-SIZE="10" COLOR="{colour}">{plain(text)}</FONT>' if text else ""


def label(text: str) -> str:
    """Text of an edge, with room around it."""
    return f'<<TABLE BORDER="0" CELLSPACING="0" CELLPADDING="2"><TR><TD>{text}</TD></TR></TABLE>>'
