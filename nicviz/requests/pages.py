"""What each page lets its users choose beside the view; a name that several pages have is one choice of all of them."""

import re
from dataclasses import dataclass

from nicviz.analysis.color.plane import PARTS
from nicviz.analysis.heatmap.setting import NORMS, SIGNS, VALUES
from nicviz.analysis.rd.bd_rate import METHODS
from nicviz.analysis.rd.published import KODAK, SETS
from nicviz.analysis.spectra.errors import CONVENTIONS
from nicviz.corruptions import CORRUPTIONS
from nicviz.errors import NicvizError
from nicviz.metrics import AXES
from nicviz.requests.fields import asked, one, plain
from nicviz.requests.marked import Marked, Point, marked, points
from nicviz.requests.more_pages import Latents, Lessons, Robustness, Theory
from nicviz.requests.page import Page, among, error_against, open_choice, over_pictures, parse_edges, switch
from nicviz.spectra.bands import EDGES
from nicviz.spectra.basis import GRIDS
from nicviz.spectra.part import Part as PlanePart
from nicviz.tasks.settings import number, seed_number, whole_number

WHOLE = "whole"
SEVERITIES = (1, 2, 3, 4, 5)
RATES = (0.02, 8.0)  # bits per pixel


@dataclass(frozen=True)
class Compare(Page):
    """What the panes of Compare show, what errors are taken against, how a blind comparison is set.

    `parts_read` is how much of a progressive bitstream is read; None as much as the quality at the left.
    """

    show: str = among("show", "pictures", "delta_e00", "absolute", "blind")
    against: str = error_against()
    parts_read: int | None = one(None, url="parts_read", read=plain(lambda text: whole_number(text, "part")))
    rounds: int = among("rounds", 5, 10, 20, default=10)
    blind_over: str = one("photographs", url="blind_over")
    blind_rate: float = among("blind_rate", 0.5, 0.25)
    blind_original: bool = switch("blind_original")


@dataclass(frozen=True)
class Color(Page):
    """The views of Color and how they are drawn."""

    color: str = among("color", "plane", "change", "difference", "ladder")
    cells: str = among("cells", "color", "density")
    axes: str = among("axes", "fitted", "gamut")
    part: str = among("part", *PARTS)
    across: str = among("across", "transition", "bpp")
    against: str = error_against()
    over: str = over_pictures()
    marked: Marked | None = asked(marked(), None)


def _names(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split(",")))


@dataclass(frozen=True)
class RateDistortion(Page):
    """The views of Rate–distortion; `also` are further codecs, None the usual ones."""

    rd_show: str = among("rd_show", "curves", "corruption", "cross", "speed")
    over: str = over_pictures()
    also: tuple[str, ...] = one(("jpeg", "avif"), url="also", read=plain(_names), write=",".join)
    rd_quality: str = among("rd_quality", *AXES)
    rd_rate: str = among("rd_rate", "linear", "log")
    against: str = error_against()
    rd_points: tuple[Point, ...] = asked(points(), ())
    rd_published: tuple[str, ...] | None = one(None, url="rd_published", read=plain(_names), write=",".join)
    rd_gaussian: bool = switch("rd_gaussian")
    rd_camera: str = among("rd_camera", "svg", "png")
    rd_singles: bool = switch("rd_singles")
    rd_anchor: str | None = open_choice("rd_anchor")
    rd_method: str = among("rd_method", *METHODS)
    rd_sweep: str = among("rd_sweep", "severities", "corruptions")
    rd_bdrates: bool = switch("rd_bdrates")
    rd_sweep_of: str | None = one(None, url="rd_sweep_of", choices=tuple(CORRUPTIONS))
    rd_bd_against: str = among("rd_bd_against", "input", "original")
    rd_severity_of_all: int | None = one(None, url="rd_severity_of_all", choices=SEVERITIES)
    rd_figure: str = among("rd_figure", "change", "bpp", "psnr_db", "psnr_clean_db", "bd")
    rd_cross_set: str = among("rd_cross_set", *SETS, default=KODAK)
    rd_architecture: str | None = open_choice("rd_architecture")


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

    spectra: str = among("spectra", "planes", "profiles", "severities", "claims")
    error: str = among("error", "G", "R", "D")
    channel: str = among("channel", *CONVENTIONS)
    color_scale: str = among("scale", "log", "linear")
    over: str = over_pictures()
    group: str | None = open_choice("group")
    band: PlanePart = one(PlanePart(), url="band", read=plain(parse_plane_part), write=plane_part_text)
    gain: str | int = among("gain", "auto", *(2**k for k in range(9)))
    profile: str = among("profile", "power", "gain", "coherence", "relative")
    edges: tuple[int, int] = one(EDGES, url="edges", read=plain(parse_edges), write="{0[0]},{0[1]}".format)
    together: bool = switch("together")
    claims_severity: int = among("claims_severity", *SEVERITIES, default=3)


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

    over: str = over_pictures()
    value: str = among("value", *VALUES)
    shown_as: str = among("as", "change", "value")
    grid: str = among("grid", *GRIDS, default="nyquist")
    signs: str = among("signs", *SIGNS, default="+++")
    norm: float = one(4.0, url="norm", read=plain(parse_norm), write="{:g}".format)
    signseed: int = one(0, url="signseed", read=plain(seed_number))
    map_scale: str = among("scale", "common", "own")
    cell: tuple[int, int] | None = one(None, url="cell", read=plain(parse_cell), write="{0[0]},{0[1]}".format)
    cellshow: str = among("cellshow", "pictures", "residual", "wave")


@dataclass(frozen=True)
class About(Page):
    """Which figure of the compact family About shows."""

    family_quality: str = among("family_quality", "psnr_db", "ms_ssim")


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
