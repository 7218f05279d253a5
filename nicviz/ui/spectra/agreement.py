"""“Does my picture agree?”: the paper's three claims as signed numbers for this picture and these codecs."""

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from nicviz.analysis.claims import CLAIMS, CONDITIONS, THRESHOLD_DB, Agreements, Comparison, Verdict
from nicviz.codecs import Codec, NeuralCodec
from nicviz.corruptions import CORRUPTIONS
from nicviz.requests.commands import Claims
from nicviz.requests.parts import Sources
from nicviz.requests.view import View
from nicviz.requests.words import command
from nicviz.tasks.settings import CodecSetting
from nicviz.ui.kit.choices import choice, chosen
from nicviz.ui.kit.picture_sets import Pictures
from nicviz.ui.kit.plain import plain_text, typeset
from nicviz.ui.kit.plain_shell import show_command
from nicviz.ui.kit.table import Group as Heading
from nicviz.ui.kit.table import Row, show_table
from nicviz.ui.kit.waiting import progress_line
from nicviz.ui.shell.picture import named_picture
from nicviz.ui.shell.session import session_codecs
from nicviz.ui.spectra.computing import agreements_of
from nicviz.ui.spectra.files import table_download

WORDS: dict[Verdict, str] = {"yes": "✓ yes", "no": "✗ no", "undecided": "– undecided"}
GROUPS = {"low": "low-frequency", "medium": "medium-frequency", "high": "high-frequency"}


def show_agreement(
    view: View, pictures: Pictures, codecs: Mapping[str, Codec], titles: Sequence[str], colors: Sequence[str]
) -> None:
    """Draw the verdicts on the three claims, with the numbers behind them."""
    severity = st.segmented_control("Severity of the corruptions", [1, 2, 3, 4, 5], required=True,
                                    key=choice("claims_severity"))  # fmt: skip
    found = agreements_of(view, pictures, int(severity or 3), codecs)
    if not found:
        st.info("Choose a neural codec in the sidebar: the claims set neural codecs against JPEG 2000.",
                icon=":material/neurology:")  # fmt: skip
        return
    st.caption(
        "Each neural codec as set in the sidebar, against JPEG 2000, in two ways. **At equal setting**, as in the "
        "paper: matched in PSNR on the clean picture, and the setting kept for the corrupted ones. **At equal rate**: "
        "matched in rate on every picture, clean or corrupted. A claim holds where all its numbers are on its side of "
        "0, and fails where one is on the other side, by more than a threshold; else it is undecided. The threshold of "
        f"{THRESHOLD_DB:g} dB is nicviz's own choice."
    )
    progress_line("agreement")
    for place, outcome in found:
        if outcome.state in {"failed", "canceled"}:
            st.warning(plain_text(f"{titles[place]}: {outcome.message}"))
        elif outcome.done:
            for problem in outcome.value.problems:
                st.warning(plain_text(f"{titles[place]}: {problem}"))
    done = [(titles[place], colors[place], outcome.value) for place, outcome in found if outcome.done]
    if done:
        _show(view, pictures, int(severity or 3), done)


