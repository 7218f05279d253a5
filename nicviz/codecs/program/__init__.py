"""Codecs that are programs: how one is described, what files it takes, how it is run and how it ends."""
