"""Share a view: its link, the address in the local network, a QR code; and the presenter's view of a link."""

import socket
from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import segno
import streamlit as st

from nicviz.requests.parts import upload_digest
from nicviz.ui.shell.uploads import kept_for

PARAMETER = "present"  # of the URL
_HERE = {"localhost", "127.0.0.1", "::1"}
_EVERYWHERE = {"", "0.0.0.0", "::"}
_ANYWHERE_ELSE = ("192.0.2.1", 9)  # an address that is nobody's; nothing is sent to it
_SCRIPT = """
export default function mount({ setStateValue }) {
  setTimeout(() => setStateValue("href", location.href)); // with what the viewer has added
}
"""
_STYLE = """
<style>
html {font-size: 20px !important;}
:root {--nicviz-stage: calc(100dvh - 14rem); --nicviz-zoom: 1.5;}
[data-testid="stSidebar"], [data-testid="stHeader"], [data-testid="stExpandSidebarButton"],
.stMainBlockContainer :is([data-testid="stButtonGroup"], [data-testid="stDownloadButton"], [data-testid="stExpander"],
  [data-testid="stCode"], [data-testid="stPopover"], [data-testid="stSelectbox"], [data-testid="stMultiSelect"],
  [data-testid="stNumberInput"], [data-testid="stSlider"], [data-testid="stCheckbox"], [data-testid="stButton"],
  [data-testid="stWidgetLabel"], .st-key-take-with-you, .st-key-how-to) {display: none !important;}
.stMainBlockContainer [class*="st-key-leave-presentation"] [data-testid="stButton"] {display: block !important;}
.stMainBlockContainer {padding-top: 1rem; padding-bottom: 1rem;}
</style>
"""


def presenting() -> bool:
    """Return whether this browser shows the presenter's view: picture, figures and keys only."""
    return PARAMETER in st.query_params


def presenter_style() -> None:
    """Leave picture and figures on the page, in large type, and a way back."""
    st.html(_STYLE)


def leave_presentation() -> None:
    """Draw the way back from the presenter's view."""
    with st.container(key="leave-presentation", horizontal=True, vertical_alignment="center"):
        st.caption("1–6 a picture · space the one before · S W F D how they are compared · + − 0 zoom · ? all keys",
                   width="stretch")  # fmt: skip
        st.button("Leave the presentation", icon=":material/close_fullscreen:", type="tertiary", on_click=_leave)


def _leave() -> None:
    st.query_params.pop(PARAMETER)


def share_button(source: str) -> None:
    """Draw the button that opens the dialog; `source` is of the picture that the link will open."""
    if st.button("Share this view", icon=":material/share:", width="stretch", key="share"):
        _dialog(source)


@st.dialog("Share this view", icon=":material/share:")
def _dialog(source: str) -> None:
    href = _component()(key="share-link", default={"href": None}, on_href_change=lambda: None).get("href")
    if not href:
        return
    present = st.toggle("Presenter's view: picture, figures and keys only, in large type", key="share-present")
    link = present_link(href, present)
    wide = network_link(link, st.get_option("server.address") or "", own_address())
    st.markdown("**In this network**" if wide else "**On this machine**")
    st.code(wide or link, language=None, wrap_lines=True)
    if wide is None:
        st.caption("This dashboard answers this machine alone. `make HOST=0.0.0.0 run` opens it to the network; read "
                   "in the README what that means.")  # fmt: skip
    else:
        code = segno.make(wide, error="m").svg_inline(scale=5, border=3, light="#fff")
        st.image(code, width=280, alt="QR code of the link")
    if upload_digest(source):
        st.caption(f"Whoever has the link can see your uploaded picture, for {kept_for()} after its last use.")


def present_link(href: str, present: bool) -> str:
    """Return a link to the presenter's view, or to the usual one."""
    parts = urlsplit(href)
    query = [each for each in parts.query.split("&") if each and each.partition("=")[0] != PARAMETER]
    return urlunsplit(parts._replace(query="&".join([*query, f"{PARAMETER}=1"] if present else query), fragment=""))


def network_link(link: str, bound: str, address: str | None) -> str | None:
    """Return the link as others in the network open it; None where they cannot.

    Args:
        link: as the browser here has it.
        bound: the address that the server answers on.
        address: of this machine in the network; None where there is none.
    """
    parts = urlsplit(link)
    if parts.hostname not in _HERE:
        return link
    if bound not in _EVERYWHERE or address is None:
        return None
    host = f"[{address}]" if ":" in address else address
    return urlunsplit(parts._replace(netloc=host if parts.port is None else f"{host}:{parts.port}"))


def own_address() -> str | None:
    """Return the address of this machine in its network; None where it is in none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_ANYWHERE_ELSE)  # chooses the way that a packet would take
            address: str = probe.getsockname()[0]
        except OSError:
            return None
    return None if address.startswith("127.") else address


@cache
def _component() -> Callable[..., Any]:
    return st.components.v2.component("nicviz_share", html="<i hidden></i>", js=_SCRIPT)
