"""Low, medium and high frequencies: energy and density of a spectrum per band."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nicviz.errors import NicvizError
from nicviz.spectra.power import Plane, radius
from nicviz.spectra.radial import binned

BandName = Literal["low", "medium", "high"]
BANDS: tuple[BandName, ...] = ("low", "medium", "high")
STEPS = 64  # band edges lie at multiples of Nyquist / 64
EDGES = (8, 32)  # low < 1/8 Nyquist, 1/8 ≤ medium ≤ 1/2, high > 1/2: nicviz's own choice
LAST_EDGE = 90  # the corner lies at 64 · √2 = 90.5
NYQUIST = 0.5  # cycles/pixel


@dataclass(frozen=True)
class Band:
    """One band of a spectrum.

    Args:
        energy: sum of P over the band / (H·W): its share of the mean square.
        density: mean of P over the band; None for a band without a frequency.
    """

    energy: float
    density: float | None


@dataclass(frozen=True)
class FineBands:
    """A spectrum summed between and on all possible edges, so that edges move without the plane.

    Attributes:
        energy: (2 · 91,): entry 2k lies between the edges k − 1 and k (in 1/64 Nyquist), entry 2k + 1 on edge k.
        count: frequencies of each entry.
    """

    energy: Plane
    count: NDArray[np.intp]

    def bands(self, edges: tuple[int, int] = EDGES) -> dict[BandName, Band]:
        """Return low (f < first edge), medium (first ≤ f ≤ second) and high (f > second), by name.

        Args:
            edges: in 1/64 of Nyquist, 1 ≤ first ≤ second ≤ 90.

        Raises:
            NicvizError: edges out of order or range.
        """
        first, second = edges
        if not 1 <= first <= second <= LAST_EDGE:
            raise NicvizError(f"Band edges are 1 ≤ first ≤ second ≤ {LAST_EDGE} in 1/{STEPS} Nyquist; got {edges}.")
        cuts = (0, 2 * first + 1, 2 * second + 2, len(self.count))
        total = self.count.sum()
        found: dict[BandName, Band] = {}
        for name, start, stop in zip(BANDS, cuts[:-1], cuts[1:], strict=True):
            power, count = math.fsum(self.energy[start:stop]), int(self.count[start:stop].sum())
            found[name] = Band(power / total, power / count if count else None)
        return found

    @property
    def total(self) -> float:
        """The mean square: the sum of all bands' energies."""
        return math.fsum(self.energy) / int(self.count.sum())


def fine_bands(power: Plane) -> FineBands:
    """Return a centered (H, W) spectrum summed between all possible edges; zero frequency comes first."""
    index = _fine_index((power.shape[0], power.shape[1]))
    length = 2 * (LAST_EDGE + 1) + 1
    return FineBands(binned(index, power.ravel(), length), np.bincount(index, minlength=length))


def _fine_index(shape: tuple[int, int]) -> NDArray[np.intp]:
    edges = np.arange(LAST_EDGE + 1) / STEPS
    field = radius(shape).ravel() / NYQUIST
    # On edge k the two differ and give 2k + 1; between edges they agree. Zero frequency lies on edge 0.
    index: NDArray[np.intp] = np.searchsorted(edges, field, "left") + np.searchsorted(edges, field, "right")
    return index
