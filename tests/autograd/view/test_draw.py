"""`draw`: what stands in the picture, how it shows and saves itself, and what it falls back on."""

import hashlib
import re
import stat
import subprocess
import sys
import xml.etree.ElementTree as ET

import numpy as np
import pytest

import autograd
from autograd import DataError, GraphError, KindError, Tensor, Value, draw, no_grad
from autograd.parts import SeveralOp
from autograd.view.cards import GREY, INK

OR = "incoming gradient → contribution"
ARROW = f"on each edge: {OR}"
PRODUCT = "on each edge: incoming gradient × local derivative = contribution"
SUM = "Σn: the sum of n contributions"
CELLS = "cells: + blue, − orange, × NaN; each paler tone: half as large"
SVG = "{http://www.w3.org/2000/svg}"


def example():
    a, b, c = Value(3.0, name="a"), Value(2.0, name="b"), Value(1.0, name="c")
    d = a * b
    d.name = "d"
    e = d + c
    e.name = "e"
    L = e * a
    L.name = "L"
    return L, a


def groups(picture, kind):
    """The texts of each node or edge of the SVG, by its title."""
    found = {}
    for group in ET.fromstring(picture.svg).iter(f"{SVG}g"):
        if group.get("class") == kind:
            texts = ["".join(text.itertext()) for text in group.iter(f"{SVG}text")]
            found.setdefault(group.find(f"{SVG}title").text, []).append(
                " ".join(" ".join(texts).split())
            )
    return found


def captions(picture):
    """The lines below the picture."""
    page = ET.fromstring(picture.svg).find(f"{SVG}g")
    return [" ".join(text.text.split()) for text in page.findall(f"{SVG}text")]


def cards(picture):
    return [text for texts in groups(picture, "node").values() for text in texts]


def flows(picture):
    return sorted(text for texts in groups(picture, "edge").values() for text in texts)


def heights(picture):
    """How far down each card stands."""
    found = {}
    for group in ET.fromstring(picture.svg).iter(f"{SVG}g"):
        if group.get("class") == "node":
            name, *_ = group.iter(f"{SVG}text")
            found[name.text] = float(name.get("y"))
    return found


def test_before_backward_gradients_are_dashes_and_edges_are_silent():
    L, _ = example()
    assert cards(draw(L)) == [
        "a leaf value 3 gradient Σ2 —", "b leaf value 2 gradient —", "c leaf value 1 gradient —",
        "d × value 6 gradient —", "e + value 7 gradient —", "L × value 21 gradient —",
    ]  # fmt: skip
    assert flows(draw(L)) == [""] * 6


def test_after_backward_every_number_is_there():
    L, _ = example()
    L.backward()
    assert cards(draw(L)) == [
        "a leaf value 3 gradient Σ2 13", "b leaf value 2 gradient 9", "c leaf value 1 gradient 3",
        "d × value 6 gradient 3", "e + value 7 gradient 3", "L × value 21 gradient 1",
    ]  # fmt: skip
    assert flows(draw(L)) == sorted(
        ["3 × 2 = 6", "3 × 3 = 9", "3 × 1 = 3", "3 × 1 = 3", "1 × 3 = 3", "1 × 7 = 7"]
    )
    assert captions(draw(L)) == [PRODUCT, SUM]


def test_numbers_have_four_significant_digits():
    x = Value(-123.456789, name="x")
    y = x * 0.00123456
    y.backward()
    assert cards(draw(y))[0] == "x leaf value −123.5 gradient 0.001235"
    assert "1 × 0.001235 = 0.001235" in flows(draw(y))


def test_zero_has_no_sign():
    x = Value(-2.0, name="x")
    y = x * -0.0
    y.backward()
    assert cards(draw(y))[0] == "x leaf value −2 gradient 0"
    assert flows(draw(y)) == ["", "1 × 0 = 0"]


