"""R(D) of the Gaussian with the spectrum of pictures: here, and as a dashed curve on the rate–distortion page."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from nicviz.analysis.manifest import rows_csv
from nicviz.analysis.theory.gaussian import GaussianCurve
from nicviz.analysis.theory.record import gaussian_rows
from nicviz.analysis.theory.sets import set_gaussian
from nicviz.metrics import Axis
from nicviz.plots.rd import Line, line_figure
from nicviz.run.live import Live
from nicviz.run.work import Signal, Work
from nicviz.ui.kit.choices import choice, choose
from nicviz.ui.kit.downloads import File
from nicviz.ui.kit.figures import show_figure
from nicviz.ui.kit.waiting import compute, progress_line
from nicviz.ui.theory.computing import Given

LANE = "gaussian"
COLOR = "#8b8b8b"
MOST_BPP = 4.0
NAME = "R(D) of the Gaussian of this spectrum"
WHAT_IT_IS = (
    "The least rate at which any code can bring the *stationary Gaussian* with the spectrum of these pixels to this "
    "PSNR: for that source it is a bound. For the picture itself it is **none**. Pictures are not Gaussian: a codec "
    "that makes use of edges or smooth regions knows more than the spectrum, and may lie left of the curve."
)


def gaussian_of(given: Given) -> Live[GaussianCurve]:
    """Return how R(D) of pictures stands."""
    (live,) = compute(LANE, [Work(given.key, "R(D)", partial(_curve, given))])
    return live


def _curve(given: Given, signal: Signal) -> GaussianCurve:
    return set_gaussian(given.loads(), signal)


def gaussian_lines(live: Live[GaussianCurve] | None, axis: Axis, beside: Sequence[Line]) -> list[Line]:
    """Return the curve as a dashed line of the rate–distortion page; none while it is not there.

    It reaches as far to the right as the lines that it stands beside.
    """
    if live is None or not live.done or axis.figure != "psnr_db":
        return []
    curve = live.value
    most = 1.05 * max((x for line in beside for x in line.x if x is not None), default=MOST_BPP)
    points = [(bpp, psnr) for bpp, psnr in zip(curve.bpp, curve.psnr_db, strict=True) if 0 < bpp <= most]
    labels = [f"<b>{NAME}</b><br>{bpp:.3f} bpp<br>{psnr:.1f} dB<br><i>no bound for the picture</i>"
              for bpp, psnr in points]  # fmt: skip
    return [Line(NAME, COLOR, [bpp for bpp, _ in points], [axis.of(psnr) for _, psnr in points], labels, dash="dash",
                 symbol="")]  # fmt: skip


def gaussian_control(given: Given, axis: Axis, against_input: bool) -> Live[GaussianCurve] | None:
    """Draw the switch of the rate–distortion page; return how the curve stands where it is wanted and makes sense."""
    if axis.figure != "psnr_db" or not against_input:
        return None
    if not st.toggle(NAME, key=choice("rd_gaussian"), help=WHAT_IT_IS):
        return None
    live = gaussian_of(given)
    progress_line(LANE)
    if live.state == "failed":
        st.warning(f"R(D): {live.message}")
    if live.done:
        for problem in live.value.left_out:
            st.caption(f":material/warning: R(D): {problem}")
        over = f" Mean rate of {live.value.num_pictures} pictures at equal PSNR." if given.pictures.is_set else ""
        st.caption(f":material/function: {WHAT_IT_IS}{over}")
    return live


def show_bound(given: Given) -> list[File]:
    """Draw R(D) of pictures by itself, and return its download; none while it is computed."""
    live = gaussian_of(given)
    progress_line(LANE)
    if live.state == "failed":
        st.error(live.message, icon=":material/error:")
    if not live.done:
        return []
    curve: GaussianCurve = live.value
    for problem in curve.left_out:
        st.warning(problem)
    st.markdown(WHAT_IT_IS)
    points = [(bpp, psnr) for bpp, psnr in zip(curve.bpp, curve.psnr_db, strict=True) if 0 < bpp <= MOST_BPP]
    labels = [f"{bpp:.3f} bpp<br>{psnr:.1f} dB" for bpp, psnr in points]
    line = Line(NAME, COLOR, [bpp for bpp, _ in points], [psnr for _, psnr in points], labels, dash="dash", symbol="")
    show_figure(line_figure([line], "rate (bits per pixel)", "PSNR (dB)", height=380), "gaussian-rd")
    if st.button("Lay it beside the codecs, on Rate–distortion", icon=":material/show_chart:", key="to-rd"):
        choose("rd_gaussian", True)
        st.switch_page("pages/rd.py")
    return [File("R(D) (CSV)", "gaussian-rd.csv", lambda: rows_csv(gaussian_rows(curve)))]
