"""Entropy coding of latents under a factorized prior or a hyperprior, step by step as CompressAI's `compress` does it.

Encoder and decoder go through the same functions from the symbols on, so that they compute the same numbers.

The variable-rate models (Kamisli et al., DCC 2024, arXiv 2402.18930) scale the latent by a gain before rounding and
move what was rounded by a learned offset; the step of their hyper-latent depends on the gain too.
"""

import math
import zlib
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nicviz.codecs.neural.entropy.container import Container
from nicviz.codecs.neural.entropy.tables import Tables, quantized, tables_of
from nicviz.codecs.neural.network.models import Model
from nicviz.errors import CodecError

if TYPE_CHECKING:
    from torch import Tensor

Shape = tuple[int, int]
_KEPT_BOTTLENECKS = 16


class Coded(NamedTuple):
    """What the entropy coder wrote, the guard over the scale indexes, and the latent that the decoder will have."""

    strings: tuple[bytes, ...]
    guard: int
    latent: "Tensor"


class Parameters(NamedTuple):
    """Scales and means of the main latent, both in units of its rounding step; no means where they are zero."""

    scales: "Tensor"
    means: "Tensor | None"


def encode_factorized(model: Model, y: "Tensor") -> Coded:
    """Return the coded latent y, (1, M, h, w), of a factorized prior."""
    string, latent = encode_bottleneck(model, y, 0.0)
    return Coded((string,), 0, latent)


def encode_hyper(model: Model, y: "Tensor", quality: float, z: "Tensor | None" = None) -> Coded:
    """Return the coded latent y, (1, M, h, w), of a hyperprior; the strings are those of y and of the hyper-latent.

    The hyper-latent is z, or what the hyper-analysis makes of y.
    """
    z_string, z_hat = encode_bottleneck(model, hyper_analysis(model, y) if z is None else z, quality)
    gain = gain_of(model, quality)
    parameters = _parameters(model, z_hat, gain)
    indexes = scale_indexes(model, parameters.scales)
    scaled = y if gain is None else y * gain
    symbols = quantized(scaled if parameters.means is None else scaled - parameters.means)
    string = conditional_tables(model).encode(symbols, indexes)
    return Coded((string, z_string), zlib.crc32(indexes.tobytes()), dequantized(model, symbols, *parameters, gain))


def decode_hyper(model: Model, container: Container, shape: Shape) -> "Tensor":
    """Return the latent (1, M, 4h, 4w) of a hyperprior whose hyper-latent has the shape (h, w).

    Raises:
        CodecError: the scales are not those that the encoder had.
    """
    z_hat = decode_bottleneck(model, container.strings[1], shape, container.quality)
    gain = gain_of(model, container.quality)
    parameters = _parameters(model, z_hat, gain)
    indexes = scale_indexes(model, parameters.scales)
    check_guard(container, zlib.crc32(indexes.tobytes()))
    symbols = conditional_tables(model).decode(container.strings[0], indexes)
    return dequantized(model, _on_device(symbols, parameters.scales), *parameters, gain)


def check_guard(container: Container, found: int) -> None:
    """Raise `CodecError` if the CRC-32 of the decoder's scale indexes is not the one that the encoder wrote."""
    if found != container.guard:
        raise CodecError(
            f"{container.codec}: the bitstream was made where the network gives slightly other numbers (another "
            "device, thread count or version of torch), and cannot be decoded here. Decode it where it was encoded."
        )


def encode_bottleneck(model: Model, z: "Tensor", quality: float) -> tuple[bytes, "Tensor"]:
    """Return the string of a latent (1, C, h, w) under its factorized prior, and the latent that decoding will give."""
    medians, step = _medians(model), _step(model, quality)
    symbols = quantized(z - medians if step is None else (z - medians) / step)
    indexes = _channel_indexes(z.shape[1], (z.shape[2], z.shape[3]))
    string = _bottleneck(model, quality).encode(symbols, indexes)
    return string, _latent(symbols, medians, step)


def decode_bottleneck(model: Model, string: bytes, shape: Shape, quality: float) -> "Tensor":
    """Return the latent (1, C, h, w) in a string under its factorized prior."""
    medians, step = _medians(model), _step(model, quality)
    channels = medians.shape[1]
    symbols = _bottleneck(model, quality).decode(string, _channel_indexes(channels, shape))
    return _latent(_on_device(symbols, medians.expand(1, channels, *shape)), medians, step)


def hyper_analysis(model: Model, y: "Tensor") -> "Tensor":
    """Return the hyper-latent before rounding; the models without means look at magnitudes only."""
    z: Tensor = model.network.h_a(y if _has_means(model) else y.abs())
    return z


