"""The numbers behind the three claims, measured: a neural codec and JPEG 2000 on pictures, clean and corrupted."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nicviz.analysis.claims import GROUPS, Agreement, Agreements, Comparison
from nicviz.codecs import Codec
from nicviz.corruptions import CORRUPTIONS
from nicviz.errors import NicvizError
from nicviz.images import LoadedImage
from nicviz.run.place import next_step
from nicviz.run.work import Signal
from nicviz.store import Store
from nicviz.tasks.compress import corrupted
from nicviz.tasks.match import Matched, match_quality, quality_of
from nicviz.tasks.measure import measure, task_of
from nicviz.tasks.settings import MATCH_RANGE, CorruptionSetting, Match
from nicviz.tasks.task import Kind, Trial


@dataclass(frozen=True)
class Test:
    """What a neural codec is set against, and the severity and seed of the 15 corruptions of the paper's groups."""

    reference: Codec
    severity: int
    seed: int = 0


def agreement(
    original: LoadedImage,
    codec: Codec,
    quality: float | None,
    test: Test,
    signal: Signal,
    store: Store | None = None,
    share: tuple[float, float] = (0.0, 1.0),
) -> Agreement:
    """Return the numbers behind the three claims for one neural codec at one quality.

    Args:
        original: the clean picture.
        codec, quality: the neural codec, with its native quality.
        test: what it is set against, and how the pictures are corrupted.
        signal: cancels, and takes the progress.
        store: None for the default one.
        share: of the whole work where this begins and ends.

    Raises:
        NicvizError: an exact or otherwise unmatchable reconstruction, or a picture that the corruptions refuse.
    """
    entries = [entry for entry in CORRUPTIONS.values() if entry.group in GROUPS]
    corruptions = [CorruptionSetting(entry.name, test.severity, test.seed) for entry in entries]
    return under(original, codec, quality, test, corruptions, signal, store, share)


def under(
    original: LoadedImage,
    codec: Codec,
    quality: float | None,
    test: Test,
    corruptions: Sequence[CorruptionSetting],
    signal: Signal,
    store: Store | None = None,
    share: tuple[float, float] = (0.0, 1.0),
) -> Agreement:
    """Return what `agreement` does, under some corruptions of the paper's groups alone; a group may have none then."""
    reference = test.reference
    clean = _clean(original, codec, codec.quality(quality), signal, store)
    psnr = clean.figures["psnr_db"]
    if psnr is None or not 10 <= psnr <= 60:
        setting = codec.setting(quality)
        raise NicvizError(f"{setting} reaches {psnr} dB on this picture; JPEG 2000 is matched from 10 to 60 dB.")
    matched = match_quality(original, reference, Match("psnr", psnr), cancel=signal, store=store)
    kept = _clean(original, reference, matched.quality, signal, store)
    equal = _at_rate(original, clean.bpp, reference, signal, store)
    beside = _clean(original, reference, equal.quality, signal, store)
    at_setting, at_rate = _Found(), _Found(equal.mismatch)
    for number, corruption in enumerate(corruptions):
        next_step(signal)
        signal.progress = share[0] + (share[1] - share[0]) * number / len(corruptions)
        kind: Kind = "R" if CORRUPTIONS[corruption.name].group == "high" else "G"
        ours = _corrupted(original, corruption, codec, clean.quality, signal, store)
        theirs = _corrupted(original, corruption, reference, kept.quality, signal, store)
        at_setting.add(corruption.name, kind, ours, theirs)
        given = corrupted(original, corruption, store)
        equal = _at_rate(given, ours.bpp, reference, signal, store)
        theirs = _corrupted(original, corruption, reference, equal.quality, signal, store)
        at_rate.add(corruption.name, kind, ours, theirs, equal.mismatch)
    tilt = _tilt(clean)
    return Agreement(
        psnr,
        test.severity,
        Comparison("setting", matched.value - psnr, tilt, _tilt(kept), **at_setting.values),
        Comparison("rate", at_rate.mismatch, tilt, _tilt(beside), **at_rate.values),
    )


def agreements(
    loads: Sequence[Callable[[], LoadedImage]],
    codec: Codec,
    quality: float | None,
    match: Match | None,
    test: Test,
    signal: Signal,
    store: Store | None = None,
) -> Agreements:
    """Return the numbers behind the claims for one neural codec over pictures; pictures without numbers are told.

    Args:
        loads: read the clean pictures.
        codec, quality: the neural codec, with its native quality, where there is no match.
        match: what the neural codec is set to on each clean picture.
        test, signal, store: as of `agreement`.

    Raises:
        NicvizError: no picture has numbers; it says why of the first.
    """
    found, names, problems = [], [], []
    for number, load in enumerate(loads):
        share = number / len(loads), (number + 1) / len(loads)
        try:
            original = load()
            setting = quality_of(original, codec, quality, match, cancel=signal)
            found.append(agreement(original, codec, setting, test, signal, store, share))
        except NicvizError as error:
            problems.append(str(error))
        else:
            names.append(original.name)
    if not found:
        raise NicvizError(problems[0] if problems else "There are no pictures.")
    return Agreements(tuple(found), tuple(names), tuple(problems))


class _Found:
    """What is found under one condition, corruption after corruption."""

    def __init__(self, mismatch: float = 0.0) -> None:
        self.mismatch = mismatch
        self.values: dict[str, dict[str, float]] = {"generalization": {}, "denoising": {}, "rate_ratio": {}}

    def add(self, name: str, kind: Kind, ours: Trial, theirs: Trial, mismatch: float = 0.0) -> None:
        advantages = self.values["denoising" if kind == "R" else "generalization"]
        advantages[name] = _decibel(_energy(theirs, kind), _energy(ours, kind))
        self.values["rate_ratio"][name] = ours.bpp / theirs.bpp
        self.mismatch = max(self.mismatch, mismatch, key=abs)


def _at_rate(image: LoadedImage, bpp: float, reference: Codec, signal: Signal, store: Store | None) -> Matched:
    low, high = MATCH_RANGE["bpp"]
    return match_quality(image, reference, Match("bpp", min(max(bpp, low), high)), cancel=signal, store=store)


def _clean(original: LoadedImage, codec: Codec, quality: float, signal: Signal, store: Store | None) -> Trial:
    task = task_of(original, None, codec, quality, exact=False, metrics=("psnr_db",), bands="luminance")
    return measure(task, original, codec=codec, cancel=signal, store=store)


def _corrupted(
    original: LoadedImage, corruption: CorruptionSetting, codec: Codec, quality: float, signal: Signal,
    store: Store | None,
) -> Trial:  # fmt: skip
    task = task_of(original, corruption, codec, quality, exact=False, metrics=(), bands="luminance")
    return measure(task, original, codec=codec, cancel=signal, store=store)


def _energy(trial: Trial, kind: Kind) -> float:
    """Return the mean square of an error in luminance."""
    return (trial.bands or {})[kind].total


def _tilt(clean: Trial) -> float:
    bands = (clean.bands or {})["D"].bands()
    return _decibel(bands["high"].density or 0.0, bands["low"].density or 0.0)


def _decibel(numerator: float, denominator: float) -> float:
    if numerator <= 0 or denominator <= 0:
        raise NicvizError("A codec returns this picture without an error in luminance: there is no ratio to take.")
    return 10 * math.log10(numerator / denominator)
