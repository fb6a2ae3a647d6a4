"""The notebooks: what is stored in them can be trusted, and running them gives it again.

The first tests read the files, the next run the code cells with plain `exec`, which needs no
Jupyter. The last one, of the group `notebooks`, runs them in a real kernel.
"""

import contextlib
import functools
import importlib.util
import io
import json
import math
import re
import time
from pathlib import Path

import pytest

import autograd

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
STATIC = {"text/plain", "text/html", "image/png", "image/svg+xml"}
PICTURES = {
    "01": 3, "02": 11, "03": 4, "04": 6, "05": 1, "06": 7, "07": 5, "08": 5, "09": 2, "10": 3,
    "11": 9,
}  # fmt: skip
OF_A_MACHINE = re.compile(r"/(home|root|work|tmp|opt|usr|mnt|Users)/|[A-Z]:\\|\b0x[0-9a-f]{6,}")

PICTURE = re.compile(r"(?<=;base64,)[^\"]+")

PATHS = sorted(NOTEBOOKS.glob("*.ipynb"))
each = pytest.mark.parametrize("path", PATHS, ids=[path.stem for path in PATHS])


def stored(path):
    return json.loads(path.read_text(encoding="utf-8"))


def code_cells(notebook):
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def outputs(notebook):
    return [output for cell in code_cells(notebook) for output in cell["outputs"]]


def printed(cell):
    streams = [output for output in cell["outputs"] if output["output_type"] == "stream"]
    return "".join(line for stream in streams for line in stream["text"])


def texts(notebook):
    """Every output, in order, without its pictures: what there is of it, and the text.

    Where the boxes of a picture stand depends on the fonts of the machine. Those of a page do not.
    """
    return [
        (set(output.get("data", {})), output.get("text"), shown(output, "text/plain"),
         PICTURE.sub("", shown(output, "text/html")))
        for output in outputs(notebook)
    ]  # fmt: skip


def shown(output, kind):
    return "".join(output.get("data", {}).get(kind, []))


# ---- as stored


@each
def test_pictures_are_static(path):
    kinds = [set(output["data"]) for output in outputs(stored(path)) if "data" in output]
    assert sum("image/png" in kind for kind in kinds) == PICTURES[path.stem[:2]]
    for kind in kinds:
        assert kind <= STATIC
        assert "image/png" in kind or "image/svg+xml" not in kind


@each
def test_nothing_depends_on_a_script(path):
    for output in outputs(stored(path)):
        html = shown(output, "text/html")
        left = re.sub(r"<script>.*?</script>", "", html, flags=re.DOTALL)
        assert not re.search(r"<(script|iframe|svg)|javascript:", left)
        assert left == html or '<img alt="' in left


@each
def test_nothing_is_shown_by_accident(path):
    meant = ("<Figure", "<Picture", "<Page", "GradientDescent: new =", "RMSprop: new =")
    for output in outputs(stored(path)):
        assert "data" not in output or shown(output, "text/plain").startswith(meant)


@each
def test_every_cell_was_run_once_in_order_and_succeeded(path):
    notebook = stored(path)
    counts = [cell["execution_count"] for cell in code_cells(notebook)]
    assert counts == list(range(1, len(counts) + 1))
    for output in outputs(notebook):
        assert output["output_type"] != "error"
        assert output.get("name") != "stderr"


@each
def test_no_trace_of_the_machine_or_the_hour(path):
    notebook = stored(path)
    for output in outputs(notebook):
        output.get("data", {}).pop("image/png", None)
    assert not OF_A_MACHINE.search(json.dumps(notebook, ensure_ascii=False).replace("\\\\", "\\"))
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    assert set(notebook["metadata"]) == {"kernelspec", "language_info"}
    assert all(set(cell["metadata"]) <= {"jupyter", "tags"} for cell in notebook["cells"])
    ids = [cell["id"] for cell in notebook["cells"]]
    assert ids == [f"cell-{i:02}" for i in range(1, len(ids) + 1)]


