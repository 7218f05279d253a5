"""The fold-out of the Compare page."""

import streamlit as st


def teach() -> None:
    """Draw the fold-out on how to read the page."""
    with st.expander("How to read this page", icon=":material/school:"):
        st.markdown(
            r"""
**The viewer** shows exact pixels: what the decoder gave, sent without loss, enlarged without smoothing. Press `1`–`6`
and `space` to flicker between pictures: the eye finds a difference in motion that it misses side by side.
*Difference* subtracts a reference and amplifies what is left.

**Rate** is measured on a real bitstream from which the decoder alone made the picture:
$\text{bpp} = 8\,\text{bytes} / (H\,W)$. An uncompressed picture has 24.

**PSNR** $= 10 \log_{10}(255^2 / \text{MSE})$ over R, G and B. **MS-SSIM** compares local structure at five scales (1 is
equal). **ΔE00** (CIEDE2000) is a difference of color as the eye sees it; about 1 is just noticeable. **Unique a\*b\***
counts the distinct colors (a\*, b\* of CIELAB rounded to integers): blur lowers it, noise raises it.

**Match the codecs** in rate or in PSNR before you judge them: the richer file always looks better.

**With a corruption** there are two questions. *Against the input*: how well did the codec keep what it was given?
*Against the original*: how near is it to what was meant? A codec that removes noise loses on the first and wins on
the second (Lieberman et al., *Neural Image Compression: Generalization, Robustness,
and Spectral Biases*, NeurIPS 2023).
"""
        )
