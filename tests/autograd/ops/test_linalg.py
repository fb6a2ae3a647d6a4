"""Linear algebra against closed forms and finite differences, over stacks of matrices."""

import numpy as np
import pytest

from autograd import (
    DataError,
    ShapeError,
    Tensor,
    eye,
    gradcheck,
    gradients,
    history,
    linalg,
)

SHAPES = [(3, 3), (1, 1), (2, 3, 3), (2, 1, 2, 2), (0, 0), (0, 2, 2), (2, 0, 0)]
RECTANGLES = [(3, 2), (2, 3), (1, 3), (3, 1), (2, 2, 4), (2, 4, 2), (0, 3, 2), (0, 2)]
shapes = pytest.mark.parametrize("shape", SHAPES, ids=str)


def told(caught):
    """The message of an exception, its line breaks undone."""
    return " ".join(str(caught.value).split())


def drawn(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def positive(x):
    """A symmetric matrix with eigenvalues above 1/2, whatever x is."""
    return x @ x.swapaxes(-1, -2) + 0.5 * np.eye(x.shape[-1], dtype=x.dtype)


def cofactors(x):
    """(-1)^(i + j) times the determinant of x without row i and column j."""
    n = len(x)
    found = np.empty((n, n))
    for i, j in np.ndindex(n, n):
        rest = np.delete(np.delete(x, i, 0), j, 1)
        found[i, j] = (-1) ** (i + j) * np.linalg.det(rest)
    return found


def eigenvalues(x):
    return linalg.eigh(x)[0]


def eigenvectors(x):
    """A function of the eigenvectors that does not depend on their signs."""
    w, v = linalg.eigh(x)
    return (v[..., :1, :] * v) * w[..., None, :] + v * v


def singular_vectors(x):
    """A function of the singular vectors that does not depend on their signs."""
    u, s, vh = linalg.svd(x, full_matrices=False)
    return (u * u * s[..., None, :]).tanh().sum() + (u[..., :1, :] @ vh).tanh().sum()


FUNCTIONS = {
    "inv": linalg.inv,
    "det": linalg.det,
    "slogdet": lambda x: linalg.slogdet(x)[1],
    "cholesky": lambda x: linalg.cholesky(positive(x)),
    "cholesky of the symmetric part": lambda x: linalg.cholesky(
        x + 6 * np.eye(x.shape[-1], dtype=x.dtype)
    ),
    "eigenvalues": eigenvalues,
    "eigenvectors": eigenvectors,
    "singular values": lambda x: linalg.svd(x, compute_uv=False),
    "singular vectors": singular_vectors,
}


@pytest.mark.parametrize("name", FUNCTIONS)
@shapes
def test_gradcheck_to_second_order(name, shape):
    x = drawn(*shape) + 2 * np.eye(shape[-1])
    report = gradcheck(FUNCTIONS[name], [x], order=2, rtol=1e-4, atol=1e-5)
    assert bool(report.compared) == bool(x.size)


@pytest.mark.parametrize("shape", RECTANGLES, ids=str)
def test_gradcheck_of_svd_where_it_is_not_square(shape):
    x = drawn(*shape, seed=5)
    for f in (singular_vectors, lambda x: linalg.svd(x, compute_uv=False)):
        assert gradcheck(f, [x], order=2, rtol=1e-4, atol=1e-5)


SYSTEMS = [
    ((3, 3), (3,)), ((3, 3), (3, 2)), ((2, 3, 3), (2, 3, 2)), ((2, 3, 3), (3, 2)),
    ((2, 3, 3), (3,)), ((3, 3), (2, 3, 1)), ((2, 1, 2, 2), (3, 2, 2)), ((1, 1), (1, 1)),
    ((2, 2), (2, 0)), ((0, 0), (0, 2)),
]  # fmt: skip


@pytest.mark.parametrize("pair", SYSTEMS, ids=str)
def test_solve_and_its_derivatives(pair):
    a, b = drawn(*pair[0], seed=1), drawn(*pair[1], seed=2)
    x = linalg.solve(Tensor(a), Tensor(b)).data
    product = a @ x if b.ndim > 1 else (a @ x[..., None])[..., 0]
    np.testing.assert_allclose(product, np.broadcast_to(b, product.shape), atol=1e-12)
    assert gradcheck(linalg.solve, [a, b], order=2, rtol=1e-4, atol=1e-4)


@shapes
def test_values_are_numpys(shape):
    x = drawn(*shape)
    same = lambda ours, theirs: np.testing.assert_allclose(ours.data, theirs, atol=1e-12)
    t = Tensor(x, requires_grad=True)
    same(np.linalg.inv(t), np.linalg.inv(x))
    same(np.linalg.det(t), np.linalg.det(x))
    for ours, theirs in zip(np.linalg.slogdet(t), np.linalg.slogdet(x), strict=True):
        same(ours, theirs)
    same(np.linalg.solve(t, x + 1.0), np.linalg.solve(x, x + 1.0))
    same(np.linalg.cholesky(Tensor(positive(x))), np.linalg.cholesky(positive(x)))
    for ours, theirs in zip(
        np.linalg.eigh(Tensor(positive(x))), np.linalg.eigh(positive(x)), strict=True
    ):
        same(ours, theirs)


@pytest.mark.parametrize("shape", [*SHAPES, *RECTANGLES], ids=str)
@pytest.mark.parametrize("full", [False, True])
def test_values_of_svd_are_numpys(shape, full):
    x = drawn(*shape)
    ours, theirs = np.linalg.svd(Tensor(x), full), np.linalg.svd(x, full)
    for got, expected in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(got.data, expected, atol=1e-12)
    alone = np.linalg.svd(Tensor(x), compute_uv=False)
    np.testing.assert_allclose(alone.data, theirs[1], atol=1e-12)


def test_the_gradient_of_det_is_the_cofactors_for_singular_matrices_too():
    for x in (
        drawn(4, 4),
        np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [0.5, 1.0, -1.0]]),  # rank 2
        np.outer([1.0, 2.0, 3.0], [4.0, 5.0, 6.0]),  # rank 1: all cofactors are 0
        np.diag([0.0, 2.0, 3.0]),
        np.zeros((1, 1)),
        np.eye(3),
    ):
        t = Tensor(x, requires_grad=True)
        linalg.det(t).backward()
        np.testing.assert_allclose(t.grad, cofactors(x), atol=1e-12)


