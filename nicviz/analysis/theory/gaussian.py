"""The rate–distortion function of the stationary Gaussian that has a picture's spectrum.

Reverse water-filling over frequencies (Kolmogorov, 1956; Berger, Rate Distortion Theory, 1971, 4.5): with λ_i(f) the
eigenvalues of the 3×3 spectral density of R, G and B, R(θ) = Σ_i mean_f max(0, ½ log₂ λ_i/θ) bits per pixel and
D(θ) = mean over i and f of min(θ, λ_i). No code for that Gaussian does better. Of one picture it is no bound: pictures
are not Gaussian, and a codec that knows edges may lie left of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nicviz.codecs.pca.model import Float, water_level
from nicviz.errors import NicvizError
from nicviz.images import Image, LoadedImage
from nicviz.spectra.window import hann
from nicviz.store import Store, kept
from nicviz.versions import library_versions

SEGMENT = 64  # pixels a side of what the spectrum is averaged over
MOST_SEGMENTS = 32  # in a direction: those of larger pictures lie apart
LEAST_SIDE = 128  # pixels: fewer segments than nine tell noise from spectrum badly
PSNRS = np.arange(20.0, 50.25, 0.5)  # dB, where the curve is drawn
_METHOD = 1  # raise it when the same picture gives another spectrum


@dataclass(frozen=True)
class GaussianCurve:
    """Rate over quality of the Gaussian, as drawn beside codecs.

    Args:
        bpp: (N,) bits per pixel, mean over pictures.
        psnr_db: (N,) of the distortion, R, G, B and peak 255, the same for every picture.
        num_pictures: that have a spectrum.
        left_out: why others have none, in sentences.
    """

    bpp: Float
    psnr_db: Float
    num_pictures: int
    left_out: tuple[str, ...] = ()


def spectral_density(image: Image, name: str = "The picture") -> Float:
    """Return the eigenvalues of the spectral density matrix of R, G and B, (64 · 64, 3), levels², at least 0.

    Welch's method: mean over half-overlapping segments of 64×64 pixels under a Hann window, the picture's mean removed.
    A single periodogram would not do: it scatters as an exponential, and E ln P lies 0.58 below ln E P, which alone
    would take 0.42 bits off every sample.

    Raises:
        NicvizError: a side of under 128 pixels.
    """
    height, width = image.shape[:2]
    if min(height, width) < LEAST_SIDE:
        raise NicvizError(f"{name} is {width}×{height}: its R(D) takes {LEAST_SIDE} pixels a side and more.")
    window = np.outer(hann(SEGMENT), hann(SEGMENT)) / SEGMENT
    planes = np.moveaxis(image, 2, 0).astype(np.float64)
    planes -= planes.mean(axis=(1, 2), keepdims=True)
    density = np.zeros((SEGMENT, SEGMENT, 3, 3))
    tops, lefts = _starts(height), _starts(width)
    for top in tops:
        row = np.array([planes[:, top : top + SEGMENT, left : left + SEGMENT] for left in lefts]) * window
        found = np.fft.fft2(row)
        density += np.einsum("nahw,nbhw->hwab", found, found.conj()).real  # quadrature between colors: of no picture
    density /= len(tops) * len(lefts)
    return np.maximum(np.linalg.eigvalsh(density.reshape(-1, 3, 3)), 0.0)


def gaussian_rate(eigenvalues: Float, mse: float) -> float:
    """Return R(D) in bits per pixel at a mean square error D over the three channels, levels².

    It is 0 where D is the variance or more.
    """
    flat = eigenvalues.ravel()
    level = water_level(flat, mse)
    above = flat[flat > level]
    return float(0.5 * np.log2(above / level).sum() * 3 / flat.size) if len(above) else 0.0


def gaussian_rates(image: LoadedImage, store: Store | None = None) -> Float:
    """Return R in bits per pixel at each of `PSNRS`, from the store where it was computed before.

    Raises:
        NicvizError: a side of under 128 pixels.
    """

    def compute() -> dict[str, Float]:
        eigenvalues = spectral_density(image.pixels, image.name)
        return {"bpp": np.array([gaussian_rate(eigenvalues, 255.0**2 / 10 ** (psnr / 10)) for psnr in PSNRS])}

    versions = {**library_versions("numpy"), "theory": _METHOD}
    found: Float = kept("gaussian-rd", {"image": image.sha256}, versions, compute, store)["bpp"]
    return found


def mean_curve(rates: Sequence[Float], problems: Sequence[str] = ()) -> GaussianCurve:
    """Return the mean of pictures' rates at equal quality.

    Raises:
        NicvizError: there is none; says why.
    """
    if not rates:
        raise NicvizError(" ".join(problems) or "There is no picture.")
    return GaussianCurve(np.mean(rates, axis=0), PSNRS, len(rates), tuple(problems))


def _starts(length: int) -> list[int]:
    count = min(MOST_SEGMENTS, -(-(length - SEGMENT) // (SEGMENT // 2)) + 1)
    return [int(each) for each in np.rint(np.linspace(0, length - SEGMENT, count))]
