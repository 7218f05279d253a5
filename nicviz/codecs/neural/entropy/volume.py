"""A latent of few values, coded after its neighbors in channel, row and column: Mentzer et al. (2018), on wavefronts.

    y ── nearest center ──▶ symbols (C, h, w) ──────────────────────────────▶ string
                              │                        ▲
                              ▼                        │ probabilities of this position
    those before ── 2×3×3 ── 2×3×3 ── 2×3×3 ── 2×3×3 ──┘        (network.mentzer.Context)

Channel comes before row, row before column. A position needs, of the layer below, its own channel up to itself and 3×3
positions of the channel before. So all positions of equal w + 2h + 4c can be coded at once when those before are done,
and what each layer made of a position is kept for those that come: a latent of 24×64×96 takes 314 steps in place of
147,456, and no more arithmetic than one pass of the convolutions.

Encoder and decoder walk the same steps with the same products; the guard is a checksum over the probabilities. The
estimate, which no decoder follows, takes them from whole convolutions.
"""

import zlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nicviz.codecs.neural.entropy.container import Container
from nicviz.codecs.neural.entropy.prior import Coded, Expected, Prior, Shape, Traced, check_guard, out_of_step
from nicviz.codecs.neural.entropy.tables import check_finite
from nicviz.codecs.neural.entropy.threads import one_thread

if TYPE_CHECKING:
    from torch import Tensor

_ROW, _CHANNEL = 2, 4  # of a front, w + 2h + 4c
_WORD = 4  # bytes

Volume = tuple[int, int, int]
Take = Callable[["Tensor", NDArray[np.float32]], "Tensor"]
"""Places and probabilities (positions, L) of a front to its symbols, (positions,)."""


class VolumePrior(Prior):
    """The entropy model of the 3D context: one string."""

    num_strings = 1
    has_scales = False
    serial = True

    def encode(self, y: "Tensor", quality: float, z: "Tensor | None" = None) -> Coded:  # noqa: D102
        import constriction

        latent, symbols = self._quantized(y)
        flat = symbols.flatten()
        coder, model = constriction.stream.queue.RangeEncoder(), _categorical()

        def code(places: "Tensor", probabilities: NDArray[np.float32]) -> "Tensor":
            found = flat[places]
            coder.encode(found.cpu().numpy().astype(np.int32), model, probabilities)
            return found

        _, channels, height, width = symbols.shape
        guard, _ = self._walk((channels, height, width), code)
        words = coder.get_compressed()
        string = words.astype("<u4").tobytes() if len(words) else bytes(_WORD)  # a container holds no empty string
        return Coded((string,), guard, latent)

    def decode(self, container: Container, shape: Shape) -> "Tensor":  # noqa: D102
        import constriction
        import torch

        words = np.frombuffer(container.strings[0], "<u4").astype(np.uint32)
        coder, model = constriction.stream.queue.RangeDecoder(words), _categorical()

        def code(places: "Tensor", probabilities: NDArray[np.float32]) -> "Tensor":
            try:
                return torch.from_numpy(coder.decode(model, probabilities)).long().to(places.device)
            except AssertionError as error:  # constriction's, for words that no encoder writes under this model
                raise out_of_step(container) from error

        guard, latent = self._walk((self.network.g_a[-1].channels, *shape), code)
        check_guard(container, guard)
        return latent[None].contiguous(memory_format=torch.channels_last)

    def trace(  # noqa: D102
        self, y: "Tensor", quality: float, z: "Tensor | None" = None, steps: "Tensor | None" = None
    ) -> Traced:
        widths = 1.0 if steps is None else steps.view(1, -1, 1, 1)
        latent, symbols = self._quantized(y / widths)
        probabilities = self.network.context.probabilities(latent, self.network.centers[0])
        likelihoods = probabilities.gather(2, symbols[:, :, None])[:, :, 0]
        values = self.network.centers.expand(len(probabilities[0]), -1)
        if steps is not None:
            values = values * steps.view(-1, 1)
        expected = Expected(*_rising(values, probabilities[0].mean((2, 3))))
        return Traced(latent * widths, likelihoods, expected=expected)

    def marginals(self, reach: int, quality: float) -> "tuple[Tensor, Tensor]":
        """Return the centers and their probabilities where nothing is known yet, (C, L): there is no other prior."""
        channels = self.network.g_a[-1].channels
        border = self.network.centers[0]
        found = self.network.context.probabilities(border.expand(1, channels, 1, 1), border)
        return _rising(self.network.centers.expand(channels, -1), found[0, :, :, 0, 0])

    def importance(self, x: "Tensor") -> "Tensor | None":  # noqa: D102
        analysis, masking = self.network.g_a
        found: Tensor = masking.importance(analysis(x))
        return found

    @classmethod
    def tabulate(cls, network: Any, options: frozenset[str], name: str) -> None:
        """Make nothing: there are no tables."""

    def digest(self) -> bytes:
        """Return nothing: probabilities come of the weights alone, without tables."""
        return b""

    def forward(self, x: "Tensor", quality: float) -> "tuple[list[float], Tensor]":  # noqa: D102
        import torch

        bits, latents = [], []
        for y in self.network.g_a(x):  # one after the other: the context model's volumes are large
            found = self.trace(y[None], quality)
            bits.append(-float(found.likelihoods_y.double().log2().sum()))
            latents.append(found.y_hat)
        return bits, self.network.g_s(torch.cat(latents))

    def _quantized(self, y: "Tensor") -> "tuple[Tensor, Tensor]":
        check_finite(y)
        latent, symbols = self.network.quantized(y)
        return latent, symbols

    @one_thread()
    def _walk(self, volume: Volume, code: Take) -> "tuple[int, Tensor]":
        """Return the checksum of all probabilities, and the latent (C, h, w) of the symbols that `code` gives.

        What each layer made lies in a volume with a border of one position, and of one channel before the first.
        """
        channels, height, width = volume
        context, centers = self.network.context, self.network.centers
        framed = (channels + 1, height + 2, width + 2)
        latent = centers[0].repeat(framed).flatten()
        kept = [latent.new_zeros(latent.numel(), len(context.conv0.bias)) for _ in range(3)]
        layers = [_Gathered(layer, framed, latent) for layer in (context.conv0, *context.inner, context.conv3)]
        check = 0
        for places, inside in _fronts(volume, latent):
            first = layers[0](latent[:, None], inside).relu()
            kept[0][inside] = first
            kept[1][inside] = layers[1](kept[0], inside).relu()
            kept[2][inside] = layers[2](kept[1], inside) + first
            found = np.ascontiguousarray(_probabilities(layers[3](kept[2], inside)).cpu().numpy())
            check = zlib.crc32(found.tobytes(), check)
            latent[inside] = centers[code(places, found)]
        return check, latent.view(framed)[1:, 1:-1, 1:-1]


