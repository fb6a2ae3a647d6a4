"""Shape operations: the entries of the gradient must go back where the entries came from."""

import numpy as np
import pytest

import autograd
from autograd import Tensor, Value, gradcheck, gradients

x3 = np.arange(24.0).reshape(2, 3, 4)

# name: (ours, NumPy's)
CASES = {
    "reshape": (lambda t: t.reshape(4, 6), lambda a: a.reshape(4, 6)),
    "reshape by a tuple": (lambda t: t.reshape((6, -1)), lambda a: a.reshape(6, -1)),
    "reshape by a NumPy integer": (lambda t: t.reshape(np.prod(t.shape)), lambda a: a.reshape(24)),
    "ravel": (lambda t: t.ravel(), np.ravel),
    "flatten": (lambda t: t.flatten(), np.ravel),
    "T": (lambda t: t.T, np.transpose),
    "transpose": (lambda t: t.transpose(1, 2, 0), lambda a: a.transpose(1, 2, 0)),
    "transpose by a tuple": (lambda t: t.transpose((2, 0, 1)), lambda a: a.transpose(2, 0, 1)),
    "transpose from the end": (lambda t: t.transpose(-1, 0, 1), lambda a: a.transpose(-1, 0, 1)),
    "swapaxes": (lambda t: t.swapaxes(0, 2), lambda a: a.swapaxes(0, 2)),
    "swapaxes from the end": (lambda t: t.swapaxes(-1, 1), lambda a: a.swapaxes(-1, 1)),
    "expand_dims": (lambda t: t.expand_dims(1), lambda a: np.expand_dims(a, 1)),
    "expand_dims twice": (lambda t: t.expand_dims((0, -1)), lambda a: np.expand_dims(a, (0, -1))),
    "squeeze": (lambda t: t.reshape(2, 1, 12, 1).squeeze(), lambda a: a.reshape(2, 12)),
    "squeeze one": (lambda t: t.reshape(2, 1, 12, 1).squeeze(1), lambda a: a.reshape(2, 12, 1)),
    "broadcast_to": (
        lambda t: t.broadcast_to((5, 2, 3, 4)),
        lambda a: np.broadcast_to(a, (5, 2, 3, 4)),
    ),
    "concatenate": (
        lambda t: autograd.concatenate([t, 2 * t, t], axis=1),
        lambda a: np.concatenate([a, 2 * a, a], 1),
    ),
    "concatenate at the end": (
        lambda t: autograd.concatenate([t, t * 3], axis=-1),
        lambda a: np.concatenate([a, a * 3], -1),
    ),
    "concatenate all entries": (
        lambda t: autograd.concatenate([t, t[0]], axis=None),
        lambda a: np.concatenate([a, a[0]], None),
    ),
    "concatenate with an array": (
        lambda t: autograd.concatenate([x3, t]),
        lambda a: np.concatenate([x3, a]),
    ),
    "flatten two axes": (lambda t: t.flatten(1), lambda a: a.reshape(2, 12)),
    "flatten the first": (lambda t: t.flatten(0, 1), lambda a: a.reshape(6, 4)),
    "atleast_1d": (autograd.atleast_1d, np.atleast_1d),
    "atleast_2d": (lambda t: autograd.atleast_2d(t[0, 0]), lambda a: np.atleast_2d(a[0, 0])),
    "moveaxis": (lambda t: t.moveaxis(0, -1), lambda a: np.moveaxis(a, 0, -1)),
    "moveaxis of two": (
        lambda t: t.moveaxis((0, -1), (1, 0)),
        lambda a: np.moveaxis(a, (0, -1), (1, 0)),
    ),
    "split in equal parts": (lambda t: t.split(2, axis=-1)[1], lambda a: np.split(a, 2, -1)[1]),
    "split at positions": (lambda t: t.split([1, 3], 2)[1], lambda a: np.split(a, [1, 3], 2)[1]),
    "split at the end": (lambda t: t.split([0, 9], 1)[1], lambda a: np.split(a, [0, 9], 1)[1]),
    "split of nothing": (lambda t: t.split([0, 9], 1)[2], lambda a: np.split(a, [0, 9], 1)[2]),
    "pad": (lambda t: autograd.pad(t, 1), lambda a: np.pad(a, 1)),
    "pad one side": (
        lambda t: autograd.pad(t, ((0, 0), (2, 0), (0, 1)), constant_values=5.0),
        lambda a: np.pad(a, ((0, 0), (2, 0), (0, 1)), constant_values=5.0),
    ),
    "pad before and after": (lambda t: autograd.pad(t, (2, 1)), lambda a: np.pad(a, (2, 1))),
    "flip": (lambda t: t.flip(), np.flip),
    "flip along two": (lambda t: t.flip((0, -1)), lambda a: np.flip(a, (0, -1))),
    "roll": (lambda t: t.roll(5), lambda a: np.roll(a, 5)),
    "roll along an axis": (lambda t: t.roll(-1, axis=1), lambda a: np.roll(a, -1, 1)),
    "roll along two": (lambda t: t.roll((1, 2), (0, 2)), lambda a: np.roll(a, (1, 2), (0, 2))),
    "tile": (lambda t: t.tile(2), lambda a: np.tile(a, 2)),
    "tile along two": (lambda t: t.tile((2, 1, 3)), lambda a: np.tile(a, (2, 1, 3))),
    "tile along more": (lambda t: t[0, 0].tile((2, 1, 3)), lambda a: np.tile(a[0, 0], (2, 1, 3))),
    "tile to nothing": (lambda t: t.tile((0, 1, 1)), lambda a: np.tile(a, (0, 1, 1))),
    "repeat": (lambda t: t.repeat(2), lambda a: np.repeat(a, 2)),
    "repeat along an axis": (lambda t: t.repeat(3, axis=-2), lambda a: np.repeat(a, 3, -2)),
    "repeat unequally": (lambda t: t.repeat([2, 0, 1], 1), lambda a: np.repeat(a, [2, 0, 1], 1)),
    "tril": (lambda t: t.tril(), np.tril),
    "tril above": (lambda t: t[0].tril(1), lambda a: np.tril(a[0], 1)),
    "tril of a vector": (lambda t: t[0, 0].tril(), lambda a: np.tril(a[0, 0])),
    "triu": (lambda t: t.triu(), np.triu),
    "triu below": (lambda t: t.triu(-1), lambda a: np.triu(a, -1)),
    "diag of a vector": (lambda t: t[0, 0].diag(), lambda a: np.diag(a[0, 0])),
    "diag of a vector, above": (lambda t: t[0, 0].diag(2), lambda a: np.diag(a[0, 0], 2)),
    "diag of a vector, below": (lambda t: t[0, 0].diag(-1), lambda a: np.diag(a[0, 0], -1)),
    "diag of a wide matrix": (lambda t: t[0].diag(), lambda a: np.diag(a[0])),
    "diag of a wide matrix, above": (lambda t: t[0].diag(2), lambda a: np.diag(a[0], 2)),
    "diag of a tall matrix, below": (lambda t: t[0].T.diag(-1), lambda a: np.diag(a[0].T, -1)),
    "diag far outside": (lambda t: t[0].diag(9), lambda a: np.diag(a[0], 9)),
    "diagonal": (lambda t: t.diagonal(), np.diagonal),
    "diagonal of others": (lambda t: t.diagonal(1, -1, 0), lambda a: a.diagonal(1, -1, 0)),
    "vstack": (lambda t: autograd.vstack([t[0], t[1, 0]]), lambda a: np.vstack([a[0], a[1, 0]])),
    "hstack": (lambda t: autograd.hstack([t, 2 * t]), lambda a: np.hstack([a, 2 * a])),
    "hstack of vectors": (
        lambda t: autograd.hstack([t[0, 0], t[0, 1]]),
        lambda a: np.hstack([a[0, 0], a[0, 1]]),
    ),
    "stack": (lambda t: autograd.stack([t, 2 * t]), lambda a: np.stack([a, 2 * a])),
    "stack inside": (
        lambda t: autograd.stack([t, 2 * t], axis=2),
        lambda a: np.stack([a, 2 * a], 2),
    ),
    "stack at the end": (
        lambda t: autograd.stack([t, 2 * t], axis=-1),
        lambda a: np.stack([a, 2 * a], -1),
    ),
}
every_case = pytest.mark.parametrize("name", CASES)


