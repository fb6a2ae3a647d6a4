"""Losses against closed forms in NumPy, finite differences, and the mistakes they refuse."""

import numpy as np
import pytest

import nn
from autograd import Tensor, Value, gradcheck
from autograd.errors import DataError, KindError, ShapeError
from nn import functional as F  # noqa: N812

rng = np.random.default_rng(0)
SCORES = rng.normal(size=(7, 3))
TARGETS = rng.normal(size=(7, 3))
PROBABILITIES = rng.uniform(0.05, 0.95, (7, 3))
BITS = (TARGETS > 0).astype(float)
LABELS = rng.integers(0, 3, 7)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def softmax(z):
    return np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)


def closed_forms():
    """Loss, prediction, target, the losses of all entries, and their slopes, by hand."""
    p, y, z = PROBABILITIES, BITS, SCORES
    rows = np.arange(7)
    surprise = -(y * np.log(p) + (1 - y) * np.log(1 - p))
    q = sigmoid(z)
    chosen = np.eye(3)[LABELS]
    return [
        (nn.MSELoss, z, TARGETS, (z - TARGETS) ** 2, 2 * (z - TARGETS)),
        (nn.BCELoss, p, y, surprise, (p - y) / (p * (1 - p))),
        (nn.BCEWithLogitsLoss, z, y, -np.log(np.where(y == 1, q, 1 - q)), q - y),
        (nn.CrossEntropyLoss, z, LABELS, -np.log(softmax(z)[rows, LABELS]), softmax(z) - chosen),
    ]


FUNCTIONS = {
    nn.MSELoss: F.mse_loss,
    nn.BCELoss: F.binary_cross_entropy,
    nn.BCEWithLogitsLoss: F.binary_cross_entropy_with_logits,
    nn.CrossEntropyLoss: F.cross_entropy,
}
each_loss = pytest.mark.parametrize(("loss", "p", "y", "entries", "slopes"), closed_forms())


@each_loss
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_values_and_gradients_are_the_closed_forms(loss, p, y, entries, slopes, reduction):
    prediction = Tensor(p, requires_grad=True)
    result = loss(reduction=reduction)(prediction, y)
    expected = {"mean": entries.mean(), "sum": entries.sum(), "none": entries}[reduction]
    np.testing.assert_allclose(result.data, expected, rtol=1e-12)
    result.backward(np.ones(result.shape))
    share = 1 / entries.size if reduction == "mean" else 1.0
    np.testing.assert_allclose(prediction.grad, share * slopes, rtol=1e-10, atol=1e-14)


@each_loss
def test_gradcheck_to_second_order(loss, p, y, entries, slopes):
    assert gradcheck(lambda node: loss()(node, y[:3]), p[:3], order=2, atol=1e-5).compared > 9


@each_loss
def test_function_and_module_agree(loss, p, y, entries, slopes):
    assert FUNCTIONS[loss](Tensor(p), y).item() == loss()(Tensor(p), y).item()


@each_loss
def test_targets_may_be_arrays_lists_or_tensors(loss, p, y, entries, slopes):
    results = [loss()(Tensor(p), target).item() for target in (y, y.tolist(), Tensor(y))]
    assert results == [results[0]] * 3


@each_loss
def test_of_plain_arrays_is_a_plain_number(loss, p, y, entries, slopes):
    assert float(loss()(p, y)) == loss()(Tensor(p), y).item()


@each_loss
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_a_loss_of_values_is_a_value(loss, p, y, entries, slopes, reduction):
    values = [[Value(entry) for entry in row] for row in p]
    tensor = Tensor(p, requires_grad=True)
    by_value, by_tensor = (loss(reduction=reduction)(x, y) for x in (values, tensor))
    assert type(by_value) is Value
    by_value.backward()
    by_tensor.backward()
    assert by_value.data == pytest.approx(by_tensor.item(), rel=1e-13)
    grads = [[value.grad for value in row] for row in values]
    np.testing.assert_allclose(grads, tensor.grad, rtol=1e-10, atol=1e-14)


