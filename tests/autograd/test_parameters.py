"""Clipping gradients, and parameters as one vector: Values and Tensors alike."""

import math

import numpy as np
import pytest

from autograd import Tensor, Value
from autograd.errors import DataError, GraphError
from autograd.parameters import (
    clip_grad_norm_,
    clip_grad_value_,
    parameters_to_vector,
    vector_to_parameters,
)


def parameters():
    """Three parameters with gradients of length 13 together, and one that has none."""
    w, v, b = Tensor([[1.0, 2.0]], requires_grad=True), Value(3.0), Tensor(4.0, requires_grad=True)
    w.grad, v.grad, b.grad = np.array([[3.0, -4.0]]), 12.0, np.array(0.0)
    return [w, v, b, Tensor([5.0], requires_grad=True)]


def gradients(nodes):
    return np.concatenate([np.ravel(node.grad) for node in nodes if node.grad is not None])


@pytest.mark.parametrize(("order", "length"), [(2.0, 13.0), (1.0, 19.0), (math.inf, 12.0)])
def test_the_length_is_that_of_all_gradients_together_and_the_direction_stays(order, length):
    nodes = parameters()
    before = gradients(nodes)
    assert clip_grad_norm_(nodes, 2.0, order) == pytest.approx(length, rel=1e-15)
    np.testing.assert_allclose(gradients(nodes), before * 2 / length, rtol=1e-6)
    assert nodes[-1].grad is None


def test_a_short_gradient_is_left_alone():
    nodes = parameters()
    before = [node.grad for node in nodes]
    assert clip_grad_norm_(nodes, 100.0) == 13.0
    assert all(node.grad is old for node, old in zip(nodes, before, strict=True))


def test_types_and_dtypes_of_gradients_stay():
    nodes = [Value(1.0), Tensor([1.0, 2.0], requires_grad=True, dtype="float32")]
    nodes[0].grad, nodes[1].grad = 5.0, np.array([5.0, 5.0], "float32")
    clip_grad_norm_(nodes, 1.0)
    clip_grad_value_(nodes, 0.1)
    assert type(nodes[0].grad) is float
    assert nodes[1].grad.dtype == np.float32


def test_a_single_parameter_an_iterator_and_nothing():
    w = parameters()[0]
    assert clip_grad_norm_(w, 1.0) == 5.0
    assert clip_grad_norm_(iter(parameters()), 1.0) == 13.0
    assert clip_grad_norm_([], 1.0, math.inf) == clip_grad_norm_([Value(1.0)], 1.0) == 0.0


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_length_that_is_no_number(bad):
    nodes = parameters()
    nodes[1].grad = bad
    with pytest.raises(GraphError, match="E21, notebook 04") as caught:
        clip_grad_norm_(nodes, 1.0, error_if_nonfinite=True)
    assert f"is {bad}" in str(caught.value)
    assert nodes[0].grad[0, 0] == 3.0
    clip_grad_norm_(nodes, 1.0)
    assert np.isnan(gradients(nodes)).any()


def test_every_number_can_be_clipped_by_itself():
    nodes = parameters()
    clip_grad_value_(nodes, 3.5)
    assert gradients(nodes).tolist() == [3.0, -3.5, 3.5, 0.0]


def test_a_vector_there_and_back():
    nodes = parameters()
    vector = parameters_to_vector(nodes)
    assert vector.data.tolist() == [1.0, 2.0, 3.0, 4.0, 5.0]
    vector_to_parameters(vector * 10, nodes)
    assert [node.data for node in nodes[1:3]] == [30.0, 40.0]
    assert nodes[0].data.tolist() == [[10.0, 20.0]]
    assert type(nodes[1].data) is float


def test_gradients_flow_through_the_vector():
    nodes = parameters()
    (parameters_to_vector(nodes) ** 2).sum().backward()
    assert nodes[1].grad == 12.0 + 6.0
    assert nodes[3].grad.tolist() == [10.0]


@pytest.mark.parametrize("size", [4, 6])
def test_a_vector_of_another_length_is_refused_and_changes_nothing(size):
    nodes = parameters()
    with pytest.raises(DataError, match=f"vector has {size} numbers, but the parameters have 5"):
        vector_to_parameters(np.zeros(size), nodes)
    assert nodes[1].data == 3.0
