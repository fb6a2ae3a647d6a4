"""Linear, Flatten, Identity, the activations and the initial numbers."""

import math

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Tensor, Value, gradcheck
from autograd.errors import KindError, ShapeError
from nn import functional as F  # noqa: N812

X = np.random.default_rng(0).normal(size=(5, 3))


def test_linear_is_x_w_transposed_plus_b():
    layer = nn.Linear(3, 2)
    x = Tensor(X, requires_grad=True)
    y = layer(x)
    w, b = layer.weight.data, layer.bias.data
    assert (w.shape, b.shape) == ((2, 3), (2,))
    np.testing.assert_allclose(y.data, X @ w.T + b)
    y.backward(np.ones((5, 2)))
    np.testing.assert_allclose(layer.weight.grad, np.ones((5, 2)).T @ X)
    np.testing.assert_allclose(layer.bias.grad, [5.0, 5.0])
    np.testing.assert_allclose(x.grad, np.ones((5, 2)) @ w)


def test_linear_to_second_order():
    x, w, b = X[:2], X[2:4], X[4, :2]
    assert gradcheck(lambda *nodes: ag.tanh(F.linear(*nodes)), (x, w, b), order=2)


def test_linear_takes_one_sample_lists_and_stacks_of_batches():
    layer = nn.Linear(3, 2, bias=False)
    assert layer(X[0]).shape == (2,)
    assert layer(X.tolist()).shape == (5, 2)
    assert layer(np.zeros((4, 5, 3))).shape == (4, 5, 2)
    assert list(layer.state_dict()) == ["weight"]


def test_initial_weights_fill_the_range_of_pytorch():
    ag.manual_seed(0)
    layer = nn.Linear(16, 4000)
    for data in (layer.weight.data, layer.bias.data):
        assert np.abs(data).max() <= 0.25
        assert np.abs(data).max() > 0.249
        assert abs(data.mean()) < 0.01
        assert data.std() == pytest.approx(0.25 / math.sqrt(3), rel=0.03)


def test_same_seed_same_weights():
    ag.manual_seed(3)
    first = nn.Linear(3, 2).state_dict()
    ag.manual_seed(3)
    second = nn.Linear(3, 2).state_dict()
    other = nn.Linear(3, 2).state_dict()
    assert all((first[key] == second[key]).all() for key in first)
    assert not (first["weight"] == other["weight"]).any()


def test_dtype():
    assert nn.Linear(3, 2).weight.dtype == np.float64
    layer = nn.Linear(3, 2, dtype="float32")
    assert (layer.weight.dtype, layer.bias.dtype) == (np.float32, np.float32)
    assert layer(X.astype("float32")).dtype == np.float32


def test_init_fills_in_place():
    weight = nn.Parameter(np.zeros((50, 40)))
    generator = np.random.default_rng(1)
    assert nn.init.kaiming_uniform_(weight, generator=generator) is weight
    bound = math.sqrt(6 / 40)
    assert 0.99 * bound < np.abs(weight.data).max() <= bound
    again = nn.init.kaiming_uniform_(nn.Parameter(np.zeros((50, 40))), generator=1)
    assert (again.data == weight.data).all()
    nn.init.uniform_(weight, 2, 3)
    assert 2 <= weight.data.min() < 2.01
    assert 2.99 < weight.data.max() <= 3


@pytest.mark.parametrize(
    ("layer", "shape", "words"),
    [
        (nn.Linear(3, 2), (4, 5), ["expected 3 features", "(4, 5)", "nn.Linear(5, 2)"]),
        (nn.Linear(64, 2), (4, 8, 8), ["nn.Flatten(), nn.Linear(64, 2)"]),
        (nn.Linear(3, 2), (4, 1, 8, 8), ["did you forget Flatten", "nn.Linear(64, 2)"]),
        (nn.Linear(1, 2), (4,), ["x.reshape(4, 1)"]),
        (nn.Linear(3, 2), (), ["()", "nn.Linear(1, 2)"]),
    ],
)
def test_another_width_is_refused(layer, shape, words):
    with pytest.raises(ShapeError) as caught:
        layer(np.zeros(shape))
    for word in [*words, "E06", "Linear(in_features="]:
        assert word in str(caught.value)


