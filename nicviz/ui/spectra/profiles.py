"""Radial profiles and bands: the plots and the table of the Spectra page."""

from collections.abc import Iterable, Sequence

import numpy as np
import streamlit as st

from nicviz.analysis.spectra.errors import Group, Shape
from nicviz.corruptions import CORRUPTIONS
from nicviz.plots.colors import CORRUPTED, ORIGINAL
from nicviz.plots.figures import Series
from nicviz.plots.spectra import Curve, band_bars, radial_plot
from nicviz.requests.view import View
from nicviz.spectra.bands import BANDS, STEPS, Band, FineBands, fine_bands
from nicviz.spectra.power import Plane
from nicviz.spectra.radial import FIT_RANGE, natural_rings, power_law
from nicviz.tasks.task import Kind
from nicviz.ui.kit.band_edges import band_edges, edge_title
from nicviz.ui.kit.choices import choice
from nicviz.ui.kit.figures import show_figure
from nicviz.ui.kit.table import Group as Heading
from nicviz.ui.kit.table import Row, show_table
from nicviz.ui.spectra.computing import Spectra, conditions_of
from nicviz.ui.spectra.controls import Choices

PLOTS = {"power": "Power", "gain": "Gain", "coherence": "Coherence", "relative": "Relative error"}
EXPLAINED = {
    "power": "Where the error lies, beside what there was to lose: where a codec's line meets the original's, the "
    "error is as large as if the frequency had been removed.",
    "gain": "Re⟨X̂·X*⟩ / ⟨|X|²⟩: 1 is kept, 0 is removed. What went in is the picture that the codec was given.",
    "coherence": "|⟨X̂·X*⟩|² / (⟨|X|²⟩⟨|X̂|²⟩): the share of what came out that went in. Low gain is lost power; low "
    "coherence with power left in the output is invented power.",
    "relative": "⟨P(e)⟩ / ⟨P(reference)⟩: the error as a share of the picture that it is taken against. Removing a "
    "frequency costs 1; more than 1 is worse than removing it.",
}
REFERENCES: dict[Kind, str] = {"D": "original", "G": "corrupted", "R": "original"}
STYLES: dict[Kind, str] = {"D": "dot", "G": "dash", "R": "solid"}


def show_profiles(
    view: View, spectra: Spectra, shape: Shape, choices: Choices, titles: Sequence[str], colors: Sequence[str]
) -> None:
    """Draw the profiles of all spectra in one plot, then density and energy per band."""
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    with left:
        options = ["power"] if choices.convention == "ood_nic" else list(PLOTS)
        shown = st.segmented_control("Over frequency", options, format_func=PLOTS.__getitem__, required=True,
                                     key=choice("profile", options))  # fmt: skip
    with right:
        edges = band_edges()
    together = False
    if view.corruption is not None and shown in {"power", "relative"}:
        about = "D dotted, G dashed, R solid; otherwise only the error that is chosen above."
        together = st.toggle("D, G and R together", key=choice("together"), help=about)
    kinds = tuple(STYLES) if together else (choices.kind,)
    curves = _curves(view, spectra, shape, choices, titles, colors, str(shown), kinds)
    unit = {"power": f"power {choices.unit}", "gain": "gain", "coherence": "coherence", "relative": "relative error"}
    y_log = shown in {"power", "relative"}
    show_figure(radial_plot(curves, unit[str(shown)], [edge / STEPS for edge in edges], y_log), "radial-profile")
    st.caption(EXPLAINED[str(shown)] + " Click a name in the legend to hide or show its line.")
    _show_bands(view, spectra, shape, choices, titles, colors, edges)


def _curves(
    view: View,
    spectra: Spectra,
    shape: Shape,
    choices: Choices,
    titles: Sequence[str],
    colors: Sequence[str],
    shown: str,
    kinds: Sequence[Kind],
) -> list[Curve]:
    frequency = natural_rings(shape).frequency
    inputs = spectra.input_group(shape)
    curves = _input_curves(view, inputs, shape, choices) if shown == "power" else []
    for title, color, group in zip(titles, colors, spectra.codec_groups(shape), strict=True):
        if group is None:
            continue
        if shown in {"gain", "coherence"} and group.transfer is not None:
            values = group.transfer.gain() if shown == "gain" else group.transfer.coherence()
            curves.append(Curve(title, color, frequency, values))
        for kind in kinds if shown in {"power", "relative"} else ():
            values = natural_rings(shape).mean(group.power[kind])
            if shown == "relative":
                if inputs is None:
                    continue
                below = natural_rings(shape).mean(inputs.power[REFERENCES[kind]])
                values = np.divide(values, below, out=np.full(values.shape, np.nan), where=below > 1e-12)
            style = "solid" if len(kinds) == 1 else STYLES[kind]
            curves.append(Curve(f"{kind}: {title}", color, frequency, values, style))
    return curves


