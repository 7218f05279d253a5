"""Spectra: where in the frequency plane each codec errs, and how that changes on corrupted input."""

import streamlit as st

from nicviz.plots.colors import distinct_colors
from nicviz.requests.pages import Spectra
from nicviz.ui.kit.choices import choice
from nicviz.ui.kit.picture_sets import Pictures
from nicviz.ui.kit.waiting import progress_line
from nicviz.ui.shell.comparison import open_inputs
from nicviz.ui.shell.controls import keep_matched
from nicviz.ui.shell.frame import end_page, enter_page, page_title
from nicviz.ui.shell.panes import setting_title
from nicviz.ui.shell.session import session_codecs
from nicviz.ui.spectra.agreement import show_agreement
from nicviz.ui.spectra.computing import all_spectra, codec_titles
from nicviz.ui.spectra.controls import group_choice, spectra_choices
from nicviz.ui.spectra.files import spectra_downloads
from nicviz.ui.spectra.planes import show_parts, show_planes
from nicviz.ui.spectra.profiles import show_profiles
from nicviz.ui.spectra.severity import show_severities
from nicviz.ui.spectra.teach import teach

VIEWS = {"planes": "Frequency plane", "profiles": "Profiles and bands", "severities": "Severities",
         "claims": "Does my picture agree?"}  # fmt: skip

view = enter_page(Spectra)
codecs = session_codecs()
page_title(
    "Spectra", "Where in frequency each codec errs, what was there to lose, and how that changes on corrupted input."
)

inputs = open_inputs(view)
original = inputs.original

row = st.container(horizontal=True, vertical_alignment="bottom", gap="medium")
shown = row.segmented_control("Show", list(VIEWS), format_func=VIEWS.__getitem__, required=True,
                             key=choice("spectra"), label_visibility="collapsed")  # fmt: skip
choices = spectra_choices(view, str(shown), row)
colors = distinct_colors([setting.codec for setting in view.codecs])

if shown == "claims":
    titles = [
        codecs[setting.codec].title if view.match else setting_title(codecs[setting.codec], setting.quality or 0.0)
        for setting in view.codecs
    ]
    pictures = Pictures(choices.pictures, original, choices.is_set)
    show_agreement(view, pictures, codecs, titles, colors)
    teach()
    end_page()

spectra = all_spectra(view, original, choices, codecs)
progress_line("spectra")
for problem in spectra.problems():
    st.warning(problem)
if spectra.inputs.state == "failed":
    st.error(spectra.inputs.message)
    end_page()
shape = group_choice(spectra.shapes(original))
titles = codec_titles(view, spectra, shape, codecs, choices.is_set)
groups = spectra.codec_groups(shape)
for position, group in enumerate(groups):
    if not choices.is_set and group is not None and group.compared is not None and group.compared.matched:
        keep_matched(position, group.compared.matched.quality)

drawn = None
if shown == "planes":
    drawn = show_planes(view, spectra, shape, choices, titles, colors)
    if choices.is_set:
        st.caption("Choose “This picture” to see a part of the plane as a part of the error.")
    else:
        show_parts(view, inputs, spectra, shape, choices, titles, colors)
elif shown == "profiles":
    show_profiles(view, spectra, shape, choices, titles, colors)
else:
    channel = "luminance" if choices.convention == "ood_nic" else choices.convention
    show_severities(view, original, channel, codecs, colors)
if shown in {"planes", "profiles"}:
    spectra_downloads(view, spectra, shape, choices, drawn)
teach()
