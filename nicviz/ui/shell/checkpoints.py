"""A user's own checkpoint: uploaded once, copied and recognized in the background, then a codec of the session."""

import atexit
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import BinaryIO
from uuid import uuid4

import streamlit as st

from nicviz.codecs import Codec
from nicviz.codecs.neural.family.own import codec_name, session_codec
from nicviz.errors import Canceled, NicvizError, WeightsError
from nicviz.run.work import Signal, Work
from nicviz.ui.kit.plain import plain_text
from nicviz.ui.kit.waiting import compute, progress_line

MAX_CHECKPOINTS = 4
MAX_CHECKPOINT_MB = 512  # the largest published one has 120; training scripts add the optimizer's state
_CHUNK = 1 << 22
_LONGEST_NAME = 100
_STATE, _LANE = "checkpoints", "checkpoint"


@dataclass
class _Held:
    """What a session has uploaded: its codecs by name, the newest last, and the name that each upload has become."""

    codecs: dict[str, Codec] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


def _held() -> _Held:
    held: _Held = st.session_state.setdefault(_STATE, _Held())
    return held


def session_checkpoints() -> list[Codec]:
    """Return the codecs of the checkpoints that this session uploaded."""
    return list(_held().codecs.values())


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
    held = _held()
    works = []
    if file is not None and file.file_id not in held.names:
        run = partial(codec_of_upload, file, file.name, file.size, _upload_folder())
        works.append(Work(file.file_id, file.name, run))
    uploads = compute(_LANE, works, patience=0)  # none left: what was uploaded and taken back is canceled
    progress_line(_LANE, narrow=True)
    for upload in uploads:
        if upload.state == "failed":
            st.error(plain_text(upload.message))
        elif upload.done and file is not None:
            held.names[file.file_id] = upload.value.name
            held.codecs = {**held.codecs, upload.value.name: upload.value}
            for oldest in list(held.codecs)[:-MAX_CHECKPOINTS]:
                del held.codecs[oldest]
            st.rerun()
    codec = held.codecs.get(held.names.get(file.file_id, "")) if file is not None else None
    if codec is not None:
        st.success(f"{plain_text(codec.title)}: choose it in the list of codecs.")


def codec_of_upload(content: BinaryIO, name: str, num_bytes: int, folder: Path, signal: Signal) -> Codec:
    """Return the codec of an uploaded checkpoint, after copying it to where worker processes can read it.

    Args:
        content: the upload; read in pieces.
        name: that the file has on the user's machine; messages call it so.
        num_bytes: its size.
        folder: of copies, each in a folder that is named by its content.
        signal: stops it, and takes the share that is copied.

    Raises:
        WeightsError: no usable checkpoint, or no room for the copy.
        Canceled: `signal` was set.
    """
    named = PurePosixPath(name.replace("\\", "/")).name[-_LONGEST_NAME:] or "checkpoint"
    partial_file = folder / f"{uuid4().hex}.partial"
    try:
        digest = _copy(content, partial_file, num_bytes, signal)
        path = folder / digest / named
        path.parent.mkdir(exist_ok=True)
        partial_file.replace(path)
    except OSError as error:
        raise WeightsError(f"{name} could not be kept on the server: {error.strerror or error}.") from error
    finally:
        partial_file.unlink(missing_ok=True)
    signal.doing = "recognizing"
    try:
        # Sessions share results by name, so the name tells checkpoints apart that come as files of one name.
        return session_codec(path, named, f"{codec_name(named)}-{digest[:8]}")
    except NicvizError:
        path.unlink(missing_ok=True)
        raise


def _copy(content: BinaryIO, target: Path, num_bytes: int, signal: Signal) -> str:
    """Copy a file and return the SHA-256 of its content."""
    digest, done = sha256(), 0
    content.seek(0)
    with target.open("wb") as copy:
        while chunk := content.read(_CHUNK):
            if signal.is_set():
                raise Canceled
            digest.update(chunk)
            copy.write(chunk)
            done += len(chunk)
            signal.progress = done / max(num_bytes, 1)
    return digest.hexdigest()
