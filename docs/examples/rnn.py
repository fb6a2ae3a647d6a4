"""A recurrent network learns a text by heart, letter by letter, and writes it down again.

h <- tanh(one_hot(letter) W_x + h W_h + b): the same weights at every step, so their gradients are
sums over all steps. `grad` with a tuple of argument numbers gives one for each weight.
"""

import numpy as np

from autograd import log_softmax, one_hot, stack, value_and_grad

TEXT = "the chain rule, again and again. "
LETTERS = sorted(set(TEXT))
HIDDEN = 32
SHAPES = [(len(LETTERS), HIDDEN), (HIDDEN, HIDDEN), (HIDDEN,), (HIDDEN, len(LETTERS))]


def step(h, letter, w_x, w_h, b):
    """The next state."""
    return np.tanh(w_x[letter] + h @ w_h + b)


def loss(w_x, w_h, b, w_out, text):
    """The mean of -log P(next letter), over the whole text."""
    h, states = np.zeros(HIDDEN), []
    for letter in text[:-1]:
        h = step(h, letter, w_x, w_h, b)
        states.append(h)
    scores = log_softmax(stack(states) @ w_out)
    return -np.sum(scores * one_hot(text[1:], len(LETTERS))) / (len(text) - 1)


def write(first, count, w_x, w_h, b, w_out):
    """The likeliest letters that follow the first."""
    h, letters = np.zeros(HIDDEN), [first]
    for _ in range(count - 1):
        h = step(h, letters[-1], w_x, w_h, b)
        letters.append(int(np.argmax(h @ w_out)))
    return "".join(LETTERS[i] for i in letters)


def main(steps=120, lr=0.01):
    """RMSprop on all weights; then let it write."""
    rng, slope = np.random.default_rng(0), value_and_grad(loss, (0, 1, 2, 3))
    w = [rng.normal(scale=0.3, size=shape) for shape in SHAPES]
    text = [LETTERS.index(letter) for letter in TEXT]
    sizes = [np.zeros_like(part) for part in w]
    for _ in range(steps):
        value, gradients = slope(*w, text)
        for i, g in enumerate(gradients):
            sizes[i] = 0.9 * sizes[i] + 0.1 * g**2
            w[i] = w[i] - lr * g / (np.sqrt(sizes[i]) + 1e-8)
    written = write(text[0], len(text), *w)
    print(f"loss {value:.4f}: {written}")
    return float(value), written


if __name__ == "__main__":
    main()
