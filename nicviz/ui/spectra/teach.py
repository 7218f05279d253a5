"""The fold-outs of the Spectra page."""

import streamlit as st

SOURCE = (
    "Lieberman, Diffenderfer, Godfrey and Kailkhura, *Neural Image Compression: Generalization, Robustness, and "
    "Spectral Biases*, NeurIPS 2023 (arXiv 2307.08657)"
)


def teach() -> None:
    """Draw the fold-outs: what D, G and R are, how to read the plane, what the paper found, the public code's way."""
    with st.expander("How to read this page: what D, G and R are", icon=":material/school:"):
        st.markdown(
            r"""
An error picture $e$ is taken apart into frequencies: $P(e) = |\mathrm{FFT2}(e)|^2 / (H\,W)$. Its mean over all
frequencies is the mean square error (Parseval), so $P$ says *where in frequency* the MSE lies. It is measured on
8-bit levels in luminance unless you choose another channel.

- **D**, reconstruction: $P(C(x) - x)$. What the codec does to the clean picture $x$.
- **G**, generalization: $P(C(c(x)) - c(x))$. How well it keeps a corrupted picture $c(x)$, noise and all.
- **R**, denoising: $P(C(c(x)) - x)$. How near it comes to the clean picture, which it never saw. With no compression
  (`png`), $G = 0$ and $R = P(c(x) - x)$, the corruption itself: a codec whose R lies below that line has denoised.

**Gain** $\mathrm{Re}\langle \hat X X^*\rangle / \langle |X|^2\rangle$ and **coherence**
$|\langle \hat X X^*\rangle|^2 / (\langle|X|^2\rangle\langle|\hat X|^2\rangle)$ tell *lost* from *invented*: a blur has
low gain and full coherence; noise that a codec adds lowers coherence and leaves gain alone. An error spectrum cannot
tell them apart.
"""
            f"\n\nSource: {SOURCE}; gain and coherence are nicviz's addition."
        )
    with st.expander("How to read the plane", icon=":material/filter_center_focus:"):
        st.markdown(
            r"""
The center is zero frequency, the mean brightness. To the right lie horizontal frequencies (vertical stripes), upward
vertical ones; the edge is Nyquist, 0.5 cycles/pixel, where stripes are one pixel wide. Opposite points belong together:
the plane is symmetric about its center. A photograph is bright in the center and falls as about $1/f^2$.

**Drag over a plane** to choose a ring, or a wedge (one direction): the pictures below show that part of each codec's
error alone. Try the outermost ring of a neural codec, or the axes of a JPEG, where its 8×8 blocks live (multiples of
1/8 cycles/pixel).
"""
        )
    with st.expander("What the paper found, and whether this picture shows it", icon=":material/help:"):
        st.markdown(
            "1. At equal PSNR, neural codecs err more in high than in low frequencies, JPEG 2000 the other way round.\n"
            "2. Neural codecs generalize better to low- and medium-frequency corruptions.\n"
            "3. Neural codecs denoise high-frequency corruptions more.\n\n"
            "The view **Does my picture agree?** puts these to the test on your picture, with signed numbers and "
            "a threshold. It may well say no: the claims are about averages over data sets, and about the codecs that "
            f"were trained then.\n\nSource: {SOURCE}."
        )
    with st.expander("The convention “ood_nic”", icon=":material/compare_arrows:"):
        st.markdown(
            "The paper's public code normalizes both pictures by the data set's mean and standard deviation, "
            "subtracts, *rounds*, converts to gray and takes |FFT|, not squared (here with the constants of Kodak). "
            "A standard deviation is about 56 levels, so that the rounding sets every error under 28 levels to 0: only "
            "the largest errors are left. It is offered to compare with published pictures; the share that became zero "
            "stands above each plane."
        )
