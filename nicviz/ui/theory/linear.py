"""The linear codec: its gain over frequency by theory and as measured, the network's beside it, by training set."""

from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from nicviz.analysis.compare import Compared
from nicviz.analysis.manifest import rows_csv
from nicviz.analysis.theory.bias import (
    LARGEST_MEGAPIXELS,
    TRAINING_SETS,
    LinearAt,
    LinearOutcome,
    WideGain,
    run_linear,
    widened,
)
from nicviz.analysis.theory.linear import measured_gain
from nicviz.analysis.theory.record import gain_rows
from nicviz.codecs import Codec
from nicviz.codecs.pca.model import BLOCK
from nicviz.images import Image
from nicviz.metrics import format_value
from nicviz.plots.colors import distinct_colors
from nicviz.requests.view import View
from nicviz.run.live import Live
from nicviz.run.work import Signal, Work
from nicviz.spectra.radial import natural_rings
from nicviz.ui.kit.downloads import File
from nicviz.ui.kit.waiting import compute, each_done, progress_line, wait_quietly
from nicviz.ui.shell.comparison import Inputs, compress_all
from nicviz.ui.shell.panes import column_title, picture_panes
from nicviz.ui.theory.controls import TRAINED_TITLES, compared_with, linear_at, trained_choice
from nicviz.ui.theory.gains import COLORS, Measured, draw_gains, gains_table
from nicviz.ui.viewer import Pane, viewer

LANE = "theory"
MOST_PANES = 6


def show_linear(view: View, inputs: Inputs, codecs: Mapping[str, Codec]) -> tuple[list[File], float | None]:
    """Draw gains by theory and as measured; return their downloads and the target MSE of the linear codec."""
    height, width = inputs.source.pixels.shape[:2]
    if min(height, width) < 2 * BLOCK or height * width > LARGEST_MEGAPIXELS * 1e6:
        st.info(f"The linear codec takes blocks of {BLOCK}×{BLOCK} pixels: this view takes pictures of {2 * BLOCK} "
                f"pixels a side and more, up to {LARGEST_MEGAPIXELS:g} megapixels.")  # fmt: skip
        return [], None
    compared = compress_all(view, inputs, codecs, exact=())
    progress_line("compress")
    place = compared_with([setting.codec for setting in view.codecs], codecs)
    other = codecs[view.codecs[place].codec]
    trained = trained_choice()
    at = linear_at(other, compared[place].value.compression.bpp if compared[place].done else None)
    if at is None:
        if compared[place].pending:
            st.caption(f"The linear codec waits for the rate of {other.title}.")
        else:
            st.warning(f"{other.title}: {compared[place].message} Set the linear codec to a rate or a target MSE.")
        return [], None
    measured = _measured(view, inputs, compared, codecs)
    works = [Work((inputs.source.sha256, name, at), TRAINED_TITLES[name], partial(_run, inputs, name, at),
                  inputs.num_bytes) for name in sorted(TRAINING_SETS, key=lambda name: name != trained)]  # fmt: skip
    lives = compute(LANE, works)
    progress_line(LANE)
    for work, live in zip(works, lives, strict=True):
        if live.state == "failed":
            st.warning(f"{work.label}: {live.message}")
    done = {live.value.trained_on: live.value for live in lives if live.done}
    if trained not in done:
        return [], None
    draw_gains(done, trained, list(measured.values()))
    gains_table(done, trained, measured.get(place))
    _pictures(view, inputs, compared, codecs, done[trained])
    gains = {f"{name}.{kind}": getattr(each, kind) for name, each in done.items() for kind in ("theory", "measured")}
    gains |= {each.title: each.gain for each in measured.values()}
    return [File("Gains (CSV)", "gains.csv", lambda: rows_csv(gain_rows(gains)))], done[trained].mse


def _run(inputs: Inputs, name: str, at: LinearAt, signal: Signal) -> LinearOutcome:
    return run_linear(inputs.source, name, at, signal)


def _measured(
    view: View, inputs: Inputs, compared: Sequence[Live[Compared]], codecs: Mapping[str, Codec]
) -> dict[int, Measured]:
    """Return what each codec of the view did, by its place, as far as that is measured."""

    def work(done: Compared) -> Work[WideGain]:
        return Work((inputs.source.sha256, done.compression.key), done.compression.setting,
                    lambda signal: _gain(inputs.source.pixels, done.compression.pixels()))  # fmt: skip

    colors = distinct_colors([setting.codec for setting in view.codecs])
    lives = each_done("gain", compared, work)
    wait_quietly("gain")
    return {
        place: Measured(column_title(compared[place].value, codecs), color, live.value)
        for place, (color, live) in enumerate(zip(colors, lives, strict=True)) if live.done
    }  # fmt: skip


def _gain(given: Image, returned: Image) -> WideGain:
    height, width = given.shape[:2]
    return widened(measured_gain(given, returned), natural_rings((height, width)))


def _pictures(
    view: View, inputs: Inputs, compared: Sequence[Live[Compared]], codecs: Mapping[str, Codec], done: LinearOutcome
) -> None:
    colors = distinct_colors([setting.codec for setting in view.codecs])
    panes = picture_panes(view, inputs, compared, colors, codecs)
    first = len(panes) - len(view.codecs)
    other = panes.pop(first + compared_with([setting.codec for setting in view.codecs], codecs))
    against = " to its input" if view.corruption else ""
    caption = f"{done.bpp:.3f} bpp · {format_value('psnr_db', done.psnr_db)} dB{against}"
    title = f"Linear codec, {TRAINED_TITLES[done.trained_on].lower()}"
    linear = Pane("linear", title, done.png, caption, color=COLORS[done.trained_on])
    panes[first:first] = [linear, other]  # a phone shows two
    viewer(panes[:MOST_PANES], key="theory", references=["original"], height=460)
