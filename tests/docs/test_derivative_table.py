"""docs/derivative_table.md is what the code says: it is written anew and compared."""

import importlib.util
from pathlib import Path

import matrix
import pytest

SCRIPT = Path(__file__).parents[2] / "docs" / "derivative_table.py"


@pytest.fixture(scope="module")
def table():
    spec = importlib.util.spec_from_file_location("derivative_table", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_agrees_with_the_code(table):
    written = table.PAGE.read_text(encoding="utf-8")
    assert written == table.page(), "run  python docs/derivative_table.py"


def test_every_operation_has_one_line_and_every_one_with_a_derivative_shows_it(table):
    lines = [line for line in table.page().splitlines() if line.startswith("| `")]
    assert len(lines) == len({row.names[0] for row in matrix.ROWS})
    rows = {row.names[0]: row for row in matrix.ROWS}
    for line in lines:
        cells = line.replace(r"\|", "").split(" | ")
        assert (cells[2] == "none") == (rows[cells[0].split("`")[1]].order == 0), line


def test_no_rule_on_numbers_hides_a_mask_in_an_array(table):
    section = table.page().split("\n## ")[1]
    assert "`autograd.ops.elementwise`" in section
    assert "array(" not in section
    assert "∂z/∂x = `x > 0`" in section
