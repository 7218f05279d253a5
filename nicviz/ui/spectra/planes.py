"""The planes of the Spectra page, and the part of the error that is brushed in them."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from nicviz.analysis.spectra.errors import Group, mean_psnr
from nicviz.analysis.spectra.part import ErrorPart, fitting_gain
from nicviz.corruptions import CORRUPTIONS
from nicviz.images import encode_png
from nicviz.plots.colors import CORRUPTED, ORIGINAL
from nicviz.plots.planes import TitledPlane
from nicviz.requests.view import View
from nicviz.run.live import Live
from nicviz.spectra.power import Plane
from nicviz.spectra.radial import power_law
from nicviz.ui.kit.choices import choice
from nicviz.ui.kit.marks import missed
from nicviz.ui.kit.plain import typeset
from nicviz.ui.kit.table import Group as Heading
from nicviz.ui.kit.table import Row, show_table
from nicviz.ui.kit.waiting import progress_line
from nicviz.ui.plane import PlanePane, common_scale, planes_component
from nicviz.ui.shell.comparison import Inputs
from nicviz.ui.spectra.computing import Spectra, conditions_of, error_parts
from nicviz.ui.spectra.controls import CHANNEL_TITLES, Choices, current_part, keep_part, part_by_numbers
from nicviz.ui.spectra.files import Drawn
from nicviz.ui.viewer import Pane, viewer

GAINS = ("auto", *(2**k for k in range(9)))


def show_planes(
    view: View, spectra: Spectra, shape: tuple[int, int], choices: Choices, titles: Sequence[str], colors: Sequence[str]
) -> Drawn:
    """Draw the spectra of the inputs and the errors of the codecs on one scale, and return them."""
    group = spectra.input_group(shape)
    panes: list[PlanePane] = []
    if group is not None:
        panes.append(_plane("original", "P(x): the original", group.power["original"], ORIGINAL, choices))
        if "corruption" in group.power and view.corruption:
            title = f"P(c(x) − x): {CORRUPTIONS[view.corruption.name].title.lower()}"
            panes.append(_plane("corruption", title, group.power["corruption"], CORRUPTED, choices))
    errors: list[Plane] = []
    for number, (outcome, found) in enumerate(zip(spectra.codecs, spectra.codec_groups(shape), strict=True)):
        name, title, color = f"codec-{number + 1}", f"{choices.kind}: {titles[number]}", colors[number]
        if found is not None:
            errors.append(found.power[choices.kind])
            panes.append(PlanePane(name, title, errors[-1], _caption(view, found, choices), color))
        else:
            status = "Computing…" if outcome.pending else outcome.message or "No picture of this size."
            panes.append(PlanePane(name, title, None, "", color, status, outcome.state in {"failed", "canceled"}))
    shown = [plane for plane in errors if plane.any()] or [pane.power for pane in panes if pane.power is not None]
    scale = common_scale(shown, choices.scale)
    planes_component(panes, scale, choices.unit, current_part(), key="planes", on_part=keep_part)
    cells = [max(1, round(side / 512)) for side in shape]
    pooled = " Cells are means over neighboring frequencies." if max(cells) > 1 else ""
    st.caption(
        "One scale of color for all planes, set by the codecs' errors without zero frequency"
        + (" (linear: up to the 99.9th percentile)." if choices.scale == "linear" else ".")
        + " What is brighter has the last color."
        + pooled
    )
    planes = [TitledPlane(each.title, each.caption, each.power) for each in panes if each.power is not None]
    return Drawn(planes, scale, choices.unit)


def _plane(name: str, title: str, power: Plane, color: str, choices: Choices) -> PlanePane:
    caption = "" if choices.convention == "ood_nic" else typeset(f"{mean_title(choices)} {power.mean():.4g}")
    if name == "original" and choices.convention != "ood_nic" and (law := power_law(power)):
        caption += f" · {law}"
    return PlanePane(name, title, power, caption, color)


def mean_title(choices: Choices) -> str:
    """Return what the mean of a spectrum is of: the PSNR beside it is of R, G and B."""
    return f"mean square ({CHANNEL_TITLES[choices.convention]})"


def _caption(view: View, group: Group, choices: Choices) -> str:
    rate = f"{np.mean(group.bpp):.3f} bpp"
    if off := missed(view.match, group.matched):
        rate += typeset(f" (⚠ {off} off the target)")
    if choices.convention == "ood_nic":
        return f"{rate} · {np.mean(group.zeroed[choices.kind]):.1%} of the errors rounded to 0"
    psnr, infinite = mean_psnr(group.psnr_db)
    quality = "∞ dB" if psnr is None else f"{psnr:.2f} dB" + (f" (+{infinite} ∞)" if infinite else "")
    return typeset(f"{mean_title(choices)} {group.power[choices.kind].mean():.4g}") + f" · {rate} · {quality} (RGB)"


def show_parts(
    view: View,
    inputs: Inputs,
    spectra: Spectra,
    shape: tuple[int, int],
    choices: Choices,
    titles: Sequence[str],
    colors: Sequence[str],
) -> None:
    """Draw the part of each codec's error that lies in the chosen ring or wedge, as pictures and in a table."""
    part = current_part()
    st.subheader("The whole error" if part.is_whole else "The error in the chosen part of the plane", anchor=False)
    found = error_parts(inputs, spectra.codec_groups(shape), choices, part)
    progress_line("part")
    done = [outcome.value for outcome in found if outcome.done]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        gain = st.selectbox(
            "Amplified", GAINS, key=choice("gain"), width=140,
            format_func=lambda gain: gain if gain == "auto" else f"× {gain}",
        )  # fmt: skip
        part_by_numbers(part)
    factor = fitting_gain(done) if gain == "auto" else float(gain)
    panes = [Pane("original", "Original", encode_png(inputs.original.pixels), color=ORIGINAL)]
    for number, outcome in enumerate(found):
        panes.append(_part_pane(number, outcome, titles[number], colors[number], factor))
    viewer(panes, key="spectra-part", references=["original"], height=460)
    st.caption(
        f"Amplified × {factor:g}. Middle gray is no error; brighter and darker are errors of either sign, "
        "by inverse FFT."
    )
    columns = [(title, color) for title, color, each in zip(titles, colors, found, strict=True) if each.done]
    if columns:
        show_table(columns, _part_rows(done), conditions_of(view, spectra, shape))