def test_a_mean_that_is_rounding_alone_is_zero():
    text = cards(draw(Tensor(np.linspace(-1, 1, 30).reshape(5, 6) + 1e-17, name="X")))[0]
    assert "mean 0 min" in text
    text = cards(draw(Tensor(np.linspace(-1, 1, 30).reshape(5, 6) + 1e-12, name="X")))[0]
    assert "mean 1e−12 min" in text


def test_a_node_with_several_consumers_says_that_its_gradient_is_a_sum():
    a, x = Value(3.0, name="a"), Tensor(np.ones(6), name="X")
    L = (a * a + a) * 2.0
    assert cards(draw(L))[0] == "a leaf value 3 gradient Σ3 —"
    L.backward()
    assert cards(draw(L))[0] == "a leaf value 3 gradient Σ3 14"
    assert sum("Σ" in text for text in cards(draw(L))) == 1
    assert captions(draw(L)) == [PRODUCT, SUM]
    assert "Σ" not in draw(x * x).dot  # no gradient, no sum


def test_a_times_a_has_two_edges():
    a = Value(3.0, name="a")
    L = a * a
    L.backward()
    assert groups(draw(L), "edge") == {"n0->n1": ["1 × 3 = 3", "1 × 3 = 3"]}


def test_the_first_operand_stands_above_the_second():
    a, b = Value(1.0, name="a"), Value(2.0, name="b")
    c = b**2.0
    below, above = heights(draw(a - c)), heights(draw(c - a))
    assert below["a"] < below["power"]
    assert above["a"] > above["power"]


def test_operands_stand_left_or_with_tb_above():
    L, _ = example()
    assert "rankdir=LR" in draw(L).dot
    down = heights(draw(L, direction="TB"))
    assert down["a"] < down["d"] < down["e"] < down["L"]


def test_tensors_show_shapes_and_entries_and_edges_norms():
    X, W = Tensor(np.ones((4, 3)), name="X"), Tensor(np.ones((3, 2)), requires_grad=True, name="W")
    L = (X @ W).mean()
    assert "W leaf (3, 2) value gradient 1 1 1 1 1 1 —" in cards(draw(L))
    L.backward()
    assert cards(draw(L)) == [
        f"X data (4, 3) value {' '.join('1' * 12)}",
        f"W leaf (3, 2) value gradient {' '.join('1' * 6)} {' '.join(['0.5'] * 6)}",
        f"@ (4, 2) value gradient {' '.join('3' * 8)} {' '.join(['0.125'] * 8)}",
        "mean value 3 gradient 1",
    ]
    assert flows(draw(L)) == [
        "", "() → (4, 2) norm 1 → 0.3536", "(4, 2) → (3, 2) norm 0.3536 → 1.225",
    ]  # fmt: skip


def test_few_numbers_are_shown_themselves():
    W = Tensor([[1.0, -0.5], [0.25, 1 / 3]], requires_grad=True, name="W")
    x = Tensor([0.5, -1.2], name="x")
    L = ((W @ x) * np.array([1.0, 2.0])).sum()
    L.backward()
    assert cards(draw(L)) == [
        "W leaf (2, 2) value gradient 1 −0.5 0.25 0.333 0.5 −1.2 1 −2.4",
        "x data (2,) value 0.5 −1.2",
        "@ (2,) value gradient 1.1 −0.275 1 2",
        "(2,) [1, 2]",
        "× (2,) value gradient 1.1 −0.55 1 1",
        "sum value 0.55 gradient 1",
    ]
    assert cards(draw(Tensor(np.ones((3, 0))))) == ["data shape (3, 0) value []"]


def test_tensors_of_one_entry_have_products_on_their_edges():
    w = Tensor([2.0], requires_grad=True, name="w")
    L = (w * 3.0).sum()
    L.backward()
    assert cards(draw(L))[0] == "w leaf shape (1,) value [2] gradient [3]"
    assert flows(draw(L)) == ["", "1 × 1 = 1", "1 × 3 = 3"]
    assert captions(draw(L)) == [PRODUCT]


