"""Principal components of patches: their variances against the DCT's, and the first of them with their spectra."""

from base64 import b64encode
from functools import partial

import numpy as np
import streamlit as st

from nicviz.analysis.manifest import rows_csv
from nicviz.analysis.theory.patches import Components, Float, PatchChannel, coding_gain_db, share_of_first
from nicviz.analysis.theory.record import component_rows, components_npz
from nicviz.analysis.theory.sets import set_components
from nicviz.images import encode_png
from nicviz.plots.colors import codec_color
from nicviz.plots.figures import Series
from nicviz.plots.maps import color_map
from nicviz.plots.theory import component_pixels, rank_plot
from nicviz.run.work import Signal, Work
from nicviz.ui.kit.choices import choice
from nicviz.ui.kit.downloads import File
from nicviz.ui.kit.figures import show_figure
from nicviz.ui.kit.given import Given
from nicviz.ui.kit.table import Row, show_table
from nicviz.ui.kit.waiting import compute, progress_line

LANE = "theory"
SHOWN = 32
LEAST_ORDER = 8  # components: a rank correlation of fewer may be chance
PCA_COLOR, DCT_COLOR = "#e4572e", codec_color("jpeg")
RANKS = (1, 4, 16, 64)
ORDERS = {"variance": "By variance", "frequency": "By frequency"}

_STYLE = """
<style>
.nv-components {display: grid; grid-template-columns: repeat(auto-fill, minmax(132px, 1fr)); gap: .8rem .7rem;}
.nv-components figure {margin: 0; min-width: 0;}
.nv-components div {display: flex; gap: 4px;}
.nv-components img {width: calc(50% - 2px); aspect-ratio: 1; image-rendering: pixelated; border-radius: 2px;}
.nv-components figcaption {font-size: .78rem; line-height: 1.3; margin-top: .2rem; font-variant-numeric: tabular-nums;}
@media (max-width: 640px) {.nv-components {grid-template-columns: repeat(auto-fill, minmax(104px, 1fr));}}
</style>
"""


def show_components(given: Given, side: int, channel: PatchChannel) -> list[File]:
    """Draw the principal components of the patches of pictures, and return their downloads; none while they come."""
    run = partial(_components, given, side, channel)
    (found,) = compute(LANE, [Work(("components", given.key, side, channel), "the components", run, 8 << 20)])
    progress_line(LANE)
    if found.state == "failed":
        st.error(found.message, icon=":material/error:")
    if not found.done:
        return []
    components, problems = found.value
    for problem in problems:
        st.warning(problem)
    if components.variances[0] <= 0:
        st.info("The patches are all the same: there is no variance to find components of.")
        return []
    _compaction(components)
    _mosaic(components)
    return [
        File("Components (CSV)", "components.csv", lambda: rows_csv(component_rows(components))),
        File("Basis (NPZ)", "components.npz", lambda: components_npz(components),
             "vectors: a column a component, the first 256; variances: of all; dct: variances of the DCT."),
    ]  # fmt: skip


def _components(given: Given, side: int, channel: PatchChannel, signal: Signal) -> tuple[Components, tuple[str, ...]]:
    return set_components(given.loads(), side, channel, signal)


