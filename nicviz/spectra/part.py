"""A ring or a wedge of the frequency plane, and the part of an error that lies in it."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nicviz.errors import NicvizError
from nicviz.spectra.power import Half, Plane, frequencies, radius
from nicviz.spectra.radial import CORNER

OUTERMOST = math.ceil(1000 * CORNER) / 1000


@dataclass(frozen=True)
class Part:
    """A ring, cut down to a wedge and its mirror image.

    Args:
        inner, outer: of |f| in cycles/pixel, both included. Zero frequency belongs to a part whose `inner` is 0.
        direction: of the frequency in degrees, counterclockwise from a horizontal one (vertical stripes); modulo 180.
        width: of the wedge in degrees, up to 180: the whole ring.
    """

    inner: float = 0.0
    outer: float = OUTERMOST
    direction: float = 0.0
    width: float = 180.0

    def __post_init__(self) -> None:
        numbers = (self.inner, self.outer, self.direction, self.width)
        if not all(map(math.isfinite, numbers)) or not 0 <= self.inner <= self.outer or not 0 < self.width <= 180:
            raise NicvizError(f"A part of the plane has 0 ≤ inner ≤ outer and a width over 0 to 180°; got {numbers}.")

    @property
    def is_whole(self) -> bool:
        """Whether every frequency belongs to it."""
        return self.inner == 0 and self.outer >= CORNER and self.width == 180

    def mask(self, shape: tuple[int, int]) -> NDArray[np.bool_]:
        """Return the cells of a centered (H, W) plane that belong to it, each with its mirror image."""
        field = radius(shape)
        inside = (field >= self.inner) & (field <= self.outer)
        if self.width < 180:
            angle = np.degrees(np.arctan2(-frequencies(shape[0])[:, None], frequencies(shape[1])))
            off = np.abs((angle - self.direction + 90) % 180 - 90)
            inside &= (off <= self.width / 2) | (field == 0)
        # An even side has −0.5 but not 0.5 cycles/pixel: such a cell stands for both of its directions.
        return inside | _mirror(inside)


def energy_in(power: Plane, part: Part) -> float:
    """Return the share of the mean square that lies in a part of a centered (H, W) spectrum, in its unit."""
    return float(power[part.mask((power.shape[0], power.shape[1]))].sum()) / power.size


def keep_part(half: Half, width: int, part: Part) -> Plane:
    """Return planes with only a part of their frequencies, by the inverse transform.

    Args:
        half: (K, H, W // 2 + 1) from `transform`.
        width: W.
        part: what is kept.

    Returns:
        (K, H, W) float64; the mean square is `energy_in` of the spectrum.
    """
    from scipy.fft import irfft2

    height = half.shape[1]
    mask = np.fft.ifftshift(part.mask((height, width)))[:, : width // 2 + 1]
    planes: Plane = irfft2(half * mask, s=(height, width), norm="ortho")
    return planes


def _mirror(centered: NDArray[np.bool_]) -> NDArray[np.bool_]:
    plain = np.fft.ifftshift(centered)
    return np.fft.fftshift(np.roll(plain[::-1, ::-1], 1, axis=(0, 1)))