def test_the_caption_explains_the_labels_that_occur_and_no_others():
    w = Tensor([1.0, 2.0], requires_grad=True)
    L = (w * 3.0).sum()
    L.backward()
    assert captions(draw(L)) == [f"{ARROW}, as shapes and norms", CELLS]
    L = (w * 3.0).sum() * 2.0
    L.backward()
    assert captions(draw(L)) == [PRODUCT, f"or {OR}, as shapes and norms", CELLS]
    a = Value(1.0)
    L = autograd.dot([a], [2.0]) * 0.0
    L.backward()
    assert flows(draw(L)) == ["", "", "0 → 0", "1 × 0 = 0"]
    assert captions(draw(L)) == [PRODUCT, f"or {OR}"]


def test_the_caption_explains_question_marks():
    w = Tensor([1.0, 2.0], requires_grad=True)
    L = (w * 3.0).sum()
    L.backward()
    w.data = np.zeros(2)
    assert "(2,) → ? [1, 1] → ?" in flows(draw(L))
    updated = "(? where data was updated since)"
    assert captions(draw(L)) == [f"{ARROW}, as shapes and norms {updated}", CELLS]
    L, a = example()
    L.backward()
    a.data = 0.0
    assert captions(draw(L)) == [f"{PRODUCT} {updated}", SUM]


def test_two_roots_tell_their_own_passes():
    a = Value(2.0, name="a")
    h = a * 2.0
    h.name = "h"
    y, z = h * h, h + 1.0
    y.backward()
    z.backward()
    assert cards(draw(y))[0] == "a leaf value 2 gradient 18 16 (from here) + 2 (other)"
    assert "h × value 4 gradient Σ2 8 stored: 1 (another pass)" in cards(draw(y))
    assert str(draw(y)).splitlines()[1:3] == [
        "├─ h * = 4, gradient 8, stored: 1 (another pass)",
        "│  ├─ a = 2, gradient 18, 16 (from here) + 2 (other)",
    ]


def test_norms_are_not_written_as_a_sum():
    w = Tensor(np.ones(9), requires_grad=True)
    L = (w * w).sum()
    L.backward()
    w.grad = w.grad - 3.0
    note = "norm 6 (from here) and norm 9 (other)"
    assert cards(draw(L))[0].endswith(f" norm 3 3 {note}")


def test_a_gradient_that_a_hook_replaced_says_so():
    a = Value(3.0, name="a")
    h = a * 2.0
    h.name = "h"
    h.register_hook(lambda g: 10.0 * g)
    L = h * h
    L.backward()
    assert "h × value 6 gradient Σ2 120 after hook (12 arrived)" in cards(draw(L))
    assert "h * = 6, gradient 120, after hook (12 arrived)" in str(draw(L))


def test_several_outputs_are_counted():
    two = SeveralOp("two", lambda x: (x + 1.0, x * 2.0), lambda g, z, x: g[0] + 2.0 * g[1])
    x = Tensor([1.0, 2.0], requires_grad=True, name="x")
    p, q = two(x)
    L = (p * q).sum()
    L.backward()
    picture = draw(L)
    assert "two outputs 2 |value| 5.745 |gradient| Σ2 5.745" in cards(picture)
    assert "two = 2 outputs, gradient [2, 4, 2, 3]" in str(picture)
    assert "two outputs 2" in cards(draw(p.args[0]))[1]


def test_an_accumulated_leaf_tells_the_passes_apart():
    L, _ = example()
    L.backward(retain_graph=True)
    L.backward()
    assert "a leaf value 3 gradient Σ2 26 13 (before) + 13 (this pass)" in cards(draw(L))