def linear_gradient(f, weights):
    """The gradient of sum(weights * f(x)) for a linear f: f of each unit array."""
    units = np.eye(x3.size).reshape(-1, *x3.shape)
    zero = f(np.zeros(x3.shape))
    return np.array([(weights * (f(unit) - zero)).sum() for unit in units]).reshape(x3.shape)


@every_case
def test_value_and_gradient(name):
    ours, numpys = CASES[name]
    x = Tensor(x3, requires_grad=True)
    z = ours(x)
    assert z.data.tolist() == numpys(x3).tolist()
    weights = np.random.default_rng(0).integers(1, 9, z.shape).astype(float)
    z.backward(weights)
    assert x.grad.tolist() == linear_gradient(numpys, weights).tolist()


@every_case
def test_gradcheck_to_second_order(name):
    ours, _ = CASES[name]
    small = np.linspace(-1, 1, 24).reshape(2, 3, 4)
    assert gradcheck(lambda t: ours(t * t.sin()).sin(), small, order=2).compared == 48


@every_case
def test_gradients_stay_connected(name):
    ours, _ = CASES[name]
    x = Tensor(x3, requires_grad=True)
    z = ours(x * x)
    (slope,) = gradients(z, x, np.ones(z.shape), create_graph=True)
    assert slope.requires_grad
    (bend,) = gradients(slope, x, np.ones(x.shape))
    assert bend.tolist() == (2 * linear_gradient(CASES[name][1], np.ones(z.shape))).tolist()


