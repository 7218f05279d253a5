"""Rate–distortion curves by group of corruptions, and the BD-rate against severity."""

from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from nicviz.plots.robustness import Banded, banded_figure
from nicviz.robustness.curves import GroupCurve, group_curves, group_places, groups_of, severity_means
from nicviz.ui.kit.choices import choice
from nicviz.ui.kit.figures import show_figure
from nicviz.ui.kit.waiting import progress_line
from nicviz.ui.robustness.controls import Conditions, color_of, title_of
from nicviz.ui.robustness.loading import Opened, made
from nicviz.ui.robustness.matrix import deltas_of

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

GROUPS = {"low": "Low-frequency", "medium": "Medium-frequency", "high": "High-frequency", "extra": "Extra"}
AGAINST = {"input": "To the input", "original": "To the clean image"}


def show_curves(opened: Opened, conditions: Conditions) -> list[dict[str, Any]]:
    """Draw a figure of curves for the clean pictures and each group; return their points as rows."""
    against = st.segmented_control("PSNR", list(AGAINST), format_func=AGAINST.__getitem__, required=True,
                                   key=choice("robust_against"))  # fmt: skip
    column = "psnr_db" if against == "input" else "psnr_clean_db"
    groups = groups_of(opened.cube, conditions.severity)
    found = made(
        "robust-curves", opened, (column, conditions.severity), "curves",
        lambda signal: {group: group_curves(opened.cube, group, conditions.severity, column) for group in groups},
    )  # fmt: skip
    progress_line("robust-curves")
    if not found.done:
        return []
    rows: list[dict[str, Any]] = []
    columns = st.columns(2)
    for number, (group, curves) in enumerate(found.value.items()):
        with columns[number % 2]:
            _group(group, curves, str(AGAINST[str(against)]).lower(), len(opened.cube.pictures))
        rows += [
            {"group": group, "codec": curve.codec, "bpp": float(bpp), "psnr_db": float(curve.quality.value[k]),
             "low": float(curve.quality.low[k]), "high": float(curve.quality.high[k]),
             "num_images": int(curve.quality.count[k])}
            for curve in curves for k, bpp in enumerate(curve.bpp)
        ]  # fmt: skip
    st.caption(
        "Of each picture the mean over the corruptions of the group, then over pictures; the rate is that of what the "
        "codec was given. Bands: 95 % bootstrap intervals over pictures. They overlap where pictures differ more than "
        "codecs do: the paired differences in *Matrix* decide. Codecs of one quality have no curve."
    )
    return rows


def _group(group: str, curves: list[GroupCurve], against: str, num_pictures: int) -> None:
    if group == "clean":
        st.markdown("**Clean**")
    else:
        st.markdown(f"**{GROUPS[group]} corruptions** ({curves[0].num_corruptions if curves else 0}), PSNR {against}")
    if not curves:
        st.caption("No two qualities of a codec have a finite PSNR on pictures that all codecs have.")
        return
    count = int(curves[0].quality.count.max())
    if count < num_pictures:
        st.caption(f":material/warning: {count} of {num_pictures} pictures: those that all codecs have at all steps.")
    show_figure(curves_figure(curves, 400), f"robust-{group}")


def curves_figure(curves: list[GroupCurve], height: int) -> "Figure":
    """Return PSNR over rate of each codec, with the bands of its intervals; height in pixels."""
    lines = [
        Banded(title_of(each.codec), color_of(each.codec), each.bpp, each.quality.value, each.quality.low,
               each.quality.high)
        for each in curves
    ]  # fmt: skip
    return banded_figure(lines, "bits per pixel", "PSNR (dB)", log_x=True, height=height)


def show_severity(opened: Opened, conditions: Conditions) -> list[dict[str, Any]]:
    """Draw the BD-rate of each codec against severity for a group of corruptions; return it as rows."""
    group = str(st.segmented_control("Corruptions", list(GROUPS)[:3], format_func=GROUPS.__getitem__, required=True,
                                     key=choice("robust_group")))  # fmt: skip
    cube = opened.cube
    if not cube.severities:
        st.info("This run has clean pictures only: with `--corruption` its command measures corrupted ones too.",
                icon=":material/show_chart:")  # fmt: skip
        return []
    places = [place for severity in cube.severities for place in group_places(cube, group, severity)]
    live = deltas_of(opened, conditions.anchor, places)
    progress_line("robust-bd")
    if not live.done:
        return []
    deltas = live.value
    severities, means = severity_means(opened.cube, deltas, group)
    if not severities or not np.isfinite(means.value).any():
        st.info(f"No BD-rate against {title_of(conditions.anchor)}: it needs four qualities of both codecs whose "
                "curves overlap, on every corruption of the group.", icon=":material/show_chart:")  # fmt: skip
        return []
    lines = []
    rows: list[dict[str, Any]] = []
    x = np.array(severities, float)
    for place, codec in enumerate(opened.cube.codecs):
        if codec == conditions.anchor or not np.isfinite(means.value[:, place]).any():
            continue
        ends = [each[:, place] for each in (means.value, means.low, means.high)]
        lines.append(Banded(title_of(codec), color_of(codec), x, ends[0], ends[1], ends[2]))
        rows += [
            {"group": group, "codec": codec, "anchor": conditions.anchor, "severity": severity,
             "bd_rate_percent": float(ends[0][k]), "low": float(ends[1][k]), "high": float(ends[2][k]),
             "num_images": int(means.count[k, place])}
            for k, severity in enumerate(severities)
        ]  # fmt: skip
    figure = banded_figure(lines, "severity", f"BD-rate against {title_of(conditions.anchor)} (%)", ticks=severities,
                           height=420)  # fmt: skip
    figure.add_hline(0, line={"color": "rgba(128,128,128,.6)", "dash": "dot", "width": 1})
    if len(severities) == 1:
        for line in lines:
            figure.add_scatter(
                x=line.x, y=line.y, mode="markers", showlegend=False, hoverinfo="skip",
                marker={"size": 9, "color": line.color},
                error_y={"type": "data", "symmetric": False, "array": line.high - line.y,
                         "arrayminus": line.y - line.low, "color": line.color},
            )  # fmt: skip
        st.caption(":material/info: This run has one severity. A run with `--severity 1,2,3,4,5` draws lines here.")
    show_figure(figure, "robust-severity")
    missing = [f"{title_of(codec)} ({why})" for codec, why in deltas.missing.items()]
    if missing:
        st.caption(f":material/warning: No number: {'; '.join(missing)}.")
    counts = sorted({int(count) for count in means.count[np.isfinite(means.value)]})
    st.caption(
        f"BD-rate of PSNR to the input, PCHIP, of each picture and corruption; the mean of their logarithms over the "
        f"{GROUPS[group].lower()} corruptions and over {' to '.join(map(str, dict.fromkeys((counts[0], counts[-1]))))} "
        "pictures (those with a number on every corruption of the group). Negative: fewer bits than the anchor."
    )
    return rows
