"""Indexing against NumPy, and its adjoint: entries read twice receive both shares."""

import numpy as np
import pytest

import autograd
from autograd import Tensor, Value, gradcheck, gradients, where

x2 = np.arange(12.0).reshape(3, 4)
mask = x2 % 3 == 0

INDICES = {
    "one row": 1,
    "one row from the end": -1,
    "one entry": (2, 3),
    "NumPy integers": (np.int64(2), np.int64(3)),
    "slice": slice(1, 3),
    "slice with step": (slice(None, None, -2), slice(1, None, 2)),
    "column": (slice(None), 1),
    "new axis": (None, slice(None), None),
    "ellipsis": (..., 2),
    "everything": ...,
    "nothing": (),
    "boolean mask": mask,
    "boolean rows": np.array([True, False, True]),
    "integer array": np.array([2, 0, 2, 2]),
    "list": [2, 0, 2],
    "pairs": (np.array([0, 0, 2]), np.array([1, 1, 3])),
    "grid": (np.array([[0], [2]]), np.array([1, 1])),
    "slice and array": (slice(None), np.array([1, 1, 0])),
    "from the end twice": np.array([-1, 2]),
    "empty": np.array([], dtype=int),
    "empty list": [],
    "negative pair": (-1, -2),
    "negative step": (slice(None, None, -1), slice(None, 0, -1)),
    "new axis and array": (None, np.array([0, 2]), None, slice(1, 3)),
    "ellipsis and array": (..., np.array([3, 3])),
    "ellipsis and new axis": (..., None),
    "mask and number": (np.array([True, False, True]), 1),
    "mask and array": (np.array([True, False, True]), np.array([1, 3])),
    "slice and mask": (slice(1, None), np.array([True, False, True, True])),
    "array and list": (np.array([[0], [-1]]), [1, 1, 2]),
    "list of masks": [True, False, True],
    "mask of nothing": np.zeros((3, 4), bool),
    "true": True,
}
every_index = pytest.mark.parametrize("name", INDICES)


def scattered(index, weights):
    """What each entry receives, by a loop over what was read."""
    places = np.arange(x2.size).reshape(x2.shape)[index]
    total = np.zeros(x2.size)
    for place, weight in zip(np.ravel(places), np.ravel(weights), strict=True):
        total[place] += weight
    return total.reshape(x2.shape)


@every_index
def test_value_and_gradient(name):
    index = INDICES[name]
    x = Tensor(x2, requires_grad=True)
    z = x[index]
    assert z.data.tolist() == x2[index].tolist()
    weights = np.random.default_rng(0).integers(1, 9, z.shape).astype(float)
    z.backward(weights)
    assert x.grad.tolist() == scattered(index, weights).tolist()


@every_index
def test_gradcheck_to_second_order(name):
    x = np.linspace(-1, 1, 12).reshape(3, 4)
    assert gradcheck(lambda t: (t * t.exp())[INDICES[name]].sin(), x, order=2).compared == 24


@every_index
def test_gradients_stay_connected(name):
    x = Tensor(x2, requires_grad=True)
    z = (x * x)[INDICES[name]]
    (slope,) = gradients(z, x, np.ones(z.shape), create_graph=True)
    assert slope.requires_grad
    expected = 2 * scattered(INDICES[name], np.ones(z.shape))
    assert gradients(slope, x, np.ones(x.shape))[0].tolist() == expected.tolist()


def test_a_node_may_be_the_index():
    x, rows = Tensor(x2, requires_grad=True), Tensor([0, 2])
    assert x[rows].data.tolist() == x2[[0, 2]].tolist()
    assert x[x > 5.0].data.tolist() == x2[x2 > 5].tolist()
    assert x[rows, rows].data.tolist() == x2[[0, 2], [0, 2]].tolist()


def test_an_index_out_of_range_says_so():
    with pytest.raises(IndexError, match="index 7 is out of bounds"):
        Tensor(x2)[7]


def test_iterating_a_tensor_gives_its_rows_with_gradients():
    x = Tensor(x2, requires_grad=True)
    rows = list(x)
    assert len(rows) == len(x) == 3
    (rows[0] * 2 + rows[2]).sum().backward()
    assert x.grad.tolist() == [[2.0] * 4, [0.0] * 4, [1.0] * 4]


def test_item_assignment_is_refused_and_its_fix_works():
    x = Tensor(x2, requires_grad=True)
    for key in (0, (slice(None), 1), mask, ...):
        with pytest.raises(autograd.KindError, match=r"(?s)would change a Tensor .*Fix:.*E12"):
            x[key] = 0.0
    assert x.data.tolist() == x2.tolist()
    z = where(mask, 0.0, x)
    assert z.data.tolist() == np.where(mask, 0.0, x2).tolist()


