"""Rate and distortion under corruption: codecs spend bits on noise, and save them on blur."""

from collections.abc import Mapping, Sequence
from typing import cast

import streamlit as st

from nicviz.analysis.cost import ASK_BEYOND, seconds_to_code, told
from nicviz.analysis.rd.conditions import Sweep, figure_of
from nicviz.analysis.rd.curves import under
from nicviz.analysis.rd.points import Ladder, Plan
from nicviz.codecs import Codec
from nicviz.codecs.base import MEGAPIXEL
from nicviz.corruptions import CORRUPTIONS
from nicviz.metrics import Against, clean_name
from nicviz.plots.colors import codec_color
from nicviz.plots.rd import Line, line_figure
from nicviz.requests.view import View
from nicviz.tasks.settings import CodecSetting, CorruptionSetting
from nicviz.tasks.task import Trial
from nicviz.ui.kit.choices import choice, chosen
from nicviz.ui.kit.figures import show_figure
from nicviz.ui.kit.picture_sets import Pictures
from nicviz.ui.kit.table import Group, Row, show_table
from nicviz.ui.rd.curves import AGAINST
from nicviz.ui.rd.files import sweep_downloads
from nicviz.ui.rd.measuring import LANE, Growing, grow, show_growing
from nicviz.ui.shell.controls import corruption_label
from nicviz.ui.shell.panes import setting_title

MANY_POINTS = 200
_AGREED = "rd-sweep-agreed"
SEVERITIES = (1, 2, 3, 4, 5)
SEVERITY_RANGE = (-0.2, 5.2)
SWEEPS = {"severities": "One corruption, all severities", "corruptions": "All 15 corruptions, one severity"}
GROUPS = {"low": "Low frequency", "medium": "Medium frequency", "high": "High frequency"}
FIGURES = {
    "change": "Change of rate (%)",
    "bpp": "Rate (bpp)",
    "psnr_db": "PSNR against the input (dB)",
    "psnr_clean_db": "PSNR against the original (dB)",
    "bd": "BD-rate (%)",
}


def corruption_view(
    view: View, pictures: Pictures, settings: Sequence[CodecSetting], ladders: Sequence[Ladder],
    codecs: Mapping[str, Codec],
) -> None:  # fmt: skip
    """Draw the sweep over severities or over corruptions.

    Args:
        view: of the shared controls.
        pictures: that means are over.
        settings: of the codecs of the shared controls; the others of `ladders` are at their defaults.
        ladders: of all codecs.
        codecs: by name.
    """
    given = {setting.codec for setting in view.codecs}
    others = [CodecSetting(each.codec, codecs[each.codec].quality(None)) for each in ladders if each.codec not in given]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        key = choice("rd_sweep")
        st.segmented_control("Sweep", list(SWEEPS), format_func=SWEEPS.__getitem__, key=key, required=True)
        wanted = st.toggle("BD-rates too", key=choice("rd_bdrates"),
                           help="Measures the whole ladder of every codec under every condition.")  # fmt: skip
    sweep = Sweep((*settings, *others), tuple(ladders), wanted)
    seed = view.corruption.seed if view.corruption else 0
    if chosen("rd_sweep") == "severities":
        _severities(view, pictures, sweep, seed, codecs)
    else:
        _corruptions(view, pictures, sweep, seed, codecs)


def agreed_to_measure(pictures: Pictures, plan: Plan, codecs: Mapping[str, Codec]) -> bool:
    """Return whether to measure a plan: at once if it is short, else once the user says so.

    Short is up to `MANY_POINTS` points, of which those of programs take a minute at most.
    """
    count = len(pictures.settings) * plan.trials_per_picture
    encodings = count // len(plan.steps)
    megapixels = pictures.original.pixels[:, :, 0].size / MEGAPIXEL
    seconds = sum(seconds_to_code(codecs[name], encodings, megapixels) for name, _ in plan.steps)
    asked = (pictures.key, plan)
    if (count <= MANY_POINTS and seconds <= ASK_BEYOND) or st.session_state.get(_AGREED) == asked:
        return True
    long = f" That takes about {told(seconds)}." if seconds > ASK_BEYOND else ""
    st.write(f"{count} points are to be measured, as far as they are not there yet.{long}")
    st.button(f"Measure {count} points", icon=":material/play_arrow:", key="rd-measure-sweep",
              on_click=st.session_state.__setitem__, args=(_AGREED, asked))  # fmt: skip
    return False


