"""`play(loss).filmstrip(n)`: each panel says what is known after its step, and nothing else."""

import re
import xml.etree.ElementTree as ET
from base64 import b64decode

import numpy as np
import pytest
from browser import DESKTOP, PHONE, opened

from autograd import DataError, Tensor, Value, history, play, sweep
from autograd.view.cards import GREY
from autograd.view.filmstrip import GLYPHS, HUES, INK, PAPER, SHADES, TONES, WASH, chosen
from autograd.view.theme import DARK

SVG = "{http://www.w3.org/2000/svg}"


def example():
    a, b, c = Value(3.0, name="a"), Value(2.0, name="b"), Value(1.0, name="c")
    L = (a * b + c) * a
    L.name = "L"
    return L


def diamond():
    """The counter-example of `node.py`: c and d are used twice."""
    a, b = Value(2.0, name="a"), Value(3.0, name="b")
    c, d = a + b, a * b
    y = (c + d) + c * d
    c.name, d.name, y.name = "c", "d", "y"
    return y


def network():
    """Two inputs, two hidden neurons and one output: negative numbers, zeros, constants."""
    weights = [Value(x, name=f"w{i}") for i, x in enumerate([0.5, -1.25, 1 / 3, 2e-5, -0.75, 1.5])]
    hidden = [(weights[i] * 1.0 + weights[i + 1] * -2.0).relu() for i in (0, 2)]
    loss = (weights[4] * hidden[0] + weights[5] * hidden[1] - 1.0) ** 2
    loss.name = "loss"
    return loss


def leaf():
    return Value(1.0, name="x")


def arrays():
    x = Tensor([[1.0, -2.0], [0.5, 1.0], [3.0, 0.0]], name="x")
    W = Tensor([[0.5], [-0.25]], requires_grad=True, name="W")
    b = Tensor([0.125], requires_grad=True, name="b")
    return ((x @ W + b - Tensor([[1.0], [0.0], [2.0]], name="y")) ** 2).mean()


GRAPHS = [example, diamond, network, arrays]
NUMBERS = GRAPHS[:3]


def panels(strip):
    """The panels, as elements, in reading order."""
    groups = ET.fromstring(strip.svg).find(f"{SVG}g[@id='strip']").findall(f"{SVG}g")
    return [group for group in groups if words(group)[0].startswith("step ")]


def words(element):
    """All lines of text below an element."""
    return ["".join(text.itertext()) for text in element.iter(f"{SVG}text")]


def head(panel):
    return words(panel)[0]


def number_of(panel):
    return int(re.match(r"step (\d+) of ", head(panel))[1])


def boxes(panel):
    """The lines in each box of a panel, by the name of the box."""
    named = [group for group in panel.iter(f"{SVG}g") if group.find(f"{SVG}title") is not None]
    return {group.find(f"{SVG}title").text: words(group) for group in named}


def flows(panel):
    """What stands on the edges, and what of it belongs to the step that was made last."""
    (graph,) = [g for g in panel.findall(f"{SVG}g") if g.find(f"{SVG}g") is not None]
    labels = [g for g in graph if g.tag == f"{SVG}g" and g.find(f"{SVG}title") is None]
    labels = [(words(g)[0], g.find(f"{SVG}rect").get("stroke")) for g in labels if words(g)]
    return [text for text, _ in labels], [text for text, stroke in labels if stroke]


def captions(strip):
    """What is told below each panel, without the breaks of its lines."""
    lines = [panel.findall(f"{SVG}text")[1:] for panel in panels(strip)]
    return [" ".join([line.text for line in each]) for each in lines]


def written(x):
    return f"{x + 0.0:.4g}".replace("-", "−")


def factor(x):
    return f"({written(x)})" if x < 0 else written(x)


def with_glyph(x):
    return f"{GLYPHS[int(np.sign(x))]}{written(x)}"


# ---- the numbers


def simulated(root, k):
    """Values that are computed, gradients and contributions, after k steps: from the engine."""
    results = [node for node in reversed(history(root)) if node.op is not None]
    values = set(results[:k]) | {node for node in history(root) if node.op is None}
    grads = {root: 1.0} if k > len(results) else {}
    received, sent = dict.fromkeys(history(root), 0), []
    visits = [visit for visit in sweep(root) if visit[0].op is not None]
    for _, g, shares in visits[: max(0, k - len(results) - 1)]:
        sent = [(g, share) for _, share in shares]
        for source, share in shares:
            grads[source] = grads.get(source, 0.0) + share
            received[source] += 1
    return values, grads, received, sent


