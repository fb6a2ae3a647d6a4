"""`play(run)`: what is kept of a run, and what is in its page before any browser opens it."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import autograd
import nn
from autograd import DataError, Value, manual_seed, play
from autograd.view.plane import (
    MOST_CLASSES,
    axes_around,
    border,
    class_probabilities,
    levels_of,
    read,
    regions,
    signs,
)
from autograd.view.run import MOST_FRAMES, Run, dead_relus, dead_units, rows_of
from autograd.view.run_panels import BARS, LossCurve, Scale, steps

PAGE = Path(autograd.__file__).parent / "view" / "page"
rng = np.random.default_rng(0)
X, Y = rng.normal(size=(30, 2)), np.arange(30) % 3


def recorded(frames=7, classes=3, cells=12, seed=0):
    """A run of random numbers, and the arrays that it was made of."""
    draw = np.random.default_rng(seed)
    run, arrays = Run(X, Y, cells=cells), []
    for _ in range(frames):
        parameters = {
            name: tuple(10.0 ** draw.uniform(-6, 1) * draw.normal(size=shape) for _ in range(3))
            for name, shape in {"0.weight": (4, 2), "0.bias": (4,), "2.weight": (3, 4)}.items()
        }
        loss, dead = draw.exponential(), {"1": draw.random(4) < 0.4}
        scores = draw.normal(size=(cells * cells, classes))
        run.frame(loss, parameters, dead, scores)
        arrays.append((loss, parameters, dead, scores))
    return run, arrays


def data_of(page):
    """What the script of a page is given."""
    text = re.search(r"\)\('chainrule-[0-9a-f]{12}', (.*)\);</script>", page.html, re.S)[1]
    _, end = json.JSONDecoder().raw_decode(text)
    return json.loads(text[end + 1 :])


def digits(x, count):
    return f"{x:.{count}g}".replace("-", "−")


# ---- numbers


def test_the_numbers_in_the_page_are_those_of_the_arrays():
    run, arrays = recorded()
    data = data_of(play(run))
    assert len(data["frames"]) == len(arrays)
    for k, (frame, (loss, parameters, dead, _)) in enumerate(
        zip(data["frames"], arrays, strict=True), 1
    ):
        step, _, _, sentence, bars = frame
        assert step == k
        assert f"Update {k}: the loss is {digits(loss, 4)}" in sentence
        expected = []
        for w, g, u in parameters.values():
            expected += [np.linalg.norm(g), np.linalg.norm(u) / np.linalg.norm(w)]
        assert [text for _, text in bars[:-1]] == [digits(x, 3) for x in expected]
        length, text = bars[-1]
        assert text.startswith(f"{dead['1'].sum()} of 4 (")
        assert length == round(BARS * dead["1"].mean())
        grads = {name: np.linalg.norm(g) for name, (_, g, _) in parameters.items()}
        assert f"longest gradient is that of {max(grads, key=grads.get)} (" in sentence


def test_bars_of_larger_numbers_are_longer_and_powers_of_ten_equally_far_apart():
    run, _ = recorded(30)
    numbers = [float(text.replace("−", "-")) for *_, bars in data_of(play(run))["frames"]
               for _, text in bars[:-1:2]]  # fmt: skip
    lengths = [length for *_, bars in data_of(play(run))["frames"] for length, _ in bars[:-1:2]]
    ordered = [length for _, length in sorted(zip(numbers, lengths, strict=True))]
    assert ordered == sorted(ordered)
    scale = Scale([1e-4, 1.0])
    assert [scale(x) for x in (1e-4, 1e-3, 1e-2, 0.1, 1.0)] == [4, 250, 500, 750, 1000]
    assert [scale(x) for x in (None, 0.0, np.nan, np.inf)] == [0, 0, 0, 1000]


@pytest.mark.parametrize("classes", [2, 3, 10])
def test_the_plane_is_what_the_model_says_but_for_a_known_rounding(classes):
    scores = 3 * rng.normal(size=(144, classes))
    p = class_probabilities(scores)
    np.testing.assert_allclose(p, np.exp(scores) / np.exp(scores).sum(1, keepdims=True))
    winner, level = read(signs(p), classes, 12)
    assert (winner.ravel() == scores.argmax(1)).all()
    second, first = np.sort(p, axis=1)[:, -2:].T
    root = np.sqrt(first - second) * levels_of(classes)
    assert (level.ravel() <= root).all()
    assert (root < level.ravel() + 1 + 1e-9).all()


def test_one_score_is_that_of_the_second_class():
    p = class_probabilities(np.array([[2.0], [-1.0]]))
    np.testing.assert_allclose(p[:, 1], 1 / (1 + np.exp([-2.0, 1.0])))
    np.testing.assert_allclose(p.sum(1), 1)


def test_regions_cover_every_square_once_and_the_border_is_where_a_straight_one_is():
    side = 9
    axes = np.linspace(-1, 1, side)
    across, up = np.meshgrid(axes, axes)
    scores = (2 * across + up + 0.1).reshape(-1, 1)
    winner, level = read(signs(class_probabilities(scores)), 2, side)
    area = sum(int(n) for path in regions(winner, level, 2) for n in re.findall(r"h(\d+)", path))
    assert area == side * side
    places = re.findall(r"[ML]([\d.]+) ([\d.]+)", border(winner, level))
    assert len(places) >= 2 * (side - 1)
    for column, row in places:
        x = (float(column) - 0.5) / (side - 1) * 2 - 1
        y = 1 - (float(row) - 0.5) / (side - 1) * 2
        assert abs(2 * x + y + 0.1) < 0.1


def test_the_sentences_change_with_the_numbers():
    run = Run()
    for loss, gradient in ((2.0, 1.0), (1.5, 0.25), (1.5, 0.5)):
        run.frame(loss, {"w": (4.0, gradient, gradient / 2)})
    sentences = [sentence for _, _, _, sentence, _ in data_of(play(run))["frames"]]
    assert sentences == [
        "Update 1: the loss is 2. The gradient of w has length 1. "
        "The update changes w the most: by 0.125 of its length.",
        "Update 2: the loss is 1.5, down from 2 at update 1. The gradient of w has length 0.25. "
        "The update changes w the most: by 0.0312 of its length.",
        "Update 3: the loss is 1.5, as at update 2. The gradient of w has length 0.5. "
        "The update changes w the most: by 0.0625 of its length.",
    ]


def test_numbers_beyond_all_floats_are_infinite_without_a_warning():
    run = Run(X, Y, cells=2)
    huge, nowhere = np.full(2, 1e200), np.full((4, 2), np.nan)
    run.frame(np.inf, {"w": (huge, huge, huge)}, boundary=np.full((4, 2), np.inf))
    run.frame(np.nan, {"w": (huge, huge, np.full(2, np.nan))}, boundary=nowhere)
    frames = data_of(play(run))["frames"]
    assert [text for _, text in frames[0][4]] == ["inf", "nan"]


def test_what_is_not_finite_or_not_known_is_said_so():
    run = Run()
    run.frame(1.0, {"w": (np.zeros(2), np.ones(2), np.ones(2)), "b": (1.0, None)})
    run.frame(np.nan, {"w": (np.ones(2), np.full(2, np.inf), np.ones(2)), "b": (1.0, None)})
    frames = data_of(play(run))["frames"]
    assert [text for _, text in frames[0][4]] == ["1.41", "inf", "—", "—"]
    assert [text for _, text in frames[1][4]] == ["inf", "1", "—", "—"]
    assert frames[1][2] is None
    assert "the loss is nan" in frames[1][3]


@example([1.0, 5e-324])
@given(st.lists(st.floats(-1e6, 1e6) | st.floats(1e-9, 1e9), min_size=1, max_size=9))
def test_every_loss_has_a_place_in_the_picture(losses):
    run = Run()
    for loss in losses:
        run.frame(loss, {"w": (1.0, 1.0)})
    curve = LossCurve(run.frames)
    places = [curve.place(frame) for frame in run.frames]
    assert all(46 <= x <= 352 and 26 <= y <= 252 for x, y in places)
    assert [x for x, _ in places] == sorted(x for x, _ in places)


def test_ticks_are_round_numbers():
    assert steps(0.0, 0.7) == pytest.approx([0, 0.2, 0.4, 0.6, 0.8])
    assert steps(-1.0, 2.6) == [-1, 0, 1, 2, 3]
    assert steps(5.0, 5.0) == [5, 6]


# ---- frames


def test_two_hundred_frames_of_three_classes_are_small_and_more_are_thinned_evenly():
    run, _ = recorded(MOST_FRAMES, cells=50)
    assert len(run.frames) == MOST_FRAMES
    page = play(run)
    assert len(page.html.encode()) <= 1_500_000
    for _ in range(801):
        run.frame(1.0, {name: (np.ones(2), np.ones(2)) for name in run.rows},
                  {"1": np.ones(4)}, np.zeros((2500, 3)))  # fmt: skip
    kept = [frame.step for frame in run.frames]
    assert kept == list(range(1, 1002, 8))
    run.frame(1.0, dict.fromkeys(run.rows, (1.0, 1.0)), {"1": np.ones(4)}, np.zeros((2500, 3)))
    assert [frame.step for frame in run.frames] == [*kept, 1002]
    assert repr(run) == f"Run({len(kept) + 1} frames of 1002)"


def test_many_parameters_are_summed_up_by_the_modules_they_are_part_of():
    model = nn.MLP(2, [3, 3, 1])
    rows = rows_of([name for name, _ in model.named_parameters()])
    neurons = [f"layers.{k}.neurons.{n}" for k in (0, 1) for n in range(3)]
    assert list(dict.fromkeys(rows.values())) == [*neurons, "layers.2.neurons.0"]
    run = Run()
    parts = {f"{k}.{name}": rng.normal(size=(2, 5)) for k in range(9) for name in ("w", "b")}
    run.frame(1.0, {name: (part, 2 * part, 3 * part) for name, part in parts.items()})
    sizes = run.frames[0].sizes
    assert list(sizes) == [str(k) for k in range(9)]
    whole = np.linalg.norm(np.concatenate([parts["3.w"].ravel(), parts["3.b"].ravel()]))
    assert sizes["3"] == pytest.approx((whole, 2 * whole, 3 * whole))
    assert set(rows_of(map(str, range(40))).values()) == {"all parameters"}


@pytest.mark.parametrize(
    ("second", "what"),
    [
        ({"parameters": {"v": (1.0, 1.0)}}, r"differ in the parameters 'v', 'w'"),
        ({"dead": {"2": [True]}}, r"differ in the layers '1', '2'"),
        ({"boundary": np.zeros((9, 3))}, "shape (9, 3), and this run's grid has 16 points"),
        ({"boundary": np.zeros((16, MOST_CLASSES + 1))}, f"{MOST_CLASSES} are the most"),
        ({"boundary": np.zeros((16, 3))}, "differ in the classes"),
    ],
)
def test_frames_that_do_not_go_together_are_refused(second, what):
    run = Run(X, Y, cells=4)
    first = {"loss": 1.0, "parameters": {"w": (1.0, 1.0)}, "dead": {"1": [True]},
             "boundary": np.zeros((16, 2))}  # fmt: skip
    run.frame(**first)
    with pytest.raises(DataError, match=re.escape(what)):
        run.frame(**{**first, **second})
    run.frame(**first)
    assert [frame.step for frame in run.frames] == [1, 2]


def test_a_run_without_frames_and_samples_outside_of_the_plane_are_refused():
    with pytest.raises(DataError, match="no frames yet"):
        play(Run())
    with pytest.raises(DataError, match=re.escape("X has shape (5, 4)")):
        Run(np.zeros((5, 4)), np.zeros(5))


# ---- units that are dead


def test_dead_relus_are_those_that_give_nothing_to_any_sample():
    manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 3), nn.ReLU())
    model[0].bias.data = np.where(np.arange(8) % 3 == 0, -100.0, 0.0)
    out = model(X)
    dead = dead_relus(out.sum())
    assert list(dead) == ["1", "3"]
    assert dead["1"].tolist() == (np.arange(8) % 3 == 0).tolist()
    assert dead["3"].tolist() == dead_units(out).tolist()


def test_relus_of_single_numbers_are_units_of_the_layer_that_holds_them():
    manual_seed(1)
    model = nn.MLP(2, [4, 3, 1])
    outputs = [model(row) for row in X[:6].tolist()]
    total = sum(outputs).relu()  # outside of the model
    dead = dead_relus(total)
    assert {layer: mask.size for layer, mask in dead.items()} == {"layers.0": 4, "layers.1": 3}
    hidden = np.array([[unit.data for unit in model.layers[0](row)] for row in X[:6].tolist()])
    assert dead["layers.0"].tolist() == dead_units(hidden).tolist()
    assert dead_relus(Value(2.0) * 3) == {}


# ---- one self-contained piece


def test_nothing_is_fetched_from_anywhere_and_equal_runs_make_equal_pages(tmp_path):
    run, _ = recorded()
    page = play(run).save(tmp_path / "training.html").read_text(encoding="utf-8")
    assert re.findall(r"https?:", page) == []
    assert re.findall(r"(?:src|href)=\"(?!data:)", page) == []
    assert page.count("<script") == page.count("</script") == 1
    assert re.findall(r"\sid=", page) == []
    assert play(recorded()[0]).html == play(run).html
    assert play(recorded(seed=1)[0]).html != play(run).html
    assert repr(play(run)) == "<Page of a run: 7 frames; .save('page.html') writes the page>"
    with pytest.raises(DataError, match=r"must be \.html"):
        play(run).save(tmp_path / "training.svg")


def test_the_script_is_small():
    used = [(PAGE / f"{name}.js").read_text(encoding="utf-8") for name in
            ("elements", "player", "run")]  # fmt: skip
    assert sum(len(text.encode()) for text in used) < 40_000


def test_names_cannot_end_the_script_or_the_page():
    run = Run(X, Y, classes=["</script>", "<b>&", "<!--"], cells=4)
    run.frame(1.0, {"</script><b>": (1.0, 1.0)}, {"<i>": [True]}, np.zeros((16, 3)))
    page = play(run)
    assert page.html.count("</script>") == 1
    left = re.sub(r"<script>.*?</script>", "", page.html, flags=re.S)
    assert "<b>" not in left
    assert "<i>" not in left


def test_without_its_script_the_page_says_every_number():
    run, _ = recorded()
    page = play(run)
    left = re.sub(r"<script>.*?</script>", "", page.html, flags=re.S)
    assert left.count('src="data:image/svg+xml;base64,') == 3
    for step, _, _, sentence, bars in data_of(page)["frames"]:
        cells = "".join([f"<td>{text}</td>" for _, text in bars])
        assert f"{cells}</tr>" in left
        assert f"<tr><td>{step}</td><td>{sentence}</td></tr>" in left


def test_axes_reach_beyond_the_samples():
    low, high = axes_around(X, 50)[[0, -1]]
    assert (low < X.min(0)).all()
    assert (high > X.max(0)).all()
