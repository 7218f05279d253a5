"""The severity strip: one corruption at five severities, rate and errors per band of every codec."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
import streamlit as st

from nicviz.analysis.spectra.severities import SEVERITIES
from nicviz.codecs import Codec
from nicviz.corruptions import CORRUPTIONS
from nicviz.images import LoadedImage
from nicviz.plots.figures import Series
from nicviz.plots.spectra import Panel, severity_plot
from nicviz.requests.view import View
from nicviz.run.live import Live
from nicviz.spectra.bands import BANDS, BandName
from nicviz.spectra.power import Channel
from nicviz.tasks.task import Kind, Trial
from nicviz.ui.kit.band_edges import band_edges
from nicviz.ui.kit.figures import show_figure
from nicviz.ui.kit.waiting import progress_line
from nicviz.ui.spectra.computing import severities
from nicviz.ui.spectra.files import table_download
from nicviz.ui.spectra.profiles import band_titles

Done = Sequence[tuple[str, str, Sequence[Trial]]]


def show_severities(
    view: View, original: LoadedImage, channel: Channel, codecs: Mapping[str, Codec], colors: Sequence[str]
) -> None:
    """Draw rate, G and R per band over the five severities of the chosen corruption."""
    if view.corruption is None:
        st.info("Choose a corruption in the sidebar: this view shows its five severities.", icon=":material/blur_on:")
        return
    edges = band_edges()
    outcomes = severities(view, original, channel, codecs)
    progress_line("severity")
    names = [codecs[setting.codec].title for setting in view.codecs]
    for name, outcome in zip(names, outcomes, strict=True):
        if outcome.state == "failed":
            st.warning(f"{name}: {outcome.message}")
    done = _done(names, colors, outcomes)
    if not done:
        st.caption("Appears with the first codec.")
        return
    estimated = any(point.estimated for _, _, points in done for point in points)
    rate = "bits per pixel" + (" (some estimated)" if estimated else "")
    rows = [(rate, [Panel("", _series(done, lambda point: point.bpp), log=False)])]
    kinds: tuple[Kind, ...] = ("G", "R")
    for kind in kinds:
        panels = [
            Panel(f"{kind}, {title}", _series(done, partial(_density, kind, band, edges)))
            for band, title in zip(BANDS, band_titles(edges), strict=True)
        ]
        rows.append((f"{kind}: density (levels²)", panels))
    show_figure(severity_plot(SEVERITIES, rows[:1]), "severity-rate")
    show_figure(severity_plot(SEVERITIES, rows[1:], legend=False), "severity-bands")
    st.caption(
        f"{CORRUPTIONS[view.corruption.name].title} on this picture, every codec at one setting throughout. G is the "
        "error against what the codec was given, R against the clean original; both are means over the band."
    )
    table_download(view, _table(done, edges), "severities")


def _done(names: Sequence[str], colors: Sequence[str], outcomes: Sequence[Live[tuple[Trial, ...]]]) -> Done:
    return [
        (name, color, outcome.value)
        for name, color, outcome in zip(names, colors, outcomes, strict=True)
        if outcome.done
    ]


def _series(done: Done, read: Callable[[Trial], float]) -> list[Series]:
    return [Series(name, color, np.array([read(point) for point in points])) for name, color, points in done]


def _density(kind: Kind, band: BandName, edges: tuple[int, int], point: Trial) -> float:
    density = (point.bands or {})[kind].bands(edges)[band].density
    return density or float("nan")  # a logarithmic axis has no place for 0


def _table(done: Done, edges: tuple[int, int]) -> list[dict[str, float | str | None]]:
    rows: list[dict[str, float | str | None]] = []
    for name, _, points in done:
        for severity, point in zip(SEVERITIES, points, strict=True):
            row: dict[str, float | str | None] = {"codec": name, "severity": severity, "bpp": point.bpp}
            for kind, fine in (point.bands or {}).items():
                row[f"{kind}_total"] = fine.total
                for band, value in fine.bands(edges).items():
                    row |= {f"{kind}_{band}_energy": value.energy, f"{kind}_{band}_density": value.density}
            rows.append(row)
    return rows
