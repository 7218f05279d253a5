"""The parts of the About page."""

from html import escape

import streamlit as st

from nicviz.analysis.manifest import versions
from nicviz.codecs import Codec
from nicviz.codecs.neural.device import device_label
from nicviz.plots.colors import codec_color
from nicviz.store import default_store
from nicviz.ui.session import session_codecs

FAMILIES = {
    "lossless": "Lossless",
    "classical": "Classical",
    "neural": "Neural",
    "external": "External programs",
}


def machine() -> None:
    """Draw device, store and versions."""
    store = default_store()
    left, middle, right = st.columns(3)
    left.metric("Neural codecs run on", device_label())
    middle.metric("Results on disk", f"{store.size_bytes() / 1e6:.0f} MB", help=str(store.folder))
    right.metric("nicviz", versions()["nicviz"])
    if store.last_problem:
        st.warning(f"Results are computed but not kept: {store.last_problem}")
    with st.expander("Versions"):
        st.code("\n".join(f"{name} {version}" for name, version in versions().items()), language=None)


def codec_table() -> None:
    """Draw every codec by family, with what would make a missing one work."""
    st.subheader("Codecs", anchor=False)
    codecs = session_codecs().values()
    for family, title in FAMILIES.items():
        members = [codec for codec in codecs if codec.family == family]
        if not members:
            continue
        ready = sum(codec.availability().ok for codec in members)
        with st.expander(f"{title}: {ready} of {len(members)} ready", expanded=ready > 0):
            st.html("".join(_codec_line(codec) for codec in members))


def _codec_line(codec: Codec) -> str:
    state = codec.availability()
    scale = codec.scale
    span = f"{scale.label} {scale.low:g}–{scale.high:g}" if scale else "one setting"
    mark = "✓" if state.ok else "✗"
    remedy = "" if state.ok else f"<div style='opacity:.75'>{escape(state.reason)} {escape(state.remedy)}</div>"
    return (
        f"<div style='border-left:3px solid {codec_color(codec.name)};padding:.15rem .7rem;margin:.45rem 0;"
        f"font-size:.9rem'><b>{escape(codec.title)}</b> <code>{escape(codec.name)}</code> {mark} "
        f"<span style='opacity:.7'>{escape(span)}</span><div>{escape(codec.description)}</div>{remedy}</div>"
    )


def definitions() -> None:
    """Draw what the words and numbers mean."""
    st.subheader("Definitions", anchor=False)
    st.markdown(
        r"""
| Word | Meaning |
|---|---|
| original $x$, corrupted $c(x)$, reconstruction $\hat x$ | 8-bit sRGB; figures are those of the 8-bit picture |
| bpp | $8 \cdot$ bytes of the whole bitstream $/ (H W)$, measured; an estimate from likelihoods is called one |
| PSNR | $10 \log_{10}(255^2/\mathrm{MSE})$ over R, G, B; ∞ for an exact reconstruction |
| MS-SSIM | Wang, Simoncelli, Bovik 2003: five scales, over R, G, B; none under 161 px a side |
| ΔE00 | CIEDE2000, mean over pixels; CIELAB under D65, 2° observer |
| unique a\*b\* | number of distinct pairs of a\* and b\* rounded to integers |
| match | the native quality found on the clean image, to ± 1 % bpp or ± 0.05 dB; kept for the corrupted image |
| severity, seed | of the ImageNet-C corruptions; image, severity and seed give the same bytes everywhere |
"""
    )


def papers() -> None:
    """Draw the works that nicviz shows."""
    st.subheader("Papers", anchor=False)
    st.markdown(
        """
- Lieberman, Diffenderfer, Godfrey, Kailkhura.
  *Neural Image Compression: Generalization, Robustness, and Spectral Biases.* NeurIPS 2023, arXiv 2307.08657.
- MacPherson et al. *Neural Image Compression and the Degradation of Color.*
- Hu, Yang, Ma, Liu. *Learning End-to-End Lossy Image Compression: A Benchmark.* TPAMI.
- Ballé, Minnen, Singh, Hwang, Johnston. *Variational image compression with a scale hyperprior.* ICLR 2018.
- Hendrycks, Dietterich. *Benchmarking Neural Network Robustness to Common Corruptions and Perturbations.* ICLR 2019.
- Bégaint, Racapé, Feltman, Pushparaja. *CompressAI.* arXiv 2011.03029.
"""
    )