def test_the_layer_is_named_and_the_fixes_work():
    model = nn.Sequential(nn.Linear(2, 3), nn.Linear(4, 1))
    with pytest.raises(ShapeError, match=r"layer '1' = Linear\(in_features=4"):
        model(np.zeros((5, 2)))
    assert nn.Linear(5, 2)(np.zeros((4, 5))).shape == (4, 2)
    assert nn.Sequential(nn.Flatten(), nn.Linear(64, 2))(np.zeros((4, 8, 8))).shape == (4, 2)
    assert nn.Linear(1, 2)(np.zeros(4).reshape(4, 1)).shape == (4, 2)


@pytest.mark.parametrize("size", [2.0, 0, -1, "3", None])
def test_sizes_are_whole_numbers(size):
    with pytest.raises(KindError, match=f"out_features must be a whole number.*got {size!r}"):
        nn.Linear(2, size)


def test_flatten():
    x = Tensor(np.arange(24.0).reshape(2, 3, 4), requires_grad=True)
    y = nn.Flatten()(x)
    assert y.shape == (2, 12)
    (y * y).sum().backward()
    np.testing.assert_array_equal(x.grad, 2 * x.data)
    assert nn.Flatten(0)(x).shape == (24,)
    assert nn.Flatten(0, 1)(x).shape == (6, 4)


def test_identity():
    x = Tensor(X)
    assert nn.Identity()(x) is x


phi = np.vectorize(lambda x: (1 + math.erf(x / math.sqrt(2))) / 2)
ACTIVATIONS = [
    (nn.ReLU(), F.relu, lambda x: np.maximum(x, 0)),
    (nn.LeakyReLU(0.1), lambda x: F.leaky_relu(x, 0.1), lambda x: np.where(x > 0, x, 0.1 * x)),
    (nn.ELU(2.0), lambda x: F.elu(x, 2.0), lambda x: np.where(x > 0, x, 2 * np.expm1(x))),
    (nn.GELU(), F.gelu, lambda x: x * phi(x)),
    (nn.SiLU(), F.silu, lambda x: x / (1 + np.exp(-x))),
    (nn.Sigmoid(), F.sigmoid, lambda x: 1 / (1 + np.exp(-x))),
    (nn.Tanh(), F.tanh, np.tanh),
    (nn.Softplus(), F.softplus, lambda x: np.log(1 + np.exp(x))),
]
each_activation = pytest.mark.parametrize(("module", "function", "formula"), ACTIVATIONS)


@each_activation
def test_activations(module, function, formula):
    np.testing.assert_allclose(module(Tensor(X)).data, formula(X), rtol=1e-12)
    np.testing.assert_array_equal(module(Tensor(X)).data, function(Tensor(X)).data)
    assert gradcheck(module, X, order=2)


@each_activation
def test_activations_of_a_value(module, function, formula):
    result = module(Value(0.7))
    assert type(result) is Value
    assert result.data == pytest.approx(float(formula(np.array(0.7))), rel=1e-13)


def test_softplus_can_be_sharper():
    np.testing.assert_allclose(nn.Softplus(3.0)(X), np.log(1 + np.exp(3 * X)) / 3)


@pytest.mark.parametrize("dim", [0, 1, -1])
def test_softmax_and_its_logarithm(dim):
    expected = np.exp(X) / np.exp(X).sum(axis=dim, keepdims=True)
    np.testing.assert_allclose(nn.Softmax(dim)(Tensor(X)).data, expected)
    np.testing.assert_allclose(nn.LogSoftmax(dim)(Tensor(X)).data, np.log(expected))
    np.testing.assert_allclose(F.softmax(X, dim), expected)
    np.testing.assert_allclose(F.log_softmax(X, dim), np.log(expected))


def test_activations_print_their_numbers():
    modules = [nn.LeakyReLU(0.2), nn.ELU(), nn.Softplus(), nn.Softmax(dim=1), nn.Tanh()]
    assert [repr(module) for module in modules] == [
        "LeakyReLU(negative_slope=0.2)",
        "ELU(alpha=1.0)",
        "Softplus(beta=1.0, threshold=20.0)",
        "Softmax(dim=1)",
        "Tanh()",
    ]
    assert repr(nn.Flatten()) == "Flatten(start_dim=1, end_dim=-1)"


def test_true_is_no_size():
    with pytest.raises(KindError, match="in_features must be a whole number, 1 or more; got True"):
        nn.Linear(True, 3)
