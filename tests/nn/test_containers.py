"""Modules in a row, in a list, in a dict."""

import numpy as np
import pytest

import autograd as ag
import nn
from autograd.errors import KindError


def widths(container):
    return [layer.out_features for layer in container]


def lines(*sizes):
    return [nn.Linear(1, n) for n in sizes]


def test_sequential_is_a_row_of_modules():
    model = nn.Sequential({"fc": nn.Linear(2, 3), "act": nn.ReLU()})
    assert list(model.state_dict()) == ["fc.weight", "fc.bias"]
    assert len(model) == 2
    assert list(model) == [model[0], model[1]]
    assert list(model[1:]) == [model[1]]
    assert list(model[:1].state_dict()) == ["fc.weight", "fc.bias"]
    assert isinstance(model[-1], nn.ReLU)
    assert len(model[2:]) == len(nn.Sequential({})) == 0


@pytest.mark.parametrize("kind", [lambda *m: nn.Sequential(*m), lambda *m: nn.ModuleList(m)])
def test_rows_can_be_changed(kind):
    row = kind(*lines(1, 2))
    row.append(nn.Linear(1, 3)).extend(lines(4, 5))
    row.insert(1, nn.Linear(1, 9))
    assert widths(row) == [1, 9, 2, 3, 4, 5]
    assert [name for name, _ in row.named_children()] == list("012345")
    row[-1] = nn.Linear(1, 7)
    del row[0], row[1:3]
    assert widths(row) == [9, 4, 7]
    row += lines(8)
    assert list(row.state_dict())[-1] == "3.bias"
    assert type(row[1:3]) is type(row)
    assert widths(row[1:3]) == [4, 7]


def test_a_slice_of_a_list_counts_from_zero():
    part = nn.ModuleList(lines(1, 2, 3))[1:]
    assert list(part.state_dict()) == ["0.weight", "0.bias", "1.weight", "1.bias"]


def test_a_module_list_is_part_of_the_module_around_it():
    class Net(nn.Module):
        def __init__(self):
            self.layers = nn.ModuleList(nn.Linear(2, 2) for _ in range(2))

        def forward(self, x):
            for layer in self.layers:
                x = layer(x)
            return x

    net = Net()
    assert next(iter(net.state_dict())) == "layers.0.weight"
    assert net(np.ones((1, 2))).scope == "Net.layers.1"
    assert len(nn.ModuleList()) == 0


def test_module_dict():
    choices = nn.ModuleDict({"b": nn.Linear(1, 1), "a": nn.ReLU()})
    choices["c"] = nn.Tanh()
    choices.update([("a", nn.Sigmoid())])
    assert list(choices) == list(choices.keys()) == ["b", "a", "c"]
    assert isinstance(choices["a"], nn.Sigmoid)
    assert "c" in choices
    assert len(choices) == 3
    assert [type(module).__name__ for module in choices.values()] == ["Linear", "Sigmoid", "Tanh"]
    assert list(choices.state_dict()) == ["b.weight", "b.bias"]
    assert dict(choices.items())["c"] is choices.pop("c")
    del choices["a"]
    assert (
        repr(choices).splitlines()[1] == "  (b): Linear(in_features=1, out_features=1, bias=True)"
    )
    choices.clear()
    assert choices.parameters() == []


def test_a_module_dict_may_hold_more():
    class Heads(nn.ModuleDict):
        def __init__(self):
            super().__init__({"mean": nn.Linear(1, 1, bias=False)})
            self.scale = nn.Parameter([1.0])

    assert list(Heads().state_dict()) == ["scale", "mean.weight"]


@pytest.mark.parametrize(
    ("thing", "words"),
    [
        (nn.ReLU, "did you mean nn.ReLU()?"),
        ([nn.ReLU()], "nn.Sequential(*layers)"),
        (ag.relu, "which is not a module"),
    ],
)
def test_containers_refuse_what_is_no_module(thing, words):
    row = nn.ModuleList([nn.Linear(2, 3)])
    attempts = [
        lambda: nn.Sequential(nn.Linear(2, 3), thing),
        lambda: nn.ModuleList([thing]),
        lambda: nn.ModuleDict({"a": thing}),
        lambda: row.append(thing),
        lambda: row.__setitem__(0, thing),
    ]
    for attempt in attempts:
        with pytest.raises(KindError) as caught:
            attempt()
        assert words in str(caught.value)
        assert "E24" in str(caught.value)
    assert len(row) == 1