@pytest.mark.parametrize("graph", NUMBERS)
def test_every_number_in_a_panel_is_the_one_after_its_step(graph):
    root = graph()
    page = play(root)
    names = {node: page.story.words.names[key] for key, node in page.story.words.nodes.items()}
    expected = dict.fromkeys(history(root), 0)
    for _, _, shares in sweep(root):
        for source, _ in shares:
            expected[source] += 1
    for panel in panels(page.filmstrip(n=99)):
        values, grads, received, sent = simulated(root, number_of(panel))
        shown = boxes(panel)
        for node, name in names.items():
            lines = shown[name]
            assert (written(node.data) in lines[3:]) or node not in values
            assert lines[2] == "value"
            assert len(lines) == 5 + (node in values) + (expected[node] > 1), lines
            assert lines[-1] == (with_glyph(grads[node]) if node in grads else "—")
            if expected[node] > 1:
                assert lines[-2] == f"Σ {received[node]}/{expected[node]}"
        flowed, now = flows(panel)
        assert sum(received.values()) == len(flowed)
        if sent:
            assert [label.rpartition(" = ")[2] for label in now] == [
                with_glyph(share) for _, share in sent
            ]
            assert all(label.startswith((f"{factor(g)}×", "0")) for label in now for g, _ in sent)


@pytest.mark.parametrize("graph", GRAPHS)
def test_a_panel_agrees_with_the_story(graph):
    page = play(graph())
    told = page.story
    for panel in panels(page.filmstrip(n=99)):
        state = told.ways[0].state(number_of(panel))
        shown = boxes(panel)
        for box in told.graph.boxes:
            if box.kind in ("constant", "data"):
                continue
            lines, here = shown[told.words.names[box.key]], state[box.key]
            known = here.status in ("partial", "complete")
            gradient = told.words.amount(here.gradient) if known else "—"
            assert lines[-1].lstrip("▲▼") == gradient
            amount = told.words.amount(box.value)
            assert (amount in lines[2:-1]) == (here.status != "unvisited")


def test_edges_show_the_products_of_the_step():
    last = panels(play(example()).filmstrip(n=6))[-1]
    assert flows(last) == (
        ["1×3 = ▲3", "1×7 = ▲7", "3×1 = ▲3", "3×1 = ▲3", "3×2 = ▲6", "3×3 = ▲9"],
        ["3×2 = ▲6", "3×3 = ▲9"],
    )


def test_the_node_that_acts_is_ringed():
    rings = [
        [rect for rect in panel.iter(f"{SVG}rect") if rect.get("fill") == "#ffd98a"]
        for panel in panels(play(diamond()).filmstrip(n=99))
    ]
    assert [len(each) for each in rings] == [1] * 11


# ---- which steps, and what is told of them


def test_steps_are_spread_evenly_with_the_first_and_the_last():
    for count in range(1, 40):
        for n in range(2, 40):
            found = chosen(n, count)
            assert len(found) == min(n, count)
            assert (found[0], found[-1]) == (1, count)
            gaps = np.diff(found)
            assert count == 1 or 1 <= gaps.min() <= gaps.max() <= gaps.min() + 1
    assert chosen(1, 7) == [7]


@pytest.mark.parametrize("graph", GRAPHS)
@pytest.mark.parametrize("n", [1, 2, 6, 99])
def test_panels_have_heads_and_sentences(graph, n):
    page = play(graph())
    steps = page.story.ways[0].steps
    strip = page.filmstrip(n)
    numbers = chosen(n, len(steps))
    phases = {"forward": "forward →", "seed": "start", "backward": "← backward"}
    assert [head(panel) for panel in panels(strip)] == [
        f"step {k} of {len(steps)} · {phases[steps[k - 1].phase]}" for k in numbers
    ]
    assert captions(strip) == [steps[k - 1].sentence.replace("\n", " ") for k in numbers]
    said = ET.fromstring(strip.svg).find(f"{SVG}desc").text
    assert all(steps[k - 1].sentence in said for k in numbers)
    assert repr(strip).startswith(f"<Filmstrip of {page.story.words.top}: {len(numbers)} of ")


def test_panels_fill_rows_from_left_to_right():
    places = [
        tuple(map(float, re.findall(r"[\d.]+", panel.get("transform"))))
        for panel in panels(play(example()).filmstrip(n=6))
    ]
    assert places == sorted(places, key=lambda place: (place[1], place[0]))
    assert len({x for x, _ in places}) == 3
    assert len({y for _, y in places}) == 2


