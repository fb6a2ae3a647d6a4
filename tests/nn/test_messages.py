"""Messages E06 to E11, E17 and E24: the line that they say to write instead works when written."""

import warnings

import numpy as np
import pytest
from messages import fix_of

import autograd
import nn
from autograd import Hint, Tensor, no_grad

cross_entropy = nn.functional.cross_entropy
SCORES = Tensor(np.random.default_rng(0).normal(size=(6, 3)))
LABELS = np.array([0, 1, 2, 2, 1, 0])
ONE_HOT = np.eye(3)[LABELS]


def caught(code, act):
    """The message that an act raises or hints."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", Hint)
        with pytest.raises((Exception, Hint)) as found:
            act()
    assert f"See:  {code}" in str(found.value)
    return found.value


def rewritten(error, names):
    """The names after the Fix line was executed among them."""
    names = {"nn": nn, "np": np, **names}
    exec(fix_of(error), names)
    return names


@pytest.mark.parametrize(
    ("layer", "shape", "width"), [("nn.Linear(3, 2)", (4, 5), 5), ("nn.Linear(7, 2)", (5,), 5)]
)
def test_e06_another_width(layer, shape, width):
    error = caught("E06", lambda: eval(layer)(np.zeros(shape)))
    assert str(shape) in str(error)
    assert "in_features" in str(error)
    assert eval(fix_of(error)).in_features == width
    assert eval(fix_of(error))(np.zeros(shape)).shape == (*shape[:-1], 2)


@pytest.mark.parametrize("shape", [(4, 1, 8, 8), (4, 8, 8)])
def test_e06_images_are_flattened_first(shape):
    error = caught("E06", lambda: nn.Linear(64, 2)(np.zeros(shape)))
    assert nn.Sequential(*eval(fix_of(error)))(np.zeros(shape)).shape == (4, 2)


def test_e06_one_feature():
    x = np.zeros(4)
    error = caught("E06", lambda: nn.Linear(1, 2)(x))
    assert nn.Linear(1, 2)(rewritten(error, {"x": x})["x"]).shape == (4, 2)


def test_e06_channels_go_on_axis_1():
    x = np.zeros((4, 8, 3))
    error = caught("E06", lambda: nn.BatchNorm1d(3)(x))
    assert nn.BatchNorm1d(3)(rewritten(error, {"x": x})["x"]).shape == (4, 3, 8)


@pytest.mark.parametrize("loss", [nn.MSELoss, nn.L1Loss, nn.HuberLoss, nn.BCEWithLogitsLoss])
def test_e07_a_column_against_a_row(loss):
    prediction, target = Tensor(np.zeros((100, 1))), np.ones(100)
    error = caught("E07", lambda: loss()(prediction, target))
    assert "(100, 1)" in str(error)
    assert "(100,)" in str(error)
    assert "10,000" in str(error)
    y = rewritten(error, {"target": target, "y": target})
    assert loss()(prediction, y["target"]).shape == ()


def test_e08_one_hot_rows():
    error = caught("E08", lambda: cross_entropy(SCORES, ONE_HOT))
    y = rewritten(error, {"y": ONE_HOT})["y"]
    np.testing.assert_array_equal(y, LABELS)
    assert cross_entropy(SCORES, y).data == cross_entropy(SCORES, LABELS).data
    soft = cross_entropy(SCORES, ONE_HOT, soft_targets=True).data
    np.testing.assert_allclose(soft, cross_entropy(SCORES, LABELS).data, rtol=1e-15)


@pytest.mark.parametrize("wrong", [LABELS.astype(float), LABELS + 1, LABELS - 1])
def test_e09_labels_that_are_no_indices(wrong):
    error = caught("E09", lambda: cross_entropy(SCORES, wrong))
    y = rewritten(error, {"y": wrong})["y"]
    np.testing.assert_array_equal(y, LABELS)
    assert np.isfinite(cross_entropy(SCORES, y).data)


def test_e09_an_output_for_each_class():
    error = caught("E09", lambda: cross_entropy(SCORES, [10, 0, 0, 0, 0, 0]))
    assert "label 10, but there are 3 classes (0..2)" in str(error)
    layer = eval(fix_of(error))
    assert np.isfinite(cross_entropy(layer(np.zeros((6, 16))), [10, 0, 0, 0, 0, 0]).data)


def test_e10_softmax_twice():
    error = caught("E10", lambda: cross_entropy(autograd.softmax(SCORES), LABELS))
    assert "cannot go below 0.5514 for 3 classes" in str(error)
    with warnings.catch_warnings():
        warnings.simplefilter("error", Hint)
        cross_entropy(eval(fix_of(error))(np.ones((6, 2))), LABELS)


def test_e10_sigmoid_twice():
    z, y = Tensor(SCORES.data, requires_grad=True), ONE_HOT
    error = caught("E10", lambda: nn.BCEWithLogitsLoss()(autograd.sigmoid(z), y))
    loss = rewritten(error, {})["loss"](autograd.sigmoid(z), y)
    np.testing.assert_allclose(loss.data, nn.BCEWithLogitsLoss()(z, y).data, rtol=1e-14)


def test_e11_scores_in_place_of_probabilities():
    z, y = Tensor([-2.0, 0.5, 3.1]), [0.0, 1.0, 1.0]
    error = caught("E11", lambda: nn.BCELoss()(z, y))
    assert "got values in [-2, 3.1]" in str(error)
    assert np.isfinite(rewritten(error, {})["loss"](z, y).data)


@pytest.mark.parametrize("layer", [nn.Dropout(0.5), nn.Dropout2d(0.5)])
def test_e17_random_where_a_prediction_is_meant(layer):
    model, x = nn.Sequential(nn.Identity(), layer), np.ones((4, 3, 2, 2))

    def predict():
        with no_grad():
            return model(x).data

    error = caught("E17", predict)
    rewritten(error, {"model": model})
    np.testing.assert_array_equal(predict(), x)


@pytest.mark.parametrize(
    "wrong",
    [
        "nn.Sequential(nn.Linear(2, 3), nn.ReLU)",
        "nn.Sequential(nn.Linear)",
        "nn.ModuleList([nn.BatchNorm1d])",
        "nn.Sequential(3)",
        "nn.Linear(2.0, 3)",
        "nn.Linear(2, -3)",
        "nn.Embedding(0, 3)",
        "nn.LayerNorm((3, 0))",
        "nn.RMSNorm(2.5)",
        "nn.BatchNorm1d('3')",
        "nn.GroupNorm(0, 4)",
        "nn.Neuron(0)",
        "nn.Layer(2, 0)",
        "nn.Dropout(1.5)",
    ],
)
def test_e24_what_cannot_be_built(wrong):
    error = caught("E24", lambda: eval(wrong))
    assert isinstance(eval(fix_of(error)), nn.Module)


def test_e24_a_list_in_a_modules_place():
    layers = [nn.Linear(2, 3), nn.ReLU()]
    error = caught("E24", lambda: nn.Sequential(layers))
    assert list(eval(fix_of(error), {"nn": nn, "layers": layers})) == layers


def test_e24_a_state_that_does_not_fit():
    state = nn.Sequential(nn.Linear(2, 4), nn.Linear(4, 1)).state_dict()
    model = nn.Sequential(nn.Linear(2, 3), nn.Linear(4, 1))
    error = caught("E24", lambda: model.load_state_dict(state))
    assert "    0.weight: expected shape (3, 2), found shape (4, 2)\n" in str(error)
    assert "    0.bias: expected shape (3,), found shape (4,)\n" in str(error)
    sizes = eval(fix_of(error), {"state": state})
    assert sizes["0.weight"] == (4, 2)


def test_e24_a_state_that_lacks_a_path():
    model = nn.Sequential(nn.Linear(2, 4), nn.Linear(4, 1))
    state = {path: np.ones_like(x) for path, x in model.state_dict().items() if path != "1.bias"}
    error = caught("E24", lambda: model.load_state_dict(state))
    assert "    1.bias: expected shape (1,), found nothing\n" in str(error)
    rewritten(error, {"model": model, "state": state})
    np.testing.assert_array_equal(model[0].weight.data, 1)
