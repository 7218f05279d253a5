"""The mosaic of channels: where each stands, and that one scale holds for all."""

import numpy as np
import pytest

from nicviz.plots.latents import FRAME, Mosaic, correlation_figure
from nicviz.plots.maps import symmetric_map


@pytest.mark.parametrize(("count", "shape"), [(96, (32, 32)), (7, (1, 1)), (320, (32, 48)), (1, (40, 3))])
def test_a_pixel_of_a_channel_leads_back_to_it(count: int, shape: tuple[int, int]) -> None:
    tiles = Mosaic(count, shape)
    for place in {0, count // 2, count - 1}:
        channels = np.zeros((count, *shape), np.float32)
        channels[place] = 5.0
        picture = tiles.picture(channels, 5.0, None)
        y, x = np.argwhere((picture == symmetric_map(np.array([[5.0]]), 5.0)[0, 0]).all(axis=2)).mean(axis=0)
        assert tiles.place(round(x), round(y)) == place
    assert tiles.place(0, 10**6) is None


def test_the_scale_is_symmetric_and_the_chosen_channel_is_framed() -> None:
    channels = np.stack([np.full((4, 4), value, np.float32) for value in (-3.0, 0.0, 3.0)])
    tiles = Mosaic(3, (4, 4))
    picture = tiles.picture(channels, 3.0, 1)
    middle = [picture[tiles.zoom * 2, tiles.zoom * (2 + 5 * k)].astype(int) for k in range(3)]
    assert middle[0][2] > middle[0][0] + 40, "blue"
    assert middle[2][0] > middle[2][2] + 40, "red"
    assert middle[1].min() > 240, "white"
    assert (picture == FRAME).all(axis=2).any()


def test_symmetric_maps_end_at_their_reach() -> None:
    colors = symmetric_map(np.array([[-9.0, -1.0, 0.0, 1.0, 9.0]]), 1.0)[0]
    assert np.array_equal(colors[0], colors[1])
    assert np.array_equal(colors[3], colors[4])
    assert symmetric_map(np.zeros((2, 2)), 0.0).min() > 240


def test_correlations_are_drawn_downwards_with_their_values() -> None:
    figure = correlation_figure(np.eye(5))
    assert figure.layout.yaxis.autorange == "reversed"
    assert figure.data[0].x == (-2, -1, 0, 1, 2)
