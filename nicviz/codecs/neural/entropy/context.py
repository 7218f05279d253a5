"""A latent coded after what was coded before it: the context model of Minnen et al. (2018), along wavefronts.

As in `hyperprior`, but that scales and means of a position come from the hyper-latent and from its neighbors in ŷ::

    ẑ ── h_s ──▶ parameters (2M, h, w) ──┐
                                         ├── entropy_parameters ──▶ scales, means of this position ──▶ symbols ─┐
    ŷ so far ── 5×5, causal ── context ──┘                                                                     │
      ▲                                                                                                        │
      └──────────────────────────────────── symbols + means ◀──────────────────────────────────────────────────┘

The context of a position is 5×5, causal: two rows above and two positions to the left. So all positions (h, w) of equal
w + 3h can be coded at once when those before are done. A latent of 32×48 takes 141 steps in place of the 1536 of
CompressAI's loop over positions, which codes the same symbols in another order.

CompressAI's forward pass rounds y without its means, which no decoder can do: its picture and its rate are not those
of its bitstream. So the estimate goes along the wavefronts too, and is what the decoder will show.
"""

import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nicviz.codecs.neural.entropy.container import Container
from nicviz.codecs.neural.entropy.hyperprior import HyperPrior, Parameters, finer
from nicviz.codecs.neural.entropy.prior import Coded, Shape, Traced, check_guard
from nicviz.codecs.neural.entropy.tables import StringReader, quantized

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


