"""Trainer(compile=True): the same numbers as without."""

import numpy as np
import pytest

import nn
import optim
from autograd import GraphError, Hint, manual_seed

rng = np.random.default_rng(0)
X, LABELS = rng.normal(size=(70, 6)), rng.integers(3, size=70)
NUMBERS = np.sin(X[:, :2])


def classifier():
    return nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Dropout(0.3), nn.Linear(8, 3))


def regression():
    return nn.Sequential(
        nn.Linear(6, 8), nn.LayerNorm(8), nn.GELU(), nn.Dropout(0.1), nn.Linear(8, 2)
    )


def shared():
    """One layer, used twice."""
    middle = nn.Linear(8, 8)
    return nn.Sequential(nn.Linear(6, 8), middle, nn.ReLU(), middle, nn.Softplus(), nn.Linear(8, 2))


MODELS = {
    "classifier": (classifier, nn.CrossEntropyLoss, LABELS),
    "smoothed": (classifier, lambda: nn.CrossEntropyLoss([1, 2, 3], label_smoothing=0.1), LABELS),
    "regression": (regression, nn.HuberLoss, NUMBERS),
    "shared": (shared, nn.MSELoss, NUMBERS),
    "binary": (shared, nn.BCEWithLogitsLoss, (NUMBERS > 0) * 1.0),
}


def trained(make, make_loss, target, compile, epochs, optimizer=optim.Adam):
    manual_seed(0)
    model = make()
    trainer = optim.Trainer(
        model, make_loss(), optimizer(model.parameters(), lr=0.01),
        metrics=[optim.accuracy] if target.ndim == 1 else [], compile=compile,
        callbacks=[optim.NaNGuard()],
    )  # fmt: skip
    batches = optim.DataLoader(X, target, batch_size=32, shuffle=True, seed=1)
    history = trainer.fit(batches, batches, epochs, progress=False)
    return trainer, model, history


def assert_same(ours, theirs):
    for key in ("loss", "validation_loss"):
        np.testing.assert_allclose(ours[2][key], theirs[2][key], 1e-12)
    for p, q in zip(ours[1].parameters(), theirs[1].parameters(), strict=True):
        np.testing.assert_allclose(p.data, q.data, 1e-12, 1e-12)


@pytest.mark.parametrize("name", MODELS)
def test_a_compiled_run_has_the_numbers_of_an_eager_one(name):
    runs = [trained(*MODELS[name], compile, 5) for compile in (True, False)]
    assert_same(*runs)
    assert max(map(len, runs[0][0].compiled.source.splitlines())) < 100
    assert runs[1][0].compiled is None


def test_a_thousand_steps_with_dropout():
    runs = [trained(*MODELS["classifier"], compile, 334, optim.SGD) for compile in (True, False)]
    assert runs[0][2]["iteration"][-1] == 1002
    assert_same(*runs)


def test_frozen_parameters_stay_and_the_rest_is_read_at_every_batch():
    def make():
        model = shared()
        model[0].requires_grad_(False)
        return model

    ours, theirs = [trained(make, nn.MSELoss, NUMBERS, compile, 3) for compile in (True, False)]
    assert_same(ours, theirs)
    assert all(p.grad is None for p in ours[1][0].parameters())


def test_what_cannot_be_compiled_is_refused():
    batches = optim.DataLoader(X, NUMBERS)
    model = nn.MLP(6, [2])
    with pytest.raises(GraphError, match="MLP is made of Values"):
        optim.Trainer(model, nn.MSELoss(), optim.SGD(model.parameters(), 0.1), compile=True)
    model = nn.Sequential(nn.Linear(6, 2), nn.BatchNorm1d(2))
    trainer = optim.Trainer(model, nn.MSELoss(), optim.SGD(model.parameters(), 0.1), compile=True)
    with pytest.raises(GraphError, match="running statistics"):
        trainer.fit(batches, progress=False)


def test_a_shorter_last_batch_is_no_reason_for_a_hint(recwarn):
    trained(*MODELS["shared"], True, 2)
    assert not [w for w in recwarn if issubclass(w.category, Hint)]
