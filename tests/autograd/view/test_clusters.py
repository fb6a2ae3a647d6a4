"""Frames: open modules are drawn around what was computed in them, and no edge is lost."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nn
from autograd import Tensor, Value, draw, scope
from autograd.view.clusters import homes
from autograd.view.model import read

SVG = "{http://www.w3.org/2000/svg}"
ORDERS = ["a - c", "c - a", "c - d", "d - c"]


def titles(picture, kind):
    groups = ET.fromstring(picture.svg).iter(f"{SVG}g")
    return [g.find(f"{SVG}title").text for g in groups if g.get("class") == kind]


def places(picture, kind):
    """The corners of each frame or card, by its title: left, top, right, bottom."""
    found = {}
    for group in ET.fromstring(picture.svg).iter(f"{SVG}g"):
        if group.get("class") == kind:
            shapes = [e.get("points") or e.get("d") for e in group.iter() if e.tag != f"{SVG}text"]
            numbers = re.findall(r"-?\d+(?:\.\d+)?", " ".join(filter(None, shapes)))
            x, y = [float(n) for n in numbers[::2]], [float(n) for n in numbers[1::2]]
            found[group.find(f"{SVG}title").text] = min(x), min(y), max(x), max(y)
    return found


def perceptron():
    model = nn.MLP(2, [2, 1], spelled_out=True)
    L = (model([Value(0.5, name="x1"), Value(-1.0, name="x2")]) - 1.0) ** 2
    L.backward()
    return L


def test_frames_nest_as_modules_do_and_hold_their_cards():
    L = perceptron()
    picture, home = draw(L), homes(read(L))
    assert titles(picture, "cluster") == [
        "cluster_MLP",
        "cluster_MLP.layers.0",
        "cluster_MLP.layers.0.neurons.0",
        "cluster_MLP.layers.0.neurons.1",
        "cluster_MLP.layers.1",
        "cluster_MLP.layers.1.neurons.0",
    ]
    frames, cards = places(picture, "cluster"), places(picture, "node")
    for key, (left, top, right, bottom) in cards.items():
        for title, (x0, y0, x1, y1) in frames.items():
            inside = x0 < left and y0 < top and right < x1 and bottom < y1
            outside = right < x0 or x1 < left or bottom < y0 or y1 < top
            assert inside if title.removeprefix("cluster_") in home[key] else outside


def test_inputs_stand_outside_and_parameters_inside():
    graph = read(perceptron())
    home = homes(graph)
    inputs = [home[box.key] for box in graph.boxes if box.name in ("x1", "x2")]
    weights = [home[box.key] for box in graph.boxes if box.kind == "leaf" and box.name[0] in "wb"]
    assert inputs == [(), ()]
    assert len(weights) == 9
    assert all(len(where) == 3 for where in weights)
    assert home[graph.root.key] == ()


class Block(nn.Module):
    def __init__(self):
        self.up, self.act, self.down = nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 4)

    def forward(self, x):
        return x + self.down(self.act(self.up(x)))


def test_a_closed_module_stands_in_the_frame_of_the_open_one_around_it():
    net = nn.Sequential(*[Block() for _ in range(12)])
    L = (net(Tensor(np.ones((2, 4)))) ** 2).mean()
    picture = draw(L, expand=["Sequential.4"])
    home = homes(picture.graph)
    told = {box.fold.path: home[box.key] for box in picture.graph.boxes if box.fold}
    assert told == {
        "Sequential.0–3": ("Sequential",),
        "Sequential.4.up": ("Sequential", "Sequential.4"),
        "Sequential.4.down": ("Sequential", "Sequential.4"),
        "Sequential.5–11": ("Sequential",),
    }
    assert titles(draw(L, depth=0), "cluster") == []
    assert len(titles(draw(L), "node")) <= 15


def test_a_network_with_its_loss_closes_to_few_boxes_and_opens_without_loose_ends():
    net = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    L = nn.CrossEntropyLoss()(net(Tensor(np.ones((2, 64)))), np.array([1, 2]))
    assert len(titles(draw(L, depth=0), "node")) <= 12
    opened = draw(L, depth=0, expand=["Sequential.2"])
    assert [box.op for box in opened.graph.boxes].count("linear") == 1
    require_both_ends(opened)


PATHS = [(), ("A",), ("A", "layers.0"), ("A", "layers.1"), ("B", "in", "deep")]
steps = st.lists(
    st.tuples(st.sampled_from(PATHS), st.integers(0, 99), st.integers(0, 99)),
    min_size=1, max_size=12,
)  # fmt: skip


def in_scopes(path, function):
    if not path:
        return function()
    with scope(path[0]):
        return in_scopes(path[1:], function)


def require_both_ends(picture):
    nodes = set(titles(picture, "node"))
    edges = [re.sub(":(first|last)", "", title) for title in titles(picture, "edge")]
    assert len(edges) == len(picture.graph.edges)
    assert {end for edge in edges for end in edge.split("->")} <= nodes


@settings(max_examples=25, deadline=None)
@given(steps, st.one_of(st.none(), st.integers(0, 3)))
def test_every_edge_has_both_its_ends(steps, depth):
    nodes = [Value(0.5), Value(-1.5)]
    for path, i, j in steps:
        x, y = nodes[i % len(nodes)], nodes[j % len(nodes)]
        nodes.append(in_scopes(path, lambda x=x, y=y: (x - y).tanh() * 0.5))
    require_both_ends(draw(nodes[-1], depth=depth))


def arrivals(picture, direction="LR"):
    """How far down, or to the right, the edges into the root end, in the order of its operands."""
    found = {}
    for group in ET.fromstring(picture.svg).iter(f"{SVG}g"):
        if group.get("class") == "edge":
            title = group.find(f"{SVG}title").text
            numbers = re.findall(r"-?\d+(?:\.\d+)?", group.find(f"{SVG}path").get("d"))
            found[title.partition("->")[0]] = float(numbers[-1 if direction == "LR" else -2])
    root = picture.graph.root.key
    return [found[edge.source] for edge in picture.graph.edges if edge.target == root]


@pytest.mark.parametrize("direction", ["LR", "TB"])
@pytest.mark.parametrize("order", ["x - c", "c - x"])
def test_an_operand_from_outside_a_frame_arrives_where_it_belongs(order, direction):
    x = Value(3.0, name="x") * 2.0
    with scope("F"):
        c = Value(2.0) ** 2.0
        y = x - c if order == "x - c" else c - x
    first, second = arrivals(draw(y, direction=direction), direction)
    assert first < second


@pytest.mark.parametrize("direction", ["LR", "TB"])
@pytest.mark.parametrize("order", ["c - 1", "1 - c"])
def test_what_is_computed_from_a_frame_and_a_constant_stands_beside_the_frame(order, direction):
    with scope("F"):
        c = (Value(2.0, name="w") * Value(3.0, name="x") + Value(1.0, name="b")).tanh()
    picture = draw(c - 1.0 if order == "c - 1" else 1.0 - c, direction=direction)
    first, second = arrivals(picture, direction)
    assert first < second
    (constant,) = [box.key for box in picture.graph.boxes if box.kind == "constant"]
    (frame,) = places(picture, "cluster").values()
    start, end = (0, 2) if direction == "LR" else (1, 3)
    assert places(picture, "node")[constant][start] > frame[end]


@pytest.mark.parametrize("direction", ["LR", "TB"])
@pytest.mark.parametrize("order", ORDERS)
def test_in_a_frame_too_the_first_operand_stands_before_the_second(order, direction):
    with scope("F"):
        a, b = Value(1.0, name="a"), Value(2.0, name="b")
        known = {"a": a, "c": b**2.0, "d": b * 3.0}
        first, second = (known[name] for name in order.split(" - "))
        y = first - second
    picture = draw(y, direction=direction)
    one, other = (e.source for e in picture.graph.edges if e.target == picture.graph.root.key)
    cards = places(picture, "node")
    start, end = (1, 3) if direction == "LR" else (0, 2)
    assert cards[one][end] <= cards[other][start]
