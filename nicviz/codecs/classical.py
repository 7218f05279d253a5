"""The lossless and classical codecs: Pillow's and imagecodecs' encoders, set as papers set them.

A bitstream is exactly what the library writes, so that its length is the codec's rate. To add a codec, write its two
functions and its entry in `CLASSICAL`; the contract test covers it from then on.
"""

import io
import struct
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

# The plugins register themselves; unless they are imported by name, Pillow loads all of its forty to find them.
from PIL import Image as Pillow
from PIL import (
    Jpeg2KImagePlugin,  # noqa: F401
    WebPImagePlugin,  # noqa: F401
    features,
)
from PIL import __version__ as pillow_version

from nicviz.codecs import headers
from nicviz.codecs.base import MEGAPIXEL, Codec, Image, Placement, QualityScale, no_limit
from nicviz.errors import CodecError

Settings = Mapping[str, Any]

_FAILURES = (OSError, SyntaxError, ValueError, RuntimeError, MemoryError, struct.error)
"""What Pillow (the first three) and imagecodecs (RuntimeError) raise when encoding or decoding fails."""

_JPEG: Settings = {"optimize": False}
_JPEG2000: Settings = {"quality_mode": "rates", "irreversible": True, "mct": 1, "no_jp2": True}
# The bytes of AVIF depend on whether there is one thread or more, so that the number must not be the machine's.
_JPEGXL: Settings = {"effort": 7, "usecontainer": False}
_AVIF: Settings = {"speed": 6, "pixelformat": "444", "numthreads": 4}
_RAW_BPP = 24


def _encoder(name: str, encode: Callable[[Image, float], bytes], side_limit: int) -> Callable[[Image, float], bytes]:
    """Return `encode` with the format's largest side checked and every failure turned into `CodecError`."""

    def encoder(image: Image, quality: float) -> bytes:
        height, width = image.shape[:2]
        if max(height, width) > side_limit:
            raise CodecError(f"{name} takes at most {side_limit} pixels on a side; this image is {width}×{height}.")
        try:
            return encode(image, quality)
        except _FAILURES as error:
            raise CodecError(f"{name} cannot encode this {width}×{height} image: {error}.") from error

    return encoder


def _decoder(
    name: str, claimed_size: Callable[[bytes], headers.Size], decode: Callable[[bytes], Image]
) -> Callable[[bytes], Image]:
    """Return `decode` with the claimed size checked first and every failure turned into `CodecError`."""

    def decoder(data: bytes) -> Image:
        try:
            width, height = claimed_size(data)
            if not 0 < width * height <= no_limit():
                raise ValueError(
                    f"the header claims {width}×{height}, the limit is {no_limit() // MEGAPIXEL} megapixels"
                )
            image = decode(data)
            if image.shape != (height, width, 3) or image.dtype != np.uint8:
                raise ValueError(f"the header claims {width}×{height} RGB, decoded to {image.shape} {image.dtype}")
        except _FAILURES as error:
            raise CodecError(f"{name}: these bytes are not a whole {name} bitstream ({error}).") from error
        return image

    return decoder


def _pillow_encode(kind: str, settings: Callable[[float], Settings]) -> Callable[[Image, float], bytes]:
    def encode(image: Image, quality: float) -> bytes:
        buffer = io.BytesIO()
        Pillow.fromarray(image).save(buffer, format=kind, **settings(quality))
        return buffer.getvalue()

    return encode


def _pillow_decode(kind: str) -> Callable[[bytes], Image]:
    def decode(data: bytes) -> Image:
        with Pillow.open(io.BytesIO(data), formats=[kind]) as image:
            return np.array(image)

    return decode


def _jpegxl_encode(image: Image, quality: float) -> bytes:
    import imagecodecs

    # Threads do not change the bytes. A small image gains little from them, and is often one of many at a time.
    threads = 4 if image.shape[0] * image.shape[1] > MEGAPIXEL else 1
    return bytes(imagecodecs.jpegxl_encode(image, distance=quality, numthreads=threads, **_JPEGXL))


def _avif_encode(image: Image, quality: float) -> bytes:
    import imagecodecs

    return bytes(imagecodecs.avif_encode(image, level=round(quality), **_AVIF))


def _imagecodecs_decode(function: str, **options: Any) -> Callable[[bytes], Image]:
    def decode(data: bytes) -> Image:
        import imagecodecs

        return np.asarray(getattr(imagecodecs, function)(data, **options))

    return decode


def _pillow_versions(library: str, feature: str, settings: Settings) -> Callable[[float], Mapping[str, str]]:
    def versions(quality: float) -> Mapping[str, str]:
        return {"Pillow": pillow_version, library: str(features.version(feature)), "settings": repr(settings)}

    return versions


def _imagecodecs_versions(function: str, settings: Settings) -> Callable[[float], Mapping[str, str]]:
    def versions(quality: float) -> Mapping[str, str]:
        import imagecodecs

        library, version = getattr(imagecodecs, function)().split()
        return {"imagecodecs": imagecodecs.__version__, library: version, "settings": repr(settings)}

    return versions


