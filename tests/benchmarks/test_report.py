"""The benchmarks' page, from made-up figures: no test takes a time."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks.growth import whole
from benchmarks.measure import Measured, Row, plain_table, table
from benchmarks.networks import images, our_block, our_network, texts
from benchmarks.report import write

ROWS = [
    Row("T1", "fast work", "torch", 0.2, 0.45, 0.25, 1.0, 5.0),
    Row("T2", "work", "torch", 0.4, 0.45, 0.25, 2.0, 5.0),
    Row("T3", "slow work", "torch", 2.0, 1.5, 1.0, 10.0, 5.0),
    Row("T4", "work", "elsewhere", None, 1.0, 0.5),
    Row("S1", "depth", "micrograd", None, told="9 nodes", verdict="must"),
    Row("T2", "work", "somebody", 1.2),
]
VIEWS = [
    Measured("draw", "a graph", 1281.4, "ms", 3000.0),
    Measured("play", "its script", 40.06, "kB", 40.0),
    Measured("explain", "a graph", 7.0, "ms"),
]


def test_the_table_says_what_was_reached_and_what_is_missing():
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table(ROWS).splitlines()]
    results = [(row[3], row[-1]) for row in cells[2:]]
    assert results == [
        ("0.2", "goal"), ("0.4", "must"), ("2", "**missed**"), ("peer missing", ""),
        ("9 nodes", "must"), ("1.2", ""),
    ]  # fmt: skip


def test_absolute_figures_stand_beside_their_targets():
    cells = [
        [cell.strip() for cell in line.split("|")[3:-1]] for line in plain_table(VIEWS).splitlines()
    ]
    assert cells[2:] == [
        ["1,280 ms", "3,000 ms", "reached"], ["40.1 kB", "40 kB", "**missed**"], ["7 ms", "", ""],
    ]  # fmt: skip


def test_the_page_and_its_picture(tmp_path):
    (tmp_path / "pictures").mkdir()
    write(ROWS, VIEWS, tmp_path)
    page = (tmp_path / "benchmarks.md").read_text(encoding="utf-8")
    assert table(ROWS) in page
    assert plain_table(VIEWS) in page
    assert "](pictures/benchmarks.png)" in page
    assert (tmp_path / "pictures" / "benchmarks.png").stat().st_size > 5_000


@pytest.mark.parametrize("step", [our_network(images()), our_block(texts())])
def test_the_networks_repeat_their_loss_and_gradients(step):
    (loss, gradients), (again, others) = step(), step()
    assert loss == again > 0
    assert all((g == h).all() and g.any() for g, h in zip(gradients, others, strict=True))


def test_a_chain_that_is_too_long_for_recursion_is_gone_through():
    assert whole("ours", 20_000)
