"""`play(before, after)`: what is marked is what differs, no more and no less."""

import random
import re

import numpy as np
import pytest

import nn
import optim
from autograd import KindError, Tensor, Value, draw, history, maximum, play, tanh
from autograd.view.compare import Comparison, Difference
from autograd.view.model import read


def formula(a, b, c):
    d = a * b
    e = d + c
    L = e * a
    d.name, e.name, L.name = "d", "e", "L"
    return L


def leaves():
    return Value(3.0, name="a"), Value(2.0, name="b"), Value(1.0, name="c")


def marked(page):
    return {(difference.name, difference.what) for difference in page.differences}


def random_graph(seed, inputs):
    """The same nodes for the same seed, whatever the inputs are; every one has a name."""
    choose = random.Random(seed)
    nodes = [Value(x, name=f"x{i}") for i, x in enumerate(inputs)]
    for i in range(choose.randint(3, 12)):
        one, other = choose.choice(nodes), choose.choice(nodes)
        operation = choose.choice(["+", "*", "-", "tanh", "max"])
        match operation:
            case "+":
                made = one + other
            case "*":
                made = one * other
            case "-":
                made = one - other
            case "tanh":
                made = tanh(one)
            case "max":
                made = maximum(one, other)
        made.name = f"y{i}"
        nodes.append(made)
    return nodes[-1]


def held_by(root):
    """What every node of a graph holds, read from the nodes."""
    values = {(node.name, "value"): node.data for node in history(root)}
    return values | {(node.name, "gradient"): node.grad for node in history(root)}


@pytest.mark.filterwarnings("ignore::autograd.Hint")  # of nan
@pytest.mark.parametrize("seed", range(60))
def test_what_is_marked_is_what_differs(seed):
    choose = random.Random(seed)
    inputs = [choose.choice([0.5, -1.0, 2.0, float("nan")]) for _ in range(4)]
    changed = [choose.choice([x, x, x + 0.25]) for x in inputs]
    before, after = random_graph(seed, inputs), random_graph(seed, changed)
    before.backward()
    after.backward()

    held = held_by(before), held_by(after)
    expected = {
        key for key, x in held[0].items()
        if x != held[1][key] and not (x != x and held[1][key] != held[1][key])
    }  # fmt: skip
    page = play(before, after)
    assert page.alone == []
    assert marked(page) == expected
    for difference in page.differences:
        key = difference.name, difference.what
        numbers = difference.before, difference.after
        np.testing.assert_equal(numbers, (held[0][key], held[1][key]))


def test_arrays_differ_entry_by_entry_and_nan_is_nan():
    x = np.array([[1.0, np.nan, 3.0], [4.0, 5.0, 6.0]])
    w = Tensor(np.ones(3), requires_grad=True, name="w")
    before = play((x * w).sum())
    other = x.copy()
    other[1, 2] = 7.0
    page = play(before, (other * w).sum())
    rows = dict(re.findall(r"<tr><td>(.*?)</td>.*?<td>([^<]*)</td></tr>", page.html))
    assert rows["constant in v1"] == "1 of 6 entries, norm 1"
    assert marked(page) == {("constant in v1", "value"), ("v1", "value")}  # L is nan in both


def test_an_update_changes_all_but_the_gradient_of_the_loss():
    a, b, c = leaves()
    optimizer = optim.GradientDescent([a, b, c], lr=0.1)
    formula(a, b, c).backward()
    L = formula(a, b, c)
    optimizer.zero_grad()
    L.backward()
    before = draw(L)
    optimizer.step()
    optimizer.zero_grad()
    again = formula(a, b, c)
    again.backward()
    page = play(before, again)
    assert marked(page) == {(n, w) for n in "abcdeL" for w in ("value", "gradient")} - {
        ("L", "gradient")
    }
    assert page.differences[0] == Difference("a", "value", 3.0, a.data)
    assert "<td>−1.3</td>" in page.html


def test_without_zero_grad_the_leaves_differ_and_nothing_else():
    a, b, c = leaves()
    L = formula(a, b, c)
    L.backward()
    before = play(L)
    L = formula(a, b, c)
    L.backward()
    page = play(before, L)
    assert [(d.name, d.before, d.after) for d in page.differences] == [
        ("a", 13.0, 26.0), ("b", 9.0, 18.0), ("c", 3.0, 6.0),
    ]  # fmt: skip
    assert marked(page) == {(name, "gradient") for name in "abc"}
    for picture, numbers in zip(page.pictures, (("13", "9", "3"), ("26", "18", "6")), strict=True):
        assert tuple(re.findall(r">≠\u2009([^<]*)<", picture.svg)) == numbers
        assert picture.dot.count("DASHED") == 3
    assert str(page.html).count("≠") == 1  # in the sentence; the pictures are images


