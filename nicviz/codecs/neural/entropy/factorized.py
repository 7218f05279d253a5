"""A latent under a distribution of its own for each channel: the factorized prior, and the hyper-latent of the others.

    image ── g_a ── y ── round(y − medians) ──▶ string ──▶ symbols + medians = ŷ ── g_s ── reconstruction

The string is coded with one table a channel. Some variable-rate models round their hyper-latent to steps other than
one; the tables are made for each step then, and a few are kept.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nicviz.codecs.neural.entropy.container import Container
from nicviz.codecs.neural.entropy.prior import Coded, Prior, Shape, Traced
from nicviz.codecs.neural.entropy.tables import Tables, quantized, tables_of

if TYPE_CHECKING:
    from torch import Tensor

    from nicviz.codecs.neural.architectures import Architecture

_KEPT_TABLES = 16


class Bottleneck:
    """The entropy coding of a latent (1, C, h, w) under its factorized prior.

    Args:
        layer: CompressAI's entropy bottleneck.
        step: the rounding step for a quality, where it is not one for all.
    """

    def __init__(self, layer: Any, step: "Callable[[float], Tensor] | None" = None) -> None:
        self._layer = layer
        self._step = step
        self._tables = tables_of(layer) if step is None else None
        self._stepped: OrderedDict[float, Tables] = OrderedDict()

    def encode(self, z: "Tensor", quality: float) -> "tuple[bytes, Tensor]":
        """Return the string of a latent, and the latent that decoding will give."""
        symbols = self.symbols(z, quality)
        indexes = _channel_indexes(z.shape[1], (z.shape[2], z.shape[3]))
        return self._tables_for(quality).encode(symbols, indexes), self.latent(symbols, quality)

    def decode(self, string: bytes, shape: Shape, quality: float) -> "Tensor":
        """Return the latent in a string."""
        medians = self.medians()
        channels = medians.shape[1]
        symbols = self._tables_for(quality).decode(string, _channel_indexes(channels, shape))
        return self.latent(on_device(symbols, medians.expand(1, channels, *shape)), quality)

    def symbols(self, z: "Tensor", quality: float) -> "Tensor":
        """Return what is coded of a latent, int32."""
        medians = self.medians()
        return quantized(z - medians if self._step is None else (z - medians) / self._step(quality))

    def latent(self, symbols: "Tensor", quality: float) -> "Tensor":
        """Return the latent that symbols stand for."""
        medians = self.medians()
        values = symbols.to(medians.dtype)
        return values + medians if self._step is None else values * self._step(quality) + medians

    def likelihoods(self, latent: "Tensor", quality: float, steps: "Tensor | None" = None) -> "Tensor":
        """Return the likelihood of each element of a latent rounded to `steps`, (C,), or to the layer's own."""
        channels = latent.transpose(0, 1)
        flat = channels.reshape(latent.shape[1], 1, -1)
        if steps is not None:
            found = self._mass(flat, steps.view(-1, 1, 1) / 2)
        elif self._step is None:
            found, *_ = self._layer._likelihood(flat)
        else:
            found, *_ = self._layer._likelihood_variable(flat, qs=self._step(quality))
        bounded: Tensor = self._layer.likelihood_lower_bound(found).reshape(channels.shape).transpose(0, 1)
        return bounded

    def marginals(self, reach: int, quality: float) -> "tuple[Tensor, Tensor]":
        """Return values and probabilities of the symbols −reach … reach of each channel, (C, 2 reach + 1)."""
        medians = self.medians()
        symbols = medians.new_tensor(range(-reach, reach + 1)).expand(1, medians.shape[1], 1, -1)
        values = self.latent(symbols, quality)
        return values[0, :, 0], self.likelihoods(values, quality)[0, :, 0]

    def digest(self) -> bytes:
        """Return a hash of the tables; empty where they depend on the quality."""
        return b"" if self._tables is None else self._tables.digest()

    def _mass(self, values: "Tensor", half: "Tensor") -> "Tensor":
        """Return the probability of the interval of `half` on each side of values, both (C, 1, n)."""
        lower, upper = (self._layer._logits_cumulative(values + side, stop_gradient=False) for side in (-half, half))
        sign = -(lower + upper).sign()  # the tail where the difference loses no digits
        found: Tensor = ((sign * upper).sigmoid() - (sign * lower).sigmoid()).abs()
        return found

    def medians(self) -> "Tensor":
        """Return what each channel is centered on, (1, C, 1, 1)."""
        medians: Tensor = self._layer.quantiles[:, 0, 1].reshape(1, -1, 1, 1)
        return medians

    def _tables_for(self, quality: float) -> Tables:
        if self._tables is not None:
            return self._tables
        if quality not in self._stepped:
            self._layer.update_variable(force=True, qs=self._step(quality) if self._step else 1.0)
            self._stepped[quality] = tables_of(self._layer)
            if len(self._stepped) > _KEPT_TABLES:
                self._stepped.popitem(last=False)
        return self._stepped[quality]


class FactorizedPrior(Prior):
    """The entropy model of the factorized priors: one string."""

    num_strings = 1
    has_scales = False

    def __init__(self, network: Any, architecture: "Architecture", options: frozenset[str] = frozenset()) -> None:
        super().__init__(network, architecture, options)
        self.bottleneck = Bottleneck(network.entropy_bottleneck)

    def encode(self, y: "Tensor", quality: float, z: "Tensor | None" = None) -> Coded:  # noqa: D102
        string, latent = self.bottleneck.encode(y, quality)
        return Coded((string,), 0, latent)

    def decode(self, container: Container, shape: Shape) -> "Tensor":  # noqa: D102
        return self.bottleneck.decode(container.strings[0], shape, container.quality)

    def trace(  # noqa: D102
        self, y: "Tensor", quality: float, z: "Tensor | None" = None, steps: "Tensor | None" = None
    ) -> Traced:
        if steps is None:
            y_hat = self.bottleneck.latent(self.bottleneck.symbols(y, quality), quality)
        else:
            medians, widths = self.bottleneck.medians(), steps.view(1, -1, 1, 1)
            y_hat = quantized((y - medians) / widths) * widths + medians
        return Traced(y_hat, self.bottleneck.likelihoods(y_hat, quality, steps))

    def marginals(self, reach: int, quality: float) -> "tuple[Tensor, Tensor]":  # noqa: D102
        return self.bottleneck.marginals(reach, quality)

    def digest(self) -> bytes:  # noqa: D102
        return self.bottleneck.digest()


def on_device(symbols: NDArray[np.int32], like: "Tensor") -> "Tensor":
    """Return symbols in NCHW order as a tensor of the shape, device and memory layout of another."""
    import torch

    tensor = torch.from_numpy(symbols).reshape(like.shape).to(like.device)
    return tensor.contiguous(memory_format=torch.channels_last)


def _channel_indexes(channels: int, shape: Shape) -> NDArray[np.int32]:
    return np.repeat(np.arange(channels, dtype=np.int32), shape[0] * shape[1])
