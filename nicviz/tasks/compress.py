"""One image through one codec: bitstream, reconstruction and times, from the store where it was done before."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version

from nicviz.codecs import Codec, NeuralCodec, Placement
from nicviz.corruptions import CORRUPTIONS, corrupt
from nicviz.errors import Canceled
from nicviz.images import Image, LoadedImage, decode_png, encode_png
from nicviz.records import Members
from nicviz.run.pool import RoundTrip, workers_for
from nicviz.store import Store, default_store, key_of
from nicviz.tasks.settings import CorruptionSetting

Cancel = threading.Event | None


@cache
def library_versions() -> Mapping[str, str]:
    """Return the versions of the libraries that corruptions and metrics compute with, for keys."""
    return {name: version(name) for name in ("numpy", "scipy", "pillow", "imagecorruptions")}


def check(cancel: Cancel) -> None:
    """Raise `Canceled` if nobody wants the work any more."""
    if cancel is not None and cancel.is_set():
        raise Canceled


@dataclass(frozen=True)
class Compression:
    """What one codec made of one image.

    Args:
        codec, quality, setting: name, native quality, and both as the command line writes them.
        width, height: of the image, in pixels.
        bitstream: what the decoder alone turned into `png`; None where there is only an estimate.
        estimated_bpp: rate from likelihoods, only where there is no bitstream.
        png: the reconstruction, lossless.
        encode_seconds, decode_seconds: of this machine when it was computed; None for an estimate.
        versions: what the result depends on: libraries, weight hash, device.
        key: under which the store holds it.
    """

    codec: str
    quality: float
    setting: str
    width: int
    height: int
    bitstream: bytes | None
    estimated_bpp: float | None
    png: bytes
    encode_seconds: float | None
    decode_seconds: float | None
    versions: Mapping[str, str]
    key: str

    @property
    def num_bytes(self) -> int | None:
        """Bytes of the whole bitstream."""
        return None if self.bitstream is None else len(self.bitstream)

    @property
    def bpp(self) -> float:
        """Bits per pixel: measured on the bitstream, or else estimated."""
        if self.bitstream is None:
            return float(self.estimated_bpp or 0.0)
        return 8 * len(self.bitstream) / (self.width * self.height)

    def pixels(self) -> Image:
        """Return the reconstruction, (H, W, 3) uint8; decoded on each call, so that nothing large is kept."""
        return decode_png(self.png)


def compress(
    image: LoadedImage,
    codec: Codec,
    quality: float | None = None,
    *,
    exact: bool = True,
    cancel: Cancel = None,
    store: Store | None = None,
) -> Compression:
    """Return the image through the codec.

    Args:
        image: what the codec is given.
        codec: any available codec.
        quality: native; None for the codec's default.
        exact: make the bitstream even where its estimate comes first; otherwise that codec gives the estimate unless
            the store holds the bitstream.
        cancel: set by another thread to stop.
        store: where results are kept; None for the default one.

    Raises:
        CodecError: the codec failed or refuses the image.
        Canceled: `cancel` was set.
    """
    check(cancel)
    store = store or default_store()
    value = codec.quality(quality)
    key = key_of(kind="compression", image=image.sha256, codec=codec.name, quality=value, **_versions(codec, value))
    members: Members | None = store.get(key)
    if members is None and isinstance(codec, NeuralCodec) and codec.estimate_first and not exact:
        key = key_of(kind="estimate", image=image.sha256, codec=codec.name, quality=value, **_versions(codec, value))
        members = store.get(key)
    if members is None:
        if isinstance(codec, NeuralCodec) and codec.estimate_first and not exact:
            members = _estimate(image.pixels, codec, value, cancel)
        else:
            members = _round_trip(image.pixels, codec, value, cancel)
        store.put(key, members)
    return _compression(image, codec, value, members, key)


def find_compression(image: LoadedImage, codec: Codec, quality: float, store: Store) -> Compression | None:
    """Return what `compress` has made and kept of the image, with its bitstream; None if there is nothing."""
    value = codec.quality(quality)
    key = key_of(kind="compression", image=image.sha256, codec=codec.name, quality=value, **_versions(codec, value))
    members = store.get(key)
    return None if members is None else _compression(image, codec, value, members, key)


def _versions(codec: Codec, quality: float) -> dict[str, Mapping[str, str]]:
    return {"versions": dict(codec.versions(quality))}


def _compression(image: LoadedImage, codec: Codec, quality: float, members: Members, key: str) -> Compression:
    height, width = image.pixels.shape[:2]
    record = members["record"]
    return Compression(
        codec=codec.name,
        quality=quality,
        setting=codec.setting(quality),
        width=width,
        height=height,
        bitstream=members.get("bitstream"),
        estimated_bpp=record.get("estimated_bpp"),
        png=members["png"],
        encode_seconds=record.get("encode_seconds"),
        decode_seconds=record.get("decode_seconds"),
        versions=dict(codec.versions(quality)),
        key=key,
    )


def _round_trip(pixels: Image, codec: Codec, quality: float, cancel: Cancel) -> Members:
    done = round_trip(pixels, codec, quality, cancel)
    return {
        "bitstream": done.bitstream,
        "png": encode_png(done.reconstruction),
        "record": {"encode_seconds": done.encode_seconds, "decode_seconds": done.decode_seconds},
    }


def _estimate(pixels: Image, codec: NeuralCodec, quality: float, cancel: Cancel) -> Members:
    estimate = codec.estimate(pixels, quality)
    check(cancel)
    return {"png": encode_png(estimate.reconstruction), "record": {"estimated_bpp": estimate.bpp}}


def round_trip(pixels: Image, codec: Codec, quality: float, cancel: Cancel = None) -> RoundTrip:
    """Return bitstream, reconstruction and times, made where the codec is best run.

    One that would keep every other session waiting, and one that must be killable, run in worker processes.
    """
    codec.check_size(pixels)
    if codec.placement is not Placement.HERE:
        return workers_for(codec).round_trip(codec, pixels, quality, cancel)
    codec.prepare(quality)
    check(cancel)
    start = time.perf_counter()
    bitstream = codec.encode(pixels, quality)
    middle = time.perf_counter()
    check(cancel)
    reconstruction = codec.decode(bitstream)
    return RoundTrip(bitstream, reconstruction, middle - start, time.perf_counter() - middle)


def corrupted(image: LoadedImage, setting: CorruptionSetting, store: Store | None = None) -> LoadedImage:
    """Return c(x): the image under a corruption, from the store where it was made before."""
    store = store or default_store()
    key = key_of(
        kind="corruption", image=image.sha256, name=setting.name, severity=setting.severity,
        seed=setting.seed if CORRUPTIONS[setting.name].is_random else 0, versions=library_versions(),
    )  # fmt: skip
    members = store.get_or_compute(
        key, lambda: {"png": encode_png(corrupt(image.pixels, setting.name, setting.severity, setting.seed))}
    )
    return LoadedImage(image.name, decode_png(members["png"]))
