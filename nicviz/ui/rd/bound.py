"""R(D) of the Gaussian with the pictures' spectrum, as a dashed curve beside the codecs'."""

from collections.abc import Sequence

import streamlit as st

from nicviz.analysis.theory.gaussian import GaussianCurve
from nicviz.plots.rd import Line
from nicviz.run.live import Live
from nicviz.tasks.settings import CorruptionSetting
from nicviz.ui.kit.choices import choice
from nicviz.ui.kit.gaussian import LANE, MEANING, TITLE, gaussian_line, gaussian_of
from nicviz.ui.kit.given import Given
from nicviz.ui.kit.picture_sets import Pictures
from nicviz.ui.kit.waiting import progress_line
from nicviz.ui.rd.curves import Scales

_ALONE_BPP = 4.0  # how far it reaches where there is no other curve


def bound_control(
    pictures: Pictures, corruption: CorruptionSetting | None, scales: Scales
) -> Live[GaussianCurve] | None:  # fmt: skip
    """Draw the switch, and return how the curve stands where it is wanted and means something.

    That is for PSNR against what the codecs were given: only there is the distortion that of the source.
    """
    if scales.axis.figure != "psnr_db" or scales.against != "input":
        return None
    if not st.toggle(TITLE, key=choice("rd_gaussian"), help=MEANING):
        return None
    live = gaussian_of(Given(pictures, corruption))
    progress_line(LANE)
    if live.state == "failed":
        st.warning(f"R(D): {live.message}")
    if live.done:
        for problem in live.value.left_out:
            st.caption(f":material/warning: R(D): {problem}")
        over = f" Mean rate of {live.value.num_pictures} pictures at equal PSNR." if pictures.is_set else ""
        st.caption(f":material/function: {MEANING}{over}")
    return live


def bound_lines(live: Live[GaussianCurve] | None, scales: Scales, beside: Sequence[Line]) -> list[Line]:
    """Return the curve as a line as long as those that it stands beside; none while it is not there."""
    if live is None or not live.done:
        return []
    most = 1.05 * max((x for line in beside for x in line.x if x is not None), default=_ALONE_BPP)
    return [gaussian_line(live.value, most, scales.axis.of)]
