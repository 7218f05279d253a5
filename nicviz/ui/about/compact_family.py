"""The compact family on the About page: how good it is, and a card for each model."""

import streamlit as st

from nicviz.analysis.rd.family import FULL_SIZE, kodak_deltas, paper_gap, references
from nicviz.analysis.rd.published import PublishedCurve
from nicviz.codecs.neural.family.cards import Card, Described
from nicviz.codecs.neural.family.compact import manifest
from nicviz.metrics import AXES
from nicviz.plots.colors import codec_color
from nicviz.plots.rd import Line, line_figure
from nicviz.ui.kit.choices import choice, chosen
from nicviz.ui.kit.figures import show_figure
from nicviz.ui.kit.table import Row, show_table

_AXES = ("psnr_db", "ms_ssim")
_DASHES = ("dot", "dashdot", "dash", "longdash")
_HEIGHT = 400
_FAR_DB = 3.0  # below its paper
_METRICS = {"mse": "MSE", "ms-ssim": "MS-SSIM", "l1": "residual (L1)"}


def family_section() -> None:
    """Draw what the codecs in the package are worth, and their model cards."""
    st.subheader("The compact family", anchor=False)
    codecs = tuple(manifest().values())
    st.markdown(_verdict(codecs))
    key = choice("family_quality")
    st.segmented_control("Quality", _AXES, format_func=lambda name: AXES[name].title, required=True, key=key,
                         label_visibility="collapsed")  # fmt: skip
    axis = chosen("family_quality")
    most_bpp = 1.1 * max(figures.bpp for described in codecs for figures in described.kodak.values())
    lines = [*_own_lines(codecs, axis), *_published_lines(axis, most_bpp)]
    title = f"{AXES[axis].label}, mean over the 24 Kodak images"
    figure = line_figure(lines, "rate (bits per pixel)", title, height=_HEIGHT, x_range=(0, most_bpp))
    show_figure(figure, "compact-family")
    _delta_table(codecs, axis)
    for described in codecs:
        with st.expander(f"Model card: {described.title}"):
            _card(described)


def _verdict(codecs: tuple[Described, ...]) -> str:
    first = codecs[0]
    full, jpeg = _psnr_delta(first, FULL_SIZE), _psnr_delta(first, "jpeg")
    told = ""
    if full is not None and jpeg is not None:
        told = (
            f" For equal PSNR on the Kodak images `{first.name}` takes {_percent(jpeg)} bits than JPEG, and "
            f"{_percent(full)} than the published full-size model of the same architecture."
        )
    for described in codecs:
        jpeg = _psnr_delta(described, "jpeg") if described.search else None
        if jpeg is not None:
            told += (
                f" `{described.name}` takes {_percent(jpeg)} bits than JPEG with the same weights and decoder: its "
                "encoder searches for a better latent of each image, which takes seconds. The difference is what the "
                "analysis transform leaves undone in PSNR; MS-SSIM is not what it searches for."
            )
    return (
        "Neural codecs that work without a download and fast on a CPU. **They are small models, and not the state of "
        f"the art**: they show what neural compression does to an image, not how far it has come.{told}"
    )


def _psnr_delta(described: Described, reference: str) -> float | None:
    """Return the BD-rate in percent against the published curve of a key."""
    deltas = kodak_deltas(described, "psnr_db")
    return next(deltas[title].value for title, curve in references("psnr_db").items() if curve.key == reference)


def _percent(value: float) -> str:
    return f"{abs(value):.0f} % {'fewer' if value < 0 else 'more'}"


def _own_lines(codecs: tuple[Described, ...], axis: str) -> list[Line]:
    lines = []
    for described in codecs:
        points = described.kodak
        values = [getattr(figures, axis) for figures in points.values()]
        labels = [
            f"<b>{described.title}</b> · quality {quality:g}<br>{figures.bpp:.3f} bpp<br>"
            f"{figures.psnr_db:.2f} dB PSNR<br>{figures.ms_ssim:.4f} MS-SSIM"
            for quality, figures in points.items()
        ]
        bpps = [figures.bpp for figures in points.values()]
        lines.append(Line(described.title, codec_color(described.name), bpps, values, labels))
    return lines


def _published_lines(axis: str, most_bpp: float) -> list[Line]:
    lines = []
    for (title, curve), dash in zip(references(axis).items(), _DASHES, strict=False):
        bpps, values = zip(*_in_view(curve, axis, most_bpp), strict=True)
        labels = [
            f"<b>{title}</b>, published<br>{bpp:.3f} bpp<br>{AXES[axis].title} {value:.{AXES[axis].digits}f}"
            f"<br><i>{curve.source}</i>"
            for bpp, value in zip(bpps, values, strict=True)
        ]
        lines.append(Line(f"{title}, published", _color(curve), bpps, values, labels, dash=dash, symbol=""))
    return lines


