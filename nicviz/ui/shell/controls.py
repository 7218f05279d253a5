"""The controls that every page shares, in the sidebar; what they choose is a `View`, and the URL follows it."""

from collections.abc import Collection, Mapping
from typing import Any, cast

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from nicviz.codecs import Codec
from nicviz.codecs.neural.device import device_label
from nicviz.corruptions import CORRUPTIONS
from nicviz.plots.colors import distinct_colors
from nicviz.requests.fields import Known
from nicviz.requests.query import to_query
from nicviz.requests.view import PARAMETERS, View, view_from_query
from nicviz.tasks.settings import MATCH_RANGE, MAX_CODECS, SEEDS, CodecSetting, CorruptionSetting, Match, MatchMetric
from nicviz.ui.kit.choices import expect_link, take_choices
from nicviz.ui.kit.plain import plain_text
from nicviz.ui.kit.widgets import forget_values, keep_values, set_widget
from nicviz.ui.shell.browser import previewed
from nicviz.ui.shell.checkpoints import PARAMETER as CHECKPOINTS
from nicviz.ui.shell.checkpoints import checkpoint_query, open_checkpoints, upload_checkpoint
from nicviz.ui.shell.picture import PICTURE_KEYS, picture_controls, seed_picture, take_upload
from nicviz.ui.shell.session import open_upload, session_codecs, weights_problem
from nicviz.ui.shell.share import share_button

NO_CORRUPTION = "none"
GROUPS = {
    "low": "low frequency",
    "medium": "medium frequency",
    "high": "high frequency",
    "extra": "extra, not in the paper",  # longer: a list that is typed into offers the paper's first
}
PREFERRED = ("jpegxl", "avif", "webp", "jpeg")  # to add, in this order
MATCHES = {"off": "Off", "bpp": "Rate", "psnr": "PSNR"}
MATCH_DEFAULT: dict[MatchMetric, float] = {"bpp": 0.5, "psnr": 32.0}


def sidebar() -> View:
    """Draw the shared controls and return what they choose."""
    codecs = session_codecs()
    for problem in st.session_state.pop("link_problems", []):
        st.toast(plain_text(problem), icon="⚠️", duration="long")
    take_upload()
    with st.sidebar:
        image = picture_controls()
        st.divider()
        corruption = _corruption_controls()
        st.divider()
        match = _match_controls()
        settings = _codec_controls(codecs, match)
        share_button(image.source)
        st.caption(f"Neural codecs run on **{device_label()}**.")
    view = View(image, corruption, settings, match)
    _write_url(view)
    return view


def take_url() -> None:
    """Let the URL decide on the first run of a session, and when the browser goes back or forward.

    app.py calls it before it draws anything: a run may be interrupted at the first element by a click on another page,
    whose address says nothing about the view any more.
    """
    context = get_script_run_ctx()
    back = bool(context and getattr(context, "is_history_navigation", False))
    named = any(name in PARAMETERS for name in st.query_params)  # a link to a page alone says nothing about the view
    if "codec_rows" in st.session_state and not (back and named):
        keep_values(_widget_keys())
        take_choices()
        return
    expect_link()
    forget_values()
    problems = open_checkpoints(st.query_params.get_all(CHECKPOINTS))
    codecs = session_codecs()
    query = {name: st.query_params.get_all(name) for name in st.query_params}
    view, wrong = view_from_query(query, Known(lambda: codecs, open_upload))
    st.session_state["link_problems"] = problems + wrong
    _seed(view)


def _widget_keys() -> list[str]:
    names = (*PICTURE_KEYS, "corruption", "severity", "seed", "match", "match_bpp", "match_psnr")
    return [*names, *(key for key in map(str, st.session_state) if key.startswith(("codec-", "quality-")))]


def _seed(view: View) -> None:
    """Put a view into the widgets' state."""
    state = st.session_state
    seed_picture(view.image)
    state["corruption"] = view.corruption.name if view.corruption else NO_CORRUPTION
    state["severity"] = view.corruption.severity if view.corruption else 3
    state["seed"] = view.corruption.seed if view.corruption else 0
    state["match"] = view.match.metric if view.match else "off"
    for metric, default in MATCH_DEFAULT.items():
        state[f"match_{metric}"] = view.match.value if view.match and view.match.metric == metric else default
    state["codec_rows"] = list(range(len(view.codecs)))
    state["next_row"] = len(view.codecs)
    for row, setting in enumerate(view.codecs):
        state[f"codec-{row}"] = setting.codec
        if setting.quality is not None:
            state[f"quality-{row}-{setting.codec}"] = setting.quality


