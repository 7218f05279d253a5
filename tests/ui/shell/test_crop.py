"""A part of what is shown is found in the whole picture, cropped and downscaled as it may be."""

import numpy as np
import pytest

from nicviz.images import LoadedImage
from nicviz.ui.shell.crop import overview, part_of
from nicviz.ui.viewer import ViewerEvent


def part(x: int, y: int, width: int, height: int) -> ViewerEvent:
    return ViewerEvent("crop", "original", x, y, width, height)


@pytest.mark.parametrize(
    ("box", "shown", "asked", "found"),
    [
        ((0, 0, 400, 300), (400, 300), part(10, 20, 30, 40), (10, 20, 30, 40)),
        ((100, 50, 200, 100), (200, 100), part(10, 20, 30, 40), (110, 70, 30, 40)),
        ((100, 50, 200, 100), (100, 50), part(10, 20, 30, 20), (120, 90, 60, 40)),
        ((0, 0, 1000, 999), (333, 333), part(1, 1, 1, 1), (3, 3, 4, 3)),
        ((100, 50, 200, 100), (200, 100), part(150, 90, 80, 80), (250, 140, 50, 10)),
    ],
)  # fmt: skip
def test_a_part_of_what_is_shown(box, shown, asked, found) -> None:
    assert part_of(box, shown, asked) == found


def test_the_overview_dims_what_is_outside() -> None:
    whole = LoadedImage("white", np.full((300, 600, 3), 255, np.uint8))
    small = np.asarray(overview(whole, (300, 0, 300, 300)))
    assert small.shape == (140, 280, 3)
    assert (small[70, 70] < 255).all()
    assert (small[70, 210] == 255).all()
