"""What can be trained on: data sets by name, CSV files, and the settings that suit each."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

from nn import datasets

from .errors import UsageError
from .tables import Array, Samples, read_table


class Settings(NamedTuple):
    """The choices that depend on the data, where the user makes none."""

    hidden: tuple[int, ...] = (16, 16)
    dropout: float = 0.0
    epochs: int = 50
    test_size: float = 0.25


def digits(seed: int) -> Samples:
    """The real handwritten digits."""
    X, y = datasets.load_digits()
    pixels = tuple(f"pixel {i}" for i in range(64))
    what = "handwritten digits of 8 x 8 pixels"
    return Samples(X, y, pixels, "digit", tuple("0123456789"), what, unit=16)


def iris(seed: int) -> Samples:
    """The real iris flowers."""
    X, y = datasets.load_iris()
    return Samples(X, y, datasets.IRIS_FEATURES, "species", datasets.IRIS_CLASSES, "iris flowers")


def plane(make: Callable[..., tuple[Array, Array]], what: str, **options: float) -> Load:
    """Points of two classes, drawn in the plane."""

    def load(seed: int) -> Samples:
        X, y = make(400, seed=seed, **options)
        return Samples(X, y, ("x1", "x2"), "class", ("0", "1"), what)

    return load


Load = Callable[[int], Samples]  # takes a seed
DATASETS: dict[str, tuple[Load, Settings]] = {
    "digits": (digits, Settings(hidden=(128,), dropout=0.2, epochs=20, test_size=397)),
    "iris": (iris, Settings(hidden=(16,), epochs=100)),
    "moons": (plane(datasets.make_moons, "points on two half circles", noise=0.2), Settings()),
    "circles": (plane(datasets.make_circles, "points on two circles", noise=0.1), Settings()),
    "spirals": (plane(datasets.make_spirals, "points on two spirals"), Settings()),
    "xor": (plane(datasets.make_xor, "points around the truth table of xor"), Settings()),
}
FOR_TABLES = Settings(hidden=(32,), epochs=100)


def find(
    data: str, target: str | None, numeric: bool | None, seed: int
) -> tuple[Samples, Settings]:
    """The samples that a name or the path of a CSV file means. Raises UsageError if there are none.

    numeric: whether the target is to be a number (True) or a class (False); None: as the data say.
    """
    if data in DATASETS:
        if target is not None:
            raise UsageError(f"--target is for CSV files; {data} has its own target.")
        load, settings = DATASETS[data]
        samples = load(seed)
        if numeric:
            samples = samples._replace(y=samples.y.astype(float), classes=())
        return samples, settings
    path = Path(data)
    if not data.strip():
        raise UsageError(f"the data have no name; there are {', '.join(DATASETS)}, and CSV files.")
    if path.exists() or path.suffix:
        return read_table(path, target, numeric), FOR_TABLES
    meant = get_close_matches(data, DATASETS, n=1)
    hint = f"did you mean {meant[0]}?" if meant else "give the path of a CSV file."
    if data.isdecimal():
        hint = "sizes of hidden layers have commas between, --hidden 16,16."
    names = ", ".join(DATASETS)
    raise UsageError(f"there is no data set {data!r} and no such file; there are {names}: {hint}")
