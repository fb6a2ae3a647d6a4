"""The page of a graph that is too large to step through: which modules open, and to what."""

import json
import re

import numpy as np
import pytest
from stacks import Block, Net, Wide, stack

import nn
from autograd import DataError, Tensor, Value, draw, history, play
from autograd.view import overview as module
from autograd.view.drawn import inline
from autograd.view.overview import closed, first_of, last_of, overview


def data_of(page):
    (data,) = re.findall(r"(\{\"title\".*\})\);</script>", page.html, re.DOTALL)
    return json.loads(data)


def states_of(page):
    return {state["path"]: state for state in data_of(page)["states"]}


def test_every_module_opens_and_all_blocks_of_a_row_by_one_of_them():
    states = states_of(play(stack(), max_nodes=100))
    assert list(states) == [
        "", "Net.enter", "Net.blocks.0",
        "Net.blocks.0.norm", "Net.blocks.0.inner.0", "Net.blocks.0.inner.1",
    ]  # fmt: skip
    assert states["Net.blocks.0.norm"]["trail"] == ["", "Net.blocks.0", "Net.blocks.0.norm"]
    reached = {path for state in states.values() for path in state["opens"].values()}
    assert reached == {*states} - {""}


def test_a_state_is_what_draw_makes_of_it():
    loss = stack()
    for path, state in states_of(play(loss, max_nodes=100)).items():
        picture = draw(loss, expand=[path] if path else [])
        assert state["svg"] == inline(picture.svg)
        assert state["told"].endswith(f"{len(picture.graph.boxes)} boxes stand for 151.")
        keys = {box.key: box.fold.path for box in picture.graph.boxes if box.fold is not None}
        for key, inner in state["opens"].items():
            assert keys[key].startswith(inner)
            assert f">{key}</title>" in state["svg"]
        for inner in state["trail"][1:]:
            assert f">cluster_{inner}</title>" in state["svg"]


def test_rows_of_a_sequence_open_each_by_one_and_what_is_between_them_too():
    layers = [*[Block() for _ in range(4)], nn.Linear(3, 3), *[Wide() for _ in range(4)]]
    y = nn.Sequential(*layers)(Tensor(np.ones((2, 3)), requires_grad=True)).sum()
    assert {box.fold.path for box in draw(y).graph.boxes if box.fold is not None} == {
        "Sequential.0–3", "Sequential.4", "Sequential.5–8",
    }  # fmt: skip
    opened = [*states_of(play(y, max_nodes=60))]
    assert opened[:4] == ["", "Sequential.0", "Sequential.4", "Sequential.5"]
    assert not {"Sequential.1", "Sequential.6"} & {*opened}


@pytest.mark.parametrize(
    ("path", "first", "last"),
    [("Net.blocks.0–11", "Net.blocks.0", "Net.blocks.11"), ("Net.head", "Net.head", "Net.head")],
)
def test_the_ends_of_a_row(path, first, last):
    assert (first_of(path), last_of(path)) == (first, last)


def test_without_modules_there_is_nothing_to_open():
    h = Value(1.0)
    for _ in range(200):
        h = h.tanh()
    assert closed(draw(h).graph) == {}
    assert "<script" not in play(h, max_nodes=100).html


def test_few_pictures_of_a_very_large_graph_and_none_too_long(monkeypatch):
    loss = stack()
    first = draw(loss)
    assert len(overview(loss, first, 151)) == 6
    assert overview(loss, first, 60_001) == []
    assert len(overview(loss, first, 20_000)) == 3
    monkeypatch.setattr(module, "MOST_LETTERS", 2 * len(first.svg))
    assert len(overview(loss, first, 151)) < 6


def test_the_page_stands_alone_and_holds_its_picture_without_a_script():
    loss = stack()
    page = play(loss, max_nodes=100)
    assert re.findall(r"https?:", page.html) == []
    left = re.sub(r"<script>.*?</script>", "", page.html, flags=re.DOTALL)
    assert '<img alt="The graph as text:' in left
    assert "151 boxes are too many to step through" in left
    assert "by a click" not in left
    assert page.html == play(loss, max_nodes=100).html
    with pytest.raises(DataError, match="too many boxes"):
        page.filmstrip()


def test_names_are_shown_as_they_are():
    net = Net(6)
    setattr(net, "</script><b>", nn.Linear(3, 3))
    y = vars(net)["</script><b>"](net(np.ones((2, 2)))).sum()
    page = play(y, max_nodes=60)
    assert page.html.count("</script>") == 1


def test_looking_changes_nothing():
    loss = stack(6)
    before = [(node._data, node.grad, node._rare) for node in history(loss)]
    play(loss, max_nodes=60)
    assert [(node._data, node.grad, node._rare) for node in history(loss)] == before
