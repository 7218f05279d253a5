"""The Compare page's table of figures."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import streamlit as st

from nicviz.analysis.compare import Compared, measure_codec
from nicviz.codecs import Codec
from nicviz.metrics import METRICS, clean_name
from nicviz.requests.view import View
from nicviz.run.live import Live
from nicviz.run.work import Signal, Work
from nicviz.tasks.task import Trial
from nicviz.ui.kit.marks import Conditions, Kind, mismatch_text, missed
from nicviz.ui.kit.plain import plain_text
from nicviz.ui.kit.table import Group, Row, show_table
from nicviz.ui.kit.waiting import each_done
from nicviz.ui.shell.comparison import Inputs
from nicviz.ui.shell.panes import column_title

RAW_BPP = 24


def measure_all(inputs: Inputs, compared: Sequence[Live[Compared]]) -> list[Live[Trial]]:
    """Return how the figures of each codec stand; what is not compressed yet is passed on."""

    def work(done: Compared) -> Work[Trial]:
        key = (inputs.original.sha256, inputs.source.sha256, done.compression.key)
        return Work(key, done.compression.setting, partial(_measure, inputs, done))

    return each_done("measure", compared, work, patience=1.5)


def _measure(inputs: Inputs, compared: Compared, signal: Signal) -> Trial:
    return measure_codec(inputs.original, compared)


def summary(
    view: View,
    inputs: Inputs,
    compared: Sequence[Live[Compared]],
    measured: Sequence[Live[Trial]],
    colors: Sequence[str],
    codecs: Mapping[str, Codec],
) -> None:
    """Draw the table of figures of what is finished."""
    done = [
        (outcome.value, figures, color)
        for outcome, figures, color in zip(compared, measured, colors, strict=True)
        if outcome.done
    ]
    if not done:
        st.caption("The figures appear here with the first result.")
        return
    columns = [(column_title(result, codecs), color) for result, _, color in done]
    results = [result for result, _, _ in done]
    rows: list[Row | Group] = [Group("Rate"), *_rate_rows(results), *_match_rows(view, results)]
    figures = [figure for _, figure, _ in done]
    if inputs.corrupted:
        rows += [Group("Quality against the corrupted input: what it was given"), *_metric_rows(figures, "input")]
        rows += [Group("Quality against the clean original: what was meant"), *_metric_rows(figures, "original")]
    else:
        rows += [Group("Quality"), *_metric_rows(figures, "input", clean=True)]
    rows += [Group("Time on this machine, when it was computed"), *_time_rows(results)]
    show_table(columns, rows, conditions_of(view, results))
    for figure in figures:
        if figure.state == "failed":
            st.error(plain_text(figure.message), icon=":material/error:")
    for metric in METRICS.values():
        if reason := metric.reason(inputs.original.pixels):
            st.caption(reason)


def conditions_of(view: View, results: Sequence[Compared]) -> Conditions:
    """Return what the codecs were compared under: their match, and whether anything else ran beside them."""
    off = tuple(missed(view.match, [result.matched]) for result in results)
    return Conditions(view.match, off, alone=all(result.compression.alone for result in results))


def _rate_rows(results: Sequence[Compared]) -> list[Row]:
    rates = [result.compression.bpp for result in results]
    estimated = [result.compression.bitstream is None for result in results]
    texts = [f"{rate:.4f}" + (" est." if guess else "") for rate, guess in zip(rates, estimated, strict=True)]
    rows = [Row("Bits per pixel", texts, rates, False, "8 · bytes of the whole bitstream / pixels, measured",
                kind="rate")]  # fmt: skip
    sizes = [result.compression.num_bytes for result in results]
    rows.append(Row("Bytes", ["–" if size is None else f"{size:,}" for size in sizes]))
    rows.append(Row("Compression ratio", [f"{RAW_BPP / rate:.1f} : 1" for rate in rates], help="24 bits / bpp"))
    clean = [result.clean.bpp for result in results if result.clean]
    if clean:
        rows.append(Row("Bits per pixel, clean image", [f"{rate:.4f}" for rate in clean], help="at the same setting"))
        change = [given / before - 1 for given, before in zip(rates, clean, strict=True)]
        texts = [f"{round(share, 3) + 0:+.1%}" for share in change]  # no −0.0 %
        rows.append(Row("Rate spent on the corruption", texts, change, False,
                        "change of the rate from the clean to the corrupted image, at one setting",
                        kind="share"))  # fmt: skip
    return rows


def _match_rows(view: View, results: Sequence[Compared]) -> list[Row]:
    if view.match is None:
        return []
    texts = []
    for result in results:
        if result.matched is None:
            texts.append("–")
            continue
        size = mismatch_text(view.match, result.matched.mismatch)
        texts.append(size + ("" if result.matched.within else " ⚠"))
    target = f"{view.match.value:g} {'bpp' if view.match.metric == 'bpp' else 'dB'}"
    return [Row(f"Off the target of {target}", texts, help="on the clean image; ⚠ more than 1 % or 0.05 dB")]


def _metric_rows(measured: Sequence[Live[Trial]], reference: str, clean: bool = False) -> list[Row]:
    rows = []
    for name, metric in METRICS.items():
        values = [_value(outcome, reference, name) for outcome in measured]
        pending = [outcome.pending for outcome in measured]
        texts = ["…" if wait else metric.format(value) for wait, value in zip(pending, values, strict=True)]
        if reference == "original" and not metric.compares:
            continue  # the same number again
        label = metric.label
        if metric.higher_is_better is None:
            rows.append(Row(label, texts, help=metric.description))
        else:
            kind: Kind = "psnr" if clean and name == "psnr_db" else "quality"
            rows.append(Row(label, texts, values, metric.higher_is_better, metric.description, kind))
    return rows


def _value(outcome: Live[Trial], reference: str, name: str) -> float | None:
    if not outcome.done:
        return None
    return outcome.value.figures.get(name if reference == "input" else clean_name(name))


def _time_text(seconds: float | None, alone: bool) -> str:
    return "–" if seconds is None else f"{1000 * seconds:.0f}" + ("" if alone else " while other work ran")


def _time_rows(results: Sequence[Compared]) -> list[Row]:
    def row(label: str, read: Callable[[Compared], float | None]) -> Row:
        values = [read(result) for result in results]
        texts = [_time_text(value, result.compression.alone) for value, result in zip(values, results, strict=True)]
        return Row(label, texts, values, False, "marked where nothing else ran and one is 20 % shorter", kind="time")

    return [
        row("Encode (ms)", lambda result: result.compression.encode_seconds),
        row("Decode (ms)", lambda result: result.compression.decode_seconds),
    ]