def test_losses_of_values_can_be_had_one_by_one():
    losses = F.mse_loss([Value(1.0), Value(2.0)], [0, 4], reduction="none")
    assert [loss.data for loss in losses] == [1.0, 4.0]


def test_one_value_against_one_number():
    p = Value(0.8)
    loss = nn.BCELoss()(p, 1)
    loss.backward()
    assert type(loss) is Value
    assert (loss.data, p.grad) == (pytest.approx(-np.log(0.8)), pytest.approx(-1 / 0.8))


def test_cross_entropy_of_one_sample():
    scores = [Value(1.0), Value(2.0), Value(0.5)]
    by_value, by_tensor = F.cross_entropy(scores, 1), F.cross_entropy(Tensor([1.0, 2.0, 0.5]), 1)
    assert type(by_value) is Value
    assert by_tensor.shape == ()
    assert by_value.data == pytest.approx(np.log(np.exp([1.0, 2.0, 0.5]).sum()) - 2, rel=1e-14)
    assert by_value.data == pytest.approx(by_tensor.item(), rel=1e-14)


def test_a_target_that_tracks_gets_its_gradient():
    p, y = Tensor([1.0, 2.0], requires_grad=True), Tensor([0.0, 4.0], requires_grad=True)
    F.mse_loss(p, y).backward()
    assert y.grad.tolist() == [-1.0, 2.0]
    with pytest.raises(DataError, match=r"stack\(\[a, b"):
        F.mse_loss([Value(1.0), Value(2.0)], y)


def test_scores_of_a_thousand():
    z = Tensor([1000.0, -1000.0, 1000.0, -1000.0], requires_grad=True)
    loss = F.binary_cross_entropy_with_logits(z, [1.0, 0.0, 0.0, 1.0], reduction="none")
    assert loss.data.tolist() == [0.0, 0.0, 1000.0, 1000.0]
    loss.sum().backward()
    assert z.grad.tolist() == [0.0, 0.0, 1.0, -1.0]

    z = Tensor([[1000.0, -1000.0], [1000.0, -1000.0]], requires_grad=True)
    loss = F.cross_entropy(z, [0, 1], reduction="none")
    assert loss.data.tolist() == [0.0, 2000.0]
    loss.sum().backward()
    assert z.grad.tolist() == [[0.0, 0.0], [1.0, -1.0]]


def test_scores_of_a_thousand_over_values():
    z = Value(-1000.0)
    loss = F.binary_cross_entropy_with_logits([z], [1])
    loss.backward()
    assert (loss.data, z.grad) == (1000.0, -1.0)
    z = [Value(1000.0), Value(-1000.0)]
    loss = F.cross_entropy([z], [1])
    loss.backward()
    assert (loss.data, z[0].grad, z[1].grad) == (2000.0, 1.0, -1.0)


def test_a_score_of_zero_has_slope_one_half():
    z = Tensor([0.0], requires_grad=True)
    F.binary_cross_entropy_with_logits(z, [1.0]).backward()
    assert z.grad.tolist() == [-0.5]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_probabilities_of_zero_and_one_stay_finite(dtype):
    p = Tensor([0.0, 0.0, 1.0, 1.0], requires_grad=True, dtype=dtype)
    loss = F.binary_cross_entropy(p, np.array([0, 1, 1, 0], dtype), reduction="none")
    assert loss.data.tolist() == [0.0, 100.0, 0.0, 100.0]
    loss.sum().backward()
    np.testing.assert_allclose(p.grad, [1.0, -1e12, -1.0, 1e12], rtol=1e-6)


def test_probabilities_of_zero_and_one_over_values():
    p = [Value(0.0), Value(1.0)]
    loss = F.binary_cross_entropy(p, [1, 0], reduction="sum")
    loss.backward()
    assert (loss.data, p[0].grad, p[1].grad) == (200.0, -1e12, 1e12)


