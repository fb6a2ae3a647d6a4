"""Exercises of notebook 11: an MLP that reads digits."""

from __future__ import annotations

from typing import Any

import numpy as np

import nn
from autograd import manual_seed, no_grad
from nn import CrossEntropyLoss, Linear, ReLU, Sequential
from optim import SGD, DataLoader, accuracy

from .exercise import AnswerError, Generator, exercise, ran, same

Array = np.ndarray[Any, Any]


def split(rng: Generator) -> tuple[Array, Array, Array, Array]:
    """The digits in two random parts: 1400 to learn from, 397 to be asked."""
    X, y = nn.datasets.load_digits()
    order = rng.permutation(len(X))
    learn, ask = order[:1400], order[1400:]
    return X[learn] / 16, y[learn], X[ask] / 16, y[ask]


def network() -> Sequential:
    """64 pixels, 32 hidden units, 10 scores."""
    return Sequential(Linear(64, 32), ReLU(), Linear(32, 10))


def trained(model: Any, X: Array, y: Array, lr: float, epochs: int) -> Any:
    """The model, after so many epochs."""
    optimizer = SGD(model.parameters(), lr=lr)
    for epoch in range(epochs):
        for pixels, digits in DataLoader(X, y, batch_size=32, shuffle=True, seed=epoch):
            optimizer.zero_grad()
            CrossEntropyLoss()(model(pixels), digits).backward()
            optimizer.step()
    return model


def share_read(training: Any, rng: Generator) -> float:
    """How many of the digits that it has not seen a trained network reads."""
    X, y, unseen, truth = split(rng)
    manual_seed(int(rng.integers(1000)))
    model = ran(training, X, y)
    if not callable(model):
        raise AnswerError(f"return the trained model; this is {model!r}.")
    if isinstance(model, nn.Module):
        model.eval()
    with no_grad():
        return float(accuracy(ran(model, unseen), truth))


def judge_training(training: Any, rng: Generator) -> None:
    """Right if it reads 95 % of what it has not seen."""
    share = share_read(training, rng)
    if share < 0.3:
        raise AnswerError(f"it reads {share:.1%}: hardly more than guessing. Is it trained at all?")
    if share < 0.95:
        raise AnswerError(f"it reads {share:.1%} of the digits that it has not seen.")


@exercise(
    "11.1",
    hints=[
        "One epoch is 44 updates. How many did the reader above have?",
        "Put a loop over epochs around the loop over batches: twenty or more.",
        "Or larger steps: momentum=0.9, or Adam with lr=0.01.",
    ],
    judge=judge_training,
)
def digit_reader(X: Array, y: Array) -> Any:
    """A network that has learned these digits."""
    model = network()
    return trained(model, X, y, lr=0.2, epochs=30)


def judge_overfit(overfit: Any, rng: Generator) -> None:
    """Right if the model's loss on ten digits ends below 0.01."""
    X, y, *_ = split(rng)
    manual_seed(int(rng.integers(1000)))
    model = network()
    before = [w.data.copy() for w in model.parameters()]
    ran(overfit, model, X[:10], y[:10])
    loss = CrossEntropyLoss()(model(X[:10]), y[:10]).item()
    if all(map(np.array_equal, before, (w.data for w in model.parameters()))):
        raise AnswerError("the weights of the model are what they were. Was step() called?")
    if not loss < 0.01:
        raise AnswerError(f"the loss on the ten digits is {loss:.3f} after your training.")


@exercise(
    "11.2",
    hints=[
        "All ten fit into one batch: each step uses all of them.",
        "Ten samples allow a much larger learning rate than 0.01.",
        "Several hundred steps with a learning rate of 0.5.",
    ],
    judge=judge_overfit,
)
def by_heart(model: Any, X: Array, y: Array) -> None:
    """Train the model until it knows these samples by heart."""
    optimizer = SGD(model.parameters(), lr=0.5)
    for _ in range(600):
        optimizer.zero_grad()
        CrossEntropyLoss()(model(X), y).backward()
        optimizer.step()


def one_weight(rng: Generator) -> tuple[Array, int, Array, float, float]:
    """What the gradient of one weight is made of: p, digit, out, s, pixel."""
    p = rng.dirichlet(np.ones(10))
    s = rng.normal()
    return p, int(rng.integers(10)), rng.normal(size=10), s, rng.uniform(0.1, 1)


def parts(p: Array, digit: int) -> Array:
    """Prediction minus truth."""
    return np.asarray(p - np.eye(10)[digit])


def judge_gradient(gradient: Any, rng: Generator) -> None:
    """Right if it is what backward() finds, in a network with random weights."""
    model, loss_of = network(), CrossEntropyLoss()
    X, y, *_ = split(rng)
    for w in model.parameters():
        w.data = rng.normal(scale=0.3, size=w.shape)
    for i in range(12):
        image, truth = X[i : i + 1], y[i : i + 1]
        hidden = model[0](image)
        scores = model[2](hidden.relu())
        model.zero_grad()
        loss_of(scores, truth).backward()
        on = hidden.data[0] > 0
        unit = int(rng.choice(np.flatnonzero(on if i % 2 else ~on)))
        j = int(rng.choice(np.flatnonzero(image[0] > 0)))
        z = np.exp(scores.data[0] - scores.data.max())
        given = (z / z.sum(), int(truth[0]), model[2].weight.data[:, unit].copy(),
                 float(hidden.data[0, unit]), float(image[0, j]))  # fmt: skip
        got, wanted = ran(gradient, *given), model[0].weight.grad[unit, j]
        require_gradient(got, float(wanted), *given)


