"""Color: what compression does to the colors of a picture."""

from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from nicviz.plots.colors import distinct_colors
from nicviz.requests.pages import Color
from nicviz.ui.color.ab_planes import change_plots, plane_plots
from nicviz.ui.color.brush import brush_line, current_brush, take_rectangle
from nicviz.ui.color.brushed_panes import marked_panes, pictures_in_plane
from nicviz.ui.color.difference import difference_figures, difference_panes, reference_image
from nicviz.ui.color.files import comparison_downloads, ladder_downloads
from nicviz.ui.color.ladder import ladder_view
from nicviz.ui.color.teach import teach
from nicviz.ui.kit.choices import choice
from nicviz.ui.kit.screen import folded_place
from nicviz.ui.kit.serial import asked_for, offer_bitstreams
from nicviz.ui.kit.waiting import progress_line
from nicviz.ui.shell.comparison import Inputs, compress_all, corrupted_inputs
from nicviz.ui.shell.frame import enter_page, notices, page_title
from nicviz.ui.shell.panes import picture_panes
from nicviz.ui.shell.picture import load_picture
from nicviz.ui.shell.session import session_codecs
from nicviz.ui.viewer import viewer

VIEWS = {"plane": r"a\*b\* plane", "change": "Lost and invented", "difference": "Color difference",
         "ladder": "Quality transitions"}  # fmt: skip


def draw_comparison(inputs: Inputs, shown: str, controls: DeltaGenerator) -> None:
    compared = compress_all(view, inputs, codecs, asked_for())
    colors = distinct_colors([setting.codec for setting in view.codecs])
    panes = picture_panes(view, inputs, compared, colors, codecs)
    if shown == "difference":
        pictures = None
        reference = reference_image(inputs)
        viewer(difference_panes(panes, compared, reference), key="color-map", references=[], height=460)
        progress_line("compress")
        records = difference_figures(compared, colors, codecs, reference, view.match)
    else:
        pictures = pictures_in_plane(inputs, compared, panes)
        brush = current_brush(inputs.original.sha256)
        dimmed = brush is not None and brush.rectangle is None
        references = [] if dimmed else ["original", "corrupted"] if inputs.corrupted else ["original"]
        viewer(marked_panes(panes, pictures, brush), key="color", references=references, height=300,
               events=("rectangle",), on_event=partial(take_rectangle, inputs.original.sha256))  # fmt: skip
        progress_line("compress")
        progress_line("planes")
        progress_line("marks")
        brush_line(brush)
        draw = plane_plots if shown == "plane" else partial(change_plots, inputs=inputs)
        records = draw(pictures, brush=brush, controls=controls)
    offer_bitstreams(view, codecs, compared)
    comparison_downloads(view, records, pictures)


def draw_ladders(inputs: Inputs) -> None:
    found, is_set = ladder_view(view, inputs, codecs)
    ladder_downloads(view, found, is_set)


view = enter_page(Color)
codecs = session_codecs()
page_title("Color", "Which colors a codec keeps, loses and invents, where in the picture, and at what rate.")
original = load_picture(view.image)
notices(view.image, original.notices)
choices = st.container(horizontal=True, vertical_alignment="bottom", gap="small")  # pictures and planes on one screen
shown = choices.segmented_control("Show", list(VIEWS), format_func=VIEWS.__getitem__, required=True,
                                  key=choice("color"), label_visibility="collapsed")  # fmt: skip
inputs = corrupted_inputs(view, original)
if inputs is not None:
    if shown == "ladder":
        draw_ladders(inputs)
    else:
        draw_comparison(inputs, str(shown), folded_place(choices, "Cells and axes"))
teach(original)
