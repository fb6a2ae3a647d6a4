"""Networks of equal blocks, whose graphs are too large to be drawn node by node."""

import numpy as np

import nn


class Block(nn.Module):
    def __init__(self):
        self.norm, self.inner = nn.LayerNorm(3), nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 3))

    def forward(self, x):
        return x + self.inner(self.norm(x))


class Wide(Block):
    def forward(self, x):
        return super().forward(x).tanh()


class Net(nn.Module):
    def __init__(self, blocks):
        self.enter, self.blocks = nn.Linear(2, 3), [Block() for _ in range(blocks)]

    def forward(self, x):
        x = self.enter(x)
        for block in self.blocks:
            x = block(x)
        return x


def stack(blocks=12):
    loss = (Net(blocks)(np.ones((2, 2))) ** 2).sum()
    loss.name = "loss"
    loss.backward()
    return loss
