"""Latents: what a neural codec codes of a picture, and where its bits go."""

import streamlit as st

from nicviz.plots.colors import codec_color
from nicviz.requests.more_pages import Latents
from nicviz.ui.kit.choices import choice
from nicviz.ui.kit.waiting import progress_line
from nicviz.ui.latents.channels import show_channels
from nicviz.ui.latents.computing import looks
from nicviz.ui.latents.controls import USUAL, VIEWS, inside_choice
from nicviz.ui.latents.correlations import show_redundancy
from nicviz.ui.latents.elements import show_basis
from nicviz.ui.latents.files import latents_downloads
from nicviz.ui.latents.operation import show_surgery
from nicviz.ui.latents.spending import show_bits
from nicviz.ui.latents.teach import teach
from nicviz.ui.shell.comparison import open_inputs
from nicviz.ui.shell.frame import end_page, enter_page, page_title
from nicviz.ui.shell.operating import operating_qualities
from nicviz.ui.shell.session import session_codecs

view = enter_page(Latents)
codecs = session_codecs()
page_title("Latents", "What a neural codec codes of the picture, what it expects of it, and where the bits go.")

inputs = open_inputs(view)
shown = st.segmented_control("Show", list(VIEWS), format_func=VIEWS.__getitem__, required=True,
                             key=choice("latents"), label_visibility="collapsed")  # fmt: skip
body, files = st.container(), st.container()
teach()  # what grows above it is in places of its own: a fold-out that is open stays open

with body:
    operating = operating_qualities(view, inputs.original, codecs)
    colors = {name: codec_color(name) for name in (*(setting.codec for setting in view.codecs), USUAL)}
    waiting = any(codecs[setting.codec].family == "neural" for setting in view.codecs)
    inside = inside_choice(operating, colors, codecs, waiting)
    if inside is None:
        end_page()
    lives = looks(inputs, inside)
    progress_line("look")
    for live in lives:
        if live.state == "failed":
            st.error(live.message, icon=":material/error:")
    if all(live.done for live in lives):
        found = [live.value for live in lives]
        if shown == "channels":
            show_channels(inputs.source, inside, found[-1])
        elif shown == "bits":
            show_bits(inputs, inside, found, operating, codecs, colors)
        elif shown == "redundancy":
            show_redundancy(inputs.source, inside, found[-1])
        elif shown == "basis":
            show_basis(inputs.source, inside, found[-1])
        else:
            show_surgery(inputs.source, inside, found[-1])
with files:
    latents_downloads(view, inside, lives[-1].value if lives[-1].done else None, shown == "surgery")
