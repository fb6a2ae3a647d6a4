"""`play` in a browser: stepped through by mouse and by keyboard alone, afterwards read back."""

import json

import pytest
from browser import DESKTOP, PHONE, opened

from autograd import Tensor, Value, play, sweep
from autograd.view.steps import story

pytestmark = pytest.mark.browser


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


def net():
    x = Tensor([[1.0, -2.0]], name="x")
    W = Tensor([[0.5, -0.25], [0.125, 0.75]], requires_grad=True, name="W")
    h = (x @ W).tanh()
    return (h * h).sum()


def on_screen(view, host=0):
    """What stands in the boxes: each name with its status, gradient, contributions and remark."""
    held = view.locator(".chainrule-play").nth(host).get_attribute("data-state")
    (boxes,) = json.loads(held)
    return {name: state for name, *state in boxes}


def shown_gradients(view):
    """The gradients as a reader sees them, without the glyph of their sign."""
    cards = view.locator(".box:not(.constant):not(.data)")
    return {
        cards.nth(i).get_attribute("data-name"): cards.nth(i).locator(".gradient").text_content()
        for i in range(cards.count())
    }


def of_the_engine(root):
    """The same from a sweep."""
    told = story(root)
    held = {node: told.words.amount(g) for node, g, _ in sweep(root)}
    names = {node: told.words.names[key] for key, node in told.words.nodes.items()}
    return {names[node]: amount for node, amount in held.items()}


def without_glyph(text):
    return text.lstrip("▲▼")


