import numpy as np
import pytest
from matplotlib.figure import Figure

import nn
from autograd import Tensor, grad
from optim import SGD, Adam, DataLoader, GradientDescent
from optim.landscape import (
    POINTS_PER_AXIS,
    Window,
    beale,
    cobweb,
    contours,
    filter_normalised,
    heights,
    loss_slice,
    path,
    ravine,
    rosenbrock,
    stability,
    trajectories,
)


def axes():
    return Figure().add_subplot()


def line(ax, name):
    return next(line for line in ax.lines if line.get_label() == name)


@pytest.mark.parametrize(
    ("loss", "minimum"), [(ravine, (0.0, 0.0)), (rosenbrock, (1.0, 1.0)), (beale, (3.0, 0.5))]
)
def test_the_landscapes_are_zero_and_flat_at_their_minimum(loss, minimum):
    assert loss(*minimum) == 0
    for i in (0, 1):
        assert grad(loss, i)(*minimum) == pytest.approx(0, abs=1e-12)
    for dx, dy in np.random.default_rng(0).normal(size=(20, 2)):
        assert loss(minimum[0] + dx, minimum[1] + dy) > 0


def test_a_path_is_what_the_optimizer_does():
    rule = lambda w: SGD(w, lr=0.05, momentum=0.9)
    w = Tensor([4.0, 1.0], requires_grad=True)
    optimizer, by_hand = rule([w]), [w.data.copy()]
    for _ in range(30):
        optimizer.zero_grad()
        ravine(w[0], w[1]).backward()
        optimizer.step()
        by_hand.append(w.data.copy())
    np.testing.assert_array_equal(path(ravine, [4, 1], rule, 30), by_hand)


def test_a_path_over_batches_reads_them_epoch_after_epoch():
    x = np.arange(1.0, 8.0)
    seen = []

    def loss(w, batch):
        seen.append(batch.tolist())
        return (w * batch).mean()

    way = path(loss, [0], lambda w: GradientDescent(w, lr=1), 6, DataLoader(x, batch_size=3))
    assert seen == [[1, 2, 3], [4, 5, 6], [7]] * 2
    np.testing.assert_allclose(np.diff(way.ravel()), [-2, -5, -7] * 2)


def test_trajectories_end_where_the_weights_are():
    ways = {
        "gradient descent": path(ravine, [4, 1], lambda w: GradientDescent(w, lr=0.07), 20),
        "Adam": path(ravine, [4, 1], lambda w: Adam(w, lr=0.3), 20),
    }
    ax = trajectories(ravine, ways, minimum=(0, 0), ax=axes())
    for name, way in ways.items():
        np.testing.assert_array_equal(line(ax, name).get_xydata(), way)
        assert line(ax, name).get_markevery() == [20]
    left, right = ax.get_xlim()
    assert left < min(way[:, 0].min() for way in ways.values())
    assert right > 4
    crosses = [line.get_xydata().tolist() for line in ax.lines if line.get_marker() == "x"]
    assert crosses == [[[0, 0]]]


def test_a_path_that_was_lost_does_not_spoil_the_window():
    way = np.array([[1.0, 1.0], [np.inf, 1.0], [2.0, np.nan]])
    ax = trajectories(ravine, {"lost": way}, minimum=(0, 0), ax=axes())
    assert ax.get_xlim() == pytest.approx((-0.12, 1.12))


def test_along_a_contour_line_the_loss_is_equal():
    drawn = contours(ravine, Window(-2, 2, -1, 1), axes())
    for level, lines in zip(drawn.levels, drawn.allsegs, strict=True):
        for points in lines:
            np.testing.assert_allclose(ravine(*points.T), level, rtol=0.05, atol=0.02)
    factors = drawn.levels[1:] / drawn.levels[:-1]
    np.testing.assert_allclose(factors, factors[0])


def test_heights_are_those_of_the_loss():
    across, up, height = heights(beale, Window(-1, 1, -2, 2))
    assert height.shape == (POINTS_PER_AXIS, POINTS_PER_AXIS)
    assert height[3, 7] == beale(across[7], up[3])


def test_each_row_of_a_direction_is_as_long_as_that_row_of_the_weights():
    w, b = Tensor(np.arange(12.0).reshape(3, 4) + 1), Tensor([1.0, 2.0])
    for_w, for_b = filter_normalised([w, b], np.random.default_rng(0))
    np.testing.assert_allclose(np.linalg.norm(for_w, axis=1), np.linalg.norm(w.data, axis=1))
    np.testing.assert_array_equal(for_b, 0)


def test_a_slice_shows_the_loss_and_leaves_the_network_as_it_was():
    model = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))
    X, y = np.random.default_rng(0).normal(size=(10, 2)), np.ones((10, 1))
    before = {name: data.copy() for name, data in model.state_dict().items()}
    loss = lambda: nn.MSELoss()(model(X), y)
    params = list(model.parameters())
    optimizer = GradientDescent(params, lr=0.1)

    ax = loss_slice(loss, params, directions=1, points=5, span=0.5, seed=1, ax=axes())
    curve, here = ax.lines
    assert curve.get_ydata()[2] == here.get_ydata()[0] == loss().item()

    (way,) = [filter_normalised(params, np.random.default_rng(1))]
    for w, step in zip(params, way, strict=True):
        w.data = w.data + 0.25 * step
    assert curve.get_ydata()[3] == pytest.approx(loss().item())
    model.load_state_dict(before)

    plane = loss_slice(loss, params, points=5, seed=1, ax=axes())
    assert plane.get_xlim() == (-1, 1)
    for name, data in model.state_dict().items():
        np.testing.assert_array_equal(data, before[name])
    loss().backward()
    optimizer.step()
    assert not np.array_equal(model.state_dict()["0.weight"], before["0.weight"])


def test_a_seeded_slice_has_two_directions():
    w = Tensor([[1.0, 2.0, 3.0]], requires_grad=True)
    places = []

    def loss():
        places.append(w.data.ravel())
        return (w * w).sum()

    loss_slice(loss, [w], points=3, seed=0, ax=axes())
    assert np.linalg.matrix_rank(np.array(places) - [1, 2, 3]) == 2


def test_a_slice_puts_the_network_back_even_if_the_loss_fails():
    w = Tensor([[1.0, 2.0]], requires_grad=True)

    def fails():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        loss_slice(fails, [w], ax=axes())
    np.testing.assert_array_equal(w.data, [[1, 2]])


@pytest.mark.parametrize("lr", [0.5, 1.9, 2.1])
def test_the_cobweb_steps_from_weight_to_weight(lr):
    ax = cobweb(lr, start=2, steps=6, ax=axes())
    x, y = line(ax, "the weight").get_data()
    np.testing.assert_allclose(x[::2], 2 * (1 - lr) ** np.arange(7))
    np.testing.assert_allclose(y[1::2], x[2::2])
    np.testing.assert_allclose(np.diff(line(ax, f"new = {1 - lr:.3g} old").get_ydata()),
                               (1 - lr) * np.diff(ax.get_xlim()))  # fmt: skip


def test_the_stability_band_ends_where_steps_begin_to_grow():
    rates = np.array([0.1, 0.5, 0.99, 1.01])
    ax = stability(rates, curvature=2, start=1, steps=50, ax=axes())
    ends = ax.lines[1].get_ydata()
    np.testing.assert_allclose(ends, np.maximum(np.abs(1 - 2 * rates) ** 50, 1e-16), rtol=1e-9)
    assert ends[2] < 1 < ends[3]
    band = ax.patches[0].get_extents()
    assert ax.transData.inverted().transform(band)[:, 0] == pytest.approx([0, 1])
