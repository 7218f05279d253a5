"""Small pictures that the codec tests share."""

import numpy as np
from skimage import data

from nicviz.codecs.base import Codec, Image, Placement
from nicviz.codecs.neural_base import NeuralCodec


def photograph(side: int) -> Image:
    """Return a square part of a portrait with skin, hair, cloth and lettering."""
    top, left = 60, 180
    return np.ascontiguousarray(data.astronaut()[top : top + side, left : left + side])


def is_serial(codec: Codec) -> bool:
    """Return whether the codec takes seconds for what others do in milliseconds."""
    slow_program = codec.placement is Placement.PROGRAM and codec.cost > 5
    return slow_program or (isinstance(codec, NeuralCodec) and codec.estimate_first)


def noise(height: int, width: int) -> Image:
    """Return noise of the given size, the same in every run."""
    return np.random.default_rng(height * 1000 + width).integers(0, 256, (height, width, 3), dtype=np.uint8)


def constant(color: tuple[int, int, int], height: int = 64, width: int = 48) -> Image:
    """Return an image of one color."""
    return np.full((height, width, 3), color, np.uint8)
