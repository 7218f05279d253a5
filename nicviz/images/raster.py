"""From the samples of a file, of any depth and color model, to (H, W, 3) uint8 sRGB: the steps all formats share."""

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nicviz.images.profile import Profile, to_srgb

Pixels = NDArray[np.uint8]
Samples = NDArray[Any]

MOST_BITS = 16
DEEP = "Samples of {} bits were reduced to 8 bits."
_PILLOW_MODES = {1: "L", 3: "RGB", 4: "CMYK"}
_BAND_SAMPLES = 1 << 22  # bounds what is held in 32 bits at once


class NotRead(Exception):
    """What a file has that is not read, as the rest of a sentence that begins with the file's name."""


@dataclass
class Raster:
    """What a reader found in a file.

    Attributes:
        samples: (H, W) or (H, W, C) integers, color first and then alpha, if there is any; not yet turned.
        depth: bits per sample; white (for CMYK: full ink) and opaque are 2ⁿ − 1.
        alpha: what the last channel is, if it is alpha.
        profile: of the colors; without one they are sRGB, gray, or plain CMYK.
        orientation: EXIF's, 1–8.
        notices: sentences on what was not simply expanded.
    """

    samples: Samples
    depth: int = 8
    alpha: Literal["straight", "premultiplied"] | None = None
    profile: Profile | None = None
    orientation: int = 1
    notices: list[str] = field(default_factory=list)


def check_kind(kind: str, depth: int) -> None:
    """Raise `NotRead` for samples without an agreed range; `kind` is numpy's: "u", "i" or "f"."""
    if kind not in "uib":
        raise NotRead("has floating-point samples, which have no agreed range. Convert it to 8 or 16 bits.")
    if depth > MOST_BITS:
        raise NotRead(f"has {depth}-bit samples, which have no agreed range. Convert it to 8 or 16 bits.")


def to_pixels(raster: Raster) -> tuple[Pixels, list[str]]:
    """Return (H, W, 3) uint8 sRGB pixels as they are to be seen, and all notices.

    Raises:
        NotRead: samples or channels that have no 8-bit sRGB meaning.
    """
    notices = raster.notices
    samples = _unsigned(raster)
    color, alpha = (samples[..., :-1], samples[..., -1:]) if raster.alpha else (samples, None)
    if color.shape[2] not in _PILLOW_MODES:
        raise NotRead(f"has {samples.shape[2]} channels; gray, RGB or CMYK, with or without alpha, is accepted.")
    if raster.depth > 8:
        notices.append(DEEP.format(raster.depth))
    top = 2**raster.depth - 1
    if alpha is not None and alpha.min() >= top:
        alpha = None
    if alpha is not None:
        notices.append("Transparent parts were laid on white.")
    if alpha is not None and raster.profile is None and color.shape[2] < 4:
        pixels = _rgb(on_white(color, alpha, top, raster.alpha == "premultiplied"))
    else:  # alpha is of colors in sRGB
        straight = color if alpha is None or raster.alpha == "straight" else _unpremultiplied(color, alpha, top)
        pixels = _to_srgb(to_8_bits(straight, raster.depth), raster.profile, notices)
        pixels = pixels if alpha is None else on_white(pixels, to_8_bits(alpha, raster.depth), 255)
    if raster.orientation > 1:
        notices.append(f"Turned as the file's EXIF orientation ({raster.orientation}) says.")
    return np.ascontiguousarray(turn(pixels, raster.orientation)), notices


def to_8_bits(samples: Samples, depth: int) -> Pixels:
    """Return round(v · 255 / (2ⁿ − 1)) of unsigned samples of n = `depth` bits, 1–16; never a tie, as 2ⁿ − 1 is odd."""
    if depth == 8 and samples.dtype == np.uint8:
        return samples
    top = 2**depth - 1
    levels = np.minimum(np.arange(1 << 8 * samples.dtype.itemsize), top)
    table: Pixels = ((2 * 255 * levels + top) // (2 * top)).astype(np.uint8)
    return table[samples]


def on_white(color: Samples, alpha: Samples, top: int, premultiplied: bool = False) -> Pixels:
    """Return α·color + (1 − α)·white in 8 bits, rounded once, of samples (H, W, C) and (H, W, 1) of 0 … `top`."""
    laid = np.empty(color.shape, np.uint8)
    for rows in _bands(color):
        a, c = np.minimum(alpha[rows], top).astype(np.float64), color[rows].astype(np.float64)
        shares = c * (1 if premultiplied else a / top) + (top - a)
        laid[rows] = np.rint(np.minimum(shares, top) * (255 / top))
    return laid


def turn(pixels: Pixels, orientation: int) -> Pixels:
    """Return the pixels mirrored and turned as an EXIF orientation asks."""
    if orientation >= 5:
        pixels = pixels.transpose(1, 0, 2)
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return pixels


def _unsigned(raster: Raster) -> Samples:
    samples = raster.samples if raster.samples.ndim == 3 else raster.samples[..., None]
    check_kind(samples.dtype.kind, raster.depth)
    if samples.dtype.kind == "b":
        return samples.astype(np.uint8)
    if samples.dtype.kind == "i":
        half = 2 ** (raster.depth - 1)
        raster.notices.append(f"Signed samples were raised by half their range ({half}).")
        samples = (samples.astype(np.int32) + half).clip(0, 2 * half - 1)
    return samples.astype(np.uint8 if raster.depth <= 8 else np.uint16, copy=False)


def _unpremultiplied(color: Samples, alpha: Samples, top: int) -> Samples:
    straight = np.empty_like(color)
    for rows in _bands(color):
        a = np.maximum(alpha[rows], 1).astype(np.uint32)
        straight[rows] = np.minimum((color[rows].astype(np.uint32) * top + a // 2) // a, top)
    return straight


def _bands(samples: Samples) -> list[slice]:
    step = max(1, _BAND_SAMPLES // max(1, samples[0].size))
    return [slice(start, start + step) for start in range(0, len(samples), step)]


def _rgb(color: Pixels) -> Pixels:
    return np.ascontiguousarray(np.broadcast_to(color, (*color.shape[:2], 3)))  # many times as fast as `repeat`


def _to_srgb(color: Pixels, profile: Profile | None, notices: list[str]) -> Pixels:
    """Return (H, W, 3) sRGB of gray, RGB or CMYK (255 is full ink) in 8 bits."""
    from PIL import Image

    if profile is None and color.shape[2] < 4:
        return _rgb(color)
    image = Image.fromarray(np.ascontiguousarray(color.squeeze(axis=2) if color.shape[2] == 1 else color),
                            _PILLOW_MODES[color.shape[2]])  # fmt: skip
    if profile is None:
        notices.append("Converted from CMYK by the plain formula, because the file has no color profile.")
    else:
        image, remark = to_srgb(image, profile)
        notices += [remark] if remark else []
    return np.asarray(image.convert("RGB"))