def _severities(view: View, pictures: Pictures, sweep: Sweep, seed: int, codecs: Mapping[str, Codec]) -> None:
    if (
        view.corruption and chosen("rd_sweep_of") is None
    ):  # one choice of a corruption, not two; a link may name another
        name = view.corruption.name
        st.caption(f":material/blur_on: {corruption_label(name)}, as chosen in the sidebar, at every severity.")
    else:
        name = st.selectbox("Corruption of the sweep", list(CORRUPTIONS), format_func=corruption_label, width=320,
                            key=choice("rd_sweep_of", default="gaussian_noise"))  # fmt: skip
    conditions = (None, *(CorruptionSetting(name, severity, seed) for severity in SEVERITIES))
    plan = sweep.plan((None, conditions[-1], *conditions[1:-1]))  # the ends first: they span the axes
    if not agreed_to_measure(pictures, plan, codecs):
        return
    growing = grow(LANE, pictures, plan, codecs)

    def draw(now: Growing) -> None:
        points = now.trials
        if not points:
            st.caption("The lines appear here with the first points.")
            return
        groups = [under(condition, points) for condition in conditions]
        lines = [_rate_line(sweep, groups, setting, codecs[setting.codec]) for setting in sweep.settings]
        title = f"severity of {CORRUPTIONS[name].title.lower()} (0: clean)"
        figures = st.columns(2) if sweep.bd_rates else [st.container()]
        with figures[0]:
            st.subheader("What each codec pays", anchor=False)
            figure = line_figure(lines, title, "rate (bits per pixel)", height=380, x_range=SEVERITY_RANGE)
            show_figure(figure, "rate-severity")
        if sweep.bd_rates:
            with figures[1]:
                _bd_severities(sweep, groups, title, codecs, finished=not now.running)
        st.caption(_setting_text(sweep, codecs) + " The setting is the same at every severity.")

    show_growing([growing], draw)
    sweep_downloads(pictures, plan, growing.findings, sweep.rows(growing.trials, conditions), codecs)


def _rate_line(sweep: Sweep, groups: Sequence[Sequence[Trial]], setting: CodecSetting, codec: Codec) -> Line:
    means = [sweep.operating(group, setting) for group in groups]
    labels = ["" if m is None else f"<b>{codec.title}</b><br>{m.bpp:.4f} bpp<br>{m.num_images} pictures" for m in means]
    return Line(codec.title, codec_color(codec.name), list(range(len(groups))),
                [None if mean is None else mean.bpp for mean in means], labels)  # fmt: skip


def _bd_severities(
    sweep: Sweep, groups: Sequence[Sequence[Trial]], title: str, codecs: Mapping[str, Codec], finished: bool
) -> None:
    anchor, *others = [ladder.codec for ladder in sweep.ladders]
    st.subheader(f"BD-rate against {codecs[anchor].title}", anchor=False)
    key = choice("rd_bd_against")
    st.segmented_control("PSNR against", list(AGAINST), format_func=AGAINST.__getitem__, key=key, required=True)
    against = cast(Against, chosen("rd_bd_against"))
    lines, missing = [], 0
    for name in others:
        values = [
            sweep.bd_rate(group, name, anchor, "input" if severity == 0 else against) if group else None
            for severity, group in enumerate(groups)
        ]
        missing += sum(value is None for value in values)
        labels = ["" if v is None else f"<b>{codecs[name].title}</b><br>{v:+.1f} %" for v in values]
        lines.append(Line(codecs[name].title, codec_color(name), list(range(len(groups))), values, labels))
    show_figure(line_figure(lines, title, "BD-rate (%), PSNR", height=300, x_range=SEVERITY_RANGE), "bd-severity")
    if missing and finished:
        st.caption(f"{missing} have no number: the curves overlap by less than 25 %, or more rate does not give more "
                   "PSNR.")  # fmt: skip


