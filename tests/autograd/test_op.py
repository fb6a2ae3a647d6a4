"""Op: plain data in, plain data out; nodes in, nodes out; un-broadcasting in one place."""

import math

import numpy as np
import pytest

from autograd import Tensor, Value, gradcheck, gradients, no_grad
from autograd.data import repeated, sum_to_shape
from autograd.local import Elementwise, unary
from autograd.op import NaryOp, Op, broadcast_to, sum_to

double = Op("double", lambda x, *, times=2: times * x, lambda g, z, x, times=2: g * times)


def test_on_plain_data_an_operation_only_computes():
    assert double(3.0) == 6.0
    assert type(double(np.ones(2))) is np.ndarray
    assert double([1.0, 2.0]).tolist() == [2.0, 4.0]


def test_on_nodes_it_records():
    v, t = Value(3.0), Tensor([1.0], requires_grad=True)
    for node, face in ((v, Value), (t, Tensor)):
        z = double(node, times=5)
        assert type(z) is face
        assert (z.op, z.args, z.static) == (double, (node,), {"times": 5})
        z.backward()
        assert node.grad == 5.0


def test_repr_names_the_operation():
    assert repr(double) == "<op double>"


def test_an_input_without_a_rule_raises_instead_of_losing_the_gradient():
    lonely = Op("lonely", lambda x: x)
    z = lonely(Value(1.0))
    with pytest.raises(TypeError, match="'lonely' has no derivative rule for its input 0"):
        z.backward()


def test_a_rule_of_none_sends_nothing():
    chosen = Op("chosen", lambda x, y: x * y, None, lambda g, z, x, y: g * x)
    x, y = Value(2.0), Value(3.0)
    chosen(x, y).backward()
    assert (x.grad, y.grad) == (None, 2.0)


def test_a_rule_runs_only_for_inputs_that_want_a_gradient():
    def never(*_):
        raise AssertionError("nobody asked")

    product = Op("product", lambda x, y: x * y, lambda g, z, x, y: g * y, never)
    x = Tensor([1.0, 2.0], requires_grad=True)
    product(x, np.array([3.0, 4.0])).sum().backward()
    product(x, Tensor([3.0, 4.0])).sum().backward()
    product(x, Tensor([3.0, 4.0], requires_grad=True).detach()).sum().backward()
    assert x.grad.tolist() == [9.0, 12.0]
    slow = Elementwise("slow", np.multiply, lambda a, b: a * b, lambda z, x, y: y, never)
    v = Value(2.0)
    slow(v, 3.0).backward()
    assert v.grad == 3.0


def test_an_nary_op_is_told_which_input_is_meant():
    weighted = NaryOp(
        "weighted", lambda *xs: sum((i + 1) * x for i, x in enumerate(xs)),
        lambda g, z, args, i: g * (i + 1),
    )  # fmt: skip
    nodes = [Value(1.0), Value(2.0), Value(3.0)]
    z = weighted(nodes[0], 5.0, nodes[1], nodes[2])
    assert z.args == (nodes[0], 5.0, nodes[1], nodes[2])
    z.backward()
    assert [node.grad for node in nodes] == [1.0, 3.0, 4.0]


def test_an_elementwise_op_needs_only_its_local_derivatives():
    cube = Elementwise("cube", lambda x: x**3, lambda x: x**3, lambda z, x: 3 * x * x)
    assert gradcheck(cube, 2.0, order=3).compared == 3
    assert gradcheck(cube, np.array([[1.0, -2.0]]), order=2).compared == 4


@pytest.mark.filterwarnings("ignore::autograd.Hint")  # that the root is not finite
def test_where_floats_raise_numpy_answers():
    inverse = Elementwise("inverse", np.reciprocal, lambda x: 1 / x, lambda z, x: -1 / (x * x))
    v = Value(0.0)
    z = unary(inverse)(v)
    assert z.data == math.inf
    z.backward()
    assert v.grad == -math.inf


def test_nothing_is_recorded_inside_no_grad():
    v = Value(2.0)
    with no_grad():
        z = double(v)
    assert isinstance(z, Value)
    assert (z.op, z.args, z.requires_grad) == (None, (), False)


UNBROADCASTS = [
    ((2, 3), (3,)), ((2, 3), (1, 3)), ((2, 3), (2, 1)), ((2, 3), (1, 1)), ((2, 3), ()),
    ((4, 2, 3), (2, 1)), ((4, 2, 3), (1,)), ((2, 3), (2, 3)), ((1, 3), (1, 3)), ((0, 3), (1, 3)),
]  # fmt: skip


@pytest.mark.parametrize("pair", UNBROADCASTS, ids=str)
def test_sum_to_and_broadcast_to_are_adjoints(pair):
    big, small = pair
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=big), rng.normal(size=small)
    summed = sum_to_shape(x, shape=small, dtype=np.dtype(float))
    spread = repeated(y, shape=big)
    assert (summed.shape, spread.shape) == (small, big)
    assert np.sum(summed * y) == pytest.approx(np.sum(x * spread), rel=1e-12, abs=1e-14)


@pytest.mark.parametrize("pair", UNBROADCASTS[:6], ids=str)
def test_both_can_be_differentiated_to_second_order(pair):
    big, small = pair
    rng = np.random.default_rng(0)
    f = lambda t: sum_to(t * t * t, shape=small, dtype=np.dtype(float))
    assert gradcheck(f, rng.uniform(0.5, 1, size=big), order=2)
    assert gradcheck(lambda t: broadcast_to(t**3, shape=big), rng.uniform(0.5, 1, small), order=2)


def test_summing_to_a_value_gives_a_value_on_nodes_too():
    t = Tensor([1.0, 2.0], requires_grad=True)
    z = sum_to(t, shape=(), dtype=float)
    assert type(z) is Value
    assert z.data == 3.0
    v = Value(2.0)
    (slope,) = gradients((v * t * v).sum(), v, create_graph=True)
    assert type(slope) is Value
    assert gradients(slope, v) == (6.0,)
