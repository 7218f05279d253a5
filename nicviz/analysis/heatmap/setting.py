"""What a Fourier heatmap is asked for: grid, signs, norm; and the square of an image that it is drawn on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nicviz.errors import NicvizError
from nicviz.images import LoadedImage
from nicviz.spectra.basis import GRIDS, SIDE, SIGN_PATTERNS, Grid
from nicviz.tasks.settings import SEEDS

Signs = tuple[int, int, int]
VALUES = {
    "psnr": "PSNR against the input",
    "psnr_clean": "PSNR against the clean image",
    "bpp": "Rate",
    "kept": "Share of the wave kept",
}
UNITS = {"psnr": "dB", "psnr_clean": "dB", "bpp": "bpp", "kept": ""}
SIGNS = {"mean": "mean of the four sign patterns", "+++": "the same sign in R, G and B", "random": "random signs"}
NORMS = (1.0, 100.0)  # what is smaller than 0.71 rounds to nothing


@dataclass(frozen=True)
class Pattern:
    """Which sign each color channel gets at each frequency.

    Args:
        label: "+++" and the like, or "random".
        signs: the same at all frequencies; None for random ones.
        seed: of the random ones: that of the setting, and the place of the image among those averaged.
    """

    label: str
    signs: Signs | None = None
    seed: tuple[int, int] = (0, 0)

    def table(self, count: int) -> NDArray[np.int64]:
        """Return the signs (count, 3), one row for each frequency of a grid, in the grid's order."""
        if self.signs is not None:
            return np.tile(np.array(self.signs, np.int64), (count, 1))
        return 2 * np.random.default_rng(self.seed).integers(0, 2, (count, 3)) - 1


@dataclass(frozen=True)
class HeatmapSetting:
    """How the map is made.

    Args:
        grid: name of one of `GRIDS`.
        signs: name of one of `SIGNS`.
        norm: L2 norm of the perturbation of each channel, of an image in [0, 1].
        seed: of random signs.
    """

    grid: str = "nyquist"
    signs: str = "mean"
    norm: float = 4.0
    seed: int = 0

    def __post_init__(self) -> None:
        GRIDS[self.grid]  # raises for an unknown one
        if self.signs not in SIGNS:
            raise NicvizError(f"Signs are one of {', '.join(SIGNS)}; got {self.signs!r}.")
        if not NORMS[0] <= self.norm <= NORMS[1]:  # NaN fails too
            raise NicvizError(f"The norm of the perturbation is {NORMS[0]:g} to {NORMS[1]:g}; got {self.norm:g}.")
        if not SEEDS[0] <= self.seed <= SEEDS[1]:
            raise NicvizError(f"A seed is a whole number from 0 to 2^32 − 1; got {self.seed}.")

    def patterns(self, image: int) -> list[Pattern]:
        """Return the sign patterns that are averaged for the image with this number."""
        if self.signs == "random":
            return [Pattern("random", None, (self.seed, image))]
        count = len(SIGN_PATTERNS) if self.signs == "mean" else 1
        return [Pattern("".join("+" if s > 0 else "−" for s in signs), signs) for signs in SIGN_PATTERNS[:count]]


@dataclass(frozen=True)
class Square:
    """The part of an image that is perturbed.

    Args:
        image: (SIDE, SIDE, 3).
        left, top, width, height: what it shows of the whole image, in pixels.
        whole: (width, height) of the whole image.
    """

    image: LoadedImage
    left: int
    top: int
    width: int
    height: int
    whole: tuple[int, int]

    @property
    def padded(self) -> bool:
        """Whether the image was smaller and goes on by reflection."""
        return min(self.width, self.height) < SIDE

    @property
    def sentence(self) -> str:
        """What was cut or padded."""
        size = f"{self.whole[0]}×{self.whole[1]}"
        if self.padded:
            return f"{self.width}×{self.height} pixels of the {size} image, padded by reflection to {SIDE}×{SIDE}."
        if self.whole == (SIDE, SIDE):
            return f"The whole {size} image."
        return f"The center {SIDE}×{SIDE} of the {size} image."


def square(image: LoadedImage, grid: Grid) -> Square:
    """Return the center of an image; what is smaller than the square is padded by reflection.

    Raises:
        NicvizError: the image is smaller than the grid takes.
    """
    height, width = image.pixels.shape[:2]
    if min(height, width) < grid.smallest:
        raise NicvizError(
            f"The grid of {grid.title} needs at least {grid.smallest} pixels on each side; {image.name} has "
            f"{width}×{height}. The grid of all frequencies takes any size."
        )
    across, down = min(width, SIDE), min(height, SIDE)
    left, top = (width - across) // 2, (height - down) // 2
    pixels = image.pixels[top : top + down, left : left + across]
    margins = [((SIDE - size) // 2, SIDE - size - (SIDE - size) // 2) for size in (down, across)]
    pixels = np.pad(pixels, (*margins, (0, 0)), mode="reflect")
    return Square(LoadedImage(image.name, pixels), left, top, across, down, (width, height))
