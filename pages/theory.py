"""Theory: why codecs lose high frequencies first, from the power spectrum of what they were trained on."""

import streamlit as st

from nicviz.requests.more_pages import Theory
from nicviz.ui.kit.choices import choice
from nicviz.ui.kit.given import Given
from nicviz.ui.kit.picture_sets import Pictures, pictures_control
from nicviz.ui.kit.screen import folded_when_narrow
from nicviz.ui.shell.comparison import corrupted_inputs
from nicviz.ui.shell.frame import end_page, enter_page, notices, page_title
from nicviz.ui.shell.picture import load_picture
from nicviz.ui.shell.session import session_codecs
from nicviz.ui.theory.bound import show_bound
from nicviz.ui.theory.components import show_components
from nicviz.ui.theory.controls import VIEWS, patch_choices
from nicviz.ui.theory.files import theory_command, theory_downloads
from nicviz.ui.theory.linear import show_linear
from nicviz.ui.theory.spectrum import show_spectrum
from nicviz.ui.theory.teach import teach

view = enter_page(Theory)
codecs = session_codecs()
page_title(
    "Theory", "Why codecs lose high frequencies first: from the spectrum of pictures to the gain of a linear codec, "
    "and how far that explains a network.",
)  # fmt: skip
original = load_picture(view.image)
notices(view.image, original.notices)
shown = st.segmented_control("Show", list(VIEWS), format_func=VIEWS.__getitem__, required=True,
                             key=choice("theory"), label_visibility="collapsed")  # fmt: skip

if shown == "codec":
    inputs = corrupted_inputs(view, original)
    if inputs is None:
        end_page()
    pictures = Pictures((view.image,), original, is_set=False)
    files, mse = show_linear(view, inputs, codecs)
    shell = theory_command(view, pictures, mse)
else:
    with folded_when_narrow("Pictures and patches"):
        settings = pictures_control(view, "over")
        side, channel = patch_choices() if shown == "components" else (16, "luminance")
    pictures = Pictures(settings, original, is_set=settings != (view.image,))
    given = Given(pictures, view.corruption)
    shell = theory_command(view, pictures)
    if view.corruption is not None:
        st.caption(f":material/info: Of what the codecs are given: under {view.corruption}.")
    if shown == "components":
        files = show_components(given, side, channel)
    elif shown == "rd":
        files = show_bound(given)
    else:
        files = show_spectrum(given, shell)
theory_downloads(view, files, shell)
teach()
