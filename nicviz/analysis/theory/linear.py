"""What a linear codec does to each frequency, by theory: from its components and gains alone, without coding anything.

In expectation over the dither the codec is linear: each block x becomes A x with A = W diag(g) Wᵀ. Averaged over the
places that a block boundary can have, that is a filter whose kernel is the mean of A along its diagonals; for a
stationary picture, whose frequencies are uncorrelated, its transform a(f) = Σ_k g_k |W_k(f)|² / 256 is exactly the gain
E[X̂ X*] / E[|X|²]. With g = 1 − θ/λ (reverse water-filling) and λ falling with frequency it is a low-pass.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nicviz.codecs.pca.model import BLOCK, SIZE, Allocation, Float, LinearModel
from nicviz.color import luminance
from nicviz.images import Image
from nicviz.spectra.power import mean_product, transform
from nicviz.spectra.radial import Transfer, natural_rings
from nicviz.spectra.window import windowed_transform

_PRIMARIES = luminance(np.eye(3)[None])[0]  # weights of R, G and B


def equivalent_kernel(basis: Float, gains: Float) -> Float:
    """Return the kernel (31, 31) of the filter that equals a block transform with gains, lag 0 at (15, 15).

    Args:
        basis: (256, K), orthonormal columns.
        gains: (K,).
    """
    operator = (basis * gains) @ basis.T
    row, column = np.divmod(np.arange(SIZE), BLOCK)
    width = 2 * BLOCK - 1
    lag = (row[:, None] - row + BLOCK - 1) * width + column[:, None] - column + BLOCK - 1
    kernel = np.bincount(lag.ravel(), operator.ravel(), width * width) / SIZE
    return kernel.reshape(width, width)


def frequency_response(kernel: Float, shape: tuple[int, int]) -> Float:
    """Return a(f) of a kernel that is symmetric about its middle, (H, W), zero frequency at the center; real."""
    height, width = shape
    middle = len(kernel) // 2
    padded = np.zeros(shape)
    lags = np.arange(-middle, middle + 1)
    np.add.at(padded, (lags[:, None] % height, lags % width), kernel)
    response: Float = np.fft.fftshift(np.fft.fft2(padded).real)
    return response


def predicted_gain(model: LinearModel, allocation: Allocation, image: Image) -> Transfer:
    """Return what theory says of a picture in luminance, per natural ring, under a Hann window.

    Its `gain()` is the prediction; `returned` is that of the mean reconstruction, without the noise of quantization.

    Args:
        model, allocation: of the linear codec.
        image: (H, W, 3) uint8; its power decides how the frequencies of a ring, and the three planes, are weighed.
    """
    height, width = image.shape[:2]
    rings = natural_rings((height, width))
    planes = np.moveaxis((image - model.color_mean) @ model.colors.T, 2, 0)
    weights = model.colors @ _PRIMARIES  # the planes, weighed so, sum up to luminance
    halves = [windowed_transform(weight * plane) for weight, plane in zip(weights, planes, strict=True)]
    whole = np.sum(halves, axis=0)
    kept, mean = np.zeros((height, width)), np.zeros_like(whole)
    for gains, half in zip(allocation.gains, halves, strict=True):
        response = frequency_response(equivalent_kernel(model.basis, gains), (height, width))
        kept += response * mean_product(half, whole, width)
        mean += np.fft.ifftshift(response)[:, : width // 2 + 1] * half
    given, returned = mean_product(whole, whole, width), mean_product(mean, mean, width)
    return Transfer(rings.mean(given), rings.mean(kept), rings.mean(returned))


def measured_gain(given: Image, returned: Image, *, window: bool = True) -> Transfer:
    """Return what went into a codec and what came out, in luminance without its mean, per natural ring.

    Args:
        given, returned: (H, W, 3) uint8.
        window: take the Hann window; without it the gain is that of the Spectra page, where the border's cross counts.
    """
    height, width = given.shape[:2]
    rings = natural_rings((height, width))
    before, after = (
        windowed_transform(plane) if window else transform((plane - plane.mean())[None])
        for plane in (luminance(given), luminance(returned))
    )
    means = [rings.mean(mean_product(first, second, width))
             for first, second in ((before, before), (after, before), (after, after))]  # fmt: skip
    return Transfer(*means)


def model_gain(model: LinearModel, allocation: Allocation, shape: tuple[int, int]) -> Float:
    """Return the gain per natural ring of (H, W) on the model's own pictures, in luminance.

    Those are Gaussian blocks with the model's variances, independent of each other: then
    E|X(f)|² ∝ Σ_k λ_k |W_k(f)|² and E[X̂ X*] ∝ Σ_k g_k λ_k |W_k(f)|².
    """
    weights = (model.colors @ _PRIMARIES) ** 2
    rings = natural_rings(shape)
    found = []
    for strengths in (model.variances, allocation.gains * model.variances):
        kernel = sum(
            weight * equivalent_kernel(model.basis, each) for weight, each in zip(weights, strengths, strict=True)
        )
        found.append(rings.mean(frequency_response(np.asarray(kernel), shape)))
    return np.divide(found[1], found[0], out=np.full(len(rings.count), np.nan), where=found[0] > 0)


@dataclass(frozen=True)
class Share:
    """What reverse water-filling makes of a model.

    Args:
        kept: components that get bits, of 768.
        bpp: Σ ½ log₂(λ/θ) over them, bits per pixel: the rate–distortion function of the model's Gaussian.
        mse: mean of min(θ, λ), levels².
        noise: θ, levels².
    """

    kept: int
    bpp: float
    mse: float
    noise: float


def shared_out(model: LinearModel, allocation: Allocation) -> Share:
    """Return how many components are kept, at which rate and error, on the model's own pictures."""
    kept = allocation.gains > 0
    variances = model.variances[kept]
    bits = 0.5 * np.log2(np.maximum(variances / allocation.noise, 1.0)).sum() / SIZE
    lost = model.variances[~kept].sum() + allocation.noise * kept.sum()
    return Share(int(kept.sum()), float(bits), float(lost) / model.variances.size, allocation.noise)


def band_differences(
    first: Float, second: Float, frequency: Float, count: Float, edges: tuple[float, float]
) -> list[tuple[float, float, float] | None]:
    """Return mean of both gains and the RMS of their difference in the low, medium and high band.

    Args:
        first, second: (num_rings,) gains; a ring where one is NaN is left out.
        frequency, count: (num_rings,) mean |f| in cycles/pixel and number of frequencies, the ring's weight.
        edges: cycles/pixel: low is below the first, high above the second.

    Returns:
        per band (mean of `first`, mean of `second`, RMS difference); None for a band without a ring.
    """
    usable = np.isfinite(first) & np.isfinite(second) & np.isfinite(frequency)
    band = (frequency >= edges[0]).astype(np.intp) + (frequency > edges[1])
    found: list[tuple[float, float, float] | None] = []
    for number in range(3):
        mine: NDArray[np.bool_] = usable & (band == number)
        if not mine.any():
            found.append(None)
            continue
        weights = count[mine] / count[mine].sum()
        means = (float(weights @ first[mine]), float(weights @ second[mine]))
        found.append((*means, float(np.sqrt(weights @ (first[mine] - second[mine]) ** 2))))
    return found
