"""Programs on the About page: what is wrong with tables, a second look, and what VVC and HEVC take."""

import streamlit as st

from nicviz.analysis.rd.measured import kodak_deltas, measured
from nicviz.codecs import CODECS, external, ffmpeg
from nicviz.codecs.external import EXAMPLES, read_tables
from nicviz.environment import CODECS as TABLES
from nicviz.plots.colors import codec_color
from nicviz.ui.kit.plain import plain_text
from nicviz.ui.kit.table import Row, show_table

_WHY = (
    "`hevc` lies on the published curve of BPG, whose tools it has, within 0.07 dB up to 1 bpp; above, where that "
    "curve feels the rounding to 8 bits, its 10 bits gain 0.2 dB. What was published for HM and VTM has its PSNR "
    "against a picture that had already gone through 8-bit Y, Cb, Cr, and not against the file, which flatters it at "
    "high rates. VTM searches longer than VVenC and codes color in full: at half resolution, which is all that VVenC "
    "takes, color costs fewer bits at low rates, but bounds the PSNR over R, G and B at high ones."
)


def look_again() -> None:
    """Draw what is wrong with tables in NICVIZ_CODECS, and a button that looks for programs and tables anew."""
    for problem in read_tables(CODECS).problems:
        st.warning(plain_text(problem), icon=":material/rule:")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Look again", icon=":material/refresh:", key="look-again", on_click=_forget,
                  help="For programs, and for tables of programs.")  # fmt: skip
        place = TABLES.read()
        said = f"are in {place}" if place else "come from a file or folder that NICVIZ_CODECS names"
        st.caption(plain_text(f"Tables that make any program a codec {said}. Examples: {EXAMPLES}."))


def _forget() -> None:
    external.forget()
    ffmpeg.forget()


def programs_section() -> None:
    """Draw BD-rates of `hevc` and `vvc` against published curves and other codecs here."""
    st.subheader("VVC and HEVC on Kodak", anchor=False)
    names = ("hevc", "vvc")
    deltas = [kodak_deltas(name) for name in names]
    rows = [
        Row(f"against {title}", [_text(each[title].value) for each in deltas], help="; ".join(
            dict.fromkeys(each[title].note for each in deltas if each[title].note)))
        for title in deltas[0]
    ]  # fmt: skip
    show_table([(CODECS[name].title, codec_color(name)) for name in names], rows)
    st.caption(
        "BD-rate for equal PSNR: bits that a codec takes more (+) or less (−), means over the 24 Kodak images. " + _WHY
    )
    made_by = ", ".join(f"{name} {version}" for name, version in measured().versions.items())
    st.caption(f"Measured with {made_by}:")
    st.code(measured().command, language="bash", wrap_lines=True)


def _text(value: float | None) -> str:
    return "–" if value is None else f"{value:+.1f} %"
