"""What each page lets its users choose beside the view; a name that several pages have is one choice of all of them."""

import re
from dataclasses import dataclass
from typing import Any

from nicviz.analysis.color.plane import PARTS
from nicviz.analysis.heatmap.setting import NORMS, SIGNS, VALUES
from nicviz.analysis.latents.surgery import parse_channels, parse_scaled, scaled_text
from nicviz.analysis.rd.bd_rate import METHODS
from nicviz.analysis.rd.published import KODAK, SETS
from nicviz.analysis.spectra.errors import CONVENTIONS
from nicviz.analysis.theory.bias import MSES, TRAINING_SETS
from nicviz.analysis.theory.patches import SIDES
from nicviz.corruptions import CORRUPTIONS
from nicviz.errors import NicvizError
from nicviz.metrics import AXES
from nicviz.requests.fields import asked, check, one, plain
from nicviz.requests.marked import Marked, Point, marked, points
from nicviz.spectra.bands import EDGES, LAST_EDGE
from nicviz.spectra.basis import GRIDS
from nicviz.spectra.part import Part as PlanePart
from nicviz.tasks.settings import number, seed_number, whole_number

THIS = "this picture"
WHOLE = "whole"
SEVERITIES = (1, 2, 3, 4, 5)
RATES = (0.02, 8.0)  # bits per pixel


def _among(name: str, *options: Any, default: Any = None) -> Any:
    """Return a field that holds one of a few values, the first of them by default."""
    return one(options[0] if default is None else default, url=name, choices=options)


def _open(name: str) -> Any:
    """Return a field whose values depend on what is on the page; None stands for the page's own default."""
    return one(None, url=name)


def _switch(name: str) -> Any:
    return one(False, url=name, choices=(False, True))


def _over() -> Any:
    return one(THIS, url="over")


def _against() -> Any:
    return _among("against", "input", "original")


@dataclass(frozen=True)
class Page:
    """The choices of a page; the fields that have choices hold one of them."""

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True)
class Compare(Page):
    """What the panes of Compare show, what errors are taken against, and how a blind comparison is set."""

    show: str = _among("show", "pictures", "delta_e00", "absolute", "blind")
    against: str = _against()
    rounds: int = _among("rounds", 5, 10, 20, default=10)
    blind_over: str = one("photographs", url="blind_over")
    blind_rate: float = _among("blind_rate", 0.5, 0.25)
    blind_original: bool = _switch("blind_original")


@dataclass(frozen=True)
class Color(Page):
    """The views of Color and how they are drawn."""

    color: str = _among("color", "plane", "change", "difference", "ladder")
    cells: str = _among("cells", "color", "density")
    axes: str = _among("axes", "fitted", "gamut")
    part: str = _among("part", *PARTS)
    across: str = _among("across", "transition", "bpp")
    against: str = _against()
    over: str = _over()
    marked: Marked | None = asked(marked(), None)


def _names(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split(",")))


@dataclass(frozen=True)
class RateDistortion(Page):
    """The views of Rate–distortion; `also` are further codecs, None the usual ones."""

    rd_show: str = _among("rd_show", "curves", "corruption", "cross", "speed")
    over: str = _over()
    also: tuple[str, ...] = one(("jpeg", "avif"), url="also", read=plain(_names), write=",".join)
    rd_quality: str = _among("rd_quality", *AXES)
    rd_rate: str = _among("rd_rate", "linear", "log")
    against: str = _against()
    rd_points: tuple[Point, ...] = asked(points(), ())
    rd_published: tuple[str, ...] | None = one(None, url="rd_published", read=plain(_names), write=",".join)
    rd_gaussian: bool = _switch("rd_gaussian")
    rd_camera: str = _among("rd_camera", "svg", "png")
    rd_singles: bool = _switch("rd_singles")
    rd_anchor: str | None = _open("rd_anchor")
    rd_method: str = _among("rd_method", *METHODS)
    rd_sweep: str = _among("rd_sweep", "severities", "corruptions")
    rd_bdrates: bool = _switch("rd_bdrates")
    rd_sweep_of: str | None = one(None, url="rd_sweep_of", choices=tuple(CORRUPTIONS))
    rd_bd_against: str = _among("rd_bd_against", "input", "original")
    rd_severity_of_all: int | None = one(None, url="rd_severity_of_all", choices=SEVERITIES)
    rd_figure: str = _among("rd_figure", "change", "bpp", "psnr_db", "psnr_clean_db", "bd")
    rd_cross_set: str = _among("rd_cross_set", *SETS, default=KODAK)
    rd_architecture: str | None = _open("rd_architecture")


