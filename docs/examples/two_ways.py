"""The same small network twice: of single numbers, and of arrays; they learn the same numbers.

Only the way into the model differs: neurons take a sample, layers of arrays take all samples at
once. The loss, the optimizer and the loop are the same lines.
"""

import numpy as np

import nn
import optim
from autograd import manual_seed

SIZES = [2, 6, 4, 1]
manual_seed(0)
X, y = nn.datasets.make_moons(24, noise=0.1, seed=0)

of_values = nn.MLP(2, SIZES[1:], activation="tanh")  # 77 Values
of_tensors = nn.Sequential(  # 6 Tensors
    nn.Linear(2, 6), nn.Tanh(), nn.Linear(6, 4), nn.Tanh(), nn.Linear(4, 1)
)


def as_tensors(state):
    """The rows of neurons as matrices: what `of_tensors` calls the same numbers."""
    found = {}
    for i, neurons in enumerate(SIZES[1:]):
        for part in ("weight", "bias"):
            paths = [f"layers.{i}.neurons.{j}.{part}" for j in range(neurons)]
            found[f"{2 * i}.{part}"] = np.stack([state[path] for path in paths])
    return found


def train(model, predict, steps=30):
    """The loop of every notebook; returns the loss before each step."""
    loss_of = nn.BCEWithLogitsLoss()
    optimizer = optim.Adam(model.parameters(), lr=0.05)
    losses = []
    for _ in range(steps):
        loss = loss_of(predict(X), y.astype(float))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def main():
    """Train both from the same start, and compare their losses and their weights."""
    of_tensors.load_state_dict(as_tensors(of_values.state_dict()))
    losses = [
        train(of_values, lambda samples: [of_values(x) for x in samples]),
        train(of_tensors, lambda samples: of_tensors(samples).reshape(-1)),
    ]
    print(*[f"{a:.12f}  {b:.12f}" for a, b in zip(*losses, strict=True)], sep="\n")
    return losses, [as_tensors(of_values.state_dict()), of_tensors.state_dict()]


if __name__ == "__main__":
    main()
