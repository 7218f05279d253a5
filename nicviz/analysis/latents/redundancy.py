"""What redundancy the entropy model removes: spatial correlation of the latent before, after (Minnen et al., 2018)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nicviz.analysis.latents.levels import KEYS, levels
from nicviz.codecs.neural_base import Latents

Field = NDArray[np.float64]
REACH = 4  # positions on each side
_LEAST = 1e-3  # of the bits of a channel to the mean: others code nothing but zeros


@dataclass(frozen=True)
class Redundancy:
    """Spatial correlation of one form of the latent.

    Args:
        name: "y", "y/σ" or "(y − μ)/σ".
        field: (2 REACH + 1, 2 REACH + 1) mean over channels of the correlation at (down, right); the middle is 1.
        num_channels: that the mean goes over.
    """

    name: str
    field: Field
    num_channels: int

    @property
    def neighbor(self) -> float:
        """Mean correlation with the four next neighbors; NaN where the latent is too small to have any."""
        middle = len(self.field) // 2
        if not middle:
            return float("nan")
        around = [(0, 1), (0, -1), (1, 0), (-1, 0)]
        return float(np.mean([self.field[middle + down, middle + right] for down, right in around]))


def redundancies(found: Latents, magnitudes: bool = False, reach: int = REACH, key: str = KEYS[0]) -> list[Redundancy]:
    """Return the correlation of a latent y and, where the model predicts them, of y/σ and (y − μ)/σ.

    Over the channels that take bits, at most over lags that leave half of the positions.

    Args:
        found: the latents.
        magnitudes: take |·| of each: transforms leave little correlation of signed values, but large ones lie together,
            which is what scales are predicted from.
        reach: the largest lag on each axis.
        key: of which latent, among `levels`: of one with several hyper-latents the fine one is predicted too.
    """
    level = levels(found)[key]
    share = level.bits.sum(axis=(1, 2))
    active = share >= _LEAST * share.mean()
    forms = {key: level.raw}
    if level.scales is not None:
        forms[f"{key}/σ"] = level.raw / level.scales
        if level.means is not None:
            forms[f"({key} − μ)/σ"] = (level.raw - level.means) / level.scales
    reach = min(reach, min(level.raw.shape[1:]) // 2)
    return [
        Redundancy(
            f"|{name}|" if magnitudes else name,
            correlation(np.abs(values[active], dtype=np.float64) if magnitudes else values[active], reach),
            int(active.sum()),
        )
        for name, values in forms.items()
    ]


def correlation(channels: NDArray[np.floating[Any]], reach: int) -> Field:
    """Return the mean over channels of the correlation of positions (down, right) apart.

    Args:
        channels: (M, h, w); one that does not vary is left out.
        reach: the largest lag on each axis.

    Returns:
        (2 reach + 1, 2 reach + 1); NaN where no channel varies.
    """
    centered = channels.astype(np.float64)
    centered -= centered.mean(axis=(1, 2), keepdims=True)
    variance = np.square(centered).mean(axis=(1, 2))
    centered, variance = centered[variance > 0], variance[variance > 0]
    height, width = channels.shape[1:]
    found = np.full((2 * reach + 1, 2 * reach + 1), np.nan)
    if not len(variance):
        return found
    for down in range(reach + 1):
        for right in range(-reach, reach + 1):
            first = centered[:, : height - down, max(0, -right) : width - max(0, right)]
            second = centered[:, down:, max(0, right) : width - max(0, -right)]
            value = float(((first * second).mean(axis=(1, 2)) / variance).mean())
            found[reach + down, reach + right] = found[reach - down, reach - right] = value
    return found
