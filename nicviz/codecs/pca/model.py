"""A block PCA, and how reverse water-filling shares a distortion among its components.

A picture is cut into blocks of 16×16 pixels. Colors are decorrelated by the 3×3 PCA of pixels, each of the three planes
by one 256×256 PCA of blocks. (One PCA of 768 values would need 1–4 % fewer bits on photographs, and nine times the
file: `tests/analysis/theory/test_bases.py` measures it.) The model is a Gaussian: coefficient k of plane c is
N(0, λ_ck), independent of all others.
"""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nicviz.errors import NicvizError

Float = NDArray[np.float64]
BLOCK = 16  # pixels a side
SIZE = BLOCK * BLOCK
FILE = Path(__file__).with_name("bases.npz")
TRAINED_ON = ("photographs", "white", "pink", "brown", "text")
_LEAST_NOISE = 0.25  # levels²: a rank's kept coefficients are never quantized finer than this


@dataclass(frozen=True, eq=False)
class Allocation:
    """What reverse water-filling gives each component.

    Args:
        noise: variance θ of the quantization error that a kept component gets, levels²; step Δ = √(12 θ).
        gains: (3, 256) what the codec multiplies a coefficient by: 1 − θ/λ where λ > θ, else 0.
    """

    noise: float
    gains: Float

    @property
    def step(self) -> float:
        """The quantization step Δ: uniform noise of this width has the variance θ."""
        return float(np.sqrt(12 * self.noise))


@dataclass(frozen=True, eq=False)
class LinearModel:
    """What a training set has taught: means and principal components.

    Args:
        name: of the training set.
        color_mean: (3,) mean R, G, B, in levels.
        colors: (3, 3) orthonormal; row c makes plane c of R, G, B.
        basis: (256, 256) orthonormal; column k is component k, of pixels in rows, by falling variance.
        variances: (3, 256) λ, levels² of a coefficient, at least 0.
        digest: four bytes that tell this model from others; they stand in every bitstream.
    """

    name: str
    color_mean: Float
    colors: Float
    basis: Float
    variances: Float
    digest: bytes

    def water_filled(self, mse: float) -> Allocation:
        """Return the allocation with the mean square error `mse` (levels², over R, G, B) on the model's own pictures.

        Components above the water level θ all get the error θ, those below are dropped and err by their variance λ:
        mean of min(θ, λ) = mse (Cover and Thomas, Elements of Information Theory, 10.3.3). An `mse` beyond the model's
        total variance drops all.
        """
        noise = water_level(self.variances.ravel(), mse)
        return Allocation(noise, shrinkage(self.variances, noise))

    def of_rank(self, rank: int) -> Allocation:
        """Return the allocation that keeps the `rank` components of largest variance whole, and drops the others.

        A kept coefficient's error has the variance of the first component that is dropped: finer would be in vain.
        """
        flat = self.variances.ravel()
        if not 1 <= rank <= flat.size:
            raise NicvizError(f"A rank is 1 to {flat.size}; got {rank}.")
        order = np.argsort(-flat, kind="stable")
        gains = np.zeros(flat.size)
        gains[order[:rank]] = 1.0
        below = float(flat[order[rank]]) if rank < flat.size else 0.0
        return Allocation(max(below, _LEAST_NOISE), gains.reshape(self.variances.shape))


def water_level(variances: Float, mse: float) -> float:
    """Return θ with mean of min(θ, λ) = mse, exactly; the largest λ where `mse` is at least their mean.

    Args:
        variances: (K,) λ, at least 0.
        mse: above 0, in the unit of λ.
    """
    rising = np.sort(variances)
    count = len(rising)
    below = np.concatenate([[0.0], np.cumsum(rising)])[:count]  # what all smaller ones sum up to
    reached = (below + rising * (count - np.arange(count))) / count  # the distortion at θ = λ of each
    place = int(np.searchsorted(reached, mse))
    if place == count:
        return float(rising[-1])
    return float((mse * count - below[place]) / (count - place))


def shrinkage(variances: Float, noise: float) -> Float:
    """Return the optimal forward channel's gain 1 − θ/λ where λ > θ, else 0 (Berger, Rate Distortion Theory, 4.3)."""
    kept = variances > noise
    return np.where(kept, 1 - noise / np.where(kept, variances, 1.0), 0.0)


def digest_of(*arrays: NDArray[np.floating[Any]]) -> bytes:
    """Return four bytes that follow from the arrays of a model as they are stored, before any arithmetic."""
    return sha256(b"".join(np.ascontiguousarray(each).tobytes() for each in arrays)).digest()[:4]


def orthonormal(basis: Float) -> Float:
    """Return the nearest orthonormal basis to one that is so up to rounding: a step of Newton's iteration."""
    return basis @ (3 * np.eye(len(basis)) - basis.T @ basis) / 2


@cache
def trained_model(name: str) -> LinearModel:
    """Return a model of the package: one of `TRAINED_ON`. `nicviz/analysis/theory/bases.py` makes their file."""
    if name not in TRAINED_ON:
        raise NicvizError(f"There are models trained on {', '.join(TRAINED_ON)}; got {name!r}.")
    with np.load(FILE, allow_pickle=False) as file:
        basis = np.eye(SIZE, dtype=np.float16) if name == "white" else file[f"{name}.basis"]
        stored = (file["mean"], file["colors"], basis, file[f"{name}.variances"])
    mean, colors, basis, variances = (each.astype(np.float64) for each in stored)
    return LinearModel(name, mean, colors, orthonormal(basis), variances, digest_of(*stored))
