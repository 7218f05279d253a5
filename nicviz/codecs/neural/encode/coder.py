"""From an image to a bitstream and back with a loaded model, as CompressAI's own compress and decompress do it.

Everything that the decoder must reproduce runs in float32. Images are padded to a multiple of the network's stride by
their last row and column, fading to the mean: on crops of 65 to 511 pixels that takes 0.86 of the bytes of repeating
them and 0.01 dB; reflection takes more bytes, zeros cost 0.5 dB (tests/benchmarks/bench_padding.py).
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nicviz.codecs.base import Estimate, Image
from nicviz.codecs.neural.architectures import SERIAL
from nicviz.codecs.neural.encode.search import Latents, Search, search
from nicviz.codecs.neural.entropy import context
from nicviz.codecs.neural.entropy import priors as hyper
from nicviz.codecs.neural.entropy.container import Container
from nicviz.codecs.neural.network.models import Model, working
from nicviz.errors import CodecError

if TYPE_CHECKING:
    from torch import Tensor

_FADE = 24  # pixels
_FLOAT32_TAIL = 3  # last layers of the synthesis that stay in float32


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
        coded = _coded(model, image, quality, wanted)
    height, width = image.shape[:2]
    return Container(codec, model.identity, quality, height, width, coded.guard, coded.strings).pack()


def decode(model: Model, container: Container, synthesis_dtype: str = "float32") -> Image:
    """Return the reconstruction, (H, W, 3) uint8.

    Args:
        model: as loaded.
        container: of an image that was encoded with the same weights.
        synthesis_dtype: "float32", or "bfloat16" for a faster and slightly different picture.

    Raises:
        CodecError: other weights, another number of strings, or scales that differ from the encoder's.
    """
    if container.model != model.identity:
        raise CodecError(f"{container.codec}: the bitstream was made with other weights than those that are here.")
    expected = 1 if model.conditional is None else 2
    if len(container.strings) != expected:
        raise CodecError(
            f"{container.codec}: the bitstream has {len(container.strings)} strings where {expected} belong."
        )
    with working(model) as network:
        y_hat = decode_latent(model, container)
        return _image(_synthesize(network, y_hat, synthesis_dtype), container.height, container.width)


def estimate(model: Model, image: Image, quality: float, wanted: Search | None = None) -> Estimate:
    """Return rate (from the likelihoods) and reconstruction of a forward pass; arguments and errors as for `encode`.

    The rate is that of the strings where no forward pass is quicker than they are: see `estimates_from_strings`.
    """
    with working(model) as network:
        if not estimates_from_strings(model, wanted):
            return forward(model, [image], quality)[0]
        height, width = image.shape[:2]
        coded = _coded(model, image, quality, wanted)
        bpp = 8 * sum(map(len, coded.strings)) / (height * width)
        return Estimate(bpp, _image(network.g_s(coded.latent), height, width))


def estimates_from_strings(model: Model, wanted: Search | None) -> bool:
    """Return whether a forward pass is no quicker than coding: that of mbt2018-vbr is serial, and a search is long."""
    return wanted is not None or model.architecture == "mbt2018-vbr"


def forward(model: Model, images: Sequence[Image], quality: float) -> list[Estimate]:
    """Return the estimates of images of one size from one forward pass; the caller holds `working(model)`.

    Raises:
        CodecError: the network gives no finite latent for one of the images.
    """
    import torch

    height, width = images[0].shape[:2]
    x = torch.cat([_tensor(model.network, image) for image in images])
    gain = hyper.gain_of(model, quality)
    out = model.network(x) if gain is None else model.network(x, inputscale=gain)
    nats = sum(-likelihoods.log().flatten(1).sum(1) for likelihoods in out["likelihoods"].values()).tolist()
    if not all(map(math.isfinite, nats)):
        raise CodecError("The network gives no finite latent for this image; its weights do not cope with it.")
    return [
        Estimate(each / math.log(2) / (height * width), _image(x_hat[None], height, width))
        for each, x_hat in zip(nats, out["x_hat"], strict=True)
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


def encode_latent(model: Model, y: "Tensor", quality: float) -> hyper.Coded:
    """Return the coded latent y, (1, M, h, w), by the way that the architecture asks for."""
    if model.conditional is None:
        return hyper.encode_factorized(model, y)
    if model.architecture in SERIAL:
        return context.encode_context(model, y, quality)
    return hyper.encode_hyper(model, y, quality)


def _coded(model: Model, image: Image, quality: float, wanted: Search | None) -> hyper.Coded:
    x = _tensor(model.network, image)
    y = model.network.g_a(x)
    if wanted is None:
        return encode_latent(model, y, quality)
    height, width = image.shape[:2]
    found = search(model.network, x, (height, width), Latents(y, hyper.hyper_analysis(model, y)), wanted)
    return hyper.encode_hyper(model, found.y, quality, found.z)


def decode_latent(model: Model, container: Container) -> "Tensor":
    """Return the latent (1, M, h, w) in a container; errors as for `decode`."""
    stride = model.network.downsampling_factor
    shape = (-(-container.height // stride), -(-container.width // stride))
    if model.conditional is None:
        return hyper.decode_bottleneck(model, container.strings[0], shape, container.quality)
    decode_latent = context.decode_context if model.architecture in SERIAL else hyper.decode_hyper
    return decode_latent(model, container, shape)


def _tensor(network: Any, image: Image) -> "Tensor":
    """Return an image as (1, 3, H', W') float32 in [0, 1], channels-last, padded to the network's stride."""
    import torch

    stride = network.downsampling_factor
    height, width = image.shape[:2]
    padded = pad(image, -height % stride, -width % stride)
    device = next(network.parameters()).device
    return torch.from_numpy(padded).to(device).permute(2, 0, 1).unsqueeze(0).float().div_(255)


def _synthesize(network: Any, y_hat: "Tensor", dtype: str) -> "Tensor":
    import torch

    if dtype == "float32":
        x_hat: Tensor = network.g_s(y_hat)
        return x_hat
    if dtype != "bfloat16":
        raise ValueError(f"The synthesis runs in float32 or bfloat16; got {dtype!r}.")
    with torch.autocast(y_hat.device.type, torch.bfloat16):
        for layer in network.g_s[:-_FLOAT32_TAIL]:
            y_hat = layer(y_hat)
    result: Tensor = network.g_s[-_FLOAT32_TAIL:](y_hat.float())
    return result


def _image(x_hat: "Tensor", height: int, width: int) -> Image:
    """Return a (1, 3, H', W') tensor as the 8-bit image in its upper left corner."""
    pixels = x_hat[0, :, :height, :width].clamp(0, 1).mul(255).round().byte()
    return np.ascontiguousarray(pixels.permute(1, 2, 0).cpu().numpy())
