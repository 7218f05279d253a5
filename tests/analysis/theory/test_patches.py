"""Principal components against numpy's, the DCT against scipy's, and what follows from both."""

import numpy as np
import pytest
from scipy.fft import dctn

from nicviz.analysis.theory.patches import (
    Components,
    Moments,
    coding_gain_db,
    dct_basis,
    fixed_signs,
    moments_of,
    principal_components,
    sample_patches,
    share_of_first,
)
from nicviz.color import luminance
from nicviz.errors import NicvizError
from tests.codecs.pictures import noise, photograph


def patches(side: int, channel: str, count: int = 3000) -> np.ndarray:
    return sample_patches(photograph(200), side, count, channel, np.random.default_rng(4))


def found_in(side: int, channel: str) -> tuple[Components, np.ndarray]:
    values = patches(side, channel)
    moments = Moments(side, channel)
    for part in np.array_split(values, 3):  # as pictures come, one after the other
        moments.add(part)
    return principal_components(moments), values


@pytest.mark.parametrize(("side", "channel"), [(8, "luminance"), (16, "luminance"), (8, "rgb")])
def test_components_are_those_of_numpys_covariance(side: int, channel: str) -> None:
    found, values = found_in(side, channel)
    covariance = np.cov(values, rowvar=False)
    variances, vectors = np.linalg.eigh(covariance)
    assert found.variances == pytest.approx(variances[::-1], rel=1e-6, abs=1e-6 * variances[-1])
    dots = np.abs((found.vectors[:, :6] * vectors[:, ::-1][:, :6]).sum(axis=0))
    assert dots == pytest.approx(np.ones(6), abs=1e-6)
    assert found.vectors.T @ found.vectors == pytest.approx(np.eye(found.vectors.shape[1]), abs=1e-9)


def test_moments_are_numpys() -> None:
    values = patches(8, "luminance")
    moments = Moments(8, "luminance")
    moments.add(values)
    assert moments.mean == pytest.approx(values.mean(axis=0))
    assert moments.covariance() == pytest.approx(np.cov(values, rowvar=False), rel=1e-9, abs=1e-6)


def test_signs_are_fixed_by_the_entry_of_largest_magnitude() -> None:
    vectors = np.array([[0.1, -0.9, 0.0], [-0.8, 0.2, -0.5], [0.3, 0.1, 0.5]])
    fixed = fixed_signs(vectors)
    assert fixed.tolist() == [[-0.1, 0.9, -0.0], [0.8, -0.2, 0.5], [-0.3, -0.1, -0.5]]
    assert (fixed_signs(-vectors) == fixed).all()


def test_the_dcts_variances_are_those_of_scipys_coefficients() -> None:
    found, values = found_in(8, "luminance")
    coefficients = dctn(values.reshape(-1, 8, 8), axes=(1, 2), norm="ortho").reshape(-1, 64)
    assert found.dct == pytest.approx(np.sort(coefficients.var(axis=0, ddof=1))[::-1], rel=1e-9, abs=1e-6)
    basis = dct_basis(8)
    assert basis.T @ basis == pytest.approx(np.eye(64), abs=1e-12)


@pytest.mark.parametrize("channel", ["luminance", "rgb"])
def test_no_basis_packs_more_into_the_first_than_the_components_do(channel: str) -> None:
    found, _ = found_in(8, channel)
    assert found.variances.sum() == pytest.approx(found.dct.sum())
    assert (share_of_first(found.variances) >= share_of_first(found.dct) - 1e-12).all()
    assert share_of_first(found.variances)[-1] == pytest.approx(1)
    assert coding_gain_db(found.variances) > coding_gain_db(found.dct) > 5


def test_the_coding_gain_is_the_mean_over_the_geometric_mean_in_decibels() -> None:
    assert coding_gain_db(np.array([4.0, 1.0])) == pytest.approx(10 * np.log10(2.5 / 2))
    assert coding_gain_db(np.ones(5)) == pytest.approx(0)
    assert coding_gain_db(np.array([1.0, 0.0])) is None
    assert coding_gain_db(np.zeros(3)) is None


def test_a_component_that_is_a_wave_has_the_waves_frequency() -> None:
    wave = np.cos(2 * np.pi * 4 * (np.arange(16) + 0.5) / 16)
    vector = np.outer(np.ones(16), wave).ravel()
    found = Components(16, "luminance", 9, np.ones(1), (vector / np.linalg.norm(vector))[:, None], np.ones(1))
    assert found.frequencies(1)[0] == pytest.approx(0.25)
    assert found.spectra(1).sum() == pytest.approx(64 * 64), "Parseval: a component has the norm 1"


def test_on_photographs_variance_falls_with_frequency_and_on_white_noise_nothing_does() -> None:
    found, _ = found_in(8, "luminance")
    means = found.mean_frequencies(64)
    assert np.corrcoef(np.arange(64), means)[0, 1] > 0.8
    moments = Moments(8, "luminance")
    moments.add(sample_patches(noise(300, 300), 8, 20_000, "luminance", np.random.default_rng(0)))
    white = principal_components(moments)
    assert white.variances[0] < 1.4 * white.variances[-1]
    assert abs(np.corrcoef(np.arange(64), white.mean_frequencies(64))[0, 1]) < 0.5


def test_patches_are_parts_of_the_picture_the_same_for_one_seed() -> None:
    image = photograph(60)
    first = sample_patches(image, 8, 50, "rgb", np.random.default_rng(1))
    assert (first == sample_patches(image, 8, 50, "rgb", np.random.default_rng(1))).all()
    assert first.shape == (50, 192)
    every = sample_patches(image[:9, :10].copy(), 8, 50, "luminance", np.random.default_rng(1))
    assert every.shape == (6, 64), "all there are, once each"
    assert every[4].reshape(8, 8) == pytest.approx(luminance(image)[1:9, 1:9])
    assert sample_patches(image[:7].copy(), 8, 50, "rgb", np.random.default_rng(1)).shape == (0, 192)


def test_too_few_patches_are_said() -> None:
    with pytest.raises(NicvizError, match="16×16"):
        principal_components(Moments(16, "luminance"))


def test_rounding_is_no_variance() -> None:
    def variances(image: np.ndarray) -> np.ndarray:
        return principal_components(moments_of([image], 8, "luminance", 3000)).variances

    flat = np.full((64, 64, 3), (100, 37, 201), np.uint8)
    assert (variances(flat) == 0).all()
    ramp = np.tile(np.arange(64, dtype=np.uint8)[:, None, None], (1, 64, 3))
    assert np.count_nonzero(variances(ramp)) == 1, "patches differ in their mean alone"
    assert np.count_nonzero(variances(np.asarray(noise(64, 64)) // 64 + 100)) == 64, "few levels are a variance"
