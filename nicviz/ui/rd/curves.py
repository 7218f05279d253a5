"""The curves of the rate–distortion page: what is drawn, and what a click on it means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import streamlit as st

from nicviz.analysis.rd.curves import CurvePoint, complete, mean_curve, mean_curves, of_codec, shared, uneven
from nicviz.analysis.rd.published import PublishedCurve
from nicviz.codecs import Codec
from nicviz.metrics import AXES, Against, Axis
from nicviz.plots.colors import codec_color
from nicviz.plots.rd import Line, line_figure
from nicviz.tasks.settings import CodecSetting
from nicviz.tasks.task import Trial
from nicviz.ui.kit.choices import choice, chosen
from nicviz.ui.kit.figures import let_fingers_scroll
from nicviz.ui.kit.screen import folded_when_narrow
from nicviz.ui.rd.picks import pick_of, picked, take_picks

AGAINST: dict[Against, str] = {"input": "the input", "original": "the clean original"}
RATES = {"linear": "Linear", "log": "Log"}
RATE_TITLE = "rate (bits per pixel)"
CHART = "rd-chart"
FRAME = "rd-frame"
CAMERA = ("svg", "png")
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "x", "triangle-down", "pentagon")  # beside colors
PUBLISHED_DASHES = ("dash", "dot", "dashdot", "longdash", "longdashdot")


@dataclass(frozen=True)
class Scales:
    """What is drawn: axes, and whether single pictures get a line."""

    axis: Axis
    against: Against
    corrupted: bool
    log_rate: bool
    singles: bool

    @property
    def y_title(self) -> str:
        """Title of the vertical axis."""
        return f"{self.axis.label} against {AGAINST[self.against]}" if self.corrupted else self.axis.label


def scales_control(corrupted: bool, is_set: bool) -> Scales:
    """Draw the choice of the axes and return it."""
    with folded_when_narrow("Quality, rate and downloads"):
        key = choice("rd_quality")
        st.segmented_control("Quality", list(AXES), format_func=lambda k: AXES[k].label, required=True, key=key)
        key = choice("rd_rate")
        st.segmented_control("Rate", list(RATES), format_func=RATES.__getitem__, required=True, key=key)
        against: Against = "input"
        if corrupted:
            key = choice("against")
            st.segmented_control("Against", list(AGAINST), format_func=AGAINST.__getitem__, required=True, key=key,
                                 help="The input is what was given; the original is what was meant.")  # fmt: skip
            against = cast(Against, chosen("against"))
        key = choice("rd_camera")
        st.segmented_control("Plot downloads", CAMERA, format_func=str.upper, required=True, key=key,
                             help="The camera above the plot saves it in this format.")  # fmt: skip
        singles = is_set and st.toggle("A line for each picture", key=choice("rd_singles"))
    return Scales(AXES[chosen("rd_quality")], against, corrupted, chosen("rd_rate") == "log", singles)


def on_shared_pictures(
    trials: Sequence[Trial], codecs: Mapping[str, Codec], names: Sequence[str], num_pictures: int, growing: bool
) -> list[Trial]:
    """Return what is drawn, and say which pictures it is over where that is not all of them.

    While trials come in, curves are over the pictures that all codecs are complete on: means over other pictures each
    would cross where they never do. In the end a codec that refused pictures keeps the others' curves whole.
    """
    if num_pictures < 2:
        return list(trials)
    found = shared(trials, names)
    if growing:
        if found.num_images:
            st.caption(f":material/hourglass: The first {found.num_images} of {num_pictures} pictures, for all codecs.")
        return found.trials
    for name, left_out in found.left_out.items():
        st.caption(
            f":material/warning: {codecs[name].title} is without {listed(left_out)}: its mean is over other pictures "
            "than the others'. BD-rates are over those that both have."
        )
    return list(trials)


def behind(marked: Sequence[Trial], drawn: Sequence[Trial]) -> list[Trial]:
    """Return operating points over the pictures that the curves are over, of codecs that have them all."""
    pictures = {trial.picture.sha256 for trial in drawn}
    found = [trial for trial in marked if trial.picture.sha256 in pictures]
    whole = {codec for codec in {trial.codec for trial in found}
             if {trial.picture.sha256 for trial in found if trial.codec == codec} == pictures}  # fmt: skip
    return [trial for trial in found if trial.codec in whole]


def listed(names: Sequence[str], most: int = 5) -> str:
    """Return names in a row, the first few and how many more."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def say_uneven(trials: Sequence[Trial], codecs: Mapping[str, Codec], names: Sequence[str], scales: Scales) -> None:
    """Say which pictures are behind some points of a curve and not behind others."""
    for name, curve in mean_curves(trials, names).items():
        some = uneven(curve, scales.axis, scales.against)
        if some:
            st.caption(
                f":material/filter_alt: {codecs[name].title}: {listed(some)} has a finite {scales.axis.title} at some "
                "qualities only; each point is the mean of rate and quality over the pictures that have one."
            )


