"""Write tests/golden/linalg.npz: PyTorch's values and gradients of linear algebra and windows.

Run once, by hand: `python tests/golden/make_linalg.py` (needs torch). For each case the file holds
its inputs, its value, the gradient that backward started with, and the gradient of each input:
"<case>/x0", "<case>/z", "<case>/g", "<case>/dx0" ... The same cases, written with this library, are
in tests/autograd/ops/test_golden_linalg.py.

Singular vectors and eigenvectors have an arbitrary sign, so their cases square them.
"""

from pathlib import Path

import numpy as np

RNG = np.random.default_rng(0)


def drawn(*shapes):
    return [RNG.normal(size=shape) for shape in shapes]


def positive(*shape):
    x = RNG.normal(size=shape)
    return [x @ x.swapaxes(-1, -2) + np.eye(shape[-1])]


def apart(*shape):
    """Numbers no two of which are equal, so that no maximum is tied."""
    return [RNG.permutation(np.arange(np.prod(shape)) / 7.0).reshape(shape)]


def cases():
    """Name: (the function in PyTorch, its inputs)."""
    import torch
    from torch.nn import functional

    F, L = functional, torch.linalg

    def svd(x):
        u, s, vh = L.svd(x, full_matrices=False)
        return (u[..., :1, :] ** 2 * s[..., None, :] + vh[..., :1].transpose(-1, -2) ** 2).sum(-2)

    def eigh(x):
        w, v = L.eigh(x)
        return (v[..., :1, :] ** 2).sum(-2) * w + w**2

    return {
        "inv": (L.inv, drawn((3, 3))),
        "inv stack": (L.inv, drawn((2, 1, 3, 3))),
        "inv 1x1": (L.inv, drawn((1, 1))),
        "solve": (L.solve, drawn((3, 3), (3, 2))),
        "solve vector": (L.solve, drawn((3, 3), (3,))),
        "solve stack": (L.solve, drawn((2, 3, 3), (2, 3, 2))),
        "det": (L.det, drawn((4, 4))),
        "det stack": (L.det, drawn((2, 3, 3))),
        "slogdet": (lambda x: L.slogdet(x)[1], drawn((2, 3, 3))),
        "cholesky": (L.cholesky, positive(3, 3)),
        "cholesky stack": (L.cholesky, positive(2, 2, 2)),
        "eigh": (eigh, positive(3, 3)),
        "eigh stack": (eigh, positive(2, 3, 3)),
        "svd": (svd, drawn((3, 3))),
        "svd tall": (svd, drawn((4, 2))),
        "svd wide stack": (svd, drawn((2, 2, 4))),
        "inner": (torch.inner, drawn((2, 3), (4, 3))),
        "outer": (torch.outer, drawn((3,), (2,))),
        "tensordot": (
            lambda x, y: torch.tensordot(x, y, dims=([0, 2], [1, 0])),
            drawn((2, 3, 4), (4, 2, 5)),
        ),
        "einsum": (lambda x, y: torch.einsum("bij,jk->bik", x, y), drawn((2, 3, 4), (4, 2))),
        "einsum dots": (
            lambda x, y: torch.einsum("...i,...ij->...j", x, y),
            drawn((3, 2), (2, 1, 2, 4)),
        ),
        "einsum diagonal": (lambda x: torch.einsum("bii->bi", x), drawn((2, 3, 3))),
        "einsum three": (
            lambda x, y, w: torch.einsum("ij,jk,ki->", x, y, w),
            drawn((2, 3), (3, 4), (4, 2)),
        ),
        "trace": (torch.trace, drawn((3, 4))),
        "conv1d": (
            lambda x, w, b: F.conv1d(x, w, b, stride=2, padding=1),
            drawn((2, 3, 7), (4, 3, 3), (4,)),
        ),
        "conv1d groups": (
            lambda x, w: F.conv1d(x, w, dilation=2, groups=2),
            drawn((2, 4, 7), (6, 2, 2)),
        ),
        "conv2d": (lambda x, w, b: F.conv2d(x, w, b), drawn((2, 3, 6, 5), (4, 3, 3, 2), (4,))),
        "conv2d options": (
            lambda x, w, b: F.conv2d(x, w, b, stride=(2, 3), padding=(2, 1), dilation=(1, 2)),
            drawn((2, 2, 7, 8), (3, 2, 3, 3), (3,)),
        ),
        "conv2d uncovered": (
            lambda x, w: F.conv2d(x, w, stride=3),
            drawn((1, 1, 6, 6), (2, 1, 2, 2)),
        ),
        "conv2d wide border": (
            lambda x, w: F.conv2d(x, w, stride=2, padding=3),
            drawn((1, 1, 3, 3), (1, 1, 1, 1)),
        ),
        "conv2d one image": (
            lambda x, w: F.conv2d(x, w, padding=1),
            drawn((2, 4, 4), (3, 2, 2, 2)),
        ),
        "max_pool2d": (lambda x: F.max_pool2d(x, 2), apart(2, 3, 4, 5)),
        "max_pool2d options": (lambda x: F.max_pool2d(x, (3, 2), 2, (1, 0)), apart(1, 2, 5, 4)),
        "avg_pool2d": (lambda x: F.avg_pool2d(x, 2), apart(2, 3, 4, 5)),
        "avg_pool2d options": (lambda x: F.avg_pool2d(x, 3, 2, 1), apart(1, 2, 5, 4)),
    }


def main() -> None:
    """Compute every case and save all of them."""
    import torch

    found = {}
    for name, (function, points) in cases().items():
        leaves = [torch.tensor(point, requires_grad=True) for point in points]
        z = function(*leaves)
        g = RNG.normal(size=tuple(z.shape))
        z.backward(torch.tensor(g))
        found |= {f"{name}/z": z.detach().numpy(), f"{name}/g": g}
        for i, leaf in enumerate(leaves):
            found |= {f"{name}/x{i}": leaf.detach().numpy(), f"{name}/dx{i}": leaf.grad.numpy()}
    np.savez_compressed(Path(__file__).parent / "linalg.npz", **found)


if __name__ == "__main__":
    main()
