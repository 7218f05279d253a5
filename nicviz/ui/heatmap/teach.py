"""What the Fourier heatmap page teaches."""

import streamlit as st

_PAGE = r"""
Each cell is one experiment. The square of $512 \times 512$ pixels (image $x$ in $[0, 1]$) gets one wave,

$$
x' = \mathrm{round}_8\big(\mathrm{clamp}(x + s_c\, \nu\, U_{u,v})\big),\qquad
U_{u,v}(x, y) \propto \cos\big(2\pi (u x + v y)\big),\quad \lVert U_{u,v} \rVert_2 = 1,
$$

with $\nu = 4$ in each channel (about 2.8 of 255 levels high) and a sign $s_c$ for each of R, G and B. It is **clamped
and rounded to 8 bits for every codec**, because that is what a codec is given; the public code rounds for classical
codecs only. The codec compresses $x'$, and the cell shows what changed.

- **PSNR, input**: of the reconstruction against $x'$. It falls where the codec *loses* the wave.
- **PSNR, clean**: against $x$. It falls where the codec *passes the wave on*; near zero change, the codec removed it
  (denoised it).
- **Rate**: bits per pixel, where the codec *pays* for the wave. For neural codecs it is estimated from the likelihoods.
- **Wave kept**: $\langle \hat x' - x,\, p\rangle / \langle p, p\rangle$ with $p = x' - x$, the share of the wave that
  is in the reconstruction: 1 kept, 0 removed. It follows from the two PSNRs and is nicviz's addition.

**Neural codecs** are run near $x$: what a wave of $\nu \le 4$ changes goes through the convolutions in bfloat16 where
the CPU has it, and everything else is float32. On photographs that moves a PSNR by less than 0.01 dB; pictures that are
mostly flat, where it would be more, are computed in float32 throughout.

The center is zero frequency (all pixels a little brighter), to the right lie vertical stripes, below horizontal ones;
at 0.5 cycles/pixel stripes are one pixel wide. $(u, v)$ and $(-u, -v)$ are the same wave and computed once.

**Signs.** With +++ the wave is gray; with other signs it is colored, and codecs treat color otherwise than gray. *Mean
of 4* averages +++, ++−, +−+ and +−−, which is all there are up to the sign of the whole. *Random* draws them for each
cell, as the public code does: one image gives speckle, and the mean over a set is meant.

**Rounding shows.** The wave is 2.8 levels high and becomes 3, so that its norm after rounding is 4.0 to 4.3, least at
multiples of 1/8 cycles/pixel, where it takes few different values: the regular dots there, in the PSNR maps of every
codec, come from that. *Wave kept* is relative to the wave that was added, and free of it.
"""

_TRY = """
- Compare **PSNR, input** with **PSNR, clean**: one is the other turned inside out. A codec cannot have both: what it
  removes it has not coded, and what it codes it has not removed.
- Match the codecs at one rate, then lower it: the region that is kept shrinks toward the center.
- Look at the **Rate** of a neural codec: it pays most at the border of what it keeps.
- Click a cell there and choose *What came out of the wave*: it survives in some places of the picture and not in
  others, because codecs spend bits where there is texture to hide in, or an edge to keep.
- Set the norm to 16: the wave is now stronger than the quantization, and more of it has to be coded.
"""

_SOURCE = (
    "Yin, Lopes, Shlens, Cubuk, Gilmer, *A Fourier Perspective on Model Robustness in Computer Vision*, NeurIPS 2019 "
    "(the method); Lieberman et al., *Neural Image Compression: Generalization, Robustness, and Spectral Biases*, "
    "NeurIPS 2023 (for codecs)."
)


def teach() -> None:
    """Draw the fold-outs."""
    with st.expander("How to read this page", icon=":material/school:"):
        st.markdown(f"{_PAGE}\n\nSources: {_SOURCE}")
    with st.expander("What to try", icon=":material/science:"):
        st.markdown(_TRY)