def test_the_gradient_of_det_is_accurate_close_to_singular():
    x = np.array([[1.0, 1.0], [1.0, 1.0 + 1e-13]])
    t = Tensor(x, requires_grad=True)
    linalg.det(t).backward()
    np.testing.assert_allclose(t.grad, [[1 + 1e-13, -1.0], [-1.0, 1.0]], rtol=1e-14)


def test_the_logarithm_of_a_determinant_that_overflows():
    x = np.diag(np.full(300, 100.0))
    t = Tensor(x, requires_grad=True)
    sign, logarithm = linalg.slogdet(t)
    logarithm.backward()
    assert sign.item() == 1.0
    assert logarithm.item() == pytest.approx(300 * np.log(100.0))
    np.testing.assert_allclose(t.grad, np.eye(300) / 100)


def test_no_gradient_flows_through_the_sign():
    t = Tensor([[-2.0, 0.0], [0.0, 1.0]], requires_grad=True)
    sign, _ = linalg.slogdet(t)
    sign.backward()
    assert sign.item() == -1.0
    assert t.grad is None


def test_eigenvalues_have_a_gradient_where_they_are_equal():
    t = Tensor(2 * np.eye(3), requires_grad=True)
    (linalg.eigh(t)[0] ** 2).sum().backward()  # the trace of t t
    np.testing.assert_allclose(t.grad, 4 * np.eye(3), atol=1e-14)


def test_singular_values_have_a_gradient_where_they_are_equal():
    t = Tensor(2 * np.eye(3), requires_grad=True)
    (linalg.svd(t, compute_uv=False) ** 2).sum().backward()  # the sum of squares of t
    np.testing.assert_allclose(t.grad, 4 * np.eye(3), atol=1e-14)


def test_vectors_of_equal_eigenvalues_have_no_gradient_and_numpy_says_so():
    for function in (linalg.eigh, linalg.svd):
        t = Tensor(2 * np.eye(2), requires_grad=True)
        vectors = [v for v in function(t) if v.ndim == 2][-1]
        with pytest.warns(RuntimeWarning):
            (vectors * drawn(2, 2)).sum().backward()
        assert not np.isfinite(t.grad).any()


def test_gradients_of_symmetric_factorizations_are_symmetric():
    x = positive(drawn(3, 3))
    for f in (linalg.cholesky, lambda t: linalg.eigh(t)[1][0] ** 2):
        t = Tensor(x, requires_grad=True)
        (f(t) * drawn(3)).sum().backward()
        np.testing.assert_allclose(t.grad, t.grad.T, atol=1e-14)


def test_the_rules_run_on_nodes():
    x = positive(drawn(3, 3))
    outputs = [
        linalg.inv, linalg.det, linalg.cholesky,
        *[lambda t, i=i: linalg.svd(t)[i] for i in range(3)],
        *[lambda t, i=i: linalg.eigh(t)[i] for i in range(2)], lambda t: linalg.slogdet(t)[1],
        lambda t: linalg.solve(t, x[0]), lambda t: linalg.solve(x, t),
    ]  # fmt: skip
    for f in outputs:
        t = Tensor(x, requires_grad=True)
        z = f(t)
        (slope,) = gradients(z, t, np.ones(z.shape), create_graph=True)
        if f is outputs[-1]:
            assert not slope.requires_grad  # solve is linear in its right side
        else:
            assert any(node is t for node in history(slope))


