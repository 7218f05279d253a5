"""What the Latents page teaches."""

import streamlit as st

_PAGE = r"""
A neural codec does not code pixels. Its analysis transform makes a **latent** $y = g_a(x)$ of the picture: some hundred
channels, each a small picture with one element for 16 × 16 pixels. The elements are rounded, $\hat y$, and coded; the
synthesis transform draws the reconstruction $\hat x = g_s(\hat y)$.

**The price.** An element costs $-\log_2 p(\hat y_i)$ bits, where $p$ is what the entropy model expects of it:

$$
p(\hat y_i) = \Phi\Big(\frac{\hat y_i - \mu_i + \tfrac12}{\sigma_i}\Big)
- \Phi\Big(\frac{\hat y_i - \mu_i - \tfrac12}{\sigma_i}\Big).
$$

In a **hyperprior**, scales $\sigma$ (and means $\mu$) are sent along as side information: a second latent
$z = h_a(y)$, four times smaller on each axis, from which the decoder computes them. A **context model** also looks at
the neighbors that are decoded already. A **factorized prior** has one distribution for each channel and nothing else.
The **coarse-to-fine** model has a hyper-latent of the hyper-latent,

$$
p(\hat y, \hat z, \hat z_2) = p(\hat y \mid \hat z)\; p(\hat z \mid \hat z_2)\; p(\hat z_2),
$$

each a Gaussian predicted from 5 × 5 places of the coarser one, so that all places of a level are decoded at once; the
synthesis takes the hyper-latents too: what was paid for as side information also draws.
The **3D context** has neither scales nor side information: its latent has six values, and the context model looks at
the channels before too. Its encoder sets to zero what an **importance map** has no place for: at each place the first
channels stay, as many as the map says.
The **recurrent** codec (`compact-toderici2017`) codes the sign of each element, a bit each, and then, iteration by
iteration, the signs of what is left of the picture: its latent is a code of bits, and there is no model of them.

- **Channels**: all of $\hat y$ on one scale. Most channels are silent, a few carry nearly everything. The chosen one
  stands beside what the model predicted of it; if the prediction is right, $(\hat y - \mu)/\sigma$ looks like noise of
  variance one, and its histogram fits the model's. (It is a mixture: an element that is rounded takes the values
  $k/\sigma_i$ only.) Of a coarse-to-fine model all three representations stand beside each other first: what a
  prediction leaves should have lost the picture.
- **Where the bits go**: the bits of all elements at a place, spread over the pixels that they stand for. The sum of the
  map is the estimate; the bitstream is as long, but for a few bytes of the range coder and the container. JPEG's bits
  are counted in its entropy-coded segment, block by block. On a corrupted picture, the difference is what noise costs.
  An importance map is drawn with the bits of what it keeps and of what it masks: the masked cost little, not nothing,
  because it is they that tell the decoder where to expect no more.
- **What the prior removes**: the correlation of neighboring elements, before and after. What correlates could have been
  predicted, and was paid for all the same.
- **What an element draws**: the derivative of the reconstruction by one element, at this picture, and the derivative
  of the element by the picture. Both are local waves: the codec has learned something like a wavelet transform, and
  where its waves stop, in frequency, its reconstruction stops too. (What it sees has a checkerboard: four layers with a
  stride of two do not look at all pixels alike.)
- **Surgery**: change the latent before it is coded. Picture, rate and spectrum follow. Where the error meets the dotted
  line, all that there was is lost: at the highest frequencies first, and further down with every channel that is
  removed. That is the codec's **spectral bias**: slow waves are kept, fine ones are given up first. The Spectra page
  measures it.
"""

_TRY = """
- In *Surgery*, keep fewer and fewer channels: what goes first, edges, texture or color? Look at the error over
  frequency.
- Put **Gaussian noise** on the picture and look *where the bits go*: what is added is spent on noise, most of it in
  places that cost nothing before.
- In *What an element draws*, click through the gallery: slow waves and color have few channels, fine waves many.
- Compare `compact-factorized` with `compact-hyperprior` in *What the prior removes*.
- Look at the channels of `compact-coarse2fine`: fine and coarse cost little, and the picture can be seen in both.
- Send another picture's hyper-latent (*Surgery*): the same picture, at a far higher price. That is what side
  information is worth.
"""

_SOURCE = (
    "Ballé, Minnen, Singh, Hwang, Johnston, *Variational image compression with a scale hyperprior*, ICLR 2018; "
    "Minnen, Ballé, Toderici, *Joint autoregressive and hierarchical priors*, NeurIPS 2018 (spatial correlation); "
    "Mentzer, Agustsson, Tschannen, Timofte, Van Gool, *Conditional probability models for deep image compression*, "
    "CVPR 2018 (importance map); Hu, Yang, Liu, *Coarse-to-Fine Hyper-Prior Modeling for Learned Image Compression*, "
    "AAAI 2020; Hu, Yang, Ma, Liu, *Learning End-to-End Lossy Image Compression: A Benchmark*, TPAMI (latents and "
    "hyperpriors); ITU-T T.81 (JPEG); Toderici et al., *Full Resolution Image Compression with Recurrent Neural "
    "Networks*, CVPR 2017."
)


def teach() -> None:
    """Draw the fold-outs."""
    with st.expander("How to read this page", icon=":material/school:"):
        st.markdown(f"{_PAGE}\n\nSources: {_SOURCE}")
    with st.expander("What to try", icon=":material/science:"):
        st.markdown(_TRY)
