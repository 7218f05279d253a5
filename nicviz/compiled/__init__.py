"""Loops over pixels that numba compiles, once a machine where it can keep them (`kept`).

They release the interpreter's lock, and trust the shapes that they are given: who calls them has compared these.
Loading takes about a second and 120 MB of memory, most of it LLVM, so those who use them import them when they first
measure.
"""
