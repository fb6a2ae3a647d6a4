"""`play(run)` in a browser: scrubbed by mouse and by keyboard alone, afterwards read back."""

import numpy as np
import pytest
from browser import DESKTOP, PHONE, opened

import nn
from autograd import play
from autograd.view.plane import border, read, regions, signs
from autograd.view.run import Run

pytestmark = pytest.mark.browser


def recorded(frames=9, plane=True, seed=0):
    """A run, and the arrays that it was made of."""
    draw = np.random.default_rng(seed)
    X = draw.normal(size=(30, 2))
    run, arrays = (Run(X, X[:, 0] > 0, cells=10) if plane else Run()), []
    for k in range(frames):
        parameters = {
            name: tuple(10.0 ** draw.uniform(-6, 1) * draw.normal(size=shape) for _ in range(3))
            for name, shape in {"0.weight": (4, 2), "0.bias": (4,), "2.weight": (3, 4)}.items()
        }
        dead = draw.random(4) < 0.4
        scores = run.grid @ draw.normal(size=(2, 2)) if plane else None
        run.frame(2.0 / (k + 1), parameters, {"1": dead}, scores)
        arrays.append((2.0 / (k + 1), parameters, dead))
    return run, arrays


def shown_numbers(view, host=0):
    return view.locator(".chainrule-play").nth(host).locator(".number").all_text_contents()


def expected_numbers(parameters, dead):
    texts = []
    for w, g, u in parameters.values():
        sizes = (np.linalg.norm(g), np.linalg.norm(u) / np.linalg.norm(w))
        texts += [f"{x:.3g}".replace("-", "−") for x in sizes]
    share = round(100 * dead.mean())
    return [*texts, f"{dead.sum()} of 4 ({share} %)"]


