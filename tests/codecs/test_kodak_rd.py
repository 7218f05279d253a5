"""Rate and distortion on the 24 Kodak images beside the published curves.

A published point is the mean over the images of bpp and of PSNR at one setting; so are the points here. A curve is
read between its points by monotone interpolation (PCHIP) of PSNR over the logarithm of bpp.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np
import pytest
from PIL import Image
from scipy.interpolate import PchipInterpolator

from nicviz.codecs import CODECS
from tests.shared_data import shared

pytestmark = pytest.mark.slow

Curve = tuple[np.ndarray, np.ndarray]
"""Bits per pixel, and PSNR in dB."""

WEBP_QUALITIES = (6, 15, 30, 50, 75, 85, 93)


@pytest.fixture(scope="module")
def published() -> dict[str, Curve]:
    sets = json.loads((shared("reference") / "published_rd.json").read_text())["sets"]["kodak"]
    return {
        name: (np.array(sets[name]["bpp"]), np.array(sets[name]["psnr_db"])) for name in ("jpeg", "jpeg2000", "webp")
    }


@pytest.fixture(scope="module")
def measure():
    """Return a function from codec and qualities to its curve, over every image or fewer; a point is measured once."""
    paths = sorted(shared("kodak").glob("kodim*.png"))
    assert len(paths) == 24
    images = [np.asarray(Image.open(path).convert("RGB")) for path in paths]

    @cache
    def point(name: str, quality: float, index: int) -> tuple[float, float]:
        image, bitstream = images[index], CODECS[name].encode(images[index], quality)
        mean_square = np.mean((CODECS[name].decode(bitstream) - image.astype(np.float32)) ** 2, dtype=np.float64)
        return 8 * len(bitstream) / (image.shape[0] * image.shape[1]), 10 * np.log10(255**2 / mean_square)

    def curve(name: str, qualities: tuple[float, ...], every: int = 1) -> Curve:
        chosen = range(0, len(images), every)
        with ThreadPoolExecutor(2) as pool:
            jobs = [(name, quality, index) for quality in qualities for index in chosen]
            points = np.array(list(pool.map(point, *zip(*jobs, strict=True))))
        means = points.reshape(len(qualities), len(chosen), 2).mean(axis=1)
        return means[:, 0], means[:, 1]

    return curve


def gain_db(measured: Curve, reference: Curve) -> np.ndarray:
    """Return by how much measured points lie above a curve that must cover their rates, in dB."""
    bpp, psnr_db = measured
    order = np.argsort(reference[0])
    known_bpp, known_db = reference[0][order], reference[1][order]
    assert known_bpp[0] <= bpp.min()
    assert bpp.max() <= known_bpp[-1]
    gain = psnr_db - PchipInterpolator(np.log(known_bpp), known_db)(np.log(bpp))
    print(
        *(f"{rate:.3f} bpp: {level:.2f} dB, {more:+.3f}" for rate, level, more in zip(bpp, psnr_db, gain, strict=True))
    )
    return gain


def test_jpeg_lies_on_the_published_curve(measure, published):
    gain = gain_db(measure("jpeg", (6, 10, 20, 30, 50, 70, 80, 90, 94)), published["jpeg"])
    assert gain.min() >= -0.15
    assert gain.max() <= 0.3


def test_jpeg2000_beats_the_published_curve_made_without_the_better_wavelet(measure, published):
    gain = gain_db(measure("jpeg2000", (160.0, 40.0, 12.0)), published["jpeg2000"])
    assert gain.min() >= 0.5


def test_webp_lies_on_the_published_curve(measure, published):
    gain = gain_db(measure("webp", WEBP_QUALITIES), published["webp"])
    assert np.abs(gain).max() <= 0.1


def test_avif_is_well_above_webp(measure):
    gain = gain_db(measure("avif", (28, 45, 70), every=3), measure("webp", WEBP_QUALITIES, every=3))
    assert gain.min() >= 0.9
