"""The coarse-to-fine model of Hu, Yang and Liu: a hyper-latent of the hyper-latent, and both of them in the picture.

    image ── g_a ──▶ y ── h_a ──▶ z ── h_a ──▶ z₂          main (1/16), fine (1/32) and coarse (1/64) latent
                     │            │            │
                   round        round        round         coded coarse to fine, each at once, none serially
                     ▼            ▼            ▼
                     ŷ ◀ μ, σ ──  ẑ ◀ μ, σ ── ẑ₂ ◀ σ a channel, mean 0
                     │      ▲     │      ▲     │
                     │  predict   │  predict   │           μ, σ of a place from 5×5 places of what was decoded
                     │      │     │      │     │
                     │     f ◀── h_s    c ◀── h_s          f, c: the two hyper-latents as the decoder sees them
                     ▼      │            │
    picture ◀───── g_s ◀────┴────────────┘                 aggregates f and c with the features of ŷ

Sources: Hu, Yang, Liu, "Coarse-to-Fine Hyper-Prior Modeling for Learned Image Compression", AAAI 2020: the chain of
conditional Gaussians (section "Coarse-to-Fine Modeling"), "Signal Preserving Hyper Transform", "Information Aggregation
for Reconstruction"; Hu, Yang, Ma, Liu, "Learning End-to-End Lossy Image Compression: A Benchmark", TPAMI 2021,
section 4. All widths are free; those that are usual here are a quarter to a half of the paper's. Two things differ: a
latent is rounded around its mean, as in the mean-scale models, where the paper rounds to integers; and the analysis of
a level sees the latent above it before rounding.
"""

from collections.abc import Mapping
from typing import Any, cast

import torch
from compressai.entropy_models import GaussianConditional
from compressai.layers import GDN
from compressai.models import CompressionModel
from compressai.models.utils import conv, deconv
from torch import Tensor, nn
from torch.nn import functional

from nicviz.codecs.neural.network.windows import Prediction, leaky

_HELP = 0.1  # bits a pixel for a square error of 1
_LEAST_SPREAD = 0.2  # of a channel that is rounded to zeros mostly


class HyperAnalysis(nn.Sequential):
    """A latent to its hyper-latent of half the size, (B, C, h, w) to (B, outputs, h / 2, w / 2).

    "Signal preserving": nothing is thrown away by a large kernel and a stride; places become channels, of which many
    pass through the rectifiers.
    """

    def __init__(self, inputs: int, folded: int, width: int, outputs: int) -> None:
        super().__init__(
            nn.Conv2d(inputs, folded, 3, padding=1), nn.PixelUnshuffle(2),
            nn.Conv2d(4 * folded, width, 1), nn.ReLU(), nn.Conv2d(width, width, 1), nn.ReLU(),
            nn.Conv2d(width, outputs, 1),
        )  # fmt: skip


class HyperSynthesis(nn.Sequential):
    """A hyper-latent to the features that the level above is predicted from; the mirror of `HyperAnalysis`."""

    def __init__(self, inputs: int, folded: int, width: int, outputs: int) -> None:
        super().__init__(
            nn.Conv2d(inputs, width, 1), nn.ReLU(), nn.Conv2d(width, width, 1), nn.ReLU(),
            nn.Conv2d(width, 4 * folded, 1), nn.PixelShuffle(2),
            nn.Conv2d(folded, outputs, 3, padding=1),
        )  # fmt: skip


