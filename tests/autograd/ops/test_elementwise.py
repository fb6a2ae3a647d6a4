"""The derivative table against formulas of NumPy alone, to second order, through every broadcast.

The oracles share nothing with the engine: five-point stencils and complex steps on plain NumPy
functions. Domains are data: each line says where a formula may be asked.
"""

import math
import operator
import struct

import numpy as np
import pytest

import autograd
from autograd import Tensor, Value, gradcheck, gradients


def told(caught):
    """The message of an exception, its line breaks undone."""
    return " ".join(str(caught.value).split())


vector_erf = np.vectorize(math.erf, otypes=[float])
vector_erfc = np.vectorize(math.erfc, otypes=[float])
hinting = pytest.mark.filterwarnings("ignore::autograd.Hint")  # a result that is not finite

# name: (formula, low, high, analytic): where analytic the complex step may be taken
UNARY = {
    "positive": (lambda x: +x, -2.0, 2.0, True),
    "negative": (lambda x: -x, -2.0, 2.0, True),
    "square": (lambda x: x * x, -2.0, 2.0, True),
    "sqrt": (np.sqrt, 0.3, 3.0, True),
    "cbrt": (np.cbrt, 0.3, 3.0, False),
    "reciprocal": (lambda x: 1 / x, 0.4, 2.0, True),
    "exp": (np.exp, -2.0, 2.0, True),
    "exp2": (np.exp2, -2.0, 2.0, False),
    "expm1": (lambda x: np.exp(x) - 1, -2.0, 2.0, True),
    "log": (np.log, 0.3, 3.0, True),
    "log2": (lambda x: np.log(x) / np.log(2.0), 0.3, 3.0, True),
    "log10": (lambda x: np.log(x) / np.log(10.0), 0.3, 3.0, True),
    "log1p": (lambda x: np.log(1 + x), -0.6, 3.0, True),
    "sin": (np.sin, -3.0, 3.0, True),
    "cos": (np.cos, -3.0, 3.0, True),
    "tan": (np.tan, -1.2, 1.2, True),
    "arcsin": (np.arcsin, -0.8, 0.8, True),
    "arccos": (np.arccos, -0.8, 0.8, True),
    "arctan": (np.arctan, -3.0, 3.0, True),
    "sinh": (np.sinh, -2.0, 2.0, True),
    "cosh": (np.cosh, -2.0, 2.0, True),
    "tanh": (np.tanh, -2.0, 2.0, True),
    "arcsinh": (np.arcsinh, -3.0, 3.0, True),
    "arccosh": (np.arccosh, 1.2, 4.0, True),
    "arctanh": (np.arctanh, -0.8, 0.8, True),
    "sinc": (lambda x: np.sin(np.pi * x) / (np.pi * x), 0.02, 2.0, True),
    "sigmoid": (lambda x: 1 / (1 + np.exp(-x)), -4.0, 4.0, True),
    "softplus": (lambda x: np.log(1 + np.exp(x)), -4.0, 4.0, True),
    "silu": (lambda x: x / (1 + np.exp(-x)), -4.0, 4.0, True),
    "erf": (vector_erf, -2.5, 2.5, False),
    "erfc": (vector_erfc, -2.5, 2.5, False),
    "gelu": (lambda x: x * vector_erfc(-x / np.sqrt(2)) / 2, -3.0, 3.0, False),
    "absolute": (np.abs, 0.1, 2.0, False),
    "relu": (lambda x: np.maximum(x, 0), 0.1, 2.0, False),
    "leaky_relu": (lambda x: np.where(x > 0, x, 0.01 * x), 0.1, 2.0, False),
    "elu": (lambda x: np.where(x > 0, x, np.exp(x) - 1), 0.1, 2.0, False),
    "sign": (np.sign, 0.1, 2.0, False),
    "floor": (np.floor, 0.1, 0.9, False),
    "ceil": (np.ceil, 0.1, 0.9, False),
    "round": (np.rint, 0.1, 0.4, False),
}
BOTH_SIDES = ["absolute", "relu", "leaky_relu", "elu", "sign", "floor", "ceil", "round", "cbrt"]
BOTH_SIDES += ["reciprocal", "sinc"]

