"""“Does my picture agree?”: the paper's three claims as signed numbers for this picture and these codecs."""

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from nicviz.analysis.claims import CLAIMS, THRESHOLD_DB, Agreement, Verdict
from nicviz.analysis.match import PSNR_TOLERANCE
from nicviz.analysis.spectra.errors import Group
from nicviz.codecs import Codec
from nicviz.corruptions import CORRUPTIONS
from nicviz.images import LoadedImage
from nicviz.requests.view import View
from nicviz.run.live import Live
from nicviz.ui.kit.choices import choice
from nicviz.ui.kit.plain import typeset
from nicviz.ui.kit.table import Group as Heading
from nicviz.ui.kit.table import Row, show_table
from nicviz.ui.kit.waiting import progress_line
from nicviz.ui.spectra.computing import agreements
from nicviz.ui.spectra.files import table_download

WORDS: dict[Verdict, str] = {"yes": "✓ yes", "no": "✗ no", "undecided": "– undecided"}
GROUPS = {"low": "low-frequency", "medium": "medium-frequency", "high": "high-frequency"}


def show_agreement(
    view: View,
    original: LoadedImage,
    groups: Sequence[Group | None],
    codecs: Mapping[str, Codec],
    titles: Sequence[str],
    colors: Sequence[str],
) -> None:
    """Draw the verdicts on the three claims, with the numbers behind them."""
    severity = st.segmented_control("Severity of the corruptions", [1, 2, 3, 4, 5], required=True,
                                    key=choice("claims_severity"))  # fmt: skip
    if any(group is None for group in groups):
        st.caption("Waits for the codecs' settings on the clean picture.")
        return
    qualities = [group.compared.compression.quality if group and group.compared else None for group in groups]
    found = agreements(view, original, int(severity or 3), codecs, qualities)
    if not found:
        st.info("Choose a neural codec in the sidebar: the claims set neural codecs against JPEG 2000.",
                icon=":material/neurology:")  # fmt: skip
        return
    st.caption(
        "Each neural codec as set in the sidebar, against JPEG 2000 matched to its PSNR on the clean picture; the "
        "setting is kept for the corrupted pictures, as in the paper. A claim holds where all its numbers are on its "
        "side of 0, and fails where one is on the other side, by more than a threshold; else it is undecided. The "
        f"threshold of {THRESHOLD_DB:g} dB is nicviz's own choice."
    )
    progress_line("agreement")
    for place, outcome in found:
        if outcome.state in {"failed", "canceled"}:
            st.warning(f"{titles[place]}: {outcome.message}")
    done = [(titles[place], colors[place], outcome) for place, outcome in found if outcome.done]
    if done:
        _show(view, done)


def _show(view: View, done: Sequence[tuple[str, str, Live[Agreement]]]) -> None:
    results = [outcome.value for _, _, outcome in done]
    columns = [(title, color) for title, color, _ in done]
    _cards(columns, results)
    rows: list[Row | Heading] = [
        Heading("Matched on the clean picture"),
        Row("PSNR of both (dB)", [f"{each.psnr_db:.2f}" for each in results]),
        Row("JPEG 2000 misses it by (dB)", [_missed(each) for each in results]),
        Heading("1 · Neural codecs err more in high than in low frequencies, JPEG 2000 the other way round (D)"),
        Row("Neural: high over low density (dB), claimed above 0", [_signed(each.tilt) for each in results]),
        Row("JPEG 2000: high over low density (dB), claimed below 0",
            [_signed(each.reference_tilt) for each in results]),
        Row("Agrees?", [WORDS[each.spectral()] for each in results], help="both beyond the threshold"),
        Row("Beside the claim: neural minus JPEG 2000 (dB)",
            [_signed(each.tilt - each.reference_tilt) for each in results],
            help="above 0: the neural codec leans more to high frequencies than JPEG 2000 does"),
        Heading("2 · Neural codecs generalize better to low and medium shifts (G of JPEG 2000 / G of neural)"),
        *(_group_rows(results, group) for group in ("low", "medium")),
        Row("Agrees?", [WORDS[each.generalizes()] for each in results], help="both groups beyond the threshold"),
        Heading("3 · Neural codecs denoise high-frequency corruptions more (R of JPEG 2000 / R of neural)"),
        _group_rows(results, "high"),
        Row("Agrees?", [WORDS[each.denoises()] for each in results]),
        Heading("What the corrupted pictures cost: bpp of the neural codec / bpp of JPEG 2000"),
        *(
            Row(f"Rate on {title} corruptions", [f"{each.group_rate_ratio(group):.2f} ×" for each in results])
            for group, title in GROUPS.items()
        ),
    ]  # fmt: skip
    show_table(columns, rows)
    st.caption(
        "One picture is one sample: the paper averages over data sets. JPEG 2000 is set by its compression ratio, so "
        "that its rate stays what it was on the clean picture, while the rate of a neural codec follows the content. "
        "Read claims 2 and 3 beside the rates."
    )
    with st.expander("Every corruption", icon=":material/list:"):
        show_table(columns, _corruption_rows(results))
    figures = [row for (title, _), each in zip(columns, results, strict=True) for row in _table(title, each)]
    table_download(view, figures, "agreement")