@each
def test_the_frame_of_a_lesson(path):
    notebook = stored(path)
    markdown = [cell for cell in notebook["cells"] if cell["cell_type"] == "markdown"]
    prose = ["".join(cell["source"]) for cell in markdown]
    for part in ("**Goal.**", "\n1. ", "\n2. ", "\n3. ", "**Time.**"):
        assert part in prose[0]
    for part in ("Break it on purpose", "Exercises", "Summary card", "The same in PyTorch"):
        assert sum(f"## {part}" in text for text in prose) == 1
    exercises = sum(text.startswith("**Exercise ") for text in prose)
    solutions = sum("# A solution of" in "".join(cell["source"]) for cell in code_cells(notebook))
    assert exercises == solutions == 5


# ---- as run


@functools.cache
def run(number):
    """What the notebook defines, what each of its cells prints, and how long it took."""
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    (path,) = NOTEBOOKS.glob(f"{number}*.ipynb")
    names, prints = {"__name__": "__main__"}, []
    start = time.perf_counter()
    with plt.rc_context():
        for i, cell in enumerate(code_cells(stored(path)), start=1):
            code = compile("".join(cell["source"]), f"{path.name}[{i}]", "exec")
            with contextlib.redirect_stdout(io.StringIO()) as out:
                exec(code, names)
            prints.append(out.getvalue())
    plt.close("all")
    return names, prints, time.perf_counter() - start


@each
def test_it_prints_what_is_stored(path):
    prints = run(path.stem[:2])[1]
    assert prints == [printed(cell) for cell in code_cells(stored(path))]


@each
def test_it_does_not_hang(path):
    assert run(path.stem[:2])[2] < 50  # ten times what a lesson may take


def test_01_the_gradient_is_the_product_of_three_slopes():
    lesson = run("01")[0]
    p = 1 / (1 + math.exp(-0.5))
    assert lesson["steps"][0]["ŷ"] == pytest.approx(p)
    assert lesson["steps"][0]["L"] == pytest.approx((p - 1) ** 2)
    assert lesson["steps"][0]["∂L/∂w"] == pytest.approx(2 * (p - 1) * p * (1 - p) * 2)


def test_01_a_nudge_ten_times_smaller_errs_a_hundred_times_less():
    errors = run("01")[0]["errors"]
    assert len(errors) == 3
    assert errors[0] / errors[1] == pytest.approx(100, rel=0.05)
    assert errors[1] / errors[2] == pytest.approx(100, rel=0.05)


def test_01_the_weight_goes_from_0_50_to_0_57_and_on_until_it_has_learned():
    steps = run("01")[0]["steps"]
    assert [round(step["w"], 2) for step in steps[:3]] == [0.5, 0.57, 0.63]
    losses = [step["L"] for step in steps]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < 0.01 <= losses[-2]


def test_01_minus_goes_down_and_plus_goes_up():
    lesson = run("01")[0]
    assert lesson["down"][-1] < lesson["down"][0] == lesson["up"][0] < lesson["up"][-1]


def test_02_the_gradients_of_the_example():
    lesson = run("02")[0]
    *nodes, L = lesson["example"]()
    L.backward()
    assert [node.grad for node in nodes] == [13, 9, 3, 3, 3]
    assert lesson["in_order"](L) == {node: node.grad for node in (*nodes, L)}


def test_02_used_twice():
    lesson = run("02")[0]
    assert "with = 3   with += 8\n" in lesson_output("02", "contributions")
    assert "with = 5   with += 8\n" in lesson_output("02", "contributions")
    a, b = lesson["Value"](3), lesson["Value"](2)
    assert lesson["in_order"]((a + b) * a)[a] == 8


def test_02_only_one_of_two_orders_is_right():
    lesson = run("02")[0]
    a, b, *_, y = lesson["seven"]()
    right, wrong = lesson["in_order"](y), {}
    lesson["naive"](y, 1.0, wrong, [])
    assert (right[a], right[b]) == (25, 19)
    assert (wrong[a], wrong[b]) == (29, 22)
    assert "c passes on 1   when 1 of 2" in lesson_output("02", "passes on")


