"""`last_graph`: the operation that failed is there, marked and named, with what it was given."""

import re

import numpy as np
import pytest

import autograd
import nn
from autograd import Tensor, Value, draw, explain, failure, history, last_graph, play
from autograd.view.model import Graph


class Reader(nn.Module):
    def __init__(self):
        self.fc1, self.act, self.fc2 = nn.Linear(4, 8), nn.ReLU(), nn.Linear(6, 3)

    def forward(self, x):
        return self.fc2(self.act(self.fc1(x)))


def failed(act):
    with pytest.raises(Exception, match=r"\w") as caught:
        act()
    return last_graph(), str(caught.value)


def graph_text(node):
    return re.sub(r"<[^>]*>", "", draw(node).svg)


def test_a_layer_of_the_wrong_width_is_marked_named_and_has_its_input():
    x = Tensor(np.ones((5, 4)), name="x")
    root, message = failed(lambda: Reader()(x))
    assert "expected 6 features" in message
    (given,) = root.args
    assert (given.op.name, given.shape) == ("relu", (5, 8))
    assert any(node is x for node in history(root))
    text = graph_text(root)
    for words in ("✗ Linear", "failed here", "(5, 8):", "layer", "fc2", "(8, 4)"):
        assert words in text
    assert str(draw(root)).startswith("✗ Linear failed here: inputs (5, 8): layer 'fc2'")


@pytest.mark.parametrize(
    ("act", "name", "shapes"),
    [
        (lambda a, b: (a * 2 + 1) + b, "+", [(2,), (3,)]),
        (lambda a, b: np.multiply(a, b), "*", [(2,), (3,)]),
        (lambda a, b: a.reshape(1, 2) @ b.reshape(1, 3), "@", [(1, 2), (1, 3)]),
        (lambda a, b: autograd.concatenate([a.reshape(1, 2), b]), "concatenate", [(1, 2), (3,)]),
        (lambda a, b: a[5], "getitem", [(2,)]),
        (lambda a, b: autograd.linalg.inv(a.reshape(1, 2)), "inv", [(1, 2)]),
        (lambda a, b: nn.MSELoss()(a * 2, b), "MSELoss", [(2,), (3,)]),
    ],
)
def test_every_kind_of_operation_is_noted(act, name, shapes):
    a, b = Tensor([1.0, 2.0], requires_grad=True, name="a"), Tensor([1.0, 2.0, 3.0], name="b")
    root, message = failed(lambda: act(a, b))
    assert root.op.name == name
    assert [np.shape(getattr(x, "data", x)) for x in root.args] == shapes
    assert any(node is a for node in history(root))
    assert message.split()[0] in graph_text(root)


def test_values_and_their_lists():
    x = Value(2.0, name="x")
    root, _ = failed(lambda: nn.MSELoss()([x * x, x], [1.0]))
    assert [arg.op.name if arg.op else arg.name for arg in root.args[:2]] == ["*", "x"]


def test_other_views_show_what_they_can():
    a = Tensor([1.0, 2.0], requires_grad=True, name="a")
    root, _ = failed(lambda: a * 2 + np.ones(3))
    assert "v1 = a × 2" in str(explain(root))
    assert "failed here" in play(root).html
    again = Graph.from_json(draw(root).graph.to_json())
    assert next(box.failed for box in again.boxes if box.failed).startswith("inputs  (2,)")


def test_only_the_innermost_place_is_noted_and_only_the_latest_error():
    a = Tensor([1.0, 2.0], requires_grad=True)
    failed(lambda: a + np.ones(3))
    model = nn.Sequential(nn.Sequential(nn.Linear(3, 2)))
    root, _ = failed(lambda: model(a))
    assert root.op.name == "Linear"
    assert root._mark("scope") == "Sequential.0.0"


def test_a_forward_pass_that_succeeds_notes_nothing(monkeypatch):
    monkeypatch.setattr(failure, "latest", [])
    Reader().fc1(Tensor(np.ones((5, 4))))
    assert failure.latest == []


def test_before_any_error_it_says_what_it_is_for(monkeypatch):
    monkeypatch.setattr(failure, "latest", [])
    monkeypatch.setattr("autograd.view.last.latest", [])
    with pytest.raises(autograd.GraphError, match="no operation on nodes has failed"):
        last_graph()