def test_a_panel_has_room_for_its_sentence_and_the_whole_for_a_page():
    for graph in [*GRAPHS, leaf]:
        widths = [
            float(panel.find(f"{SVG}rect").get("width"))
            for panel in panels(play(graph()).filmstrip(n=99))
        ]
        assert min(widths) >= 330
        whole = float(ET.fromstring(play(graph()).filmstrip(n=99).svg).get("width"))
        assert whole <= 1442 or whole == pytest.approx(widths[0] + 2, abs=1)


def test_the_legend_explains_what_is_there():
    def below(graph):
        groups = ET.fromstring(play(graph).filmstrip().svg).find(f"{SVG}g").findall(f"{SVG}g")
        return " ".join(words(groups[-1]))

    assert "× local derivative = contribution" in below(example())
    assert "Σ 1/2" in below(example())
    assert "Σ" not in below(Value(2.0) * 3.0)
    assert "the contribution" in below(Tensor([1.0, 2.0], requires_grad=True).sum())
    assert "no way leads back" in below(Value(1.0))


def test_wrong_ways_show_what_is_right():
    strip = play(example()).filmstrip(n=6, way="overwriting")
    last = boxes(panels(strip)[-1])
    assert last["a"][-2:] == ["Σ 2/2", "▲6 ≠ 13"]
    assert "this replaces 7, which ought to be kept" in captions(strip)[-1]
    assert "wrong: = in place of +=" in strip.title
    assert "≠" not in play(example()).filmstrip(n=99).svg


def test_a_graph_without_a_way_back_is_told_as_far_as_it_goes():
    strip = play(Tensor([1.0, 2.0], requires_grad=True) * 2.0).filmstrip()
    assert [head(panel) for panel in panels(strip)] == ["step 1 of 1 · forward →"]
    assert [head(panel) for panel in panels(play(Value(1.0)).filmstrip())] == [
        "step 0 of 0 · start"
    ]


# ---- the file


@pytest.mark.parametrize("graph", GRAPHS)
def test_it_is_a_plain_picture_that_needs_nothing_else(graph):
    svg = play(graph()).filmstrip().svg
    tags = {element.tag.removeprefix(SVG) for element in ET.fromstring(svg).iter()}
    assert tags == {"svg", "title", "desc", "style", "g", "rect", "path", "text", "tspan"}
    assert not re.search(r"href|url\(|@import|@font-face|class=| on\w+=", svg)
    assert re.findall(r"https?://[^\"]*", svg) == ["http://www.w3.org/2000/svg"]
    assert svg == play(graph()).filmstrip().svg


def test_names_cannot_break_it():
    a = Value(2.0, name='<b>&amp;"')
    strip = play(a * a).filmstrip()
    assert '<b>&amp;"' in boxes(panels(strip)[0])
    assert "<b>" not in strip.html