def assert_shown(view, page, run, arrays, k):
    """Every number and every place on the screen is that of frame k."""
    loss, parameters, dead = arrays[k]
    frame = run.frames[k]
    assert view.locator(".step-counter").text_content() == f"frame {k + 1} of {len(arrays)}"
    assert shown_numbers(view) == expected_numbers(parameters, dead)
    told = view.get_by_role("status").text_content()
    assert told.startswith(f"Update {k + 1}: the loss is {loss:.4g}")
    assert f">{told}</td>" in page.html
    winner, level = read(signs(frame.boundary), 2, run.cells)
    drawn = view.locator(".region").evaluate_all("all => all.map(e => e.getAttribute('d'))")
    assert drawn == regions(winner, level, 2)
    assert view.locator(".border").get_attribute("d") == border(winner, level)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("window", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_scrubbed_by_mouse(chromium, tmp_path, window, scheme):
    run, arrays = recorded()
    page, last = play(run), len(arrays) - 1
    with opened(
        chromium, page.save(tmp_path / "p.html"), viewport=window, color_scheme=scheme
    ) as v:
        assert_shown(v, page, run, arrays, last)
        v.get_by_role("button", name="First frame").click()
        assert_shown(v, page, run, arrays, 0)
        for k in range(1, last + 1):
            v.get_by_role("button", name="Next frame").click()
            assert_shown(v, page, run, arrays, k)
        v.get_by_role("button", name="Previous frame").click()
        assert_shown(v, page, run, arrays, last - 1)
        v.get_by_role("button", name="Last frame").click()
        assert_shown(v, page, run, arrays, last)

        v.locator(".scrub svg").scroll_into_view_if_needed()
        curve = v.locator(".scrub svg").bounding_box()
        xs = [46 + (352 - 46) * k / last for k in range(last + 1)]
        at = lambda k: curve["x"] + xs[k] / 360 * curve["width"]
        v.mouse.move(at(3) + 2, curve["y"] + 60)
        assert_shown(v, page, run, arrays, last)
        v.mouse.down()
        assert_shown(v, page, run, arrays, 3)
        v.mouse.move(at(6) - 2, curve["y"] + 80)
        assert_shown(v, page, run, arrays, 6)
        v.mouse.up()
        dot = v.locator(".marker circle").bounding_box()
        assert dot["x"] + dot["width"] / 2 == pytest.approx(at(6), abs=1)

        v.get_by_role("slider").click()  # in its middle
        assert_shown(v, page, run, arrays, 4)
        assert v.evaluate("document.documentElement.scrollWidth <= innerWidth")
        paper = v.locator(".paper").evaluate("e => getComputedStyle(e).backgroundColor")
        assert (sum(map(int, paper[4:-1].split(","))) > 384) == (scheme == "light")


def test_scrubbed_by_keyboard_alone(chromium, tmp_path):
    run, arrays = recorded()
    page, last = play(run), len(arrays) - 1
    with opened(chromium, page.save(tmp_path / "page.html")) as v:
        names = []
        for _ in range(8):
            v.keyboard.press("Tab")
            names.append(v.evaluate(
                "() => { const e = document.activeElement.shadowRoot.activeElement;"
                "return e.getAttribute('aria-label') || e.textContent }"
            ))  # fmt: skip
        assert names == [
            "First frame", "Previous frame", "Play", "Next frame", "Last frame", "Frame", "Help",
            "All frames, in words",
        ]  # fmt: skip
        v.keyboard.press("Home")
        assert_shown(v, page, run, arrays, 0)
        for k in range(1, last + 1):
            v.keyboard.press("ArrowRight")
            assert_shown(v, page, run, arrays, k)
        v.keyboard.press("ArrowLeft")
        v.keyboard.press(",")
        assert_shown(v, page, run, arrays, last - 2)
        v.keyboard.press(".")
        assert_shown(v, page, run, arrays, last - 1)
        v.keyboard.press("Shift+Tab")
        v.keyboard.press("Shift+Tab")
        v.keyboard.press("Home")
        v.keyboard.press("ArrowRight")
        v.keyboard.press("ArrowRight")
        assert_shown(v, page, run, arrays, 2)
        v.keyboard.press("End")
        assert_shown(v, page, run, arrays, last)
        slider = v.get_by_role("slider")
        assert slider.get_attribute("aria-valuetext") == "frame 9 of 9, update 9"
        v.keyboard.press("?")
        assert v.locator(".help").is_visible()


def test_it_plays_to_the_end_and_is_silent_meanwhile(chromium, tmp_path):
    run, arrays = recorded()
    page = play(run)
    with opened(chromium, page.save(tmp_path / "page.html")) as v:
        v.clock.install()
        v.get_by_role("button", name="Play").click()
        v.clock.run_for(2500)
        said = v.locator(".sentence")
        assert v.locator(".step-counter").text_content() == "frame 3 of 9"
        assert said.get_attribute("aria-live") == "off"
        v.clock.run_for(20_000)
        assert_shown(v, page, run, arrays, 8)
        assert said.get_attribute("aria-live") == "polite"
        assert v.get_by_role("button", name="Play").count() == 1


def test_bars_have_the_names_that_parameters_have_in_the_graph(chromium, tmp_path):
    model = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 2))
    loss = nn.CrossEntropyLoss()(model(np.ones((1, 2))), np.array([1]))
    loss.backward()
    run = Run()
    run.frame(loss, {name: (p.data, p.grad) for name, p in model.named_parameters()})
    names = lambda v, kind: v.locator(kind).evaluate_all("all => all.map(e => e.dataset.name)")
    with opened(chromium, play(run).save(tmp_path / "run.html")) as v:
        bars = names(v, ".gradient")
    with opened(chromium, play(loss).save(tmp_path / "graph.html")) as v:
        boxes = names(v, ".box")
    assert bars == ["0.weight", "0.bias", "2.weight", "2.bias"]
    assert set(bars) <= set(boxes)


def test_frames_pass_slowly_where_motion_is_not_wanted(chromium, tmp_path):
    path = play(recorded(100, plane=False)[0]).save(tmp_path / "page.html")
    for motion, place in (("reduce", "frame 3 of 100"), ("no-preference", "frame 16 of 100")):
        with opened(chromium, path, reduced_motion=motion) as v:
            v.clock.install()
            v.get_by_role("button", name="Play").click()
            v.clock.run_for(2450)
            assert v.locator(".step-counter").text_content() == place


