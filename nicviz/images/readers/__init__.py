"""A module a format: `read(data, check)` gives a `Raster` and calls `check(width, height)` before it unpacks anything.

They raise `ValueError` and its like for damaged bytes, and `NotRead` for what is whole but has no place here.
"""
