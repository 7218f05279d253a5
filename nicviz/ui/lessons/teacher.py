"""The teacher's view: all steps of a lesson with their solutions, made live, on one page that can be printed."""

from collections.abc import Mapping

import streamlit as st

from nicviz.codecs import Codec
from nicviz.images import encode_png
from nicviz.lessons import Lesson
from nicviz.lessons.base import Measured, Step
from nicviz.lessons.links import link, place_title
from nicviz.lessons.questions import Slider
from nicviz.run.live import Live
from nicviz.ui.kit.plain import plain_text
from nicviz.ui.kit.waiting import progress_line
from nicviz.ui.lessons.figures import picture_panes, show_chart
from nicviz.ui.lessons.step import solution
from nicviz.ui.lessons.working import LANE, measure_steps

WIDTH = 350  # of a figure, in CSS pixels: half a page
# Black on white whatever the theme; nothing that can only be clicked; a step is not torn apart where it fits a page.
_PRINT = """
<style>
@media print {
  @page {margin: 14mm;}
  html, body, .stApp, [data-testid="stAppViewContainer"], [data-testid="stMain"], .stMainBlockContainer {
    position: static !important; display: block !important; width: auto !important; height: auto !important;
    max-width: none !important; overflow: visible !important; background: #fff !important; padding: 0 !important;
  }
  [data-testid="stSidebar"], [data-testid="stHeader"], [data-testid="stToolbar"], [data-testid="stStatusWidget"],
  [data-testid="stButton"], [data-testid="stDownloadButton"], [data-testid="stLinkButton"], [data-testid="stExpander"],
  [data-testid="stButtonGroup"], [data-testid="stCheckbox"], [data-testid="stToast"], .modebar, .st-key-page-links,
  .st-key-not-printed {display: none !important;}
  .stApp *:not(canvas):not(img) {color: #000 !important; background: transparent !important;}
  .js-plotly-plot svg text {fill: #000 !important;}
  html {font-size: 11px !important;}  /* not a zoom, by which Streamlit would measure its plots again and again */
  [class*="st-key-solution-"] {break-inside: avoid; border-color: #999 !important; margin-bottom: 4mm;}
  [class*="st-key-solution-"] [data-testid="stHorizontalBlock"] {
    display: flex !important; flex-flow: row nowrap !important; gap: 1.2rem !important;
  }
  [class*="st-key-solution-"] [data-testid="stColumn"] {
    flex: 1 1 0 !important; width: auto !important; min-width: 0 !important;
  }
  [class*="st-key-solution-"] [data-testid="stColumn"]:last-child {flex: 0 0 350px !important;}
  [class*="st-key-solution-"] [data-testid="stColumn"] [data-testid="stColumn"] {flex: 1 1 0 !important;}
  h1, h2, h3 {break-after: avoid;}
}
</style>
"""


def teacher_view(lesson: Lesson, codecs: Mapping[str, Codec]) -> None:
    """Draw all steps of a lesson with their solutions."""
    st.html(_PRINT)
    st.subheader(f"{lesson.title}: all steps with solutions", anchor=False)
    st.caption(
        f"About {lesson.minutes} minutes, {len(lesson.steps)} steps. Every number is measured on this machine. "
        f"Afterwards a student should be able to say: “{plain_text(lesson.goal)}”"
    )
    with st.container(key="not-printed"):
        st.caption(":material/print: Print this page with your browser: sidebar and buttons stay off the paper.")
        lives = measure_steps(lesson, range(1, len(lesson.steps) + 1), codecs)
        progress_line(LANE)
    before = None
    for number, (step, live) in enumerate(zip(lesson.steps, lives, strict=True), start=1):
        with st.container(border=True, key=f"solution-{number}"):
            _show(lesson, number, step, live, codecs, pictures=step.view != before)
        before = step.view


def _show(
    lesson: Lesson, number: int, step: Step, live: Live[Measured], codecs: Mapping[str, Codec], pictures: bool
) -> None:
    left, right = st.columns([5, 6], gap="large")
    with left:
        st.markdown(f"**{number}. {step.title}**\n\n{step.text}\n\n**{step.question.question}**\n\n{_answers(step)}")
        if live.done:
            numbers = live.value.numbers
            st.markdown(f"**Solution: {solution(step, numbers)}.** {step.rule.sentence(numbers)}\n\n{step.why}")
            st.link_button(f"Open this on the {place_title(step.page)} page", link(live.value.view, step.page),
                           icon=":material/open_in_new:", key=f"open-{lesson.name}-{number}")  # fmt: skip
        elif live.state == "failed":
            st.error(plain_text(live.message), icon=":material/error:")
        else:
            st.caption("Measuring…")
    with right:
        if live.done:
            if pictures:
                _pictures(live.value, codecs)
            show_chart(live.value, codecs, f"lesson-{lesson.name}-{number}", WIDTH)


def _answers(step: Step) -> str:
    asked = step.question
    if isinstance(asked, Slider):
        return f"A number from {asked.low:g} to {asked.high:g}{asked.unit}."
    return "\n".join(f"- {option.text}" for option in asked.options)


def _pictures(measured: Measured, codecs: Mapping[str, Codec]) -> None:
    """Draw the pictures as they are printed: the viewer is a thing of the screen."""
    panes = [pane for pane in picture_panes(measured, codecs) if pane.png is not None]
    for place, pane in zip(st.columns(max(len(panes), 2)), panes, strict=False):
        place.image(pane.png or encode_png(measured.original.pixels), caption=f"{pane.title} · {pane.caption}",
                    output_format="PNG")  # fmt: skip
