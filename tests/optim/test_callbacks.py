"""Callbacks, and the learning-rate finder: what each does to a run, and what it leaves alone."""

import re

import numpy as np
import pytest
from runs import Run, X, Y

import nn
from autograd import Tensor, manual_seed
from autograd.parameters import clip_grad_norm_
from optim import (
    SGD,
    Adam,
    Callback,
    DataLoader,
    EarlyStopping,
    GradientClip,
    GradientDescent,
    LRFinder,
    ModelCheckpoint,
    NaNGuard,
    Trainer,
    checkpoint,
    lr_scheduler,
)  # fmt: skip


class Diary(Callback):
    """Writes down the moments that it is told of."""

    def __init__(self):
        self.moments = []

    def fit_began(self, trainer):
        self.moments.append("fit began")

    def batch_began(self, trainer, inputs, target):
        assert len(inputs[0]) == len(target)
        self.moments.append("batch")

    def loss_computed(self, trainer, loss):
        assert loss.grad is None
        self.moments.append("loss")

    def gradients_computed(self, trainer):
        assert all(p.grad is not None for p in trainer.model.parameters())
        self.moments.append("gradients")

    def epoch_ended(self, trainer, row):
        assert trainer.history.rows[-1] is row
        self.moments.append(f"epoch {row['epoch']}")

    def fit_ended(self, trainer):
        self.moments.append("fit ended")


def test_the_moments_of_a_run():
    diary = Diary()
    Run(callbacks=[diary]).fit(2)
    epoch = ["batch", "loss", "gradients"] * 3
    expected = ["fit began", *epoch, "epoch 1", *epoch, "epoch 2", "fit ended"]
    assert diary.moments == expected


def test_watching_changes_nothing(tmp_path):
    callbacks = [Diary(), NaNGuard(), LRFinder(), ModelCheckpoint(tmp_path / "x"), Callback()]
    assert Run(callbacks=callbacks).fit(4).bits == Run().fit(4).bits


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"callbacks": EarlyStopping()}, "callbacks must be a list of Callback objects"),
        ({"callbacks": [EarlyStopping]}, "callbacks must be a list of Callback objects"),
        ({"scheduler": [np.mean]}, "the scheduler must be one, or None"),
    ],
)
def test_what_is_no_callback_and_no_scheduler(parts, told):
    model = nn.Linear(3, 1)
    with pytest.raises(TypeError, match=rf"{told}[\s\S]*metrics=\[accuracy\]"):
        Trainer(model, nn.MSELoss(), SGD(model.parameters()), **parts)


# --- schedules --------------------------------------------------------------------------------


class Plateau:
    def __init__(self):
        self.seen = []

    def step(self, metrics, epoch=None):
        self.seen.append(metrics)


class EveryIteration:
    every = "iteration"

    def __init__(self):
        self.count = 0

    def step(self):
        self.count += 1


def fitted_with(scheduler, validation=None):
    model = nn.Linear(3, 1)
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = scheduler(optimizer) if callable(scheduler) else scheduler
    trainer = Trainer(model, nn.MSELoss(), optimizer, scheduler)
    loader = DataLoader(X, Y, batch_size=10)
    return trainer.fit(loader, validation, epochs=3, progress=False)


def test_a_schedule_steps_after_each_epoch():
    history = Run(lr=0.08).fit(7).history
    assert history["lr"] == [0.08] * 3 + [0.04] * 3 + [0.02]


def test_a_schedule_may_step_after_each_iteration():
    scheduler = EveryIteration()
    assert fitted_with(scheduler)["iteration"] == [3, 6, 9]
    assert scheduler.count == 9


def test_a_schedule_that_asks_for_a_number_gets_the_validation_loss_or_else_the_loss():
    scheduler = Plateau()
    history = fitted_with(scheduler)
    assert scheduler.seen == history["loss"]
    scheduler = Plateau()
    history = fitted_with(scheduler, DataLoader(X, Y, batch_size=24))
    assert scheduler.seen == history["validation_loss"] != history["loss"]


def test_the_librarys_schedules_say_when_they_step():
    made = []

    def rates(optimizer):
        made.append(lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=9, cycle_momentum=False))
        return made[0]

    fitted_with(rates)
    assert made[0].last_epoch == 9

    class Quick(lr_scheduler.ReduceLROnPlateau):
        def __init__(self, optimizer):
            super().__init__(optimizer, patience=0, threshold=0.99, factor=0.5)

    assert fitted_with(Quick)["lr"] == [0.1, 0.1, 0.05]


