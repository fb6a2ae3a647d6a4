import numpy as np
import pytest
from matplotlib.figure import Figure

import nn
from nn.plot import (
    PALE,
    POINTS_PER_AXIS,
    confusion_matrix,
    decision_boundary,
    probabilities,
    rgb,
    sample_images,
)

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


# ---- how often right


def test_the_table_counts_truth_in_rows_and_predictions_in_columns():
    scores = np.eye(3)[[0, 1, 1, 2, 0]]
    ax = confusion_matrix(scores, [0, 1, 2, 2, 0], ["a", "b", "c"], axes())
    cells = {text.get_position()[::-1]: text.get_text() for text in ax.texts}
    assert cells == {
        (0, 0): "2", (0, 1): "·", (0, 2): "·",
        (1, 0): "·", (1, 1): "1", (1, 2): "·",
        (2, 0): "·", (2, 1): "1", (2, 2): "1",
    }  # fmt: skip
    assert ax.get_title() == "4 of 5 right"
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b", "c"]


def test_right_cells_are_blue_wrong_ones_orange_and_empty_ones_white():
    image = confusion_matrix([0, 1, 1], [0, 1, 0], ax=axes()).images[0].get_array()
    red, blue = image[..., 0], image[..., 2]
    assert (blue - red)[0, 0] > 0.2
    assert (blue - red)[0, 1] < -0.2
    np.testing.assert_allclose(image[1, 0], 1)
    assert image[1, 1].sum() < image[0, 0].sum()  # all of row 1 is right, of row 0 only half


def test_a_class_that_never_occurs_keeps_its_row():
    ax = confusion_matrix([0, 0], [0, 0], ["a", "b"], axes())
    assert [text.get_text() for text in ax.texts] == ["2", "·", "·", "·"]


# ---- on which samples


def test_each_image_says_what_the_network_said_and_whether_it_is_so():
    images = np.arange(3 * 4.0).reshape(3, 4)
    found = sample_images(images, [1, 0, 1], [1, 1, 0], ["no", "yes"], columns=2)
    assert [ax.get_title() for ax in found] == ["yes ✓", "no ✗ is yes", "yes ✗ is no"]
    np.testing.assert_array_equal(found[2].images[0].get_array(), [[8, 9], [10, 11]])
    styles = [ax.spines["left"].get_linestyle() for ax in found]
    assert styles == ["solid", "--", "--"]
    assert len(found[0].figure.axes) == 3


@pytest.mark.parametrize(
    ("draw", "fix"),
    [
        (confusion_matrix, "confusion_matrix(model(X), y)"),
        (lambda p, y: sample_images(X, p, y), "sample_images(X, model(X), y)"),
    ],
)
def test_one_prediction_for_each_truth(draw, fix):
    shapes = r"predictions of shape \(3,\) and classes of shape \(2,\)"
    with pytest.raises(TypeError, match=shapes) as caught:
        draw([0, 1, 1], [0, 1])
    assert fix in str(caught.value)


def test_rows_of_pixels_that_are_no_square():
    with pytest.raises(ValueError, match="not rows of square images"):
        sample_images(np.zeros((1, 5)), [0], [0])
