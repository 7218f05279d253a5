"""The recurrent codec of Toderici et al., "Full resolution image compression with recurrent neural networks" (2017).

    r₀ = x − ½ ──▶ E ── conv3 s2 ── LSTM s2 ── LSTM s2 ── LSTM s2 ──▶ B ── 1×1, tanh, sign ──▶ bₜ, 32 bits a 16×16 block
      ▲                                                                                        │
      │             D ── 1×1 ── LSTM ↑2 ── LSTM ↑2 ── LSTM ↑2 ── LSTM ↑2 ── 1×1, tanh / 2 ◀────┘
      │             │
      └── rₜ = rₜ₋₁ − Dₜ(bₜ)          x̂ₜ = ½ + Σ Dₜ(bₜ): after t iterations 0.125 · t bits a pixel (eq. 1 with γ = 1)

LSTM is a convolutional long short-term memory, whose state goes on from iteration to iteration (Section 3.1, eqs. 3–4);
↑2 is depth to space. Each iteration codes what the ones before left of the picture, so a bitstream may end after any of
them. Binarization follows Section 3: in training +1 with probability (1 + tanh) / 2, with the gradient of the identity.

Seen as other codecs here: y are all 32 · T values before the sign, iteration after iteration, ŷ their signs; g_a is the
whole loop, in which the decoder takes part, g_s the decoder alone. Names of tensors are those of the re-implementation
1zb/pytorch-image-comp-rnn, which has no biases either.
"""

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

ITERATIONS = 16  # of the paper: 2 bits a pixel
STRIDE = 16  # pixels that the bits of one place stand for
_MIDDLE = 0.5  # of values in [0, 1]; what no bit has told of yet


class State(NamedTuple):
    """What an LSTM hands on: its output and its cell, (B, C, h, w)."""

    output: Tensor
    cell: Tensor


