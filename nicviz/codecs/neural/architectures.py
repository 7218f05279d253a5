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
