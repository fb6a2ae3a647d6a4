"""JSON: numbers, arrays and whole models come back as they were."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import autograd
from autograd import DataError, Tensor, Value, draw, scope
from autograd.view.fold import fold
from autograd.view.model import Graph, read
from autograd.view.plain import from_plain, to_plain

arrays = hnp.arrays(
    st.sampled_from([np.float64, np.float32, np.float16, np.int64, np.uint8, np.bool_]),
    hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3),
)


def through_json(data):
    return from_plain(json.loads(json.dumps(to_plain(data), allow_nan=False)))


@given(arrays)
def test_arrays_come_back_with_type_shape_and_bits(array):
    back = through_json(array)
    assert (back.dtype, back.shape) == (array.dtype, array.shape)
    assert np.array_equal(back, array, equal_nan=array.dtype.kind == "f")
    if array.dtype.kind == "f":
        assert np.array_equal(np.signbit(back), np.signbit(array)) or np.isnan(array).any()


@given(st.one_of(st.floats(), st.integers(), st.booleans(), st.none()))
def test_numbers_come_back_as_themselves(number):
    assert repr(through_json(number)) == repr(number)
    assert type(through_json(number)) is type(number)


def graphs():
    a = Value(3.0, name='a "b" \u2028 </script>')
    with scope("F"):
        h = (a * 2.0 + a).tanh() / 0.3
    L = h * a
    yield read(L)
    L.backward()
    yield read(L)
    yield fold(L, depth=0)
    a.data = 5.0
    yield read(L)
    W = Tensor(np.array([[1.0, np.nan], [np.inf, -0.0]], np.float32), requires_grad=True)
    mean = (W @ np.ones(2, np.float32)).mean()
    mean.backward(autograd.tensor(np.float32(1.0)))
    yield read(mean)
    yield read(Tensor(np.ones((3, 0))))


@pytest.mark.filterwarnings("ignore::autograd.errors.Hint")
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_model_comes_back_as_it_was():
    for graph in graphs():
        back = Graph.from_json(graph.to_json())
        assert repr(back) == repr(graph)
        assert back.root is next(box for box in back.boxes if box.key == graph.root.key)
        assert back.to_json() == graph.to_json()


def test_the_saved_file_holds_the_numbers(tmp_path):
    a, b = Value(3.0, name="a"), Value(2.0, name="b")
    L = a * b + a
    L.backward()
    held = json.loads(draw(L).save(tmp_path / "graph.json").read_text(encoding="utf-8"))
    assert held["root"] == "n3"
    assert held["boxes"][0] == {
        "key": "n0", "kind": "leaf", "name": "a", "op": None, "value": 3.0, "gradient": 3.0,
    }  # fmt: skip
    assert held["edges"][1] == {
        "source": "n1", "target": "n2", "position": 1, "incoming": 1.0, "local": 3.0,
        "contribution": 3.0,
    }  # fmt: skip
    for box in held["boxes"]:
        into = [edge["contribution"] for edge in held["edges"] if edge["source"] == box["key"]]
        assert not into or sum(into) == box["gradient"]


@given(
    st.lists(st.floats(-2, 2), min_size=1, max_size=3),
    st.lists(st.tuples(st.sampled_from("+-*t"), st.integers(0, 99), st.integers(0, 99)),
             min_size=1, max_size=12),
)  # fmt: skip
def test_what_is_read_back_adds_up_to_the_gradients(starts, steps):
    nodes = [Value(x) for x in starts]
    for symbol, i, j in steps:
        x, y = nodes[i % len(nodes)], nodes[j % len(nodes)]
        made = {"+": lambda x, y: x + y, "-": lambda x, y: x - y, "*": lambda x, y: x * y}
        nodes.append(made.get(symbol, lambda x, y: (x * y).tanh())(x.tanh(), y))
    root = nodes[-1] * 1.0
    root.backward()
    held = json.loads(read(root).to_json())
    gradients = [node.grad for node in autograd.history(root)[::-1]]
    boxes = [box for box in held["boxes"] if box["kind"] != "constant"]
    for box, gradient in zip(boxes, gradients, strict=True):
        sent = [e["contribution"] for e in held["edges"] if e["source"] == box["key"]]
        if box["key"] != held["root"]:
            assert sum(sent) == pytest.approx(gradient, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"format": "chainrule graph", "version": 2}',
        '{"format": "chainrule graph", "version": 1, "root": "n0", "folded": 0, "boxes": []}',
        '{"format": "chainrule graph", "version": 1, "root": "n0", "folded": 0, "edges": [],'
        '"boxes": [{"key": "n0", "colour": 1}]}',
    ],
)
def test_other_texts_are_refused(text):
    with pytest.raises(DataError, match="not a graph that was saved as JSON"):
        Graph.from_json(text)