def simulated(told, k, way=0):
    """Status, contributions received and expected of every box after k steps."""
    return {
        told.words.names[key]: [state.status, state.received, state.expected]
        for key, state in told.ways[way].state(k).items()
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("window", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("graph", [example, diamond, net])
def test_stepped_through_by_mouse(chromium, tmp_path, graph, window, scheme):
    root = graph()
    page = play(root)
    steps = page.story.ways[0].steps
    with opened(
        chromium, page.save(tmp_path / "p.html"), viewport=window, color_scheme=scheme
    ) as v:
        for k, step in enumerate(steps, 1):
            v.get_by_role("button", name="Next step").click()
            assert v.locator(".step-counter").text_content() == f"step {k} of {len(steps)}"
            assert v.get_by_role("status").text_content() == step.sentence
            states = {name: [s[0], s[2], s[3]] for name, s in on_screen(v).items()}
            assert states == simulated(page.story, k)
        gradients = {name: without_glyph(text) for name, text in shown_gradients(v).items()}
        assert gradients == of_the_engine(root)
        for _ in steps:
            v.get_by_role("button", name="Previous step").click()
        assert v.get_by_role("status").text_content() == "Leaves and constants are given."
        v.get_by_role("button", name="Last step").click()
        assert v.get_by_role("status").text_content() == steps[-1].sentence
        v.get_by_role("button", name="First step").click()
        assert v.locator(".step-counter").text_content() == f"step 0 of {len(steps)}"
        assert v.evaluate("document.documentElement.scrollWidth <= innerWidth")
        ink, paper = [
            v.evaluate(
                "p => getComputedStyle(document.querySelector('.chainrule-play').shadowRoot"
                ".querySelector('.paper'))[p]", prop,
            )
            for prop in ("color", "backgroundColor")
        ]  # fmt: skip
        assert (brightness(ink) < brightness(paper)) == (scheme == "light")


def brightness(colour):
    return sum(int(part) for part in colour[4:-1].split(","))


def focused(view):
    """The accessible name of what has the focus, inside shadow roots too."""
    return view.evaluate(
        "() => { let e = document.activeElement; while (e.shadowRoot?.activeElement) "
        "e = e.shadowRoot.activeElement; return e.getAttribute('aria-label') || e.textContent }"
    )


def test_stepped_through_by_keyboard_alone(chromium, tmp_path):
    root = example()
    page = play(root)
    steps = page.story.ways[0].steps
    with opened(chromium, page.save(tmp_path / "page.html")) as v:
        names = []
        for _ in range(11):
            v.keyboard.press("Tab")
            names.append(focused(v))
        assert names[:3] == ["chain rule", "overwriting", "naive recursion"]
        assert names[3].startswith("L: v2 × a")
        assert names[4:] == [
            "First step", "Previous step", "Play", "Next step", "Last step", "Step", "Help",
        ]  # fmt: skip
        for _ in range(3):
            v.keyboard.press("Shift+Tab")
        assert focused(v) == "Next step"
        for k, step in enumerate(steps, 1):
            v.keyboard.press("Enter")
            assert v.locator(".step-counter").text_content() == f"step {k} of {len(steps)}"
            assert v.get_by_role("status").text_content() == step.sentence
        assert {n: without_glyph(g) for n, g in shown_gradients(v).items()} == of_the_engine(root)

        for _ in range(4):
            v.keyboard.press("Shift+Tab")
        v.keyboard.press("Home")
        assert v.locator(".step-counter").text_content() == f"step 0 of {len(steps)}"
        v.keyboard.press("End")
        v.keyboard.press(",")
        assert v.locator(".step-counter").text_content() == f"step 6 of {len(steps)}"
        v.keyboard.press(".")
        assert v.locator(".step-counter").text_content() == f"step 7 of {len(steps)}"
        v.keyboard.press("?")
        assert v.locator(".help").is_visible()

        assert focused(v).startswith("L: ")
        v.keyboard.press("ArrowLeft")
        assert focused(v).startswith("v2: ")
        v.keyboard.press("ArrowLeft")
        assert focused(v).startswith("v1: ")
        v.keyboard.press("ArrowDown")
        assert focused(v).startswith("c: ")
        v.keyboard.press("ArrowRight")
        assert focused(v).startswith("v2: ")
        v.keyboard.press("Enter")
        assert v.locator(".chainrule-play").get_attribute("data-chosen") == "v2"
        v.keyboard.press("Escape")
        assert v.locator(".chainrule-play").get_attribute("data-chosen") == ""


def test_space_plays_to_the_end(chromium, tmp_path):
    page = play(Value(2.0, name="x") * 3.0)
    with opened(chromium, page.save(tmp_path / "page.html")) as v:
        v.clock.install()
        v.locator(".box").last.focus()
        v.keyboard.press("Space")
        assert v.get_by_role("button", name="Pause").count() == 1
        v.clock.run_for(20_000)
        assert v.locator(".step-counter").text_content() == "step 3 of 3"
        assert v.get_by_role("button", name="Play").count() == 1


def test_a_node_lights_its_ancestors_and_descendants_and_all_its_paths(chromium, tmp_path):
    page = play(example())
    with opened(chromium, page.save(tmp_path / "page.html")) as v:
        v.locator("[data-name='v1']").click()
        lit = [box.get_attribute("data-name") for box in v.locator(".box.lit").all()]
        assert sorted(lit) == ["L", "a", "b", "v1", "v2"]
        v.locator("[data-name='a']").click()
        about = v.get_by_role("region", name="About a")
        assert "2 paths lead from a to L" in about.inner_text()
        rows = [row.inner_text().replace("\n", " ") for row in about.locator("li").all()]
        assert rows == [
            "a → v1 → v2 → L 2×1×3 = 6", "a → L 7 = 7", "∂L/∂a = 13",
        ] or rows == [
            "a → L 7 = 7", "a → v1 → v2 → L 2×1×3 = 6", "∂L/∂a = 13",
        ]  # fmt: skip


@pytest.mark.parametrize(("way", "name"), [(1, "overwriting"), (2, "naive recursion")])
@pytest.mark.parametrize("graph", [example, diamond])
def test_wrong_ways_show_what_they_find_and_what_is_right(chromium, tmp_path, graph, way, name):
    root = graph()
    page = play(root)
    told, right = page.story, of_the_engine(root)
    end = told.ways[way].state(len(told.ways[way].steps))
    found = {told.words.names[key]: told.words.amount(s.gradient) for key, s in end.items()}
    wrong = {node for node in right if found[node] != right[node]}
    with opened(chromium, page.save(tmp_path / "page.html")) as v:
        v.get_by_role("button", name=name).click()
        v.get_by_role("button", name="Last step").click()
        for node, text in shown_gradients(v).items():
            ending = f" ≠ {right[node]}" if node in wrong else ""
            assert without_glyph(text) == f"{found[node]}{ending}"
        hatched = v.locator(".box.wrong").evaluate_all("all => all.map(e => e.dataset.name)")
        assert set(hatched) >= wrong
        assert wrong or (graph, way) == (example, 2)


def test_ten_pages_in_one_document_step_each_for_itself(chromium, tmp_path):
    pages = [play(Value(float(n + 1), name="x") * 2.0 + float(n)) for n in range(10)]
    body = "\n".join([page.html for page in [*pages, pages[0]]])  # the first is shown twice
    (tmp_path / "all.html").write_text(f"<!doctype html><meta charset=utf-8>{body}", "utf-8")
    with opened(chromium, tmp_path / "all.html") as v:
        hosts = v.locator(".chainrule-play")
        assert hosts.count() == 11
        for n in range(11):
            for _ in range(n % 6):
                hosts.nth(n).get_by_role("button", name="Next step").click()
        assert [hosts.nth(n).get_attribute("data-step") for n in range(11)] == [
            str(n % 6 if n < 10 else 4) for n in range(11)
        ]
        assert on_screen(v, 5)["x"][:2] == ["complete", "2"]
        assert v.evaluate("document.querySelectorAll('[id]').length") == 0


def test_everything_that_takes_the_focus_has_a_name(chromium, tmp_path):
    with opened(chromium, play(diamond()).save(tmp_path / "page.html")) as v:
        unnamed = v.evaluate("""() => {
            const root = document.querySelector(".chainrule-play").shadowRoot;
            return [...root.querySelectorAll("button, input, summary, [tabindex], [role=status]")]
                .filter((e) => !(e.getAttribute("aria-label") || e.textContent.trim()))
                .map((e) => e.outerHTML);
        }""")
        assert unnamed == []
        graph = v.locator("svg[role=graphics-document]")
        assert graph.get_attribute("aria-label") == "Graph of y: 7 boxes"
        for box in graph.locator(".box").all():
            assert box.locator("title").text_content()
            assert box.locator("desc").text_content()


def test_motion_stops_where_it_is_not_wanted(chromium, tmp_path):
    path = play(example()).save(tmp_path / "page.html")
    for motion, name in (("reduce", "none"), ("no-preference", "backward")):
        with opened(chromium, path, reduced_motion=motion) as v:
            v.get_by_role("button", name="Last step").click()
            pulse = v.locator(".edge.current .pulse").first
            assert pulse.evaluate("e => getComputedStyle(e).animationName") == name


def test_without_scripts_the_picture_and_the_sentences_are_there(chromium, tmp_path):
    page = play(example())
    path = page.save(tmp_path / "page.html")
    context = chromium.new_context(java_script_enabled=False, viewport=DESKTOP)
    v = context.new_page()
    v.goto(f"file://{path}")
    for summary in v.locator("summary").all():
        summary.click()
    said = v.locator("body").inner_text()
    for step in page.story.ways[0].steps:
        assert all(line in said for line in step.sentence.splitlines())
    assert v.locator("img").bounding_box()["width"] > 300
    context.close()


@pytest.mark.parametrize("window", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_comparison_fits_its_window(chromium, tmp_path, window):
    a, b = Value(3.0, name="a"), Value(2.0, name="b")
    before = play(a * b + a)
    b.data = 5.0
    with opened(chromium, play(before, a * b + a).save(tmp_path / "it.html"), viewport=window) as v:
        assert v.evaluate("document.documentElement.scrollWidth") <= window["width"]
        one, other = [picture.bounding_box() for picture in v.locator("img").all()]
        assert (one["y"] == other["y"]) == (window is DESKTOP)  # side by side where there is room
        assert min(one["width"], other["width"]) > 200
        assert v.get_by_role("cell", name="+9").count() == 2  # of the product and of the sum