# --- stopping early ---------------------------------------------------------------------------


class Scripted(Callback):
    """Puts given numbers into a column of the history, before the others see it."""

    def __init__(self, numbers, column="validation_loss"):
        self.numbers, self.column, self.weights = numbers, column, []

    def epoch_ended(self, trainer, row):
        row[self.column] = self.numbers[row["epoch"] - 1]
        self.weights.append(trainer.model.state_dict()["0.weight"])


@pytest.mark.parametrize(
    ("numbers", "options", "epochs", "best"),
    [
        ([5, 4, 3, 4, 5, 6, 7], {"patience": 2}, 5, 3),
        ([5, 4, 3, 4, 2, 6, 7, 8], {"patience": 2}, 7, 5),
        ([5, 4, 3.9, 3.8, 3.7], {"patience": 2, "min_delta": 0.5}, 4, 2),
        ([1, 2, 3, 4], {"patience": 3}, 4, 1),
        ([5, float("nan"), float("nan"), 1], {"patience": 2}, 3, 1),
        ([float("nan"), 5, 4, 5, 5], {"patience": 2}, 5, 3),
        ([0.5, 0.6, 0.9, 0.8, 0.8], {"patience": 2, "monitor": "accuracy"}, 5, 3),
        ([0.5, 0.6, 0.2, 0.3, 0.4], {"patience": 2, "monitor": "skill", "mode": "max"}, 4, 2),
        ([3, 2, 1], {"patience": 5}, 3, 3),
    ],
)
def test_early_stopping(numbers, options, epochs, best):
    scripted = Scripted(numbers, options.get("monitor", "validation_loss"))
    stopping = EarlyStopping(**options)
    run = Run(callbacks=[scripted, stopping]).fit(len(numbers))
    assert len(run.history) == epochs
    assert stopping.best_epoch == best
    found = run.model.state_dict()["0.weight"]
    np.testing.assert_array_equal(found, scripted.weights[best - 1])
    assert not (found == scripted.weights[best - 2]).all() or best == 1
    again = run.fit(len(numbers))
    assert len(again.history) == epochs  # a second run has a best epoch of its own


def test_early_stopping_may_keep_the_last_epoch(capsys):
    scripted = Scripted([3, 2, 3, 3, 3])
    stopping = EarlyStopping(patience=2, restore_best=False)
    run = Run(callbacks=[scripted, stopping])
    run.trainer.fit(run.train, epochs=5)
    np.testing.assert_array_equal(run.model.state_dict()["0.weight"], scripted.weights[-1])
    told = "validation loss was best in epoch 2 (2), and 2 epochs brought nothing better"
    assert capsys.readouterr().out.endswith(f"\nStopped early: {told}.\n")


def test_what_early_stopping_cannot_do():
    run = Run(callbacks=[EarlyStopping()])
    with pytest.raises(ValueError, match=r"no column 'validation_loss'; it has epoch, iteration"):
        run.trainer.fit(run.train, epochs=1, progress=False)
    with pytest.raises(ValueError, match="patience must be at least 1; got 0"):
        EarlyStopping(patience=0)
    with pytest.raises(ValueError, match="mode must be 'min' or 'max'; got 'least'"):
        EarlyStopping(mode="least")


def test_the_best_epoch_alone_may_be_saved(tmp_path):
    path, scripted = tmp_path / "best", Scripted([3, 2, 4, 2.5])
    Run(callbacks=[ModelCheckpoint(path, save_best_only=True), scripted]).fit(4)
    state = checkpoint.read(path)
    assert len(state["history"]) == 2
    np.testing.assert_array_equal(state["model"]["0.weight"], scripted.weights[1])


# --- clipping ---------------------------------------------------------------------------------


class Lengths(Callback):
    def __init__(self):
        self.lengths, self.largest = [], []

    def gradients_computed(self, trainer):
        g = np.concatenate([p.grad.ravel() for p in trainer.model.parameters()])
        self.lengths.append(np.linalg.norm(g))
        self.largest.append(np.abs(g).max())


