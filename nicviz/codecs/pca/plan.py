"""What follows from a model and an allocation on both sides of the bitstream: filters, dither, scales of symbols."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nicviz.codecs.base import Image
from nicviz.codecs.pca.model import BLOCK, SIZE, Allocation, Float, LinearModel

CLASSES = 8  # blocks of a class are about equally busy
_GROUPS = (0, 1, 3, 8, 16, 32, 64, 128)  # first rank of each group of components of a plane
_SCALE_STEPS = 4  # of a group's scale in an octave
_CLASS_OCTAVES = 0.75  # between two classes
_QUIETEST = -4.5  # octaves: the scale of the first class against the group's
_LEAST_SCALE = 0.02  # steps: of a Gaussian; smaller ones cost nothing less
_NOISE = 1 / 12  # steps²: variance of the quantization error
_SEED = 1996
Reals = NDArray[np.float32]


@dataclass(frozen=True)
class Plan:
    """What follows from model and allocation alone, so that both sides know it."""

    model: LinearModel
    allocation: Allocation

    @cached_property
    def kept(self) -> NDArray[np.intp]:
        """Indices into (3 · 256,) of the components that are coded, plane by plane."""
        return np.flatnonzero(self.allocation.gains.ravel() > 0)

    @cached_property
    def group_starts(self) -> NDArray[np.intp]:
        """(G,) places in `kept` where a group begins whose scale is in the bitstream."""
        group = np.searchsorted(_GROUPS, self.kept % SIZE, side="right") + len(_GROUPS) * (self.kept // SIZE)
        return np.flatnonzero(np.diff(group, prepend=-1))

    @cached_property
    def filters(self) -> Float:
        """(K,) √g of the components that are kept: what stands before the quantizer and behind it."""
        found: Float = np.sqrt(self.allocation.gains.ravel()[self.kept])
        return found

    @cached_property
    def base(self) -> Float:
        """(K,) spread of filtered coefficients that the model expects, in steps."""
        expected: Float = np.sqrt(self.model.variances.ravel()[self.kept]) * self.filters / self.allocation.step
        return expected

    @cached_property
    def reach(self) -> int:
        """The largest symbol there can be: a block of one corner of the color cube."""
        far = float(np.abs(np.array([0.0, 255.0])[:, None] - self.model.color_mean).max(axis=0) @ np.ones(3))
        return int(np.ceil(BLOCK * far / self.allocation.step)) + 2

    def dither(self, part: slice) -> Float:
        """Return (N, K) uniform numbers −½ … ½, which follow from the place of the blocks alone."""
        random = np.random.Generator(np.random.PCG64([_SEED, part.start]))
        return random.random((part.stop - part.start, len(self.kept))) - 0.5

    def filtered(self, image: Image) -> Reals:
        """Return (N, K) coefficients of all blocks behind the first filter, in steps; borders are repeated."""
        height, width = image.shape[:2]
        padded = np.pad(image, ((0, -height % BLOCK), (0, -width % BLOCK), (0, 0)), mode="edge")
        down, across = padded.shape[0] // BLOCK, padded.shape[1] // BLOCK
        planes = (padded.astype(np.float32) - self.model.color_mean.astype(np.float32)) @ self.model.colors.T.astype(
            np.float32
        )
        blocks = planes.reshape(down, BLOCK, across, BLOCK, 3).transpose(4, 0, 2, 1, 3).reshape(3, -1, SIZE)
        parts = [blocks[plane] @ basis for plane, basis in self._bases()]
        weights = (self.filters / self.allocation.step).astype(np.float32)
        found: Reals = np.concatenate(parts, axis=1) * weights
        return found

    def image_of(self, values: Reals, shape: tuple[int, int]) -> Image:
        """Return the padded picture of (N, K) quantized values, in steps; `shape` is in blocks."""
        down, across = shape
        values *= (self.filters * self.allocation.step).astype(np.float32)
        planes = np.empty((3, down * across, SIZE), np.float32)
        at = 0
        for plane, basis in self._bases():
            planes[plane] = values[:, at : at + basis.shape[1]] @ basis.T
            at += basis.shape[1]
        laid = planes.reshape(3, down, across, BLOCK, BLOCK).transpose(1, 3, 2, 4, 0)
        pixels = laid.reshape(down * BLOCK, across * BLOCK, 3) @ self.model.colors.astype(np.float32)
        pixels += self.model.color_mean.astype(np.float32)
        image: Image = np.clip(np.rint(pixels, out=pixels), 0, 255).astype(np.uint8)
        return image

    def _bases(self) -> list[tuple[int, Reals]]:
        return [
            (plane, self.model.basis[:, self.kept[self.kept // SIZE == plane] % SIZE].astype(np.float32))
            for plane in range(3)
        ]

    def spread(self, scales: NDArray[Any], classes: NDArray[Any]) -> Float:
        """Return (N, K) standard deviations, in steps, of blocks of these classes."""
        mine = self.base * np.exp2(np.repeat(scales / _SCALE_STEPS, self._lengths))
        found: Float = np.maximum(np.exp2(_QUIETEST + _CLASS_OCTAVES * classes)[:, None] * mine, _LEAST_SCALE)
        return found

    @property
    def _lengths(self) -> NDArray[np.intp]:
        return np.diff(self.group_starts, append=len(self.kept))

    def fitted(self, values: Reals) -> tuple[NDArray[np.int8], NDArray[np.intp]]:
        """Return the scale of each group (G,) and the class of each block (N,) that make the fewest bits, nearly."""
        classes = np.full(len(values), round(-_QUIETEST / _CLASS_OCTAVES), np.intp)
        scales = np.zeros(len(self.group_starts), np.int8)
        if not len(self.kept):
            return scales, np.zeros_like(classes)
        power = values * values
        for _ in range(3):
            weight = np.exp2(-2 * (_QUIETEST + _CLASS_OCTAVES * classes)) / len(values)
            mean = np.add.reduceat(weight @ power / self.base**2, self.group_starts) / self._lengths
            octaves = np.log2(np.maximum(mean, 1e-6)) / 2
            scales = np.clip(np.rint(_SCALE_STEPS * octaves), -127, 127).astype(np.int8)
            spreads = self.spread(scales, np.arange(CLASSES)) ** 2 + _NOISE
            cost = (power + np.float32(_NOISE)) @ (1 / spreads).T.astype(np.float32) + np.log(spreads).sum(axis=1)
            classes = np.argmin(cost, axis=1)
        return scales, classes
