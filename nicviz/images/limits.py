"""How large an image may be, decided before a pixel of it is decoded."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

from nicviz.errors import ImageError, NicvizError

MEGA = 1_000_000


@dataclass(frozen=True)
class Limits:
    """The largest image that is accepted: `megapixels` (10⁶ pixels) and `megabytes` (10⁶ bytes of the file)."""

    megapixels: float = 64
    megabytes: float = 64

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> "Limits":
        """Return the limits of NICVIZ_MAX_MEGAPIXELS and NICVIZ_MAX_MEGABYTES, with the defaults where unset.

        Raises:
            NicvizError: a value that is no positive number.
        """
        return cls(
            megapixels=_positive(environ, "NICVIZ_MAX_MEGAPIXELS", cls.megapixels),
            megabytes=_positive(environ, "NICVIZ_MAX_MEGABYTES", cls.megabytes),
        )

    def check_bytes(self, num_bytes: int, name: str) -> None:
        """Raise `ImageError` if a file of `num_bytes` bytes is too large."""
        if num_bytes > self.megabytes * MEGA:
            raise ImageError(
                f"{name} has {num_bytes / MEGA:.1f} MB; the limit is {self.megabytes:g} MB (NICVIZ_MAX_MEGABYTES)."
            )

    def check_size(self, width: int, height: int, name: str) -> None:
        """Raise `ImageError` if an image of `width` × `height` pixels is too large."""
        if width * height > self.megapixels * MEGA:
            raise ImageError(
                f"{name} is {width}×{height}, {width * height / MEGA:.1f} megapixels; "
                f"the limit is {self.megapixels:g} megapixels (NICVIZ_MAX_MEGAPIXELS). Crop or downscale it first."
            )


def _positive(environ: Mapping[str, str], variable: str, default: float) -> float:
    text = environ.get(variable, "").strip()
    if not text:
        return default
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not (isfinite(value) and value > 0):
        raise NicvizError(f"{variable} is {text!r}; it takes a positive number, for example {default:g}.")
    return value
