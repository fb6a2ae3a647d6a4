"""autograd.help: every lesson can be read offline, in words of a typical case."""

import re
import string

import pytest

import autograd
from autograd.errors import LESSONS
from autograd.manual import CASES, case

CODES = sorted({key[:3] for key in LESSONS})


@pytest.mark.parametrize("code", CODES)
def test_help_prints_each_lesson_of_a_code(code, capsys):
    autograd.help(code)
    text = capsys.readouterr().out
    rows = [key for key in LESSONS if key[:3] == code]
    assert text.count("  Fix:  ") == text.count(f"  See:  {code}") == len(rows)
    assert max(map(len, text.splitlines())) <= 100
    assert not re.search(r"[{}]", text.replace("{leaf}", ""))
    assert not re.search(r"(^|  (Why|Fix):  )<\w+>[.]?$", text, re.MULTILINE)


def test_a_code_may_be_written_as_one_likes(capsys):
    autograd.help(" e07 ")
    first = capsys.readouterr().out
    autograd.help("E07")
    assert first == capsys.readouterr().out
    assert "MSELoss: prediction (100, 1) and target (100,) would broadcast" in first
    assert "target = target.reshape(-1, 1)" in first


def test_an_unknown_code_names_those_there_are(capsys):
    with pytest.raises(ValueError, match="there is no lesson 'E99'") as caught:
        autograd.help("E99")
    assert "E01, E02, E03" in str(caught.value)
    autograd.help("E01")
    assert "backward() needs a single number" in capsys.readouterr().out


@pytest.mark.parametrize("key", CASES)
def test_a_case_gives_facts_that_its_lesson_asks_for(key):
    words = " ".join(LESSONS[key][1:4])
    asked = {name for _, name, _, _ in string.Formatter().parse(words) if name}
    assert CASES[key].keys() <= asked
    assert case(key).keys() == asked