def test_values_are_stacked_into_a_tensor_and_receive_floats():
    values = [Value(1.0), Value(2.0), Value(3.0)]
    t = autograd.stack(values)
    assert isinstance(t, Tensor)
    (t * np.array([1.0, 10.0, 100.0])).sum().backward()
    assert [v.grad for v in values] == [1.0, 10.0, 100.0]
    assert all(type(v.grad) is float for v in values)


def test_one_value_stacked_twice_receives_both_shares():
    v = Value(2.0)
    autograd.stack([v, v, 5.0]).backward(np.array([1.0, 10.0, 100.0]))
    assert v.grad == 11.0


@pytest.mark.parametrize("shape", [(), (3,), (2, 2)])
def test_a_value_broadcast_to_a_shape_sums_its_gradient(shape):
    v = Value(2.0)
    t = v.broadcast_to(shape)
    assert t.shape == shape
    t.backward(np.full(shape, 3.0))
    assert type(v.grad) is float
    assert v.grad == 3.0 * t.size


def test_astype_returns_the_gradient_in_the_old_dtype():
    x = Tensor([1.0, 2.0], requires_grad=True, dtype="float32")
    z = x.astype(float)
    assert z.dtype == np.float64
    (z * z).sum().backward()
    assert z.grad.dtype == np.float64
    assert x.grad.dtype == np.float32
    assert x.grad.tolist() == [2.0, 4.0]


def test_astype_of_whole_numbers_stops_the_gradient():
    x = Tensor([1.7, 2.2], requires_grad=True)
    whole = x.astype(int)
    assert whole.data.tolist() == [1, 2]
    assert not whole.requires_grad
    assert autograd.astype(np.array([1.7]), int).tolist() == [1]


def test_reshape_to_a_wrong_size_says_so():
    with pytest.raises(ValueError, match="cannot reshape array of size 24"):
        Tensor(x3).reshape(5, 5)


def test_squeezing_a_long_axis_says_so():
    with pytest.raises(ValueError, match="squeeze"):
        Tensor(x3).squeeze(0)


@every_case
def test_views_and_read_only_arrays(name):
    view = np.broadcast_to(x3.T.astype(np.float32)[::-1], (2, 4, 3, 2))[0].T
    a, b = Tensor(view, requires_grad=True), Tensor(view.copy(), requires_grad=True)
    a._data = view  # the very memory, not a copy
    for t in (a, b):
        z = CASES[name][0](t)
        assert isinstance(z, Tensor)
        z.sum().backward()
    assert a.grad.tolist() == b.grad.tolist()


RANKS = [(), (1,), (3,), (0,), (2, 2), (2, 0), (2, 1, 3), (2, 1, 2, 2)]
EVERYWHERE = {
    "ravel": np.ravel, "flip": np.flip, "atleast_1d": np.atleast_1d, "atleast_2d": np.atleast_2d,
    "transpose": np.transpose, "squeeze": np.squeeze,
}  # fmt: skip


@pytest.mark.parametrize("shape", RANKS, ids=str)
@pytest.mark.parametrize("name", EVERYWHERE)
def test_every_rank(name, shape):
    x = np.arange(1.0, 1.0 + np.prod(shape)).reshape(shape)
    f = getattr(autograd, name)
    z = f(Tensor(x))
    assert z.shape == EVERYWHERE[name](x).shape
    assert z.data.tolist() == EVERYWHERE[name](x).tolist()
    assert gradcheck(lambda t: f(t * t), Tensor(x), order=2).compared == 2 * x.size