# name: (formula, x and y ranges)
BINARY = {
    "add": (np.add, (-2, 2), (-2, 2)),
    "subtract": (np.subtract, (-2, 2), (-2, 2)),
    "multiply": (np.multiply, (-2, 2), (-2, 2)),
    "divide": (np.divide, (-2, 2), (0.5, 2)),
    "power": (np.power, (0.4, 2), (-2, 2)),
    "hypot": (np.hypot, (0.4, 2), (-2, -0.4)),
    "arctan2": (np.arctan2, (0.4, 2), (-2, 2)),
    "logaddexp": (lambda x, y: np.log(np.exp(x) + np.exp(y)), (-2, 2), (-2, 2)),
    "maximum": (np.maximum, (-2, 2), (-2, 2)),
    "minimum": (np.minimum, (-2, 2), (-2, 2)),
    "remainder": (np.remainder, (-2, 2), (2.1, 2.9)),
    "floor_divide": (np.floor_divide, (-2, 2), (2.1, 2.9)),
    "leaky_relu": (lambda x, y: np.where(x > 0, x, y * x), (-2, 2), (0.1, 0.5)),
    "elu": (lambda x, y: np.where(x > 0, x, y * (np.exp(x) - 1)), (-2, 2), (0.5, 1.5)),
}

NUMBER = "number"  # a Python float, which gradcheck turns into a Value
SHAPES = [
    (NUMBER, NUMBER), (NUMBER, ()), (NUMBER, (3,)), ((2, 2), NUMBER), ((), ()), ((), (3,)),
    ((1,), (3,)), ((3,), (1,)), ((3, 1), (1, 4)), ((2, 3), (3,)), ((3,), (2, 3)),
    ((2, 1, 2), (3, 1)), ((1, 1), (2,)), ((2, 2), (2, 2)), ((0,), (1,)),
]  # fmt: skip

unary = pytest.mark.parametrize("name", UNARY)
binary = pytest.mark.parametrize("name", BINARY)
shapes = pytest.mark.parametrize("pair", SHAPES, ids=str)


def drawn(shape, low, high, seed):
    """Numbers well apart from each other, so that no two inputs of a maximum are tied."""
    size = 1 if shape == NUMBER else math.prod(shape)
    numbers = np.linspace(low, high, 2 * size + 3)[1 + seed : 1 + seed + 2 * size : 2]
    numbers = np.random.default_rng(seed).permutation(numbers) + 0.0137 * (high - low) * seed
    numbers = np.where(np.abs(numbers) < 0.05, 0.07, numbers)  # most kinks are at 0
    return float(numbers[0]) if shape == NUMBER else numbers.reshape(shape)


def stencil(f, x, h=2e-3):
    """The first and second derivative by five points: errors of order h^4."""
    far, near = f(x + 2 * h), f(x + h)
    back, behind = f(x - h), f(x - 2 * h)
    first = (-far + 8 * near - 8 * back + behind) / (12 * h)
    second = (-far + 16 * near - 30 * f(x) + 16 * back - behind) / (12 * h * h)
    return first, second


def derivatives(f, x):
    """Value, first and second derivative of an entrywise f by the engine."""
    x = Tensor(x, requires_grad=True)
    z = f(x)
    ones = np.ones(x.shape)
    (first,) = gradients(z, x, ones, create_graph=True)
    second = gradients(first, x, ones)[0] if upstream(first, x) else np.zeros(x.shape)
    return z.data, first.data, second


def upstream(node, leaf):
    return isinstance(node, Tensor) and leaf in set(autograd.history(node))


@unary
def test_unary_against_five_points(name):
    formula, low, high, _ = UNARY[name]
    x = np.linspace(low, high, 23)
    if name in BOTH_SIDES:
        x = np.concatenate([-x, x])
    z, first, second = derivatives(getattr(autograd, name), x)
    slope, bend = stencil(formula, x)
    np.testing.assert_allclose(z, formula(x), rtol=1e-14, atol=1e-15)
    np.testing.assert_allclose(first, slope, rtol=2e-7, atol=1e-8)
    np.testing.assert_allclose(second, bend, rtol=2e-5, atol=1e-7)


