"""What the words and numbers mean, for the About page."""

import streamlit as st

_DEFINITIONS = (
    (r"original $x$, corrupted $c(x)$, reconstruction $\hat x$", "8-bit sRGB; figures are those of the 8-bit picture"),
    ("bpp", r"$8 \cdot$ bytes of the whole bitstream $/ (H W)$, measured; an estimate from likelihoods is called one"),
    ("PSNR", r"$10 \log_{10}(255^2/\mathrm{MSE})$ over R, G, B; ∞ for an exact reconstruction"),
    ("MS-SSIM", "Wang, Simoncelli, Bovik 2003: five scales, over R, G, B; none under 161 px a side"),
    ("ΔE00", "CIEDE2000, mean over pixels; CIELAB under D65, 2° observer"),
    (r"unique a\*b\*", r"number of distinct pairs of a\* and b\* rounded to integers"),
    ("quality transition", r"change of the number of unique a\*b\* from one quality to the next lower"),
    (
        "error spectrum",
        r"$P(e) = \lvert\mathrm{FFT2}(e)\rvert^2 / (H W)$ of an error $e$ in luminance (or Cb, Cr, RGB), 8-bit levels; "
        "its mean over frequencies is the mean square error",
    ),
    ("D, reconstruction error", r"$P(C(x) - x)$ on clean images"),
    ("G, generalization error", r"$P(C(c(x)) - c(x))$ on corrupted images, against what the codec was given"),
    ("R, denoising error", r"$P(C(c(x)) - x)$ on corrupted images, against what was meant"),
    (
        "radial profile, relative error",
        r"mean of $P$ over rings of equal $\lvert f\rvert$; $\langle P(e)\rangle / \langle P(x)\rangle$ of a ring",
    ),
    (
        "gain",
        r"$\mathrm{Re}\langle \hat X X^*\rangle / \langle\lvert X\rvert^2\rangle$ over a ring, $X$ the transform of "
        r"what went in and $\hat X$ of what came out: 1 kept, 0 removed",
    ),
    (
        "coherence",
        r"$\lvert\langle \hat X X^*\rangle\rvert^2 / "
        r"(\langle\lvert X\rvert^2\rangle\langle\lvert \hat X\rvert^2\rangle)$; "
        "with the gain it tells *lost* from *invented* energy",
    ),
    (
        "bands",
        "low below ⅛ of Nyquist (0.5 cycles/pixel), medium up to ½, high above; the edges are nicviz's own choice. A "
        "band's *energy* is its sum of $P$ over $H W$, its *density* the mean of $P$",
    ),
    (
        "Fourier heatmap",
        "PSNR or bpp of the image plus one Fourier basis function of L2 norm 4 a channel (image in 0…1), rounded to 8 "
        "bits; by default the change from the image without it",
    ),
    (
        "BD-rate",
        "Bjøntegaard's: mean difference in rate for equal quality, over log rate (PCHIP); comes with the overlap of "
        "the curves, and not at all under 25 % or with fewer than 4 points",
    ),
    ("match", "the native quality found on the clean image, to ± 1 % bpp or ± 0.05 dB; kept for the corrupted image"),
    ("severity, seed", "of the ImageNet-C corruptions; image, severity and seed give the same bytes everywhere"),
)


def definitions() -> None:
    """Draw what the words and numbers mean."""
    st.subheader("Definitions", anchor=False)
    rows = "\n".join(f"| {word} | {meaning} |" for word, meaning in _DEFINITIONS)
    st.markdown(f"| Word | Meaning |\n|---|---|\n{rows}")
