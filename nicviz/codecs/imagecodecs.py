"""The codecs of the library imagecodecs: JPEG XL and AVIF, set as papers set them; it loads when one is used.

A bitstream is exactly what the library writes, so that its length is the codec's rate.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from nicviz.codecs import guard, headers
from nicviz.codecs.base import MEGAPIXEL, Codec, Image, QualityScale

Settings = Mapping[str, Any]

_JPEGXL: Settings = {"effort": 7, "usecontainer": False}
# The bytes of AVIF depend on whether there is one thread or more, so that the number must not be the machine's.
_AVIF: Settings = {"speed": 6, "pixelformat": "444", "numthreads": 4}


def decode_with(function: str, **options: Any) -> Callable[[bytes], Image]:
    """Return one of the library's decoders."""

    def decode(data: bytes) -> Image:
        import imagecodecs

        return np.asarray(getattr(imagecodecs, function)(data, **options))

    return decode


def imagecodecs_versions(function: str, settings: Settings) -> Callable[[float], Mapping[str, str]]:
    """Return the versions of imagecodecs and of the library behind a format, and the settings."""

    def versions(quality: float) -> Mapping[str, str]:
        import imagecodecs

        library, version = getattr(imagecodecs, function)().split()
        return {"imagecodecs": imagecodecs.__version__, library: version, "settings": repr(settings)}

    return versions


def _jpegxl_encode(image: Image, quality: float) -> bytes:
    import imagecodecs

    # Threads do not change the bytes. A small image gains little from them, and is often one of many at a time.
    threads = 4 if image.shape[0] * image.shape[1] > MEGAPIXEL else 1
    return bytes(imagecodecs.jpegxl_encode(image, distance=quality, numthreads=threads, **_JPEGXL))


def _avif_encode(image: Image, quality: float) -> bytes:
    import imagecodecs

    return bytes(imagecodecs.avif_encode(image, level=round(quality), **_AVIF))


JPEGXL = Codec(
    name="jpegxl",
    title="JPEG XL",
    family="classical",
    description="VarDCT at effort 7, set by Butteraugli distance: 1 is meant to be visually lossless.",
    encoder=guard.encoder("jpegxl", _jpegxl_encode, side_limit=2**30),
    decoder=guard.decoder("jpegxl", headers.jpegxl_size, decode_with("jpegxl_decode", index=0)),
    scale=QualityScale("distance", low=0.1, high=25, default=4, step=0, higher_is_better=False),
    ladder=(19, 12, 8, 5.5, 3.7, 2.4, 1.5, 0.9),  # from 20 on libjxl halves the resolution: the rate jumps up
    versions=imagecodecs_versions("jpegxl_version", _JPEGXL),
    pixel_limit=lambda: 24 * MEGAPIXEL,  # the encoder takes 170 bytes a pixel: 4 GB
    suffix=".jxl",
    cost=0.46,
)

AVIF = Codec(
    name="avif",
    title="AVIF",
    family="classical",
    description="AV1 still picture with color at full resolution (4:4:4), speed 6.",
    encoder=guard.encoder("avif", _avif_encode, side_limit=32768),  # libavif refuses to decode more
    decoder=guard.decoder("avif", headers.avif_size, decode_with("avif_decode", index=0)),
    scale=QualityScale("quality", low=0, high=100, default=45, step=1),
    ladder=(10, 18, 26, 35, 45, 56, 68, 82),
    versions=imagecodecs_versions("avif_version", _AVIF),
    suffix=".avif",
    cost=0.47,
)

CODECS = (JPEGXL, AVIF)
