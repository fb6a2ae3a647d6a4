"""From Graphviz's language to pictures, without any program installed on the system.

`pygraphviz` carries Graphviz inside its wheel and comes first; where it cannot be imported, the
program `dot` is looked for through the `graphviz` package. Both are imported only when a picture is
wanted. PNG text needs at least one font on the system: without any, letters are empty boxes.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..errors import lesson

PIXELS_PER_POINT = 2  # 144 dots per inch: sharp on today's screens
COUNTED = re.compile(rb'<g id="a_[^"]*">')  # a number that grows from picture to picture
LARGEST = 60  # inches: a PNG that would be wider or higher is made smaller


def render(source: str, kind: str) -> bytes:
    """The picture that source describes. kind: "svg", "png" or "pdf". Raises E25 if none can."""
    if kind == "png":
        scale = f"graph [dpi={72 * PIXELS_PER_POINT} size={LARGEST}]"
        source = source.replace("{", f"{{\n\t{scale}", 1)
    try:
        picture = in_process(source, kind)
    except ImportError:
        picture = by_program(source, kind)
    return COUNTED.sub(b"<g>", picture) if kind == "svg" else picture


def in_process(source: str, kind: str) -> bytes:
    """Rendered by the Graphviz inside pygraphviz."""
    import pygraphviz

    parse: Any = pygraphviz.AGraph  # which has no types
    with parse(string=source) as graph, quiet():
        return bytes(graph.draw(format=kind, prog="dot"))


@contextmanager
def quiet() -> Iterator[None]:
    """Without what C libraries print on standard error, which notebooks would show.

    The fontconfig in the wheel warns of every line in the system's newer settings that it does not
    know. What goes wrong in Graphviz is raised all the same.
    """
    try:
        kept = os.dup(2)
    except OSError:  # a program without standard error
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def by_program(source: str, kind: str) -> bytes:
    """Rendered by the program `dot`, if it is on the PATH."""
    import graphviz

    try:
        return bytes(graphviz.Source(source).pipe(format=kind))
    except graphviz.ExecutableNotFound:
        raise lesson("E25") from None


def png_size(png: bytes) -> dict[str, int]:
    """The CSS pixels at which a PNG of ours is to be shown, as large as its SVG."""
    width, height = (int.from_bytes(png[i : i + 4]) for i in (16, 20))
    scale = 96 / 72 / PIXELS_PER_POINT  # there are 96 CSS pixels to an inch, and 72 points
    return {"width": round(width * scale), "height": round(height * scale)}
