"""What is asked for: image, corruption, codecs and how they are matched, written as on the command line."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from nicviz.codecs import Codec
from nicviz.corruptions import CORRUPTIONS
from nicviz.errors import NicvizError, UnknownName
from nicviz.images import LoadedImage, crop, downscale, load_file, printable
from nicviz.samples import find_sample

MAX_CODECS = 4
SEEDS = (0, 2**32 - 1)
Box = tuple[int, int, int, int]  # left, top, width, height in pixels


@dataclass(frozen=True)
class ImageSetting:
    """A sample or a file, and what is cut out of it.

    Args:
        source: key of a sample, or the path of a file.
        size: side of a synthetic chart in pixels; None for its default.
        crop: left, top, width, height in pixels.
        longest_side: downscale to this many pixels after the crop; None leaves the pixels as they are.
    """

    source: str
    size: int | None = None
    crop: Box | None = None
    longest_side: int | None = None

    @classmethod
    def parse(cls, word: str) -> "ImageSetting":
        """Return the image that a word names: a file, a sample, or a chart with its size after an at sign."""
        name, _, size = word.partition("@")
        if not re.fullmatch(r"\d{1,12}", size):
            return cls(word)
        try:
            return cls(find_sample(name).key, int(size))
        except UnknownName:
            return cls(word)  # a file may have an at sign in its name

    @property
    def word(self) -> str:
        """What names the image on the command line."""
        return printable(self.source if self.size is None else f"{self.source}@{self.size}")

    def load(self) -> LoadedImage:
        """Return the sample or, where there is none of this name, the file, cut and scaled as set.

        Raises:
            UnknownName: neither a sample nor a file.
            ImageError: a file that is no image, or a crop outside of it.
        """
        name, _, size = self.source.partition("@")
        try:
            sample = find_sample(name)
        except UnknownName:
            if not Path(self.source).is_file():
                raise
            return self.cut(load_file(Path(self.source)))
        return self.cut(sample.load(whole_number(size, "chart size") if size and self.size is None else self.size))

    @property
    def stamp(self) -> str:
        """What changes when the file of a sample does; empty for what never changes and for what is no sample."""
        try:
            return find_sample(self.source.partition("@")[0]).stamp
        except UnknownName:
            return ""

    def cut(self, image: LoadedImage) -> LoadedImage:
        """Return `image` cropped and downscaled as set, with a notice of what was done."""
        pixels, notices = image.pixels, list(image.notices)
        if self.crop is not None:
            pixels = crop(pixels, *self.crop)
            left, top, width, height = self.crop
            notices.append(f"Cropped to {width}×{height} at ({left}, {top}).")
        if self.longest_side is not None and self.longest_side < max(pixels.shape[:2]):
            before = pixels.shape
            pixels = downscale(pixels, longest_side=self.longest_side)
            notices.append(f"Downscaled from {before[1]}×{before[0]} to {pixels.shape[1]}×{pixels.shape[0]} (Lanczos).")
        if pixels is image.pixels:
            return image
        return LoadedImage(image.name, pixels, tuple(notices))


@dataclass(frozen=True)
class CorruptionSetting:
    """A corruption, its severity 1–5 and the seed of its randomness."""

    name: str
    severity: int
    seed: int = 0

    def __post_init__(self) -> None:
        entry = CORRUPTIONS[self.name]
        if not 1 <= self.severity <= 5:
            raise NicvizError(f"{entry.name} has severities 1 to 5; got {self.severity}.")
        if not SEEDS[0] <= self.seed <= SEEDS[1]:
            raise NicvizError(f"A seed is a whole number from 0 to 2^32 − 1; got {self.seed}.")

    @classmethod
    def parse(cls, text: str, seed: int = 0) -> "CorruptionSetting":
        """Return the corruption written as NAME:SEVERITY."""
        name, colon, severity = text.partition(":")
        if not colon:
            raise NicvizError(f"A corruption is written NAME:SEVERITY, such as gaussian_noise:3; got {text!r}.")
        return cls(name, whole_number(severity, "severity"), seed)

    def __str__(self) -> str:
        return f"{self.name}:{self.severity}"


@dataclass(frozen=True)
class CodecSetting:
    """A codec and its native quality; None stands for the default, or for what a match finds."""

    codec: str
    quality: float | None = None

    @classmethod
    def parse(cls, text: str, codecs: Mapping[str, Codec]) -> "CodecSetting":
        """Return the codec written as NAME or NAME:QUALITY, with both checked."""
        name, colon, quality = text.partition(":")
        codec = codecs[name]
        if not colon:
            return cls(name)
        return cls(name, codec.quality(number(quality, f"quality of {name}")))

    def __str__(self) -> str:
        return self.codec if self.quality is None else f"{self.codec}:{self.quality:.6g}"


MatchMetric = Literal["bpp", "psnr"]
MATCH_RANGE: dict[MatchMetric, tuple[float, float]] = {"bpp": (0.01, 24.0), "psnr": (10.0, 60.0)}


@dataclass(frozen=True)
class Match:
    """The rate (bits per pixel) or PSNR (dB) that every codec is set to on the clean image."""

    metric: MatchMetric
    value: float

    def __post_init__(self) -> None:
        low, high = MATCH_RANGE[self.metric]
        if not low <= self.value <= high:
            raise NicvizError(f"A match in {self.metric} goes from {low:g} to {high:g}; got {self.value:g}.")

    @classmethod
    def parse(cls, text: str) -> "Match":
        """Return the match written as bpp=0.5 or psnr=32."""
        found = re.fullmatch(r"(bpp|psnr)=(.+)", text)
        if found is None:
            raise NicvizError(f"A match is written bpp=0.5 or psnr=32; got {text!r}.")
        metric: MatchMetric = "bpp" if found[1] == "bpp" else "psnr"
        return cls(metric, number(found[2], f"match in {metric}"))

    def __str__(self) -> str:
        return f"{self.metric}={self.value:g}"


def number(text: str, what: str) -> float:
    """Return `text` as a finite number, or raise `NicvizError` naming it."""
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not abs(value) < float("inf"):
        raise NicvizError(f"The {what} is a number; got {text!r}.")
    return value


def whole_number(text: str, what: str) -> int:
    """Return `text` as a whole number, or raise `NicvizError` naming it."""
    if not re.fullmatch(r"\d{1,12}", text):
        raise NicvizError(f"The {what} is a whole number; got {text!r}.")
    return int(text)


def seed_number(text: str) -> int:
    """Return `text` as a seed, or raise `NicvizError` naming it and what a seed may be."""
    value = int(text) if re.fullmatch(r"\d{1,12}", text) else -1
    if not SEEDS[0] <= value <= SEEDS[1]:
        raise NicvizError(f"A seed is a whole number from 0 to 2^32 − 1; got {text!r}.")
    return value


def within(box: Box, width: int, height: int) -> Box:
    """Return a crop moved and made smaller as far as it takes to lie within a picture of this size."""
    left, top = min(box[0], width - 1), min(box[1], height - 1)
    return left, top, min(box[2], width - left), min(box[3], height - top)


def parse_crop(text: str) -> Box:
    """Return the crop written as LEFT,TOP,WIDTH,HEIGHT in pixels."""
    parts = text.split(",")
    if len(parts) != 4:
        raise NicvizError(f"A crop is written LEFT,TOP,WIDTH,HEIGHT; got {text!r}.")
    left, top, width, height = (whole_number(part, "crop") for part in parts)
    if not (width and height):
        raise NicvizError(f"A crop is at least 1×1; got {width}×{height}.")
    return left, top, width, height
