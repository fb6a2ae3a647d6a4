"""Recorder: what it keeps is what happened, and training does not notice it."""

import warnings
from copy import deepcopy

import numpy as np
import pytest
from runs import Run

import nn
from autograd import DataError, Hint, Tensor, manual_seed, play, randn
from autograd.view.plane import class_probabilities
from autograd.view.run import Run as FrameRun
from autograd.view.run import dead_relus
from nn.flow import dead_units, layer_outputs
from optim import LBFGS, SGD, Adam, Callback, DataLoader, GradientClip, Recorder, Trainer

rng = np.random.default_rng(3)
X = rng.normal(size=(40, 2))
Y = (X[:, 0] * X[:, 1] > 0).astype(int)


def network():
    return nn.Sequential(
        nn.Linear(2, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Dropout(0.3), nn.Linear(6, 2)
    )


def trained(callbacks, kind=Adam, epochs=3, model=network, compile=False, **options):
    """A trainer after some epochs; everything in it is drawn with the same seed."""
    manual_seed(5)
    model = model()
    optimizer = kind(model.parameters(), **{"lr": 0.05, **options})
    trainer = Trainer(model, nn.CrossEntropyLoss(), optimizer, callbacks=callbacks, compile=compile)
    trainer.fit(DataLoader(X, Y, batch_size=16, shuffle=True, seed=1), epochs=epochs,
                progress=False)  # fmt: skip
    return trainer


def bits(trainer):
    rows = [{k: v for k, v in row.items() if k != "seconds"} for row in trainer.history.rows]
    return rows, {name: array.tobytes() for name, array in trainer.model.state_dict().items()}


class Diary(Callback):
    """Full copies of what a recorder measures."""

    def __init__(self):
        self.pages = []

    def copies(self, trainer):
        return {name: p.data.copy() for name, p in trainer.model.named_parameters()}

    def loss_computed(self, trainer, loss):
        outputs = layer_outputs(trainer.model, loss)
        self.pages.append({"loss": loss.item(), "dead": dead_units(outputs["2"])})

    def gradients_computed(self, trainer):
        grads = {name: np.array(p.grad.data) for name, p in trainer.model.named_parameters()}
        self.pages[-1] |= {"before": self.copies(trainer), "grads": grads}

    def batch_began(self, trainer, inputs, target):
        if self.pages:
            self.pages[-1].setdefault("after", self.copies(trainer))

    def epoch_ended(self, trainer, row):
        self.pages[-1].setdefault("after", self.copies(trainer))


@pytest.mark.parametrize(
    ("kind", "options"), [(SGD, {"momentum": 0.9}), (Adam, {}), (LBFGS, {"lr": 0.1})]
)
def test_training_is_the_same_bit_for_bit(kind, options):
    recorder = Recorder(boundary=(X, Y))
    assert bits(trained([recorder], kind, **options)) == bits(trained([], kind, **options))
    assert len(recorder.run.frames) == 9


def test_scores_that_are_drawn_do_not_disturb_what_training_draws():
    recorder = Recorder(boundary=(X, Y), scores=lambda points: randn(len(points), 2).data)
    assert bits(trained([recorder])) == bits(trained([]))


def test_training_with_values_is_the_same_bit_for_bit():
    recorder = Recorder(every=2)
    plain = Run(values=True).fit(2)
    assert Run(values=True, callbacks=[recorder]).fit(2).bits == plain.bits
    assert [frame.step for frame in recorder.run.frames] == [1, 3, 5]


def test_parts_that_were_in_eval_mode_stay_in_it():
    class Frozen(Callback):
        epoch = 0

        def batch_began(self, trainer, inputs, target):
            if self.epoch == len(trainer.history):
                trainer.model[1].training = False
                self.epoch += 1

    frozen = trained([Frozen()])
    recorded = trained([Recorder(boundary=(X, Y)), Frozen()])
    assert bits(recorded) == bits(frozen)


def test_a_frame_is_what_was_there_before_an_update_and_what_the_update_then_did():
    diary, recorder = Diary(), Recorder()
    trained([diary, recorder])
    assert len(diary.pages) == len(recorder.run.frames) == 9
    for k, (frame, page) in enumerate(zip(recorder.run.frames, diary.pages, strict=True), 1):
        assert (frame.step, frame.loss) == (k, page["loss"])
        assert frame.dead["2"] == (page["dead"].sum(), 6)
        assert list(frame.sizes) == list(page["grads"])
        for name, size in frame.sizes.items():
            before, after = page["before"][name], page["after"][name]
            assert size.parameter == np.linalg.norm(before)
            assert size.gradient == np.linalg.norm(page["grads"][name])
            assert size.update == np.linalg.norm(after - before)


def test_gradients_are_as_the_callbacks_before_leave_them():
    after = Recorder()
    trained([GradientClip(max_norm=1e-3), after])
    sizes = after.run.frames[0].sizes.values()
    assert np.hypot.reduce([size.gradient for size in sizes]) == pytest.approx(1e-3, rel=1e-5)


def test_the_boundary_is_that_of_the_model_in_eval_mode_before_the_update():
    said = []

    class Asking(Callback):
        def gradients_computed(self, trainer):
            trainer.model.eval()
            said.append(class_probabilities(trainer.model(recorder.run.grid)))
            trainer.model.train()

    recorder = Recorder(boundary=(X, Y), classes=["same", "other"])
    trained([Asking(), recorder], SGD, 1)
    for frame, p in zip(recorder.run.frames, said, strict=True):
        assert frame.boundary.tobytes() == p.tobytes()
    assert "<Page of a run: 3 frames" in repr(play(recorder.run))


def test_another_function_may_be_asked_for_the_scores():
    recorder = Recorder(boundary=(X, Y), scores=lambda points: points @ np.eye(2))
    trained([recorder], epochs=1)
    grid = recorder.run.grid
    assert ((recorder.run.frames[0].boundary[:, 1] > 0.5) == (grid[:, 1] > grid[:, 0])).all()


def test_a_run_that_diverges_is_recorded_and_shown():
    recorder = Recorder(boundary=(X, Y))
    plain = lambda: nn.Sequential(nn.Linear(2, 6), nn.Tanh(), nn.Linear(6, 2))
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", Hint)
        trained([recorder], SGD, 4, plain, lr=1e200)
    assert not np.isfinite([frame.loss for frame in recorder.run.frames]).all()
    assert "the loss is nan" in play(recorder.run).html


def test_a_loop_written_by_hand_keeps_the_same_frames():
    by_hand, recorder = FrameRun(X, Y), Recorder(boundary=(X, Y))
    manual_seed(2)
    model = nn.Sequential(nn.Linear(2, 6), nn.ReLU(), nn.Linear(6, 2))
    twin = deepcopy(model)
    criterion, optimizer = nn.CrossEntropyLoss(), Adam(model.parameters(), lr=0.1)
    for _ in range(5):
        loss = criterion(model(X), Y)
        optimizer.zero_grad()
        loss.backward()
        table = optimizer.explain_step().parameters
        by_hand.frame(
            loss.item(), {row.name: (row.old, row.gradient, row.step) for row in table},
            dead=dead_relus(loss), boundary=model(by_hand.grid),
        )  # fmt: skip
        optimizer.step()
    trainer = Trainer(twin, criterion, Adam(twin.parameters(), lr=0.1), callbacks=[recorder])
    trainer.fit(DataLoader(X, Y, batch_size=40), epochs=5, progress=False)
    for mine, theirs in zip(by_hand.frames, recorder.run.frames, strict=True):
        assert (mine.step, mine.loss, mine.dead) == (theirs.step, theirs.loss, theirs.dead)
        np.testing.assert_allclose(mine.boundary, theirs.boundary)
        for name, size in mine.sizes.items():
            assert size == pytest.approx(theirs.sizes[name], rel=1e-6)


def test_models_without_names_are_recorded_too():
    class Line:
        def __init__(self):
            self.w = Tensor([[1.0, 0.5], [0.0, 2.0]], requires_grad=True, name="w")
            self.b = Tensor([0.0, 0.0], requires_grad=True)

        def __call__(self, x):
            return x @ self.w + self.b

        def parameters(self):
            return [self.w, self.b]

        def train(self):
            pass

        eval = train

        def state_dict(self):
            return {"w": self.w.data, "b": self.b.data}

    recorder = Recorder(boundary=(X, Y))
    assert bits(trained([recorder], model=Line)) == bits(trained([], model=Line))
    assert list(recorder.run.frames[0].sizes) == ["w", "p1"]


def test_compiled_training_is_recorded_without_its_units():
    model = lambda: nn.Sequential(nn.Linear(2, 6), nn.ReLU(), nn.Linear(6, 2))
    one, other = Recorder(), Recorder()
    trained([one], model=model, compile=True)
    trained([other], model=model)
    for compiled, frame in zip(one.run.frames, other.run.frames, strict=True):
        assert compiled.sizes["0.weight"] == pytest.approx(frame.sizes["0.weight"])
    assert one.run.frames[0].dead == {}
    assert other.run.frames[0].dead["1"].units == 6


def test_an_interrupted_run_keeps_its_finished_updates():
    class Impatient(Callback):
        def gradients_computed(self, trainer):
            if trainer.callbacks[1].update == 5:
                raise KeyboardInterrupt

    recorder = Recorder()
    trainer = trained([Impatient(), recorder])
    assert [frame.step for frame in recorder.run.frames] == [1, 2, 3, 4]
    trainer.callbacks = [recorder]
    trainer.fit(DataLoader(X, Y, batch_size=20), epochs=1, progress=False)
    assert [frame.step for frame in recorder.run.frames] == [1, 2]


def test_every_counts_updates():
    with pytest.raises(DataError, match="every must be at least 1; got 0"):
        Recorder(every=0)
