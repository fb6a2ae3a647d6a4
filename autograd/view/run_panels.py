"""The pictures of a run: the loss curve, the plane of two features, bars for parameters and layers.

Each is an SVG of the last frame, which stands there without a script. A script moves what has one
of the classes `marker`, `bar`, `number`, `region` and `border`, and draws nothing else: all places
are worked out here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape
from typing import NamedTuple

import numpy as np

from .brief import number, percent, shortened
from .plane import TONES, Array, border, read, regions, signs
from .run import Dead, Frame, Run
from .webpage import HERE

WIDTH = 360  # units of each picture: CSS pixels where there is little room
LEFT, RIGHT, TOP, BOTTOM = 46, 352, 26, 252  # the frame of the loss curve, and of the plane
ROW, LETTER = 23, 6.2  # the height of a row of bars, and what a letter needs
BARS = 1000  # the length of the longest bar
MOST_SAMPLES = 400
DECADES = 12  # of a scale of bars
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
SAMPLES = (  # as marks, a class each, two units wide
    "M-1 0a1 1 0 1 0 2 0a1 1 0 1 0 -2 0", "M-.9 -.9H.9V.9H-.9Z", "M0 -1.2L1.1 .9H-1.1Z",
    "M0 -1.3L1.1 0L0 1.3L-1.1 0Z", "M0 1.2L1.1 -.9H-1.1Z",
    "M-.4 -1.1H.4V-.4H1.1V.4H.4V1.1H-.4V.4H-1.1V-.4H-.4Z",
)  # fmt: skip
CLASSES = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")  # Okabe & Ito 2008
STYLE = """
svg { font: 12px system-ui, "Helvetica Neue", Arial, "DejaVu Sans", sans-serif }
text { fill: var(--ink) } .soft { fill: var(--grey) }
.mono { font-size: 11px; font-variant-numeric: tabular-nums }
.tick { font-size: 10.5px; fill: var(--grey) }
.line { stroke: var(--rule); fill: none } .axis { stroke: var(--line); fill: none }
.curve { stroke: var(--positive); stroke-width: 1.8; fill: none; stroke-linejoin: round }
.marker .axis { stroke: var(--grey); stroke-dasharray: 3 3 }
.marker circle { fill: var(--paper); stroke: var(--ink); stroke-width: 2.2 }
.bar { fill: var(--positive) } .ratio .bar { fill: var(--grey) } .dead .bar { fill: var(--minus) }
.usual { stroke: var(--ink); stroke-dasharray: 2 3; opacity: .7 }
.border { fill: none; stroke: var(--ink); stroke-width: 1.6; stroke-linecap: round;
  vector-effect: non-scaling-stroke }
