"""Fit a mixture of Gaussians: write the log-likelihood down, and climb it.

No E-step and no M-step: the parameters are made free (weights by softmax, widths by exp), and
Newton's directions come from `hvp` by conjugate gradients, without ever making the Hessian.
"""

import numpy as np

from autograd import grad, hvp, log_softmax, logsumexp

TRUE_MEANS = np.array([[-2.0, 0.0], [2.0, 1.0], [0.0, -3.0]])
K, D = TRUE_MEANS.shape


def sample(count, rng):
    """Points around the true means, half a unit wide."""
    return TRUE_MEANS[rng.integers(K, size=count)] + 0.5 * rng.normal(size=(count, D))


def negative_log_likelihood(p, x):
    """-mean log sum_k weight_k N(x; mean_k, width_k), with a faint pull on the free parameters."""
    logits, means, log_widths = p[:K], p[K : K + K * D].reshape(K, D), p[K + K * D :].reshape(K, D)
    z = (x[:, None, :] - means) / np.exp(log_widths)
    log_normal = -0.5 * z**2 - log_widths - 0.5 * np.log(2 * np.pi)
    fit = np.mean(logsumexp(log_softmax(logits) + np.sum(log_normal, axis=2), axis=1))
    return 1e-4 * np.sum(p**2) - fit


def solve(product, b, steps=25):
    """x with A x = b for a symmetric A, known by product(v) = A v; stops where A bends down."""
    x, r, d = np.zeros_like(b), b, b
    for _ in range(steps):
        bent = product(d)
        if d @ bent <= 0 or r @ r < 1e-16:
            return x if x.any() else b
        step = (r @ r) / (d @ bent)
        x, before, r = x + step * d, r @ r, r - step * bent
        d = r + (r @ r) / before * d
    return x


def main():
    """Newton steps, each halved until it improves. Returns the means found."""
    rng = np.random.default_rng(0)
    x = sample(300, rng)
    f = lambda p: negative_log_likelihood(p, x)
    p = np.concatenate([np.zeros(K), x[[0, 1, 2]].ravel(), np.zeros(K * D)])
    for _ in range(40):
        g = grad(f)(p)
        move = solve(lambda v: hvp(f, p, v)[1], g)  # noqa: B023
        while f(p - move) > f(p) and np.abs(move).max() > 1e-12:
            move = move / 2
        p = p - move
    means = p[K : K + K * D].reshape(K, D)
    print(f"gradient {np.abs(grad(f)(p)).max():.0e}; means\n{means.round(2)}")
    return means


if __name__ == "__main__":
    main()
