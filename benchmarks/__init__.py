"""Side by side with peers: ratios from one run, results checked equal before anything is timed.

    python -m benchmarks            every row; writes docs/benchmarks.md and its picture
    python -m benchmarks --quick    fewer rounds, about a minute; only prints
    python -m benchmarks S1 T1      some rows; only prints

Peers come with `pip install "chainrule[bench]"`; one that is not installed is reported as missing.
Absolute times on shared machines mean little, so every figure is our time divided by the peer's,
measured in alternating rounds. The views alone have no peer, and a table of their own.
"""
