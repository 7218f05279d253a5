"""Weights: where they are looked for, how they are read and written; beside them lie those that come with nicviz."""
