"""Six of the seven steps of a pass through L = (a b + c) a, forward and backward."""

from pathlib import Path

from autograd import Value, play

a, b, c = Value(3.0, name="a"), Value(2.0, name="b"), Value(1.0, name="c")
L = (a * b + c) * a
L.name = "L"

play(L).filmstrip(n=6).save(Path(__file__).parent / "filmstrip.svg")
