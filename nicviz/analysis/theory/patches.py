"""Principal components of patches: eigenvalues, eigenvectors and their frequencies, and the DCT beside them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nicviz.color import luminance
from nicviz.errors import NicvizError
from nicviz.images import Image

Float = NDArray[np.float64]
PatchChannel = Literal["luminance", "rgb"]
SIDES = (8, 16, 32)
SEED = 17
MOST_VECTORS = 256
_ROUNDING = 1e-12  # of the mean square of patches: what sums over them leave of a variance that is zero
_FINE = 64  # frequencies a side, at least, that a component's peak is looked for among


@dataclass
class Moments:
    """Sums over patches of one size, from which mean and covariance follow; sets are added picture by picture.

    Args:
        side: pixels.
        channel: "luminance" (D = side²) or "rgb" (D = 3 · side², channel by channel).
    """

    side: int
    channel: PatchChannel

    def __post_init__(self) -> None:
        size = self.side**2 * (3 if self.channel == "rgb" else 1)
        self.count = 0
        self.total: Float = np.zeros(size)
        self.products: Float = np.zeros((size, size))

    def add(self, patches: Float) -> None:
        """Count (N, D) patches in."""
        self.count += len(patches)
        self.total += patches.sum(axis=0)
        self.products += patches.T @ patches

    @property
    def mean(self) -> Float:
        """(D,) mean patch of the set."""
        return self.total / max(self.count, 1)

    def covariance(self) -> Float:
        """Return the unbiased covariance (D, D), levels²; the mean of the set is removed, not that of each patch.

        Raises:
            NicvizError: fewer than two patches.
        """
        if self.count < 2:
            raise NicvizError(
                f"The pictures hold fewer than two patches of {self.side}×{self.side} pixels: choose smaller ones."
            )
        centered = self.products - self.count * np.outer(self.mean, self.mean)
        return centered / (self.count - 1)


def sample_patches(image: Image, side: int, count: int, channel: PatchChannel, random: np.random.Generator) -> Float:
    """Return patches at random places of a picture.

    Args:
        image: (H, W, 3) uint8.
        side: of a patch, pixels.
        count: how many; all there are, once each, where the picture has no more places.
        channel: "luminance", or "rgb": red first, then green, then blue.
        random: chooses the places.

    Returns:
        (N, D) float64 levels; N = 0 where the picture is smaller than a patch.
    """
    height, width = image.shape[:2]
    down, across = height - side + 1, width - side + 1
    planes = luminance(image)[None] if channel == "luminance" else np.moveaxis(image, 2, 0).astype(np.float64)
    if down < 1 or across < 1:
        return np.empty((0, len(planes) * side**2))
    every = down * across
    places = np.arange(every) if every <= count else random.choice(every, count, replace=False)
    view: Any = np.lib.stride_tricks.sliding_window_view  # its types know no axes
    windows = view(planes, (side, side), axis=(1, 2))
    found = windows[:, places // across, places % across]  # (C, N, side, side)
    return np.ascontiguousarray(found.transpose(1, 0, 2, 3)).reshape(len(places), -1)


@dataclass(frozen=True)
class Components:
    """The principal components of patches, by falling variance.

    Args:
        side, channel: of the patches.
        count: patches that they were found from.
        variances: (D,) eigenvalues of the covariance, levels²; 0 where there is nothing but rounding.
        vectors: (D, K), column k is component k, the first 256 at most; its entry of largest magnitude is positive.
        dct: (D,) variances of the DCT's coefficients on the same patches, by falling variance.
    """

    side: int
    channel: PatchChannel
    count: int
    variances: Float
    vectors: Float
    dct: Float

    def pictures(self, first: int) -> Float:
        """Return the first components as (K, C, side, side)."""
        return self.vectors[:, :first].T.reshape(-1, 3 if self.channel == "rgb" else 1, self.side, self.side)

    def spectra(self, first: int, fine: int = _FINE) -> Float:
        """Return |FFT2|² of the first components, (K, fine, fine), summed over channels, zero frequency at the center.

        Each sums to fine²: a component has the norm 1.
        """
        power = np.abs(np.fft.fft2(self.pictures(first), s=(fine, fine))) ** 2
        centered: Float = np.fft.fftshift(power.sum(axis=1), axes=(1, 2))
        return centered

    def frequencies(self, first: int) -> Float:
        """Return the frequency |f| at which each of the first components has its peak, (K,) cycles/pixel."""
        axis = np.fft.fftshift(np.fft.fftfreq(_FINE))
        radius = np.hypot(axis[:, None], axis).ravel()
        found = self.spectra(first).reshape(-1, radius.size)
        # Of a real component two peaks are equal up to rounding: take the first of all that are as high.
        highest = found >= found.max(axis=1, keepdims=True) * (1 - 1e-9)
        found_at: Float = radius[highest.argmax(axis=1)]
        return found_at

    def mean_frequencies(self, first: int) -> Float:
        """Return the mean of |f| over each component's spectrum, (K,) cycles/pixel; what they are ordered by."""
        axis = np.fft.fftshift(np.fft.fftfreq(_FINE))
        radius = np.hypot(axis[:, None], axis)
        power = self.spectra(first)
        means: Float = (power * radius).sum(axis=(1, 2)) / power.sum(axis=(1, 2))
        return means


