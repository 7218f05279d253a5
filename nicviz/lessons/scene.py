"""What the measurements of lessons have in common: the picture, the codecs at one rate, and rings of frequencies."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nicviz.analysis.compare import Compared, compare_codec
from nicviz.analysis.spectra.errors import Group, codec_spectra, input_spectra
from nicviz.codecs import Codec
from nicviz.images import LoadedImage
from nicviz.lessons.base import Bench, Chart, Line
from nicviz.requests.view import View
from nicviz.run.place import check
from nicviz.spectra.radial import Rings, natural_rings
from nicviz.tasks.compress import compress, corrupted
from nicviz.tasks.match import match_quality
from nicviz.tasks.settings import MATCH_RANGE, CodecSetting, Match

Float = NDArray[np.float64]
NYQUIST = 0.5  # cycles/pixel
FEW_CELLS = 32  # of a ring that a line leaves out
EDGES = (0.125, 0.25, 0.5)  # of Nyquist: each ring but the first holds waves up to twice as fast as the one before
GAIN_TITLE = "gain: 1 is kept, 0 is gone"
RINGS = ("slow", "medium", "fast", "fastest")


@dataclass(frozen=True, eq=False)
class Scene:
    """A picture through the codecs of a view, those without a quality set to the rate of the last one.

    Args:
        view: with the quality of each codec.
        original, source: the picture, and what the codecs were given.
        compared: one a codec.
        mismatch: how far the rate of a codec is off that of the last one at most, as a share of it.
    """

    view: View
    original: LoadedImage
    source: LoadedImage
    compared: tuple[Compared, ...]
    mismatch: float


def scene(view: View, bench: Bench, original: LoadedImage | None = None) -> Scene:
    """Return a view made; rates are made equal on what the codecs are given, corrupted or not.

    Args:
        view: at least one codec; the last one leads, at its quality.
        bench: codecs and signal.
        original: the picture of the view, where it is at hand.
    """
    original = original or view.image.load()
    source = corrupted(original, view.corruption) if view.corruption else original
    *followers, leader = view.codecs
    last = compress(source, bench.codecs[leader.codec], leader.quality, cancel=bench.signal)
    settings = [_at_rate(source, bench.codecs[each.codec], each, last.bpp, bench) for each in followers]
    settings.append(CodecSetting(leader.codec, last.quality))
    compared = []
    for number, setting in enumerate(settings, start=1):
        check(bench.signal)
        codec = bench.codecs[setting.codec]
        compared.append(compare_codec(original, view.corruption, codec, setting.quality, cancel=bench.signal))
        bench.signal.progress = number / (len(settings) + 1)
    off = [each.compression.bpp / last.bpp - 1 for each in compared]
    fixed = replace(view, codecs=tuple(settings), match=None)
    return Scene(fixed, original, source, tuple(compared), max(off, key=abs))


def _at_rate(image: LoadedImage, codec: Codec, setting: CodecSetting, bpp: float, bench: Bench) -> CodecSetting:
    if setting.quality is not None:
        return setting
    low, high = MATCH_RANGE["bpp"]
    found = match_quality(image, codec, Match("bpp", min(max(bpp, low), high)), cancel=bench.signal)
    return CodecSetting(codec.name, found.quality)


def spectra_of(made: Scene, position: int, bench: Bench) -> Group:
    """Return the spectra (luminance) of one codec of a scene; its work is in the store."""
    setting = made.view.codecs[position]
    codec = bench.codecs[setting.codec]
    found = codec_spectra(
        [lambda: made.original], made.view.corruption, codec, setting, None, "luminance", bench.signal
    )
    return found.groups[0]


def inputs_of(view: View, original: LoadedImage, bench: Bench) -> Group:
    """Return the spectra (luminance) of what a view gives to its codecs."""
    return input_spectra([lambda: original], view.corruption, "luminance", bench.signal).groups[0]


def rings_of(group: Group) -> Rings:
    """Return the narrow rings of a group's size."""
    return natural_rings(group.shape)


def by_ring(numerator: Float, denominator: Float, found: Rings) -> list[float]:
    """Return ∑ numerator / ∑ denominator over all cells of each of `RINGS`; NaN where a ring is empty.

    Args:
        numerator, denominator: (num_rings,) means over narrow rings, NaN for an empty one.
        found: the narrow rings; one belongs to the ring that its mean frequency lies in. The first is left out: it
            holds the mean brightness, beside whose power nothing else would count.
    """
    place = np.searchsorted(np.array(EDGES) * NYQUIST, np.nan_to_num(found.frequency), side="right")
    ratios = []
    for ring in range(len(RINGS)):
        inside = (place == ring) & (found.count > 0)
        inside[0] = False
        below = float((denominator[inside] * found.count[inside]).sum())
        above = float((numerator[inside] * found.count[inside]).sum())
        ratios.append(above / below if below > 0 else float("nan"))
    return ratios


def gains(group: Group) -> list[float]:
    """Return the gain over each of `RINGS`: 1 = kept, 0 = removed."""
    if group.transfer is None:
        return [float("nan")] * len(RINGS)
    return by_ring(group.transfer.kept, group.transfer.given, rings_of(group))


def relative_errors(group: Group, kind: str, original: Float) -> list[float]:
    """Return the error's share of the original's power over each of `RINGS`.

    Args:
        group: of a codec.
        kind: "D", "G" or "R".
        original: centered spectrum of what the error is taken against.
    """
    found = rings_of(group)
    return by_ring(found.mean(group.power[kind]), found.mean(original), found)


def profile(name: str, subject: str, found: Rings, values: Float) -> Line:
    """Return a line over frequency, without the ring of the mean brightness and those of few cells in the corners."""
    enough = (found.count > 0) & ((np.nan_to_num(found.frequency) <= NYQUIST) | (found.count >= FEW_CELLS))
    shown = enough & np.isfinite(values)
    shown[0] = False
    return Line(name, subject, found.frequency[shown].tolist(), values[shown].tolist())


def numbered(prefix: str, values: Sequence[float]) -> dict[str, float]:
    """Return one number a ring, named after it."""
    return {f"{prefix}_{ring}": value for ring, value in zip(RINGS, values, strict=True)}


def title_of(made: Scene, position: int, bench: Bench) -> str:
    """Return what a codec of a scene is called, with its quality."""
    setting = made.view.codecs[position]
    codec = bench.codecs[setting.codec]
    if codec.scale is None or setting.quality is None:
        return codec.title
    return f"{codec.title}, {codec.scale.label} {setting.quality:.3g}"


def gain_line(made: Scene, place: int, bench: Bench) -> Line:
    """Return the gain over frequency of one codec of a scene."""
    group = spectra_of(made, place, bench)
    values = group.transfer.gain() if group.transfer is not None else np.array([])
    return profile(title_of(made, place, bench), made.view.codecs[place].codec, rings_of(group), values)


def gain_chart(title: str, lines: Sequence[Line]) -> Chart:
    """Return a chart of gains; of a ring with few cells the gain may be any number."""
    return Chart("profile", title, GAIN_TITLE, tuple(lines), reach=(-0.15, 1.2))


def decibel(numerator: float, denominator: float) -> float:
    """Return 10 · log10 of a ratio; NaN where it has none."""
    return 10 * math.log10(numerator / denominator) if numerator > 0 and denominator > 0 else math.nan
