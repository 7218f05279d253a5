"""How many threads compute what an encoder and a decoder must both get."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch compute on this thread alone: sums that several share come in other orders, and other last bits.

    What is coded from probabilities is read with the very same ones, on a machine with another number of cores, too.
    """
    import torch

    usual = torch.get_num_threads()  # of this thread: torch keeps one for each
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(usual)
