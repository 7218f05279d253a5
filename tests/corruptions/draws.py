"""A stand-in for a Generator that draws what the reference draws, in its order, from NumPy's old generator."""

import numpy as np

from nicviz.corruptions.resample import middle


class ReferenceDraws:
    """The few methods of `numpy.random.Generator` that the corruptions use, over a seeded `RandomState`.

    Args:
        seed: as given to `numpy.random.seed` for the reference.
        shape: (H, W) of the picture.
        zoom: of snow, which draws noise for the whole picture in the reference, and only the enlarged middle here.
    """

    def __init__(self, seed: int, shape: tuple[int, ...], zoom: float | None = None):
        self._state = np.random.RandomState(seed)
        self._shape = shape[:2]
        self._zoom = zoom

    def standard_normal(self, shape, dtype):
        return self._state.standard_normal(shape).astype(dtype)

    def normal(self, mean, spread, shape):
        if self._zoom is None:
            return self._state.normal(mean, spread, shape)
        rows, columns = (middle(side, self._zoom) for side in self._shape)
        return self._state.normal(mean, spread, self._shape)[rows, columns]

    def uniform(self, low, high, shape=None):
        return self._state.uniform(low, high, shape)

    def poisson(self, expected):
        return self._state.poisson(expected)

    def integers(self, high):
        return self._state.randint(high)
