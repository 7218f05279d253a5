"""The work behind the Latents page: a look at each picture, in the background."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from nicviz.analysis.latents.look import Basis, Look, Operated, basis, drawn, look, perform, priors
from nicviz.analysis.latents.redundancy import Redundancy, redundancies
from nicviz.analysis.latents.surgery import Surgery
from nicviz.codecs.neural_base import Marginals, Patch, Place
from nicviz.images import LoadedImage
from nicviz.run.live import Live
from nicviz.run.work import Signal, Work
from nicviz.spectra.power import power_spectrum
from nicviz.spectra.radial import natural_rings
from nicviz.tasks.settings import ImageSetting
from nicviz.ui.kit.waiting import compute
from nicviz.ui.latents.controls import Inside
from nicviz.ui.shell.comparison import Inputs

Field = NDArray[np.float64]
_LATENT_BYTES = 24  # a pixel, of all arrays of a look with 192 channels at a sixteenth of the size, and with context
_PATCH_BYTES = 8 * 3 * 100 * 100


def looks(inputs: Inputs, inside: Inside) -> list[Live[Look]]:
    """Return how the looks at the original and, where it was corrupted, at what the codec is given stand."""
    pictures = [inputs.original, inputs.source] if inputs.corrupted else [inputs.original]
    names = ("the picture", "the corrupted picture")
    works = [
        Work(_key(picture, inside), f"{inside.title}: {name}", partial(_look, picture, inside),
             _LATENT_BYTES * picture.pixels[..., 0].size, after_drawing=True)
        for picture, name in zip(pictures, names, strict=False)
    ]  # fmt: skip
    return compute("look", works, patience=2.0)


def prior_of(picture: LoadedImage, inside: Inside, found: Look) -> Live[Marginals]:
    """Return how the factorized prior of the codec stands."""
    work = Work(_key(picture, inside), "the prior", lambda signal: priors(inside.codec, found, signal))
    return compute("prior", [work], patience=1.0)[0]


def basis_of(picture: LoadedImage, inside: Inside, found: Look, place: Place) -> Live[Basis]:
    """Return how what an element draws and sees stands."""
    run = partial(_basis, picture, inside, found, place)
    work = Work((_key(picture, inside), place), f"channel {place.channel}", run, 2 * _PATCH_BYTES)
    return compute("basis", [work], patience=1.0)[0]


def drawn_of(picture: LoadedImage, inside: Inside, found: Look, places: Sequence[Place]) -> list[Live[Patch]]:
    """Return how what elements draw stands, one a place."""
    works = [
        Work((_key(picture, inside), place), f"channel {place.channel}", partial(_drawn, inside, found, place),
             _PATCH_BYTES)
        for place in places
    ]  # fmt: skip
    return compute("basis-gallery", works, patience=1.0)


def operated_on(
    picture: LoadedImage, inside: Inside, found: Look, surgeries: Sequence[Surgery], other: ImageSetting | None
) -> list[Live[Operated]]:
    """Return how changed latents stand, one a surgery; `other` gives its hyper-latent to the last of them."""
    works = []
    for number, surgery in enumerate(surgeries):
        donor = other if number == len(surgeries) - 1 else None
        run = partial(_operated, picture, inside, found, surgery, donor)
        works.append(Work((_key(picture, inside), surgery, donor), "surgery", run, 2 * picture.pixels.nbytes))
    return compute("surgery", works, patience=1.5)


def profile_of(picture: LoadedImage) -> Live[Field]:
    """Return how the power of a picture over rings stands."""
    work = Work(picture.sha256, "the spectrum", lambda signal: _profile(picture))
    return compute("profile", [work], patience=1.0)[0]


def correlations_of(
    picture: LoadedImage, inside: Inside, found: Look, magnitudes: bool, latent: str
) -> Live[list[Redundancy]]:
    """Return how the correlations of a latent, by its key, stand."""
    key = (_key(picture, inside), magnitudes, latent)
    work = Work(key, "correlations", lambda signal: redundancies(found.latents, magnitudes, key=latent))
    return compute("correlations", [work], patience=1.0)[0]


def _profile(picture: LoadedImage) -> Field:
    rings = natural_rings((picture.pixels.shape[0], picture.pixels.shape[1]))
    return rings.mean(power_spectrum(picture.pixels.astype(np.float64)))


def _key(picture: LoadedImage, inside: Inside) -> tuple[object, ...]:
    return picture.sha256, inside.codec.reference, inside.quality


def _look(picture: LoadedImage, inside: Inside, signal: Signal) -> Look:
    return look(picture, inside.codec, inside.quality, signal)


def _basis(picture: LoadedImage, inside: Inside, found: Look, place: Place, signal: Signal) -> Basis:
    return basis(picture, inside.codec, found, place, signal)


def _drawn(inside: Inside, found: Look, place: Place, signal: Signal) -> Patch:
    return drawn(inside.codec, found, place, signal)


def _operated(
    picture: LoadedImage, inside: Inside, found: Look, surgery: Surgery, other: ImageSetting | None, signal: Signal
) -> Operated:
    donor = None if other is None else other.load()
    return perform(picture, inside.codec, found, surgery, donor, signal)
