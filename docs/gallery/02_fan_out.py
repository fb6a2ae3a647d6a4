"""L = (a b + c) a: a is used twice, so two gradients arrive at it."""

from autograd import Value, draw

a, b, c = Value(3.0, name="a"), Value(2.0, name="b"), Value(1.0, name="c")
L = (a * b + c) * a
L.name = "L"
L.backward()

draw(L).save("02_fan_out.svg")
