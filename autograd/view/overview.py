"""A page for a graph that is too large to step through: a picture in which modules open by a click.

Every state of the page is a picture that `draw` makes: at first the graph with its modules closed,
then with one of them open, and so on inward. All are drawn beforehand, as many as are useful, so
that the page needs nothing but itself. Where no script may run, the first picture stands there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ..errors import GraphError
from ..node import Node
from .draw import Picture, draw
from .drawn import inline
from .model import Graph
from .plan import stem

MOST_STATES = 24
MOST_BOXES = 60_000  # that are looked at for all pictures together: a second or two
MOST_LETTERS = 1_200_000  # of all pictures together


class State(NamedTuple):
    """A picture, and the path from which it was reached; None for the first."""

    picture: Picture
    before: str | None


States = dict[str, State]  # by the path of the module that was opened; the first one's is ""


def overview(root: Node, first: Picture, boxes: int) -> list[dict[str, Any]]:
    """All states as the page shows them; none if nothing opens, or nothing can be drawn.

    first: the picture with all modules closed. boxes: how many the graph has.
    """
    try:
        found = states_of(root, first, boxes)
    except GraphError:
        return []
    return [told(path, found) for path in found] if len(found) > 1 else []


def states_of(root: Node, first: Picture, boxes: int) -> States:
    """The pictures of the graph of root, from the first inward."""
    found = {"": State(first, None)}
    letters = len(first.svg)
    most = min(MOST_STATES, MOST_BOXES // boxes)
    for path, before in inward(found):
        if len(found) >= most:
            break
        picture = draw(root, expand=[path])
        letters += len(picture.svg)
        if letters > MOST_LETTERS:
            break
        if path not in map(first_of, closed(picture.graph).values()):  # else it is too large
            found[path] = State(picture, before)
    return found


def inward(found: States) -> Iterator[tuple[str, str]]:
    """The next module to open and where it is seen, again and again while states are found."""
    tried = set()
    for before in (states := [""]):  # which grows while it is read
        for path in closed(found[before].picture.graph).values():
            if last_of(path) in tried:
                continue
            tried.add(last_of(path))
            yield first_of(path), before
            if first_of(path) in found:
                states.append(first_of(path))


def closed(graph: Graph) -> dict[str, str]:
    """The paths of the closed modules of a picture by the keys of their boxes."""
    return {
        box.key: box.fold.path
        for box in graph.boxes
        if box.kind == "module" and box.fold is not None
    }


def first_of(path: str) -> str:
    """The first module of a row, "Net.blocks.0–11"; the only one, if it is none."""
    return path.partition("–")[0]


def last_of(path: str) -> str:
    """The last module of a row. The rest of a row has the same one, and is not opened again."""
    first, _, last = path.partition("–")
    return stem(first) + last if last else first


def told(path: str, found: States) -> dict[str, Any]:
    """One state: its picture, which boxes open to which paths, and the way from the first one."""
    trail = [path]
    while (before := found[trail[0]].before) is not None:
        trail.insert(0, before)
    picture = found[path].picture
    paths = {key: first_of(inner) for key, inner in closed(picture.graph).items()}
    drawn = len(picture.graph.boxes)
    return {
        "path": path,
        "trail": trail,
        "opens": {key: inner for key, inner in paths.items() if inner in found},
        "told": f"{path and f'{path} is open: '}{drawn} boxes stand for {picture.graph.folded:,}.",
        "svg": inline(picture.svg),
    }
