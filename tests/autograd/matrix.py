"""The test matrix as data: every operation, what it is called with, what NumPy says of the same.

A Row is an operation: where its inputs are drawn from, their shapes, its other arguments, and how
many derivatives are checked. `Row.cases()` multiplies that out; `evidence.py` checks one case.
A shape of None stands for a number on its own: a float to NumPy, a Value to us.
"""

# ruff: noqa: C408    dict(axis=0) reads like the call it stands for
import math
import zlib
from collections.abc import Callable, Iterator
from itertools import product
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np

import autograd
from autograd.ops import index, linear, reduce

Shape = tuple[int, ...] | None
Draw = Callable[[np.random.Generator, Any], Any]


class Case(NamedTuple):
    """One call of one operation."""

    row: "Row"
    shapes: tuple[Shape, ...]
    static: dict[str, Any]

    def __str__(self) -> str:
        shapes = ", ".join("number" if shape is None else str(shape) for shape in self.shapes)
        static = "".join(f", {key}={value}" for key, value in self.static.items())
        return f"{self.row.names[0]}({shapes}{static})"

    def ours(self, *inputs: Any) -> Any:
        return self.row.ours(*map(self.row.before, inputs), **self.static)

    def numpys(self, *inputs: Any) -> Any:
        return self.row.numpys(*map(self.row.before, inputs), **self.static)

    def inputs(self, seed: int = 0) -> list[Any]:
        """Inputs from the operation's domain, the same ones for the same seed."""
        rng = np.random.default_rng([zlib.crc32(str(self).encode()), seed])
        drawn = [self.row.draws[i](rng, s or ()) for i, s in enumerate(self.shapes)]
        pairs = zip(drawn, self.shapes, strict=True)
        return [float(x) if shape is None else np.asarray(x) for x, shape in pairs]


class Row(NamedTuple):
    """One operation. order: the highest derivative checked; 0 means that it has none."""

    names: tuple[str, ...]  # as in autograd.__all__ (or autograd.linalg.__all__), aliases last
    ours: Callable[..., Any]
    numpys: Callable[..., Any]
    draws: tuple[Draw, ...]
    shapes: tuple[tuple[Shape, ...], ...]
    forms: Callable[..., list[dict[str, Any]]]
    order: int
    domain: str
    conventions: str
    in_torch: bool
    before: Callable[[Any], Any]  # what is done to each input first

    def function(self) -> Any:
        """The public function, with its docstring."""
        return public(self.names[0])

    def cases(self) -> Iterator[Case]:
        for shapes in self.shapes:
            for static in self.forms(*shapes):
                yield Case(self, shapes, static)


# Where inputs are drawn from. All keep away from kinks by more than a finite difference's step.
def between(low: float, high: float) -> Draw:
    return lambda rng, shape: rng.uniform(low, high, shape)


def beside_zero(low: float, high: float) -> Draw:
    return lambda rng, shape: rng.uniform(low, high, shape) * rng.choice([-1.0, 1.0], shape)


def off_whole(low: int, high: int) -> Draw:
    return lambda rng, shape: rng.integers(low, high, shape) + rng.uniform(0.1, 0.4, shape)


def distinct(rng: np.random.Generator, shape: Any) -> Any:
    """Entries at least 0.1 apart, in random order."""
    n = math.prod(shape)
    return (rng.permutation(n) * 0.2 - 0.1 * n + 0.05 + rng.uniform(0, 0.1, n)).reshape(shape)


def regular(rng: np.random.Generator, shape: Any) -> Any:
    """Square matrices far from singular, with eigen- and singular values apart."""
    steps = np.eye(*shape[-2:]) * np.arange(1.0, shape[-1] + 1)
    return 0.3 * rng.uniform(-1, 1, shape) + steps


def truths(rng: np.random.Generator, shape: Any) -> Any:
    return rng.uniform(0, 1, shape) > 0.5


any_number, positives = between(-2.0, 2.0), between(0.3, 2.5)

# Shapes: every rank from 0 to 4, empty ones, single entries, and pairs that broadcast.
RANKS = [(), (3,), (2, 3), (2, 1, 2), (1, 2, 2, 1)]
SMALL = [(1,), (1, 1), (0,), (2, 0, 3)]
ALONE = tuple([(shape,) for shape in [None, *RANKS, *SMALL]])
PAIRS = (
    (None, None), (None, (2, 3)), ((2, 3), None), (None, ()), ((), ()), ((3,), (3,)),
    ((2, 3), (3,)), ((3,), (2, 3)), ((2, 1), (1, 3)), ((), (2, 3)), ((2, 3), ()), ((2, 3), (2, 3)),
    ((2, 1, 2), (3, 1)), ((2, 1, 2), (2, 3, 2)), ((1, 2, 2, 1), (2, 1, 2)), ((2, 1), (1, 2, 2, 1)),
    ((1,), (1, 1)), ((0,), (1,)), ((0,), ()), ((2, 0, 3), (1, 3)), ((1, 2, 2, 1), (1, 2, 2, 1)),
)  # fmt: skip


