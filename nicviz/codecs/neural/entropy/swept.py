"""A latent coded step after step, each step from what was coded before it: what such entropy models share.

    ẑ ──▶ what is known before any step ──┐
                                          ├──▶ scales, means of this step ──▶ symbols ─┐
    ŷ so far ── context ──────────────────┘                                            │
      ▲                                                                                │
      └────────────────────────────── symbols + means ◀────────────────────────────────┘

Encoder, decoder and whoever looks at the latents make the same sweep, and differ only in where the symbols of a step
come from. All symbols of y are in one string, in the order of the steps. `serial` goes from position to position,
`groups` from one group of channels to the next.
"""

import zlib
from abc import abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from nicviz.codecs.neural.entropy.container import Container
from nicviz.codecs.neural.entropy.hyperprior import HyperPrior, Parameters, finer
from nicviz.codecs.neural.entropy.prior import Coded, Shape, Traced, check_guard
from nicviz.codecs.neural.entropy.tables import StringReader, quantized

if TYPE_CHECKING:
    from torch import Tensor

_UPSAMPLING = 4  # of the hyper-synthesis, on each axis


class Step(Protocol):
    """The elements of one step, and the distributions of their symbols, in units of the rounding step."""

    @property
    def scales(self) -> "Tensor":
        """Of any shape."""

    @property
    def means(self) -> "Tensor":
        """Of the shape of the scales."""

    def of(self, latent: "Tensor") -> "Tensor":
        """Return the elements of a latent (1, M, h, w), in the shape of the scales."""

    def put(self, latent: "Tensor", values: "Tensor") -> None:
        """Write the elements into a latent (1, M, h, w)."""


Code = Callable[[Step], "Tensor"]


class SweptPrior(HyperPrior):
    """An entropy model that codes step after step: the strings of y and of the hyper-latent."""

    @property
    @abstractmethod
    def num_channels(self) -> int:
        """Number of channels of y."""

    @abstractmethod
    def sweep(
        self, z_hat: "Tensor", shape: Shape, gain: "Tensor | None", code: Code, steps: "Tensor | None" = None
    ) -> "Tensor":
        """Return the latent (1, M, h, w), in its own units, that results when `code` gives the symbols of each step.

        Args:
            z_hat: the hyper-latent.
            shape: (h, w) of the latent.
            gain: of a variable-rate model.
            code: called in order, with what is to be coded; it returns the symbols.
            steps: as for `trace`.
        """

    def encode(self, y: "Tensor", quality: float, z: "Tensor | None" = None) -> Coded:  # noqa: D102
        import torch

        z_string, z_hat = self.bottleneck.encode(self.hyper_analysis(y, quality) if z is None else z, quality)
        gain = self.gain(quality)
        scaled = y if gain is None else y * gain
        symbols: list[Tensor] = []
        indexes: list[NDArray[np.uint8]] = []

        def code(step: Step) -> "Tensor":
            symbols.append(quantized(step.of(scaled) - step.means))
            indexes.append(self.scale_indexes(step.scales))
            return symbols[-1]

        latent = self.sweep(z_hat, (y.shape[2], y.shape[3]), gain, code)
        all_indexes = np.concatenate(indexes)
        string = self.tables.encode(torch.cat([each.flatten() for each in symbols]), all_indexes)
        return Coded((string, z_string), zlib.crc32(all_indexes.tobytes()), latent)

    def decode(self, container: Container, shape: Shape) -> "Tensor":  # noqa: D102
        import torch

        z_hat = self.bottleneck.decode(container.strings[1], shape, container.quality)
        height, width = (_UPSAMPLING * side for side in shape)
        reader = StringReader(self.tables, container.strings[0], self.num_channels * height * width)
        check = 0

        def code(step: Step) -> "Tensor":
            nonlocal check
            indexes = self.scale_indexes(step.scales)
            check = zlib.crc32(indexes.tobytes(), check)
            return torch.from_numpy(reader.read(indexes)).reshape(step.means.shape).to(step.means.device)

        latent = self.sweep(z_hat, (height, width), self.gain(container.quality), code)
        check_guard(container, check)
        return latent

    def trace(  # noqa: D102
        self, y: "Tensor", quality: float, z: "Tensor | None" = None, steps: "Tensor | None" = None
    ) -> Traced:
        z_hat = self._rounded(self.hyper_analysis(y, quality) if z is None else z, quality)
        gain = self.gain(quality)
        whole = finer(gain, None if steps is None else steps.view(1, -1, 1, 1))
        scaled = y if whole is None else y * whole
        scales, means, symbols = (scaled.new_empty(scaled.shape) for _ in range(3))

        def code(step: Step) -> "Tensor":
            found = quantized(step.of(scaled) - step.means)
            for kept, values in ((scales, step.scales), (means, step.means), (symbols, found)):
                step.put(kept, values.to(kept.dtype))
            return found

        y_hat = self.sweep(z_hat, (y.shape[2], y.shape[3]), gain, code, steps)
        likelihoods = self.likelihoods(symbols, scales)
        return self._traced(y_hat, likelihoods, z_hat, Parameters(scales, means), quality, whole)
