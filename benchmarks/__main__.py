"""`python -m benchmarks`: measure every row, and print one table."""

from __future__ import annotations

import argparse
import os

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
os.environ.update(dict.fromkeys(THREADS, "1"))  # before NumPy starts its threads

from . import arrays, chain, demo  # noqa: E402
from .measure import table  # noqa: E402

GROUPS = {"S1": chain.rows, "S2": demo.rows, "T": arrays.rows}


def main() -> None:
    """Measure the chosen groups of rows."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("groups", nargs="*", metavar="ROW", help=f"among {', '.join(GROUPS)}")
    parser.add_argument("--quick", action="store_true", help="fewer rounds: about a minute")
    options = parser.parse_args()
    unknown = set(options.groups) - set(GROUPS)
    if unknown:
        parser.error(f"no such rows: {', '.join(sorted(unknown))}; there are {', '.join(GROUPS)}")
    rows = []
    for name in options.groups or GROUPS:
        rounds = {"S1": 7, "S2": 5, "T": 41}[name]
        rows += GROUPS[name](max(3, rounds // 4) if options.quick else rounds)
    print(table(rows))


if __name__ == "__main__":
    main()
