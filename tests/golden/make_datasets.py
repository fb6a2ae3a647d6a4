"""Write nn/datasets/digits.npz and iris.npz from the copies that scikit-learn carries.

Run once, by hand: `python tests/golden/make_datasets.py [folder]` (needs scikit-learn). NumPy
stamps every member of an .npz with the same fixed date, so the same arrays give the same bytes
wherever zlib compresses alike.
"""

import hashlib
import sys
from pathlib import Path

import numpy as np

SHIPPED = Path(__file__).parents[2] / "nn" / "datasets"


def main(folder: Path) -> None:
    """Save both data sets to `folder` and print the checksums that the docstrings state."""
    from sklearn.datasets import load_digits, load_iris

    # Pixels and labels are small whole numbers, which uint8 holds exactly.
    for name, load, stored in (("digits", load_digits, np.uint8), ("iris", load_iris, np.float64)):
        X, y = load(return_X_y=True)
        assert np.array_equal(X.astype(stored), X)
        np.savez_compressed(folder / f"{name}.npz", X=X.astype(stored), y=y.astype(np.uint8))
        for array, dtype in ((X, "<f8"), (y, "<i8")):
            digest = hashlib.sha256(array.astype(dtype).tobytes()).hexdigest()
            print(name, array.shape, dtype, digest)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else SHIPPED)
