"""Rate–distortion curves: means of points over pictures, and Bjøntegaard's deltas between codecs."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median, stdev
from typing import Literal

from nicviz.analysis.compare import clean_name
from nicviz.analysis.rd.bd_rate import Curve, Delta, Method, bd_metric, bd_rate
from nicviz.analysis.rd.points import RDPoint

Against = Literal["input", "original"]


@dataclass(frozen=True)
class Axis:
    """A quality that rate is plotted against.

    Args:
        key: as in JSON.
        title, unit: for people; `unit` may be empty.
        figure: the metric that it is made of; in dB, −10 log10(1 − figure).
        higher_is_better: direction.
        digits: after the point.
    """

    key: str
    title: str
    unit: str
    figure: str
    higher_is_better: bool = True
    digits: int = 2

    @property
    def label(self) -> str:
        """Title with unit, for an axis of a plot."""
        return f"{self.title} ({self.unit})" if self.unit else self.title

    def of(self, figure: float | None) -> float | None:
        """Return the value on this axis of a metric's value."""
        if figure is None or self.key == self.figure:
            return figure
        return -10 * math.log10(1 - figure) if figure < 1 else math.inf

    def name(self, against: Against) -> str:
        """Return the figure's name in `RDPoint.figures`."""
        return self.figure if against == "input" else clean_name(self.figure)

    def upward(self, value: float | None) -> float:
        """Return a value turned so that higher is better; NaN for none."""
        return math.nan if value is None else value if self.higher_is_better else -value


AXES = {
    axis.key: axis
    for axis in (
        Axis("psnr_db", "PSNR", "dB", "psnr_db"),
        Axis("ms_ssim", "MS-SSIM", "", "ms_ssim", digits=4),
        Axis("ms_ssim_db", "MS-SSIM", "dB", "ms_ssim"),
        Axis("delta_e00", "ΔE00", "", "delta_e00", higher_is_better=False),
    )
}


@dataclass(frozen=True)
class Mean:
    """A mean over pictures.

    Args:
        value: None if no picture has a finite one.
        error: standard error of the mean; None for fewer than two pictures.
        infinite: how many pictures have an infinite value (an exact reconstruction) and are left out.
    """

    value: float | None
    error: float | None = None
    infinite: int = 0


@dataclass(frozen=True)
class CurvePoint:
    """A point of a curve: means over pictures at one native quality.

    Seconds are means over pictures; those per megapixel are medians, which a busy machine moves less.
    """

    codec: str
    quality: float
    bpp: float
    num_images: int
    estimated: bool
    figures: Mapping[str, Mean]
    encode_seconds: float | None
    decode_seconds: float | None
    encode_per_megapixel: float | None
    decode_per_megapixel: float | None

    def on(self, axis: Axis, against: Against = "input") -> float | None:
        """Return the mean on an axis; in dB it is that of the mean MS-SSIM, as is usual."""
        mean = self.figures.get(axis.name(against))
        return axis.of(mean.value) if mean else None

    def band(self, axis: Axis, against: Against = "input") -> tuple[float, float] | None:
        """Return the mean minus and plus one standard error on an axis, or None."""
        mean = self.figures.get(axis.name(against))
        if mean is None or mean.value is None or mean.error is None:
            return None
        low, high = axis.of(mean.value - mean.error), axis.of(mean.value + mean.error)
        return None if low is None or high is None or math.isinf(high) else (low, high)


def mean_of(values: Iterable[float | None]) -> Mean:
    """Return the mean of the finite values, with its standard error; infinite ones are counted."""
    given = [value for value in values if value is not None]
    finite = [value for value in given if math.isfinite(value)]
    error = stdev(finite) / math.sqrt(len(finite)) if len(finite) > 1 else None
    return Mean(fmean(finite) if finite else None, error, len(given) - len(finite))


def by_quality(points: Iterable[RDPoint]) -> dict[float, list[RDPoint]]:
    """Return the points of one codec by native quality, in the order of their first appearance."""
    groups: dict[float, list[RDPoint]] = {}
    for point in points:
        groups.setdefault(point.quality, []).append(point)
    return groups


def complete(points: Sequence[RDPoint]) -> list[RDPoint]:
    """Return the points of one codec on pictures that have all of its qualities.

    A mean over other pictures at each quality would zigzag while points come in, and where some have failed. As long
    as no picture is complete, all points are returned.
    """
    groups = by_quality(points)
    pictures = [{point.sha256 for point in group} for group in groups.values()]
    common = set.intersection(*pictures) if pictures else set()
    return [point for point in points if point.sha256 in common] if common else list(points)


