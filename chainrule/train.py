"""The main job: train a network on a data set, say what is done, and keep what came out.

`run` is the whole story. The folder it fills holds

    weights.safetensors   the trained weights; also input.mean and input.std, with which every
                          feature was scaled, (x - mean) / std, and the same two of the target
                          where it is a number
    history.csv           loss, metrics and learning rate after every epoch
    loss.png              the loss curve
    boundary.png          for two features and classes: which class the network sees where
    training.html         for the same: the run to scrub through, with the boundary in every frame
    graph.svg             the computation graph of one sample
    backprop.html         the same graph to step through, forward and backward
    checkpoint.safetensors  where the run stands after its last epoch, for --resume

so that the network can be built again and used:

    state = autograd.storage.load("runs/iris/weights.safetensors")
    mean, std = state.pop("input.mean"), state.pop("input.std")
    model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 3)).eval()
    model.load_state_dict(state)
    model((flowers - mean) / std)
"""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, NamedTuple

import numpy as np

import nn
import optim
from autograd import manual_seed, play, storage

from . import pictures, report
from .errors import DivergenceError, UsageError
from .resume import CHECKPOINT, Asked
from .samples import DATASETS, Settings, find
from .tables import Array, Samples

ACTIVATIONS = {
    "relu": nn.ReLU, "leaky_relu": nn.LeakyReLU, "elu": nn.ELU, "gelu": nn.GELU, "silu": nn.SiLU,
    "sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "softplus": nn.Softplus,
}  # fmt: skip
LOSSES = {"cross-entropy": nn.CrossEntropyLoss, "bce": nn.BCEWithLogitsLoss, "mse": nn.MSELoss}
OPTIMIZERS: dict[str, tuple[type[optim.Optimizer], float]] = {  # and the learning rate that suits
    "gd": (optim.GradientDescent, 0.1),
    "sgd": (optim.SGD, 0.1),
    "adagrad": (optim.Adagrad, 0.1),
    "rmsprop": (optim.RMSprop, 0.003),
    "adadelta": (optim.Adadelta, 1.0),
    "adam": (optim.Adam, 0.01),
    "adamw": (optim.AdamW, 0.01),
    "lion": (optim.Lion, 0.001),
}
WITH_MOMENTUM = ("sgd", "rmsprop")
FRAMES = 100  # that the page of a run shows, about
AT_ONCE = 1024  # samples evaluated together: a matter of memory, not of the result
INTERRUPTED = 130


@dataclass(frozen=True)
class Job:
    """What to train, on what, and how. None leaves a choice to the data or to the optimizer."""

    data: str = "digits"
    target: str | None = None
    hidden: tuple[int, ...] | None = None
    activation: str = "relu"
    dropout: float | None = None
    loss: str = "auto"
    optimizer: str = "adam"
    lr: float | None = None
    momentum: float | None = None
    batch_size: int | str = 32
    epochs: int | None = None
    seed: int = 0
    test_size: float | None = None
    output: Path | None = None
    explain: bool = False
    compile: bool = False
    quiet: bool = False
    progress: bool = True
    resume: bool = False

    def settled(self, settings: Settings) -> Settings:
        """The settings that suit the data, but for what this job asks for itself."""
        asked = {name: getattr(self, name) for name in settings._fields}
        return settings._replace(**{name: x for name, x in asked.items() if x is not None})


class Scale(NamedTuple):
    """(x - mean) / std: what the network sees in place of x."""

    mean: Array
    std: Array

    def __call__(self, x: Array) -> Array:
        """X as the network sees it."""
        scaled: Array = (x - self.mean) / self.std
        return scaled