def parse_edges(text: str) -> tuple[int, int]:
    """Return band edges written as 8,32: in 1/64 of Nyquist."""
    found = re.fullmatch(r"\(?(\d{1,2}), ?(\d{1,2})\)?", text)
    edges = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1 <= edges[0] <= edges[1] <= LAST_EDGE:
        raise NicvizError(f"Edges are written 8,32: two numbers from 1 to {LAST_EDGE} in 1/64 of Nyquist.")
    return edges


def parse_plane_part(text: str) -> PlanePart:
    """Return the ring or wedge written as INNER,OUTER,DIRECTION,WIDTH, or "whole"."""
    if text == WHOLE:
        return PlanePart()
    try:
        inner, outer, direction, width = map(float, text.split(","))
    except ValueError:
        raise NicvizError(f"A part is written INNER,OUTER,DIRECTION,WIDTH or {WHOLE}; got {text!r}.") from None
    return PlanePart(inner, outer, direction, width)


def plane_part_text(part: PlanePart) -> str:
    """Return a ring or wedge as `parse_plane_part` reads it."""
    if part.is_whole:
        return WHOLE
    return ",".join(f"{value:.4g}" for value in (part.inner, part.outer, part.direction, part.width))


@dataclass(frozen=True)
class Spectra(Page):
    """The views of Spectra: which error, channel and part of the plane, and how they are drawn."""

    spectra: str = _among("spectra", "planes", "profiles", "severities", "claims")
    error: str = _among("error", "G", "R", "D")
    channel: str = _among("channel", *CONVENTIONS)
    color_scale: str = _among("scale", "log", "linear")
    over: str = _over()
    group: str | None = _open("group")
    band: PlanePart = one(PlanePart(), url="band", read=plain(parse_plane_part), write=plane_part_text)
    gain: str | int = _among("gain", "auto", *(2**k for k in range(9)))
    profile: str = _among("profile", "power", "gain", "coherence", "relative")
    edges: tuple[int, int] = one(EDGES, url="edges", read=plain(parse_edges), write="{0[0]},{0[1]}".format)
    together: bool = _switch("together")
    claims_severity: int = _among("claims_severity", *SEVERITIES, default=3)


def parse_norm(text: str) -> float:
    """Return the norm of the wave, or raise `NicvizError` off its range."""
    value = number(text, "norm")
    if not NORMS[0] <= value <= NORMS[1]:
        raise NicvizError(f"The norm is {NORMS[0]:g} to {NORMS[1]:g}.")
    return value


def parse_cell(text: str) -> tuple[int, int]:
    """Return a cell written as u,v in cycles per 512 pixels."""
    found = re.fullmatch(r"(-?\d{1,3}),(-?\d{1,3})", text)
    if not found:
        raise NicvizError("A cell is written u,v in cycles per 512 pixels.")
    return int(found[1]), int(found[2])