def test_an_updated_leaf_says_so_and_its_edges_claim_nothing():
    L, a = example()
    L.backward()
    with no_grad():
        a -= 0.1 * a.grad
    picture = draw(L)
    assert "a leaf updated since value 1.7 gradient Σ2 13" in cards(picture)
    assert "L × value 21 gradient 1" in cards(picture)
    assert flows(picture) == sorted(
        ["3 × ? = ?", "3 × ? = ?", "3 × 1 = 3", "3 × 1 = 3", "1 × ? = ?", "1 × ? = ?"]
    )
    inks = {}
    for group in ET.fromstring(picture.svg).iter(f"{SVG}g"):
        if group.get("class") == "edge":
            texts = list(group.iter(f"{SVG}text"))
            told = "".join("".join(text.itertext()) for text in texts)
            inks.setdefault("?" in told, set()).update(text.get("fill").upper() for text in texts)
    assert inks == {True: {GREY}, False: {GREY, INK}}


def test_a_picture_stays_as_it_was_taken():
    L, a = example()
    picture = draw(L)
    L.backward()
    a.data = 100.0
    assert cards(picture)[0] == "a leaf value 3 gradient Σ2 —"


def test_names_may_hold_anything():
    a = Value(1.0, name='<b> & "c" \\N')
    assert cards(draw(a * 2.0))[0].replace("\u200b", "") == '<b> & "c" \\N leaf value 1 gradient —'
    long = Value(1.0, name="n" * 100)
    five, unprintable = Value(1.0), Value(1.0, name="\x00\n")
    five._note(name=5)
    assert cards(draw(five * unprintable))[:2] == [
        "5 leaf value 1 gradient —", "\ufffd\ufffd leaf value 1 gradient —",
    ]  # fmt: skip
    assert cards(draw(long * 2.0))[0] == "n" * 23 + "… leaf value 1 gradient —"


def test_an_untracked_root_is_a_single_box():
    assert cards(draw(Tensor([3.0, 4.0], name="X"))) == ["X data (2,) value 3 4"]


def test_the_same_graph_gives_the_same_bytes():
    pictures = []
    for _ in range(2):
        L, _ = example()
        L.backward()
        pictures.append(draw(L))
    assert pictures[0].dot == pictures[1].dot
    assert pictures[0].svg == pictures[1].svg
    assert pictures[0].png == pictures[1].png


def test_cells_are_the_same_bytes_each_time_they_are_drawn():
    W = Tensor(np.linspace(-1, 1, 64).reshape(8, 8), requires_grad=True, name="W")
    first, second = draw(W * 2.0).svg, draw(W * 2.0).svg
    assert "W[7, 7] = " in first
    assert first == second


@pytest.mark.parametrize("seed", ["1", "2"])
def test_another_process_gives_the_same_bytes(seed):
    program = (
        "import nn; from autograd import Value, draw; from numpy import ones\n"
        "net = nn.MLP(2, [2, 1], spelled_out=True)\n"
        "for p in net.parameters(): p.data = 0.5\n"
        "L = net([Value(1.0), Value(2.0)]); L.backward(); print(draw(L).svg)"
    )
    run = [sys.executable, "-c", program]
    first, second = (
        subprocess.run(run, capture_output=True, check=True, env={"PYTHONHASHSEED": s}).stdout
        for s in ("0", seed)
    )
    assert b"</svg>" in first
    assert first == second


def state_hash(root):
    state = [
        (np.asarray(n.data).tobytes(), np.asarray(n.grad).dumps(), n.requires_grad, n.born, n._rare)
        for n in autograd.history(root)
    ]
    return hashlib.sha256(repr(state).encode()).hexdigest()


@pytest.mark.parametrize("when", ["before", "after", "updated"])
def test_views_leave_every_node_as_it_was(when):
    w = Tensor(np.arange(20.0).reshape(4, 5), requires_grad=True, name="w")
    L = (w * w).tanh().sum()
    if when != "before":
        L.backward()
    if when == "updated":
        with no_grad():
            w -= 0.1 * w.grad
    before = state_hash(L)
    picture = draw(L)
    assert picture.svg
    assert picture.png
    assert picture.graph.to_json()
    assert str(picture)
    assert str(autograd.explain(w, of=L))
    assert str(autograd.explain(L))
    assert state_hash(L) == before
    w.data = np.zeros((4, 5))
    assert state_hash(L) != before


