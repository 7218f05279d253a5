"""A recurrent model starts as a block transform codec of signs: nested Karhunen–Loève transforms of 2×2 blocks.

At small values an LSTM without a past is linear: with gates half open, h = ½ tanh(½ tanh g) ≈ g / 4. So each layer's
input kernel carries the KLT of what the layer before gives, and the decoder's the transposed one, scaled to stay where
that is linear. The bits are the signs of the first coefficients of a block of 16×16 pixels; what they stand for is the
linear regression of all coefficients on them. What the gates do, and what later iterations add, is left to training.
"""

import math
from typing import Any

import torch
from torch import Tensor

from nicviz.training.pictures import Photographs

_BLOCK, _BLOCKS = 16, 20_000
_SLOPE = 0.25  # of h by g near zero
_REACH = 0.8  # that g is scaled to, for the largest of a thousand values
_QUIET = 0.1  # of kernels that start at random, of the usual size
_SIGNED = 1.0  # root mean square of what the sign is taken of, before tanh


@torch.no_grad()
def start_recurrent(network: Any, photographs: Photographs, random: Any) -> None:
    """Give a new recurrent network the kernels of the KLT.

    Args:
        network: on the CPU.
        photographs: what the covariances are taken from.
        random: numpy's generator, which chooses the blocks.
    """
    blocks = photographs.crops(random, _BLOCKS, _BLOCK).cpu() - 0.5
    encoder, decoder = network.encoder, network.decoder
    for layer in (*_lstms(encoder, 3), *_lstms(decoder, 4)):
        layer.conv_ih.weight.mul_(_QUIET)
        layer.conv_hh.weight.mul_(_QUIET)
    bases, coefficients = _nested(blocks, decoder)
    _start_encoder(encoder, blocks)
    features = encoder(blocks, [None] * 3)
    _, principal = _klt(features.flatten(1))
    directions = principal[:, : network.binarizer.conv.out_channels]
    spread = (features.flatten(1) @ directions).square().mean(0).sqrt()
    network.binarizer.conv.weight[: len(spread)] = (directions / spread * _SIGNED).T[:, :, None, None]
    signs = torch.where(network.binarizer(features) >= 0, 1.0, -1.0).flatten(1)
    regression = torch.linalg.lstsq(signs, coefficients).solution  # (bits, coefficients)
    _start_decoder(decoder, regression, coefficients, bases)


def _lstms(part: Any, count: int) -> list[Any]:
    return [getattr(part, f"rnn{number}") for number in range(1, count + 1)]


def _nested(blocks: Tensor, decoder: Any) -> tuple[list[Tensor], Tensor]:
    """Return bases (inputs of 2×2, outputs) from pixels up, cut to what the decoder's layers hold, and coefficients."""
    bases, rest = [], blocks
    for layer in reversed(_lstms(decoder, 4)):
        values = _squares(rest)
        _, basis = _klt(values.flatten(0, 2))
        bases.append(basis[:, : layer.conv_ih.in_channels])
        rest = (values @ bases[-1]).permute(0, 3, 1, 2)
    return bases, rest.flatten(1)


def _start_encoder(encoder: Any, blocks: Tensor) -> None:
    values = _squares(blocks)
    _, basis = _klt(values.flatten(0, 2))
    basis = basis[:, : encoder.conv.out_channels]
    encoder.conv.weight.zero_()
    encoder.conv.weight[: basis.shape[1], :, 1:, 1:] = _kernel(basis, 3)
    x = encoder.conv(blocks)
    for layer in _lstms(encoder, 3):
        values = _squares(x)
        _, basis = _klt(values.flatten(0, 2))
        hidden = layer.conv_hh.in_channels
        basis = basis[:, :hidden]
        scale = _REACH / _largest(values @ basis)
        weight = _new(layer)
        weight[: basis.shape[1], :, 1:, 1:] = scale * _kernel(basis, x.shape[1])
        x = layer(x, None).output


def _start_decoder(decoder: Any, regression: Tensor, coefficients: Tensor, bases: list[Tensor]) -> None:
    kept = regression.shape[1]
    decoder.conv1.weight.zero_()
    decoder.conv1.weight[:kept] = regression.T[:, :, None, None]
    rest, gain = coefficients[:, :, None, None], 1.0
    for layer, basis in zip(_lstms(decoder, 4), reversed(bases), strict=True):
        drawn = torch.einsum("bkhw,ck->bchw", rest, basis)  # channels of 2×2 blocks, in the order of depth to space
        scale = _REACH / (gain * _largest(drawn))
        weight = _new(layer)
        drawable = min(len(basis), len(weight))  # narrow networks hold a part
        weight[:drawable, : basis.shape[1], 1, 1] = scale * basis[:drawable]
        rest, gain = torch.nn.functional.pixel_shuffle(drawn, 2), gain * scale * _SLOPE
    colors = min(bases[0].shape[0] // 4, decoder.conv2.in_channels)
    decoder.conv2.weight.zero_()
    decoder.conv2.weight[:, :colors, 0, 0] = 2 / gain * torch.eye(3)[:, :colors]


def _new(layer: Any) -> Tensor:
    """Return the part of an LSTM's input kernel that makes what is new in its cell."""
    hidden = layer.conv_hh.in_channels
    weight: Tensor = layer.conv_ih.weight[2 * hidden : 3 * hidden]
    return weight.zero_()


def _squares(values: Tensor) -> Tensor:
    """Return the 2×2 blocks of (B, C, H, W) as (B, H/2, W/2, 4C), in the order of depth to space."""
    count, channels, height, width = values.shape
    blocks = values.reshape(count, channels, height // 2, 2, width // 2, 2)
    return blocks.permute(0, 2, 4, 1, 3, 5).reshape(count, height // 2, width // 2, 4 * channels)


def _kernel(basis: Tensor, channels: int) -> Tensor:
    return basis.T.reshape(-1, channels, 2, 2)


def _klt(vectors: Tensor) -> tuple[Tensor, Tensor]:
    """Return the variances of vectors (n, d) about zero and their directions (d, d), by falling variance."""
    variances, basis = torch.linalg.eigh((vectors.T @ vectors).double() / len(vectors))
    return variances.flip(0).float(), basis.flip(1).float()


def _largest(values: Tensor) -> float:
    magnitudes = values.abs().flatten()
    return float(magnitudes.kthvalue(math.ceil(0.999 * len(magnitudes))).values)
