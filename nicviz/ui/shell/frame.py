"""What surrounds every page: the look, and errors turned into messages."""

import atexit
import gc
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from runpy import run_path
from typing import NoReturn

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from nicviz.errors import NicvizError
from nicviz.memory import share_arenas
from nicviz.requests.page import Page
from nicviz.requests.view import View
from nicviz.tasks.settings import ImageSetting
from nicviz.ui.kit.choices import open_request
from nicviz.ui.kit.plain import plain_text
from nicviz.ui.kit.screen import is_narrow
from nicviz.ui.kit.waiting import await_work, begin_run
from nicviz.ui.kit.widgets import page_is_drawn
from nicviz.ui.shell.browser import in_the_browser
from nicviz.ui.shell.crop import clamped_notice, show_whole
from nicviz.ui.shell.share import leave_presentation, presenter_style, presenting

FREEZE_EVERY = 300  # modules
_frozen: dict[str, int] = {}
share_arenas()  # before there are threads that work
LOGO = Path(__file__).with_name("logo.svg")
APP = Path(__file__).resolve().parents[3] / "app.py"
ICON = Path(__file__).with_name("icon.png")

_STYLE = """
<style>
.stMainBlockContainer {padding: 3.6rem 2.5rem 3rem; max-width: 112rem;}
.st-key-shell-script {display: none;}
[class*="st-key-gallery-cell"] {position: relative;}
[class*="st-key-gallery-cell"] button::after {content: ""; position: absolute; inset: 0;}  /* over the picture */
[class*="st-key-gallery-cell"] :is([data-testid="stButton"], .stElementContainer, .stTooltipIcon) {position: static;}
[class*="st-key-gallery-cell"] button {position: static;}
.stMainBlockContainer h3 {font-size: 1.1rem; padding: .6rem 0 .3rem;}
[data-testid="stSidebar"] hr {margin: .25rem 0;}
[data-testid="stSidebar"] [data-testid="stVerticalBlock"] {gap: .55rem;}
[data-testid="stFileUploaderDropzone"] {padding: .4rem .6rem;}
[data-testid="stBaseButton-primary"]:not(:disabled) {color: Canvas !important;}  /* readable on both */
h1 {font-size: 1.5rem !important; padding: 0 !important;}
[data-testid="stCaptionContainer"] {color: inherit; opacity: .78;}  /* 4.5 : 1 on every ground here */
[data-testid="stMultiSelect"] [data-tag] {background: rgba(128,128,128,.22); color: inherit;}
[data-testid="stMultiSelect"] [data-tag] > span {color: inherit;}
@media (max-width: 640px) {
  .stMainBlockContainer {padding-left: .8rem; padding-right: .8rem;}
  .st-key-page-links {flex-wrap: nowrap !important; overflow-x: auto; gap: 0 !important; scrollbar-width: none;
    mask-image: linear-gradient(to right, #000 88%, transparent);}
  .st-key-page-links > * {flex: none; width: auto !important;}
  .st-key-page-links a {white-space: nowrap;}
  [data-testid="stButtonGroup"] > div:has(> button) {flex-wrap: wrap; overflow: visible;}  /* not cut off */
}
@media (max-height: 760px) and (min-width: 641px) {  /* a small notebook or a projector: more of the figures */
  .stMainBlockContainer {padding-top: 3.3rem;}
  .stMainBlockContainer > div > [data-testid="stVerticalBlock"] {gap: .6rem;}
  .st-key-page-title {flex-direction: row !important; align-items: baseline !important;}
  .st-key-page-title > * {width: auto !important;}
  .st-key-page-title h1 {white-space: nowrap;}
  [data-testid="stSidebar"] [data-testid="stVerticalBlock"] {gap: .35rem;}
}
/* A plot's buttons: above it, not over its legend. */
.stElementContainer:has(.stPlotlyChart) {height: auto !important; overflow: visible !important;}
.stPlotlyChart {margin-top: 26px;}
.stPlotlyChart .js-plotly-plot {overflow: visible !important;}
.stPlotlyChart .modebar {top: -26px !important;}
</style>
"""


@contextmanager
def open_page(pages: Sequence[StreamlitPage]) -> Iterator[None]:
    """Put the look around a page, turn an error that is meant for people into a message, wait for the page's work.

    Args:
        pages: all there are; on a narrow screen, where the list of them hides in the sidebar, they are at hand too.
    """
    _spare_the_garbage_collector()
    begin_run()
    st.html(_STYLE)
    in_the_browser()
    if presenting():
        presenter_style()
        leave_presentation()
    elif is_narrow():
        with st.container(horizontal=True, key="page-links"):
            for page in pages:
                st.page_link(page)
    try:
        yield
    except NicvizError as error:
        st.error(plain_text(str(error)), icon=":material/error:")
    except _PageEnd:
        pass  # there is no more to draw, but there may be work to wait for
    page_is_drawn()
    await_work()


class _PageEnd(Exception):
    """What `end_page` raises."""


def end_page() -> NoReturn:
    """End the page here. It still waits for its work; after `st.stop` nothing would, so that no result arrived."""
    raise _PageEnd


def _spare_the_garbage_collector() -> None:
    """Leave loaded modules out of garbage collections: with torch, a million objects that live as long as the process.

    Going through them takes half a second, in which no session moves. .streamlit/config.toml switches off the
    collection that Streamlit makes after every run, for the same reason.
    """
    if len(sys.modules) > _frozen.get("modules", 0) + FREEZE_EVERY:
        gc.collect()
        gc.freeze()
        atexit.unregister(gc.unfreeze)
        atexit.register(gc.unfreeze)  # extension modules count what is left at the end
        _frozen["modules"] = len(sys.modules)


def enter_page(request: type[Page] = Page) -> View:
    """Return what the shared controls of app.py chose; every page calls it first, with the request of its choices.

    Because the folder is called pages/, Streamlit runs a page by itself, without app.py, until st.navigation has been
    called once (a link to /about as the first request of a server). Then app.py takes over, and draws the page in it.
    """
    view: View | None = st.session_state.pop("view", None)
    if view is None:
        run_path(str(APP))
        st.stop()
    open_request(request)
    return view


def page_title(title: str, sentence: str) -> None:
    """Draw the page's title and, in one sentence, what it shows."""
    with st.container(key="page-title", gap="small"):
        st.title(title, anchor=False)
        st.caption(sentence)


def notices(setting: ImageSetting, sentences: tuple[str, ...]) -> None:
    """Show what was converted, cut or resampled to get the pixels."""
    sentences = (*clamped_notice(setting), *sentences)
    if not sentences:
        return
    cut = setting.crop is not None or setting.longest_side is not None
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(":material/info: " + " ".join(sentences), width="content")
        if cut:
            st.button("Show the whole picture", type="tertiary", icon=":material/crop_free:", key="show-whole",
                      on_click=show_whole)  # fmt: skip
