"""The Hann window: what it keeps, and the cross that it removes."""

import numpy as np
import pytest

from nicviz.spectra.power import mean_product
from nicviz.spectra.window import HANN_CELLS, hann, windowed_transform


def power(plane: np.ndarray) -> np.ndarray:
    half = windowed_transform(plane)
    return mean_product(half, half, plane.shape[1])


def test_the_power_of_noise_stays_what_it_is() -> None:
    planes = np.random.default_rng(0).normal(50, 3, (20, 64, 80))
    found = np.mean([power(plane) for plane in planes], axis=0)
    away = np.hypot(*np.meshgrid(np.arange(80) - 40, np.arange(64) - 32)) > 3
    assert found[away].mean() == pytest.approx(9, rel=0.02)


def test_the_cross_of_a_ramp_is_gone() -> None:
    ramp = np.add.outer(np.arange(128.0), 2 * np.arange(128.0))
    plain = np.abs(np.fft.fftshift(np.fft.fft2(ramp - ramp.mean()))) ** 2 / ramp.size
    for at in ((64, 10), (10, 64)):
        assert power(ramp)[at] < 1e-6 * plain[at]


def test_the_window_is_scipys_but_for_its_height() -> None:
    from scipy.signal import get_window

    rows = get_window("hann", 2 * 32)[1::2]  # half a sample off, so that no pixel has the weight 0
    window = hann(32)
    assert window / window.max() == pytest.approx(rows / rows.max())
    assert (window**2).mean() == pytest.approx(1)


def test_the_cells_that_it_ties_are_the_variance_of_a_smoothed_spectrum() -> None:
    random = np.random.default_rng(5)
    means = [power(random.normal(size=(48, 48)))[8:20, 8:20].mean() for _ in range(400)]
    independent = 144 / HANN_CELLS  # none of these cells mirrors another
    assert np.var(means) == pytest.approx(1 / independent, rel=0.35)
