"""One image through one codec: bitstream, reconstruction and times, from the store where it was done before."""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nicviz.codecs import Codec, NeuralCodec
from nicviz.codecs.base import Progression
from nicviz.corruptions import CORRUPTIONS, corrupt, corruption_versions
from nicviz.images import Image, LoadedImage, decode_png, encode_png
from nicviz.rate import bits_per_pixel
from nicviz.records import Members
from nicviz.run import place
from nicviz.run.place import Cancel, check
from nicviz.store import Entry, Store
from nicviz.tasks.progression import parts
from nicviz.tasks.settings import CorruptionSetting

_one_at_a_time = threading.Lock()


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
        alone: whether nothing else ran meanwhile.
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
    alone: bool
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
        return bits_per_pixel(len(self.bitstream), (self.height, self.width))

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
        exact: make the bitstream even where that takes long (serial models); otherwise those give an estimate
            unless the store holds the bitstream.
        cancel: set by another thread to stop.
        store: where results are kept; None for the default one.

    Raises:
        CodecError: the codec failed or refuses the image.
        Canceled: `cancel` was set.
    """
    check(cancel)
    value = codec.quality(quality)
    entry = _entry(image, codec, value, "compression")
    members: Members | None = entry.find(store)
    if members is None and is_estimated(codec, exact):
        entry = _entry(image, codec, value, "estimate")
        members = entry.find(store)
    if members is None:
        if isinstance(codec, NeuralCodec) and is_estimated(codec, exact):
            members = _estimate(image.pixels, codec, value, cancel)
            entry.keep(members, store)
        elif codec.progression is not None:
            members = _one_of_all(image, codec, codec.progression, value, cancel, store)
        else:
            members = _round_trip(image.pixels, codec, value, cancel)
            entry.keep(members, store)
    return _compression(image, codec, value, members, entry.key)


def find_compression(image: LoadedImage, codec: Codec, quality: float, store: Store | None) -> Compression | None:
    """Return what `compress` has made and kept of the image, with its bitstream; None if there is nothing."""
    value = codec.quality(quality)
    entry = _entry(image, codec, value, "compression")
    members = entry.find(store)
    return None if members is None else _compression(image, codec, value, members, entry.key)


def is_estimated(codec: Codec, exact: bool) -> bool:
    """Return whether a codec gives an estimate where the bitstream is not insisted on."""
    return isinstance(codec, NeuralCodec) and codec.estimate_first and not exact


def _entry(image: LoadedImage, codec: Codec, quality: float, kind: str) -> Entry:
    inputs = {"image": image.sha256, "codec": codec.name, "quality": float(quality)}
    return Entry(kind, inputs, codec.versions(quality))


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
        alone=record.get("alone", False),
        versions=dict(codec.versions(quality)),
        key=key,
    )


def _round_trip(pixels: Image, codec: Codec, quality: float, cancel: Cancel) -> Members:
    done = place.round_trip(pixels, codec, quality, cancel)
    times = {"encode_seconds": done.encode_seconds, "decode_seconds": done.decode_seconds, "alone": done.alone}
    return {"bitstream": done.bitstream, "png": encode_png(done.reconstruction), "record": times}


def _one_of_all(
    image: LoadedImage, codec: Codec, progression: Progression, quality: float, cancel: Cancel, store: Store | None
) -> Members:
    """Return what a quality gives, and keep what all of them do: they are parts of one bitstream."""
    with _one_at_a_time:  # two qualities of a picture are often asked for at once
        kept: Members | None = _entry(image, codec, quality, "compression").find(store)
        if kept is not None:
            return kept
        found: dict[float, Members] = {}
        for each, members in parts(image.pixels, codec, progression, cancel):
            _entry(image, codec, each, "compression").keep(members, store)
            found[each] = members
        return found[quality]


def _estimate(pixels: Image, codec: NeuralCodec, quality: float, cancel: Cancel) -> Members:
    estimate = place.estimate_one(pixels, codec, quality, cancel)
    check(cancel)
    return {"png": encode_png(estimate.reconstruction), "record": {"estimated_bpp": estimate.bpp}}


def corruption_inputs(setting: CorruptionSetting | None) -> list[Any] | None:
    """Return what tells one corruption from another, for keys; a seed only where it matters."""
    if setting is None:
        return None
    return [setting.name, setting.severity, setting.seed if CORRUPTIONS[setting.name].is_random else 0]


def corrupted(image: LoadedImage, setting: CorruptionSetting, store: Store | None = None) -> LoadedImage:
    """Return c(x): the image under a corruption, from the store where it was made before."""
    entry = Entry(
        "corruption", {"image": image.sha256, "corruption": corruption_inputs(setting)}, corruption_versions()
    )
    recent = _RECENT.find(entry.key)
    if recent is None:
        members = entry.kept(
            lambda: {"png": encode_png(corrupt(image.pixels, setting.name, setting.severity, setting.seed))}, store
        )
        recent = LoadedImage(image.name, decode_png(members["png"]))
        _RECENT.keep(entry.key, recent)
    return recent if recent.name == image.name else LoadedImage(image.name, recent.pixels)


class _Recent:
    """The corrupted images of a moment ago: a sweep sends each through many codecs, and a PNG takes 10 ms to read."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit, self._lock = limit_bytes, threading.Lock()
        self._images: OrderedDict[str, LoadedImage] = OrderedDict()

    def find(self, key: str) -> LoadedImage | None:
        with self._lock:
            if key in self._images:
                self._images.move_to_end(key)
            return self._images.get(key)

    def keep(self, key: str, image: LoadedImage) -> None:
        with self._lock:
            self._images[key] = image
            while sum(each.pixels.nbytes for each in self._images.values()) > self._limit:
                self._images.popitem(last=False)


_RECENT = _Recent(32 << 20)
