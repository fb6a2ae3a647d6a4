"""Arrays at a glance: what is sampled, what is true of all entries, and how cells show it."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograd import Tensor, draw
from autograd.view import draw as drawing
from autograd.view.glance import glance, place
from autograd.view.heat import glyph, tone
from autograd.view.model import Graph, read
from autograd.view.theme import NAN, NEGATIVE, POSITIVE, ZERO

SVG = "{http://www.w3.org/2000/svg}"
TIP = "{http://www.w3.org/1999/xlink}title"

arrays = hnp.arrays(
    np.float64, hnp.array_shapes(min_dims=1, max_dims=4, max_side=30),
    elements=st.floats(-1e6, 1e6) | st.just(np.nan) | st.just(0.0),
).filter(lambda a: a.size > 1)  # fmt: skip


def cells(picture):
    """(tooltip, colour, text) of every cell of the SVG."""
    return [
        (
            link.get(TIP),
            link.find(f"{SVG}polygon").get("fill").upper(),
            "".join(link.itertext()).strip(),
        )
        for link in ET.fromstring(picture.svg).iter(f"{SVG}a")
    ]


@given(arrays)
def test_sampled_entries_and_figures_are_those_of_the_array(array):
    seen = glance(array)
    assert max(seen.entries.shape) <= 12
    for i, row in enumerate(seen.rows):
        for j, column in enumerate(seen.columns):
            index = tuple(eval(place(array.shape, row, column)))
            assert np.array_equal(seen.entries[i, j], array[index], equal_nan=True)
    known = array[~np.isnan(array)]
    if known.size:
        assert (seen.low, seen.high) == (known.min(), known.max())
        assert seen.mean == pytest.approx(known.mean())
    else:
        assert np.isnan([seen.low, seen.mean, seen.high]).all()
    assert seen.zeros == pytest.approx((array == 0).mean())
    assert seen.nans == pytest.approx(np.isnan(array).mean())


def test_single_numbers_and_empty_arrays_have_no_glance():
    assert [glance(x) for x in (1.0, None, np.array(2.0), np.ones(1), np.ones((3, 0)))] == [
        None
    ] * 5


def test_a_nan_is_marked_and_a_tooltip_tells_the_exact_entry():
    W = np.full((30, 40), 0.1)
    W[0, 39], W[29, 0], W[29, 39] = np.nan, -1 / 3, 0.0
    w = Tensor(W, requires_grad=True, name="W")
    shown = cells(draw(w))
    assert len(shown) == 144
    assert shown[0] == ("W[0, 0] = 0.1", POSITIVE[2].fill, "+")
    assert shown[11] == ("W[0, 39] = nan", NAN.fill, "×")
    assert shown[132] == ("W[29, 0] = -0.3333333333333333", NEGATIVE[4].fill, "−")
    assert shown[143] == ("W[29, 39] = 0.0", ZERO.fill, "")
    assert "NaN" in draw(w).dot


def test_the_gradient_has_cells_of_its_own():
    w = Tensor(np.arange(20.0), requires_grad=True, name="w")
    L = (w * w).sum()
    L.backward()
    (last,) = [tip for tip, _, _ in cells(draw(L)) if tip.startswith("gradient of w[19]")]
    assert last == "gradient of w[19] = 38.0"
    box = read(L).boxes[0]
    assert (box.gradient_glance.low, box.gradient_glance.high) == (0.0, 38.0)
    assert Graph.from_json(read(L).to_json()).boxes[0].gradient_glance.entries.tolist() == [
        [0.0, 4.0, 6.0, 10.0, 14.0, 18.0, 20.0, 24.0, 28.0, 32.0, 34.0, 38.0]
    ]


def test_a_share_that_is_not_sampled_is_still_told():
    W = np.ones((100, 100))
    W[1, 1], W[2, 2] = np.nan, 0.0
    text = " ".join(ET.fromstring(draw(Tensor(W)).svg).itertext())
    assert re.search(r"zero\s+1 %\s+NaN\s+1 %", text)


def test_tones_halve_and_signs_are_told_by_glyphs():
    tones = [POSITIVE.index(tone(x, 8.0)) for x in (8.0, 7.9, 4.0, 2.0, 1.0, 0.5, 1e-9)]
    assert tones == [4, 3, 3, 2, 1, 0, 0]
    assert tone(-8.0, 8.0) == NEGATIVE[4]
    assert tone(np.inf, 8.0) == POSITIVE[4]
    assert tone(0.0, 0.0) == ZERO
    assert [glyph(x) for x in (2.0, -2.0, 0.0, np.nan, -np.inf)] == ["+", "−", "", "×", "−"]


def test_where_there_would_be_too_many_cells_arrays_are_told_by_norms(monkeypatch):
    X = Tensor(np.ones((9, 9)), name="X")
    assert len(cells(draw(X))) == 81
    monkeypatch.setattr(drawing, "MOST_CELLS", 80)
    assert cells(draw(X)) == []
    assert "|value|" in draw(X).dot