class ContextPrior(HyperPrior):
    """The entropy model of the autoregressive models: the strings of y and of the hyper-latent."""

    serial = True

    def encode(self, y: "Tensor", quality: float, z: "Tensor | None" = None) -> Coded:  # noqa: D102
        import torch

        z_string, z_hat = self.bottleneck.encode(self.hyper_analysis(y, quality) if z is None else z, quality)
        gain = self.gain(quality)
        scaled = _by_position(y if gain is None else y * gain)
        symbols: list[Tensor] = []
        indexes: list[NDArray[np.uint8]] = []

        def code(front: Front) -> "Tensor":
            symbols.append(quantized(scaled[front.rows, front.columns] - front.means))
            indexes.append(self.scale_indexes(front.scales))
            return symbols[-1]

        latent = self._sweep(self.network.h_s(z_hat), gain, code)
        all_indexes = np.concatenate(indexes)
        string = self.tables.encode(torch.cat(symbols), all_indexes)
        return Coded((string, z_string), zlib.crc32(all_indexes.tobytes()), latent)

    def decode(self, container: Container, shape: Shape) -> "Tensor":  # noqa: D102
        import torch

        z_hat = self.bottleneck.decode(container.strings[1], shape, container.quality)
        parameters = self.network.h_s(z_hat)
        reader = StringReader(self.tables, container.strings[0], parameters[0].numel() // 2)
        check = 0

        def code(front: Front) -> "Tensor":
            nonlocal check
            indexes = self.scale_indexes(front.scales)
            check = zlib.crc32(indexes.tobytes(), check)
            return torch.from_numpy(reader.read(indexes)).reshape(front.means.shape).to(front.means.device)

        latent = self._sweep(parameters, self.gain(container.quality), code)
        check_guard(container, check)
        return latent

    def trace(  # noqa: D102
        self, y: "Tensor", quality: float, z: "Tensor | None" = None, steps: "Tensor | None" = None
    ) -> Traced:
        z_hat = self._rounded(self.hyper_analysis(y, quality) if z is None else z, quality)
        gain = self.gain(quality)
        whole = finer(gain, steps)
        scaled = _by_position(y) if whole is None else _by_position(y) * whole
        scales, means, symbols = (scaled.new_empty(scaled.shape) for _ in range(3))

        def code(front: Front) -> "Tensor":
            found = quantized(scaled[front.rows, front.columns] - front.means)
            for kept, each in ((scales, front.scales), (means, front.means), (symbols, found.to(scales.dtype))):
                kept[front.rows, front.columns] = each
            return found

        y_hat = self._sweep(self.network.h_s(z_hat), gain, code, steps)
        scales, means, symbols = (each.permute(2, 0, 1)[None] for each in (scales, means, symbols))
        whole = None if whole is None else whole.view(1, -1, 1, 1)
        likelihoods = self.likelihoods(symbols, scales)
        return self._traced(y_hat, likelihoods, z_hat, Parameters(scales, means), quality, whole)

    def likelihoods_alone(self, y: "Tensor", z_hat: "Tensor | None", quality: float) -> "Tensor | None":  # noqa: D102
        import torch

        gain = self.gain(quality)
        parameters = self.network.h_s(z_hat)
        nothing = self._context_layer(gain)[1].view(1, -1, 1, 1).expand_as(parameters)
        scales, means = self.network.entropy_parameters(torch.cat((parameters, nothing), dim=1)).chunk(2, 1)
        if gain is not None:
            y, scales, means = y * gain, scales * gain, means * gain
        return self.likelihoods(quantized(y - means), scales)

    def forward(self, x: "Tensor", quality: float) -> "tuple[list[float], Tensor]":
        """As in `Prior`, one image after the other, and with the numbers that are coded."""
        import torch

        bits, latents = [], []
        for y in self.network.g_a(x):
            found = self.trace(y[None], quality)
            bits.append(sum(-float(each.double().log2().sum()) for each in found.likelihoods))
            latents.append(found.y_hat)
        return bits, self.network.g_s(torch.cat(latents))

    def _sweep(
        self, parameters: "Tensor", gain: "Tensor | None", code: "Callable[[Front], Tensor]",
        steps: "Tensor | None" = None,
    ) -> "Tensor":  # fmt: skip
        """Return the latent that results when `code` gives the symbols, (positions, M), of one front after the other.

        Args:
            parameters: (1, 2M, h, w) from the hyper-synthesis.
            gain: of a variable-rate model.
            code: called in order; encoder and decoder differ in it alone.
            steps: as for `trace`.
        """
        import torch

        kernel, bias = self._context_layer(gain)
        gain = finer(gain, steps)
        channels = self.network.context_prediction.in_channels
        parameters = _by_position(parameters)
        height, width = parameters.shape[:2]
        latent = parameters.new_zeros(height + _REACH, width + 2 * _REACH, channels)
        down, right = parameters.new_tensor(_TAPS, dtype=torch.long).T
        for rows, columns in _wavefronts(height, width, parameters):
            context = latent[rows[:, None] + down, columns[:, None] + right].flatten(1)
            context = torch.nn.functional.linear(context, kernel, bias)
            joint = torch.cat((parameters[rows, columns], context), dim=1)[:, :, None, None]
            scales, means = self.network.entropy_parameters(joint).flatten(1).chunk(2, 1)
            if gain is not None:
                scales, means = scales * gain, means * gain
            symbols = code(Front(rows, columns, scales, means))
            latent[rows + _REACH, columns + _REACH] = self.dequantized(symbols, scales, means, gain)
        return latent[_REACH:, _REACH:-_REACH].permute(2, 0, 1)[None].contiguous(memory_format=torch.channels_last)

    def _context_layer(self, gain: "Tensor | None") -> "tuple[Tensor, Tensor]":
        """Return the causal part of the context's kernel, (2M, taps · M), and its bias, which the gain may move."""
        import torch

        layer = self.network.context_prediction
        kernel = torch.cat([(layer.weight * layer.mask)[:, :, dy, dx] for dy, dx in _TAPS], dim=1)
        if gain is None:
            return kernel, layer.bias
        return kernel, layer.bias + self.network.scale_to_context(gain.view(1, 1))[0]


def _by_position(latent: "Tensor") -> "Tensor":
    """Return (1, C, h, w) as (h, w, C)."""
    return latent[0].permute(1, 2, 0)


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
