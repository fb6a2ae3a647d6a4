import csv
import inspect
import re
import subprocess
import sys

import numpy as np
import pytest

import nn
from autograd import Tensor, Value, is_grad_enabled, manual_seed, relu
from optim import (
    LBFGS,
    SGD,
    Adam,
    DataLoader,
    GradientClip,
    GradientDescent,
    History,
    NewtonCG,
    Trainer,
    accuracy,
)  # fmt: skip
from optim.lr_scheduler import StepLR

rng = np.random.default_rng(0)
X = rng.normal(size=(22, 3))
Y = np.sin(X[:, :1])


class Net:
    """Two layers; says in which mode it was called."""

    def __init__(self):
        rng = np.random.default_rng(1)
        self.W1, self.W2 = (
            Tensor(rng.normal(size=shape), requires_grad=True) for shape in [(3, 5), (5, 1)]
        )
        self.training = True
        self.calls = []

    def __call__(self, x):
        self.calls.append((self.training, is_grad_enabled(), len(x)))
        return relu(x @ self.W1) @ self.W2

    def parameters(self):
        return [self.W1, self.W2]

    def train(self):
        self.training = True

    def eval(self):
        self.training = False


class Neuron:
    """One neuron over Values: a row of floats in, a list of one Value out."""

    def __init__(self):
        self.w, self.b = [Value(x) for x in (0.1, -0.2, 0.3)], Value(0.0)

    def __call__(self, row):
        return [sum((w * x for w, x in zip(self.w, row, strict=True)), self.b).tanh()]

    def parameters(self):
        return [*self.w, self.b]

    def train(self):
        pass

    def eval(self):
        pass


def mse(prediction, target):
    return ((prediction - target) ** 2).mean()


def mse_of_lists(predictions, targets):
    differences = [p - y for [p], [y] in zip(predictions, targets, strict=True)]
    return sum(d * d for d in differences) / len(differences)


def mean_error(prediction, target):
    assert type(prediction) is np.ndarray
    return np.abs(prediction - target).mean()


def loader(**options):
    return DataLoader(X, Y, batch_size=8, **options)


def trainer_of(model, loss=mse, metrics=()):
    return Trainer(model, loss, Adam(model.parameters(), lr=0.05), metrics=metrics)


@pytest.mark.parametrize(("make", "loss"), [(Net, mse), (Neuron, mse_of_lists)])
def test_fit_is_the_loop_written_by_hand(make, loss):
    model, by_hand = make(), make()
    trainer_of(model, loss).fit(loader(shuffle=True, seed=5), epochs=3, progress=False)

    optimizer, batches = Adam(by_hand.parameters(), lr=0.05), loader(shuffle=True, seed=5)
    for _ in range(3):
        for x, y in batches:
            predictions = by_hand(x) if make is Net else [by_hand(row) for row in x.tolist()]
            value = loss(predictions, y)
            optimizer.zero_grad()
            value.backward()
            optimizer.step()
    for p, q in zip(model.parameters(), by_hand.parameters(), strict=True):
        assert np.array_equal(p.data, q.data)


@pytest.mark.parametrize(
    "make",
    [lambda w: LBFGS(w, max_iter=3, line_search_fn="strong_wolfe"), NewtonCG],
    ids=["LBFGS", "NewtonCG"],
)
def test_an_optimizer_that_needs_a_closure_is_given_one(make):
    model, by_hand = Net(), Net()
    optimizer = make(model.parameters())
    history = Trainer(model, mse, optimizer).fit(loader(), epochs=3, progress=False)
    optimizer, losses = make(by_hand.parameters()), []
    for _ in range(3):
        for x, y in loader():

            def closure(x=x, y=y):
                optimizer.zero_grad()
                loss = mse(by_hand(x), y)
                loss.backward()
                return loss

            losses.append(optimizer.step(closure).item() * len(x))
    for p, q in zip(model.parameters(), by_hand.parameters(), strict=True):
        assert np.array_equal(p.data, q.data)
    assert history["loss"] == pytest.approx(np.reshape(losses, (3, -1)).sum(axis=1) / len(X))
    assert history["loss"][-1] < history["loss"][0]


