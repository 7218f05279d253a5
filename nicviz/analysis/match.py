"""The native quality at which a codec reaches a rate or a PSNR."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from nicviz.codecs import Codec, NeuralCodec, Placement
from nicviz.errors import WeightsError
from nicviz.images import LoadedImage
from nicviz.metrics import METRICS
from nicviz.run.pool import workers_for
from nicviz.store import Store, default_store, key_of
from nicviz.tasks.compress import Cancel, check, compress, round_trip
from nicviz.tasks.settings import Match

BPP_TOLERANCE = 0.01  # relative
PSNR_TOLERANCE = 0.05  # dB
MAX_TRIALS = 12
MAX_AIMS = 2


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


def match_quality(
    image: LoadedImage, codec: Codec, match: Match, *, cancel: Cancel = None, store: Store | None = None
) -> Matched:
    """Return the native quality nearest to the target on this (clean) image.

    The search brackets the target between neighboring rungs of the codec's ladder (or the ends of its scale) and
    narrows the bracket by interpolation; quality to rate is taken as monotone. A codec without a scale has one point.
    A codec that is told its rate is told the target first, which mostly is enough.
    """
    store = store or default_store()
    versions = _versions(codec)
    key = key_of(kind="match", image=image.sha256, codec=codec.name, target=str(match), versions=versions)
    entry = store.get_or_compute(key, lambda: {"record": _search(image, codec, match, list(versions), cancel, store)})
    quality, value = entry["record"]["quality"], entry["record"]["value"]
    value = math.inf if value is None else value
    mismatch = value / match.value - 1 if match.metric == "bpp" else value - match.value
    limit = BPP_TOLERANCE if match.metric == "bpp" else PSNR_TOLERANCE
    return Matched(quality, value, mismatch, within=abs(mismatch) <= limit)


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
    image: LoadedImage, codec: Codec, match: Match, present: list[str], cancel: Cancel, store: Store
) -> dict[str, float | None]:
    trials = _aim(image, codec, match, cancel, store)

    def distance(quality: float) -> float:
        """Signed distance to the target in units of the tolerance; more rate is more."""
        if quality not in trials:
            check(cancel)
            trials[quality] = _reach(image, codec, quality, match, cancel)
        return _distance(trials[quality], match)

    scale = codec.scale
    if scale is None:
        distance(codec.quality(None))
    else:
        rungs = [quality for quality in codec.ladder if f"{quality:.6g}" in present]
        if len(rungs) == len(codec.ladder):
            low, high = (scale.low, scale.high) if scale.higher_is_better else (scale.high, scale.low)
            _narrow(distance, codec, [low, *rungs, high], trials)
        else:  # with some weights missing, what lies between the rungs may be missing too
            for quality in rungs:
                distance(quality)
    best = min(trials, key=lambda quality: abs(_distance(trials[quality], match)))
    return {"quality": best, "value": trials[best] if math.isfinite(trials[best]) else None}


def _aim(image: LoadedImage, codec: Codec, match: Match, cancel: Cancel, store: Store) -> dict[float, float]:
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


def _narrow(distance: Callable[[float], float], codec: Codec, rungs: list[float], trials: dict[float, float]) -> None:
    """Evaluate qualities around the target until one is within the tolerance or the bracket cannot be split."""
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


def _reach(image: LoadedImage, codec: Codec, quality: float, match: Match, cancel: Cancel) -> float:
    """Return the rate or the PSNR that a quality gives."""
    pixels = image.pixels
    area = pixels.shape[0] * pixels.shape[1]
    if isinstance(codec, NeuralCodec) and codec.estimate_first:
        estimate = codec.estimate(pixels, quality)
        if match.metric == "bpp":
            return estimate.bpp
        return float(METRICS["psnr_db"].compute(pixels, estimate.reconstruction) or 0.0)
    if match.metric == "bpp":
        if codec.placement is not Placement.HERE:
            return 8 * len(workers_for(codec).encode(codec, pixels, quality, cancel)) / area
        return 8 * len(codec.encode(pixels, quality)) / area
    done = round_trip(pixels, codec, quality, cancel)
    return float(METRICS["psnr_db"].compute(pixels, done.reconstruction) or 0.0)