def test_gradients_are_clipped_by_norm_or_by_value():
    free, norm, value = Lengths(), Lengths(), Lengths()
    Run(callbacks=[free]).fit(2)
    Run(callbacks=[GradientClip(max_norm=0.1), norm]).fit(2)
    Run(callbacks=[GradientClip(value=0.02), value]).fit(2)
    assert max(free.lengths) > 0.2
    assert norm.lengths[0] == pytest.approx(0.1, rel=1e-4)
    assert max(norm.lengths) <= 0.1
    assert max(value.largest) == 0.02 < free.largest[0]


def test_clipping_is_the_line_before_step():
    def model():
        manual_seed(0)
        return nn.Linear(3, 1)

    by_hand, trained = model(), model()
    optimizer = SGD(by_hand.parameters(), lr=0.1)
    for x, y in DataLoader(X, Y, batch_size=10):
        optimizer.zero_grad()
        nn.MSELoss()(by_hand(x), y).backward()
        clip_grad_norm_(by_hand.parameters(), 0.3)
        optimizer.step()
    clip = [GradientClip(max_norm=0.3)]
    optimizer = SGD(trained.parameters(), lr=0.1)
    trainer = Trainer(trained, nn.MSELoss(), optimizer, callbacks=clip)
    trainer.fit(DataLoader(X, Y, batch_size=10), progress=False)
    for p, q in zip(by_hand.parameters(), trained.parameters(), strict=True):
        np.testing.assert_array_equal(p.data, q.data)


@pytest.mark.parametrize("limits", [{}, {"max_norm": 1, "value": 1}, {"value": 0}])
def test_one_limit_is_needed(limits):
    with pytest.raises(ValueError, match=r"one limit above 0[\s\S]*max_norm=1.0"):
        GradientClip(**limits)


# --- nan --------------------------------------------------------------------------------------


class Formula(nn.Module):
    """One weight and a formula."""

    def __init__(self, formula, w=1.0, drop=0.0):
        self.w, self.formula = nn.Parameter([w]), formula
        self.dropout = nn.Dropout(drop)

    def forward(self, x):
        return self.formula(self.dropout(x), self.w)


def guarded(formula, x, y=None, lr=1.0, w=1.0, drop=0.0, epochs=20):
    model = Formula(formula, w, drop)
    optimizer = GradientDescent(model.parameters(), lr=lr)
    trainer = Trainer(model, nn.MSELoss(), optimizer, callbacks=[NaNGuard()])
    x = np.array(x)
    y = np.zeros(len(x)) if y is None else np.array(y)
    try:
        with np.errstate(all="ignore"):
            trainer.fit(DataLoader(x, y, batch_size=1), epochs=epochs, progress=False)
    finally:
        guarded.weight = model.w.data.item()


@pytest.mark.parametrize(
    ("formula", "data", "told"),
    [
        (lambda x, w: (x * w).log(), {"x": [1.0, 2.0, 0.0]},
         r"the loss is inf in epoch 1; .* op 'log' made -inf from .*; in test_callbacks.py, line"),
        (lambda x, w: x * w / x, {"x": [1.0, 0.0], "lr": 0.01}, r"op '/' made nan"),
        (lambda x, w: x * w, {"x": [1.0, np.nan]}, r"the inputs of this batch hold nan"),
        (lambda x, w: x * w, {"x": [1.0, 1.0], "y": [1.0, np.inf]}, r"the targets .* hold inf"),
        (lambda x, w: (x * w).sqrt(), {"x": [0.0]}, r"the gradient of w is nan .* op 'sqrt' sends"),
        (lambda x, w: x * w, {"x": [1e9] * 40}, r"op .* made inf from finite numbers"),
    ],
    ids=["log", "0/0", "inputs", "targets", "sqrt", "divergence"],
)  # fmt: skip
def test_the_guard_says_which_operation_made_the_first_nan(formula, data, told):
    with pytest.raises(RuntimeError, match="E21") as caught:
        guarded(formula, **data)
    assert re.search(told, " ".join(str(caught.value).split()))
    assert "Fix:  " in str(caught.value)
    assert np.isfinite(guarded.weight)


def test_the_guard_tells_the_losses_that_led_there():
    with pytest.raises(RuntimeError, match=r"losses before it: [\d.e+]+, .*e\+\d+\.") as caught:
        guarded(lambda x, w: x * w, [1e9] * 40)
    losses = re.search(r"before it: (.*?)\. ", " ".join(str(caught.value).split()))[1]
    numbers = [float(loss) for loss in losses.split(", ")]
    assert len(numbers) == 4
    assert numbers == sorted(numbers)


