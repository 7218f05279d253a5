"""What the Color page teaches: CIELAB, what unique a*b* can and cannot say, and how large a ΔE00 is."""

from functools import cache, partial

import numpy as np
import streamlit as st

from nicviz.color import delta_e00, delta_e00_map, lab_to_srgb, unique_ab
from nicviz.images import LoadedImage
from nicviz.run.work import Signal, Work
from nicviz.tasks.compress import corrupted
from nicviz.tasks.settings import CorruptionSetting
from nicviz.ui.kit.waiting import compute

NOISE = tuple(CorruptionSetting("gaussian_noise", severity) for severity in (1, 3, 5))
SHOWN_DELTAS = (0.5, 1, 2, 5, 10)
_BASES = {"gray": (60.0, 0.0, 0.0), "skin": (70.0, 18.0, 22.0), "sky": (60.0, -8.0, -30.0), "leaf": (55.0, -25.0, 15.0)}


def teach(original: LoadedImage) -> None:
    """Draw the fold-outs."""
    with st.expander("How to read this page", icon=":material/school:"):
        st.markdown(_PAGE)
    with st.expander("CIELAB, and the plane of a\\* and b\\*", icon=":material/palette:"):
        st.markdown(_CIELAB)
    with st.expander("What the number of colors says, and where it misleads", icon=":material/troubleshoot:"):
        st.markdown(_PROXY)
        _noise_table(original)
    with st.expander("What a ΔE00 of 1 looks like", icon=":material/compare:"):
        st.markdown(_DELTA)
        st.html(swatches())


def _noise_table(original: LoadedImage) -> None:
    settings = (None, *NOISE)
    works = [Work((original.sha256, one), f"noise {one}", partial(_count_colors, original, one)) for one in settings]
    rows, clean = [], 0
    for setting, outcome in zip(settings, compute("noise lesson", works, patience=1.0), strict=True):
        name = f"with Gaussian noise, severity {setting.severity}" if setting else f"{original.name}, as it is"
        if outcome.done:
            count, difference = outcome.value
            clean = clean or count
            rows.append(f"| {name} | {count:,} | {count / clean - 1:+,.0%} | {difference:.1f} |")
        else:
            rows.append(f"| {name} | {outcome.message or outcome.label} | | |")
    st.markdown("| Your picture | unique a\\*b\\* | change | mean ΔE00 |\n|---|---|---|---|\n" + "\n".join(rows))


def _count_colors(original: LoadedImage, setting: CorruptionSetting | None, signal: Signal) -> tuple[int, float]:
    if setting is None:
        return unique_ab(original.pixels), 0.0
    noisy = corrupted(original, setting)
    return unique_ab(noisy.pixels), float(delta_e00_map(original.pixels, noisy.pixels).mean())


@cache
def swatches() -> str:
    """Return pairs of colors at known ΔE00, side by side without a gap, as HTML."""
    rows = []
    for name, lab in _BASES.items():
        cells = "".join(_pair(np.array(lab), delta) for delta in SHOWN_DELTAS)
        rows.append(f"<tr><td style='padding-right:.8rem;opacity:.75'>{name}</td>{cells}</tr>")
    head = "".join(f"<th style='font-weight:600;text-align:left'>{delta:g}</th>" for delta in SHOWN_DELTAS)
    return (
        "<div style='overflow-x:auto'><table style='border-collapse:separate;border-spacing:.35rem .35rem;"
        f"font-size:.85rem'><tr><th style='text-align:left'>ΔE00</th>{head}</tr>{''.join(rows)}</table></div>"
    )


def _pair(lab: np.ndarray[tuple[int], np.dtype[np.float64]], delta: float) -> str:
    """Return a cell with a color and the one that differs from it by `delta`, found along b* and rounded to 8 bits."""
    low, high, along_b = 0.0, 60.0, np.array([0.0, 0.0, 1.0])
    for _ in range(40):
        middle = (low + high) / 2
        near = float(delta_e00(lab, lab + middle * along_b)) < delta
        low, high = (middle, high) if near else (low, middle)
    first, second = (
        ",".join(map(str, np.clip(np.round(lab_to_srgb(color)), 0, 255).astype(int)))
        for color in (lab, lab + low * along_b)
    )
    half = "display:inline-block;width:3.2rem;height:2.2rem;background:rgb"
    halves = "".join(f"<span style='{half}({color})'></span>" for color in (first, second))
    return f"<td style='white-space:nowrap;font-size:0'>{halves}</td>"


