"""What a neural codec codes of one picture, kept in the store, and what it makes of a changed latent."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nicviz.analysis.latents.bits import bits_map
from nicviz.analysis.latents.surgery import Surgery
from nicviz.codecs import NeuralCodec
from nicviz.codecs.neural_base import Edit, Edited, HyperLatent, Latents, Marginals, Patch, Place
from nicviz.images import Image, LoadedImage
from nicviz.metrics import METRICS
from nicviz.rate import bits_per_pixel
from nicviz.run.place import Cancel, check, opened
from nicviz.spectra.power import difference, power_spectrum
from nicviz.spectra.radial import natural_rings
from nicviz.store import Store, kept

_LEAST_REACH, _MOST_REACH = 32, 255  # symbols of a factorized prior, on each side of its median
_METHOD = 2  # counted up when what is kept changes its meaning
OF_MODEL = ("y_hat", "z_hat", "means", "scales", "bits_y", "bits_z", "bits_alone", "alphabet", "expected", "importance",
            "means_z", "scales_z")  # fmt: skip
_ARRAYS = ("y", "z", "beside", *OF_MODEL)


@dataclass(frozen=True)
class Look:
    """The latents of one picture under a codec at a quality.

    Args:
        image: SHA-256 of its pixels.
        codec, quality: name, and native quality.
        versions: what the codec's output depends on, as text.
        shape: (H, W) of the picture.
        latents: what is coded.
    """

    image: str
    codec: str
    quality: float
    versions: str
    shape: tuple[int, int]
    latents: Latents

    @property
    def bpp(self) -> float:
        """Bits per pixel, from the likelihoods."""
        return bits_per_pixel(self.latents.bits / 8, self.shape)

    @property
    def map_y(self) -> NDArray[np.float64]:
        """(H, W) bits per pixel that the latent takes, side information apart."""
        return bits_map(self.latents.bits_y.sum(axis=0), self.latents.stride, self.shape)

    @property
    def maps_side(self) -> tuple[NDArray[np.float64], ...]:
        """(H, W) bits per pixel of each hyper-latent, that of the finest first."""
        found = self.latents
        levels = () if found.bits_z is None else (found.bits_z, *found.bits_coarser)
        height = found.bits_y.shape[1]
        return tuple(
            bits_map(bits.sum(axis=0), found.stride * (height // bits.shape[1]), self.shape) for bits in levels
        )

    @property
    def map_z(self) -> NDArray[np.float64]:
        """(H, W) bits per pixel of the side information; zeros where there is none."""
        return sum(self.maps_side, np.zeros(self.shape))


def look(
    image: LoadedImage, codec: NeuralCodec, quality: float | None, cancel: Cancel = None, store: Store | None = None
) -> Look:
    """Return what a codec codes of an image, from the store where it was looked at before.

    Raises:
        CodecError: the codec does not work here, or refuses the image.
        Canceled: `cancel` was set.
    """
    value = codec.quality(quality)
    inputs = {"image": image.sha256, "codec": codec.name, "quality": float(value)}

    def compute() -> dict[str, object]:
        codec.check_size(image.pixels)
        with opened(codec, value, cancel) as handle:
            found = handle.latents(image.pixels)
        check(cancel)
        arrays = {name: getattr(found, name) for name in _ARRAYS if getattr(found, name) is not None}
        return {**arrays, **_flat(found), "stride": found.stride, "step": found.step}

    members = kept("latents", inputs, {**codec.versions(value), "method": _METHOD}, compute, store)
    arrays: dict[str, Any] = {name: members.get(name) for name in _ARRAYS}
    latents = Latents(**arrays, stride=members["stride"], step=members["step"], **_coarser(members))
    height, width = image.pixels.shape[:2]
    return Look(image.sha256, codec.name, value, str(codec.versions(value)), (height, width), latents)


def _flat(found: Latents) -> dict[str, NDArray[Any]]:
    """Return the coarser hyper-latents as arrays with names of their own."""
    return {
        f"{name}_{level}": array
        for level, (each, bits) in enumerate(zip(found.coarser, found.bits_coarser, strict=True), 2)
        for name, array in (("z", each.z), ("z_hat", each.z_hat), ("bits_z", bits))
    }


def _coarser(members: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `_flat` made arrays of."""
    levels = [name.removeprefix("z_hat_") for name in members if name.startswith("z_hat_")]
    return {
        "coarser": tuple(HyperLatent(members[f"z_{level}"], members[f"z_hat_{level}"]) for level in levels),
        "bits_coarser": tuple(members[f"bits_z_{level}"] for level in levels),
    }


