"""Operations of one's own: right at every order, and every mistake refused."""

import re

import numpy as np
import pytest

from autograd import Function, GraphError, Tensor, Value, grad, gradcheck, history

x0 = np.array([0.3, -0.8, 1.1])


def told(caught):
    return " ".join(str(caught.value).split())


class Cube(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * 3 * x**2


class Exp(Function):
    """Saves its output, and has an argument that is no number."""

    @staticmethod
    def forward(ctx, x, base):
        ctx.base = base
        y = np.exp(x)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, grad):
        assert ctx.base == "e"
        (y,) = ctx.saved_tensors
        return grad * y, None


class Polar(Function):
    """(r cos t, r sin t): several outputs."""

    @staticmethod
    def forward(ctx, r, t):
        ctx.save_for_backward(r, t)
        return r * np.cos(t), r * np.sin(t)

    @staticmethod
    def backward(ctx, gx, gy):
        r, t = ctx.saved_tensors
        return gx * np.cos(t) + gy * np.sin(t), r * (gy * np.cos(t) - gx * np.sin(t))


class Scaled(Function):
    """What backward returns is what the test says."""

    answer = staticmethod(lambda ctx, grad: grad)

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return 2 * x

    @classmethod
    def backward(cls, ctx, grad):
        return cls.answer(ctx, grad)


def scaled(answer):
    return type("Scaled", (Scaled,), {"answer": staticmethod(answer)})


def test_on_floats_arrays_values_and_tensors():
    assert Cube.apply(2.0) == 8.0
    assert Cube.apply(x0).tolist() == (x0**3).tolist()
    v = Value(2.0)
    y = Cube.apply(v)
    y.backward()
    assert (type(y), y.data, y.op.name, v.grad) == (Value, 8.0, "Cube", 12.0)
    t = Tensor(x0, requires_grad=True)
    Cube.apply(t).sum().backward()
    np.testing.assert_allclose(t.grad, 3 * x0**2)
    assert not Cube.apply(Tensor(x0)).requires_grad
    assert type(Exp.apply(v, "e")) is Value


def test_gradcheck_to_third_order():
    gradcheck(Cube.apply, x0, order=3)
    gradcheck(Cube.apply, 0.7, order=3)
    gradcheck(lambda x: Exp.apply(x * 2, "e"), x0, order=3)
    gradcheck(lambda r, t: Polar.apply(r, t)[0] * Polar.apply(r, t)[1], (x0, x0 + 1), order=3)
    gradcheck(lambda r, t: Polar.apply(r, t)[1], (1.5, 0.4), order=2)
    assert grad(grad(grad(Cube.apply)))(2.0) == 6.0


def test_gradcheck_finds_a_wrong_backward():
    with pytest.raises(AssertionError, match="disagree"):
        gradcheck(scaled(lambda ctx, g: g * 3).apply, x0)


def test_an_output_that_nobody_uses_receives_zeros():
    r, t = Value(2.0), Value(0.5)
    Polar.apply(r, t)[0].backward()
    assert r.grad == pytest.approx(np.cos(0.5))
    assert t.grad == pytest.approx(-2 * np.sin(0.5))


def test_forward_gets_plain_read_only_data_and_backward_nodes_when_asked():
    seen = []

    class Spy(Cube):
        @staticmethod
        def forward(ctx, x):
            seen.append(type(x))
            with pytest.raises(ValueError, match="read-only"):
                x[0] = 1.0
            return Cube.forward(ctx, x)

        @staticmethod
        def backward(ctx, grad):
            seen.append(type(grad))
            seen.append(type(ctx.saved_tensors[0]))
            return Cube.backward(ctx, grad)

    t = Tensor(x0, requires_grad=True)
    Spy.apply(t).sum().backward()
    Spy.apply(t).sum().backward(create_graph=True)
    assert seen == [np.ndarray] * 4 + [Tensor] * 2


def test_needs_input_grad():
    needs = []

    class Product(Function):
        @staticmethod
        def forward(ctx, x, y, n):
            ctx.save_for_backward(x, y)
            return x * y

        @staticmethod
        def backward(ctx, grad):
            needs.append(ctx.needs_input_grad)
            x, y = ctx.saved_tensors
            return grad * y, grad * x, None

    v = Value(2.0)
    Product.apply(v, 3.0, None).backward()
    assert (needs, v.grad) == ([(True, False, False)], 3.0)


