"""R(D) against closed forms, and what it is not."""

import numpy as np
import pytest

from nicviz.analysis.theory.gaussian import gaussian_rate, gaussian_rates, mean_curve, spectral_density
from nicviz.errors import NicvizError
from nicviz.images import LoadedImage
from nicviz.store import Store
from tests.codecs.pictures import noise, photograph


def test_white_noise_has_the_rate_of_independent_gaussians() -> None:
    eigenvalues = np.full((4096, 3), 400.0)
    for mse in (1.0, 25.0, 399.0):
        assert gaussian_rate(eigenvalues, mse) == pytest.approx(3 * 0.5 * np.log2(400 / mse))
    assert gaussian_rate(eigenvalues, 400.0) == gaussian_rate(eigenvalues, 900.0) == 0.0


def test_two_levels_share_a_distortion_by_reverse_water_filling() -> None:
    eigenvalues = np.array([[16.0, 16.0, 16.0], [2.0, 2.0, 2.0]])
    assert gaussian_rate(eigenvalues, 3.0) == pytest.approx(3 / 2 * 0.5 * np.log2(16 / 4)), "θ = 4: one is dropped"
    assert gaussian_rate(eigenvalues, 1.0) == pytest.approx(3 / 2 * (0.5 * np.log2(16) + 0.5 * np.log2(2)))


def test_the_density_of_noise_is_flat_and_its_mean_is_the_mean_variance() -> None:
    image = noise(512, 640)
    eigenvalues = spectral_density(image)
    assert eigenvalues.mean() == pytest.approx(image.reshape(-1, 3).var(axis=0).mean(), rel=0.03)
    assert gaussian_rate(eigenvalues, 100.0) == pytest.approx(1.5 * np.log2(image.var() / 100), rel=0.01)


def test_gray_pictures_cost_nothing_for_color() -> None:
    gray = np.repeat(photograph(200)[:, :, :1], 3, axis=2)
    eigenvalues = np.sort(spectral_density(gray), axis=1)
    assert eigenvalues[:, :2].max() < 1e-9 * eigenvalues.max()


def test_the_curve_falls_with_distortion_and_is_kept(tmp_path) -> None:
    store = Store(tmp_path)
    image = LoadedImage("part", photograph(200))
    rates = gaussian_rates(image, store)
    assert (np.diff(rates) >= 0).all(), "more quality, more bits"
    assert (np.diff(rates[rates > 0], 2) > -1e-9).all(), "R is convex over PSNR"
    assert (gaussian_rates(image, store) == rates).all()
    assert store.size_bytes() > 0
    other = rates + 1
    assert (mean_curve([rates, other]).bpp == (rates + other) / 2).all()


def test_a_small_picture_has_none_and_says_so() -> None:
    with pytest.raises(NicvizError, match=r"part is 200×100.*128"):
        gaussian_rates(LoadedImage("part", photograph(200)[:100].copy()))
    with pytest.raises(NicvizError, match="no picture"):
        mean_curve([])
