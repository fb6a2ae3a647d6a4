import numpy as np
import pytest
from matplotlib.figure import Figure

import nn
from nn.plot import PALE, POINTS_PER_AXIS, decision_boundary, probabilities, rgb

X = np.array([[0.0, 0.0], [2.0, 1.0], [1.0, 3.0]])


def axes():
    return Figure().add_subplot()


def test_the_line_runs_where_two_classes_are_equally_likely():
    ax = decision_boundary(lambda x: np.stack([x[:, 0], 1 - x[:, 0]], 1), X, [0, 1, 0], ax=axes())
    line = np.concatenate([path.vertices for path in ax.collections[0].get_paths()])
    np.testing.assert_allclose(line[:, 0], 0.5, atol=1e-2)
    assert line[:, 1].min() < 0
    assert line[:, 1].max() > 3


def test_one_score_is_that_of_class_1():
    one = decision_boundary(lambda x: x[:, :1] - 0.5, X, [0, 1, 0], ax=axes())
    two = decision_boundary(
        lambda x: np.stack([0 * x[:, 0], x[:, 0] - 0.5], 1), X, [0, 1, 0], ax=axes()
    )
    first, second = (ax.images[0].get_array() for ax in (one, two))
    np.testing.assert_allclose(first, second, atol=1e-12)


def test_regions_have_the_pale_colour_of_their_class():
    ax = decision_boundary(lambda x: 1000 * (x - 1) @ np.eye(2), X, [0, 1, 1], ax=axes())
    image = ax.images[0].get_array()
    assert image.shape == (POINTS_PER_AXIS, POINTS_PER_AXIS, 3)
    bottom_right, top_left = image[0, -1], image[-1, 0]
    np.testing.assert_allclose(bottom_right, 1 - PALE * (1 - np.array(rgb(0))), atol=1e-6)
    np.testing.assert_allclose(top_left, 1 - PALE * (1 - np.array(rgb(1))), atol=1e-6)


def test_samples_are_drawn_with_the_names_of_their_classes():
    ax = decision_boundary(lambda x: x @ np.ones((2, 3)), X, [2, 0, 2], ["a", "b", "c"], axes())
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["a", "c"]
    np.testing.assert_array_equal(ax.collections[-1].get_offsets(), X[[0, 2]])


def test_a_module_is_asked_in_eval_mode_and_left_as_it_was():
    model = nn.Sequential(nn.Linear(2, 3), nn.Dropout(0.5))
    first, second = probabilities(model, X), probabilities(model, X)
    np.testing.assert_array_equal(first, second)
    assert model[1].mask is None
    np.testing.assert_allclose(first.sum(axis=1), 1)
    assert model.training
    probabilities(model.eval(), X)
    assert not model.training


def test_samples_that_are_not_in_the_plane_are_refused():
    with pytest.raises(ValueError, match=r"drawn in the plane, but X has shape \(5, 4\)"):
        decision_boundary(lambda x: x, np.zeros((5, 4)), np.zeros(5))