@pytest.mark.parametrize("name", [name for name, row in UNARY.items() if row[3]])
def test_unary_against_the_complex_step(name):
    formula, low, high, _ = UNARY[name]
    x = np.linspace(low, high, 23)
    first = derivatives(getattr(autograd, name), x)[1]
    np.testing.assert_allclose(first, formula(x + 1e-200j).imag / 1e-200, rtol=1e-12, atol=1e-14)


@unary
@pytest.mark.parametrize("shape", [NUMBER, (), (1,), (2, 3)], ids=str)
def test_unary_gradcheck_to_second_order(name, shape):
    _, low, high, _ = UNARY[name]
    f = getattr(autograd, name)
    size = 1 if shape == NUMBER else math.prod(shape)
    assert gradcheck(f, drawn(shape, low, high, 1), order=2).compared == 2 * size


@binary
@shapes
def test_binary_gradcheck_to_second_order_through_broadcasting(name, pair):
    _, x, y = BINARY[name]
    points = [drawn(pair[0], *x, 0), drawn(pair[1], *y, 1)]
    sizes = sum(np.size(point) for point in points)
    assert gradcheck(getattr(autograd, name), points, order=2).compared == 2 * sizes


@binary
@shapes
def test_binary_against_central_differences_of_numpy(name, pair):
    formula, x, y = BINARY[name]
    points = [drawn(pair[0], *x, 0), drawn(pair[1], *y, 1)]
    nodes = [Value(p) if type(p) is float else Tensor(p, requires_grad=True) for p in points]
    z = getattr(autograd, name)(*nodes)
    np.testing.assert_allclose(z.data, formula(*points), rtol=1e-14, atol=1e-15)
    weights = np.random.default_rng(7).uniform(0.5, 1.5, np.shape(z.data))
    z.backward(weights)
    for i, node in enumerate(nodes):
        assert np.shape(node.grad) == np.shape(points[i])
        assert type(node.grad) is (float if type(points[i]) is float else np.ndarray)
        for index in np.ndindex(np.shape(points[i])):
            ends = []
            for step in (1e-5, -1e-5):
                moved = [np.array(p) for p in points]
                moved[i][index] += step
                ends.append((formula(*moved) * weights).sum())
            slope = (ends[0] - ends[1]) / 2e-5
            assert np.asarray(node.grad)[index] == pytest.approx(slope, rel=1e-6, abs=1e-8)


@unary
@pytest.mark.parametrize("shape", [NUMBER, (2,)], ids=str)
def test_unary_gradcheck_to_third_order(name, shape):
    _, low, high, _ = UNARY[name]
    f, x = getattr(autograd, name), drawn(shape, low, high, 1)
    assert gradcheck(f, x, order=3).compared == 3 * np.size(x)


@binary
@pytest.mark.parametrize("pair", [(NUMBER, NUMBER), ((2,), NUMBER), ((2, 1), (1, 2))], ids=str)
def test_binary_gradcheck_to_third_order(name, pair):
    _, x, y = BINARY[name]
    points = [drawn(pair[0], *x, 0), drawn(pair[1], *y, 1)]
    sizes = sum(np.size(point) for point in points)
    assert gradcheck(getattr(autograd, name), points, order=3).compared == 3 * sizes


LAYOUTS = [(), (1,), (0,), (3, 1), (2, 0), (2, 1, 2), (2, 1, 2, 2)]


@unary
@pytest.mark.parametrize("shape", LAYOUTS, ids=str)
def test_unary_of_every_rank_on_views_and_read_only_arrays(name, shape):
    formula, low, high, _ = UNARY[name]
    x = np.broadcast_to(drawn(shape, low, high, 1).T[None, ::-1] if len(shape) > 1
                        else drawn(shape, low, high, 1), (2, *shape[::-1]))  # fmt: skip
    t = Tensor(x, requires_grad=True)
    t._data = x  # the very memory, not a copy
    z = getattr(autograd, name)(t)
    z.sum().backward()
    np.testing.assert_allclose(z.data, formula(x), rtol=1e-13, atol=1e-15)
    fresh = derivatives(getattr(autograd, name), x.copy())[1]
    np.testing.assert_allclose(t.grad, fresh, rtol=1e-13, atol=1e-15)


