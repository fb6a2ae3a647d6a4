import numpy as np
import pytest

import nn
import optim
from autograd import storage
from chainrule.errors import DivergenceError
from chainrule.samples import DATASETS
from chainrule.tables import Samples
from chainrule.train import ACTIVATIONS, OPTIMIZERS, Job, Training, run, split


def job(tmp_path, **options):
    return Job(**{"data": "moons", "epochs": 2, "output": tmp_path, "progress": False, **options})


def trained(tmp_path, **options):
    training = Training(job(tmp_path, **options))
    training.fit()
    return training.scores()


def test_digits_reach_96_percent_with_no_options():
    training = Training(Job(progress=False))
    assert (len(training.X), len(training.X_test)) == (1400, 397)
    training.fit()
    assert training.scores()["Test"]["accuracy"] >= 0.96


@pytest.mark.parametrize(
    ("data", "accuracy"),
    [("iris", 0.85), ("moons", 0.9), ("circles", 0.9), ("spirals", 0.9), ("xor", 0.95)],
)
def test_every_data_set_is_learned_with_its_own_settings(tmp_path, data, accuracy):
    assert trained(tmp_path, data=data, epochs=None)["Test"]["accuracy"] >= accuracy


def test_all_named_data_sets_are_covered():
    assert set(DATASETS) == {"digits", "iris", "moons", "circles", "spirals", "xor"}


@pytest.mark.parametrize(
    "options",
    [
        {"optimizer": "gd", "lr": 0.5},
        {"optimizer": "sgd", "momentum": 0.9},
        {"optimizer": "rmsprop", "momentum": 0.5},
        *[{"optimizer": name} for name in OPTIMIZERS],
        {"loss": "bce"},
        {"loss": "bce", "hidden": ()},
        {"dropout": 0.2},
        {"batch_size": "full", "epochs": 150},
        {"batch_size": 10_000, "epochs": 150},
        {"batch_size": 1, "optimizer": "gd", "lr": 0.05, "epochs": 4},
    ],
    ids=str,
)
def test_moons_are_learned_in_other_ways_too(tmp_path, options):
    assert trained(tmp_path, **{"epochs": 20, **options})["Test"]["accuracy"] >= 0.8


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation(tmp_path, activation):
    training = Training(job(tmp_path, activation=activation))
    history = training.fit()
    assert history["loss"][-1] < history["loss"][0]
    assert any(isinstance(layer, ACTIVATIONS[activation]) for layer in training.model)


def test_the_update_is_the_one_written_by_hand(tmp_path):
    options = {"hidden": (), "optimizer": "gd", "lr": 0.3, "batch_size": "full", "epochs": 1}
    training = Training(job(tmp_path, **options))
    W, b = (p.data.copy() for p in training.model.parameters())
    X, y = training.X, training.y

    scores = X @ W.T + b
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    error = (p - np.eye(2)[y]) / len(y)
    training.fit()

    found = training.model.state_dict()
    np.testing.assert_allclose(found["0.weight"], W - 0.3 * error.T @ X, rtol=1e-12)
    np.testing.assert_allclose(found["0.bias"], b - 0.3 * error.sum(axis=0), rtol=1e-12)


def test_features_have_the_mean_and_spread_of_the_training_samples_taken_out(tmp_path):
    training = Training(job(tmp_path, data="iris"))
    np.testing.assert_allclose(training.X.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(training.X.std(axis=0), 1)
    X, _ = nn.datasets.load_iris()
    for row in training.X_test * training.scale.std + training.scale.mean:
        assert np.isclose(X, row).all(axis=1).any()


def test_pixels_are_divided_by_16():
    training = Training(Job())
    assert (training.X.min(), training.X.max()) == (0, 1)


def test_the_saved_weights_and_scale_are_a_usable_model(tmp_path):
    data, scores = job(tmp_path, data="iris", dropout=0.1), []
    assert run(data) == 0
    training = Training(data)
    state = storage.load(tmp_path / "weights.safetensors")
    mean, std = state.pop("input.mean"), state.pop("input.std")
    model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Dropout(0.1), nn.Linear(16, 3)).eval()
    model.load_state_dict(state)
    flowers, species = nn.datasets.load_iris()
    flowers, _, species, _ = optim.train_test_split(flowers, species, 38, seed=0)
    scores = model((flowers - mean) / std).data
    training.fit()
    assert optim.accuracy(scores, species) == training.scores()["Training"]["accuracy"]


