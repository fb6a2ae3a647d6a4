"""A small run that depends on everything a checkpoint holds: shuffling, dropout, a schedule."""

import numpy as np

import nn
from autograd import manual_seed
from optim import Adam, DataLoader, Trainer

rng = np.random.default_rng(0)
X = rng.normal(size=(24, 3))
Y = np.sin(X[:, :1])


class Halving:
    """A schedule: the learning rate is halved after every third step."""

    def __init__(self, optimizer):
        self.optimizer, self.steps = optimizer, 0

    def step(self):
        self.steps += 1
        if self.steps % 3 == 0:
            self.optimizer.param_groups[0]["lr"] /= 2

    def state_dict(self):
        return {"steps": self.steps}

    def load_state_dict(self, state):
        self.steps = state["steps"]


class Run:
    """A trainer and its batches, built anew; `fit` runs it, and `weights` is what came out."""

    def __init__(
        self, kind=Adam, callbacks=(), hidden=6, seed=1, values=False, schedule=Halving, **options
    ):
        manual_seed(seed)
        self.model = (
            nn.MLP(3, [hidden, 1])
            if values
            else nn.Sequential(
                nn.Linear(3, hidden), nn.ReLU(), nn.Dropout(0.3), nn.Linear(hidden, 1)
            )
        )
        loss = squared if values else nn.MSELoss()
        optimizer = kind(self.model.parameters(), **{"lr": 0.01, **options})
        scheduler = schedule(optimizer)
        self.trainer = Trainer(self.model, loss, optimizer, scheduler, callbacks=callbacks)
        self.train = DataLoader(X, Y, batch_size=10, shuffle=True, seed=2)
        self.validation = DataLoader(X[::2], Y[::2], batch_size=5, shuffle=True)

    def fit(self, epochs, **options):
        options = {"progress": False, **options}
        self.history = self.trainer.fit(self.train, self.validation, epochs, **options)
        return self

    @property
    def bits(self):
        """All that must be equal in two equal runs; of the history all but the seconds."""
        rows = [{k: v for k, v in row.items() if k != "seconds"} for row in self.history.rows]
        return rows, {name: array.tobytes() for name, array in self.model.state_dict().items()}


def squared(predictions, targets):
    differences = [p - y for p, [y] in zip(predictions, targets.tolist(), strict=True)]
    return sum(d * d for d in differences) / len(differences)