def test_02_ways_double_where_nodes_do_not():
    lesson = run("02")[0]
    for n in range(10):
        _, top = lesson["ladder"](n)
        assert lesson["ways"](top) == 2**n
        assert len(lesson["history"](top)) == n + 1


def test_03_the_engine_is_short_and_its_gradients_are_the_librarys():
    (source,) = (cell["source"] for cell in code_cells(stored(next(NOTEBOOKS.glob("03*"))))
                 if cell["source"][0].startswith("class Value"))  # fmt: skip
    assert 40 < len([line for line in source if line.strip()]) <= 70
    lesson = run("03")[0]
    a, b, c = map(lesson["Value"], (0.7, -0.4, 1.3))
    root = ((a * b - c).tanh() + c.relu() * a) ** 2
    root.backward()
    twin = lesson["twin"](root)  # raises where a gradient differs
    assert len(autograd.history(twin)) == 10


def test_03_the_error_of_a_nudge_is_a_u():
    central, forward, single = run("03")[0]["curves"].values()
    assert f"{min(central):.0e}" == f"{central[4]:.0e}" == "2e-11"
    assert central[9] == pytest.approx(1e-7, rel=0.5)
    assert min(forward) == forward[7] == pytest.approx(5e-9, rel=0.2)
    assert f"{min(single):.0e}" == f"{single[1]:.0e}" == "2e-05"
    assert single[7] == 1


def test_03_plain_formulas_find_two_engines_and_the_hunt_all_six():
    lesson = run("03")[0]
    assert (~lesson["seen"]).any(axis=0).sum() == 2
    found = {name: lesson["find"](engine) for name, engine in lesson["ENGINES"].items()}
    assert set(found.values()) == {"tanh", "order", "**", "relu", "adding up", "-"}


def test_03_only_recursion_breaks_on_a_long_chain():
    lesson = run("03")[0]
    assert len(lesson["in_order"](lesson["chain"])) == 40_001
    with pytest.raises(RecursionError):
        lesson["by_recursion"](lesson["chain"])


def test_04_the_table_of_learning_rates_on_a_parabola():
    printed = {0.01: 0.605, 0.5: 8.88e-16, 1: 0, 1.9: 0.00515, 2: 1, 2.1: 117}
    for lr, w in run("04")[0]["after_50"].items():
        assert w == pytest.approx(printed[lr], rel=5e-3)


def test_04_too_small_and_too_large_both_fail_on_digits():
    share = {lr: sum(shares) / 3 for lr, shares in run("04")[0]["sweep"].items()}
    assert share[0.001] < share[0.01] < 0.4 < 0.89 < share[0.1] <= share[1]
    assert share[3] == pytest.approx(0.081, abs=0.03)


def test_04_without_zero_grad():
    lesson = run("04")[0]
    assert [round(w, 2) for w in lesson["with_reset"][:5]] == [0.7, 0.49, 0.34, 0.24, 0.17]
    swings = [0.7, 0.19, -0.38, -0.83, -1.04, -0.93]
    assert [round(w, 2) for w in lesson["without"][:6]] == swings
    assert max(lesson["without_zero_grad"]) < 0.2 < 0.89 < min(lesson["with_zero_grad"])


def test_04_never_zeroing_is_momentum_1_bit_for_bit():
    lesson = run("04")[0]
    assert lesson["difference"] == 0.0
    assert (lesson["never_zeroed"] == lesson["momentum_one"]).all()
    assert lesson["ball"](1.7, 0.3, 50) == lesson["never_reset"](1.7, 0.3, 50)


def test_04_a_schedule_is_quick_and_ends_near():
    runs = run("04")[0]["runs"]
    end = {name: walk[-20:].mean() for name, walk in runs.items()}
    for schedule in ("cosine", "staircase"):
        assert end[schedule] < 0.5 * min(end["constant_large"], end["constant_small"])
        assert runs[schedule][99] < 0.2 * runs["constant_small"][99]


