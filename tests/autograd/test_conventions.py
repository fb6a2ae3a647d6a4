"""The conventions that the matrix states in words, each at the point where it decides."""

import math

import matrix
import numpy as np
import pytest
from evidence import kind_of, leaf, listed, pulled

INF, LN2 = math.inf, math.log(2)
ONES, RISE = np.ones((2, 2)), np.array([[1.0, 2.0], [2.0, 4.0]])

# Operation, inputs, other arguments; the value; the gradient of its sum by each input.
CORNERS = [
    ("power", (0.0, 0.0), {}, 1.0, (0.0, 0.0)),
    ("power", (0.0, 2.0), {}, 0.0, (0.0, 0.0)),
    ("power", (0.0, 1.0), {}, 0.0, (1.0, 0.0)),
    ("power", (-2.0, 3.0), {}, -8.0, (12.0, math.nan)),
    ("hypot", (0.0, 0.0), {}, 0.0, (0.0, 0.0)),
    ("arctan2", (1.0, 0.0), {}, math.pi / 2, (0.0, -1.0)),
    ("logaddexp", (-INF, -INF), {}, -INF, (0.0, 0.0)),
    ("logaddexp", (1000.0, 1000.0), {}, 1000 + LN2, (0.5, 0.5)),
    ("maximum", (1.0, 1.0), {}, 1.0, (0.5, 0.5)),
    ("minimum", (1.0, 1.0), {}, 1.0, (0.5, 0.5)),
    ("floor_divide", (4.0, 2.0), {}, 2.0, (0.0, 0.0)),
    ("remainder", (4.0, 2.0), {}, 0.0, (1.0, -2.0)),
    ("leaky_relu", (0.0, 0.3), {}, 0.0, (0.3, 0.0)),
    ("elu", (0.0, 0.3), {}, 0.0, (0.3, 0.0)),
    ("absolute", (0.0,), {}, 0.0, (0.0,)),
    ("sinc", (0.0,), {}, 1.0, (0.0,)),
    ("sigmoid", (-1000.0,), {}, 0.0, (0.0,)),
    ("sigmoid", (1000.0,), {}, 1.0, (0.0,)),
    ("softplus", (-1000.0,), {}, 0.0, (0.0,)),
    ("softplus", (1000.0,), {}, 1000.0, (1.0,)),
    ("relu", (0.0,), {}, 0.0, (0.0,)),
    ("erf", (10.0,), {}, 1.0, (0.0,)),
    ("erfc", (10.0,), {}, 2.088487583762545e-45, (-4.1976562e-44,)),
    ("gelu", (1.0,), {}, 0.8413447460685429, (1.0833154705876864,)),
    ("sign", (0.0,), {}, 0.0, (0.0,)),
    ("floor", (2.0,), {}, 2.0, (0.0,)),
    ("ceil", (2.0,), {}, 2.0, (0.0,)),
    ("round", (2.5,), {}, 2.0, (0.0,)),
    ("clip", (1.0,), {"min": -1.0, "max": 1.0}, 1.0, (1.0,)),
    ("where", (True, 1.0, 2.0), {}, 1.0, (1.0, 0.0)),
    ("max", ([1.0, 0.0, 1.0],), {}, 1.0, ([0.5, 0.0, 0.5],)),
    ("min", ([0.0, 0.0, 1.0],), {}, 0.0, ([0.5, 0.5, 0.0],)),
    ("median", ([1.0, 1.0, 1.0],), {}, 1.0, ([1 / 3, 1 / 3, 1 / 3],)),
    ("logsumexp", ([-INF, -INF],), {}, -INF, ([0.0, 0.0],)),
    ("logsumexp", ([1000.0, 1000.0],), {}, 1000 + LN2, ([0.5, 0.5],)),
    ("softmax", ([1000.0, -1000.0],), {}, [1.0, 0.0], ([0.0, 0.0],)),
    ("log_softmax", ([1000.0, -1000.0],), {}, [0.0, -2000.0], ([-1.0, 1.0],)),
    ("standardize", ([3.0, 3.0],), {}, [0.0, 0.0], ([0.0, 0.0],)),
    ("prod", ([2.0, 0.0, 5.0],), {}, 0.0, ([0.0, 10.0, 0.0],)),
    ("prod", ([0.0, 0.0, 5.0],), {}, 0.0, ([0.0, 0.0, 0.0],)),
    ("cumprod", ([2.0, 0.0, 5.0],), {}, [2.0, 0.0, 0.0], ([1.0, 12.0, 0.0],)),
    ("std", ([3.0, 3.0],), {}, 0.0, ([0.0, 0.0],)),
    ("norm", ([0.0, 0.0],), {}, 0.0, ([0.0, 0.0],)),
    ("sort", ([1.0, 1.0, 0.0],), {}, [0.0, 1.0, 1.0], ([1.0, 1.0, 1.0],)),
    ("topk", ([1.0, 1.0, 0.0],), {"k": 1}, [1.0], ([1.0, 0.0, 0.0],)),
    ("linalg.det", (RISE,), {}, 0.0, ([[4.0, -2.0], [-2.0, 1.0]],)),
    ("linalg.cholesky", (np.diag([1.0, 4.0]),), {}, np.diag([1.0, 2.0]),
     ([[0.5, 0.5], [0.5, 0.25]],)),
    ("linalg.eigh", (np.diag([1.0, 4.0]),), {}, [1.0, 4.0], (np.eye(2),)),
    ("max_pool2d", (ONES,), {"kernel_size": 2}, [[1.0]], (ONES / 4,)),
    ("avg_pool2d", (ONES,), {"kernel_size": 2, "padding": 1}, ONES / 4, (ONES / 4,)),
]  # fmt: skip


def as_input(x):
    return x if isinstance(x, (float, bool)) else np.asarray(x, float)


@pytest.mark.filterwarnings("ignore::autograd.Hint")  # E21: some of these results are -inf
@pytest.mark.parametrize(
    ("name", "inputs", "static", "value", "gradient"), CORNERS,
    ids=[f"{name}{inputs}" for name, inputs, *_ in CORNERS],
)  # fmt: skip
def test_value_and_gradient_at_the_corner(name, inputs, static, value, gradient):
    function = matrix.public(name)
    args = [leaf(as_input(x)) for x in inputs]
    with np.errstate(all="ignore"):
        result = listed(function(*args, **static))[0]
        leaves = [arg for arg in args if hasattr(arg, "_data")]
        ones = kind_of(result._data, 0 * np.zeros(np.shape(value)) + 1.0)
        found = pulled([result], [ones], leaves)
    np.testing.assert_allclose(result._data, value, 1e-12, 1e-15)
    for got, expected in zip(found, gradient, strict=True):
        np.testing.assert_allclose(got, expected, 1e-7, 1e-15)


def test_every_convention_has_its_corner():
    stated = {r.names[0] for r in matrix.ROWS if r.conventions and r.order}
    assert stated - {name for name, *_ in CORNERS} == set()
