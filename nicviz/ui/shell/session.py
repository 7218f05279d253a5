"""What belongs to one browser session: its uploaded picture and its uploaded checkpoints."""

import atexit
import hashlib
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import streamlit as st

from nicviz.codecs import Codec
from nicviz.codecs.catalog import catalog
from nicviz.codecs.neural.family.own import codec_name, session_codec
from nicviz.errors import NicvizError, WeightsError
from nicviz.images import LoadedImage

MAX_CHECKPOINTS = 4
MAX_CHECKPOINT_MB = 512  # the largest published one has 120; training scripts add the optimizer's state


def uploaded() -> LoadedImage | None:
    """Return the picture that this session uploaded last."""
    image: LoadedImage | None = st.session_state.get("uploaded")
    return image


def session_checkpoints() -> list[Codec]:
    """Return the codecs of the checkpoints that this session uploaded."""
    return list(st.session_state.get("checkpoints", {}).values())


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
    file = st.file_uploader("Checkpoint", type=["pth", "pt", "tar", "safetensors"], label_visibility="collapsed",
                            max_upload_size=MAX_CHECKPOINT_MB)  # fmt: skip
    if file is None:
        return
    held: dict[str, Codec] = st.session_state.setdefault("checkpoints", {})
    data = file.getvalue()
    digest = hashlib.sha256(data).hexdigest()
    if digest not in held:
        try:
            path = _upload_folder() / f"{digest}{Path(file.name).suffix}"  # so that worker processes can read it
            path.write_bytes(data)
            # Sessions share results by name, so the name tells checkpoints apart that come as files of one name.
            held[digest] = session_codec(path, file.name, f"{codec_name(file.name)}-{digest[:8]}")
        except (NicvizError, OSError) as error:
            st.error(str(error))
            return
        for oldest in list(held)[:-MAX_CHECKPOINTS]:
            del held[oldest]
        st.rerun()
    st.success(f"{held[digest].title}: choose it in the list of codecs.")
