"""The network of Mentzer et al., "Conditional probability models for deep image compression", CVPR 2018.

    image ── g_a[0] ── C + 1 channels ── g_a[1]: 0 is the importance map, 1 … C are z ── y = z · mask
                                                                                          │
    reconstruction ── g_s ── ŷ ◀── the nearest of L centers (section 3.2, eq. 2) ─────────┘
                             │
                             └── context: causal 3D convolutions over (channel, row, column) ──▶ P of the next symbol

The analysis is conv5 of stride 2 to n/2 channels, conv5 of stride 2 to n, B groups of three residual blocks and one
block more, and conv5 of stride 2 to C + 1: an element stands for 8×8 pixels. The synthesis is its mirror. Widths are
n = 128, C = 32, B = 5, k = 24, L = 6 in the paper (section 4, figure 3).

Batch normalization is left out: in evaluation it is a scale and a bias, which a convolution has already, and the small
batches that a CPU trains on would teach it little. The range of the input is fixed in place of measured.
"""

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

CENTERS = 2.0  # the first ones lie between − and + this, as in the authors' code
LEAST = 2.0**-16  # of a probability: what no symbol goes below, so that none costs over 16 bits
_SPREAD = 4.0  # by which pixels in [0, 1], less their middle, are multiplied
_QUIET = 0.1  # what residual branches start with, of the usual weights: a deep network then starts near the identity
_CAUSAL = tuple((d, y, x) for d in (-1, 0) for y in (-1, 0, 1) for x in (-1, 0, 1) if (d, y, x) <= (0, 0, 0))


