"""`play`: what is in the page before any browser opens it."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import KindError, Tensor, Value, history, no_grad, play
from autograd.view import play as module
from autograd.view.layout import Size, Tie, lay_out
from autograd.view.paths import MOST_PATHS, paths_to_root
from autograd.view.steps import story

VIEW = Path(autograd.__file__).parent / "view"


def example():
    a, b, c = Value(3.0, name="a"), Value(2.0, name="b"), Value(1.0, name="c")
    d = a * b
    d.name = "d"
    e = d + c
    e.name = "e"
    L = e * a
    L.name = "L"
    return L, a


def data_of(page):
    """What the script of a page is given."""
    text = re.search(r"\)\('chainrule-[0-9a-f]{12}', (.*)\);</script>", page.html, re.S)[1]
    _, end = json.JSONDecoder().raw_decode(text)
    return json.loads(text[end + 1 :].replace("<\\!--", "<!--"))


class Text(HTMLParser):
    """What a page says where no script runs."""

    def __init__(self):
        super().__init__()
        self.parts, self.silent, self.tags = [], 0, []

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        self.silent += tag in ("script", "style")
        self.parts.append("\n" if tag == "br" else " ")

    def handle_endtag(self, tag):
        self.silent -= tag in ("script", "style")

    def handle_data(self, data):
        if not self.silent:
            self.parts.append(data)


def without_script(page):
    reader = Text()
    reader.feed(re.sub(r"<script>.*?</script>", "", page.html, flags=re.S))
    return reader


# ---- one self-contained piece


def test_nothing_is_fetched_from_anywhere(tmp_path):
    L, _ = example()
    L.backward()
    page = play(L).save(tmp_path / "backprop.html").read_text(encoding="utf-8")
    assert re.findall(r"https?:", page) == []
    assert re.findall(r"(?:src|href)=\"(?!data:)", page) == []
    assert "@import" not in page
    assert page.count("<script") == page.count("</script") == 1
    assert re.findall(r"\sid=", page) == []


def test_the_script_is_small_and_evaluates_nothing():
    script = "".join([path.read_text(encoding="utf-8") for path in (VIEW / "page").glob("*.js")])
    assert 10_000 < len(script.encode()) <= 40_000
    for word in ("eval(", "new Function", "fetch(", "XMLHttpRequest", "localStorage"):
        assert word not in script


def test_equal_graphs_make_equal_pages_and_others_have_other_names():
    first, second = play(example()[0]), play(example()[0])
    assert first.html == second.html
    mark = re.compile(r"chainrule-[0-9a-f]{12}")
    assert mark.findall(first.html)[0] != mark.findall(play(Value(2.0) * 3.0).html)[0]


def test_names_cannot_end_the_script_or_the_page():
    a = Value(2.0, name="</script><b>&amp;<!--")
    page = play(a * a)
    assert page.html.count("</script>") == 1
    assert "<b>" not in page.html.replace("<\\/script><b>", "")
    assert data_of(page)["graphs"][0]["boxes"][0]["full"] == a.name
    assert a.name in "".join(without_script(page).parts)


# ---- without a script


@pytest.mark.parametrize("called", [False, True])
def test_without_its_script_the_page_still_says_everything(called):
    L, _ = example()
    if called:
        L.backward()
    page = play(L)
    reader = without_script(page)
    said = "".join(reader.parts)
    for way in page.story.ways:
        for step in way.steps:
            assert step.sentence in said
    gradients = {node.name: g for node, g, _ in autograd.sweep(L)}
    for node in history(L):
        row = re.search(rf" {node.name} +\S.* ({node.data:g}) +({gradients[node.name]:g})", said)
        assert row, node.name
    images = [attributes for tag, attributes in reader.tags if tag == "img"]
    assert len(images) == 1
    assert images[0]["src"].startswith("data:image/svg+xml;base64,")
    assert "gradient 13" in images[0]["alt"]


def test_without_any_renderer_the_page_is_text(monkeypatch, tmp_path):
    monkeypatch.setitem(__import__("sys").modules, "pygraphviz", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    L, _ = example()
    page = play(L)
    assert "<script" not in page.html
    assert page.html.count("pip install pygraphviz") == 1
    assert "├─ e + = 7" in page.html
    assert page._repr_mimebundle_() == {"text/html": page.html, "text/plain": repr(page)}
    assert page.story.ways[0].steps[-1].sentence.splitlines()[0] in page.html


# ---- the data


def replayed(graph, way, k):
    """The states after k steps, as the page finds them: the last change of each box."""
    states = {}
    for step in way["steps"][:k]:
        for box, *state in step["boxes"]:
            states[graph["boxes"][box]["full"]] = state
    return states


@pytest.mark.parametrize("way", [0, 1, 2])
def test_the_page_replays_the_states_of_the_steps(way):
    a, b = Value(2.0, name="a"), Value(3.0, name="b")
    c, d = a + b, a * b
    page = play((c + d) + c * d)
    graph = data_of(page)["graphs"][0]
    told = page.story
    assert len(graph["ways"][way]["steps"]) == len(told.ways[way].steps)
    for k in range(len(told.ways[way].steps) + 1):
        shown = replayed(graph, graph["ways"][way], k)
        for key, state in told.ways[way].state(k).items():
            name = told.words.names[key]
            if name in shown:
                status, text, received, expected, *_ = shown[name]
                assert (status, received, expected) == (
                    state.status, state.received, state.expected,
                )  # fmt: skip
                assert text in ("—", told.words.amount(state.gradient))


def test_wrong_gradients_are_marked_with_the_right_ones():
    L, _ = example()
    graph = data_of(play(L))["graphs"][0]
    end = replayed(graph, graph["ways"][1], 99)
    assert end["a"] == ["complete", "6", 2, 2, 1, 3, "13"]
    assert all(state[-1] == "" for state in replayed(graph, graph["ways"][0], 99).values())
    assert graph["ways"][1]["wrong"]
    assert not graph["ways"][0]["wrong"]


def test_nothing_is_wrong_before_the_way_back_starts():
    graph = data_of(play(example()[0]))["graphs"][0]
    for way in graph["ways"]:
        forward = [step for step in way["steps"] if step["phase"] == "forward"]
        assert [state[1:] for step in forward for state in step["boxes"]] == [
            ["ready", "—", 0, uses, 0, 0, ""] for uses in (1, 1, 0)
        ]


def test_edges_say_incoming_times_local_is_contribution():
    L, _ = example()
    steps = data_of(play(L))["graphs"][0]["ways"][0]["steps"]
    labels = [label for step in steps for _, label, *_ in step["edges"]]
    assert labels == ["1×3 = 3", "1×7 = 7", "3×1 = 3", "3×1 = 3", "3×2 = 6", "3×3 = 9"]


def test_a_square_has_two_edges():
    a = Value(3.0, name="a")
    graph = data_of(play(a * a))["graphs"][0]
    assert [edge[:2] for edge in graph["edges"]] == [[0, 1], [0, 1]]
    assert graph["layouts"]["LR"]["edges"][0][0] != graph["layouts"]["LR"]["edges"][1][0]
    assert graph["boxes"][0]["uses"] == 2


def test_boxes_do_not_overlap_and_operands_come_first():
    a, b = Value(2.0, name="a"), Value(3.0, name="b")
    graph = data_of(play(((a + b) * (a * b)).tanh() * a))["graphs"][0]
    for direction, along in (("LR", 0), ("TB", 1)):
        layout = graph["layouts"][direction]
        places = layout["boxes"]
        for source, target, _ in graph["edges"]:
            assert places[source][along] < places[target][along]
        for i, (x, y) in enumerate(places):
            width, height = graph["boxes"][i]["size"]
            assert x - width / 2 + 1 >= 0
            assert x + width / 2 - 1 <= layout["size"][0]
            for (u, v), other in zip(places[:i], graph["boxes"], strict=False):
                apart = abs(x - u) >= (width + other["size"][0]) / 2
                assert apart or abs(y - v) >= (height + other["size"][1]) / 2


def test_a_layout_is_the_same_every_time():
    sizes, ties = [Size(80, 50)] * 3, [Tie(0, 2, Size(60, 16)), Tie(1, 2, Size(60, 16))]
    first, second = [lay_out(sizes, ties, [True] * 3, "LR") for _ in range(2)]
    assert first == second
    assert first.boxes[0][1] < first.boxes[1][1]  # the first operand stands above


# ---- all paths


numbers = st.lists(st.floats(-2, 2), min_size=2, max_size=2)
uses = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=6)


@given(numbers, uses)
def test_the_sum_over_all_paths_is_the_gradient(numbers, uses):
    nodes = [Value(x) for x in numbers]
    for n, (i, j) in enumerate(uses):
        x, y = nodes[i % len(nodes)], nodes[j % len(nodes)]
        nodes.append((x * y).tanh() if n % 2 else x + y * 0.5)
    root = nodes[-1]
    told = story(root, wrong=False)
    gradients = {node: g for node, g, _ in autograd.sweep(root)}
    for key, paths in paths_to_root(told).items():
        assert len(paths.paths) == (paths.count if paths.count <= MOST_PATHS else 0)
        if paths.paths:
            expected = gradients[told.words.nodes[key]]
            assert paths.total == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_many_paths_are_only_counted():
    x = Value(1.0, name="x")
    for _ in range(40):
        x = x + x
    shown = data_of(play(x))["graphs"][0]["paths"]
    assert shown["0"] == [2**40, [], ""]


# ---- sizes, states, refusals


def test_a_large_graph_gets_a_notice_and_its_picture():
    w, h = Value(0.5, name="w"), Value(1.0, name="h")
    for _ in range(2000):
        h = (w * h).tanh()
    page = play(h)
    assert "4,002 boxes are too many to step through" in page.html
    assert "play(loss, max_nodes=4002)." in page.html
    assert "<img" in page.html
    assert "only summed up" in repr(page)
    assert "<script" in play((w * w).tanh(), max_nodes=3).html
    assert "<script" not in play((w * w).tanh(), max_nodes=2).html


def test_a_page_never_raises_for_the_state_of_a_graph():
    L, a = example()
    L.backward()
    with no_grad():
        a -= 0.1 * a.grad
    page = play(L)
    assert data_of(page)["graphs"][0]["boxes"][0]["updated"]
    assert "1×? + 3×? = ?" in page.html
    for root in (Tensor([1.0, 2.0]), Tensor([1.0, 2.0], requires_grad=True) * 2.0, Value(1.0)):
        page = play(root)
        assert data_of(page)["graphs"][0]["silent"]
    log = Tensor(np.zeros((3, 0)), requires_grad=True)
    assert "<script" in play(log.sum()).html


@pytest.mark.filterwarnings("ignore::autograd.errors.Hint")
def test_numbers_that_are_none_are_told():
    x = Value(0.0, name="x")
    page = play(x.log() * 2.0)
    graph = data_of(page)["graphs"][0]
    assert graph["boxes"][1]["value"] == "−inf"
    assert replayed(graph, graph["ways"][0], 9)["x"][1] == "inf"


def test_playing_changes_nothing():
    L, _ = example()
    L.backward()
    before = [(node._data, node.grad, node._rare) for node in history(L)]
    play(L)
    assert [(node._data, node.grad, node._rare) for node in history(L)] == before


def test_it_shows_and_saves_itself(tmp_path):
    L, _ = example()
    page = play(L)
    bundle, sizes = page._repr_mimebundle_()
    assert list(bundle) == ["text/html", "text/plain", "image/png"]
    assert bundle["text/html"] == page.html
    assert bundle["text/plain"] == repr(page)
    assert bundle["image/png"] == page.picture.png
    assert sizes["image/png"]["width"] > 100
    assert repr(page) == (
        "<Page of L: 3 steps forward, a start, 3 backward; .save('backprop.html') writes the page>"
    )
    path = page.save(str(tmp_path / "L.html"))
    assert path.read_text(encoding="utf-8").startswith('<!doctype html>\n<html lang="en">')
    assert "13" in page.save(tmp_path / "L.svg").read_text(encoding="utf-8")
    assert page.save(tmp_path / "L.png").read_bytes().startswith(b"\x89PNG")
    assert autograd.view.model.Graph.from_json(page.save(tmp_path / "L.json").read_text())
    with pytest.raises(ValueError, match=r"must be \.html, \.svg, \.png"):
        page.save(tmp_path / "L.gif")
    with pytest.raises(KindError, match=r"play\(\) was given float data"):
        play(L.data)


def test_colours_have_contrast_and_signs_are_told_apart_by_every_eye():
    style = (VIEW / "page" / "palette.css").read_text(encoding="utf-8")
    rules = (VIEW / "page" / "page.css").read_text(encoding="utf-8")
    filling = r"\.fill(?:\[data-level[^]]*\])? \{[^}]*opacity: ([\d.]+)"
    shades = [float(opacity) for opacity in re.findall(filling, rules)]
    assert len(shades) == 6
    light, dark = [
        dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", block))
        for block in re.findall(r":host \{(.*?)\}", style, re.S)[:2]
    ]
    for theme in (light, dark):
        for text in ("ink", "grey", "plus", "minus"):
            for paper in ("paper", "wash"):
                assert contrast(theme[text], theme[paper]) >= 4.5, (text, paper)
        for opacity in shades:
            for hue, text in (("positive", "plus"), ("negative", "minus"), ("grey", "ink")):
                filled = mixed(theme[hue], theme["paper"], opacity)
                for colour in (text, "ink"):
                    assert contrast(theme[colour], filled) >= 4.5, (colour, hue, opacity)
        for matrix in (DEUTERANOPIA, PROTANOPIA):
            pair = [seen(theme[sign], matrix) for sign in ("positive", "negative")]
            assert np.linalg.norm(lab(pair[0]) - lab(pair[1])) > 20
    assert (light["positive"], light["negative"]) == ("#0072b2", "#e69f00")


# Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB
DEUTERANOPIA = np.array([
    [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
    [-0.011820, 0.042940, 0.968881],
])  # fmt: skip
PROTANOPIA = np.array([
    [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
])  # fmt: skip
XYZ = np.array([
    [0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505],
])  # fmt: skip


def linear(colour):
    channels = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def mixed(colour, paper, opacity):
    """What is seen where a colour lies thinly over the paper."""
    over, under = [[int(hue[i : i + 2], 16) for i in (1, 3, 5)] for hue in (colour, paper)]
    channels = [round(opacity * a + (1 - opacity) * b) for a, b in zip(over, under, strict=True)]
    return "#" + "".join([f"{x:02x}" for x in channels])


def contrast(one, other):
    """The contrast ratio of WCAG 2."""
    bright, dim = sorted([(XYZ @ linear(colour))[1] for colour in (one, other)], reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def seen(colour, matrix):
    return np.clip(matrix @ linear(colour), 0, 1)


def lab(rgb):
    x = XYZ @ rgb / np.array([0.9505, 1.0, 1.089])
    f = np.where(x > 0.008856, np.cbrt(x), 7.787 * x + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def test_texts_fit_into_their_boxes():
    w = Tensor([[1.23456, -2.34567], [0.1, 1e-9]], requires_grad=True, name="a_long_name_for_w")
    graph = data_of(play((w * w).sum()))["graphs"][0]
    for box in graph["boxes"]:
        assert box["size"][0] >= 6 * max(len(box["value"]) + 6, len(box["name"]))
    assert module.MOST_BOXES == 300
