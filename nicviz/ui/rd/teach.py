"""The fold-out of the rate–distortion page."""

import streamlit as st


def teach() -> None:
    """Draw the fold-out on how to read the page."""
    with st.expander("How to read this page", icon=":material/school:"):
        st.markdown(
            r"""
**A point** is one codec at one quality: bits per pixel of the real bitstream, and how near the decoded picture comes
to what it is compared with. Over a set, both are means of the pictures' values, and the ribbon is the mean ± one
standard error $s/\sqrt{n}$. Up and to the left is better (for ΔE00: down and to the left). MS-SSIM in dB is
$-10\log_{10}(1-\text{MS-SSIM})$, which spreads what crowds near 1. An exact reconstruction has an infinite PSNR: it is
left out of the mean.

**BD-rate** (Bjøntegaard 2001) is the mean horizontal distance of two curves: with $r(q)$ the interpolated rate,
$$\text{BD-rate} = \exp\Big(\frac{1}{q_1-q_0}\int_{q_0}^{q_1} \ln r(q) - \ln r_\text{anchor}(q)\,dq\Big) - 1$$
over the qualities that both reach. Where they share less than half of their range, beware; under a quarter, with fewer
than four points, or where more rate does not always give more quality, there is no number. The BD-rate of the mean
curve and the mean of the pictures' BD-rates differ, and papers report either: both are here.

**Published curves** are other people's measurements, with their settings: nicviz' JPEG 2000 uses another wavelet than
the published one and lies above it.

**With a corruption**, quality *against the input* asks how well a codec keeps what it is given, noise included;
*against the original*, how near it comes to what was meant. There, more rate may make things worse. Codecs also pay
for noise with bits and save on blur: *Under corruption* shows how much at one setting (Lieberman et al., NeurIPS 2023).

**PSNR or MS-SSIM** shows that a network trained for one metric loses in the other (Hu et al., TPAMI).
"""
        )
