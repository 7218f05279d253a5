import numpy as np
import pytest

from nicviz.charts import CHARTS
from nicviz.spectra.power import channel_planes, mean_product, power_spectrum, radius, transform
from nicviz.spectra.radial import CORNER, Transfer, natural_rings, power_law, radial_profile, rings


def test_a_profile_is_the_mean_over_cells_of_a_ring() -> None:
    power = np.random.default_rng(0).random((20, 33))
    profile = radial_profile(power, 10)
    field = radius((20, 33))
    for ring in range(10):
        inside = (field >= ring * CORNER / 10) & (field < (ring + 1) * CORNER / 10)
        expected = power[inside].mean() if inside.any() else np.nan
        np.testing.assert_allclose(profile[ring], expected)


def test_a_ring_without_a_frequency_has_no_value() -> None:
    profile = radial_profile(np.ones((2, 2)), 50)
    assert np.isnan(profile).sum() == 47
    assert set(profile[~np.isnan(profile)]) == {1.0}


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (8, 8), (7, 10), (600, 1100)])
def test_every_cell_belongs_to_one_ring(shape) -> None:
    found = natural_rings(shape)
    assert found.count.sum() == shape[0] * shape[1]
    assert len(found.count) <= 512
    assert np.nanmax(found.frequency) <= CORNER + 1e-12


@pytest.mark.parametrize("size", [64, 256, 512])
def test_the_1_over_f_chart_has_the_exponent_2(size) -> None:
    law = power_law(power_spectrum(CHARTS["one-over-f"].draw(size)))
    assert law is not None
    assert law.exponent == pytest.approx(2, abs=0.05)


@pytest.mark.parametrize("exponent", [0.0, 1.0, 3.0])
def test_the_fit_finds_exponent_and_level_of_an_exact_power_law(exponent) -> None:
    field = radius((256, 384))
    law = power_law(7.0 * np.where(field > 0, field, 1.0) ** -exponent)
    assert law is not None
    assert law.exponent == pytest.approx(exponent, abs=0.02)
    assert law.at(np.array([0.1]))[0] == pytest.approx(7.0 * 0.1**-exponent, rel=0.02)


@pytest.mark.parametrize("power", [np.ones((1, 1)), np.ones((3, 3)), np.zeros((64, 64))])
def test_there_is_no_fit_without_rings_or_power(power) -> None:
    assert power_law(power) is None


def transfer(given: np.ndarray, returned: np.ndarray) -> Transfer:
    found = rings(given.shape[:2], 12)
    x, y = (transform(channel_planes(image, "luminance")) for image in (given, returned))
    width = given.shape[1]
    return Transfer(*(found.mean(mean_product(a, b, width)) for a, b in ((x, x), (y, x), (y, y))))


def test_what_is_kept_halved_and_removed_shows_in_the_gain() -> None:
    image = np.random.default_rng(0).integers(0, 256, (40, 40, 3)).astype(float)
    for factor in (1.0, 0.5, 0.0):
        found = transfer(image, factor * image)
        np.testing.assert_allclose(found.gain(), factor)
        np.testing.assert_allclose(found.coherence(), 1.0 if factor else np.nan)


def test_added_noise_lowers_coherence_but_not_gain() -> None:
    rng = np.random.default_rng(0)
    image = rng.normal(0, 10, (128, 128, 1)).repeat(3, axis=2)
    found = transfer(image, image + rng.normal(0, 10, (128, 128, 1)).repeat(3, axis=2))
    assert np.nanmean(found.gain()[2:]) == pytest.approx(1, abs=0.1)
    assert np.nanmean(found.coherence()[2:]) == pytest.approx(0.5, abs=0.1)


def test_where_nothing_went_in_there_is_neither_gain_nor_coherence() -> None:
    gray = np.full((16, 16, 3), 128, np.uint8)
    found = transfer(gray, gray)
    assert found.gain()[0] == pytest.approx(1)
    assert np.isnan(found.gain()[2:]).all()
    assert np.isnan(found.coherence()[2:]).all()