@dataclass(frozen=True)
class Operated:
    """A picture from a changed latent.

    Args:
        edited: latent, bits and picture.
        bpp: estimated.
        psnr_db: against the picture that was coded; infinite where it is that picture.
        error: power of its error in luminance over `natural_rings`, levels².
    """

    edited: Edited
    bpp: float
    psnr_db: float
    error: NDArray[np.float64]


def perform(
    image: LoadedImage,
    codec: NeuralCodec,
    found: Look,
    surgery: Surgery,
    donor: LoadedImage | None = None,
    cancel: Cancel = None,
) -> Operated:
    """Return what becomes of a picture after surgery on its latent; errors as for `operate`.

    Args:
        image, codec, found, cancel: as for `operate`.
        surgery: what is done.
        donor: whose hyper-latent is sent in place of its own, cut to the same size; None for none.
    """
    edit = surgery.edit(found.latents)
    if donor is not None:
        cut = LoadedImage(donor.name, fitted(donor.pixels, found.shape))
        edit = replace(edit, z=look(cut, codec, found.quality, cancel).latents.z)
    return operate(image, codec, found, edit, cancel)


def operate(image: LoadedImage, codec: NeuralCodec, found: Look, edit: Edit, cancel: Cancel = None) -> Operated:
    """Return what becomes of a picture whose latent is changed before it is coded.

    Args:
        image: that was looked at.
        codec: that it was looked at with.
        found: the look.
        edit: the change.
        cancel: set by another thread to stop.

    Raises:
        NicvizError: the edit does not fit.
        CodecError: as for `look`.
        Canceled: `cancel` was set before it began.
    """
    with opened(codec, found.quality, cancel) as handle:
        edited = handle.edited(found.latents, edit, found.shape)
    psnr = METRICS["psnr_db"].compute(image.pixels, edited.reconstruction)
    bpp = bits_per_pixel(edited.bits / 8, found.shape)
    error = natural_rings(found.shape).mean(power_spectrum(difference(edited.reconstruction, image.pixels)))
    return Operated(edited, bpp, float("inf") if psnr is None else float(psnr), error)


@dataclass(frozen=True)
class Basis:
    """What one element of the latent draws and sees, each as a small picture, and where it is.

    Args:
        place: of the element.
        drawn: derivative of the reconstruction by it.
        seen: derivative of it by the picture.
    """

    place: Place
    drawn: Patch
    seen: Patch

    @property
    def norms(self) -> tuple[float, float]:
        """L2 norms of what is drawn and of what is seen."""
        return float(np.linalg.norm(self.drawn.values)), float(np.linalg.norm(self.seen.values))

    def own_share(self, stride: int) -> float | None:
        """Return the share of what is drawn, in energy, in the element's own pixels; None where nothing is drawn."""
        energy = np.square(self.drawn.values).sum(axis=2)
        top, left = self.place.row * stride - self.drawn.top, self.place.column * stride - self.drawn.left
        own = energy[max(0, top) : max(0, top + stride), max(0, left) : max(0, left + stride)]
        return float(own.sum() / energy.sum()) if energy.any() else None


def basis(image: LoadedImage, codec: NeuralCodec, found: Look, place: Place, cancel: Cancel = None) -> Basis:
    """Return what an element draws and sees at this picture; errors as for `operate`, or a place that is none."""
    with opened(codec, found.quality, cancel) as handle:
        drawn = handle.response(found.latents, place)
        check(cancel)
        return Basis(place, drawn, handle.receptive_field(image.pixels, place))


def drawn(codec: NeuralCodec, found: Look, place: Place, cancel: Cancel = None) -> Patch:
    """Return what an element draws alone; errors as for `basis`."""
    with opened(codec, found.quality, cancel) as handle:
        return handle.response(found.latents, place)


def priors(codec: NeuralCodec, found: Look, cancel: Cancel = None) -> Marginals:
    """Return the prior that no picture changes, as far as the symbols of a look reach and a little further."""
    latent, _ = found.latents.innermost
    reach = int(np.ceil(np.abs(latent - np.median(latent, axis=(1, 2), keepdims=True)).max()))
    with opened(codec, found.quality, cancel) as handle:
        return handle.marginals(min(max(2 * reach, _LEAST_REACH), _MOST_REACH))


def fitted(pixels: Image, shape: tuple[int, int]) -> Image:
    """Return the middle of a picture at another's (H, W); where it is smaller it goes on mirrored."""
    lacking = [max(0, want - have) for want, have in zip(shape, pixels.shape, strict=False)]
    wide = np.pad(pixels, [(0, lacking[0]), (0, lacking[1]), (0, 0)], mode="symmetric")
    top, left = ((have - want) // 2 for want, have in zip(shape, wide.shape, strict=False))
    return np.ascontiguousarray(wide[top : top + shape[0], left : left + shape[1]])
