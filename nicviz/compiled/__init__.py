"""Loops over pixels that numba compiles, once a machine: then they come from the disk beside this file.

They release the interpreter's lock. Loading one of these files takes about a second, so those who use them import them
when they first measure.
"""
