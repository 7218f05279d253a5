"""Getting published weights: what is missing, the download with progress and cancel, and what to do offline."""

from functools import partial

import streamlit as st

from nicviz.codecs import CODECS, Codec
from nicviz.codecs.neural.weights.download import DownloadCanceled, download
from nicviz.codecs.neural.weights.locate import download_folder, locate
from nicviz.codecs.neural.weights.published import file_of
from nicviz.errors import Canceled, WeightsError
from nicviz.run.work import Signal, Work
from nicviz.ui.kit.waiting import compute, progress_line


def weights_section() -> None:
    """Draw the download of published weights."""
    st.subheader("Published weights", anchor=False)
    st.caption(
        "CompressAI's models are downloaded once, into the folder that CompressAI itself uses: "
        f"`{download_folder()}`. Without a network, put the files there, or into a folder of your own that "
        "NICVIZ_WEIGHTS names; they are found by name."
    )
    published = [name for name, codec in CODECS.items() if codec.family == "neural" and _files(codec)]
    left, middle, right = st.columns([3, 4, 1.3], vertical_alignment="bottom")
    codec = CODECS[left.selectbox("Codec", published, format_func=lambda n: CODECS[n].title, key="weights-codec")]
    missing = [quality for quality, file in _files(codec).items() if locate(file) is None]
    chosen = middle.pills("Missing qualities", missing, selection_mode="multi", format_func=lambda q: f"{q:g}",
                          key=f"weights-{codec.name}", disabled=not missing)  # fmt: skip
    if right.button("Download", icon=":material/download:", width="stretch", disabled=not chosen):
        attempt = st.session_state.get("downloads", (0, []))[0] + 1  # a new key, so that one that failed is tried again
        st.session_state["downloads"] = (attempt, [(codec.name, quality) for quality in chosen])
    if not missing:
        st.caption(f"All weights of {codec.title} are here.")
    _downloads()


def _files(codec: Codec) -> dict[float, str]:
    """Return native quality to file name; empty for a codec without published weights."""
    files: dict[float, str] = {}
    for quality in codec.ladder:
        try:
            file = file_of(codec.name, quality)
        except WeightsError:
            return {}
        if file not in files.values():  # one file serves all qualities of a variable-rate model
            files[quality] = file
    return files


def _downloads() -> None:
    """Draw the downloads of this session: progress, then what came of them."""
    attempt, wanted = st.session_state.get("downloads", (0, []))
    works = [Work((attempt, item), file_of(*item), partial(_download, *item)) for item in wanted]
    outcomes = compute("download", works, patience=0.2)
    progress_line("download")
    for work, outcome in zip(works, outcomes, strict=True):
        if outcome.state == "failed":
            st.error(outcome.message, icon=":material/wifi_off:")
        elif outcome.done:
            st.success(f"{work.label} is here.", icon=":material/check:")


def _download(name: str, quality: float, signal: Signal) -> str:
    def progress(done: int, total: int | None) -> None:
        signal.progress = done / total if total else None

    try:
        return str(download(name, quality, progress, signal.is_set))
    except DownloadCanceled as error:
        raise Canceled from error