def _write_url(view: View) -> None:
    """Let the URL follow the view; a page's own choices in it stay."""
    now = {name: st.query_params.get_all(name) for name in st.query_params}
    others = {name: values for name, values in now.items() if name not in (*PARAMETERS, CHECKPOINTS)}
    query = others | to_query(view) | checkpoint_query([setting.codec for setting in view.codecs])
    if now != query:
        st.query_params.from_dict(query)


def _corruption_controls() -> CorruptionSetting | None:
    def label(name: str) -> str:
        if name == NO_CORRUPTION:
            return "None: the clean image"
        return corruption_label(name)

    names = [NO_CORRUPTION, *CORRUPTIONS]
    name = st.selectbox(
        "Corruption", names, format_func=label, key="corruption",
        help="The corruptions of ImageNet-C, grouped as in Lieberman et al. 2023.",
    )  # fmt: skip
    if name == NO_CORRUPTION:
        return None
    severity = min(max(round(previewed("severity", st.slider("Severity", 1, 5, key="severity"))), 1), 5)
    seed = st.session_state["seed"]
    if CORRUPTIONS[name].is_random:
        seed = st.number_input("Seed", *SEEDS, step=1, key="seed", help="The same seed gives the same corruption.")
    return CorruptionSetting(name, int(severity), int(seed))


def corruption_label(name: str) -> str:
    """Return what a list calls a corruption: its title and its group."""
    return f"{CORRUPTIONS[name].title} · {GROUPS[CORRUPTIONS[name].group]}"


def _codec_controls(codecs: Mapping[str, Codec], match: Match | None) -> tuple[CodecSetting, ...]:
    rows: list[int] = st.session_state["codec_rows"]
    available = [name for name, codec in codecs.items() if codec.availability().ok]
    names = [st.session_state.get(f"codec-{row}", "") for row in rows]
    colors = distinct_colors(names)
    settings = [_codec_row(row, color, codecs, available, match) for row, color in zip(list(rows), colors, strict=True)]
    st.button("Add a codec", icon=":material/add:", on_click=_add_row, args=(codecs, available), width="stretch",
              disabled=len(rows) >= MAX_CODECS, help=f"Up to {MAX_CODECS} at a time.")  # fmt: skip
    if problem := weights_problem():
        st.warning(problem)
    with st.popover("Your own checkpoint", icon=":material/upload_file:", width="stretch"):
        upload_checkpoint()
    return tuple(settings)


def _match_controls() -> Match | None:
    choice = st.segmented_control(
        "Match the codecs in", list(MATCHES), format_func=MATCHES.__getitem__, key="match", required=True,
        help="Codecs are comparable at equal rate or equal PSNR. The quality is searched on the clean image "
        "(to 1 % or 0.05 dB) and kept for the corrupted one; a codec with few settings takes the nearest.",
    )  # fmt: skip
    if choice == "off":
        return None
    metric = cast(MatchMetric, choice)
    low, high = MATCH_RANGE[metric]
    label, step, form = ("Bits per pixel", 0.05, "%.3g") if metric == "bpp" else ("PSNR in dB", 0.5, "%.4g")
    value = st.number_input(label, low, high, step=step, format=form, key=f"match_{metric}")
    return Match(metric, float(value))


def _codec_row(
    row: int, color: str, codecs: Mapping[str, Codec], available: list[str], match: Match | None
) -> CodecSetting:
    """Draw one codec with its quality and return its setting."""
    key = f"codec-{row}"
    options = available if st.session_state.get(key) in available else [*available, st.session_state[key]]
    with st.container(key=f"codec-row-{row}"):
        st.html(f"<div style='height:3px;border-radius:2px;background:{color}'></div>")
        row_of = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
        name = row_of.selectbox("Codec", options, format_func=lambda n: codec_label(codecs[n]), key=key,
                              label_visibility="collapsed")  # fmt: skip
        alone = len(st.session_state["codec_rows"]) == 1
        row_of.button("", icon=":material/close:", key=f"remove-{row}", on_click=_remove_row, args=(row,),
                     type="tertiary", help="Remove this codec", disabled=alone)  # fmt: skip
        codec = codecs[name]
        if codec.scale is None or match is not None:
            return CodecSetting(name)
        return CodecSetting(name, quality_control(codec, f"quality-{row}-{name}"))


