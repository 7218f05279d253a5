"""What every neural codec is besides a codec: estimates without a bitstream, and latents."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nicviz.codecs.base import Codec, Image, Placement, check_image
from nicviz.errors import CodecError, NicvizError


@dataclass(frozen=True)
class Estimate:
    """What a forward pass says of a neural codec without making a bitstream.

    Args:
        bpp: bits per pixel from the likelihoods.
        reconstruction: (H, W, 3) uint8.
    """

    bpp: float
    reconstruction: Image


class Priced:
    """What has a price: bits of each element of y and, where there are some, of the hyper-latents."""

    bits_y: NDArray[np.float64]
    bits_z: NDArray[np.float64] | None
    bits_coarser: tuple[NDArray[np.float64], ...]

    @property
    def total_y(self) -> float:
        """Bits of the latent."""
        return float(self.bits_y.sum())

    @property
    def total_z(self) -> float:
        """Bits of the side information; 0 where there is none."""
        return sum(self.bits_side)

    @property
    def bits_side(self) -> tuple[float, ...]:
        """Bits of each hyper-latent, that of the finest first."""
        levels = () if self.bits_z is None else (self.bits_z, *self.bits_coarser)
        return tuple(float(bits.sum()) for bits in levels)

    @property
    def bits(self) -> float:
        """Bits of the whole image, from the likelihoods."""
        return self.total_y + self.total_z


@dataclass(frozen=True)
class HyperLatent:
    """A latent that another one is predicted from, (C, h, w) float32, before and after rounding."""

    z: NDArray[np.float32]
    z_hat: NDArray[np.float32]


@dataclass(frozen=True)
class Latents(Priced):
    """What a neural codec codes of one image, and how many bits each element takes.

    Args:
        y: (M, h, w) float32, the latent before rounding, as the analysis transform (or a search) gives it.
        y_hat: (M, h, w) float32, the latent that the decoder synthesizes from.
        z, z_hat: (N, h', w') float32, the hyper-latent before and after rounding; None for a factorized prior. Of
            several, the finest: the one that y is predicted from.
        means, scales: (M, h, w) float32, of the distributions that y was coded under, in units of y_hat; None where
            the model has none.
        bits_y, bits_z: float64, −log2 of the likelihood of each element; their sum is the estimated size.
        bits_alone: as bits_y, were its neighbors not known: under the scales and means that a context model gives
            where it sees nothing, or under `expected`; None where there is no context model.
        stride: pixels of the image that an element of y_hat stands for, on each axis; the image is padded to a
            multiple of it.
        step: that y is rounded to, in units of y_hat, or (M,) those of its channels; 1 but for variable-rate models.
        means_z, scales_z: (N, h', w') float32, of the distributions that z was coded under, where it is predicted from
            a coarser hyper-latent.
        coarser, bits_coarser: the hyper-latents that z is predicted from, the finer first, and their bits as bits_y.
        beside: (B, h, w) float32, what the synthesis takes besides y_hat; None where it takes nothing else.
        alphabet: (M, L) float32, rising: the values that a channel of y_hat can have; None where they do not end.
        expected: (M, L) float32, how often the model expects each of them, its mean over the image.
        importance: (h, w) float32, how many channels of y, the first ones, the encoder keeps at each place, the last of
            them in part; None where it keeps all.
    """

    y: NDArray[np.float32]
    y_hat: NDArray[np.float32]
    z: NDArray[np.float32] | None
    z_hat: NDArray[np.float32] | None
    means: NDArray[np.float32] | None
    scales: NDArray[np.float32] | None
    bits_y: NDArray[np.float64]
    bits_z: NDArray[np.float64] | None
    bits_alone: NDArray[np.float64] | None
    stride: int
    step: float | NDArray[np.float32] = 1.0
    means_z: NDArray[np.float32] | None = None
    scales_z: NDArray[np.float32] | None = None
    coarser: tuple[HyperLatent, ...] = ()
    bits_coarser: tuple[NDArray[np.float64], ...] = ()
    beside: NDArray[np.float32] | None = None
    alphabet: NDArray[np.float32] | None = None
    expected: NDArray[np.float32] | None = None
    importance: NDArray[np.float32] | None = None

    @property
    def given(self) -> NDArray[np.float32]:
        """What the synthesis is given, (M, h, w): y_hat, and behind it what it takes beside."""
        return self.y_hat if self.beside is None else np.concatenate((self.y_hat, self.beside))

    @property
    def innermost(self) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
        """The latent that the decoder begins with, under a prior that does not depend on the image, and its bits."""
        if self.coarser:
            return self.coarser[-1].z_hat, self.bits_coarser[-1]
        if self.z_hat is None or self.bits_z is None:
            return self.y_hat, self.bits_y
        return self.z_hat, self.bits_z


@dataclass(frozen=True)
class Edit:
    """What is changed of a latent before it is coded; None leaves as it is.

    Args:
        factors: (M,) what each channel of y is multiplied with; 0 removes it. The hyper-latent follows.
        steps: (M,) above 0, the rounding step of each channel in units of its own.
        z: (N, h', w') the hyper-latent before rounding that is sent in place of the picture's own.
    """

    factors: NDArray[np.float64] | None = None
    steps: NDArray[np.float64] | None = None
    z: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class Edited(Priced):
    """What becomes of a latent that was changed; the bits are estimates as in `Latents`.

    Args:
        y_hat: (M, h, w) float32.
        bits_y, bits_z: float64, of each element.
        reconstruction: (H, W, 3) uint8.
        bits_coarser: float64, of each element of the hyper-latents below z.
    """

    y_hat: NDArray[np.float32]
    bits_y: NDArray[np.float64]
    bits_z: NDArray[np.float64] | None
    reconstruction: Image
    bits_coarser: tuple[NDArray[np.float64], ...] = ()


@dataclass(frozen=True)
class Place:
    """One element of y: its channel and where it lies."""

    channel: int
    row: int
    column: int


@dataclass(frozen=True)
class Patch:
    """A part of the padded picture that belongs to one element of y.

    Args:
        values: (rows, columns, 3) float64, sRGB in [0, 1] a unit of the element, or units of it a unit of sRGB.
        top, left: where it lies, in pixels; it may reach beyond the picture by the padding.
    """

    values: NDArray[np.float64]
    top: int
    left: int


@dataclass(frozen=True)
class Marginals:
    """A factorized prior: the probability of each value that a channel can be coded as.

    Args:
        values: (C, K) float64, rising by the rounding step.
        probabilities: (C, K) float64.
    """

    values: NDArray[np.float64]
    probabilities: NDArray[np.float64]


class Opened(Protocol):
    """A neural codec at one quality, with its model loaded; `nicviz.codecs.neural.codec` has it."""

    def latents(self, image: Image) -> Latents:
        """Return what `encode` codes."""

    def edited(self, latents: Latents, edit: Edit, size: tuple[int, int]) -> Edited:
        """Return what becomes of the latents of an image of (height, width) when they are changed."""

    def response(self, latents: Latents, place: Place) -> Patch:
        """Return what one element draws: the derivative of the reconstruction by it."""

    def receptive_field(self, image: Image, place: Place) -> Patch:
        """Return what one element sees: its derivative by the image."""

    def marginals(self, reach: int) -> Marginals:
        """Return the prior of `Latents.innermost`, which does not depend on the image."""

    def estimate(self, image: Image) -> Estimate:
        """Return rate and reconstruction without a bitstream."""

    def encode(self, image: Image) -> bytes:
        """Return the bitstream."""

    def decode(self, bitstream: bytes) -> Image:
        """Return the reconstruction."""


@dataclass(frozen=True, kw_only=True)
class NeuralCodec(Codec):
    """A codec whose transforms are networks.

    Args:
        opener: quality to the codec at it, with its model.
        estimator: image and quality to the estimate.
        batch_estimator: images (B, H, W, 3), quality and what they are all near to (or None) to the estimate of each,
            or the error that it gives.
        architecture: CompressAI's name of the model class; empty where only the weights tell.
        estimates: an estimate takes no longer than the bitstream; False where the encoder searches for a better latent
            of each image, which takes as long either way.
    """

    opener: Callable[[float], Opened]
    estimator: Callable[[Image, float], Estimate]
    batch_estimator: Callable[[Image, float, Image | None], list[Estimate | CodecError]]
    architecture: str
    estimates: bool = True

    @property
    def estimate_first(self) -> bool:
        """Whether the estimate is shown first and the bitstream made on demand: it is much quicker."""
        return self.placement is Placement.KILLABLE and self.estimates

    def open(self, quality: float | None = None) -> Opened:
        """Return the codec at one quality, with its model; its functions raise what those of the codec do."""
        return self.opener(self.quality(quality))

    def estimate(self, image: Image, quality: float | None = None) -> Estimate:
        """Return rate and reconstruction from a forward pass; errors as for `encode`."""
        value = self.quality(quality)
        check_image(image)
        self.check_size(image)
        return self.estimator(np.ascontiguousarray(image), value)

    def estimate_many(
        self, images: Image, quality: float | None = None, near: Image | None = None
    ) -> list[Estimate | CodecError]:
        """Return the estimate of each of several images, or the error that this one gives.

        Args:
            images: (B, H, W, 3) uint8, sRGB, of one size.
            quality: native; None for the default.
            near: (H, W, 3), an image that all of them differ little from: on some CPUs the estimates then come sooner
                and are slightly others, up to 0.01 dB for differences of 2 levels (RMS) from a photograph.

        Raises:
            NicvizError, CodecError: as for `encode`, or not enough memory for a single image.
        """
        value = self.quality(quality)
        if images.ndim != 4 or not len(images):
            raise NicvizError(f"Images are (B, H, W, 3) uint8; got {images.shape} {images.dtype}.")
        check_image(images[0])
        self.check_size(images[0])
        return self.batch_estimator(np.ascontiguousarray(images), value, near)
