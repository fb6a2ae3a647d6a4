"""The model: every operand an edge, contributions that add up, and nodes left as they were."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Tensor, Value, history, no_grad
from autograd.parts import SeveralOp
from autograd.view.model import census, read, size
from optim import GradientDescent


def example():
    a, b, c = Value(3.0, name="a"), Value(2.0, name="b"), Value(1.0, name="c")
    return (a * b + c) * a, a, b, c


def box_of(graph, name):
    return next(box for box in graph.boxes if box.name == name)


def received(graph, box):
    return [edge.contribution for edge in graph.edges if edge.source == box.key]


def numbers_of(graph):
    return [(e.incoming, e.local, e.contribution) for e in graph.edges]


steps = st.lists(
    st.tuples(st.sampled_from("+-*td"), st.integers(0, 99), st.integers(0, 99)),
    min_size=1, max_size=12,
)  # fmt: skip
starts = st.lists(st.floats(-2, 2), min_size=1, max_size=3)


def grown(starts, steps):
    """A random graph in which any node may be used any number of times."""
    nodes = [Value(x) for x in starts]
    for symbol, i, j in steps:
        x, y = nodes[i % len(nodes)], nodes[j % len(nodes)]
        nodes.append(
            {
                "+": lambda x, y: x + y, "-": lambda x, y: x - y, "*": lambda x, y: x * y,
                "t": lambda x, y: (x + y).tanh(), "d": lambda x, y: autograd.dot([x, 0.5], [y, x]),
            }[symbol](x, y)
        )  # fmt: skip
    return nodes[-1].tanh()


@pytest.mark.filterwarnings("ignore::autograd.errors.Hint")  # large starts may overflow
@given(starts, steps)
def test_contributions_into_a_node_add_up_to_its_gradient(starts, steps):
    root = grown(starts, steps)
    root.backward()
    graph = read(root)
    for box, node in zip(
        [box for box in graph.boxes if box.kind != "constant"], history(root)[::-1], strict=True
    ):
        if node is not root:
            total = sum(received(graph, box))
            assert total == pytest.approx(node.grad, rel=1e-12, abs=1e-12, nan_ok=True)
            assert box.gradient == pytest.approx(node.grad, rel=0, nan_ok=True)
            assert box.why is None


@pytest.mark.filterwarnings("ignore::autograd.errors.Hint")
@given(starts, steps)
def test_every_operand_is_an_edge_and_every_local_times_incoming_the_contribution(starts, steps):
    root = grown(starts, steps)
    root.backward()
    graph = read(root)
    assert len(graph.edges) == sum(len(node.args) for node in history(root))
    assert len(graph.boxes) == size(history(root))
    for edge in graph.edges:
        if edge.local is not None:
            product = edge.incoming * edge.local
            assert product == pytest.approx(edge.contribution, rel=1e-12, abs=1e-300, nan_ok=True)


def test_example_by_hand():
    L, *_ = example()
    L.backward()
    graph = read(L)
    assert numbers_of(graph) == [(3, 2, 6), (3, 3, 9), (3, 1, 3), (3, 1, 3), (1, 3, 3), (1, 7, 7)]
    assert received(graph, box_of(graph, "a")) == [6, 7]


def test_a_times_a_has_two_edges():
    a = Value(3.0)
    L = a * a
    assert [(e.source, e.target, e.position) for e in read(L).edges] == [
        ("n0", "n1", 0), ("n0", "n1", 1),
    ]  # fmt: skip


def test_before_backward_nothing_is_pretended():
    L, a, *_ = example()
    a.grad = 5.0  # from another graph
    graph = read(L)
    assert not graph.swept
    assert numbers_of(graph) == [(None, None, None)] * 6
    assert [box.gradient for box in graph.boxes] == [5.0, None, None, None, None, None]


def test_kinds_of_boxes():
    X, W = Tensor(np.ones((4, 3)), name="X"), Tensor(np.ones((3, 2)), requires_grad=True, name="W")
    L = ((X @ W) * 2.0).sum()
    L.backward()
    graph = read(L)
    assert [box.kind for box in graph.boxes] == [
        "data", "leaf", "result", "constant", "result", "result",
    ]  # fmt: skip
    assert [edge.contribution is None for edge in graph.edges] == [True, False, False, True, False]


def test_untracked_root_is_one_box_of_data():
    with no_grad():
        z = Value(2.0) * 3.0
    graph = read(z)
    assert [(box.kind, box.value) for box in graph.boxes] == [("data", 6.0)]
    assert graph.root is graph.boxes[0]


def state_of(node):
    grad = node.grad.copy() if isinstance(node.grad, np.ndarray) else node.grad
    return np.copy(node.data), grad, dict(node._rare or {}), node.requires_grad, node.born


@pytest.mark.parametrize("when", ["before", "after", "updated"])
def test_reading_changes_no_node(when):
    w = Tensor([[1.0, -2.0]], requires_grad=True, name="w")
    L = (w * w).tanh().sum()
    if when != "before":
        L.backward()
    if when == "updated":
        with no_grad():
            w -= 0.1 * w.grad
    before = [state_of(node) for node in history(L)]
    read(L)
    after = [state_of(node) for node in history(L)]
    for old, new in zip(before, after, strict=True):
        for x, y in zip(old, new, strict=True):
            np.testing.assert_equal(y, x)


def test_hooks_are_not_called_again_and_their_gradients_are_shown():
    a = Value(3.0, name="a")
    h, calls = a * 2.0, []
    h.register_hook(lambda g: calls.append(g) or 10 * g)
    L = h * 1.0
    L.backward()
    graph = read(L)
    assert calls == [1.0]
    assert received(graph, box_of(graph, "a")) == [20.0] == [a.grad]
    box = next(box for box in graph.boxes if box.why)
    assert (box.gradient, box.here, box.why) == (10.0, 1.0, "hook")
    assert box_of(graph, "a").why is None


def test_an_accumulated_leaf_tells_the_passes_apart():
    L, *_ = example()
    L.backward(retain_graph=True)
    L.backward()
    graph = read(L)
    a = box_of(graph, "a")
    assert (a.gradient, a.here, a.why) == (26.0, 13.0, "before")
    assert sum(received(graph, a)) == 13.0
    assert graph.root.why is None


@pytest.mark.parametrize("first", ["y", "z"])
def test_of_two_roots_each_tells_its_own_pass_whatever_the_order(first):
    a = Value(2.0, name="a")
    h = a * 2.0
    h.name = "h"
    y, z = h * h, h + 1.0
    for root in (y, z) if first == "y" else (z, y):
        root.backward()
    of_y, of_z = read(y), read(z)
    assert (box_of(of_y, "a").gradient, box_of(of_y, "a").here) == (18.0, 16.0)
    assert (box_of(of_z, "a").gradient, box_of(of_z, "a").here) == (18.0, 2.0)
    assert box_of(of_y, "a").why == box_of(of_z, "a").why == "other"
    last, other, stored, here = (of_z, of_y, 1.0, 8.0) if first == "y" else (of_y, of_z, 8.0, 1.0)
    h = box_of(last, "h")
    assert (h.gradient, h.here, h.why) == (stored, None, None)
    h = box_of(other, "h")
    assert (h.gradient, h.here, h.why) == (stored, here, "another")


def test_a_multiple_of_the_pass_in_one_leaf_only_is_not_called_before():
    a, b = Value(3.0, name="a"), Value(2.0, name="b")
    L = a * b
    L.backward()
    (a * 2.0).backward()  # adds to a what L gave it, but nothing to b
    graph = read(L)
    assert (box_of(graph, "a").gradient, box_of(graph, "a").why) == (4.0, "other")
    assert box_of(graph, "b").why is None


def test_where_a_sweep_cannot_be_repeated_mixed_passes_are_not_explained():
    a = Value(2.0, name="a")
    h = a * 2.0
    h.name = "h"
    y, z = (h * h) * 1.0, h + 1.0
    y.args[0].register_hook(lambda g: None)
    y.backward()
    z.backward()
    graph = read(y)
    assert [box.why for box in graph.boxes] == [None] * len(graph.boxes)


def test_a_gradient_of_another_shape_does_not_disturb():
    w = Tensor([1.0, 2.0], requires_grad=True, name="w")
    L = (w * w).sum()
    L.backward()
    w.grad = np.ones(3)
    assert box_of(read(L), "w").why is None


def test_a_node_of_several_outputs_is_one_row_and_may_be_the_root():
    two = SeveralOp("two", lambda x: (x + 1.0, x * 2.0), lambda g, z, x: g[0] + 2.0 * g[1])
    x = Tensor([1.0, 2.0], requires_grad=True, name="x")
    p, q = two(x)
    (p * q).sum().backward()
    whole = p.args[0]
    box = read(whole).root
    assert (box.outputs, list(box.value)) == (2, [2.0, 3.0, 2.0, 4.0])
    np.testing.assert_array_equal(received(read(whole), box_of(read(whole), "x"))[0], x.grad)


def test_tensors_of_one_entry_have_local_derivatives_too():
    w = Tensor([[2.0]], requires_grad=True, name="w")
    L = (w * np.array([[3.0]])).sum()
    L.backward()
    assert numbers_of(read(L)) == [(1.0, 3.0, 3.0), (None, None, None), (1.0, 1.0, 1.0)]


@pytest.mark.parametrize(
    ("name", "shown"), [(5, "5"), ("\x00", "\ufffd"), ("\ud800\n", "\ufffd\ufffd"), ("∂ é", "∂ é")]
)
def test_names_are_printable_text(name, shown):
    a = Value(1.0)
    a._note(name=name)
    assert read(a).root.name == shown


def test_cancelling_contributions_are_not_mistaken_for_an_earlier_pass():
    a = Value(0.1, name="a")
    L = (a * 0.1 + a * 0.2) - a * 0.3
    L.backward()
    assert box_of(read(L), "a").why is None


def test_backward_from_a_given_gradient_is_the_pass_that_is_shown():
    w = Tensor([1.0, 2.0], requires_grad=True, name="w")
    y = w * 3.0
    y.backward(np.array([10.0, 100.0]))
    np.testing.assert_array_equal(received(read(y), box_of(read(y), "w"))[0], [30.0, 300.0])


def test_after_an_update_what_cannot_be_known_is_stale_and_the_rest_is_the_stored_pass():
    L, a, _, c = example()
    L.backward()
    with no_grad():
        a -= 0.1 * a.grad
    graph = read(L)
    assert [box.name for box in graph.boxes if box.updated] == ["a"]
    assert [edge.stale for edge in graph.edges] == [True, True, False, False, True, True]
    assert [edge.incoming for edge in graph.edges] == [3, 3, 3, 3, 1, 1]
    assert received(graph, box_of(graph, "c")) == [c.grad]
    assert (box_of(graph, "b").gradient, box_of(graph, "b").why) == (9.0, None)


def test_data_of_another_shape_does_not_disturb():
    w = Tensor([1.0, 2.0], requires_grad=True, name="w")
    L = (w * w).sum()
    L.backward()
    w.data = np.ones((3, 3))
    graph = read(L)
    assert box_of(graph, "w").updated
    assert box_of(graph, "w").value.shape == (3, 3)


def test_data_changed_before_the_graph_was_made_is_no_update():
    a = Value(1.0, name="a")
    a.data = 2.0
    L = a * a
    L.backward()
    assert not box_of(read(L), "a").updated
    assert received(read(L), box_of(read(L), "a")) == [2.0, 2.0]


def test_create_graph_gradients_are_shown_as_plain_numbers():
    a = Value(3.0, name="a")
    L = a * a
    L.backward(create_graph=True)
    graph = read(L)
    assert box_of(graph, "a").gradient == 6.0
    assert numbers_of(graph) == [(1.0, 3.0, 3.0)] * 2
    L.zero_grad()
    a.zero_grad()


@pytest.mark.filterwarnings("ignore::autograd.errors.Hint")  # which backward() gives, not read()
def test_corners_of_arithmetic_do_not_warn_again():
    a = Value(0.0, name="a")
    L = a.log() * 0.0 + a.sqrt()
    L.backward()
    assert np.isnan(box_of(read(L), "a").gradient)


def test_census_counts_by_operation():
    L, *_ = example()
    assert census(history(L)) == {"leaf": 3, "*": 2, "+": 1}


def test_boxes_are_freed_with_the_graph():
    import weakref

    L, *_ = example()
    gone = weakref.ref(L)
    graph = read(L)
    del L
    assert gone() is None
    assert graph.root.value == 21.0


def test_the_model_keeps_its_numbers_when_arrays_are_updated_in_place():
    w = Tensor([1.0, 2.0], requires_grad=True, name="w")
    data = np.array([3.0, 4.0])
    optimizer = GradientDescent([w], lr=0.1)
    loss = (w.reshape(2) * data).sum()
    loss.backward()
    optimizer.step()
    graph, before = read(loss), w.data.tolist()
    shown = {box.key: np.array(box.value) for box in graph.boxes}
    optimizer.step()
    w.grad *= 2
    data += 1
    assert w.data.tolist() != before
    for box in graph.boxes:
        np.testing.assert_array_equal(box.value, shown[box.key])
    assert box_of(graph, "w").gradient.tolist() == [3.0, 4.0]
