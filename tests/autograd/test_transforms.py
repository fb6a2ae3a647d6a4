"""grad and its relations against closed forms, nested to any order."""

import math

import numpy as np
import pytest

import autograd
from autograd import (
    GraphError,
    Tensor,
    Value,
    elementwise_grad,
    grad,
    gradients,
    hessian,
    hvp,
    jacobian,
    jvp,
    no_grad,
    stack,
    value_and_grad,
    vjp,
)  # fmt: skip


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
    with pytest.raises(GraphError, match=r"has shape\s+\(2,\)") as caught:
        grad(lambda x: x * x)(np.ones(2))
    assert "Try jacobian or elementwise_grad" in told(caught)
    assert jacobian(lambda x: x * x)(np.ones(2)).tolist() == [[2, 0], [0, 2]]
    assert elementwise_grad(lambda x: x * x)(np.ones(2)).tolist() == [2, 2]


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


A = np.array([[2.0, 0.5, -0.3], [0.5, 3.0, 0.1], [-0.3, 0.1, 1.5]])
x0 = np.array([0.3, -0.8, 0.5])
v0 = np.array([1.0, 2.0, -0.5])


def bowl(x):
    """Gradient A x + e^x, Hessian A + diag(e^x)."""
    return 0.5 * (x @ A @ x) + np.exp(x).sum()


def bent(x):
    """Jacobian diag(cos x) A + sin-free part: f_i = sin(x_i) + (A x)_i x_0."""
    return np.sin(x) + (A @ x) * x[0]


def jacobian_of_bent(x):
    first = np.zeros((3, 3))
    first[:, 0] = A @ x
    return np.diag(np.cos(x)) + A * x[0] + first


KINDS = {
    "array": lambda x: x,
    "Tensor": Tensor,
    "tracking Tensor": lambda x: Tensor(x, requires_grad=True),
}


def plain(x):
    return x.data if isinstance(x, (Tensor, Value)) else x


@pytest.mark.parametrize("kind", KINDS)
def test_each_transform_against_its_closed_form(kind):
    x = KINDS[kind](x0)
    node = not isinstance(x, np.ndarray)
    J, H = jacobian_of_bent(x0), A + np.diag(np.exp(x0))
    value, pull = vjp(bent, x)
    answers = {
        "grad": (grad(bowl)(x), A @ x0 + np.exp(x0)),
        "elementwise_grad": (elementwise_grad(np.sin)(x), np.cos(x0)),
        "jacobian": (jacobian(bent)(x), J),
        "hessian": (hessian(bowl)(x), H),
        "vjp": (pull(v0)[0], v0 @ J),
        "value of vjp": (value, np.sin(x0) + (A @ x0) * x0[0]),
        "jvp": (jvp(bent, x, v0)[1], J @ v0),
        "value of jvp": (jvp(bent, x, v0)[0], np.sin(x0) + (A @ x0) * x0[0]),
        "hvp": (hvp(bowl, x, v0)[1], H @ v0),
        "value of hvp": (hvp(bowl, x, v0)[0], 0.5 * x0 @ A @ x0 + np.exp(x0).sum()),
    }
    for name, (got, expected) in answers.items():
        assert isinstance(got, Tensor if node else np.ndarray), name
        np.testing.assert_allclose(plain(got), expected, rtol=1e-13, err_msg=name)
        assert not node or got.requires_grad == x.requires_grad, name


def test_floats_give_floats():
    cube = lambda x: x**3
    assert (elementwise_grad(cube)(2.0), jacobian(cube)(2.0), hessian(cube)(2.0)) == (12, 12, 12)
    assert type(jacobian(cube)(2.0)) is type(hessian(cube)(2.0)) is float
    value, pull = vjp(cube, 2.0)
    assert (value, pull(10.0)) == (8.0, (120.0,))
    assert jvp(cube, 2.0, 10.0) == (8.0, 120.0)
    assert hvp(cube, 2.0, 10.0) == (8.0, 120.0)
    assert jacobian(lambda x: x * v0)(2.0).tolist() == v0.tolist()
    assert jacobian(lambda x: (x * v0).sum())(x0).tolist() == v0.tolist()