def _compaction(found: Components) -> None:
    dct_title = "DCT" if found.channel == "luminance" else "PCA of colors, then DCT"
    left, right = st.columns(2)
    pairs = [("PCA", PCA_COLOR, found.variances), (dct_title, DCT_COLOR, found.dct)]
    with left:
        st.subheader("Variance of each component", anchor=False)
        variances = [Series(name, color, values) for name, color, values in pairs]
        show_figure(rank_plot(variances, "variance (levels²)", y_log=True), "component-variances")
    shares = [Series(name, color, share_of_first(values)) for name, color, values in pairs]
    with right:
        st.subheader("Share of the variance in the first k", anchor=False)
        show_figure(rank_plot(shares, "share of the variance"), "component-shares")
    rows = [
        Row(f"Variance in the first {rank}" if rank > 1 else "Variance in the first",
            [f"{each.values[rank - 1]:.3%}" for each in shares])
        for rank in RANKS if rank <= len(found.variances)
    ]  # fmt: skip
    gains = [coding_gain_db(values) for _, _, values in pairs]
    texts = ["–" if gain is None else f"{gain:.2f} dB" for gain in gains]
    rows.append(Row("Coding gain at high rate", texts, help="10 log₁₀ of arithmetic over geometric mean of variances"))
    show_table([(name, color) for name, color, _ in pairs], rows)
    note = " No coding gain: some components have no variance at all." if None in gains else ""
    behind = shares[0].values - shares[1].values
    st.caption(
        f"From {found.count:,} patches. No orthonormal basis puts more variance into the first k than the PCA of these "
        f"very patches. The {dct_title}{', which knows no picture,' if found.channel == 'luminance' else ''} falls "
        f"behind by at most {100 * behind.max():.2f} percentage points (at k = {behind.argmax() + 1}): where that is "
        f"little, one fixed basis will do, as in JPEG.{note}"
    )


def _mosaic(found: Components) -> None:
    first = min(SHOWN, found.vectors.shape[1], np.count_nonzero(found.variances))  # of no variance: any basis
    with st.container(horizontal=True, vertical_alignment="bottom"):
        which = f"The first {first} components, each" if first > 1 else "The only component,"
        st.subheader(f"{which} with its power spectrum", anchor=False)
        by = st.segmented_control("Order", list(ORDERS), format_func=ORDERS.__getitem__, required=True,
                                  key=choice("patch_order"), label_visibility="collapsed")  # fmt: skip
    peaks, means = found.frequencies(first), found.mean_frequencies(first)
    shares = found.variances / found.variances.sum()
    places = np.argsort(means, kind="stable") if by == "frequency" else np.arange(first)
    pictures, spectra = found.pictures(first), found.spectra(first)
    figures = [_figure(place + 1, pictures[place], spectra[place], shares[place], peaks[place], means[place])
               for place in places]  # fmt: skip
    st.html(f"{_STYLE}<div class='nv-components'>{''.join(figures)}</div>")
    st.caption(
        "Middle gray is zero. Beside each the spectrum: zero frequency in the center, Nyquist at the edge. Below, in "
        "cycles/pixel, the frequency at which it peaks and its mean frequency. " + order_sentence(means)
    )


def _figure(rank: int, component: Float, spectrum: Float, share: float, peak: float, mean: float) -> str:
    pictures = [component_pixels(component), color_map(spectrum, float(spectrum.max()))]
    names = (f"component {rank}", f"its power spectrum, mean frequency {mean:.3f} cycles/pixel")
    images = "".join(
        f"<img alt='{name}' src='data:image/png;base64,{b64encode(encode_png(pixels)).decode()}'>"
        for name, pixels in zip(names, pictures, strict=True)
    )
    caption = f"{rank} · {share:.2%}<br>peak {peak:.3f}<br>mean {mean:.3f}"
    return f"<figure><div>{images}</div><figcaption>{caption}</figcaption></figure>"


def order_sentence(means: Float) -> str:
    """Return what the order of the first components says of a codec that keeps what varies most.

    Args:
        means: (K,) mean frequencies of the first components, by falling variance.
    """
    from scipy.stats import spearmanr

    if len(means) < LEAST_ORDER:
        return "There are too few components to say how variance goes with frequency."
    rising = float(spearmanr(range(len(means)), means).statistic)
    if rising > 0.5:
        follows = "variance falls with frequency, so a codec that keeps what varies most is a low-pass."
    elif rising < -0.5:
        follows = "variance rises with frequency, so a codec that keeps what varies most drops low frequencies."
    else:
        follows = "variance hardly depends on frequency, so this does not make a codec that keeps what varies most a "
        follows += "low-pass."
    return (
        f"Rank and mean frequency of these {len(means)} have a rank correlation (Spearman) of {rising:.2f}: {follows}"
    )
