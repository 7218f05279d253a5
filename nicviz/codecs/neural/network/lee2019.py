"""The context-adaptive entropy model of Lee, Cho and Beack (ICLR 2019, arXiv 1809.10452), around Ballé's transforms.

    image ── g_a ── y ── round ── ŷ ── g_s ── reconstruction          (section 2; transforms of Ballé et al., 2018)
                    │             │
                   h_a            │ c″: 4×4 window, 3 rows above to this one, 2 columns to the left and 1 to the right;
                    │             │     what is coded already, 14 positions: "bit-free context"
                    z ─ ẑ ─ h_s ─▶│ c′: the same window of what h_s gives, all 16 positions: "bit-consuming context"
                                  │
              c′, c″ ── f ──▶ μ, σ of ŷ at this position, for all channels        (section 3, f of section 4)

    f: a linear layer over both windows, then two of 1×1 with leaky ReLU before each; σ is an exponential.

The hybrid model of section 4 (the paper's levels 6–9) leaves the last channels of y out of this: they are coded under
a Gaussian of mean zero whose σ is what h_s gives for them, and no window sees them.

Otherwise than in the paper: what is rounded is y − μ and not y (as Minnen et al., 2018, do), so that a table for each
of 64 scales is enough; ẑ is coded under Ballé's factorized prior and not under Gaussians of one σ a channel; the widths
of f are free.
"""

from typing import Any

import torch
from compressai.entropy_models import EntropyBottleneck, GaussianConditional
from compressai.models import CompressionModel
from compressai.models.google import ScaleHyperprior
from compressai.models.utils import conv, deconv
from torch import Tensor, nn
from torch.nn import functional

ABOVE, LEFT, RIGHT = 3, 2, 1  # how far a window reaches from its position
_SIDE = ABOVE + 1
_PADDING = (LEFT, RIGHT, ABOVE, 0)


class ContextAdaptive(CompressionModel):  # type: ignore[misc]
    """The base model, or the hybrid one.

    Args:
        N, M: channels of the transforms and of the latent.
        hyper: channels of the hyper-transforms; None for N.
        units: outputs of the layer over both windows; None for M.
        inner: outputs of the 1×1 layer after it; None for M.
        predicted: what f gives at a position, μ and σ for each channel that has a context: 2M in the base model (None),
            fewer in the hybrid one.
    """

    def __init__(
        self, N: int, M: int, hyper: int | None = None, units: int | None = None, inner: int | None = None,
        predicted: int | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        hyper, units, inner, predicted = hyper or N, units or M, inner or M, predicted or 2 * M
        plain = ScaleHyperprior(N, M)
        self.g_a, self.g_s = plain.g_a, plain.g_s
        self.h_a = nn.Sequential(
            conv(M, hyper, kernel_size=3, stride=1), nn.LeakyReLU(),
            conv(hyper, hyper), nn.LeakyReLU(),
            conv(hyper, hyper),
        )  # fmt: skip
        self.h_s = nn.Sequential(
            deconv(hyper, hyper), nn.LeakyReLU(),
            deconv(hyper, hyper), nn.LeakyReLU(),
            conv(hyper, M, kernel_size=3, stride=1),
        )  # fmt: skip
        self.in_context = predicted // 2
        self.bit_consuming = nn.Conv2d(self.in_context, units, _SIDE)
        self.bit_free = nn.Conv2d(self.in_context, units, _SIDE, bias=False)
        self.estimator = nn.Sequential(
            nn.LeakyReLU(), nn.Conv2d(units, inner, 1), nn.LeakyReLU(), nn.Conv2d(inner, predicted, 1)
        )
        self.entropy_bottleneck = EntropyBottleneck(hyper)
        self.gaussian_conditional = GaussianConditional(None)
        known = torch.ones(_SIDE, _SIDE)
        known[-1, LEFT:] = 0
        self.register_buffer("known", known, persistent=False)

    @property
    def downsampling_factor(self) -> int:
        """Pixels on a side of what one place of the hyper-latent stands for."""
        return 64

    def forward(self, x: Tensor) -> dict[str, Any]:
        """Return "x_hat" and "likelihoods" of pictures (B, 3, H, W), for training.

        The windows see rounded values as the decoder has them, but for the means, which one pass before this gives.
        """
        y = self.g_a(x)
        z_hat, z_likelihoods = self.entropy_bottleneck(self.h_a(y))
        consuming, rest = self.beforehand(self.h_s(z_hat))
        with torch.no_grad():
            context = y[:, : self.in_context].round()
            means = self._predicted(consuming, context)[1]
            context = (y[:, : self.in_context] - means).round() + means
        scales, means = self._predicted(consuming, context)
        scales, means = self.with_rest(scales, means, rest)
        y_hat, y_likelihoods = self.gaussian_conditional(y, scales, means=means)
        return {"x_hat": self.g_s(y_hat), "likelihoods": {"y": y_likelihoods, "z": z_likelihoods}}

    def beforehand(self, synthesized: Tensor) -> tuple[Tensor, Tensor]:
        """Return what all positions know before any is coded, from what h_s gives, (B, M, h, w).

        Returns:
            What the windows of c′ add to the first layer of f, (B, units, h, w), and the scales of the channels that
            are coded without a context, (B, M − in_context, h, w).
        """
        contexts, rest = synthesized[:, : self.in_context], synthesized[:, self.in_context :]
        consuming: Tensor = self.bit_consuming(functional.pad(contexts, _PADDING))
        return consuming, rest

    def estimated(self, first: Tensor) -> tuple[Tensor, Tensor]:
        """Return σ and μ, (B, in_context, h, w) each, from what the first layer of f gives."""
        log_scales, means = self.estimator(first).chunk(2, 1)
        return log_scales.exp(), means

    def with_rest(self, scales: Tensor, means: Tensor, rest: Tensor) -> tuple[Tensor, Tensor]:
        """Return σ and μ of all channels: those coded without a context have a mean of zero."""
        return torch.cat((scales, rest), dim=1), torch.cat((means, torch.zeros_like(rest)), dim=1)

    def _predicted(self, consuming: Tensor, context: Tensor) -> tuple[Tensor, Tensor]:
        free = functional.conv2d(functional.pad(context, _PADDING), self.bit_free.weight * self.known)
        return self.estimated(consuming + free)
