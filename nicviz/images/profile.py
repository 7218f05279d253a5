"""Color profiles: embedded ones, and those made of the primaries and the curve that a file declares. Is it sRGB?"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage
    from PIL.ImageCms import ImageCmsTransform

_GRID_LEVELS = (0, 32, 64, 96, 128, 160, 192, 224, 255)
_SAME_WITHIN = 1  # level: a profile that moves no grid color further is sRGB by another name
_RELATIVE_COLORIMETRIC = 1
_CURVE_POINTS = 4096
_D65 = (0.3127, 0.3290)
_UNSPECIFIED = 2
# ITU-T H.273, tables 2 and 3: x and y of red, green and blue under D65, and the exponents of plain powers.
_PRIMARIES = {
    1: (0.640, 0.330, 0.300, 0.600, 0.150, 0.060),
    5: (0.640, 0.330, 0.290, 0.600, 0.150, 0.060),
    6: (0.630, 0.340, 0.310, 0.595, 0.155, 0.070),
    7: (0.630, 0.340, 0.310, 0.595, 0.155, 0.070),
    9: (0.708, 0.292, 0.170, 0.797, 0.131, 0.046),
    12: (0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
}
_POWERS = {4: 2.2, 5: 2.8, 8: 1.0}
_AS_SRGB = (1, _UNSPECIFIED, 6, 13, 14, 15)  # sRGB, and BT.709 and its kin, which are shown as sRGB everywhere


@dataclass(frozen=True)
class Profile:
    """An ICC profile, and what a notice calls it; an embedded one has a name of its own."""

    icc: bytes
    title: str = ""


def embedded(icc: bytes | None) -> Profile | None:
    """Return the profile that a file carries, if it carries one."""
    return Profile(icc) if icc else None


def of_code_points(primaries: int, transfer: int, notices: list[str]) -> Profile | None:
    """Return the profile of ITU-T H.273's code points; None for sRGB, and with a notice for what is not converted."""
    named = f"H.273 primaries {primaries}, transfer {transfer}"
    if primaries in (1, _UNSPECIFIED) and transfer in _AS_SRGB:
        return None
    corners = _PRIMARIES.get(1 if primaries == _UNSPECIFIED else primaries)
    if corners is None or (transfer not in _AS_SRGB and transfer not in _POWERS):
        notices.append(f"The colors ({named}) were taken as sRGB.")
        return None
    return of_primaries((*_D65, *corners), _POWERS.get(transfer), f"the declared colors ({named})", notices)


def of_primaries(
    chromaticities: Sequence[float], exponent: float | None, title: str, notices: list[str]
) -> Profile | None:
    """Return the profile of x and y of white, red, green and blue, and a power for a curve; None is sRGB's curve.

    Chromaticities that span no colors leave the picture as sRGB, with a notice.
    """
    import imagecodecs

    encoded = np.linspace(0, 1, _CURVE_POINTS)
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    curve = {"gamma": exponent} if exponent else {"transferfunction": linear.astype(np.float32)}
    try:
        icc = imagecodecs.cms_profile("rgb", whitepoint=chromaticities[:2], primaries=chromaticities[2:], **curve)
    except (RuntimeError, ValueError, TypeError, ArithmeticError):
        notices.append(f"The colors ({title}) cannot be used; they were taken as sRGB.")
        return None
    return Profile(bytes(icc), title)


def to_srgb(image: "PillowImage", profile: Profile) -> tuple["PillowImage", str | None]:
    """Return the image (mode L, RGB or CMYK) in sRGB, mode RGB, and a notice if its colors changed or could not.

    Args:
        image: without alpha.
        profile: a damaged one, or one for another kind of image, leaves the colors and is reported.
    """
    from PIL import ImageCms

    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile.icc))
        if image.mode == "L" and source.profile.xcolor_space.strip() == "RGB":
            image = image.convert("RGB")
        transform = ImageCms.buildTransform(
            source,
            ImageCms.createProfile("sRGB"),
            image.mode,
            "RGB",
            renderingIntent=ImageCms.Intent(_RELATIVE_COLORIMETRIC),
        )
        name = ImageCms.getProfileDescription(source).strip() or "unnamed"
        if image.mode == "RGB" and _changes_little(transform):
            return image, None
        converted = ImageCms.applyTransform(image, transform)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image, "The embedded color profile cannot be used; the colors were taken as sRGB."
    if converted is None:  # only for in-place transforms
        return image, None
    if image.mode == "L" and np.array_equal(np.asarray(image.convert("RGB")), np.asarray(converted)):
        return converted, None
    return converted, f"Converted to sRGB from {profile.title or f'the embedded color profile “{name}”'}."


def _changes_little(transform: "ImageCmsTransform") -> bool:
    from PIL import Image, ImageCms

    levels = np.array(_GRID_LEVELS, dtype=np.uint8)
    grid = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1).reshape(1, -1, 3)
    moved = ImageCms.applyTransform(Image.fromarray(grid), transform)
    difference = np.asarray(moved).astype(np.int16) - grid
    return int(np.abs(difference).max()) <= _SAME_WITHIN