def just(**static: Any) -> Callable[..., list[dict[str, Any]]]:
    return lambda *shapes: [static]


def one_of(*statics: dict[str, Any]) -> Callable[..., list[dict[str, Any]]]:
    return lambda *shapes: list(statics)


def axes_of(shape: Shape, several: bool = True) -> list[Any]:
    """None, every axis from either end, and two tuples of axes where there are two."""
    ndim = len(shape or ())
    pairs = [(0, ndim - 1), (-2, -1)] if several and ndim > 1 else []
    return [None, *range(ndim), *range(-ndim, 0), *pairs]


def reduced(shape: Shape) -> list[dict[str, Any]]:
    return [dict(axis=a, keepdims=k) for a, k in product(axes_of(shape), (False, True))]


def reduced_where_full(shape: Shape) -> list[dict[str, Any]]:
    """Forms that reduce one entry at least: of none there is no mean and no maximum."""
    return [form for form in reduced(shape) if np.sum(np.ones(shape or ()), **form).all()]


def spread_forms(shape: Shape) -> list[dict[str, Any]]:
    """Forms that leave more than one entry for a standard deviation."""
    x = distinct(np.random.default_rng(0), shape)
    full = [form for form in reduced(shape) if np.std(x, **form).all()]
    return full + [{**form, "ddof": 1} for form in full[:3]]


def along(shape: Shape) -> list[dict[str, Any]]:
    ndim = len(shape or ())
    return [dict(axis=axis) for axis in range(-ndim, ndim)]


def along_or_flat(shape: Shape) -> list[dict[str, Any]]:
    return [dict(axis=None), *along(shape)]


BESIDES = {  # by an index, and by layers
    "getitem": index.getitem, "linear": linear.linear, "standardize": reduce.standardize,
}  # fmt: skip


def public(name: str) -> Any:
    """The operation of that name."""
    return BESIDES.get(name) or attrgetter(name)(autograd)


def row(
    names: str,
    numpys: Any = None,
    draws: Any = any_number,
    shapes: Any = ALONE,
    forms: Any = just(),  # noqa: B008
    order: int = 2,
    domain: str = "all",
    conventions: str = "",
    in_torch: bool = True,
    ours: Any = None,
    before: Any = lambda x: x,
) -> Row:
    every = tuple(names.split())
    return Row(
        every,
        ours or (lambda *args, **static: public(every[0])(*args, **static)),
        numpys or attrgetter(every[0])(np),
        tuple(draws) if isinstance(draws, (tuple, list)) else (draws,) * 9,
        tuple(shapes), forms, order, domain, conventions, in_torch, before,
    )  # fmt: skip


def unary(names: str, numpys: Any = None, draws: Any = any_number, **more: Any) -> Row:
    return row(names, numpys, draws, **{"order": 3, **more})


def binary(names: str, numpys: Any = None, draws: Any = any_number, **more: Any) -> Row:
    return row(names, numpys, draws, **{"shapes": PAIRS, "order": 3, **more})


def np_erf(x: Any) -> Any:
    return np.vectorize(math.erf, otypes=[float])(x)


