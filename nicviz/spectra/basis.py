"""The real Fourier basis, and the grids of frequencies on which a Fourier heatmap is drawn."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nicviz.registry import Registry

SIDE = 512  # pixels of the square that is perturbed, as in the public code
SIGN_PATTERNS = ((1, 1, 1), (1, 1, -1), (1, -1, 1), (1, -1, -1))  # all there are, up to the sign of the whole


def fourier_basis(u: int, v: int, side: int = SIDE) -> NDArray[np.float64]:
    """Return cos(2π(u·x + v·y) / side) scaled to unit L2 norm, (side, side); axis 0 is y, axis 1 is x.

    It is real, and its transform is one conjugate pair, at (u, v) and (−u, −v), or the one frequency that is its own
    conjugate. The functions of different pairs are orthogonal.
    """
    return _on_grid(_cosine(u, v, side), u, v, side)


def perturbation(u: int, v: int, norm: float, side: int = SIDE) -> NDArray[np.int16]:
    """Return the basis function of L2 norm `norm` (of an image in [0, 1]) in whole 8-bit levels, (side, side).

    Added to an 8-bit image and clamped, it gives what rounding the sum would give, because the image is whole already.
    """
    levels: NDArray[np.int16] = np.rint(255 * norm * _cosine(u, v, side)).astype(np.int16)
    return _on_grid(levels, u, v, side)


def _cosine(u: int, v: int, side: int) -> NDArray[np.float64]:
    """Return all `side` values that the basis function of (u, v) takes, by its phase in parts of a turn."""
    own_conjugate = 2 * u % side == 0 and 2 * v % side == 0
    wave: NDArray[np.float64] = np.cos(2 * np.pi / side * np.arange(side)) * (1.0 if own_conjugate else np.sqrt(2.0))
    return wave / side


def _on_grid(by_phase: NDArray[Any], u: int, v: int, side: int) -> NDArray[Any]:
    """Return what belongs to the phase u·x + v·y at every pixel, (side, side); whole turns lose no digits."""
    positions = np.arange(side, dtype=np.intp)
    values: NDArray[Any] = np.tile(by_phase, 2)[np.add.outer(v * positions % side, u * positions % side)]
    return values


def perturbed(image: NDArray[np.uint8], wave: NDArray[np.int16], signs: tuple[int, ...]) -> NDArray[np.uint8]:
    """Return an image (H, W, 3) plus a perturbation (H, W) with a sign for each channel, clamped to 0 … 255."""
    shifted = np.stack([wave if sign > 0 else -wave for sign in signs], axis=-1)
    shifted += image
    return np.clip(shifted, 0, 255, out=shifted).astype(np.uint8)


@dataclass(frozen=True)
class Grid:
    """Square cells of frequencies around zero, each computed once for all that are equal by symmetry or aliasing.

    Args:
        name, title: as on the command line, and as people read it.
        reach: cells from the center to the border.
        step: cycles per `SIDE` pixels from one cell to the next.
        spacing: of the first cells that are computed; a power of two. They lie at odd multiples of its half.
        smallest: pixels that the shorter side of an image needs.
    """

    name: str
    title: str
    reach: int
    step: int
    spacing: int
    smallest: int = 1

    @property
    def side(self) -> int:
        """Cells on a side."""
        return 2 * self.reach + 1

    @property
    def axis(self) -> NDArray[np.float64]:
        """Frequencies of rows and of columns in cycles/pixel, (side,)."""
        return self.step / SIDE * np.arange(-self.reach, self.reach + 1)

    @cached_property
    def frequencies(self) -> NDArray[np.int64]:
        """(u, v) in cycles per `SIDE` pixels of the cells that are computed, coarse to fine, (n, 2)."""
        found = np.unique(self._representatives().reshape(-1, 2), axis=0)
        ordered: NDArray[np.int64] = self.step * found[np.argsort(self._level(found), kind="stable")]
        return ordered

    @cached_property
    def cells(self) -> NDArray[np.int64]:
        """Position in `frequencies` of every cell of the map, (side, side); axis 0 is v, axis 1 is u."""
        number = {(int(u), int(v)): k for k, (u, v) in enumerate(self.frequencies // self.step)}
        whole = self._representatives().reshape(-1, 2)
        return np.array([number[int(u), int(v)] for u, v in whole]).reshape(self.side, self.side)

    @cached_property
    def num_first(self) -> int:
        """How many of `frequencies` make the first picture, 8×8 cells over the whole map."""
        return int((self._level(self.frequencies // self.step) == 0).sum())

    def place(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return the map (side, side) of values (n,) in the order of `frequencies`."""
        return values[self.cells]

    def _representatives(self) -> NDArray[np.int64]:
        """Return, for each cell, the (u, v) in cells that stands for it and its equals, (side, side, 2)."""
        span = np.arange(-self.reach, self.reach + 1)
        u, v = np.meshgrid(span, span)
        period = SIDE // self.step
        folded = [(axis + period // 2) % period - period // 2 for axis in (u, v)]  # −0.5 and 0.5 are one frequency
        mirrored = [(-axis + period // 2) % period - period // 2 for axis in folded]
        keep = (folded[1] > mirrored[1]) | ((folded[1] == mirrored[1]) & (folded[0] >= mirrored[0]))
        return np.stack([np.where(keep, a, b) for a, b in zip(folded, mirrored, strict=True)], axis=-1)

    def _level(self, cells: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the turn at which each (u, v) is computed: a Bayer matrix, so that every start covers the map."""
        x, y = ((cells + self.spacing // 2) % self.spacing).T
        level = np.zeros(len(cells), np.int64)
        bits = self.spacing.bit_length() - 1
        for bit in range(bits):
            a, b = x >> bit & 1, y >> bit & 1
            level += (2 * (a ^ b) + b) << 2 * (bits - 1 - bit)
        return level


GRIDS: Registry[Grid] = Registry(
    "grid",
    (
        Grid("nyquist", "all frequencies", reach=16, step=SIDE // 32, spacing=4),
        Grid("lowest", "the lowest frequencies", reach=31, step=1, spacing=8, smallest=64),
    ),
)
