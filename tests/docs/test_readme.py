"""The README keeps its word: its examples run, its picture is what `draw` draws, its links lead."""

import re
import runpy
import shutil
from pathlib import Path

import pytest
from pictures import texts

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
EXAMPLES = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
(EXPLAINED,) = re.findall(r"```text\n(.*?)```", README, re.DOTALL)


def test_the_first_examples_draw_explain_and_play_the_graph(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    space = {}
    exec(EXAMPLES[0] + EXAMPLES[1], space)
    assert space["a"].grad == 13.0
    assert (tmp_path / "chain_rule.svg").read_text().startswith("<?xml")
    assert capsys.readouterr().out == EXPLAINED
    assert "backward" in (tmp_path / "backprop.html").read_text()


def test_the_training_loop_reaches_its_accuracy(capsys):
    assert len(EXAMPLES[2].splitlines()) <= 36
    exec(EXAMPLES[2], {})
    (accuracy,) = re.findall(r"^test accuracy ([\d.]+)%$", capsys.readouterr().out)
    assert float(accuracy) >= 96


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "docs/reading_path.md"])
def test_links_lead_somewhere(page):
    links = re.findall(r"\]\(([^)]+)\)", (ROOT / page).read_text())
    missing = [link for link in links if not ((ROOT / page).parent / link).exists()]
    assert missing == []


@pytest.mark.parametrize("picture", ["chain_rule", "filmstrip"])
def test_a_stored_picture_is_what_its_script_draws_today(picture, tmp_path):
    stored = ROOT / "docs" / "pictures"
    shutil.copy(stored / f"{picture}.py", tmp_path)
    runpy.run_path(str(tmp_path / f"{picture}.py"))
    assert texts(tmp_path / f"{picture}.svg") == texts(stored / f"{picture}.svg") != []


def test_the_two_commands_are_the_promised_ones():
    main = "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/chainrule train"
    tests = 'python3 -m venv .venv && .venv/bin/pip install -e ".[test]" && .venv/bin/pytest'
    assert f"\n{main}\n" in README
    assert f"\n{tests}\n" in README
    assert tests in (ROOT / ".ci" / "run").read_text()
