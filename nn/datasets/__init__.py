"""Data to learn on: some drawn by a formula, two measured in the world. Nothing is downloaded.

| function        | X           | y          | what it is                                       |
|-----------------|-------------|------------|--------------------------------------------------|
| make_moons      | (n, 2)      | 0, 1       | two interleaved half circles                     |
| make_circles    | (n, 2)      | 0, 1       | a circle inside a circle                         |
| make_spirals    | (n, 2)      | 0, 1, ...  | arms wound around one another                    |
| make_blobs      | (n, 2)      | 0, 1, ...  | round clouds, side by side                       |
| make_xor        | (n, 2)      | 0, 1       | clouds around the truth table of exclusive or    |
| make_regression | (n, d)      | (n, 1)     | numbers around a line or plane                   |
| load_digits     | (1797, 64)  | 0 ... 9    | handwritten digits, 8 by 8 pixels                |
| load_iris       | (150, 4)    | 0, 1, 2    | sepals and petals of three species, IRIS_CLASSES |

Each returns `X, y`: one sample per row of X (float64), its class in y (int64), or what is to be
predicted (float64). The arrays are new at every call, so changing them changes nothing else.
"""

from nn.datasets.shipped import IRIS_CLASSES, IRIS_FEATURES, load_digits, load_iris
from nn.datasets.synthetic import (
    make_blobs,
    make_circles,
    make_moons,
    make_regression,
    make_spirals,
    make_xor,
)

__all__ = [
    "IRIS_CLASSES",
    "IRIS_FEATURES",
    "load_digits",
    "load_iris",
    "make_blobs",
    "make_circles",
    "make_moons",
    "make_regression",
    "make_spirals",
    "make_xor",
]
