"""grad and its relations against closed forms, nested to any order."""

import math

import numpy as np
import pytest

import autograd
from autograd import GraphError, Tensor, Value, grad, gradients, no_grad, value_and_grad


def told(caught):
    """The message of an exception, its line breaks undone."""
    return " ".join(str(caught.value).split())


def test_the_gradient_has_the_type_of_the_argument():
    assert grad(lambda x: x**3)(2.0) == 12.0
    assert type(grad(lambda x: x**3)(2.0)) is float
    assert type(grad(lambda x: x**3)(2)) is float
    slope = grad(lambda x: (x**3).sum())(np.array([1.0, 2.0]))
    assert type(slope) is np.ndarray
    assert slope.tolist() == [3.0, 12.0]
    assert isinstance(grad(lambda x: x**3)(Value(2.0)), Value)
    t = grad(lambda x: (x**3).sum())(Tensor([1.0, 2.0], requires_grad=True))
    assert isinstance(t, Tensor)
    assert t.requires_grad


def test_value_and_grad_gives_both():
    value, slope = value_and_grad(lambda x, y: x * y + y)(2.0, 5.0)
    assert (value, slope) == (15.0, 5.0)
    assert type(value) is float
    value, slope = value_and_grad(lambda w: (w * w).sum())(np.array([3.0, 4.0]))
    assert (float(value), slope.tolist()) == (25.0, [6.0, 8.0])


def test_argnum_chooses_the_argument():
    f = lambda x, y, *, scale: scale * x * y * y
    assert grad(f, 1)(2.0, 3.0, scale=10.0) == 120.0
    assert grad(f, -1)(2.0, 3.0, scale=10.0) == 120.0
    assert grad(f, (0, 1))(2.0, 3.0, scale=10.0) == (90.0, 120.0)
    assert value_and_grad(f, (1,))(2.0, 3.0, scale=10.0) == (180.0, (120.0,))


@pytest.mark.parametrize("order", range(1, 7))
def test_nested_to_any_order(order):
    f = lambda x: x.sin() * 2 if isinstance(x, Value) else None
    for _ in range(order):
        f = grad(f)
    exact = [math.cos, lambda x: -math.sin(x), lambda x: -math.cos(x), math.sin][(order - 1) % 4]
    assert f(0.7) == pytest.approx(2 * exact(0.7), rel=1e-14)


def test_an_inner_derivative_is_not_confused_with_an_outer_one():
    # d/dx [ x * d/dy (x + y) ] = 1, not 2
    assert grad(lambda x: x * grad(lambda y: x + y)(1.0))(5.0) == 1.0
    assert grad(lambda x: x * grad(lambda y: x * y * y)(3.0))(5.0) == 2 * 5.0 * 6.0
    assert grad(lambda x: grad(lambda y: grad(lambda z: x * y * z)(7.0) * y)(3.0) * x)(2.0) == 24.0
    assert grad(lambda x: grad(lambda x: x * x)(x))(3.0) == 2.0
    row = np.array([1.0, 2.0])
    inner = lambda x: (x * grad(lambda y: (x * y * y).sum())(row)).sum()
    np.testing.assert_allclose(grad(inner)(row), 4 * row * row)


def test_a_variable_of_the_surroundings_is_differentiated_too():
    w = Value(3.0)
    slope = grad(lambda x: w * x * x)(Value(2.0))
    slope.backward()
    assert (slope.data, w.grad) == (12.0, 4.0)


def test_what_the_result_does_not_depend_on_has_gradient_zero():
    assert grad(lambda x: 3.0)(2.0) == 0.0
    assert grad(lambda x, y: y * y, 0)(2.0, 3.0) == 0.0
    assert grad(lambda x: (x * 0.0).sum())(np.ones(2)).tolist() == [0.0, 0.0]
    assert grad(lambda x: 1.0)(np.ones((2, 1))).tolist() == [[0.0], [0.0]]
    assert grad(grad(lambda x: 2 * x))(1.0) == 0.0


def test_no_grad_attribute_is_written():
    x, w = Value(2.0), Value(3.0)
    y = w * x * x
    gradients(y, [x, w])
    grad(lambda t: t * w)(x)
    assert x.grad is w.grad is y.grad is None


def test_the_result_must_be_one_number():
    with pytest.raises(GraphError, match=r"has shape \(2,\)"):
        grad(lambda x: x * x)(np.ones(2))


def test_gradients_of_several_outputs_add_up():
    x = Value(3.0)
    assert gradients([x * x, 5 * x], x) == (11.0,)
    assert gradients([x * x, 5 * x], [x], [1.0, 10.0]) == (56.0,)
    (t,) = [Tensor([1.0, 2.0], requires_grad=True)]
    (g,) = gradients(t * t, t, np.array([1.0, 10.0]))
    assert g.tolist() == [2.0, 40.0]
    (bend,) = gradients(gradients([x**3, x**2], x, create_graph=True), x)
    assert bend == 6 * 3.0 + 2


def test_gradients_by_an_intermediate():
    x = Value(3.0)
    h = x * x
    assert gradients(h * 5, [h, x]) == (5.0, 30.0)


def test_an_input_that_is_not_upstream_is_an_error_with_a_fix_that_works():
    x, other = Value(3.0), Value(1.0, name="other")
    with pytest.raises(GraphError, match="'other' is not upstream of the outputs") as caught:
        gradients(x * x, other)
    assert "compute the outputs from this very node" in told(caught)
    assert gradients(x * other, other) == (3.0,)


def test_grad_of_a_node_says_what_is_meant():
    x = Value(3.0)
    y = x * x
    with pytest.raises(TypeError, match="grad takes a function, got a node") as caught:
        grad(y)
    assert "gradients(loss, [w, b]) or loss.backward(); w.grad" in told(caught)
    assert gradients(y, [x]) == (6.0,)


def test_an_integer_array_has_no_gradient():
    with pytest.raises(TypeError, match="int64 numbers cannot have gradients"):
        grad(lambda x: (x * x).sum())(np.array([1, 2]))


def test_an_exception_inside_leaves_the_state_as_it_was():
    before = autograd.state.current.get()
    with pytest.raises(KeyError):
        grad(lambda x: {}[x])(1.0)
    assert autograd.state.current.get() is before


def test_a_hessian_by_nesting():
    A = np.array([[2.0, 0.5], [0.5, 3.0]])
    slope = grad(lambda x: 0.5 * (x @ A @ x) + x.exp().sum())
    x = np.array([0.1, -0.2])
    rows = [grad(lambda x, i=i: slope(x)[i])(x) for i in range(2)]
    np.testing.assert_allclose(rows, A + np.diag(np.exp(x)), rtol=1e-14)


def test_a_gradient_penalty():
    """The gradient of a gradient's length, as in a regularised loss, against differences."""
    w0 = np.array([0.3, -0.8])
    x = np.array([0.5, 1.5])

    def penalty(w):
        slope = grad(lambda t: (w * t).sum().tanh())(x)
        return (slope * slope).sum()

    got = grad(penalty)(w0)
    for i in range(2):
        up, down = w0.copy(), w0.copy()
        up[i] += 1e-6
        down[i] -= 1e-6
        exact = lambda w: ((1 - np.tanh(w @ x) ** 2) ** 2) * (w @ w)
        assert got[i] == pytest.approx((exact(up) - exact(down)) / 2e-6, rel=1e-8)


def test_inside_no_grad():
    with no_grad():
        assert grad(grad(lambda x: x**3))(2.0) == 12.0