@pytest.mark.parametrize("shape", [(1,), (5,), (2, 3), (2, 1, 3), (2, 3, 1, 2), (0, 3)], ids=str)
def test_every_rank(shape):
    x = np.arange(float(np.prod(shape))).reshape(shape)
    for index in (slice(None, None, -1), ..., (..., -1), None, [], x > 2, (None, ..., slice(0, 1))):
        t = Tensor(x, requires_grad=True)
        z = t[index]
        assert z.data.tolist() == x[index].tolist()
        z.backward(x[index])
        picked = np.zeros(shape)
        np.add.at(picked, index, x[index])
        assert t.grad.tolist() == picked.tolist()


@pytest.mark.parametrize(
    "shapes",
    [((3, 1), (1, 4), (3, 4)), ((), (3,), ()), ((3,), (), (2, 3)), ((2, 3), (3,), ())],
    ids=str,
)
def test_where_through_broadcasting(shapes):
    rng = np.random.default_rng(1)
    condition = np.asarray(rng.random(shapes[0]) > 0.5)
    x, y = rng.normal(size=shapes[1]), rng.normal(size=shapes[2])
    nodes = [Tensor(n, requires_grad=True) for n in (x, y)]
    z = where(condition, *nodes)
    assert z.data.tolist() == np.where(condition, x, y).tolist()
    weights = rng.uniform(0.5, 1.5, z.shape)
    z.backward(weights)
    for node, chosen in zip(nodes, (condition, ~condition), strict=True):
        share = weights * chosen
        lead = share.ndim - node.ndim
        axes = tuple(
            i for i in range(share.ndim) if i < lead or node.shape[i - lead] < share.shape[i]
        )
        np.testing.assert_allclose(
            node.grad, share.sum(axis=axes, keepdims=True).reshape(node.shape)
        )
    assert gradcheck(lambda a, b: where(condition, a * a, b.exp()), (x, y), order=2)


@pytest.mark.parametrize("chosen", [True, False])
def test_where_of_values_is_a_value(chosen):
    x, y = Value(2.0), Value(3.0)
    for condition in (chosen, np.bool_(chosen), Value(float(chosen)) > 0.5):
        x.zero_grad()
        y.zero_grad()
        z = where(condition, x, y)
        assert isinstance(z, Value)
        z.backward()
        assert (z.data, x.grad, y.grad) == ((2.0, 1.0, 0.0) if chosen else (3.0, 0.0, 1.0))


def test_where_with_one_condition_still_broadcasts():
    t = Tensor([1.0, 2.0, 3.0], requires_grad=True)
    assert where(True, 0.0, t).data.tolist() == [0.0, 0.0, 0.0]
    z = where(Value(1.0) > 0, Value(5.0), t)
    assert z.data.tolist() == [5.0, 5.0, 5.0]


def test_where_stops_nan_forward_but_not_the_rule():
    x = Tensor([0.0, 4.0], requires_grad=True)
    where(x > 0, where(x > 0, x, 1.0).sqrt(), 0.0).sum().backward()
    assert x.grad.tolist() == [0.0, 0.25]


def test_one_hot():
    assert autograd.one_hot(Tensor([2, 0]), 3).tolist() == [[0, 0, 1], [1, 0, 0]]
    assert autograd.one_hot([[1], [0]], 2).shape == (2, 1, 2)
    assert autograd.one_hot([2, 0]).tolist() == [[0, 0, 1], [1, 0, 0]]
    assert autograd.one_hot(np.array([], int), num_classes=3).shape == (0, 3)


@pytest.mark.parametrize(
    ("labels", "classes", "what", "fix"),
    [
        ([3, 0], 3, "labels go from 0 to 3, but there are 3 classes", "one_hot(labels, 4)"),
        ([-1, 1], 3, "labels go from -1 to 1", "one_hot(labels - labels.min())"),
        ([-1, 1], -1, "labels go from -1 to 1", "one_hot(labels - labels.min())"),
        ([1.0, 0.0], 2, "labels are float64 numbers", "labels.astype(int)"),
    ],
)
def test_one_hot_refuses_labels_that_are_not_classes(labels, classes, what, fix):
    with pytest.raises(autograd.DataError) as caught:
        autograd.one_hot(labels, classes)
    message = " ".join(str(caught.value).split())
    assert what in message
    assert fix in message
    assert "E09" in message
