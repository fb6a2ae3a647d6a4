"""Each generator against the formula in its docstring, and against bad arguments."""

import inspect

import numpy as np
import pytest

from nn import datasets
from nn.datasets import (
    make_blobs,
    make_circles,
    make_moons,
    make_regression,
    make_spirals,
    make_xor,
)

GENERATORS = [make_moons, make_circles, make_spirals, make_xor]
every_generator = pytest.mark.parametrize("make", GENERATORS, ids=lambda make: make.__name__)


@every_generator
@pytest.mark.parametrize("n_samples", [2, 3, 5, 100, 101])
def test_exactly_n_samples_in_balanced_classes(make, n_samples):
    X, y = make(n_samples=n_samples)
    assert (X.shape, X.dtype) == ((n_samples, 2), np.float64)
    assert (y.shape, y.dtype) == ((n_samples,), np.int64)
    assert np.bincount(y).tolist() == [(n_samples + 1) // 2, n_samples // 2]
    assert np.isfinite(X).all()
    assert X.flags.c_contiguous


@every_generator
def test_one_seed_draws_one_data_set(make):
    X, y = make(seed=3)
    X[0] = 99
    again, labels = make(seed=3)
    assert np.array_equal(X[1:], again[1:])
    assert not np.array_equal(X[0], again[0])
    assert np.array_equal(y, labels)
    assert not np.array_equal(again, make(seed=4)[0])


@every_generator
def test_default_seed_is_zero(make):
    assert np.array_equal(make()[0], make(seed=0)[0])


@every_generator
def test_no_seed_draws_anew(make):
    assert not np.array_equal(make(seed=None)[0], make(seed=None)[0])


@every_generator
def test_a_generator_is_a_seed_that_moves_on(make):
    rng = np.random.default_rng(0)
    assert np.array_equal(make(seed=rng)[0], make(seed=0)[0])
    assert not np.array_equal(make(seed=rng)[0], make(seed=0)[0])


@every_generator
def test_classes_are_shuffled(make):
    _, y = make(n_samples=200)
    assert 70 < np.count_nonzero(np.diff(y)) < 130


@every_generator
def test_noise_is_the_standard_deviation_around_the_exact_points(make):
    exact, y = make(n_samples=20_000, noise=0)
    X, labels = make(n_samples=20_000, noise=0.2)
    assert np.array_equal(y, labels)
    assert (X - exact).std(axis=0) == pytest.approx([0.2, 0.2], rel=0.02)
    assert (X - exact).mean(axis=0) == pytest.approx([0, 0], abs=0.005)


def test_moons_lie_on_two_half_circles():
    X, y = make_moons(n_samples=51, noise=0)
    upper, lower = X[y == 0], X[y == 1]
    assert np.hypot(*upper.T) == pytest.approx(1)
    assert np.hypot(*(lower - [1, 0.5]).T) == pytest.approx(1)
    assert upper[:, 1].min() >= 0
    assert lower[:, 1].max() <= 0.5
    assert sorted(upper[:, 0])[:: len(upper) - 1] == pytest.approx([-1, 1])


def test_circles_have_radius_one_and_factor():
    X, y = make_circles(n_samples=51, noise=0, factor=0.3)
    assert np.hypot(*X[y == 0].T) == pytest.approx(1)
    assert np.hypot(*X[y == 1].T) == pytest.approx(0.3)
    assert len(np.unique(X.round(9), axis=0)) == 51


@pytest.mark.parametrize(("turns", "classes"), [(1.0, 2), (1.75, 3), (0.5, 5)])
def test_spirals_wind_with_their_radius(turns, classes):
    X, y = make_spirals(n_samples=101, noise=0, turns=turns, classes=classes)
    r = np.hypot(*X.T)
    angle = 2 * np.pi * (turns * r + y / classes)
    assert np.allclose(X, np.stack([r * np.cos(angle), r * np.sin(angle)], axis=1))
    assert (r.min(), r.max()) == pytest.approx((0.1, 1))
    assert np.bincount(y).tolist() == [len(range(k, 101, classes)) for k in range(classes)]


def test_xor_without_noise_is_its_truth_table_at_balanced_corners():
    X, y = make_xor(n_samples=103, noise=0)
    bits = X.astype(int)
    assert np.array_equal(X, bits)
    assert np.array_equal(y, bits[:, 0] ^ bits[:, 1])
    assert sorted(np.bincount(2 * bits[:, 0] + bits[:, 1])) == [25, 26, 26, 26]


def test_blobs_without_noise_are_points_on_a_circle():
    X, y = make_blobs(n_samples=101, noise=0, classes=5)
    angle = 2 * np.pi * y / 5
    assert np.allclose(X, np.stack([np.cos(angle), np.sin(angle)], axis=1))
    assert np.bincount(y).tolist() == [21, 20, 20, 20, 20]


def test_blobs_by_default_can_be_told_apart():
    X, y = make_blobs(n_samples=300)
    centres = np.stack([X[y == k].mean(axis=0) for k in range(3)])
    nearest = np.linalg.norm(X[:, None] - centres, axis=-1).argmin(axis=1)
    assert 0.9 < np.mean(nearest == y) <= 1


@pytest.mark.parametrize("features", [1, 3])
def test_regression_has_the_weights_of_its_formula_and_its_noise(features):
    X, y = make_regression(n_samples=20_000, noise=0, features=features)
    assert (X.shape, y.shape, X.dtype, y.dtype) == ((20_000, features), (20_000, 1), float, float)
    found, *_ = np.linalg.lstsq(np.c_[X, np.ones(20_000)], y[:, 0], rcond=None)
    assert found == pytest.approx([*[3, -1.5, 0.75][:features], 1])
    again, noisy = make_regression(n_samples=20_000, noise=0.2, features=features)
    assert np.array_equal(X, again)
    assert (noisy - y).std() == pytest.approx(0.2, rel=0.02)


def test_one_seed_draws_one_regression():
    X, y = make_regression(seed=3)
    assert np.array_equal(np.c_[X, y], np.c_[make_regression(seed=3)])
    assert not np.array_equal(X, make_regression(seed=4)[0])
    assert not np.array_equal(make_regression(seed=None)[0], make_regression(seed=None)[0])
    assert np.array_equal(X, make_regression(seed=np.random.default_rng(3))[0])


@every_generator
def test_default_classes_can_be_told_apart_but_not_by_a_line(make):
    X, y = make(n_samples=400)
    sign = 2 * y - 1
    line, *_ = np.linalg.lstsq(np.c_[X, np.ones(400)], sign, rcond=None)
    distance = np.linalg.norm(X[:, None] - X[None], axis=-1) + np.diag(np.full(400, np.inf))
    nearest = y[distance.argmin(axis=1)]
    assert np.mean(np.sign(np.c_[X, np.ones(400)] @ line) == sign) < 0.9
    assert np.mean(nearest == y) > 0.98


BAD = [
    *[(make, {"n_samples": n}) for make in GENERATORS for n in (0, 1, -5, 2.5, 100.0, "100", None)],
    *[(make, {"noise": n}) for make in GENERATORS for n in (-0.1, np.nan, np.inf, "a", None)],
    *[(make, {"seed": s}) for make in GENERATORS for s in (-1, 1.5, "a")],
    *[(make_circles, {"factor": f}) for f in (0, 1, -0.5, 2, np.nan, "a")],
    *[(make_spirals, {"turns": t}) for t in (0, -1, np.nan, np.inf, "a")],
    *[(make_spirals, {"classes": c}) for c in (1, 0, 2.0, "a")],
    (make_spirals, {"classes": 4, "n_samples": 3}),
    *[(make_blobs, {"classes": c}) for c in (1, 0, 2.0, "a")],
    (make_blobs, {"noise": -1}),
    (make_blobs, {"classes": 4, "n_samples": 3}),
    *[(make_regression, {"features": f}) for f in (0, 1.0, "a")],
    *[(make_regression, {"n_samples": n}) for n in (0, 1, "a")],
    (make_regression, {"noise": -1}),
]


@pytest.mark.parametrize(("make", "arguments"), BAD)
def test_a_bad_argument_is_named_and_the_fix_runs(make, arguments):
    with pytest.raises(ValueError, match=f"{make.__name__}: ") as caught:
        make(**arguments)
    what, fix = str(caught.value).splitlines()
    name = list(arguments)[-1]
    assert f"{name} must be" in what
    assert f"got {arguments[name]!r}." in what
    assert f"({name}=" in fix
    X, _ = eval(fix.removeprefix("  Fix:"), vars(datasets))
    assert len(X) > 0


@every_generator
def test_scikit_learn_users_find_their_arguments(make):
    assert list(inspect.signature(make).parameters)[:2] == ["n_samples", "noise"]
