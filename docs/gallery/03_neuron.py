"""A sigmoid neuron with two inputs, and the squared error of its answer."""

from autograd import Value, draw

x1, x2 = 2.0, -1.0
w1, w2, b = Value(0.5, name="w1"), Value(1.5, name="w2"), Value(0.2, name="b")

y = (w1 * x1 + w2 * x2 + b).sigmoid()
y.name = "y"
loss = (y - 1) ** 2
loss.name = "loss"
loss.backward()

draw(loss, direction="TB").save("03_neuron.svg")