class Mentzer2018(nn.Module):
    """Transforms, centers and context model.

    Args:
        n: channels of the transforms; the outermost layers have half of them.
        channels: C, of the latent.
        groups: B, of three residual blocks each.
        features: k, channels of the context model.
        levels: L, centers that a latent is quantized to.
    """

    downsampling_factor = 8
    in_bfloat16 = ("g_a.0", "g_s")  # what training may compute so: the map is compared with whole numbers

    def __init__(self, n: int = 128, channels: int = 32, groups: int = 5, features: int = 24, levels: int = 6) -> None:
        super().__init__()
        self.reach = 3 * groups + 3  # elements that one may reach: 4 pixels a convolution of the blocks, and their ends
        analysis = nn.Sequential(
            _down(3, n // 2), nn.ReLU(), _down(n // 2, n), nn.ReLU(), _Residuals(n, groups), _down(n, channels + 1)
        )
        self.g_a = nn.Sequential(analysis, Importance(channels))
        self.g_s = nn.Sequential(
            _up(channels, n, 3), nn.ReLU(), _Residuals(n, groups), _up(n, n // 2), nn.ReLU(), _up(n // 2, 3)
        )
        self.centers = nn.Parameter(torch.linspace(-CENTERS, CENTERS, levels))
        self.context = Context(features, levels)
        self._take_pixels()

    def forward(self, x: Tensor) -> Mapping[str, Tensor | Mapping[str, Tensor]]:
        """Return reconstruction and likelihoods, as CompressAI's models do, of pictures (B, 3, H, W) in [0, 1].

        In training the likelihoods are weighed with the mask, p^((1 + m)/2): the mean of the rate of all symbols, which
        the context model has to learn, and of that of the kept ones (section 3.4, eq. 11; the authors' code). Symbols
        tell the analysis nothing of the rate; it is the importance map that learns from it.
        """
        masking: Any = self.g_a[1]
        features = self.g_a[0](x)
        mask = masking.mask(features)
        y_hat, symbols = self.quantized(features[:, 1:].float() * mask)
        likelihoods = self.context.probabilities(y_hat.detach(), self.centers[0].detach())
        likelihoods = likelihoods.gather(2, symbols[:, :, None])[:, :, 0]
        if self.training:
            likelihoods = likelihoods ** ((1 + mask) / 2)
        return {"x_hat": self.g_s(y_hat), "likelihoods": {"y": likelihoods}}

    def quantized(self, y: Tensor) -> tuple[Tensor, Tensor]:
        """Return the nearest centers and their numbers, (B, C, h, w); their gradient is that of the soft assignment.

        Section 3.2, eq. 2 – 4, with σ = 1.
        """
        distances = (y[..., None] - self.centers).square()
        symbols = distances.argmin(-1)
        hard = self.centers[symbols]
        if not self.training:
            return hard, symbols
        soft = (-distances).softmax(-1) @ self.centers
        return soft + (hard - soft).detach(), symbols

    @torch.no_grad()
    def _take_pixels(self) -> None:
        """Let the first layer expect [0, 1], and the last one give it."""
        analysis: Any = self.g_a[0]
        first: Any = analysis[0]
        last: Any = self.g_s[-1]
        first.weight.mul_(_SPREAD)
        first.bias.copy_(-first.weight.sum((1, 2, 3)) / 2)
        last.weight.div_(_SPREAD)
        last.bias.fill_(0.5)


class Importance(nn.Module):
    """The importance map, and the mask that it makes (section 3.4, eq. 9 and 10).

    Args:
        channels: C, of the latent; channel 0 of what is given is the map's and not counted.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.channels = channels

    def forward(self, features: Tensor) -> Tensor:
        """Return the latent y (B, C, h, w) of (B, C + 1, h, w): zero in the channels that the map has no place for."""
        return features[:, 1:].float() * self.mask(features)

    def importance(self, features: Tensor) -> Tensor:
        """Return the map, (B, 1, h, w) from 0 to C: at each place, how many channels are kept (the last in part)."""
        return features[:, :1].float().sigmoid() * self.channels

    def mask(self, features: Tensor) -> Tensor:
        """Return how much of each element is kept, 0 to 1, (B, C, h, w); at a place at most one is between.

        The paper takes the ceiling of it, and its gradient for that of the ceiling; the authors' code, as here, does
        not: what an element is worth shows in the distortion only while it is kept in part.
        """
        numbers = torch.arange(self.channels, device=features.device, dtype=torch.float32).view(1, -1, 1, 1)
        return (self.importance(features) - numbers).clamp(0, 1)


class Context(nn.Module):
    """The probabilities of a symbol, given those before it in the volume (section 3.3; the authors' `res_shallow`).

    Four convolutions of 2×3×3, two of them in a residual block. The first sees the channel before and, in its own, what
    lies before a position; the others see the position too. Beyond the border lie first centers, and zeros further in.

    Args:
        features: k.
        levels: L.
    """

    def __init__(self, features: int, levels: int) -> None:
        super().__init__()
        self.conv0 = CausalConvolution(1, features, own=False)
        self.conv1 = CausalConvolution(features, features)
        self.conv2 = CausalConvolution(features, features)
        self.conv3 = CausalConvolution(features, levels)

    @property
    def inner(self) -> "tuple[CausalConvolution, CausalConvolution]":
        """Return those of the residual block."""
        return self.conv1, self.conv2

    def probabilities(self, y_hat: Tensor, border: Tensor) -> Tensor:
        """Return (B, C, L, h, w) of a quantized latent (B, C, h, w), with `border` around it."""
        first = self.conv0(y_hat[:, :, None], border).relu()
        second = self.conv2(self.conv1(first).relu()) + first
        return probabilities(self.conv3(second), dim=2)


def probabilities(logits: Tensor, dim: int) -> Tensor:
    """Return the probabilities of symbols, none below 2⁻¹⁶; they add up to 1."""
    return logits.softmax(dim) * (1 - logits.shape[dim] * LEAST) + LEAST


class CausalConvolution(nn.Module):
    """A masked 3D convolution of 2×3×3 that holds only what its mask leaves.

    Args:
        inputs, outputs: channels.
        own: whether it sees the position itself.
    """

    def __init__(self, inputs: int, outputs: int, *, own: bool = True) -> None:
        super().__init__()
        self.taps = _CAUSAL if own else _CAUSAL[:-1]
        self.weight = nn.Parameter(torch.empty(outputs, len(self.taps), inputs))
        self.bias = nn.Parameter(torch.zeros(outputs))
        nn.init.xavier_uniform_(self.weight.view(outputs, -1))

    def forward(self, volume: Tensor, border: Tensor | float = 0.0) -> Tensor:
        """Return (B, C, outputs, h, w) of (B, C, inputs, h, w); beyond it lies `border`.

        A channel and the one before it are the inputs of a flat convolution.
        """
        batch, channels, inputs, height, width = volume.shape
        framed = volume.new_zeros(batch, channels + 1, inputs, height + 2, width + 2) + border
        framed[:, 1:, :, 1:-1, 1:-1] = volume
        pairs = torch.cat((framed[:, :-1], framed[:, 1:]), dim=2).flatten(0, 1)
        kernel = self.weight.new_zeros(len(self.bias), inputs, 18)
        places = [(d + 1) * 9 + (y + 1) * 3 + x + 1 for d, y, x in self.taps]
        kernel[:, :, places] = self.weight.transpose(1, 2)
        kernel = kernel.view(-1, inputs, 2, 3, 3).transpose(1, 2).flatten(1, 2)
        return functional.conv2d(pairs, kernel, self.bias).view(batch, channels, -1, height, width)


class _Residuals(nn.Module):
    """Groups of three residual blocks, each with a way around it, one block more, and a way around all."""

    def __init__(self, n: int, groups: int) -> None:
        super().__init__()
        self.groups = nn.ModuleList(nn.Sequential(*(_Residual(n) for _ in range(3))) for _ in range(groups))
        self.last = _Residual(n, rectified=False)

    def forward(self, x: Tensor) -> Tensor:
        inner = x
        for group in self.groups:
            inner = group(inner) + inner
        around: Tensor = x + self.last(inner)
        return around


class _Residual(nn.Module):
    def __init__(self, n: int, *, rectified: bool = True) -> None:
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(n, n, 3, padding=1), nn.Conv2d(n, n, 3, padding=1)
        self.rectified = rectified
        with torch.no_grad():
            self.conv2.weight.mul_(_QUIET)

    def forward(self, x: Tensor) -> Tensor:
        inner = self.conv1(x)
        result: Tensor = x + self.conv2(inner.relu() if self.rectified else inner)
        return result


def _down(inputs: int, outputs: int) -> nn.Conv2d:
    layer = nn.Conv2d(inputs, outputs, 5, stride=2, padding=2)
    _draw(layer, inputs * 25)
    return layer


def _up(inputs: int, outputs: int, kernel: int = 5) -> nn.ConvTranspose2d:
    layer = nn.ConvTranspose2d(inputs, outputs, kernel, stride=2, padding=kernel // 2, output_padding=1)
    _draw(layer, inputs * kernel * kernel / 4)
    return layer


def _draw(layer: Any, num_terms: float) -> None:
    """Draw weights that keep the size of what a ReLU lets half through, given how many terms an output has."""
    nn.init.normal_(layer.weight, std=math.sqrt(2 / num_terms))
    nn.init.zeros_(layer.bias)
