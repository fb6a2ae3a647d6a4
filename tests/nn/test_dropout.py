"""Dropout: how much it drops, what it does to gradients, and when it does nothing."""

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Hint, Tensor, Value
from autograd.errors import DataError
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
