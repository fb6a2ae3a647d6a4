"""Modules that are open in a picture: a frame around all that was computed in them."""

from __future__ import annotations

import re
from typing import Any

from .model import Box, Graph
from .plan import levels

Home = tuple[str, ...]  # the paths of the frames around a box, the outermost first


def homes(graph: Graph) -> dict[str, Home]:
    """In which frames each box stands, by its key.

    A result stands where it was computed, a constant with its operation; a leaf that learns in the
    module that reads it, if only one does. What does not learn is a network's input and stands
    outside.
    """
    found = {box.key: home_of_result(box) for box in graph.boxes}
    readers: dict[str, set[Home]] = {}
    for edge in graph.edges:
        readers.setdefault(edge.source, set()).add(found[edge.target])
    for box in graph.boxes:
        if box.kind in ("leaf", "constant") and len(readers.get(box.key, ())) == 1:
            (found[box.key],) = readers[box.key]
    return found


def home_of_result(box: Box) -> Home:
    """The frames around what was computed, and around a closed module those that it is in."""
    if box.kind == "module" and box.fold is not None:
        return levels(re.sub("–[0-9]+$", "", box.fold.path))[:-1]
    return levels(box.scope) if box.scope else ()


class Frames:
    """A page of Graphviz's language in which boxes are put into nested frames.

    page: where what has no frame is put. style: the attributes of a frame.
    """

    def __init__(self, page: Any, style: dict[str, str]) -> None:
        self.page, self.style = page, style
        self.inner: dict[str, Frames] = {}
        self.boxes: list[tuple[str, str, dict[str, str]]] = []

    def put(self, home: Home, key: str, label: str, **attributes: str) -> None:
        """A box, in the frames that home names."""
        at = self
        for path in home:
            at = at.inner.setdefault(path, Frames(self.page, self.style))
        at.boxes.append((key, label, attributes))

    def draw(self, page: Any = None, around: str = "") -> None:
        """Write all boxes and frames. around: the path of this frame."""
        page = self.page if page is None else page
        for key, label, attributes in self.boxes:
            page.node(key, label, **attributes)
        for path, frame in self.inner.items():
            with page.subgraph(name=f"cluster_{path}") as inside:
                inside.attr(label=path.removeprefix(f"{around}."), **self.style)
                frame.draw(inside, path)