@binary
def test_binary_third_order_mixed_derivatives_commute(name):
    _, xs, ys = BINARY[name]
    x, y = Value(drawn(NUMBER, *xs, 0)), Value(drawn(NUMBER, *ys, 1))
    f = autograd.grad(getattr(autograd, name), (0, 1))
    xy = autograd.grad(lambda a, b: f(a, b)[0], 1)(x.data, y.data)
    yx = autograd.grad(lambda a, b: f(a, b)[1], 0)(x.data, y.data)
    assert xy == pytest.approx(yx, rel=1e-12, abs=1e-14)


def test_every_elementwise_function_is_in_a_table():
    from autograd.ops import elementwise

    made = {
        f.__name__ for f in vars(elementwise).values()
        if getattr(f, "__module__", None) == elementwise.__name__ and callable(f)
        and not f.__name__.startswith("_")
    }  # fmt: skip
    others = {"op", "comparison", "described", "clip", "rint", "sinc_slope"}
    assert made - others - COMPARISONS.keys() == UNARY.keys() | BINARY.keys()


# --- two faces, the same numbers ------------------------------------------------------------

CORNERS = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.5, -3.5, math.inf, -math.inf, math.nan, 1e308, -1e308]
CORNERS += [5e-324, -5e-324, 1000.0, -1000.0, 1e-9]
SPECIAL = [0.0, -0.0, math.inf, -math.inf, math.nan]
EXACT = {
    "positive", "negative", "square", "sqrt", "reciprocal", "absolute", "sign", "floor", "ceil",
    "round", "relu", "add", "subtract", "multiply", "divide", "maximum", "minimum", "remainder",
    "floor_divide",
}  # fmt: skip


def bits(number):
    return "nan" if number != number else struct.pack("<d", number)


def ulps(x, y):
    """How many floats lie between two."""
    if bits(x) == bits(y):
        return 0
    if not (math.isfinite(x) and math.isfinite(y)):
        return math.inf
    return abs(x - y) / math.ulp(max(abs(x), abs(y)))


def on_tensors(f, *numbers, length=1):
    with np.errstate(all="ignore"):
        return float(f(*[Tensor(np.full(length, x)) for x in numbers]).data[0])


@unary
@pytest.mark.parametrize("length", [1, 16])
def test_unary_value_equals_tensor_in_every_corner(name, length):
    f = getattr(autograd, name)
    for x in CORNERS:
        value, entry = f(Value(x)).data, on_tensors(f, x, length=length)
        assert type(value) is float
        exact = name in EXACT or x in SPECIAL or x != x or not math.isfinite(entry)
        if exact:
            assert bits(value) == bits(entry), (x, value, entry)
        else:
            assert ulps(value, entry) <= 4, (x, value, entry)


@binary
@pytest.mark.parametrize("length", [1, 16])
def test_binary_value_equals_tensor_in_every_corner(name, length):
    f = getattr(autograd, name)
    for x in CORNERS:
        for y in CORNERS:
            value, entry = f(Value(x), Value(y)).data, on_tensors(f, x, y, length=length)
            assert type(value) is float
            if name in {"maximum", "minimum"} and x == y:
                assert value == entry  # which of 0.0 and -0.0 wins depends on the processor
            elif name in EXACT or not math.isfinite(entry):
                assert bits(value) == bits(entry), (x, y, value, entry)
            else:
                assert ulps(value, entry) <= 4, (x, y, value, entry)


@unary
def test_unary_value_equals_tensor_on_a_grid(name):
    _, low, high, _ = UNARY[name]
    f = getattr(autograd, name)
    grid = np.random.default_rng(0).uniform(low, high, 500)
    entries = f(Tensor(grid)).data
    limit = 0 if name in EXACT else 4
    for x, entry in zip(grid.tolist(), entries.tolist(), strict=True):
        assert ulps(f(Value(x)).data, entry) <= limit


@hinting
@unary
def test_unary_backward_of_a_value_agrees_in_every_corner_and_never_raises(name):
    f = getattr(autograd, name)
    for x in CORNERS:
        value, entry = Value(x), Tensor(np.array([x]), requires_grad=True)
        f(value).backward()
        with np.errstate(all="ignore"):
            f(entry).backward()
        assert type(value.grad) is float
        np.testing.assert_allclose(value.grad, entry.grad[0], rtol=1e-12, err_msg=f"at {x}")


