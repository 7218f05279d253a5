"""Rate and PSNR of what a run has learned so far, as a codec of nicviz has them."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from nicviz.codecs.neural.encode import coder
from nicviz.codecs.neural.entropy.container import unpack
from nicviz.codecs.neural.network import models
from nicviz.codecs.neural.weights.locate import weights_of
from nicviz.images import Image
from nicviz.rate import bits_per_pixel

FINEST = 8.0  # the quality of a variable-rate model that its λ is named for; others have one quality


@dataclass(frozen=True)
class Evaluation:
    """Means over pictures.

    Args:
        bpp: bits per pixel; estimated, or of bitstreams.
        psnr_db: of 8-bit reconstructions.
    """

    bpp: float
    psnr_db: float


def evaluate(
    state: Mapping[str, torch.Tensor], pictures: Sequence[Image], device: torch.device, *, bitstreams: bool
) -> Evaluation:
    """Return the means over pictures, from forward passes or from bitstreams that are decoded again."""
    buffer = io.BytesIO()
    torch.save(dict(state), buffer)
    model = models.at(models.load(weights_of(buffer.getvalue(), "the weights of this run"), str(device)), FINEST)
    found = [_measure(model, picture, bitstreams) for picture in pictures]
    return Evaluation(*(float(mean) for mean in np.mean(found, axis=0)))


def _measure(model: models.Model, picture: Image, bitstreams: bool) -> tuple[float, float]:
    if bitstreams:
        bitstream = coder.encode(model, "training", picture, FINEST)
        bpp = bits_per_pixel(len(bitstream), picture.shape)
        reconstruction = coder.decode(model, unpack("training", bitstream, picture.size))
    else:
        found = coder.estimate(model, picture, FINEST)
        bpp, reconstruction = found.bpp, found.reconstruction
    mse = np.mean((reconstruction.astype(np.float64) - picture) ** 2)
    return bpp, float(10 * np.log10(255**2 / max(mse, 1e-12)))