def test_notebooks_get_svg_and_png_of_one_size():
    L, _ = example()
    data, metadata = draw(L)._repr_mimebundle_()
    assert data["image/png"].startswith(b"\x89PNG")
    assert "<svg" in data["image/svg+xml"]
    assert "<script" not in data["image/svg+xml"]
    assert data["text/plain"] == repr(draw(L))
    points = float(re.search(r'<svg width="(\d+)pt"', data["image/svg+xml"])[1])
    assert metadata["image/png"]["width"] == pytest.approx(points * 96 / 72, abs=2)


def test_save_refuses_other_endings(tmp_path):
    L, _ = example()
    with pytest.raises(
        DataError, match=r"must be .svg, .html, .png, .pdf, .dot or\s+.json"
    ) as error:
        draw(L).save(tmp_path / "graph.jpeg")
    assert 'picture.save("graph.svg")' in str(error.value)
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_a_node_is_refused():
    L, _ = example()
    with pytest.raises(KindError, match="given float data, which does not know how it was made"):
        draw(L.data)


def test_other_directions_are_refused():
    L, _ = example()
    with pytest.raises(DataError, match=r"direction='up' is not(.|\n)*direction=\"LR\""):
        draw(L, direction="up")


def test_text():
    L, _ = example()
    L.backward()
    assert str(draw(L)) == (
        "L * = 21, gradient 1\n"
        "├─ e + = 7, gradient 3\n"
        "│  ├─ d * = 6, gradient 3\n"
        "│  │  ├─ a = 3, gradient 13\n"
        "│  │  └─ b = 2, gradient 9\n"
        "│  └─ c = 1, gradient 3\n"
        "└─ a (see above)"
    )
    assert repr(draw(L)).startswith("<Picture of L: 6 boxes, 6 edges;")


def test_text_marks_what_was_updated():
    L, a = example()
    L.backward()
    a.data = 100.0
    assert "a = 100 (updated since), gradient 13" in str(draw(L))
    assert str(draw(L)).count("updated since") == 1


