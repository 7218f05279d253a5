"""What every entropy model of a latent can do; the modules beside this one hold the kinds there are.

An entropy model is one object around a network. Encoder, decoder and whoever looks at the latents go through the same
functions from the symbols on, so that all of them have the same numbers.
"""

import math
from abc import ABC, abstractmethod
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


class Traced(NamedTuple):
    """What is coded of one image, (1, M, h, w) each; the hyper-latent's are (1, N, h', w').

    Args:
        y_hat, z_hat: the latents as the decoder has them.
        means, scales: of the main latent in its own units; none where the model has none.
        likelihoods_y, likelihoods_z: of the symbols that are coded.
        means_z, scales_z: of the hyper-latent, where it is predicted itself.
        coarser: what it is predicted from, the finer first.
        beside: (1, B, h, w) what the synthesis takes of the side information; none where it draws from y_hat alone.
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

    def rounding_step(self, quality: float) -> "float | NDArray[np.float32]":
        """Return the step that y is rounded to, in its own units: one for all channels, or one each."""
        del quality
        return 1.0

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
        raise CodecError(
            f"{container.codec}: the bitstream was made where the network gives slightly other numbers (another "
            "device, thread count or version of torch), and cannot be decoded here. Decode it where it was encoded."
        )
