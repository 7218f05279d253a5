"""A compact ELIC of any rate: He et al., "ELIC: Efficient Learned Image Compression with Unevenly Grouped Space-Channel
Contextual Adaptive Coding" (CVPR 2022, arXiv 2203.10886), with the transforms of Ballé et al. (2018).

    image ─┬─ g_a ── + ── y · gain(quality) ─┬─ round(y − μ) + μ = ŷ ── ŷ / gain(quality) ─┬─ g_s ── + ── reconstruction
           └─ linear ┘                       │            ▲                                └─ linear ┘
                                       ┌─────┘            │
                               [|y|, y] ── h_a ── z ── round ── ẑ ── h_s ── side: a first guess of σ and μ
                                                                             │
    group k, from side, from all earlier groups (g_ch: channel context) and, for the second half of a checkerboard,
    from the first half of its own group (g_sp: spatial context):  first guess + aggregation(side, g_ch, g_sp) = σ, μ

The latent is cut into five uneven groups (section 3.1 of the paper: few channels hold most of the energy, and come
first), here of M/16, M/16, M/8, M/4 and M/2 channels. Each group is coded in two passes, the positions of even
row + column first (section 3.2, figure 4). Other than in the paper the aggregation corrects what the hyper-synthesis
guesses, so that a network which starts with the weights of a scale hyperprior starts with its rates, and a gain for
each channel and level makes one network code all rates (Cui et al., "Asymmetric Gained Deep Image Compression With
Continuous Rate Adaptation", CVPR 2021, section 3.2, with the inverse gain as one over the gain). Beside both transforms
goes a linear one of blocks of 16 × 16: 64 channels carry less than the M of the latent could hold, and the rest takes
the short way.
"""

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, NamedTuple

import torch
from compressai.entropy_models import EntropyBottleneck, GaussianConditional
from compressai.layers import GDN
from compressai.models import CompressionModel, Elic2022Chandelier, Elic2022Official
from compressai.models.utils import conv, deconv
from torch import Tensor, nn

LEVELS = 8
LAMBDA_RATIO = 1.6  # of one level to the next: 0.0483 at the highest then means 0.0018 at the lowest
_CONTEXT = 64  # channels of a channel context and at most of a spatial context
_HIDDEN = (192, 128)  # of an aggregation
BLOCK = 16  # pixels on a side of what one place of the latent stands for
_REACH = 2  # of the spatial context, to each side


class Half(NamedTuple):
    """The positions of one pass of the checkerboard.

    Args:
        positions: (n,) in the flattened rows and columns.
        second: whether its neighbors are known.
    """

    positions: Tensor
    second: bool


class Beside(nn.Module):
    """Layers in a row, whose tensors are named as in a `Sequential`, and a linear way beside them that is added."""

    def __init__(self, linear: nn.Module, *layers: nn.Module) -> None:
        super().__init__()
        for number, layer in enumerate(layers):
            self.add_module(str(number), layer)
        self.linear = linear

    @property
    def main_layers(self) -> list[Any]:
        """The layers in a row."""
        return [layer for name, layer in self.named_children() if name != "linear"]

    def forward(self, x: Tensor) -> Tensor:  # noqa: D102
        beside: Tensor = self.linear(x)
        for layer in self.main_layers:
            x = layer(x)
        return x + beside


