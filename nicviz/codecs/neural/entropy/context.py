"""The context model of Minnen et al. (2018): a 5×5 causal window of ŷ beside what the hyper-synthesis gives.

    ẑ ── h_s ──▶ parameters (2M, h, w) ──┐
                                         ├── entropy_parameters ──▶ scales, means of this position
    ŷ so far ── 5×5, causal ── context ──┘

CompressAI's forward pass rounds y without its means, which no decoder can do: its picture and its rate are not those
of its bitstream; what `serial` estimates is what the decoder will show.
"""

from typing import TYPE_CHECKING

from nicviz.codecs.neural.entropy.serial import SerialPrior, Window

if TYPE_CHECKING:
    from torch import Tensor


class ContextPrior(SerialPrior):
    """The entropy model of the autoregressive models."""

    window = Window(above=2, left=2, right=2)

    @property
    def channels(self) -> tuple[int, int]:  # noqa: D102
        channels = self.network.context_prediction.in_channels
        return channels, channels

    def beforehand(self, z_hat: "Tensor") -> "Tensor":  # noqa: D102
        parameters: Tensor = self.network.h_s(z_hat)
        return parameters

    def context_layer(self, gain: "Tensor | None") -> "tuple[Tensor, Tensor]":
        """Return the causal part of the context's kernel, (2M, taps · M), and its bias, which the gain may move."""
        import torch

        layer = self.network.context_prediction
        kernel = torch.cat([(layer.weight * layer.mask)[:, :, dy, dx] for dy, dx in self.window.taps], dim=1)
        if gain is None:
            return kernel, layer.bias
        return kernel, layer.bias + self.network.scale_to_context(gain.view(1, 1))[0]

    def predicted(self, known: "Tensor", context: "Tensor") -> "tuple[Tensor, Tensor]":  # noqa: D102
        import torch

        joint = torch.cat((known, context), dim=1)[:, :, None, None]
        scales, means = self.network.entropy_parameters(joint).flatten(1).chunk(2, 1)
        return scales, means
