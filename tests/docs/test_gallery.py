"""The gallery keeps its word: every picture is what its script draws, and the page shows both."""

import re
import runpy
from pathlib import Path

import pytest
from pictures import texts

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "gallery.md").read_text(encoding="utf-8")
PICTURE = r"\[!\[[^\]]+\]\(gallery/(\w+)\.svg\)\]\(gallery/\1\.svg\)"
SHOWN = re.findall(PICTURE + r"\n\n```python\n(.*?)```", PAGE, re.DOTALL)
TITLES = re.findall(r"^## (.*)$", PAGE, re.MULTILINE)
SCRIPTS = sorted((DOCS / "gallery").glob("*.py"))


def test_the_page_shows_every_script_with_its_picture_in_order():
    assert [(s.stem, s.read_text(encoding="utf-8")) for s in SCRIPTS] == SHOWN
    assert PAGE.count("```python") == len(SCRIPTS) >= 10
    assert {p.stem for p in (DOCS / "gallery").glob("*.svg")} == {s.stem for s in SCRIPTS}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_a_picture_is_what_its_script_draws(script, tmp_path, monkeypatch):
    lines = [line.strip() for line in script.read_text(encoding="utf-8").splitlines()]
    assert 5 <= len([line for line in lines if line and not line.startswith('"""')]) <= 30
    monkeypatch.chdir(tmp_path)
    runpy.run_path(str(script))
    assert [path.name for path in tmp_path.iterdir()] == [f"{script.stem}.svg"]
    assert texts(tmp_path / f"{script.stem}.svg") == texts(script.with_suffix(".svg"))


def test_its_links_lead_somewhere():
    links = re.findall(r"\]\(([^)]+)\)", PAGE)
    titles = [title.lower().replace(" ", "-").replace(",", "") for title in TITLES]
    assert [link for link in links if link[0] != "#" and not (DOCS / link).exists()] == []
    assert sorted(link[1:] for link in links if link[0] == "#") == sorted(titles)
