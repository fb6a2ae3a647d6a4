import numpy as np
import pytest
from matplotlib.figure import Figure

from autograd import Tensor, Value
from optim import SGD, GradientDescent, History
from optim.plot import COLORS, LINES, MARKERS, loss_curve, loss_curves, update_ratio, update_ratios


def history(losses, per_epoch, **columns):
    made = History()
    for i, loss in enumerate(losses):
        row = {"epoch": i + 1, "iteration": (i + 1) * per_epoch, "loss": loss}
        row |= {name: column[i] for name, column in columns.items()}
        made.rows.append({**row, "seconds": 0.5 * (i + 1)})
    return made


def axes(n=1):
    return Figure().subplots(1, n)


def test_training_and_validation_differ_in_colour_dash_and_mark():
    ax = loss_curve(history([2.0, 1.0], 3, validation_loss=[2.5, 2.0]), axes())
    first, second = ax.lines
    np.testing.assert_array_equal(first.get_xydata(), [[1, 2], [2, 1]])
    np.testing.assert_array_equal(second.get_ydata(), [2.5, 2.0])
    for look in ("color", "linestyle", "marker"):
        assert getattr(first, f"get_{look}")() != getattr(second, f"get_{look}")()


def test_the_same_runs_against_three_clocks():
    runs = {"B=1": history([3.0, 2.0], 100), "full": history([3.5, 3.4], 1)}
    drawn = loss_curves(runs, axes=axes(3))
    for ax, ends in zip(drawn, [(200, 2), (2, 2), (1.0, 1.0)], strict=True):
        assert tuple(line.get_xdata()[-1] for line in ax.lines) == ends
        assert [line.get_ydata().tolist() for line in ax.lines] == [[3.0, 2.0], [3.5, 3.4]]
    assert [ax.get_xlabel() for ax in drawn] == ["iterations", "epochs", "seconds"]
    assert [text.get_text() for text in drawn[-1].get_legend().get_texts()] == list(runs)


def test_another_column():
    drawn = loss_curves({"a": history([1.0], 1, accuracy=[0.25])}, "accuracy", axes(3))
    assert drawn[0].get_ylabel() == "accuracy"
    assert drawn[2].lines[0].get_ydata().tolist() == [0.25]


def test_the_ratio_is_that_of_the_step_that_follows():
    w, b = Tensor([3.0, 4.0], requires_grad=True, name="w"), Value(2.0, name="b")
    optimizer = SGD([w, b], lr=0.1, momentum=0.9)
    for _ in range(3):
        optimizer.zero_grad()
        ((w * w).sum() + b * b).backward()
        before = np.array(w.data), b.data
        ratio = update_ratio(optimizer)
        optimizer.step()
        moved = np.linalg.norm(before[0] - w.data) / np.linalg.norm(before[0])
        assert ratio["w"] == pytest.approx(moved)
        assert ratio["b"] == pytest.approx(abs((before[1] - b.data) / before[1]))


def test_a_weight_of_zero_has_no_size():
    w = Value(0.0, name="w")
    (w * 3).backward()
    assert update_ratio(GradientDescent([w], lr=1)) == {"w": float("inf")}


def test_ratios_are_drawn_by_iteration_beside_the_usual_one():
    ax = update_ratios([{"w": 0.1, "b": 0.01}, {"w": 0.2}], axes())
    w, b, usual = ax.lines
    np.testing.assert_array_equal(w.get_xydata(), [[1, 0.1], [2, 0.2]])
    np.testing.assert_array_equal(b.get_ydata(), [0.01, np.nan])
    assert set(usual.get_ydata()) == {1e-3}
    assert ax.get_yscale() == "log"


def test_seven_lines_never_look_alike():
    assert len(set(COLORS)) == len(set(MARKERS)) == len(set(LINES)) == 7
