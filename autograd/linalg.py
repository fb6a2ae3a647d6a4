"""Linear algebra under NumPy's names: `autograd.linalg.inv(x)` is `np.linalg.inv(x)` for nodes."""

from typing import Any

from .ops import linear
from .ops.linalg import cholesky, det, eigh, inv, slogdet, solve, svd
from .ops.linear import matmul, outer, tensordot
from .ops.reduce import norm

__all__ = [
    "cholesky", "det", "eigh", "inv", "matmul", "norm", "outer", "slogdet", "solve", "svd",
    "tensordot", "trace",
]  # fmt: skip


def trace(x: Any, offset: int = 0) -> Any:
    """sum_i x[..., i, i + offset]: the trace of each matrix in a stack, the last two axes.

    >>> import numpy as np
    >>> trace(np.ones((3, 2, 2))).tolist()
    [2.0, 2.0, 2.0]
    """
    return linear.trace(x, offset, -2, -1)
