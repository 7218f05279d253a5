"""The context-adaptive model of Lee et al. (2019): two 4×4 windows, of ŷ and of what the hyper-synthesis gives.

    ẑ ── h_s ──▶ c′ (M, h, w) ── 4×4 ──┐
                                       ├── f ──▶ scales, means of this position
    ŷ so far ── 4×4, causal ── c″ ─────┘

The window of c′ is known at all positions before the first is coded, so what it adds to the first layer of f is worked
out at once. `nicviz.codecs.neural.network.lee2019` tells of the layers, and of the hybrid model's further channels.
"""

from typing import TYPE_CHECKING

from nicviz.codecs.neural.entropy.serial import SerialPrior, Window

if TYPE_CHECKING:
    from torch import Tensor


class WindowPrior(SerialPrior):
    """The entropy model of the context-adaptive models."""

    window = Window(above=3, left=2, right=1)

    @property
    def channels(self) -> tuple[int, int]:  # noqa: D102
        return self.network.h_s[-1].out_channels, self.network.in_context

    def beforehand(self, z_hat: "Tensor") -> "Tensor":  # noqa: D102
        import torch

        return torch.cat(self.network.beforehand(self.network.h_s(z_hat)), dim=1)

    def context_layer(self, gain: "Tensor | None") -> "tuple[Tensor, Tensor]":  # noqa: D102
        import torch

        del gain
        weight = self.network.bit_free.weight
        return torch.cat([weight[:, :, dy, dx] for dy, dx in self.window.taps], dim=1), weight.new_zeros(len(weight))

    def predicted(self, known: "Tensor", context: "Tensor") -> "tuple[Tensor, Tensor]":  # noqa: D102
        consuming, rest = known[:, : context.shape[1]], known[:, context.shape[1] :]
        found = self.network.estimated((consuming + context)[:, :, None, None])
        scales, means = self.network.with_rest(*found, rest[:, :, None, None])
        return scales.flatten(1), means.flatten(1)
