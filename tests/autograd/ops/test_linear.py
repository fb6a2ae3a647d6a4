"""Products against sums written as loops, for every pair of shapes that NumPy multiplies."""

import numpy as np
import pytest

from autograd import ShapeError, Tensor, Value, dot, gradcheck, gradients, matmul


def told(caught):
    """The message of an exception, its line breaks undone."""
    return " ".join(str(caught.value).split())


PAIRS = [
    ((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 3), (3, 4)), ((1, 3), (3, 1)),
    ((2, 2, 3), (3, 4)), ((2, 3), (2, 3, 4)), ((2, 2, 3), (2, 3, 1)), ((2, 1, 1, 3), (2, 3, 2)),
    ((3,), (2, 3, 2)), ((2, 2, 3), (3,)), ((1, 2, 3), (2, 3, 2)),
]  # fmt: skip
pairs = pytest.mark.parametrize("pair", PAIRS, ids=str)


def drawn(pair):
    rng = np.random.default_rng(0)
    return [rng.normal(size=shape) for shape in pair]


@pairs
def test_value_and_gradient_by_single_nudges(pair):
    points = drawn(pair)
    nodes = [Tensor(p, requires_grad=True) for p in points]
    z = nodes[0] @ nodes[1]
    np.testing.assert_array_equal(z.data, points[0] @ points[1])
    weights = np.random.default_rng(1).normal(size=z.shape)
    z.backward(weights)
    for i, node in enumerate(nodes):
        assert node.grad.shape == node.shape
        for index in np.ndindex(node.shape):
            nudge = [np.zeros_like(p) if j == i else p for j, p in enumerate(points)]
            nudge[i][index] = 1.0  # the product is linear in each factor
            slope = (weights * (nudge[0] @ nudge[1])).sum()
            assert node.grad[index] == pytest.approx(slope, rel=1e-12, abs=1e-13)


@pairs
def test_gradcheck_to_second_order(pair):
    points = drawn(pair)
    assert gradcheck(matmul, points, order=2).compared == 2 * sum(p.size for p in points)
    assert gradcheck(lambda a, b: (a @ b).tanh(), points, order=2)


@pairs
def test_gradients_stay_connected(pair):
    x, y = [Tensor(p, requires_grad=True) for p in drawn(pair)]
    slopes = gradients(x @ y, [x, y], np.ones((x @ y).shape), create_graph=True)
    assert all(slope.requires_grad for slope in slopes)


def test_a_matrix_times_itself():
    a = np.random.default_rng(2).normal(size=(3, 3))
    x = Tensor(a, requires_grad=True)
    (x @ x).sum().backward()
    ones = np.ones((3, 3))
    np.testing.assert_allclose(x.grad, ones @ a.T + a.T @ ones, rtol=1e-13)


def test_arrays_on_either_side():
    a, b = drawn(((2, 3), (3, 4)))
    x, y = Tensor(a, requires_grad=True), Tensor(b, requires_grad=True)
    for z in (x @ b, a @ y, x @ b.tolist(), a.tolist() @ y):
        assert isinstance(z, Tensor)
        np.testing.assert_array_equal(z.data, a @ b)
    (x @ b).sum().backward()
    (a @ y).sum().backward()
    np.testing.assert_allclose(x.grad, np.ones((2, 4)) @ b.T)
    np.testing.assert_allclose(y.grad, a.T @ np.ones((2, 4)))


def test_dot_of_lists_is_one_node():
    w, x = [Value(1.0), Value(2.0), Value(3.0)], [Value(4.0), 5.0, Value(6.0)]
    z = dot(w, x)
    assert isinstance(z, Value)
    assert z.data == 32.0
    assert z.args == (*w, *x)
    z.backward()
    assert [v.grad for v in w] == [4.0, 5.0, 6.0]
    assert (x[0].grad, x[2].grad) == (1.0, 3.0)
    assert all(type(v.grad) is float for v in w)


