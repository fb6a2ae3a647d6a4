"""A page that is one piece of HTML: what is there without a script, and one script with its data.

Where no script may run, as in a notebook that was only opened, a page is its picture and its
tables. The script builds the page to play with inside a shadow root, so that pages do not disturb
each other, and takes its data from Python as it stands.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from html import escape
from pathlib import Path
from typing import Any

from ..errors import GraphError
from .drawn import Drawn, document, ending

HERE = Path(__file__).parent / "page"


class Page:
    """A page to play with: it shows itself in a notebook, and `save` writes it to a file.

    html: the page as a piece of HTML, to stand in any other. summary: what it says of itself.
    """

    file = "page.html"

    def __init__(self, title: str, html: str, summary: str) -> None:
        self.title, self.html, self.summary = title, html, summary

    def __repr__(self) -> str:
        return f"<{self.summary}; .save('{self.file}') writes the page>"

    def _repr_html_(self) -> str:
        return self.html

    def save(self, path: str | Path) -> Path:
        """Write the page, one file that needs no other, and return the path.

        Raises E26b unless the path ends in .html or .htm.
        """
        path = Path(path)
        ending(path, [".html"], "a page", "page")
        path.write_text(document(self.title, self.html), encoding="utf-8")
        return path


def hosted(content: str, script: str) -> str:
    """Content that a script makes more of. The class names it by what is in it."""
    mark = f"chainrule-{hashlib.sha256(script.encode()).hexdigest()[:12]}"
    named = script.replace("'MARK'", f"'{mark}'", 1)
    return f'<div class="chainrule-play {mark}">{content}</div>\n<script>{named}</script>'


def scripted(data: dict[str, Any], *programs: str | Path) -> str:
    """The one script of a page: programs of this or other folders, their style and their data."""
    paths = [(HERE / program).with_suffix(".js") for program in programs]
    code = "\n".join([path.read_text(encoding="utf-8") for path in paths])
    styles = [(HERE / f"{name}.css").read_text(encoding="utf-8") for name in ("palette", "page")]
    program = f'((mark, style, data) => {{\n"use strict";\n{code}}})'
    return f"{program}('MARK', {in_script(''.join(styles))}, {in_script(data)});"


def in_script(data: Any) -> str:
    """Data as JavaScript can read it, with nothing in it that would end the script."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("</", "<\\/").replace("<!--", "<\\!--").replace("\u2028", "\\u2028")


def shown(picture: Drawn) -> str:
    """A picture as an image that needs no other file, or as text."""
    try:
        return image("svg+xml", picture.svg.encode(), "The graph as text:\n" + picture.text)
    except GraphError:
        return f"<pre>{escape(picture.text)}</pre>"


def image(kind: str, data: bytes, alt: str, width: str = "100%") -> str:
    """An image that needs no other file. kind: as in its media type, such as svg+xml."""
    source = f"data:image/{kind};base64,{b64encode(data).decode()}"
    return f'<img alt="{escape(alt)}" style="max-width:{width}" src="{source}">'


def table(name: str, head: list[str], rows: list[list[str]], unfolded: bool = False) -> str:
    """A table that unfolds."""
    top = "".join([f'<th scope="col">{escape(text)}</th>' for text in head])
    body = "".join(["<tr>" + "".join([cell(text) for text in row]) + "</tr>" for row in rows])
    return (
        f"<details{' open' if unfolded else ''}><summary>{escape(name)}</summary>"
        f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></details>"
    )


def cell(text: str) -> str:
    """A cell of a table."""
    return f"<td>{'<br>'.join([escape(line) for line in text.splitlines()])}</td>"
