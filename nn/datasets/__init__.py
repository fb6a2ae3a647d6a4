"""Data to learn on: four drawn in the plane, two measured in the world. Nothing is downloaded.

| function     | X           | y          | what it is                                       |
|--------------|-------------|------------|--------------------------------------------------|
| make_moons   | (n, 2)      | 0, 1       | two interleaved half circles                     |
| make_circles | (n, 2)      | 0, 1       | a circle inside a circle                         |
| make_spirals | (n, 2)      | 0, 1, ...  | arms wound around one another                    |
| make_xor     | (n, 2)      | 0, 1       | clouds around the truth table of exclusive or    |
| load_digits  | (1797, 64)  | 0 ... 9    | handwritten digits, 8 by 8 pixels                |
| load_iris    | (150, 4)    | 0, 1, 2    | sepals and petals of three species, IRIS_CLASSES |

Each returns `X, y`: one sample per row of X (float64), its class in y (int64). The arrays are new
at every call, so changing them changes nothing else.
"""

from nn.datasets.shipped import IRIS_CLASSES, IRIS_FEATURES, load_digits, load_iris
from nn.datasets.synthetic import make_circles, make_moons, make_spirals, make_xor

__all__ = [
    "IRIS_CLASSES",
    "IRIS_FEATURES",
    "load_digits",
    "load_iris",
    "make_circles",
    "make_moons",
    "make_spirals",
    "make_xor",
]