def _show(view: View, pictures: Pictures, severity: int, done: Sequence[tuple[str, str, Agreements]]) -> None:
    _cards(done)
    columns = [(f"{title} · {CONDITIONS[way]}", color) for title, color, _ in done for way in CONDITIONS]
    means = [found.mean for _, _, found in done for _ in CONDITIONS]
    results = [each for _, _, found in done for each in found.mean.comparisons]
    rows: list[Row | Heading] = [
        Heading("What JPEG 2000 is matched in"),
        Row("PSNR of the neural codec on the clean picture (dB)", [f"{each.psnr_db:.2f}" for each in means]),
        Row("JPEG 2000 misses the target by at most", [_missed(each) for each in results],
            help="dB of PSNR on the clean picture, or share of the rate on any picture; ⚠ over 0.05 dB or 1 %"),
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
    count = done[0][2].mean.num_pictures
    st.caption(
        ("One picture is one sample: the paper averages over data sets. " if count == 1 else
         "Means over the pictures, of decibels. ")
        + "JPEG 2000 is set by its compression ratio, so that at equal setting its rate stays what it was on the clean "
        "picture, while the rate of a neural codec follows the content: there, read claims 2 and 3 beside the rates."
    )  # fmt: skip
    with st.expander("Every corruption", icon=":material/list:"):
        show_table(columns, _corruption_rows(results))
    figures = [row for (title, _, found) in done for row in _table(title, found)]
    table_download(view, figures, "agreement")
    st.caption("The same numbers without a browser:")
    show_command(_command(view, pictures, severity))


def _command(view: View, pictures: Pictures, severity: int) -> str:
    known = session_codecs()
    neural = tuple(each for each in view.codecs if isinstance(known[each.codec], NeuralCodec))
    if view.match:
        neural = tuple(CodecSetting(each.codec) for each in neural)
    images = Sources((str(chosen("over")),)) if pictures.is_set else Sources.of(named_picture(view.image))
    seed = view.corruption.seed if view.corruption else 0
    return command(Claims(images=images, codecs=neural, match=view.match, severity=severity, seed=seed, json=True))


def _cards(done: Sequence[tuple[str, str, Agreements]]) -> None:
    """Draw the three verdicts of every neural codec in plain words, under both conditions side by side."""
    for column, (claim, verdict), evidence in zip(st.columns(len(CLAIMS)), CLAIMS, EVIDENCE, strict=True):
        with column.container(border=True, height="stretch"):
            st.markdown(f"{claim}?")
            for title, _, found in done:
                st.markdown(f"**{plain_text(title)}**")
                for place, each in enumerate(found.mean.comparisons):
                    st.markdown(
                        f"{CONDITIONS[each.condition]}: **{WORDS[verdict(each)]}**{_agreeing(found, place, verdict)}"
                    )
                    st.caption(f"{evidence(each)}; {_off(each)}")


def _agreeing(found: Agreements, place: int, verdict: Callable[[Comparison], Verdict]) -> str:
    count = found.mean.num_pictures
    return f" · {found.count(place, verdict, 'yes')} of {count} pictures agree" if count > 1 else ""


def _off(each: Comparison) -> str:
    what = "PSNR" if each.condition == "setting" else "rate"
    return (
        f"JPEG 2000 off by {_missed(each)} in {what}"
        if not each.within
        else f"{what} equal within {_missed(each).lstrip('+−')}"
    )


def _tilts(result: Comparison) -> str:
    return (
        f"High over low: {_signed(result.tilt)} dB (claimed: above 0), "
        f"JPEG 2000 {_signed(result.reference_tilt)} dB (below 0)"
    )


def _advantages(*groups: str) -> Callable[[Comparison], str]:
    def text(result: Comparison) -> str:
        means = [f"{group} {_signed(result.group_mean(group))} dB" for group in groups]
        return f"Advantage over JPEG 2000: {', '.join(means)} (claimed: above 0)"

    return text


EVIDENCE = (_tilts, _advantages("low", "medium"), _advantages("high"))  # the numbers that decide each of CLAIMS


def _group_rows(results: Sequence[Comparison], group: str) -> Row:
    label = f"Mean over the {GROUPS[group]} corruptions (dB)"
    names = ", ".join(entry.title.lower() for entry in CORRUPTIONS.values() if entry.group == group)
    return Row(label, [_signed(each.group_mean(group)) for each in results], help=names)


def _corruption_rows(results: Sequence[Comparison]) -> list[Row | Heading]:
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


def _table(title: str, found: Agreements) -> list[dict[str, float | str]]:
    mean = found.mean
    rows = []
    for each in mean.comparisons:
        shared: dict[str, float | str] = {"codec": title, "condition": each.condition, "psnr_db": mean.psnr_db,
                                          "severity": mean.severity, "num_pictures": mean.num_pictures}  # fmt: skip
        numbers = {
            "mismatch": each.mismatch,
            "tilt_db": each.tilt,
            "jpeg2000_tilt_db": each.reference_tilt,
            **{f"generalization_db {name}": value for name, value in each.generalization.items()},
            **{f"denoising_db {name}": value for name, value in each.denoising.items()},
            **{f"rate_ratio {name}": value for name, value in each.rate_ratio.items()},
        }
        verdicts = {f"claim {number}": verdict(each) for number, (_, verdict) in enumerate(CLAIMS, start=1)}
        rows += [{**shared, "figure": name, "value": value} for name, value in {**numbers, **verdicts}.items()]
    return rows


def _missed(result: Comparison) -> str:
    return typeset(result.off) + ("" if result.within else " ⚠")


def _signed(value: float) -> str:
    return typeset(f"{value:+.2f}")
