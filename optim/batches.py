"""Batches: the arithmetic of samples, batch size, iterations and epochs.

One iteration is one update from one batch. One epoch has seen every sample once: ceil(samples /
batch size) iterations. The batch size decides what gradient descent is called: all samples at once,
batch; one at a time, stochastic; between, mini-batch.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

from autograd.data import numeric, raw
from autograd.errors import Hint, lesson
from autograd.node import Node
from autograd.random import generator

Array = np.ndarray[Any, Any]


class TensorDataset:
    """Arrays that belong together: sample i is row i of each, `dataset[i]`.

    >>> X, y = TensorDataset(np.eye(3), np.arange(3))[1:]
    >>> y
    array([1, 2])
    """

    def __init__(self, *arrays: Any) -> None:
        self.arrays = together(arrays)

    def __len__(self) -> int:
        """How many samples there are."""
        return len(self.arrays[0])

    def __getitem__(self, index: Any) -> tuple[Any, ...]:
        return tuple([array[index] for array in self.arrays])


class DataLoader:
    """Samples in batches: iterating over it is one epoch, one tuple of arrays per iteration.

    data: arrays X, y, ..., equally many samples each, along the first axis; or one dataset:
        anything with a length and an [i] that gives sample i, a number, an array or a tuple.
    batch_size: samples per batch; None or "full" takes all (batch gradient descent).
    shuffle: a new random order in every epoch, from `seed` or the library's generator.
    drop_last: leave out the last batch if it is smaller than the others.

    Raises E20 for a batch size or data that give no batches.

    >>> loader = DataLoader(np.zeros((100, 2)), np.zeros(100), batch_size=32)
    >>> print(loader)
    100 samples, batch size 32: 4 iterations per epoch, the last with 4 samples; mini-batch \
gradient descent
    >>> [len(X) for X, y in loader]
    [32, 32, 32, 4]
    """

    def __init__(
        self, *data: Any, batch_size: int | str | None = 32, shuffle: bool = False,
        drop_last: bool = False, seed: int | np.random.Generator | None = None,
    ) -> None:  # fmt: skip
        self.dataset = data[0] if len(data) == 1 and is_dataset(data[0]) else TensorDataset(*data)
        self.samples = len(self.dataset)
        if self.samples == 0:
            raise lesson("E20", what="there are no samples", fix="check how X and y were loaded")
        self.batch_size = size_of_batch(batch_size, self.samples, drop_last)
        self.shuffle = shuffle
        self.drop_last = drop_last
        self._generator = None if seed is None else generator(seed)

    def __len__(self) -> int:
        """Iterations per epoch."""
        whole, rest = divmod(self.samples, self.batch_size)
        return whole if self.drop_last or not rest else whole + 1

    def __iter__(self) -> Iterator[tuple[Array, ...]]:
        order = np.arange(self.samples)
        if self.shuffle:
            generator(self._generator).shuffle(order)
        for i in range(len(self)):
            yield self._batch(order[i * self.batch_size : (i + 1) * self.batch_size])

    def _batch(self, index: Array) -> tuple[Array, ...]:
        if isinstance(self.dataset, TensorDataset):
            return self.dataset[index]
        samples = [self.dataset[i] for i in index.tolist()]
        rows = [sample if isinstance(sample, tuple | list) else (sample,) for sample in samples]
        return tuple([np.stack([raw(x) for x in column]) for column in zip(*rows, strict=True)])

    def state_dict(self) -> dict[str, Any]:
        """Its samples and batch size, and where its own generator stands between two epochs."""
        own = self._generator
        random = None if own is None else own.bit_generator.state
        return {"samples": self.samples, "batch_size": self.batch_size, "generator": random}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Shuffle on as the loader would have whose `state_dict()` this is.

        Raises E20 for a state of other data or batch size, or if only one of the two has a seed.
        """
        ours, saved = (self.samples, self.batch_size), (state["samples"], state["batch_size"])
        if ours != saved:
            what = "this loader has {} samples and batch size {}; the saved one had {} and {}"
            fix = f"DataLoader(X, y, batch_size={saved[1]})   with the data of the first run"
            raise lesson("E20", what=what.format(*ours, *saved), fix=fix)
        own, random = self._generator, state["generator"]
        if (own is None) != (random is None):
            what = "one of the two loaders has a seed, and the other has none"
            raise lesson("E20", what=what, fix="DataLoader(X, y, shuffle=True, seed=0)   for both")
        if own is not None:
            own.bit_generator.state = random

    def __str__(self) -> str:
        rest = self.samples % self.batch_size
        last = f", the last with {counted(rest, 'sample')}" if rest and not self.drop_last else ""
        last = f", {counted(rest, 'sample')} left out" if rest and self.drop_last else last
        return (
            f"{counted(self.samples, 'sample')}, batch size {self.batch_size}: "
            f"{counted(len(self), 'iteration')} per epoch{last}; {self.method} gradient descent"
        )

    def __repr__(self) -> str:
        return f"DataLoader({self})"

    @property
    def method(self) -> str:
        """What the batch size makes of gradient descent: batch, stochastic or mini-batch."""
        if self.batch_size == self.samples:
            return "batch"
        return "stochastic" if self.batch_size == 1 else "mini-batch"


