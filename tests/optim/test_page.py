import json
import re

import numpy as np
import pytest
from browser import opened

from optim import SGD, Adam
from optim.landscape import path, ravine
from optim.page import DASHES, SCRIPT, SHAPES, trajectory_page
from optim.plot import LINES, MARKERS

WAYS = {
    "momentum": path(ravine, [4, 1], lambda w: SGD(w, lr=0.02, momentum=0.9), 30),
    "Adam </script>": path(ravine, [4, 1], lambda w: Adam(w, lr=0.3), 20),
}


@pytest.fixture(scope="module")
def page():
    return trajectory_page(ravine, WAYS, minimum=(0, 0), title="A ravine & more")


def data_of(html):
    """What the script of a page is given."""
    text = re.search(r"\)\('chainrule-[0-9a-f]{12}', (.*)\);</script>", html, re.S)[1]
    _, end = json.JSONDecoder().raw_decode(text)
    return json.loads(text[end + 1 :])


def test_the_numbers_in_the_page_are_those_of_the_paths(page):
    data = data_of(page.html)
    assert [run["name"] for run in data["runs"]] == list(WAYS)
    for run, way in zip(data["runs"], WAYS.values(), strict=True):
        np.testing.assert_allclose(run["points"], way, rtol=1e-5)
        np.testing.assert_allclose(run["loss"], ravine(*way.T), rtol=1e-5)
    assert data["minimum"] == [0, 0]
    assert len(data["contours"]) > 5


def test_one_file_without_any_address(page, tmp_path):
    page.save(tmp_path / "page.html")
    html = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert html.startswith("<!doctype html>")
    assert "<title>A ravine &amp; more</title>" in html
    assert not re.search(r"https?://|<link|@import|\bid=", html)
    assert html.count("<script>") == html.count("</script>") == 1


def test_without_scripts_the_picture_and_a_table_are_left(page):
    left = re.sub(r"<script>.*</script>", "", page._repr_html_(), flags=re.S)
    assert 'src="data:image/png;base64,' in left
    for way in WAYS.values():
        assert f"<td>{ravine(*way[-1]):.4g}</td>" in left
    assert "Adam &lt;/script&gt;" in left


def test_a_path_that_leaves_the_numbers_is_null():
    lost = {"lost": np.array([[1.0, 1.0], [np.inf, 0.0]])}
    run = data_of(trajectory_page(ravine, lost).html)["runs"][0]
    assert run["points"] == [[1, 1], [None, 0]]
    assert run["loss"] == [13, None]


def test_the_script_is_small():
    assert SCRIPT.stat().st_size < 40_000


def test_the_page_has_the_looks_of_the_picture():
    assert len(DASHES) == len(LINES)
    assert list(SHAPES) == list(MARKERS)


@pytest.mark.browser
def test_in_a_browser_it_is_driven_by_keys_and_buttons(page, chromium, tmp_path):
    with opened(chromium, page.save(tmp_path / "page.html")) as view:
        view.clock.install()
        state = lambda: view.evaluate("({...document.querySelector('.chainrule-play').dataset})")
        assert state()["step"] == "30"

        view.keyboard.press("Tab")
        view.keyboard.press("Home")
        assert state()["step"] == "0"
        for _ in range(3):
            view.keyboard.press("ArrowRight")
        first = [f"{ravine(*way[3]):.4g}" for way in WAYS.values()]
        assert state()["step"] == "3"
        shown = [float(number) for number in state()["loss"].split()]
        assert shown == pytest.approx([float(number) for number in first], rel=1e-3)
        said = view.get_by_role("status").text_content()
        assert said.startswith(
            f"After step 3, the loss of momentum is {state()['loss'].split()[0]}"
        )
        view.keyboard.press("End")
        assert state()["step"] == "30"

        view.get_by_role("button", name="Play").click()
        assert state()["playing"] == "true"
        view.clock.run_for(40_000)
        assert state()["playing"] == "false"
        assert state()["step"] == "30"