def test_float32_stays_float32():
    p = Tensor(SCORES, requires_grad=True, dtype="float32")
    loss = F.cross_entropy(p, LABELS)
    loss.backward()
    assert (loss.dtype, p.grad.dtype) == (np.float32, np.float32)


@pytest.mark.parametrize(
    ("prediction", "target", "words", "fix"),
    [
        ((100, 1), (100,), "(100, 100)", "target.reshape(-1, 1)"),
        ((100,), (100, 1), "10,000 differences instead of 100", "target.reshape(-1)"),
        ((2, 3), (3,), "would broadcast to (2, 3)", "give the target the shape"),
        ((2, 3), (3, 2), "have different shapes", "give the target the shape"),
        ((1,), (), "would broadcast to (1,)", "target.reshape(-1)"),
    ],
)
@pytest.mark.parametrize("loss", [nn.MSELoss, nn.BCELoss, nn.BCEWithLogitsLoss])
def test_nothing_is_broadcast(loss, prediction, target, words, fix):
    with pytest.raises(ShapeError) as caught:
        loss()(Tensor(np.zeros(prediction)), np.zeros(target))
    message = str(caught.value)
    assert f"{loss.__name__}: prediction {prediction} and target {target}" in message
    assert words in message
    assert fix in message
    assert "E07" in message


def test_the_fix_for_shapes_works():
    p, target = Tensor(np.ones((100, 1))), np.zeros(100)
    target = target.reshape(-1, 1)
    assert F.mse_loss(p, target).item() == 1.0


def test_values_are_not_broadcast_either():
    with pytest.raises(ShapeError, match=r"prediction \(2,\) and target \(3,\)"):
        F.mse_loss([Value(1.0), Value(2.0)], [1, 2, 3])


@pytest.mark.parametrize(
    ("target", "words", "fixed"),
    [
        (np.eye(3)[LABELS], ["E08", "(7, 3)", "y.argmax(axis=-1)"], lambda y: y.argmax(axis=-1)),
        (LABELS[:, None], ["E08", "(7, 1)", "y.reshape(-1)"], lambda y: y.reshape(-1)),
        (LABELS * 1.0, ["E09", "float64", "y.astype(int)"], lambda y: y.astype(int)),
        (LABELS > 0, ["E09", "bool", "y.astype(int)"], lambda y: y.astype(int)),
        (LABELS + 1, ["E09", "label 3", "3 classes (0..2)", "y = y - 1"], lambda y: y - 1),
        (LABELS - 1, ["E09", "label -1", "y - y.min()"], lambda y: y - y.min()),
    ],
)
def test_labels_that_are_not_indices(target, words, fixed):
    assert set(LABELS.tolist()) == {0, 1, 2}
    with pytest.raises((ShapeError, DataError)) as caught:
        F.cross_entropy(Tensor(SCORES), target)
    assert all(word in str(caught.value) for word in words)
    assert np.isfinite(F.cross_entropy(Tensor(SCORES), fixed(target)).item())


def test_too_few_outputs_for_the_labels():
    with pytest.raises(DataError, match=r"nn.Linear\(16, 11\)"):
        F.cross_entropy(Tensor(SCORES), [10, 0, 0, 0, 0, 0, 0])


def test_too_few_labels():
    with pytest.raises(ShapeError, match="one label for each row"):
        F.cross_entropy(Tensor(SCORES), [0, 1])


def test_scores_without_classes_and_classes_on_the_wrong_axis():
    with pytest.raises(DataError, match=r"must have shape \(N, C\) or \(C,\); got \(\)"):
        F.cross_entropy(Tensor(1.0), 0)
    scores, y = Tensor(rng.normal(size=(4, 5, 3))), rng.integers(0, 3, (4, 5))
    with pytest.raises(ShapeError, match=r"scores\.reshape\(-1, 3\), y\.reshape\(-1\)"):
        F.cross_entropy(scores, y)
    moved = F.cross_entropy(scores.moveaxis(-1, 1), y)
    assert moved.item() == pytest.approx(
        F.cross_entropy(scores.reshape(-1, 3), y.reshape(-1)).item()
    )


