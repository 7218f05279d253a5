"""A latent whose scales (and means) are sent along: the hyperprior, step by step as CompressAI's `compress` does it.

    image ── g_a ── y ──────────────── round(y − means) ──▶ string 1 ──▶ symbols + means = ŷ ── g_s ── reconstruction
                    │                        ▲    ▲                           ▲    ▲
                   h_a                       │  scales                        │  scales
                    │                        └────┴──── h_s ◀── ẑ ──▶ h_s ────┴────┘
                    z ── round(z − medians) ──▶ string 2 ──▶ symbols + medians = ẑ

ẑ is coded under a factorized prior, and first in the decoder; the scales that h_s makes of it choose the table of each
symbol of y. Models without means take |y| for h_a and zeros for means. The container's guard is a checksum over the
tables that were chosen.

The variable-rate models (Kamisli et al., DCC 2024, arXiv 2402.18930) scale y, means and scales by a gain before
rounding, and move what was rounded by a learned offset; the step of their hyper-latent may depend on the gain too.
"""

import math
import zlib
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nicviz.codecs.neural.entropy.container import Container
from nicviz.codecs.neural.entropy.factorized import Bottleneck, on_device
from nicviz.codecs.neural.entropy.gaussian import gaussian_likelihoods, scale_indexes
from nicviz.codecs.neural.entropy.prior import STEPPED, Coded, Prior, Shape, Traced, check_guard
from nicviz.codecs.neural.entropy.tables import quantized, tables_of

if TYPE_CHECKING:
    from torch import Tensor

    from nicviz.codecs.neural.architectures import Architecture


class Parameters(NamedTuple):
    """Scales and means of the main latent, both in units of its rounding step; no means where they are zero."""

    scales: "Tensor"
    means: "Tensor | None"


