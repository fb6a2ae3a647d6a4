"""Light and dark: every colour has a counterpart, and text stays readable on both."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

import autograd
from autograd import DataError, Tensor, Value, draw
from autograd.view.cards import GREY, INK, STYLES
from autograd.view.theme import DARK, NAN, NEGATIVE, POSITIVE, ZERO, darkened

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
pairs += [(tone.text, tone.fill) for tone in (*POSITIVE, *NEGATIVE, ZERO, NAN)]


@pytest.mark.parametrize(("text", "behind"), pairs)
def test_text_is_readable_light_and_dark(text, behind):
    assert contrast(text, behind) >= 4.5
    assert contrast(DARK[text], DARK[behind]) >= 4.5


def drawn(svg):
    """Every text of an SVG with its colour and the colour of the last shape drawn under it."""
    shapes = []
    for part in ET.fromstring(svg).iter():
        fill = part.get("fill", "none")
        if part.tag == f"{SVG}text":
            x, y = float(part.get("x")), float(part.get("y"))
            under = [f for f, (x0, y0, x1, y1) in shapes if x0 <= x <= x1 and y0 <= y <= y1]
            yield part.text, fill, under[-1]
        elif part.tag in (f"{SVG}polygon", f"{SVG}path") and fill != "none":
            numbers = re.findall(r"-?\d+(?:\.\d+)?", part.get("points") or part.get("d"))
            xs, ys = [float(n) for n in numbers[::2]], [float(n) for n in numbers[1::2]]
            shapes.append((fill, (min(xs), min(ys), max(xs), max(ys))))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_in_a_picture_is_readable_on_what_is_under_it(theme):
    found = [each for picture in pictures(theme=theme) for each in drawn(picture.svg)]
    assert len({behind for _, _, behind in found}) > 10
    for text, colour, behind in found:
        assert contrast(colour, behind) >= 4.5, text


# Machado, Oliveira & Fernandes 2009, severity 1, on linear RGB
EYES = {
    "protanopia": [
        [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
}  # fmt: skip


def lab(linear):
    """CIELAB of linear sRGB, under daylight D65."""
    to_xyz = [[0.4125, 0.3576, 0.1804], [0.2127, 0.7152, 0.0722], [0.0193, 0.1192, 0.9503]]
    xyz = np.array(to_xyz) @ np.clip(linear, 0, 1) / [0.9505, 1.0, 1.0888]
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def seen(colour, eye):
    parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return lab(np.array(EYES[eye]) @ linear)


@pytest.mark.parametrize("eye", EYES)
def test_positive_and_negative_differ_for_every_kind_of_eye(eye):
    for plus in POSITIVE:
        for minus in NEGATIVE:
            for one, other in (
                (plus.fill, minus.fill),
                (DARK[plus.fill], DARK[minus.fill]),
            ):
                assert np.linalg.norm(seen(one, eye) - seen(other, eye)) > 20


def test_red_and_green_would_not():
    assert np.linalg.norm(seen("#A87000", "deuteranopia") - seen("#6F8500", "deuteranopia")) < 20


def test_tones_get_stronger_with_the_number():
    for tones in (POSITIVE, NEGATIVE):
        light = [luminance(tone.fill) for tone in tones]
        dark = [luminance(DARK[tone.fill]) for tone in tones]
        assert light == sorted(light, reverse=True)
        assert dark == sorted(dark)


def pictures(**options):
    a, b = Value(3.0, name='color="#FFFFFF"'), Value(2.0, name="b")
    with autograd.scope("F"):
        h = (a * b).tanh()
    L = h * 2.0
    L.backward()
    x = np.arange(-15.0, 20.0).reshape(5, 7)
    x[0, 0] = np.nan
    W = Tensor(2.0 ** np.arange(6.0).reshape(2, 3) * [1.0, -1.0, 1.0], requires_grad=True)
    arrays = ((W * W).sum() + Tensor(x, requires_grad=True).sum()) * 2.0
    return [
        draw(L, **options), draw(L, depth=0, **options), draw(L, max_nodes=1, **options),
        draw(arrays, **options),
    ]  # fmt: skip


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