def codec_label(codec: Codec) -> str:
    """Return what a list calls a codec: its title and its family."""
    return f"{codec.title} · {codec.family}"


def quality_control(codec: Codec, key: str) -> float:
    """Draw the control of a codec's native quality and return its value."""
    scale = codec.scale
    if scale is None:
        return 0.0
    label = f"{scale.label.capitalize()} ({'higher' if scale.higher_is_better else 'lower'} is better)"
    state = st.session_state
    value = codec.quality(state.get(key))
    if scale.step and (scale.high - scale.low) / scale.step <= 1000:
        whole = float(scale.step).is_integer()
        kind: Any = int if whole else float
        set_widget(key, kind(value))
        chosen = st.slider(label, kind(scale.low), kind(scale.high), step=kind(scale.step), key=key)
        return codec.quality(min(max(previewed(key, chosen), scale.low), scale.high))
    set_widget(key, value)
    options = sorted({value, *_geometric(scale.low, scale.high)}, reverse=not scale.higher_is_better)
    chosen = st.select_slider(label, options, format_func=lambda v: f"{v:.4g}", key=key)
    return codec.quality(min(max(previewed(key, chosen), scale.low), scale.high))


def _geometric(low: float, high: float, count: int = 60) -> list[float]:
    """Return values of equal ratio with two significant digits, for scales that span decades."""
    ratio = (high / low) ** (1 / count)
    return sorted({min(max(float(f"{low * ratio**k:.2g}"), low), high) for k in range(count + 1)})


def next_codec(codecs: Mapping[str, Codec], available: list[str], taken: Collection[str]) -> str:
    """Return the codec to add: one that is not there, and that a match can set, so none without a quality.

    Those that people compare with come first, then the others as they are listed.
    """
    preferred = [*PREFERRED, *(name for name in available if name.startswith("compact-")), *available]
    free = [name for name in preferred if name in available and name not in taken]
    settable = [name for name in free if codecs[name].scale is not None]
    return (settable or free or available)[0]


def _add_row(codecs: Mapping[str, Codec], available: list[str]) -> None:
    state = st.session_state
    taken = {state.get(f"codec-{row}", "") for row in state["codec_rows"]}
    row = state["next_row"]
    state[f"codec-{row}"] = next_codec(codecs, available, taken)
    state["codec_rows"] = [*state["codec_rows"], row]
    state["next_row"] = row + 1


def _remove_row(row: int) -> None:
    state = st.session_state
    state["codec_rows"] = [other for other in state["codec_rows"] if other != row]


def keep_matched(position: int, quality: float) -> None:
    """Remember the quality that a match found for the codec at a position: switching the match off starts from it."""
    state = st.session_state
    row = state["codec_rows"][position]
    state[f"quality-{row}-{state[f'codec-{row}']}"] = quality


def set_quality(codec: str, quality: float) -> bool:
    """Set a codec to a quality, the match off; from a callback, because the controls must not be drawn yet.

    Returns:
        False where the codec is not among the chosen ones and there is no room for it.
    """
    state = st.session_state
    row = next((row for row in state["codec_rows"] if state.get(f"codec-{row}") == codec), None)
    if row is None:
        if len(state["codec_rows"]) >= MAX_CODECS:
            return False
        row = state["next_row"]
        state["codec_rows"], state["next_row"] = [*state["codec_rows"], row], row + 1
        state[f"codec-{row}"] = codec
    state["match"] = "off"
    state[f"quality-{row}-{codec}"] = quality
    return True


def match_now() -> Match | None:
    """Return the match that the controls are set to; from a callback."""
    metric = st.session_state["match"]
    return None if metric == "off" else Match(metric, float(st.session_state[f"match_{metric}"]))


def set_match(match: Match) -> None:
    """Switch a match on; from a callback, as for `set_quality`."""
    st.session_state["match"] = match.metric
    st.session_state[f"match_{match.metric}"] = match.value
