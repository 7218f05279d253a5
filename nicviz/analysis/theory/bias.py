"""The spectral bias by its training set: a linear codec's gain by theory and as measured."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from nicviz.analysis.theory.bases import of_pictures
from nicviz.analysis.theory.linear import Share, measured_gain, predicted_gain, shared_out
from nicviz.codecs.pca.coding import decode_with_model, encode_with_model
from nicviz.codecs.pca.model import TRAINED_ON, Float, LinearModel, trained_model
from nicviz.errors import NicvizError
from nicviz.images import Image, LoadedImage, decode_png, encode_png
from nicviz.metrics import METRICS
from nicviz.rate import bits_per_pixel
from nicviz.run.place import check
from nicviz.run.work import Signal
from nicviz.spectra.radial import Rings, Transfer, natural_rings
from nicviz.store import Store, kept
from nicviz.versions import library_versions

PICTURE = "picture"
TRAINING_SETS = (*TRAINED_ON, PICTURE)
"""What a linear codec can be trained on here: the sets of the package, and the very picture that it codes."""

LARGEST_MEGAPIXELS = 8.0  # transforms of three planes take 200 bytes a pixel
WIDE_RINGS = 48  # of a gain: a ring of many frequencies averages the noise of one picture away
MSES = (1.0, 3000.0)
_RATE_TOLERANCE = 0.01
_METHOD = 1  # raise it when the same picture gives other results


@dataclass(frozen=True)
class LinearAt:
    """Where the linear codec is set: to a target MSE (levels²), or to a measured rate (bits per pixel)."""

    kind: Literal["mse", "bpp"]
    value: float


@dataclass(frozen=True)
class WideGain:
    """A gain over wide rings: (num_rings,) mean frequency (cycles/pixel), number of frequencies, and gain."""

    frequency: Float
    count: Float
    gain: Float


@dataclass(frozen=True)
class LinearOutcome:
    """What a linear codec made of a picture.

    Args:
        trained_on: of `TRAINING_SETS`.
        mse: target; where it was set to a rate, the one that gives it.
        bpp, psnr_db: measured on the bitstream and its reconstruction; an exact one has an infinite PSNR.
        share: of the model at this target: components, rate, error.
        theory, measured: gains in luminance.
        png: the reconstruction.
        reached: whether a rate that was asked for was met to 1 %.
    """

    trained_on: str
    mse: float
    bpp: float
    psnr_db: float
    share: Share
    theory: WideGain
    measured: WideGain
    png: bytes
    reached: bool

    def pixels(self) -> Image:
        """Return the reconstruction, (H, W, 3) uint8."""
        return decode_png(self.png)


def model_of(trained_on: str, image: LoadedImage) -> LinearModel:
    """Return the linear model of a training set; of `PICTURE` it is trained on `image`."""
    return of_pictures(PICTURE, [image.pixels]) if trained_on == PICTURE else trained_model(trained_on)


def widened(transfer: Transfer, rings: Rings, num_rings: int = WIDE_RINGS) -> WideGain:
    """Return the gain over `num_rings` rings, each of neighboring natural ones."""
    group = np.arange(len(rings.count)) * num_rings // max(len(rings.count), num_rings)

    def total(values: Float) -> Float:
        weighed = np.nan_to_num(values) * rings.count
        return np.bincount(group, weighed, num_rings).astype(np.float64)

    count = np.bincount(group, rings.count, num_rings).astype(np.float64)
    wide = Transfer(
        *(total(each) / np.maximum(count, 1) for each in (transfer.given, transfer.kept, transfer.returned))
    )
    frequency = np.divide(total(rings.frequency), count, out=np.full(num_rings, np.nan), where=count > 0)
    return WideGain(frequency, count, wide.gain())


def run_linear(
    image: LoadedImage, trained_on: str, at: LinearAt, signal: Signal, store: Store | None = None
) -> LinearOutcome:
    """Return what the linear codec of a training set makes of a picture, from the store where that was done before.

    Raises:
        NicvizError: too many pixels, or a picture smaller than a block as its own training set.
        Canceled: nobody wants it any more.
    """
    check(signal)
    height, width = image.pixels.shape[:2]
    if height * width > LARGEST_MEGAPIXELS * 1e6:
        raise NicvizError(
            f"{image.name} has {height * width / 1e6:.1f} megapixels; gains take up to {LARGEST_MEGAPIXELS:g}. Crop it."
        )
    own = trained_on == PICTURE
    inputs = {"image": image.sha256, "trained_on": trained_on, "at": at.kind, "value": at.value,
              "model": None if own else trained_model(trained_on).digest.hex()}  # fmt: skip
    versions = {**library_versions("numpy", "constriction"), "theory": _METHOD}
    members = kept("linear-codec", inputs, versions, lambda: _members(_run(image, trained_on, at, signal)), store)
    record = members["record"]
    psnr = math.inf if record["psnr_db"] is None else record["psnr_db"]
    theory, measured = WideGain(*members["theory"]), WideGain(*members["measured"])
    return LinearOutcome(trained_on, record["mse"], record["bpp"], psnr, Share(**record["share"]), theory, measured,
                         members["png"], record["reached"])  # fmt: skip


def _run(image: LoadedImage, trained_on: str, at: LinearAt, signal: Signal) -> LinearOutcome:
    model = model_of(trained_on, image)

    def encoded(mse: float) -> bytes:
        check(signal)
        return encode_with_model(image.pixels, model, mse, model.water_filled(mse))

    mse = at.value if at.kind == "mse" else _mse_at(lambda each: _bpp(encoded(each), image), at.value)
    bitstream = encoded(mse)
    pixels = decode_with_model(bitstream, model, model.water_filled)
    bpp, psnr = _bpp(bitstream, image), METRICS["psnr_db"].compute(image.pixels, pixels)
    allocation = model.water_filled(mse)
    check(signal)
    height, width = image.pixels.shape[:2]
    rings = natural_rings((height, width))
    theory = widened(predicted_gain(model, allocation, image.pixels), rings)
    measured = widened(measured_gain(image.pixels, pixels), rings)
    reached = at.kind == "mse" or abs(bpp / at.value - 1) <= _RATE_TOLERANCE
    return LinearOutcome(
        trained_on, mse, bpp, math.inf if psnr is None else psnr, shared_out(model, allocation), theory, measured,
        encode_png(pixels), reached,
    )  # fmt: skip


def _mse_at(rate: Callable[[float], float], bpp: float, steps: int = 18) -> float:
    """Return the target MSE whose bitstream has nearly this rate, by bisection: the rate falls with the MSE."""
    low, high = MSES
    best, off = high, math.inf
    for _ in range(steps):
        mse = float(f"{math.sqrt(low * high):.6g}")
        found = rate(mse)
        if abs(found / bpp - 1) < off:
            best, off = mse, abs(found / bpp - 1)
        if off <= _RATE_TOLERANCE / 4:
            break
        low, high = (mse, high) if found > bpp else (low, mse)
    return best


def _bpp(bitstream: bytes, image: LoadedImage) -> float:
    return bits_per_pixel(len(bitstream), image.pixels.shape)


def _members(done: LinearOutcome) -> dict[str, object]:
    record = {"mse": done.mse, "bpp": done.bpp, "share": vars(done.share), "reached": done.reached,
              "psnr_db": None if math.isinf(done.psnr_db) else done.psnr_db}  # fmt: skip
    gains = {name: np.array([each.frequency, each.count, each.gain])
             for name, each in (("theory", done.theory), ("measured", done.measured))}  # fmt: skip
    return {"record": record, "png": done.png, **gains}