.sample { stroke: var(--paper); stroke-width: .35 }
"""


class Scale:
    """A logarithmic scale around some numbers: from one power of ten to another.

    decades: powers of ten that it spans at most; what is smaller is at its foot.
    """

    def __init__(self, numbers: Sequence[float | None], decades: float = DECADES) -> None:
        there = [x for x in numbers if x is not None and math.isfinite(x) and x > 0]
        self.top = math.ceil(math.log10(max(there, default=1.0)) - 1e-9)
        lowest = math.floor(math.log10(min(there, default=0.1)) + 1e-9)
        self.low = int(max(min(lowest, self.top - 1), self.top - decades))

    def __call__(self, x: float | None) -> int:
        """The length of the bar of a number, of 1000."""
        if x is None or math.isnan(x) or x <= 0:
            return 0
        if math.isinf(x):
            return BARS
        part = (math.log10(x) - self.low) / (self.top - self.low)
        return round(BARS * min(max(part, 0.004), 1))

    def powers(self) -> Iterator[tuple[int, float]]:
        """The powers of ten on the scale, and where they are, as a part of it."""
        for power in range(self.low, self.top + 1):
            yield power, (power - self.low) / (self.top - self.low)


def svg(height: float, title: str, *parts: str) -> str:
    """A picture that is light or dark as the page is."""
    colours = (HERE / "palette.css").read_text(encoding="utf-8").replace(":host", "svg")
    style = f"<style>{colours}{STYLE}</style>"
    return (
        f'<svg xmlns="{"http:"}//www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" '
        f'role="img"><title>{escape(title)}</title>{style}{"".join(parts)}</svg>'
    )


def text(x: float, y: float, content: str, cls: str = "", anchor: str = "start") -> str:
    """Some letters."""
    place = f'x="{x:g}" y="{y:g}" class="{cls}" text-anchor="{anchor}"'
    return f"<text {place}>{escape(content)}</text>"


def line(x: float, y: float, to: str, cls: str = "line") -> str:
    """A stroke: from a place, as a path goes on."""
    return f'<path class="{cls}" d="M{x:.4g} {y:.4g}{to}"/>'


# ---- the loss


class LossCurve:
    """The loss of all frames, and where the mark of each is.

    Losses that are positive and differ by more than a factor of fifty have a logarithmic scale.
    """

    def __init__(self, frames: Sequence[Frame]) -> None:
        self.frames = frames
        losses = np.array([frame.loss for frame in frames])
        there = losses[np.isfinite(losses)]
        low = float(there.min()) if len(there) else 0.0
        high = float(there.max()) if len(there) else 1.0
        self.logarithmic = low > 0 and high > 50 * low
        if self.logarithmic:
            scale = Scale(there.tolist(), math.inf)
            self.low, self.high = float(scale.low), float(scale.top)
            powers = thinned([power for power, _ in scale.powers()])
            self.ticks = [(float(power), power_of_ten(power)) for power in powers]
        else:
            values = steps(min(low, 0.0), high)
            self.low, self.high = values[0], max(values[-1], high)
            self.ticks = [(x, number(x)) for x in values]

    def place(self, frame: Frame) -> tuple[float, float | None]:
        """Where a frame is on the curve; without a height if its loss is no finite number."""
        first, last = self.frames[0].step, self.frames[-1].step
        x = LEFT + (RIGHT - LEFT) * (frame.step - first) / max(1, last - first)
        if not math.isfinite(frame.loss):
            return round(x, 1), None
        seen = math.log10(frame.loss) if self.logarithmic else frame.loss
        return round(x, 1), self.height(seen)

    def height(self, seen: float) -> float:
        """Where a loss is, or its power of ten on a logarithmic scale."""
        part = (seen - self.low) / (self.high - self.low)
        return round(BOTTOM - (BOTTOM - TOP) * part, 1)

    def picture(self) -> str:
        """The curve, with a mark at its end."""
        path, pen = "", "M"
        for x, y in map(self.place, self.frames):
            path += "" if y is None else f"{pen}{x:g} {y:g}"
            pen = "M" if y is None else "L"
        first, last = self.frames[0].step, self.frames[-1].step
        x, y = self.place(self.frames[-1])
        mark = f'<circle cx="0" cy="{BOTTOM if y is None else y}" r="4.5"/>'
        scale = "loss, logarithmic scale" if self.logarithmic else "loss"
        return svg(
            BOTTOM + 24, f"Loss of {len(self.frames)} frames",
            *[line(LEFT, self.height(tick), f"H{RIGHT}") for tick, _ in self.ticks],
            *[text(LEFT - 6, self.height(tick) + 4, name, "tick", "end")
              for tick, name in self.ticks],
            line(LEFT, BOTTOM, f"H{RIGHT}", "axis"),
            text(LEFT, BOTTOM + 16, f"{first}", "tick"),
            text(RIGHT, BOTTOM + 16, f"{last}", "tick", "end") if last > first else "",
            text((LEFT + RIGHT) / 2, BOTTOM + 16, "update", "tick", "middle"),
            text(LEFT, 12, scale, "soft"),
            f'<path class="curve" d="{path}"/>',
            f'<g class="marker" transform="translate({x:g} 0)">'
            f'{line(0, TOP, f"V{BOTTOM}", "axis")}{mark}</g>',
        )  # fmt: skip


def steps(low: float, high: float) -> list[float]:
    """About four round numbers from low to at least high."""
    rough = (high - low) / 4 or 1.0
    power = 10.0 ** math.floor(math.log10(rough))
    step = power * next(factor for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [k * step for k in range(first, max(last, first + 1) + 1)]


def thinned(powers: list[int], most: int = 6) -> list[int]:
    """At most so many of them, evenly spaced from the top."""
    every = -(-len(powers) // most)
    return powers[::-1][::every][::-1]


# ---- the plane


def plane(run: Run, p: Array) -> str:
    """The plane of two features: what the model says there, and the samples."""
    count, side = p.shape[1], run.cells
    winner, level = read(signs(p), count, side)
    (left, low), (right, high) = run.axes[0].astype(float), run.axes[-1].astype(float)
    across, up = Axis(left, right, LEFT, RIGHT), Axis(low, high, BOTTOM, TOP)
    tones = [
        f'<path class="region" d="{path}" fill="{CLASSES[k // TONES % len(CLASSES)]}" '
        f'fill-opacity="{0.14 + 0.09 * (k % TONES):.2f}"/>'
        for k, path in enumerate(regions(winner, level, count))
    ]
    # A picture inside the picture cuts off what is outside of the grid.
    box = f'x="{LEFT}" y="{TOP}" width="{RIGHT - LEFT}" height="{BOTTOM - TOP}"'
    inner = (
        f'<svg {box} viewBox="0.5 0.5 {side - 1} {side - 1}" preserveAspectRatio="none">'
        f'{"".join(tones)}<path class="border" d="{border(winner, level)}"/></svg>'
    )
    every = -(-len(run.X) // MOST_SAMPLES)
    shown = list(zip(run.X[::every].astype(float), run.y[::every].astype(int), strict=True))
    names = class_names(run, count)
    some = "" if every == 1 else f"{len(shown)} of {len(run.X):,} samples are drawn"
    return svg(
        BOTTOM + 24 + 18 * (every > 1), "What the model says of the plane, and the samples",
        inner, f'<rect {box} class="axis"/>',
        *[text(across(x), BOTTOM + 15, number(x), "tick", "middle") for x in across.ticks()],
        *[text(LEFT - 6, up(y) + 4, number(y), "tick", "end") for y in up.ticks()],
        *[mark(across(x), up(y), k) for (x, y), k in shown],
        *legend(names), text(LEFT, BOTTOM + 36, some, "soft"),
    )  # fmt: skip


class Axis(NamedTuple):
    """A straight scale: numbers from low to high are places from first to last."""

    low: float
    high: float
    first: float
    last: float

    def __call__(self, x: float) -> float:
        """Where a number is."""
        part = (x - self.low) / (self.high - self.low)
        return round(self.first + (self.last - self.first) * part, 1)

    def ticks(self) -> list[float]:
        """Some round numbers on it."""
        return [x for x in steps(self.low, self.high) if self.low <= x <= self.high]


def class_names(run: Run, count: int) -> list[str]:
    """What the classes are called."""
    return [*run.classes, *[f"class {k}" for k in range(len(run.classes), count)]]


def mark(x: float, y: float, k: int) -> str:
    """A sample of class k."""
    return (
        f'<path class="sample" d="{SAMPLES[k % len(SAMPLES)]}" fill="{CLASSES[k % len(CLASSES)]}" '
        f'transform="translate({x:g} {y:g}) scale(3.8)"/>'
    )


def legend(names: Sequence[str]) -> Iterator[str]:
    """The marks of the classes, as many as have room."""
    x = LEFT + 4.0
    for k, name in enumerate(names):
        name = shortened(name, 14)
        if x + 14 + LETTER * len(name) > RIGHT:
            yield text(x, 12, "…", "soft")
            return
        yield mark(x, 8, k) + text(x + 10, 12, name, "soft")
        x += 24 + LETTER * len(name)


# ---- bars


class Bars:
    """Rows of bars: of parameters their gradient and their update, of layers their dead units.

    What the bars of a frame are, and what stands beside them, is a list of pairs, in one order.
    """

    def __init__(self, frames: Sequence[Frame]) -> None:
        self.last = frames[-1]
        sizes = [size for frame in frames for size in frame.sizes.values()]
        self.gradients = Scale([size.gradient for size in sizes])
        self.ratios = Scale([size.ratio for size in sizes])

    def of(self, frame: Frame) -> list[tuple[int, str]]:
        """Length and text of each bar."""
        bars = []
        for size in frame.sizes.values():
            bars += [(self.gradients(size.gradient), three(size.gradient)),
                     (self.ratios(size.ratio), three(size.ratio))]  # fmt: skip
        dead = [(round(BARS * few.dead / few.units), told(few)) for few in frame.dead.values()]
        return bars + dead

    def picture(self) -> str:
        """The bars of the last frame."""
        rows, layers = list(self.last.sizes), list(self.last.dead)
        bars = iter(self.of(self.last))
        name = min(max(map(len, [*rows, *layers]), default=0) * LETTER, 108) + 10
        room = (WIDTH - name) / 2
        width = room - 68
        lefts = (name, name + room)
        top, bottom = 44, 44 + ROW * len(rows)
        parts = [
            text(lefts[0], 12, "length of gradient", "soft"),
            text(lefts[1], 12, "update / parameter", "soft"),
            *grid(self.gradients, lefts[0], width, top, bottom),
            *grid(self.ratios, lefts[1], width, top, bottom, usual=-3),
        ]  # fmt: skip
        for k, row in enumerate(rows):
            y = top + ROW * k
            parts.append(label(row, y, name))
            for left, kind in zip(lefts, ("gradient", "ratio"), strict=True):
                parts.append(bar(next(bars), row, kind, left, y, width))
        if layers:
            bottom += 34
            parts.append(text(name, bottom - 8, "dead units: 0 for every sample", "soft"))
        for k, layer in enumerate(layers):
            y = bottom + ROW * k
            parts += [label(layer, y, name), bar(next(bars), layer, "dead", name, y, width)]
        return svg(bottom + ROW * len(layers) + 4, "Gradients, updates and dead units", *parts)


def label(name: str, y: float, room: float) -> str:
    """The name of a row, as long as there is room."""
    most = int((room - 6) / LETTER)
    return f"<g><title>{escape(name)}</title>{text(0, y + 14, shortened(name, most))}</g>"


def bar(what: tuple[int, str], name: str, kind: str, left: float, y: float, width: float) -> str:
    """A bar and the number beside it; it is known by its name, as the boxes of a graph are."""
    return (
        f'<g class="{kind}" data-name="{escape(name)}">'
        f'<svg x="{left:.4g}" y="{y + 3}" width="{width:.4g}" height="14" '
        f'viewBox="0 0 {BARS} 14" preserveAspectRatio="none">'
        f'<rect class="bar" width="{what[0]}" height="14"/></svg>'
        f"{text(round(left + width + 4, 1), y + 14, what[1], 'number mono')}</g>"
    )


def grid(
    scale: Scale, left: float, width: float, top: float, bottom: float, usual: int | None = None
) -> Iterator[str]:
    """A stroke for each power of ten, the usual one dotted, and the names of the outermost."""
    for power, part in scale.powers():
        x = round(left + width * part, 1)
        yield line(x, top - 3, f"V{bottom}", "line usual" if power == usual else "line")
        room = width * min(part, 1 - part) > 5 * LETTER  # beside the names at the ends
        if power in (scale.low, scale.top) or (power == usual and room):
            yield text(x, top - 8, power_of_ten(power), "tick", "middle")


def power_of_ten(power: int) -> str:
    """10³"""
    return "1" if power == 0 else "10" + str(power).translate(RAISED)


def three(x: float | None) -> str:
    """A number with three digits, or "—" for what is not known."""
    return "—" if x is None else number(x, 3)


def told(few: Dead) -> str:
    """3 of 16 (19 %)"""
    return f"{few.dead} of {few.units} ({percent(few.dead / few.units)})"