def test_05_a_thousand_times_fewer_steps_with_cross_entropy():
    lesson = run("05")[0]
    assert lesson["slopes"] == pytest.approx([-9.1e-5, -1.0], rel=5e-3)
    assert (len(lesson["slow"]) - 1, len(lesson["fast"]) - 1) == (11_034, 11)


def test_05_the_floor_of_softmax_twice_and_the_loss_of_chance():
    lesson = run("05")[0]
    floors = {classes: round(floor, 4) for classes, floor in lesson["floors"].items()}
    assert floors == {2: 0.3133, 3: 0.5514, 10: 1.4612, 100: 3.6222}
    assert lesson["fresh"] == pytest.approx([2.324, 2.316, 2.312], abs=0.03)
    assert lesson["once"][:, 0].mean() == pytest.approx(0.957, abs=0.03)
    assert lesson["twice"][:, 0].mean() == pytest.approx(0.136, abs=0.03)


def test_05_a_column_against_a_row_learns_the_mean():
    lesson = run("05")[0]
    line, truth = lesson["line"], lesson["truth"]
    assert line.weight.item() == pytest.approx(0, abs=1e-9)
    assert line.bias.item() == pytest.approx(truth.mean())
    assert ((line.bias.item() - truth) ** 2).mean() == pytest.approx(truth.var())


def test_05_the_value_of_a_loss_tells_what_is_wrong():
    logs = run("05")[0]["logs"]
    assert logs["A"][-1] == pytest.approx(1.4612, abs=1e-3)
    assert logs["B"] == pytest.approx([math.log(10)] * 5)
    assert logs["C"] == pytest.approx([math.log(2)] * 5)
    assert math.isnan(logs["D"][-1])


def test_06_what_is_stretched_is_summed_back():
    lesson = run("06")[0]
    assert lesson["b"].grad.shape == (4,)
    assert (lesson["b"].grad == lesson["Z"].grad.sum(axis=0)).all()
    assert lesson["W"].grad == pytest.approx(lesson["X"].data.T @ lesson["H"].grad)
    assert "∂L/∂Z[2, 1]·∂Z[2, 1]/∂b[1]" in lesson_output("06", "∂b[1]")


def test_06_a_column_minus_a_row_fits_the_mean():
    lesson = run("06")[0]
    slope, height, loss = lesson["wrong"]
    assert f"{slope:.1f}" == "-0.0"
    assert height == pytest.approx(lesson["targets"].mean())
    assert loss == pytest.approx(lesson["targets"].var())
    assert f"{loss:.2f}" == "8.38"
    assert lesson["right"][0] == pytest.approx(3, abs=0.03)


def test_06_plus_equals_with_an_index_loses_contributions():
    lesson = run("06")[0]
    assert lesson["plus_equals"].tolist() == [1, 0, 4, 0]
    assert lesson["table"].grad.tolist() == lesson["add_at"].tolist() == [1, 0, 9, 0]


def test_07_the_arithmetic_of_epochs():
    assert run("07")[0]["arithmetic"] == [(32, 8), (938, 32), (57, 5), (1, 10)]


def test_07_accuracy_follows_updates():
    lesson = run("07")[0]
    updates = [history["iteration"][-1] for history in lesson["histories"].values()]
    assert updates == [7000, 875, 220, 55, 5]
    one, eight, thirty_two, many, whole = lesson["shares"].values()
    assert eight >= one > thirty_two > many > whole
    assert (eight, thirty_two, many) == pytest.approx((0.950, 0.919, 0.685), abs=0.03)
    assert whole < 0.2


def test_07_the_noise_of_a_gradient_falls_with_the_root_of_the_batch_size():
    lesson = run("07")[0]
    for size, error in lesson["noise"].items():
        assert error * size**0.5 == pytest.approx(2.09, abs=0.1)
    reference = (0.12, 0.23, 0.42, 0.66, 0.87)
    assert tuple(lesson["cosine"].values()) == pytest.approx(reference, abs=0.06)