class HyperPrior(Prior):
    """The entropy model of the hyperpriors: the strings of y and of the hyper-latent."""

    num_strings = 2

    def __init__(self, network: Any, architecture: "Architecture", options: frozenset[str] = frozenset()) -> None:
        super().__init__(network, architecture, options)
        self.bottleneck = Bottleneck(network.entropy_bottleneck, self._step if STEPPED in options else None)
        self.tables = tables_of(network.gaussian_conditional)

    def encode(self, y: "Tensor", quality: float, z: "Tensor | None" = None) -> Coded:  # noqa: D102
        z_string, z_hat = self.bottleneck.encode(self.hyper_analysis(y, quality) if z is None else z, quality)
        gain = self.gain(quality)
        parameters = self._parameters(z_hat, gain)
        indexes = self.scale_indexes(parameters.scales)
        symbols = _symbols(y, parameters.means, gain)
        latent = self.dequantized(symbols, *parameters, gain)
        return Coded((self.tables.encode(symbols, indexes), z_string), zlib.crc32(indexes.tobytes()), latent)

    def decode(self, container: Container, shape: Shape) -> "Tensor":  # noqa: D102
        z_hat = self.bottleneck.decode(container.strings[1], shape, container.quality)
        gain = self.gain(container.quality)
        parameters = self._parameters(z_hat, gain)
        indexes = self.scale_indexes(parameters.scales)
        check_guard(container, zlib.crc32(indexes.tobytes()))
        symbols = self.tables.decode(container.strings[0], indexes)
        return self.dequantized(on_device(symbols, parameters.scales), *parameters, gain)

    def trace(  # noqa: D102
        self, y: "Tensor", quality: float, z: "Tensor | None" = None, steps: "Tensor | None" = None
    ) -> Traced:
        z_hat = self._rounded(self.hyper_analysis(y, quality) if z is None else z, quality)
        gain = finer(self.gain(quality), None if steps is None else steps.view(1, -1, 1, 1))
        parameters = self._parameters(z_hat, gain)
        symbols = _symbols(y, parameters.means, gain)
        return self._traced(
            self.dequantized(symbols, *parameters, gain),
            self.likelihoods(symbols, parameters.scales),
            z_hat,
            parameters,
            quality,
            gain,
        )

    def marginals(self, reach: int, quality: float) -> "tuple[Tensor, Tensor]":  # noqa: D102
        return self.bottleneck.marginals(reach, quality)

    def digest(self) -> bytes:  # noqa: D102
        return self.tables.digest() + self.bottleneck.digest()

    def hyper_analysis(self, y: "Tensor", quality: float) -> "Tensor":
        """Return the hyper-latent before rounding; the models without means look at magnitudes only."""
        del quality
        z: Tensor = self.network.h_a(y if self.architecture.means else y.abs())
        return z

    def gain(self, quality: float) -> "Tensor | None":
        """Return the gain of a model that has gains, between its trained levels in the logarithm; else None."""
        if not self.architecture.has_gains:
            return None
        gains: Tensor = self.network.Gain.abs().log()
        level = min(max(float(np.float32(quality)) - 1, 0), len(gains) - 1)  # as bitstreams have it
        below = min(math.floor(level), len(gains) - 2)
        return (gains[below] + (level - below) * (gains[below + 1] - gains[below])).exp()

    def rounding_step(self, quality: float) -> "float | NDArray[np.float32]":  # noqa: D102
        gain = self.gain(quality)
        return 1.0 if gain is None else 1.0 / float(gain)

    def scale_indexes(self, scales: "Tensor") -> NDArray[np.uint8]:
        """Return, in NCHW order, which table each scale takes."""
        return scale_indexes(self.network.gaussian_conditional, scales)

    def dequantized(
        self, symbols: "Tensor", scales: "Tensor", means: "Tensor | None", gain: "Tensor | None"
    ) -> "Tensor":
        """Return the latent of symbols, given scales and means in units of the rounding step."""
        values = symbols.to(scales.dtype)
        if gain is not None and self.architecture.has_gains:
            values = values + values.sign() * self._offsets(values, scales, gain)
        if means is not None:
            values = values + means
        return values if gain is None else values / gain

    def likelihoods(self, symbols: "Tensor", scales: "Tensor") -> "Tensor":
        """Return the likelihood of each symbol, given scales in units of the rounding step."""
        return gaussian_likelihoods(self.network.gaussian_conditional, symbols, scales)

    def _traced(
        self, y_hat: "Tensor", likelihoods: "Tensor", z_hat: "Tensor", parameters: Parameters, quality: float,
        gain: "Tensor | None",
    ) -> Traced:  # fmt: skip
        bounded = self.network.gaussian_conditional.lower_bound_scale(parameters.scales)
        scales, means = (each if each is None or gain is None else each / gain for each in (bounded, parameters.means))
        return Traced(y_hat, likelihoods, z_hat, self.bottleneck.likelihoods(z_hat, quality), means, scales)

    def _rounded(self, z: "Tensor", quality: float) -> "Tensor":
        return self.bottleneck.latent(self.bottleneck.symbols(z, quality), quality)

    def _pass(self, x: "Tensor", quality: float) -> Any:
        gain = self.gain(quality)
        return self.network(x) if gain is None else self.network(x, inputscale=gain)

    def _parameters(self, z_hat: "Tensor", gain: "Tensor | None") -> Parameters:
        scales, means = self.network.h_s(z_hat), None
        if self.architecture.means:
            scales, means = scales.chunk(2, 1)
        if gain is not None:
            scales, means = scales * gain, None if means is None else means * gain
        return Parameters(scales, means)

    def _offsets(self, values: "Tensor", scales: "Tensor", gain: "Tensor") -> "Tensor":
        """Return how far each magnitude is moved after rounding; zeros stay."""
        import torch

        bounded = self.network.gaussian_conditional.lower_bound_scale(scales)
        moved = self.network.QuantABCD(torch.stack((bounded, gain.expand_as(bounded)), dim=-1)).squeeze(-1)
        return torch.where(values == 0, 0.0, -moved)

    def _step(self, quality: float) -> "Tensor":
        """Return the step that the hyper-latent is rounded to."""
        gain = self.gain(quality)
        step: Tensor = self.network.lower_bound_zqstep(self.network.gayn2zqstep(1.0 / gain.view(1)))[0]  # type: ignore[union-attr]
        return step


def finer(gain: "Tensor | None", steps: "Tensor | None") -> "Tensor | None":
    """Return the gain of a latent whose rounding steps are multiplied by `steps`."""
    if steps is None:
        return gain
    return 1 / steps if gain is None else gain / steps


def _symbols(y: "Tensor", means: "Tensor | None", gain: "Tensor | None") -> "Tensor":
    scaled = y if gain is None else y * gain
    return quantized(scaled if means is None else scaled - means)
