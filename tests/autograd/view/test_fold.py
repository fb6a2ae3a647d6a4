"""Folding: modules and look-alikes share a box, and what flows between boxes still adds up."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
import nn
from autograd import Tensor, Value, no_grad, scope
from autograd.view.fold import fold
from autograd.view.model import read
from autograd.view.plan import levels

PATHS = [(), ("A",), ("A", "layers.0"), ("A", "layers.1"), ("A", "layers.2"), ("B", "in", "deep")]


def labels(graph):
    return [box.fold.path if box.fold else box.name or box.op or box.kind for box in graph.boxes]


def folds(graph):
    return {box.fold.path: box.fold for box in graph.boxes if box.fold}


def in_scopes(path, function):
    if not path:
        return function()
    with scope(path[0]):
        return in_scopes(path[1:], function)


steps = st.lists(
    st.tuples(st.sampled_from(PATHS), st.integers(0, 99), st.integers(0, 99)),
    min_size=1, max_size=25,
)  # fmt: skip


def grown(steps):
    nodes = [Value(0.5), Value(-1.5, name="w"), Value(2.0)]
    for path, i, j in steps:
        x, y = nodes[i % len(nodes)], nodes[-1 - j % len(nodes)]
        nodes.append(in_scopes(path, lambda x=x, y=y: (x * y + y).tanh() + 0.1 * x))
    return nodes[-1] * 2.0


@given(steps, st.integers(1, 60), st.one_of(st.none(), st.integers(0, 3)))
def test_edges_lead_from_box_to_box_and_contributions_add_up(steps, most, depth):
    root = grown(steps)
    root.backward()
    graph = fold(root, max_nodes=most, depth=depth)
    keys = [box.key for box in graph.boxes]
    assert len(keys) == len(set(keys))
    assert depth is not None or len(keys) <= max(most, 12)  # the coarsest: scopes, operations, root
    assert graph.root in graph.boxes
    assert graph.root.fold is None
    for edge in graph.edges:
        assert edge.source in keys
        assert edge.target in keys
        assert edge.source != edge.target
    for box in graph.boxes:
        arrived = [e.contribution for e in graph.edges if e.source == box.key]
        if box.fold is None and arrived and arrived[0] is not None:
            assert np.sum(arrived) == pytest.approx(box.gradient, rel=1e-12, abs=1e-15)
    everything = read(root)
    inside = sum(box.fold.operations for box in graph.boxes if box.fold)
    alone = sum(box.op is not None for box in graph.boxes)
    assert inside + alone == sum(box.op is not None for box in everything.boxes)


@given(steps)
def test_folding_reads_only(steps):
    root = grown(steps)
    root.backward()
    before = repr(read(root))
    fold(root, depth=0)
    fold(root, max_nodes=5)
    assert repr(read(root)) == before


def test_what_flows_between_two_folds_is_summed_for_each_node():
    a, b = Value(3.0, name="a"), Value(2.0, name="b")
    with scope("F"):
        x, y = a * 2.0, b * 5.0
    with scope("G"):
        z = x * y + x
    L = z * 10.0
    L.backward()
    graph = fold(L, depth=0)
    assert labels(graph) == ["F", "G", "constant", "*"]
    between = next(edge for edge in graph.edges if edge.source == "f0")
    assert between.count == 3
    assert between.contribution.tolist() == [110.0, 60.0]
    assert between.incoming.tolist() == [10.0, 10.0]
    assert folds(graph)["F"].parameters == 2
    assert folds(graph)["F"].constants == 2
    assert folds(graph)["F"].gradient == pytest.approx(np.hypot(a.grad, b.grad))
    assert folds(graph)["G"].inputs == (((), 2),)
    assert folds(graph)["G"].outputs == (((), 1),)


def test_before_backward_folds_have_no_gradient():
    with scope("F"):
        h = Value(3.0) * 2.0 + 1.0
    graph = fold(h * 2.0, depth=0)
    assert folds(graph)["F"].gradient is None
    assert [edge.incoming for edge in graph.edges] == [None, None]


def test_an_updated_parameter_makes_what_flows_unknown():
    a = Value(3.0)
    with scope("F"):
        h = a * a
    with scope("G"):
        z = h * a + 1.0
    L = z * 2.0
    L.backward()
    with no_grad():
        a -= 1.0
    graph = fold(L, depth=0)
    (into,) = [e for e in graph.edges if e.target == "f0" and e.source == "n1"]
    assert into.stale
    assert into.contribution is None


def test_small_graphs_are_not_folded():
    with scope("F"):
        h = Value(3.0) * 2.0 + 1.0
    graph = fold(h)
    assert graph.folded == 0
    assert repr(graph) == repr(read(h))


def digits_loss():
    rng = np.random.default_rng(0)
    net = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    return nn.CrossEntropyLoss()(net(Tensor(rng.normal(size=(5, 64)))), rng.integers(0, 10, 5))


def test_a_network_of_tensors_closes_to_few_boxes():
    L = digits_loss()
    assert labels(fold(L)) == [
        "0.weight", "0.bias", "2.weight", "2.bias", "data", "linear", "relu", "linear",
        "constant", "cross_entropy", "mean",
    ]  # fmt: skip
    assert labels(fold(L, depth=0)) == [
        "Sequential", "data", "constant", "cross_entropy", "mean",
    ]  # fmt: skip
    assert labels(fold(L, depth=1)) == [
        "Sequential.0", "Sequential.2", "data", "relu", "constant", "cross_entropy", "mean",
    ]  # fmt: skip
    (linear,) = folds(fold(L, collapse=["Sequential.0"])).values()
    assert linear.inputs == (((5, 64), 1),)
    assert linear.outputs == (((5, 32), 1),)
    assert linear.parameters == 64 * 32 + 32


class Block(nn.Module):
    def __init__(self):
        self.up, self.act, self.down = nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 4)

    def forward(self, x):
        return x + self.down(self.act(self.up(x)))


def twelve_blocks():
    net = nn.Sequential(*[Block() for _ in range(12)])
    return (net(Tensor(np.ones((2, 4)))) ** 2).mean()


def test_identical_blocks_in_a_row_share_a_box():
    L = twelve_blocks()
    graph = fold(L)
    assert labels(graph) == ["Sequential.0–11", "data", "constant", "**", "mean"]
    row = folds(graph)["Sequential.0–11"]
    assert (row.times, row.operations, row.parameters) == (12, 48, 12 * (40 + 36))


def test_expanding_one_block_takes_it_out_of_the_row():
    graph = fold(twelve_blocks(), expand=["Sequential.4"])
    assert sorted(folds(graph)) == [
        "Sequential.0–3", "Sequential.4.down", "Sequential.4.up", "Sequential.5–11",
    ]  # fmt: skip
    assert [box.op for box in graph.boxes if box.op] == ["relu", "+", "**", "mean"]


def test_neighbours_that_differ_keep_their_own_boxes():
    net = nn.Sequential(*[nn.Linear(n, n + 1) for n in range(2, 8)])
    graph = fold(net(Tensor(np.ones((2, 2)))).sum(), depth=1)
    assert sorted(folds(graph)) == [f"Sequential.{i}" for i in range(6)]


def samples(spelled_out):
    model = nn.MLP(2, [16, 16, 1], spelled_out=spelled_out)
    X = np.random.default_rng(0).normal(size=(100, 2)).tolist()
    losses = [(1.0 - sign * model(x)).relu() for x, sign in zip(X, [1.0, -1.0] * 50, strict=True)]
    loss = sum(losses) * 0.01
    loss.backward()
    return loss, model


def test_a_hundred_samples_of_single_numbers_fold_to_a_handful_of_boxes():
    loss, model = samples(spelled_out=True)
    graph = fold(loss)
    assert graph.folded > 65_000
    assert labels(graph)[:3] == [
        "MLP.layers.0.neurons.0–15", "MLP.layers.1.neurons.0–15", "MLP.layers.2.neurons.0",
    ]  # fmt: skip
    assert labels(graph)[3:] == ["*", "-", "relu", "+", "constant", "*"]
    assert [box.fold.times for box in graph.boxes if box.fold] == [1600, 1600, 100, *[100] * 4]
    gradients = [p.grad for p in model.layers[1].parameters()]
    layer = folds(graph)["MLP.layers.1.neurons.0–15"]
    assert layer.gradient == pytest.approx(np.linalg.norm(gradients))
    assert layer.parameters == len(gradients) == 16 * 17


def test_without_scopes_nodes_that_are_computed_alike_share_a_box():
    w, b = [Value(0.1 * i) for i in range(3)], Value(0.5)
    terms = []
    for k in range(200):
        h = sum((wi * float(k + i) for i, wi in enumerate(w)), b)
        terms.append((h.tanh() - 1.0) ** 2.0)
    graph = fold(sum(terms[1:], terms[0]))
    assert labels(graph) == ["*", "+", "tanh", "-", "**", "+", "+"]
    counts = [box.fold.operations for box in graph.boxes if box.fold]
    assert counts == [600, 600, 200, 200, 200, 198]


def test_inputs_that_are_many_share_a_box_too():
    w = Tensor([1.0, 2.0], requires_grad=True, name="w")
    losses = [(w * Tensor([float(k), 1.0])).sum() for k in range(200)]
    graph = fold(sum(losses[1:], losses[0]))
    assert labels(graph) == ["*", "data", "sum", "+", "+"]
    assert folds(graph)["data"].times == 200
    assert folds(graph)["data"].parameters == 0


def test_one_leaf_in_two_modules_keeps_its_box():
    w = Value(2.0, name="w")
    with scope("F"):
        h = w * w + w
    with scope("G"):
        z = h * w + h
    assert labels(fold(z * 2.0, depth=0)) == ["w", "F", "G", "constant", "*"]


def test_levels_of_a_path():
    assert levels("MLP.layers.0.neurons.3") == ("MLP", "MLP.layers.0", "MLP.layers.0.neurons.3")
    assert levels("Sequential.0.1") == ("Sequential", "Sequential.0", "Sequential.0.1")
    assert levels("Net") == ("Net",)
    assert levels("") == ()


def test_several_outputs_fold_like_any_other():
    x = Tensor(np.arange(6.0), requires_grad=True)
    with scope("F"):
        parts = autograd.split(x * 2.0, 3)
        h = parts[0] * parts[1] + parts[2]
    L = h.sum()
    L.backward()
    graph = fold(L, depth=0)
    assert labels(graph) == ["F", "sum"]
    assert folds(graph)["F"].gradient == pytest.approx(np.linalg.norm(x.grad))
