"""From an image to a bitstream and back with a loaded model, as CompressAI's own compress and decompress do it.

Everything that the decoder must reproduce runs in float32. Images are padded to a multiple of the network's stride by
their last row and column, fading to the mean: on crops of 65 to 511 pixels that takes 0.86 of the bytes of repeating
them and 0.01 dB; reflection takes more bytes, zeros cost 0.5 dB (tests/benchmarks/bench_padding.py).
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nicviz.codecs.base import Image
from nicviz.codecs.neural.encode.search import LatentPair, Search, search
from nicviz.codecs.neural.entropy.container import Container
from nicviz.codecs.neural.entropy.hyperprior import HyperPrior
from nicviz.codecs.neural.network.models import Model, working
from nicviz.codecs.neural_base import Estimate
from nicviz.errors import CodecError

if TYPE_CHECKING:
    from torch import Tensor

_FADE = 24  # pixels


def encode(model: Model, codec: str, image: Image, quality: float, wanted: Search | None = None) -> bytes:
    """Return the bitstream of an image.

    Args:
        model: as loaded.
        codec: name of the codec, which the bitstream carries.
        image: (H, W, 3) uint8, sRGB.
        quality: native; only variable-rate models compute with it.
        wanted: a search for the latent; None for what the analysis transform gives.

    Raises:
        CodecError: the network gives no finite latent, or there is not enough memory.
    """
    quality = float(np.float32(quality))
    with working(model):
        y, z, _ = analyzed(model, image, quality, wanted)
        coded = model.prior.encode(y, quality, z)
    height, width = image.shape[:2]
    return model.prior.container(codec, model.identity, quality, height, width, coded.guard, coded.strings).pack()


def decode(model: Model, container: Container) -> Image:
    """Return the reconstruction, (H, W, 3) uint8.

    Args:
        model: as loaded.
        container: of an image that was encoded with the same weights.

    Raises:
        CodecError: other weights, another number of strings, or scales that differ from the encoder's.
    """
    _check(model, container)
    with working(model) as network:
        return to_image(network.g_s(decode_latent(model, container)), container.height, container.width)


def decode_all(model: Model, container: Container, take: Callable[[Image], None]) -> None:
    """Give the reconstructions of all parts of a progressive bitstream to `take`, by rising quality; as `decode`."""
    _check(model, container)
    with working(model):
        for x_hat in model.prior.synthesize_all(decode_latent(model, container)):
            take(to_image(x_hat, container.height, container.width))


def _check(model: Model, container: Container) -> None:
    if container.model != model.identity:
        raise CodecError(f"{container.codec}: the bitstream was made with other weights than those that are here.")
    if type(container) is not model.prior.container or not model.prior.takes(len(container.strings)):
        raise CodecError(
            f"{container.codec}: the bitstream has {len(container.strings)} strings, which this model does not write."
        )


def decode_latent(model: Model, container: Container) -> "Tensor":
    """Return what the synthesis is given, the latent (1, M, h, w) first, from a container; errors as for `decode`."""
    stride = model.network.downsampling_factor
    return model.prior.decode(container, (-(-container.height // stride), -(-container.width // stride)))


def estimate(model: Model, image: Image, quality: float, wanted: Search | None = None) -> Estimate:
    """Return rate (from the likelihoods) and reconstruction without coding; arguments and errors as for `encode`."""
    with working(model) as network:
        if wanted is None:
            return forward(model, [image], quality)[0]
        y, z, _ = analyzed(model, image, quality, wanted)
        traced = model.prior.trace(y, quality, z)
        height, width = image.shape[:2]
        bits = sum(float(element_bits(each).sum()) for each in traced.likelihoods)
        return Estimate(bits / (height * width), to_image(network.g_s(traced.given), height, width))


def forward(model: Model, images: Sequence[Image], quality: float) -> list[Estimate]:
    """Return the estimates of images of one size from one forward pass; the caller holds `working(model)`.

    Raises:
        CodecError: the network gives no finite latent for one of the images.
    """
    import torch

    height, width = images[0].shape[:2]
    bits, x_hat = model.prior.forward(torch.cat([as_tensor(model.network, image) for image in images]), quality)
    return [
        Estimate(each / (height * width), to_image(picture[None], height, width))
        for each, picture in zip(bits, x_hat, strict=True)
    ]


def pad(image: Image, down: int, right: int, fade: int = _FADE) -> Image:
    """Return an image with rows below and columns to the right: its border, fading over `fade` pixels to its mean.

    A repeated border goes on with all its detail, which has to be coded; a constant tears an edge.
    """
    if down:
        last = image[-1:].astype(np.float32)
        weight = np.minimum(np.arange(1, down + 1, dtype=np.float32) / fade, 1)[:, None, None]
        tail = last + weight * (last.mean(axis=1, keepdims=True) - last)
        image = np.concatenate((image, tail.round().astype(np.uint8)))
    if right:
        image = pad(image.swapaxes(0, 1), right, 0, fade).swapaxes(0, 1)
    return np.array(image, order="C")


class Analyzed(NamedTuple):
    """The latent of an image, its hyper-latent where a search found one, and image pixels a latent's element."""

    y: "Tensor"
    z: "Tensor | None"
    stride: int


def analyzed(model: Model, image: Image, quality: float, wanted: Search | None) -> Analyzed:
    """Return the latent of an image at a quality; the caller holds `working(model)`."""
    x = as_tensor(model.network, image)
    y = model.prior.analyze(x, quality)
    stride = x.shape[2] // y.shape[2]
    if wanted is None:
        return Analyzed(y, None, stride)
    if not isinstance(model.prior, HyperPrior):
        raise CodecError(f"There is no search for the latents of a {model.architecture.name}.")
    start = LatentPair(y, model.prior.hyper_analysis(y, quality))
    height, width = image.shape[:2]
    return Analyzed(*search(model.network, x, (height, width), start, wanted), stride)


def element_bits(likelihoods: "Tensor") -> NDArray[np.float64]:
    """Return −log2 of likelihoods (1, C, h, w), as (C, h, w)."""
    return np.array(-likelihoods[0].double().log2().cpu().numpy(), np.float64, order="C")


def as_tensor(network: Any, image: Image) -> "Tensor":
    """Return an image as (1, 3, H', W') float32 in [0, 1], channels-last, padded to the network's stride."""
    import torch

    stride = network.downsampling_factor
    height, width = image.shape[:2]
    padded = pad(image, -height % stride, -width % stride)
    device = next(network.parameters()).device
    return torch.from_numpy(padded).to(device).permute(2, 0, 1).unsqueeze(0).float().div_(255)


def to_image(x_hat: "Tensor", height: int, width: int) -> Image:
    """Return a (1, 3, H', W') tensor as the 8-bit image in its upper left corner."""
    pixels = x_hat[0, :, :height, :width].clamp(0, 1).mul(255).round().byte()
    # A copy: of an image one pixel wide torch's strides are odd ones, which NumPy takes for contiguous and others not.
    return pixels.permute(1, 2, 0).cpu().numpy().copy(order="C")
