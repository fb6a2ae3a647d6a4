"""Real measurements that ship with the package: two small .npz files beside this one.

LICENSES.md, also beside them, states origin and licence. The checksums below are SHA-256 of
`X.tobytes()` and `y.tobytes()` as returned, on a little-endian machine.
"""

from typing import Any

import numpy as np

Numbers = np.ndarray[Any, np.dtype[np.float64]]
Classes = np.ndarray[Any, np.dtype[np.int64]]

IRIS_CLASSES = ("setosa", "versicolor", "virginica")
IRIS_FEATURES = ("sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)")


def load_digits() -> tuple[Numbers, Classes]:
    """Load 1797 handwritten digits: X float64 (1797, 64) with values 0 ... 16, y int64 (1797,).

    A row of X is an image of 8 by 8 pixels, row after row; a pixel counts the inked dots in a 4 by
    4 block of the scan, so `X / 16` lies in [0, 1]. y is the digit. From 0 to 9 there are 178, 182,
    177, 183, 181, 182, 181, 179, 174 and 180 samples. They are not in random order: shuffle before
    you split.

    >>> X, y = load_digits()
    >>> X.shape, y[:12]
    ((1797, 64), array([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]))
    >>> X[0].reshape(8, 8)[:3]
    array([[ 0.,  0.,  5., 13.,  9.,  1.,  0.,  0.],
           [ 0.,  0., 13., 15., 10., 15.,  5.,  0.],
           [ 0.,  3., 15.,  2.,  0., 11.,  8.,  0.]])

    Source: E. Alpaydin & C. Kaynak (1998), Optical Recognition of Handwritten Digits, UCI Machine
    Learning Repository, https://doi.org/10.24432/C50P49, licence CC BY 4.0: the file optdigits.tes,
    unchanged and in its order, written by 13 people who are not in the repository's training file.
    SHA-256 of X: 20def7f70a702f0af9732fbba4375e147a7d54fe70d8c45569b8e7c1c7010c10
    SHA-256 of y: a3c91c262eddcf7ba8f0e37507c30284493c9b20412ffe4af30d536401f7ba21
    """
    return _read("digits.npz")


def load_iris() -> tuple[Numbers, Classes]:
    """Load 150 iris flowers: X float64 (150, 4) in centimetres, y int64 (150,).

    The columns of X are IRIS_FEATURES and y numbers IRIS_CLASSES. There are 50 flowers of each
    species, one species after the other: shuffle before you split.

    >>> X, y = load_iris()
    >>> X[100], IRIS_CLASSES[y[100]]
    (array([6.3, 3.3, 6. , 2.5]), 'virginica')

    Source: R. A. Fisher (1936), The use of multiple measurements in taxonomic problems, Annals of
    Eugenics 7(2), 179-188; UCI Machine Learning Repository (1988),
    https://doi.org/10.24432/C56C76, licence CC BY 4.0. These are the numbers of Fisher's paper, as
    in R and scikit-learn. UCI's iris.data differs from them in two flowers, the 35th and the 38th:
    it has 4.9, 3.1, 1.5, 0.1 for both, the paper 4.9, 3.1, 1.5, 0.2 and 4.9, 3.6, 1.4, 0.1.
    SHA-256 of X: 012f498fe9c8b3b34212c3c5d98e1f03f2f79931cd49349beb1bad64dcf164a7
    SHA-256 of y: 734737f11162991213afc3a96aa5e8823b2d9cdcfb8992df1e85a0bae44b2395
    """
    return _read("iris.npz")


def _read(file: str) -> tuple[Numbers, Classes]:
    from pathlib import Path

    with np.load(Path(__file__).with_name(file), allow_pickle=False) as arrays:
        return arrays["X"].astype(np.float64), arrays["y"].astype(np.int64)