def is_dataset(data: Any) -> bool:
    """Whether this is a dataset: it has samples, but is no array, list or dict."""
    if isinstance(data, Node | list | tuple | dict | str) or hasattr(data, "__array__"):
        return False
    return hasattr(data, "__len__") and hasattr(data, "__getitem__")


def together(arrays: tuple[Any, ...]) -> list[Array]:
    """Data as arrays of equally many samples."""
    sizes = [array for array in arrays if array is None or isinstance(array, int | str)]
    if any(isinstance(array, dict) for array in arrays):
        what = "a dict is not an array"
        raise lesson("E20", what=what, fix='DataLoader(data["X"], data["y"])   with its entries')
    if sizes:
        what = f"a DataLoader takes arrays, one sample per row; got {sizes[0]!r} among them"
        raise lesson("E20", what=what, fix=f"DataLoader(X, y, batch_size={sizes[0]!r})")
    found = [raw(array) for array in arrays]
    found = [array if isinstance(array, np.ndarray) else numeric(array) for array in found]
    if not found or not all(array.ndim for array in found):
        what = "a DataLoader needs arrays with one sample per row, such as X and y"
        raise lesson("E20", what=what, fix="DataLoader(X, y, batch_size=32)")
    lengths = [len(array) for array in found]
    if len(set(lengths)) > 1:
        shapes = ", ".join(str(array.shape) for array in found)
        what = f"the arrays have {' and '.join(map(str, lengths))} samples (shapes {shapes})"
        fix = "give every array one row per sample; X = X.T if the samples are its columns"
        raise lesson("E20", what=what, fix=fix)
    return found


def size_of_batch(batch_size: int | str | None, samples: int, drop_last: bool) -> int:
    """The number of samples that a batch size means, checked."""
    if batch_size is None or batch_size == "full":
        return samples
    if not isinstance(batch_size, int | np.integer) or isinstance(batch_size, bool):
        what = f"batch_size must be a whole number, None or 'full'; got {batch_size!r}"
        raise lesson("E20", what=what, fix="DataLoader(X, y, batch_size=32)")
    if batch_size < 1:
        what = f"batch_size must be at least 1; got {batch_size}"
        raise lesson("E20", what=what, fix="DataLoader(X, y, batch_size=1)   for one at a time")
    if batch_size <= samples:
        return int(batch_size)
    if drop_last:
        what = f"batch_size={batch_size} with drop_last leaves 0 batches of {samples} samples"
        raise lesson("E20", what=what, fix=f"DataLoader(X, y, batch_size={samples})")
    hint = lesson("E20h", batch_size=batch_size, samples=samples)
    warnings.warn(str(hint), Hint, stacklevel=3)
    return samples


def counted(n: int, thing: str) -> str:
    """A number and its noun: 1 sample, 2 samples."""
    return f"{n} {thing}" if n == 1 else f"{n} {thing}s"