def _in_view(curve: PublishedCurve, axis: str, most_bpp: float) -> list[tuple[float, float]]:
    """Return rates and qualities of a published curve, as far as one is in view."""
    points = list(zip(curve.figures["bpp"], curve.figures[axis], strict=True))
    return points[: 1 + sum(bpp < most_bpp for bpp, _ in points)]


def _color(curve: PublishedCurve) -> str:
    """Return the color of the codec that a published curve is of."""
    return codec_color((curve.architecture or curve.key) + ("-msssim" if curve.objective == "ms-ssim" else ""))


def _delta_table(codecs: tuple[Described, ...], axis: str) -> None:
    columns = [(title, _color(curve)) for title, curve in references(axis).items()]
    rows = []
    for described in codecs:
        deltas = kodak_deltas(described, axis).values()
        if all(delta.value is None for delta in deltas):
            continue
        texts = ["–" if delta.value is None else f"{delta.value:+.1f} %" for delta in deltas]
        why = "; ".join(dict.fromkeys(delta.note for delta in deltas if delta.note))
        rows.append(Row(described.title, texts, help=why))
    st.caption(
        f"BD-rate for equal {AXES[axis].title} against published curves on Kodak: bits that a codec takes more (+) or "
        "less (−). A codec with fewer than four qualities has none, and no row."
    )
    show_table(columns, rows)


def _card(described: Described) -> None:
    st.markdown(described.description)
    color = codec_color(described.name)
    points = described.kodak
    show_table(
        [(f"quality {quality:g}", color) for quality in points],
        [
            Row("Kodak: rate (bpp)", [f"{figures.bpp:.3f}" for figures in points.values()]),
            Row("Kodak: PSNR (dB)", [f"{figures.psnr_db:.2f}" for figures in points.values()]),
            Row("Kodak: MS-SSIM", [f"{figures.ms_ssim:.4f}" for figures in points.values()]),
        ]
        + ([] if len(described.cards) < len(points) else _model_rows(described.cards)),
    )
    if len(described.cards) < len(points):
        show_table([("all qualities", color)], _model_rows(described.cards))
    peer = " of CompressAI" if described.model_class.module.startswith("compressai.") else ", in nicviz's own code"
    st.caption(
        f"Architecture {described.architecture}{peer}; figures of bitstreams and 8-bit reconstructions, means "
        f"over the 24 Kodak images. License: {described.license}"
    )
    metric, gaps = paper_gap(described)
    if gaps:
        told = ", ".join(f"{gap:+.1f} dB at {rate:.3g} bpp".replace("-", "−") for rate, gap in gaps.items())
        far = min(gaps.values()) < -_FAR_DB
        of = "PSNR" if metric == "psnr_db" else "MS-SSIM, as −10 · log₁₀ (1 − MS-SSIM),"
        st.caption(
            f"{of} against the curve of its paper on the same pictures: {told}."
            + (" So far from it, the codec is shown for its kind of artifact, not for its rate." if far else "")
        )
    if described.search:
        st.caption(f"The encoder takes {described.search} steps of gradient descent on the latent, for the loss above.")
    for data in dict.fromkeys(card.training.data for card in described.cards):
        st.caption(f"Trained on {data}.")
    st.code("\n\n".join(_history(card) for card in described.cards), language="bash", wrap_lines=True)


def _model_rows(cards: tuple[Card, ...]) -> list[Row]:
    return [
        Row("λ", ["–" if card.training.lmbda is None else f"{card.training.lmbda:g}" for card in cards],
            help="weight of the distortion in the loss; none where the rate is fixed"),
        Row("Trained for", [_METRICS[card.training.metric] for card in cards]),
        Row("Channels", [", ".join(map(str, card.widths)) for card in cards],
            help="of transforms and latent, N and M; of a recurrent model those of its layers"),
        Row("Steps", [f"{card.training.steps:,}" if card.training.steps else "–" for card in cards],
            help="of the commands below; what they started from is said there"),
        Row("Zero weights", [f"{100 * card.sparsity:.0f} %" for card in cards], help="of all kernels"),
        Row("Kernels stored in", [card.precision for card in cards]),
    ]  # fmt: skip


def _history(card: Card) -> str:
    lines = [f"# {card.file}", f"# SHA-256 {card.sha256}"]
    if card.training.before:
        lines.append(f"# from {card.training.before}")
    return "\n".join([*lines, *card.training.commands])
