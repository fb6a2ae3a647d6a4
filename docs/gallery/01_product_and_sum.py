"""L = a b + c, before any gradient."""

from autograd import Value, draw

a, b, c = Value(3.0, name="a"), Value(2.0, name="b"), Value(1.0, name="c")
L = a * b + c
L.name = "L"

draw(L).save("01_product_and_sum.svg")
