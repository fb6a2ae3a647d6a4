import numpy as np
import pytest
from matplotlib.figure import Figure

import autograd as ag
import nn
from nn.flow import (
    activation_histograms,
    dead_units,
    gradient_histograms,
    gradient_norms,
    layer_outputs,
    weight_gradients,
)

X = np.linspace(-1, 1, 12).reshape(6, 2)


def axes(count=1):
    return Figure().subplots(1, count, squeeze=False).ravel()


def net():
    ag.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 1))
    model[0].bias.data = np.array([0.1, -9.0, 0.1, -9.0])
    return model


def trained(model):
    loss = nn.MSELoss()(model(X), np.ones((6, 1)))
    loss.backward()
    return loss


class Residual(nn.Module):
    def __init__(self):
        self.layers = [nn.Linear(2, 2), nn.Linear(2, 2)]
        self.act = nn.Sigmoid()

    def forward(self, x):
        return x + self.act(self.layers[1](self.layers[0](x)))


def test_the_outputs_of_the_layers_are_found_in_the_graph():
    model = net()
    outputs = layer_outputs(model, trained(model))
    assert list(outputs) == ["0", "1", "2", "3", "4"]
    x = X
    for module, output in zip(model, outputs.values(), strict=True):
        x = module(x)
        np.testing.assert_array_equal(output.data, x.data)


def test_modules_within_lists_and_modules_of_ones_own():
    model = Residual()
    outputs = layer_outputs(model, nn.MSELoss()(model(X), X))
    assert list(outputs) == ["layers.0", "layers.1", "act"]
    np.testing.assert_allclose(outputs["act"].data, model(X).data - X)


def test_a_loss_of_something_else_is_refused():
    with pytest.raises(TypeError, match="not computed from the model's outputs"):
        layer_outputs(net(), ag.Value(1.0) * 2)


def test_bars_hold_the_share_of_the_outputs_and_the_title_the_dead_units():
    model = net()
    loss = trained(model)
    relu, tanh = activation_histograms(model, loss, axes(2))
    outputs = layer_outputs(model, loss)
    for ax, path in ((relu, "1"), (tanh, "3")):
        bars = ax.patches
        assert sum(bar.get_height() for bar in bars) == pytest.approx(100)
        assert bars[0].get_x() == pytest.approx(outputs[path].data.min())
        assert bars[-1].get_x() + bars[-1].get_width() == pytest.approx(outputs[path].data.max())
    share_of_zeros = 100 * np.mean(outputs["1"].data == 0)
    assert share_of_zeros >= 50
    assert relu.patches[0].get_height() >= share_of_zeros - 1e-9
    assert relu.get_title() == "1 ReLU\n50 % dead"
    assert tanh.get_title() == "3 Tanh\n0 % dead"


def test_gradients_of_the_outputs():
    model = net()
    loss = trained(model)
    _, tanh = gradient_histograms(model, loss, axes(2))
    gradient = layer_outputs(model, loss)["3"].grad
    assert tanh.patches[0].get_x() == pytest.approx(gradient.min())
    assert tanh.get_title() == f"3 Tanh\nsize {np.sqrt((gradient**2).mean()):.1e}"


def test_a_model_without_activations_shows_its_layers():
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1))
    found = activation_histograms(model, trained(model))
    assert [ax.get_title() for ax in found] == ["0 Linear\n0 % dead", "1 Linear\n0 % dead"]


def test_before_backward_there_is_nothing_to_draw():
    model = net()
    loss = nn.MSELoss()(model(X), np.ones((6, 1)))
    for draw in (lambda: gradient_histograms(model, loss), lambda: gradient_norms(model)):
        with pytest.raises(TypeError, match=r"loss.backward\(\)"):
            draw()


def test_a_unit_is_dead_if_it_is_0_for_every_sample():
    outputs = np.ones((2, 5, 3))
    outputs[..., 1] = 0
    outputs[0, :, 2] = 0
    assert dead_units(ag.Tensor(outputs)).tolist() == [False, True, False]


def test_the_bars_are_as_long_as_the_gradients():
    model = net()
    trained(model)
    (ax,) = axes()
    gradient_norms(model, ax)
    expected = [np.linalg.norm(model[i].weight.grad) for i in (0, 2, 4)]
    assert [bar.get_height() for bar in ax.patches] == pytest.approx(expected)
    assert list(weight_gradients(model).values()) == pytest.approx(expected)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["0", "2", "4"]
    assert ax.get_yscale() == "log"


def test_a_gradient_of_zero_has_no_bar_but_a_0():
    model = net()
    trained(model)
    model[0].weight.grad = 0 * model[0].weight.grad
    (ax,) = axes()
    gradient_norms(model, ax)
    assert [bar.get_visible() for bar in ax.patches] == [False, True, True]
    assert [text.get_text() for text in ax.texts] == ["0"]
