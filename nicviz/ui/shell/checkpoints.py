"""A user's own checkpoint: uploaded once, copied and recognized in the background, then a codec of the session."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

import streamlit as st

from nicviz.codecs import Codec
from nicviz.codecs.neural.family.own import codec_name, session_codec
from nicviz.errors import Canceled, NicvizError, WeightsError
from nicviz.run.work import Signal, Work
from nicviz.ui.kit.plain import plain_text
from nicviz.ui.kit.waiting import compute, progress_line
from nicviz.ui.shell.uploads import Uploads, kept_for, uploads

MAX_CHECKPOINTS = 4
MAX_CHECKPOINT_MB = 512  # the largest published one has 120; training scripts add the optimizer's state
_CHUNK = 1 << 22
PARAMETER = "weights"  # of the URL
_STATE, _LANE = "checkpoints", "checkpoint"


@dataclass
class _Held:
    """What a session has uploaded: codecs by name, the newest last; names by upload; SHA-256 by name."""

    codecs: dict[str, Codec] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)


def _held() -> _Held:
    held: _Held = st.session_state.setdefault(_STATE, _Held())
    return held


def session_checkpoints() -> list[Codec]:
    """Return the codecs of the checkpoints that this session uploaded."""
    return list(_held().codecs.values())


def checkpoint_query(names: Collection[str]) -> dict[str, list[str]]:
    """Return what a link needs beside the names of codecs, so that those of uploaded checkpoints can be opened."""
    digests = [digest for name, digest in _held().digests.items() if name in names]
    return {PARAMETER: digests} if digests else {}


def open_checkpoints(digests: Sequence[str]) -> list[str]:
    """Make codecs of the uploaded checkpoints that a link names; return a sentence for each that cannot be."""
    held, problems = _held(), []
    for digest in digests[:MAX_CHECKPOINTS]:
        if digest in held.digests.values():
            continue
        file = uploads().find(digest)
        if file is None:
            problems.append(
                f"A checkpoint of the link is not on this server any more: upload it again ({digest[:8]}…)."
            )
            continue
        try:
            _hold(held, _recognized(file, digest), digest)
        except NicvizError as error:
            problems.append(str(error))
    return problems


def _hold(held: _Held, codec: Codec, digest: str) -> None:
    held.codecs = {**held.codecs, codec.name: codec}
    held.digests = {**held.digests, codec.name: digest}
    for oldest in list(held.codecs)[:-MAX_CHECKPOINTS]:
        del held.codecs[oldest], held.digests[oldest]


def _recognized(path: Path, digest: str) -> Codec:
    """Return the codec of an uploaded file; sessions share results by name, so the name tells its content."""
    return session_codec(path, path.name, f"{codec_name(path.name)}-{digest[:8]}")


def upload_checkpoint() -> None:
    """Draw the upload of a user's own checkpoint, which then stands among the codecs."""
    st.markdown(
        "A checkpoint of a **CompressAI** architecture. Architecture and widths are read from it; "
        f"it is loaded as weights only. It stays on this server for {kept_for()} after its last use."
    )
    file = st.file_uploader("Checkpoint", type=["pth", "pt", "tar", "safetensors"], label_visibility="collapsed",
                            max_upload_size=MAX_CHECKPOINT_MB)  # fmt: skip
    held = _held()
    works = []
    if file is not None and file.file_id not in held.names:
        run = partial(codec_of_upload, file, file.name, file.size, uploads())
        works.append(Work(file.file_id, file.name, run))
    taken = compute(_LANE, works, patience=0)  # none left: what was uploaded and taken back is canceled
    progress_line(_LANE, narrow=True)
    for upload in taken:
        if upload.state == "failed":
            st.error(plain_text(upload.message))
        elif upload.done and file is not None:
            codec, digest = upload.value
            held.names[file.file_id] = codec.name
            _hold(held, codec, digest)
            st.rerun()
    ready = held.codecs.get(held.names.get(file.file_id, "")) if file is not None else None
    if ready is not None:
        st.success(f"{plain_text(ready.title)}: choose it in the list of codecs.")


def codec_of_upload(content: BinaryIO, name: str, num_bytes: int, kept: Uploads, signal: Signal) -> tuple[Codec, str]:
    """Return the codec of an uploaded checkpoint and its SHA-256, after copying it to where worker processes read it.

    Args:
        content: the upload; read in pieces.
        name: that the file has on the user's machine; messages call it so.
        num_bytes: its size.
        kept: takes the copy.
        signal: stops it, and takes the share that is copied.

    Raises:
        WeightsError: no usable checkpoint, or no room for the copy.
        Canceled: `signal` was set.
    """
    partial_file = None
    try:
        partial_file = kept.begin()
        digest = _copy(content, partial_file, num_bytes, signal)
        path = kept.adopt(partial_file, digest, name)
    except OSError as error:
        raise WeightsError(f"{name} could not be kept on the server: {error.strerror or error}.") from error
    finally:
        if partial_file is not None:
            partial_file.unlink(missing_ok=True)
    signal.doing = "recognizing"
    try:
        return _recognized(path, digest), digest
    except NicvizError:
        kept.drop(digest)
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
