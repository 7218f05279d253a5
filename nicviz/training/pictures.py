"""Photographs in memory, and the crops that a step is trained on."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nicviz.errors import ImageError, TrainingError
from nicviz.images import Image, load_file

if TYPE_CHECKING:
    import torch

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff"})


@dataclass(frozen=True)
class Photographs:
    """Pictures that crops are drawn from, on the device that trains.

    Args:
        pixels: (H, W, 3) uint8 each.
        weights: the chance of each to be drawn; they add up to 1.
        left_out: a line for each file that cannot be used.
    """

    pixels: "tuple[torch.Tensor, ...]"
    weights: NDArray[np.float64]
    left_out: tuple[str, ...]

    def crops(self, random: np.random.Generator, count: int, side: int) -> "torch.Tensor":
        """Return crops at random places, half of them flipped.

        Every place of every picture has nearly the same chance: larger pictures are drawn more often.

        Returns:
            (count, 3, side, side) float32 in [0, 1], channels-last.
        """
        import torch

        chosen = random.choice(len(self.pixels), size=count, p=self.weights)
        places = random.random((count, 3))
        crops = []
        for picture, (down, right, flip) in zip((self.pixels[index] for index in chosen), places, strict=True):
            top = int(down * (picture.shape[0] - side + 1))
            left = int(right * (picture.shape[1] - side + 1))
            crop = picture[top : top + side, left : left + side]
            crops.append(crop.flip(1) if flip < 0.5 else crop)
        return torch.stack(crops).permute(0, 3, 1, 2).float().div_(255)


def load_photographs(folder: Path, side: int, device: "torch.device") -> Photographs:
    """Return the photographs in a folder and those below it.

    Raises:
        TrainingError: no folder, or no picture in it that a crop of side × side pixels fits in.
    """
    import torch

    pixels, left_out = [], []
    for file in picture_files(folder):
        try:
            image = load_file(file).pixels
        except ImageError as error:
            left_out.append(str(error))
            continue
        if min(image.shape[:2]) < side:
            left_out.append(f"{file} has {image.shape[1]}×{image.shape[0]} pixels; a crop has {side}×{side}.")
        else:
            pixels.append(torch.from_numpy(image.copy()).to(device))
    if not pixels:
        reasons = " ".join(left_out[:3])
        raise TrainingError(f"{folder} has no picture to train on. {reasons}".strip())
    areas = np.array([picture.shape[0] * picture.shape[1] for picture in pixels], dtype=np.float64)
    return Photographs(tuple(pixels), areas / areas.sum(), tuple(left_out))


def picture_files(folder: Path) -> list[Path]:
    """Return the picture files in a folder and those below it, sorted.

    Raises:
        TrainingError: it is no folder, or has none.
    """
    if not folder.is_dir():
        raise TrainingError(f"{folder} is no folder.")
    files = sorted(file for file in folder.rglob("*") if file.suffix.lower() in SUFFIXES and file.is_file())
    if not files:
        raise TrainingError(f"{folder} has no pictures; these are taken: {', '.join(sorted(SUFFIXES))}.")
    return files


def images(folder: Path) -> Iterator[Image]:
    """Yield the pictures of a folder."""
    for file in picture_files(folder):
        yield load_file(file).pixels
