"""The update rules: identities between them, closed forms, the numbers that lessons quote."""

import numpy as np
import pytest

from autograd import Tensor, Value
from optim import SGD, Adadelta, Adagrad, Adam, AdamW, GradientDescent, Lion, RMSprop

X = np.random.default_rng(0).normal(size=(8, 3))


def parameters():
    rng = np.random.default_rng(1)
    return [
        Tensor(rng.normal(size=(3, 2)), requires_grad=True),
        Tensor(rng.normal(size=2), requires_grad=True),
        Value(0.5),
    ]


def loss_of(W, b, scale, X=X):
    return (((X @ W + b).tanh() * scale - 0.3) ** 2).mean()


def train(optimizer, params, steps, loss=loss_of):
    for _ in range(steps):
        optimizer.zero_grad()
        loss(*params).backward()
        optimizer.step()


def numbers(params):
    return [np.array(p.data) for p in params]


def same_bits(xs, ys):
    return all(np.array_equal(x, y) for x, y in zip(xs, ys, strict=True))


def moved(optimizer, w, gradients):
    """Where w is after each of these gradients."""
    path = []
    for g in gradients:
        w.grad = g
        optimizer.step()
        path.append(w.data)
    return np.array(path)


def test_never_zeroing_gradients_is_momentum_one():
    summed, rolling = parameters(), parameters()
    never_zeroed = GradientDescent(summed, lr=0.03, accumulate=True)
    ball = SGD(rolling, lr=0.03, momentum=1)
    for _ in range(20):
        loss_of(*summed).backward()
        never_zeroed.step()
        train(ball, rolling, 1)
        assert same_bits(numbers(summed), numbers(rolling))


def test_adam_without_mean_and_correction_is_rmsprop():
    xs, ys = parameters(), parameters()
    train(Adam(xs, lr=0.02, betas=(0, 0.95), bias_correction=False), xs, 10)
    train(RMSprop(ys, lr=0.02, alpha=0.95), ys, 10)
    assert same_bits(numbers(xs), numbers(ys))


def test_sgd_without_momentum_is_gradient_descent():
    xs, ys = parameters(), parameters()
    train(SGD(xs, lr=0.1), xs, 10)
    train(GradientDescent(ys, lr=0.1), ys, 10)
    assert same_bits(numbers(xs), numbers(ys))


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
def test_adams_first_step_is_lr_times_the_sign(scale):
    w = Tensor([1.0, -2.0], requires_grad=True)
    w.grad = scale * np.array([3.0, -0.5])
    Adam([w], lr=0.1).step()
    np.testing.assert_allclose(w.data, [0.9, -1.9], rtol=1e-5)


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
def test_adam_without_memory_is_the_sign_of_the_gradient(scale):
    w = Tensor([0.0, 0.0, 0.0], requires_grad=True)
    gradients = scale * np.random.default_rng(0).normal(size=(5, 3))
    for g in gradients:
        before = w.data.copy()
        w.grad = g
        Adam([w], lr=0.1, betas=(0, 0), eps=0).step()
        np.testing.assert_allclose(w.data, before - 0.1 * np.sign(g), rtol=1e-14)


def test_adams_path_does_not_depend_on_the_scale_of_the_loss():
    paths = []
    for scale in (1e-3, 1.0, 1e3):
        w = Value(0.0)
        paths.append(moved(Adam([w], lr=0.01), w, [scale] * 10))
    assert paths[1][0] == pytest.approx(-0.01)
    assert paths[1][-1] == pytest.approx(-0.10)
    np.testing.assert_allclose(paths[0], paths[1], rtol=2e-5)  # eps is felt at 1e-3
    np.testing.assert_allclose(paths[2], paths[1], rtol=2e-8)


def test_uncorrected_adam_steps_too_far_at_first_and_for_long():
    plain, corrected = Value(0.0), Value(0.0)
    without = moved(Adam([plain], bias_correction=False, eps=0), plain, np.ones(3000))
    with_it = moved(Adam([corrected], eps=0), corrected, np.ones(3000))
    ratio = np.diff(without, prepend=0) / np.diff(with_it, prepend=0)
    t = np.arange(1, 3001)
    np.testing.assert_allclose(ratio, (1 - 0.9**t) / np.sqrt(1 - 0.999**t), rtol=1e-9)
    assert ratio[0] == pytest.approx(3.162, abs=1e-3)
    assert ratio.max() == ratio[12 - 1] == pytest.approx(6.569, abs=1e-3)
    assert t[ratio >= 2].max() + 1 == 288
    assert t[ratio >= 1.05].max() + 1 == 2375


def test_accumulating_over_micro_batches_is_the_big_batch():
    big, small = parameters(), parameters()
    one, many = SGD(big, lr=0.1, momentum=0.9), SGD(small, lr=0.1, momentum=0.9)
    for _ in range(5):
        train(one, big, 1)
        many.zero_grad()
        for part in np.split(X, 4):
            (loss_of(*small, X=part) / 4).backward()
        many.step()
        for a, b in zip(numbers(big), numbers(small), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-13)


@pytest.mark.parametrize("decay", [1e-3, 1e-1])
def test_weight_decay_beside_the_step_differs_from_weight_decay_inside_it(decay):
    inside, beside = Value(1.0), Value(1.0)
    nothing = np.zeros(50)  # the loss does not ask to move
    l2 = moved(Adam([inside], lr=0.01, weight_decay=decay, eps=0), inside, nothing)
    decoupled = moved(AdamW([beside], lr=0.01, weight_decay=decay), beside, nothing)
    # inside, the decay is a gradient like any other: scaled to steps of lr, however weak it is
    assert l2[0] == pytest.approx(0.99, rel=1e-12)
    assert 0.5 < l2[-1] < 0.6
    np.testing.assert_allclose(decoupled, (1 - 0.01 * decay) ** np.arange(1, 51), rtol=1e-12)


