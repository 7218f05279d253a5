"""The fold-outs of the Robustness page."""

import streamlit as st

LIEBERMAN = (
    "Lieberman, Diffenderfer, Godfrey and Kailkhura, *Neural Image Compression: Generalization, Robustness, and "
    "Spectral Biases*, NeurIPS 2023 (arXiv 2307.08657)"
)


def teach() -> None:
    """Draw the fold-outs: what is measured, what the intervals mean, how the claims are tested."""
    with st.expander("How to read this page: what is measured", icon=":material/school:"):
        st.markdown(
            r"""
Every picture $x$ of a set, clean and under each corruption $c$ (Kodak-C, CLIC-C), goes through every codec $C$.

- **PSNR to the input**: of $C(c(x))$ against $c(x)$. How well the codec keeps what it was given, noise and all
  (*generalization*; its error spectrum is **G**).
- **PSNR to the clean image**: of $C(c(x))$ against $x$, which the codec never saw (*denoising*; **R**). `png` changes
  nothing: its column is the corruption itself, and a codec above it has denoised.
- **Change of rate**: $\mathrm{bpp}(c(x)) / \mathrm{bpp}(x) - 1$ at one setting, the geometric mean over pictures.
- **BD-rate**: Bjøntegaard's mean difference in rate at equal PSNR (PCHIP), of each picture, on what the codec was
  given; four qualities at least, and curves that share a quarter of their range.

**At one rate.** A codec is set to the chosen rate on each *clean* picture and left so for the corrupted ones, as the
papers do. Between its measured qualities every figure is interpolated linearly over the logarithm of the rate; beyond
them there is none. A run that was made with `--match` has one quality a codec and is taken as it is.

Rows are in the paper's groups: *low* (snow, frost, fog, brightness, contrast), *medium* (blurs, elastic, JPEG,
pixelate), *high* frequency (Gaussian, shot and impulse noise).
"""
            f"\n\nSource: {LIEBERMAN}; corruptions: Hendrycks and Dietterich, ICLR 2019; BD-rate: Bjøntegaard, "
            "VCEG-M33."
        )
    with st.expander("What the intervals mean", icon=":material/straighten:"):
        st.markdown(
            "The 95 % intervals are percentile bootstrap intervals over pictures (Efron and Tibshirani, *An "
            "Introduction to the Bootstrap*, 1993): 2000 times as many pictures as there are, drawn with "
            "replacement from a fixed seed. Differences are taken on the same picture first (*paired*), so that "
            "it does not matter that pictures differ more than codecs do. An interval says how much the mean "
            "would move with *other pictures of this kind*; nothing of other kinds. Few pictures spread too little in "
            "such resamples, so the percentiles lie further out, as Student's *t* does (Hesterberg, *What teachers "
            "should know about the bootstrap*, 2015): of ten pictures 93 in 100 such intervals hold the mean of "
            "normal numbers, of six 92, of skewed ones fewer; under six pictures no claim is decided. They are not "
            "corrected for the number of cells: of a hundred cells without a difference, about five are colored."
        )
    with st.expander("How the claims are tested", icon=":material/balance:"):
        st.markdown(
            "Each claim is one number a picture, written below it, and its mean over pictures. **Lieberman et al.**: "
            "density of the error spectrum D in high (above 1/2 Nyquist) and medium (1/8 to 1/2) frequencies; energies "
            "of G and R in luminance, in dB, mean over a group's corruptions. **MacPherson et al.**: ΔE00 and unique "
            "a\\*b\\* on clean pictures, and how they change when the rate falls by half around the chosen one. "
            "**Hu et al.**: BD-rates, and which of two models each metric prefers. The edges of the bands, the 5 % for "
            "equal rates and the 0.5 dB for *other frequencies* are nicviz's own choices. The papers speak of averages "
            "over Kodak and CLIC and of codecs much larger than the compact family: that a claim does not "
            "hold here says nothing against the paper. To test it, run `sweep kodak` with published weights."
            f"\n\nSources: {LIEBERMAN}; MacPherson et al., *Neural Image Compression and the Degradation of Color*; "
            "Hu, Yang, Ma and Liu, *Learning End-to-End Lossy Image Compression: A Benchmark*, TPAMI."
        )
