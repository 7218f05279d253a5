"""Error spectra of a codec over one picture or many: means over the pictures of one size."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from nicviz.analysis.compare import Compared, compare_codec
from nicviz.analysis.pictures import check_megapixels, one_by_one
from nicviz.codecs import Codec
from nicviz.errors import NicvizError
from nicviz.images import Image, LoadedImage
from nicviz.run.work import Signal
from nicviz.spectra.ood_nic import ood_nic_spectrum
from nicviz.spectra.power import (
    CHANNELS,
    Channel,
    Plane,
    channel_planes,
    difference,
    mean_product,
    power_spectrum,
    transform,
)
from nicviz.spectra.radial import Transfer, natural_rings
from nicviz.tasks.compress import corrupted
from nicviz.tasks.match import Matched
from nicviz.tasks.settings import CodecSetting, CorruptionSetting, Match
from nicviz.tasks.task import Kind

Convention = Literal["luminance", "cb", "cr", "rgb", "ood_nic"]
CONVENTIONS: tuple[Convention, ...] = (*CHANNELS, "ood_nic")
LARGEST_MEGAPIXELS = 16.0  # a float64 plane of this size takes 128 MB, and a comparison holds a dozen
Shape = tuple[int, int]
Loader = Callable[[], LoadedImage]


@dataclass
class Group:
    """Mean spectra over pictures of one size; of several, portrait ones are transposed.

    Args:
        shape: (H, W); H ≤ W for several pictures.
        num_pictures: that the means go over.
        power: name to centered (H, W) plane: "original", "corruption" (c(x) − x) and "corrupted", or "D", "G" and "R".
        transfer: what went into the codec and what came out, by ring; None where the convention has none.
        bpp, psnr_db: one a picture, on what the codec was given.
        zeroed: "ood_nic" only: per kind and picture, the share of errors that the rounding sets to zero.
        compared: what the codec made of the last picture.
        matched: what the search found, one a picture, where codecs are matched.
    """

    shape: Shape
    num_pictures: int = 0
    power: dict[str, Plane] = field(default_factory=dict)
    transfer: Transfer | None = None
    bpp: list[float] = field(default_factory=list)
    psnr_db: list[float] = field(default_factory=list)
    zeroed: dict[str, list[float]] = field(default_factory=dict)
    compared: Compared | None = None
    matched: list[Matched] = field(default_factory=list)

    def add(self, name: str, plane: Plane) -> None:
        """Add one picture's spectrum to a sum; `finish` makes means of the sums."""
        upright = plane if plane.shape == self.shape else plane.T
        if name in self.power:
            self.power[name] += upright
        else:
            self.power[name] = np.array(upright)

    def finish(self) -> None:
        """Make means of the sums."""
        for plane in self.power.values():
            np.divide(plane, self.num_pictures, out=plane)
            plane.setflags(write=False)


@dataclass(frozen=True)
class Means:
    """Groups by size, the largest one first, and what was left out, in sentences."""

    groups: tuple[Group, ...]
    problems: tuple[str, ...] = ()

    def of(self, shape: Shape) -> Group | None:
        """Return the group of a size."""
        return next((group for group in self.groups if group.shape == shape), None)


def error_spectra(
    original: Image, source: Image, reconstruction: Image, clean: Image | None, channel: Channel = "luminance"
) -> dict[Kind, Plane]:
    """Return D where nothing was corrupted; else G and R, and D of the clean reconstruction where there is one.

    Args:
        original, source: x, and what the codec was given: x itself, or c(x).
        reconstruction: C(source), (H, W, 3) uint8 as all four.
        clean: C(x), where `source` is corrupted.
        channel: what the spectra are measured on.
    """
    if source is original:
        return {"D": power_spectrum(difference(reconstruction, original), channel)}
    found: dict[Kind, Plane] = {
        "G": power_spectrum(difference(reconstruction, source), channel),
        "R": power_spectrum(difference(reconstruction, original), channel),
    }
    if clean is not None:
        found["D"] = power_spectrum(difference(clean, original), channel)
    return found


def input_spectra(
    loaders: Sequence[Loader], corruption: CorruptionSetting | None, convention: Convention, signal: Signal
) -> Means:
    """Return the spectra of the originals and, where there is a corruption, of c(x) − x and c(x)."""
    groups: dict[Shape, Group] = {}
    problems: list[str] = []
    for original, source in _pictures(loaders, corruption, signal, problems):
        group = _group_of(groups, original, alone=len(loaders) == 1)
        group.add("original", _spectrum(original.pixels, None, convention)[0])
        if source is not original:
            group.add("corruption", _spectrum(source.pixels, original.pixels, convention)[0])
            group.add("corrupted", _spectrum(source.pixels, None, convention)[0])
    return _means(groups, problems)


