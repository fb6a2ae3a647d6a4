"""A graph and the steps through it, as the page's script draws them: texts, places, changes.

All texts are made here, and all places by `layout.py`: the script only shows them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from .brief import shortened
from .draw import COMMUTATIVE
from .layout import Size, Tie, lay_out
from .model import Box, Data, Edge
from .paths import paths_from
from .steps import CHAIN_RULE, OVERWRITING, RECURSION, State, Step, Story, Way

LETTER, SMALL = 7.4, 6.3  # CSS pixels that a letter needs, a little more than most do
LEVELS = 5  # widths of edges: a step is a power of ten
WAYS = {
    CHAIN_RULE: ("chain rule", "add, and wait until all contributions are there"),
    OVERWRITING: ("overwriting", "wrong: = in place of +=, so the last contribution wins"),
    RECURSION: ("naive recursion", "wrong: pass a gradient on at every visit, complete or not"),
}


def graph_data(told: Story) -> dict[str, Any]:
    """A graph and its ways, as the page draws them: texts, places, and what each step changes."""
    boxes = told.graph.boxes
    index = {box.key: i for i, box in enumerate(boxes)}
    edges = {(edge.target, edge.position): i for i, edge in enumerate(told.graph.edges)}
    labels = edge_labels(told, edges)
    sizes = [size_of(told, box) for box in boxes]
    ties = [
        Tie(index[edge.source], index[edge.target], Size(len(label) * SMALL + 24, 18))
        for edge, label in zip(told.graph.edges, labels, strict=True)
    ]
    ordered = [box.op not in (None, *COMMUTATIVE) for box in boxes]
    layouts = {}
    for direction in ("LR", "TB"):
        places = lay_out(sizes, ties, ordered, direction)
        layouts[direction] = {
            "size": [places.width, places.height],
            "boxes": places.boxes,
            "edges": [[run.curve, run.head, run.tail, *run.label] for run in places.edges],
        }
    return {
        "top": told.words.top,
        "root": index[told.graph.root.key],
        "silent": told.silent,
        "boxes": [box_data(told, box, at) for box, at in zip(boxes, sizes, strict=True)],
        "edges": [edge_data(told, edge, index) for edge in told.graph.edges],
        "layouts": layouts,
        "ways": [way_data(told, way, index, edges) for way in told.ways],
        "paths": paths_from(told, index),
    }


def box_data(told: Story, box: Box, at: Size) -> dict[str, Any]:
    """What a box shows from the beginning."""
    value = "" if box.outputs is not None else told.words.amount(box.value)
    return {
        "name": shortened(told.words.names[box.key], 16),
        "full": told.words.names[box.key],
        "kind": box.kind,
        "made": shortened(made_of(told, box), 24),
        "value": value,
        "size": [round(at.width), round(at.height)],
        "updated": box.updated,
        "uses": told.ways[0].start[box.key].expected,
    }


def made_of(told: Story, box: Box) -> str:
    """What stands behind a name: the expression of a result, the kind of a leaf, a shape."""
    if box.kind == "result":
        text = told.words.expression(box)
    else:
        text = "input" if box.kind == "data" else box.kind
    shape = np.shape(box.value)
    return f"{text} {shape}" if shape and box.outputs is None else text


def size_of(told: Story, box: Box) -> Size:
    """How much room a box needs for the longest texts that it will show."""
    name = shortened(told.words.names[box.key], 16)
    if box.kind == "constant":
        return Size(len(name) * LETTER + 18, 26)
    head = len(name) * 9 + len(shortened(made_of(told, box), 24)) * SMALL + 34
    value = (len("value") + len(told.words.amount(box.value))) * LETTER + 34
    if box.kind == "data":
        return Size(max(head, value, 84), 48)
    longest = max([len(text) for text in gradients_shown(told, box)], default=1)
    uses = told.ways[0].start[box.key].expected
    counter = 54 if uses > 1 else 38 if uses else 8
    gradient = len(told.words.gradient(box.key)) * SMALL + longest * LETTER + counter + 34
    return Size(max(head, value, gradient, 110), 70)


def gradients_shown(told: Story, box: Box) -> Iterator[str]:
    """The texts that stand for the gradient of a box, step by step."""
    right = told.ways[0].state(len(told.ways[0].steps))[box.key]
    for way in told.ways:
        for step in way.steps:
            if step.after and box.key in step.after:
                _, text, *_, wrong = state_data(told, step.after[box.key], right)
                yield f"{text} ≠ {wrong}" if wrong else text


def edge_data(told: Story, edge: Edge, index: dict[str, int]) -> list[Any]:
    """Ends of an edge, and its local derivative."""
    local = told.words.amount(edge.local) if edge.local is not None else ""
    return [index[edge.source], index[edge.target], local]


def edge_labels(told: Story, edges: dict[tuple[str, int], int]) -> list[str]:
    """The longest label that each edge will bear."""
    longest = [""] * len(told.graph.edges)
    for way in told.ways:
        for step in way.steps:
            for edge in step.sent:
                i = edges[edge.target, edge.position]
                longest[i] = max(longest[i], edge_label(told, edge), key=len)
    return longest


def edge_label(told: Story, edge: Edge) -> str:
    """What an edge says when a gradient flows through it: 3×2 = 6."""
    product = told.words.product(edge)
    if edge.contribution is None or edge.local is None:
        return product
    return f"{product} = {told.words.amount(edge.contribution)}"


def way_data(
    told: Story, way: Way, index: dict[str, int], edges: dict[tuple[str, int], int]
) -> dict[str, Any]:
    """The steps of a way, each with its sentence and what it changes."""
    right = told.ways[0].state(len(told.ways[0].steps))
    name, told_as = WAYS[way.name]
    return {
        "name": name,
        "told": told_as + (f"; {cut_short(way)}" if way.cut else ""),
        "wrong": way.name != CHAIN_RULE,
        "steps": [
            {
                "phase": step.phase,
                "box": index[step.key],
                "told": step.sentence,
                "boxes": [
                    [index[key], *state_data(told, state, right[key])]
                    for key, state in (step.after or {}).items()
                ],
                "edges": [
                    [edges[e.target, e.position], edge_label(told, e), *strength(e.contribution)]
                    for e in step.sent
                ],
                "early": too_early(step, way, right),
            }
            for step in way.steps
        ],
    }


def cut_short(way: Way) -> str:
    """How long a way would be that is not gone to its end."""
    done = sum(step.phase == "backward" for step in way.steps)
    return f"cut after {done} of {way.calls:,} calls"


def state_data(told: Story, state: State, right: State) -> list[Any]:
    """Status, gradient, contributions received and expected, sign and size, and what is right.

    The right gradient is told as soon as all contributions are there and the sum is another.
    """
    text, wrong = "—", ""
    if state.status in ("partial", "complete"):
        text = "?" if state.gradient is None else told.words.amount(state.gradient)
        if state.received >= state.expected and not same(state.gradient, right.gradient):
            wrong = told.words.amount(right.gradient)
    return [state.status, text, state.received, state.expected, *strength(state.gradient), wrong]


def too_early(step: Step, way: Way, right: dict[str, State]) -> bool:
    """Whether a node passes on a gradient that is not its right one."""
    if way.name == CHAIN_RULE or step.phase != "backward" or not step.sent:
        return False
    return not same(step.sent[0].incoming, right[step.key].gradient)


def same(x: Data, y: Data) -> bool:
    """Whether two gradients are equal but for rounding."""
    if x is None or y is None:
        return x is y
    return bool(np.shape(x) == np.shape(y) and np.allclose(x, y, rtol=1e-9, equal_nan=True))


def strength(data: Data) -> tuple[int, int]:
    """The sign of a single number, and how large it is in powers of ten; of an array its norm's."""
    if data is None or not np.size(data):
        return 0, 0
    single = np.size(data) == 1
    x = float(np.asarray(data).item()) if single else float(np.linalg.norm(np.ravel(data)))
    if not np.isfinite(x) or x == 0:
        return 0, 0
    level = int(np.clip(np.floor(np.log10(abs(x)) + 0.5) + 2, 0, LEVELS - 1))
    return (1 if x > 0 else -1) if single else 0, level
