"""Frequency planes as pictures: exact colors, one pixel a frequency, and a figure that stands alone."""

import base64
import re
from xml.etree import ElementTree

import numpy as np
import pytest

from nicviz.images import decode_png, encode_png
from nicviz.plots.maps import color_map
from nicviz.plots.planes import Scale, TitledPlane, plane_pixels, planes_svg

POWER = np.geomspace(0.01, 1e4, 35).reshape(5, 7)


@pytest.mark.parametrize(("scale", "place"), [
    (Scale("log", 1.0, 100.0), np.log10(POWER) / 2), (Scale("linear", 0.0, 500.0), POWER / 500),
])  # fmt: skip
def test_a_pixel_has_the_color_of_its_power(scale: Scale, place: np.ndarray) -> None:
    assert np.array_equal(plane_pixels(POWER, scale), color_map(place.clip(0, 1), 1.0))


def test_without_a_range_all_has_the_first_color() -> None:
    assert len(np.unique(plane_pixels(np.zeros((4, 4)), Scale("log", 0.0, 0.0)).reshape(-1, 3), axis=0)) == 1


def test_the_figure_holds_its_pictures_and_its_scale() -> None:
    scale = Scale("log", 1.0, 100.0)
    planes = [TitledPlane(f"G: <{number}> & more", "32 dB", POWER * number) for number in (1, 2, 3, 4)]
    svg = planes_svg(planes, scale, "levels²", encode_png)
    root = ElementTree.fromstring(svg)
    images = [each for each in root.iter() if each.tag.endswith("image")]
    for plane, image in zip(planes, images, strict=True):
        data = base64.b64decode(image.attrib["href"].partition(",")[2])
        assert np.array_equal(decode_png(data), plane_pixels(plane.power, scale))
    assert len({(each.attrib["x"], each.attrib["y"]) for each in images}) == 4
    texts = [each.text for each in root.iter() if each.tag.endswith("text")]
    assert "G: <1> & more" in texts
    assert "≥ 100 levels²" in texts
    assert texts.count("−0.5") == 8
    assert not re.search(r"https?://(?!www.w3.org/2000/svg)", svg)
