import math

import numpy as np
import pytest

from nicviz.errors import NicvizError
from nicviz.spectra.bands import fine_bands
from nicviz.spectra.part import OUTERMOST, Part, energy_in, keep_part
from nicviz.spectra.power import channel_planes, mean_product, power_spectrum, radius, transform


@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (31, 48), (64, 64)])
@pytest.mark.parametrize("edges", [(8, 32), (1, 90), (16, 16)])
def test_bands_are_those_of_a_direct_mask_and_add_up_to_the_total(shape, edges) -> None:
    power = np.random.default_rng(0).random(shape)
    nyquist = radius(shape) / 0.5
    low, high = edges[0] / 64, edges[1] / 64
    masks = {"low": nyquist < low, "medium": (nyquist >= low) & (nyquist <= high), "high": nyquist > high}
    found = fine_bands(power).bands(edges)
    for name, mask in masks.items():
        assert found[name].energy == pytest.approx(power[mask].sum() / power.size)
        assert found[name].density == (pytest.approx(power[mask].mean()) if mask.any() else None)
    assert math.fsum(band.energy for band in found.values()) == pytest.approx(power.mean(), rel=1e-12)
    assert fine_bands(power).total == pytest.approx(power.mean(), rel=1e-12)


def test_both_edges_belong_to_medium_and_zero_frequency_to_low() -> None:
    power = np.zeros((64, 64))
    for row, column, band in ((32, 32, "low"), (32, 32 + 4, "medium"), (32, 32 + 16, "medium"), (32, 32 + 17, "high")):
        power[:] = 0
        power[row, column] = 1
        assert fine_bands(power).bands()[band].energy == pytest.approx(1 / 4096), (row, column)


def test_a_frequency_on_an_edge_off_the_axes_is_found_on_it() -> None:
    power = np.zeros((160, 160))
    power[80 + 24, 80 + 32] = 1  # 3–4–5: |f| = 40/160 = 0.25 cycles/pixel, half of Nyquist
    assert fine_bands(power).bands()["medium"].energy > 0


@pytest.mark.parametrize("edges", [(0, 32), (33, 32), (8, 91)])
def test_edges_out_of_order_or_range_are_refused(edges) -> None:
    with pytest.raises(NicvizError, match="edges"):
        fine_bands(np.ones((8, 8))).bands(edges)


@pytest.mark.parametrize("shape", [(1, 1), (16, 24), (17, 23), (20, 15)])
@pytest.mark.parametrize(
    "part", [Part(), Part(0.1, 0.3), Part(0.05, 0.5, 30, 40), Part(0, 0.708, 90, 1), Part(0.4, 0.708, 45, 90)]
)
def test_the_picture_of_a_part_has_the_energy_of_the_part(shape, part) -> None:
    error = np.random.default_rng(2).integers(-50, 50, (*shape, 3))
    half = transform(channel_planes(error, "rgb"))
    planes = keep_part(half, shape[1], part)
    power = mean_product(half, half, shape[1])
    assert np.mean(planes**2) == pytest.approx(energy_in(power, part), rel=1e-9, abs=1e-12)
    if part.is_whole:
        np.testing.assert_allclose(planes, channel_planes(error, "rgb"), atol=1e-9)


def test_parts_that_share_no_frequency_add_up_to_the_error() -> None:
    error = np.random.default_rng(2).integers(-50, 50, (24, 31, 3))
    half = transform(channel_planes(error, "luminance"))
    edge = 0.2501
    inside, outside = keep_part(half, 31, Part(0, edge)), keep_part(half, 31, Part(edge, OUTERMOST))
    np.testing.assert_allclose(inside + outside, channel_planes(error, "luminance"), atol=1e-9)


def test_a_wedge_holds_the_gratings_of_its_direction() -> None:
    y, x = np.mgrid[:64, :64]
    vertical_stripes = np.repeat((30 * np.cos(2 * np.pi * 8 * x / 64))[..., None], 3, axis=2)
    rising = np.repeat((30 * np.cos(2 * np.pi * (8 * x - 8 * y) / 64))[..., None], 3, axis=2)
    for error, direction in ((vertical_stripes, 0), (rising, 45)):
        power = power_spectrum(error)
        assert energy_in(power, Part(0.05, 0.7, direction, 20)) == pytest.approx(power.mean())
        assert energy_in(power, Part(0.05, 0.7, direction + 90, 60)) < 1e-9 * power.mean()


@pytest.mark.parametrize(
    "numbers", [(0.3, 0.2, 0, 180), (-0.1, 0.2, 0, 180), (0, 0.2, 0, 0), (0, 0.2, 0, 181), (0, math.nan, 0, 9)]
)
def test_a_part_with_impossible_numbers_is_refused(numbers) -> None:
    with pytest.raises(NicvizError, match="part of the plane"):
        Part(*numbers)
