"""Make a `NeuralCodec` from a place where weights are found; nothing heavy is imported until it is used.

neural_codec(…) ──▶ NeuralCodec ── open(quality) ──▶ Handle ──▶ latents, estimate, encode, decode
                         │                             │
                    Backend: finds weights        network.models: one model, cached
                                                   encode.coder: its arithmetic
                                                   encode.inside: a look at its parts
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nicviz.codecs.base import Availability, Image, Placement, Progression, QualityScale, always
from nicviz.codecs.neural.architectures import Architecture
from nicviz.codecs.neural.device import device_name, pixel_limit, searches_in_bfloat16, searching_pixel_limit
from nicviz.codecs.neural.encode.search import Search
from nicviz.codecs.neural.entropy.container import unpack
from nicviz.codecs.neural.entropy.progressive import Progressive, ends
from nicviz.codecs.neural.handle import Handle
from nicviz.codecs.neural.weights.locate import Weights
from nicviz.codecs.neural_base import Estimate, NeuralCodec
from nicviz.codecs.reference import CodecReference
from nicviz.errors import CodecError
from nicviz.versions import installed

_ESTIMATE_VERSION = "1"  # of what nicviz estimates otherwise than CompressAI; one more with every change of it


@dataclass(frozen=True)
class Backend:
    """The functions of one codec.

    Args:
        name: of the codec.
        architecture: that the weights must have; None for any.
        find: the weights for a quality; `WeightsError` where they are missing.
        search: how latents for a quality are searched for; None where they are not.
        scale: of qualities; None where the weights have one.
    """

    name: str
    architecture: Architecture | None
    find: Callable[[float], Weights]
    search: Callable[[float], Search] | None = None
    scale: QualityScale | None = None

    def open(self, quality: float) -> Handle:
        """Return the codec at a quality, with its model, loaded now or kept from before."""
        weights = self.find(quality)
        from nicviz.codecs.neural.network import models

        model = models.MODELS.get(weights, None if self.architecture is None else self.architecture.name)
        return Handle(self.name, models.MODELS.at(model, quality), quality, self._wanted(quality), self.limit)

    def prepare(self, quality: float) -> None:
        """Load libraries and model."""
        self.open(quality)
        from nicviz.codecs.neural.encode import coder  # noqa: F401 - the coder too

    def encode(self, image: Image, quality: float) -> bytes:
        """Return the bitstream of an image."""
        return self.open(quality).encode(image)

    def decode(self, bitstream: bytes) -> Image:
        """Return the reconstruction."""
        return self._opened(bitstream).decode(bitstream)

    def ends(self, bitstream: bytes) -> tuple[int, ...]:
        """Return the numbers of bytes after which a progressive bitstream may end."""
        return ends(self.name, bitstream, pixel_limit())

    def decode_all(self, bitstream: bytes, take: Callable[[Image], None]) -> None:
        """Give the reconstruction at each of these ends to `take`."""
        self._opened(bitstream).decode_all(bitstream, take)

    def _opened(self, bitstream: bytes) -> Handle:
        quality = unpack(self.name, bitstream, pixel_limit()).quality
        if self.scale is not None and not self.scale.low <= quality <= self.scale.high:
            raise CodecError(f"{self.name}: the bitstream names the quality {quality:g}, which is not on its scale.")
        return self.open(quality)

    def estimate(self, image: Image, quality: float) -> Estimate:
        """Return rate and reconstruction of a forward pass."""
        return self.open(quality).estimate(image)

    def estimate_many(
        self, images: NDArray[np.uint8], quality: float, near: Image | None
    ) -> list[Estimate | CodecError]:
        """Return rate and reconstruction of a forward pass of each image, or its error."""
        return self.open(quality).estimate_many(images, near)

    def limit(self) -> int:
        """Return the most pixels of an image that it takes."""
        return pixel_limit() if self.search is None else searching_pixel_limit()

    def _wanted(self, quality: float) -> Search | None:
        return None if self.search is None else self.search(quality)

    def versions(self, quality: float) -> Mapping[str, str]:
        """Return what the output depends on besides image and quality, the arithmetic of a search included."""
        found = {"weights": self.find(quality).sha256[:16]}
        if self.search is not None:
            arithmetic = "bfloat16" if searches_in_bfloat16(device_name() != "cpu") else "float32"
            found["search"] = f"{self.search(quality).version}, synthesis in {arithmetic}"
        if self.architecture is None or self.architecture.revised:
            found["estimate"] = _ESTIMATE_VERSION
        libraries = {name: installed(name) for name in ("torch", "compressai")}
        return {**found, **libraries, "device": device_name()}


def neural_codec(  # noqa: PLR0913 - what a codec is
    name: str,
    title: str,
    description: str,
    architecture: Architecture | None,
    find: Callable[[float], Weights],
    scale: QualityScale | None,
    ladder: tuple[float, ...],
    availability: Callable[[], Availability] = always,
    likely: Architecture | None = None,
    search: Callable[[float], Search] | None = None,
    cost: float | None = None,
    refer: Callable[[], CodecReference] | None = None,
) -> NeuralCodec:
    """Return a codec.

    Args:
        name, title, description, scale, ladder, availability, refer: as in `Codec`.
        architecture: that the weights must have; None where they decide.
        find: the weights for a quality; `WeightsError` where they are missing.
        likely: an architecture that codes as theirs does, where the weights decide.
        search: as in `Backend`.
        cost: as in `Codec`; None for that of the architecture at its published widths.
    """
    backend = Backend(name, architecture, find, search, scale)
    like = architecture or likely
    serial = like is not None and like.serial
    progressive = like is not None and issubclass(like.prior.container, Progressive)
    return NeuralCodec(
        name=name,
        title=title,
        family="neural",
        description=description,
        encoder=backend.encode,
        decoder=backend.decode,
        opener=backend.open,
        estimator=backend.estimate,
        batch_estimator=backend.estimate_many,
        scale=scale,
        ladder=ladder,
        versions=backend.versions,
        prepare=backend.prepare,
        availability=availability,
        pixel_limit=backend.limit,
        architecture="" if architecture is None else architecture.name,
        placement=Placement.KILLABLE if serial or search is not None else Placement.HERE,
        cost=(1.0 if like is None else like.cost) if cost is None else cost,
        estimates=search is None,
        refer=refer,
        progression=Progression(backend.ends, backend.decode_all) if progressive else None,
    )