def gain_of(model: Model, quality: float) -> "Tensor | None":
    """Return the gain of a variable-rate model, interpolated between its trained levels in the logarithm; else None."""
    if not hasattr(model.network, "Gain"):
        return None
    gains: Tensor = model.network.Gain.abs().log()
    level = min(max(quality - 1, 0), len(gains) - 1)
    below = min(math.floor(level), len(gains) - 2)
    return (gains[below] + (level - below) * (gains[below + 1] - gains[below])).exp()


def scale_indexes(model: Model, scales: "Tensor") -> NDArray[np.uint8]:
    """Return, in NCHW order, the index of the first table entry that is not below each scale, as CompressAI does."""
    import torch

    conditional = model.network.gaussian_conditional
    scales = conditional.lower_bound_scale(scales).contiguous()
    indexes = torch.bucketize(scales, conditional.scale_table[:-1], out_int32=True)
    return indexes.flatten().cpu().numpy().astype(np.uint8)


def dequantized(
    model: Model, symbols: "Tensor", scales: "Tensor", means: "Tensor | None", gain: "Tensor | None"
) -> "Tensor":
    """Return the latent of symbols, given scales and means in units of the rounding step."""
    values = symbols.to(scales.dtype)
    if gain is None:
        return values if means is None else values + means
    values = values + values.sign() * _offsets(model, values, scales, gain)
    return (values if means is None else values + means) / gain


def _offsets(model: Model, values: "Tensor", scales: "Tensor", gain: "Tensor") -> "Tensor":
    """Return how far each magnitude is moved after rounding; zeros stay."""
    import torch

    bounded = model.network.gaussian_conditional.lower_bound_scale(scales)
    moved = model.network.QuantABCD(torch.stack((bounded, gain.expand_as(bounded)), dim=-1)).squeeze(-1)
    return torch.where(values == 0, 0.0, -moved)


def _has_means(model: Model) -> bool:
    return not model.architecture.startswith("bmshj2018-hyperprior")


def _parameters(model: Model, z_hat: "Tensor", gain: "Tensor | None") -> Parameters:
    scales, means = model.network.h_s(z_hat), None
    if _has_means(model):
        scales, means = scales.chunk(2, 1)
    if gain is not None:
        scales, means = scales * gain, None if means is None else means * gain
    return Parameters(scales, means)


def _medians(model: Model) -> "Tensor":
    medians: Tensor = model.network.entropy_bottleneck.quantiles[:, 0, 1].reshape(1, -1, 1, 1)
    return medians


def _step(model: Model, quality: float) -> "Tensor | None":
    """Return the step that the hyper-latent is rounded to; None for one."""
    if not hasattr(model.network, "gayn2zqstep"):
        return None
    gain = gain_of(model, quality)
    step: Tensor = model.network.lower_bound_zqstep(model.network.gayn2zqstep(1.0 / gain.view(1)))[0]  # type: ignore[union-attr]
    return step


def _bottleneck(model: Model, quality: float) -> Tables:
    """Return the tables of the factorized prior, made for the step where it is not one."""
    if model.bottleneck is not None:
        return model.bottleneck
    if quality not in model.bottlenecks:
        entropy_bottleneck = model.network.entropy_bottleneck
        entropy_bottleneck.update_variable(force=True, qs=_step(model, quality))
        model.bottlenecks[quality] = tables_of(entropy_bottleneck)
        if len(model.bottlenecks) > _KEPT_BOTTLENECKS:
            model.bottlenecks.popitem(last=False)
    return model.bottlenecks[quality]


def conditional_tables(model: Model) -> Tables:
    """Return the tables of the main latent given its scales."""
    if model.conditional is None:
        raise CodecError(f"A {model.architecture} model has no conditional tables.")
    return model.conditional


def _channel_indexes(channels: int, shape: Shape) -> NDArray[np.int32]:
    return np.repeat(np.arange(channels, dtype=np.int32), shape[0] * shape[1])


def _latent(symbols: "Tensor", medians: "Tensor", step: "Tensor | None") -> "Tensor":
    values = symbols.to(medians.dtype)
    return values + medians if step is None else values * step + medians


def _on_device(symbols: NDArray[np.int32], like: "Tensor") -> "Tensor":
    """Return symbols in NCHW order as a tensor of the shape, device and memory layout of another."""
    import torch

    tensor = torch.from_numpy(symbols).reshape(like.shape).to(like.device)
    return tensor.contiguous(memory_format=torch.channels_last)