def test_several_arguments():
    f = lambda x, y: x * y * y
    assert jacobian(f, 1)(2.0, 3.0) == 12.0
    assert jacobian(f, (0, 1))(2.0, 3.0) == (9.0, 12.0)
    assert hessian(f, (0, 1))(2.0, 3.0) == ((0.0, 6.0), (6.0, 4.0))
    assert elementwise_grad(f, (1, 0))(2.0, 3.0) == (12.0, 9.0)
    assert vjp(f, 2.0, 3.0)[1](1.0) == (9.0, 12.0)
    assert jvp(f, (2.0, 3.0), (1.0, 10.0)) == (18.0, 9.0 + 120.0)
    assert hvp(f, (2.0, 3.0), (1.0, 10.0)) == (18.0, (60.0, 6.0 + 40.0))
    blocks = hessian(lambda x, y: (x * x * y).sum(), (0, 1))(x0, 2.0)
    np.testing.assert_allclose(blocks[0][0], 4 * np.eye(3))
    np.testing.assert_allclose(blocks[0][1], 2 * x0)
    np.testing.assert_allclose(blocks[1][0], 2 * x0)
    assert blocks[1][1] == 0.0


def test_a_function_that_returns_a_tuple():
    f = lambda x, y: (x * y, x + y)
    values, pull = vjp(f, 2.0, 3.0)
    assert (values, pull((1.0, 10.0))) == ((6.0, 5.0), (13.0, 12.0))
    assert pull((None, 1.0)) == (1.0, 1.0)
    assert jvp(f, (2.0, 3.0), (1.0, 0.0)) == ((6.0, 5.0), (3.0, 1.0))


def test_shapes_of_jacobians_and_hessians():
    x = np.arange(6.0).reshape(2, 3)
    assert jacobian(lambda x: x @ x.T)(x).shape == (2, 2, 2, 3)
    assert hessian(lambda x: (x**3).sum())(x).shape == (2, 3, 2, 3)
    assert jacobian(lambda x: x[:0])(x).shape == (0, 3, 2, 3)
    assert jacobian(lambda x: np.ones(4))(x).tolist() == np.zeros((4, 2, 3)).tolist()
    third = jacobian(hessian(lambda x: (x**4).sum()))(np.array([1.0, 2.0]))
    assert third[1, 1, 1] == 48.0
    assert third.sum() == 24.0 + 48.0


def test_products_agree_with_each_other():
    """<u, J v> = <J^T u, v>, and the Hessian is symmetric."""
    u = np.array([0.2, -1.0, 0.7])
    _, pull = vjp(bent, x0)
    assert u @ jvp(bent, x0, v0)[1] == pytest.approx(pull(u)[0] @ v0, rel=1e-14)
    np.testing.assert_allclose(hessian(bowl)(x0), hessian(bowl)(x0).T, rtol=1e-14)


