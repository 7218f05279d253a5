"""The one formula that everything here is about."""

from collections.abc import Sequence


def bits_per_pixel(num_bytes: float, shape: Sequence[int]) -> float:
    """Return 8 · bytes / (H · W).

    Args:
        num_bytes: of the whole bitstream.
        shape: (H, W, …) of the image in pixels.
    """
    return 8 * num_bytes / (shape[0] * shape[1])
