"""The architectures of CompressAI's image codecs, by the names of its zoo."""

CLASSES = {
    "bmshj2018-factorized": "FactorizedPrior",
    "bmshj2018-factorized-relu": "FactorizedPriorReLU",
    "bmshj2018-hyperprior": "ScaleHyperprior",
    "bmshj2018-hyperprior-vbr": "ScaleHyperpriorVbr",
    "mbt2018-mean": "MeanScaleHyperprior",
    "mbt2018-mean-vbr": "MeanScaleHyperpriorVbr",
    "mbt2018": "JointAutoregressiveHierarchicalPriors",
    "mbt2018-vbr": "JointAutoregressiveHierarchicalPriorsVbr",
    "cheng2020-anchor": "Cheng2020Anchor",
    "cheng2020-attn": "Cheng2020Attention",
}
SERIAL = frozenset({"mbt2018", "mbt2018-vbr", "cheng2020-anchor", "cheng2020-attn"})
SEARCHABLE = "bmshj2018-hyperprior"  # the architecture that latents are searched for
VARIABLE = frozenset(name for name in CLASSES if name.endswith("-vbr"))
# Seconds a megapixel at the published widths, as in `Codec`.
COST = {
    "bmshj2018-factorized": 1.0,
    "bmshj2018-factorized-relu": 0.9,
    "bmshj2018-hyperprior": 1.1,
    "bmshj2018-hyperprior-vbr": 1.2,
    "mbt2018-mean": 1.2,
    "mbt2018-mean-vbr": 2.5,
    "mbt2018": 3.5,
    "mbt2018-vbr": 6.2,
    "cheng2020-anchor": 12.0,
    "cheng2020-attn": 13.0,
}
