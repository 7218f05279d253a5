"""A latent of bits, in iterations that build on each other: the recurrent codec, which has no entropy model of its own.

    image ── g_a ── y ── signs ŷ, 32 · T a place ──▶ T strings ──▶ ŷ ── g_s ── reconstruction

A string holds the bits of one iteration in the order of channels, rows and columns, the first in the highest bit of a
byte. The quality is T, the number of iterations, and of strings.
"""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from nicviz.codecs.neural.entropy.container import Container
from nicviz.codecs.neural.entropy.prior import Coded, Prior, Shape, Traced
from nicviz.codecs.neural.entropy.progressive import Progressive
from nicviz.codecs.neural.entropy.tables import check_finite
from nicviz.errors import CodecError

if TYPE_CHECKING:
    from torch import Tensor


class BinaryPrior(Prior):
    """Every bit costs a bit: a string an iteration."""

    container = Progressive
    has_scales = False

    @property
    def bits(self) -> int:
        """Bits of an iteration at a place."""
        return int(self.network.decoder.conv1.in_channels)

    def analyze(self, x: "Tensor", quality: float) -> "Tensor":  # noqa: D102
        return self.network.g_a(x, round(quality))  # type: ignore[no-any-return]

    def synthesize_all(self, y_hat: "Tensor") -> "Iterator[Tensor]":  # noqa: D102
        return self.network.g_s.iterate(y_hat)  # type: ignore[no-any-return]

    def takes(self, strings: int) -> bool:  # noqa: D102
        return 1 <= strings <= self.architecture.scale.high

    def encode(self, y: "Tensor", quality: float, z: "Tensor | None" = None) -> Coded:  # noqa: D102
        import torch

        latent = _signs(y)
        strings = tuple(_packed(each) for each in torch.split(latent[0], self.bits))
        return Coded(strings, 0, latent)

    def decode(self, container: Container, shape: Shape) -> "Tensor":  # noqa: D102
        import torch

        count = self.bits * math.prod(shape)
        if any(len(string) != -(-count // 8) for string in container.strings):
            raise CodecError(f"{container.codec}: an iteration of this picture has {count} bits, and not as many here.")
        bits = [np.unpackbits(np.frombuffer(string, np.uint8), count=count) for string in container.strings]
        values = torch.from_numpy(np.stack(bits).reshape(1, -1, *shape).astype(np.float32) * 2 - 1)
        return values.to(self.network.decoder.conv1.weight.device)

    def trace(  # noqa: D102
        self, y: "Tensor", quality: float, z: "Tensor | None" = None, steps: "Tensor | None" = None
    ) -> Traced:
        if steps is not None and bool((steps != 1).any()):
            raise CodecError("Bits are not rounded, so that they have no rounding step to change.")
        y_hat = _signs(y)
        return Traced(y_hat, y_hat.new_full(y_hat.shape, 0.5))

    def marginals(self, reach: int, quality: float) -> "tuple[Tensor, Tensor]":  # noqa: D102
        values = self.network.decoder.conv1.weight.new_tensor([-1.0, 1.0])
        values = values.expand(self.bits * round(quality), 2)
        return values, values.new_full(values.shape, 0.5)

    def rounding_step(self, quality: float) -> float:  # noqa: D102
        return 2.0

    @classmethod
    def tabulate(cls, network: Any, options: frozenset[str], name: str) -> None:
        """Make nothing: bits have no tables."""

    def digest(self) -> bytes:  # noqa: D102
        return b""

    def forward(self, x: "Tensor", quality: float) -> "tuple[list[float], Tensor]":
        """As in `Prior`; the rate is that of the strings, and the picture the decoder's, which is part of analysis."""
        bits, shown = 0, x
        for values, picture in self.network.iterate(x, round(quality)):
            bits, shown = bits + _signs(values)[0].numel(), picture
        return [float(bits)] * len(x), shown


def _signs(y: "Tensor") -> "Tensor":
    """Return the signs of y.

    Raises:
        CodecError: the network blew up on this input.
    """
    from nicviz.codecs.neural.network.recurrent import signs

    check_finite(y)
    return signs(y)


def _packed(bits: "Tensor") -> bytes:
    return np.packbits((bits > 0).cpu().numpy().ravel()).tobytes()
