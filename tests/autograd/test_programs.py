"""The programs of five functions, stored as text, as a student is to read them."""

import runpy
from pathlib import Path

import pytest

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
PROGRAMS = runpy.run_path(str(GOLDEN / "make_programs.py"))["PROGRAMS"]


@pytest.mark.parametrize("make", PROGRAMS, ids=lambda make: make.__name__)
def test_a_program_is_the_one_that_was_reviewed(make):
    source = make().source
    assert source == (GOLDEN / "programs" / f"{make.__name__}.txt").read_text()
    assert max(map(len, source.splitlines())) < 100
    compile(source, make.__name__, "exec")
