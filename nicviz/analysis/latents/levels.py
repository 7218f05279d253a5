"""The latents of an image as things of one kind, the main one first: what each is called, holds and costs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nicviz.codecs.neural_base import Latents

Field = NDArray[np.float64]
Values = NDArray[np.float32]
KEYS = ("y", "z", "z2")


@dataclass(frozen=True)
class Level:
    """One of the latents that are coded.

    Args:
        key: of `KEYS`.
        title, symbol: as people read them, such as "Fine z" and "ẑ".
        raw, values: (C, h, w) before and after rounding.
        bits: (C, h, w) of each element.
        means, scales: (C, h, w) of the distributions that it was coded under; None where the model has none.
        step: that it is rounded to, in units of its own.
    """

    key: str
    title: str
    symbol: str
    raw: Values
    values: Values
    bits: Field
    means: Values | None = None
    scales: Values | None = None
    step: float | Values = 1.0

    @property
    def form(self) -> str:
        """How its residual is written."""
        return f"({self.symbol} − μ)/σ" if self.means is not None else f"{self.symbol}/σ"

    def residual(self, channel: int) -> Field | None:
        """Return how far the elements of a channel are from their means, in scales; None without scales."""
        if self.scales is None:
            return None
        means = 0.0 if self.means is None else self.means[channel]
        found: Field = (self.values[channel] - means) / self.scales[channel]
        return found


def levels(found: Latents) -> dict[str, Level]:
    """Return the latents that are coded of an image, by key: the main one, then its hyper-latents, fine to coarse."""
    several = bool(found.coarser)
    main = Level("y", "Main y" if several else "Latent y", "ŷ", found.y, found.y_hat, found.bits_y, found.means,
                 found.scales, found.step)  # fmt: skip
    if found.z is None or found.z_hat is None or found.bits_z is None:
        return {main.key: main}
    title = "Fine z" if several else "Hyper-latent z"
    fine = Level("z", title, "ẑ", found.z, found.z_hat, found.bits_z, found.means_z, found.scales_z)
    coarser = [
        Level(key, "Coarse z₂", "ẑ₂", each.z, each.z_hat, bits)
        for key, each, bits in zip(KEYS[2:], found.coarser, found.bits_coarser, strict=False)
    ]
    return {level.key: level for level in (main, fine, *coarser)}