def _input_curves(view: View, inputs: Group | None, shape: Shape, choices: Choices) -> list[Curve]:
    if inputs is None:
        return []
    found = natural_rings(shape)
    profile = found.mean(inputs.power["original"])
    curves = [Curve("P(x): the original", ORIGINAL, found.frequency, profile)]
    law = None if choices.convention == "ood_nic" else power_law(inputs.power["original"])
    if law is not None:
        fitted = (found.frequency >= FIT_RANGE[0]) & (found.frequency <= FIT_RANGE[1])
        line = np.where(fitted, law.at(np.where(fitted, found.frequency, 1.0)), np.nan)
        curves.append(Curve(str(law), ORIGINAL, found.frequency, line, "dash"))
    if "corruption" in inputs.power and view.corruption:
        title = f"P(c(x) − x): {CORRUPTIONS[view.corruption.name].title.lower()}"
        curves.append(Curve(title, CORRUPTED, found.frequency, found.mean(inputs.power["corruption"])))
    return curves


def band_titles(edges: tuple[int, int]) -> list[str]:
    """Return the bands with their limits in Nyquist."""
    first, second = map(edge_title, edges)
    return [f"low (< {first})", f"medium ({first} – {second})", f"high (> {second})"]


def _show_bands(
    view: View,
    spectra: Spectra,
    shape: Shape,
    choices: Choices,
    titles: Sequence[str],
    colors: Sequence[str],
    edges: tuple[int, int],
) -> None:
    st.subheader(f"{choices.kind} per band", anchor=False)
    present = [
        (title, color, group.power)
        for title, color, group in zip(titles, colors, spectra.codec_groups(shape), strict=True)
        if group is not None
    ]
    if not present:
        st.caption("Appears with the first result.")
        return
    inputs = spectra.input_group(shape)
    columns = [(title, color) for title, color, _ in present]
    fine = {kind: [fine_bands(power[kind]) for _, _, power in present] for kind in present[0][2]}
    bars = [
        Series(title, color, _densities(each.bands(edges).values()))
        for (title, color), each in zip(columns, fine[choices.kind], strict=True)
    ]
    names = band_titles(edges)
    show_figure(band_bars(names, bars, f"density: mean of {choices.kind} ({choices.unit})"), "bands")
    if choices.convention == "ood_nic":
        st.caption("Without a square and without a unit there is no energy that adds up to the error: only densities.")
        return
    share = _share(fine[choices.kind][0], edges)
    st.caption(
        "Density is the mean of the spectrum over the band, energy its share of the mean square error. "
        f"High covers {share:.0%} of the plane: compare codecs by density first."
    )
    if inputs is not None:
        columns = [*columns, ("Original", ORIGINAL)]
        original = fine_bands(inputs.power["original"])
        show_table(
            columns,
            [row for kind, each in fine.items() for row in _rows(kind, [*each, original], names, edges)],
            conditions_of(view, spectra, shape),
        )


def _densities(bands: Iterable[Band]) -> Plane:
    return np.array([np.nan if band.density is None else band.density for band in bands])


def _share(fine: FineBands, edges: tuple[int, int]) -> float:
    return float(fine.count[2 * edges[1] + 2 :].sum() / fine.count.sum())


def _rows(kind: str, fine: Sequence[FineBands], names: Sequence[str], edges: tuple[int, int]) -> list[Row | Heading]:
    """Return the rows of one kind of error; the last column is the original, which competes with nobody."""
    found = [each.bands(edges) for each in fine]
    rows: list[Row | Heading] = [Heading(f"{kind}: density (levels²)")]
    for name, title in zip(BANDS, names, strict=True):
        values = [bands[name].density for bands in found]
        texts = ["–" if value is None else f"{value:.4g}" for value in values]
        rows.append(Row(title, texts, [*values[:-1], None], False))
    rows.append(Heading(f"{kind}: energy (levels²)"))
    for name, title in zip(BANDS, names, strict=True):
        energies = [bands[name].energy for bands in found]
        rows.append(Row(title, [f"{value:.4g}" for value in energies], [*energies[:-1], None], False))
    totals = [each.total for each in fine]
    rows.append(Row("total: mean square", [f"{value:.4g}" for value in totals], [*totals[:-1], None], False))
    return rows
