"""The steps of a pass: their number, their order, their numbers, and the two wrong ways."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Tensor, Value, history, no_grad
from autograd.parts import SeveralOp
from autograd.view.steps import CHAIN_RULE, MOST_CALLS, OVERWRITING, RECURSION, story

steps = st.lists(
    st.tuples(st.sampled_from("+-*td"), st.integers(0, 99), st.integers(0, 99)),
    min_size=1, max_size=9,
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


def diamond():
    """The graph with which `node.py` explains why the order matters."""
    a, b = Value(2.0, name="a"), Value(3.0, name="b")
    c = a + b
    d = a * b
    e = c + d
    f = c * d
    y = e + f
    for node, name in zip((c, d, e, f, y), "cdefy", strict=True):
        node.name = name
    return y


def names(told):
    return {name: key for key, name in told.words.names.items()}


def way_of(told, name):
    return next(way for way in told.ways if way.name == name)


def last(told, name):
    """The gradients in the end, by name."""
    way = way_of(told, name)
    end = way.state(len(way.steps))
    return {told.words.names[key]: state.gradient for key, state in end.items()}


# ---- the right way


@pytest.mark.filterwarnings("ignore::autograd.errors.Hint")
@given(starts, steps)
def test_every_state_equals_an_independent_simulation(starts, steps):
    root = grown(starts, steps)
    told = story(root, wrong=False)
    (way,) = told.ways
    nodes = history(root)[::-1]
    results = [node for node in nodes if node.op is not None]
    assert len(way.steps) == 2 * len(results) + 1

    keys = {node: key for key, node in told.words.nodes.items()}
    uses = dict.fromkeys(nodes, 0)
    for node in results:
        for source, _ in node.op.pull(1.0, node):
            uses[source] += 1
    reachable = {node: g for node, g, _ in autograd.sweep(root)}
    status = {node: "ready" if node.op is None else "unvisited" for node in nodes}
    gradient, received = dict.fromkeys(nodes), dict.fromkeys(nodes, 0)

    def agrees(k):
        state = way.state(k)
        for node in nodes:
            assert state[keys[node]].status == status[node]
            assert state[keys[node]].received == received[node]
            if gradient[node] is not None:
                assert state[keys[node]].gradient == pytest.approx(gradient[node], nan_ok=True)

    agrees(0)
    for k, node in enumerate(results, 1):
        status[node] = "ready"
        agrees(k)
    status[root], gradient[root] = "complete", 1.0
    agrees(len(results) + 1)
    for k, node in enumerate(reversed(results), len(results) + 2):
        for source, share in node.op.pull(gradient[node], node):
            gradient[source] = share if gradient[source] is None else gradient[source] + share
            received[source] += 1
            status[source] = "complete" if received[source] == uses[source] else "partial"
        agrees(k)
    for node, g in reachable.items():
        assert gradient[node] == pytest.approx(g, nan_ok=True)


def test_a_node_fires_only_when_all_its_contributions_are_there():
    told = story(diamond())
    way, c = told.ways[0], names(told)["c"]
    counts = [way.state(k)[c] for k in range(len(way.steps) + 1)]
    assert [state.received for state in counts] == [0] * 8 + [1, 2, 2, 2]
    assert {state.expected for state in counts} == {2}
    fired = next(k for k, step in enumerate(way.steps) if (step.phase, step.key) == ("backward", c))
    assert way.state(fired)[c].status == "complete"
    assert way.state(fired - 2)[c].status == "partial"


def test_the_sentences_are_those_of_a_textbook():
    sentences = [step.sentence for step in story(diamond()).ways[0].steps]
    assert sentences[1] == "d = a × b = 2 × 3 = 6"
    assert sentences[5] == "∂y/∂y = 1: the way back starts here."
    assert sentences[7] == (
        "f passes on ∂y/∂f = 1.\n"
        "∂y/∂c = ∂y/∂f·∂f/∂c = 1×6 = 6 so far (1 of 2)\n"
        "∂y/∂d = ∂y/∂f·∂f/∂d = 1×5 = 5 so far (1 of 2)"
    )
    assert sentences[10] == (
        "c passes on ∂y/∂c = 7, 2 of 2 received.\n"
        "∂y/∂a = ∂y/∂d·∂d/∂a + ∂y/∂c·∂c/∂a = 6×3 + 7×1 = 25\n"
        "∂y/∂b = ∂y/∂d·∂d/∂b + ∂y/∂c·∂c/∂b = 6×2 + 7×1 = 19"
    )


def evaluated(numbers):
    return eval(re.sub(r"−", "-", numbers).replace("×", "*"))


@pytest.mark.filterwarnings("ignore::autograd.errors.Hint")
@given(starts, steps)
def test_the_numbers_of_a_sentence_give_the_gradient(starts, steps):
    root = grown([x + 0.1 for x in starts], steps)
    told = story(root, wrong=False, digits=17)
    gradients = {node: g for node, g, _ in autograd.sweep(root)}
    seen = 0
    for step in told.ways[0].steps:
        for line in step.sentence.splitlines()[1:]:
            found = re.fullmatch(r"(∂L/∂\S+) = (∂.*?) = (.*)", line)
            if found is None or "so far" in line or "norm" in line:
                continue
            key = names(told)[found[1].split("/∂")[1]]
            for part in found[3].split(" = "):
                assert evaluated(part) == pytest.approx(gradients[told.words.nodes[key]], rel=1e-9)
            seen += 1
    assert seen == len([node for node in gradients if node is not root])


def test_other_numbers_make_other_sentences():
    def sentences(x):
        a = Value(x, name="a")
        return [step.sentence for step in story(a * a + 1.0).ways[0].steps]

    assert all(two != three for two, three in zip(sentences(2.0)[:2], sentences(3.0), strict=False))


def test_both_operands_of_a_square_arrive_in_one_step():
    a = Value(3.0, name="a")
    told = story(a * a)
    step = told.ways[0].steps[-1]
    assert step.after[names(told)["a"]] == ("complete", 6.0, 2, 2)
    assert step.sentence.endswith("∂L/∂a = ∂L/∂L·∂L/∂a + ∂L/∂L·∂L/∂a = 1×3 + 1×3 = 6")


# ---- the wrong ways


def naive(root):
    """What people write first."""
    grad = {root: 1.0}

    def backward(node):
        if node.op is None:
            return
        sent = node.op.pull(grad[node], node)
        for source, share in sent:
            grad[source] = grad.get(source, 0.0) + share
        for source, _ in sent:
            backward(source)

    backward(root)
    return grad


def assigned(root):
    """`=` in place of `+=`."""
    grad = {root: 1.0}
    for node in history(root):
        if node.op is not None and node in grad:
            for source, share in node.op.pull(grad[node], node):
                grad[source] = share
    return grad


def test_the_wrong_ways_find_the_wrong_numbers_of_the_lesson():
    told = story(diamond())
    assert (last(told, CHAIN_RULE)["a"], last(told, CHAIN_RULE)["b"]) == (25.0, 19.0)
    assert (last(told, RECURSION)["a"], last(told, RECURSION)["b"]) == (29.0, 22.0)
    a, b = Value(3.0, name="a"), Value(2.0, name="b")
    assert last(story((a + b) * a), CHAIN_RULE)["a"] == 8.0
    assert last(story((a + b) * a), OVERWRITING)["a"] == 3.0


@pytest.mark.filterwarnings("ignore::autograd.errors.Hint")
@given(starts, steps)
def test_the_wrong_ways_equal_the_simulations(starts, steps):
    root = grown(starts, steps)
    told = story(root)
    for name, simulated in ((OVERWRITING, assigned(root)), (RECURSION, naive(root))):
        way = way_of(told, name)
        if way.cut:
            continue
        end = way.state(len(way.steps))
        for key, node in told.words.nodes.items():
            if node in simulated:
                assert end[key].gradient == pytest.approx(simulated[node], nan_ok=True)


def test_recursion_is_cut_where_it_would_not_end_in_time():
    x = Value(1.0, name="x")
    for _ in range(30):
        x = x + x
    told = story(x)
    way = way_of(told, RECURSION)
    assert way.calls == 2**30 - 1
    assert way.cut
    assert len(way.steps) == 30 + 1 + MOST_CALLS
    assert last(told, CHAIN_RULE)["x"] == 2.0**30


def test_recursion_says_that_it_does_not_wait():
    told = story(diamond())
    told = "\n".join(step.sentence for step in way_of(told, RECURSION).steps)
    assert "c does not wait: it passes on 1 after 1 of 2." in told
    assert "c passes on all that it holds, 7, though it was visited before." in told


def test_on_a_tree_all_ways_agree():
    a, b = Value(3.0, name="a"), Value(2.0, name="b")
    told = story((a * b).tanh() * 2.0)
    assert last(told, CHAIN_RULE) == last(told, OVERWRITING) == last(told, RECURSION)


# ---- views only read, and never raise


def test_nothing_is_written_and_the_stored_pass_is_told():
    y = diamond()
    story(y)
    assert all(node.grad is None for node in history(y))
    y.backward(retain_graph=True)
    y.backward()
    told = story(y)
    assert last(told, CHAIN_RULE)["a"] == 25.0


def test_arrays_are_told_by_their_entries_or_their_norm():
    X, W = Tensor(np.ones((4, 3)), name="X"), Tensor(np.ones((3, 2)), True, name="W")
    b = Tensor([1.0, 2.0], requires_grad=True, name="b")
    told = story(((X @ W) * b).sum())
    text = "\n".join(step.sentence for step in told.ways[0].steps)
    assert "v1 = X @ W = array of shape (4, 2), norm 8.485" in text
    assert "L = sum(v2) = 36" in text
    assert "∂L/∂b = ∂L/∂v2·∂v2/∂b = [12, 12]" in text
    assert "∂L/∂W = ∂L/∂v1·∂v1/∂W = array of shape (3, 2), norm 15.49" in text


def test_several_outputs_are_told():
    two = SeveralOp("two", lambda x: (x + 1.0, x * 2.0), lambda g, z, x: g[0] + 2.0 * g[1])
    x = Tensor([1.0, 2.0], requires_grad=True, name="x")
    p, q = two(x)
    L = (p * q).sum()
    for told in (story(L), L.backward() or story(L)):
        np.testing.assert_allclose(last(told, CHAIN_RULE)["x"], [6.0, 10.0])
        assert [way.name for way in told.ways] == [CHAIN_RULE]


def test_no_backward_is_told_where_there_cannot_be_one():
    a = Tensor([1.0, 2.0], requires_grad=True, name="a")
    told = story(a * 2.0)
    assert [step.phase for step in told.ways[0].steps] == ["forward"]
    assert "starts from a single number, and this has shape (2,)" in told.silent
    assert "no way leads back" in story(Tensor([1.0])).silent


def test_a_given_gradient_is_where_the_way_back_starts():
    a = Tensor([1.0, 2.0], requires_grad=True, name="a")
    y = a * 2.0
    y.backward(np.array([1.0, 10.0]))
    told = story(y)
    assert told.ways[0].steps[1].sentence.startswith("∂L/∂L = [1, 10], as it was given")
    np.testing.assert_array_equal(last(told, CHAIN_RULE)["a"], [2.0, 20.0])


def test_after_an_update_what_cannot_be_known_is_a_question_mark():
    a, b = Value(3.0, name="a"), Value(2.0, name="b")
    L = (a * b + 1.0) * a
    L.backward()
    with no_grad():
        a -= 0.1 * a.grad
    told = story(L)
    text = "\n".join(step.sentence for step in told.ways[0].steps)
    assert "v1 = a × b = 6 (before a changed)" in text
    assert "∂L/∂a = ∂L/∂L·∂L/∂a + ∂L/∂v1·∂v1/∂a = 1×? + 3×? = ?" in text
    assert [way.name for way in told.ways] == [CHAIN_RULE]


def test_a_hook_is_not_called_and_its_gradient_is_told():
    a, calls = Value(3.0, name="a"), []
    h = a * 2.0
    h.name = "h"
    h.register_hook(lambda g: calls.append(g) or 10 * g)
    L = h * 1.0
    assert "a hook waits" in story(L).silent
    L.backward()
    told = story(L)
    assert calls == [1.0]
    assert last(told, CHAIN_RULE)["a"] == a.grad == 20.0
    assert "after its hook (1 arrived)" in "\n".join(s.sentence for s in told.ways[0].steps)


def test_every_box_has_a_name_of_its_own():
    a, again = Value(1.0, name="a"), Value(2.0, name="a")
    v1 = Value(3.0, name="v1")
    told = story((a + again) * v1)
    inner = [told.words.names[box.key] for box in told.graph.boxes]
    assert sorted(inner) == ["L", "a", "a₂", "v1", "v2"]
