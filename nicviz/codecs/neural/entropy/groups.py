from nicviz.codecs.neural.entropy.hyperprior import HyperPrior
class GroupPrior(HyperPrior):
    pass
