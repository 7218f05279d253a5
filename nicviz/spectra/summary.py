"""What a sweep keeps of an error spectrum: bands, rings, and a coarse plane on which pictures of any size add up."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nicviz.spectra.bands import BANDS, EDGES, NYQUIST, STEPS, Band, BandName
from nicviz.spectra.power import Half, Plane, radius
from nicviz.spectra.radial import binned, rings

CELLS = 64  # of the coarse plane over 1 cycle/pixel; its half has 33 columns, as P(−v, −u) = P(v, u)
HALF = (CELLS, CELLS // 2 + 1)
_OPPOSITE = -np.arange(CELLS) % CELLS  # the row of −v, as row 0 is v = −0.5, which is its own mirror image


@dataclass(frozen=True)
class Summary:
    """An error spectrum in little.

    Attributes:
        total: the mean square.
        bands: low, medium and high at the usual edges, as `FineBands.bands`.
        rings: means over rings of equal frequency, as `radial_profile`; NaN for a ring without a frequency.
        coarse: (64, 33) means over the cells around (k / 64, l / 64) cycles/pixel: row k + 32 of k = −32 … 31, column
            l = 0 … 32; −0.5 and 0.5 are one frequency. None of a picture under 64 px a side, which lacks cells.
    """

    total: float
    bands: dict[BandName, Band]
    rings: Plane
    coarse: Plane | None


def summarize(half: Half, width: int, num_rings: int) -> Summary:
    """Return the summary of the spectrum of a real plane.

    Args:
        half: (H, W // 2 + 1) from `transform`, of the plane.
        width: W.
        num_rings: between zero frequency and the corner.
    """
    height = half.shape[0]
    where = _where((height, width), num_rings)
    power = (half.real**2 + half.imag**2).ravel()
    by_bin = binned(where.bins, power * where.weight, num_rings * len(BANDS)).reshape(num_rings, len(BANDS))
    size = height * width
    bands = {
        name: Band(float(energy) / size, float(energy) / count if count else None)
        for name, energy, count in zip(BANDS, by_bin.sum(axis=0), where.of_bands, strict=True)
    }
    of_rings = np.full(num_rings, np.nan)
    np.divide(by_bin.sum(axis=1), where.of_rings, out=of_rings, where=where.of_rings > 0)
    coarse = None
    if where.of_cells is not None:
        coarse = _mirrored(binned(where.cells, power * where.weight, where.of_cells.size)) / where.of_cells
    return Summary(float(by_bin.sum()) / size, bands, of_rings, coarse)


def _mirrored(cells: Plane) -> Plane:
    """Return sums (64, 33) by cell, where the outer columns get what the half plane has on the other side of them."""
    sums = cells.reshape(HALF)
    ends = sums[:, [0, -1]]
    sums[:, [0, -1]] = ends + ends[_OPPOSITE]
    return sums


def whole_plane(coarse: Plane) -> Plane:
    """Return a coarse half (64, 33) as a centered (64, 64) plane, frequencies −0.5 … 31/64 cycles/pixel."""
    middle = CELLS // 2
    left = coarse[_OPPOSITE][:, middle:0:-1]
    return np.concatenate([left, coarse[:, :middle]], axis=1)


@dataclass(frozen=True)
class _Where:
    """To which bin each frequency of a half plane belongs, and how many frequencies of the whole plane a bin has."""

    bins: NDArray[np.intp]  # ring · 3 + band
    weight: Plane  # 2 for a frequency whose mirror image the half leaves out
    cells: NDArray[np.intp]
    of_bands: NDArray[np.float64]
    of_rings: NDArray[np.float64]
    of_cells: NDArray[np.float64] | None


@lru_cache(maxsize=8)
def _where(shape: tuple[int, int], num_rings: int) -> _Where:
    height, width = shape
    field = _half(radius(shape)).ravel() * (STEPS / NYQUIST)  # edges lie at whole numbers
    band = (field >= EDGES[0]).astype(np.intp) + (field > EDGES[1])
    ring = _half(rings(shape, num_rings).index.reshape(shape)).ravel()
    weight = np.full((height, width // 2 + 1), 2.0)
    weight[:, 0] = 1
    if width % 2 == 0:
        weight[:, -1] = 1
    weight = weight.ravel()
    down = np.rint(np.fft.fftfreq(height) * CELLS).astype(np.intp)
    across = np.rint(np.fft.rfftfreq(width) * CELLS).astype(np.intp)
    rows = (down + CELLS // 2) % CELLS
    cells = (rows[:, None] * HALF[1] + across).ravel()
    of_cells = _mirrored(binned(cells, weight, HALF[0] * HALF[1]))
    bins = ring * len(BANDS) + band
    return _Where(
        bins, weight, cells, binned(band, weight, len(BANDS)), binned(ring, weight, num_rings),
        of_cells if of_cells.all() else None,
    )  # fmt: skip


def _half(centered: NDArray[Any]) -> NDArray[Any]:
    return np.fft.ifftshift(centered)[:, : centered.shape[1] // 2 + 1]
