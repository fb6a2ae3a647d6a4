"""A network of single numbers on one sample: 2 inputs, 3 hidden neurons, 1 output."""

from autograd import draw, manual_seed
from nn import MLP

manual_seed(31)
model = MLP(2, [3, 1])
loss = (model([1.0, -2.0]) - 1) ** 2
loss.name = "loss"
loss.backward()

draw(loss, direction="TB").save("04_network.svg")
