"""Runs for `diagnose`: each is really trained, most are broken in one way, some are sound.

RUNS has the expected fault for each, None for the sound ones. A run returns its history.
"""

import numpy as np

import nn
from autograd import manual_seed
from optim import SGD, Adam, DataLoader, GradientDescent, History, Trainer, accuracy

RUNS = {}
SEED = [0]  # of data, weights and batches: another one is another patient with the same fault


def run(fault):
    """Enter a function into RUNS with the fault that its history shows."""

    def enter(function):
        RUNS[function.__name__] = (fault, function)
        return function

    return enter


def blobs(classes, n=240, spread=0.5, seed=0):
    """Points around as many centres as there are classes, on a circle."""
    rng = np.random.default_rng([seed, *SEED])
    y = np.arange(n) % classes
    angle = 2 * np.pi * y / classes
    X = 2 * np.stack([np.cos(angle), np.sin(angle)], axis=1) + spread * rng.normal(size=(n, 2))
    order = rng.permutation(n)
    return X[order], y[order]


def line(n=120, noise=0.3, scale=1.0, seed=0):
    rng = np.random.default_rng([seed, *SEED])
    X = scale * rng.normal(size=(n, 3))
    return X, X @ np.array([[1.0], [-2.0], [0.5]]) / scale + noise * rng.normal(size=(n, 1))


def net(inputs, outputs, hidden=16, seed=0, *last):
    manual_seed(seed + 1000 * SEED[0])
    return nn.Sequential(nn.Linear(inputs, hidden), nn.ReLU(), nn.Linear(hidden, outputs), *last)


def linear():
    manual_seed(1000 * SEED[0])
    return nn.Linear(3, 1)


def fit(model, loss, optimizer, data, validation=None, epochs=30, batch_size=32, metrics=()):
    if validation is not None:
        validation = DataLoader(*validation, batch_size=None)
    batches = DataLoader(*data, batch_size=batch_size, shuffle=True, seed=1 + SEED[0])
    trainer = Trainer(model, loss, optimizer, metrics=metrics)
    with np.errstate(all="ignore"):
        return trainer.fit(batches, validation, epochs, progress=False)


def classify(model, data, lr=0.01, kind=Adam, **options):
    return fit(model, nn.CrossEntropyLoss(), kind(model.parameters(), lr=lr), data, **options)


def regress(model, data, lr=0.01, kind=Adam, loss=None, **options):
    loss = nn.MSELoss() if loss is None else loss
    return fit(model, loss, kind(model.parameters(), lr=lr), data, **options)


def by_hand(model, loss, optimizer, data, epochs=40, zero=True, sign=1):
    """The loop without a Trainer, and a history of its losses: with the mistakes it invites."""
    history = History()
    X, y = data
    for epoch in range(1, epochs + 1):
        if zero:
            optimizer.zero_grad()
        value = loss(model(X), y)
        (value * sign).backward()
        optimizer.step()
        history.rows.append({"epoch": epoch, "iteration": epoch, "loss": value.item()})
    return history


# --- stuck at ln K ----------------------------------------------------------------------------


@run("stuck at ln K")
def labels_shuffled():
    X, y = blobs(10, 800)
    model = net(2, 10)
    return classify(model, (X, np.random.default_rng([5, *SEED]).permutation(y)), lr=0.003)


@run("stuck at ln K")
def all_weights_zero():
    model = net(2, 3)
    for p in model.parameters():
        p.data = np.zeros_like(p.data)
    return classify(model, blobs(3), kind=SGD, lr=0.1)


@run("stuck at ln K")
def every_relu_dead():
    model = net(2, 5)
    model[0].bias.data = np.full(16, -100.0)
    return classify(model, blobs(5))


@run("stuck at ln K")
def inputs_lost():
    X, y = blobs(2)
    model = net(2, 1)
    target = y.reshape(-1, 1).astype(float)
    return regress(model, (0 * X, target), loss=nn.BCEWithLogitsLoss())


# --- softmax twice ----------------------------------------------------------------------------


@run("softmax twice")
def softmax_before_cross_entropy_of_ten():
    return classify(net(2, 10, 32, 0, nn.Softmax()), blobs(10, spread=0.1), epochs=60, lr=0.03)


@run("softmax twice")
def softmax_before_cross_entropy_of_two():
    return classify(net(2, 2, 16, 0, nn.Softmax()), blobs(2), epochs=40, metrics=[accuracy])


@run("softmax twice")
def softmax_before_cross_entropy_of_three():
    return classify(net(2, 3, 16, 0, nn.Softmax()), blobs(3, spread=0.2), epochs=40, lr=0.03)


# --- nan --------------------------------------------------------------------------------------


@run("nan")
def nan_in_the_data():
    X, y = line()
    X[17, 1] = np.nan
    return regress(net(3, 1), (X, y))


@run("nan")
def log_of_zero():
    X, y = blobs(2)

    def entropy(scores, target):
        p = scores.sigmoid().ravel()
        return -(target * p.log() + (1 - target) * (1 - p).log()).mean()

    model = net(2, 1)
    return fit(model, entropy, Adam(model.parameters(), lr=0.1), (50 * X, y))


