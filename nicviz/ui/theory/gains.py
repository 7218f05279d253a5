"""Gains over frequency, drawn and in numbers: theory and measured, by training set, and the network's beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from nicviz.analysis.theory.bias import MSES, PICTURE, TRAINING_SETS, LinearOutcome, WideGain
from nicviz.analysis.theory.linear import band_differences
from nicviz.metrics import format_value
from nicviz.plots.colors import codec_color
from nicviz.plots.spectra import Curve, radial_plot
from nicviz.spectra.bands import BANDS, NYQUIST, STEPS
from nicviz.ui.kit.band_edges import band_edges
from nicviz.ui.kit.choices import chosen
from nicviz.ui.kit.figures import show_figure
from nicviz.ui.kit.plain import plain_text
from nicviz.ui.kit.screen import is_narrow
from nicviz.ui.kit.table import Group, Row, show_table
from nicviz.ui.theory.controls import TRAINED_TITLES

AGREE = 0.1  # of gain: below this RMS difference a band is said to agree
COLORS = {
    "photographs": codec_color("pca-16"), PICTURE: "#a855f7",
    **{name: codec_color(f"pca-16-{name}") for name in ("white", "pink", "brown", "text")},
}  # fmt: skip


@dataclass(frozen=True)
class Measured:
    """What a codec of the view did: its gain over wide rings, and its title."""

    title: str
    color: str
    gain: WideGain


def draw_gains(done: Mapping[str, LinearOutcome], trained: str, measured: Sequence[Measured]) -> None:
    """Draw the gains, those of the chosen training set in strong lines."""
    now = done[trained]
    edges = chosen("edges")  # the control stands below, beside the table that it cuts
    curves = []
    for name, each in done.items():
        if name != trained:
            curves.append(Curve(f"theory, {TRAINED_TITLES[name]}", _pale(COLORS[name]), each.theory.frequency,
                                each.theory.gain, "dot"))  # fmt: skip
    title = TRAINED_TITLES[trained]
    curves += [
        Curve(f"theory, {title}", COLORS[trained], now.theory.frequency, now.theory.gain, "dash"),
        Curve(f"linear codec, {title}: measured", COLORS[trained], now.measured.frequency, now.measured.gain),
    ]
    curves += [Curve(f"{each.title}: measured", each.color, each.gain.frequency, each.gain.gain) for each in measured]
    figure = radial_plot(curves, "gain: 1 is kept, 0 is removed", [edge / STEPS for edge in edges], y_log=False)
    figure.update_yaxes(range=[-0.08, 1.15])
    if is_narrow():  # the legend would leave no room for the lines; the table below has all of them
        figure.for_each_trace(lambda trace: trace.update(showlegend=trace.line.dash != "dot"))
    show_figure(figure, "linear-gain")


def _pale(color: str) -> str:
    red, green, blue = (int(color[index : index + 2], 16) for index in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.75)"


def gains_table(done: Mapping[str, LinearOutcome], trained: str, against: Measured | None) -> None:
    """Draw rate, quality and gains per band of each training set, and say where theory and a codec agree.

    Args:
        done: by training set.
        trained: the chosen one.
        against: the codec that theory is compared with.
    """
    low, high = band_edges()
    edges = (low / STEPS * NYQUIST, high / STEPS * NYQUIST)
    if against is not None:
        st.markdown(_verdict(done[trained], TRAINED_TITLES[trained], against, edges))
    columns = [(TRAINED_TITLES[name], COLORS[name]) for name in TRAINING_SETS if name in done]
    outcomes = [done[name] for name in TRAINING_SETS if name in done]
    rows: list[Row | Group] = [
        Row("Bits per pixel", [f"{each.bpp:.3f}" + ("" if each.reached else " ⚠") for each in outcomes]),
        Row("PSNR (dB)", [format_value("psnr_db", each.psnr_db) for each in outcomes]),
        Row("Target MSE (levels²)", [f"{each.mse:.4g}" for each in outcomes]),
        Row("Components kept, of 768", [f"{each.share.kept}" for each in outcomes]),
        Group("Theory: mean gain"),
    ]  # fmt: skip
    own = [_bands(each.theory, each.measured, edges) for each in outcomes]
    rows += [Row(f"{band}", [_text(each[number], 0) for each in own]) for number, band in enumerate(BANDS)]
    rows.append(Group("Theory and this codec as measured: RMS difference of gain"))
    rows += [Row(f"{band}", [_text(each[number], 2) for each in own]) for number, band in enumerate(BANDS)]
    if against is not None:
        rows.append(Group(f"Theory and {against.title}: RMS difference of gain"))
        other = [_bands(each.theory, against.gain, edges) for each in outcomes]
        rows += [Row(f"{band}", [_text(each[number], 2) for each in other]) for number, band in enumerate(BANDS)]
    show_table(columns, rows)
    if any(not each.reached for each in outcomes):
        st.caption(f"⚠ cannot be set to this rate: target MSEs end at {MSES[0]:g} and {MSES[1]:,.0f} levels².")


def _bands(
    theory: WideGain, other: WideGain, edges: tuple[float, float]
) -> list[tuple[float, float, float] | None]:  # fmt: skip
    return band_differences(theory.gain, other.gain, theory.frequency, theory.count, edges)


def _text(band: tuple[float, float, float] | None, place: int) -> str:
    return "–" if band is None else f"{band[place]:.3f}"


def _verdict(done: LinearOutcome, title: str, against: Measured, edges: tuple[float, float]) -> str:
    """Return where theory and the codec agree and where not, from the numbers."""
    gaps = against.gain.gain - done.theory.gain
    if not np.isfinite(gaps).any():
        return "There is nothing to compare: the picture has no power at any frequency but zero."
    name_of_other = plain_text(against.title)
    bands = _bands(done.theory, against.gain, edges)
    agree = [name for name, band in zip(BANDS, bands, strict=True) if band is not None and band[2] <= AGREE]
    parts = [
        f"{name} (theory {band[0]:.2f}, {name_of_other} {band[1]:.2f})"
        for name, band in zip(BANDS, bands, strict=True) if band is not None and band[2] > AGREE
    ]  # fmt: skip
    said = f"Trained on *{title.lower()}*, theory and {name_of_other} agree to {AGREE:g} of gain (RMS) "
    said += f"in the {' and '.join(agree)} band" if agree else "in no band"
    said += f"; they differ in {' and '.join(parts)}." if parts else "."
    worst = int(np.nanargmax(np.abs(gaps)))
    return said + f" They lie furthest apart at {done.theory.frequency[worst]:.3f} cycles/pixel, by {gaps[worst]:+.2f}."
