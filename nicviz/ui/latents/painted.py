"""Pictures of latents as PNG, kept a while: the page draws the same ones with every click."""

from collections.abc import Callable, Hashable

import numpy as np
from numpy.typing import NDArray

from nicviz.analysis.latents.look import Look
from nicviz.images import encode_png
from nicviz.memory import Recent

_pngs: Recent[bytes] = Recent(64 << 20)  # shared by all sessions


def painted(found: Look, what: Hashable, paint: Callable[[], NDArray[np.uint8]]) -> bytes:
    """Return the PNG of a picture that follows from a look and from `what`; made by `paint` where it is not at hand."""
    key = (found.image, found.codec, found.versions, found.quality, what)
    return _pngs.get(key, lambda: encode_png(paint()), len)
