"""The fold-out of the Theory page."""

import streamlit as st


def teach() -> None:
    """Draw the fold-out on how to read the page."""
    with st.expander("How to read this page", icon=":material/school:"):
        st.markdown(
            r"""
**The chain of thought.** Pictures have a power spectrum that falls with frequency (*Spectrum of a set*). So the
directions in which blocks of pixels vary most, their principal components, are smooth ones, and the later ones are ever
finer waves (*Principal components*). A codec that spends its bits where the variance is keeps the first components and
drops the last: it is a low-pass, and nobody told it about frequencies (*The linear codec*). Trained on something with
another spectrum, the same codec has another bias. That is how Lieberman et al. explain the spectral bias of neural
codecs; a network is not linear, and the numbers say how far the explanation carries.

**Spectrum.** $P = |\mathrm{FFT2}(w\,(Y-\bar Y))|^2 / \sum w^2$ of luminance with a Hann window $w$: without one the
picture's borders draw a cross that falls as $1/f^2$ whatever the picture is. $\alpha$ is the exponent of **power**,
$P \propto 1/f^{\alpha}$, about 2 for photographs (Field 1987); for amplitude it is half of that. The line is a weighted
least-squares fit in log–log through rings from 0.02 to 0.35 cycles/pixel; a ring's weight is one over its sampling
variance plus the scatter that no chance explains. Horizontal frequencies are vertical stripes.

**Components.** Eigenvectors of the covariance of patches, the mean of the set removed. *Coding gain*
$10\log_{10}$ (arithmetic / geometric mean of the variances) is what a transform saves over none at equal rate, at high
rates (Jayant and Noll 1984).

**Linear codec** (`pca-16`). Blocks of 16×16 pixels, colors decorrelated, coefficient $k$ with variance $\lambda_k$.
Reverse water-filling shares a distortion out: components with $\lambda_k > \theta$ get the error $\theta$ and
$\tfrac12\log_2(\lambda_k/\theta)$ bits, the others are dropped. The optimal channel shrinks what it keeps,
$$g_k = 1 - \theta/\lambda_k \ \text{ where } \lambda_k > \theta, \text{ else } 0,$$
and its gain over frequency follows,
$$a(f) = \tfrac{1}{256}\sum_k g_k\,|W_k(f)|^2,$$
with $W_k$ the transform of component $k$: the dashed line. The solid line of the same color is measured on the decoded
bitstream. They meet because the quantizer is dithered between two filters (Zamir and Feder 1996), which makes its error
independent of the picture; the price is up to ¼ bit for each kept coefficient against the bound. Gains are taken under
the Hann window, over 48 rings.

**R(D).** With $\lambda_i(f)$ the eigenvalues of the spectral density of R, G and B,
$R = \sum_i \langle \max(0, \tfrac12 \log_2 \lambda_i/\theta)\rangle_f$ and
$D = \langle \min(\theta, \lambda_i)\rangle_{i,f}$ (Kolmogorov 1956; Berger 1971). It bounds codes for the Gaussian of
that spectrum, and no single picture.

Source: Lieberman, Diffenderfer, Godfrey and Kailkhura, *Neural Image Compression: Generalization, Robustness, and
Spectral Biases*, NeurIPS 2023 (arXiv 2307.08657), whose code holds nothing of its PCA section: what is here is written
from the formulas. The training sets, the window and the linear codec are nicviz's own.
"""
        )
