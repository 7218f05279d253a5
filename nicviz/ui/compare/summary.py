"""The Compare page's table of figures, and what it teaches."""

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from nicviz.analysis.compare import Compared, Measured
from nicviz.codecs import Codec
from nicviz.metrics import METRICS
from nicviz.requests.view import View
from nicviz.ui.compare.comparison import Inputs
from nicviz.ui.compare.panes import column_title
from nicviz.ui.kit.live import Outcome
from nicviz.ui.kit.plain import plain_text
from nicviz.ui.kit.table import Group, Row, show_table

RAW_BPP = 24


def summary(
    view: View,
    inputs: Inputs,
    compared: Sequence[Outcome],
    measured: Sequence[Outcome],
    colors: Sequence[str],
    codecs: Mapping[str, Codec],
) -> None:
    """Draw the table of figures of what is finished."""
    done = [
        (outcome.value, figures, color)
        for outcome, figures, color in zip(compared, measured, colors, strict=True)
        if outcome.state == "done"
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
        rows += [Group("Quality"), *_metric_rows(figures, "input")]
    rows += [Group("Time on this machine, when it was computed"), *_time_rows(results)]
    show_table(columns, rows)
    for figure in figures:
        if figure.state == "failed":
            st.error(plain_text(figure.message), icon=":material/error:")
    for metric in METRICS.values():
        if reason := metric.reason(inputs.original.pixels):
            st.caption(reason)


def _rate_rows(results: Sequence[Compared]) -> list[Row]:
    rates = [result.compression.bpp for result in results]
    estimated = [result.compression.bitstream is None for result in results]
    texts = [f"{rate:.4f}" + (" est." if guess else "") for rate, guess in zip(rates, estimated, strict=True)]
    rows = [Row("Bits per pixel", texts, rates, False, "8 · bytes of the whole bitstream / pixels, measured")]
    sizes = [result.compression.num_bytes for result in results]
    rows.append(Row("Bytes", ["–" if size is None else f"{size:,}" for size in sizes]))
    rows.append(Row("Compression ratio", [f"{RAW_BPP / rate:.1f} : 1" for rate in rates], help="24 bits / bpp"))
    clean = [result.clean.bpp for result in results if result.clean]
    if clean:
        rows.append(Row("Bits per pixel, clean image", [f"{rate:.4f}" for rate in clean], help="at the same setting"))
        change = [given / before - 1 for given, before in zip(rates, clean, strict=True)]
        rows.append(Row("Rate spent on the corruption", [f"{share:+.1%}" for share in change], change, False,
                        "change of the rate from the clean to the corrupted image, at one setting"))  # fmt: skip
    return rows


def _match_rows(view: View, results: Sequence[Compared]) -> list[Row]:
    if view.match is None:
        return []
    texts = []
    for result in results:
        if result.matched is None:
            texts.append("–")
            continue
        off = result.matched.mismatch
        size = f"{off:+.1%}" if view.match.metric == "bpp" else f"{off:+.2f} dB"
        texts.append(size + ("" if result.matched.within else " ⚠"))
    target = f"{view.match.value:g} {'bpp' if view.match.metric == 'bpp' else 'dB'}"
    return [Row(f"Off the target of {target}", texts, help="on the clean image; ⚠ more than 1 % or 0.05 dB")]


def _metric_rows(measured: Sequence[Outcome], reference: str) -> list[Row]:
    rows = []
    for name, metric in METRICS.items():
        values = [_value(outcome, reference, name) for outcome in measured]
        pending = [outcome.state == "pending" for outcome in measured]
        texts = ["…" if wait else metric.format(value) for wait, value in zip(pending, values, strict=True)]
        label = metric.title + (f" ({metric.unit})" if metric.unit else "")
        if metric.higher_is_better is None:
            rows.append(Row(label, texts, help=metric.description))
        else:
            rows.append(Row(label, texts, values, metric.higher_is_better, metric.description))
    return rows


def _value(outcome: Outcome, reference: str, name: str) -> float | None:
    if outcome.state != "done":
        return None
    figures: Measured = outcome.value
    values = figures.against_input if reference == "input" else figures.against_original
    return values[name] if values else None


def _time_rows(results: Sequence[Compared]) -> list[Row]:
    def row(label: str, read: Callable[[Compared], float | None]) -> Row:
        values = [read(result) for result in results]
        return Row(label, ["–" if value is None else f"{1000 * value:.0f}" for value in values], values, False)

    return [
        row("Encode (ms)", lambda result: result.compression.encode_seconds),
        row("Decode (ms)", lambda result: result.compression.decode_seconds),
    ]


def teach() -> None:
    """Draw the fold-out on how to read the page."""
    with st.expander("How to read this page", icon=":material/school:"):
        st.markdown(
            r"""
**The viewer** shows exact pixels: what the decoder gave, sent without loss, enlarged without smoothing. Press `1`–`6`
and `space` to flicker between pictures: the eye finds a difference in motion that it misses side by side.
*Difference* subtracts a reference and amplifies what is left.

**Rate** is measured on a real bitstream from which the decoder alone made the picture:
$\text{bpp} = 8\,\text{bytes} / (H\,W)$. An uncompressed picture has 24.

**PSNR** $= 10 \log_{10}(255^2 / \text{MSE})$ over R, G and B. **MS-SSIM** compares local structure at five scales (1 is
equal). **ΔE00** (CIEDE2000) is a difference of color as the eye sees it; about 1 is just noticeable. **Unique a\*b\***
counts the distinct colors (a\*, b\* of CIELAB rounded to integers): blur lowers it, noise raises it.

**Match the codecs** in rate or in PSNR before you judge them: the richer file always looks better.

**With a corruption** there are two questions. *Against the input*: how well did the codec keep what it was given?
*Against the original*: how near is it to what was meant? A codec that removes noise loses on the first and wins on
the second (Lieberman et al., *Neural Image Compression: Generalization, Robustness,
and Spectral Biases*, NeurIPS 2023).
"""
        )
