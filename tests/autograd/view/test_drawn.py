"""What views are saved as: the same endings for all of them, and the ending says what is inside."""

import json
import re

import pytest

from autograd import DataError, GraphError, Tensor, Value, draw, explain, play
from autograd.view.drawn import Drawn, document, inline

START = {
    "svg": b"<?xml", "html": b"<!doctype html>", "dot": b"digraph", "json": b'{"format": "chain',
    "png": b"\x89PNG\r\n", "pdf": b"%PDF",
}  # fmt: skip


def example():
    a, b = Value(3.0, name="a"), Value(2.5, name="<b>")
    L = a * b + a
    L.name = "L"
    L.backward()
    return L, a


VIEWS = {"draw": lambda L, a: draw(L), "play": lambda L, a: play(L), "explain": lambda L, a: (
    explain(a, of=L))}  # fmt: skip


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("ending", START)
def test_every_view_is_saved_as_every_kind(tmp_path, view, ending):
    path = tmp_path / f"x.{ending}"
    assert VIEWS[view](*example()).save(str(path)) == path
    held = path.read_bytes()
    assert held.startswith(START[ending])
    if ending not in ("png", "pdf"):
        assert "3.5" in held.decode()  # dL/da
    if ending == "html":
        assert re.findall(r"https?:", held.decode()) == []
        assert "<b>" not in held.decode().partition("<script>")[0]
    if ending == "json":
        assert json.loads(held)["version"] == 1


@pytest.mark.parametrize("view", VIEWS)
def test_other_endings_are_refused_and_write_nothing(tmp_path, view):
    with pytest.raises(DataError, match=r"'x\.gif': the ending must be .*(?s:.*)save\(\"x\."):
        VIEWS[view](*example()).save(tmp_path / "x.gif")
    assert list(tmp_path.iterdir()) == []


def test_htm_is_html(tmp_path):
    assert draw(example()[0]).save(tmp_path / "x.HTM").read_bytes().startswith(b"<!doctype")


def test_the_page_of_a_picture_holds_it_with_its_text(tmp_path):
    page = draw(example()[0]).save(tmp_path / "x.html").read_text(encoding="utf-8")
    assert '<figure role="img" aria-label="L + = 10.5, gradient 1' in page
    assert "&lt;b&gt; = 2.5, gradient 3" in page
    assert page.count("<svg") == 1


def test_the_json_of_an_explanation_is_exact():
    W = Tensor([[0.1, 0.2]], requires_grad=True, name="W")
    L = (W * W).sum()
    held = json.loads(explain(W, of=L).to_json())
    assert held["gradient"] == {"dtype": "float64", "shape": [1, 2], "data": [0.2, 0.4]}
    assert held["text"] == explain(W, of=L).text
    scalar, a = example()
    told = json.loads(explain(a, of=scalar).to_json())
    assert told["gradient"] == sum(told["contributions"]) == 3.5


def test_indented_lines_stay_indented_in_a_picture(tmp_path):
    L, a = example()
    dot = explain(a, of=L).save(tmp_path / "x.dot").read_text(encoding="utf-8")
    rows = re.findall(r'ALIGN="LEFT">([^<]*)<', dot)
    text = explain(a, of=L).text
    assert [row.replace("\xa0", " ").rstrip() for row in rows] == [
        line.replace("<", "&lt;").replace(">", "&gt;") for line in text.splitlines()
    ]


def test_inline_leaves_nothing_of_a_file_but_the_picture():
    svg = Drawn("digraph { a }", "a", "title").svg
    part = inline(svg)
    assert (part[:4], part[-7:]) == ("<svg", "</svg>\n")
    assert re.findall("<!--|xmlns|http", part) == []
    assert "<title>a &amp; b</title>" in document("a & b", "")


def test_a_picture_that_cannot_be_drawn_is_not_saved(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pygraphviz", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GraphError, match="pip install pygraphviz"):
        draw(example()[0]).save(tmp_path / "x.html")
    assert list(tmp_path.iterdir()) == []
