"""A residual block: y = x + f(x), so the gradient reaches x by two ways."""

from autograd import draw, manual_seed, randn
from nn import Linear, Module, Sequential, Tanh


class Residual(Module):
    """f is two layers."""

    def __init__(self, width):
        super().__init__()
        self.f = Sequential(Linear(width, width), Tanh(), Linear(width, width))

    def forward(self, x):
        """What f adds to x."""
        return x + self.f(x)


manual_seed(0)
x = randn(2, 3, requires_grad=True)
x.name = "x"
loss = (Residual(3)(x) ** 2).mean()
loss.name = "loss"
loss.backward()

draw(loss, direction="TB").save("08_residual.svg")
