"""Operations on a latent, as a value: which channels are kept, how they are scaled, how finely they are rounded."""

from dataclasses import dataclass

import numpy as np

from nicviz.analysis.latents.bits import ranking
from nicviz.codecs.neural_base import Edit, Latents
from nicviz.errors import NicvizError

STEPS = (0.25, 0.5, 0.71, 1.0, 1.41, 2.0, 2.83, 4.0, 8.0)
FACTORS = (-1.0, 0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 4.0)


@dataclass(frozen=True)
class Surgery:
    """What is done to a latent.

    Args:
        keep: so many channels, those with the most bits; None for all.
        zeroed: channels that are removed besides.
        scaled: channel to the factor that it is multiplied with.
        step: rounding step of all channels, in units of their own.
    """

    keep: int | None = None
    zeroed: tuple[int, ...] = ()
    scaled: tuple[tuple[int, float], ...] = ()
    step: float = 1.0

    def __post_init__(self) -> None:
        if self.keep is not None and self.keep < 0:
            raise NicvizError(f"The number of channels to keep is 0 or more; got {self.keep}.")
        if not 0.01 <= self.step <= 100:
            raise NicvizError(f"The rounding step is 0.01 to 100; got {self.step:g}.")

    @property
    def is_none(self) -> bool:
        """Whether nothing is done."""
        return self == Surgery()

    def edit(self, found: Latents) -> Edit:
        """Return what it means for a latent.

        Raises:
            NicvizError: it names a channel that there is not.
        """
        channels = len(found.y)
        for channel in (*self.zeroed, *(channel for channel, _ in self.scaled)):
            if not 0 <= channel < channels:
                raise NicvizError(f"The latent has the channels 0 to {channels - 1}; got {channel}.")
        factors = np.ones(channels)
        if self.keep is not None:
            factors[ranking(found.y_hat, found.bits_y, "bits")[self.keep :]] = 0.0
        for channel, factor in self.scaled:
            factors[channel] *= factor
        factors[list(self.zeroed)] = 0.0
        steps = None if self.step == 1 else np.full(channels, self.step)
        return Edit(factors if (factors != 1).any() else None, steps)


def parse_channels(text: str) -> tuple[int, ...]:
    """Return channels written as 3,17."""
    try:
        return tuple(dict.fromkeys(int(part) for part in text.split(",") if part))
    except ValueError:
        raise NicvizError(f"Channels are written 3,17; got {text!r}.") from None


def parse_scaled(text: str) -> tuple[tuple[int, float], ...]:
    """Return channels and their factors, written as 3=0.5,17=2."""
    try:
        pairs = [part.split("=") for part in text.split(",") if part]
        found = {int(channel): float(factor) for channel, factor in pairs}
    except ValueError:
        raise NicvizError(f"Channels are scaled as 3=0.5,17=2; got {text!r}.") from None
    if not np.isfinite(list(found.values())).all():
        raise NicvizError(f"Factors are finite numbers; got {text!r}.")
    return tuple(found.items())


def scaled_text(scaled: tuple[tuple[int, float], ...]) -> str:
    """Return channels and factors as `parse_scaled` reads them."""
    return ",".join(f"{channel}={factor:g}" for channel, factor in scaled)
