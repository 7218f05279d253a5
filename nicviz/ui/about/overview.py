"""The parts of the About page."""

from collections.abc import Iterator, Sequence
from html import escape

import streamlit as st

from nicviz.analysis.manifest import versions
from nicviz.codecs import Codec
from nicviz.codecs.neural.device import device_label
from nicviz.codecs.neural.weights.locate import folders
from nicviz.plots.colors import codec_color
from nicviz.store import default_store
from nicviz.ui.shell.session import session_codecs

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
            st.html("".join(_lines(members)))


def _lines(members: Sequence[Codec]) -> Iterator[str]:
    """Yield a line for each codec that works, and one for all that lack the same thing."""
    missing: dict[str, list[Codec]] = {}
    for codec in members:
        state = codec.availability()
        if state.ok:
            yield _codec_line(codec)
        else:
            missing.setdefault(state.reason, []).append(codec)
    for reason, lacking in missing.items():
        yield _codec_line(lacking[0]) if len(lacking) == 1 else _group_line(lacking, reason)


def _group_line(codecs: Sequence[Codec], reason: str) -> str:
    names = ", ".join(
        f"<span title='{escape(codec.title, quote=True)}' style='white-space:nowrap'>"
        f"<code>{escape(codec.name)}</code></span>"
        for codec in codecs
    )
    remedy = codecs[0].availability().remedy
    if codecs[0].family == "neural":
        remedy = f"Download them below, under “Published weights”, or put their files into {folders()[0]}."
    return (
        f"<div style='padding:.15rem 0;margin:.7rem 0 .2rem;font-size:.9rem;line-height:1.9'>✗ {len(codecs)} more: "
        f"<span style='opacity:.75'>{escape(reason.replace('Its', 'their', 1))} {escape(remedy)}</span>"
        f"<div>{names}</div></div>"
    )


def _codec_line(codec: Codec) -> str:
    state = codec.availability()
    scale = codec.scale
    span = f"{scale.label} {scale.low:g}–{scale.high:g}" if scale else "one setting"
    mark = "✓" if state.ok else "✗"
    remedy = "" if state.ok else f"<div style='opacity:.75'>{escape(state.reason)} {escape(state.remedy)}</div>"
    return (
        f"<div style='border-left:3px solid {codec_color(codec.name)};padding:.15rem .7rem;margin:.45rem 0;"
        f"font-size:.9rem'><b>{escape(codec.title)}</b> <code>{escape(codec.name)}</code> {mark} "
        f"<span style='opacity:.75'>{escape(span)}</span><div>{escape(codec.description)}</div>{remedy}</div>"
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
- Yang, Bamler, Mandt. *Improving Inference for Neural Image Compression.* NeurIPS 2020, arXiv 2006.04240.
- Bégaint, Racapé, Feltman, Pushparaja. *CompressAI.* arXiv 2011.03029.
"""
    )
