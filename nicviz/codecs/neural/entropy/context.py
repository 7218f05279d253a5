"""Entropy coding of the latents of autoregressive models (context model of Minnen et al., 2018), along wavefronts.

The context of a position is 5×5, causal: two rows above and two positions to the left. So all positions (h, w) of equal
w + 3h can be coded at once when those before are done. A latent of 32×48 takes 141 steps in place of the 1536 of
CompressAI's loop over positions, which codes the same symbols in another order.
"""

import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nicviz.codecs.neural.entropy import priors
from nicviz.codecs.neural.entropy.container import Container
from nicviz.codecs.neural.entropy.tables import StringReader, quantized
from nicviz.codecs.neural.network.models import Model

if TYPE_CHECKING:
    from torch import Tensor

_REACH = 2  # of the context, in positions
_SLOPE = _REACH + 1
_TAPS = tuple((dy, dx) for dy in range(_REACH + 1) for dx in range(2 * _REACH + 1) if dy < _REACH or dx < _REACH)


class Front(NamedTuple):
    """Positions of one step, and the distributions of their symbols, (positions, M), in units of the rounding step."""

    rows: "Tensor"
    columns: "Tensor"
    scales: "Tensor"
    means: "Tensor"
    indexes: NDArray[np.uint8]


def encode_context(model: Model, y: "Tensor", quality: float) -> priors.Coded:
    """Return the coded latent y, (1, M, h, w); the strings are those of y and of the hyper-latent."""
    import torch

    z_string, z_hat = priors.encode_bottleneck(model, priors.hyper_analysis(model, y), quality)
    gain = priors.gain_of(model, quality)
    scaled = (y if gain is None else y * gain)[0].permute(1, 2, 0)
    symbols: list[Tensor] = []
    indexes: list[NDArray[np.uint8]] = []

    def code(front: Front) -> "Tensor":
        symbols.append(quantized(scaled[front.rows, front.columns] - front.means))
        indexes.append(front.indexes)
        return symbols[-1]

    latent = _sweep(model, model.network.h_s(z_hat), gain, code)
    all_indexes = np.concatenate(indexes)
    string = priors.conditional_tables(model).encode(torch.cat(symbols), all_indexes)
    return priors.Coded((string, z_string), zlib.crc32(all_indexes.tobytes()), latent)


def decode_context(model: Model, container: Container, shape: priors.Shape) -> "Tensor":
    """Return the latent (1, M, 4h, 4w) for a hyper-latent of the shape (h, w).

    Raises:
        CodecError: the scales were not those that the encoder had.
    """
    import torch

    z_hat = priors.decode_bottleneck(model, container.strings[1], shape, container.quality)
    parameters = model.network.h_s(z_hat)
    reader = StringReader(priors.conditional_tables(model), container.strings[0], parameters[0].numel() // 2)
    check = 0

    def code(front: Front) -> "Tensor":
        nonlocal check
        check = zlib.crc32(front.indexes.tobytes(), check)
        return torch.from_numpy(reader.read(front.indexes)).reshape(front.means.shape).to(front.means.device)

    latent = _sweep(model, parameters, priors.gain_of(model, container.quality), code)
    priors.check_guard(container, check)
    return latent


def _sweep(model: Model, parameters: "Tensor", gain: "Tensor | None", code: Callable[[Front], "Tensor"]) -> "Tensor":
    """Return the latent that results when `code` gives the symbols, (positions, M), of one wavefront after the other.

    Args:
        model: autoregressive.
        parameters: (1, 2M, h, w) from the hyper-synthesis.
        gain: of a variable-rate model.
        code: called in order; encoder and decoder differ in it alone.
    """
    import torch

    network = model.network
    layer = network.context_prediction
    channels = layer.in_channels
    kernel = torch.cat([(layer.weight * layer.mask)[:, :, dy, dx] for dy, dx in _TAPS], dim=1)
    bias = layer.bias
    if hasattr(network, "scale_to_context") and gain is not None:
        bias = bias + network.scale_to_context(gain.view(1, 1))[0]
    parameters = parameters[0].permute(1, 2, 0)
    height, width = parameters.shape[:2]
    latent = parameters.new_zeros(height + _REACH, width + 2 * _REACH, channels)
    down, right = parameters.new_tensor(_TAPS, dtype=torch.long).T
    for rows, columns in _wavefronts(height, width, parameters):
        context = latent[rows[:, None] + down, columns[:, None] + right].flatten(1)
        context = torch.nn.functional.linear(context, kernel, bias)
        joint = torch.cat((parameters[rows, columns], context), dim=1)[:, :, None, None]
        scales, means = network.entropy_parameters(joint).flatten(1).chunk(2, 1)
        if gain is not None:
            scales, means = scales * gain, means * gain
        symbols = code(Front(rows, columns, scales, means, priors.scale_indexes(model, scales)))
        latent[rows + _REACH, columns + _REACH] = priors.dequantized(model, symbols, scales, means, gain)
    return latent[_REACH:, _REACH:-_REACH].permute(2, 0, 1)[None].contiguous(memory_format=torch.channels_last)


def _wavefronts(height: int, width: int, like: "Tensor") -> "list[tuple[Tensor, Tensor]]":
    """Return rows and columns of the positions of each step."""
    import torch

    fronts = []
    for step in range(width + _SLOPE * (height - 1)):
        first = max(0, -(-(step - width + 1) // _SLOPE))
        last = min(height - 1, step // _SLOPE)
        if first <= last:  # narrower than the slope: some steps have no position
            rows = torch.arange(first, last + 1, device=like.device)
            fronts.append((rows, step - _SLOPE * rows))
    return fronts