def mean_curve(points: Sequence[RDPoint]) -> list[CurvePoint]:
    """Return the curve of one codec under one condition, by rising rate: means over the pictures that are complete."""
    return sorted((_mean_point(group) for group in by_quality(complete(points)).values()), key=lambda p: p.bpp)


def _mean_point(group: Sequence[RDPoint]) -> CurvePoint:
    def mean(values: list[float | None]) -> float | None:
        return mean_of(values).value

    first = group[0]
    encode, decode = [p.encode_seconds for p in group], [p.decode_seconds for p in group]
    return CurvePoint(
        codec=first.codec,
        quality=first.quality,
        bpp=fmean(point.bpp for point in group),
        num_images=len(group),
        estimated=any(point.estimated for point in group),
        figures={name: mean_of([point.figures[name] for point in group]) for name in first.figures},
        encode_seconds=mean(encode),
        decode_seconds=mean(decode),
        encode_per_megapixel=_median_per_megapixel(encode, group),
        decode_per_megapixel=_median_per_megapixel(decode, group),
    )


def _median_per_megapixel(seconds: Sequence[float | None], group: Sequence[RDPoint]) -> float | None:
    given = [value / point.megapixels for value, point in zip(seconds, group, strict=True) if value is not None]
    return median(given) if given else None


def of_codec(points: Iterable[RDPoint], codec: str) -> list[RDPoint]:
    """Return the points of one codec."""
    return [point for point in points if point.codec == codec]


@dataclass(frozen=True)
class PictureDelta:
    """Bjøntegaard's deltas on one picture; the metric's sign is as on the axis."""

    picture: str
    rate: Delta
    metric: Delta


@dataclass(frozen=True)
class Comparison:
    """A codec against an anchor on one axis.

    Args:
        rate, metric: deltas between the mean curves; metric in the unit of the axis, its sign as on the axis.
        pictures: the deltas of the single pictures that both codecs are complete on.
    """

    codec: str
    anchor: str
    axis: Axis
    method: Method
    rate: Delta
    metric: Delta
    pictures: tuple[PictureDelta, ...]

    @property
    def mean_rate(self) -> float | None:
        """Mean of the pictures' BD-rates, over those that have one, in percent."""
        return mean_of(row.rate.value for row in self.pictures).value

    @property
    def mean_metric(self) -> float | None:
        """Mean of the pictures' differences in quality, over those that have one."""
        return mean_of(row.metric.value for row in self.pictures).value

    @property
    def num_rates(self) -> int:
        """How many pictures have a BD-rate of their own."""
        return sum(row.rate.value is not None for row in self.pictures)


def compare(
    points: Sequence[RDPoint], codec: str, anchor: str, axis: Axis, against: Against = "input",
    method: Method = "pchip",
) -> Comparison:  # fmt: skip
    """Return how a codec compares with an anchor, over the pictures that both are complete on."""
    ours, theirs = complete(of_codec(points, codec)), complete(of_codec(points, anchor))
    pictures = {point.sha256: point.picture for point in theirs}
    both = pictures.keys() & {point.sha256 for point in ours}
    common = sorted(both, key=lambda digest: (pictures[digest], digest))
    ours = [point for point in ours if point.sha256 in common]
    theirs = [point for point in theirs if point.sha256 in common]

    def deltas(one: Curve, other: Curve) -> tuple[Delta, Delta]:
        metric = bd_metric(one, other, method)
        if metric.value is not None and not axis.higher_is_better:
            metric = Delta(-metric.value, metric.overlap, metric.note)
        return bd_rate(one, other, method), metric

    rows = [
        PictureDelta(pictures[digest], *deltas(*(_one(group, digest, axis, against) for group in (theirs, ours))))
        for digest in common
    ]
    means = deltas(*(_curve(mean_curve(group), axis, against) for group in (theirs, ours)))
    return Comparison(codec, anchor, axis, method, *means, tuple(rows))


def _curve(curve: Sequence[CurvePoint], axis: Axis, against: Against) -> Curve:
    return Curve([p.bpp for p in curve], [axis.upward(p.on(axis, against)) for p in curve])


def _one(points: Iterable[RDPoint], digest: str, axis: Axis, against: Against) -> Curve:
    # By quality: a picture may stand twice in a set.
    mine = {point.quality: point for point in points if point.sha256 == digest}.values()
    name = axis.name(against)
    return Curve([p.bpp for p in mine], [axis.upward(axis.of(p.figures.get(name))) for p in mine])