class Training:
    """All that a job needs: samples, split and scaled; model, loss, optimizer and trainer."""

    def __init__(self, job: Job) -> None:
        numeric = None if job.loss == "auto" else job.loss == "mse"
        self.job = job
        self.samples, settings = find(job.data, job.target, numeric, job.seed)
        self.settings = job.settled(settings)
        check(job, self.samples)
        self.kind = job.loss
        if job.loss == "auto":
            self.kind = "cross-entropy" if self.samples.classes else "mse"

        X, X_test, y, y_test = split(self.samples, self.settings.test_size, job.seed)
        self.scale = scale_of(X, self.samples.unit)
        self.target_scale = scale_of(y, None if self.kind == "mse" else 1)
        self.X, self.X_test = self.scale(X), self.scale(X_test)
        self.y, self.y_test = self.targets(y), self.targets(y_test)

        manual_seed(job.seed)
        outputs = len(self.samples.classes) if self.kind == "cross-entropy" else 1
        self.model = network(X.shape[1], self.settings, job.activation, outputs)
        self.loss = LOSSES[self.kind]()
        self.optimizer = optimizer(job, self.model)
        metrics = {"cross-entropy": [optim.accuracy], "bce": [accuracy], "mse": []}[self.kind]
        self.recorders: list[optim.Recorder] = []
        self.finite = Finite(OPTIMIZERS[job.optimizer][1])
        self.trainer = optim.Trainer(
            self.model, self.loss, self.optimizer, metrics=metrics, callbacks=[self.finite],
            compile=job.compile,
        )  # fmt: skip

    def targets(self, y: Array) -> Array:
        """The target as the loss takes it: class indices, or one number per row."""
        return y if self.kind == "cross-entropy" else self.target_scale(y).reshape(-1, 1)

    def batches(self) -> optim.DataLoader:
        """The training samples, in the same random orders every time this is called."""
        size = self.job.batch_size
        size = min(size, len(self.X)) if isinstance(size, int) else size
        return optim.DataLoader(self.X, self.y, batch_size=size, shuffle=True, seed=self.job.seed)

    def first_update(self) -> Any:
        """The table of what the first step of `fit` will do."""
        self.seed_dropout()
        X, y = next(iter(self.batches()))
        self.loss(self.model(X), y).backward()
        table = self.optimizer.explain_step()
        self.optimizer.zero_grad()
        return table

    def fit(self, folder: Path | None = None) -> optim.History:
        """Train. Ctrl-C ends it early, with the history of the finished epochs.

        folder: where to keep a checkpoint, or to go on from the one that is there.
        """
        self.seed_dropout()
        path = None if folder is None else folder / CHECKPOINT
        if path is not None:
            asked = Asked(self.job, self.samples)
            self.recorders = [self.recorder()] if self.in_the_plane else []
            kept = optim.ModelCheckpoint(path)
            self.trainer.callbacks = [asked, self.finite, *self.recorders, kept]
        test = whole(self.X_test, self.y_test)
        progress = self.job.progress and not self.job.quiet
        resume = path if self.job.resume else None
        return self.trainer.fit(self.batches(), test, self.settings.epochs, progress, resume)

    @property
    def in_the_plane(self) -> bool:
        """Whether there are two features and classes: a decision boundary can be drawn."""
        return bool(self.samples.classes) and len(self.samples.features) == 2

    def recorder(self) -> optim.Recorder:
        """What keeps about a hundred frames of the run, in the units of the data."""
        updates = len(self.batches()) * self.settings.epochs
        points = self.X * self.scale.std + self.scale.mean
        return optim.Recorder(
            max(1, updates // FRAMES), (points, self.y), self.samples.classes,
            lambda grid: self.model(self.scale(grid)),
        )  # fmt: skip

    def seed_dropout(self) -> None:
        """Let dropout draw the same masks from here on, whatever was drawn before."""
        manual_seed(self.job.seed + 1)

    def scores(self) -> dict[str, dict[str, float]]:
        """Loss and metrics on both parts of the data, without dropout."""
        return {
            "Training": self.trainer.evaluate(whole(self.X, self.y)),
            "Test": self.trainer.evaluate(whole(self.X_test, self.y_test)),
        }

    def weights(self) -> dict[str, Array]:
        """What the weights file holds."""
        scales = {"input.mean": self.scale.mean, "input.std": self.scale.std}
        if self.kind == "mse":
            scales |= {"target.mean": self.target_scale.mean, "target.std": self.target_scale.std}
        return {**self.model.state_dict(), **scales}


class Finite(optim.Callback):
    """Raises DivergenceError as soon as a loss is not a finite number."""

    def __init__(self, usual_lr: float) -> None:
        self.usual_lr = usual_lr

    def loss_computed(self, trainer: optim.Trainer, loss: Any) -> None:
        """Look at the loss of a batch."""
        self.look_at(trainer, loss.item())

    def epoch_ended(self, trainer: optim.Trainer, row: dict[str, Any]) -> None:
        """Look at the loss on the test samples."""
        self.look_at(trainer, row["validation_loss"])

    def look_at(self, trainer: optim.Trainer, loss: float) -> None:
        """Is it finite?"""
        if not math.isfinite(loss):
            lr = min(trainer.optimizer.param_groups[0]["lr"] / 10, self.usual_lr)
            told = f"the loss became {loss}, because the steps are too large"
            raise DivergenceError(f"training diverged: {told}; try --lr {lr:.2g}.")


def run(job: Job) -> int:
    """Do the job; returns the exit status: 0, or 130 after Ctrl-C.

    Raises UsageError for what cannot be done and DivergenceError if the loss does not stay finite.
    """
    with np.errstate(all="ignore"):  # a loss that is not finite is told of in words
        training = Training(job)
        folder = claim(job)
        try:
            say(job, report.plan(training, folder))
            if job.explain:
                say(job, report.update(training.first_update()))
            history = training.fit(folder)
            if not len(history):
                raise KeyboardInterrupt
            say(job, report.result(training, history))
            keep(training, history, folder)
        except (DivergenceError, KeyboardInterrupt, OSError, UsageError) as error:
            if isinstance(error, DivergenceError) and not job.resume:
                (folder / CHECKPOINT).unlink(missing_ok=True)  # it could only diverge again
            with suppress(OSError):  # it stays if there is something in it
                folder.rmdir()
            raise
        say(job, report.written(folder))
        return 0 if len(history) == training.settings.epochs else INTERRUPTED


def say(job: Job, text: str) -> None:
    """Print, unless asked to be quiet."""
    if not job.quiet:
        print(text, flush=True)


def check(job: Job, samples: Samples) -> None:
    """Refuse settings that do not go with the data, or with each other."""
    if job.momentum is not None and job.optimizer not in WITH_MOMENTUM:
        others = " or ".join(WITH_MOMENTUM)
        raise UsageError(f"--momentum does not go with {job.optimizer}: use --optimizer {others}.")
    if job.loss == "bce" and len(samples.classes) != 2:
        told = f"{samples.target!r} has {len(samples.classes)}"
        raise UsageError(f"bce tells two classes apart, but {told}: use --loss cross-entropy.")


def split(samples: Samples, test_size: float, seed: int) -> list[Array]:
    """The features to train and to test on, and the targets of both."""
    total = len(samples.X)
    count = math.ceil(test_size * total) if test_size < 1 else int(test_size)
    if count >= total:
        raise UsageError(f"--test-size {test_size:g} of {total} samples leaves none to train on.")
    return list(optim.train_test_split(samples.X, samples.y, count, seed=seed))


def scale_of(x: Array, unit: float | None) -> Scale:
    """The scale that makes mean 0 and standard deviation 1; with a unit, only a division by it."""
    if unit is not None:
        return Scale(np.zeros(x.shape[1:]), np.full(x.shape[1:], float(unit)))
    std = np.asarray(x.std(axis=0))
    return Scale(np.asarray(x.mean(axis=0)), np.where(std > 0, std, 1.0))


def network(features: int, settings: Settings, activation: str, outputs: int) -> nn.Sequential:
    """Linear layers, with activation and dropout after all but the last."""
    layers: list[nn.Module] = []
    sizes = (features, *settings.hidden)
    for n_in, n_out in pairwise(sizes):
        layers += [nn.Linear(n_in, n_out), ACTIVATIONS[activation]()]
        layers += [nn.Dropout(settings.dropout)] if settings.dropout else []
    return nn.Sequential(*layers, nn.Linear(sizes[-1], outputs))


def optimizer(job: Job, model: nn.Module) -> optim.Optimizer:
    """The optimizer that the job names."""
    kind, usual_lr = OPTIMIZERS[job.optimizer]
    options: dict[str, Any] = {"lr": usual_lr if job.lr is None else job.lr}
    if job.momentum is not None:
        options["momentum"] = job.momentum
    return kind(model.parameters(), **options)


def whole(X: Array, y: Array) -> optim.DataLoader:
    """Samples to evaluate on."""
    return optim.DataLoader(X, y, batch_size=min(AT_ONCE, len(X)))


def accuracy(prediction: Array, target: Array) -> float:
    """The share of rows whose score is on the right side of 0: `optim.accuracy` for bce."""
    return float(np.mean((prediction > 0) == (target > 0.5)))


def claim(job: Job) -> Path:
    """The folder to write to, made before training: without it, training would be in vain.

    A folder that the user names may exist; otherwise a new one is made for every run.
    """
    try:
        if job.output is None:
            return new_folder(job.data if job.data in DATASETS else Path(job.data).stem)
        for name in report.FILES:
            if (job.output / name).is_dir():
                told = f"{job.output / name} is a folder, and a file of that name is to be written"
                raise UsageError(f"{told}: rename it, or choose another --output.")
        job.output.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=job.output):
            return job.output
    except OSError as error:
        where = job.output or Path("runs")
        raise UsageError(f"cannot write to the folder {where}: {error.strerror}.") from None


def new_folder(name: str) -> Path:
    """runs/name, or with the first number that makes it new: runs/name-2, runs/name-3 ..."""
    n = 1
    while True:
        folder = Path("runs", name if n == 1 else f"{name}-{n}")
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            n += 1
        else:
            return folder


def keep(training: Training, history: optim.History, folder: Path) -> None:
    """Write weights, history and pictures in place of those of an earlier run."""
    for name in report.FILES.keys() - {CHECKPOINT}:
        (folder / name).unlink(missing_ok=True)
    storage.save(training.weights(), folder / "weights.safetensors")
    history.to_csv(folder / "history.csv")
    pictures.loss_curve(training, history, folder / "loss.png")
    pictures.graph(training, folder / "graph.svg", folder / "backprop.html")
    if training.in_the_plane:
        pictures.boundary(training, folder / "boundary.png")
    for recorder in training.recorders:
        if recorder.run.frames:
            play(recorder.run).save(folder / "training.html")
