"""Light and dark: each colour of a picture has a counterpart for dark pages.

Pictures are described in light colours. `darkened` exchanges them for good; `following` lets an
SVG do it by itself where the reader's system prefers dark pages. Text keeps a contrast of at least
4.5 to 1 with what is behind it in both (WCAG 2.2, success criterion 1.4.3).
"""

from __future__ import annotations

import re
from typing import NamedTuple

DARK = {
    "#FFFFFF": "#14181D",  # the page
    "#1F2933": "#E8ECF0",  # text
    "#5F6B7A": "#A7B1BD",  # what says what something is
    "#9AA5B1": "#66717E",  # lines
    "#C5CDD6": "#3D4651",
    "#F5F7FA": "#1C2229",
    "#0072B2": "#4AA8DC", "#EEF6FB": "#12242F", "#005A8C": "#86C5E8",  # leaves
    "#E69F00": "#D9990F", "#FFF9EC": "#2A2213", "#7A5200": "#E9BC61",  # results
    "#56717F": "#7F9AA8", "#F1F6F4": "#1A2523", "#3F5661": "#B4C6CF",  # folded boxes
    "#CCE3F0": "#1F3543", "#A3CCE3": "#274C62", "#75B3D5": "#316684", "#4D9CC9": "#3D85AE",
    "#FAECCC": "#3F351E", "#F6DCA3": "#614C1E", "#F2CB75": "#82621E", "#EEBC4D": "#B6851F",
    "#F4F6F8": "#1A1F25", "#303A45": "#CDD5DD",  # cells that are zero, that are NaN
    "#FFD98A": "#8A6A1C",  # around what acts
    "#1F2934": "#0B0E11", "#FEFEFE": "#0B0E12",  # text on what is bright on dark pages
}  # fmt: skip


class Tone(NamedTuple):
    """The colour of a cell, and that of the text on it."""

    fill: str
    text: str


# Blue is positive and orange negative; each tone stands for numbers twice as large as the one
# before it. The hues differ for every kind of eye (Okabe & Ito 2008), and a sign is in the cell.
POSITIVE = (
    Tone("#CCE3F0", "#1F2933"), Tone("#A3CCE3", "#1F2933"), Tone("#75B3D5", "#1F2933"),
    Tone("#4D9CC9", "#1F2934"), Tone("#0072B2", "#FEFEFE"),
)  # fmt: skip
NEGATIVE = (
    Tone("#FAECCC", "#1F2933"), Tone("#F6DCA3", "#1F2933"), Tone("#F2CB75", "#1F2933"),
    Tone("#EEBC4D", "#1F2934"), Tone("#E69F00", "#1F2934"),
)  # fmt: skip
ZERO, NAN = Tone("#F4F6F8", "#5F6B7A"), Tone("#303A45", "#FEFEFE")
COLOUR = re.compile(r'(color="?)(#[0-9A-Fa-f]{6})', re.IGNORECASE)


def darkened(dot: str) -> str:
    """A description in Graphviz's language, its light colours exchanged for dark ones."""
    return COLOUR.sub(lambda found: found[1] + DARK.get(found[2].upper(), found[2]), dot)


def following(svg: str) -> str:
    """An SVG that is light or dark as the reader's system prefers; on paper it is light."""
    rules = "".join(
        f'[{paint}="{light.lower()}"]{{{paint}:{dark.lower()}}}'
        for light, dark in DARK.items()
        for paint in ("fill", "stroke")
        if f'{paint}="{light.lower()}"' in svg
    )
    style = f"<style>@media screen and (prefers-color-scheme: dark){{{rules}}}</style>\n<g id="
    return svg.replace("<g id=", style, 1)
