"""einsum and what is made of it, trace and dot of many axes, against NumPy and differences."""

import numpy as np
import pytest

from autograd import (
    DataError,
    KindError,
    ShapeError,
    Tensor,
    Value,
    dot,
    einsum,
    gradcheck,
    gradients,
    history,
    inner,
    outer,
    tensordot,
    trace,
)


def told(caught):
    """The message of an exception, its line breaks undone."""
    return " ".join(str(caught.value).split())


def drawn(shapes, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=shape) for shape in shapes]


SUMS = [
    ("ij,jk->ik", (2, 3), (3, 4)), ("ij,jk", (2, 3), (3, 4)), ("ij,jk->ki", (2, 3), (3, 1)),
    ("ij,jk->", (2, 3), (3, 4)), ("bij,bjk->bik", (2, 1, 3), (2, 3, 2)),
    ("i,i->", (3,), (3,)), ("i,i", (3,), (3,)), ("i,i->i", (3,), (3,)), ("i,j->ij", (2,), (3,)),
    ("ba", (2, 3)), ("ij->ji", (2, 3)), ("ij->i", (2, 3)), ("ij->", (2, 3)),
    ("ij,k->", (2, 3), (4,)),
    ("ii", (3, 3)), ("ii->i", (3, 3)), ("iii->i", (2, 2, 2)), ("iijj->", (2, 2, 3, 3)),
    ("iij->j", (2, 2, 3)), ("iij,jkk->ik", (2, 2, 3), (3, 4, 4)), ("ii,ij->j", (2, 2), (2, 3)),
    ("i,i,i->", (3,), (3,), (3,)), ("ij,jk,kl,lm->im", (2, 3), (3, 1), (1, 2), (2, 2)),
    ("...ij,...jk->...ik", (2, 1, 2, 3), (3, 4)), ("...,...", (2, 3), (2, 3)),
    ("...,...->...", (1, 3), (2, 1)), ("i...->...", (2, 3)), ("i...->...i", (2, 3)),
    ("b...i,...i->b...", (2, 3, 4), (3, 4)), ("...ii->...", (2, 3, 3)), ("...ii", (2, 3, 3)),
    ("...", (2, 3)), ("i...j", (2, 3, 4)), (" i j , j -> i ", (2, 3), (3,)),
    ("ij,ij", (1, 3), (2, 3)), ("ki,i", (2, 1), (3,)), (",ij->ij", (), (2, 2)), (",", (), ()),
    ("i,j->ij", (0,), (2,)), ("ij,jk->ik", (2, 0), (0, 3)), ("ij->", (0, 2)),
    ("Zz,za", (2, 3), (3, 1)),
]  # fmt: skip
sums = pytest.mark.parametrize("row", SUMS, ids=str)