def _jpeg(name: str, title: str, subsampling: str, description: str) -> Codec:
    def settings(quality: float) -> Settings:
        return {"quality": round(quality), "subsampling": subsampling, **_JPEG}

    return Codec(
        name=name,
        title=title,
        family="classical",
        description=description,
        encoder=_encoder(name, _pillow_encode("JPEG", settings), side_limit=65500),  # libjpeg's, not the format's
        decoder=_decoder(name, headers.jpeg_size, _pillow_decode("JPEG")),
        scale=QualityScale("quality", low=1, high=100, default=30, step=1),
        ladder=(5, 10, 18, 30, 50, 70, 80, 88),
        versions=_pillow_versions("libjpeg-turbo", "libjpeg_turbo", {"subsampling": subsampling, **_JPEG}),
        suffix=".jpg",
        cost=0.01,
    )


CLASSICAL: tuple[Codec, ...] = (
    Codec(
        name="png",
        title="PNG",
        family="lossless",
        description="Lossless: what every view means by no compression.",
        encoder=_encoder("png", _pillow_encode("PNG", lambda quality: {}), side_limit=2**31 - 1),
        decoder=_decoder("png", headers.png_size, _pillow_decode("PNG")),
        scale=None,
        ladder=(),
        versions=_pillow_versions("zlib", "zlib", {}),
        suffix=".png",
        cost=0.26,
    ),
    _jpeg(
        "jpeg", "JPEG", "4:2:0", "Baseline JPEG with color at half resolution (4:2:0), as nearly everyone writes it."
    ),
    _jpeg("jpeg-444", "JPEG 4:4:4", "4:4:4", "Baseline JPEG with color at full resolution."),
    Codec(
        name="jpeg2000",
        title="JPEG 2000",
        family="classical",
        description="9/7 wavelet with the color transform, set by compression ratio; every image gets the same rate.",
        encoder=_encoder(
            "jpeg2000",
            _pillow_encode("JPEG2000", lambda quality: {"quality_layers": [quality], **_JPEG2000}),
            side_limit=2**31 - 1,
        ),
        # The same OpenJPEG as Pillow's, which takes four times as long to read what it decoded.
        decoder=_decoder("jpeg2000", headers.jpeg2000_size, _imagecodecs_decode("jpeg2k_decode", numthreads=1)),
        scale=QualityScale("compression ratio", low=2, high=400, default=40, step=0, higher_is_better=False),
        ladder=(240, 160, 100, 64, 40, 26, 17, 12),
        versions=lambda quality: {
            **_imagecodecs_versions("jpeg2k_version", {})(quality),
            **_pillow_versions("OpenJPEG", "jpg_2000", _JPEG2000)(quality),
        },
        suffix=".j2k",
        placement=Placement.WORKER,
        cost=0.35,
        quality_at=lambda bpp: _RAW_BPP / bpp,
    ),
    Codec(
        name="jpegxl",
        title="JPEG XL",
        family="classical",
        description="VarDCT at effort 7, set by Butteraugli distance: 1 is meant to be visually lossless.",
        encoder=_encoder("jpegxl", _jpegxl_encode, side_limit=2**30),
        decoder=_decoder("jpegxl", headers.jpegxl_size, _imagecodecs_decode("jpegxl_decode", index=0)),
        scale=QualityScale("distance", low=0.1, high=25, default=4, step=0, higher_is_better=False),
        ladder=(19, 12, 8, 5.5, 3.7, 2.4, 1.5, 0.9),  # from 20 on libjxl halves the resolution: the rate jumps up
        versions=_imagecodecs_versions("jpegxl_version", _JPEGXL),
        pixel_limit=lambda: 24 * MEGAPIXEL,  # the encoder takes 170 bytes a pixel: 4 GB
        suffix=".jxl",
        cost=0.46,
    ),
    Codec(
        name="webp",
        title="WebP",
        family="classical",
        description="VP8 key frame; its color is always at half resolution (4:2:0).",
        encoder=_encoder("webp", _pillow_encode("WEBP", lambda quality: {"quality": round(quality)}), side_limit=16383),
        decoder=_decoder("webp", headers.webp_size, _pillow_decode("WEBP")),
        scale=QualityScale("quality", low=0, high=100, default=40, step=1),
        ladder=(0, 2, 10, 25, 45, 70, 82, 90),
        versions=_pillow_versions("libwebp", "webp", {}),
        suffix=".webp",
        cost=0.12,
    ),
    Codec(
        name="avif",
        title="AVIF",
        family="classical",
        description="AV1 still picture with color at full resolution (4:4:4), speed 6.",
        encoder=_encoder("avif", _avif_encode, side_limit=32768),  # libavif refuses to decode more
        decoder=_decoder("avif", headers.avif_size, _imagecodecs_decode("avif_decode", index=0)),
        scale=QualityScale("quality", low=0, high=100, default=45, step=1),
        ladder=(10, 18, 26, 35, 45, 56, 68, 82),
        versions=_imagecodecs_versions("avif_version", _AVIF),
        suffix=".avif",
        cost=0.47,
    ),
)
