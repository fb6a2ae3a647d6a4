"""A multi-layer perceptron learns handwritten digits: most of those it never saw are read right."""

import numpy as np
import pytest

import nn
import optim
from autograd import manual_seed

X, Y = nn.datasets.load_digits()


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_an_mlp_reads_97_percent_of_digits_it_never_saw(seed):
    manual_seed(seed)
    train_x, test_x, train_y, test_y = optim.train_test_split(X / 16, Y, test_size=397, seed=seed)
    model = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Dropout(0.3), nn.Linear(128, 10))
    optimizer, loss_of = optim.Adam(model.parameters(), lr=3e-3), nn.CrossEntropyLoss()
    for images, labels in [
        batch
        for epoch in range(40)
        for batch in optim.DataLoader(train_x, train_y, shuffle=True, seed=epoch)
    ]:
        loss = loss_of(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    assert loss_of(model(train_x), train_y).item() < 0.05
    right = model(test_x).data.argmax(axis=1) == test_y
    assert np.mean(right) >= 0.97
