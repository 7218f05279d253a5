"""Train the linear codecs: `python -m nicviz.analysis.theory.bases` writes the file that the package carries.

Photographs: the samples of that group but for the printed page, each with the same number of blocks. Text: the printed
page. Noise: its exact covariance, what the mean over endless samples would be. Colors are always those of the
photographs, and so is the total variance of each plane, so that training sets differ in their spatial spectrum alone.
"""

import io
from collections.abc import Iterable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nicviz.analysis.theory.patches import Float, color_components, fixed_signs, moments_of
from nicviz.codecs.pca.model import BLOCK, FILE, SIZE, LinearModel, digest_of
from nicviz.errors import NicvizError
from nicviz.images import Image
from nicviz.samples import sample_sets

BLOCKS = 4000  # of each picture
PAGE = "page"
NOISE = {"pink": 1.0, "brown": 2.0}  # exponent of the power spectrum
_FLAT = 1e-6  # levels²: less is what rounding leaves of no variance at all
_TORUS = 512  # pixels: the lowest frequency of the noise is 1/512


def of_pictures(name: str, images: Iterable[Image]) -> LinearModel:
    """Return the model of pictures, colors included.

    Args:
        name: what the model is called.
        images: (H, W, 3) uint8; smaller ones than a block are left out.

    Raises:
        NicvizError: no picture holds a block, or all blocks are of one color.
    """
    moments = moments_of(images, BLOCK, "rgb", BLOCKS)
    covariance = moments.covariance()
    if covariance.diagonal().max() <= _FLAT:
        raise NicvizError("All blocks are of one color: there are no components to learn.")
    color_mean = moments.mean.reshape(3, SIZE).mean(axis=1)
    colors = color_components(covariance, BLOCK).T
    planes = [_plane_covariance(covariance, row) for row in colors]
    basis = fixed_signs(np.linalg.eigh(np.sum(planes, axis=0))[1][:, ::-1])
    variances = np.array([np.einsum("dk,de,ek->k", basis, each, basis, optimize=True) for each in planes])
    return _model(name, color_mean, colors, basis, np.maximum(variances, 0.0))


def with_spatial(name: str, covariance: Float, like: LinearModel) -> LinearModel:
    """Return a model with the colors and the variance per plane of another one, and a spatial covariance (256, 256)."""
    variances, basis = np.linalg.eigh(covariance / np.trace(covariance))
    shares = np.maximum(variances[::-1], 0.0)
    planes = like.variances.sum(axis=1)
    return _model(name, like.color_mean, like.colors, fixed_signs(basis[:, ::-1]), planes[:, None] * shares)


def noise_covariance(exponent: float) -> Float:
    """Return the covariance (256, 256) of blocks of noise with the power spectrum 1/f^exponent, without its mean.

    It is that of a torus of 512×512 pixels; equal in all directions.
    """
    frequency = np.hypot(np.fft.fftfreq(_TORUS)[:, None], np.fft.fftfreq(_TORUS))
    frequency[0, 0] = np.inf
    power = frequency**-exponent if exponent else np.ones_like(frequency)
    correlation = np.fft.ifft2(power).real
    row, column = np.divmod(np.arange(SIZE), BLOCK)
    found: Float = correlation[row[:, None] - row, column[:, None] - column]
    return found


@cache
def trained_anew() -> dict[str, LinearModel]:
    """Return all models by training set, trained from the samples and from formulas: seconds."""
    photographs = [each for each in sample_sets()["photographs"] if each.key != PAGE]
    found = {"photographs": of_pictures("photographs", (each.load().pixels for each in photographs))}
    like = found["photographs"]
    found["white"] = with_spatial("white", np.eye(SIZE), like)
    found |= {name: with_spatial(name, noise_covariance(exponent), like) for name, exponent in NOISE.items()}
    page = next(each for each in sample_sets()["photographs"] if each.key == PAGE)
    text = moments_of([page.load().pixels], BLOCK, "luminance", 10 * BLOCKS).covariance()
    found["text"] = with_spatial("text", text, like)
    return found


def packed() -> bytes:
    """Return the models as the bytes of a .npz file: bases in float16 (white noise: the pixels), all else float32."""
    models = trained_anew()
    arrays: dict[str, NDArray[np.floating[Any]]] = {
        "mean": models["photographs"].color_mean.astype(np.float32),
        "colors": models["photographs"].colors.astype(np.float32),
    }
    for name, model in models.items():
        arrays[f"{name}.variances"] = model.variances.astype(np.float32)
        if name != "white":
            arrays[f"{name}.basis"] = model.basis.astype(np.float16)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def _model(name: str, color_mean: Float, colors: Float, basis: Float, variances: Float) -> LinearModel:
    digest = digest_of(color_mean, colors, basis, variances)
    return LinearModel(name, color_mean, colors, basis, variances, digest)


def _plane_covariance(covariance: Float, row: Float) -> Float:
    by_channel = covariance.reshape(3, SIZE, 3, SIZE)
    found: Float = np.einsum("a,apbq,b->pq", row, by_channel, row, optimize=True)
    return found


if __name__ == "__main__":
    FILE.write_bytes(packed())
