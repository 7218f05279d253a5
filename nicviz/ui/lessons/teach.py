"""The fold-out of the Lessons page."""

import streamlit as st


def teach() -> None:
    """Draw how to read the page, with formulas and sources."""
    with st.expander("How to read this page", icon=":material/school:"):
        st.markdown(
            r"""
**Predict first.** A number that you have guessed at teaches more than one that you have read. Nothing is graded, and
nobody sees what you predicted: it is kept in this browser session alone, neither on disk nor in the link.

**Every number is measured**, on this machine, on the picture that you see. No text of a lesson holds one. The sentence
after *Measured* is chosen by a rule from the numbers. Where a difference is too small to count, it says so: under 2 %
of gain, 3 % of colors, 0.1 dB of PSNR, 0.5 dB of an error's power (nicviz's own choices), or within what repetitions
differ by. Where two files could not be made equally large, to 1 %, it refuses to decide.

**The rings** hold the frequencies below 1/8, from 1/8 to 1/4, from 1/4 to 1/2, and above 1/2 of the fastest that
pixels can show (Nyquist, 0.5 cycles/pixel). With $X$ and $\hat X$ the transforms of what went in and what came out, the
**gain** of a ring is $\mathrm{Re}\langle \hat X X^*\rangle / \langle |X|^2\rangle$, and an error $e$ has the power
$P(e) = |\mathrm{FFT2}(e)|^2 / (H\,W)$: **D** is $P(C(x) - x)$, **G** is $P(C(c(x)) - c(x))$ and **R** is
$P(C(c(x)) - x)$, with the picture $x$, the corruption $c$ and the codec $C$, in luminance.

**Equal rate** means that the second codec is set, by search, to the number of bits that the first one needed for the
very picture that both are given.

**For teachers:** *Teacher's view* shows all steps of a lesson with their solutions on one page to print. The address of
a step is a link for the class (*Share this view* in the sidebar gives a QR code). Nothing but this machine is needed.

Sources: Lieberman, Diffenderfer, Godfrey and Kailkhura, *Neural Image Compression: Generalization, Robustness, and
Spectral Biases*, NeurIPS 2023 (D, G, R and the claims); MacPherson et al., *Neural Image Compression and the
Degradation of Color* (unique a\*b\*); Bjøntegaard, VCEG-M33, 2001 (BD-rate). Gain and the rings are nicviz's own.
"""
        )
