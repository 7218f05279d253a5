"""What belongs to one browser session: its uploaded picture and its uploaded checkpoints."""

import atexit
import hashlib
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import streamlit as st

from nicviz.analysis.catalog import catalog
from nicviz.codecs import Codec
from nicviz.codecs.neural.checkpoints import session_codec
from nicviz.errors import NicvizError
from nicviz.images import LoadedImage

MAX_CHECKPOINTS = 4


def uploaded() -> LoadedImage | None:
    """Return the picture that this session uploaded last."""
    image: LoadedImage | None = st.session_state.get("uploaded")
    return image


def session_codecs() -> Mapping[str, Codec]:
    """Return all codecs of this session: the registry, the folder's checkpoints, its own uploads."""
    return catalog(st.session_state.get("checkpoints", {}).values())


@st.cache_resource(show_spinner=False)
def _upload_folder() -> Path:
    """Return the folder of uploaded checkpoints, which goes with the server."""
    folder = TemporaryDirectory(prefix="nicviz-uploads-", ignore_cleanup_errors=True)
    atexit.register(folder.cleanup)
    return Path(folder.name)


def upload_checkpoint() -> None:
    """Draw the upload of a user's own checkpoint, which then stands among the codecs."""
    st.markdown(
        "A checkpoint of a **CompressAI** architecture. Architecture and widths are read from it; "
        "it is loaded as weights only."
    )
    file = st.file_uploader("Checkpoint", type=["pth", "pt", "tar", "safetensors"], label_visibility="collapsed")
    if file is None:
        return
    held: dict[str, Codec] = st.session_state.setdefault("checkpoints", {})
    data = file.getvalue()
    digest = hashlib.sha256(data).hexdigest()
    if digest not in held:
        try:
            path = (
                _upload_folder() / f"{digest}{Path(file.name).suffix}"
            )  # a file, so that worker processes can read it
            path.write_bytes(data)
            held[digest] = session_codec(path, file.name)
        except NicvizError as error:
            st.error(str(error))
            return
        for oldest in list(held)[:-MAX_CHECKPOINTS]:
            del held[oldest]
        st.rerun()
    st.success(f"{held[digest].title}: choose it in the list of codecs.")