def test_the_guard_sees_the_mask_that_did_it():
    """The batch is computed again with the very mask of dropout that made a zero."""
    for seed in range(5):
        manual_seed(seed)
        with pytest.raises(RuntimeError, match=r"op\s+'log'\s+made\s+-inf"):
            guarded(lambda x, w: (x * w).log(), [1.0] * 20, drop=0.3, lr=1e-6)


def test_a_sound_run_is_not_disturbed():
    guarded(lambda x, w: x * w, [1.0, 2.0], lr=0.01)
    assert 0 < guarded.weight < 1


# --- the learning rate ------------------------------------------------------------------------


def linear(kind, **options):
    manual_seed(3)
    model = nn.Linear(3, 1)
    truth = X @ np.array([[1.0], [-2.0], [0.5]])
    trainer = Trainer(model, nn.MSELoss(), kind(model.parameters(), **options))
    return trainer, DataLoader(X, truth, batch_size=8, shuffle=True, seed=0)


@pytest.mark.parametrize("kind", [SGD, Adam])
def test_the_suggested_rate_trains(kind):
    trainer, batches = linear(kind, lr=1e-3)
    before = trainer.evaluate(batches)["loss"]
    finder = LRFinder().run(trainer, batches)
    trainer.optimizer.param_groups[0]["lr"] = finder.suggestion
    history = trainer.fit(batches, epochs=20, progress=False)
    assert history["loss"][-1] < 0.05 * before
    assert f"suggestion {finder.suggestion:g}" in repr(finder)


def test_the_edge_of_stability_is_found():
    """On L = (c/2) w^2 gradient descent diverges above lr = 2/c: the suggestion stays below."""
    for c in (1.0, 100.0):
        model = Formula(lambda x, w: x * w, w=5.0)
        optimizer = GradientDescent(model.parameters(), lr=0.1)
        trainer = Trainer(model, nn.MSELoss(), optimizer)
        batches = DataLoader(np.array([np.sqrt(c / 2)]), np.zeros(1), batch_size=None)
        finder = LRFinder(low=1e-4, high=1e4).run(trainer, batches)
        assert 0.1 / c < finder.suggestion < 2 / c
        assert 2 / c < finder.rates[-1] < 50 / c


def test_everything_is_left_as_it_was():

    def found(use):
        run = Run().fit(2)
        use(run)
        return run.fit(3).bits

    finder, callback = LRFinder(), LRFinder()
    untouched = found(lambda run: None)
    assert found(lambda run: finder.run(run.trainer, run.train)) == untouched
    assert found(lambda run: run.trainer.callbacks.append(callback)) == untouched
    assert len(finder.rates) == len(callback.rates) > 50


def test_groups_keep_their_proportions():
    w, b = (Tensor([1.0], requires_grad=True) for _ in range(2))
    seen = set()

    class Model(nn.Module):
        def forward(self, x):
            first, second = trainer.optimizer.param_groups
            seen.add(round(second["lr"] / first["lr"], 9))
            return x * w + b

    model = Model()
    model.state_dict, model.load_state_dict = dict, lambda state: None
    optimizer = SGD([{"params": [w], "lr": 0.1}, {"params": [b], "lr": 0.02}])
    trainer = Trainer(model, nn.MSELoss(), optimizer)
    LRFinder().run(trainer, DataLoader(np.ones(4), np.ones(4), batch_size=2))
    assert seen == {0.2}


def test_the_curve_of_the_finder():
    finder = LRFinder().run(*linear(SGD, lr=0.1))
    axes = finder.plot()
    curve, mark = axes.lines
    assert list(curve.get_xdata()) == finder.rates
    assert list(curve.get_ydata()) == finder.losses
    assert list(mark.get_xdata()) == [finder.suggestion] * 2
    assert axes.get_xscale() == "log"
    assert finder.plot(axes) is axes


def test_what_the_finder_cannot_do():
    with pytest.raises(ValueError, match="the finder has not run yet"):
        _ = LRFinder().suggestion
    with pytest.raises(ValueError, match="the loss fell at none"):
        _ = LRFinder(low=1e3, high=1e4).run(*linear(SGD, lr=0.1)).suggestion
    for options in ({"low": 0}, {"low": 1, "high": 0.1}, {"iterations": 5}):
        with pytest.raises(ValueError, match="LRFinder tries at least 10 rates"):
            LRFinder(**options)