def test_a_closure_sees_the_same_dropout_wherever_it_looks():
    manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 40), nn.Dropout(0.5), nn.Linear(40, 1))
    trainer = Trainer(model, nn.MSELoss(), LBFGS(model.parameters()))
    closure = trainer.closure([X], Y)
    first = trainer.loss(trainer.forward([X]), Y).item()
    assert closure().item() == closure().item() == first
    assert trainer.loss(trainer.forward([X]), Y).item() != first


def test_clipping_is_refused_where_it_would_do_nothing():
    model = Net()
    optimizer = NewtonCG(model.parameters())
    trainer = Trainer(model, mse, optimizer, callbacks=[GradientClip(max_norm=1.0)])
    with pytest.raises(TypeError, match=r"cannot shorten the gradients of NewtonCG"):
        trainer.fit(loader(), progress=False)


def test_fit_stays_readable():
    assert len(inspect.getsource(Trainer.fit).splitlines()) <= 40


def test_history_has_one_row_per_epoch():
    model = Net()
    trainer = trainer_of(model, metrics=[mean_error])
    history = trainer.fit(loader(), loader(), epochs=3, progress=False)
    assert len(history) == 3
    assert list(history.rows[0]) == [
        "epoch", "iteration", "loss", "mean_error", "validation_loss", "validation_mean_error",
        "lr", "seconds",
    ]  # fmt: skip
    assert history["epoch"] == [1, 2, 3]
    assert history["iteration"] == [3, 6, 9]
    assert history["lr"] == [0.05] * 3
    assert history["loss"] == sorted(history["loss"], reverse=True)
    assert 0 < history["seconds"][0] < history["seconds"][1]
    assert history["validation_loss"][-1] == trainer.evaluate(loader())["loss"]
    assert "3 epochs; last: loss " in repr(history)


def test_a_short_last_batch_counts_for_less():
    model = Net()
    scores = trainer_of(model, metrics=[mean_error]).evaluate(loader())
    error = model(X).data - Y
    assert scores["loss"] == pytest.approx(np.mean(error**2), rel=1e-12)
    assert scores["mean_error"] == pytest.approx(np.abs(error).mean(), rel=1e-12)
    batches = [np.mean(error[i : i + 8] ** 2) for i in (0, 8, 16)]
    assert scores["loss"] != pytest.approx(np.mean(batches), rel=1e-6)


def test_modes_and_recording():
    model = Net()
    trainer_of(model).fit(loader(), loader(), epochs=1, progress=False)
    assert model.calls == [(True, True, n) for n in (8, 8, 6)] + [
        (False, False, n) for n in (8, 8, 6)
    ]
    assert not model.training
    assert is_grad_enabled()


def test_predict_gives_a_plain_array():
    model = Net()
    model.train()
    predicted = trainer_of(model).predict(X.tolist())
    assert type(predicted) is np.ndarray
    assert model.calls == [(False, False, 22)]
    np.testing.assert_array_equal(predicted, relu(X @ model.W1.data) @ model.W2.data)
    assert trainer_of(Neuron(), mse_of_lists).predict(X).shape == (22, 1)


def test_several_inputs():
    class Sum(Net):
        def __call__(self, x, z):
            return x @ self.W1 @ self.W2 + z

    model = Sum()
    trainer = Trainer(model, mse, GradientDescent(model.parameters(), lr=0.01))
    before = trainer.evaluate(DataLoader(X, Y, Y, batch_size=11))["loss"]
    assert before == pytest.approx(np.mean((X @ model.W1.data @ model.W2.data) ** 2))
    history = trainer.fit(DataLoader(X, Y, Y, batch_size=11), epochs=5, progress=False)
    assert history["loss"][-1] < before


def test_schedules_are_seen_in_the_history():
    model = Net()
    optimizer = SGD(model.parameters(), lr=0.1)

    def decaying(prediction, target):
        optimizer.param_groups[0]["lr"] /= 2
        return 0.0

    trainer = Trainer(model, mse, optimizer, metrics=[decaying])
    history = trainer.fit(DataLoader(X, Y, batch_size=None), epochs=2, progress=False)
    assert history["lr"] == [0.05, 0.025]


def test_ctrl_c_keeps_the_history_and_the_model(capsys):
    class Interrupted(Net):
        def __call__(self, x):
            if len(self.calls) == 7:
                raise KeyboardInterrupt
            return super().__call__(x)

    model = Interrupted()
    history = trainer_of(model).fit(loader(), epochs=100)
    assert history["epoch"] == [1, 2]
    told = capsys.readouterr().out
    assert told.endswith("Stopped after 2 of 100 epochs; the history is kept.\n")
    assert not model.training
    assert is_grad_enabled()
    model.calls.clear()
    assert model(X).shape == (22, 1)


