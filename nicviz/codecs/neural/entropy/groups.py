"""A latent coded group of channels after group, each in two passes over a checkerboard: ELIC's entropy model.

    ẑ ── h_s ── side ──────────────────────────┐
    earlier groups of ŷ ── channel context ────┤
    first half of this group ── spatial ───────┴── aggregation ──▶ scales, means of this pass ──▶ symbols ── + means ── ŷ
                                   ▲                                                                          │
                                   └──────────────────────────────────────────────────────────────────────────┘

Ten passes, whatever the size of the picture: that is why it belongs to the quick ones. The network (`network.elic`) says
what a pass needs; all symbols of y are in one string, pass after pass. Latents are scaled by a gain a channel before
rounding, so that one network codes all rates; symbols, scales and means count in rounding steps.
"""

import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nicviz.codecs.neural.entropy.container import Container
from nicviz.codecs.neural.entropy.hyperprior import HyperPrior, Parameters
from nicviz.codecs.neural.entropy.prior import Coded, Shape, Traced, check_guard
from nicviz.codecs.neural.entropy.tables import StringReader, quantized

if TYPE_CHECKING:
    from torch import Tensor


class Pass(NamedTuple):
    """One pass: its channels, the positions in flattened rows and columns, and scales and means, (1, C, n)."""

    channels: slice
    positions: "Tensor"
    scales: "Tensor"
    means: "Tensor"

    def of(self, latent: "Tensor") -> "Tensor":
        """Return the elements (1, C, n) of a latent (1, M, h, w)."""
        return latent[:, self.channels].flatten(2)[:, :, self.positions]

    def put(self, latent: "Tensor", values: "Tensor") -> None:
        """Write elements into a latent."""
        latent.view(*latent.shape[:2], -1)[:, self.channels, self.positions] = values.to(latent.dtype)


class GroupPrior(HyperPrior):
    """The entropy model of a `CompactElic`: the strings of y and of the hyper-latent."""

    def encode(self, y: "Tensor", quality: float, z: "Tensor | None" = None) -> Coded:  # noqa: D102
        import torch

        z_string, z_hat = self.bottleneck.encode(self.hyper_analysis(y, quality) if z is None else z, quality)
        gain = self._gain(quality)
        scaled = y * gain
        symbols: list[Tensor] = []
        indexes: list[NDArray[np.uint8]] = []

        def code(each: Pass) -> "Tensor":
            symbols.append(quantized(each.of(scaled) - each.means))
            indexes.append(self.scale_indexes(each.scales))
            return symbols[-1]

        latent = self._sweep(z_hat, y.shape[1:], code) / gain
        all_indexes = np.concatenate(indexes)
        string = self.tables.encode(torch.cat([each.flatten() for each in symbols]), all_indexes)
        return Coded((string, z_string), zlib.crc32(all_indexes.tobytes()), latent)

    def decode(self, container: Container, shape: Shape) -> "Tensor":  # noqa: D102
        import torch

        z_hat = self.bottleneck.decode(container.strings[1], shape, container.quality)
        gain = self._gain(container.quality)
        whole = (sum(self.network.groups), 4 * shape[0], 4 * shape[1])
        reader = StringReader(self.tables, container.strings[0], whole[0] * whole[1] * whole[2])
        check = 0

        def code(each: Pass) -> "Tensor":
            nonlocal check
            indexes = self.scale_indexes(each.scales)
            check = zlib.crc32(indexes.tobytes(), check)
            return torch.from_numpy(reader.read(indexes)).reshape(each.means.shape).to(each.means.device)

        latent = self._sweep(z_hat, whole, code) / gain
        check_guard(container, check)
        return latent

    def trace(  # noqa: D102
        self, y: "Tensor", quality: float, z: "Tensor | None" = None, steps: "Tensor | None" = None
    ) -> Traced:
        z_hat = self._rounded(self.hyper_analysis(y, quality) if z is None else z, quality)
        gain = self._gain(quality)
        whole = gain if steps is None else gain / steps.view(1, -1, 1, 1)
        scaled = y * whole
        scales, means, symbols = (scaled.new_empty(scaled.shape).contiguous() for _ in range(3))

        def code(each: Pass) -> "Tensor":
            found = quantized(each.of(scaled) - each.means)
            for kept, values in ((scales, each.scales), (means, each.means), (symbols, found)):
                each.put(kept, values)
            return found

        y_hat = self._sweep(z_hat, y.shape[1:], code, steps) / gain
        likelihoods = self.likelihoods(symbols, scales)
        return self._traced(y_hat, likelihoods, z_hat, Parameters(scales, means), quality, whole)

    def likelihoods_alone(self, y: "Tensor", z_hat: "Tensor | None", quality: float) -> "Tensor | None":  # noqa: D102
        scaled = y * self._gain(quality)
        scales, means = (scaled.new_empty(scaled.shape).contiguous() for _ in range(2))

        def nothing(each: Pass) -> "Tensor":
            each.put(scales, each.scales)
            each.put(means, each.means)
            return each.means.new_zeros(each.means.shape) - each.means  # so that no neighbor tells anything

        self._sweep(z_hat, y.shape[1:], nothing)
        return self.likelihoods(quantized(scaled - means), scales)

    def hyper_analysis(self, y: "Tensor", quality: float) -> "Tensor":  # noqa: D102
        z: Tensor = self.network.hyper_analysis(y * self._gain(quality))
        return z

    def gain(self, quality: float) -> "Tensor | None":
        """Return the gain of each channel, (1, M, 1, 1), between levels in the logarithm; None where there is none."""
        return self._gain(quality) if self.architecture.variable else None

    def rounding_step(self, quality: float) -> "float | NDArray[np.float32]":  # noqa: D102
        gain = self.gain(quality)
        return 1.0 if gain is None else (1 / gain).flatten().cpu().numpy()

    def _gain(self, quality: float) -> "Tensor":
        found: Tensor = self.network.gain(self._level(quality))
        return found

    def _level(self, quality: float) -> float:
        return min(max(quality - 1, 0.0), self.network.levels - 1.0)

    def _pass(self, x: "Tensor", quality: float) -> Any:
        return self.network(x, s=self._level(quality))

    def _sweep(
        self, z_hat: "Tensor | None", shape: "tuple[int, ...]", code: "Callable[[Pass], Tensor]",
        steps: "Tensor | None" = None,
    ) -> "Tensor":  # fmt: skip
        """Return the latent, (1, M, h, w) times the gain, that results when `code` gives the symbols of each pass.

        Args:
            z_hat: the hyper-latent.
            shape: (M, h, w).
            code: called in order; encoder and decoder differ in it alone.
            steps: as for `trace`.
        """
        import torch

        from nicviz.codecs.neural.network.elic import checkerboard, put

        network = self.network
        side = network.h_s(z_hat)
        done: list[Tensor] = []
        for k, channels in enumerate(network.groups):
            first = sum(network.groups[:k])
            group = slice(first, first + channels)
            context = network.context(k, done)
            own = side.new_zeros(1, channels, *shape[1:])
            step = 1.0 if steps is None else steps[group].view(1, -1, 1)
            for half in checkerboard(shape[1], shape[2], side.device):
                scales, means = network.parameters_of(k, half, side, context, own)
                found = Pass(group, half.index, scales / step, means / step)
                own = put(own, half, (code(found) + found.means) * step)
            done.append(own)
        return torch.cat(done, 1).contiguous(memory_format=torch.channels_last)
