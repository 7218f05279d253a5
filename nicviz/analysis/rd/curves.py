"""Rate–distortion curves: means of trials over pictures.

A point on an axis is the mean of rate and quality over the *same* pictures: those that have a finite value there. A
picture of 100 pixels has no MS-SSIM, and one that is reproduced exactly has an infinite PSNR; its rate must not stay in
the mean that its quality has left.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean, median, stdev

from nicviz.metrics import Against, Axis
from nicviz.tasks.settings import CorruptionSetting
from nicviz.tasks.task import Trial


@dataclass(frozen=True)
class Mean:
    """A mean over pictures.

    Args:
        value: None if no picture has a finite one.
        bpp: mean rate of the same pictures; None if there is none.
        error: standard error of the mean; None for fewer than two pictures.
        num_images: how many pictures it is over.
        infinite: how many pictures have an infinite value (an exact reconstruction) and are left out.
        left_out: names of the pictures without a finite value.
    """

    value: float | None
    bpp: float | None = None
    error: float | None = None
    num_images: int = 0
    infinite: int = 0
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class CurvePoint:
    """A point of a curve: means over pictures at one native quality.

    Args:
        bpp: mean over all pictures; `rate` gives that of the pictures behind one axis.
        num_images: all pictures.
        encode_seconds, decode_seconds: means over pictures; those per megapixel are medians, which a busy machine moves
            less.
    """

    codec: str
    quality: float
    bpp: float
    num_images: int
    estimated: bool
    figures: Mapping[str, Mean]
    encode_seconds: float | None = None
    decode_seconds: float | None = None
    encode_per_megapixel: float | None = None
    decode_per_megapixel: float | None = None

    def mean(self, axis: Axis, against: Against = "input") -> Mean:
        """Return the mean behind an axis."""
        return self.figures.get(axis.name(against), Mean(None))

    def on(self, axis: Axis, against: Against = "input") -> float | None:
        """Return the mean on an axis; in dB it is that of the mean MS-SSIM, as is usual."""
        return axis.of(self.mean(axis, against).value)

    def rate(self, axis: Axis, against: Against = "input") -> float:
        """Return the mean rate of the pictures that the mean on an axis is over; of all where there is none."""
        bpp = self.mean(axis, against).bpp
        return self.bpp if bpp is None else bpp

    def band(self, axis: Axis, against: Against = "input") -> tuple[float, float] | None:
        """Return the mean minus and plus one standard error on an axis, or None."""
        mean = self.mean(axis, against)
        if mean.value is None or mean.error is None:
            return None
        low, high = axis.of(mean.value - mean.error), axis.of(mean.value + mean.error)
        return None if low is None or high is None or math.isinf(high) else (low, high)


def mean_of(figure: str, group: Sequence[Trial]) -> Mean:
    """Return the mean of a figure, and of the rate, over the pictures that have a finite one."""
    pairs = [(trial, trial.figures[figure]) for trial in group]
    finite = [(trial, value) for trial, value in pairs if value is not None and math.isfinite(value)]
    values = [value for _, value in finite]
    return Mean(
        value=fmean(values) if values else None,
        bpp=fmean(trial.bpp for trial, _ in finite) if values else None,
        error=stdev(values) / math.sqrt(len(values)) if len(values) > 1 else None,
        num_images=len(values),
        infinite=sum(value is not None and math.isinf(value) for _, value in pairs),
        left_out=tuple(trial.picture.name for trial, value in pairs if value is None or not math.isfinite(value)),
    )


def by_quality(trials: Iterable[Trial]) -> dict[float, list[Trial]]:
    """Return the trials of one codec by native quality, in the order of their first appearance."""
    groups: dict[float, list[Trial]] = {}
    for trial in trials:
        groups.setdefault(trial.quality, []).append(trial)
    return groups


def of_codec(trials: Iterable[Trial], codec: str) -> list[Trial]:
    """Return the trials of one codec."""
    return [trial for trial in trials if trial.codec == codec]


def under(corruption: CorruptionSetting | None, trials: Iterable[Trial]) -> list[Trial]:
    """Return the trials under one corruption, or on the clean pictures."""
    return [trial for trial in trials if trial.corruption == corruption]


def on_pictures(trials: Iterable[Trial], digests: Iterable[str]) -> list[Trial]:
    """Return the trials on some pictures."""
    wanted = set(digests)
    return [trial for trial in trials if trial.picture.sha256 in wanted]


def complete_pictures(trials: Iterable[Trial]) -> dict[str, str]:
    """Return content hash to name of the pictures that have all qualities of one codec's trials."""
    groups = [{trial.picture.sha256: trial.picture.name for trial in group} for group in by_quality(trials).values()]
    first = groups[0] if groups else {}
    return {digest: name for digest, name in first.items() if all(digest in group for group in groups)}


