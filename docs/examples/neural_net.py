"""A neural network from NumPy alone: three layers, two interleaved moons, Adam by hand.

All weights are one vector, taken apart where they are used, so that Adam is three lines.
"""

from itertools import pairwise

import numpy as np

from autograd import value_and_grad

SIZES = [2, 16, 16, 1]


def moons(count, rng):
    """Points on two interleaved half circles, labelled 1 and -1."""
    angle, label = rng.uniform(0, np.pi, count), rng.choice([-1.0, 1.0], count)
    x = np.stack([np.cos(angle) * label - label / 2, np.sin(angle) * label - label / 4], axis=1)
    return x + rng.normal(scale=0.1, size=x.shape), label


def layers(w):
    """The vector of all weights as a matrix and a bias for each layer."""
    start = 0
    for n, m in pairwise(SIZES):
        yield w[start : start + n * m].reshape(n, m), w[start + n * m : start + n * m + m]
        start += n * m + m


def predict(w, x):
    """tanh(... tanh(x W + b) ...) W + b: one score for each sample."""
    *hidden, (last, bias) = layers(w)
    for weight, b in hidden:
        x = np.tanh(x @ weight + b)
    return (x @ last + bias)[:, 0]


def main(steps=150, lr=0.03):
    """Train with Adam, and count right answers on points never seen."""
    rng = np.random.default_rng(1)
    x, y = moons(200, rng)
    loss = value_and_grad(lambda w: np.mean(np.logaddexp(0.0, -y * predict(w, x))))
    count = sum((n + 1) * m for n, m in pairwise(SIZES))
    w = rng.normal(scale=0.5, size=count)
    m = v = np.zeros_like(w)
    for t in range(1, steps + 1):
        value, g = loss(w)
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        w = w - lr * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    new, labels = moons(1000, rng)
    accuracy = np.mean(np.sign(predict(w, new)) == labels)
    print(f"loss {value:.4f}, {accuracy:.1%} of new points right")
    return float(value), float(accuracy)


if __name__ == "__main__":
    main()