_PAGE = r"""
**Plane.** Every color of a picture, rounded to whole a\* and b\*, is one cell, drawn in its own color (at the
cell's mean L\*) or by how many pixels have it (logarithmic). Their number is *unique a\*b\**. All pictures share the
axes. The dotted line encloses all colors that sRGB has at any lightness. Draw a lasso or a box around colors to see,
in every picture, the pixels that have them (the others turn gray and dim). Or press `Shift` and drag over the
picture: the colors in that rectangle are marked in the planes, each picture's own, so that you see where they went.

**Change.** Cells that only the reference has are *lost*, those of both are *kept*, those that only the reconstruction
has are *invented* (the paper says hallucinated). Hues are counted where chroma is at least 5: a gray has none.

**Difference.** ΔE00 (CIEDE2000) at each pixel, in colors on one scale for all codecs, and its parts

$$\Delta E_{00}^2 = l^2 + c^2 + h^2 + R_T\,c\,h, \quad l = \Delta L'/S_L, \ c = \Delta C'/S_C, \ h = \Delta H'/S_H.$$

The parts are shown *before* they are divided by the weights $S$, in CIELAB units, reconstruction minus reference: the
eye forgives a difference in chroma among strong colors, which the weights express and the parts do not. A mean
ΔC′ below zero says that colors became duller.

**Quality transitions.** Each codec goes down its ladder from the highest quality to the lowest. Transition $k$ is the
change of unique a\*b\* from one quality to the next lower one; the plot shows the sum of all up to there, mean and
standard deviation over pictures. Codecs have ladders of different spans, so compare them against the rate.

Compare codecs at one rate (*Match*): with fewer bits every codec changes more colors.

MacPherson et al., *Neural Image Compression and the Degradation of Color*; Sharma, Wu, Dalal, *The CIEDE2000
color-difference formula*, 2005.
"""

_CIELAB = r"""
CIELAB describes a color by its lightness L\* (0 black, 100 white) and two opponent axes: a\* from green (−) to
red (+), b\* from blue (−) to yellow (+). Grays lie at a\* = b\* = 0. The distance from there is the chroma
$C^* = \sqrt{a^{*2} + b^{*2}}$, the angle is the hue. It is built so that equal distances look about equally large.

sRGB levels are made linear, turned into X, Y, Z, divided by the white (D65, 2° observer), and

$$L^* = 116 f(Y/Y_n) - 16,\quad a^* = 500\,(f(X/X_n) - f(Y/Y_n)),\quad b^* = 200\,(f(Y/Y_n) - f(Z/Z_n)),$$

with $f(t) = \sqrt[3]{t}$ above $(6/29)^3$ and a straight line below (CIE 15). Codecs spend fewer bits on color than on
lightness, because the eye resolves color less finely; the a\*b\* plane shows what that costs. Rounding is to the
nearest whole number, ties to the even one.
"""

_PROXY = r"""
Unique a\*b\* counts *how many different* colors there are, not whether they are the right ones. Blur and coarse
quantization merge neighboring colors, so the number falls: that is what the paper measures. But

- **noise adds colors.** Every pixel is moved a little in another direction, so cells fill up that nobody meant, and the
  number rises while the picture gets worse (numbers below);
- **artifacts add colors** too: ringing and blocks of chroma make colors that the original does not have. The change
  view tells invented cells from kept ones;
- one pixel counts as much as a sky: look at the density, and at ΔE00, which weighs by pixels and looks at each place;
- it grows with the size of the picture: compare pictures of one size only.
"""

_DELTA = r"""
About **1** is just noticeable for two even patches that touch, in good light; **2–3** is seen when looked for; from
**5** on it is plain; at **10** they are two colors. In a picture with texture much more stays unseen. Each pair below
differs by the number above it (along b\*, rounded to 8 bits).
"""
