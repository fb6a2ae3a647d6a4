"""An attention head: each of four words looks at all of them and takes what it needs."""

from autograd import draw, manual_seed, randn, softmax
from nn import Linear, Module


class Attention(Module):
    """One head."""

    def __init__(self, width):
        super().__init__()
        self.query = Linear(width, width, bias=False)
        self.key = Linear(width, width, bias=False)
        self.value = Linear(width, width, bias=False)

    def forward(self, x):
        """softmax(q k^T / sqrt(width)) v"""
        scores = self.query(x) @ self.key(x).T / x.shape[-1] ** 0.5
        weights = softmax(scores, axis=-1)
        weights.name = "weights"
        return weights @ self.value(x)


manual_seed(0)
words = randn(4, 8, requires_grad=True)
words.name = "words"
loss = (Attention(8)(words) ** 2).mean()
loss.name = "loss"
loss.backward()

draw(loss, direction="TB", depth=1).save("11_attention.svg")
