"""One corruption at all five severities through one codec: rate and errors per band."""

from dataclasses import dataclass, replace

from nicviz.analysis.compare import compare_codec
from nicviz.analysis.spectra.errors import Kind, error_spectra
from nicviz.codecs import Codec
from nicviz.images import LoadedImage
from nicviz.run.jobs import Signal
from nicviz.spectra.bands import FineBands, fine_bands
from nicviz.spectra.power import Channel
from nicviz.tasks.compress import check, corrupted
from nicviz.tasks.settings import CodecSetting, CorruptionSetting, Match

SEVERITIES = (1, 2, 3, 4, 5)


@dataclass(frozen=True)
class SeverityPoint:
    """One codec at one severity: its rate, and the error against its input (G) and against the original (R)."""

    severity: int
    bpp: float
    estimated: bool
    errors: dict[Kind, FineBands]


def severity_strip(
    original: LoadedImage,
    corruption: CorruptionSetting,
    codec: Codec,
    setting: CodecSetting,
    match: Match | None,
    channel: Channel,
    signal: Signal,
) -> tuple[SeverityPoint, ...]:
    """Return a point for each of the five severities; the codec's quality is the same at all of them."""
    points = []
    for severity in SEVERITIES:
        check(signal)
        source = corrupted(original, replace(corruption, severity=severity))
        compared = compare_codec(original, source, codec, setting.quality, match, exact=False, cancel=signal)
        done = compared.compression
        planes = error_spectra(original.pixels, source.pixels, done.pixels(), None, channel)
        errors = {kind: fine_bands(plane) for kind, plane in planes.items()}
        points.append(SeverityPoint(severity, done.bpp, done.bitstream is None, errors))
        signal.progress = severity / len(SEVERITIES)
    return tuple(points)
