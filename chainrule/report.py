"""What `chainrule train` prints: the plan in the lecture's words, the result, the files."""

from __future__ import annotations

import inspect
import math
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import nn
import optim
from nn import functional

from .resume import CHECKPOINT
from .tables import as_number

if TYPE_CHECKING:
    from .train import Training

WIDTH, INDENT = 80, 11
FILES = {
    "weights.safetensors": "the trained weights, and the scale of the features",
    "history.csv": "loss and metrics after every epoch",
    "loss.png": "the loss curve",
    "boundary.png": "the decision boundary, with the training samples",
    "training.html": "the whole run to scrub through, in a browser",
    "graph.svg": "the graph of the worst test sample, with gradients",
    "backprop.html": "the same graph to step through, in a browser",
    CHECKPOINT: "where the run stands: --resume goes on from it",
}
FORMULAS = {
    "cross-entropy": functional.cross_entropy,
    "bce": functional.binary_cross_entropy_with_logits,
    "mse": functional.mse_loss,
}


def plan(training: Training, folder: Path) -> str:
    """What is going to be done."""
    parts = {
        "Data": data(training),
        "Model": model(training.model),
        "Loss": loss(training.kind),
        "Optimizer": optimizer(training.optimizer),
        "Batches": batches(training.batches(), training.settings.epochs),
        "Output": [f"{folder}{earlier_run(training.job.resume, folder)}"],
    }
    return "\n".join(part(name, lines) for name, lines in parts.items())


def data(training: Training) -> list[str]:
    """The samples, how they are split, and how they are scaled."""
    samples = training.samples
    features, scale = len(samples.features), "its mean is subtracted, then it is divided by"
    told = [f"N = {len(samples.X)} {samples.what}, {counted(features, 'feature')} each"]
    told += wrapped(f"target {samples.target}: {kind_of_target(training)}")
    told += [f"{len(training.X)} samples to train on, {len(training.X_test)} to test on"]
    if samples.unit is not None:
        return [*told, f"each feature is divided by {samples.unit:g}"]
    return told + wrapped(f"of each feature {scale} its standard deviation (training samples)")


def kind_of_target(training: Training) -> str:
    """What is predicted; for a CSV file whose target could be either, also how to say otherwise."""
    classes = training.samples.classes
    either = training.job.target is not None and training.job.loss == "auto"
    if not classes:
        otherwise = " (--loss cross-entropy makes it a class)" if either else ""
        return f"a number, scaled like the features{otherwise}"
    either = either and all(as_number(name) is not None for name in classes)
    otherwise = " (few whole numbers; --loss mse makes it a number)" if either else ""
    return f"{len(classes)} classes, {', '.join(classes)}{otherwise}"


def model(network: nn.Sequential) -> list[str]:
    """One line per layer, with its number of weights, and their sum."""
    lines, total = [], 0
    for layer in network:
        if not isinstance(layer, nn.Linear):
            lines.append(f"{type(layer).__name__}({layer.extra_repr()})")
            continue
        n_in, n_out = layer.in_features, layer.out_features
        count = n_in * n_out + n_out
        total += count
        name, biases = f"Linear({n_in}, {n_out})", "bias" if n_out == 1 else "biases"
        lines.append(f"{name:<18}{n_in} x {n_out} weights + {n_out} {biases} = {count}")
    return [*lines, f"{total} weights in all, biases included"]


def loss(kind: str) -> list[str]:
    """The loss's formula, and the derivative with which backpropagation starts."""
    first_line = (inspect.getdoc(FORMULAS[kind]) or "").split("\n")[0]
    formula, _, meaning = first_line.partition(": ")
    return [f"{kind}, of a batch of n samples", formula, *wrapped(meaning)]


def optimizer(rule: optim.Optimizer) -> list[str]:
    """The update rule."""
    options = rule.param_groups[0]
    used = [name for name in ("lr", "momentum") if options.get(name)]
    told = ", ".join(f"{name} {options[name]:g}" for name in used)
    formula = (inspect.getdoc(type(rule)) or "").split("\n\n")[0]
    lines = [part for line in formula.split("\n") for part in wrapped(line)]
    return [f"{type(rule).__name__}, {told}", *lines]


def batches(loader: optim.DataLoader, epochs: int) -> list[str]:
    """The arithmetic of batch size, iterations and epochs, and what it is called."""
    n, size, iterations = loader.samples, loader.batch_size, len(loader)
    division = f"{n} / {size}" if n % size == 0 else f"ceil({n} / {size})"
    per_epoch = f"{division} = {counted(iterations, 'iteration')} per epoch"
    updates = f"{epochs} x {iterations} = {counted(epochs * iterations, 'update')} of the weights"
    return [
        f"batch size {size}: {loader.method} gradient descent",
        per_epoch,
        f"{counted(epochs, 'epoch')}: {updates}",
    ]


def update(table: Any) -> str:
    """The table of the first update."""
    return f"\nThe first update, by {table}"


def result(training: Training, history: optim.History) -> str:
    """Loss and metrics on both parts of the data."""
    rows = [scored(training, name, scores) for name, scores in training.scores().items()]
    seconds = history["seconds"][-1]
    told = f"{counted(len(history), 'epoch')} in {seconds:.1f} s"
    if len(history) < training.settings.epochs:
        told += f", of {training.settings.epochs}: stopped early"
    return "\n".join([f"\nTrained {told}", *rows, ""])


def scored(training: Training, name: str, scores: dict[str, float]) -> str:
    """Loss and metrics on one part of the data, in words."""
    told = f"{name:<{INDENT}}loss {scores['loss']:<10.4g}"
    samples = len(training.X if name == "Training" else training.X_test)
    if "accuracy" in scores:
        right = round(scores["accuracy"] * samples)
        return f"{told}accuracy {100 * scores['accuracy']:.1f} % ({right} of {samples})"
    error = float(f"{math.sqrt(scores['loss']) * training.target_scale.std:.4g}")
    return f"{told}off by {error:.15g} (root mean squared error of {training.samples.target})"


def written(folder: Path) -> str:
    """The files, and what is in them."""
    found = [(name, what) for name, what in FILES.items() if (folder / name).exists()]
    return "\n".join([f"Written to {folder}", *[f"  {name:<24}{what}" for name, what in found]])


def part(name: str, lines: list[str]) -> str:
    """Lines beside their heading."""
    return f"{name:<{INDENT}}" + f"\n{'':<{INDENT}}".join(lines)


def wrapped(text: str) -> list[str]:
    """Text in lines that fit beside a heading."""
    return wrap(text, WIDTH - INDENT, break_on_hyphens=False)


def counted(n: int, thing: str) -> str:
    """A number and its noun: 1 sample, 2 samples."""
    return f"{n} {thing}" if n == 1 else f"{n} {thing}s"


def earlier_run(resume: bool, folder: Path) -> str:
    """What becomes of what a run has written to the folder before."""
    if resume:
        return " (going on from its checkpoint)"
    written = any((folder / name).exists() for name in FILES)
    return " (replacing what an earlier run wrote)" if written else ""