def _part_pane(number: int, outcome: Live[ErrorPart], title: str, color: str, gain: float) -> Pane:
    name = f"codec-{number + 1}"
    if not outcome.done:
        status = "Computing…" if outcome.pending else outcome.message
        return Pane(name, title, None, status=status, color=color, failed=not outcome.pending)
    part = outcome.value
    caption = f"{part.energy**0.5:.3g} levels RMS · × {gain:g}"
    return Pane(name, title, encode_png(part.picture(gain)), caption, color=color)


def _part_rows(parts: Sequence[ErrorPart]) -> list[Row | Heading]:
    energies = [part.energy for part in parts]
    rows: list[Row | Heading] = [
        Heading(f"{parts[0].num_frequencies:,} of {parts[0].planes[0].size:,} frequencies"),
        Row("Energy of the part (levels²)", [f"{energy:.4g}" for energy in energies], energies, False,
            "sum of P over the part / (H · W): the mean square of the pictures above"),
        Row("Root mean square (levels)", [f"{energy**0.5:.3g}" for energy in energies]),
        Row("Whole error (levels²)", [f"{part.total:.4g}" for part in parts], [part.total for part in parts], False),
    ]  # fmt: skip
    shares = ["–" if part.total == 0 else f"{part.energy / part.total:.1%}" for part in parts]
    return [*rows, Row("Share of the whole error", shares)]
