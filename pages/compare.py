"""Compare: an image, perhaps corrupted, through several codecs, side by side."""

from functools import partial

import streamlit as st

from nicviz.analysis.manifest import analysis_record
from nicviz.plots.colors import distinct_colors
from nicviz.requests.pages import Compare
from nicviz.ui.compare.blind import blind_comparison
from nicviz.ui.compare.error_maps import MAPS, map_panes
from nicviz.ui.compare.files import downloads
from nicviz.ui.compare.plots import error_plot, rate_plot
from nicviz.ui.compare.progression import show_progression
from nicviz.ui.compare.summary import measure_all, summary, time_all
from nicviz.ui.compare.teach import teach
from nicviz.ui.kit.choices import choice
from nicviz.ui.kit.serial import asked_for, offer_bitstreams
from nicviz.ui.kit.waiting import drawing_first, progress_line
from nicviz.ui.shell.comparison import compress_all, open_inputs
from nicviz.ui.shell.crop import crop_to
from nicviz.ui.shell.frame import end_page, enter_page, page_title
from nicviz.ui.shell.panes import picture_panes
from nicviz.ui.shell.picture import load_picture, named_picture
from nicviz.ui.shell.session import session_codecs
from nicviz.ui.viewer import viewer

VIEWS = {**MAPS, "blind": "Blind comparison"}

view = enter_page(Compare)
codecs = session_codecs()
page_title("Compare", "The same picture through several codecs: what each keeps, what it loses, and what it costs.")

key = choice("show")
shown = st.segmented_control("Show", list(VIEWS), format_func=VIEWS.__getitem__, key=key,
                             required=True, label_visibility="collapsed")  # fmt: skip
if shown == "blind":
    blind_comparison(view, codecs)
    end_page()

inputs = open_inputs(view)
compared = compress_all(view, inputs, codecs, asked_for())
colors = distinct_colors([setting.codec for setting in view.codecs])
maps = st.container()
panes = picture_panes(view, inputs, compared, colors, codecs)
references = ["original", "corrupted"] if inputs.corrupted else ["original"]
if shown != "pictures":
    with maps:
        panes, references = map_panes(inputs, panes, compared, shown), []  # a map minus a picture means nothing
viewer(panes, key="viewer", references=references, events=("crop",),
       on_event=partial(crop_to, load_picture, view.image))  # fmt: skip
progress_line("compress")
offer_bitstreams(view, codecs, compared)

measured = measure_all(inputs, compared)
progress_line("measure")
summary(view, inputs, compared, measured, time_all(inputs, compared, codecs), colors, codecs)
if drawing_first():
    end_page()
titles = [pane.title for pane in picture_panes(view, inputs, compared, colors, codecs)[-len(compared) :]]
show_progression(view, inputs, colors, codecs)
left, right = st.columns(2) if inputs.corrupted else (st.container(), None)
with left:
    error_plot(inputs, compared, colors, titles)
if right is not None:
    with right:
        rate_plot(compared, colors, titles)

finished = [
    (done.value, figures.value) for done, figures in zip(compared, measured, strict=True) if done.done and figures.done
]
record = analysis_record(inputs.original, named_picture(view.image).source, view.corruption, finished)
downloads(view, inputs, record, finished, codecs)
teach()
