"""Pictures that the tests of corruptions share."""

import functools

import numpy as np
import PIL.Image
import skimage.data

from nicviz.corruptions.base import Image


@functools.cache
def photograph(height: int, width: int) -> Image:
    """Return scikit-image's astronaut, cut from her face if it is large enough, else enlarged; read-only."""
    picture = skimage.data.astronaut()
    if max(height, width) <= 320:
        picture = picture[60 : 60 + height, 180 : 180 + width].copy()
    else:
        picture = np.array(PIL.Image.fromarray(picture).resize((width, height)))
    picture.setflags(write=False)
    return picture