def test_arrays_instead_of_batches():
    for act in ({"train": (X, Y)}, {"train": loader(), "validation": (X, Y)}):
        with pytest.raises(TypeError, match=r"given arrays[\s\S]*DataLoader\(X, y"):
            trainer_of(Net()).fit(**act)


def test_arrays_instead_of_batches_to_evaluate():
    with pytest.raises(TypeError, match=r"evaluate\(\) was given arrays[\s\S]*evaluate\(DataL"):
        trainer_of(Net()).evaluate((X, Y))


def test_a_column_that_the_history_does_not_have():
    history = trainer_of(Net()).fit(loader(), progress=False)
    with pytest.raises(KeyError, match="no column 'acuracy'; it has epoch, iteration, loss, lr"):
        history["acuracy"]


def test_history_as_csv(tmp_path):
    history = trainer_of(Net()).fit(loader(), epochs=2, progress=False)
    history.to_csv(tmp_path / "history.csv")
    with (tmp_path / "history.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [float(row["loss"]) for row in rows] == history["loss"]
    assert list(rows[0]) == ["epoch", "iteration", "loss", "lr", "seconds"]


def test_an_empty_history(tmp_path):
    history = trainer_of(Net()).fit(loader(), epochs=0, progress=False)
    assert repr(history) == "History(no finished epoch)"
    history.to_csv(tmp_path / "history.csv")
    assert (tmp_path / "history.csv").read_text().strip() == ""
    assert not history.plot().lines


def test_the_loss_curve():
    history = History()
    history.rows = [
        {"epoch": e, "loss": 1 / e, "validation_loss": 1.5 / e, "lr": 0.1} for e in (1, 2, 3)
    ]
    axes = history.plot()
    training, validation = axes.lines
    assert list(training.get_ydata()) == history["loss"]
    assert list(validation.get_ydata()) == history["validation_loss"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("epoch", "loss")
    assert history.plot(axes) is axes


def test_accuracy():
    scores = np.array([[0.1, 0.9], [3.0, -1.0], [0.2, 0.1]])
    assert accuracy(scores, np.array([1, 0, 1])) == pytest.approx(2 / 3)


# --- progress ---------------------------------------------------------------------------------


def test_no_progress_is_silent(capfd):
    trainer_of(Net()).fit(loader(), epochs=2, progress=False)
    assert capfd.readouterr() == ("", "")


def test_a_terminal_gets_a_bar_on_stderr(capfd, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    trainer_of(Net(), metrics=[mean_error]).fit(loader(), loader(), epochs=2)
    out, err = capfd.readouterr()
    assert out == ""
    assert "6/6" in err
    assert "epoch 2, loss " in err
    assert "validation mean error" in err


def test_a_notebook_gets_about_ten_plain_rows(capfd, monkeypatch):
    monkeypatch.setitem(sys.modules, "ipykernel", object())
    history = trainer_of(Net()).fit(loader(), epochs=40)
    out, err = capfd.readouterr()
    assert err == ""
    rows = out.splitlines()
    assert [row.split("/")[0] for row in rows] == [f"epoch {e:2}" for e in (1, *range(4, 41, 4))]
    assert rows[-1] == f"epoch 40/40: loss {history['loss'][-1]:.4g}"


def test_a_log_gets_the_same_rows(capfd):
    trainer_of(Net()).fit(loader(), epochs=2)  # capfd's files are no terminals
    out, err = capfd.readouterr()
    assert [row.split(":")[0] for row in out.splitlines()] == ["epoch 1/2", "epoch 2/2"]
    assert err == ""


def test_import_optim_loads_nothing_heavy_and_no_nn():
    code = (
        "import sys, optim; "
        "print(sorted({'nn', 'matplotlib', 'tqdm', 'safetensors'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"


def test_without_progress_an_interruption_is_silent(capsys):
    class Interrupted(Net):
        def __call__(self, x):
            raise KeyboardInterrupt

    assert len(trainer_of(Interrupted()).fit(loader(), epochs=2, progress=False)) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ((batch for batch in [(X, Y)]), "a generator can be read only once"),
        (None, "got None"),
        (DataLoader(X, batch_size=8), "hold one array each"),
    ],
    ids=["generator", "nothing", "X only"],
)
def test_what_gives_no_batches(data, told):
    with pytest.raises(TypeError, match=rf"{told}[\s\S]*fit\(DataLoader\(X, y"):
        trainer_of(Net()).fit(data)


@pytest.mark.parametrize("epochs", [-1, 2.0, "3", None, True])
def test_epochs_are_a_whole_number(epochs):
    with pytest.raises(ValueError, match=r"epochs must be a whole number[\s\S]*epochs=20"):
        trainer_of(Net()).fit(loader(), epochs=epochs)


def loss(prediction, target):
    return 0.0


def validation_mean_error(prediction, target):
    return 0.0


@pytest.mark.parametrize(
    ("metrics", "column"),
    [
        ([lambda p, y: 0.0, lambda p, y: 1.0], "<lambda>"),
        ([loss], "loss"),
        ([mean_error, validation_mean_error], "validation_mean_error"),
    ],
    ids=["lambdas", "loss", "validation"],
)
def test_each_metric_has_a_column_of_its_own(metrics, column):
    with pytest.raises(TypeError, match=f"2 columns named '{column}'"):
        trainer_of(Net(), metrics=metrics)


@pytest.mark.parametrize("returned", [None, 1.0, np.float64(2.0)])
def test_a_loss_is_a_node(returned):
    with pytest.raises(TypeError, match=r"the loss function returned") as caught:
        trainer_of(Net(), loss=lambda prediction, target: returned).fit(loader(), progress=False)
    body = re.search(r"Fix:  (.*)", str(caught.value))[1]
    exec(f"def loss(prediction, target):\n    {body}", names := {})
    trainer_of(Net(), loss=names["loss"]).fit(loader(), progress=False)


def test_a_metric_gives_one_number():
    def error(prediction, target):
        return prediction - target

    with pytest.raises(TypeError, match=r"'error' gave an array of shape \(8, 1\)[\s\S]*np\.mean"):
        trainer_of(Net(), metrics=[error]).fit(loader(), progress=False)


def test_a_trainer_takes_objects_and_a_schedule_of_its_own_optimizer():
    model = Net()
    optimizer = Adam(model.parameters(), lr=0.05)
    for parts in ((Net, mse, optimizer), (model, mse, Adam), (model, mse, optimizer, StepLR)):
        with pytest.raises(TypeError, match="given the class"):
            Trainer(*parts)
    older = StepLR(Adam(model.parameters(), lr=0.05), 2)  # of a cell that was run again since
    with pytest.raises(TypeError, match="the StepLR is that of another optimizer"):
        Trainer(model, mse, optimizer, older)


def test_metrics_are_a_list_of_functions():
    for metrics in (mean_error, [0.5], "accuracy"):
        with pytest.raises(TypeError, match=r"a list of functions[\s\S]*metrics=\[accuracy\]"):
            trainer_of(Net(), metrics=metrics)


SCORES = np.array([[0.9, 0.1], [0.2, 0.8], [0.7, 0.3]])


@pytest.mark.parametrize(
    ("scores", "target", "told"),
    [
        (SCORES, np.zeros((3, 1)), r"y = y\.reshape\(3\)"),
        (SCORES, np.eye(2)[[0, 1, 1]], r"accuracy\(scores, y\.argmax\(axis=-1\)\)"),
        (SCORES, np.zeros(2), r"one label for each row"),
        (SCORES[:, :1], np.zeros(3), r"def right\(p, y\)"),
        (SCORES[:, :1], np.zeros((3, 1)), r"def right\(p, y\)"),
        (SCORES[:, 0], np.zeros(3), r"def right\(p, y\)"),
    ],
)
def test_accuracy_compares_each_row_with_one_label(scores, target, told):
    with pytest.raises(ValueError, match=rf"accuracy: prediction \(3.*[\s\S]*{told}"):
        accuracy(scores, target)


def test_what_to_write_for_one_column():
    with pytest.raises(ValueError, match="def right") as caught:
        accuracy(np.array([[2.0], [-1.0], [0.5]]), np.array([1, 1, 1]))
    names = {"np": np}
    exec(re.search(r"Fix:  (.*)", str(caught.value))[1], names)
    assert names["right"](np.array([[2.0], [-1.0], [0.5]]), np.array([1, 1, 1])) == 2 / 3
