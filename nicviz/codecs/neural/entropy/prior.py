"""What every entropy model of a latent can do; the modules beside this one hold the kinds there are.

An entropy model is one object around a network. Encoder, decoder and whoever looks at the latents go through the same
functions from the symbols on, so that all of them have the same numbers.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from copy import copy
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from nicviz.codecs.neural.entropy.container import Container
from nicviz.errors import CodecError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

    from nicviz.codecs.neural.architectures import Architecture

Shape = tuple[int, int]
STEPPED = "vr_entbttlnck"  # CompressAI's option for a hyper-latent whose rounding step depends on the gain


class Coded(NamedTuple):
    """What the entropy coder wrote, the guard over the scale indexes, and what the decoder will draw from."""

    strings: tuple[bytes, ...]
    guard: int
    latent: "Tensor"


class Level(NamedTuple):
    """A hyper-latent below another one, (1, C, h", w"): before rounding, as the decoder has it, and its likelihoods."""

    latent: "Tensor"
    decoded: "Tensor"
    likelihoods: "Tensor"


class Expected(NamedTuple):
    """The values that a channel can be coded as, by rising value, and how often the model expects each, (M, L)."""

    values: "Tensor"
    shares: "Tensor"

    def likelihoods(self, latent: "Tensor") -> "Tensor":
        """Return the share of each element's value in its channel, of a latent (1, M, h, w) of such values."""
        numbers = (latent[0, ..., None] - self.values[:, None, None]).abs().argmin(-1)
        return self.shares.gather(1, numbers.flatten(1)).view_as(latent)


class Traced(NamedTuple):
    """What is coded of one image, (1, M, h, w) each; the hyper-latent's are (1, N, h', w').

    Args:
        y_hat, z_hat: the latents as the decoder has them.
        means, scales: of the main latent in its own units; none where the model has none.
        likelihoods_y, likelihoods_z: of the symbols that are coded.
        means_z, scales_z: of the hyper-latent, where it is predicted itself.
        coarser: what it is predicted from, the finer first.
        beside: (1, B, h, w) what the synthesis takes of the side information; none where it draws from y_hat alone.
        expected: of the main latent, where it has few values; the mean over the image.
    """

    y_hat: "Tensor"
    likelihoods_y: "Tensor"
    z_hat: "Tensor | None" = None
    likelihoods_z: "Tensor | None" = None
    means: "Tensor | None" = None
    scales: "Tensor | None" = None
    means_z: "Tensor | None" = None
    scales_z: "Tensor | None" = None
    coarser: tuple[Level, ...] = ()
    beside: "Tensor | None" = None
    expected: Expected | None = None

    @property
    def likelihoods(self) -> "list[Tensor]":
        """Return those of all latents, the main one's first."""
        levels = (self.likelihoods_y, self.likelihoods_z, *(level.likelihoods for level in self.coarser))
        return [each for each in levels if each is not None]

    @property
    def given(self) -> "Tensor":
        """What the synthesis is given: y_hat, and in the channels behind it what it takes beside."""
        import torch

        return self.y_hat if self.beside is None else torch.cat((self.y_hat, self.beside), 1)