def curve_lines(
    points: Sequence[Trial], codecs: Mapping[str, Codec], names: Sequence[str], scales: Scales
) -> list[Line]:
    """Return the mean curve of each codec and, where wanted, those of the single pictures."""
    lines = []
    for name in names:
        mine = of_codec(points, name)
        if scales.singles:
            lines += _single_lines(mine, codecs[name], scales)
        curve = mean_curve(mine)
        if curve:
            symbol = SYMBOLS[names.index(name) % len(SYMBOLS)]
            lines.append(_mean_line(curve, codecs[name], scales, symbol))
    return lines


def _mean_line(curve: Sequence[CurvePoint], codec: Codec, scales: Scales, symbol: str) -> Line:
    axis, against = scales.axis, scales.against
    rates = [p.rate(axis, against) for p in curve]
    labels = [
        _label(codec, p.quality, rate, p.estimated, p.on(axis, against), axis, p.mean(axis, against).num_images)
        for p, rate in zip(curve, rates, strict=True)
    ]
    return Line(
        codec.title, codec_color(codec.name), rates, [_shown(p.on(axis, against)) for p in curve],
        labels, band=[p.band(axis, against) for p in curve], ids=[[codec.name, p.quality, ""] for p in curve],
        symbol=symbol,
    )  # fmt: skip


def _single_lines(points: Sequence[Trial], codec: Codec, scales: Scales) -> list[Line]:
    axis, name = scales.axis, scales.axis.name(scales.against)
    by_picture: dict[str, list[Trial]] = {}
    for point in complete(points):
        by_picture.setdefault(point.picture.name, []).append(point)
    lines = []
    for picture, mine in by_picture.items():
        mine.sort(key=lambda point: point.bpp)
        values = [axis.of(p.figures.get(name)) for p in mine]
        labels = [
            _label(codec, p.quality, p.bpp, p.estimated, value, axis, 1, picture)
            for p, value in zip(mine, values, strict=True)
        ]
        lines.append(
            Line(codec.title, codec_color(codec.name), [p.bpp for p in mine], [_shown(v) for v in values], labels,
                 ids=[[codec.name, p.quality, picture] for p in mine], faint=True, legend=False)
        )  # fmt: skip
    return lines


def mark_lines(
    points: Sequence[Trial], settings: Sequence[CodecSetting], codecs: Mapping[str, Codec], scales: Scales
) -> list[Line]:
    """Return the operating points of the shared controls as stars."""
    lines = []
    for setting in settings:
        codec = codecs[setting.codec]
        mine = [p for p in of_codec(points, setting.codec) if p.quality == codec.quality(setting.quality)]
        for point in mean_curve(mine):
            value = point.on(scales.axis, scales.against)
            rate = point.rate(scales.axis, scales.against)
            count = point.mean(scales.axis, scales.against).num_images
            text = _label(codec, point.quality, rate, point.estimated, value, scales.axis, count)
            lines.append(
                Line(codec.title, codec_color(codec.name), [rate], [_shown(value)], [f"{text}<br>set at the left"],
                     ids=[[codec.name, point.quality, ""]], dash="", symbol="star", size=14, legend=False)
            )  # fmt: skip
    return lines


