"""`play(run)`: a page with a training run to scrub through.

The pictures and the table of frames stand there without a script. The script shows them for one
frame after another; it computes no number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from .brief import number, percent
from .plane import FINE, SIGNS, TONES, levels_of, signs
from .run import Frame, Run, unlike
from .run_panels import Bars, LossCurve, plane, three
from .run_panels import told as told_dead
from .webpage import Page, hosted, image, scripted, table

PROGRAMS = ("elements", "player", "run")
SECONDS = 16  # that a whole run plays, if it has many frames


def play_run(run: Run) -> Page:
    """The page of a run. Raises E26r for a run without frames."""
    frames = run.frames
    if not frames:
        what = "this run has no frames yet"
        raise unlike(what, "run.frame(loss.item(), parameters)   in every update, or Recorder()")
    loss, bars = LossCurve(frames), Bars(frames)
    last = frames[-1]
    pictures = {"The loss": loss.picture()}
    if last.boundary is not None:
        pictures["What the model says of the plane"] = plane(run, last.boundary)
    pictures["Gradients, updates and dead units"] = bars.picture()
    sentences = list(told_all(run, frames))
    title = f"A training run: {count(len(frames), 'frame')}"
    data: dict[str, Any] = {
        "title": title,
        "pause": max(40, min(1000, 1000 * SECONDS // len(frames))),
        "frames": [
            [frame.step, *loss.place(frame), sentence, bars.of(frame)]
            for frame, sentence in zip(frames, sentences, strict=True)
        ],
    }
    if last.boundary is not None:
        classes = last.boundary.shape[1]
        data["plane"] = {
            "side": run.cells, "signs": SIGNS, "levels": levels_of(classes), "tones": TONES,
            "fine": FINE,
            "frames": [signs(frame.boundary) for frame in frames if frame.boundary is not None],
        }  # fmt: skip
    images = [image("svg+xml", svg.encode(), name, "23rem") for name, svg in pictures.items()]
    content = "".join(images) + tables(frames, sentences)
    html = hosted(content, scripted(data, *PROGRAMS))
    return Page(title, html, f"Page of a run: {count(len(frames), 'frame')}")


def tables(frames: Sequence[Frame], sentences: Sequence[str]) -> str:
    """All frames in words, and all their numbers."""
    head = ["update", "loss"]
    for row in frames[0].sizes:
        head += [f"gradient of {row}", f"update / parameter of {row}"]
    head += [f"dead in {layer}" for layer in frames[0].dead]
    steps = [str(frame.step) for frame in frames]
    words = [list(row) for row in zip(steps, sentences, strict=True)]
    rows = [
        [step, number(frame.loss), *numbers(frame)]
        for step, frame in zip(steps, frames, strict=True)
    ]
    in_words = table("All frames, in words", ["update", "what is to be seen"], words)
    return in_words + table("All frames, in numbers", head, rows)


def numbers(frame: Frame) -> Iterator[str]:
    """The numbers beside the bars."""
    for size in frame.sizes.values():
        yield three(size.gradient)
        yield three(size.ratio)
    yield from map(told_dead, frame.dead.values())


# ---- sentences


def told_all(run: Run, frames: Sequence[Frame]) -> Iterator[str]:
    """What is to be seen in each frame, in words."""
    before = None
    for frame in frames:
        parts = [of_loss(frame, before), of_gradients(frame), of_updates(frame), of_dead(frame)]
        yield " ".join([part for part in [*parts, of_plane(run, frame)] if part])
        before = frame


def of_loss(frame: Frame, before: Frame | None) -> str:
    """The loss, and what became of it since the frame before."""
    now = number(frame.loss)
    told = f"Update {frame.step}: the loss is {now}"
    if before is None:
        return f"{told}."
    then = number(before.loss)
    if now == then:
        return f"{told}, as at update {before.step}."
    change = "down from" if frame.loss < before.loss else "up from"
    return f"{told}, {change} {then} at update {before.step}."


def of_gradients(frame: Frame) -> str:
    """The longest gradient and the shortest."""
    lengths = {row: size.gradient for row, size in frame.sizes.items() if size.gradient is not None}
    if not lengths:
        return ""
    longest, shortest = max(lengths, key=lengths.__getitem__), min(lengths, key=lengths.__getitem__)
    if len(lengths) == 1:
        return f"The gradient of {longest} has length {three(lengths[longest])}."
    return (
        f"The longest gradient is that of {longest} ({three(lengths[longest])}), "
        f"the shortest that of {shortest} ({three(lengths[shortest])})."
    )


def of_updates(frame: Frame) -> str:
    """By how much parameters change, at most."""
    ratios = {row: size.ratio for row, size in frame.sizes.items() if size.ratio is not None}
    if not ratios:
        return ""
    most = max(ratios, key=ratios.__getitem__)
    return f"The update changes {most} the most: by {three(ratios[most])} of its length."


def of_dead(frame: Frame) -> str:
    """How many units are dead, and where."""
    if not frame.dead:
        return ""
    dead, units = (sum(column) for column in zip(*frame.dead.values(), strict=True))
    if not dead:
        return "No unit is dead."
    where = [f"{few.dead} in layer {layer}" for layer, few in frame.dead.items() if few.dead]
    return f"{dead} of {units} units {'is' if dead == 1 else 'are'} dead: {', '.join(where)}."


def of_plane(run: Run, frame: Frame) -> str:
    """Which class the model sees in the largest part of the plane."""
    if frame.boundary is None:
        return ""
    shares = (frame.boundary.argmax(axis=1)[:, None] == range(frame.boundary.shape[1])).mean(axis=0)
    k = int(shares.argmax())
    name = run.classes[k] if k < len(run.classes) else k
    return f"In {percent(shares[k])} of the plane, the likeliest class is {name}."


def count(n: int, what: str) -> str:
    """3 frames"""
    return f"{n} {what}" if n == 1 else f"{n} {what}s"
