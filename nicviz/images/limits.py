"""How large an image may be, decided before a pixel of it is decoded."""

from dataclasses import dataclass

from nicviz import environment
from nicviz.errors import ImageError

MEGA = 1_000_000


@dataclass(frozen=True)
class Limits:
    """The largest image that is accepted: `megapixels` (10⁶ pixels) and `megabytes` (10⁶ bytes of the file)."""

    megapixels: float = environment.MAX_MEGAPIXELS.default
    megabytes: float = environment.MAX_MEGABYTES.default

    @classmethod
    def from_env(cls) -> "Limits":
        """Return the limits of NICVIZ_MAX_MEGAPIXELS and NICVIZ_MAX_MEGABYTES, with the defaults where unset.

        Raises:
            NicvizError: a value that is no positive number.
        """
        return cls(environment.MAX_MEGAPIXELS.read(), environment.MAX_MEGABYTES.read())

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