def variants(x):
    """The same numbers in other layouts."""
    frozen = x.copy()
    frozen.flags.writeable = False
    wide = np.zeros((*x.shape[:-1], 2 * x.shape[-1]))
    wide[..., ::2] = x
    return [np.asfortranarray(x), frozen, wide[..., ::2]]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_layout_does_not_matter_and_inputs_stay_as_they_are(name):
    x = positive(drawn(2, 3, 3))
    t = Tensor(x, requires_grad=True)
    z = FUNCTIONS[name](t)
    z.sum().backward()
    for other in variants(x):
        s = Tensor(0.0, requires_grad=True)
        s._data = other  # as operations leave it: Tensor(other) would copy
        again = FUNCTIONS[name](s)
        again.sum().backward()
        np.testing.assert_allclose(again.data, z.data, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(s.grad, t.grad, rtol=1e-9, atol=1e-11)
        np.testing.assert_array_equal(other, x)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_float32_stays_float32(name):
    t = Tensor(positive(drawn(3, 3)), requires_grad=True, dtype="float32")
    z = FUNCTIONS[name](t)
    (slope,) = gradients(z, t, np.ones(z.shape), create_graph=True)
    z.sum().backward()
    assert z.dtype == slope.dtype == t.grad.dtype == np.float32


def test_plain_arrays_give_plain_arrays():
    x = positive(drawn(2, 2))
    assert type(linalg.inv(x)) is np.ndarray
    assert all(type(part) is np.ndarray for part in linalg.svd(x))
    np.testing.assert_array_equal(linalg.solve(x.tolist(), [1.0, 2.0]), np.linalg.solve(x, [1, 2]))


def test_trace_of_a_stack():
    x = drawn(2, 3, 4)
    np.testing.assert_allclose(linalg.trace(Tensor(x)).data, x[:, range(3), range(3)].sum(-1))
    np.testing.assert_allclose(linalg.trace(x, 1), x[:, range(3), range(1, 4)].sum(-1))


SQUARE_ONLY = [linalg.inv, linalg.det, linalg.slogdet, linalg.cholesky, linalg.eigh]


@pytest.mark.parametrize("f", [*SQUARE_ONLY, lambda x: linalg.solve(x, [1.0, 2.0])])
def test_e28_names_the_shape(f):
    for x in (drawn(2, 3), drawn(3)):
        with pytest.raises(ShapeError) as caught:
            f(Tensor(x))
        assert f"takes square matrices, (..., n, n); got shape {x.shape}" in told(caught)
        assert "See: E28" in told(caught)
    assert len(linalg.svd(drawn(2, 3))) == 3  # what its Fix says


def test_e28b_for_singular_matrices_and_its_fix_works():
    x = Tensor([[1.0, 2.0], [2.0, 4.0]])
    for name, f in {
        "inv": linalg.inv, "solve": lambda x: linalg.solve(x, [1.0, 2.0]),
    }.items():  # fmt: skip
        with pytest.raises(DataError) as caught:
            f(x)
        assert f"{name}: the matrix is singular" in told(caught)
        assert "Fix: x + 1e-6 * eye(n)" in told(caught)
        f(x + 1e-6 * eye(2))


def test_e28b_where_there_is_no_square_root_and_its_fix_works():
    x = Tensor([[1.0, 2.0], [2.0, 1.0]])
    with pytest.raises(DataError, match="not positive definite") as caught:
        linalg.cholesky(x)
    assert "Fix: cholesky(x @ x.T + 1e-6 * eye(n))" in told(caught)
    linalg.cholesky(x @ x.T + 1e-6 * eye(2))


@pytest.mark.parametrize(("shape", "i"), [((4, 2), 0), ((2, 4), 2)], ids=str)
def test_what_only_completes_a_basis_has_no_gradient(shape, i):
    t = Tensor(drawn(*shape), requires_grad=True)
    parts = linalg.svd(t)
    with pytest.raises(DataError, match="no gradient through its full matrices") as caught:
        parts[i].sum().backward()
    assert "Fix: svd(x, full_matrices=False)" in told(caught)
    linalg.svd(t, full_matrices=False)[i].sum().backward()
    square = 2 - i
    assert parts[square].shape == (2, 2)
    whole, thin = [
        gradients((some[square] * drawn(2, 2)).sum() + some[1].sum(), t)
        for some in (parts, linalg.svd(t, full_matrices=False))
    ]
    np.testing.assert_allclose(whole, thin, rtol=1e-12)


def test_sizes_that_differ_are_named():
    with pytest.raises(ShapeError, match="inner sizes 2 and 3 differ"):
        linalg.solve(Tensor(drawn(2, 2)), drawn(3))
    with pytest.raises(ShapeError, match="inner sizes 2 and 3 differ"):
        linalg.solve(Tensor(drawn(2, 2)), drawn(3, 1))
