"""A classifier of handwritten digits, 64-32-10, on a batch of eight images."""

from autograd import draw, manual_seed
from nn import CrossEntropyLoss, Linear, ReLU, Sequential, datasets

manual_seed(0)
X, y = datasets.load_digits()
model = Sequential(Linear(64, 32), ReLU(), Linear(32, 10))
loss = CrossEntropyLoss()(model(X[:8] / 16), y[:8])
loss.name = "loss"
loss.backward()

draw(loss, direction="TB", depth=1).save("06_digits.svg")
