"""Pillow's codecs: PNG, JPEG, JPEG 2000 and WebP, set as papers set them.

A bitstream is exactly what the library writes, so that its length is the codec's rate.
"""

import io
import threading
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

from nicviz.codecs import guard, headers
from nicviz.codecs.base import Codec, Image, Placement, QualityScale
from nicviz.codecs.imagecodecs import decode_with, imagecodecs_versions
from nicviz.versions import library_versions

Settings = Mapping[str, Any]

_ANY_SIDE = 2**31 - 1
_JPEG: Settings = {"optimize": False}
_JPEG2000: Settings = {"quality_mode": "rates", "irreversible": True, "mct": 1, "no_jp2": True}
_RAW_BPP = 24
_WHOLE_PYRAMID = 32  # pixels of the shorter side from which on an image has all six resolutions of the wavelet
_SRGB, _BITS = 1, 8  # as the package openjpeg takes them
_one_at_a_time = threading.Lock()  # it crashes where two threads are in it, which its interpreter lock does not prevent


def encode_as(kind: str, settings: Callable[[float], Settings]) -> Callable[[Image, float], bytes]:
    """Return the encoder of one of Pillow's formats, with its settings as a function of the native quality."""

    def encode(image: Image, quality: float) -> bytes:
        buffer = io.BytesIO()
        Pillow.fromarray(image).save(buffer, format=kind, **settings(quality))
        return buffer.getvalue()

    return encode


def decode_as(kind: str) -> Callable[[bytes], Image]:
    """Return the decoder of one of Pillow's formats."""

    def decode(data: bytes) -> Image:
        with Pillow.open(io.BytesIO(data), formats=[kind]) as image:
            return np.array(image)

    return decode


_small_jpeg2000 = encode_as("JPEG2000", lambda quality: {"quality_layers": [quality], **_JPEG2000})


def _jpeg2000_encode(image: Image, quality: float) -> bytes:
    """As Pillow would write it, in half the time: another build of OpenJPEG, whose name is in the stream's comment."""
    if min(image.shape[:2]) < _WHOLE_PYRAMID:  # refused there
        return _small_jpeg2000(image, quality)
    import openjpeg

    with _one_at_a_time:
        stream: bytes = openjpeg.encode(
            image, bits_stored=_BITS, photometric_interpretation=_SRGB, use_mct=True, compression_ratios=[quality]
        )
    return stream


def _jpeg2000_versions(quality: float) -> Mapping[str, str]:
    encoder = {name: str(version) for name, version in library_versions("pylibjpeg-openjpeg").items()}
    decoder = imagecodecs_versions("jpeg2k_version", {})(quality)
    return {**decoder, **encoder, **pillow_versions("OpenJPEG", "jpg_2000", _JPEG2000)(quality)}


def pillow_versions(library: str, feature: str, settings: Settings) -> Callable[[float], Mapping[str, str]]:
    """Return the versions of Pillow and of the library behind a format, and the settings that are always the same."""

    def versions(quality: float) -> Mapping[str, str]:
        return {"Pillow": pillow_version, library: str(features.version(feature)), "settings": repr(settings)}

    return versions


def _jpeg(name: str, title: str, subsampling: str, description: str) -> Codec:
    def settings(quality: float) -> Settings:
        return {"quality": round(quality), "subsampling": subsampling, **_JPEG}

    return Codec(
        name=name,
        title=title,
        family="classical",
        description=description,
        encoder=guard.encoder(name, encode_as("JPEG", settings), side_limit=65500),  # libjpeg's, not the format's
        decoder=guard.decoder(name, headers.jpeg_size, decode_as("JPEG")),
        scale=QualityScale("quality", low=1, high=100, default=30, step=1),
        ladder=(5, 10, 18, 30, 50, 70, 80, 88),
        versions=pillow_versions("libjpeg-turbo", "libjpeg_turbo", {"subsampling": subsampling, **_JPEG}),
        suffix=".jpg",
        cost=0.01,
    )


PNG = Codec(
    name="png",
    title="PNG",
    family="lossless",
    description="Lossless: what every view means by no compression.",
    encoder=guard.encoder("png", encode_as("PNG", lambda quality: {}), side_limit=_ANY_SIDE),
    decoder=guard.decoder("png", headers.png_size, decode_as("PNG")),
    scale=None,
    ladder=(),
    versions=pillow_versions("zlib", "zlib", {}),
    suffix=".png",
    cost=0.26,
)

JPEG = _jpeg(
    "jpeg", "JPEG", "4:2:0", "Baseline JPEG with color at half resolution (4:2:0), as nearly everyone writes it."
)

JPEG_444 = _jpeg("jpeg-444", "JPEG 4:4:4", "4:4:4", "Baseline JPEG with color at full resolution.")

JPEG2000 = Codec(
    name="jpeg2000",
    title="JPEG 2000",
    family="classical",
    description="9/7 wavelet with the color transform, set by compression ratio; every image gets the same rate.",
    encoder=guard.encoder("jpeg2000", _jpeg2000_encode, _ANY_SIDE),
    # The same OpenJPEG as Pillow's, which takes four times as long to read what it decoded.
    decoder=guard.decoder("jpeg2000", headers.jpeg2000_size, decode_with("jpeg2k_decode", numthreads=1)),
    scale=QualityScale("compression ratio", low=2, high=400, default=40, step=0, higher_is_better=False),
    ladder=(240, 160, 100, 64, 40, 26, 17, 12),
    versions=_jpeg2000_versions,
    suffix=".j2k",
    placement=Placement.WORKER,
    cost=0.2,
    quality_at=lambda bpp: _RAW_BPP / bpp,
)

WEBP = Codec(
    name="webp",
    title="WebP",
    family="classical",
    description="VP8 key frame; its color is always at half resolution (4:2:0).",
    encoder=guard.encoder("webp", encode_as("WEBP", lambda quality: {"quality": round(quality)}), side_limit=16383),
    decoder=guard.decoder("webp", headers.webp_size, decode_as("WEBP")),
    scale=QualityScale("quality", low=0, high=100, default=40, step=1),
    ladder=(0, 2, 10, 25, 45, 70, 82, 90),
    versions=pillow_versions("libwebp", "webp", {}),
    suffix=".webp",
    cost=0.12,
)

CODECS = (PNG, JPEG, JPEG_444, JPEG2000, WEBP)