def np_sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def np_logsumexp(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    with np.errstate(divide="ignore"):
        return np.log(np.sum(np.exp(x), axis=axis, keepdims=keepdims))


def np_softmax(x: Any, axis: int = -1) -> Any:
    return np.exp(x) / np.exp(x).sum(axis, keepdims=True)


def np_standardize(x: Any, axis: Any, eps: float) -> Any:
    return (x - x.mean(axis, keepdims=True)) / np.sqrt(x.var(axis, keepdims=True) + eps)


def np_conv(
    x: Any, w: Any, b: Any = 0, stride: int = 1, padding: int = 0, dilation: int = 1,
    groups: int = 1,
) -> Any:  # fmt: skip
    """Position by position, kernel by kernel."""
    sizes, inside, outside = w.shape[2:], w.shape[1], w.shape[0] // groups
    x = np.pad(x, [(0, 0), (0, 0), *[(padding, padding)] * len(sizes)])
    reach = [dilation * (k - 1) + 1 for k in sizes]
    counts = [(n - r) // stride + 1 for n, r in zip(x.shape[2:], reach, strict=True)]
    z = np.zeros((len(x), len(w), *counts))
    for o, p in product(range(len(w)), np.ndindex(*counts)):
        first = o // outside * inside
        at = [slice(i * stride, i * stride + r, dilation) for i, r in zip(p, reach, strict=True)]
        patch = x[(slice(None), slice(first, first + inside), *at)]
        z[(slice(None), o, *p)] = (patch * w[o]).sum(tuple(range(1, patch.ndim)))
    return z + np.reshape(b, (-1, *[1] * len(sizes)))


def np_pool(best: Any, x: Any, kernel_size: Any, stride: Any = None, padding: int = 0) -> Any:
    """Window by window; of a maximum the padding is never part."""
    edge = -np.inf if best is np.max else 0.0
    wide = [(0, 0)] * (x.ndim - 2) + [(padding, padding)] * 2
    x, step = np.pad(x, wide, constant_values=edge), stride or kernel_size
    rows, columns = [(n - kernel_size) // step + 1 for n in x.shape[-2:]]
    z = np.zeros((*x.shape[:-2], rows, columns))
    for i, j in np.ndindex(rows, columns):
        window = x[..., i * step : i * step + kernel_size, j * step : j * step + kernel_size]
        z[..., i, j] = best(window, axis=(-2, -1))
    return z


def symmetric(x: Any) -> Any:
    """The symmetric part, for functions of symmetric matrices: their slopes are along those."""
    return (x + x.swapaxes(-1, -2)) / 2


def np_norm(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return np.sqrt(np.sum(x * x, axis=axis, keepdims=keepdims))


def np_topk(x: Any, k: int, axis: int = -1, largest: bool = True) -> Any:
    places = np.argsort(-x if largest else x, axis).take(range(k), axis)
    return np.take_along_axis(x, places, axis), places


EINSUM = {
    ((3,), (3,)): ["i,i", "i,i->i", "i,j->ij", "i,j->"],
    ((2, 3),): ["ij->ji", "ij->", "ij->i", "ij"],
    ((3, 3),): ["ii", "ii->i", "ij->i"],
    ((2, 3), (3, 2)): ["ij,jk->ik", "ij,jk", "ij,ji->", "ij,jk->k"],
    ((2, 1, 3), (2, 3, 1)): ["...ij,...jk->...ik", "bij,bjk->bik"],
    ((1, 2, 2, 1), (2,), ()): ["abcd,b,->acd"],
    ((2, 2), (2, 3), (3,)): ["ij,jk,k->i"],
    ((0,), (0,)): ["i,i", "i,i->i"],
}

INDICES = {
    (3,): [0, -1, slice(None, None, -1), [0, 0, 2], None, ...],
    (2, 3): [1, (slice(None), 0), (slice(None), [1, 1]), ([0, 1], [2, 2]), (..., None), (0, 1)],
    (2, 1, 2): [(..., 0), (1, None, 0), ([1, 0], 0, [1, 1]), (0, slice(None), slice(1, None))],
    (1, 2, 2, 1): [0, (0, [1, 1], slice(None), 0), (slice(None), 1)],
    (): [(), ..., None],
    (0,): [slice(None), None],
}

LAST_AXIS = [((3,),), ((2, 3),), ((2, 1, 2),), ((1, 2, 2, 1),), ((1,),), ((1, 1),)]
RANKED = [((),), *LAST_AXIS]
MATRICES = [((2, 3),), ((3, 2),), ((2, 1, 2),), ((1, 2, 2, 1),), ((0, 2),)]
NUMBERS = [(None,), (None,) * 2, (None,) * 4]
WIDE = [((3,),), ((2, 3),), ((2, 1, 2),), ((1, 2, 2, 1),)]
FILLED = [(None,), *RANKED]
HOLLOW = [((0,),), ((2, 0, 3),)]

# fmt: off
ROWS = [
    # Of two numbers.
    binary("add"),
    binary("subtract"),
    binary("multiply"),
    binary("divide", draws=(any_number, beside_zero(0.6, 2.0)), domain="y ≠ 0"),
    binary("power", draws=(positives, any_number), domain="x > 0; or y whole",
           conventions="x⁰ has slope 0, also at x = 0; 0^y has slope 0 by y"),
    binary("hypot", draws=beside_zero(0.5, 2.0), conventions="slopes 0 at (0, 0)"),
    binary("arctan2", draws=beside_zero(0.5, 2.0), domain="(x, y) ≠ (0, 0)",
           conventions="x is the first argument, the height, as in NumPy"),
    binary("logaddexp", conventions="slopes 0 where both are -inf; never overflows"),
    binary("maximum", draws=(between(-2, 2), lambda r, s: beside_zero(2.2, 3)(r, s)),
           conventions="a tie shares the gradient equally"),
    binary("minimum", draws=(between(-2, 2), lambda r, s: beside_zero(2.2, 3)(r, s)),
           conventions="a tie shares the gradient equally"),
    binary("floor_divide", draws=(off_whole(-3, 3), lambda r, s: r.choice([-1.0, 1.0], s)),
           domain="y ≠ 0", conventions="slopes 0, also at the jumps", in_torch=False),
    binary("remainder", draws=(off_whole(-3, 3), lambda r, s: r.choice([-1.0, 1.0], s)),
           domain="y ≠ 0", conventions="at a jump the slope of its right side"),
    binary("leaky_relu", lambda x, y: np.where(x > 0, x, y * x), (beside_zero(0.1, 2), any_number),
           conventions="slope y at x = 0; the second input is negative_slope"),
    binary("elu", lambda x, y: np.where(x > 0, x, y * np.expm1(x)),
           (beside_zero(0.1, 2), any_number), conventions="slope y at x = 0; y is alpha",
           in_torch=False),

    # Of one number.
    unary("positive"),
    unary("negative"),
    unary("absolute abs", draws=beside_zero(0.1, 2), conventions="slope 0 at 0"),
    unary("square"),
    unary("sqrt", draws=positives, domain="x ≥ 0"),
    unary("cbrt", draws=beside_zero(0.3, 2), in_torch=False),
    unary("reciprocal", draws=beside_zero(0.5, 2), domain="x ≠ 0"),
    unary("exp"),
    unary("exp2"),
    unary("expm1"),
    unary("log", draws=positives, domain="x > 0"),
    unary("log2", draws=positives, domain="x > 0"),
    unary("log10", draws=positives, domain="x > 0"),
    unary("log1p", draws=between(-0.6, 2), domain="x > -1"),
    unary("sin"),
    unary("cos"),
    unary("tan", draws=between(-1.1, 1.1), domain="cos x ≠ 0"),
    unary("arcsin", draws=between(-0.7, 0.7), domain="-1 ≤ x ≤ 1"),
    unary("arccos", draws=between(-0.7, 0.7), domain="-1 ≤ x ≤ 1"),
    unary("arctan"),
    unary("sinh"),
    unary("cosh"),
    unary("tanh"),
    unary("arcsinh"),
    unary("arccosh", draws=between(1.5, 3), domain="x ≥ 1"),
    unary("arctanh", draws=between(-0.7, 0.7), domain="-1 < x < 1"),
    unary("sinc", conventions="a power series near 0, where the formula would be 0/0"),
    unary("sigmoid", np_sigmoid, conventions="never overflows"),
    unary("softplus", lambda x: np.log1p(np.exp(x)), conventions="never overflows"),
    unary("relu", lambda x: np.maximum(x, 0), beside_zero(0.1, 2), conventions="slope 0 at 0"),
    unary("silu", lambda x: x * np_sigmoid(x)),
    unary("erf", np_erf, conventions="Cody's rational approximation, within 4 ulp"),
    unary("erfc", lambda x: 1 - np_erf(x), conventions="accurate where it is tiny"),
    unary("gelu", lambda x: x * (1 + np_erf(x / math.sqrt(2))) / 2, conventions="the exact one"),
    unary("sign", draws=beside_zero(0.1, 2), conventions="slope 0, also at 0"),
    unary("floor", draws=off_whole(-3, 3), conventions="slope 0, also at the jumps"),
    unary("ceil", draws=off_whole(-3, 3), conventions="slope 0, also at the jumps"),
    unary("round", draws=off_whole(-3, 3), forms=one_of({}, dict(decimals=0)),
          conventions="slope 0, also at the jumps"),
    row("clip", draws=lambda r, s: r.choice([-1.5, -0.5, 0.5, 1.5], s) + r.uniform(0, 0.3, s),
        forms=one_of(dict(min=-1.0, max=1.0), dict(min=None, max=1.0), dict(min=-1.0, max=None)),
        order=3, conventions="at a bound the gradient passes"),
    row("where", draws=(truths, any_number, any_number),
        shapes=[((3,), (3,), (3,)), ((2, 3), None, (2, 3)), ((2, 1), (3,), (1, 1)),
                ((), (2, 3), ()), ((0,), (1,), (0,)), ((2, 1, 2), (2, 1, 2), None),
                ((1, 2, 2, 1), (2, 1, 2), (1,))],
        conventions="the condition has no derivative"),

    # Comparisons: no gradient.
    *[binary(name, order=0, conventions="no gradient", in_torch=False) for name in
      ("greater", "greater_equal", "less", "less_equal", "equal", "not_equal")],

    # Many numbers into one.
    row("sum", shapes=FILLED + HOLLOW, forms=reduced),
    row("sum", lambda *xs: sum(xs), ours=lambda *xs: autograd.sum(xs), shapes=NUMBERS),
    row("mean", shapes=FILLED + HOLLOW, forms=reduced_where_full),
    row("mean", lambda *xs: sum(xs) / len(xs), ours=lambda *xs: autograd.mean(xs), shapes=NUMBERS),
    row("max", draws=distinct, shapes=FILLED + HOLLOW, forms=reduced_where_full,
        conventions="tied entries share the gradient equally"),
    row("min", draws=distinct, shapes=FILLED + HOLLOW, forms=reduced_where_full,
        conventions="tied entries share the gradient equally"),
    row("logsumexp", np_logsumexp, shapes=FILLED + HOLLOW, forms=reduced_where_full,
        conventions="slopes 0 where all entries are -inf; never overflows"),
    row("prod", draws=beside_zero(0.5, 1.5), shapes=FILLED + HOLLOW, forms=reduced,
        conventions="zeros among the factors are fine"),
    row("var", shapes=WIDE, forms=spread_forms),
    row("std", shapes=WIDE, forms=spread_forms, conventions="slope 0 where all entries are equal"),
    row("norm", np_norm, shapes=RANKED + HOLLOW, forms=reduced, draws=beside_zero(0.3, 2),
        conventions="slope 0 at 0"),
    row("cumsum", shapes=RANKED + HOLLOW, forms=along_or_flat),
    row("cumprod", shapes=RANKED + HOLLOW, forms=along_or_flat, draws=beside_zero(0.5, 1.5),
        conventions="zeros among the factors are fine"),
    row("all", shapes=RANKED, forms=reduced, order=0, conventions="no gradient", in_torch=False),
    row("any", shapes=RANKED, forms=reduced, order=0, conventions="no gradient", in_torch=False),
    row("softmax", np_softmax, shapes=LAST_AXIS, forms=along, conventions="never overflows"),
    row("log_softmax", lambda x, axis=-1: x - np_logsumexp(x, axis, True),
        shapes=LAST_AXIS, forms=along, conventions="never overflows"),
    row("standardize", np_standardize, shapes=LAST_AXIS,
        forms=lambda s: [dict(axis=axis, eps=0.1) for axis in (-1, 0, tuple(range(len(s))))],
        conventions="equal entries give 0"),

    # The same numbers in another shape.
    row("reshape", shapes=[((),), ((6,),), ((2, 3),), ((1, 2, 3),), ((3, 2, 1, 1),)],
        forms=lambda s: [dict(shape=(-1,)), dict(shape=-1),
                         *([dict(shape=(3, 2)), dict(shape=(1, 2, -1))] if s else [])]),
    row("ravel", shapes=RANKED + HOLLOW),
    row("transpose", shapes=RANKED + HOLLOW,
        forms=lambda s: [dict(axes=None), dict(axes=tuple(np.roll(range(len(s)), 1)))]),
    row("swapaxes", shapes=LAST_AXIS + HOLLOW, forms=one_of(dict(axis1=0, axis2=-1))),
    row("squeeze", shapes=RANKED + HOLLOW,
        forms=lambda s: [dict(axis=None), *[dict(axis=i) for i, n in enumerate(s) if n == 1]]),
    row("expand_dims", shapes=RANKED + HOLLOW,
        forms=one_of(dict(axis=0), dict(axis=-1), dict(axis=(0, 1)))),
    row("broadcast_to", shapes=[((),), ((3,),), ((2, 1),), ((1, 1, 3),), ((1, 2, 2, 3),)],
        forms=lambda s: [dict(shape=(1, 2, 2, 3))]),
    row("concatenate", lambda *xs, axis: np.concatenate(xs, axis),
        ours=lambda *xs, axis: autograd.concatenate(xs, axis=axis),
        shapes=[((3,), (2,)), ((2, 3), (2, 3), (2, 3)), ((2, 1, 2), (2, 1, 2)),
                ((1, 2, 2, 1), (1, 2, 2, 1)), ((0,), (2,)), ((3,),)],
        forms=lambda *shapes: along_or_flat(shapes[0])),
    row("stack", lambda *xs, axis: np.stack(xs, axis),
        ours=lambda *xs, axis: autograd.stack(xs, axis=axis),
        shapes=[(None, None, None), ((), ()), ((3,), (3,)), ((2, 3), (2, 3)), ((2, 1, 2),) * 2,
                ((1, 2, 2, 1),) * 2, ((0,), (0,))],
        forms=lambda *shapes: [dict(axis=0), dict(axis=-1)]),
    row("astype", lambda x, dtype: x.astype(dtype), shapes=RANKED + HOLLOW,
        forms=just(dtype=np.float64)),
    row("flatten", lambda x, start_dim=0, end_dim=-1: np.reshape(
            x, (*x.shape[:start_dim], -1, *(x.shape[end_dim + 1:] if end_dim >= 0 else ()))),
        shapes=RANKED,
        forms=lambda s: [{}, *([dict(start_dim=1), dict(end_dim=1)] if s[1:] else [])]),
    row("atleast_1d", shapes=RANKED + HOLLOW),
    row("atleast_2d", shapes=RANKED + HOLLOW),
    row("moveaxis", shapes=LAST_AXIS + HOLLOW,
        forms=one_of(dict(source=0, destination=-1), dict(source=[-1], destination=[0]))),
    row("vstack", lambda *xs: np.vstack(xs), ours=lambda *xs: autograd.vstack(xs),
        shapes=[((), ()), ((3,), (3,)), ((2, 3), (3,)), ((2, 1, 2), (1, 1, 2)),
                ((1, 2, 2, 1), (1, 2, 2, 1))]),
    row("hstack", lambda *xs: np.hstack(xs), ours=lambda *xs: autograd.hstack(xs),
        shapes=[((), ()), ((3,), (2,)), ((2, 3), (2, 1)), ((2, 1, 2), (2, 2, 2)),
                ((1, 2, 2, 1), (1, 2, 2, 1))]),
    row("split", shapes=[((4,),), ((4, 2),), ((2, 1, 2),), ((2, 2, 2, 1),)],
        forms=lambda s: [dict(indices_or_sections=2), dict(indices_or_sections=[1]),
                         dict(indices_or_sections=[0, 1], axis=-1)]),
    row("pad", lambda x, pad_width, constant_values=0: np.pad(
            x, pad_width, constant_values=constant_values), shapes=LAST_AXIS + HOLLOW,
        forms=lambda s: [dict(pad_width=1), dict(pad_width=(0, 2), constant_values=1.5),
                         dict(pad_width=[(i, 1) for i in range(len(s))])]),
    row("flip", shapes=RANKED + HOLLOW,
        forms=lambda s: [dict(axis=None), *([dict(axis=0), dict(axis=-1)] if s else []),
                         *([dict(axis=(0, 1))] if s[1:] else [])]),
    row("roll", shapes=LAST_AXIS + HOLLOW,
        forms=lambda s: [dict(shift=1), dict(shift=-2, axis=0), dict(shift=1, axis=-1),
                         *([dict(shift=(1, 2), axis=(0, 1))] if s[1:] else [])]),
    row("tile", shapes=RANKED + HOLLOW, forms=one_of(dict(reps=2), dict(reps=(2, 1, 3)))),
    row("repeat", shapes=LAST_AXIS + HOLLOW,
        forms=lambda s: [dict(repeats=2), dict(repeats=2, axis=0), dict(repeats=3, axis=-1),
                         dict(repeats=list(range(s[-1])), axis=-1)]),
    row("tril", shapes=[((3,),), *MATRICES], forms=one_of({}, dict(k=1), dict(k=-1))),
    row("triu", shapes=[((3,),), *MATRICES], forms=one_of({}, dict(k=1), dict(k=-1))),
    row("diag", shapes=[((3,),), ((1,),), ((2, 3),), ((3, 2),), ((1, 1),), ((0,),)],
        forms=one_of({}, dict(k=1), dict(k=-1))),
    row("diagonal", shapes=[((2, 3),), ((1, 1),), ((0, 2),), ((2, 1, 3),), ((1, 2, 2, 2),)],
        forms=one_of({}, dict(offset=1), dict(offset=-1, axis1=1, axis2=0))),

    # Products.
    row("matmul", shapes=[((3,), (3,)), ((2, 3), (3,)), ((2,), (2, 3)), ((2, 3), (3, 2)),
                          ((2, 2, 3), (3, 2)), ((2, 3), (2, 3, 1)), ((1, 2, 2, 3), (2, 3, 2)),
                          ((2, 1, 2, 2), (1, 3, 2, 1)), ((3,), (2, 3, 2)), ((2, 2, 3), (3,)),
                          ((0, 3), (3, 2)), ((2, 0), (0, 3)), ((1, 1), (1, 1))]),
    row("dot", shapes=[((3,), (3,)), ((2, 3), (3,)), ((2, 3), (3, 2)), ((2, 3), (2, 3, 2)),
                       ((), ()), ((), (2, 3)), ((3,), (2, 3, 2)), ((0,), (0,)),
                       ((2, 1, 2, 3), (3,))]),
    row("dot", lambda *xs: np.dot(xs[: len(xs) // 2], xs[len(xs) // 2 :]), shapes=NUMBERS[1:],
        ours=lambda *xs: autograd.dot(xs[: len(xs) // 2], xs[len(xs) // 2 :])),
    row("linear", lambda x, w, *b: x @ w.T + (b[0] if b else 0),
        shapes=[((2, 3), (2, 3), (2,)), ((3,), (2, 3), (2,)), ((2, 1, 3), (2, 3), (2,)),
                ((1, 2, 2, 3), (2, 3)), ((0, 3), (2, 3), (2,)), ((2, 3), (1, 3))]),
    row("inner", shapes=[((3,), (3,)), ((2, 3), (3,)), ((2, 3), (2, 3)), ((2, 1, 3), (2, 3)),
                         ((), ()), ((), (2, 3)), ((0,), (0,)), ((1, 2, 2, 3), (3,))]),
    row("outer", shapes=[((3,), (2,)), ((2, 2), (3,)), ((), (3,)), ((0,), (2,)), ((1,), (1,))]),
    row("tensordot", shapes=[((2, 3), (3, 2)), ((2, 3, 2), (2, 3, 2)), ((2, 1, 3), (3, 1, 2))],
        forms=lambda x, y: [dict(axes=0), *([dict(axes=1)] if x[-1] == y[0] else []),
                            *([dict(axes=([0, 1], [0, 1]))] if x == y else [dict(axes=(1, -2))]
                              if x[1] == y[-2] else [])]),
    row("einsum", lambda *xs, subscripts: np.einsum(subscripts, *xs), shapes=EINSUM,
        ours=lambda *xs, subscripts: autograd.einsum(subscripts, *xs),
        forms=lambda *shapes: [dict(subscripts=text) for text in EINSUM[shapes]]),
    row("linalg.trace", shapes=[((3, 3),), ((2, 2, 3),)], forms=one_of({}, dict(offset=1)),
        in_torch=False),
    row("trace", shapes=[((3, 3),), ((2, 3),), ((2, 1, 2),), ((1, 2, 2, 1),), ((0, 2),)],
        forms=lambda s: [dict(offset=0), dict(offset=1), dict(offset=-1),
                         dict(axis1=1, axis2=0), dict(axis1=-1, axis2=-2)]),

    # Linear algebra.
    row("linalg.inv", np.linalg.inv, regular, [((3, 3),), ((1, 1),), ((2, 2, 2),), ((1, 2, 3, 3),)],
        domain="det x ≠ 0"),
    row("linalg.solve", np.linalg.solve, (regular, any_number), domain="det x ≠ 0", shapes=[
        ((3, 3), (3,)), ((3, 3), (3, 2)), ((2, 2, 2), (2, 2, 1)), ((2, 1, 2, 2), (2, 2, 3)),
        ((1, 1), (1,))]),
    row("linalg.det", np.linalg.det, regular, [((3, 3),), ((1, 1),), ((2, 2, 2),), ((1, 2, 3, 3),)],
        conventions="cofactors: singular matrices too"),
    row("linalg.slogdet", np.linalg.slogdet, regular, [((3, 3),), ((1, 1),), ((2, 2, 2),)],
        domain="det x ≠ 0"),
    row("linalg.cholesky", draws=regular, shapes=[((3, 3),), ((1, 1),), ((2, 2, 2),)],
        domain="positive definite", conventions="the gradient is symmetric", before=symmetric),
    row("linalg.eigh", draws=regular, shapes=[((3, 3),), ((1, 1),), ((2, 2, 2),)],
        domain="symmetric, eigenvalues apart", conventions="the gradient is symmetric",
        before=symmetric),
    row("linalg.svd", np.linalg.svd, regular,
        [((3, 3),), ((2, 3),), ((3, 2),), ((2, 2, 3),)], domain="singular values apart",
        forms=lambda s: [dict(full_matrices=False), dict(compute_uv=False),
                         *([dict()] if s[-1] == s[-2] else [])]),

    # Windows.
    row("sliding_windows", np.lib.stride_tricks.sliding_window_view,
        shapes=[((4,),), ((3, 3),), ((2, 3, 2),)], in_torch=False,
        forms=lambda s: [dict(window_shape=(2,) * len(s)), dict(window_shape=2, axis=0),
                         *([dict(window_shape=(1, 2), axis=(-1, 0))] if len(s) > 1 else [])]),
    row("conv1d", np_conv, shapes=[((2, 2, 5), (4, 2, 3)), ((1, 2, 5), (2, 2, 2), (2,)),
                                   ((1, 4, 4), (2, 2, 3))],
        forms=lambda x, w, b=None: (
            [dict(groups=2, padding=1)] if x[1] != w[1] else
            [dict(), dict(stride=2), dict(padding=1, stride=3), dict(dilation=2, padding=2)])),
    row("conv2d", np_conv, shapes=[((2, 2, 3, 4), (2, 2, 2, 3)), ((1, 1, 4, 3), (2, 1, 2, 2), (2,)),
                                   ((1, 4, 3, 3), (2, 2, 2, 2))],
        forms=lambda x, w, b=None: (
            [dict(groups=2, padding=1)] if x[1] != w[1] else
            [dict(), dict(stride=2, padding=1), dict(dilation=2, padding=2)])),
    row("max_pool2d", lambda x, **how: np_pool(np.max, x, **how), distinct,
        [((4, 4),), ((1, 3, 4),), ((2, 1, 5, 3),)], conventions="ties share the gradient equally",
        forms=one_of(dict(kernel_size=2), dict(kernel_size=2, stride=1, padding=1),
                     dict(kernel_size=3, stride=2, padding=1))),
    row("avg_pool2d", lambda x, **how: np_pool(np.mean, x, **how),
        shapes=[((4, 4),), ((1, 3, 4),), ((2, 1, 5, 3),)], conventions="padding counts as zeros",
        forms=one_of(dict(kernel_size=2), dict(kernel_size=2, stride=1, padding=1),
                     dict(kernel_size=3, stride=2, padding=1))),

    # Picking.
    row("getitem", lambda x, index: x[index], ours=lambda x, index: x[index],
        shapes=[(shape,) for shape in INDICES],
        forms=lambda s: [dict(index=index) for index in [*INDICES[s], np.ones(s) > 0]]),
    row("getitem", lambda x, places: x[places], ours=lambda x, places: index.rows_op(x, places),
        shapes=RANKED[1:],  # by an index that is an argument of a compiled program
        forms=one_of(dict(places=np.array([0, 0, -1])), dict(places=np.array([[0], [-1]])))),
    row("take", shapes=RANKED[1:],
        forms=lambda s: [dict(indices=[0, 0, -1]), dict(indices=[[0], [-1]], axis=0),
                         dict(indices=-1, axis=-1)]),
    row("take_along_axis", shapes=[((3,),), ((2, 3),), ((2, 1, 2),)],
        forms=lambda s: [dict(indices=np.zeros(s, int), axis=0),
                         dict(indices=np.arange(math.prod(s)).reshape(s) % s[-1], axis=-1)]),
    row("sort", draws=distinct, shapes=LAST_AXIS + HOLLOW, forms=along_or_flat,
        conventions="tied entries keep their order"),
    row("topk", np_topk, distinct, LAST_AXIS,
        forms=lambda s: [dict(k=1), *([dict(k=2), dict(k=2, largest=False)] if s[-1] > 1 else []),
                         dict(k=s[0], axis=0)], conventions="tied entries keep their order"),
    row("median", draws=distinct, shapes=RANKED, forms=reduced,
        conventions="tied entries share the gradient equally"),
    *[row(name, draws=distinct, shapes=LAST_AXIS, forms=lambda s: [
        dict(axis=axis) for axis in (None, 0, -1)], order=0, conventions="no gradient",
        in_torch=False) for name in ("argsort", "argmax", "argmin")],
    row("one_hot", lambda labels, num_classes: np.eye(num_classes)[labels], order=0,
        draws=lambda r, s: r.integers(0, 4, s), shapes=[((3,),), ((2, 3),), ((1,),)],
        forms=just(num_classes=4), conventions="no gradient"),
]
# fmt: on

COUNTS: dict[str, int] = {}


def summary() -> str:
    """The size of the matrix as far as it has run, in one line."""
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in COUNTS.items())
    return f"test matrix: {len(ROWS)} operations; {kinds}"
