"""Dropout: how much it drops, what it does to gradients, and when it does nothing."""

import warnings

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Hint, Tensor, Value
from autograd.errors import DataError, ShapeError
from autograd.state import tracing
from nn import functional as F  # noqa: N812

ONES = np.ones(100_000)


@pytest.mark.parametrize("p", [0.1, 0.5, 0.8])
def test_p_is_the_part_that_is_dropped_and_the_mean_stays(p):
    ag.manual_seed(0)
    y = nn.Dropout(p)(ONES)
    assert (y == 0).mean() == pytest.approx(p, abs=0.01)
    assert set(y.tolist()) == {0.0, 1 / (1 - p)}
    assert y.mean() == pytest.approx(1, abs=0.02)


def test_the_mask_is_the_derivative():
    layer = nn.Dropout(0.5)
    x = Tensor(np.arange(1.0, 101), requires_grad=True)
    y = layer(x)
    y.backward(np.ones(100))
    assert set(layer.mask.tolist()) == {0.0, 2.0}
    np.testing.assert_array_equal(y.data, x.data * layer.mask)
    np.testing.assert_array_equal(x.grad, layer.mask)


def test_every_call_draws_anew_and_the_seed_repeats_it():
    layer = nn.Dropout(0.5)
    ag.manual_seed(1)
    first, second = layer(ONES), layer(ONES)
    ag.manual_seed(1)
    assert (layer(ONES) == first).all()
    assert not (first == second).all()


def test_a_replay_of_the_graph_draws_again():
    layer, x = nn.Dropout(0.5), Tensor(ONES[:100], requires_grad=True)
    with tracing():
        y = layer(x)
    (random,) = [node for node in ag.history(y) if node.op and node.op.name == "dropout_mask"]
    assert (random.data == layer.mask).all()
    again = random.op(*[source.data for source in random.args], **random.static)
    assert set(again.tolist()) == {0.0, 2.0}
    assert not (again == layer.mask).all()
    y.backward(np.ones(100))
    np.testing.assert_array_equal(x.grad, layer.mask)
    np.testing.assert_array_equal(y.args[1].data, layer.mask)


def test_outside_of_a_trace_the_mask_is_plain_numbers():
    y = nn.Dropout(0.5)(Tensor(ONES[:9], requires_grad=True))
    assert type(y.args[1]) is np.ndarray


def test_in_use_everything_passes():
    x = Tensor(ONES)
    model = nn.Sequential(nn.Dropout(0.5)).eval()
    assert model(x) is x
    assert not (model.train()(x).data == 1).any()
    assert nn.Dropout(0.0)(x) is x


def test_p_of_one_gives_zeros():
    layer = nn.Dropout(1)
    x = Tensor(ONES[:5], requires_grad=True)
    y = layer(x)
    y.sum().backward()
    assert y.data.tolist() == x.grad.tolist() == [0.0] * 5


def test_float32_stays_and_whole_numbers_become_floats():
    assert nn.Dropout(0.5)(Tensor([1.0, 2.0], dtype="float32")).dtype == np.float32
    assert set(nn.Dropout(0.6)(np.ones(50, int)).tolist()) == {0.0, 2.5}


def test_a_value_is_kept_or_dropped():
    ag.manual_seed(0)
    seen = {nn.Dropout(0.5)(Value(3.0)).data for _ in range(50)}
    assert seen == {0.0, 6.0}


def test_as_a_function():
    ag.manual_seed(0)
    assert set(F.dropout(ONES, 0.25).tolist()) == {0.0, 1 / 0.75}
    assert F.dropout(ONES, 0.25, training=False) is ONES


@pytest.mark.parametrize("p", [-0.1, 1.5, float("nan")])
def test_p_must_be_a_probability(p):
    with pytest.raises(DataError, match=f"between 0 and 1; got {p!r}"):
        nn.Dropout(p)
    with pytest.raises(DataError, match="E24"):
        F.dropout(ONES, p)


def test_a_large_p_is_probably_the_part_to_keep():
    with pytest.warns(Hint, match=r"drops 95 %.*Dropout\(0.05\)") as seen:
        nn.Dropout(0.95)
    assert seen[0].filename == __file__


def test_printing():
    assert repr(nn.Dropout()) == "Dropout(p=0.5, drops 50 %)"
    assert repr(nn.Dropout(0.125)) == "Dropout(p=0.125, drops 12.5 %)"


@pytest.mark.parametrize("p", ["0.5", None, Tensor(0.5)])
def test_the_probability_is_a_number(p):
    with pytest.raises(DataError, match=r"p must be a number between 0 and 1; got"):
        nn.Dropout(p)


@pytest.mark.parametrize("shape", [(40, 50, 3, 4), (40, 50, 5)])
def test_dropout2d_drops_whole_channels(shape):
    ag.manual_seed(0)
    layer, x = nn.Dropout2d(0.25), Tensor(np.ones(shape), requires_grad=True)
    y = layer(x)
    y.sum().backward()
    assert layer.mask.shape == (40, 50, *[1] * (len(shape) - 2))
    assert (y.data == y.data[:, :, :1, ...]).all()
    assert (y.data == 0).mean() == pytest.approx(0.25, abs=0.03)
    np.testing.assert_array_equal(x.grad, np.broadcast_to(layer.mask, shape))
    assert repr(layer) == "Dropout2d(p=0.25, drops 25 %)"
    assert F.dropout2d(x, 0.5, training=False) is layer.eval()(x) is x


def test_dropout2d_needs_channels():
    with pytest.raises(ShapeError, match=r"\(N, C, L\) or \(N, C, H, W\), got \(2, 3\)"):
        nn.Dropout2d()(np.ones((2, 3)))


def one_line(hint):
    return " ".join(str(hint.message).split())


def predict(model, x):
    with ag.no_grad():
        return model(x)


def test_training_mode_inside_no_grad_is_hinted_at_once_for_each_line():
    model = nn.Sequential(nn.Linear(3, 3), nn.Sequential(nn.Dropout(0.5)))
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("default")
        for _ in range(3):
            predict(model, np.ones((2, 3)))
    assert [hint.category for hint in seen] == [Hint]
    assert "Dropout(p=0.5, drops 50 %) drops other numbers at every call" in one_line(seen[0])
    assert seen[0].filename == __file__
    assert "E17" in str(seen[0].message)
    assert "model.eval()" in str(seen[0].message)


def test_no_hint_where_nothing_is_random():
    x = np.ones((2, 3))
    predict(nn.Sequential(nn.Linear(3, 3), nn.Dropout(0.0)), x)
    predict(nn.Sequential(nn.Linear(3, 3), nn.Dropout(0.5)).eval(), x)
    predict(nn.Sequential(nn.Linear(3, 3), nn.LayerNorm(3)), x)
    nn.Dropout(0.5)(x)


def test_inplace_is_accepted_and_explained():
    with pytest.warns(Hint, match="the result is a new array") as seen:
        layer = nn.Dropout(0.5, inplace=True)
    assert seen[0].filename == __file__
    x = Tensor(ONES[:50])
    layer(x)
    assert (x.data == 1).all()
