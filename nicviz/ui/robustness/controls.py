"""The conditions that the views of the Robustness page share: rate, severity, anchor."""

from dataclasses import dataclass
from typing import cast

import streamlit as st

from nicviz.codecs import Codec
from nicviz.codecs.catalog import catalog
from nicviz.corruptions import CORRUPTIONS
from nicviz.plots.colors import codec_color
from nicviz.robustness.cube import Cube
from nicviz.robustness.matrix import CLEAN
from nicviz.robustness.operating import Equal, Target, coverage, targets_of
from nicviz.ui.kit.choices import choice
from nicviz.ui.kit.screen import folded_when_narrow

VIEWS = {
    "matrix": "Matrix", "curves": "RD curves", "severity": "Severity", "spectra": "Spectra", "scatter": "Two codecs",
    "claims": "Claims",
}  # fmt: skip
EQUAL: dict[Equal, str] = {"setting": "Setting", "rate": "Rate"}
USUAL_ANCHORS = ("jpeg2000", "jpeg")


@dataclass(frozen=True)
class Conditions:
    """What the views are drawn under."""

    target: Target
    severity: int
    anchor: str


def title_of(codec: str) -> str:
    """Return a codec's title; the name of one that is not known here."""
    known: dict[str, Codec] = dict(catalog())
    return known[codec].title if codec in known else codec


def corruption_control(rows: list[str]) -> str:
    """Draw the choice of a corruption, or the clean pictures, among the rows of a run."""
    usual = "gaussian_noise" if "gaussian_noise" in rows else rows[0]
    key = choice("robust_corruption", rows, usual)
    return str(st.selectbox("Corruption", rows, key=key, width=210, format_func=row_title))


def row_title(row: str) -> str:
    """Return the title of a row of a matrix."""
    return "Clean" if row == CLEAN else CORRUPTIONS[row].title


def color_of(codec: str) -> str:
    """Return a codec's color."""
    return codec_color(codec)


def conditions_control(cube: Cube, shown: str) -> Conditions:
    """Draw the controls that a view needs, and return the conditions."""
    targets = targets_of(cube)
    target, severity = targets[0], _usual_severity(cube)
    lossy = [name for name in cube.codecs if cube.has_quality(name)] or list(cube.codecs)
    usual = next((name for name in USUAL_ANCHORS if name in lossy), lossy[0])
    if shown == "curves" and len(cube.severities) < 2:
        return Conditions(target, severity, usual)
    with folded_when_narrow("Rate, severity and anchor"):
        if shown in {"matrix", "spectra", "scatter", "claims"} and targets != [Target()]:
            rates = {f"{each.value:g}": each for each in sorted(targets, key=lambda each: each.value or 0)}
            named = st.selectbox(
                "Rate (bpp)", list(rates), key=choice("robust_at", list(rates),
                f"{target.value:g}"), width=200, help="Every codec is set to this rate on each clean picture, "
                "between its measured qualities. For the corrupted ones that setting is kept, as in the papers, or the "
                "rate is made equal anew.",
            )  # fmt: skip
            target = rates[str(named)]
            if shown in {"matrix", "claims"}:
                equal = st.segmented_control("Equal on corrupted pictures", list(EQUAL), format_func=EQUAL.__getitem__,
                                             required=True, key=choice("robust_equal"))  # fmt: skip
                target = Target(target.value, cast(Equal, equal))
        if shown != "severity" and len(cube.severities) > 1:
            options = [str(each) for each in cube.severities]
            picked = st.select_slider("Severity", options, key=choice("robust_severity", options, str(severity)))
            severity = int(picked)
        anchor = usual
        if shown in {"matrix", "severity", "claims"}:
            label = "Set against" if shown == "claims" else "Anchor"
            options = [name for name in lossy if shown != "claims" or not _is_neural(name)] or lossy
            default = usual if usual in options else options[0]
            anchor = str(st.selectbox(label, options, format_func=title_of, width=200,
                                      key=choice("robust_anchor", options, default, known=lossy)))  # fmt: skip
    return Conditions(target, severity, anchor)


def coverage_text(cube: Cube, target: Target) -> str | None:
    """Return which codecs do not reach the rate on every picture: their means are over others; None where all do."""
    total = len(cube.pictures)
    short = [
        f"{title_of(codec)} {round(share * total)}"
        for codec in cube.codecs
        if cube.has_quality(codec) and (share := coverage(cube, codec, target)) < 1
    ]
    if target.value is None or not short:
        return None
    return (
        f"Not every codec reaches {target} on each of the {total} pictures between the qualities that the run has: "
        f"{', '.join(short)}. Differences are over the pictures that both codecs have; compare means only where the "
        "counts agree"
    )


def say_coverage(cube: Cube, target: Target) -> None:
    """Say which codecs do not reach the rate on every picture."""
    if (text := coverage_text(cube, target)) is not None:
        st.caption(f":material/filter_alt: {text} (point at a cell).")
    if target.value is None:
        st.caption(":material/info: Each codec has one quality in this run, matched or given, and is taken as it is.")


def say_equal(target: Target) -> None:
    """Say what an equal setting or rate means for the corrupted pictures."""
    if target.value is None:
        return
    if target.equal == "setting":
        st.caption(
            ":material/balance: At an **equal setting** rates part on corrupted pictures. JPEG 2000's setting is a "
            "rate: it spends the same bits on blur, which needs few, and on noise, which needs many, where other "
            "codecs keep a quality. See *Change of rate*, or make the **rate** equal on every picture."
        )
    else:
        st.caption(
            ":material/balance: At an **equal rate**: each codec keeps its setting from the clean picture, and the "
            "anchor gets, on every corrupted one, the rate which that setting takes there. This is in the differences; "
            "the values are at equal setting."
        )


def _is_neural(codec: str) -> bool:
    known = catalog()
    return codec in known and known[codec].family == "neural"


def _usual_severity(cube: Cube) -> int:
    return min(cube.severities, key=lambda each: (abs(each - 3), each), default=3)
