"""A neural codec at one quality, with its model: the functions of `Opened` in `nicviz.codecs.neural_base`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nicviz.codecs.base import Image, check_image, check_size
from nicviz.codecs.neural.device import pixel_limit
from nicviz.codecs.neural.encode.search import Search
from nicviz.codecs.neural.entropy.container import is_thin, unpack
from nicviz.codecs.neural_base import Edit, Edited, Estimate, Latents, Marginals, Patch, Place
from nicviz.errors import CodecError

if TYPE_CHECKING:
    from nicviz.codecs.neural.network.models import Model


@dataclass(frozen=True)
class Handle:
    """A codec at one quality, with its model.

    Args:
        codec: name of the codec, which its bitstreams carry.
        model: as loaded.
        quality: native.
        search: for the latent; None where there is none.
        limit: the most pixels of an image.
    """

    codec: str
    model: "Model"
    quality: float
    search: Search | None
    limit: Callable[[], int]

    def latents(self, image: Image) -> Latents:
        """Return what `encode` codes of an image, (H, W, 3) uint8, and the bits of each element.

        Raises:
            NicvizError: not an image.
            CodecError: too many pixels, no finite latent, or not enough memory.
        """
        from nicviz.codecs.neural.encode import inside

        return inside.latents(self.model, self._checked(image), self.quality, self.search)

    def edited(self, latents: Latents, edit: Edit, size: tuple[int, int]) -> Edited:
        """Return what becomes of the latents of an image of (height, width) when they are changed.

        Raises:
            NicvizError: the edit does not fit the latents.
            CodecError: as for `latents`.
        """
        from nicviz.codecs.neural.encode import inside

        return inside.edited(self.model, latents, edit, self.quality, size)

    def response(self, latents: Latents, place: Place) -> Patch:
        """Return what one element of ŷ draws; `NicvizError` for a place that is not in it."""
        from nicviz.codecs.neural.encode import inside

        return inside.response(self.model, latents, place)

    def receptive_field(self, image: Image, place: Place) -> Patch:
        """Return what one element of y sees of an image; errors as for `latents`, or a place that is not in it."""
        from nicviz.codecs.neural.encode import inside

        return inside.receptive_field(self.model, self._checked(image), place, self.quality)

    def marginals(self, reach: int) -> Marginals:
        """Return the prior of `Latents.innermost`, `reach` steps to each side of the medians."""
        from nicviz.codecs.neural.encode import inside

        return inside.marginals(self.model, self.quality, reach)

    def estimate(self, image: Image) -> Estimate:
        """Return rate, from the likelihoods, and reconstruction; errors as for `latents`."""
        from nicviz.codecs.neural.encode import coder

        return coder.estimate(self.model, self._checked(image), self.quality, self.search)

    def estimate_many(self, images: NDArray[np.uint8], near: Image | None = None) -> list[Estimate | CodecError]:
        """Return the estimate of each image, or its error; see `NeuralCodec.estimate_many`."""
        from nicviz.codecs.neural.encode import batch

        self._checked(images[0])
        return batch.estimate_many(self.model, images, self.quality, near, self.search)

    def encode(self, image: Image) -> bytes:
        """Return the bitstream; errors as for `latents`."""
        from nicviz.codecs.neural.encode import coder

        return coder.encode(self.model, self.codec, self._checked(image), self.quality, self.search)

    def decode(self, bitstream: bytes) -> Image:
        """Return the reconstruction, (H, W, 3) uint8, from a bitstream of this model.

        Raises:
            CodecError: the bytes are no bitstream of this codec's, or of another model of it.
        """
        from nicviz.codecs.neural.encode import coder

        return coder.decode(self.model, unpack(self.codec, bitstream, pixel_limit()))

    def decode_all(self, bitstream: bytes, take: Callable[[Image], None]) -> None:
        """Give the reconstruction at each end of a progressive bitstream to `take`; errors as for `decode`."""
        from nicviz.codecs.neural.encode import coder

        coder.decode_all(self.model, unpack(self.codec, bitstream, pixel_limit()), take)

    def _checked(self, image: Image) -> Image:
        check_image(image)
        check_size(self.codec, image, self.limit())
        height, width = image.shape[:2]
        if is_thin(height, width, self.limit()):
            raise CodecError(f"{self.codec} takes no picture of {width}×{height}: padded, it is too large for it.")
        return np.ascontiguousarray(image)