def test_dot_of_lists_gradcheck_to_second_order():
    f = lambda a, b, c: dot([a, b, a], [b, c, 2.0])
    assert gradcheck(f, (0.5, -1.5, 2.0), order=2).compared == 6


def test_dot_of_a_list_with_itself():
    w = [Value(3.0), Value(4.0)]
    dot(w, w).backward()
    assert [v.grad for v in w] == [6.0, 8.0]


def test_dot_of_empty_lists_is_zero():
    assert dot([], []) == 0.0


def test_dot_of_lists_that_hold_tensors_sums_over_what_was_broadcast():
    a, b = Tensor([1.0, 2.0], requires_grad=True), Value(3.0)
    z = dot([a], [b])
    assert z.data.tolist() == [3.0, 6.0]
    z.sum().backward()
    assert a.grad.tolist() == [3.0, 3.0]
    assert type(b.grad) is float
    assert b.grad == 3.0


def test_dot_of_a_tensor_and_a_list_is_the_inner_product():
    t = Tensor([1.0, 2.0], requires_grad=True)
    for z in (dot(t, [3.0, 4.0]), dot([3.0, 4.0], t), np.dot(t, [3.0, 4.0]), t.dot([3.0, 4.0])):
        assert z.data == 11.0
    assert (dot(t, 2.0).data == [2.0, 4.0]).all()


@pytest.mark.parametrize(
    "pair",
    [
        ((3,), (3,)),
        ((2, 3), (3, 4)),
        ((2, 3), (3,)),
        ((3,), (2, 3, 4)),
        ((2, 2, 3), (3, 4)),
        ((), (3,)),
        ((2, 3), ()),
    ],
    ids=str,
)
def test_dot_of_arrays_is_numpys(pair):
    a, b = drawn(pair)
    np.testing.assert_allclose(dot(Tensor(a), Tensor(b)).data, np.dot(a, b), rtol=1e-13)


# (left, right, inner sizes, Fix)
MISMATCHES = [
    ((32, 5), (3, 2), "inner sizes 5 and 3 differ", "give both the same inner size"),
    ((2, 3), (4, 3), "inner sizes 3 and 4 differ", "x @ y.T"),
    ((3, 2), (3, 4), "inner sizes 2 and 3 differ", "x.T @ y"),
    ((2, 3), (4,), "inner sizes 3 and 4 differ", "give both the same inner size"),
    ((4,), (3, 2), "inner sizes 4 and 3 differ", "give both the same inner size"),
    ((), (3,), "inner sizes none and none differ", "use * for numbers"),
]


@pytest.mark.parametrize("row", MISMATCHES, ids=str)
def test_e05_names_shapes_and_its_fix_works(row):
    left, right, inner, fix = row
    x, y = [Tensor(p) for p in drawn((left, right))]
    with pytest.raises(ShapeError) as caught:
        x @ y
    message = told(caught)
    assert f"cannot multiply {left} @ {right}: {inner}" in message
    assert f"Fix: {fix}" in message
    assert "See: E05" in message
    assert "PyTorch would say: mat1 and mat2 shapes cannot be multiplied" in message
    if "@" in fix:
        expected = {"x @ y.T": left[:1] + right[:1], "x.T @ y": left[1:] + right[1:]}[fix]
        assert eval(fix, {"x": x, "y": y}).shape == expected


def test_e05_for_values_and_lists_of_different_lengths():
    with pytest.raises(ShapeError, match=r"cannot multiply \(\) @ \(\)"):
        Value(1.0) @ Value(2.0)
    with pytest.raises(ShapeError, match="inner sizes 2 and 1 differ"):
        dot([Value(1.0), Value(2.0)], [1.0])


def test_float32_stays_float32():
    x, y = [Tensor(p, requires_grad=True, dtype="float32") for p in drawn(((2, 3), (3,)))]
    z = x @ y
    assert z.dtype == np.float32
    z.sum().backward()
    assert x.grad.dtype == y.grad.dtype == np.float32
