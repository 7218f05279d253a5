"""One codec against another: Bjøntegaard's deltas of mean curves and of single pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from statistics import fmean

from nicviz.analysis.rd.bd_rate import Curve, Delta, Method, bd_metric, bd_rate
from nicviz.analysis.rd.curves import CurvePoint, by_quality, complete_pictures, mean_curve, of_codec, on_pictures
from nicviz.analysis.rd.published import PublishedCurve
from nicviz.metrics import Against, Axis
from nicviz.tasks.task import Trial


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
        num_images: how many of these the mean curves are over: the same at all points of both.
        left_out: names of the others, which have no finite value on the axis at some quality of one of the codecs.
    """

    codec: str
    anchor: str
    axis: Axis
    method: Method
    rate: Delta
    metric: Delta
    pictures: tuple[PictureDelta, ...]
    num_images: int
    left_out: tuple[str, ...]

    @property
    def mean_rate(self) -> float | None:
        """Mean of the pictures' BD-rates, over those that have one, in percent."""
        return _mean([row.rate.value for row in self.pictures])

    @property
    def mean_metric(self) -> float | None:
        """Mean of the pictures' differences in quality, over those that have one."""
        return _mean([row.metric.value for row in self.pictures])

    @property
    def num_rates(self) -> int:
        """How many pictures have a BD-rate of their own."""
        return sum(row.rate.value is not None for row in self.pictures)


def compare(
    trials: Sequence[Trial], codec: str, anchor: str, axis: Axis, against: Against = "input",
    method: Method = "pchip",
) -> Comparison:  # fmt: skip
    """Return how a codec compares with an anchor, over the pictures that both are complete on.

    The mean curves of both are over the same pictures at every point: those with a finite value at all qualities at
    which any picture has one. Where there is no such picture, the qualities go at which a picture has none.
    """
    both = [of_codec(trials, anchor), of_codec(trials, codec)]
    theirs, ours = (complete_pictures(mine) for mine in both)
    names = {digest: name for digest, name in theirs.items() if digest in ours}
    common = sorted(names, key=lambda digest: (names[digest], digest))
    both = [on_pictures(mine, common) for mine in both]
    rows = [
        PictureDelta(names[digest], *_deltas(axis, method, *(_one(mine, digest, axis, against) for mine in both)))
        for digest in common
    ]  # fmt: skip
    kept, used = _same_pictures(both, common, axis.name(against))
    rate, metric = _deltas(axis, method, *(_curve(mean_curve(mine), axis, against) for mine in kept))
    left_out = tuple(names[digest] for digest in common if digest not in used)
    return Comparison(codec, anchor, axis, method, rate, metric, tuple(rows), len(used), left_out)


def compare_published(
    trials: Sequence[Trial], codec: str, anchor: PublishedCurve, num_images: int, axis: Axis,
    method: Method = "pchip",
) -> Comparison:  # fmt: skip
    """Return how a codec compares with a published curve: mean curves alone, and only over all of the set's pictures.

    Args:
        trials: of clean pictures.
        codec: the one that is compared.
        anchor: means over a set.
        num_images: of that set.
        axis, method: as of `compare`.
    """
    names = complete_pictures(of_codec(trials, codec))
    common = sorted(names, key=lambda digest: (names[digest], digest))
    (kept,), used = _same_pictures([on_pictures(of_codec(trials, codec), common)], common, axis.name("input"))
    theirs = Curve(list(anchor.figures["bpp"]), [axis.upward(value) for value in anchor.on(axis)])
    if len(used) == num_images:
        rate, metric = _deltas(axis, method, theirs, _curve(mean_curve(kept), axis, "input"))
    else:
        note = f"the published means are over all {num_images} pictures, and this codec has {len(used)} of them"
        rate = metric = Delta(None, 0.0, note)
    left_out = tuple(names[digest] for digest in common if digest not in used)
    return Comparison(codec, anchor.key, axis, method, rate, metric, (), len(used), left_out)


def _deltas(axis: Axis, method: Method, one: Curve, other: Curve) -> tuple[Delta, Delta]:
    metric = bd_metric(one, other, method)
    if metric.value is not None and not axis.higher_is_better:
        metric = Delta(-metric.value, metric.overlap, metric.note)
    return bd_rate(one, other, method), metric


def _same_pictures(
    both: Sequence[list[Trial]], common: Sequence[str], figure: str
) -> tuple[list[list[Trial]], list[str]]:
    """Return trials that have the same pictures at every quality of both codecs, all finite, and those pictures."""
    usable = [
        [trial for trial in mine if _finite(trial.figures.get(figure))] for mine in both
    ]  # a quality at which no picture has a value is gone with them
    everywhere = [complete_pictures(mine) for mine in usable]
    used = [digest for digest in common if all(digest in pictures for pictures in everywhere)]
    if used:
        return [on_pictures(mine, used) for mine in usable], used
    whole = [
        [
            trial
            for group in by_quality(mine).values()
            if len({t.picture.sha256 for t in group}) == len(common)
            for trial in group
        ]
        for mine in usable
    ]
    return whole, list(common) if all(whole) else []


def _curve(curve: Sequence[CurvePoint], axis: Axis, against: Against) -> Curve:
    return Curve([p.rate(axis, against) for p in curve], [axis.upward(p.on(axis, against)) for p in curve])


def _one(trials: Sequence[Trial], digest: str, axis: Axis, against: Against) -> Curve:
    # By quality: a picture may stand twice in a set.
    mine = {trial.quality: trial for trial in trials if trial.picture.sha256 == digest}.values()
    name = axis.name(against)
    return Curve([trial.bpp for trial in mine], [axis.upward(axis.of(trial.figures.get(name))) for trial in mine])


def _finite(value: float | None) -> bool:
    return value is not None and isfinite(value)


def _mean(values: Sequence[float | None]) -> float | None:
    given = [value for value in values if value is not None]
    return fmean(given) if given else None
