"""Heatmap figures: one scale for all, neighbors for missing cells, means over rings."""

import numpy as np
import pytest

from nicviz.plots.heatmap import filled, heatmap_pixels, picture_of, ring_means, scale_of

AXIS = np.arange(-4, 5) / 8


def test_a_scale_of_changes_has_zero_in_its_middle_and_ignores_infinite_cells() -> None:
    fields = [np.array([[-2.0, 0.5], [np.inf, np.nan]]), np.array([[-1.0, 0.0], [0.1, 0.2]])]
    scale = scale_of(fields, change=True)
    assert scale.low == -scale.high
    assert scale.high == pytest.approx(2.0, abs=0.1)
    assert scale_of([np.full((2, 2), np.inf)], change=False).high > scale_of([], change=False).low


def test_a_missing_cell_shows_its_nearest_neighbor() -> None:
    field = np.full((9, 9), np.nan)
    field[2, 2], field[6, 6] = 1.0, 5.0
    shown = filled(field)
    assert shown[0, 0] == shown[3, 2] == 1.0
    assert shown[8, 8] == shown[6, 5] == 5.0
    assert np.isnan(filled(np.full((3, 3), np.nan))).all()


def test_ring_means_of_a_cone_are_its_radius() -> None:
    u, v = np.meshgrid(AXIS, AXIS)
    radius, mean = ring_means(np.hypot(u, v), AXIS)
    np.testing.assert_allclose(radius, mean)
    assert radius[0] == 0
    cone = np.hypot(u, v)
    cone[4, 4] = np.nan
    assert np.isnan(ring_means(cone, AXIS)[1][0])


def test_the_picture_has_v_downwards_and_says_what_it_shows() -> None:
    field = np.zeros((9, 9))
    field[8, 2] = 3.0
    pixels = heatmap_pixels(field, scale_of([field], change=False), 90)
    assert pixels.shape == (90, 90, 3)
    assert pixels[85, 25].sum() > pixels[5, 25].sum(), "v = 0.5 is at the bottom, as in the spectral planes"
    assert picture_of(field, field - 1)[1]["shows"] == "change"
    assert picture_of(field, np.full((9, 9), np.nan))[1]["shows"] == "value"
