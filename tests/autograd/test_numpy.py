"""NumPy's own functions on nodes: each opens the door to ours, or says what to write instead."""

import numpy as np
import pytest

import autograd
from autograd import DataError, KindError, Tensor, Value
from autograd.ops.doors import ALGORITHM, RENAMED, doors, parameters


def told(caught):
    """The message of an exception, its line breaks undone."""
    return " ".join(str(caught.value).split())


UNARY = [
    np.positive, np.negative, np.absolute, np.abs, np.square, np.sqrt, np.cbrt, np.reciprocal,
    np.exp, np.exp2, np.expm1, np.log, np.log2, np.log10, np.log1p, np.sin, np.cos, np.tan,
    np.arcsin, np.arccos, np.arctan, np.sinh, np.cosh, np.tanh, np.arcsinh, np.arctanh, np.sinc,
    np.sign, np.floor, np.ceil, np.rint, np.round,
]  # fmt: skip
BINARY = [
    np.add, np.subtract, np.multiply, np.divide, np.true_divide, np.power, np.hypot, np.arctan2,
    np.logaddexp, np.maximum, np.minimum, np.remainder, np.mod, np.floor_divide,
]  # fmt: skip
x, y = np.array([[0.2, 0.7], [0.4, 0.9]]), np.array([0.3, 0.6])


@pytest.mark.parametrize("function", UNARY, ids=lambda f: f.__name__)
def test_unary_functions(function):
    t, v = Tensor(x, requires_grad=True), Value(0.7)
    for node in (t, v):
        z = function(node)
        assert type(z) is type(node)
        assert z.args[0] is node
        np.testing.assert_allclose(z.data, function(node.data), rtol=1e-15)


@pytest.mark.parametrize("function", BINARY, ids=lambda f: f.__name__)
def test_binary_functions_with_nodes_on_either_side(function):
    t, s = Tensor(x, requires_grad=True), Tensor(y, requires_grad=True)
    for a, b in ((t, s), (t, y), (x, s), (t, 0.5), (0.5, t), (Value(0.5), y), (y, Value(0.5))):
        z = function(a, b)
        assert type(z) is Tensor
        expected = function(*[n.data if isinstance(n, autograd.Node) else n for n in (a, b)])
        np.testing.assert_allclose(z.data, expected, rtol=1e-15)
    assert type(function(Value(0.5), 2)) is Value
    assert type(function(np.float64(0.5), Value(2.0))) is Value


