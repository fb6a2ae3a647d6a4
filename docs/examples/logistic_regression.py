"""Logistic regression: the loss is NumPy code, `grad` and `hessian` do the calculus.

Gradient descent needs a learning rate and hundreds of steps. Newton's method divides by the
curvature instead, w <- w - H^-1 g, and needs six.
"""

import numpy as np

from autograd import grad, hessian

rng = np.random.default_rng(0)
X = np.hstack([rng.normal(size=(200, 2)), np.ones((200, 1))])  # the last column is for the bias
y = np.where(X @ [2.0, -1.0, 0.5] + rng.logistic(size=200) > 0, 1.0, -1.0)


def loss(w):
    """The mean of log(1 + e^(-y x.w)), and a little weight decay."""
    return np.mean(np.logaddexp(0.0, -y * (X @ w))) + 1e-3 * np.sum(w**2)


def gradient_descent(w, steps=300, lr=0.5):
    """w <- w - lr g."""
    slope = grad(loss)
    for _ in range(steps):
        w = w - lr * slope(w)
    return w


def newton(w, steps=6):
    """w <- w - H^-1 g."""
    slope, curvature = grad(loss), hessian(loss)
    for _ in range(steps):
        w = w - np.linalg.solve(curvature(w), slope(w))
    return w


def main():
    """Both ways, from zero."""
    results = {f.__name__: f(np.zeros(3)) for f in (gradient_descent, newton)}
    for name, w in results.items():
        accuracy = np.mean(np.sign(X @ w) == y)
        size = np.abs(grad(loss)(w)).max()
        print(f"{name:17} w = {w.round(3)}  accuracy {accuracy:.1%}  gradient {size:.0e}")
    return results


if __name__ == "__main__":
    main()
