"""The overview of a large graph in a browser: modules open and close, by mouse and by keyboard."""

import pytest
from browser import DESKTOP, PHONE, opened
from stacks import stack

from autograd import draw, play

pytestmark = pytest.mark.browser


def shown(view):
    """The state of the page, the boxes that it shows, and the knobs that stand on it."""
    host = view.locator(".chainrule-play")
    knobs = view.locator(".knob").evaluate_all("all => all.map(e => e.getAttribute('aria-label'))")
    boxes = view.locator(".drawing g.node").count()
    return host.get_attribute("data-open"), boxes, sorted(knobs)


def of_draw(loss, path):
    return len(draw(loss, expand=[path] if path else []).graph.boxes)


CLOSED = ["Net.blocks.0: open", "Net.enter: open"]
OPEN = [
    "Net.blocks.0.inner.0: open", "Net.blocks.0.inner.1: open", "Net.blocks.0.norm: open",
    "Net.blocks.0: close", "Net.enter: open",
]  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("window", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_by_mouse(chromium, tmp_path, window, scheme):
    loss = stack()
    page = play(loss, max_nodes=100).save(tmp_path / "p.html")
    with opened(chromium, page, viewport=window, color_scheme=scheme) as v:
        assert shown(v) == ("", of_draw(loss, ""), CLOSED)
        v.get_by_role("button", name="Net.blocks.0: open").locator("circle").click()
        assert shown(v) == ("Net.blocks.0", of_draw(loss, "Net.blocks.0"), OPEN)
        assert "Net.blocks.0 is open" in v.get_by_role("status").text_content()
        v.get_by_role("button", name="Net.blocks.0.norm: open").click()
        assert shown(v)[0] == "Net.blocks.0.norm"
        assert v.locator(".trail").inner_text().replace("\n", "") == (
            "overviewNet.blocks.0Net.blocks.0.norm"
        )
        v.locator(".trail button").nth(1).click()
        assert shown(v) == ("Net.blocks.0", of_draw(loss, "Net.blocks.0"), OPEN)
        v.get_by_role("button", name="Net.blocks.0: close").locator("circle").click()
        assert shown(v) == ("", of_draw(loss, ""), CLOSED)
        assert v.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert v.locator(".drawing title").count() == 0


def focused(view):
    return view.evaluate(
        "document.activeElement.shadowRoot.activeElement.getAttribute('aria-label')"
    )


def test_by_keyboard_alone(chromium, tmp_path):
    with opened(chromium, play(stack(), max_nodes=100).save(tmp_path / "p.html")) as v:
        v.keyboard.press("Tab")  # the trail
        v.keyboard.press("Tab")
        while focused(v) != "Net.blocks.0: open":
            v.keyboard.press("Tab")
        v.keyboard.press("Enter")
        assert focused(v) == "Net.blocks.0: close"
        assert v.locator(".knob:focus").get_attribute("aria-expanded") == "true"
        while focused(v) != "Net.blocks.0.norm: open":
            v.keyboard.press("Tab")
        v.keyboard.press("Space")
        assert focused(v) == "Net.blocks.0.norm: close"
        v.keyboard.press("Escape")
        assert focused(v) == "Net.blocks.0.norm: open"
        v.keyboard.press("Escape")
        assert focused(v) == "Net.blocks.0: open"
        assert shown(v)[0] == ""
        v.keyboard.press("Escape")
        assert shown(v)[0] == ""


def test_two_on_one_page_do_not_disturb_each_other(chromium, tmp_path):
    first, second = play(stack(), max_nodes=100), play(stack(9), max_nodes=100)
    page = tmp_path / "both.html"
    page.write_text(f"<!doctype html>{first.html}{second.html}", encoding="utf-8")
    with opened(chromium, page) as v:
        hosts = v.locator(".chainrule-play")
        hosts.nth(1).get_by_role("button", name="Net.blocks.0: open").click()
        held = [hosts.nth(i).get_attribute("data-open") for i in range(2)]
        assert held == ["", "Net.blocks.0"]


def test_without_a_script_the_first_picture_stands_there(chromium, tmp_path):
    page = play(stack(), max_nodes=100).save(tmp_path / "p.html")
    with opened(chromium, page, java_script_enabled=False) as v:
        assert v.locator("img").count() == 1
        assert "too many to step through" in v.locator("body").inner_text()
