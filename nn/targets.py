"""Targets of classification: labels, weights and smoothing as one table of probabilities.

The loss of one sample is -sum(t log p) over the classes: for a label, t is 1 at its class and 0
elsewhere. Whatever else is asked for (class weights, samples to ignore, smoothing, probabilities
as targets) is another t.
"""

from __future__ import annotations

import math
from functools import reduce
from typing import Any

import numpy as np

import autograd as ag
from autograd import Node
from autograd.data import plain, raw, shape_of
from autograd.errors import lesson
from autograd.op import Op
from autograd.ops.shape import astype
from autograd.question import Question, detached

from .checks import flat, hint, holds_values, require_same_shape, shape

Array = np.ndarray[Any, Any]
A_FEW = 8  # of the scores: enough to see that they are no probabilities
Shape = tuple[int, ...]


def class_indices(loss: str, scores: Shape, target: Any, ignore_index: int) -> Any:
    """The target as an array of class indices. Raises E08 or E09 if it is something else."""
    return _class_indices(plain(target), loss=loss, scores=scores, ignore_index=ignore_index)


def _indices(target: Any, *, loss: str, scores: Shape, ignore_index: int) -> Array:
    if not scores:
        what, why = f"{loss}: scores must have shape (N, C) or (C,); got ()", "each class has one"
        raise lesson("E24b", what=what, why=why, fix="scores.reshape(1, -1)")
    labels = np.asarray(target)
    classes = scores[class_axis(scores)]
    wanted = (*scores[:1], *scores[2:]) if len(scores) > 1 else ()
    if labels.shape != wanted:
        fix = "y = y.reshape(-1)"
        if labels.shape == scores:
            fix = "y = y.argmax(axis=1)" if len(scores) > 2 else "y = y.argmax(axis=-1)"
            fix += "   for rows with a single 1; soft_targets=True for probabilities"
        elif labels.shape == scores[:-1]:
            fix = f"scores.reshape(-1, {scores[-1]}), y.reshape(-1)   with the classes last"
        elif labels.size != math.prod(wanted):
            fix = "give one label for each row of scores"
        facts = {"shape": wanted, "last": classes - 1, "target": labels.shape, "fix": fix}
        raise lesson("E08", loss=loss, **facts)
    if labels.dtype.kind not in "iu":
        what = f"labels must be whole numbers; got {labels.dtype}."
        raise lesson("E09", what=what, fix="y = y.astype(int)")
    if all_within(labels, classes):
        return labels
    wrong = ((labels < 0) | (labels >= classes)) & (labels != ignore_index)
    if np.count_nonzero(wrong):
        span = f"{classes} classes (0..{classes - 1})"
        what = f"the target has label {labels[wrong][0]}, but there are {span}."
        shifted = labels.min() == 1 and labels.max() == classes
        more = f"nn.Linear(16, {labels.max() + 1})   as the last layer: an output for each class"
        fix = "y = y - 1" if shifted else more
        raise lesson("E09", what=what, fix=fix if labels.min() >= 0 else "y = y - y.min()")
    return labels


def all_within(labels: Array, classes: int) -> bool:
    """Whether every label is the index of a class; it nearly always is, so this is asked first."""
    if not labels.size:
        return True
    unsigned = labels.view(f"u{labels.itemsize}")  # there a negative number is a very large one
    return bool(np.maximum.reduce(unsigned, axis=None) < classes)


def _none_ignored(labels: Array, *, ignore_index: int) -> Array:
    if np.count_nonzero(labels == ignore_index):
        raise lesson("E35", what=f"a label is {ignore_index}, to be ignored",
                     why="the example had no such label, so its program counts all",
                     fix="compile(fn, ...) with labels of which one is ignored")  # fmt: skip
    return labels


# Asked again by a compiled program, for the labels of every batch.
_class_indices = Question("class_indices", _indices)
none_ignored = Question("none_ignored", _none_ignored)


def score_of(z: Array, labels: Array) -> Array:
    """The score of each row's class."""
    return z[(np.arange(labels.size), labels) if labels.ndim else labels]


is_class = Question("is_class", lambda k, *, classes: k[..., None] == np.arange(classes))
score_at = Op(
    "score_at",
    score_of,
    lambda g, s, z, labels: g[..., None] * is_class(labels, classes=shape_of(z)[-1]),
    None,
)


def class_axis(scores: Shape) -> int:
    """Where the classes are: last, but on axis 1 if there are more axes than two, as in PyTorch."""
    return 1 if len(scores) > 2 else len(scores) - 1


