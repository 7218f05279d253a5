"""The part of a codec's error that lies in a ring or wedge of the frequency plane."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nicviz.analysis.compare import Compared
from nicviz.errors import NicvizError
from nicviz.images import Image, LoadedImage
from nicviz.spectra.part import Part, energy_in, keep_part
from nicviz.spectra.power import Channel, channel_planes, difference, mean_product, transform
from nicviz.tasks.task import Kind

MIDDLE = 128  # the level of no error in a picture of a part


@dataclass(frozen=True)
class ErrorPart:
    """What a codec does wrong in a part of the plane.

    Args:
        planes: (1, H, W) of the channel or (3, H, W) of R, G and B: the signed part of the error, in levels.
        energy, total: mean square of the part and of the whole error, levels².
        num_frequencies: cells of the plane that the part has.
    """

    planes: NDArray[np.float32]
    energy: float
    total: float
    num_frequencies: int

    def picture(self, gain: float) -> Image:
        """Return (H, W, 3) uint8: the error times `gain`, where no error is the middle gray 128."""
        levels = np.clip(np.rint(self.planes * gain + MIDDLE), 0, 255).astype(np.uint8)
        return np.ascontiguousarray(np.moveaxis(np.broadcast_to(levels, (3, *levels.shape[1:])), 0, 2))


def error_part(
    original: LoadedImage, source: LoadedImage, compared: Compared, kind: Kind, channel: Channel, part: Part
) -> ErrorPart:
    """Return a part of D, G or R of one codec on one picture.

    Raises:
        NicvizError: a kind of error that the comparison does not hold.
    """
    image, reference = compared.compression, source
    if kind == "R":
        reference = original
    elif kind == "D" and source is not original:
        if compared.clean is None:
            raise NicvizError("There is no reconstruction of the clean image to take D from.")
        image, reference = compared.clean, original
    error = difference(image.pixels(), reference.pixels)
    height, width = error.shape[:2]
    half = transform(channel_planes(error, channel))
    power = mean_product(half, half, width)
    planes = keep_part(half, width, part).astype(np.float32)
    count = int(part.mask((height, width)).sum())
    return ErrorPart(planes, energy_in(power, part), float(power.mean()), count)


def fitting_gain(parts: list[ErrorPart]) -> int:
    """Return the power of 2 (1 … 256) that makes the strongest part fill the gray scale, mostly without clipping."""
    loudest = max((part.energy**0.5 for part in parts), default=0.0)
    if loudest <= 0:
        return 1
    return int(2 ** np.clip(np.floor(np.log2(MIDDLE / (2.5 * loudest))), 0, 8))