def test_equal_numbers_are_not_mistaken_for_each_other():
    """Both inputs are the very same float object; the second derivative tells them apart."""

    class Product(Function):
        @staticmethod
        def forward(ctx, x, y):
            ctx.save_for_backward(y, x)
            return x * y * y

        @staticmethod
        def backward(ctx, grad):
            y, x = ctx.saved_tensors
            return grad * y * y, grad * 2 * x * y

    one = 1.0
    f = lambda x, y: Product.apply(x, y)
    assert grad(grad(f, 1), 1)(one, one) == 2.0
    assert grad(grad(f, 0), 0)(one, one) == 0.0


def test_a_backward_made_of_transforms():
    class Sine(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return np.sin(x)

        @staticmethod
        def backward(ctx, g):
            return g * grad(lambda t: t.sin())(ctx.saved_tensors[0])

    gradcheck(Sine.apply, 0.7, order=3)
    assert grad(grad(Sine.apply))(0.7) == pytest.approx(-np.sin(0.7))
    assert isinstance(grad(Sine.apply)(Value(0.7)), Value)


def test_saving_anything_else_is_refused():
    class Hidden(Cube):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x * x)
            return x**3

    with pytest.raises(GraphError, match="neither an input nor an output") as caught:
        Hidden.apply(Value(2.0))
    assert "save the inputs, and compute it again in backward" in told(caught)
    assert Cube.apply(Value(2.0)).data == 8.0  # which saves its input, as told


def test_an_input_as_an_attribute_is_refused():
    class Hidden(Cube):
        @staticmethod
        def forward(ctx, x):
            ctx.x = x
            return x**3

    with pytest.raises(GraphError, match=r"ctx\.x was given an input") as caught:
        Hidden.apply(Tensor(x0))
    assert "ctx.save_for_backward(x)" in told(caught)


WRONG = {
    "shape": (lambda ctx, g: g.sum(), r"of shape \(\) for input 0, which has shape \(3,\)"),
    "too many": (lambda ctx, g: (g, g), "returned 2 gradients for 1 inputs"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_answer_of_backward_is_refused(name):
    answer, words = WRONG[name]
    t = Tensor(x0, requires_grad=True)
    with pytest.raises(GraphError) as caught:
        scaled(answer).apply(t).sum().backward()
    assert re.search(words, told(caught))
    assert t.grad is None


def test_a_backward_that_leaves_the_graph_is_refused_at_second_order():
    left = scaled(lambda ctx, g: 2 * getattr(g, "data", g) if isinstance(g, Tensor) else 2 * g)
    gradcheck(left.apply, x0)
    with pytest.raises(GraphError, match="left the graph"):
        gradcheck(left.apply, x0, order=2)


def test_no_gradient_may_be_none_or_zeros():
    for answer in (lambda ctx, g: None, lambda ctx, g: np.zeros(3)):
        assert gradcheck_zero(scaled(answer)) == [0.0, 0.0, 0.0]


def gradcheck_zero(function):
    return grad(lambda x: (function.apply(x) * 0 + x * 0).sum())(x0).tolist()


def test_forward_must_return_numbers():
    class Odd(Cube):
        @staticmethod
        def forward(ctx, x):
            return "three"

    with pytest.raises(GraphError, match="forward returned str"):
        Odd.apply(Value(2.0))


def test_a_function_without_its_halves_says_what_to_write():
    with pytest.raises(NotImplementedError, match="def forward"):
        Function.apply(Value(2.0))


def test_data_changed_between_forward_and_backward_is_refused():
    t = Tensor(x0, requires_grad=True)
    y = Cube.apply(t).sum()
    t.data = x0 + 1
    with pytest.raises(GraphError, match="was changed after it was used"):
        y.backward()


def test_the_graph_shows_the_call():
    v = Value(2.0, name="v")
    y = Exp.apply(v, "e") * 2
    assert [node.op.name for node in history(y) if node.op] == ["*", "Exp"]
    assert history(y)[1].args == (v,)  # "e" is no number