def test_several_on_one_page_are_scrubbed_each_for_itself(chromium, tmp_path):
    runs = [recorded(seed=1), recorded(5, plane=False, seed=2), recorded(3, seed=3)]
    body = "\n".join([play(run).html for run, _ in [*runs, runs[0]]])
    (tmp_path / "all.html").write_text(f"<!doctype html><meta charset=utf-8>{body}", "utf-8")
    with opened(chromium, tmp_path / "all.html") as v:
        hosts = v.locator(".chainrule-play")
        for n, back in enumerate((2, 1, 0, 4)):
            for _ in range(back):
                hosts.nth(n).get_by_role("button", name="Previous frame").click()
        for n, k in enumerate((6, 3, 2, 4)):
            _, parameters, dead = runs[n % 3][1][k]
            assert hosts.nth(n).get_attribute("data-step") == str(k)
            assert shown_numbers(v, n) == expected_numbers(parameters, dead)
        assert v.evaluate("document.querySelectorAll('[id]').length") == 0


def test_everything_that_takes_the_focus_has_a_name_and_pictures_have_titles(chromium, tmp_path):
    with opened(chromium, play(recorded()[0]).save(tmp_path / "page.html")) as v:
        unnamed = v.evaluate("""() => {
            const root = document.querySelector(".chainrule-play").shadowRoot;
            return [...root.querySelectorAll("button, input, summary, [tabindex], [role=status]")]
                .filter((e) => !(e.getAttribute("aria-label") || e.textContent.trim()))
                .map((e) => e.outerHTML);
        }""")
        assert unnamed == []
        titles = v.locator("svg[role=img] > title").all_text_contents()
        assert titles == [
            "Loss of 9 frames", "What the model says of the plane, and the samples",
            "Gradients, updates and dead units",
        ]  # fmt: skip


def test_texts_of_the_pictures_do_not_touch_and_stay_inside(chromium, tmp_path):
    run, _ = recorded(1)
    wide = dict.fromkeys(run.rows, (np.ones(1), np.full(1, 1.23e-4), np.full(1, 4.44e-5)))
    run.frame(1.23e-4, wide, {"1": np.ones(4)}, np.zeros((100, 2)))
    with opened(chromium, play(run).save(tmp_path / "page.html"), viewport=PHONE) as v:
        touching = v.evaluate("""() => {
            const root = document.querySelector(".chainrule-play").shadowRoot;
            const found = [];
            for (const picture of root.querySelectorAll("svg[role=img]")) {
                const frame = picture.getBoundingClientRect();
                const texts = [...picture.querySelectorAll("text")].filter((e) => e.textContent);
                const boxes = texts.map((e) => e.getBoundingClientRect());
                boxes.forEach((a, i) => {
                    if (a.left < frame.left - 1 || a.right > frame.right + 1)
                        found.push([texts[i].textContent, "outside"]);
                    boxes.slice(0, i).forEach((b, j) => {
                        if (a.left < b.right && b.left < a.right && a.top < b.bottom - 2 &&
                            b.top < a.bottom - 2)
                            found.push([texts[i].textContent, texts[j].textContent]);
                    });
                });
            }
            return found;
        }""")
        assert touching == []


def test_without_scripts_the_pictures_and_the_sentences_are_there(chromium, tmp_path):
    run, arrays = recorded()
    path = play(run).save(tmp_path / "page.html")
    context = chromium.new_context(java_script_enabled=False, viewport=DESKTOP)
    v = context.new_page()
    v.goto(f"file://{path}")
    for summary in v.locator("summary").all():
        summary.click()
    said = v.locator("body").inner_text()
    for k, (loss, parameters, dead) in enumerate(arrays, 1):
        assert f"Update {k}: the loss is {loss:.4g}" in said
        assert all(text in said for text in expected_numbers(parameters, dead))
    for picture in v.locator("img").all():
        assert picture.bounding_box()["width"] > 300
        assert picture.evaluate("e => e.naturalWidth > 0")
    context.close()
