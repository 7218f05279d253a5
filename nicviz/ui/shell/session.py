"""What belongs to one browser session: its uploaded picture, and the codecs that it can choose from."""

from collections.abc import Mapping

import streamlit as st

from nicviz.codecs import Codec
from nicviz.codecs.catalog import catalog
from nicviz.errors import WeightsError
from nicviz.images import LoadedImage
from nicviz.ui.shell.checkpoints import session_checkpoints


def uploaded() -> LoadedImage | None:
    """Return the picture that this session uploaded last."""
    image: LoadedImage | None = st.session_state.get("uploaded")
    return image


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
