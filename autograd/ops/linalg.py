"""Linear algebra on stacks of matrices: inverses, determinants, factorizations.

Matrices are the last two axes, (..., n, n); everything before them is a stack. Each rule is written
with operators and with operations of this file, so it has derivatives in its turn.

Source of the rules: Giles 2008, Collected matrix derivative results for forward and reverse mode
algorithmic differentiation; for cholesky Murray 2016, Differentiation of the Cholesky
decomposition; for svd Townsend 2016, Differentiating the singular value decomposition.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..data import plain, shape_of
from ..errors import lesson
from ..op import Op
from ..parts import SeveralOp
from .doors import opens


def _t(x: Any) -> Any:
    """The transpose of each matrix."""
    return x.swapaxes(-1, -2)


def _symmetric(x: Any) -> Any:
    return (x + _t(x)) / 2


def _identity_like(rows: Any) -> Any:
    """The n x n identity matrix, for rows of length n, in their dtype."""
    return np.eye(shape_of(rows)[-1], dtype=rows.dtype)


def _diagonal(values: Any) -> Any:
    """Diagonal matrices from rows of values."""
    return values[..., None, :] * _identity_like(values)


def _over_gaps(x: Any, values: Any) -> Any:
    """x_ij / (v_j - v_i), and 0 on the diagonal: how much a basis turns when a matrix changes.

    Where two values are equal the turn is not defined: the result is inf or nan, and NumPy warns.
    """
    identity = _identity_like(values)
    gaps = values[..., None, :] - values[..., :, None]
    return x * (1 - identity) / (gaps + identity)


def _square(name: str, x: Any) -> Any:
    shape = np.shape(x)
    if len(shape) < 2 or shape[-1] != shape[-2]:
        raise lesson("E28", function=name, shape=shape)
    return x


def _singular(name: str, why: str) -> Exception:
    fix = "x + 1e-6 * eye(n)   in place of x: close to it, and with an inverse"
    return lesson("E28b", what=f"{name}: the matrix is singular", why=why, fix=fix)


def _inv_forward(x: Any) -> Any:
    try:
        return np.linalg.inv(_square("inv", x))
    except np.linalg.LinAlgError:
        raise _singular("inv", "it maps different vectors to one: there is no way back") from None


def _solve_forward(x: Any, y: Any) -> Any:
    # As many axes as x has: without them NumPy 1 takes a stack of rows for a stack of vectors.
    y = y[(None,) * (x.ndim - y.ndim)]
    try:
        return np.linalg.solve(x, y)
    except np.linalg.LinAlgError:
        raise _singular("solve", "x z = y then has no solution, or many") from None


def _cholesky_forward(x: Any) -> Any:
    try:
        return np.linalg.cholesky(_symmetric(_square("cholesky", x)))
    except np.linalg.LinAlgError:
        raise lesson(
            "E28b", what="cholesky: the matrix is not positive definite",
            why="L L^T is symmetric with positive eigenvalues, whatever L is",
            fix="cholesky(x @ x.T + 1e-6 * eye(n))   is of a matrix that is",
        ) from None  # fmt: skip


def _cofactor_forward(x: Any) -> Any:
    """From x = U S V^T: det(U) det(V) U (prod of the other singular values) V^T, without 1/det."""
    u, s, vh = np.linalg.svd(x)
    n = s.shape[-1]
    others = np.where(np.eye(n, dtype=bool), 1, s[..., None, :]).prod(-1).astype(s.dtype)
    sign = np.sign(np.linalg.det(u) * np.linalg.det(vh))
    return sign[..., None, None] * (u * others[..., None, :]) @ vh


def _cofactor_rule(g: Any, z: Any, x: Any) -> Any:
    return (z * (g * z).sum((-1, -2), keepdims=True) - z @ _t(g) @ z) / _det(x)[..., None, None]


def _cholesky_rule(g: Any, z: Any, x: Any) -> Any:
    """sym(L^-T P L^-1), where P is the lower triangle of L^T g with its diagonal halved."""
    n = shape_of(x)[-1]
    lower = np.tri(n, dtype=z.dtype) - np.eye(n, dtype=z.dtype) / 2
    half = _solve(_t(z), lower * (_t(z) @ g))
    return _symmetric(_solve(_t(z), _t(half)))


def _eigh_rule(g: tuple[Any, Any], z: Any, x: Any) -> Any:
    """sym(V (diag(g_w) + (V^T g_V)_ij / (w_j - w_i)) V^T)."""
    (g_values, g_vectors), (values, vectors) = g, z
    parts = [] if g_values is None else [_diagonal(g_values)]
    if g_vectors is not None:
        parts.append(_over_gaps(_t(vectors) @ g_vectors, values))
    return _symmetric(vectors @ sum(parts[1:], parts[0]) @ _t(vectors))


def _svd_rule(g: tuple[Any, Any, Any], z: Any, x: Any, full_matrices: bool) -> Any:
    """U (diag(g_s) + turn of U + turn of V) V^T, and what moves U and V out of their spans."""
    (g_u, g_s, g_vh), (u, s, vh) = g, z
    (m, n), k = shape_of(x)[-2:], shape_of(s)[-1]
    received = [(g_u, shape_of(u)[-1]), (g_vh, shape_of(vh)[-2])]
    if any([g is not None and vectors > k for g, vectors in received]):
        raise lesson(
            "E28b", what=f"svd of shape {(m, n)} has no gradient through its full matrices",
            why="their last rows or columns only complete a basis, and any completion will do",
            fix="svd(x, full_matrices=False)",
        )  # fmt: skip
    u, vh = u[..., :k], vh[..., :k, :]
    column, row, squares = s[..., :, None], s[..., None, :], s * s
    inner, outside = [], []
    if g_s is not None:
        inner.append(_diagonal(g_s))
    if g_u is not None:
        turn = _t(u) @ g_u
        inner.append(_over_gaps(turn - _t(turn), squares) * row)
        if m > k:
            outside.append(((g_u - u @ turn) / row) @ vh)
    if g_vh is not None:
        turn = vh @ _t(g_vh)
        inner.append(column * _over_gaps(turn - _t(turn), squares))
        if n > k:
            outside.append((u / row) @ (g_vh - _t(turn) @ vh))
    return sum(outside, u @ sum(inner[1:], inner[0]) @ vh)


_inv = Op("inv", _inv_forward, lambda g, z, x: -_t(z) @ g @ _t(z))
_solve = Op(
    "solve",
    _solve_forward,
    lambda g, z, x, y: -_solve(_t(x), g) @ _t(z),
    lambda g, z, x, y: _solve(_t(x), g),
)
_cofactor = Op("cofactor", _cofactor_forward, _cofactor_rule)
_det = Op(
    "det",
    lambda x: np.linalg.det(_square("det", x)),
    lambda g, z, x: g[..., None, None] * _cofactor(x),
)
_slogdet = SeveralOp(
    "slogdet",
    lambda x: tuple(np.linalg.slogdet(_square("slogdet", x))),
    lambda g, z, x: None if g[1] is None else g[1][..., None, None] * _t(_inv(x)),
)
_cholesky = Op("cholesky", _cholesky_forward, _cholesky_rule)
_eigh = SeveralOp(
    "eigh", lambda x: tuple(np.linalg.eigh(_symmetric(_square("eigh", x)))), _eigh_rule
)
_svd = SeveralOp(
    "svd", lambda x, *, full_matrices: tuple(np.linalg.svd(x, full_matrices)), _svd_rule
)


@opens(np.linalg.inv)
def inv(x: Any) -> Any:
    """X^-1, the matrix with X X^-1 = I. Gradient: -X^-T g X^-T.

    Shape (..., n, n). Raises E28 for other shapes and E28b for a singular matrix. To compute
    X^-1 y, `solve(X, y)` is faster and more accurate.

    >>> from autograd import Tensor, linalg
    >>> linalg.inv(Tensor([[2.0, 0.0], [0.0, 4.0]])).data
    array([[0.5 , 0.  ],
           [0.  , 0.25]])
    """
    return _inv(x)


@opens(np.linalg.solve)
def solve(x: Any, y: Any) -> Any:
    """The z with x z = y. Gradients: x^-T g for y, and -(x^-T g) z^T for x.

    Shapes (..., n, n) and (..., n, k) -> (..., n, k), or (n,) for y: one vector for all matrices.
    Raises E28 for other shapes of x, E05 where the sizes differ, E28b for a singular matrix.

    >>> from autograd import Tensor, linalg
    >>> linalg.solve(Tensor([[2.0, 0.0], [0.0, 4.0]]), [2.0, 2.0]).data
    array([1. , 0.5])
    """
    x, y = plain(x), plain(y)
    rows, shape = shape_of(_square("solve", x))[-1], shape_of(y)
    inner = shape[0] if len(shape) == 1 else shape[-2] if shape else "none"
    if inner != rows:
        fix = "give y as many rows as x has"
        raise lesson("E05", a=x.shape, b=shape, inner_a=rows, inner_b=inner, fix=fix)
    return _solve(x, y[:, None])[..., 0] if len(shape) == 1 else _solve(x, y)


@opens(np.linalg.det)
def det(x: Any) -> Any:
    """det X, the volume that X gives to the unit cube. Gradient: g times the cofactors of X.

    Shape (..., n, n) -> (...). The gradient holds for singular matrices too; its own derivative
    needs an inverse, and is nan where there is none. Raises E28 for other shapes.

    >>> from autograd import Tensor, linalg
    >>> round(linalg.det(Tensor([[1.0, 2.0], [3.0, 4.0]])).item(), 12)
    -2.0
    """
    return _det(x)


@opens(np.linalg.slogdet)
def slogdet(x: Any) -> Any:
    """(sign of det X, log |det X|), where det X itself might overflow. Gradient: g X^-T.

    Shape (..., n, n) -> (...) and (...); no gradient flows through the sign. Raises E28 for other
    shapes; for a singular matrix the gradient is infinite and backward() raises E28b.

    >>> from autograd import Tensor, linalg
    >>> sign, logarithm = linalg.slogdet(Tensor([[-2.0]]))
    >>> sign.item(), round(logarithm.item(), 4)
    (-1.0, 0.6931)
    """
    return _slogdet(x)


@opens(np.linalg.cholesky)
def cholesky(x: Any) -> Any:
    """The lower triangular L with L L^T = X. Gradient: sym(L^-T P(L^T g) L^-1).

    P keeps the lower triangle and halves its diagonal. Shape (..., n, n); X is taken for symmetric:
    what is factored is (X + X^T) / 2, and the gradient is symmetric. Raises E28 for other shapes,
    E28b where X is not positive definite.

    >>> from autograd import Tensor, linalg
    >>> linalg.cholesky(Tensor([[4.0, 2.0], [2.0, 5.0]])).data
    array([[2., 0.],
           [1., 2.]])
    """
    return _cholesky(x)


@opens(np.linalg.eigh)
def eigh(x: Any) -> Any:
    """(w, V) with X V = V diag(w), w ascending. Gradient: sym(V (diag(g_w) + F V^T g_V) V^T).

    F_ij = 1 / (w_j - w_i) multiplies entry by entry. Shape (..., n, n) -> (..., n) and
    (..., n, n); X is taken for symmetric: what is factored is (X + X^T) / 2. Raises E28 for other
    shapes.

    The sign of an eigenvector is arbitrary, so only functions that do not depend on it have a
    meaningful gradient. Where two eigenvalues are equal, so is the choice of their vectors: the
    gradient through V is inf or nan there. Through w alone the first derivative is always right.

    >>> from autograd import Tensor, linalg
    >>> values, vectors = linalg.eigh(Tensor([[1.0, 0.0], [0.0, 3.0]]))
    >>> values.data
    array([1., 3.])
    """
    return _eigh(x)


@opens(np.linalg.svd)
def svd(x: Any, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    """(U, s, V^T) with X = U diag(s) V^T, s descending; s alone unless compute_uv.

    Gradient: U (diag(g_s) + (F (U^T g_U - g_U^T U)) S + S (F (V^T g_V - g_V^T V))) V^T with
    F_ij = 1 / (s_j^2 - s_i^2) entry by entry; where U or V is not square, what leaves its span adds
    (I - U U^T) g_U S^-1 V^T and U S^-1 g_V^T (I - V V^T).

    Shape (..., m, n) -> (..., m, m), (..., k), (..., n, n) with k = min(m, n); with
    full_matrices=False (..., m, k), (..., k), (..., k, n). What only completes a basis has no
    gradient: E28b.

    The signs of the vectors are arbitrary, so only functions that do not depend on them have a
    meaningful gradient. Where two singular values are equal, the gradient through U and V is inf or
    nan. Through s alone the first derivative is right as long as s is positive.

    >>> from autograd import Tensor, linalg
    >>> u, s, vh = linalg.svd(Tensor([[0.0, 2.0], [3.0, 0.0]]))
    >>> s.data
    array([3., 2.])
    """
    u, s, vh = _svd(x, full_matrices=full_matrices and compute_uv)
    return (u, s, vh) if compute_uv else s