def _corruptions(view: View, pictures: Pictures, sweep: Sweep, seed: int, codecs: Mapping[str, Codec]) -> None:
    default = view.corruption.severity if view.corruption else 3
    severity = st.select_slider("Severity of all", SEVERITIES, key=choice("rd_severity_of_all", default=default))
    names = [name for name, entry in CORRUPTIONS.items() if entry.group in GROUPS]
    conditions = (None, *(CorruptionSetting(name, int(severity), seed) for name in names))
    plan = sweep.plan(conditions)
    if not agreed_to_measure(pictures, plan, codecs):
        return
    growing = grow(LANE, pictures, plan, codecs)
    options = [key for key in FIGURES if key != "bd" or sweep.bd_rates]

    def draw(now: Growing) -> None:
        points = now.trials
        key = choice("rd_figure", options)
        figure = st.segmented_control("Figure", options, format_func=FIGURES.__getitem__, key=key, required=True)
        by_condition = {condition: under(condition, points) for condition in conditions}
        rows: list[Row | Group] = []
        if figure not in {"change", "psnr_clean_db"}:
            rows.append(_row("clean image", by_condition[None], by_condition[None], sweep, str(figure)))
        for group, title in GROUPS.items():
            rows.append(Group(title))
            for condition in conditions[1:]:
                if condition is not None and CORRUPTIONS[condition.name].group == group:
                    label = CORRUPTIONS[condition.name].title
                    rows.append(_row(label, by_condition[condition], by_condition[None], sweep, str(figure)))
        show_table([(codecs[s.codec].title, codec_color(s.codec)) for s in sweep.settings], rows)
        anchor = codecs[sweep.ladders[0].codec].title
        st.caption(_setting_text(sweep, codecs) + (f" BD-rate against {anchor}." if sweep.bd_rates else ""))

    show_growing([growing], draw)
    sweep_downloads(pictures, plan, growing.findings, sweep.rows(growing.trials, conditions), codecs)


def _row(label: str, points: Sequence[Trial], clean: Sequence[Trial], sweep: Sweep, figure: str) -> Row:
    values = [_cell(points, clean, sweep, setting, figure) for setting in sweep.settings]
    signed = figure in {"change", "bd"}
    form = "{:+.1f}" if signed else "{:.3f}" if figure == "bpp" else "{:.2f}"
    texts = ["–" if value is None else form.format(value) for value in values]
    return Row(label, texts)  # unmarked: the codecs beside the matched ones have a setting of their own


def _cell(
    points: Sequence[Trial], clean: Sequence[Trial], sweep: Sweep, setting: CodecSetting, figure: str
) -> float | None:
    if figure == "bd":
        return sweep.bd_rate(points, setting.codec, sweep.ladders[0].codec, "input") if points else None
    if figure == "change":
        return sweep.change(points, clean, setting)
    mean = sweep.operating(points, setting)
    if mean is None:
        return None
    if figure == "bpp":
        return mean.bpp
    return figure_of(mean, clean_name("psnr_db") if figure == "psnr_clean_db" else "psnr_db")


def _setting_text(sweep: Sweep, codecs: Mapping[str, Codec]) -> str:
    texts = [setting_title(codecs[s.codec], codecs[s.codec].quality(s.quality)) for s in sweep.settings]
    fixed = [
        codecs[s.codec].title for s in sweep.settings if (scale := codecs[s.codec].scale) and "ratio" in scale.label
    ]
    note = f" {', '.join(fixed)} is set by its compression ratio, so its rate stays and its quality gives way."
    return "Settings: " + ", ".join(texts) + "." + (note if fixed else "")
