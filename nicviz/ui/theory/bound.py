"""R(D) of the Gaussian with the spectrum of pictures, by itself."""

import streamlit as st

from nicviz.analysis.manifest import rows_csv
from nicviz.analysis.theory.gaussian import GaussianCurve
from nicviz.analysis.theory.record import gaussian_rows
from nicviz.plots.rd import line_figure
from nicviz.ui.kit.choices import choose
from nicviz.ui.kit.downloads import File
from nicviz.ui.kit.figures import show_figure
from nicviz.ui.kit.gaussian import LANE, MEANING, gaussian_line, gaussian_of
from nicviz.ui.kit.given import Given
from nicviz.ui.kit.waiting import progress_line

MOST_BPP = 4.0


def show_bound(given: Given) -> list[File]:
    """Draw R(D) of pictures and the way to the codecs' curves; return its download, none while it is computed."""
    live = gaussian_of(given)
    progress_line(LANE)
    if live.state == "failed":
        st.error(live.message, icon=":material/error:")
    if not live.done:
        return []
    curve: GaussianCurve = live.value
    for problem in curve.left_out:
        st.warning(problem)
    if not curve.bpp.any():
        st.info("The pixels do not vary enough: their Gaussian reaches every PSNR shown without a bit.")
        return []
    over = f" Mean rate of {curve.num_pictures} pictures at equal PSNR." if given.pictures.is_set else ""
    st.markdown(MEANING + over)
    figure = line_figure([gaussian_line(curve, MOST_BPP)], "rate (bits per pixel)", "PSNR (dB)", height=380)
    show_figure(figure, "gaussian-rd")
    if st.button("Lay it beside the codecs, on Rate–distortion", icon=":material/show_chart:", key="to-rd"):
        choose("rd_gaussian", True)
        st.switch_page("pages/rd.py")
    return [File("R(D) (CSV)", "gaussian-rd.csv", lambda: rows_csv(gaussian_rows(curve)))]