def test_it_shows_and_saves_itself(tmp_path):
    strip = play(example()).filmstrip()
    source = re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', strip._repr_html_())[1]
    assert b64decode(source).decode() == strip.svg
    assert "step 5 of 7 · ← backward: L passes on ∂L/∂L = 1." in strip.html
    assert "<script" not in strip.html
    path = strip.save(str(tmp_path / "steps.svg"))
    assert path.read_text(encoding="utf-8") == strip.svg
    page = strip.save(tmp_path / "steps.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert strip.html in page
    with pytest.raises(DataError, match=r"must be \.svg or \.html(.|\n)*save\(\"steps\.svg\"\)"):
        strip.save(tmp_path / "steps.png")
    assert repr(strip) == "<Filmstrip of L: 6 of 7 steps; .save('steps.svg') writes it>"


@pytest.mark.parametrize("n", [0, -1, 2.5, "six", None])
def test_other_numbers_of_panels_are_refused(n):
    with pytest.raises(DataError, match=r"(?s)panels cannot be drawn.*filmstrip\(n=6\).*E26,"):
        play(example()).filmstrip(n)


def test_other_ways_are_refused():
    with pytest.raises(DataError, match="'forward', only of chain rule and overwriting and recur"):
        play(example()).filmstrip(6, way="forward")


def test_a_graph_that_is_only_summed_up_is_refused():
    with pytest.raises(DataError, match=r"(?s)too many boxes.*max_nodes=6\)\.filmstrip\(\)"):
        play(example(), max_nodes=3).filmstrip()
    assert play(example(), max_nodes=6).filmstrip()


def test_it_changes_nothing():
    L = example()
    L.backward()
    before = [(node._data, node.grad, node._rare) for node in history(L)]
    play(L).filmstrip()
    assert [(node._data, node.grad, node._rare) for node in history(L)] == before


# ---- colours


def luminance(rgb):
    """The relative luminance of WCAG 2.2."""
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in rgb]
    return sum(weight * p for weight, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    darker, lighter = sorted([luminance(one), luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


def rgb(colour, dark):
    colour = DARK[colour.upper()] if dark else colour
    return np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])


@pytest.mark.parametrize("dark", [False, True])
def test_text_is_readable_on_what_is_under_it(dark):
    paper = rgb(PAPER, dark)
    for sign, hue in HUES.items():
        for shade in (0, *SHADES):
            under = shade * rgb(hue, dark) + (1 - shade) * paper
            assert contrast(rgb(TONES[sign], dark), under) >= 4.5
            assert contrast(rgb(INK, dark), under) >= 4.5
    assert contrast(rgb(GREY, dark), paper) >= 4.5
    assert contrast(rgb(INK, dark), rgb(WASH, dark)) >= 4.5


def test_every_colour_has_a_dark_counterpart():
    for graph in GRAPHS:
        svg = play(graph()).filmstrip().svg
        used = set(re.findall(r'(?:fill|stroke)="(#[^"]+)"', svg))
        assert {colour.upper() for colour in used} <= set(DARK)
        style = ET.fromstring(svg).find(f"{SVG}style").text
        assert style.startswith("@media screen and (prefers-color-scheme: dark)")
        assert all(f'="{colour}"]{{' in style for colour in used)


# ---- in a browser

OUTSIDE = """() => [...document.querySelectorAll("#strip > g")].flatMap((panel) => {
    const frame = (panel.querySelector(":scope > rect") || document.documentElement)
        .getBoundingClientRect();
    return [...panel.querySelectorAll("text")].map((text) => {
        const box = text.parentNode.querySelector(":scope > title")
            ? text.parentNode.querySelector("rect").getBoundingClientRect() : frame;
        const { left, right, top, bottom } = text.getBoundingClientRect();
        const inside = left >= box.left && right <= box.right
            && top >= box.top && bottom <= box.bottom;
        return inside ? null : text.textContent;
    }).filter((told) => told !== null);
})"""
OVERLAPPING = """() => [...document.querySelectorAll("#strip > g")].flatMap((panel) => {
    const texts = [...panel.querySelectorAll("text")].map((text) =>
        [text.textContent, text.getBoundingClientRect()]);
    return texts.flatMap(([one, a], i) => texts.slice(i + 1)
        .filter(([, b]) => a.left < b.right && b.left < a.right
            && a.top + 3 < b.bottom && b.top + 3 < a.bottom)
        .map(([other]) => `${one} and ${other}`));
})"""


@pytest.mark.browser
@pytest.mark.parametrize("font", ["", "DejaVu Sans"])
@pytest.mark.parametrize(
    ("graph", "way"),
    [*[(graph, "chain rule") for graph in [*GRAPHS, leaf]], (diamond, "overwriting")],
)
def test_no_text_leaves_its_place(chromium, tmp_path, graph, font, way):
    strip = play(graph()).filmstrip(n=99, way=way)
    with opened(chromium, strip.save(tmp_path / "steps.svg")) as v:
        if font:
            v.evaluate(f"document.querySelector('#strip').style.fontFamily = '{font}'")
        assert v.evaluate("document.querySelectorAll('#strip > g').length") == 1 + len(
            panels(strip)
        )
        assert v.evaluate(OUTSIDE) == []
        assert v.evaluate(OVERLAPPING) == []


@pytest.mark.browser
@pytest.mark.parametrize("window", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_with_it_is_as_wide_as_its_window(chromium, tmp_path, window, scheme):
    path = play(example()).filmstrip().save(tmp_path / "steps.html")
    with opened(chromium, path, viewport=window, color_scheme=scheme) as v:
        assert v.locator("img").evaluate("image => image.complete && image.naturalWidth > 1000")
        assert v.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.browser
@pytest.mark.parametrize(("scheme", "paper"), [("light", "255, 255, 255"), ("dark", "20, 24, 29")])
def test_it_is_dark_where_the_reader_wants_that(chromium, tmp_path, scheme, paper):
    path = play(example()).filmstrip().save(tmp_path / "steps.svg")
    with opened(chromium, path, color_scheme=scheme) as v:
        fill = "getComputedStyle(document.querySelector('#strip > rect')).fill"
        assert v.evaluate(fill) == f"rgb({paper})"
