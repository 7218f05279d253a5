"""What belongs to one browser session: its uploaded pictures, and the codecs that it can choose from."""

from collections.abc import Mapping

import streamlit as st

from nicviz.codecs import Codec
from nicviz.codecs.catalog import catalog
from nicviz.errors import WeightsError
from nicviz.images import printable
from nicviz.requests.parts import upload_digest
from nicviz.ui.shell.checkpoints import session_checkpoints
from nicviz.ui.shell.uploads import uploads

MAX_UPLOADS = 6
_STATE = "uploads"


def uploads_of_session() -> Mapping[str, str]:
    """Return the pictures that this session has uploaded or opened by a link: source to file name, the newest first."""
    found: dict[str, str] = st.session_state.get(_STATE, {})
    return found


def add_upload(source: str, name: str) -> None:
    """Put an uploaded picture among those of this session."""
    found = {source: name, **{each: other for each, other in uploads_of_session().items() if each != source}}
    st.session_state[_STATE] = dict(list(found.items())[:MAX_UPLOADS])


def open_upload(source: str) -> bool:
    """Return whether an uploaded picture that a link names is here; it then is among those of this session."""
    file = uploads().find(upload_digest(source) or "")
    if file is not None:
        add_upload(source, printable(file.name))
    return file is not None


def session_codecs() -> Mapping[str, Codec]:
    """Return all codecs of this session: the registry, the folder's checkpoints, its own uploads.

    A folder that cannot be read leaves the others; `weights_problem` says why.
    """
    own = session_checkpoints()
    st.session_state["weights_problem"] = ""
    try:
        return catalog(own)
    except WeightsError as error:
        st.session_state["weights_problem"] = str(error)
        return catalog(own, folder=False)


def weights_problem() -> str:
    """Return what is wrong with the folder of checkpoints, as `session_codecs` found it; empty if nothing is."""
    problem: str = st.session_state.get("weights_problem", "")
    return problem
