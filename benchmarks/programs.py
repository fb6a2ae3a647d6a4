"""Whole programs, each in a process of its own: training digits, and the import.

    python -m benchmarks.programs digits ours|sklearn SEED
    python -m benchmarks.programs import ours|views|numpy

The first trains a network 64-64-10 on the handwritten digits until it is right on 97 % of the test
samples, and prints the CPU time of the whole process, imports included. Both programs see the same
samples in the same split, and use Adam with the same learning rate and batch size.
"""

from __future__ import annotations

import sys
import time
from statistics import median
from typing import Any

from .measure import Row, in_own_process, installed

RIGHT, HIDDEN, BATCH, LR, MOST_EPOCHS = 0.97, 64, 32, 3e-3, 200


def rows(rounds: int) -> list[Row]:
    """The two programs' rows."""
    return [digits(rounds), imports(rounds)]


def digits(rounds: int) -> Row:
    """Training to 97 %: the median over seeds."""
    work, targets = "a program that learns to read 97 % of them", (1.0, 0.5)
    if not installed("sklearn"):
        return Row("digits", work, "scikit-learn", None, *targets)
    times = {
        engine: median(measured("digits", engine, seed) for seed in range(rounds))
        for engine in ("ours", "sklearn")
    }
    ratio = times["ours"] / times["sklearn"]
    return Row("digits", work, "scikit-learn", ratio, *targets, times["ours"], times["sklearn"])


def imports(rounds: int) -> Row:
    """The import against NumPy's."""
    ours, theirs = (import_time(engine, rounds) for engine in ("ours", "numpy"))
    work = "import autograd, nn, optim"
    return Row("import", work, "import numpy", ours / theirs, 1.5, 1.25, ours, theirs)


def import_time(engine: str, rounds: int) -> float:
    """The median, in a fresh interpreter each time; the first time is not counted."""
    return median([measured("import", engine) for _ in range(3 * rounds + 1)][1:])


def measured(program: str, engine: str, seed: int = 0) -> float:
    """The CPU time that one of these programs reports."""
    return in_own_process("benchmarks.programs", program, engine, str(seed))


def train_ours(seed: int) -> float:
    """Train with this library; returns the accuracy reached."""
    import autograd
    import nn
    import optim

    X_train, X_test, y_train, y_test = split(*nn.datasets.load_digits())
    autograd.manual_seed(seed)
    model = nn.Sequential(nn.Linear(64, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 10))
    optimizer = optim.Adam(model.parameters(), lr=LR)

    class Enough(optim.Callback):
        def epoch_ended(self, trainer, row):  # type: ignore[no-untyped-def]
            if row["validation_accuracy"] >= RIGHT:
                trainer.stop("at the accuracy asked for")

    trainer = optim.Trainer(
        model, nn.CrossEntropyLoss(), optimizer, metrics=[optim.accuracy], callbacks=[Enough()]
    )
    train = optim.DataLoader(X_train, y_train, batch_size=BATCH, shuffle=True)
    test = optim.DataLoader(X_test, y_test, batch_size=None)
    history = trainer.fit(train, test, epochs=MOST_EPOCHS, progress=False)
    return float(history["validation_accuracy"][-1])


def train_sklearn(seed: int) -> float:
    """Train with scikit-learn, epoch by epoch; returns the accuracy reached."""
    from sklearn.datasets import load_digits
    from sklearn.neural_network import MLPClassifier

    X_train, X_test, y_train, y_test = split(*load_digits(return_X_y=True))
    model = MLPClassifier((HIDDEN,), batch_size=BATCH, learning_rate_init=LR, random_state=seed)
    for _ in range(MOST_EPOCHS):
        model.partial_fit(X_train, y_train, classes=range(10))
        accuracy = float(model.score(X_test, y_test))
        if accuracy >= RIGHT:
            break
    return accuracy


def split(X: Any, y: Any) -> tuple[Any, Any, Any, Any]:
    """1400 samples to learn from and 397 to be tested on: the same for both."""
    import numpy as np

    order = np.random.default_rng(0).permutation(len(X))
    train, test = order[397:], order[:397]
    return X[train] / 16, X[test] / 16, y[train], y[test]


def main(program: str, engine: str, seed: str) -> float:
    """Run one of the programs; returns its CPU time."""
    if program == "digits":
        train = train_ours if engine == "ours" else train_sklearn
        if (reached := train(int(seed))) < RIGHT:
            raise SystemExit(f"{engine} reached {reached:.3f} of the test samples only")
        return time.process_time()
    start = time.process_time()
    if engine == "ours":
        import optim  # noqa: F401
    elif engine == "views":
        from autograd import draw, explain, play  # noqa: F401
    else:
        import numpy  # noqa: F401
    return time.process_time() - start


if __name__ == "__main__":
    print(main(*sys.argv[1:]))