def test_for_gradient_descent_both_weight_decays_are_one():
    xs, ys = parameters(), parameters()
    optimizer = SGD(xs, lr=0.1, weight_decay=0.3)
    train(optimizer, xs, 5)
    plain = GradientDescent(ys, lr=0.1)
    for _ in range(5):
        plain.zero_grad()
        loss_of(*ys).backward()
        shrunk = [np.asarray(0.1 * 0.3 * np.asarray(p.data)) for p in ys]
        plain.step()
        for p, decay in zip(ys, shrunk, strict=True):
            p.data = np.asarray(p.data) - decay
    for a, b in zip(numbers(xs), numbers(ys), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-13)


def test_adamw_without_decay_is_adam():
    xs, ys = parameters(), parameters()
    train(AdamW(xs, lr=0.1, weight_decay=0), xs, 10)
    train(Adam(ys, lr=0.1), ys, 10)
    assert same_bits(numbers(xs), numbers(ys))


def steps_until_small(make):
    """How many steps on f = (x^2 + 100 y^2) / 2 lead from (1, 1) to within 1e-3 of (0, 0)."""
    w = Tensor([1.0, 1.0], requires_grad=True)
    optimizer, curvature = make([w]), np.array([1.0, 100.0])
    for step in range(1, 1001):
        w.grad = curvature * w.data
        optimizer.step()
        if np.abs(w.data).max() <= 1e-3:
            return step
    return None


def test_a_heavy_ball_needs_a_sixth_of_the_steps():
    root = 10  # of the condition number 100
    best_lr, best_momentum = 4 / (root + 1) ** 2, ((root - 1) / (root + 1)) ** 2
    assert steps_until_small(lambda w: GradientDescent(w, lr=2 / 101)) == 346
    assert steps_until_small(lambda w: SGD(w, lr=best_lr, momentum=best_momentum)) == 58
    with np.errstate(over="ignore"):
        assert steps_until_small(lambda w: GradientDescent(w, lr=0.021)) is None


def test_adagrads_steps_fade_and_rmsprops_do_not():
    slow, steady = Value(0.0), Value(0.0)
    fading = np.diff(moved(Adagrad([slow], lr=0.1, eps=0), slow, np.full(400, 5.0)), prepend=0)
    np.testing.assert_allclose(fading, -0.1 / np.sqrt(np.arange(1, 401)), rtol=1e-9)
    lasting = np.diff(moved(RMSprop([steady], lr=0.1, eps=0), steady, np.full(400, 5.0)))
    assert lasting[-1] == pytest.approx(-0.1, rel=0.02)


@pytest.mark.parametrize("unit", [1e-4, 1.0, 1e4])
def test_adadeltas_steps_do_not_depend_on_the_unit_of_the_loss(unit):
    gradients = np.random.default_rng(0).normal(size=30) + 3
    a, b = Value(0.0), Value(0.0)
    tiny = 1e-30  # not felt by either
    expected = moved(Adadelta([a], eps=tiny), a, gradients)
    np.testing.assert_allclose(moved(Adadelta([b], eps=tiny), b, unit * gradients), expected)


def paper_lion(w, gradients, lr, b1, b2, decay):
    """Chen et al. 2023, algorithm 2, line by line."""
    m, path = np.zeros_like(w), []
    for g in gradients:
        c = b1 * m + (1 - b1) * g
        w = w - lr * (np.sign(c) + decay * w)
        m = b2 * m + (1 - b2) * g
        path.append(w)
    return np.array(path)


@pytest.mark.parametrize("decay", [0, 0.3])
@pytest.mark.parametrize("betas", [(0.9, 0.99), (0.5, 0.6)])
def test_lion_is_the_papers_algorithm(betas, decay):
    start = np.random.default_rng(1).normal(size=6)
    gradients = np.random.default_rng(2).normal(size=(50, 6))
    w = Tensor(start, requires_grad=True)
    optimizer = Lion([w], lr=0.01, betas=betas, weight_decay=decay)
    found = [moved(optimizer, w, [g])[0].copy() for g in gradients]
    expected = paper_lion(start, gradients, 0.01, *betas, decay)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)


def test_lions_steps_are_lr_in_every_direction_and_its_rest_decays():
    w = Tensor([1.0, -1.0, 0.5], requires_grad=True)
    path = moved(Lion([w], lr=0.125), w, [np.array([1e-9, -5.0, 0.0])])
    np.testing.assert_array_equal(path[0], [0.875, -0.875, 0.5])
    v = Value(1.0)
    decayed = moved(Lion([v], lr=0.1, weight_decay=0.5), v, [0.0] * 3)
    np.testing.assert_allclose(decayed, 0.95 ** np.arange(1, 4))


def test_amsgrad_remembers_the_steepest_gradient():
    w, v = Value(0.0), Value(0.0)
    gradients = [100.0] + [1.0] * 50
    options = {"lr": 0.1, "betas": (0, 0.5), "bias_correction": False, "eps": 0}
    forgetting = moved(Adam([w], **options), w, gradients)
    remembering = moved(Adam([v], amsgrad=True, **options), v, gradients)
    assert np.diff(forgetting)[-1] == pytest.approx(-0.1)
    assert np.diff(remembering)[-1] == pytest.approx(-0.1 / 100 * np.sqrt(2))
