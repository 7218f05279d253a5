"""Make a `NeuralCodec` from a place where weights are found; nothing heavy is imported until it is used."""

from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import version

from nicviz.codecs.base import Availability, Estimate, Image, NeuralCodec, QualityScale, always
from nicviz.codecs.neural.checkpoints import SERIAL
from nicviz.codecs.neural.container import unpack
from nicviz.codecs.neural.device import device_name, pixel_limit
from nicviz.codecs.neural.weights import Weights

_package_version = cache(version)


def neural_codec(  # noqa: PLR0913
    name: str,
    title: str,
    description: str,
    architecture: str,
    find: Callable[[float], Weights],
    scale: QualityScale | None,
    ladder: tuple[float, ...],
    availability: Callable[[], Availability] = always,
) -> NeuralCodec:
    """Return a codec.

    Args:
        name, title, description, scale, ladder, availability: as in `Codec`.
        architecture: CompressAI's name of the model class.
        find: the weights for a quality; `WeightsError` where they are missing.
    """

    def encoder(image: Image, quality: float) -> bytes:
        weights = find(quality)
        from nicviz.codecs.neural import coder, models

        return coder.encode(models.MODELS.get(weights, architecture), name, image, quality)

    def decoder(bitstream: bytes) -> Image:
        container = unpack(name, bitstream, pixel_limit())
        weights = find(container.quality)
        from nicviz.codecs.neural import coder, models

        return coder.decode(models.MODELS.get(weights, architecture), container)

    def estimator(image: Image, quality: float) -> Estimate:
        weights = find(quality)
        from nicviz.codecs.neural import coder, models

        return coder.estimate(models.MODELS.get(weights, architecture), image, quality)

    def versions(quality: float) -> Mapping[str, str]:
        return {
            "weights": find(quality).sha256[:16],
            "torch": _package_version("torch"),
            "compressai": _package_version("compressai"),
            "device": device_name(),
        }

    return NeuralCodec(
        name=name,
        title=title,
        family="neural",
        description=description,
        encoder=encoder,
        decoder=decoder,
        estimator=estimator,
        scale=scale,
        ladder=ladder,
        versions=versions,
        availability=availability,
        pixel_limit=pixel_limit,
        architecture=architecture,
        serial=architecture in SERIAL,
    )
