"""`explain`: a derivation whose every number can be computed again, as text and as formulas."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import GraphError, KindError, Tensor, Value, explain, no_grad


def example():
    a, b, c = Value(3.0, name="a"), Value(2.0, name="b"), Value(1.0, name="c")
    d = a * b
    d.name = "d"
    e = d + c
    e.name = "e"
    L = e * a
    L.name = "L"
    return L, a


def evaluated(numbers):
    return eval(numbers.replace("−", "-").replace("×", "*"))


def widest(text):
    return max(map(len, str(text).splitlines()))


# ---- text


def test_a_result_is_told_forward_and_backward():
    L, _ = example()
    assert str(explain(L)) == (
        "Forward\n"
        "  d = a × b = 3 × 2 = 6\n"
        "  e = d + c = 6 + 1 = 7\n"
        "  L = e × a = 7 × 3 = 21\n"
        "Backward\n"
        "  ∂L/∂L = 1\n"
        "  ∂L/∂e = ∂L/∂L·∂L/∂e = 1×3 = 3\n"
        "  ∂L/∂d = ∂L/∂e·∂e/∂d = 3×1 = 3\n"
        "  ∂L/∂a = ∂L/∂L·∂L/∂a + ∂L/∂d·∂d/∂a = 1×7 + 3×2 = 13\n"
        "  ∂L/∂b = ∂L/∂d·∂d/∂b = 3×3 = 9\n"
        "  ∂L/∂c = ∂L/∂e·∂e/∂c = 3×1 = 3"
    )


def test_one_gradient_is_told_down_to_where_it_starts():
    L, a = example()
    L.backward()
    assert str(explain(a, of=L)) == (
        "∂L/∂a = ∂L/∂L·∂L/∂a + ∂L/∂d·∂d/∂a = 1×7 + 3×2 = 13\n"
        "  L = e × a, so ∂L/∂a = e = 7\n"
        "  d = a × b, so ∂d/∂a = b = 2\n"
        "  ∂L/∂d = ∂L/∂e·∂e/∂d = 3×1 = 3\n"
        "    e = d + c, so ∂e/∂d = 1\n"
        "    ∂L/∂e = ∂L/∂L·∂L/∂e = 1×3 = 3\n"
        "      L = e × a, so ∂L/∂e = a = 3"
    )
    assert explain(a, of=L).gradient == a.grad == sum(explain(a, of=L).contributions)


def test_local_derivatives_are_those_of_the_table():
    x = Value(0.5, name="x")
    y = x.tanh()
    y.name = "y"
    assert "y = tanh(x), so ∂y/∂x = 1 − y × y = 0.7864" in str(explain(x, of=y))
    w = Tensor([1.0, 2.0, 3.0, 4.0, 5.0], requires_grad=True, name="w")
    assert "so ∂v1/∂w = cos(w)" in str(explain(w, of=w.sin().sum()))


@given(st.lists(st.floats(-2, 2), min_size=3, max_size=3))
def test_all_numbers_can_be_computed_again(numbers):
    a, b, c = [Value(x, name=name) for x, name in zip(numbers, "abc", strict=True)]
    L = (a * b + c).tanh() * a + (b - c) * b
    gradients = {node: g for node, g, _ in autograd.sweep(L)}
    for leaf in (a, b, c):
        told = explain(leaf, of=L, digits=17)
        assert told.gradient == pytest.approx(gradients[leaf], rel=1e-12, abs=1e-12)
        equation = re.sub(r"\n\s+= ", " = ", re.sub(r"\n\s{8,}", " ", str(told))).splitlines()[0]
        _, _, *parts = equation.split(" = ")
        for part in parts:
            assert evaluated(part) == pytest.approx(gradients[leaf], rel=1e-9, abs=1e-12)


def test_no_line_is_wider_than_eighty_columns():
    w = Value(0.5, name="a_rather_long_name_for_a_weight")
    for n in range(60):
        w = (w * (1.0 + n)).tanh() * w
        w.name = f"an_equally_long_name_{n}"
    assert widest(explain(w)) <= 80
    nodes = autograd.history(w)
    assert widest(explain(nodes[-1], of=w)) <= 80
    assert "lines more" in str(explain(w))
    X = Tensor(np.ones((3, 4)), requires_grad=True, name="n" * 100)
    assert widest(explain(X, of=(X * X).sum())) <= 80


def test_of_many_terms_the_first_are_written_out():
    w = Value(0.5, name="w")
    L = sum([w * x for x in range(1, 31)], Value(0.0))
    told = explain(w, of=L)
    assert "… (24 more)" in str(told)
    assert told.gradient == sum(told.contributions) == 465.0
    assert len(told.contributions) == 30


# ---- arrays


def test_the_contributions_to_one_entry_sum_to_its_gradient():
    X = Tensor(np.arange(12.0).reshape(4, 3) / 10, name="X")
    W = Tensor(np.arange(6.0).reshape(3, 2) / 5, requires_grad=True, name="W")
    h = X @ W
    L = h.tanh().mean() + (W * W).sum() * 0.5
    L.backward()
    for i, j in np.ndindex(3, 2):
        told = explain(W[i, j], of=L)
        assert told.gradient == pytest.approx(W.grad[i, j], rel=1e-12)
        assert sum(told.contributions) == pytest.approx(W.grad[i, j], rel=1e-12)
    told = str(explain(W[0, 1], of=L))
    assert told.startswith("∂L/∂W[0, 1] = 0.249, the sum of\n  through v4 = W × W\n")
    assert "    ∂L/∂v1[3, 1]·∂v1[3, 1]/∂W[0, 1] = 0.01112×0.9 = 0.01001" in told
    assert explain(h[-1, 1], of=L).gradient == pytest.approx(h.grad[-1, 1], rel=1e-12)


def test_an_entry_whose_consumer_is_large_is_told_in_one_sum():
    w = Tensor([1.0, 2.0], requires_grad=True, name="w")
    L = (w[0] * np.ones(1000)).sum() + (w * np.ones((300, 2))).sum()
    L.backward()
    told = explain(w[1], of=L)
    assert told.gradient == 300.0
    assert "all its entries together send 300" in str(told)


def test_an_entry_alone_is_told_by_the_entries_it_was_computed_from():
    X = Tensor(np.arange(6.0).reshape(2, 3) / 10, name="X")
    W = Tensor(np.arange(6.0).reshape(3, 2) / 5, requires_grad=True, name="W")
    h = X @ W
    h.name = "h"
    assert str(explain(h[1, 0])) == (
        "h[1, 0] = 0.56, an entry of h = X @ W\n"
        "  ∂h[1, 0]/∂W[0, 0] = 0.3\n"
        "  ∂h[1, 0]/∂W[1, 0] = 0.4\n"
        "  ∂h[1, 0]/∂W[2, 0] = 0.5\n"
        "Where its gradient comes from, a result can tell: explain(h[1, 0], of=loss)"
    )
    h.tanh().sum().backward()
    assert explain(h[1, 0]).gradient == h.grad[1, 0]
    assert "h.grad[1, 0] is 0.742. Where" in str(explain(h[1, 0]))
    assert str(explain(W[-1, 1])).startswith(
        "W[2, 1] = 1, an entry of W, which was given\nW.grad[2"
    )
    W.data = np.zeros((3, 2))
    assert "∂" not in str(explain(h[1, 0]))


def test_both_ways_to_one_entry_count():
    w = Tensor([3.0, 2.0], requires_grad=True, name="w")
    y = w * w
    y.name = "y"
    assert "∂y[0]/∂w[0] = 6" in str(explain(y[0]))


def test_several_entries_are_not_one():
    w = Tensor([1.0, 2.0], requires_grad=True, name="w")
    assert "pick one entry" in str(explain(w[:], of=(w * w).sum()))


# ---- views never raise for the state of a graph


def test_a_leaf_alone_says_who_can_tell():
    L, a = example()
    assert str(explain(a)) == (
        "a is a leaf: it was given, as 3, not computed.\n"
        "It has no gradient yet: no backward() has reached it.\n"
        "Where a gradient comes from, a result can tell: explain(a, of=loss)"
    )
    L.backward()
    assert "Its gradient is 13." in str(explain(a))
    assert str(explain(Tensor([1.0, 2.0]))) == (
        "this leaf is a leaf: it was given, as [1, 2], not computed."
    )


def test_before_backward_the_derivation_is_the_one_to_come():
    L, a = example()
    assert "a.grad is None: backward() has not run yet" in str(explain(a, of=L))
    assert explain(a, of=L).gradient == 13.0
    assert a.grad is None


def test_after_an_update_unknown_numbers_are_question_marks():
    L, a = example()
    L.backward()
    with no_grad():
        a -= 0.1 * a.grad
    assert "∂L/∂a = ∂L/∂L·∂L/∂a + ∂L/∂d·∂d/∂a = 1×? + 3×? = ?" in str(explain(a, of=L))
    assert "d = a × b = 6 (before a changed)" in str(explain(L))


def test_an_accumulated_gradient_is_told_apart():
    L, a = example()
    L.backward(retain_graph=True)
    L.backward()
    assert "a.grad is 26: 13 (before) + 13 (this pass)" in str(explain(a, of=L))


def test_the_root_and_what_no_gradient_reaches():
    L, _ = example()
    assert str(explain(L, of=L)) == "∂L/∂L = 1"
    x = Tensor([1.0], name="x")
    w = Tensor([2.0], requires_grad=True, name="w")
    assert str(explain(x, of=(w * x).sum())) == "∂L/∂x: nothing flows back to x"


def test_a_large_graph_is_counted_and_one_gradient_in_it_told():
    w, h = Value(0.5, name="w"), Value(1.0, name="h")
    for _ in range(2000):
        h = (w * h).tanh()
    assert "4,002 boxes: 2,000 tanh, 2,000 *, 2 leaf." in str(explain(h))
    told = explain(w, of=h)
    assert widest(told) <= 80
    assert len(str(told).splitlines()) <= 61 + 10


def test_what_cannot_be_explained_is_refused():
    L, a = example()
    with pytest.raises(KindError, match=r"explain\(\) was given float data"):
        explain(L.data)
    with pytest.raises(KindError, match=r"explain\(\) was given float data"):
        explain(a, of=L.data)
    with pytest.raises(GraphError, match="is not upstream"):
        explain(Value(1.0, name="stranger"), of=L)


# ---- how it shows and saves itself


def test_notebooks_get_formulas():
    L, a = example()
    bundle = explain(a, of=L)._repr_mimebundle_()
    assert bundle["text/plain"] == str(explain(a, of=L))
    assert bundle["text/latex"].startswith(
        r"$$\begin{aligned}"
        "\n"
        r"\frac{\partial L}{\partial a} &= \frac{\partial L}{\partial L}\,"
        r"\frac{\partial L}{\partial a} + \frac{\partial L}{\partial d}\,"
        r"\frac{\partial d}{\partial a} = 1 \cdot 7 + 3 \cdot 2 = 13 \\"
    )
    assert "text/latex" not in explain(a)._repr_mimebundle_()


def test_names_in_formulas_mean_themselves():
    w = Value(2.0, name="w_{1} % \\frac")
    latex = explain(w, of=w * w).latex
    assert r"\text{w\_\{1\} \% \textbackslash frac}" in latex
    assert latex.count("{") - latex.count(r"\{") == latex.count("}") - latex.count(r"\}")


@pytest.mark.parametrize(
    ("ending", "start"), [("txt", "∂L/∂a ="), ("md", "$$\n\\begin"), ("tex", "\\[\n\\begin")]
)
def test_save_writes_the_kind_of_file_its_name_says(tmp_path, ending, start):
    L, a = example()
    path = explain(a, of=L).save(tmp_path / f"a.{ending}")
    assert path.read_text(encoding="utf-8").startswith(start)
    with pytest.raises(ValueError, match=r"must be \.txt, \.md, \.tex"):
        explain(a, of=L).save(tmp_path / "a.doc")
