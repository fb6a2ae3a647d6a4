"""Linear algebra, products and windows against PyTorch's values and gradients, stored as data."""

from pathlib import Path

import numpy as np
import pytest

from autograd import (
    Tensor,
    avg_pool2d,
    conv1d,
    conv2d,
    einsum,
    inner,
    linalg,
    max_pool2d,
    outer,
    tensordot,
    trace,
)  # fmt: skip

STORED = np.load(Path(__file__).parents[2] / "golden" / "linalg.npz")


def svd(x):
    u, s, vh = linalg.svd(x, full_matrices=False)
    return (u[..., :1, :] ** 2 * s[..., None, :] + vh[..., :1].swapaxes(-1, -2) ** 2).sum(-2)


def eigh(x):
    w, v = linalg.eigh(x)
    return (v[..., :1, :] ** 2).sum(-2) * w + w**2


CASES = {
    "inv": linalg.inv,
    "inv stack": linalg.inv,
    "inv 1x1": linalg.inv,
    "solve": linalg.solve,
    "solve vector": linalg.solve,
    "solve stack": linalg.solve,
    "det": linalg.det,
    "det stack": linalg.det,
    "slogdet": lambda x: linalg.slogdet(x)[1],
    "cholesky": linalg.cholesky,
    "cholesky stack": linalg.cholesky,
    "eigh": eigh,
    "eigh stack": eigh,
    "svd": svd,
    "svd tall": svd,
    "svd wide stack": svd,
    "inner": inner,
    "outer": outer,
    "tensordot": lambda x, y: tensordot(x, y, axes=([0, 2], [1, 0])),
    "einsum": lambda x, y: einsum("bij,jk->bik", x, y),
    "einsum dots": lambda x, y: einsum("...i,...ij->...j", x, y),
    "einsum diagonal": lambda x: einsum("bii->bi", x),
    "einsum three": lambda x, y, w: einsum("ij,jk,ki->", x, y, w),
    "trace": trace,
    "conv1d": lambda x, w, b: conv1d(x, w, b, stride=2, padding=1),
    "conv1d groups": lambda x, w: conv1d(x, w, dilation=2, groups=2),
    "conv2d": conv2d,
    "conv2d options": lambda x, w, b: conv2d(
        x, w, b, stride=(2, 3), padding=(2, 1), dilation=(1, 2)
    ),
    "conv2d uncovered": lambda x, w: conv2d(x, w, stride=3),
    "conv2d wide border": lambda x, w: conv2d(x, w, stride=2, padding=3),
    "conv2d one image": lambda x, w: conv2d(x, w, padding=1),
    "max_pool2d": lambda x: max_pool2d(x, 2),
    "max_pool2d options": lambda x: max_pool2d(x, (3, 2), 2, (1, 0)),
    "avg_pool2d": lambda x: avg_pool2d(x, 2),
    "avg_pool2d options": lambda x: avg_pool2d(x, 3, 2, 1),
}


def test_every_stored_case_is_compared():
    assert set(CASES) == {key.split("/")[0] for key in STORED}


@pytest.mark.parametrize("name", CASES)
def test_values_and_gradients_equal_pytorchs(name):
    stored = {key.split("/")[1]: STORED[key] for key in STORED if key.split("/")[0] == name}
    count = sum(key.startswith("x") for key in stored)
    leaves = [Tensor(stored[f"x{i}"], requires_grad=True) for i in range(count)]
    z = CASES[name](*leaves)
    np.testing.assert_allclose(z.data, stored["z"], rtol=1e-11, atol=1e-12)
    z.backward(stored["g"])
    for i, leaf in enumerate(leaves):
        np.testing.assert_allclose(leaf.grad, stored[f"dx{i}"], rtol=1e-9, atol=1e-11)
