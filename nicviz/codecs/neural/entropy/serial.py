"""A latent coded position after position: what all serial entropy models share, along wavefronts.

    ẑ ──▶ what a position knows before any is coded ──┐
                                                      ├──▶ scales, means of this position
    ŷ so far ── causal window ── linear layer ────────┘

A window is causal: some rows above, and its own row to the left. If it reaches r columns to the right in the rows
above, all positions (h, w) of equal w + (r + 1) h can be coded at once when those before are done. A latent of 32×48
takes 141 steps with r = 2, and 110 with r = 1, in place of the 1536 of a loop over positions, which codes the same
symbols in another order.

The estimate goes along the wavefronts too, and is what the decoder will show.
"""

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from nicviz.codecs.neural.entropy.hyperprior import finer
from nicviz.codecs.neural.entropy.prior import Shape
from nicviz.codecs.neural.entropy.swept import Code, SweptPrior
from nicviz.codecs.neural.entropy.tables import quantized
from nicviz.codecs.neural.entropy.threads import one_thread

if TYPE_CHECKING:
    from torch import Tensor


class Window(NamedTuple):
    """What a context sees: rows above its own, in them columns to the left and right; in its own those to the left."""

    above: int
    left: int
    right: int

    @property
    def taps(self) -> tuple[tuple[int, int], ...]:
        """Rows and columns of its positions, from its upper left corner."""
        return tuple(
            (dy, dx)
            for dy in range(self.above + 1)
            for dx in range(self.left + self.right + 1)
            if dy < self.above or dx < self.left
        )

    @property
    def slope(self) -> int:
        """Steps that a row is behind the one above it."""
        return self.right + 1


class Front(NamedTuple):
    """Positions of one step, and the distributions of their symbols, (positions, M), in units of the rounding step."""

    rows: "Tensor"
    columns: "Tensor"
    scales: "Tensor"
    means: "Tensor"

    def of(self, latent: "Tensor") -> "Tensor":
        """Return the elements of a latent."""
        return latent[0, :, self.rows, self.columns].T

    def put(self, latent: "Tensor", values: "Tensor") -> None:
        """Write the elements into a latent."""
        latent[0, :, self.rows, self.columns] = values.T


class SerialPrior(SweptPrior):
    """An entropy model that codes position after position."""

    serial = True
    window: ClassVar[Window]

    @property
    @abstractmethod
    def channels(self) -> tuple[int, int]:
        """Number of channels of y, and of those that a window sees, which are the first."""

    @abstractmethod
    def beforehand(self, z_hat: "Tensor") -> "Tensor":
        """Return what each position knows before any is coded, (1, C, h, w)."""

    @abstractmethod
    def context_layer(self, gain: "Tensor | None") -> "tuple[Tensor, Tensor]":
        """Return kernel (K, taps · channels) and bias (K,) of the layer over a window; the gain may move the bias."""

    @abstractmethod
    def predicted(self, known: "Tensor", context: "Tensor") -> "tuple[Tensor, Tensor]":
        """Return scales and means, (positions, M) each, from (positions, C) known and (positions, K) of the layer."""

    def likelihoods_alone(self, y: "Tensor", z_hat: "Tensor | None", quality: float) -> "Tensor | None":  # noqa: D102
        if z_hat is None:
            return None
        gain = self.gain(quality)
        known = by_position(self.beforehand(z_hat)).flatten(0, 1)
        nothing = self.context_layer(gain)[1].expand(len(known), -1)
        scales, means = (each.T.reshape(y.shape) for each in self.predicted(known, nothing))
        if gain is not None:
            y, scales, means = y * gain, scales * gain, means * gain
        return self.likelihoods(quantized(y - means), scales)

    def forward(self, x: "Tensor", quality: float) -> "tuple[list[float], Tensor]":
        """As in `Prior`, one image after the other, and with the numbers that are coded."""
        import torch

        bits, latents = [], []
        for y in self.network.g_a(x):
            found = self.trace(y[None], quality)
            bits.append(sum(-float(each.double().log2().sum()) for each in found.likelihoods))
            latents.append(found.y_hat)
        return bits, self.network.g_s(torch.cat(latents))

    @property
    def num_channels(self) -> int:  # noqa: D102
        return self.channels[0]

    @one_thread()
    def sweep(  # noqa: D102
        self, z_hat: "Tensor", shape: Shape, gain: "Tensor | None", code: Code, steps: "Tensor | None" = None
    ) -> "Tensor":
        import torch

        kernel, bias = self.context_layer(gain)
        gain = finer(gain, steps)
        channels, seen = self.channels
        above, left, right = self.window
        known = by_position(self.beforehand(z_hat))
        height, width = shape
        latent = known.new_zeros(height + above, width + left + right, channels)
        window = latent[:, :, :seen]
        down, across = known.new_tensor(self.window.taps, dtype=torch.long).T
        for rows, columns in _wavefronts(height, width, self.window.slope, known):
            context = window[rows[:, None] + down, columns[:, None] + across].flatten(1)
            context = torch.nn.functional.linear(context, kernel, bias)
            scales, means = self.predicted(known[rows, columns], context)
            if gain is not None:
                scales, means = scales * gain, means * gain
            symbols = code(Front(rows, columns, scales, means))
            latent[rows + above, columns + left] = self.dequantized(symbols, scales, means, gain)
        inner = latent[above:, left : left + width]
        return inner.permute(2, 0, 1)[None].contiguous(memory_format=torch.channels_last)


def by_position(latent: "Tensor") -> "Tensor":
    """Return (1, C, h, w) as (h, w, C)."""
    return latent[0].permute(1, 2, 0)


def _wavefronts(height: int, width: int, slope: int, like: "Tensor") -> "list[tuple[Tensor, Tensor]]":
    """Return rows and columns of the positions of each step."""
    import torch

    fronts = []
    for step in range(width + slope * (height - 1)):
        first = max(0, -(-(step - width + 1) // slope))
        last = min(height - 1, step // slope)
        if first <= last:  # narrower than the slope: some steps have no position
            rows = torch.arange(first, last + 1, device=like.device)
            fronts.append((rows, step - slope * rows))
    return fronts