class Synthesis(nn.Module):
    """Information aggregation: the picture from ŷ and, beside it, the decoded hyper-latents.

    It takes them as one tensor, ŷ (M channels) before the features of the fine level and the coarse ones, which are
    folded out to the same size. A new one draws from ŷ alone, and learns to add the others.
    """

    def __init__(self, N: int, M: int, beside: int, S: int) -> None:
        super().__init__()
        self._sides = [M, beside]
        drawn, last = max(3, N // 6), max(3, N // 12)
        self.up = nn.Sequential(
            deconv(M, N), GDN(N, inverse=True), deconv(N, N), GDN(N, inverse=True), deconv(N, N), GDN(N, inverse=True)
        )
        self.side = nn.Sequential(deconv(beside, S), deconv(S, S), leaky(), deconv(S, S), leaky())
        self.mix = nn.Sequential(
            nn.Conv2d(N + S, S, 3, padding=1), leaky(), nn.Conv2d(S, S, 3, padding=1),
            leaky(), nn.Conv2d(S, N + S, 3, padding=1), leaky(),
        )  # fmt: skip
        self.last = nn.Sequential(
            deconv(N + S, drawn), nn.Conv2d(drawn, last, 3, padding=1), leaky(), nn.Conv2d(last, 3, 1)
        )
        self._hand_through(N)

    @property
    def main_layers(self) -> list[Any]:
        """What ŷ goes through: convolutions upward, with a normalization after each but the last."""
        return [*self.up, self.last[0]]

    def forward(self, given: Tensor) -> Tensor:
        """Return the picture (B, 3, 16 h, 16 w) of what is given, (B, M + beside, h, w)."""
        y_hat, beside = torch.split(given, self._sides, 1)
        features = torch.cat((self.up(y_hat), self.side(beside)), 1)
        mixed = self.mix(features)
        mixed = mixed + features if mixed.requires_grad else mixed.add_(features)
        picture: Tensor = self.last(mixed)
        return picture

    @torch.no_grad()
    def _hand_through(self, N: int) -> None:
        """Let the mix add nothing, and the last layers show the first three channels of the last upsampling."""
        up, smooth, last = (cast("Any", self.last[number]) for number in (0, 1, 3))
        added = cast("Any", self.mix[-2])
        for layer in (added, smooth, last):
            layer.bias.zero_()
        added.weight.zero_()
        up.weight[N:, :3] = 0
        up.weight[:, 3:] *= 0.1  # nothing looks at them yet, and pruning goes by magnitude
        smooth.weight[:3] = 0
        last.weight[:, 3:] = 0
        for layer in (smooth, last):
            middle = layer.kernel_size[0] // 2
            layer.weight[:3, :3, middle, middle] = torch.eye(3)


class Coarse2Fine(CompressionModel):  # type: ignore[misc]
    """The network; `entropy.coarse2fine` codes with it.

    Args:
        N: channels of the transforms.
        M: of the main latent y.
        F, C: of the fine latent z and the coarse one.
        E: in the middle of the hyper transforms of the fine level; those of the coarse level have half.
        P: of the predictions.
        S: of what the hyper-latents add to the picture.
    """

    def __init__(
        self, N: int, M: int, F: int = 0, C: int = 0, E: int = 0, P: int = 0, S: int = 0
    ) -> None:  # fmt: skip
        super().__init__()
        F, C, E, P, S = F or 2 * M // 3, C or M // 3, E or M, P or M // 2, S or N // 4
        coarse = 4 * (F // 4)  # the features c are folded out to a fourth of their channels
        self.g_a = nn.Sequential(conv(3, N), GDN(N), conv(N, N), GDN(N), conv(N, N), GDN(N), conv(N, M))
        self.h_a_fine = HyperAnalysis(M, E // 2, E, F)
        self.h_a_coarse = HyperAnalysis(F, E // 4, E // 2, C)
        self.h_s_coarse = HyperSynthesis(C, E // 4, E // 2, coarse)
        self.h_s_fine = HyperSynthesis(F, E // 2, E, M)
        self.predict_z = Prediction(coarse, P, F)
        self.predict_y = Prediction(M, P, M)
        self.g_s = Synthesis(N, M, M + coarse // 4, S)
        self.coarse_scales = nn.Parameter(torch.ones(C))
        self.gaussian_conditional = GaussianConditional(None)
        self._let_pass()

    @property
    def downsampling_factor(self) -> int:
        """Pixels on a side of what one place of the coarse latent stands for."""
        return 64

    def forward(self, x: Tensor) -> dict[str, Any]:
        """Return the picture x̂ and the likelihoods of the three latents of (B, 3, H, W), H and W multiples of 64.

        In training there is the paper's "helping loss" too, which keeps the hyper-latents from falling silent: what
        the decoder makes of each should look like the latent above it, all channels alike.
        """
        y = self.g_a(x)
        z = self.h_a_fine(y)
        coarse = self.h_a_coarse(z)
        coarse_hat, of_coarse = self.gaussian_conditional(coarse, self.scales_of_coarse(coarse))
        c = self.h_s_coarse(coarse_hat)
        scales, means = self.predict_z(c)
        z_hat, of_z = self.gaussian_conditional(z, scales, means=means)
        f = self.h_s_fine(z_hat)
        scales, means = self.predict_y(f)
        y_hat, of_y = self.gaussian_conditional(y, scales, means=means)
        picture = self.g_s(torch.cat((y_hat, self.beside(f, c)), 1))
        found = {"x_hat": picture, "likelihoods": {"y": of_y, "z": of_z, "z2": of_coarse}}
        if self.training:
            pairs = ((f, y), (c, z))
            found["helping"] = _HELP * sum(
                functional.mse_loss(low, _even(high[:, : low.shape[1]])) for low, high in pairs
            )
        return found

    def scales_of_coarse(self, like: Tensor) -> Tensor:
        """Return the scales of a coarse latent, the same at every place."""
        return self.coarse_scales.abs().view(1, -1, 1, 1).expand_as(like)

    def beside(self, f: Tensor, c: Tensor) -> Tensor:
        """Return what the synthesis takes beside ŷ, of its height and width: the features of both hyper-latents."""
        return torch.cat((f, functional.pixel_shuffle(c, 2)), 1)

    @torch.no_grad()
    def _let_pass(self) -> None:
        """Let new hyper-latents be large enough for rounding to leave something, or nobody learns to use them."""
        for part in (self.h_a_fine, self.h_a_coarse, self.h_s_fine, self.h_s_coarse, self.predict_z, self.predict_y):
            for layer in part.modules():
                if isinstance(layer, nn.Conv2d):
                    nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        for prediction in (self.predict_z, self.predict_y):
            cast("Any", prediction.layers[-1]).weight.mul_(0.1)
        cast("Any", self.h_a_fine[-1]).weight.mul_(2)

    @torch.no_grad()
    def meet(self, y: Tensor) -> None:
        """Let a new entropy model begin with what latents (B, M, h, w) look like.

        A few channels are a hundred times as large as the others; without this they are all that it sees for long.
        """
        spread = y.std((0, 2, 3)).clamp_min(_LEAST_SPREAD)
        cast("Any", self.h_a_fine[0]).weight.div_(spread.view(1, -1, 1, 1))
        self.expect(spread)

    @torch.no_grad()
    def expect(self, spread: Tensor) -> None:
        """Let a new network begin with a scale for each channel of y, (M,) or fewer, and all means at zero."""
        last, channels = cast("Any", self.predict_y.layers[-1]), cast("Any", self.g_a[-1]).out_channels
        last.bias.zero_()
        last.bias[channels:][: len(spread)] = spread.log()

    def adopted(self, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return a checkpoint's tensors under the names here: of a hyperprior, the transforms.

        Its last upsampling becomes that of the aggregation, which draws the same picture as long as it adds nothing.
        """
        given = dict(state)
        if "g_s.6.weight" not in given:
            return given
        for layer in range(6):
            for name in [name for name in given if name.startswith(f"g_s.{layer}.")]:
                given[f"g_s.up.{name.removeprefix('g_s.')}"] = given.pop(name)
        kernel, bias = given.pop("g_s.6.weight").float(), given.pop("g_s.6.bias").float()
        own = cast("Any", self.g_s.last[0])
        weight, offsets = own.weight.detach().clone(), own.bias.detach().clone()
        weight[: len(kernel), :3], offsets[:3] = kernel, bias
        return given | {"g_s.last.0.weight": weight, "g_s.last.0.bias": offsets}


def _even(latent: Tensor) -> Tensor:
    """Return a latent whose channels vary equally, as a target."""
    found: Tensor = (latent / latent.std((0, 2, 3), keepdim=True).clamp_min(_LEAST_SPREAD)).detach()
    return found
