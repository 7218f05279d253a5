"""The Compare page's table of figures."""

from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from nicviz.analysis.compare import Compared, measure_codec
from nicviz.codecs import Codec
from nicviz.images import LoadedImage
from nicviz.metrics import METRICS, clean_name
from nicviz.requests.view import View
from nicviz.run.live import Live
from nicviz.run.work import Signal, Work
from nicviz.tasks.match import mismatch_text
from nicviz.tasks.task import Trial
from nicviz.tasks.timing import WARM_ROUNDS, Times, is_slow, warm_times
from nicviz.ui.kit.marks import Conditions, Kind, missed
from nicviz.ui.kit.plain import plain_text
from nicviz.ui.kit.table import Group, Row, show_table
from nicviz.ui.kit.waiting import compute, each_done, wait_quietly
from nicviz.ui.shell.browser import is_dragging
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


def time_all(
    inputs: Inputs, compared: Sequence[Live[Compared]], codecs: Mapping[str, Codec]
) -> Live[Sequence[Times | None]] | None:
    """Return how the warm times of the finished codecs stand, None for those that are not timed; None too early.

    They are taken when everything else of the page is there, one codec after the other.
    """
    done = [outcome.value.compression for outcome in compared if outcome.done]
    if not done or is_dragging() or any(outcome.pending for outcome in compared):
        return None
    wanted = [(codecs[each.codec], each.quality, each.bitstream is not None) for each in done]
    run = partial(_time, inputs.source, [None if is_slow(codec) or not made else (codec, quality)
                                         for codec, quality, made in wanted])  # fmt: skip
    key = (inputs.source.sha256, tuple(each.key for each in done))
    (live,) = compute("times", [Work(key, "times", run, after_drawing=True, ends_with_page=True)], patience=0)
    wait_quietly("times")
    return live


def _time(image: LoadedImage, settings: Sequence[tuple[Codec, float] | None], signal: Signal) -> Sequence[Times | None]:
    return [None if each is None else warm_times(image, *each, cancel=signal) for each in settings]


def summary(
    view: View,
    inputs: Inputs,
    compared: Sequence[Live[Compared]],
    measured: Sequence[Live[Trial]],
    timed: Live[Sequence[Times | None]] | None,
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
    pending = timed is None or timed.pending
    times = timed.value if timed is not None and timed.done else [None] * len(results)
    rows += [Group("Time on this machine"), *_time_rows(results, times, pending)]
    show_table(columns, rows, conditions_of(view, results, times))
    for figure in figures:
        if figure.state == "failed":
            st.error(plain_text(figure.message), icon=":material/error:")
    for metric in METRICS.values():
        if reason := metric.reason(inputs.original.pixels):
            st.caption(reason)


def conditions_of(view: View, results: Sequence[Compared], times: Sequence[Times | None]) -> Conditions:
    """Return what the codecs were compared under: their match, and whether all were timed alike, warm and alone."""
    off = tuple(missed(view.match, [result.matched]) for result in results)
    return Conditions(view.match, off, alone=all(each is not None for each in times))


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
        size = mismatch_text(view.match.metric, result.matched.mismatch)
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


def _time_rows(results: Sequence[Compared], times: Sequence[Times | None], pending: bool) -> list[Row]:
    about = (
        f"median of {WARM_ROUNDS} runs after a warm-up, when nothing else of this server ran; of slow codecs the one "
        "run that made the bitstream (once); busy: other work ran beside it; marked where one is 20 % shorter"
    )

    def row(label: str, way: str) -> Row:
        once = [getattr(result.compression, way) for result in results]
        values = [getattr(warm, way) if warm else first for warm, first in zip(times, once, strict=True)]
        texts = [
            "–" if value is None else f"{1000 * value:.0f}" + _how(result, warm, pending)
            for value, result, warm in zip(values, results, times, strict=True)
        ]
        return Row(label, texts, values, False, about, kind="time")

    return [row("Encode (ms)", "encode_seconds"), row("Decode (ms)", "decode_seconds")]


def _how(result: Compared, warm: Times | None, pending: bool) -> str:
    if warm is not None:
        return ""
    if pending:
        return " …"
    return " once" if result.compression.alone else " busy"
