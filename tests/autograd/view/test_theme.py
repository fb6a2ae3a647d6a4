"""Light and dark: every colour has a counterpart, and text stays readable on both."""

import re
import xml.etree.ElementTree as ET

import pytest

import autograd
from autograd import DataError, Value, draw
from autograd.view.cards import GREY, INK, STYLES
from autograd.view.theme import DARK, darkened

SVG = "{http://www.w3.org/2000/svg}"
PAGE = "#FFFFFF"


def luminance(colour):
    """The relative luminance of WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(weight * p for weight, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    darker, lighter = sorted([luminance(one), luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_of_known_pairs():
    assert contrast("#FFFFFF", "#000000") == pytest.approx(21.0)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.478, abs=0.001)


pairs = [(INK, PAGE), (GREY, PAGE)]
pairs += [(text, s.fill) for s in STYLES.values() for text in (INK, GREY, s.label)]


@pytest.mark.parametrize(("text", "behind"), pairs)
def test_text_is_readable_light_and_dark(text, behind):
    assert contrast(text, behind) >= 4.5
    assert contrast(DARK[text], DARK[behind]) >= 4.5


def pictures(**options):
    a, b = Value(3.0, name='color="#FFFFFF"'), Value(2.0, name="b")
    with autograd.scope("F"):
        h = (a * b).tanh()
    L = h * 2.0
    L.backward()
    return [draw(L, **options), draw(L, depth=0, **options), draw(L, max_nodes=1, **options)]


def test_every_colour_has_a_dark_counterpart():
    for picture in pictures():
        used = {c.upper() for c in re.findall(r'(?:fill|stroke)="([^"]+)"', picture.svg)}
        assert used - {"NONE"} <= set(DARK)


def test_a_dark_picture_has_no_light_colour_left():
    for picture in pictures(theme="dark"):
        used = {c.upper() for c in re.findall(r'(?:fill|stroke)="([^"]+)"', picture.svg)}
        assert used - {"NONE"} <= set(DARK.values())
        assert "<style>" not in picture.svg


def test_names_keep_the_colours_written_in_them():
    light, dark = pictures()[0], pictures(theme="dark")[0]
    for picture in (light, dark):
        assert 'color="#FFFFFF"' in "".join(ET.fromstring(picture.svg).itertext())


def test_by_default_an_svg_follows_the_reader_and_other_files_are_light(tmp_path):
    picture, light = pictures()[0], pictures(theme="light")[0]
    style = ET.fromstring(picture.svg).find(f"{SVG}style")
    assert style.text.startswith("@media screen and (prefers-color-scheme: dark)")
    assert f'[fill="#ffffff"]{{fill:{DARK[PAGE].lower()}}}' in style.text
    assert picture.save(tmp_path / "p.svg").read_text(encoding="utf-8") == picture.svg
    assert "<style>" not in light.svg
    assert picture.png == light.png
    assert picture.dot == light.dot
    assert darkened(picture.dot) != picture.dot


def test_other_themes_are_refused():
    with pytest.raises(DataError, match=r"theme='sepia' is not(.|\n)*theme=\"dark\""):
        draw(Value(1.0), theme="sepia")