class CompactElic(CompressionModel):  # type: ignore[misc]
    """The network.

    Args:
        N: channels of the transforms and of the hyper-latent.
        M: channels of the latent, 8 or more.
    """

    downsampling_factor = 64
    levels = LEVELS

    def __init__(self, N: int = 64, M: int = 128) -> None:
        super().__init__()
        self.groups = _groups(M)
        block = 3 * BLOCK**2
        self.g_a = Beside(
            nn.Sequential(nn.PixelUnshuffle(BLOCK), nn.Conv2d(block, M, 1)),
            conv(3, N), GDN(N), conv(N, N), GDN(N), conv(N, N), GDN(N), conv(N, M),
        )  # fmt: skip
        self.g_s = Beside(
            nn.Sequential(nn.Conv2d(M, block, 1), nn.PixelShuffle(BLOCK)),
            deconv(M, N), GDN(N, inverse=True), deconv(N, N), GDN(N, inverse=True),
            deconv(N, N), GDN(N, inverse=True), deconv(N, 3),
        )  # fmt: skip
        for parameter in (*self.g_a.linear.parameters(), *self.g_s.linear.parameters()):
            nn.init.zeros_(parameter)
        self.h_a = nn.Sequential(
            conv(2 * M, N, stride=1, kernel_size=3),
            nn.ReLU(inplace=True),
            conv(N, N),
            nn.ReLU(inplace=True),
            conv(N, N),
        )
        self.h_s = nn.Sequential(
            deconv(N, N), nn.ReLU(inplace=True), deconv(N, N), nn.ReLU(inplace=True),
            conv(N, 2 * M, stride=1, kernel_size=3),
        )  # fmt: skip
        self.entropy_bottleneck = EntropyBottleneck(N)
        self.gaussian_conditional = GaussianConditional(None)
        steps = torch.arange(LEVELS)[:, None] + 1.0 - LEVELS
        self.log_gains = nn.Parameter(0.5 * math.log(LAMBDA_RATIO) * steps.repeat(1, M))
        known = [sum(self.groups[:k]) for k in range(len(self.groups))]
        self.channel_context = nn.ModuleList(_channel_context(channels) for channels in known[1:])
        self.spatial_context = nn.ModuleList(_spatial_context(channels) for channels in self.groups)
        self.aggregation = nn.ModuleList(
            _aggregation(2 * M + (_CONTEXT if k else 0) + min(_CONTEXT, 2 * channels), 2 * channels)
            for k, channels in enumerate(self.groups)
        )

    def gain(self, level: float) -> Tensor:
        """Return the gain of each channel, (1, M, 1, 1), at a level from 0; between levels in the logarithm."""
        below = min(int(level), LEVELS - 2)
        low, high = self.log_gains[below], self.log_gains[below + 1]
        return (low + (level - below) * (high - low)).exp().view(1, -1, 1, 1)

    def hyper_analysis(self, y: Tensor) -> Tensor:
        """Return the hyper-latent of a latent in rounding steps."""
        z: Tensor = self.h_a(torch.cat((y.abs(), y), 1))
        return z

    def context(self, k: int, done: list[Tensor]) -> Tensor | None:
        """Return the channel context of a group, (B, 64, h, w), from the groups before it; None for the first."""
        return self.channel_context[k - 1](torch.cat(done, 1)) if k else None

    def side_of(self, side: Tensor, k: int) -> Tensor:
        """Return the hyper-synthesis' guess of scales and means of a group, (B, 2 C_k, h, w)."""
        first, channels = sum(self.groups[:k]), self.groups[k]
        scales, means = side.chunk(2, 1)
        return torch.cat((scales[:, first : first + channels], means[:, first : first + channels]), 1)

    def parameters_of(
        self, k: int, half: Half, side: Tensor, channel: Tensor | None, own: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return scales and means, (B, C_k, n), of the positions of a pass.

        Args:
            k: number of the group.
            half: the pass.
            side: (B, 2 M, h, w) from the hyper-synthesis.
            channel: context of the earlier groups, (B, 64, h, w); None for the first group.
            own: (B, C_k, h, w), zero where not decoded.
        """
        parts = [_at(side, half)] if channel is None else [_at(side, half), _at(channel, half)]
        if half.second:
            parts.append(_at(self.spatial_context[k](own), half))
        else:
            width = min(_CONTEXT, 2 * self.groups[k])
            parts.append(side.new_zeros(len(side), len(half.positions), width).transpose(1, 2))
        places = torch.cat([part.transpose(1, 2) for part in parts], 2)
        found = _at(self.side_of(side, k), half) + self.aggregation[k](places).transpose(1, 2)
        scales, means = found.chunk(2, 1)
        return scales, means

    def lambdas(self, highest: float) -> tuple[float, ...]:
        """Return λ of each level, given that of the highest."""
        return tuple(highest * LAMBDA_RATIO ** (level + 1 - LEVELS) for level in range(LEVELS))

    def forward(self, x: Tensor, s: float = LEVELS - 1.0) -> Mapping[str, Any]:
        """Return "x_hat" and "likelihoods" of images (B, 3, H, W) in [0, 1] at level s, as CompressAI's networks do.

        In training rates are those of noise, and what is decoded is rounded with the gradient of the identity.
        """
        gain = self.gain(s)
        y_hat, likelihoods = self.code(self.g_a(x) * gain)
        return {"x_hat": self.g_s(y_hat / gain), "likelihoods": likelihoods}

    def code(self, y: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the rounded latent and the likelihoods of a latent in rounding steps, as `forward` does."""
        z = self.hyper_analysis(y)
        z_likelihoods = self.entropy_bottleneck(z)[1]
        medians = self.entropy_bottleneck._get_medians().reshape(1, -1, 1, 1)
        side = self.h_s(_rounded(z, medians))
        halves = checkerboard(y.shape[2], y.shape[3], y.device)
        groups: list[Tensor] = []
        likelihoods = []
        for k, part in enumerate(torch.split(y, list(self.groups), 1)):
            channel = self.context(k, groups)
            own, found = (y.new_zeros(part.shape).contiguous(memory_format=torch.channels_last) for _ in range(2))
            for half in halves:
                scales, means = self.parameters_of(k, half, side, channel, own)
                values = _at(part, half)
                found = put(found, half, self.gaussian_conditional(values, scales, means)[1])
                own = put(own, half, _rounded(values, means))
            groups.append(own)
            likelihoods.append(found)
        return torch.cat(groups, 1), {"y": torch.cat(likelihoods, 1), "z": z_likelihoods}


class _Published:
    """What the entropy model asks of CompressAI's two networks of ELIC."""

    downsampling_factor = 64
    latent_codec: Any
    groups: list[int]

    @property
    def entropy_bottleneck(self) -> Any:
        """The prior of the hyper-latent."""
        return self.latent_codec["hyper"].entropy_bottleneck

    @property
    def gaussian_conditional(self) -> Any:
        """The tables of the first group; all groups have the same."""
        return self.latent_codec["y"]["y0"]["y"].gaussian_conditional

    @property
    def h_s(self) -> Any:
        """The hyper-synthesis."""
        return self.latent_codec["hyper"].h_s

    def hyper_analysis(self, y: Tensor) -> Tensor:
        """Return the hyper-latent."""
        z: Tensor = self.latent_codec["hyper"].h_a(y)
        return z

    def context(self, k: int, done: list[Tensor]) -> Tensor | None:
        """Return the channel context of a group, (B, 2 C_k, h, w); None for the first."""
        groups = self.latent_codec["y"]
        context: Tensor | None = groups.channel_context[f"y{k}"](groups.merge_y(*done)) if k else None
        return context

    def parameters_of(
        self, k: int, half: Half, side: Tensor, channel: Tensor | None, own: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return scales and means of the positions of a pass; see `CompactElic.parameters_of`."""
        coder = self.latent_codec["y"][f"y{k}"]
        if half.second:
            spatial = _at(coder.context_prediction(own), half)
        else:
            spatial = side.new_zeros(len(side), 2 * self.groups[k], len(half.positions))
        parts = [spatial, *(_at(each, half) for each in (channel, side) if each is not None)]
        scales, means = coder["y"]._chunk(coder.entropy_parameters(torch.cat(parts, 1)[..., None])[..., 0])
        return scales, means


class OfficialElic(_Published, Elic2022Official):  # type: ignore[misc]
    """CompressAI's network after the paper."""


class ChandelierElic(_Published, Elic2022Chandelier):  # type: ignore[misc]
    """CompressAI's network after the public implementation, whose contexts see the first and the last group alone."""


def checkerboard(height: int, width: int, device: Any) -> tuple[Half, Half]:
    """Return the positions of even row + column, which are coded first, and the others."""
    rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    odd = ((rows + columns) % 2).flatten().bool()
    return Half((~odd).nonzero()[:, 0].to(device), second=False), Half(odd.nonzero()[:, 0].to(device), second=True)


def put(latent: Tensor, half: Half, values: Tensor) -> Tensor:
    """Return a latent (B, C, h, w), in memory channels last, with values (B, C, n) at the positions of a pass."""
    count, channels, height, width = latent.shape
    changed = _places(latent).index_copy(1, half.positions, values.transpose(1, 2))
    return changed.view(count, height, width, channels).permute(0, 3, 1, 2)


def _at(latent: Tensor, half: Half) -> Tensor:
    """Return the values at the positions of a pass, (B, C, n), in memory channels last."""
    return _places(latent).index_select(1, half.positions).transpose(1, 2)


def _places(latent: Tensor) -> Tensor:
    """Return a latent as (B, h w, C): a view, where it lies channels last in memory."""
    return latent.permute(0, 2, 3, 1).flatten(1, 2)


def _rounded(values: Tensor, means: Tensor) -> Tensor:
    with torch.no_grad():
        moved = torch.round(values - means) + means - values
    return values + moved


def _groups(channels: int) -> tuple[int, ...]:
    """Return the sizes of the groups: 1, 1, 2 and 4 sixteenths, and the rest."""
    first = [max(1, part * channels // 16) for part in (1, 1, 2, 4)]
    return (*first, channels - sum(first))


def _channel_context(channels: int) -> nn.Module:
    return nn.Sequential(
        conv(channels, _CONTEXT, stride=1, kernel_size=3), nn.LeakyReLU(inplace=True),
        conv(_CONTEXT, _CONTEXT, stride=1, kernel_size=3),
    )  # fmt: skip


def _spatial_context(channels: int) -> nn.Module:
    """Return a convolution that sees the first half of the checkerboard alone: the other one is zero then."""
    return nn.Conv2d(channels, min(_CONTEXT, 2 * channels), 2 * _REACH + 1, padding=_REACH)


def _aggregation(inputs: int, outputs: int) -> nn.Module:
    """Return what works at each place alone, as convolutions of 1 × 1 do, on (B, n, C)."""
    layers: list[nn.Module] = []
    for before, after in pairwise((inputs, *_HIDDEN)):
        layers += [nn.Linear(before, after), nn.LeakyReLU(inplace=True)]
    last = nn.Linear(_HIDDEN[-1], outputs)
    nn.init.zeros_(last.weight)
    nn.init.zeros_(last.bias)
    return nn.Sequential(*layers, last)