def pick_lines(lines: Sequence[Line]) -> list[Line]:
    """Return a ring around each point that was clicked."""
    rings = []
    for pick in picked():
        for line in lines:
            for ids, x, y in zip(line.ids, line.x, line.y, strict=bool(line.ids)):
                if pick_of(ids) == pick:
                    rings.append(Line("", line.color, [x], [y], dash="", symbol="circle-open", size=17, legend=False))
    return rings


def published_lines(curves: Sequence[PublishedCurve], axis: Axis) -> list[Line]:
    """Return published curves as dashed lines; one without this quality is left out."""
    lines = []
    for number, curve in enumerate(curves):
        values = curve.on(axis)
        if not values:
            continue
        labels = [
            f"<b>{curve.title}</b>, published<br>{bpp:.3f} bpp<br>{value:.{axis.digits}f} {axis.unit}"
            f"<br><i>{curve.source}</i>"
            for bpp, value in zip(curve.figures["bpp"], values, strict=True)
        ]
        dash = PUBLISHED_DASHES[number % len(PUBLISHED_DASHES)]
        lines.append(
            Line(
                f"{curve.title}, published",
                codec_color(curve.key),
                list(curve.figures["bpp"]),
                values,
                labels,
                dash=dash,
                symbol="",
            )
        )
    return lines


def _shown(value: float | None) -> float | None:
    """Return what is drawn: nothing for an infinite value."""
    return value if value is not None and abs(value) < float("inf") else None


def _label(
    codec: Codec, quality: float, bpp: float, estimated: bool, value: float | None, axis: Axis, count: int,
    picture: str = "",
) -> str:  # fmt: skip
    scale = f" · {codec.scale.label} {quality:.4g}" if codec.scale else ""
    over = f"<br>{picture}" if picture else f"<br>mean of {count} pictures" if count > 1 else ""
    rate = f"{bpp:.4f} bpp{' (estimated)' if estimated else ''}"
    text = "no value" if value is None else f"{value:.{axis.digits}f} {axis.unit}"
    return f"<b>{codec.title}</b>{scale}<br>{rate}<br>{axis.title} {text}{over}"


def draw_chart(lines: Sequence[Line], scales: Scales) -> None:
    """Draw the curves; a click on a point is taken by `take_picks`."""
    axes = (scales.y_title, scales.log_rate)
    drawn, before = st.session_state.get(FRAME, (axes, (None, None)))
    figure = line_figure([*lines, *pick_lines(lines)], RATE_TITLE, scales.y_title, log_x=scales.log_rate,
                         before=before if drawn == axes else (None, None))  # fmt: skip
    let_fingers_scroll(figure)
    unseen = [line.name for line in lines if line.y and all(value is None for value in line.y)]
    if unseen:
        st.caption(
            f":material/info: {', '.join(dict.fromkeys(unseen))}: no finite {scales.axis.title} to draw (an exact "
            "reconstruction has an infinite PSNR; MS-SSIM takes pictures from 161 pixels a side)."
        )
    st.session_state[FRAME] = axes, (figure.layout.xaxis.range, figure.layout.yaxis.range)
    config: dict[str, Any] = {
        "displaylogo": False,
        "toImageButtonOptions": {"format": chosen("rd_camera"), "filename": "rate-distortion", "scale": 2},
        "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"],
    }
    st.plotly_chart(figure, width="stretch", config=config, key=CHART, selection_mode="points",
                    on_select=partial(take_picks, CHART))  # fmt: skip
    st.caption("★ the quality that the sidebar sets; dashed: published curves, and theory.")
