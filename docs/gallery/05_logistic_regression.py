"""Logistic regression: four samples of two features, and one loss for all of them."""

import numpy as np

from autograd import Tensor, draw
from nn import BCELoss

X = np.array([[0.5, 1.0], [3.0, 0.5], [-1.0, -0.5], [1.0, -1.5]])
y = np.array([1.0, 1.0, 0.0, 0.0])
w, b = Tensor([0.4, -0.2], name="w", requires_grad=True), Tensor(0.1, name="b", requires_grad=True)

p = (X @ w + b).sigmoid()
p.name = "p"
loss = BCELoss()(p, y)
loss.name = "loss"
loss.backward()

draw(loss, direction="TB").save("05_logistic_regression.svg")