def codec_spectra(
    loaders: Sequence[Loader],
    corruption: CorruptionSetting | None,
    codec: Codec,
    setting: CodecSetting,
    match: Match | None,
    convention: Convention,
    signal: Signal,
) -> Means:
    """Return D on clean pictures, or D, G and R where they are corrupted, of one codec.

    A picture that the codec refuses is left out and named; if it refuses all, its error is raised.
    """
    groups: dict[Shape, Group] = {}
    problems: list[str] = []
    failure: NicvizError | None = None
    for original, source in _pictures(loaders, corruption, signal, problems):
        try:
            compared = compare_codec(
                original, corruption, codec, setting.quality, match, exact=False, cancel=signal
            )  # a serial codec's estimate shows the same pixels
        except NicvizError as error:
            failure = error
            problems.append(f"{original.name} was left out: {error}")
            continue
        _add_codec(_group_of(groups, original, alone=len(loaders) == 1), original, source, compared, convention)
    if failure is not None and not groups:
        raise failure
    return _means(groups, problems)


def _add_codec(
    group: Group, original: LoadedImage, source: LoadedImage, compared: Compared, convention: Convention
) -> None:
    output = compared.compression.pixels()
    group.bpp.append(compared.compression.bpp)
    group.psnr_db.append(compared.psnr_db)
    group.compared = compared
    if compared.matched is not None:
        group.matched.append(compared.matched)
    pairs = [("D", output, original)] if source is original else [("G", output, source), ("R", output, original)]
    if compared.clean is not None:
        pairs.append(("D", compared.clean.pixels(), original))
    for kind, image, reference in pairs:
        plane, zeroed = _spectrum(image, reference.pixels, convention)
        group.add(kind, plane)
        if zeroed is not None:
            group.zeroed.setdefault(kind, []).append(zeroed)
    if convention != "ood_nic":
        found = _transfer(source.pixels, output, convention)
        group.transfer = found if group.transfer is None else group.transfer + found


def _spectrum(image: Image, reference: Image | None, convention: Convention) -> tuple[Plane, float | None]:
    if convention == "ood_nic":
        return ood_nic_spectrum(image, reference)
    return power_spectrum(image if reference is None else difference(image, reference), convention), None


def _transfer(given: Image, returned: Image, channel: Channel) -> Transfer:
    height, width = given.shape[:2]
    before = transform(channel_planes(given, channel))
    after = before + transform(channel_planes(difference(returned, given), channel))
    found = natural_rings((height, width))
    squares = found.mean(mean_product(before, before, width)), found.mean(mean_product(after, after, width))
    return Transfer(squares[0], found.mean(mean_product(after, before, width)), squares[1])


def _pictures(
    loaders: Sequence[Loader], corruption: CorruptionSetting | None, signal: Signal, problems: list[str]
) -> Iterator[tuple[LoadedImage, LoadedImage]]:
    """Yield x and c(x), one at a time in memory; with a single picture, what is wrong with it is raised."""

    def both(original: LoadedImage) -> tuple[LoadedImage, LoadedImage]:
        check_megapixels(original, LARGEST_MEGAPIXELS)
        return original, corrupted(original, corruption) if corruption else original

    return (pair for _, pair in one_by_one(loaders, both, signal, problems))


def _group_of(groups: dict[Shape, Group], picture: LoadedImage, alone: bool) -> Group:
    """Return the group of a picture, counted in; a picture alone stays as it is."""
    height, width = picture.pixels.shape[:2]
    shape = (height, width) if alone else (min(height, width), max(height, width))
    group = groups.setdefault(shape, Group(shape))
    group.num_pictures += 1
    return group


def _means(groups: dict[Shape, Group], problems: Sequence[str]) -> Means:
    for group in groups.values():
        group.finish()
    if not groups:
        raise NicvizError("None of the pictures could be used. " + " ".join(problems))
    ordered = sorted(groups.values(), key=lambda group: (-group.num_pictures, group.shape))
    return Means(tuple(ordered), tuple(problems))


def mean_psnr(values: Sequence[float]) -> tuple[float | None, int]:
    """Return the mean of the finite PSNRs (None without one) and how many are infinite."""
    finite = [value for value in values if np.isfinite(value)]
    return (float(np.mean(finite)) if finite else None), len(values) - len(finite)
