"""The choices of the pages that look inside codecs, at runs, and of the lessons; as in `nicviz.requests.pages`."""

import re
from dataclasses import dataclass

from nicviz.analysis.latents.levels import KEYS
from nicviz.analysis.latents.surgery import parse_channels, parse_scaled, scaled_text
from nicviz.analysis.theory.bias import MSES, TRAINING_SETS
from nicviz.analysis.theory.patches import SIDES
from nicviz.errors import NicvizError
from nicviz.requests.fields import one, plain
from nicviz.requests.page import Page, among, open_choice, over_pictures, parse_edges, switch
from nicviz.spectra.bands import EDGES
from nicviz.tasks.settings import number, whole_number

RATES = (0.02, 8.0)  # bits per pixel


def parse_element(text: str) -> tuple[int, int]:
    """Return the place of an element of the latent written as row,column."""
    found = re.fullmatch(r"(\d{1,4}),(\d{1,4})", text)
    if not found:
        raise NicvizError("A place in the latent is written row,column.")
    return int(found[1]), int(found[2])


def parse_step(text: str) -> float:
    """Return a rounding step, or raise `NicvizError` where it is none of a page's."""
    value = number(text, "rounding step")
    if not 0.01 <= value <= 100:
        raise NicvizError("The rounding step is 0.01 to 100.")
    return value


@dataclass(frozen=True)
class Latents(Page):
    """Which codec is looked into, which channel and place (None: those with the most bits), and what is changed."""

    latents: str = among("latents", "channels", "bits", "redundancy", "basis", "surgery")
    inside: str | None = open_choice("inside")
    latent: str = among("latent", *KEYS)
    latent_order: str = among("latent_order", "bits", "energy")
    latent_channel: int | None = one(None, url="latent_channel", read=plain(lambda text: whole_number(text, "channel")))
    latent_at: tuple[int, int] | None = one(
        None, url="latent_at", read=plain(parse_element), write="{0[0]},{0[1]}".format
    )
    latent_form: str = among("latent_form", "magnitudes", "values")
    keep: int | None = one(None, url="keep", read=plain(lambda text: whole_number(text, "number of channels")))
    zeroed: tuple[int, ...] = one(
        (), url="zero", read=plain(parse_channels), write=lambda found: ",".join(map(str, found))
    )
    scaled: tuple[tuple[int, float], ...] = one((), url="scaled", read=plain(parse_scaled), write=scaled_text)
    latent_step: float = one(1.0, url="latent_step", read=plain(parse_step), write="{:g}".format)
    hyper_of: str | None = open_choice("hyper_of")


def parse_mse(text: str) -> float:
    """Return the target MSE of a linear codec, to six digits, or raise `NicvizError` off its range."""
    value = number(text, "MSE")
    if not MSES[0] <= value <= MSES[1]:
        raise NicvizError(f"The target MSE is {MSES[0]:g} to {MSES[1]:g} levels².")
    return float(f"{value:.6g}")


def parse_rate(text: str) -> float:
    """Return a rate in bits per pixel, or raise `NicvizError` off its range."""
    value = number(text, "rate")
    if not RATES[0] <= value <= RATES[1]:
        raise NicvizError(f"The rate is {RATES[0]:g} to {RATES[1]:g} bits per pixel.")
    return value


@dataclass(frozen=True)
class Theory(Page):
    """The views of Theory: which patches, and what the linear codec is trained on and set to."""

    theory: str = among("theory", "spectrum", "components", "codec", "rd")
    over: str = over_pictures()
    patch_side: int = among("patch", *SIDES, default=16)
    patch_channel: str = among("patch_channel", "luminance", "rgb")
    patch_order: str = among("patch_order", "variance", "frequency")
    trained: str = among("trained", *TRAINING_SETS)
    linear_at: str = among("linear_at", "codec", "bpp", "mse")
    linear_bpp: float = one(0.5, url="linear_bpp", read=plain(parse_rate), write="{:g}".format)
    linear_mse: float = one(100.0, url="linear_mse", read=plain(parse_mse), write="{:g}".format)
    edges: tuple[int, int] = one(EDGES, url="edges", read=plain(parse_edges), write="{0[0]},{0[1]}".format)


def parse_pair(text: str) -> tuple[str, str]:
    """Return two names written as FIRST,SECOND: a cell of the matrix is CORRUPTION,CODEC."""
    first, comma, second = text.partition(",")
    if not (first and comma and second):
        raise NicvizError("A cell is written CORRUPTION,CODEC.")
    return first, second


@dataclass(frozen=True)
class Robustness(Page):
    """Which run is looked at (None: the newest), under which conditions, and how; names are those of the run."""

    robust: str = among("robust", "matrix", "curves", "severity", "spectra", "scatter", "claims")
    run: str | None = open_choice("run")
    robust_at: str | None = open_choice("robust_at")
    robust_equal: str = among("robust_equal", "setting", "rate")
    robust_severity: str | None = open_choice("robust_severity")
    robust_anchor: str | None = open_choice("robust_anchor")
    robust_figure: str = among("robust_figure", "psnr", "psnr_clean", "rate", "bd")
    robust_as: str = among("robust_as", "difference", "value")
    robust_sort: str = among("robust_sort", "group", "value")
    robust_cell: tuple[str, str] | None = one(None, url="robust_cell", read=plain(parse_pair), write=",".join)
    robust_against: str = among("robust_against", "input", "original")
    robust_group: str = among("robust_group", "low", "medium", "high")
    robust_kind: str = among("robust_kind", "G", "R")
    robust_corruption: str | None = open_choice("robust_corruption")
    robust_first: str | None = open_choice("robust_first")
    robust_second: str | None = open_choice("robust_second")
    robust_neural: str | None = open_choice("robust_neural")


LESSONS = ("overview", "lost", "noise", "red", "wins", "break")
MOST_STEPS = 8


@dataclass(frozen=True)
class Lessons(Page):
    """Which lesson is open and at which step, or with all its steps and solutions; no prediction is in a link."""

    lesson: str = among("lesson", *LESSONS)
    step: int = among("step", *range(1, MOST_STEPS + 1))
    teacher: bool = switch("teacher")