class Prior(ABC):
    """The entropy model of a network's latent; used by whoever holds the network.

    Args:
        network: the CompressAI model, built and with its tables, before it moves to its device.
        architecture: of the network.
        options: that the network was built with.
    """

    num_strings: int
    container = Container  # that its strings are kept in
    has_scales = True  # a table for each symbol is chosen by its scale
    serial = False  # it codes position after position

    def __init__(self, network: Any, architecture: "Architecture", options: frozenset[str] = frozenset()) -> None:
        del options
        self.network = network
        self.architecture = architecture

    def of(self, network: Any) -> Self:
        """Return the same entropy model around a network that differs in its transforms alone."""
        other = copy(self)
        other.network = network
        return other

    def analyze(self, x: "Tensor", quality: float) -> "Tensor":
        """Return the latent y, (B, M, h, w), of images (B, 3, H, W) in [0, 1]."""
        del quality
        y: Tensor = self.network.g_a(x)
        return y

    def synthesize_all(self, y_hat: "Tensor") -> "Iterator[Tensor]":
        """Yield the picture, (1, 3, H, W), of the beginning of a bitstream and of every longer one, up to all of ŷ."""
        yield self.network.g_s(y_hat)

    def takes(self, strings: int) -> bool:
        """Return whether a bitstream may have so many strings."""
        return strings == self.num_strings

    @abstractmethod
    def encode(self, y: "Tensor", quality: float, z: "Tensor | None" = None) -> Coded:
        """Return the coded latent y, (1, M, h, w); z is its hyper-latent, None for what the hyper-analysis gives.

        Raises:
            CodecError: the latent is not finite.
        """

    @abstractmethod
    def decode(self, container: Container, shape: Shape) -> "Tensor":
        """Return what the synthesis is given, (1, M, h, w) and more channels where it takes more than the latent.

        The container's latent of lowest resolution has the given shape.

        Raises:
            CodecError: the scales are not those that the encoder had.
        """

    @abstractmethod
    def trace(self, y: "Tensor", quality: float, z: "Tensor | None" = None, steps: "Tensor | None" = None) -> Traced:
        """Return what `encode` codes with which likelihoods; arguments and errors as for it.

        `steps`, (M,), are rounding steps of the channels of y, in units of their own; no bitstream tells of them.
        """

    def hyper_analysis(self, y: "Tensor", quality: float) -> "Tensor | None":
        """Return the hyper-latent of y before rounding; None where there is none."""
        del y, quality
        return None

    @abstractmethod
    def marginals(self, reach: int, quality: float) -> "tuple[Tensor, Tensor]":
        """Return values and probabilities, (C, 2 reach + 1), of the factorized prior that the model begins with."""

    def likelihoods_alone(self, y: "Tensor", z_hat: "Tensor | None", quality: float) -> "Tensor | None":
        """Return the likelihoods of y were its neighbors not known; None where they do not matter."""
        del y, z_hat, quality
        return None

    def importance(self, x: "Tensor") -> "Tensor | None":
        """Return how many channels of y the encoder keeps at each place of (1, 3, H, W), (1, 1, h, w); None for all."""
        del x
        return None

    def rounding_step(self, quality: float) -> "float | NDArray[np.float32]":
        """Return the step that y is rounded to, in its own units: one for all channels, or one each."""
        del quality
        return 1.0

    @classmethod
    def tabulate(cls, network: Any, options: frozenset[str], name: str) -> None:
        """Make the entropy tables of a network where they are missing or are no distributions.

        Raises:
            WeightsError: there are none that can be coded with; `name` is for messages.
        """
        from nicviz.codecs.neural.entropy.tables import complete

        complete(network, name, stepped=STEPPED in options, scales=cls.has_scales)

    @abstractmethod
    def digest(self) -> bytes:
        """Return a hash of the tables that do not depend on the quality."""

    def forward(self, x: "Tensor", quality: float) -> "tuple[list[float], Tensor]":
        """Return the bits of each image, from the likelihoods, and the reconstructions of (B, 3, H, W) in [0, 1].

        Raises:
            CodecError: the network gives no finite latent for one of the images.
        """
        out = self._pass(x, quality)
        nats = sum(-likelihoods.log().flatten(1).sum(1) for likelihoods in out["likelihoods"].values()).tolist()
        if not all(map(math.isfinite, nats)):
            raise CodecError("The network gives no finite latent for this image; its weights do not cope with it.")
        return [each / math.log(2) for each in nats], out["x_hat"]

    def _pass(self, x: "Tensor", quality: float) -> Any:
        return self.network(x)


def check_guard(container: Container, found: int) -> None:
    """Raise `CodecError` if the CRC-32 of the decoder's scale indexes is not the one that the encoder wrote."""
    if found != container.guard:
        raise out_of_step(container)


def out_of_step(container: Container) -> CodecError:
    """Return the error of a decoder whose network gives other numbers than the encoder's."""
    return CodecError(
        f"{container.codec}: the bitstream was made where the network gives slightly other numbers (another device, "
        "thread count or version of torch), and cannot be decoded here. Decode it where it was encoded."
    )
