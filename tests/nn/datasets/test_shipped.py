"""The shipped arrays equal their originals, and say so where a user reads."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from nn import datasets
from nn.datasets import IRIS_CLASSES, IRIS_FEATURES, load_digits, load_iris

DIGITS_PER_CLASS = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
CHECKSUMS = {
    load_digits: (
        "20def7f70a702f0af9732fbba4375e147a7d54fe70d8c45569b8e7c1c7010c10",
        "a3c91c262eddcf7ba8f0e37507c30284493c9b20412ffe4af30d536401f7ba21",
    ),
    load_iris: (
        "012f498fe9c8b3b34212c3c5d98e1f03f2f79931cd49349beb1bad64dcf164a7",
        "734737f11162991213afc3a96aa5e8823b2d9cdcfb8992df1e85a0bae44b2395",
    ),
}
both = pytest.mark.parametrize("load", [load_digits, load_iris], ids=lambda load: load.__name__)


def sha256(array, dtype):
    return hashlib.sha256(array.astype(dtype).tobytes()).hexdigest()


@both
def test_checksums(load):
    X, y = load()
    assert (sha256(X, "<f8"), sha256(y, "<i8")) == CHECKSUMS[load]


@both
def test_docstring_and_licence_file_state_checksums_origin_and_licence(load):
    licences = (Path(datasets.__file__).parent / "LICENSES.md").read_text(encoding="utf-8")
    for text in (load.__doc__, licences):
        for fact in (*CHECKSUMS[load], "UCI Machine Learning Repository", "CC BY 4.0"):
            assert fact in " ".join(text.split())


@both
def test_arrays_are_clean_and_the_callers_own(load):
    X, y = load()
    assert (X.dtype, y.dtype) == (np.float64, np.int64)
    assert np.isfinite(X).all()
    for array in (X, y):
        assert type(array) is np.ndarray
        assert array.flags.c_contiguous
        assert array.flags.writeable
    X[:] = -1
    y[:] = -1
    X, y = load()
    assert (sha256(X, "<f8"), sha256(y, "<i8")) == CHECKSUMS[load]


def test_digits_counts():
    X, y = load_digits()
    assert X.shape == (1797, 64)
    assert np.bincount(y).tolist() == DIGITS_PER_CLASS
    assert (X.min(), X.max()) == (0, 16)
    assert (np.round(X) == X).all()


def test_digits_first_image_is_a_zero():
    X, y = load_digits()
    image = X[0].reshape(8, 8)
    assert y[0] == 0
    assert image[3:5, 3:5].max() == 0
    assert image[3:5, [2, 5]].min() > 4


def test_iris_counts_and_names():
    X, y = load_iris()
    assert X.shape == (150, 4) == (150, len(IRIS_FEATURES))
    assert np.bincount(y).tolist() == [50] * len(IRIS_CLASSES)


def test_iris_has_fishers_35th_and_38th_flower():
    X, _ = load_iris()
    assert X[34].tolist() == [4.9, 3.1, 1.5, 0.2]
    assert X[37].tolist() == [4.9, 3.6, 1.4, 0.1]


def test_files_are_small():
    folder = Path(datasets.__file__).parent
    assert (folder / "digits.npz").stat().st_size < 50_000
    assert (folder / "iris.npz").stat().st_size < 2_000