def test_07_pieces_of_a_batch_and_sum_or_mean():
    lesson = run("07")[0]
    assert abs(lesson["at_once"] - lesson["in_pieces"]).max() < 1e-15
    mean, total, scaled = lesson["sum_or_mean"].values()
    assert mean == pytest.approx((0.950, 0.826), abs=0.03)
    assert total[1] == pytest.approx(0.081, abs=0.03)
    assert total[1] < total[0] < 0.8 < scaled[1]
    assert scaled == pytest.approx(mean, abs=0.01)


def test_07_the_mean_of_means_is_not_the_mean():
    lesson = run("07")[0]
    assert lesson["weighted"] == pytest.approx(lesson["whole"])
    assert abs(lesson["of_means"] - lesson["whole"]) > 0.02


def test_08_momentum_needs_six_times_fewer_steps():
    lesson = run("08")[0]
    assert (lesson["plain"], lesson["heavy"]) == (346, 58)
    assert abs(lesson["too_far"][-1]).max() > 1e20


def test_08_uncorrected_adam_steps_are_too_large():
    lesson = run("08")[0]
    ratio = lesson["too_large"]
    assert [round(ratio[t - 1], 3) for t in (1, 12)] == [3.162, 6.569]
    assert (lesson["largest"] + 1, lesson["below_2"], lesson["below_105"]) == (12, 288, 2375)


def test_08_adam_with_a_wrong_learning_rate_loses_to_tuned_momentum():
    sgd, momentum, rmsprop, adam, tuned = run("08")[0]["scores"].values()
    reference = (0.92, 0.96, 0.92, 0.89, 0.97)
    assert (sgd, momentum, rmsprop, adam, tuned) == pytest.approx(reference, abs=0.03)
    assert adam < min(sgd, rmsprop) < max(sgd, rmsprop) < min(momentum, tuned)


def test_08_rare_features_are_learned_by_adam_and_adagrad():
    rare = {name: runs[-1][20:].mean() for name, runs in run("08")[0]["sparse"].items()}
    assert max(rare["Adam"], rare["Adagrad"]) < 0.1
    assert rare["SGD"] > 0.7
    for runs in run("08")[0]["sparse"].values():
        assert runs[-1][:20].mean() < 0.05


def test_09_dropout_keeps_the_mean():
    masked, inverted, in_use = run("09")[0]["means"].values()
    assert (masked, inverted, in_use) == pytest.approx((0.501, 1.002, 1.0), abs=0.01)


def test_09_noisy_labels_are_learned_by_heart_unless_something_is_done():
    lesson = run("09")[0]
    nothing, half, most, decay, early = lesson["results"].values()
    reference = (0.772, 0.834, 0.887, 0.860, 0.884)
    assert (nothing, half, most, decay, early) == pytest.approx(reference, abs=0.03)
    assert nothing < half < decay < early < most
    training, *_, test = lesson["plain"].T
    assert training[-1] > training[9] > 0.5
    assert test[-1] < test[9] - 0.08


def test_09_clean_digits_give_no_lesson():
    nothing, half = run("09")[0]["clean"].values()
    assert (nothing, half) == pytest.approx((0.911, 0.917), abs=0.03)
    assert abs(nothing - half) < 0.02


def test_09_without_eval_every_call_answers_something_else():
    lesson = run("09")[0]
    forgotten = lesson["forgotten"]
    assert lesson["in_use"] == pytest.approx(0.970, abs=0.03)
    assert sum(forgotten) / 50 == pytest.approx(0.943, abs=0.03)
    assert max(forgotten) - min(forgotten) > 0.03
    assert max(forgotten) < lesson["in_use"]


def test_10_the_gradient_at_the_first_of_ten_layers():
    lesson = run("10")[0]
    reference = {
        "sigmoid, Xavier": 8e-7, "sigmoid, std 0.01": 1e-18, "tanh, Xavier": 1.4, "ReLU, He": 1.6,
    }  # fmt: skip
    for name, ratio in reference.items():
        assert ratio / 1.5 < lesson["ratio"][name] < ratio * 1.5
    assert round(math.log10(lesson["first"]["ReLU, std 1"])) == round(math.log10(8e5))


