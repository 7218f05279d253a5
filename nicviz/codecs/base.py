"""What every codec is: data, and two pure functions between an image and a bitstream."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nicviz.codecs.reference import CodecReference
from nicviz.errors import CodecError, NicvizError

Image = NDArray[np.uint8]
Family = Literal["lossless", "classical", "neural", "external"]
MEGAPIXEL = 1_000_000


@dataclass(frozen=True)
class QualityScale:
    """A codec's own ("native") quality scale.

    Args:
        label: what the codec calls it: "quality", "compression ratio", "distance".
        low, high: the ends of the scale, both allowed.
        default: where the interface starts.
        step: smallest difference that the codec takes; 0 for a continuous scale.
        higher_is_better: False where a larger value means a smaller file.
    """

    label: str
    low: float
    high: float
    default: float
    step: float
    higher_is_better: bool = True

    def check(self, codec: str, value: float | None) -> float:
        """Return `value` as the nearest value the codec takes, or raise `NicvizError` if it is off the scale.

        A continuous scale takes six significant digits, as settings are written: a command or a link gives the very
        same bytes.
        """
        if value is None:
            return self.default
        if not self.low <= value <= self.high:  # NaN fails too
            raise NicvizError(f"{codec} takes a {self.label} from {self.low:g} to {self.high:g}; got {value:g}.")
        return self.low + round((value - self.low) / self.step) * self.step if self.step else float(f"{value:.6g}")


def check_image(image: Image) -> None:
    """Raise `NicvizError` if an array is not (H, W, 3) uint8 with at least one pixel."""
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or image.size == 0:
        raise NicvizError(f"An image is (H, W, 3) uint8; got {image.shape} {image.dtype}.")


class Placement(StrEnum):
    """Where a codec is to run, by what it does to others while it works."""

    HERE = "here"
    WORKER = "worker"  # it holds the interpreter lock, so it belongs in a worker process
    KILLABLE = "killable"  # it takes seconds to minutes, so it must be in a process that can be killed
    PROGRAM = "program"  # it is a process of its own, which can be killed


def check_size(codec: str, image: Image, limit: int) -> None:
    """Raise `CodecError` if an image has more than `limit` pixels."""
    height, width = image.shape[:2]
    if height * width > limit:
        raise CodecError(
            f"{codec} takes at most {limit / MEGAPIXEL:g} megapixels on this device; this image has "
            f"{height * width / MEGAPIXEL:.1f} ({width}×{height}). Crop or downscale it."
        )


@dataclass(frozen=True)
class Availability:
    """Whether a codec works here; if not, why, and what would make it so."""

    ok: bool
    reason: str = ""
    remedy: str = ""


def always() -> Availability:
    """Return that a codec needs nothing that could be missing."""
    return Availability(ok=True)


def nothing(quality: float) -> None:
    """Prepare nothing: the codec has nothing to load."""


def no_limit() -> int:
    """Return the pixels of the largest image that any codec is given."""
    return 64 * MEGAPIXEL


@dataclass(frozen=True)
class Progression:
    """What a codec can do whose bitstream may end early: that of a lower quality is the beginning of that of a higher.

    Args:
        ends: a bitstream to the numbers of bytes after which it may end, by quality from the lowest; the last is all.
        decode: gives the picture at each of these ends, (H, W, 3) uint8, to a function, in one pass over a bitstream.
    """

    ends: Callable[[bytes], tuple[int, ...]]
    decode: Callable[[bytes, Callable[[Image], None]], None]


@dataclass(frozen=True)
class Codec:
    """One codec. Adding one is one file and one line; see `nicviz/codecs/imagecodecs.py`.

    Args:
        name: as in the registry and on the command line.
        title: as people write it.
        family: lossless, classical, neural or external.
        description: one sentence on what it is and how it is set.
        encoder: (H, W, 3) uint8 sRGB and a native quality to a bitstream that holds all that decoding needs.
        decoder: the bitstream to the reconstruction; `CodecError` for anything that is not one.
        scale: the native quality scale; None for a codec with one operating point.
        ladder: up to 8 native values, from the lowest rate to the highest, about 0.1–2 bpp on photographs.
        versions: quality to the versions and hashes that its output depends on, for cache keys and manifests.
        availability: whether it works here.
        pixel_limit: the most pixels that it takes on this device.
        suffix: file name ending of a bitstream.
        placement: where it is to run.
        cost: about how many seconds a megapixel takes, encoded and decoded at the default quality on two cores without
            a GPU; an estimate, of one photograph on one machine.
        prepare: loads what a quality needs (libraries, a model), so that measured times leave it out.
        quality_at: the native quality for a rate in bits per pixel, of a codec that is told its rate; None of others.
        refer: what another process finds the codec by; None for one of the registry, which its name is enough for.
        progression: how its bitstream is read in parts; None where it must be whole.
    """

    name: str
    title: str
    family: Family
    description: str
    encoder: Callable[[Image, float], bytes]
    decoder: Callable[[bytes], Image]
    scale: QualityScale | None
    ladder: tuple[float, ...]
    versions: Callable[[float], Mapping[str, str]]
    availability: Callable[[], Availability] = always
    pixel_limit: Callable[[], int] = no_limit
    suffix: str = ".bin"
    placement: Placement = Placement.HERE
    cost: float = 1.0
    prepare: Callable[[float], None] = nothing
    quality_at: Callable[[float], float] | None = None
    refer: Callable[[], CodecReference] | None = None
    progression: Progression | None = None

    @property
    def reference(self) -> CodecReference:
        """What another process finds this very codec by; of a checkpoint its file is hashed.

        Raises:
            WeightsError: the file of its weights cannot be read.
        """
        return CodecReference(self.name) if self.refer is None else self.refer()

    def quality(self, value: float | None) -> float:
        """Return the native quality that `value` stands for (the default for None, 0 without a scale)."""
        if self.scale is not None:
            return self.scale.check(self.name, value)
        if value is not None and value != 0:
            raise NicvizError(f"{self.name} has no quality setting; got {value:g}.")
        return 0.0

    @property
    def qualities(self) -> tuple[float, ...]:
        """All native qualities of a scale with steps, from the lowest value; none of others."""
        if self.scale is None or not self.scale.step:
            return ()
        count = round((self.scale.high - self.scale.low) / self.scale.step) + 1
        return tuple(self.scale.low + number * self.scale.step for number in range(count))

    def setting(self, quality: float | None) -> str:
        """Return codec and quality as the command line writes them, such as "jpeg2000:40"."""
        return self.name if self.scale is None else f"{self.name}:{self.quality(quality):.6g}"

    def encode(self, image: Image, quality: float | None = None) -> bytes:
        """Return the bitstream of an image.

        Args:
            image: (H, W, 3) uint8, sRGB, at least 1×1.
            quality: native; None for the default.

        Raises:
            NicvizError: an image or a quality that the codec does not take.
            CodecError: the codec failed.
        """
        value = self.quality(quality)
        check_image(image)
        self.check_size(image)
        return self.encoder(np.ascontiguousarray(image), value)

    def check_size(self, image: Image) -> None:
        """Raise `CodecError` if the image has more pixels than the codec takes on this device."""
        check_size(self.name, image, self.pixel_limit())

    def decode(self, bitstream: bytes) -> Image:
        """Return the reconstruction, (H, W, 3) uint8, from the bitstream alone.

        Raises:
            CodecError: the bytes are not a whole bitstream of this codec.
        """
        if not bitstream:
            raise CodecError(f"{self.name}: the bitstream is empty.")
        return self.decoder(bitstream)
