"""The native quality at which a codec reaches a rate or a PSNR."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nicviz.codecs import Codec, Placement
from nicviz.errors import WeightsError
from nicviz.images import LoadedImage
from nicviz.metrics import METRICS
from nicviz.rate import bits_per_pixel
from nicviz.run import place
from nicviz.run.place import Cancel, check
from nicviz.store import Store, kept
from nicviz.tasks.compress import compress, is_estimated
from nicviz.tasks.measure import measure, task_of
from nicviz.tasks.settings import Match, MatchMetric

BPP_TOLERANCE = 0.01  # relative
PSNR_TOLERANCE = 0.05  # dB
MAX_TRIALS = 12
MAX_AIMS = 2
MAX_PROGRAM_TRIALS = 5  # each may take many seconds
_LADDERS = {"bpp": (0.1, 2.0), "psnr": (27.0, 41.0)}  # about what a ladder's ends reach on a photograph
_METHOD = 2  # counted up when the search finds other qualities


def tolerance(metric: MatchMetric) -> float:
    """Return how far off a match may be: a share of the rate, or dB."""
    return BPP_TOLERANCE if metric == "bpp" else PSNR_TOLERANCE


def mismatch_text(metric: MatchMetric, mismatch: float) -> str:
    """Return how far off a match is, as it is told: a share of the rate, or dB."""
    return f"{mismatch:+.1%}" if metric == "bpp" else f"{mismatch:+.2f} dB"


@dataclass(frozen=True)
class Matched:
    """What a search found.

    Args:
        quality: native quality that comes nearest.
        value: bpp or PSNR (dB) reached; infinite for an exact reconstruction.
        mismatch: value − target in dB for PSNR, value / target − 1 for bpp.
        within: whether the mismatch is within 0.05 dB or 1 %.
    """

    quality: float
    value: float
    mismatch: float
    within: bool

    @classmethod
    def of(cls, match: Match, quality: float, value: float) -> "Matched":
        """Return what it means for a match that a quality reaches a value."""
        mismatch = value / match.value - 1 if match.metric == "bpp" else value - match.value
        return cls(quality, value, mismatch, within=abs(mismatch) <= tolerance(match.metric))


def match_quality(
    image: LoadedImage, codec: Codec, match: Match, *, cancel: Cancel = None, store: Store | None = None
) -> Matched:
    """Return the native quality nearest to the target on this (clean) image.

    The search brackets the target between neighboring rungs of the codec's ladder (or the ends of its scale) and
    narrows the bracket by interpolation; quality to rate is taken as monotone. A codec without a scale has one point.
    A codec that is told its rate is told the target first, which mostly is enough. A program is tried five times at
    most, and what it made each time is kept.
    """
    versions = _versions(codec)
    record = kept(
        "match",
        {"image": image.sha256, "codec": codec.name, "target": str(match)},
        {"match": _METHOD, "rungs": versions},
        lambda: {"record": _search(image, codec, match, list(versions), cancel, store)},
        store,
    )["record"]
    return Matched.of(match, record["quality"], math.inf if record["value"] is None else record["value"])


def quality_of(
    image: LoadedImage, codec: Codec, quality: float | None, match: Match | None, *, cancel: Cancel = None
) -> float:
    """Return the native quality that a codec is set to, or that a match finds on the (clean) image."""
    return codec.quality(quality) if match is None else match_quality(image, codec, match, cancel=cancel).quality


def _versions(codec: Codec) -> dict[str, dict[str, str]]:
    """Return what each rung of the ladder depends on, by its setting; rungs whose weights are missing are left out.

    Raises:
        WeightsError: no rung has its weights.
    """
    qualities = codec.ladder or (codec.quality(None),)
    found, missing = {}, None
    for quality in qualities:
        try:
            found[f"{quality:.6g}"] = dict(codec.versions(quality))
        except WeightsError as error:
            missing = error
    if not found and missing is not None:
        raise missing
    return found


def _search(
    image: LoadedImage, codec: Codec, match: Match, present: list[str], cancel: Cancel, store: Store | None
) -> dict[str, float | None]:
    trials = _aim(image, codec, match, cancel, store)

    def distance(quality: float) -> float:
        """Signed distance to the target in units of the tolerance; more rate is more."""
        if quality not in trials:
            check(cancel)
            trials[quality] = _reach(image, codec, quality, match, cancel, store)
        return _distance(trials[quality], match)

    scale = codec.scale
    if scale is None:
        distance(codec.quality(None))
    else:
        rungs = [quality for quality in codec.ladder if f"{quality:.6g}" in present]
        if len(rungs) == len(codec.ladder):
            low, high = (scale.low, scale.high) if scale.higher_is_better else (scale.high, scale.low)
            search = _follow if codec.placement is Placement.PROGRAM else _narrow
            search(distance, codec, [low, *rungs, high], trials, match)
        else:  # with some weights missing, what lies between the rungs may be missing too
            for quality in rungs:
                distance(quality)
    best = min(trials, key=lambda quality: abs(_distance(trials[quality], match)))
    return {"quality": best, "value": trials[best] if math.isfinite(trials[best]) else None}


def _aim(image: LoadedImage, codec: Codec, match: Match, cancel: Cancel, store: Store | None) -> dict[float, float]:
    """Return what a codec that is told its rate makes of the target, and of one moved by what it was off, by quality.

    The bitstreams are stored with their reconstructions: the first most often is the one that was looked for.
    """
    trials: dict[float, float] = {}
    if match.metric != "bpp" or codec.quality_at is None or codec.scale is None:
        return trials
    asked = match.value
    for _ in range(MAX_AIMS):
        quality = codec.quality(min(max(codec.quality_at(asked), codec.scale.low), codec.scale.high))
        trials[quality] = compress(image, codec, quality, cancel=cancel, store=store).bpp
        if abs(_distance(trials[quality], match)) <= 1:
            break
        asked *= match.value / trials[quality]
    return trials


def _follow(
    distance: Callable[[float], float], codec: Codec, rungs: list[float], trials: dict[float, float], match: Match
) -> None:
    """Evaluate few qualities: along a ladder the PSNR and the logarithm of the rate are nearly straight lines.

    The first one supposes what ladders reach, the second its slope; from then on the line through the nearest two leads
    to the next, until it leads to one that is known.
    """
    places = np.arange(len(rungs), dtype=float)
    if len(rungs) > 3:  # beyond the ladder's ends a step is as long as beside them
        places[0] = 1 - (rungs[1] - rungs[0]) / (rungs[2] - rungs[1])
        places[-1] = places[-2] + (rungs[-1] - rungs[-2]) / (rungs[-2] - rungs[-3])
    order = slice(None, None, 1 if rungs[0] < rungs[-1] else -1)
    worst, best = (_distance(value, match) for value in _LADDERS[match.metric])
    slope = (best - worst) / max(len(rungs) - 3, 1)
    place, known = 1 - worst / slope, list[tuple[float, float]]()
    while len(trials) < MAX_PROGRAM_TRIALS:
        quality = codec.quality(float(np.interp(place, places, rungs)))
        if quality in trials:
            quality = _beside(codec, quality, distance(quality), rungs)
        if quality in trials or abs(distance(quality)) <= 1:
            return
        known.append((float(np.interp(quality, rungs[order], places[order])), distance(quality)))
        place = _crossing(known, slope)


def _beside(codec: Codec, quality: float, distance: float, rungs: list[float]) -> float:
    """Return the next quality on the other side of the target, which may be nearer; the same where there is none."""
    scale = codec.scale
    if scale is None or not scale.step:
        return quality
    better = scale.step if rungs[0] < rungs[-1] else -scale.step
    return min(max(quality + (-better if distance > 0 else better), scale.low), scale.high)


def _crossing(known: list[tuple[float, float]], slope: float) -> float:
    """Return where the line through the two points nearest to zero crosses it; one on either side where there is.

    Args:
        known: (place, distance).
        slope: about what is to be expected.
    """
    known = sorted(known, key=lambda point: abs(point[1]))
    (place, distance), others = known[0], known[1:]
    others = [point for point in others if point[1] * distance < 0] or others
    if others:
        found = (others[0][1] - distance) / ((others[0][0] - place) or 1)
        slope = min(max(found, slope / 4), 4 * slope)
    return place - distance / slope


def _narrow(
    distance: Callable[[float], float], codec: Codec, rungs: list[float], trials: dict[float, float], match: Match
) -> None:
    """Evaluate qualities around the target until one is within the tolerance or the bracket cannot be split."""
    del match
    low, high = _bracket(distance, codec, rungs, trials)
    while len(trials) < MAX_TRIALS and min(abs(distance(low)), abs(distance(high))) > 1:
        quality = _between(codec, low, high, distance(low), distance(high))
        if quality in (low, high):
            return
        low, high = (low, quality) if distance(quality) > 0 else (quality, high)


def _bracket(
    distance: Callable[[float], float], codec: Codec, rungs: list[float], trials: dict[float, float]
) -> tuple[float, float]:
    """Return qualities below and above the target: tried ones, else neighboring rungs or ends of the scale."""
    met = next((quality for quality in trials if abs(distance(quality)) <= 1), None)
    if met is not None:
        return met, met
    below = max((quality for quality in trials if distance(quality) <= 0), key=distance, default=None)
    above = min((quality for quality in trials if distance(quality) > 0), key=distance, default=None)
    if below is not None and above is not None:
        return below, above
    first, last = 1, len(rungs) - 2  # the ladder; the ends of the scale only where the ladder does not reach
    if distance(rungs[first]) > 0:
        first, last = 0, first
    elif distance(rungs[last]) < 0:
        first, last = last, len(rungs) - 1
    stepped = codec.scale is not None and codec.scale.step > 0
    while stepped and last - first > 1:  # a continuous scale is met sooner by interpolation over the whole ladder
        middle = (first + last) // 2
        first, last = (first, middle) if distance(rungs[middle]) > 0 else (middle, last)
    return rungs[first], rungs[last]


def _between(codec: Codec, low: float, high: float, below: float, above: float) -> float:
    """Return the quality between two where a straight line meets the target, kept off the ends so that both move."""
    share = 0.5 if below >= 0 or above <= 0 else min(max(-below / (above - below), 0.1), 0.9)
    if min(low, high) > 0:  # rates go with the logarithm of ratios and distances
        middle = math.exp(math.log(low) + share * (math.log(high) - math.log(low)))
    else:
        middle = low + share * (high - low)
    middle = codec.quality(middle)
    step = codec.scale.step if codec.scale else 0
    if step and middle in (low, high) and abs(high - low) > 1.5 * step:
        middle = codec.quality(middle + math.copysign(step, (high if middle == low else low) - middle))
    return middle


def _distance(value: float, match: Match) -> float:
    if match.metric == "bpp":
        return math.log(value / match.value) / math.log1p(BPP_TOLERANCE)
    return (value - match.value) / PSNR_TOLERANCE


def _reach(
    image: LoadedImage, codec: Codec, quality: float, match: Match, cancel: Cancel, store: Store | None
) -> float:
    """Return the rate or the PSNR that a quality gives; what was tried is kept."""
    if codec.placement is Placement.PROGRAM or codec.progression:  # whole, as one of the trials was looked for
        done = compress(image, codec, quality, cancel=cancel, store=store)
        psnr = METRICS["psnr_db"].compute
        return done.bpp if match.metric == "bpp" else float(psnr(image.pixels, done.pixels()) or 0.0)
    if match.metric == "psnr" or is_estimated(codec, exact=False):
        task = task_of(image, None, codec, quality, exact=False, metrics=("psnr_db",))
        trial = measure(task, image, codec=codec, cancel=cancel, store=store)
        return trial.bpp if match.metric == "bpp" else float(trial.figures["psnr_db"] or 0.0)
    return float(
        kept(
            "rate",
            {"image": image.sha256, "codec": codec.name, "quality": quality},
            codec.versions(quality),
            lambda: {
                "bpp": bits_per_pixel(len(place.encode(image.pixels, codec, quality, cancel)), image.pixels.shape)
            },
            store,
        )["bpp"]
    )
