"""What the lesson on metrics measures: PSNR and MS-SSIM at an equal rate, and BD-rates with their overlap."""

import math
from collections.abc import Sequence

from nicviz.analysis.color.plane import difference_field
from nicviz.analysis.compare import measure_codec
from nicviz.analysis.rd.bd_rate import Curve, Delta, bd_rate
from nicviz.codecs import Codec
from nicviz.images import LoadedImage
from nicviz.lessons.base import Bench, Chart, Line, Measured
from nicviz.lessons.measure.color import NOTICEABLE
from nicviz.lessons.rules import Numbers
from nicviz.lessons.scene import Scene, scene
from nicviz.metrics import AXES
from nicviz.requests.view import View
from nicviz.run.place import check
from nicviz.tasks.measure import measure, task_of
from nicviz.tasks.task import Trial

PSNR, MS_SSIM = AXES["psnr_db"], AXES["ms_ssim_db"]
METRICS = ("psnr_db", "ms_ssim")
FEWEST = 4  # points that a BD-rate needs on each curve


def how_different(view: View, bench: Bench) -> Measured:
    """Return how far apart (mean ΔE00) two codecs' pictures are, and the share of pixels where that is noticeable."""
    made = scene(view, bench)
    first, second = (each.compression.pixels() for each in made.compared)
    apart = difference_field(first, second, "delta_e00")
    numbers = {
        "mismatch": made.mismatch, "bpp": made.compared[-1].compression.bpp,
        "apart": float(apart.mean(dtype="float64")), "moved": float((apart > NOTICEABLE).mean()),
    }  # fmt: skip
    return _of_scene(made, numbers, Chart())


def two_networks(view: View, bench: Bench) -> Measured:
    """Return PSNR and MS-SSIM (dB) of both codecs, at an equal rate, and by how much the second is ahead."""
    made = scene(view, bench)
    numbers: dict[str, float] = {"mismatch": made.mismatch, "bpp": made.compared[-1].compression.bpp}
    lines = []
    for name, each in zip(("first", "second"), made.compared, strict=True):
        codec = bench.codecs[each.compression.codec]
        figures = measure_codec(made.original, each, codec).figures
        numbers[f"{name}_psnr"] = _value(PSNR.of(figures["psnr_db"]))
        numbers[f"{name}_ms_ssim"] = _value(MS_SSIM.of(figures["ms_ssim"]))
        lines.append(Line(codec.title, codec.name, ("PSNR", "MS-SSIM"),
                          (numbers[f"{name}_psnr"], numbers[f"{name}_ms_ssim"])))  # fmt: skip
    for metric in ("psnr", "ms_ssim"):
        numbers[metric] = numbers[f"second_{metric}"] - numbers[f"first_{metric}"]
    chart = Chart("bars", "Both metrics, in decibels, higher is better.", "dB", tuple(lines))
    return _of_scene(made, numbers, chart)


def bd_in_psnr(view: View, bench: Bench) -> Measured:
    """Return the BD-rate (percent) of the last codec against the first in PSNR, and the overlap of the curves."""
    return _bd(view, bench, ("psnr",))


def bd_in_both(view: View, bench: Bench) -> Measured:
    """Return the BD-rates (percent) in PSNR and in MS-SSIM, and by how much the second is higher."""
    return _bd(view, bench, ("psnr", "ms_ssim"))


def _bd(view: View, bench: Bench, metrics: Sequence[str]) -> Measured:
    original = view.image.load()
    trials = _ladders(view, bench, original)
    numbers: dict[str, float] = {}
    for metric in metrics:
        found = _bd_rate(trials, metric)
        numbers |= {metric: _value(found.value), f"{metric}_overlap": found.overlap}
    if len(metrics) > 1:
        numbers["change"] = numbers["ms_ssim"] - numbers["psnr"]
    return Measured(numbers, view, original, original, chart=_chart(view, bench, trials, metrics[-1]))


def two_ends(view: View, bench: Bench) -> Measured:
    """Return the BD-rate in PSNR over whole curves, and of the first codec's lower against the last one's upper part.

    "whole" and "ends", each with its overlap; NaN where there is no number.
    """
    original = view.image.load()
    trials = [sorted(each, key=lambda trial: trial.bpp) for each in _ladders(view, bench, original)]
    numbers = _delta("whole", _bd_rate(trials, "psnr"))
    ends = [trials[0][:FEWEST], trials[-1][-FEWEST:]]
    numbers |= _delta("ends", _bd_rate(ends, "psnr"))
    return Measured(numbers, view, original, original, chart=_chart(view, bench, ends, "psnr"))


def _ladders(view: View, bench: Bench, original: LoadedImage) -> list[list[Trial]]:
    steps = [(bench.codecs[each.codec], quality) for each in view.codecs for quality in bench.codecs[each.codec].ladder]
    found: dict[str, list[Trial]] = {each.codec: [] for each in view.codecs}
    for number, (codec, quality) in enumerate(steps, start=1):
        check(bench.signal)
        found[codec.name].append(_trial(original, codec, quality, bench))
        bench.signal.progress = number / len(steps)
    return list(found.values())


def _trial(original: LoadedImage, codec: Codec, quality: float, bench: Bench) -> Trial:
    task = task_of(original, None, codec, quality, metrics=METRICS)
    return measure(task, original, codec=codec, cancel=bench.signal)


def _points(trials: Sequence[Trial], metric: str) -> list[tuple[float, float]]:
    axis = PSNR if metric == "psnr" else MS_SSIM
    return [(trial.bpp, _value(axis.of(trial.figures[axis.figure]))) for trial in trials]


def _curve(trials: Sequence[Trial], metric: str) -> Curve:
    points = _points(trials, metric)
    return Curve([bpp for bpp, _ in points], [value for _, value in points])


def _bd_rate(trials: Sequence[Sequence[Trial]], metric: str) -> Delta:
    """Return the BD-rate of the last codec against the first."""
    return bd_rate(_curve(trials[0], metric), _curve(trials[-1], metric))


def _chart(view: View, bench: Bench, trials: Sequence[Sequence[Trial]], metric: str) -> Chart:
    axis = PSNR if metric == "psnr" else MS_SSIM
    lines = []
    for setting, mine in zip(view.codecs, trials, strict=True):
        points = sorted(_points(mine, metric))
        codec = bench.codecs[setting.codec]
        lines.append(Line(codec.title, codec.name, [x for x, _ in points], [y for _, y in points]))
    return Chart("curves", "Quality over rate, from small files to large ones.", axis.label, tuple(lines),
                 x="bits per pixel")  # fmt: skip


def _delta(name: str, delta: Delta) -> dict[str, float]:
    return {name: _value(delta.value), f"{name}_overlap": delta.overlap}


def _value(value: float | None) -> float:
    return math.nan if value is None else value


def _of_scene(made: Scene, numbers: Numbers, chart: Chart) -> Measured:
    return Measured(numbers, made.view, made.original, made.source, made.compared, chart)
