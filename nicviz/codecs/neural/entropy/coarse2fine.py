"""Three latents, each a Gaussian under the one below it: the coarse-to-fine hyperprior of Hu et al. (AAAI 2020).

    image ── g_a ── y ── h_a ── z ── h_a ── z₂                                     strings: y, z, z₂
                    │           │           │
                    │           │   round, under a scale a channel ──▶ ẑ₂ ── h_s ──▶ c
                    │   round(z − μ) + μ, under μ, σ predicted from c ──▶ ẑ ── h_s ──▶ f
            round(y − μ) + μ, under μ, σ predicted from f ──▶ ŷ
                                                              ŷ, f, c ── g_s ── reconstruction

The decoder goes from the coarse latent to the main one, with all places of a latent at once. What it hands to g_s is ŷ
and, in the channels behind it, what g_s takes of f and c. The guard is a checksum over the tables of z and y.
"""

import zlib
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nicviz.codecs.neural.entropy.container import Container
from nicviz.codecs.neural.entropy.factorized import on_device
from nicviz.codecs.neural.entropy.gaussian import gaussian_likelihoods, scale_indexes
from nicviz.codecs.neural.entropy.prior import Coded, Level, Prior, Shape, Traced, check_guard
from nicviz.codecs.neural.entropy.tables import quantized, tables_of

if TYPE_CHECKING:
    from torch import Tensor

    from nicviz.codecs.neural.architectures import Architecture


class Prediction(NamedTuple):
    """Scales and means of a latent, as the levels below it tell them."""

    scales: "Tensor"
    means: "Tensor"


class CoarseToFinePrior(Prior):
    """The entropy model of `network.coarse2fine`; its hyper-latent z is the fine one, and the coarse one follows."""

    num_strings = 3

    def __init__(self, network: Any, architecture: "Architecture", options: frozenset[str] = frozenset()) -> None:
        super().__init__(network, architecture, options)
        self.tables = tables_of(network.gaussian_conditional)

    def encode(self, y: "Tensor", quality: float, z: "Tensor | None" = None) -> Coded:  # noqa: D102
        z = self.hyper_analysis(y, quality) if z is None else z
        coarse = quantized(self.network.h_a_coarse(z))
        c, fine = self._fine(coarse)
        z_symbols = quantized(z - fine.means)
        f, main = self._main(z_symbols + fine.means)
        y_symbols = quantized(y - main.means)
        levels = ((y_symbols, main.scales), (z_symbols, fine.scales), (coarse, self.network.scales_of_coarse(coarse)))
        indexes = [self.scale_indexes(scales) for _, scales in levels]
        strings = [self.tables.encode(symbols, each) for (symbols, _), each in zip(levels, indexes, strict=True)]
        given = self._given(y_symbols + main.means, f, c)
        return Coded(tuple(strings), zlib.crc32(indexes[0].tobytes(), zlib.crc32(indexes[1].tobytes())), given)

    def decode(self, container: Container, shape: Shape) -> "Tensor":  # noqa: D102
        main, fine, coarse = container.strings
        like = self.network.coarse_scales.new_empty(1, len(self.network.coarse_scales), *shape)
        indexes = self.scale_indexes(self.network.scales_of_coarse(like))
        c, z_expected = self._fine(on_device(self.tables.decode(coarse, indexes), like))
        indexes = self.scale_indexes(z_expected.scales)
        check = zlib.crc32(indexes.tobytes())
        z_hat = on_device(self.tables.decode(fine, indexes), z_expected.means) + z_expected.means
        f, y_expected = self._main(z_hat)
        indexes = self.scale_indexes(y_expected.scales)
        check_guard(container, zlib.crc32(indexes.tobytes(), check))
        return self._given(on_device(self.tables.decode(main, indexes), y_expected.means) + y_expected.means, f, c)

    def trace(  # noqa: D102
        self, y: "Tensor", quality: float, z: "Tensor | None" = None, steps: "Tensor | None" = None
    ) -> Traced:
        z = self.hyper_analysis(y, quality) if z is None else z
        coarse = self.network.h_a_coarse(z)
        symbols = quantized(coarse)
        below = self.likelihoods(symbols, self.network.scales_of_coarse(coarse))
        c, fine = self._fine(symbols)
        z_symbols = quantized(z - fine.means)
        z_hat = z_symbols + fine.means
        f, main = self._main(z_hat)
        width = 1.0 if steps is None else steps.view(1, -1, 1, 1)
        y_symbols = quantized((y - main.means) / width)
        scales = self.bounded(main.scales / width)
        return Traced(
            y_symbols * width + main.means,
            self.likelihoods(y_symbols, scales),
            z_hat,
            self.likelihoods(z_symbols, fine.scales),
            main.means,
            scales * width,
            fine.means,
            self.bounded(fine.scales),
            (Level(coarse, symbols.to(coarse.dtype), below),),
            self.network.beside(f, c),
        )

    def marginals(self, reach: int, quality: float) -> "tuple[Tensor, Tensor]":  # noqa: D102
        del quality
        scales = self.network.coarse_scales.abs().view(-1, 1)
        symbols = scales.new_tensor(range(-reach, reach + 1)).expand(len(scales), -1)
        return symbols, self.likelihoods(symbols, scales.expand_as(symbols))

    def digest(self) -> bytes:  # noqa: D102
        return self.tables.digest()

    def hyper_analysis(self, y: "Tensor", quality: float) -> "Tensor":
        """Return the fine hyper-latent before rounding."""
        del quality
        z: Tensor = self.network.h_a_fine(y)
        return z

    def bounded(self, scales: "Tensor") -> "Tensor":
        """Return scales that are at least the least one of the tables."""
        found: Tensor = self.network.gaussian_conditional.lower_bound_scale(scales)
        return found

    def scale_indexes(self, scales: "Tensor") -> NDArray[np.uint8]:
        """Return, in NCHW order, which table each scale takes."""
        return scale_indexes(self.network.gaussian_conditional, scales)

    def likelihoods(self, symbols: "Tensor", scales: "Tensor") -> "Tensor":
        """Return the likelihood of each symbol, given scales in units of the rounding step."""
        return gaussian_likelihoods(self.network.gaussian_conditional, symbols, scales)

    def _fine(self, coarse: "Tensor") -> "tuple[Tensor, Prediction]":
        """Return the features of the coarse latent, and what they tell of the fine one."""
        c = self.network.h_s_coarse(coarse.to(self.network.coarse_scales.dtype))
        return c, Prediction(*self.network.predict_z(c))

    def _main(self, z_hat: "Tensor") -> "tuple[Tensor, Prediction]":
        """Return the features of the fine latent, and what they tell of the main one."""
        f = self.network.h_s_fine(z_hat)
        return f, Prediction(*self.network.predict_y(f))

    def _given(self, y_hat: "Tensor", f: "Tensor", c: "Tensor") -> "Tensor":
        import torch

        return torch.cat((y_hat, self.network.beside(f, c)), 1)
