"""Writes tests/golden/programs/*.txt: the programs of five functions, as `compile` prints them.

    python tests/golden/make_programs.py

They are read by people before they are committed: each is to be the forward and backward pass that
a good student would write by hand.
"""

from pathlib import Path

import numpy as np

import autograd
import nn
from autograd import compile, relu, softplus, tanh

FOLDER = Path(__file__).parent / "programs"


def neuron():
    """One neuron on Python floats."""

    def neuron(w1, w2, b, x1, x2, target):
        s = w1 * x1 + w2 * x2 + b
        out = tanh(s)
        return (out - target) ** 2

    return compile(neuron, 0.5, 0.2, 0.1, 1.0, 2.0, 0.7, grad=(0, 1, 2), backend="python")


def logistic_regression():
    """A linear model on an array of samples."""

    def loss(w, b, X, y):
        z = X @ w + b
        return softplus(-y * z).mean() + 0.01 * (w * w).sum()

    return compile(loss, np.ones(3), 0.0, np.ones((5, 3)), np.ones(5), grad=(0, 1))


def two_layers():
    """A network from NumPy alone."""

    def loss(w1, b1, w2, b2, X, y):
        h = relu(X @ w1 + b1)
        p = h @ w2 + b2
        return ((p - y) ** 2).mean()

    shapes = [(2, 4), (4,), (4, 1), (1,), (8, 2), (8, 1)]
    rng = np.random.default_rng(0)
    return compile(loss, *[rng.normal(size=shape) for shape in shapes], grad=(0, 1, 2, 3))


def classifier():
    """Modules, with dropout and labels."""
    autograd.manual_seed(0)
    model = nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Dropout(0.3), nn.Linear(8, 3))

    def step(x, labels):
        scores = model(x)
        return nn.functional.cross_entropy(scores, labels)

    x = np.random.default_rng(0).normal(size=(32, 6))
    return compile(step, x, np.arange(32) % 3, grad=None)


def values_in_a_batch():
    """Values, of which one sample was traced and a batch is computed."""
    autograd.manual_seed(0)
    hidden, output = nn.Neuron(2), nn.Neuron(1, activation=None)

    def hinge(x1, x2, y):
        h = hidden([x1, x2])
        score = output([h])
        return relu(1 - y * score)

    return compile(hinge, 0.5, 0.1, 1.0, grad=None, batch=("x1", "x2", "y"))


PROGRAMS = (neuron, logistic_regression, two_layers, classifier, values_in_a_batch)

if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for make in PROGRAMS:
        (FOLDER / f"{make.__name__}.txt").write_text(make().source)
