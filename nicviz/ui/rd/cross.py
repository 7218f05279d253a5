"""PSNR and MS-SSIM at once: what a network was trained for."""

from collections.abc import Mapping, Sequence

import streamlit as st

from nicviz.analysis.rd.curves import mean_curve, of_codec
from nicviz.analysis.rd.published import SETS, PublishedCurve, published
from nicviz.codecs import Codec
from nicviz.metrics import AXES
from nicviz.plots.colors import codec_color
from nicviz.plots.rd import Line, line_figure
from nicviz.tasks.task import Trial
from nicviz.ui.kit.choices import choice, chosen
from nicviz.ui.kit.figures import show_figure
from nicviz.ui.shell.panes import setting_title


def cross_section(points: Sequence[Trial], codecs: Mapping[str, Codec], names: Sequence[str]) -> None:
    """Draw PSNR against MS-SSIM: measured codecs solid, published networks of both objectives dashed and dotted."""
    st.subheader("What a network was trained for", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox("Published figures on", list(SETS), format_func=SETS.__getitem__, width=260,
                     key=choice("rd_cross_set"))  # fmt: skip
        pairs = objective_pairs(published(chosen("rd_cross_set")))
        options = list(pairs)
        key = choice("rd_architecture", options, default=options[1])
        st.selectbox("Architecture", options, key=key, width=320,
                     format_func=lambda name: pairs[name][0].title.removesuffix(" (CompressAI)"))  # fmt: skip
    lines = [_plane_line(points, codecs[name], name) for name in names if of_codec(points, name)]
    mse, ms_ssim = pairs[st.session_state[key]]
    lines += [_published_line(mse, "MSE", "dash"), _published_line(ms_ssim, "MS-SSIM", "dot")]
    x, y = AXES["psnr_db"], AXES["ms_ssim_db"]
    show_figure(line_figure(lines, x.label, y.label), "cross-metric")
    variants = (str(mse.architecture), f"{mse.architecture}-msssim")
    missing = [name for name in variants if name in codecs and not codecs[name].availability().ok]
    said = (
        f" Not measured here, because their weights are missing: {', '.join(missing)} (see About)." if missing else ""
    )
    st.caption(
        "A curve further to the right is better in PSNR, one further up in MS-SSIM; along a curve the rate rises. "
        f"Dashed and dotted: published means over {SETS[chosen('rd_cross_set')]} ({mse.source}, {ms_ssim.source}); "
        f"solid: measured here on the chosen pictures, so compare their places only if these are the same.{said}"
    )


def objective_pairs(curves: Sequence[PublishedCurve]) -> dict[str, tuple[PublishedCurve, PublishedCurve]]:
    """Return architecture to its MSE- and its MS-SSIM-optimized curve, where both have both metrics."""
    found: dict[tuple[str, str], PublishedCurve] = {}
    for curve in curves:
        if curve.architecture and curve.objective and {"psnr_db", "ms_ssim"} <= curve.figures.keys():
            found.setdefault((curve.architecture, curve.objective), curve)
    return {
        name: (curve, found[name, "ms-ssim"])
        for (name, objective), curve in found.items()
        if objective == "mse" and (name, "ms-ssim") in found
    }


def _plane_line(points: Sequence[Trial], codec: Codec, name: str) -> Line:
    x, y = AXES["psnr_db"], AXES["ms_ssim_db"]
    curve = [p for p in mean_curve(of_codec(points, name)) if _finite(p.on(x)) and _finite(p.on(y))]
    labels = [f"<b>{setting_title(codec, p.quality)}</b><br>{p.bpp:.4f} bpp<br>{p.on(x):.2f} dB PSNR<br>"
              f"{p.on(y):.2f} dB MS-SSIM" for p in curve]  # fmt: skip
    return Line(codec.title, codec_color(name), [p.on(x) for p in curve], [p.on(y) for p in curve], labels)


def _published_line(curve: PublishedCurve, objective: str, dash: str) -> Line:
    psnr, bpp = curve.figures["psnr_db"], curve.figures["bpp"]
    ms_ssim = [AXES["ms_ssim_db"].of(value) or 0.0 for value in curve.figures["ms_ssim"]]
    labels = [
        f"<b>{curve.title}</b><br>trained for {objective}<br>{rate:.4f} bpp<br>{x:.2f} dB PSNR<br>{y:.2f} dB MS-SSIM"
        for rate, x, y in zip(bpp, psnr, ms_ssim, strict=True)
    ]
    suffix = "-msssim" if dash == "dot" else ""
    name = f"{curve.title.split(',')[0].removesuffix(' (CompressAI)')}, trained for {objective} (published)"
    return Line(name, codec_color(f"{curve.architecture}{suffix}"), list(psnr), ms_ssim, labels, dash=dash,
                symbol="diamond")  # fmt: skip


def _finite(value: float | None) -> bool:
    return value is not None and abs(value) < float("inf")