@pytest.fixture
def no_renderer(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def test_without_any_renderer_notebooks_get_the_tree_with_one_message(no_renderer):
    L, _ = example()
    picture = draw(L)
    bundle = picture._repr_mimebundle_()
    assert list(bundle) == ["text/plain"]
    assert bundle["text/plain"].count("pip install pygraphviz") == 1
    assert bundle["text/plain"].endswith(f"\n\n{picture}")


def test_without_any_renderer_saving_says_what_to_install(no_renderer):
    L, _ = example()
    with pytest.raises(GraphError, match="pip install pygraphviz"):
        draw(L).save(no_renderer / "graph.svg")
    assert draw(L).save(no_renderer / "graph.dot").read_text().startswith("digraph")


def test_without_pygraphviz_the_program_dot_is_used(no_renderer):
    program = no_renderer / "dot"
    program.write_text("#!/bin/sh\nwhile read -r _; do :; done\necho drawn by the program $*\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    L, _ = example()
    assert draw(L).svg == "drawn by the program -Kdot -Tsvg\n"


def chain(length):
    w, h = Value(0.5, name="w"), Value(1.0, name="h")
    for _ in range(length):
        h = (w * h).tanh()
    h.backward()
    return h


def test_too_large_a_graph_is_folded_and_says_so():
    picture = draw(chain(2000))
    assert [text.split(" |")[0] for text in cards(picture)] == [
        "× × 2,000 parameters 2 in 1,999 numbers out 2,000 numbers",
        "tanh × 1,999 in 1,999 numbers out 1,999 numbers",
        "tanh value 0 gradient 1",
    ]
    assert captions(picture)[-1] == "4,002 boxes folded into 3"
    assert "3 boxes, 3 edges, folded from 4,002 boxes" in repr(picture)
    assert str(picture).splitlines()[1].startswith("└─ * × 2,000: parameters 2, in 1,999 numbers")


def test_a_closed_module_shows_its_path_and_shapes():
    x, w = Tensor(np.ones((4, 3)), name="X"), Tensor(np.ones((2, 3)), requires_grad=True, name="W")
    with autograd.scope("Net"), autograd.scope("hidden"):
        h = autograd.relu(x @ w.T)
    L = h.mean()
    L.backward()
    assert cards(draw(L, depth=0)) == [
        f"X data (4, 3) value {' '.join('1' * 12)}",
        "Net operations 3 parameters 6 in (4, 3) out (4, 2) |gradient| of parameters 1.225",
        "mean value 3 gradient 1",
    ]
    assert flows(draw(L, depth=0)) == ["", "() → (4, 2) norm 1 → 0.3536"]
    assert any(text.startswith("Net.hidden operations 3") for text in cards(draw(L, depth=1)))
    assert cards(draw(L, collapse="Net.hidden")) == cards(draw(L, depth=1))
    assert cards(draw(L, depth=2)) == cards(draw(L))
    assert cards(draw(L, depth=0, expand="Net.hidden")) == cards(draw(L))


def test_paths_that_no_module_has_are_refused():
    L, _ = example()
    with pytest.raises(DataError, match=r"path 'Net'; there are no modules here"):
        draw(L, expand="Net")
    with autograd.scope("Net"):
        h = L * 2.0
    with pytest.raises(DataError, match=r"path 'net'; the paths here are: Net.") as error:
        draw(h, collapse=["net"])
    assert 'draw(loss, expand=["Net"])' in str(error.value)
    with pytest.raises(DataError, match=r"depth=-1 is no number of levels"):
        draw(h, depth=-1)


def test_a_graph_that_cannot_be_folded_far_enough_is_counted():
    picture = draw(chain(2000), max_nodes=2)
    assert cards(picture) == ["4,002 boxes too many to draw one by one tanh 2,000 × 2,000 leaf 2"]
    assert "4,002 boxes" in repr(picture)
    assert "4,002 boxes" in str(picture)


def test_max_nodes_sets_the_limit():
    assert len(cards(draw(chain(10), max_nodes=22))) == 22
    assert len(cards(draw(chain(10), max_nodes=21))) == 3
    assert len(cards(draw(chain(10), max_nodes=2))) == 1
    assert len(cards(draw(chain(2000), max_nodes=10**6))) == 3


@pytest.mark.parametrize("limit", [0, -1])
def test_max_nodes_leaves_room_for_a_box(limit):
    with pytest.raises(ValueError, match=rf"max_nodes={limit} leaves no room(.|\n)*max_nodes=1000"):
        draw(Value(1.0), max_nodes=limit)


def test_in_a_graph_of_many_boxes_a_leaf_is_drawn_once_for_each_use():
    shown = cards(draw(chain(50)))
    assert shown.count("w (again)") == 49
    assert len([text for text in shown if text.startswith("w leaf")]) == 1
    assert len(flows(draw(chain(50)))) == 150


def test_drawing_loads_nothing_until_it_draws():
    program = (
        "import sys, autograd; print('autograd.view' in sys.modules);"
        "autograd.draw; print('graphviz' in sys.modules, 'pygraphviz' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert result.stdout.split() == ["False", "False", "False"]


def test_drawing_prints_nothing():
    program = "from autograd import Value, draw; assert draw(Value(1.0) * 2.0).png"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (result.stdout, result.stderr, result.returncode) == ("", "", 0)


def test_a_program_without_standard_error_can_draw():
    program = (
        "import os; os.close(2); from autograd import Value, draw; print(draw(Value(1.0)).svg)"
    )
    result = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert "</svg>" in result.stdout


def test_the_package_knows_no_other_lazy_names():
    with pytest.raises(AttributeError, match="no attribute 'drawing'"):
        _ = autograd.drawing
