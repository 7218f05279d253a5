"""Robustness: what a run over a data set says of codecs under corruption, with intervals, and of the papers' claims."""

from typing import Any

import streamlit as st

from nicviz.requests.more_pages import Robustness
from nicviz.ui.kit.choices import choice
from nicviz.ui.kit.plain import plain_text
from nicviz.ui.kit.waiting import progress_line
from nicviz.ui.robustness.claims import show_claims
from nicviz.ui.robustness.controls import VIEWS, conditions_control
from nicviz.ui.robustness.curves import show_curves, show_severity
from nicviz.ui.robustness.files import robustness_downloads
from nicviz.ui.robustness.loading import open_run, run_control, say_of_run
from nicviz.ui.robustness.matrix import show_matrix
from nicviz.ui.robustness.scatter import show_scatter
from nicviz.ui.robustness.spectra import show_spectra
from nicviz.ui.robustness.teach import teach
from nicviz.ui.shell.frame import end_page, enter_page, page_title

enter_page(Robustness)
page_title(
    "Robustness", "What codecs do to a whole set of pictures under 15 corruptions, with intervals, and which of the "
    "papers' claims that bears out.",
)  # fmt: skip

known = run_control()
live = open_run(known)
progress_line("robust-run")
if not live.done:
    if live.state == "failed":
        st.error(plain_text(live.message), icon=":material/error:")
    teach()
    end_page()
opened = live.value
if not say_of_run(opened):
    teach()
    end_page()

shown = str(st.segmented_control("Show", list(VIEWS), format_func=VIEWS.__getitem__, required=True,
                                 key=choice("robust"), label_visibility="collapsed"))  # fmt: skip
conditions = conditions_control(opened.cube, shown)
matrix, rows, findings = None, list[dict[str, Any]](), []
if shown == "matrix":
    matrix = show_matrix(opened, conditions)
elif shown == "curves":
    rows = show_curves(opened, conditions)
elif shown == "severity":
    rows = show_severity(opened, conditions)
elif shown == "spectra":
    rows = show_spectra(opened, conditions)
elif shown == "scatter":
    rows = show_scatter(opened, conditions)
else:
    findings = show_claims(opened, conditions)
robustness_downloads(opened, conditions, matrix, rows, findings)
teach()
