"""Checkpoints: a resumed run is the uninterrupted one, bit for bit; nothing damaged is used."""

import inspect
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from runs import Run, X, Y

import optim
from autograd import manual_seed, storage
from optim import SGD, Adam, DataLoader, EarlyStopping, ModelCheckpoint, checkpoint, lr_scheduler

KINDS = [
    kind
    for kind in vars(optim).values()
    if inspect.isclass(kind) and issubclass(kind, optim.Optimizer) and kind is not optim.Optimizer
]
OPTIONS = [(kind, {}) for kind in KINDS] + [
    (SGD, {"momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
    (optim.RMSprop, {"momentum": 0.5, "centered": True}),
    (Adam, {"betas": (0.7, 0.9), "weight_decay": 0.01}),
    (Adam, {"amsgrad": True}),
]
SCHEDULES = {
    "LambdaLR": lambda o: lr_scheduler.LambdaLR(o, lambda t: 1 / (1 + t)),
    "StepLR": lambda o: lr_scheduler.StepLR(o, 2, gamma=0.5),
    "MultiStepLR": lambda o: lr_scheduler.MultiStepLR(o, [2, 5], gamma=0.5),
    "ExponentialLR": lambda o: lr_scheduler.ExponentialLR(o, 0.8),
    "CosineAnnealingLR": lambda o: lr_scheduler.CosineAnnealingLR(o, 7),
    "LinearLR": lr_scheduler.LinearLR,
    "SequentialLR": lambda o: lr_scheduler.SequentialLR(
        o, [lr_scheduler.LinearLR(o), lr_scheduler.ExponentialLR(o, 0.7)], [3]
    ),
    "OneCycleLR": lambda o: lr_scheduler.OneCycleLR(o, 0.05, total_steps=21),
    "ReduceLROnPlateau": lambda o: lr_scheduler.ReduceLROnPlateau(o, patience=0, threshold=0.3),
    "no schedule": lambda o: None,
}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "run.safetensors"


def saving(path, **options):
    return Run(callbacks=[ModelCheckpoint(path)], **options)


@pytest.mark.parametrize(("kind", "options"), OPTIONS, ids=lambda x: getattr(x, "__name__", str(x)))
@pytest.mark.parametrize("values", [False, True], ids=["Tensors", "Values"])
def test_a_resumed_run_is_the_uninterrupted_one(kind, options, values, path):
    options = {"kind": kind, "values": values, **options}
    whole = saving(path, **options).fit(7)
    saving(path, **options).fit(4)
    resumed = saving(path, seed=9, **options).fit(7, resume=path)
    assert resumed.bits == whole.bits
    assert resumed.history["seconds"] == sorted(resumed.history["seconds"])


def test_every_optimizer_is_among_them():
    names = {kind.__name__ for kind in KINDS}
    assert names >= {"GradientDescent", "SGD", "Adagrad", "RMSprop", "Adadelta", "Adam", "AdamW"}
    assert names >= {"Lion", "LBFGS", "NewtonCG"}


@pytest.mark.parametrize("name", SCHEDULES)
def test_the_schedule_goes_on(name, path):
    schedule = SCHEDULES[name]
    whole = saving(path, schedule=schedule, lr=0.05).fit(7)
    saving(path, schedule=schedule, lr=0.05).fit(4)
    resumed = saving(path, seed=9, schedule=schedule, lr=0.05).fit(7, resume=path)
    assert resumed.bits == whole.bits
    assert (len(set(whole.history["lr"])) == 1) == (name == "no schedule")


def test_every_schedule_is_among_them():
    schedules = {name for name in vars(lr_scheduler) if name.endswith(("LR", "LROnPlateau"))}
    assert schedules == SCHEDULES.keys() - {"no schedule"}


def test_the_test_would_notice_what_is_not_restored(path, monkeypatch):
    whole = saving(path).fit(7)
    for part in ("generator", "optimizer", "scheduler", "train", "model"):
        saving(path).fit(4)
        state, fresh = checkpoint.read(path), saving(path, seed=9)
        fresh.trainer.batches = fresh.train
        state[part] = {
            "generator": np.random.default_rng(5).bit_generator.state,
            "optimizer": fresh.trainer.optimizer.state_dict(),
            "scheduler": {"steps": 0},
            "train": fresh.train.state_dict(),
            "model": fresh.model.state_dict(),
        }[part]
        checkpoint.write(state, path)
        assert fresh.fit(7, resume=path).bits != whole.bits, part


def test_interruption_at_every_epoch(path):
    whole = saving(path).fit(5)
    saving(path).fit(0)
    saving(path).fit(1)
    for epochs in (2, 3, 4, 5):
        resumed = saving(path, seed=epochs).fit(epochs, resume=path)
    assert resumed.bits == whole.bits
    assert saving(path).fit(5, resume=path).bits == whole.bits  # nothing was left to do


def test_early_stopping_goes_on_counting(path):
    def run(**options):
        stopping = EarlyStopping(patience=3)
        return Run(callbacks=[ModelCheckpoint(path), stopping], lr=0.3, **options)

    whole = run().fit(60)
    assert 5 < len(whole.history) < 60
    for done in (len(whole.history) - 2, len(whole.history)):
        run().fit(done)
        resumed = run(seed=4).fit(60, resume=path)
        assert resumed.bits == whole.bits


def test_a_loader_and_dropout_without_seeds_of_their_own(path):
    def run(epochs, **options):
        run = saving(path)
        run.train = DataLoader(X, Y, batch_size=7, shuffle=True)
        return run.fit(epochs, **options)

    whole = run(6)
    run(2)
    manual_seed(77)
    assert run(6, resume=path).bits == whole.bits


def test_state_of_every_shape_is_read_as_it_was_written(path):
    state = {
        "numbers": [1, -2.5, float("inf"), True, None, "text", 2**127, 0.1 + 0.2],
        "nested": {0: (np.eye(2), [np.float32(0.1), {"deep": np.arange(3, dtype=np.int16)}])},
        "zero": np.array(3.5), "empty": [{}, [], (), np.zeros((0, 2))],
    }  # fmt: skip
    checkpoint.write(state, path)
    found = checkpoint.read(path)
    assert found["numbers"] == state["numbers"]
    assert type(found["nested"][0]) is tuple
    eye, (small, deep) = found["nested"][0]
    assert eye.tolist() == [[1, 0], [0, 1]]
    assert small == float(np.float32(0.1))
    assert deep["deep"].dtype == np.int16
    assert found["zero"].shape == ()
    assert found["empty"][:3] == [{}, [], ()]
    assert found["empty"][3].shape == (0, 2)
    with pytest.raises(ValueError, match=r"a\.b\.1 is a set, which a checkpoint cannot hold"):
        checkpoint.write({"a": {"b": [1, {2}]}}, path)
    assert checkpoint.read(path)["numbers"] == state["numbers"]


def test_weights_can_be_read_by_anybody(path):
    run = saving(path).fit(1)
    arrays = storage.load(path)
    np.testing.assert_array_equal(arrays["model.0.weight"], run.model.state_dict()["0.weight"])


# --- damage -----------------------------------------------------------------------------------


def test_a_truncated_checkpoint_is_refused(path):
    saving(path).fit(1)
    data = path.read_bytes()
    for size in [0, 4, 8, 100, *range(200, len(data), len(data) // 40), len(data) - 1]:
        path.write_bytes(data[:size])
        with pytest.raises(ValueError, match=r"run\.safetensors is\s+damaged[\s\S]*E27"):
            saving(path).fit(2, resume=path)


def test_a_changed_byte_is_noticed_wherever_it_is(path):
    saving(path).fit(1)
    data = path.read_bytes()
    rng = np.random.default_rng(0)
    for place in [0, 8, len(data) - 1, *rng.integers(0, len(data), 200)]:
        changed = bytearray(data)
        changed[place] ^= 1 << int(rng.integers(8))
        path.write_bytes(changed)
        with pytest.raises(ValueError, match=r"E27, "):
            checkpoint.read(path)


def test_what_is_no_checkpoint_of_this_run(path):
    with pytest.raises(FileNotFoundError, match=r"there\s+is\s+no\s+file"):
        Run().fit(1, resume=path)
    storage.save({"w": np.eye(2)}, path)
    with pytest.raises(ValueError, match=r"holds\s+weights,\s+and\s+nothing\s+to\s+continue"):
        Run().fit(1, resume=path)
    saving(path).fit(1)
    with pytest.raises(ValueError, match=r"Adam\s+as\s+optimizer,\s+this\s+trainer\s+has\s+SGD"):
        saving(path, kind=SGD).fit(2, resume=path)
    with pytest.raises(ValueError, match=r"callback\s+0,\s+this\s+trainer\s+has\s+nothing"):
        Run().fit(2, resume=path)
    before = (other := saving(path, hidden=7)).model.state_dict()
    with pytest.raises(ValueError, match=r"does\s+not\s+fit\s+this\s+Sequential"):
        other.fit(2, resume=path)
    assert all((other.model.state_dict()[name] == before[name]).all() for name in before)


def test_writing_that_fails_leaves_the_checkpoint_before(path, monkeypatch):
    saving(path).fit(2)
    before = path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        saving(path).fit(3, resume=path)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


PROGRAM = """
import sys
sys.path.insert(0, {folder!r})
from pathlib import Path
from runs import Run
from optim import ModelCheckpoint, Callback

class Ready(Callback):
    def epoch_ended(self, trainer, row):
        print(row["epoch"], flush=True)

path = Path({path!r})
run = Run(callbacks=[Ready(), ModelCheckpoint(path)], hidden=20_000)
run.fit({epochs}, resume=path if path.exists() else None)
"""


def test_kill_at_random_moments(path):
    """Every kill -9 leaves a whole checkpoint, and the run goes on from it to the same end."""
    epochs, moments = 10_000, random.Random(0)
    folder = str(Path(__file__).parent)
    program = PROGRAM.format(folder=folder, path=str(path), epochs=epochs)
    reached = [0]
    for _ in range(5):
        with subprocess.Popen(
            [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True
        ) as child:
            for _ in range(2):
                assert child.stdout.readline()  # one whole epoch beyond the last checkpoint
            time.sleep(moments.uniform(0, 0.05))
            child.send_signal(signal.SIGKILL)
        reached.append(len(checkpoint.read(path)["history"]))
    assert reached == sorted(set(reached))  # each life began where the one before had come to

    class Ready(optim.Callback):
        """Stands where the killed program had its own."""

    whole = Run(callbacks=[Ready(), ModelCheckpoint(path.with_name("whole"))], hidden=20_000)
    whole.fit(reached[-1] + 1)
    resumed = Run(callbacks=[Ready(), ModelCheckpoint(path)], hidden=20_000, seed=3)
    assert resumed.fit(reached[-1] + 1, resume=path).bits == whole.bits
