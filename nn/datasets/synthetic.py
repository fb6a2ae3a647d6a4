"""Classes drawn in the plane, most of which no straight line separates, and one line to fit.

The generators of classes place them exactly, then hand them to `_scatter`, which adds the noise and
shuffles. With `noise=0` the points lie where the docstring's first line says.
"""

from math import inf, isfinite, pi
from numbers import Integral, Real
from typing import Any, TypeAlias

import numpy as np

Points = np.ndarray[Any, np.dtype[np.float64]]
Labels = np.ndarray[Any, np.dtype[np.int64]]
Seed: TypeAlias = "int | np.random.Generator | None"  # as text: np.random loads on first use


def make_moons(n_samples: int = 200, noise: float = 0.1, seed: Seed = 0) -> tuple[Points, Labels]:
    """(cos t, sin t) and (1 - cos t, 1/2 - sin t) for t in [0, pi]: two interleaved half circles.

    n_samples: points in all; the two classes differ by at most one.
    noise: standard deviation of the Gaussian noise on both coordinates.
    seed: the same seed draws the same points; None draws new ones at every call.
    Returns X float64 (n_samples, 2) and y int64 (n_samples,), shuffled.

    >>> X, y = make_moons(n_samples=5)
    >>> X.shape, sorted(y.tolist())
    ((5, 2), [0, 0, 0, 1, 1])
    """
    _check("make_moons", n_samples, noise, seed)
    upper, lower = (np.linspace(0, pi, size) for size in _class_sizes(n_samples, 2))
    upper_moon = np.stack([np.cos(upper), np.sin(upper)], axis=1)
    lower_moon = np.stack([1 - np.cos(lower), 0.5 - np.sin(lower)], axis=1)
    return _scatter([upper_moon, lower_moon], noise, seed)


def make_circles(
    n_samples: int = 200, noise: float = 0.05, factor: float = 0.5, seed: Seed = 0
) -> tuple[Points, Labels]:
    """r (cos t, sin t) with r = 1 for class 0 and r = factor for class 1: a circle in a circle.

    n_samples: points in all; the two classes differ by at most one.
    noise: standard deviation of the Gaussian noise on both coordinates.
    factor: inner radius divided by outer radius, between 0 and 1.
    seed: the same seed draws the same points; None draws new ones at every call.
    Returns X float64 (n_samples, 2) and y int64 (n_samples,), shuffled.

    >>> X, y = make_circles(n_samples=100, noise=0, factor=0.25)
    >>> sorted(set(np.hypot(X[:, 0], X[:, 1]).round(6).tolist()))
    [0.25, 1.0]
    """
    _check("make_circles", n_samples, noise, seed)
    _require(_is_between(factor, 0, 1), "make_circles", "factor", factor, "between 0 and 1", 0.5)
    outer, inner = (
        radius * _on_unit_circle(2 * pi * np.arange(size) / size)
        for radius, size in zip((1, factor), _class_sizes(n_samples, 2), strict=True)
    )
    return _scatter([outer, inner], noise, seed)


def make_spirals(
    n_samples: int = 300,
    noise: float = 0.03,
    turns: float = 1.0,
    classes: int = 2,
    seed: Seed = 0,
) -> tuple[Points, Labels]:
    """r (cos t, sin t), t = 2 pi (turns r + class / classes), r in [0.1, 1]: one arm per class.

    n_samples: points in all; the classes differ by at most one.
    noise: standard deviation of the Gaussian noise on both coordinates.
    turns: how often an arm would wind around the origin on its way from r = 0 to r = 1; more is
    harder to learn.
    classes: number of arms, at least 2.
    seed: the same seed draws the same points; None draws new ones at every call.
    Returns X float64 (n_samples, 2) and y int64 (n_samples,), shuffled.

    >>> X, y = make_spirals(n_samples=300, classes=3)
    >>> np.bincount(y)
    array([100, 100, 100])
    """
    enough = _is_whole(classes, least=2)
    _require(enough, "make_spirals", "classes", classes, "a whole number, 2 or more", 3)
    _check("make_spirals", n_samples, noise, seed, classes)
    winds = _is_between(turns, 0, inf)
    _require(winds, "make_spirals", "turns", turns, "a number greater than 0", 1.5)
    arms = []
    for label, size in enumerate(_class_sizes(n_samples, classes)):
        # An arm's length grows like r squared, so equal steps in r squared space the points evenly.
        r = np.sqrt(np.linspace(0.01, 1, size))
        arms.append(r[:, None] * _on_unit_circle(2 * pi * (turns * r + label / classes)))
    return _scatter(arms, noise, seed)


