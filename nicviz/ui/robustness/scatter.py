"""Two codecs over the pictures of a run: who wins where; a click opens the picture."""

from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from nicviz.plots.robustness import scatter_figure
from nicviz.robustness.bootstrap import bootstrap_means
from nicviz.robustness.matrix import CLEAN, FIGURES, matrix, rows_of
from nicviz.ui.kit.choices import choice
from nicviz.ui.kit.figures import let_fingers_scroll
from nicviz.ui.kit.plain import typeset
from nicviz.ui.kit.waiting import progress_line
from nicviz.ui.robustness.controls import Conditions, color_of, corruption_control, title_of
from nicviz.ui.robustness.loading import Opened, made
from nicviz.ui.robustness.pictures import PICTURE, show_pictures

CHART = "robust-scatter"


def show_scatter(opened: Opened, conditions: Conditions) -> list[dict[str, Any]]:
    """Draw two codecs over pictures, and the picture that was clicked or the one that differs most; return the rows."""
    cube = opened.cube
    lossy = [name for name in cube.codecs if cube.has_quality(name)]
    rows = list(rows_of(cube, conditions.severity))
    if len(lossy) < 2:
        st.info("Two codecs with a quality are needed.", icon=":material/scatter_plot:")
        return []
    usual = next((name for name in lossy if name != conditions.anchor and "hyperprior" in name), lossy[-1])
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        first = str(st.selectbox("Across", lossy, format_func=title_of, width=210,
                                 key=choice("robust_first", lossy, conditions.anchor)))  # fmt: skip
        second = str(st.selectbox("Upward", lossy, format_func=title_of, width=210,
                                  key=choice("robust_second", lossy, usual)))  # fmt: skip
        row = corruption_control(rows)
        keys = ["psnr", "psnr_clean", "rate"]
        key = str(st.selectbox("Figure", keys, width=230, key=choice("robust_figure", keys),
                               format_func=lambda each: f"{FIGURES[each].title} ({FIGURES[each].unit})"))  # fmt: skip
    figure = FIGURES[key]
    live = made("robust-scatter", opened, (key, conditions.target, conditions.severity, first), "scatter",
                lambda signal: matrix(cube, figure, first, conditions.target, conditions.severity))  # fmt: skip
    progress_line("robust-scatter")
    if not live.done or row not in live.value.rows:
        return []
    found = live.value
    place = found.rows.index(row)
    values = [found.each[:, place, cube.codecs.index(name)] for name in (first, second)]
    x, y = map(figure.shown, values)
    both = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    if not both.size:
        st.info(f"No picture on which both codecs reach {conditions.target}.", icon=":material/scatter_plot:")
        return []
    names = [cube.pictures[k].picture.name for k in both]
    titles = title_of(first), title_of(second)
    drawn = scatter_figure(x[both], y[both], names, (color_of(first), color_of(second)), titles,
                           f"{figure.title} ({figure.unit})", figure.higher_is_better, both.tolist())  # fmt: skip
    let_fingers_scroll(drawn)
    config = {"displaylogo": False, "toImageButtonOptions": {"format": "svg", "filename": "two-codecs"}}
    st.plotly_chart(drawn, width="stretch", config=config, key=CHART, selection_mode="points",
                    on_select=partial(_take, CHART))  # fmt: skip
    gap = bootstrap_means((values[1] - values[0])[both], np.random.default_rng(0))
    value, low, high = (f"{float(figure.shown(end)):+.{figure.digits}f}" for end in (gap.value, gap.low, gap.high))
    numbers = typeset(f"{value} {figure.unit}" + (f" [{low}, {high}]" if both.size > 1 else ""))
    beside = "relative to" if figure.is_ratio else "minus"
    st.caption(
        f"{titles[1]} {beside} {titles[0]}: {numbers}, mean over {both.size} of {len(cube.pictures)} pictures, at "
        "equal setting. On the dotted line both are equal. **Click a point** for its picture."
    )
    gaps = (y - x) * (1 if figure.higher_is_better else -1)
    ranked = [(int(k), float(y[k])) for k in sorted(both, key=lambda k: float(gaps[k]))]
    condition = None if row == CLEAN else cube.corrupted(conditions.severity)[row]
    st.subheader("Worst first: where the second codec falls behind the first most", anchor=False)
    show_pictures(opened, condition, [first, second], conditions.target, ranked, figure)
    return [{"image": cube.pictures[k].picture.name, "condition": row, first: float(x[k]), second: float(y[k])}
            for k in both]  # fmt: skip


def _take(chart: str) -> None:
    points = (st.session_state.get(chart) or {}).get("selection", {}).get("points", [])
    if points and points[0].get("customdata"):
        st.session_state[PICTURE] = int(points[0]["customdata"][0])
