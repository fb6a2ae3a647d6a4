"""Tensors from nothing, with NumPy's arguments and answers."""

import numpy as np
import pytest

import autograd
from autograd import Tensor, Value

# (ours, NumPy's)
CASES = [
    (lambda: autograd.zeros(2, 3), np.zeros((2, 3))),
    (lambda: autograd.zeros((2, 3)), np.zeros((2, 3))),
    (lambda: autograd.zeros([2, 3], dtype=int), np.zeros((2, 3), int)),
    (lambda: autograd.ones(2), np.ones(2)),
    (lambda: autograd.ones(), np.ones(())),
    (lambda: autograd.ones(2, dtype="float32"), np.ones(2, "float32")),
    (lambda: autograd.full((2, 2), 7), np.full((2, 2), 7)),
    (lambda: autograd.full(2, 7.5), np.full(2, 7.5)),
    (lambda: autograd.eye(3), np.eye(3)),
    (lambda: autograd.eye(2, 3), np.eye(2, 3)),
    (lambda: autograd.arange(4), np.arange(4)),
    (lambda: autograd.arange(1.0, 2.0, 0.25), np.arange(1, 2, 0.25)),
    (lambda: autograd.linspace(0, 1, 5), np.linspace(0, 1, 5)),
    (lambda: autograd.zeros_like(Tensor([1, 2])), np.zeros(2, int)),
    (lambda: autograd.ones_like(np.zeros((2, 1))), np.ones((2, 1))),
    (lambda: autograd.ones_like(Value(3.0)), np.ones(())),
]


@pytest.mark.parametrize("case", CASES)
def test_equal_to_numpy(case):
    make, expected = case
    t = make()
    assert type(t) is Tensor
    assert t.dtype == expected.dtype
    assert t.data.tolist() == expected.tolist()
    assert not t.requires_grad


def test_a_gradient_may_be_asked_for():
    for t in (
        autograd.zeros(2, requires_grad=True),
        autograd.randn(2, requires_grad=True),
        autograd.rand(2, requires_grad=True),
        autograd.eye(2, requires_grad=True),
        autograd.arange(2.0, requires_grad=True),
        autograd.full(2, 1.0, requires_grad=True),
    ):
        t.sum().backward()
        assert t.grad.shape == t.shape


def test_random_numbers_have_the_distribution_they_promise():
    autograd.manual_seed(0)
    uniform, normal = autograd.rand(100, 100).data, autograd.randn((100, 100)).data
    assert uniform.min() >= 0
    assert uniform.max() < 1
    assert abs(uniform.mean() - 0.5) < 0.01
    assert abs(normal.mean()) < 0.05
    assert abs(normal.std() - 1) < 0.05
    whole = autograd.randint(3, 6, (50, 2))
    assert whole.dtype == np.int64
    assert set(whole.data.ravel().tolist()) == {3, 4, 5}
