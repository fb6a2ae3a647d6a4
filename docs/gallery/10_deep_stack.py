"""Twelve blocks in a row: what is alike shares a box."""

from autograd import draw, manual_seed, randn
from nn import LayerNorm, Linear, Module, Sequential


class Block(Module):
    """A layer that adds to what it reads."""

    def __init__(self, width):
        super().__init__()
        self.norm, self.f = LayerNorm(width), Linear(width, width)

    def forward(self, x):
        """x + relu(f(norm(x)))"""
        return x + self.f(self.norm(x)).relu()


manual_seed(0)
model = Sequential(Linear(8, 16), *[Block(16) for _ in range(12)], Linear(16, 1))
loss = (model(randn(4, 8)) ** 2).mean()
loss.name = "loss"
loss.backward()

draw(loss, direction="TB").save("10_deep_stack.svg")