@pytest.mark.parametrize("p", [[-2.0, 3.1], [0.5, np.nan]])
def test_bce_refuses_what_is_no_probability(p):
    with pytest.raises(DataError, match=r"E11") as caught:
        nn.BCELoss()(Tensor(p), [0.0, 1.0])
    assert f"[{min(p):.4g}, {max(p):.4g}]" in str(caught.value) or np.isnan(p).any()
    assert "BCEWithLogitsLoss()" in str(caught.value)


def test_bce_refuses_values_that_are_no_probabilities():
    with pytest.raises(DataError, match=r"got values in \[-2, 3\]"):
        nn.BCELoss()([Value(-2.0), Value(3.0)], [0, 1])


@pytest.mark.parametrize("loss", FUNCTIONS)
def test_data_given_to_the_constructor(loss):
    with pytest.raises(KindError, match=f"criterion = nn.{loss.__name__}"):
        loss(Tensor(SCORES), TARGETS)


@pytest.mark.parametrize("loss", FUNCTIONS)
def test_unknown_reduction(loss):
    with pytest.raises(DataError, match="'mean', 'sum' or 'none'; got 'average'"):
        loss(reduction="average")
    with pytest.raises(DataError, match="got 'average'"):
        FUNCTIONS[loss](
            Tensor([0.5]), [0.0] if loss is not nn.CrossEntropyLoss else 0, reduction="average"
        )


def test_a_loss_module_marks_its_nodes():
    loss = nn.MSELoss()(Tensor([1.0], requires_grad=True), [0.0])
    assert loss.scope == "MSELoss"


def test_mean_of_values_is_one_node_over_their_losses():
    losses = F.mse_loss([Value(1.0), Value(3.0)], [0, 0])
    assert losses.op.name == "mean"
    assert [loss.op.name for loss in losses.args] == ["square", "square"]
    assert losses.data == 5.0


def test_rows_of_values_have_one_length():
    rows = [[Value(1.0)], [Value(2.0), Value(3.0)]]
    for loss in (nn.MSELoss(), nn.BCEWithLogitsLoss()):
        with pytest.raises(DataError, match=r"different shapes: \(1,\) and \(2,\)"):
            loss(rows, [[0.0], [1.0, 1.0]])
    with pytest.raises(DataError, match=r"different shapes: \(1,\) and \(2,\)"):
        nn.CrossEntropyLoss()(rows, [0, 1])


def test_classes_on_axis_1_of_many_places():
    scores, y = rng.normal(size=(4, 3, 5)), rng.integers(0, 3, (4, 5))
    p = softmax(scores.transpose(0, 2, 1))
    by_hand = -np.log([[p[i, j, y[i, j]] for j in range(5)] for i in range(4)])
    losses = nn.CrossEntropyLoss(reduction="none")(Tensor(scores), y)
    np.testing.assert_allclose(losses.data, by_hand, rtol=1e-12)
    assert F.cross_entropy(Tensor(scores), y).item() == pytest.approx(by_hand.mean(), rel=1e-12)


@pytest.mark.parametrize(
    ("function", "module", "formula"),
    [
        (F.mse_loss, nn.MSELoss, "1/n sum (p - y)^2"),
        (F.binary_cross_entropy, nn.BCELoss, "-1/n sum [y log p + (1 - y) log(1 - p)]"),
        (
            F.binary_cross_entropy_with_logits,
            nn.BCEWithLogitsLoss,
            "1/n sum [log(1 + e^z) - z y]",
        ),
        (F.cross_entropy, nn.CrossEntropyLoss, "-1/n sum log p[k], p = softmax(z)"),
    ],
)
def test_the_first_line_is_the_formula_of_the_default(function, module, formula):
    assert function.__doc__.startswith(formula + ":")
    assert module.__doc__.startswith(formula)