def require_gradient(
    got: Any, wanted: float, p: Array, digit: int, out: Array, s: float, pixel: float
) -> None:
    """Say which factor of one weight's gradient is missing."""
    if same(got, wanted):
        return
    known = {
        "the unit was off (s is negative), and then its ReLU lets nothing through.": (
            parts(p, digit) @ out * pixel
        ),
        "that is what arrives at the unit. The weight multiplies the pixel.": (
            parts(p, digit) @ out * (s > 0)
        ),
        "the truth is missing: at the scores arrives p − truth.": p @ out * (s > 0) * pixel,
        "the sign is turned around: p − truth, not truth − p.": -wanted,
        "s itself does not come into it: the slope of the ReLU is 1 or 0.": (
            parts(p, digit) @ out * max(s, 0) * pixel
        ),
        "all ten scores send something, not only that of the right digit.": (
            parts(p, digit)[digit] * out[digit] * (s > 0) * pixel
        ),
    }
    for diagnosis, mistake in known.items():
        if same(got, mistake):
            raise AnswerError(diagnosis)
    raise AnswerError(f"backward() finds {wanted:.6g} there, and you {got!r}.")


@exercise(
    "11.3",
    hints=[
        "Three factors: what arrives at the unit, the slope of its ReLU, the pixel.",
        "What arrives at the unit is a sum over the ten scores.",
        "The slope of the ReLU is 1 where s is positive, else 0.",
    ],
    judge=judge_gradient,
)
def weight_gradient(p: Array, digit: int, out: Array, s: float, pixel: float) -> float:
    """The gradient of one weight of the first layer."""
    arrives = float(parts(p, digit) @ out)
    return arrives * (s > 0) * pixel


NAMES = {
    "A": "no zero_grad",
    "B": "softmax twice",
    "C": "learning rate too small",
    "D": "learning rate too large",
    "E": "labels out of order",
    "F": "all weights zero",
}
CLUES = {
    "A": "look for the line that should be before backward().",
    "B": "what does its last layer do, and what does cross-entropy do?",
    "C": "the loss hardly moves. Compare the numbers with those of train_for.",
    "D": "it is worse than guessing from the first epoch on. Compare the numbers.",
    "E": "is the third image of a batch shown with the third digit?",
    "F": "all hidden units are alike here, and stay so. Why?",
}


def judge_clinic(answer: Any, rng: Generator) -> None:
    """Right if all six names are, and the repaired script learns."""
    if not (isinstance(answer, tuple) and len(answer) == 2 and isinstance(answer[0], dict)):
        raise AnswerError('give both: check("11.4", my_names, my_script).')
    names, script = answer
    wrong = [name for name in NAMES if names.get(name) != NAMES[name]]
    if wrong:
        count = "five of six are right" if len(wrong) == 1 else f"{6 - len(wrong)} of six are right"
        raise AnswerError(f"{count}. Script {wrong[0]}: {CLUES[wrong[0]]}")
    share = share_read(script, rng)
    if share < 0.85:
        raise AnswerError(f"the names are right. Your repaired script reads {share:.1%}.")


@exercise(
    "11.4",
    hints=[
        "Ask diagnose, then read the script with its verdict in mind.",
        "Compare the scripts line by line with train_for: each differs in one place.",
        "Two of the eight names fit no script.",
    ],
    judge=judge_clinic,
)
def clinic() -> tuple[dict[str, str], Any]:
    """What is wrong with each script, and script A repaired."""

    def script(X: Array, y: Array) -> Any:
        return trained(network(), X, y, lr=0.5, epochs=8)

    return dict(NAMES), script


def answers(rng: Generator) -> tuple[Array, Array]:
    """Probabilities of twenty samples, and what they are; the surest answer is right."""
    p = rng.dirichlet(np.full(10, 0.3), size=20)
    y = np.where(rng.random(20) < 0.5, p.argmax(axis=1), rng.integers(10, size=20))
    y[p.max(axis=1).argmax()] = p.argmax(axis=1)[p.max(axis=1).argmax()]
    y[p.max(axis=1).argmin()] = p.argmin(axis=1)[p.max(axis=1).argmin()]
    return p, y


def least_likely(p: Array, y: Array) -> int:
    """The sample whose right digit was given the smallest probability."""
    return int(p[np.arange(len(y)), y].argmin())


@exercise(
    "11.5",
    hints=[
        "First: which samples are read wrongly? That is an array of True and False.",
        "The reader's confidence is the largest probability in each row.",
        "Set the confidence of the right answers to 0, and take the largest of what is left.",
    ],
    mistakes=[
        (lambda p, y: int(p.max(axis=1).argmax()), "that sample is read correctly."),
        (
            lambda p, y: int(np.where(p.argmax(axis=1) == y, 2, p.max(axis=1)).argmin()),
            "that is the mistake it was least sure of.",
        ),
        (least_likely, "that is where the truth got least; asked is where the mistake got most."),
        (
            lambda p, y: int(p.max(axis=1)[p.argmax(axis=1) != y].argmax()),
            "that is its place among the mistakes; give its place among all samples.",
        ),
    ],
    inputs=answers,
)
def surest_mistake(p: Array, y: Array) -> int:
    """The index of the sample that is read wrongly with the highest probability."""
    wrong = np.flatnonzero(p.argmax(axis=1) != y)
    sureness = p.max(axis=1)
    return int(wrong[sureness[wrong].argmax()])
