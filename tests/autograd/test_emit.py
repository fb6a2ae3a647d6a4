"""Expressions read back from the record: the text computes what the node holds."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Tensor, Value, broadcast_to, exp, maximum, stack, where
from autograd.emit import emit
from autograd.state import tracing

X, Y = Value(0.7, name="x"), Value(1.3, name="y")
M = Tensor(np.ones((2, 3)), requires_grad=True, name="m")


@pytest.mark.parametrize(
    ("node", "text"),
    [
        (X + Y * X, "x + y * x"),
        ((X + Y) * X, "(x + y) * x"),
        (X - (Y - X), "x - (y - x)"),
        (X - Y - X, "x - y - x"),
        (X / (Y * X), "x / (y * x)"),
        (X / Y * X, "x / y * x"),
        (-X * Y, "-x * y"),
        (-(X * Y), "-(x * y)"),
        (X - -Y, "x - -y"),
        (-(X**Y), "-x ** y"),
        ((-X) ** Y, "(-x) ** y"),
        (X ** (Y**X), "x ** y ** x"),
        ((X**Y) ** X, "(x ** y) ** x"),
        (X**-2.0, "x ** -2"),
        (2 * X + 0.5, "2 * x + 0.5"),
        (X * -3.0, "x * -3"),
        (X % Y // X, "x % y // x"),
        (exp(X + 1) * maximum(X, Y), "exp(x + 1) * maximum(x, y)"),
        (M.sum(axis=0), "sum(m, axis=0, keepdims=False)"),
        (M[1, :, None] * 2, "m[1, :, None] * 2"),
        ((M + 1)[..., ::2], "(m + 1)[..., ::2]"),
        (M[[1, 0]], "m[[1, 0]]"),
        ((M * 2).T @ M, "(m * 2).T @ m"),
        (M * np.ones((2, 3)), "m * array(2, 3)"),
        (M @ np.eye(3), "m @ eye(3, 3)"),
        (M * np.array(2.0), "m * 2"),
        (stack([X, Y]), "stack(x, y, axis=0)"),
        (M.astype("f"), "astype(m, dtype=float32)"),
        (X, "x"),
        (Value(2.5), "2.5"),
        (X * math.inf, "x * inf"),
    ],
)
def test_an_expression_reads_as_one_would_write_it(node, text):
    assert emit(node) == text


def test_a_node_with_a_name_stands_for_itself_and_the_asked_one_is_written_out():
    h = X * Y
    h.name = "h"
    assert emit(h + 1) == "h + 1"
    assert emit(h) == "x * y"


def test_constants_and_shapes_are_written_in_given_words():
    words = {math.pi: "PI", (2, 3): "m.shape"}
    assert emit(X * math.pi - -math.pi, words) == "x * PI - -PI"
    assert emit(broadcast_to(X, (2, 3)), words) == "broadcast_to(x, shape=m.shape)"


def test_comparisons_are_part_of_the_record_while_tracing_and_only_then():
    assert (X > 0) is True
    with tracing():
        assert emit(Y * (X > 0) + (X == Y)) == "y * (x > 0) + (x == y)"
        assert emit(where(M <= 0, 0.0, M)) == "where(m <= 0, 0, m)"
        assert (X > 0)._data == 1.0
    assert emit(where(M > 0, 0.0, M)) == "where(array(2, 3), 0, m)"
    assert (1.0 > 0) is True


def test_a_long_chain_is_no_recursion():
    node = X
    for _ in range(3000):
        node = -node
    assert emit(node).count("-") == 3000


LEAVES = st.sampled_from(["x", "y", 2.0, -3.0, 0.25])
TREES = st.recursive(
    LEAVES, lambda t: st.tuples(st.sampled_from(["+", "-", "*", "/", "**", "neg"]), t, t)
)


def grown(tree):
    """The tree as an expression of nodes."""
    if not isinstance(tree, tuple):
        return {"x": X, "y": Y}.get(tree, tree)
    sign, a, b = tree[0], grown(tree[1]), grown(tree[2])
    return {
        "+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b, "/": lambda: a / b,
        "**": lambda: abs(a) ** b, "neg": lambda: -a,
    }[sign]()  # fmt: skip


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(TREES)
def test_the_text_computes_what_the_node_holds_bit_for_bit(tree):
    with np.errstate(all="ignore"):
        try:
            node = X + grown(tree)
            again = eval(emit(node), {"x": X._data, "y": Y._data, "absolute": abs, "inf": math.inf})
        except (ZeroDivisionError, OverflowError):  # Python's own floats, on either side
            return
    assert again == node._data or node._data != node._data