# Functions like x * d/dy (x + y) = x: the derivative is 1, but 2 for a confused engine.
CONFUSING = {
    "grad in grad": (lambda x: x * grad(lambda y: x + y)(1.0), 1.0),
    "jvp in grad": (lambda x: x * jvp(lambda y: x + y, 1.0, 1.0)[1], 1.0),
    "vjp in grad": (lambda x: x * vjp(lambda y: x + y, 1.0)[1](1.0)[0], 1.0),
    "jacobian in grad": (lambda x: x * jacobian(lambda y: x + y)(1.0), 1.0),
    "hessian in grad": (lambda x: x * hessian(lambda y: x * y + y * y)(1.0), 2.0),
    "hvp in grad": (lambda x: hvp(lambda y: x * y**3, 2.0, x)[1], 2 * 12.0 * 5.0),
    "the direction depends on x": (lambda x: jvp(lambda y: y**3, 2.0, x)[1], 12.0),
    "the pulled depends on x": (lambda x: vjp(lambda y: x * y, 2.0)[1](x)[0], 2 * 5.0),
    "same name": (lambda x: grad(lambda x: x * x)(x), 2.0),
    "three deep": (
        lambda x: grad(lambda y: x * grad(lambda z: x * y * y * z)(1.0))(3.0), 2 * 5.0 * 6.0
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CONFUSING)
def test_perturbations_are_not_confused(name):
    f, expected = CONFUSING[name]
    assert grad(f)(5.0) == pytest.approx(expected, rel=1e-14)
    assert jacobian(f)(5.0) == pytest.approx(expected, rel=1e-14)
    assert jvp(f, 5.0, 1.0)[1] == pytest.approx(expected, rel=1e-14)
    assert vjp(f, 5.0)[1](1.0)[0] == pytest.approx(expected, rel=1e-14)
    step = 1e-6
    numeric = (plain(f(5.0 + step)) - plain(f(5.0 - step))) / (2 * step)
    assert numeric == pytest.approx(expected, rel=1e-8)


def test_transforms_of_transforms_on_arrays():
    total = lambda x: (jacobian(lambda y: x * y * y)(x) ** 2).sum()  # sum (2 x^2)^2
    np.testing.assert_allclose(grad(total)(x0), 16 * x0**3)
    bend = jacobian(lambda x: hvp(bowl, x, v0)[1])(x0)  # d(A v + e^x v)/dx
    np.testing.assert_allclose(bend, np.diag(np.exp(x0) * v0), rtol=1e-13)
    forward = jvp(grad(bowl), x0, v0)[1]
    np.testing.assert_allclose(forward, hvp(bowl, x0, v0)[1], rtol=1e-14)


@pytest.mark.parametrize("kind", ["Value", "Tensor"])
def test_a_parameter_of_the_surroundings_reaches_every_transform(kind):
    for transform in (
        lambda f, x: grad(f)(x),
        lambda f, x: elementwise_grad(f)(x),
        lambda f, x: jacobian(f)(x),
        lambda f, x: jvp(f, x, Value(1.0))[1],
        lambda f, x: vjp(f, x)[1](Value(1.0))[0],
    ):
        w = Value(3.0)
        x = Value(2.0) if kind == "Value" else Tensor(2.0)
        transform(lambda x: w * w * x * x, x).backward()  # noqa: B023
        assert w.grad == 2 * 3.0 * 4.0


def test_a_result_tracks_only_what_outlives_it():
    assert not grad(lambda x: (x * x).sum())(Tensor(x0)).requires_grad
    w = Tensor(x0, requires_grad=True)
    assert grad(lambda x: (w * x * x).sum())(Tensor(x0)).requires_grad
    with no_grad():
        assert not grad(lambda x: (w * x * x).sum())(w).requires_grad


def test_hooks_outside_are_not_called():
    called = []
    w = Value(3.0)
    h = w * w
    h.register_hook(called.append)
    assert grad(lambda x: x * h)(2.0) == 9.0
    assert called == []


def test_float32_is_kept():
    x = x0.astype(np.float32)
    for got in (grad(lambda x: (x * x).sum())(x), jvp(np.sin, x, x)[1], hvp(bowl, x, x)[1]):
        assert got.dtype == np.float32


@pytest.mark.parametrize("transform", [jvp, hvp])
def test_a_direction_of_another_shape_is_refused_and_the_fix_works(transform):
    with pytest.raises(ValueError, match=r"direction v has shape \(2,\), but x has shape \(3,\)"):
        transform(bowl, x0, np.ones(2))
    transform(bowl, x0, np.ones_like(x0))


def test_an_argument_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="argnum=2, but the function got 1 arguments"):
        grad(lambda x: x * x, 2)(1.0)


def test_a_list_is_not_a_result_and_the_fix_works():
    with pytest.raises(TypeError, match="the function returned") as caught:
        jacobian(lambda x: [x, x * x])(2.0)
    assert "return stack([a, b])" in told(caught)
    assert jacobian(lambda x: stack([x, x * x]))(2.0).tolist() == [1.0, 4.0]


@pytest.mark.parametrize("transform", [grad, elementwise_grad, jacobian, vjp])
def test_a_node_is_not_a_function(transform):
    with pytest.raises(TypeError, match="takes a function, got a node"):
        transform(Value(3.0) * 2)


def test_data_changed_during_the_run_is_refused():
    def f(x):
        h = x * x
        y = h.exp()
        h.data = 5.0
        return y

    with pytest.raises(GraphError, match="was changed after it was used"):
        grad(f)(2.0)
