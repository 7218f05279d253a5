"""The image viewer of every page: exact pixels, compared side by side, split, flickering or subtracted.

It is a Streamlit component of our own. All that moves (zoom, pan, mode, split) lives in the browser and causes no
rerun; a rerun only brings the panes. The script is several files of JavaScript, one per concern, joined when loaded.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from nicviz.plots.framed import framed

_FOLDER = Path(__file__).parent
_SCRIPTS = (
    "geometry.js",
    "picture.js",
    "choice.js",
    "title.js",
    "stage.js",
    "toolbar.js",
    "input.js",
    "keys.js",
    "link.js",
    "viewer.js",
)
EVENT_TYPES = ("click", "rectangle", "crop")


@dataclass(frozen=True)
class Pane:
    """One picture of the viewer.

    Args:
        name: stable id, such as "original" or "codec-1"; zoom, choices and the last picture stay with it.
        title: what the pane is called on the screen.
        png: lossless PNG without transparency; None while there is none yet.
        caption: one short line beside the title, such as "0.50 bpp · 32.1 dB".
        status: shown in the pane while `png` is None: "compressing…", or why it failed.
        color: CSS color of the codec, as in every plot.
        failed: the status is an error, not work in progress.
    """

    name: str
    title: str
    png: bytes | None
    caption: str = ""
    status: str = ""
    color: str = ""
    failed: bool = False


@dataclass(frozen=True)
class ViewerEvent:
    """What a user pointed at, in whole image pixels from the top left; a click has width and height 1."""

    type: str
    pane: str
    x: int
    y: int
    width: int = 1
    height: int = 1


def pack(panes: Sequence[Pane], **settings: Any) -> bytes:
    """All that the browser gets, as one blob, because Streamlit sends bytes as they are only at the top level.

    Layout: length of the header (4 bytes, little endian), header (JSON, UTF-8), PNG files one after the other. The
    header holds `settings` and "panes": the fields of each `Pane`, with "hash", "offset" (from the end of the header)
    and "length" in place of the PNG; the hash is null where there is no picture.

    Raises:
        ValueError: two panes have one name.
    """
    if len({pane.name for pane in panes}) != len(panes):
        raise ValueError(f"panes need different names, not {[pane.name for pane in panes]}")
    entries = []
    offset = 0
    for pane in panes:
        png = pane.png or b""
        entry = {key: value for key, value in asdict(pane).items() if key != "png"}
        entry |= {"hash": _hash(png) if png else None, "offset": offset, "length": len(png)}
        entries.append(entry)
        offset += len(png)
    return framed({**settings, "panes": entries}, (pane.png or b"" for pane in panes))


def viewer(
    panes: Sequence[Pane],
    *,
    key: str,
    references: Sequence[str] = ("original",),
    height: int = 560,
    room: int = 2,
    together: bool = False,
    events: Sequence[str] = (),
    on_event: Callable[[ViewerEvent], None] | None = None,
) -> ViewerEvent | None:
    """Show the panes; what users chose in the viewer stays from run to run and from page to page.

    Args:
        panes: up to six; none is an empty state.
        key: Streamlit key, and the name under which the browser remembers mode, zoom and choices.
        references: names of the panes that the difference can be taken against.
        height: height of the whole viewer in CSS pixels.
        room: how many panes a narrow screen shows at a time.
        together: new pictures appear when all are decoded: which takes longer tells how detailed it is.
        events: which of "click", "rectangle" (Shift and drag) and "crop" (its tools are offered then) rerun the script;
            none by default.
        on_event: called before the rerun that an event causes.

    Returns:
        The event that caused this run, or None.

    Raises:
        ValueError: two panes of one name, or an unknown event.
    """
    unknown = set(events) - set(EVENT_TYPES)
    if unknown:
        raise ValueError(f"events are {EVENT_TYPES}, not {sorted(unknown)}")
    settings = {"references": list(references), "height": height, "room": room, "together": together}
    data = pack(panes, key=key, events=list(events), **settings)

    def report() -> None:
        import streamlit as st

        event = _parse_event(st.session_state[key].get("event"))
        if on_event is not None and event is not None:
            on_event(event)

    result = _component()(key=key, data=data, on_event_change=report)
    return _parse_event(result.get("event"))


def _parse_event(value: object) -> ViewerEvent | None:
    """The event that the browser sent; None for anything that is not one."""
    if not isinstance(value, dict):
        return None
    try:
        event = ViewerEvent(**value)
    except TypeError:
        return None
    numbers = (event.x, event.y, event.width, event.height)
    well_formed = event.type in EVENT_TYPES and isinstance(event.pane, str) and all(type(n) is int for n in numbers)
    return event if well_formed else None


def _hash(png: bytes) -> str:
    return blake2b(png, digest_size=16).hexdigest()


@cache
def _component() -> Callable[..., Any]:
    """The component, registered once; Streamlit registers it again by itself with a new runtime."""
    import streamlit as st

    script = "\n".join((_FOLDER / name).read_text("utf-8") for name in _SCRIPTS)
    html = (_FOLDER / "viewer.html").read_text("utf-8")
    css = (_FOLDER / "viewer.css").read_text("utf-8")
    return st.components.v2.component("nicviz_viewer", html=html, css=css, js=script)
