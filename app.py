"""nicviz: the lab bench for image codecs. Page settings, the controls that every page shares, navigation."""

import streamlit as st

from nicviz.ui.shell.controls import sidebar, take_url
from nicviz.ui.shell.frame import ICON, LOGO, open_page

take_url()
st.set_page_config("nicviz", page_icon=str(ICON), layout="wide", initial_sidebar_state="auto")
st.logo(str(LOGO), size="large")

pages = [
    st.Page("pages/compare.py", title="Compare", icon=":material/compare:", default=True),
    st.Page("pages/color.py", title="Color", icon=":material/palette:"),
    st.Page("pages/rd.py", title="Rate–distortion", icon=":material/show_chart:"),
    st.Page("pages/spectra.py", title="Spectra", icon=":material/graphic_eq:"),
    st.Page("pages/heatmap.py", title="Fourier heatmap", icon=":material/blur_on:"),
    st.Page("pages/latents.py", title="Latents", icon=":material/layers:"),
    st.Page("pages/theory.py", title="Theory", icon=":material/function:"),
    st.Page("pages/robustness.py", title="Robustness", icon=":material/shield:"),
    st.Page("pages/lessons.py", title="Lessons", icon=":material/school:"),
    st.Page("pages/about.py", title="About", icon=":material/info:"),
]
page = st.navigation(pages, position="top")
with open_page(pages):
    st.session_state["view"] = sidebar()
    page.run()
