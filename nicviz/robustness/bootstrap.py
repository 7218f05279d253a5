"""Percentile bootstrap over pictures (Efron and Tibshirani, 1993), vectorized: many means from the same resamples.

The same resamples serve all columns, so that a difference of two codecs is a difference on the same pictures. Intervals
from few pictures are too narrow; how few count is the caller's to say.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2000
LEVEL = 0.95
LEAST = 2  # values that an interval needs
_CHUNK = 4_000_000  # numbers of a block of weights
Float = NDArray[np.float64]


@dataclass(frozen=True)
class Means:
    """Means over pictures with their intervals; each of the shape of one picture's values.

    Attributes:
        value: means of the pictures that have a value; NaN for none.
        low, high: ends of the 95 % interval; NaN for fewer than two pictures.
        count: how many pictures have a value.
    """

    value: Float
    low: Float
    high: Float
    count: NDArray[np.intp]


def bootstrap_means(values: Float, rng: np.random.Generator, resamples: int = RESAMPLES) -> Means:
    """Return means over the first axis (pictures) with 95 % percentile intervals.

    Args:
        values: (pictures, …); a picture without a value (NaN) counts for nothing in that column.
        rng: draws the resamples.
        resamples: how many.
    """
    flat = values.reshape(len(values), -1)
    valid = np.isfinite(flat)
    filled = np.where(valid, flat, 0.0)
    count = valid.sum(axis=0)
    drawn = np.empty((resamples, flat.shape[1]))
    block = max(1, _CHUNK // max(1, len(flat)))
    for first in range(0, resamples, block):
        weights = _weights(len(flat), min(block, resamples - first), rng)
        with np.errstate(invalid="ignore", divide="ignore"):
            drawn[first : first + len(weights)] = (weights @ filled) / (weights @ valid)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = filled.sum(axis=0) / count
    low, high = _percentiles(drawn)
    enough = count >= LEAST
    shape = values.shape[1:]
    low, high = (np.where(enough, end, np.nan).reshape(shape) for end in (low, high))
    return Means(np.where(count > 0, mean, np.nan).reshape(shape), low, high, count.reshape(shape))


def _weights(num_pictures: int, resamples: int, rng: np.random.Generator) -> Float:
    """Return how often each resample has each picture, (resamples, num_pictures)."""
    drawn = rng.integers(0, num_pictures, (resamples, num_pictures))
    drawn += np.arange(resamples)[:, None] * num_pictures
    counts = np.bincount(drawn.ravel(), minlength=resamples * num_pictures)
    return counts.reshape(resamples, num_pictures).astype(np.float64)


def _percentiles(drawn: Float) -> tuple[Float, Float]:
    """Return both ends for each column; a resample without a picture that has a value is left out."""
    tails = [50 * (1 - LEVEL), 50 * (1 + LEVEL)]
    if np.isnan(drawn).any():
        empty = np.isnan(drawn).all(axis=0)
        found = np.nanpercentile(np.where(empty, 0.0, drawn), tails, axis=0)
        return np.where(empty, np.nan, found[0]), np.where(empty, np.nan, found[1])
    low, high = np.percentile(drawn, tails, axis=0)
    return low, high
