"""A picture as files: what a description in Graphviz's language becomes, by a name's ending."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from html import escape
from pathlib import Path

from ..errors import lesson
from .render import render
from .theme import darkened, following

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
body {{ margin: 0 auto; max-width: 76rem; padding: 1rem; font: 1rem/1.5 Georgia, serif }}
figure {{ margin: 0; overflow-x: auto }}
table {{ border-collapse: collapse }} td, th {{ padding: .2rem .6rem; text-align: left; \
vertical-align: top }}
@media (prefers-color-scheme: dark) {{ body {{ background: #14181d; color: #dfe5ec }} }}
</style>
{body}
</html>
"""


class Drawn:
    """A picture that is drawn when it is asked for.

    dot: its description in Graphviz's language. text: what it shows, in words. title: what a page
    with it is called. theme: "auto", "light" or "dark", as in `draw`.
    """

    def __init__(self, dot: str, text: str, title: str, theme: str = "auto") -> None:
        self.dot = darkened(dot) if theme == "dark" else dot
        self.text, self.title, self.theme = text, title, theme

    def __str__(self) -> str:
        return self.text

    @cached_property
    def svg(self) -> str:
        """The picture as SVG text. Raises E25 if there is nothing to draw it with."""
        svg = render(self.dot, "svg").decode()
        return following(svg) if self.theme == "auto" else svg

    @cached_property
    def png(self) -> bytes:
        """The picture as PNG, drawn at twice the size it is to be shown at."""
        return render(self.dot, "png")

    def contents(self, kind: str) -> bytes:
        """What is in a file of a kind: ".svg", ".html", ".png", ".pdf" or ".dot"."""
        if kind == ".dot":
            return self.dot.encode()
        if kind == ".svg":
            return self.svg.encode()
        if kind == ".html":
            picture = f'<figure role="img" aria-label="{escape(self.text)}">{inline(self.svg)}'
            return document(self.title, f"{picture}</figure>").encode()
        return render(self.dot, kind[1:])


def document(title: str, body: str) -> str:
    """A page that is one file and needs no other."""
    return PAGE.format(title=escape(title), body=body)


def inline(svg: str) -> str:
    """An SVG as it stands inside of HTML: without a file's head, addresses and comments."""
    return re.sub(r'<!--.*?-->\n| xmlns(:xlink)?="[^"]*"', "", svg[svg.index("<svg") :])


def ending(path: Path, known: Sequence[str], what: str, call: str) -> str:
    """The kind of file that a path asks for. Raises E26b unless it is known.

    what: what is saved. call: how it is saved, for the message.
    """
    kind = path.suffix.lower()
    kind = ".html" if kind == ".htm" else kind
    if kind not in known:
        wanted = " or ".join([", ".join(known[:-1]), known[-1]]).removeprefix(" or ")
        told = f"cannot save {what} as {path.name!r}: the ending must be {wanted}"
        raise lesson("E26b", what=told, fix=f'{call}.save("{path.stem}{known[0]}")')
    return kind
