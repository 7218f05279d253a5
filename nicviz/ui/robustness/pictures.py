"""The pictures behind a cell or a point: made again from the run's plan, worst first."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from nicviz.codecs import resolve
from nicviz.corruptions import CORRUPTIONS
from nicviz.errors import CodecError
from nicviz.images import encode_png
from nicviz.metrics import measure_metrics
from nicviz.plots.colors import CORRUPTED, ORIGINAL
from nicviz.robustness.behind import find_picture
from nicviz.robustness.matrix import Figure
from nicviz.robustness.operating import Target, nearest_step
from nicviz.run.work import Signal, Work
from nicviz.sweeps.plan import Condition, PlannedPicture, Step
from nicviz.tasks.compress import compress, corrupted
from nicviz.tasks.match import match_quality
from nicviz.ui.kit.plain import plain_text, typeset
from nicviz.ui.kit.waiting import compute, progress_line
from nicviz.ui.robustness.controls import color_of, title_of
from nicviz.ui.robustness.loading import Opened
from nicviz.ui.viewer import Pane, viewer

LANE = "robust-pictures"
PICTURE = "robust-picture"  # place of the picture that is looked at, in the session


@dataclass(frozen=True)
class Made:
    """A picture of a run through one step: PNG files, the rate, and PSNR against input and original (dB)."""

    original: bytes
    given: bytes
    reconstruction: bytes
    bpp: float
    psnr_db: float | None
    psnr_clean_db: float | None


def show_pictures(
    opened: Opened, condition: int | None, codecs: Sequence[str], target: Target, ranked: Sequence[tuple[int, float]],
    figure: Figure,
) -> None:  # fmt: skip
    """Draw the choice among ranked pictures and the viewer with what the codecs make of the chosen one.

    Args:
        opened: the run.
        condition: place of the corruption; None for the clean picture.
        codecs: whose reconstructions are shown, each once.
        target: at the measured quality nearest to it.
        ranked: places of pictures with their values, worst first.
        figure: what the values are.
    """
    cube = opened.cube
    if not ranked:
        st.caption("No picture has a value here.")
        return
    values = dict(ranked)
    places = [place for place, _ in ranked]
    if st.session_state.get(PICTURE) not in places:
        st.session_state[PICTURE] = places[0]
    place = st.selectbox(
        "Picture, the worst first", places, key=PICTURE, width=420,
        format_func=lambda each: typeset(f"{cube.pictures[each].picture.name} · "
                                         f"{values[each]:.{figure.digits}f} {figure.unit}"),
    )  # fmt: skip
    planned = cube.pictures[place]
    chosen = None if condition is None else cube.conditions[condition]
    steps = {codec: cube.steps[nearest_step(cube, codec, target)] for codec in codecs}
    works = [
        Work((planned.picture.sha256, chosen, step.setting), step.setting, partial(_make, planned, chosen, step))
        for step in steps.values()
    ]
    lives = compute(LANE, works)
    progress_line(LANE)
    done = [live.value for live in lives if live.done]
    panes: list[Pane] = []
    if done:
        panes.append(Pane("original", "Original", done[0].original, "24 bpp", color=ORIGINAL))
        if chosen is not None:
            title = f"{CORRUPTIONS[chosen.name].title} {chosen.severity}"
            panes.append(Pane("corrupted", title, done[0].given, "24 bpp", color=CORRUPTED))
    for number, (codec, live) in enumerate(zip(steps, lives, strict=True), start=1):
        panes.append(_pane(number, codec, steps[codec], live.value if live.done else None, live.message, live.pending))
    if lives and not done and not any(live.pending for live in lives):
        st.info(plain_text(lives[0].message), icon=":material/image_search:")
        return
    viewer(panes, key="robust-viewer", references=["original", "corrupted"], height=480)
    st.caption(
        "Made again from the run's plan, at the measured quality nearest to the rate; the number beside a picture's "
        "name is interpolated between qualities, so that it may differ a little."
    )


def _pane(number: int, codec: str, step: Step, made: Made | None, message: str, pending: bool) -> Pane:
    name, color = f"codec-{number}", color_of(codec)
    title = title_of(codec) + (f" {step.quality:.4g}" if step.quality is not None else "")
    if made is None:
        return Pane(name, title, None, status="Compressing…" if pending else message, color=color, failed=not pending)
    caption = f"{made.bpp:.3f} bpp · {_decibel(made.psnr_db)} to its input"
    if made.psnr_clean_db is not None:
        caption += f" · {_decibel(made.psnr_clean_db)} to the original"
    return Pane(name, title, made.reconstruction, caption, color=color)


def _decibel(value: float | None) -> str:
    return "–" if value is None else "∞ dB" if value == float("inf") else f"{value:.2f} dB"


def _make(planned: PlannedPicture, condition: Condition, step: Step, signal: Signal) -> Made:
    original = find_picture(planned)
    codec = resolve(step.codec)
    state = codec.availability()
    if not state.ok:
        raise CodecError(f"{codec.name} is not available here. {state.reason} {state.remedy}".strip())
    quality = step.quality if step.match is None else match_quality(original, codec, step.match, cancel=signal).quality
    given = original if condition is None else corrupted(original, condition)
    done = compress(given, codec, quality, cancel=signal)
    pixels = done.pixels()
    to_input = measure_metrics(given.pixels, pixels, ("psnr_db",))["psnr_db"]
    to_clean = None if condition is None else measure_metrics(original.pixels, pixels, ("psnr_db",))["psnr_db"]
    return Made(encode_png(original.pixels), encode_png(given.pixels), done.png, done.bpp, to_input, to_clean)