def _cards(columns: Sequence[tuple[str, str]], results: Sequence[Agreement]) -> None:
    """Draw the three verdicts of every neural codec in plain words."""
    for column, (claim, verdict), evidence in zip(st.columns(len(CLAIMS)), CLAIMS, EVIDENCE, strict=True):
        with column.container(border=True, height="stretch"):
            st.markdown(f"{claim}?")
            for (title, _), each in zip(columns, results, strict=True):
                st.markdown(f"{title}: **{WORDS[verdict(each)]}**")
                st.caption(evidence(each))


def _tilts(result: Agreement) -> str:
    return (
        f"High over low: {_signed(result.tilt)} dB (claimed: above 0), "
        f"JPEG 2000 {_signed(result.reference_tilt)} dB (below 0)"
    )


def _advantages(*groups: str) -> Callable[[Agreement], str]:
    def text(result: Agreement) -> str:
        means = [f"{group} {_signed(result.group_mean(group))} dB" for group in groups]
        return f"Advantage over JPEG 2000: {', '.join(means)} (claimed: above 0)"

    return text


EVIDENCE = (_tilts, _advantages("low", "medium"), _advantages("high"))  # the numbers that decide each of CLAIMS


def _group_rows(results: Sequence[Agreement], group: str) -> Row:
    label = f"Mean over the {GROUPS[group]} corruptions (dB)"
    names = ", ".join(entry.title.lower() for entry in CORRUPTIONS.values() if entry.group == group)
    return Row(label, [_signed(each.group_mean(group)) for each in results], help=names)


def _corruption_rows(results: Sequence[Agreement]) -> list[Row | Heading]:
    rows: list[Row | Heading] = []
    for group, title in GROUPS.items():
        error = "R" if group == "high" else "G"
        rows.append(Heading(f"{title}: advantage of the neural codec in {error} (dB), and its rate over JPEG 2000's"))
        for name in (entry.name for entry in CORRUPTIONS.values() if entry.group == group):
            values = [each.denoising.get(name, each.generalization.get(name, 0.0)) for each in results]
            texts = [f"{_signed(value)}  ·  {each.rate_ratio[name]:.2f} ×"
                     for value, each in zip(values, results, strict=True)]  # fmt: skip
            rows.append(Row(CORRUPTIONS[name].title, texts))
    return rows


def _table(title: str, result: Agreement) -> list[dict[str, float | str]]:
    shared: dict[str, float | str] = {"codec": title, "psnr_db": result.psnr_db, "severity": result.severity}
    numbers = {
        "tilt_db": result.tilt,
        "jpeg2000_tilt_db": result.reference_tilt,
        **{f"generalization_db {name}": value for name, value in result.generalization.items()},
        **{f"denoising_db {name}": value for name, value in result.denoising.items()},
        **{f"rate_ratio {name}": value for name, value in result.rate_ratio.items()},
    }
    verdicts = {"claim 1": result.spectral(), "claim 2": result.generalizes(), "claim 3": result.denoises()}
    return [{**shared, "figure": name, "value": value} for name, value in {**numbers, **verdicts}.items()]


def _missed(result: Agreement) -> str:
    return _signed(result.mismatch_db) + (" ⚠" if abs(result.mismatch_db) > PSNR_TOLERANCE else "")


def _signed(value: float) -> str:
    return typeset(f"{value:+.2f}")