class _Gathered:
    """A causal convolution at chosen positions of a framed volume, (positions of it, inputs)."""

    def __init__(self, layer: Any, framed: Volume, like: "Tensor") -> None:
        import torch

        _, height, width = framed
        offsets = [(channel * height + row) * width + column for channel, row, column in layer.taps]
        self._offsets = torch.tensor(offsets, device=like.device)
        self._kernel = layer.weight.flatten(1)
        self._bias = layer.bias

    def __call__(self, values: "Tensor", inside: "Tensor") -> "Tensor":
        from torch.nn import functional

        return functional.linear(values[inside[:, None] + self._offsets].flatten(1), self._kernel, self._bias)


def _fronts(volume: Volume, like: "Tensor") -> "Iterator[tuple[Tensor, Tensor]]":
    """Yield the positions of each step: their places in the volume, and in the framed one."""
    import torch

    _, height, width = volume
    channel, row, column = np.indices(volume, dtype=np.int64).reshape(3, -1)
    steps = column + _ROW * row + _CHANNEL * channel
    order = np.argsort(steps, kind="stable")
    inside = (((channel + 1) * (height + 2) + row + 1) * (width + 2) + column + 1)[order]
    sizes = [size for size in np.bincount(steps).tolist() if size]  # a narrow volume has steps without a position
    both = (torch.split(torch.from_numpy(each).to(like.device), sizes) for each in (order, inside))
    yield from zip(*both, strict=True)


def _probabilities(logits: "Tensor") -> "Tensor":
    from nicviz.codecs.neural.network.mentzer import probabilities

    return probabilities(logits, dim=1)


def _rising(values: "Tensor", probabilities: "Tensor") -> "tuple[Tensor, Tensor]":
    """Return centers (C, L), and what belongs to them, by rising value; training does not keep them in order."""
    order = values.argsort(1)
    return values.gather(1, order), probabilities.gather(1, order)


def _categorical() -> Any:
    import constriction

    return constriction.stream.model.Categorical(perfect=False)