def test_10_what_does_not_arrive_is_not_learned():
    sigmoid, tanh, relu = run("10")[0]["trained"].values()
    assert (sigmoid, tanh, relu) == pytest.approx((0.076, 0.970, 0.882), abs=0.03)
    assert sigmoid < relu < tanh
    assert sum(run("10")[0]["links"]) / 3 > 0.94


def test_10_dead_units_are_rescued_by_a_slope_below_zero():
    lesson = run("10")[0]
    relu, leaky, leakier, gelu, gelu_far_off = lesson["rescue"].values()
    reference = (0.083, 0.134, 0.937, 0.945, 0.083)
    assert (relu, leaky, leakier, gelu, gelu_far_off) == pytest.approx(reference, abs=0.03)
    assert max(relu, gelu_far_off) < leaky < min(leakier, gelu)
    assert "bias   -1: 32 of 32 units dead, gradient of the first weight 0\n" in lesson_output(
        "10", "units dead"
    )


def test_10_equal_weights_stay_equal():
    zero, equal = run("10")[0]["constant"].values()
    assert [rank for _, rank in zero] == [0, 0, 0]
    assert [rank for _, rank in equal] == [1, 1, 1]
    assert sum(share for share, _ in zero) / 3 == pytest.approx(0.076, abs=0.03)
    assert sum(share for share, _ in equal) / 3 == pytest.approx(0.081, abs=0.03)


def test_11_a_fresh_network_knows_nothing_and_learns_ten_digits_by_heart():
    lesson = run("11")[0]
    assert sum(lesson["initial"]) / 3 == pytest.approx(math.log(10), abs=0.03)
    assert lesson["heart"][300] < 0.01 < 2 < lesson["heart"][0]


def test_11_it_reads_what_it_has_not_seen():
    assert min(run("11")[0]["shares"]) >= 0.95


def test_11_an_update_is_a_thousandth_of_the_weights_within_a_factor_of_ten():
    for ratio in run("11")[0]["ratios"].values():
        assert len(ratio) == 880
        assert 1e-4 < sorted(ratio[-440:])[220] < 1e-2


def test_11_by_hand_by_explain_and_by_the_table_it_is_the_same_number():
    lesson = run("11")[0]
    row = lesson["row"]
    assert lesson["gradient"] == pytest.approx(row.gradient)
    assert row.step == pytest.approx(0.1 * row.gradient)
    assert row.new == row.old - row.step
    told = lesson_output("11", "through sums = linear")
    assert f"{abs(row.gradient):.4g}" in told
    image = lesson["pixels"][0] * lesson["arrives"]
    assert lesson["change"] == pytest.approx(-0.1 * image)


def test_11_the_patients_are_ill():
    lesson = run("11")[0]
    right = lesson["broken"]
    assert max(share for name, share in right.items() if name != "B") < 0.2
    assert lesson["patients"]["B"].min() > math.log(1 + 9 / math.e) > 1.46
    assert lesson["patients"]["C"] == pytest.approx(lesson["patients"]["C"][0], abs=1e-3)
    assert len(set(lesson["names"].values())) == 6


@pytest.mark.parametrize(
    ("number", "code"),
    [("01", "E22"), ("01", "E13"), ("02", "E02"), ("02", "E12"), ("04", "E19"), ("04", "E04"),
     ("05", "E07"), ("05", "E08"), ("05", "E10"), ("05", "E11"), ("06", "E07"), ("06", "E05"),
     ("07", "E20"), ("08", "E19"), ("09", "E17"), ("09", "E24"), ("10", "E24"), ("11", "E06"),
     ("11", "E10"), ("11", "E22")],
)  # fmt: skip
def test_what_is_broken_on_purpose_teaches_its_lesson(number, code):
    assert f"See:  {code}" in lesson_output(number, f"{code},")


def lesson_output(number, phrase):
    """The first print of the notebook that contains the phrase."""
    return next(text for text in run(number)[1] if phrase in text)


# ---- the exercises


def advice(number, exercise, *answers):
    """What the exercise says to these answers."""
    lesson = run(number)[0]
    with contextlib.redirect_stdout(io.StringIO()) as out:
        lesson["check"](lesson[f"exercise_{exercise}"], *answers)
    return out.getvalue()


