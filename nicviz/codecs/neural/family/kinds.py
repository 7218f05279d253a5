"""The compact family: which codecs there are to train, whether they are or not."""

from dataclasses import dataclass

LICENSE = "MIT, as nicviz; the photographs are not part of it."


@dataclass(frozen=True)
class Kind:
    """A codec of the family.

    Args:
        name, title, description: as in `Codec`.
        architecture: its name in `architectures.py`.
        metric: of the training loss, "mse", "ms-ssim" or "l1".
        sparsity: part of the kernels' weights that is zero, by pruning or because it began so and never learned.
        search: steps of the search for a latent at the encoder.
        weights_of: the codec whose files it works with; empty for its own.
        highest: quality that a variable-rate model is offered at; None for all of its architecture's.
    """

    name: str
    title: str
    description: str
    architecture: str
    metric: str = "mse"
    sparsity: float = 0.0
    search: int = 0
    weights_of: str = ""
    highest: float | None = None


_HYPERPRIOR = "bmshj2018-hyperprior"
_SMALL = "with 64 channels in place of 128 or 192, trained for nicviz; works out of the box."
FAMILY = {
    kind.name: kind
    for kind in (
        Kind(
            "compact-hyperprior",
            "Compact hyperprior",
            f"The scale hyperprior of Ballé et al. (2018) {_SMALL}",
            _HYPERPRIOR,
        ),
        Kind(
            "compact-hyperprior-search",
            "Compact hyperprior, searched",
            "The compact hyperprior with an encoder that goes on searching: gradient descent on the latent of this one "
            "image (SGA; Yang et al., 2020). Same weights, same decoder, about 0.3 dB more; seconds an image.",
            _HYPERPRIOR,
            search=50,
            weights_of="compact-hyperprior",
        ),
        Kind(
            "compact-hyperprior-msssim",
            "Compact hyperprior, MS-SSIM",
            "The compact hyperprior, optimized for MS-SSIM.",
            _HYPERPRIOR,
            metric="ms-ssim",
        ),
        Kind(
            "compact-hyperprior-pruned-80",
            "Compact hyperprior, 80 % pruned",
            "The compact hyperprior with four of five kernel weights set to zero in training, by magnitude (LAMP).",
            _HYPERPRIOR,
            sparsity=0.8,
        ),
        Kind(
            "compact-hyperprior-pruned-95",
            "Compact hyperprior, 95 % pruned",
            "The compact hyperprior with 19 of 20 kernel weights set to zero in training, by magnitude (LAMP).",
            _HYPERPRIOR,
            sparsity=0.95,
        ),
        Kind(
            "compact-vbr",
            "Compact variable rate",
            "A compact scale hyperprior with gains (Kamisli et al., 2024): one file for all rates, any quality.",
            f"{_HYPERPRIOR}-vbr",
        ),
        Kind(
            "compact-coarse2fine",
            "Compact coarse-to-fine",
            "The coarse-to-fine model of Hu et al. (2020): a hyper-latent of the hyper-latent, coded in parallel, and "
            "both of them in the picture too. A small one, 60 % pruned and trained for minutes, shown for its kind of "
            "artifact: it takes a third more bits than the compact hyperprior, where the paper's takes fewer.",
            "hu2020-coarse2fine",
            sparsity=0.6,
        ),
        Kind(
            "compact-film-vbr",
            "Compact variable rate, FiLM",
            "A compact scale hyperprior in which λ scales and shifts what each convolution gives (FiLM; Lieberman et "
            "al., 2023): one file for all rates. Quality 1 … 8 is λ from 0.0012 to 0.26, equal steps in the logarithm. "
            "It takes 49 % more bits than the published full-size hyperprior (BD-rate, Kodak): shown for its kind of "
            "artifact.",
            f"{_HYPERPRIOR}-film",
        ),
        Kind(
            "compact-elic",
            "Compact ELIC",
            "The entropy model of ELIC (He et al., 2022) on small transforms: five groups of channels, each in two "
            "passes over a checkerboard, from all that is decoded before. Gains make it one file for all rates.",
            "elic2022-compact",
            sparsity=0.052,  # not pruned: new channels began at zero where units of the hyper-analysis never fire
        ),
        Kind(
            "compact-lee2019",
            "Compact context-adaptive",
            "The context-adaptive entropy model of Lee et al. (2019): each place is coded after two 4×4 windows, of "
            "what is decoded and of the side information; codes serially. Small, and trained for minutes: for equal "
            "PSNR on Kodak it takes 59 % (quality 3) and 79 % (quality 5) more bits than the paper's models. It is "
            "shown for its kind of artifact.",
            "lee2019",
        ),
        Kind(
            "compact-factorized",
            "Compact factorized prior",
            f"The factorized prior of Ballé et al. (2018) {_SMALL}",
            "bmshj2018-factorized",
        ),
        Kind(
            "compact-mentzer2018",
            "Compact 3D context",
            "Mentzer et al. (2018) with 48 channels in place of 128 and one group of residual blocks in place of five, "
            "trained for nicviz for an hour: an importance map, six levels, a context model in three dimensions. It "
            "stays far from the paper's curve, and is here for its kind of artifact.",
            "mentzer2018",
            metric="ms-ssim",
        ),
        Kind(
            "compact-toderici2017",
            "Compact recurrent",
            "The recurrent codec of Toderici et al. (2017) with a sixth of its channels: bits, iteration by iteration, "
            "each of what those before left. One bitstream holds all qualities, and may end after any of them. It "
            "has 12 of the paper's 16 iterations, of which those after the sixth add little.",
            "toderici2017",
            metric="l1",
            highest=12,
        ),
    )
}
