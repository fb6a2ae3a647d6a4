"""Which number is the first that is not finite, and the hint that says so."""

import warnings

import numpy as np
import pytest

from autograd import Hint, Tensor, Value
from autograd.nonfinite import CURES, trouble, what_went_wrong


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (1.0, ""), (np.nan, "nan"), (-np.inf, "-inf"), (np.ones(3), ""), (np.array([1, 2]), ""),
        (np.array([-np.inf, 1.0]), "-inf"), (np.array([-np.inf, np.inf]), "inf"),
        (np.array([np.nan, np.inf]), "nan"), (np.zeros(0), ""), (True, ""),
        ((np.ones(2), np.array([np.inf])), "inf"), (np.float32(np.nan), "nan"),
    ],
)  # fmt: skip
def test_trouble(data, expected):
    assert trouble(data) == expected


def told(caught):
    return " ".join(str(caught[0].message).split())


def test_a_root_that_is_not_finite_is_hinted_at_with_its_origin():
    p = Tensor([0.0, 1.0], requires_grad=True, name="p")
    with np.errstate(all="ignore"):
        loss = (p.log() * 2).sum()
        loss.name = "loss"
        with pytest.warns(Hint) as caught:
            loss.backward()
    assert told(caught).startswith(
        "'loss' (op sum) is -inf. The first non-finite value appeared in op 'log', which made -inf "
        "from finite numbers: 'p' with min = 0, max = 1."
    )
    assert caught[0].filename == __file__
    assert CURES["log"] in told(caught)


def test_nan_in_the_data_is_told_as_such():
    with pytest.warns(Hint, match="the data of 'w'"):
        Value(np.nan, name="w").backward()
    w = Value(1.0)
    with pytest.warns(Hint, match="holds|with nan"):
        (w * np.array([np.nan, 1.0])).sum().backward()


def test_the_hint_comes_once_for_each_line():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(3):
            (Value(0.0) + np.inf).backward()
    assert [warning.category for warning in caught] == [Hint]


def test_a_finite_root_or_a_given_gradient_says_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Value(1.0).backward()
        (Tensor([1.0], requires_grad=True) * 2).backward()
        (Value(1.0) * np.inf).backward(1.0)


def test_the_facts_of_several_inputs():
    facts = what_went_wrong("/", "inf", (1.0, Tensor([0.0, 2.0], name="y")))
    assert facts["inputs"] == "finite numbers: 1 and 'y' with min = 0, max = 2"
    assert facts["fix"] == "x / (y + 1e-12)"
    facts = what_went_wrong("+", "nan", (Value(np.nan, name="a"), np.zeros((0, 2))))
    assert facts["inputs"] == "'a' = nan and an array of shape (0, 2) without entries"