@dataclass(frozen=True)
class Heatmap(Page):
    """How the maps of the Fourier heatmap are made and drawn, and the cell that is looked at (None: a diagonal one)."""

    over: str = _over()
    value: str = _among("value", *VALUES)
    shown_as: str = _among("as", "change", "value")
    grid: str = _among("grid", *GRIDS, default="nyquist")
    signs: str = _among("signs", *SIGNS, default="+++")
    norm: float = one(4.0, url="norm", read=plain(parse_norm), write="{:g}".format)
    signseed: int = one(0, url="signseed", read=plain(seed_number))
    map_scale: str = _among("scale", "common", "own")
    cell: tuple[int, int] | None = one(None, url="cell", read=plain(parse_cell), write="{0[0]},{0[1]}".format)
    cellshow: str = _among("cellshow", "pictures", "residual", "wave")


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

    latents: str = _among("latents", "channels", "bits", "redundancy", "basis", "surgery")
    inside: str | None = _open("inside")
    latent: str = _among("latent", "y", "z")
    latent_order: str = _among("latent_order", "bits", "energy")
    latent_channel: int | None = one(None, url="latent_channel", read=plain(lambda text: whole_number(text, "channel")))
    latent_at: tuple[int, int] | None = one(
        None, url="latent_at", read=plain(parse_element), write="{0[0]},{0[1]}".format
    )
    latent_form: str = _among("latent_form", "magnitudes", "values")
    keep: int | None = one(None, url="keep", read=plain(lambda text: whole_number(text, "number of channels")))
    zeroed: tuple[int, ...] = one(
        (), url="zero", read=plain(parse_channels), write=lambda found: ",".join(map(str, found))
    )
    scaled: tuple[tuple[int, float], ...] = one((), url="scaled", read=plain(parse_scaled), write=scaled_text)
    latent_step: float = one(1.0, url="latent_step", read=plain(parse_step), write="{:g}".format)
    hyper_of: str | None = _open("hyper_of")


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

    theory: str = _among("theory", "spectrum", "components", "codec", "rd")
    over: str = _over()
    patch_side: int = _among("patch", *SIDES, default=16)
    patch_channel: str = _among("patch_channel", "luminance", "rgb")
    patch_order: str = _among("patch_order", "variance", "frequency")
    trained: str = _among("trained", *TRAINING_SETS)
    linear_at: str = _among("linear_at", "codec", "bpp", "mse")
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

    robust: str = _among("robust", "matrix", "curves", "severity", "spectra", "scatter", "claims")
    run: str | None = _open("run")
    robust_at: str | None = _open("robust_at")
    robust_equal: str = _among("robust_equal", "setting", "rate")
    robust_severity: str | None = _open("robust_severity")
    robust_anchor: str | None = _open("robust_anchor")
    robust_figure: str = _among("robust_figure", "psnr", "psnr_clean", "rate", "bd")
    robust_as: str = _among("robust_as", "difference", "value")
    robust_sort: str = _among("robust_sort", "group", "value")
    robust_cell: tuple[str, str] | None = one(None, url="robust_cell", read=plain(parse_pair), write=",".join)
    robust_against: str = _among("robust_against", "input", "original")
    robust_group: str = _among("robust_group", "low", "medium", "high")
    robust_kind: str = _among("robust_kind", "G", "R")
    robust_corruption: str | None = _open("robust_corruption")
    robust_first: str | None = _open("robust_first")
    robust_second: str | None = _open("robust_second")
    robust_neural: str | None = _open("robust_neural")


@dataclass(frozen=True)
class About(Page):
    """Which figure of the compact family About shows."""

    family_quality: str = _among("family_quality", "psnr_db", "ms_ssim")


LESSONS = ("overview", "lost", "noise", "red", "wins", "break")
MOST_STEPS = 8


@dataclass(frozen=True)
class Lessons(Page):
    """Which lesson is open and at which step, or with all its steps and solutions; no prediction is in a link."""

    lesson: str = _among("lesson", *LESSONS)
    step: int = _among("step", *range(1, MOST_STEPS + 1))
    teacher: bool = _switch("teacher")


PAGES: tuple[type[Page], ...] = (
    Compare,
    Color,
    RateDistortion,
    Spectra,
    Heatmap,
    Latents,
    Theory,
    Robustness,
    Lessons,
    About,
)
