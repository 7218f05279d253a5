"""nicviz: the lab bench for image codecs. See README.md."""

__version__ = "0.1.0"
