"""A transformer block: attention and a small network, each added to what came in."""

from autograd import draw, gelu, manual_seed, randn, softmax
from nn import LayerNorm, Linear, Module


class Attention(Module):
    """One head."""

    def __init__(self, width):
        super().__init__()
        self.query, self.key = Linear(width, width), Linear(width, width)
        self.value, self.out = Linear(width, width), Linear(width, width)

    def forward(self, x):
        """softmax(q k^T / sqrt(width)) v, and a layer more."""
        scores = self.query(x) @ self.key(x).T / x.shape[-1] ** 0.5
        return self.out(softmax(scores, axis=-1) @ self.value(x))


class Block(Module):
    """Attention mixes the words; up and down work on each alone."""

    def __init__(self, width):
        super().__init__()
        self.norm1, self.norm2, self.attention = (
            LayerNorm(width),
            LayerNorm(width),
            Attention(width),
        )
        self.up, self.down = Linear(width, 4 * width), Linear(4 * width, width)

    def forward(self, x):
        """x, and what both parts add to it."""
        x = x + self.attention(self.norm1(x))
        return x + self.down(gelu(self.up(self.norm2(x))))


manual_seed(0)
words = randn(6, 8, requires_grad=True)
words.name = "words"
loss = (Block(8)(words) ** 2).mean()
loss.name = "loss"
loss.backward()

draw(loss, direction="TB", depth=1).save("12_transformer_block.svg")
