import numpy as np
import pytest

from nicviz.spectra.ood_nic import KODAK_MEAN, KODAK_STD, ood_nic_spectrum
from nicviz.spectra.power import (
    CHANNELS,
    channel_planes,
    difference,
    frequencies,
    mean_product,
    power_spectrum,
    radius,
    transform,
)

SHAPES = [(1, 1), (1, 2), (2, 1), (5, 8), (8, 5), (7, 9), (33, 64), (48, 31)]


def pair(shape: tuple[int, int], seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return tuple(rng.integers(0, 256, (*shape, 3), dtype=np.uint8) for _ in range(2))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("channel", CHANNELS)
def test_the_spectrum_is_the_squared_fft_over_the_number_of_pixels(shape, channel) -> None:
    planes = channel_planes(difference(*pair(shape)), channel)
    expected = np.mean([np.abs(np.fft.fftshift(np.fft.fft2(plane))) ** 2 / plane.size for plane in planes], axis=0)
    np.testing.assert_allclose(power_spectrum(difference(*pair(shape)), channel), expected, atol=1e-9 * expected.max())


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("channel", CHANNELS)
def test_the_mean_over_frequencies_is_the_mean_square_error(shape, channel) -> None:
    a, b = pair(shape)
    error = channel_planes(a.astype(float) - b.astype(float), channel)
    assert power_spectrum(difference(a, b), channel).mean() == pytest.approx(np.mean(error**2), rel=1e-9)


def test_the_mean_over_red_green_and_blue_is_the_error_behind_psnr() -> None:
    a, b = pair((20, 30))
    mse = 255**2 / 10 ** (psnr(a, b) / 10)
    assert power_spectrum(difference(a, b), "rgb").mean() == pytest.approx(mse, rel=1e-9)


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    from nicviz.metrics import METRICS

    return METRICS["psnr_db"].compute(a, b)


@pytest.mark.parametrize("channel", CHANNELS)
def test_no_error_has_a_spectrum_of_exact_zeros(channel) -> None:
    image, _ = pair((31, 40))
    assert not power_spectrum(difference(image, image), channel).any()


@pytest.mark.parametrize(
    ("shape", "u", "v"), [((48, 64), 5, 3), ((48, 64), -7, 11), ((45, 63), 4, 0), ((45, 63), 0, 9)]
)
def test_a_pure_grating_lands_in_its_two_cells_with_its_energy(shape, u, v) -> None:
    y, x = np.mgrid[: shape[0], : shape[1]]
    wave = 40 * np.cos(2 * np.pi * (u * x / shape[1] + v * y / shape[0]))
    power = power_spectrum(np.repeat(wave[..., None], 3, axis=2))
    center = (shape[0] // 2, shape[1] // 2)
    cells = [(center[0] + sign * v, center[1] + sign * u) for sign in (1, -1)]
    for cell in cells:
        assert power[cell] == pytest.approx(power.size * 40**2 / 4)
    assert power.sum() - sum(power[cell] for cell in cells) < 1e-9 * power.sum()
    assert frequencies(shape[1])[cells[0][1]] == pytest.approx(u / shape[1])
    assert radius(shape)[cells[0]] == pytest.approx(np.hypot(u / shape[1], v / shape[0]))


@pytest.mark.parametrize("shape", SHAPES)
def test_a_constant_lies_at_zero_frequency_whatever_the_size(shape) -> None:
    power = power_spectrum(np.full((*shape, 3), 10, np.uint8))
    assert power[shape[0] // 2, shape[1] // 2] == pytest.approx(100 * power.size)
    assert radius(shape)[shape[0] // 2, shape[1] // 2] == 0
    assert power.sum() == pytest.approx(100 * power.size)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_cross_spectrum_is_that_of_whole_transforms(shape) -> None:
    a, b = (channel_planes(image, "rgb") for image in pair(shape, 3))
    whole = np.mean([np.fft.fft2(x) * np.conj(np.fft.fft2(y)) / x.size for x, y in zip(a, b, strict=True)], axis=0)
    found = mean_product(transform(a), transform(b), shape[1])
    np.testing.assert_allclose(found, np.fft.fftshift(whole.real), atol=1e-9 * np.abs(whole).max())


def test_the_public_codes_convention_is_a_direct_reading_of_its_definition() -> None:
    rng = np.random.default_rng(1)
    for shape in ((24, 36), (15, 22)):
        a, b = (rng.integers(0, 256, (*shape, 3), dtype=np.uint8) for _ in range(2))
        mean, std = np.array(KODAK_MEAN), np.array(KODAK_STD)
        error = np.round((a / 255 - mean) / std - (b / 255 - mean) / std)
        gray = 0.2125 * error[..., 0] + 0.7154 * error[..., 1] + 0.0721 * error[..., 2]
        expected = np.abs(np.fft.fftshift(np.fft.fft2(gray)))
        found, lost = ood_nic_spectrum(a, b)
        np.testing.assert_allclose(found, expected, atol=1e-9 * expected.max())
        assert lost == pytest.approx(np.mean(error[a != b] == 0), abs=1e-12)


def test_the_public_codes_rounding_removes_every_small_error() -> None:
    a = np.full((16, 16, 3), 100, np.uint8)
    power, lost = ood_nic_spectrum(a + np.uint8(20), a)
    assert lost == 1
    assert not power.any()
    assert ood_nic_spectrum(a, a)[1] == 0
