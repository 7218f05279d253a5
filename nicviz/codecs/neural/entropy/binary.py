"""Bits."""
from nicviz.codecs.neural.entropy.prior import Prior


class BinaryPrior(Prior):
    has_scales = False
