"""One corruption at all five severities through one codec: rate and errors per band."""

from dataclasses import replace

from nicviz.codecs import Codec
from nicviz.images import LoadedImage
from nicviz.run.place import check
from nicviz.run.work import Signal
from nicviz.spectra.power import Channel
from nicviz.tasks.match import quality_of
from nicviz.tasks.measure import measure, task_of
from nicviz.tasks.settings import CodecSetting, CorruptionSetting, Match
from nicviz.tasks.task import Trial

SEVERITIES = (1, 2, 3, 4, 5)


def severity_strip(
    original: LoadedImage,
    corruption: CorruptionSetting,
    codec: Codec,
    setting: CodecSetting,
    match: Match | None,
    channel: Channel,
    signal: Signal,
) -> tuple[Trial, ...]:
    """Return a trial with G and R by frequency for each severity; the codec's quality is the same at all of them."""
    quality = quality_of(original, codec, setting.quality, match, cancel=signal)
    trials = []
    for severity in SEVERITIES:
        check(signal)
        given = replace(corruption, severity=severity)
        task = task_of(original, given, codec, quality, exact=False, metrics=(), bands=channel)
        trials.append(measure(task, original, codec=codec, cancel=signal))
        signal.progress = severity / len(SEVERITIES)
    return tuple(trials)