@sums
def test_einsum_is_numpys(row):
    subscripts, *shapes = row
    points = drawn(shapes)
    expected = np.einsum(subscripts, *points)
    for function in (einsum, np.einsum):
        z = function(subscripts, *[Tensor(point, requires_grad=True) for point in points])
        assert z.shape == expected.shape
        np.testing.assert_allclose(z.data, expected, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(einsum(subscripts, *points), expected, rtol=1e-12, atol=1e-14)


@sums
def test_einsum_gradcheck_to_second_order(row):
    subscripts, *shapes = row
    points = drawn(shapes)
    assert gradcheck(lambda *xs: einsum(subscripts, *xs), points, order=2)
    assert gradcheck(lambda *xs: einsum(subscripts, *xs).tanh(), points, order=2)


def test_einsum_of_one_array_with_itself_to_third_order():
    x = drawn([(2, 2)])
    assert gradcheck(lambda x: einsum("ij,jk,ki", x, x, x), x, order=3, rtol=1e-4)


def test_einsum_of_values_is_a_value():
    x, y = Value(2.0), Value(5.0)
    z = einsum(",", x, y)
    assert type(z) is Value
    z.backward()
    assert (z.data, x.grad, y.grad) == (10.0, 5.0, 2.0)


def test_einsum_is_one_node():
    x = Tensor(np.ones((2, 2)), requires_grad=True)
    z = einsum("...i,ij->...", x, np.ones((2, 3)))
    assert z.args[0] is x
    assert z.op.name == "einsum"


# (call, what it says)
REFUSED = [
    (lambda: einsum("ij,jk", Tensor(np.ones((2, 2)))), "einsum('ij,jk'): got 1 operands"),
    (lambda: einsum("ij", Tensor(np.ones(2))), "einsum('ij'): 'ij' stands for 1 axes"),
    (lambda: einsum("i", Tensor(np.ones((2, 2)))), "einsum('i'): 'i' stands for 2 axes"),
    (lambda: einsum("i...j", Tensor(np.ones(1))), "'i...j' stands for 1 axes"),
    (lambda: einsum("i,i", Tensor(np.ones(2)), np.ones(3)), "einsum('i,i->')"),
    (lambda: einsum("i->k", Tensor(np.ones(2))), "einsum('i->k')"),
]


@pytest.mark.parametrize("row", REFUSED, ids=lambda row: row[1])
def test_e05b_says_which_letters_do_not_match(row):
    call, what = row
    with pytest.raises(ShapeError) as caught:
        call()
    assert what in told(caught)
    assert "each operand has one letter for each of its axes" in told(caught)
    assert "See: E05" in told(caught)


def test_the_fix_of_e05b_works():
    x, y = drawn([(2, 3), (3, 4)])
    np.testing.assert_allclose(einsum("ij,jk->ik", x, y), x @ y)


def test_einsum_with_numbers_for_indices_is_refused():
    with pytest.raises(KindError, match="lists of numbers for indices"):
        einsum(Tensor([1.0]), [0])


TENSORDOTS = [
    ((2, 3, 4), (3, 4, 5), 2), ((2, 3), (3, 2), 1), ((2,), (3,), 0), ((2, 3), (2, 3), 2),
    ((2, 3, 4), (4, 2, 5), ([0, 2], [1, 0])), ((2, 3), (4, 3), (1, 1)), ((2, 3), (4, 3), (-1, -1)),
    ((2, 0), (0, 3), 1),
]  # fmt: skip


@pytest.mark.parametrize("row", TENSORDOTS, ids=str)
def test_tensordot(row):
    *shapes, axes = row
    x, y = drawn(shapes)
    for function in (tensordot, np.tensordot):
        z = function(Tensor(x), y, axes)
        np.testing.assert_allclose(z.data, np.tensordot(x, y, axes), rtol=1e-12, atol=1e-14)
    assert gradcheck(lambda x, y: tensordot(x, y, axes).tanh(), [x, y], order=2)


def test_tensordot_refuses_axes_of_different_lengths():
    with pytest.raises(ShapeError, match=r"inner sizes \[3\] and \[2\] differ"):
        tensordot(Tensor(np.ones((2, 3))), np.ones((2, 3)), 1)


PRODUCTS = [
    (inner, np.inner, (3,), (3,)), (inner, np.inner, (2, 3), (4, 3)),
    (inner, np.inner, (2, 1, 3), (2, 3)), (inner, np.inner, (), (2, 3)),
    (inner, np.inner, (0,), (0,)),
    (outer, np.outer, (3,), (2,)), (outer, np.outer, (2, 2), (3, 1)), (outer, np.outer, (), (3,)),
    (outer, np.outer, (0,), (2,)), (dot, np.dot, (2, 3), (2, 3, 4)), (dot, np.dot, (3,), (2, 3, 4)),
    (dot, np.dot, (2, 1, 3), (4, 3, 2)), (dot, np.dot, (2, 3, 4), (4,)),
    (dot, np.dot, (2, 0), (1, 0, 2)),
]  # fmt: skip


@pytest.mark.parametrize("row", PRODUCTS, ids=lambda row: f"{row[1].__name__}{row[2:]}")
def test_products(row):
    ours, theirs, *shapes = row
    points = drawn(shapes)
    expected = theirs(*points)
    for function in (ours, theirs):
        z = function(*[Tensor(point, requires_grad=True) for point in points])
        assert z.shape == expected.shape
        np.testing.assert_allclose(z.data, expected, rtol=1e-12, atol=1e-14)
    assert gradcheck(lambda x, y: ours(x, y).tanh(), points, order=2)


TRACES = [
    ((3, 3), ()), ((2, 4), (1,)), ((4, 2), (-1,)), ((1, 1), ()), ((2, 3, 4), ()),
    ((2, 3, 4), (0, 1, 2)), ((2, 3, 4), (1, -1, 0)), ((2, 3, 2, 3), (-1, 3, 1)), ((0, 3), ()),
    ((2, 2), (5,)),
]  # fmt: skip


@pytest.mark.parametrize("row", TRACES, ids=str)
def test_trace(row):
    shape, how = row
    (x,) = drawn([shape])
    for function in (trace, np.trace):
        z = function(Tensor(x, requires_grad=True), *how)
        np.testing.assert_allclose(z.data, np.trace(x, *how), rtol=1e-13)
    assert gradcheck(lambda x: trace(x, *how), x, order=2)
    assert gradcheck(lambda x: trace(x, *how).tanh(), x, order=2)


OPERATIONS = {
    "einsum": lambda x: einsum("ij,jk,ii->ik", x, x, x),
    "einsum summed out": lambda x: einsum("ij,kk->i", x, x),
    "tensordot": lambda x: tensordot(x, x, ([0], [1])),
    "inner": lambda x: inner(x, x),
    "outer": lambda x: outer(x, x),
    "dot": lambda x: dot(x, x[None, ..., None] * x[:, None]),
    "trace": lambda x: trace(x) ** 2,
}
operations = pytest.mark.parametrize("name", OPERATIONS)


@operations
def test_float32_stays_float32(name):
    t = Tensor(drawn([(3, 3)])[0], requires_grad=True, dtype="float32")
    z = OPERATIONS[name](t)
    (slope,) = gradients(z, t, np.ones(z.shape), create_graph=True)
    z.backward(np.ones(z.shape))
    assert z.dtype == slope.dtype == t.grad.dtype == np.float32


@operations
def test_the_rules_run_on_nodes(name):
    t = Tensor(drawn([(3, 3)])[0], requires_grad=True)
    z = OPERATIONS[name](t)
    (slope,) = gradients(z, t, np.ones(z.shape), create_graph=True)
    assert any(node is t for node in history(slope))


@operations
def test_layout_does_not_matter_and_inputs_stay_as_they_are(name):
    (x,) = drawn([(3, 3)])
    t = Tensor(x, requires_grad=True)
    z = OPERATIONS[name](t)
    z.backward(np.ones(z.shape))
    frozen, wide = x.copy(), np.zeros((3, 6))
    frozen.flags.writeable = False
    wide[:, ::2] = x
    for other in (np.asfortranarray(x), frozen, wide[:, ::2]):
        s = Tensor(0.0, requires_grad=True)
        s._data = other  # as operations leave it: Tensor(other) would copy
        again = OPERATIONS[name](s)
        again.backward(np.ones(z.shape))
        np.testing.assert_allclose(again.data, z.data, rtol=1e-13)
        np.testing.assert_allclose(s.grad, t.grad, rtol=1e-12)
        np.testing.assert_array_equal(other, x)


def test_what_is_not_made_of_numbers_is_refused():
    with pytest.raises(DataError, match="not made of numbers"):
        einsum("i", ["a"])
