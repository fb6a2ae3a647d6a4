"""What optimizers are given: models in place of parameters, and parameters that are none (E18)."""

import numpy as np
import pytest

import nn
from autograd import Tensor, Value
from optim import SGD, Adam


class Line:
    """A model that nn knows nothing of."""

    def __init__(self):
        self.w = Value(1.0)

    def parameters(self):
        yield self.w


class Empty(Line):
    def parameters(self):
        yield from ()


class Classes(nn.Module):
    def __init__(self):
        self.layers = {"first": nn.Linear, "second": nn.ReLU}
        self.last = nn.Linear


class Misspelt(nn.Module):
    def _init_(self):
        self.layer = nn.Linear(2, 3)


class Plain(nn.Module):
    def __init__(self):
        self.w = Tensor([1.0, 2.0], requires_grad=True)
        self.b = np.zeros(3)
        self.layers = []
        self.act = nn.ReLU()
        self.many = {nn.Dropout(0.1)}


def told(params, kind=SGD):
    with pytest.raises(ValueError, match="E18") as caught:
        kind(params, lr=0.1)
    message = str(caught.value)
    assert message.startswith("the optimizer received no parameters")
    assert max(map(len, message.splitlines())) <= 100
    assert len(message.splitlines()) <= 8
    return " ".join(message.split())


@pytest.mark.parametrize("model", [Line(), nn.Linear(2, 3), nn.MLP(2, [1])])
def test_a_model_in_place_of_its_parameters(model):
    with pytest.raises(TypeError, match=r"got the \w+ itself") as caught:
        SGD(model, lr=0.1)
    fix = str(caught.value).partition("Fix:  ")[2].splitlines()[0]
    assert type(model).__name__ in str(caught.value)
    SGD(eval(fix.split("   ")[0]), lr=0.1)  # the line to write instead


def test_no_argument_at_all():
    with pytest.raises(ValueError, match="received no parameters"):
        Adam(lr=1e-3)


def test_a_generator_that_was_used_up():
    generator = Line().parameters()
    SGD(generator, lr=0.1)
    assert "this generator was already used up" in told(generator)


@pytest.mark.parametrize("given", [lambda model: model, lambda model: model.parameters()])
@pytest.mark.parametrize(
    ("kind", "reasons"),
    [
        (Empty, ["Empty has none", "self.w is a Value"]),
        (
            Classes,
            [
                "self.layers is a dict of classes, each to be called: Linear(...)",
                "self.last is the class Linear, to be called: Linear(...)",
            ],
        ),
        (Misspelt, ["its method _init_ never ran", "Python calls __init__"]),
        (
            Plain,
            [
                "self.w is a Tensor, which becomes a parameter as nn.Parameter(...)",
                "self.b is an array, which becomes a parameter as nn.Parameter(...)",
                "self.layers is an empty list",
                "and 2 more",
            ],
        ),
    ],
)
def test_a_model_without_parameters_is_explained(kind, reasons, given):
    message = told(given(kind()))
    assert f": {kind.__name__} has none." in message
    for reason in reasons:
        assert reason in message


def test_the_line_to_write_instead():
    fix = told(Misspelt()).partition("Fix: ")[2]
    assert fix.startswith("self.layer = nn.Linear(2, 3) in def __init__(self):")

    class Spelt(nn.Module):
        def __init__(self):
            self.layer = nn.Linear(2, 3)

    assert len(SGD(Spelt().parameters(), lr=0.1).param_groups[0]["params"]) == 2


def test_what_else_a_model_may_hold():
    class Other(nn.Module):
        def __init__(self):
            self.rate, self.name = 0.5, "net"
            self.many = {nn.Dropout(0.1)}

    message = told(Other())
    for reason in ("self.rate is a float", "self.name is a str", "self.many is a set of Dropout"):
        assert reason in message


def test_a_model_that_made_nothing():
    assert "it has no attributes: they are made in __init__(self)" in told(nn.Module())
