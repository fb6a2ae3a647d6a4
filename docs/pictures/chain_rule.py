"""The README's picture: L = (a b + c) a, after backward()."""

from pathlib import Path

from autograd import Value, draw

a, b, c = Value(3.0, name="a"), Value(2.0, name="b"), Value(1.0, name="c")
L = (a * b + c) * a
L.name = "L"
L.backward()

here = Path(__file__).parent
draw(L).save(here / "chain_rule.svg")
draw(L).save(here / "chain_rule.png")
