"""`python -m benchmarks`: measure every row, print one table, and write docs/benchmarks.md."""

from __future__ import annotations

import argparse
import os

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
os.environ.update(dict.fromkeys(THREADS, "1"))  # before NumPy starts its threads

from . import arrays, chain, compiled, demo, growth, networks, programs, report, views  # noqa: E402
from .measure import Measured, Row, plain_table, table  # noqa: E402

GROUPS = {  # name: what measures its rows, in how many rounds, and in how many if it is quick
    "S1": (chain.rows, 7, 1),
    "S2": (demo.rows, 5, 1),
    "growth": (growth.rows, 5, 1),
    "T1": (arrays.t1_rows, 41, 3),
    "T2": (arrays.t2_rows, 41, 3),
    "compiled": (compiled.rows, 41, 3),
    "T3-T4": (networks.rows, 41, 3),
    "programs": (programs.rows, 5, 1),
    "views": (views.rows, 5, 1),
}


def main() -> None:
    """Measure the chosen groups of rows."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("groups", nargs="*", metavar="ROWS", help=f"among {', '.join(GROUPS)}")
    parser.add_argument("--quick", action="store_true", help="fewer rounds: about a minute")
    options = parser.parse_args()
    unknown = set(options.groups) - set(GROUPS)
    if unknown:
        parser.error(f"no such rows: {', '.join(sorted(unknown))}; there are {', '.join(GROUPS)}")
    found: list[Row | Measured] = []
    for name in options.groups or GROUPS:
        measure, rounds, few = GROUPS[name]
        found += measure(few if options.quick else rounds)
    rows = [row for row in found if isinstance(row, Row)]
    absolute = [one for one in found if isinstance(one, Measured)]
    tables = (rows and table(rows), absolute and plain_table(absolute))
    print("\n\n".join(text for text in tables if text))
    if not options.groups and not options.quick:
        report.write(rows, absolute)


if __name__ == "__main__":
    main()
