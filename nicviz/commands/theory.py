"""`theory`: the power law and the principal components of images, and the linear codec's gain over frequency.

With --json, to standard output:

    {"images": [names of the pictures that were read],
     "spectrum": {"fit": {"exponent", "interval_95", "level", "range", "scatter", "num_rings"} | null,
                  "pictures": [{"name", "exponent"}],
                  "rings": [{"frequency", "power", "residual_db", "horizontal", "vertical", "diagonal"}]} | null,
     "components": {"side", "channel", "num_patches", "coding_gain_db": {"pca", "dct"},
                    "share_of_first": {"1": {"pca", "dct"}, "2": …}} | null,
     "linear_codec": [{"name", "trained_on", "target_mse", "bpp", "psnr_db",
                       "model": {"kept", "bpp", "mse", "noise"},
                       "gain": [{"frequency", "num_frequencies", "theory", "measured"}]}],
     "gaussian": [{"bpp", "psnr_db"}] | null}

The exponent α is of power, P ∝ 1/f^α. What does not exist is null: the spectrum of pictures under 32 pixels a side,
R(D) under 128. A picture that cannot be read is named on standard error and left out: the exit code is 1.
"""

import sys
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from nicviz.analysis.theory.bias import LinearAt, run_linear
from nicviz.analysis.theory.patches import PatchChannel
from nicviz.analysis.theory.record import components_record, gaussian_rows, linear_record, spectrum_record
from nicviz.analysis.theory.sets import readable, set_components, set_gaussian, set_spectrum
from nicviz.commands.shared import INCOMPLETE, Commands, print_json, progress, say
from nicviz.errors import NicvizError
from nicviz.images import LoadedImage
from nicviz.requests import commands as requests
from nicviz.run.work import Signal
from nicviz.tasks.compress import corrupted
from nicviz.tasks.settings import CorruptionSetting, ImageSetting

T = TypeVar("T")


def add(commands: Commands) -> None:
    """Add the command to the parser."""
    about = "measure power law and principal components of images, and a linear codec's gain over frequency"
    commands.add(requests.Theory, about, _run)


def _run(request: requests.Theory) -> int:
    loads = [partial(_load, setting, request.corruption) for setting in request.images.settings()]
    channel: PatchChannel = "rgb" if request.channel == "rgb" else "luminance"
    signal, problems = Signal(), list[str]()
    linear, names = [], []
    with progress(lambda: f"{signal.progress or 0:.0%} of the pictures"):
        for _, image in readable(loads, signal, problems):
            names.append(image.name)
            try:
                done = run_linear(image, request.trained_on, LinearAt("mse", request.mse), signal)
            except NicvizError as error:
                problems.append(f"{image.name}: {error}")
                continue
            linear.append(linear_record(image.name, done))
        if not names:
            raise NicvizError("None of the pictures could be read. " + " ".join(problems))
        spectrum = _or_none(lambda: set_spectrum(loads, signal), problems)
        components = _or_none(lambda: set_components(loads, request.patch, channel, signal), problems)
        gaussian = _or_none(lambda: set_gaussian(loads, signal), problems)
    for _, left_out in filter(None, (spectrum, components)):
        problems += left_out
    problems += gaussian.left_out if gaussian else ()
    for problem in dict.fromkeys(problems):
        say(f"nicviz: {problem}")
    record = {
        "images": names,
        "spectrum": spectrum and spectrum_record(spectrum[0]),
        "components": components and components_record(components[0]),
        "linear_codec": linear,
        "gaussian": gaussian and gaussian_rows(gaussian),
    }
    if request.json:
        print_json(record)
    else:
        _print(record)
    return INCOMPLETE if len(names) < len(loads) else 0


def _load(setting: ImageSetting, corruption: CorruptionSetting | None) -> LoadedImage:
    image = setting.load()
    return corrupted(image, corruption) if corruption else image


def _or_none(make: Callable[[], T], problems: list[str]) -> T | None:
    """Return what can be made of the pictures, or None with the reason among the problems."""
    try:
        return make()
    except NicvizError as error:
        problems.append(str(error))
        return None


def _print(record: dict[str, Any]) -> None:
    write = sys.stdout.write
    fit = record["spectrum"] and record["spectrum"]["fit"]
    if fit:
        low, high = fit["interval_95"]
        write(f"P ∝ 1/f^α, α = {fit['exponent']:.3f}  (95 % interval {low:.3f} … {high:.3f})\n")
    if record["components"]:
        found = record["components"]
        write(f"{found['num_patches']} patches of {found['side']}×{found['side']}, {found['channel']}\n")
        for rank, share in found["share_of_first"].items():
            texts = [f"{name.upper()} –" if value is None else f"{name.upper()} {value:.4%}"
                     for name, value in share.items()]  # fmt: skip
            write(f"  first {rank:>3}: {'  '.join(texts)}\n")
    for done in record["linear_codec"]:
        psnr = "∞" if done["psnr_db"] is None else f"{done['psnr_db']:.2f}"
        write(f"{done['name']}: linear codec trained on {done['trained_on']} at MSE {done['target_mse']:g}: "
              f"{done['bpp']:.4f} bpp  {psnr} dB\n")  # fmt: skip
