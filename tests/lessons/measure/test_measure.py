"""What lessons measure, against plain NumPy and against what real bitstreams are long."""

from dataclasses import replace

import numpy as np
import pytest

from nicviz.codecs import CODECS
from nicviz.corruptions import corrupt
from nicviz.errors import NicvizError
from nicviz.lessons.base import Bench
from nicviz.lessons.measure import color, frequency, noise, rate
from nicviz.lessons.scene import by_ring, gains, scene, spectra_of
from nicviz.metrics import METRICS
from nicviz.requests.view import View
from nicviz.run.work import Signal
from nicviz.spectra.radial import Rings
from nicviz.tasks.compress import compress
from nicviz.tasks.settings import CodecSetting, CorruptionSetting, ImageSetting

pytestmark = pytest.mark.slow  # JPEG 2000 runs in a process of its own
IMAGE = ImageSetting("coffee", crop=(200, 100, 176, 168))
VIEW = View(image=IMAGE, codecs=(CodecSetting("jpeg2000"), CodecSetting("jpeg", 30.0)), match=None)
NOISY = replace(VIEW, corruption=CorruptionSetting("gaussian_noise", 3, 5))


def bench() -> Bench:
    return Bench(CODECS, Signal())


def gray(pixels: np.ndarray) -> np.ndarray:
    return pixels @ np.array([0.2125, 0.7154, 0.0721])


def test_codecs_without_a_quality_get_the_rate_of_the_last_one_on_what_they_are_given() -> None:
    for view in (VIEW, NOISY):
        made = scene(view, bench())
        given = IMAGE.load().pixels
        if view.corruption:
            given = corrupt(given, "gaussian_noise", 3, 5)
        num_bytes = len(CODECS["jpeg"].encode(given, 30.0))
        assert made.compared[1].compression.num_bytes == num_bytes
        assert abs(made.compared[0].compression.num_bytes / num_bytes - 1) == pytest.approx(abs(made.mismatch))
        assert abs(made.mismatch) < 0.02
        assert made.view.match is None
        assert all(setting.quality is not None for setting in made.view.codecs)


def test_a_lossless_codec_has_a_gain_of_one_in_every_ring() -> None:
    made = scene(replace(VIEW, codecs=(CodecSetting("png"),)), bench())
    assert gains(spectra_of(made, 0, bench())) == pytest.approx([1.0] * 4)


def test_a_ring_is_the_ratio_of_sums_over_its_cells_and_the_mean_is_left_out() -> None:
    frequency_of = np.array([0.0, 0.05, 0.1, 0.2, 0.3, np.nan])
    found = Rings(np.zeros(1, int), np.array([1, 8, 16, 32, 64, 0]), frequency_of)
    above = np.array([1e9, 1.0, 1.0, 3.0, 2.0, np.nan])
    below = np.array([1e9, 4.0, 2.0, 6.0, 8.0, np.nan])
    assert by_ring(above, below, found) == pytest.approx([8 / 32, 16 / 32, 0.5, 0.25])


def test_the_power_of_slow_waves_is_that_of_a_plain_transform() -> None:
    measured = frequency.power_of_picture(VIEW, bench())
    plane = gray(IMAGE.load().pixels)
    power = np.abs(np.fft.fft2(plane - plane.mean())) ** 2
    v, u = np.meshgrid(np.fft.fftfreq(168), np.fft.fftfreq(176), indexing="ij")
    slow = np.hypot(v, u) < 0.0625
    assert measured.numbers["share"] == pytest.approx(power[slow].sum() / power.sum())
    assert measured.numbers["cells"] == pytest.approx(slow.mean())


def test_relative_errors_and_tilts_are_those_of_the_decoded_picture() -> None:
    measured = frequency.errors_of_both(VIEW, bench())
    x = IMAGE.load().pixels
    error = gray(CODECS["jpeg"].decode(CODECS["jpeg"].encode(x, 30.0)).astype(float) - x)
    D, P = (np.abs(np.fft.fft2(plane)) ** 2 for plane in (error, gray(x)))
    f = np.hypot(*np.meshgrid(np.fft.fftfreq(168), np.fft.fftfreq(176), indexing="ij"))
    high = f > 0.25
    assert measured.numbers["neural_fastest"] == pytest.approx(D[high].sum() / P[high].sum(), rel=0.02)
    tilt = 10 * np.log10(D[high].mean() / D[f < 0.0625].mean())
    assert measured.numbers["neural_tilt"] == pytest.approx(tilt)