def principal_components(moments: Moments) -> Components:
    """Return the eigenvectors of the covariance, with signs fixed, and the variances of the DCT beside them.

    Raises:
        NicvizError: fewer than two patches.
    """
    covariance = moments.covariance()
    least = _ROUNDING * float(np.trace(moments.products)) / moments.count
    variances, vectors = np.linalg.eigh(covariance)
    variances, vectors = _without_rounding(variances[::-1], least), vectors[:, ::-1]
    basis = dct_basis(moments.side)
    if moments.channel == "rgb":
        basis = np.kron(color_components(covariance, moments.side), basis)
    dct = np.sort((basis * (covariance @ basis)).sum(axis=0))[::-1]
    first = fixed_signs(vectors[:, :MOST_VECTORS])
    return Components(moments.side, moments.channel, moments.count, variances, first, _without_rounding(dct, least))


def _without_rounding(variances: Float, least: float) -> Float:
    return np.where(variances > least, variances, 0.0)


def color_components(covariance: Float, side: int) -> Float:
    """Return the eigenvectors (3, 3) in columns of the covariance of pixels' R, G and B, by falling variance."""
    by_channel = covariance.reshape(3, side**2, 3, side**2)
    colors = np.einsum("apbp->ab", by_channel) / side**2
    return fixed_signs(np.linalg.eigh(colors)[1][:, ::-1])


def fixed_signs(vectors: Float) -> Float:
    """Return columns with signs such that the entry of largest magnitude (nearly: the first of equals) is positive."""
    size = np.abs(vectors)
    places = (size >= size.max(axis=0) * (1 - 1e-6)).argmax(axis=0)
    signs = np.sign(vectors[places, np.arange(vectors.shape[1])])
    fixed: Float = vectors * np.where(signs == 0, 1.0, signs)
    return fixed


def dct_basis(side: int) -> Float:
    """Return the orthonormal two-dimensional DCT-II as (side², side²): a column a basis function, as JPEG's."""
    place = np.arange(side)
    cosines = np.cos(np.pi * (place[:, None] + 0.5) * place / side) * np.sqrt(2 / side)
    cosines[:, 0] = np.sqrt(1 / side)
    return np.kron(cosines, cosines)


def share_of_first(variances: Float) -> Float:
    """Return the share of the total variance in the first k, k = 1 … D; NaN without any variance."""
    total = variances.sum()
    return np.cumsum(variances) / total if total > 0 else np.full(len(variances), np.nan)


def coding_gain_db(variances: Float) -> float | None:
    """Return 10 log₁₀ of arithmetic over geometric mean of the variances: what a transform gains at high rate.

    None where a variance is zero up to rounding (gray pictures in RGB): there the gain has no bound.

    Source: Jayant and Noll, Digital Coding of Waveforms, 1984, 12.
    """
    if variances.max(initial=0.0) <= 0 or variances.min() <= 1e-9 * variances.max():
        return None
    return float(10 * (np.log10(variances.mean()) - np.log10(variances).mean()))


def moments_of(images: Iterable[Image], side: int, channel: PatchChannel, count: int, seed: int = SEED) -> Moments:
    """Return the moments of `count` patches of each picture; the places follow from `seed` and the picture's number."""
    found = Moments(side, channel)
    for number, image in enumerate(images):
        found.add(sample_patches(image, side, count, channel, np.random.default_rng([seed, number])))
    return found
