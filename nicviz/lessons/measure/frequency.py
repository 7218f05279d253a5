"""What the lesson on frequencies measures: power, gain and error over rings, at an equal rate."""

import math

import numpy as np

from nicviz.lessons.base import Bench, Chart, Line, Measured
from nicviz.lessons.rules import Numbers
from nicviz.lessons.scene import (
    EDGES,
    GAIN_TITLE,
    NYQUIST,
    RINGS,
    Scene,
    decibel,
    gain_chart,
    gain_line,
    gains,
    inputs_of,
    numbered,
    profile,
    relative_errors,
    rings_of,
    scene,
    spectra_of,
    title_of,
)
from nicviz.requests.view import View
from nicviz.spectra.bands import fine_bands
from nicviz.spectra.power import radius
from nicviz.spectra.radial import natural_rings
from nicviz.tasks.settings import CodecSetting, ImageSetting

REFERENCE, NEURAL = "jpeg2000", "compact-hyperprior"
SAME_GAIN = 0.02  # gains that are nearer to each other than this are called equal
QUALITY, LADDER = 3.0, (6.0, 4.0, 2.0)
OTHERS = (
    ImageSetting("astronaut", crop=(96, 0, 320, 320)),
    ImageSetting("coffee", crop=(120, 40, 320, 320)),
    ImageSetting("motorcycle", crop=(240, 120, 320, 320)),
)


def power_of_picture(view: View, bench: Bench) -> Measured:
    """Return the share of the picture's power, without its mean, that the slow waves hold, and their share of all."""
    original = view.image.load()
    power = inputs_of(view, original, bench).power["original"]
    shape = (power.shape[0], power.shape[1])
    found = natural_rings(shape)
    without_mean = power.copy()
    without_mean[power.shape[0] // 2, power.shape[1] // 2] = 0.0
    fine = fine_bands(without_mean)
    slow, total = fine.bands()["low"].energy, fine.total
    cells = float((radius(shape) < NYQUIST * EDGES[0]).mean())
    share = slow / total if total > 0 else math.nan
    numbers = {"share": share, "rest": 1 - share, "cells": cells}
    line = profile("the picture", "original", found, found.mean(without_mean))
    chart = Chart("profile", "The power of the picture, from slow waves to fast ones.", "power", (line,), log=True)
    return Measured(numbers, view, original, original, chart=chart)


def gain_of_one(view: View, bench: Bench) -> Measured:
    """Return the gain of the first codec over the rings."""
    made = scene(view, bench)
    group = spectra_of(made, 0, bench)
    chart = gain_chart("The gain of JPEG 2000, wave by wave.", [gain_line(made, 0, bench)])
    return _measured(made, {**numbered("reference", gains(group)), **_rates(made)}, chart)


def gain_of_both(view: View, bench: Bench) -> Measured:
    """Return the gain of both codecs over the rings, at an equal rate."""
    made = scene(view, bench)
    numbers = {**numbered("reference", gains(spectra_of(made, 0, bench))), **_rates(made)}
    numbers |= numbered("neural", gains(spectra_of(made, 1, bench)))
    lines = [gain_line(made, place, bench) for place in (0, 1)]
    return _measured(made, numbers, gain_chart("The gain of both codecs, in equally large files.", lines))


def errors_of_both(view: View, bench: Bench) -> Measured:
    """Return D's share of the picture's power over the rings, and how much D leans to fast waves, of both codecs."""
    made = scene(view, bench)
    original = inputs_of(view, made.original, bench).power["original"]
    numbers, lines = _rates(made), []
    for name, place in (("reference", 0), ("neural", 1)):
        group = spectra_of(made, place, bench)
        numbers |= numbered(name, relative_errors(group, "D", original))
        bands = fine_bands(group.power["D"]).bands()
        numbers[f"{name}_tilt"] = decibel(bands["high"].density or 0.0, bands["low"].density or 0.0)
        found = rings_of(group)
        below = found.mean(original)
        ratio = np.divide(found.mean(group.power["D"]), below, out=np.full(below.shape, np.nan), where=below > 0)
        lines.append(profile(title_of(made, place, bench), made.view.codecs[place].codec, found, ratio))
    numbers["lean"] = numbers["neural_tilt"] - numbers["reference_tilt"]
    chart = Chart("profile", "The error D as a share of what was there to lose: at one, all is lost.",
                  "error / power of the picture", tuple(lines), log=True)  # fmt: skip
    return _measured(made, numbers, chart)


def tilts(view: View, bench: Bench) -> Measured:
    """Return the same as `errors_of_both`, drawn as D in plain levels."""
    found = errors_of_both(view, bench)
    made = scene(view, bench)
    lines = []
    for place in (0, 1):
        group = spectra_of(made, place, bench)
        rings = rings_of(group)
        name = made.view.codecs[place].codec
        lines.append(profile(title_of(made, place, bench), name, rings, rings.mean(group.power["D"])))
    chart = Chart("profile", "The error D of both codecs, in plain levels.", "D (levels²)", tuple(lines), log=True)
    return _measured(made, found.numbers, chart)


def gain_down_the_ladder(view: View, bench: Bench) -> Measured:
    """Return by how much the neural codec's gain falls in each ring from the best of some qualities to the lowest."""
    neural = view.codecs[-1].codec
    settings = tuple(CodecSetting(neural, quality) for quality in LADDER)
    made = scene(View(image=view.image, codecs=settings, match=None), bench)
    found = [gains(spectra_of(made, place, bench)) for place in range(len(LADDER))]
    lines = [Line(title_of(made, place, bench), neural, RINGS, values) for place, values in enumerate(found)]
    numbers = numbered("best", found[0]) | numbered("lowest", found[-1])
    numbers |= numbered("drop", [best - lowest for best, lowest in zip(found[0], found[-1], strict=True)])
    chart = Chart("bars", "The gain of the neural codec in each ring, at three qualities.", GAIN_TITLE, tuple(lines))
    return _measured(made, numbers, chart)


def other_pictures(view: View, bench: Bench) -> Measured:
    """Return on how many other pictures the neural codec keeps less of the fastest waves, more, or as much."""
    pictures = OTHERS
    kept: dict[str, list[float]] = {REFERENCE: [], NEURAL: []}
    uneven = 0.0
    for picture in pictures:
        made = scene(View(image=picture, codecs=view.codecs, match=None), bench)
        for place, values in enumerate(kept.values()):
            values.append(gains(spectra_of(made, place, bench))[-1])
        uneven = max(uneven, made.mismatch, key=abs)
    differences = [neural - reference for reference, neural in zip(*kept.values(), strict=True)]
    numbers = {
        "less": float(sum(value < -SAME_GAIN for value in differences)),
        "more": float(sum(value > SAME_GAIN for value in differences)),
        "tied": float(sum(abs(value) <= SAME_GAIN for value in differences)),
        "count": float(len(pictures)) if all(map(math.isfinite, differences)) else math.nan,
        "mismatch": uneven,
    }
    names = [picture.source for picture in pictures]
    lines = tuple(Line(bench.codecs[name].title, name, names, values) for name, values in kept.items())
    chart = Chart("bars", "The gain of the fastest waves on each picture.", GAIN_TITLE, lines)
    return _measured(made, numbers, chart)


def _rates(made: Scene) -> dict[str, float]:
    return {"bpp": made.compared[-1].compression.bpp, "mismatch": made.mismatch}


def _measured(made: Scene, numbers: Numbers, chart: Chart) -> Measured:
    return Measured(numbers, made.view, made.original, made.source, made.compared, chart)