class ConvLSTM(nn.Module):
    """A convolutional LSTM (Shi et al., 2015) without biases and peepholes.

    Args:
        inputs, hidden: channels.
        stride: of the convolution over the input, 3×3.
        kernel: side of the convolution over the output of the iteration before.
    """

    def __init__(self, inputs: int, hidden: int, stride: int, kernel: int) -> None:
        super().__init__()
        self.conv_ih = nn.Conv2d(inputs, 4 * hidden, 3, stride, 1, bias=False)
        self.conv_hh = nn.Conv2d(hidden, 4 * hidden, kernel, 1, kernel // 2, bias=False)

    def forward(self, x: Tensor, state: State | None) -> State:
        """Return the next state; none before the first iteration, which is one of zeros."""
        gates = self.conv_ih(x)
        if state is not None:
            gates = gates + self.conv_hh(state.output)
        entry, keep, new, out = gates.chunk(4, 1)
        cell = entry.sigmoid() * new.tanh()
        if state is not None:
            cell = cell + keep.sigmoid() * state.cell
        return State(out.sigmoid() * cell.tanh(), cell)


class Encoder(nn.Module):
    """E: a residual to features of a sixteenth of its sides."""

    def __init__(self, stem: int, hidden: tuple[int, int, int]) -> None:
        super().__init__()
        first, second, third = hidden
        self.conv = nn.Conv2d(3, stem, 3, 2, 1, bias=False)
        self.rnn1 = ConvLSTM(stem, first, 2, 1)
        self.rnn2 = ConvLSTM(first, second, 2, 1)
        self.rnn3 = ConvLSTM(second, third, 2, 1)

    def forward(self, residual: Tensor, states: list[State | None]) -> Tensor:
        """Return features of (B, 3, H, W); `states`, three, become those of the next iteration."""
        x: Tensor = self.conv(residual)
        for index, layer in enumerate((self.rnn1, self.rnn2, self.rnn3)):
            state: State = layer(x, states[index])
            states[index], x = state, state.output
        return x


class Binarizer(nn.Module):
    """B: features to values in (−1, 1), the signs of which are the bits."""

    def __init__(self, inputs: int, bits: int) -> None:
        super().__init__()
        self.at_random = True  # in training
        self.conv = nn.Conv2d(inputs, bits, 1, bias=False)

    def forward(self, features: Tensor) -> Tensor:
        """Return the values before the sign."""
        values: Tensor = self.conv(features).tanh()
        return values

    def bits(self, values: Tensor) -> Tensor:
        """Return −1 or 1 for each value; in training with the gradient of the identity, and at random, if so set."""
        if not self.training:
            return signs(values)
        with torch.no_grad():
            noise = 1 - 2 * torch.rand_like(values) if self.at_random else 0.0
            moved = signs(values + noise) - values
        return values + moved


class Decoder(nn.Module):
    """D: bits to what they add to the picture."""

    reach = 8  # places on each side that a bit changes within 16 iterations, and no more: see the tests

    def __init__(self, bits: int, hidden: tuple[int, int, int, int]) -> None:
        super().__init__()
        first, second, third, fourth = hidden
        if any(channels % 4 for channels in hidden):
            raise ValueError(f"The decoder's widths are multiples of 4, for depth to space; got {hidden}.")
        self.conv1 = nn.Conv2d(bits, first, 1, bias=False)
        self.rnn1 = ConvLSTM(first, first, 1, 1)
        self.rnn2 = ConvLSTM(first // 4, second, 1, 1)
        self.rnn3 = ConvLSTM(second // 4, third, 1, 3)
        self.rnn4 = ConvLSTM(third // 4, fourth, 1, 3)
        self.conv2 = nn.Conv2d(fourth // 4, 3, 1, bias=False)

    def step(self, bits: Tensor, states: list[State | None]) -> Tensor:
        """Return what one iteration adds, (B, 3, 16h, 16w) in (−½, ½); `states`, four, become those of the next."""
        x = self.conv1(bits)
        for index, layer in enumerate((self.rnn1, self.rnn2, self.rnn3, self.rnn4)):
            state = layer(x, states[index])
            states[index], x = state, functional.pixel_shuffle(state.output, 2)
        added: Tensor = self.conv2(x).tanh() / 2
        return added

    def iterate(self, bits: Tensor) -> Iterator[Tensor]:
        """Yield the picture after each iteration, (B, 3, 16h, 16w) about [0, 1], of ŷ (B, 32 · T, h, w)."""
        states: list[State | None] = [None] * 4
        picture: Tensor | float = _MIDDLE
        for each in torch.split(bits, self.conv1.in_channels, 1):
            picture = picture + self.step(each, states)
            yield picture

    def forward(self, bits: Tensor) -> Tensor:
        """Return the picture after the last iteration."""
        *_, last = self.iterate(bits)
        return last


class Recurrent(nn.Module):
    """The codec.

    Args:
        stem: channels of the first convolution; 64 in the paper.
        e1, e2, e3: of the encoder's LSTMs; 256, 512, 512.
        bits: of an iteration at a place; 32.
        d1, d2, d3, d4: of the decoder's LSTMs, multiples of 4; 512, 512, 256, 128.
    """

    downsampling_factor = STRIDE

    def __init__(  # noqa: PLR0913 - one a layer
        self, stem: int, e1: int, e2: int, e3: int, bits: int, d1: int, d2: int, d3: int, d4: int
    ) -> None:
        super().__init__()
        self.encoder = Encoder(stem, (e1, e2, e3))
        self.binarizer = Binarizer(e3, bits)
        self.decoder = Decoder(bits, (d1, d2, d3, d4))

    @property
    def g_a(self) -> "Analysis":
        """The whole loop, as an analysis transform."""
        return Analysis(self)

    @property
    def g_s(self) -> Decoder:
        """The decoder, as a synthesis transform."""
        return self.decoder

    def iterate(self, x: Tensor, iterations: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield values before the sign and the picture after each iteration; see `Analysis.iterate`."""
        return self.g_a.iterate(x, iterations)


class Analysis(nn.Module):
    """g_a: pictures to the values before the sign, through encoder and decoder."""

    reach = 1 << 16  # places: through the loop a bit may depend on all of the picture

    def __init__(self, network: Recurrent) -> None:
        super().__init__()
        self.decoder, self.encoder, self.binarizer = network.decoder, network.encoder, network.binarizer

    def iterate(self, x: Tensor, iterations: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield, of each iteration, the values before the sign, (B, 32, h, w), and the decoder's picture, (B, 3, H, W).

        Args:
            x: (B, 3, H, W) in [0, 1], sides multiples of 16.
            iterations: at least 1.
        """
        encoding: list[State | None] = [None] * 3
        decoding: list[State | None] = [None] * 4
        picture: Tensor | float = _MIDDLE
        for _ in range(iterations):
            values = self.binarizer(self.encoder(x - picture, encoding))
            picture = picture + self.decoder.step(self.binarizer.bits(values), decoding)
            yield values, picture

    def forward(self, x: Tensor, iterations: int = ITERATIONS) -> Tensor:
        """Return (B, 32 · iterations, h, w) of (B, 3, 16h, 16w) in [0, 1]."""
        return torch.cat([values for values, _ in self.iterate(x, iterations)], dim=1)


def signs(values: Tensor) -> Tensor:
    """Return 1 where a value is 0 or more, else −1, in the type of the values."""
    return torch.where(values >= 0, 1.0, -1.0).to(values.dtype)
