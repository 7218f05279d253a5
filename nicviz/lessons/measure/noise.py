"""What the lesson on noise measures: G and R under drawings of Gaussian noise, rate, and what passes of the noise."""

import math
from collections.abc import Callable
from dataclasses import replace

from nicviz.errors import NicvizError
from nicviz.lessons.base import Bench, Chart, Line, Measured
from nicviz.lessons.scene import (
    NYQUIST,
    Scene,
    decibel,
    gain_chart,
    gain_line,
    gains,
    inputs_of,
    numbered,
    profile,
    rings_of,
    scene,
    spectra_of,
    title_of,
)
from nicviz.requests.view import View
from nicviz.spectra.bands import fine_bands
from nicviz.spectra.power import radius
from nicviz.tasks.compress import corrupted
from nicviz.tasks.settings import CorruptionSetting
from nicviz.tasks.task import Kind

DRAWINGS = 3  # of the noise: what they differ by is what one drawing does not tell


def noise_over_frequency(view: View, bench: Bench) -> Measured:
    """Return the share of the noise's power that lies above half of Nyquist, and the share of all waves that does."""
    original = view.image.load()
    source = corrupted(original, _corruption(view))
    power = inputs_of(view, original, bench).power
    noise = power["corruption"]
    high, total = fine_bands(noise).bands()["high"].energy, fine_bands(noise).total
    cells = float((radius((noise.shape[0], noise.shape[1])) > NYQUIST / 2).mean())
    found = rings_of(inputs_of(view, original, bench))
    lines = (
        profile("the clean picture", "original", found, found.mean(power["original"])),
        profile("the noise", "corrupted", found, found.mean(noise)),
    )
    chart = Chart("profile", "The power of the picture and of the noise over frequency.", "power", lines, log=True)
    numbers = {"share": high / total if total > 0 else math.nan, "cells": cells}
    return Measured(numbers, view, original, source, chart=chart)


def price_of_noise(view: View, bench: Bench) -> Measured:
    """Return how many times as many bits the neural codec, its quality kept, needs for the noisy picture."""
    made = scene(view, bench)
    last = made.compared[-1]
    clean = last.clean.bpp if last.clean else math.nan
    noisy = last.compression.bpp
    name = made.view.codecs[-1].codec
    line = Line(title_of(made, len(made.compared) - 1, bench), name, ("clean picture", "noisy picture"), (clean, noisy))
    numbers = {"clean": clean, "noisy": noisy, "times": noisy / clean if clean > 0 else math.nan}
    chart = Chart("bars", "Bits per pixel of the neural codec, at one quality.", "bits per pixel", (line,))
    return Measured(numbers, made.view, made.original, made.source, made.compared, chart)


def copies(view: View, bench: Bench) -> Measured:
    """Return the advantage (dB) of the neural codec in G, at an equal rate, over drawings of the noise."""
    return _advantage(view, bench, "G", "How far each copy is from the noisy picture (G).")


def denoises(view: View, bench: Bench) -> Measured:
    """Return the advantage (dB) of the neural codec in R, at an equal rate, over drawings of the noise."""
    return _advantage(view, bench, "R", "How far each copy is from the clean picture (R), and how far the noise is.")


def _advantage(view: View, bench: Bench, kind: Kind, title: str) -> Measured:
    """Return means over the drawings, and the largest difference between two of them as "spread".

    `reference_cleans` and `neural_cleans` say how much nearer to the clean picture a codec comes than the noisy one is.
    """
    errors: dict[str, list[float]] = {"reference": [], "neural": [], "noise": []}

    def each(made: Scene) -> None:
        for place, name in enumerate(("reference", "neural")):
            errors[name].append(fine_bands(spectra_of(made, place, bench).power[kind]).total)
        noise = inputs_of(made.view, made.original, bench).power["corruption"]
        errors["noise"].append(fine_bands(noise).total)

    first, mismatch = _drawings(view, bench, each)
    ahead = [decibel(a, b) for a, b in zip(errors["reference"], errors["neural"], strict=True)]
    means = {name: sum(values) / DRAWINGS for name, values in errors.items()}
    numbers = {"ahead": sum(ahead) / DRAWINGS, "spread": max(ahead) - min(ahead), "mismatch": mismatch, **means}
    numbers |= {f"{name}_cleans": decibel(means["noise"], means[name]) for name in ("reference", "neural")}
    numbers["drawings"] = float(DRAWINGS)
    lines = [Line(bench.codecs[each.codec].title, each.codec, [f"drawing {n + 1}" for n in range(DRAWINGS)], values)
             for each, values in zip(first.view.codecs, list(errors.values())[:2], strict=True)]  # fmt: skip
    if kind == "R":
        lines.append(Line("the noise itself", "corrupted", lines[0].x, errors["noise"]))
    chart = Chart("bars", title, "mean square (levels²)", tuple(lines))
    return Measured(numbers, first.view, first.original, first.source, first.compared, chart)


def _drawings(view: View, bench: Bench, each: Callable[[Scene], None]) -> tuple[Scene, float]:
    """Call `each` with the scene under every drawing of the noise; return the first, and the worst mismatch."""
    corruption = _corruption(view)
    scenes: list[Scene] = []
    for number in range(DRAWINGS):
        made = scene(replace(view, corruption=replace(corruption, seed=corruption.seed + number)), bench)
        each(made)
        scenes.append(made)
        bench.signal.progress = (number + 1) / DRAWINGS
    return scenes[0], max((made.mismatch for made in scenes), key=abs)


def passes(view: View, bench: Bench) -> Measured:
    """Return the gain of both codecs over the rings when they are given the noisy picture, at an equal rate."""
    made = scene(view, bench)
    numbers = {"mismatch": made.mismatch}
    for place, name in enumerate(("reference", "neural")):
        numbers |= numbered(name, gains(spectra_of(made, place, bench)))
    lines = tuple(gain_line(made, place, bench) for place in range(2))
    chart = gain_chart("The gain of both codecs on the noisy picture.", lines)
    return Measured(numbers, made.view, made.original, made.source, made.compared, chart)


def _corruption(view: View) -> CorruptionSetting:
    if view.corruption is None:
        raise NicvizError("This measurement needs a corrupted picture.")
    return view.corruption
