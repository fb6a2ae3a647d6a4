"""Neuron, Layer and MLP over Values."""

import math

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Tensor, Value
from autograd.errors import DataError, KindError, ShapeError

X = [0.5, -1.5]


def by_hand(model, x):
    """The same network as matrix products on the numbers of its state_dict."""
    state = model.state_dict()
    a = np.array(x)
    for i, layer in enumerate(model.layers):
        paths = [f"layers.{i}.neurons.{j}" for j in range(len(layer.neurons))]
        w = np.stack([state[f"{path}.weight"] for path in paths])
        b = np.array([state[f"{path}.bias"] for path in paths])
        a = w @ a + b
        a = a if i == len(model.layers) - 1 else np.tanh(a)
    return a


def test_a_neuron_is_an_activation_of_one_dot():
    neuron = nn.Neuron(2, activation="tanh")
    y = neuron(X)
    w0, w1, b = (p.data for p in neuron.parameters())
    assert type(y) is Value
    assert y.data == pytest.approx(math.tanh(w0 * X[0] + w1 * X[1] + b), rel=1e-14)
    assert [node.op.name for node in ag.history(y) if node.op] == ["tanh", "+", "dot"]
    y.backward()
    slope = 1 - y.data**2
    grads = [p.grad for p in neuron.parameters()]
    assert grads == pytest.approx([slope * X[0], slope * X[1], slope], rel=1e-13)


@pytest.mark.parametrize("activation", ["relu", "tanh", None])
def test_spelled_out_is_the_same_number_for_number(activation):
    dense = nn.MLP(2, [4, 3, 1], activation)
    spelled = nn.MLP(2, [4, 3, 1], activation, spelled_out=True)
    spelled.load_state_dict(dense.state_dict())
    results = []
    for model in (dense, spelled):
        y = model([Value(0.5), Value(-1.5)])
        y.backward()
        results.append([y.data, *[p.grad for p in model.parameters() if p.grad is not None]])
    np.testing.assert_allclose(results[0], results[1], rtol=1e-13, atol=1e-15)
    names = {node.op.name for node in ag.history(spelled([0.5, -1.5])) if node.op}
    assert "dot" not in names
    assert {"*", "+"} <= names


def test_an_mlp_is_matrix_products_with_a_linear_end():
    model = nn.MLP(2, [5, 3], activation="tanh")
    y = model(X)
    assert [type(entry) for entry in y] == [Value] * 3
    np.testing.assert_allclose([entry.data for entry in y], by_hand(model, X), rtol=1e-13)


def test_gradients_of_an_mlp_are_finite_differences():
    model = nn.MLP(2, [3, 1], activation="tanh")
    model(X).backward()
    for parameter in model.parameters():
        start, results = parameter.data, []
        for step in (1e-6, -1e-6):
            parameter.data = start + step
            results.append(by_hand(model, X)[0])
        parameter.data = start
        assert parameter.grad == pytest.approx((results[0] - results[1]) / 2e-6, abs=1e-8)


def test_one_output_is_a_value_and_several_are_a_list():
    assert type(nn.MLP(2, [3, 1])(X)) is Value
    assert len(nn.MLP(2, [3, 2])(X)) == 2
    assert isinstance(nn.Layer(2, 1)(X), list)
    assert type(nn.Neuron(1)(0.5)) is Value
    assert type(nn.Neuron(1)(Value(0.5))) is Value


@pytest.mark.parametrize("x", [X, tuple(X), np.array(X), Tensor(X), [Value(x) for x in X]])
def test_inputs_may_be_lists_arrays_tensors_or_values(x):
    model = nn.MLP(2, [3, 1])
    y = model(x)
    assert type(y) is Value
    assert y.data == model(X).data


def test_a_tensor_that_tracks_gets_its_gradient():
    neuron = nn.Neuron(2, activation=None)
    x = Tensor(X, requires_grad=True)
    neuron(x).backward()
    assert x.grad.tolist() == [w.data for w in neuron.weight]
    assert [w.grad for w in neuron.weight] == X
    assert [type(p.grad) for p in neuron.parameters()] == [float] * 3


def test_parameters_are_named_values():
    model = nn.MLP(2, [2, 1])
    parameters = model.parameters()
    assert all(type(p) is Value and p.requires_grad for p in parameters)
    assert [p.name for p in parameters] == ["w0", "w1", "b"] * 3
    assert model.named_parameters()[1][0] == "layers.0.neurons.0.weight.1"


def test_state_dict_gathers_a_neuron():
    model = nn.MLP(3, [2, 1])
    shapes = {path: array.shape for path, array in model.state_dict().items()}
    assert shapes == {
        "layers.0.neurons.0.weight": (3,),
        "layers.0.neurons.0.bias": (),
        "layers.0.neurons.1.weight": (3,),
        "layers.0.neurons.1.bias": (),
        "layers.1.neurons.0.weight": (2,),
        "layers.1.neurons.0.bias": (),
    }
    twin = nn.MLP(3, [2, 1])
    twin.load_state_dict(model.state_dict())
    assert [p.data for p in twin.parameters()] == [p.data for p in model.parameters()]
    assert type(twin.parameters()[0].data) is float


def test_initial_numbers_are_those_of_a_linear_layer():
    ag.manual_seed(0)
    neuron = nn.Neuron(400)
    size = [abs(p.data) for p in neuron.parameters()]
    assert 0.049 < max(size) <= 0.05
    first = [p.data for p in neuron.parameters()]
    ag.manual_seed(0)
    assert [p.data for p in nn.Neuron(400).parameters()] == first


def test_nodes_are_marked_by_their_neuron():
    y = nn.MLP(2, [2, 1])(X)
    assert y.scope == "MLP.layers.1.neurons.0"
    scopes = {node.scope for node in ag.history(y) if node.op}
    assert scopes == {"MLP.layers.1.neurons.0", "MLP.layers.0.neurons.0", "MLP.layers.0.neurons.1"}


def test_a_step_of_learning():
    ag.manual_seed(0)
    model, target = nn.MLP(2, [4, 1], activation="tanh"), [1.0, -1.0]
    samples = [[0.0, 1.0], [1.0, 0.0]]
    losses = []
    for _ in range(30):
        loss = nn.MSELoss()([model(x) for x in samples], target)
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= 0.1 * p.grad
        losses.append(loss.data)
    assert losses[-1] < 0.05 * losses[0]


def test_another_number_of_inputs_is_refused():
    with pytest.raises(ShapeError) as caught:
        nn.Neuron(2)([1.0, 2.0, 3.0])
    assert "Neuron(2, activation='relu') expected 2 features" in str(caught.value)
    assert "nn.Neuron(3)" in str(caught.value)
    with pytest.raises(ShapeError, match=r"\[model\(x\) for x in X\]"):
        nn.MLP(2, [1])(np.ones((2, 2)))


def test_unknown_activation_and_sizes():
    with pytest.raises(DataError, match="no activation 'rule'; there are None, 'relu'"):
        nn.Neuron(2, activation="rule")
    with pytest.raises(KindError, match=r"nin must be a whole number.*got 2\.5"):
        nn.Neuron(2.5)
    with pytest.raises(KindError, match=r"nout must be a whole number.*got 0"):
        nn.MLP(2, [0, 1])


@pytest.mark.parametrize("nouts", [4, [], None])
def test_an_mlp_needs_a_list_of_sizes(nouts):
    with pytest.raises(KindError, match=r"nouts must list[\s\S]*nn\.MLP\(2, \[16, 16, 1\]\)"):
        nn.MLP(2, nouts)