@each
def test_every_solution_is_right_and_no_exercise_is_solved_beforehand(path):
    cells, prints = code_cells(stored(path)), run(path.stem[:2])[1]
    for cell, text in zip(cells, prints, strict=True):
        source = "".join(cell["source"])
        if source.startswith("# A solution"):
            assert text == "Right!\n"
            assert cell["metadata"]["jupyter"] == {"source_hidden": True}
        elif re.search(r"^check\(", source, flags=re.MULTILINE):
            assert text.startswith(("Your turn", "Not yet"))


@pytest.mark.parametrize(
    ("exercise", "answers", "phrase"),
    [
        (1, (1.5, 0.6684), "sigmoid is missing"),
        (1, (0.8176, 0.8176), "its square"),
        (1, (0.8, 0.64), "four decimals"),
        (2, (0.000366,), "Divide it by the size of the nudge"),
        (2, (-0.3658,), "sign is turned around"),
        (2, (0.3,), "too far off"),
        (3, (0.9,), "uphill"),
        (3, (1.5,), "learning rate is missing"),
        (3, (-0.1,), "that is the step"),
        (3, (1.2,), "You have 1.2"),
        (4, (lambda w, b: None,), "Was step() called?"),
        (5, ("larger",), "flatter there. 0.3658 becomes 0.2582"),
        (5, ("the same",), '"larger" or "smaller"'),
        (5, (...,), "Your turn"),
    ],
)
def test_01_says_what_is_wrong_with_an_answer(exercise, answers, phrase):
    assert phrase in advice("01", exercise, *answers)


def test_01_one_step_is_not_enough():
    def one_step(w, b):
        w.data, b.data = w.data - 0.1, b.data - 0.1

    assert "More steps?" in advice("01", 4, one_step)


BLANKS = {"f": 1, "s": 4, "t": 3, "p": 4, "q": 16, "r": 3}


@pytest.mark.parametrize(
    ("exercise", "answer", "phrase"),
    [
        (1, {**BLANKS, "q": 12}, "q is used twice"),
        (1, {**BLANKS, "s": 3, "t": 4}, "swaps: s gets the value of t"),
        (1, {**BLANKS, "p": ...}, "Your turn"),
        (2, dict.__setitem__, "overwritten"),
        (2, lambda gradient, node, share: gradient.setdefault(node, share), "add up to"),
        (3, ["y", "e", "c", "a", "b", "d", "f"], "c passes on 1 with 1 of 2"),
        (3, ["y", "e", "f"], "exactly once"),
        (4, lambda a, b: a * b + a * a, "use a RESULT twice"),
        (4, lambda a, b: (a + b).tanh(), "only + and *"),
        (4, lambda a, b: a, "return a result"),
        (5, [("a", "L")], "6 still arrives"),
        (5, [("a", "d")], "7 still arrives"),
        (5, [("a", "L"), ("a", "d"), ("d", "e")], "two arrows are enough"),
        (5, [("L", "a")], "there is no arrow"),
    ],
)
def test_02_says_what_is_wrong_with_an_answer(exercise, answer, phrase):
    assert phrase in advice("02", exercise, answer)


@pytest.mark.parametrize("order", ["yefcdab", "yfedcba", "yefdcba"])
def test_02_every_topological_order_is_right(order):
    assert advice("02", 3, list(order)) == "Right!\n"


@pytest.mark.parametrize("other", [("a", "d"), ("d", "e"), ("e", "L")])
def test_02_every_pair_of_cuts_that_works_is_right(other):
    assert advice("02", 5, [("a", "L"), other]) == "Right!\n"


# ---- in a kernel


@pytest.mark.notebooks
@each
def test_a_fresh_kernel_gives_the_stored_text_again(path):
    spec = importlib.util.spec_from_file_location("refresh", NOTEBOOKS / "refresh.py")
    refresh = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(refresh)

    again = json.loads(refresh.nbformat.writes(refresh.executed(path)))

    assert texts(again) == texts(stored(path))
