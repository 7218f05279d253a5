"""Make a `NeuralCodec` from a place where weights are found; nothing heavy is imported until it is used."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray

from nicviz.codecs.base import Availability, Estimate, Image, NeuralCodec, Placement, QualityScale, always
from nicviz.codecs.neural.architectures import COST, SERIAL
from nicviz.codecs.neural.device import device_name, pixel_limit, searching_pixel_limit
from nicviz.codecs.neural.encode.search import Search
from nicviz.codecs.neural.entropy.container import unpack
from nicviz.codecs.neural.weights.locate import Weights
from nicviz.codecs.reference import CodecReference
from nicviz.errors import CodecError

_package_version = cache(version)


@dataclass(frozen=True)
class Backend:
    """The functions of one codec; they can be pickled, so that a worker process can be sent a codec.

    Args:
        name: of the codec.
        architecture: that the weights must have; None for any.
        find: the weights for a quality; `WeightsError` where they are missing.
        search: how latents for a quality are searched for; None where they are not.
    """

    name: str
    architecture: str | None
    find: Callable[[float], Weights]
    search: Callable[[float], Search] | None = None

    def prepare(self, quality: float) -> None:
        """Load libraries and model."""
        weights = self.find(quality)
        from nicviz.codecs.neural.encode import coder  # noqa: F401 - the coder too
        from nicviz.codecs.neural.network import models

        models.MODELS.get(weights, self.architecture)

    def encode(self, image: Image, quality: float) -> bytes:
        """Return the bitstream of an image."""
        weights = self.find(quality)
        from nicviz.codecs.neural.encode import coder
        from nicviz.codecs.neural.network import models

        model = models.MODELS.get(weights, self.architecture)
        return coder.encode(model, self.name, image, quality, self._wanted(quality))

    def decode(self, bitstream: bytes) -> Image:
        """Return the reconstruction."""
        container = unpack(self.name, bitstream, pixel_limit())
        weights = self.find(container.quality)
        from nicviz.codecs.neural.encode import coder
        from nicviz.codecs.neural.network import models

        return coder.decode(models.MODELS.get(weights, self.architecture), container)

    def estimate(self, image: Image, quality: float) -> Estimate:
        """Return rate and reconstruction of a forward pass."""
        weights = self.find(quality)
        from nicviz.codecs.neural.encode import coder
        from nicviz.codecs.neural.network import models

        return coder.estimate(models.MODELS.get(weights, self.architecture), image, quality, self._wanted(quality))

    def estimate_many(
        self, images: NDArray[np.uint8], quality: float, near: Image | None
    ) -> list[Estimate | CodecError]:
        """Return rate and reconstruction of a forward pass of each image, or its error."""
        weights = self.find(quality)
        from nicviz.codecs.neural.encode import batch
        from nicviz.codecs.neural.network import models

        model = models.MODELS.get(weights, self.architecture)
        return batch.estimate_many(model, images, quality, near, self._wanted(quality))

    def _wanted(self, quality: float) -> Search | None:
        return None if self.search is None else self.search(quality)

    def versions(self, quality: float) -> Mapping[str, str]:
        """Return what the output depends on besides image and quality."""
        wanted = self._wanted(quality)
        return {
            "weights": self.find(quality).sha256[:16],
            **({} if wanted is None else {"search": wanted.version}),
            "torch": _package_version("torch"),
            "compressai": _package_version("compressai"),
            "device": device_name(),
        }


def neural_codec(  # noqa: PLR0913 - what a codec is
    name: str,
    title: str,
    description: str,
    architecture: str | None,
    find: Callable[[float], Weights],
    scale: QualityScale | None,
    ladder: tuple[float, ...],
    availability: Callable[[], Availability] = always,
    serial: bool | None = None,
    search: Callable[[float], Search] | None = None,
    cost: float | None = None,
    refer: Callable[[], CodecReference] | None = None,
) -> NeuralCodec:
    """Return a codec.

    Args:
        name, title, description, scale, ladder, availability, refer: as in `Codec`.
        architecture: CompressAI's name of the model class, which the weights must have; None where they decide.
        find: the weights for a quality; `WeightsError` where they are missing.
        serial: whether it codes symbol after symbol; None where the architecture tells.
        search: as in `Backend`.
        cost: as in `Codec`; None for that of the architecture at its published widths.
    """
    if serial is None:
        serial = architecture in SERIAL
    likely = architecture or ("mbt2018" if serial else "bmshj2018-hyperprior")
    backend = Backend(name, architecture, find, search)
    return NeuralCodec(
        name=name,
        title=title,
        family="neural",
        description=description,
        encoder=backend.encode,
        decoder=backend.decode,
        estimator=backend.estimate,
        batch_estimator=backend.estimate_many,
        scale=scale,
        ladder=ladder,
        versions=backend.versions,
        prepare=backend.prepare,
        availability=availability,
        pixel_limit=pixel_limit if search is None else searching_pixel_limit,
        architecture=architecture or "",
        placement=Placement.HERE if search is None and not serial else Placement.KILLABLE,
        cost=COST[likely] if cost is None else cost,
        estimates=search is None,
        refer=refer,
    )