def test_a_numeric_target_is_scaled_and_its_scale_saved(tmp_path):
    path = tmp_path / "line.csv"
    x = np.linspace(-3, 5, 60)
    path.write_text("x,y\n" + "".join(f"{a},{3e5 * a - 1e6}\n" for a in x))
    out = tmp_path / "out"
    settings = {"data": str(path), "target": "y", "hidden": (), "epochs": 200, "output": out}
    assert run(job(tmp_path, **settings)) == 0
    state = storage.load(out / "weights.safetensors")
    seen = (4.0 - state["input.mean"]) / state["input.std"]
    predicted = state["0.weight"] @ seen + state["0.bias"]
    price = predicted * state["target.std"] + state["target.mean"]
    np.testing.assert_allclose(price, 3e5 * 4.0 - 1e6, rtol=0.02)
    assert not (out / "boundary.png").exists()


def test_classes_may_be_fitted_as_numbers(tmp_path):
    training = Training(job(tmp_path, loss="mse"))
    assert training.y.shape == (300, 1)
    assert set(training.fit().rows[0]) >= {"loss", "validation_loss"}


def test_bce_and_cross_entropy_agree_on_what_accuracy_is(tmp_path):
    training = Training(job(tmp_path, loss="bce", epochs=30))
    training.fit()
    scores = training.model(training.X).data.ravel()
    both = np.stack([np.zeros_like(scores), scores], axis=1)
    expected = optim.accuracy(both, training.y.ravel())
    assert training.scores()["Training"]["accuracy"] == pytest.approx(expected, abs=1e-12)


def test_the_table_of_the_first_update_is_the_first_update(tmp_path):
    options = {"dropout": 0.5, "hidden": (3,), "batch_size": 300, "epochs": 1, "optimizer": "adam"}
    training = Training(job(tmp_path, **options))
    table = list(training.first_update())
    training.fit()
    new = np.concatenate([p.data.ravel() for p in training.model.parameters()])
    assert [row.new for row in table] == new.tolist()
    assert [row.name for row in table][:2] == ["0.weight[0, 0]", "0.weight[0, 1]"]
    assert any(row.step != 0 for row in table)


def test_looking_at_the_first_update_changes_nothing(tmp_path):
    weights = []
    for explain in (False, True):
        out = tmp_path / str(explain)
        run(job(tmp_path, dropout=0.3, explain=explain, output=out))
        weights.append((out / "weights.safetensors").read_bytes())
    assert weights[0] == weights[1]


def test_the_seed_decides_everything(tmp_path):
    found = []
    for i, seed in enumerate((3, 3, 4)):
        run(job(tmp_path, seed=seed, dropout=0.2, output=tmp_path / str(i)))
        found.append((tmp_path / str(i) / "weights.safetensors").read_bytes())
    assert found[0] == found[1]
    assert found[0] != found[2]


def test_divergence_is_said_and_leaves_nothing(tmp_path):
    out = tmp_path / "out"
    with pytest.raises(DivergenceError, match=r"the loss became (inf|nan).*try --lr 0.1\."):
        run(job(tmp_path, output=out, loss="mse", optimizer="gd", lr=9.0, epochs=100))
    assert not out.exists()


def test_test_size_is_a_share_rounded_up_or_a_count():
    samples = Samples(np.zeros((10, 1)), np.zeros(10), ("x",), "y", (), "rows")
    sizes = [len(split(samples, size, 0)[1]) for size in (0.25, 0.01, 1, 7)]
    assert sizes == [3, 1, 1, 7]