def make_xor(n_samples: int = 200, noise: float = 0.15, seed: Seed = 0) -> tuple[Points, Labels]:
    """y = a xor b at the corners (a, b) of the unit square: the smallest task no line can solve.

    n_samples: points in all, dealt to the four corners in turn, so that corners and classes differ
    by at most one.
    noise: standard deviation of the Gaussian noise on both coordinates.
    seed: the same seed draws the same points; None draws new ones at every call.
    Returns X float64 (n_samples, 2) and y int64 (n_samples,), shuffled.

    Four samples without noise are the truth table itself:

    >>> X, y = make_xor(n_samples=4, noise=0)
    >>> sorted(zip(X.tolist(), y.tolist()))
    [([0.0, 0.0], 0), ([0.0, 1.0], 1), ([1.0, 0.0], 1), ([1.0, 1.0], 0)]
    """
    _check("make_xor", n_samples, noise, seed)
    same, different = _class_sizes(n_samples, 2)
    same_bits = np.array([[0.0, 0.0], [1.0, 1.0]])[np.arange(same) % 2]
    different_bits = np.array([[0.0, 1.0], [1.0, 0.0]])[np.arange(different) % 2]
    return _scatter([same_bits, different_bits], noise, seed)


def make_blobs(
    n_samples: int = 200, noise: float = 0.3, classes: int = 3, seed: Seed = 0
) -> tuple[Points, Labels]:
    """(cos t, sin t), t = 2 pi class / classes: a cloud around one point for each class.

    n_samples: points in all; the classes differ by at most one.
    noise: standard deviation of the Gaussian noise on both coordinates: the size of the clouds.
    classes: number of clouds, at least 2.
    seed: the same seed draws the same points; None draws new ones at every call.
    Returns X float64 (n_samples, 2) and y int64 (n_samples,), shuffled.

    >>> X, y = make_blobs(n_samples=300, noise=0, classes=2)
    >>> sorted(set(map(tuple, X.round(9).tolist())))
    [(-1.0, 0.0), (1.0, 0.0)]
    """
    enough = _is_whole(classes, least=2)
    _require(enough, "make_blobs", "classes", classes, "a whole number, 2 or more", 3)
    _check("make_blobs", n_samples, noise, seed, classes)
    centres = _on_unit_circle(2 * pi * np.arange(classes) / classes)
    sizes = _class_sizes(n_samples, classes)
    clouds = [
        np.repeat(centre[None], size, axis=0) for centre, size in zip(centres, sizes, strict=True)
    ]
    return _scatter(clouds, noise, seed)


def make_regression(
    n_samples: int = 100, noise: float = 0.1, features: int = 1, seed: Seed = 0
) -> tuple[Points, Points]:
    """y = X w + 1, w = (3, -3/2, 3/4, ...), X standard normal: a line, or a plane, to be found.

    n_samples: samples, at least 2.
    noise: standard deviation of the Gaussian noise on y.
    features: columns of X, at least 1.
    seed: the same seed draws the same samples; None draws new ones at every call.
    Returns X float64 (n_samples, features) and y float64 (n_samples, 1), the shape that
    `nn.Linear(features, 1)` predicts in.

    >>> X, y = make_regression(n_samples=50, noise=0)
    >>> np.polyfit(X[:, 0], y[:, 0], deg=1).round(9)
    array([3., 1.])
    """
    enough = _is_whole(features, least=1)
    _require(enough, "make_regression", "features", features, "a whole number, 1 or more", 2)
    _check("make_regression", n_samples, noise, seed)
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n_samples, features))
    w = 3 * (-0.5) ** np.arange(features)
    y = X @ w + 1 + noise * rng.standard_normal(n_samples)
    return X, y[:, None]


def _scatter(classes: list[Points], noise: float, seed: Seed) -> tuple[Points, Labels]:
    """Number the classes, move every point by Gaussian noise, shuffle the rows."""
    rng = np.random.default_rng(seed)
    X = np.concatenate(classes)
    y = np.repeat(np.arange(len(classes), dtype=np.int64), [len(points) for points in classes])
    X = X + noise * rng.standard_normal(X.shape)
    order = rng.permutation(len(y))
    return X[order], y[order]


def _on_unit_circle(angle: Points) -> Points:
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def _class_sizes(n_samples: int, classes: int) -> list[int]:
    """Deal n_samples to the classes in turn: the first ones get one more if it does not divide."""
    return [len(range(label, n_samples, classes)) for label in range(classes)]


def _check(function: str, n_samples: int, noise: float, seed: Seed, classes: int = 2) -> None:
    rule = f"a whole number, {classes} or more (one sample per class)"
    enough = _is_whole(n_samples, least=classes)
    _require(enough, function, "n_samples", n_samples, rule, 100 * classes)

    rule = "a number, 0 or more (a standard deviation)"
    _require(noise == 0 or _is_between(noise, 0, inf), function, "noise", noise, rule, 0.1)

    rule = "a whole number, 0 or more, or None"
    usable = seed is None or isinstance(seed, np.random.Generator) or _is_whole(seed, least=0)
    _require(usable, function, "seed", seed, rule, 0)


def _is_whole(value: object, least: int) -> bool:
    return isinstance(value, Integral) and int(value) >= least


def _is_between(value: object, low: float, high: float) -> bool:
    return isinstance(value, Real) and low < float(value) < high and isfinite(value)


def _require(
    holds: bool, function: str, argument: str, value: object, rule: str, instead: object
) -> None:
    if not holds:
        raise ValueError(
            f"{function}: {argument} must be {rule}; got {value!r}.\n"
            f"  Fix:  {function}({argument}={instead})"
        )
