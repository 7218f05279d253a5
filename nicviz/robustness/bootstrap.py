"""Percentile bootstrap over pictures (Efron and Tibshirani, 1993), vectorized: many means from the same resamples.

The same resamples serve all columns, so that a difference of two codecs is a difference on the same pictures. A
resample of few pictures spreads too little: the percentiles lie further out, as Student's t does from the normal
distribution, times √(n / (n − 1)) (the expanded percentile interval of Hesterberg, "What teachers should know about the
bootstrap", 2015). Of a skewed distribution the intervals from few pictures are still too narrow.
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
    low, high = _percentiles(drawn, count)
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


def tail(count: int) -> float:
    """Return which part of the resamples lies beyond an end of the interval from so many pictures, 0.025 from many."""
    from scipy.stats import norm, t

    if count < LEAST:
        return (1 - LEVEL) / 2
    return float(norm.sf(t.isf((1 - LEVEL) / 2, count - 1) * np.sqrt(count / (count - 1))))


def _percentiles(drawn: Float, count: NDArray[np.intp]) -> tuple[Float, Float]:
    """Return both ends for each column; a resample without a picture that has a value is left out."""
    low, high = np.full((2, len(count)), np.nan)
    for number in np.unique(count[count > 0]):
        columns = count == number
        ends = 100 * tail(int(number))
        low[columns], high[columns] = np.nanpercentile(drawn[:, columns], [ends, 100 - ends], axis=0)
    return low, high
