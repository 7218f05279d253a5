"""Spectra and components of whole sets, one picture in memory at a time, from the store where they were computed."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np

from nicviz.analysis.pictures import check_megapixels, one_by_one
from nicviz.analysis.spectra.errors import LARGEST_MEGAPIXELS
from nicviz.analysis.theory.gaussian import GaussianCurve, gaussian_rates, mean_curve
from nicviz.analysis.theory.patches import (
    SEED,
    Components,
    Float,
    Moments,
    PatchChannel,
    principal_components,
    sample_patches,
)
from nicviz.analysis.theory.spectrum import SetSpectrum, ring_sums
from nicviz.color import luminance
from nicviz.errors import NicvizError
from nicviz.images import LoadedImage
from nicviz.run.place import check
from nicviz.run.work import Signal
from nicviz.store import Store, kept
from nicviz.versions import library_versions

Load = Callable[[], LoadedImage]
PATCHES = {8: 8000, 16: 4000, 32: 2000}  # of each picture, by side
_METHOD = 2  # raise it when the same pictures give other results


def versions() -> dict[str, str | int]:
    """Return what all results of this module are made with."""
    return {**library_versions("numpy", "scipy"), "theory": _METHOD}


def readable(loads: Sequence[Load], signal: Signal, problems: list[str]) -> Iterator[tuple[int, LoadedImage]]:
    """Yield the pictures with their numbers; see `one_by_one`."""

    def small_enough(image: LoadedImage) -> LoadedImage:
        check_megapixels(image, LARGEST_MEGAPIXELS)
        return image

    return one_by_one(loads, small_enough, signal, problems)


def set_spectrum(
    loads: Sequence[Load], signal: Signal, store: Store | None = None
) -> tuple[SetSpectrum, tuple[str, ...]]:
    """Return the mean spectrum of pictures, and why some were left out, in sentences.

    Raises:
        NicvizError: none could be used.
        Canceled: nobody wants it any more.
    """
    problems: list[str] = []
    found = SetSpectrum()
    for _, image in readable(loads, signal, problems):
        try:
            members = kept("ring-sums", {"image": image.sha256}, versions(), partial(_sums, image), store)
        except NicvizError as error:
            problems.append(f"Left out: {error}")
            continue
        found.add(members["sums"], image.name)
    if not found.exponents:
        raise NicvizError("There is no spectrum. " + " ".join(problems))
    return found, tuple(problems)


def _sums(image: LoadedImage) -> dict[str, Float]:
    return {"sums": ring_sums(luminance(image.pixels), image.name)}


def set_components(
    loads: Sequence[Load], side: int, channel: PatchChannel, signal: Signal, store: Store | None = None
) -> tuple[Components, tuple[str, ...]]:
    """Return the principal components of patches of pictures, and why some were left out.

    Each picture gives as many patches (`PATCHES`), or all it has.

    Raises:
        NicvizError: no picture holds two patches.
        Canceled: nobody wants it any more.
    """
    problems: list[str] = []
    moments = Moments(side, channel)
    digests: list[str] = []
    for number, image in readable(loads, signal, problems):
        random = np.random.default_rng([SEED, number])
        moments.add(sample_patches(image.pixels, side, PATCHES[side], channel, random))
        digests.append(image.sha256)
    check(signal)
    inputs = {"images": digests, "side": side, "channel": channel, "patches": PATCHES[side], "seed": SEED}
    members = kept("components", inputs, versions(), lambda: _members(moments), store)
    names = ("variances", "vectors", "dct")
    return Components(side, channel, members["count"], *(members[name] for name in names)), tuple(problems)


def _members(moments: Moments) -> dict[str, Float | int]:
    found = principal_components(moments)
    return {"count": found.count, "variances": found.variances, "vectors": found.vectors, "dct": found.dct}


def set_gaussian(loads: Sequence[Load], signal: Signal, store: Store | None = None) -> GaussianCurve:
    """Return the mean over pictures of the Gaussian's R(D), from the store where a picture's was computed before.

    Raises:
        NicvizError: no picture is large enough.
        Canceled: nobody wants it any more.
    """
    problems: list[str] = []
    rates = []
    for _, image in readable(loads, signal, problems):
        try:
            rates.append(gaussian_rates(image, store))
        except NicvizError as error:
            problems.append(f"Left out: {error}")
    return mean_curve(rates, problems)
