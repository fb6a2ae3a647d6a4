"""The table of layers: shapes, parameters, bytes."""

import numpy as np
import pytest

import autograd as ag
import nn


def model():
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(64, 32),
        nn.Dropout(0.5),
        nn.Sequential(nn.ReLU(), nn.Linear(32, 10)),
    )


def test_rows_are_the_layers():
    table = model().summary((8, 1, 8, 8))
    assert [(row.name, row.layer, row.output_shape, row.parameters) for row in table] == [
        ("0", "Flatten", (8, 64), 0),
        ("1", "Linear", (8, 32), 2080),
        ("2", "Dropout", (8, 32), 0),
        ("3.0", "ReLU", (8, 32), 0),
        ("3.1", "Linear", (8, 10), 330),
    ]
    assert (len(table), table.parameters, table.bytes) == (5, 2410, 8 * 2410)


def test_printed_and_as_a_page():
    table = model().astype("float32").summary((1, 64))
    text = str(table)
    assert text == repr(table)
    assert text.splitlines()[0] == "Sequential: input (1, 64), output (1, 10)"
    assert text.splitlines()[-1].split() == ["total", "2,410", "9,640"]
    assert len({len(line) for line in text.splitlines()[1:]}) == 1
    assert table._repr_html_().count("<tr>") == 7
    assert "<td>2,080</td>" in table._repr_html_()


def test_the_model_stays_as_it_was():
    net = nn.Sequential(nn.Linear(4, 4), nn.Dropout(0.5).eval(), nn.BatchNorm1d(4))
    before = net.state_dict()
    ag.manual_seed(0)
    net.summary((2, 4))
    drawn = ag.rand(1).item()
    ag.manual_seed(0)
    assert ag.rand(1).item() == drawn
    assert [module.training for module in net.modules()] == [True, True, False, True]
    assert all((before[path] == array).all() for path, array in net.state_dict().items())
    assert not any("forward" in vars(module) for module in net.modules())


def test_a_failing_model_is_left_as_it_was_too():
    net = nn.Sequential(nn.Linear(4, 4))
    net[0].forward = lambda x: x + np.zeros((2, 3))
    with pytest.raises(ValueError, match="broadcast"):
        net.summary((5, 4))
    assert "forward" not in vars(net)
    assert net.training
    assert net[0].forward(np.ones((2, 3))).tolist() == [[1.0] * 3] * 2


def test_what_is_shared_counts_once_and_what_is_idle_says_so():
    class Net(nn.Module):
        def __init__(self):
            self.a, self.b, self.idle = nn.Linear(3, 3), nn.Linear(3, 3), nn.Tanh()
            self.b.weight = self.a.weight
            self.scale = nn.Parameter([1.0])

        def forward(self, x):
            return self.b(self.a(self.a(x))) * self.scale

    table = Net().summary((2, 3))
    assert {row.name: row.parameters for row in table} == {"": 1, "a": 12, "b": 3, "idle": 0}
    assert "not called" in str(table)


def test_buffers_have_bytes_but_are_no_parameters():
    (row,) = nn.BatchNorm1d(5).summary((2, 5))
    assert (row.parameters, row.bytes) == (10, 8 * 21)


def test_whole_numbers_in_and_values():
    assert nn.Embedding(10, 4).summary((2, 3), dtype=int).rows[0].output_shape == (2, 3, 4)
    table = nn.MLP(2, [16, 3]).summary((2,))
    assert [(row.layer, row.output_shape, row.parameters) for row in table] == [
        ("Layer", (16,), 48),
        ("Layer", (3,), 51),
    ]
    assert table.bytes == 8 * 99
