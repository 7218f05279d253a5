"""A latent coded group of channels after group, each in two passes over a checkerboard: ELIC's entropy model.

    ẑ ── h_s ── side ──────────────────────────┐
    earlier groups of ŷ ── channel context ────┤
    first half of this group ── spatial ───────┴── aggregation ──▶ scales, means of this pass

Ten passes, whatever the size of the picture: that is why it belongs to the quick ones. The network (`network.elic`)
says what a pass needs. A compact one scales its latent by a gain a channel before rounding, so that it codes all rates;
the hyper-analysis sees the scaled latent.
"""

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nicviz.codecs.neural.entropy.prior import Shape
from nicviz.codecs.neural.entropy.swept import Code, Step, SweptPrior
from nicviz.codecs.neural.entropy.tables import quantized

if TYPE_CHECKING:
    from torch import Tensor


class Pass(NamedTuple):
    """One pass: its channels, the positions in flattened rows and columns, and scales and means, (1, C, n)."""

    channels: slice
    positions: "Tensor"
    scales: "Tensor"
    means: "Tensor"

    def of(self, latent: "Tensor") -> "Tensor":
        """Return the elements of a latent."""
        return latent[:, self.channels].flatten(2)[:, :, self.positions]

    def put(self, latent: "Tensor", values: "Tensor") -> None:
        """Write the elements into a latent."""
        width = latent.shape[3]
        rows, columns = self.positions // width, self.positions % width
        latent[0, self.channels, rows, columns] = values[0]


class GroupPrior(SweptPrior):
    """The entropy model of ELIC."""

    @property
    def num_channels(self) -> int:  # noqa: D102
        return sum(self.network.groups)

    def likelihoods_alone(self, y: "Tensor", z_hat: "Tensor | None", quality: float) -> "Tensor | None":  # noqa: D102
        if z_hat is None:
            return None
        gain = self.gain(quality)
        scaled = y if gain is None else y * gain
        scales, means = (scaled.new_empty(scaled.shape) for _ in range(2))

        def nothing(step: Step) -> "Tensor":
            step.put(scales, step.scales)
            step.put(means, step.means)
            return -step.means  # a latent of zeros tells later steps nothing

        self.sweep(z_hat, (y.shape[2], y.shape[3]), gain, nothing)
        return self.likelihoods(quantized(scaled - means), scales)

    def hyper_analysis(self, y: "Tensor", quality: float) -> "Tensor":  # noqa: D102
        gain = self.gain(quality)
        z: Tensor = self.network.hyper_analysis(y if gain is None else y * gain)
        return z

    def gain(self, quality: float) -> "Tensor | None":
        """Return the gain of each channel, (1, M, 1, 1), between levels in the logarithm; None where there is none."""
        if not self.architecture.variable:
            return None
        found: Tensor = self.network.gain(self._level(quality))
        return found

    def rounding_step(self, quality: float) -> "float | NDArray[np.float32]":  # noqa: D102
        gain = self.gain(quality)
        return 1.0 if gain is None else (1 / gain).flatten().cpu().numpy()

    def sweep(  # noqa: D102
        self, z_hat: "Tensor", shape: Shape, gain: "Tensor | None", code: Code, steps: "Tensor | None" = None
    ) -> "Tensor":
        import torch

        from nicviz.codecs.neural.network.elic import checkerboard, put

        network = self.network
        side = network.h_s(z_hat)
        done: list[Tensor] = []
        for k, channels in enumerate(network.groups):
            first = sum(network.groups[:k])
            group = slice(first, first + channels)
            context = network.context(k, done)
            own = side.new_zeros(1, channels, *shape)
            step = 1.0 if steps is None else steps[group].view(1, -1, 1)
            for half in checkerboard(*shape, side.device):
                scales, means = network.parameters_of(k, half, side, context, own)
                found = Pass(group, half.positions, scales / step, means / step)
                own = put(own, half, (code(found) + found.means) * step)
            done.append(own)
        latent = torch.cat(done, 1)
        return (latent if gain is None else latent / gain).contiguous(memory_format=torch.channels_last)

    def _level(self, quality: float) -> float:
        return min(max(float(np.float32(quality)) - 1, 0.0), float(self.network.levels) - 1)  # as bitstreams have it

    def _pass(self, x: "Tensor", quality: float) -> Any:
        return self.network(x, s=self._level(quality)) if self.architecture.variable else self.network(x)