def table(
    loss: str, scores: Shape, target: Any, weight: Any, ignore_index: int, smoothing: float,
    soft: bool,
) -> tuple[Any, Any]:  # fmt: skip
    """t with the classes on its last axis, and what its losses are divided by for their mean."""
    classes = scores[class_axis(scores)]
    weights = weight_of_classes(loss, weight, classes)
    if not 0 <= smoothing <= 1:
        what = f"{loss}: label_smoothing must be a number between 0 and 1; got {smoothing!r}"
        why = "it is the part of each target that is spread over all classes"
        raise lesson("E24b", what=what, why=why, fix="label_smoothing=0.1")
    if soft:
        q = plain(target)
        require_same_shape(loss, scores, q.shape)
        q = ag.moveaxis(q, class_axis(scores), -1)
        t = weights * (q * (1 - smoothing) + smoothing / classes)
        return t, math.prod(scores) / classes
    labels = class_indices(loss, scores, target, ignore_index)
    kept = ag.not_equal(labels, ignore_index)
    hot = ag.one_hot(ag.where(kept, labels, 0), classes)
    spread = (1 - smoothing) * hot + smoothing / classes
    total = ag.sum(ag.sum(weights * hot, axis=-1) * kept)
    total = total if isinstance(total, Node) else float(total)
    return weights * spread * ag.expand_dims(kept, -1), total


def weight_of_classes(loss: str, weight: Any, classes: int) -> Any:
    """A weight for each class, 1 by default. Raises E24 for another number of them."""
    if weight is None:
        return np.ones(classes)
    weights = detached(plain(weight))
    if weights.shape != (classes,):
        what = f"{loss}: weight has shape {weights.shape}, but there are {classes} classes"
        why = "each class has one weight, which its samples count with"
        raise lesson("E24b", what=what, why=why, fix=f"weight = np.ones({classes})")
    return weights


def class_losses(
    loss: str, scores: Any, target: Any, weight: Any, ignore_index: int, smoothing: float = 0.0,
    soft: bool = False, logs: bool = False,
) -> tuple[Any, Any]:  # fmt: skip
    """-sum(t log p) for every sample, and what their sum is divided by for the mean.

    logs: the scores are log p; else p is their softmax.
    """
    if not holds_values(scores):
        x = plain(scores)
        t, total = table(loss, x.shape, target, weight, ignore_index, smoothing, soft)
        axis = class_axis(x.shape)
        return against(x if logs else ag.log_softmax(x, axis), t, axis), total
    form = shape(scores)
    t, total = table(loss, form, target, weight, ignore_index, smoothing, soft)
    pairs = zip(
        scores if len(form) > 1 else [scores],
        np.reshape(raw(t), (-1, form[-1])).tolist(),
        strict=True,
    )
    losses = []
    for row, shares in pairs:
        top = 0.0 if logs else reduce(ag.logaddexp, row)
        losses.append(ag.dot(shares, [top - score for score in row]))
    return losses, total


def against(log_p: Any, t: Any, axis: int) -> Any:
    """-sum(t log p) over the classes on an axis; where t is 0 a log p of -inf does not count."""
    log_p = ag.moveaxis(plain(log_p), axis, -1)
    if not getattr(t, "requires_grad", False):
        t = astype(t, raw(log_p).dtype)
        log_p = ag.where(ag.equal(t, 0), np.zeros((), raw(t).dtype), log_p)
    return -ag.sum(t * log_p, axis=-1)


def hint_if_probabilities(scores: Any) -> None:
    """Hint E10 if every row of the scores is >= 0 and sums to 1."""
    listed = holds_values(scores)
    data = np.array([raw(z) for z in flat(scores)]) if listed else np.asarray(raw(scores))
    form = shape(scores) if listed else data.shape
    if not form or not data.size or form[class_axis(form)] == 1:
        return
    if not all([0 <= number <= 1 for number in data.ravel()[:A_FEW].tolist()]):
        return  # most scores are told apart here
    rows, classes = np.moveaxis(data.reshape(form), class_axis(form), -1), form[class_axis(form)]
    if (rows >= 0).all() and np.allclose(rows.sum(axis=-1), 1, rtol=0, atol=1e-5):
        others = classes - 1
        hint("E10", classes=classes, others=others, floor=math.log(1 + others / math.e))


def hint_if_sigmoid(scores: Any) -> None:
    """Hint E10 if the scores were made by a sigmoid, and perhaps reshaped since."""
    node = next(iter(flat(scores)), None) if isinstance(scores, (list, tuple)) else scores
    while isinstance(node, Node) and node.op is not None and node.op.name in RESHAPED:
        node = node.args[0]
    if isinstance(node, Node) and node.op is not None and node.op.name == "sigmoid":
        hint("E10b")


RESHAPED = ("reshape", "getitem", "transpose", "moveaxis", "swapaxes")
