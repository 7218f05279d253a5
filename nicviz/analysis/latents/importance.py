"""What an importance map keeps of a latent, and what is paid for the rest (Mentzer et al., 2018, section 3.4)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nicviz.codecs.neural_base import Latents

Field = NDArray[np.float64]


@dataclass(frozen=True)
class Importance:
    """An importance map and the bits on both sides of it.

    Args:
        field: (h, w) how many channels are kept at each place, the last of them in part.
        channels: of the latent.
        kept: (M, h, w) which elements are kept: at each place the first ⌈field⌉.
        bits_kept, bits_masked: (h, w) bits of the elements that are kept, and of those that are not.
        saved: bits more that the masked ones would take at the mean price of a kept one in their channel, or of any
            kept one where the channel keeps none. No picture was coded so: it is an estimate.
    """

    field: Field
    channels: int
    kept: NDArray[np.bool_]
    bits_kept: Field
    bits_masked: Field
    saved: float

    @property
    def share(self) -> float:
        """Share of the elements that are kept."""
        return float(self.kept.mean())

    @property
    def prices(self) -> tuple[float | None, float | None]:
        """Mean bits of a kept and of a masked element; None where there is none."""
        counts = (int(self.kept.sum()), int((~self.kept).sum()))
        sums = (float(self.bits_kept.sum()), float(self.bits_masked.sum()))
        kept, masked = (total / count if count else None for total, count in zip(sums, counts, strict=True))
        return kept, masked


def importance(found: Latents) -> Importance | None:
    """Return what the importance map of a latent does; None for a model without one."""
    if found.importance is None:
        return None
    field = found.importance.astype(np.float64)
    channels = len(found.bits_y)
    kept = field > np.arange(channels)[:, None, None]
    counts, masked = kept.sum(axis=(1, 2)), (~kept).sum(axis=(1, 2))
    paid = np.where(kept, found.bits_y, 0.0)
    usual = paid.sum() / max(1, counts.sum())
    price = np.where(counts > 0, paid.sum(axis=(1, 2)) / np.maximum(counts, 1), usual)
    bits_masked = np.where(kept, 0.0, found.bits_y).sum(axis=0)
    saved = float((price * masked).sum() - bits_masked.sum())
    return Importance(field, channels, kept, paid.sum(axis=0), bits_masked, saved)