def test_the_noise_test_is_of_the_pictures_that_codecs_give() -> None:
    measured = noise.denoises(NOISY, bench())
    x = IMAGE.load().pixels
    errors, noises = [], []
    for seed in (5, 6, 7):
        given = corrupt(x, "gaussian_noise", 3, seed)
        decoded = CODECS["jpeg"].decode(CODECS["jpeg"].encode(given, 30.0))
        errors.append(np.mean(gray(decoded.astype(float) - x) ** 2))
        noises.append(np.mean(gray(given.astype(float) - x) ** 2))
    assert measured.numbers["neural"] == pytest.approx(np.mean(errors))
    assert measured.numbers["neural_cleans"] == pytest.approx(10 * np.log10(np.mean(noises) / np.mean(errors)))
    assert measured.numbers["spread"] > 0
    assert measured.numbers["drawings"] == 3


def test_what_noise_costs_is_counted_in_bytes() -> None:
    x = IMAGE.load().pixels
    clean, noisy = (len(CODECS["jpeg"].encode(p, 30.0)) for p in (x, corrupt(x, "gaussian_noise", 3, 5)))
    assert noise.price_of_noise(NOISY, bench()).numbers["times"] == pytest.approx(noisy / clean)
    with pytest.raises(NicvizError, match="corrupted"):
        noise.copies(VIEW, bench())


def test_kept_reds_are_counted_as_sets_are() -> None:
    from nicviz.color import srgb_to_lab

    measured = color.colors_of_both(VIEW, bench())
    x = IMAGE.load().pixels
    y = CODECS["jpeg"].decode(CODECS["jpeg"].encode(x, 30.0))
    before, after = ({tuple(pair) for pair in np.rint(srgb_to_lab(p)[..., 1:]).reshape(-1, 2)} for p in (x, y))
    red = {(a, b) for a, b in before if np.hypot(a, b) >= 20 and a > 0 and abs(b) <= a}
    assert red
    assert measured.numbers["neural_red"] == pytest.approx(len(red & after) / len(red))
    assert measured.numbers["neural_times"] == pytest.approx(len(after) / len(before))
    assert measured.numbers["neural_invented"] == pytest.approx(len(after - before) / len(after))


def test_a_picture_without_red_has_no_share_of_it() -> None:
    gray_view = replace(VIEW, image=ImageSetting("grass", crop=(0, 0, 64, 64)))
    assert np.isnan(color.colors_of_both(gray_view, bench()).numbers["neural_red"])
    assert np.isnan(color.red_to_the_eye(gray_view, bench()).numbers["neural_moved"])
    assert color.colors_of_picture(gray_view, bench()).numbers["red"] == 0


def test_both_rulers_are_those_of_the_metrics() -> None:
    measured = rate.two_networks(VIEW, bench())
    x = IMAGE.load()
    y = compress(x, CODECS["jpeg"], 30.0).pixels()
    psnr, ms_ssim = (METRICS[name].compute(x.pixels, y) or 0.0 for name in ("psnr_db", "ms_ssim"))
    assert measured.numbers["second_psnr"] == pytest.approx(psnr)
    assert measured.numbers["second_ms_ssim"] == pytest.approx(-10 * np.log10(1 - ms_ssim))
    assert measured.numbers["psnr"] == pytest.approx(psnr - measured.numbers["first_psnr"])


def test_two_ends_share_less_than_whole_curves() -> None:
    view = replace(VIEW, codecs=(CodecSetting("webp"), CodecSetting("jpeg")))
    numbers = rate.two_ends(view, bench()).numbers
    assert numbers["ends_overlap"] < numbers["whole_overlap"]
    assert numbers["whole"] == pytest.approx(rate.bd_in_psnr(view, bench()).numbers["psnr"])