@hinting
@binary
def test_binary_backward_of_a_value_agrees_in_every_corner_and_never_raises(name):
    f = getattr(autograd, name)
    for x in CORNERS:
        for y in CORNERS:
            values = Value(x), Value(y)
            entries = [Tensor(np.array([n]), requires_grad=True) for n in (x, y)]
            f(*values).backward()
            with np.errstate(all="ignore"):
                f(*entries).backward()
            for value, entry in zip(values, entries, strict=True):
                assert type(value.grad) is float
                message = f"at {x}, {y}"
                np.testing.assert_allclose(value.grad, entry.grad[0], rtol=1e-12, err_msg=message)


@hinting
@unary
def test_second_order_backward_of_a_value_never_raises(name):
    f = getattr(autograd, name)
    for x in CORNERS:
        value = Value(x)
        f(value).backward(create_graph=True)
        slope, value.grad = value.grad, None
        assert isinstance(slope, Value)
        if slope.requires_grad:
            slope.backward()
            assert type(value.grad) in (float, type(None))


def test_division_by_zero_and_overflow_are_infinite_on_values():
    one, zero, big = Value(1.0), Value(0.0), Value(1e308)
    assert (one / zero).data == math.inf
    assert (-one / zero).data == -math.inf
    assert math.isnan((zero / zero).data)
    assert (1 / zero).data == math.inf
    assert (zero**-1).data == math.inf
    assert (big**2).data == math.inf
    assert (big * 10).data == math.inf
    assert big.exp().data == math.inf
    assert zero.log().data == -math.inf
    assert math.isnan((-one).log().data)
    assert math.isnan((-one).sqrt().data)
    assert math.isnan((Value(-8.0) ** (1 / 3)).data)
    assert math.isnan((one % zero).data)
    assert (one // zero).data == math.inf


@pytest.mark.parametrize(
    ("low", "high"), [(-8, 8), (-0.6, 0.6), (-1e-3, 1e-3), (0.49, 0.51), (5, 6.5)]
)
def test_erf_is_within_4_ulp_of_math_erf(low, high):
    grid = np.linspace(low, high, 20_011)
    ours, exact = autograd.erf(Tensor(grid)).data, vector_erf(grid)
    assert (np.abs(ours - exact) / np.spacing(np.abs(exact))).max() <= 4


def test_erf_of_tiny_and_infinite_numbers():
    tiny = np.array([0.0, 5e-324, 1e-300, 1e-20, 30.0, 1e300, np.inf])
    x = np.concatenate([tiny, -tiny])
    ours = autograd.erf(Tensor(x)).data
    np.testing.assert_array_max_ulp(ours, vector_erf(x), 4)
    assert math.isnan(autograd.erf(Tensor([np.nan])).data[0])
    assert math.copysign(1, autograd.erf(Tensor([-0.0])).data[0]) == -1


@pytest.mark.parametrize(
    ("low", "high"), [(-7, -0.5), (-0.9, 0.9), (0.8, 1.3), (1.2, 3), (3, 10), (10, 26.5), (26, 30)]
)
def test_erfc_is_within_4_ulp_of_math_erfc(low, high):
    grid = np.linspace(low, high, 20_011)
    ours, exact = autograd.erfc(Tensor(grid)).data, vector_erfc(grid)
    assert (np.abs(ours - exact) / np.spacing(np.abs(exact))).max() <= 4


def test_gelu_far_below_zero_is_the_same_on_both_faces():
    grid = np.linspace(-37.0, 0.0, 5_003)  # below, erfc has fewer digits than a float
    entries = autograd.gelu(Tensor(grid)).data
    for x, entry in zip(grid.tolist(), entries.tolist(), strict=True):
        assert ulps(autograd.gelu(Value(x)).data, entry) <= 4
    t = Tensor([-10.0], requires_grad=True)
    autograd.gelu(t).backward()
    density = math.exp(-50.0) / math.sqrt(2 * math.pi)
    exact = 0.5 * math.erfc(10 / math.sqrt(2)) - 10 * density
    assert t.grad[0] == pytest.approx(exact, rel=1e-13)


# --- conventions ------------------------------------------------------------------------------

# (convention, f, inputs, gradients)
CONVENTIONS = [
    ("relu'(0)", autograd.relu, [0.0], [0.0]),
    ("abs'(0)", autograd.absolute, [0.0], [0.0]),
    ("sign'(0)", autograd.sign, [0.0], [0.0]),
    ("sign'(2)", autograd.sign, [2.0], [0.0]),
    ("maximum tied", autograd.maximum, [3.0, 3.0], [0.5, 0.5]),
    ("minimum tied", autograd.minimum, [3.0, 3.0], [0.5, 0.5]),
    ("x**0 at 0", lambda x: x**0, [0.0], [0.0]),
    ("x**0 at -2", lambda x: x**0, [-2.0], [0.0]),
    ("x**y at 0, 0", autograd.power, [0.0, 0.0], [0.0, 0.0]),
    ("x**1 at 0", lambda x: x**1, [0.0], [1.0]),
    ("x**2 at 0", lambda x: x**2, [0.0], [0.0]),
    ("x**3 at -2", lambda x: x**3, [-2.0], [12.0]),
    ("x**-1 at -2", lambda x: x**-1, [-2.0], [-0.25]),
    ("0**y at 2", lambda y: 0.0**y, [2.0], [0.0]),
    ("x**y at 0, 2", autograd.power, [0.0, 2.0], [0.0, 0.0]),
    ("hypot at 0, 0", autograd.hypot, [0.0, 0.0], [0.0, 0.0]),
    ("logaddexp(-inf, -inf)", autograd.logaddexp, [-math.inf, -math.inf], [0.0, 0.0]),
    ("0**y at -1", lambda y: 0.0**y, [-1.0], [-math.inf]),
    ("x**-1 at 0", lambda x: x**-1, [0.0], [-math.inf]),
    ("logaddexp(inf, 1)", autograd.logaddexp, [math.inf, 1.0], [1.0, 0.0]),
    ("logaddexp(1000, -1000)", autograd.logaddexp, [1000.0, -1000.0], [1.0, 0.0]),
    ("logaddexp(1e300, 1e300)", autograd.logaddexp, [1e300, 1e300], [0.5, 0.5]),
    ("sigmoid(inf)", autograd.sigmoid, [math.inf], [0.0]),
    ("sigmoid(-inf)", autograd.sigmoid, [-math.inf], [0.0]),
    ("softplus(inf)", autograd.softplus, [math.inf], [1.0]),
    ("softplus(-inf)", autograd.softplus, [-math.inf], [0.0]),
    ("expm1(-inf)", autograd.expm1, [-math.inf], [0.0]),
    ("expm1(-1000)", autograd.expm1, [-1000.0], [0.0]),
    ("expm1(inf)", autograd.expm1, [math.inf], [math.inf]),
    ("log1p(inf)", autograd.log1p, [math.inf], [0.0]),
    ("log1p(1e300)", autograd.log1p, [1e300], [1e-300]),
    ("tanh(-inf)", autograd.tanh, [-math.inf], [0.0]),
    ("erfc(inf)", autograd.erfc, [math.inf], [0.0]),
    ("logaddexp(-inf, 1)", autograd.logaddexp, [-math.inf, 1.0], [0.0, 1.0]),
    ("clip at the lower bound", lambda x: autograd.clip(x, 0.0, 1.0), [0.0], [1.0]),
    ("clip at the upper bound", lambda x: autograd.clip(x, 0.0, 1.0), [1.0], [1.0]),
    ("clip inside", lambda x: autograd.clip(x, 0.0, 1.0), [0.5], [1.0]),
    ("clip outside", lambda x: autograd.clip(x, 0.0, 1.0), [2.0], [0.0]),
    ("clip from below only", lambda x: autograd.clip(x, min=0.0), [-2.0], [0.0]),
    ("clip from above only", lambda x: autograd.clip(x, max=0.0), [-2.0], [1.0]),
    ("sinc'(0)", autograd.sinc, [0.0], [0.0]),
    ("x % y", autograd.remainder, [7.0, 2.0], [1.0, -3.0]),
    ("-x % y", autograd.remainder, [-7.0, 2.0], [1.0, 4.0]),
    ("floor'", autograd.floor, [1.5], [0.0]),
    ("leaky_relu'(0)", autograd.leaky_relu, [0.0], [0.01]),
    ("elu'(0)", autograd.elu, [0.0], [1.0]),
]


@hinting
@pytest.mark.parametrize("row", CONVENTIONS, ids=lambda row: row[0])
@pytest.mark.parametrize("face", ["Value", "Tensor", "1-d"])
def test_convention(row, face):
    _, f, inputs, expected = row
    nodes = [
        Value(x) if face == "Value"
        else Tensor(x if face == "Tensor" else [x], requires_grad=True)
        for x in inputs
    ]  # fmt: skip
    with np.errstate(divide="ignore"):
        f(*nodes).backward()
    assert [float(np.squeeze(node.grad)) for node in nodes] == expected


FAR = (-math.inf, -1e308, -1000.0, 1000.0, 1e308, math.inf)
FINITE = {
    "sigmoid": FAR, "softplus": FAR, "tanh": FAR, "expm1": FAR[:3], "log1p": FAR[3:],
    "logaddexp": FAR,
}  # fmt: skip


@hinting
@pytest.mark.parametrize("name", FINITE)
def test_second_order_stays_finite_far_out(name):
    for x in FINITE[name]:
        t = Tensor([x], requires_grad=True)
        z = autograd.logaddexp(t, 0.0) if name == "logaddexp" else getattr(t, name)()
        (slope,) = gradients(z, t, np.ones(1), create_graph=True)
        assert np.isfinite(slope.data).all()
        assert np.isfinite(gradients(slope, t, np.ones(1))[0]).all()


def test_expm1_keeps_its_derivative_where_the_result_is_nearly_minus_one():
    x = Value(-40.0)
    x.expm1().backward()
    assert x.grad == math.exp(-40)


def test_sigmoid_and_softplus_do_not_overflow():
    far = Tensor([-1000.0, -750.0, 750.0, 1000.0], requires_grad=True)
    assert far.sigmoid().data.tolist() == [0.0, 0.0, 1.0, 1.0]
    assert far.softplus().data.tolist() == [0.0, 0.0, 750.0, 1000.0]
    assert far.silu().data.tolist() == [0.0, 0.0, 750.0, 1000.0]
    far.softplus().sum().backward()
    assert far.grad.tolist() == [0.0, 0.0, 1.0, 1.0]


def test_sinc_is_smooth_across_its_series():
    x = np.array([-0.0501, -0.05, -0.0499, -1e-9, 0.0, 1e-9, 0.0499, 0.05, 0.0501])
    _, first, second = derivatives(autograd.sinc, x)
    t = np.pi * x
    slope = np.pi * sum((-1) ** k * 2 * k * t ** (2 * k - 1) / math.factorial(2 * k + 1)
                        for k in range(1, 9))  # fmt: skip
    bend = np.pi**2 * sum((-1) ** k * 2 * k * (2 * k - 1) * t ** (2 * k - 2)
                          / math.factorial(2 * k + 1) for k in range(1, 9))  # fmt: skip
    np.testing.assert_allclose(first, slope, rtol=1e-12)
    np.testing.assert_allclose(second, bend, rtol=1e-9)


def test_round_to_decimals():
    x = np.array([2.567, -1.25, 0.5, 12345.678])
    for decimals in (0, 1, 2, -2):
        t = Tensor(x, requires_grad=True)
        z = autograd.round(t, decimals)
        assert z.data.tolist() == np.round(x, decimals).tolist()
        z.sum().backward()
        assert t.grad.tolist() == [0.0] * 4
    assert round(Value(2.567), 1).data == 2.6
    assert round(Value(2.5)).data == 2.0


@hinting
@pytest.mark.parametrize("huge", [10**400, -(10**400)], ids=["large", "small"])
def test_whole_numbers_beyond_all_floats_are_infinite(huge):
    infinite = math.inf if huge > 0 else -math.inf
    assert Value(huge).data == infinite
    for name in BINARY:
        f = getattr(autograd, name)
        for x in (Value(2.0), Value(-0.5)):
            for got, expected in ((f(x, huge), f(x, infinite)), (f(huge, x), f(infinite, x))):
                assert bits(got.data) == bits(expected.data)
                got.backward()
    assert (Value(1.0) < huge) is (huge > 0)


# --- comparisons ------------------------------------------------------------------------------

COMPARISONS = {
    "greater": operator.gt, "greater_equal": operator.ge, "less": operator.lt,
    "less_equal": operator.le, "equal": operator.eq, "not_equal": operator.ne,
}  # fmt: skip


@pytest.mark.parametrize("name", COMPARISONS)
@pytest.mark.parametrize(
    "other", [1.0, 1, True, 2, np.float64(1), np.int64(3), Value(1.0)], ids=str
)
def test_comparing_a_value_gives_a_plain_bool(name, other):
    symbol = COMPARISONS[name]
    expected = symbol(1.0, float(other.data if isinstance(other, Value) else other))
    assert symbol(Value(1.0), other) is expected
    assert getattr(autograd, name)(Value(1.0), other) is expected
    swapped = symbol(float(other.data if isinstance(other, Value) else other), 1.0)
    assert symbol(other, Value(1.0)) is swapped


@pytest.mark.parametrize("name", COMPARISONS)
def test_comparing_a_tensor_gives_a_boolean_array(name):
    t, array = Tensor([1.0, 2.0, 3.0], requires_grad=True), np.array([2.0, 2.0, 2.0])
    symbol = COMPARISONS[name]
    for other in (array, 2.0, 2, [2.0, 2.0, 2.0], Tensor(array), Value(2.0), np.float32(2)):
        answer = symbol(t, other)
        assert type(answer) is np.ndarray
        assert answer.dtype == bool
        assert answer.tolist() == symbol(t.data, array).tolist()
    assert symbol(array, t).tolist() == symbol(array, t.data).tolist()


def test_equality_with_things_that_are_not_numbers():
    for node in (Value(1.0), Tensor([1.0])):
        assert (node == None) is False  # noqa: E711
        assert (node != None) is True  # noqa: E711
        assert (node == "a") is False


# --- rules on nodes ---------------------------------------------------------------------------

FLAT = {"positive", "negative", "absolute", "relu", "leaky_relu", "sign", "floor", "ceil", "round"}


@unary
def test_a_gradient_is_connected_unless_the_derivative_is_constant(name):
    _, low, high, _ = UNARY[name]
    for node in (Value((low + 2 * high) / 3), Tensor([(low + 2 * high) / 3], requires_grad=True)):
        (slope,) = gradients(getattr(autograd, name)(node), node, create_graph=True)
        assert isinstance(slope, type(node))
        assert slope.requires_grad or name in FLAT


@pytest.mark.parametrize("name", UNARY)
def test_float32_stays_float32(name):
    _, low, high, _ = UNARY[name]
    x = Tensor(np.full(3, (low + 2 * high) / 3), requires_grad=True, dtype="float32")
    z = getattr(autograd, name)(x)
    assert z.dtype == np.float32
    z.sum().backward()
    assert x.grad.dtype == z.grad.dtype == np.float32


@pytest.mark.parametrize("name", BINARY)
@pytest.mark.parametrize("other", [1.5, 2, np.float64(1.5), Value(1.5)], ids=str)
def test_float32_stays_float32_beside_a_number(name, other):
    x = Tensor(np.full(3, 0.7), requires_grad=True, dtype="float32")
    z = getattr(autograd, name)(x, other)
    assert z.dtype == np.float32
    z.sum().backward()
    assert x.grad.dtype == np.float32


def test_a_constant_input_asks_for_no_derivative():
    x = Tensor([-1.0, 2.0], requires_grad=True)
    (x**2.0).sum().backward()  # the exponent's rule would take log(-1) and warn
    assert x.grad.tolist() == [-2.0, 4.0]


def test_clip_refuses_a_node_as_bound():
    with pytest.raises(autograd.KindError, match="clip with a node as bound") as caught:
        autograd.clip(Value(2.0), 0.0, Value(1.0))
    assert "minimum(maximum(x, a), b)" in told(caught)
    x, top = Value(2.0), Value(1.0)
    autograd.minimum(autograd.maximum(x, 0.0), top).backward()
    assert (x.grad, top.grad) == (0.0, 1.0)


def test_whole_numbers_stay_whole():
    t = Tensor([1, 2])
    for result in (t * 2, 2 * t, t + 1, t - 1, t**2, t // 2, t % 2, -t, t * np.array([2, 2])):
        assert result.dtype == np.int64
    assert (t / 2).dtype == np.float64
    assert (t * 2.0).dtype == np.float64