def test_equal_graphs_say_so():
    page = play(formula(*leaves()), formula(*leaves()))
    assert page.differences == []
    assert "No value and no gradient differs." in page.html
    assert "<table" not in page.html
    assert "≠" not in "".join(picture.svg for picture in page.pictures)


@pytest.mark.parametrize("kept", [lambda L: L, draw, play, read])
def test_a_graph_is_given_as_a_node_or_as_what_was_made_of_it(kept):
    a, b, c = leaves()
    before = kept(formula(a, b, c))
    page = play(before, formula(a, Value(5.0, name="b"), c))
    assert isinstance(page, Comparison)
    assert marked(page) == {(name, "value") for name in "bdeL"}


def test_boxes_that_only_one_graph_has():
    a, b, c = leaves()
    page = play(formula(a, b, c), tanh(formula(a, b, c)) + 1)
    assert sorted(page.alone) == [
        ("constant in v2", "after"), ("v1", "after"), ("v2", "after"),
    ]  # fmt: skip
    assert "3 boxes stand only after" in page.html
    assert page.differences == []


def test_tensors_in_modules():
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
    loss_of, x = nn.MSELoss(), np.eye(3)
    optimizer = optim.Adam(model.parameters(), lr=0.1)
    loss = loss_of(model(x), np.zeros((3, 2)))
    loss.backward()
    model[0].zero_grad()
    before = draw(loss)
    optimizer.step()
    page = play(before, loss_of(model(x), np.zeros((3, 2))))
    values = {name for name, what in marked(page) if what == "value"}
    assert {"2.weight", "2.bias", "L"} <= values
    assert not values & {"0.weight", "0.bias"}


def test_large_graphs_are_folded_alike_and_larger_ones_are_not_drawn():
    model = nn.Sequential(*[nn.Linear(4, 4) for _ in range(30)])
    x = Tensor(np.ones((1, 4)))
    before, other = model(x).sum(), model(x * 2).sum()
    before.backward()
    folded = play(before, other)
    assert len(folded.pictures) == 2
    assert folded.pictures[0].graph.folded == 0  # 120 boxes

    chains = [sum([x * x for x in [Value(float(k)) for k in range(200)]]) for _ in range(2)]
    page = play(*chains, max_nodes=20)
    assert page.differences == []

    long = [Value(1.0), Value(1.5)]
    for k in range(2):
        for _ in range(50):
            long[k] = long[k] * Value(0.5)
    undrawn = play(read(long[0]), read(long[1]), max_nodes=20)
    assert undrawn.pictures == []
    assert "Too large to be drawn." in undrawn.html
    assert len(undrawn.differences) == 51


def test_the_table_has_an_end():
    a, b = Value(1.0, name="a"), Value(2.0, name="a")
    for _ in range(150):
        a, b = a * 1.5, b * 1.5
    assert "more are not listed" not in play(a, b, max_nodes=1000).html  # 151 differences
    for _ in range(150):
        a, b = a * 1.1, b * 1.1
    assert "101 more are not listed." in play(a, b, max_nodes=1000).html


def test_the_page_is_one_file_without_a_script(tmp_path):
    page = play(formula(*leaves()), formula(Value(4.0, name="a"), *leaves()[1:]))
    path = page.save(tmp_path / "compared.html")
    text = path.read_text(encoding="utf-8")
    assert "<script" not in text
    assert not re.search(r'(src|href)="https?:', text)
    assert text.count("data:image/svg+xml;base64,") == 2
    assert page._repr_html_() == page.html
    assert repr(page).startswith("<Comparison: 4 of 6 values differ; .save('compared.html')")


def test_no_node_is_changed():
    L = formula(*leaves())
    L.backward()
    before = [(node.data, node.grad, node.name) for node in history(L)]
    play(L, L)
    assert [(node.data, node.grad, node.name) for node in history(L)] == before


@pytest.mark.parametrize("other", [3.0, np.ones(3), "L"])
def test_what_is_no_graph_cannot_be_compared(other):
    L = formula(*leaves())
    kind = type(other).__name__
    with pytest.raises(KindError, match=rf"cannot compare Value and {kind}"):
        play(L, other)
    with pytest.raises(KindError, match=rf"cannot compare {kind} and Value"):
        play(other, L)