FUNCTIONS = {
    "sum": lambda a: np.sum(a, axis=0),
    "sum by position": lambda a: np.sum(a, 0, None, None, True),
    "sum of a by name": lambda a: np.sum(a=a, axis=(0, 1)),
    "prod": lambda a: np.prod(a, axis=1, keepdims=True),
    "amax": lambda a: np.amax(a, 0),
    "amin": lambda a: np.amin(a, axis=0),
    "var": lambda a: np.var(a, axis=0, ddof=1),
    "var by position": lambda a: np.var(a, 0, None, None, 1),
    "std": lambda a: np.std(a, -1, ddof=1, keepdims=True),
    "median": lambda a: np.median(a, axis=1),
    "cumsum": lambda a: np.cumsum(a, axis=1),
    "cumprod": np.cumprod,
    "linalg.norm": lambda a: np.linalg.norm(a, axis=1),
    "linalg.norm by name": lambda a: np.linalg.norm(x=a, ord=1, axis=-1, keepdims=True),
    "sort": lambda a: np.sort(a, axis=0, kind="stable"),
    "take": lambda a: np.take(a, [1, 0, 0], axis=1),
    "take_along_axis": lambda a: np.take_along_axis(a, np.array([[1], [0]]), 1),
    "moveaxis": lambda a: np.moveaxis(a, 0, 1),
    "pad": lambda a: np.pad(a, ((1, 0), (0, 2)), constant_values=7.0),
    "pad by name": lambda a: np.pad(a, pad_width=1, mode="constant"),
    "flip": lambda a: np.flip(a, axis=0),
    "roll": lambda a: np.roll(a, shift=1, axis=1),
    "tile": lambda a: np.tile(a, (2, 1)),
    "tile by name": lambda a: np.tile(A=a, reps=2),
    "repeat": lambda a: np.repeat(a, 2, axis=0),
    "tril": lambda a: np.tril(a, k=-1),
    "triu": lambda a: np.triu(m=a, k=1),
    "diag": lambda a: np.diag(a, k=1),
    "diagonal": lambda a: np.diagonal(a, offset=-1, axis1=1, axis2=0),
    "atleast_1d": np.atleast_1d,
    "atleast_2d": lambda a: np.atleast_2d(a[0]),
    "vstack": lambda a: np.vstack([a, y]),
    "hstack": lambda a: np.hstack((a, x)),
    "split": lambda a: np.split(a, 2, axis=1)[1],
    "around": lambda a: np.around(a, 1) * a,
    "round by name": lambda a: np.round(a, decimals=1) + a,
    "clip by NumPy's older names": lambda a: np.clip(a, a_min=0.3, a_max=None),
    "einsum by a way": lambda a: np.einsum("ij,jk->ik", a, x, optimize=True),
    "mean": lambda a: np.mean(a, axis=1, keepdims=True),
    "max": lambda a: np.max(a),
    "min": lambda a: np.min(a, axis=-1),
    "reshape": lambda a: np.reshape(a, (4,)),
    "ravel": np.ravel,
    "transpose": lambda a: np.transpose(a, (1, 0)),
    "swapaxes": lambda a: np.swapaxes(a, 0, 1),
    "squeeze": lambda a: np.squeeze(np.expand_dims(a, 0)),
    "expand_dims": lambda a: np.expand_dims(a, axis=(0, 3)),
    "broadcast_to": lambda a: np.broadcast_to(a, (3, 2, 2)),
    "concatenate": lambda a: np.concatenate([a, x], axis=1),
    "concatenate arrays first": lambda a: np.concatenate((x, a)),
    "stack": lambda a: np.stack([x, a, a], axis=-1),
    "where": lambda a: np.where(x > 0.5, a, 0.0),
    "clip": lambda a: np.clip(a, 0.3, 0.8),
    "clip by name": lambda a: np.clip(a, min=0.3, max=0.8),
    "matmul": lambda a: np.matmul(a, y),
    "dot": lambda a: np.dot(y, a),
    "inner": lambda a: np.inner(a, y),
    "outer": lambda a: np.outer(y, a),
    "tensordot": lambda a: np.tensordot(a, x, axes=1),
    "einsum": lambda a: np.einsum("ij,kj->ik", a, x),
    "trace": lambda a: np.trace(a, offset=1),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_of_arrays(name):
    t = Tensor(x, requires_grad=True)
    z = FUNCTIONS[name](t)
    assert type(z) is Tensor
    np.testing.assert_allclose(z.data, FUNCTIONS[name](x), rtol=1e-15)
    z.sum().backward()
    assert t.grad.shape == x.shape


PLAIN = [
    np.greater, np.greater_equal, np.less, np.less_equal, np.equal, np.not_equal, np.argmax,
    np.argmin, np.argsort, np.all, np.any,
]  # fmt: skip


def test_every_door_is_tried_somewhere():
    tried = {*UNARY, *BINARY, *PLAIN, np.arccosh, getattr(np, "astype", None)}
    names = [name.split()[0] for name in FUNCTIONS]
    tried |= {getattr(np, name) for name in names if "." not in name}
    assert {f for f in doors if getattr(np, f.__name__, None) is f} - tried == set()


# Options of NumPy's functions that nodes refuse; every other one is ours, under the same name.
REFUSED_OPTIONS = {
    "out", "where", "dtype", "casting", "initial", "order", "copy", "subok", "mode", "mean",
    "overwrite_input", "UPLO", "upper", "hermitian", "writeable", "device",
}  # fmt: skip


def test_every_argument_of_numpys_functions_has_its_place_in_ours():
    for function, ours in doors.items():
        if not isinstance(function, np.ufunc) and function.__module__.startswith("numpy"):
            foreign = {RENAMED.get(name, name) for name in parameters(function)}
            foreign -= {*parameters(ours), *REFUSED_OPTIONS, *ALGORITHM}
            assert foreign - {"kwargs", "arys", "operands"} == set(), function


def test_defaults_are_numpys():
    unlike = []
    for function, ours in doors.items():
        here = parameters(ours)
        for name, parameter in parameters(function).items():
            mine = here.get(RENAMED.get(name, name))
            if mine is not None and parameter.default not in (np._NoValue, mine.default):
                unlike.append((function.__name__, name))
    assert set(unlike) <= {("where", "x"), ("where", "y")}


def test_every_operation_has_a_door_or_is_not_in_numpy():
    opened = {ours.__name__ for ours in doors.values()}
    for name in autograd.__all__:
        function = vars(autograd).get(name)
        if isinstance(getattr(np, name, None), np.ufunc):
            assert name in opened | {"absolute", "abs"}, name
        elif callable(function) and function.__module__.startswith("autograd.ops"):
            assert name in opened or not hasattr(np, name), name


METHODS_OF_NUMPY = """
    all any argmax argmin argsort astype clip cumprod cumsum diagonal dot flatten item max mean min
    prod ravel repeat reshape round sort squeeze std sum swapaxes take tolist trace transpose var
"""


def test_nodes_have_the_methods_that_arrays_have():
    t = Tensor(x)
    assert [name for name in METHODS_OF_NUMPY.split() if not hasattr(t, name)] == []


def test_astype():
    t = Tensor(x, requires_grad=True)
    astype = getattr(np, "astype", autograd.astype)  # NumPy has it from 2.1 on
    assert astype(t, np.float32).dtype == np.float32
    assert astype(t, np.float32).args[0] is t


def test_arccosh():
    assert np.arccosh(Value(2.0)).data == pytest.approx(np.arccosh(2.0), rel=1e-15)


def test_questions_that_have_no_gradient_are_answered_plainly():
    t = Tensor([1.0, np.nan, 3.0], requires_grad=True)
    assert np.isnan(t).tolist() == [False, True, False]
    assert np.isfinite(t).tolist() == [True, False, True]
    assert np.shape(t) == (3,)
    assert np.ndim(t) == 1
    assert np.size(t) == 3
    assert np.argmax(t[::2]) == 1
    assert np.argsort(t[::2]).tolist() == [0, 1]
    assert np.argmin(t[::2], axis=0, keepdims=True).tolist() == [0]
    assert np.all(t, axis=0)
    assert np.nonzero(t)[0].tolist() == [0, 1, 2]
    assert np.searchsorted(t[::2], 2.0) == 1
    assert np.logical_and(t > 0, t[0] > 0).tolist() == [True, False, True]
    assert np.allclose(t[::2], [1.0, 3.0])
    assert np.array_equal(t[::2], np.array([1.0, 3.0]))
    assert np.zeros_like(t).tolist() == [0.0, 0.0, 0.0]
    assert np.greater(t, 2.0).tolist() == [False, False, True]
    assert np.any(t > 2.0)


# (call, the name in the message, part of the Fix)
REFUSED = [
    (lambda t: np.add.outer(t, t), "np.add.outer", "x[:, None] + y"),
    (lambda t: np.add.reduce(t), "np.add.reduce", "the nearest operation here is sum;"),
    (lambda t: np.multiply.reduce(t), "np.multiply.reduce", "is prod;"),
    (lambda t: np.multiply.accumulate(t), "np.multiply.accumulate", "is cumprod;"),
    (lambda t: np.fmod(t, 2.0), "np.fmod", "is remainder; np.fmod(t.detach().numpy())"),
    (lambda t: np.logaddexp2(t, t), "np.logaddexp2", "logaddexp"),
    (lambda t: np.diff(t), "np.diff", "x[1:] - x[:-1]"),
    (lambda t: np.average(t), "np.average", "is mean; np.average(t.detach().numpy()) computes"),
    (lambda t: np.nansum(t), "np.nansum", "is sum;"),
    (lambda t: np.percentile(t, 50), "np.percentile", "median and sort"),
    (lambda t: np.linalg.pinv(t), "np.linalg.pinv", "np.linalg.pinv(t.detach().numpy())"),
    (lambda t: np.add(t, t, out=np.empty(2)), "np.add with out=", "leave it out, and use the"),
    (lambda t: np.sum(t, out=np.empty(())), "np.sum with out=", "leave it out, and use the"),
    (lambda t: np.exp(t, where=np.array([True, False])), "np.exp with where=", "leave it out"),
    (lambda t: np.sum(t, where=np.array([True, False])), "np.sum with where=", "leave it out"),
    (lambda t: np.sum(t, 0, np.float32), "np.sum with dtype=", "t.astype(dtype)"),
    (lambda t: np.exp(t, dtype="f4"), "np.exp with dtype=", "t.astype(dtype)"),
    (lambda t: np.concatenate([t, t], dtype="f4"), "np.concatenate with dtype=", "t.astype(dtype)"),
    (lambda t: np.max(t, initial=5.0), "np.max with initial=", "leave it out"),
    (lambda t: np.ravel(t, order="F"), "np.ravel with order=", "leave it out"),
    (lambda t: np.take(t, [9], mode="clip"), "np.take with mode=", "leave it out"),
    (lambda t: np.divmod(t, 2.0), "np.divmod", "floor_divide and remainder"),
]


@pytest.mark.parametrize("row", REFUSED, ids=lambda row: row[1])
def test_e16_what_has_no_derivative_rule_is_refused_by_name(row):
    call, name, fix = row
    t = Tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(KindError) as caught:
        call(t)
    message = told(caught)
    assert f"{name} is not an operation of this library, so the gradient would stop here" in message
    assert "only operations with a derivative rule can be recorded" in message
    assert fix in message
    assert "See: E16" in message


def test_the_fix_of_e16_works():
    t = Tensor([1.0, 3.0], requires_grad=True)
    assert np.ptp(t.detach().numpy()) == 2.0
    assert np.add(t, t).data.tolist() == [2.0, 6.0]


def test_numpys_array_of_a_tracking_tensor_is_refused_and_its_fix_works():
    t = Tensor([1.0, 2.0], requires_grad=True)
    for act in (np.array, np.asarray, lambda t: np.array([t, t])):
        with pytest.raises(KindError, match=r"np.array\(node\)"):
            act(t)
    assert t.numpy().tolist() == [1.0, 2.0]
    assert autograd.stack([t, t]).shape == (2, 2)


def test_numpys_array_of_an_untracked_tensor_is_its_data():
    t = Tensor([[1.0, 2.0]])
    assert np.array(t).tolist() == [[1.0, 2.0]]
    assert np.asarray(t, dtype="float32").dtype == np.float32
    copy = np.array(t)
    copy[0, 0] = 9.0
    assert t.data[0, 0] == 1.0


@pytest.mark.parametrize(
    "array", [np.array([1.0], object), np.array([1j])], ids=["object", "complex"]
)
@pytest.mark.parametrize(
    "node", [Value(1.0), Tensor([1.0], requires_grad=True)], ids=["Value", "Tensor"]
)
def test_arrays_that_are_not_real_numbers_are_refused(node, array):
    for act in (
        lambda: node * array,
        lambda: array * node,
        lambda: autograd.where(True, node, array),
    ):
        with pytest.raises(DataError, match="not made of numbers"):
            act()


def test_what_is_named_instead_exists():
    from autograd.ops.doors import INSTEAD

    for words in INSTEAD.values():
        if not any(sign in words for sign in "[.*"):
            assert all(hasattr(autograd, word) for word in words.split(" and ")), words


def test_numpys_functions_of_lists_of_values():
    values = [Value(1.0), Value(2.0)]
    z = np.stack(values)
    z.sum().backward()
    assert [v.grad for v in values] == [1.0, 1.0]