@run("nan")
def a_constant_feature_scaled_by_its_spread():
    X, y = line()
    X[:, 2] = 4.0
    with np.errstate(all="ignore"):
        X = (X - X.mean(axis=0)) / X.std(axis=0)
    return regress(net(3, 1), (X, y))


# --- divergence -------------------------------------------------------------------------------


@run("divergence")
def steps_too_large():
    return regress(linear(), line(), lr=1.2, kind=GradientDescent, batch_size=None)


@run("divergence")
def features_not_scaled():
    return regress(linear(), line(scale=1000), lr=0.01, kind=SGD)


@run("divergence")
def uphill():
    model = linear()
    optimizer = SGD(model.parameters(), lr=0.05)
    return by_hand(model, nn.MSELoss(), optimizer, line(), sign=-1)


@run("wrong sign")
def loss_with_a_minus():
    loss = lambda p, y: -nn.MSELoss()(p, y)
    return regress(net(3, 1), line(), loss=loss, lr=0.02, kind=SGD, epochs=12)


# --- oscillation ------------------------------------------------------------------------------


@run("oscillation")
def steps_across_the_valley():
    momentum = lambda p, lr: SGD(p, lr=lr, momentum=0.9)
    return classify(net(2, 3), blobs(3, spread=0.8), lr=0.7, kind=momentum, epochs=40)


@run("oscillation")
def adam_with_large_steps():
    return classify(net(2, 5), blobs(5, spread=0.7), lr=1.0, epochs=40)


@run("gradients summed")
def gradients_never_reset():
    model = linear()
    optimizer = SGD(model.parameters(), lr=0.02, accumulate=True)
    return by_hand(model, nn.MSELoss(), optimizer, line(), zero=False, epochs=80)


# --- overfitting ------------------------------------------------------------------------------


@run("overfitting")
def few_samples_some_with_wrong_labels():
    X, y = blobs(2, 60, spread=1.0)
    y[:30:5] = 1 - y[:30:5]
    model = net(2, 2, 128)
    return classify(model, (X[:30], y[:30]), validation=(X[30:], y[30:]), lr=0.03, epochs=150)


@run("overfitting")
def as_many_features_as_samples():
    rng = np.random.default_rng([3, *SEED])
    X = rng.normal(size=(60, 30))
    y = X[:, :1] + rng.normal(size=(60, 1))
    held = (X[30:], y[30:])
    return regress(net(30, 1, 32), (X[:30], y[:30]), validation=held, lr=0.01, epochs=80)


# --- not learning -----------------------------------------------------------------------------


@run("too slow")
def tiny_steps():
    return regress(net(3, 1), line(), lr=1e-5, kind=SGD)


@run("too slow")
def tiny_steps_of_a_classifier():
    return classify(net(2, 4), blobs(4), lr=1e-6)


@run("not learning")
def optimizer_of_another_model():
    model, other = net(3, 1), nn.Linear(1, 1)
    other(np.ones((1, 1))).sum().backward()
    optimizer = SGD(other.parameters(), lr=0.1)
    optimizer.zero_grad = lambda: None
    return regress(model, line(), kind=lambda *_, **__: optimizer)


@run("not learning")
def predicts_the_mean():
    X, y = line()
    model = net(3, 1)
    model[0].bias.data = np.full(16, -100.0)
    return regress(model, (X, y), lr=0.05, epochs=40)


# --- sound ------------------------------------------------------------------------------------


@run(None)
def sound_blobs():
    return classify(net(2, 5), blobs(5), validation=blobs(5, 80, seed=9))


@run(None)
def sound_with_small_noisy_batches():
    return classify(net(2, 3), blobs(3, spread=1.0), kind=SGD, lr=0.1, batch_size=2, epochs=25)


@run(None)
def sound_moons():
    X, y = nn.datasets.make_moons(300, noise=0.2, seed=SEED[0])
    return classify(net(2, 2), (X[:200], y[:200]), validation=(X[200:], y[200:]), epochs=60)


@run(None)
def sound_digits():
    X, y = nn.datasets.load_digits()[:2]
    X = X.reshape(len(X), -1)[:500] / 16
    model, held = net(64, 10, 32), (X[400:], y[400:500])
    return classify(model, (X[:400], y[:400]), validation=held, epochs=15, metrics=[accuracy])


@run(None)
def sound_line_with_noise():
    return regress(linear(), line(noise=1.0), lr=0.05, kind=SGD, validation=line(seed=4))


@run(None)
def sound_and_short():
    return classify(net(2, 2), blobs(2), epochs=3, lr=0.02)


@run(None)
def sound_momentum():
    return regress(net(3, 1), line(), lr=0.01, kind=lambda p, lr: SGD(p, lr=lr, momentum=0.9))


@run(None)
def sound_full_batch():
    return classify(net(2, 2), blobs(2), kind=GradientDescent, lr=0.5, batch_size=None, epochs=80)