ALONG = {
    "flip": lambda x, axis: (x.flip(axis), lambda a: np.flip(a, axis)),
    "roll": lambda x, axis: (x.roll(1, axis), lambda a: np.roll(a, 1, axis)),
    "repeat": lambda x, axis: (x.repeat(2, axis), lambda a: np.repeat(a, 2, axis)),
    "moveaxis": lambda x, axis: (x.moveaxis(axis, 0), lambda a: np.moveaxis(a, axis, 0)),
    "split": lambda x, axis: (x.split([1], axis)[0], lambda a: np.split(a, [1], axis)[0]),
    "expand_dims": lambda x, axis: (x.expand_dims(axis), lambda a: np.expand_dims(a, axis)),
    "pad": lambda x, axis: (autograd.pad(x, axis % 3), lambda a: np.pad(a, axis % 3)),
}


@pytest.mark.parametrize("name", ALONG)
@pytest.mark.parametrize(
    ("shape", "axis"),
    [(shape, axis) for shape in RANKS for axis in range(-len(shape), len(shape))],
    ids=str,
)
def test_every_rank_and_axis(name, shape, axis):
    x = np.arange(1.0, 1.0 + np.prod(shape)).reshape(shape)
    z, numpys = ALONG[name](Tensor(x), axis)
    assert z.data.tolist() == numpys(x).tolist()
    assert gradcheck(lambda t: ALONG[name](t * t, axis)[0], Tensor(x)).compared == x.size


@pytest.mark.parametrize("name", ["ravel", "flatten", "tile", "repeat", "flip"])
def test_a_value_in_another_shape_receives_a_float(name):
    v = Value(2.0)
    z = getattr(v, name)(*[3] * (name in ("tile", "repeat")))
    z.sum().backward()
    assert type(v.grad) is float
    assert v.grad == float(np.size(z.data))


def test_a_split_that_does_not_come_out_even_says_so():
    with pytest.raises(ValueError, match="equal division"):
        Tensor(x3).split(3, axis=-1)


def test_padding_that_repeats_is_refused_and_its_fix_works():
    t = Tensor([1.0, 2.0, 3.0], requires_grad=True)
    with pytest.raises(autograd.KindError, match="pad with mode='reflect'"):
        autograd.pad(t, 2, mode="reflect")
    t[np.pad(np.arange(3), 2, mode="reflect")].sum().backward()
    assert t.grad.tolist() == [2.0, 3.0, 2.0]
    with pytest.raises(autograd.KindError, match="pad with a node as border"):
        autograd.pad(t, 1, constant_values=Value(1.0))


def test_diag_takes_vectors_and_matrices():
    with pytest.raises(ValueError, match=r"not an array of shape \(2, 3, 4\)"):
        autograd.diag(Tensor(x3))


BEYOND = {
    "transpose": lambda t, axis: t.transpose(0, axis),
    "swapaxes": lambda t, axis: t.swapaxes(0, axis),
    "moveaxis": lambda t, axis: t.moveaxis(0, axis),
    "flatten": lambda t, axis: t.flatten(axis),
    "split": lambda t, axis: t.split([1], axis),
    "repeat": lambda t, axis: t.repeat(2, axis),
    "flip": lambda t, axis: t.flip(axis),
    "roll": lambda t, axis: t.roll(1, axis),
    "take": lambda t, axis: t.take([0], axis),
    "sort": lambda t, axis: t.sort(axis),
    "topk": lambda t, axis: t.topk(1, axis),
    "median": lambda t, axis: t.median(axis),
    "prod": lambda t, axis: t.prod(axis),
    "cumsum": lambda t, axis: t.cumsum(axis),
    "std": lambda t, axis: t.std(axis),
    "norm": lambda t, axis: t.norm(axis=axis),
    "softmax": lambda t, axis: t.softmax(axis),
    "concatenate": lambda t, axis: autograd.concatenate([t, t], axis),
    "stack": lambda t, axis: autograd.stack([t, t], axis + 1 if axis > 0 else axis - 1),
    "expand_dims": lambda t, axis: t.expand_dims(axis + 1 if axis > 0 else axis - 1),
    "squeeze": lambda t, axis: t.squeeze(axis),
}


@pytest.mark.parametrize("axis", [2, 3, -3, -4])
@pytest.mark.parametrize("name", BEYOND)
def test_an_axis_that_is_not_there_is_refused(name, axis):
    t = Tensor([[1.0, 2.0], [3.0, 4.0]])
    with pytest.raises(IndexError):  # NumPy's AxisError is one
        BEYOND[name](t, axis)