def complete(trials: Sequence[Trial]) -> list[Trial]:
    """Return the trials of one codec on pictures that have all of its qualities.

    A mean over other pictures at each quality would zigzag while trials come in, and where some have failed. As long
    as no picture is complete, all trials are returned.
    """
    common = complete_pictures(trials)
    return on_pictures(trials, common) if common else list(trials)


@dataclass(frozen=True)
class Shared:
    """The trials of several codecs, of which all curves are drawn.

    Args:
        trials: those to draw.
        num_images: pictures that all codecs are complete on; 0 as long as there is none.
        left_out: by codec, names of pictures that it is not complete on and others are.
    """

    trials: list[Trial]
    num_images: int
    left_out: dict[str, tuple[str, ...]] = field(default_factory=dict)


def shared(trials: Sequence[Trial], codecs: Iterable[str]) -> Shared:
    """Return the trials on the pictures that all codecs with a trial are complete on.

    Curves that grow would else be means over other pictures each, and cross where they never do. As long as there is
    no such picture, all trials are returned.
    """
    mine = {codec: of_codec(trials, codec) for codec in codecs}
    pictures = {codec: complete_pictures(own) for codec, own in mine.items() if own}
    everywhere = {digest: name for names in pictures.values() for digest, name in names.items()}
    common = [digest for digest in everywhere if all(digest in names for names in pictures.values())]
    left_out = {
        codec: tuple(name for digest, name in everywhere.items() if digest not in names)
        for codec, names in pictures.items()
    }
    return Shared(
        on_pictures(trials, common) if common else list(trials),
        len(common),
        {codec: names for codec, names in left_out.items() if names},
    )


def mean_curve(trials: Sequence[Trial]) -> list[CurvePoint]:
    """Return the curve of one codec under one condition, by rising rate: means over the pictures that are complete."""
    return sorted((_mean_point(group) for group in by_quality(complete(trials)).values()), key=lambda p: p.bpp)


def mean_curves(trials: Sequence[Trial], names: Iterable[str]) -> dict[str, list[CurvePoint]]:
    """Return the curve of each codec that has a trial, in the order of `names`."""
    curves = {name: mean_curve(of_codec(trials, name)) for name in names}
    return {name: curve for name, curve in curves.items() if curve}


def uneven(curve: Sequence[CurvePoint], axis: Axis, against: Against = "input") -> tuple[str, ...]:
    """Return the names of the pictures that are behind some points of a curve on an axis, and not behind others."""
    left_out = [set(point.mean(axis, against).left_out) for point in curve if point.on(axis, against) is not None]
    some = {name for names in left_out for name in names}
    return tuple(sorted(name for name in some if not all(name in names for names in left_out)))


def _mean_point(group: Sequence[Trial]) -> CurvePoint:
    first = group[0]
    return CurvePoint(
        codec=first.codec,
        quality=first.quality,
        bpp=fmean(trial.bpp for trial in group),
        num_images=len(group),
        estimated=any(trial.estimated for trial in group),
        figures={name: mean_of(name, group) for name in first.figures},
        encode_seconds=_mean([trial.encode_seconds for trial in group]),
        decode_seconds=_mean([trial.decode_seconds for trial in group]),
        encode_per_megapixel=_median_per_megapixel([(t.encode_seconds, t) for t in group]),
        decode_per_megapixel=_median_per_megapixel([(t.decode_seconds, t) for t in group]),
    )


def _mean(values: Iterable[float | None]) -> float | None:
    given = [value for value in values if value is not None]
    return fmean(given) if given else None


def _median_per_megapixel(seconds: Iterable[tuple[float | None, Trial]]) -> float | None:
    given = [value / trial.picture.megapixels for value, trial in seconds if value is not None]
    return median(given) if given else None
