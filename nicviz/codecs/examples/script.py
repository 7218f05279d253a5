"""A codec as a program: levels in coarse steps, predicted from the left, compressed by zlib.

python script.py encode INPUT.ppm BITSTREAM STEP
python script.py decode BITSTREAM OUTPUT.ppm
"""

import struct
import sys
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

HEADER = struct.Struct("<HIIB")


def read_ppm(path: str) -> NDArray[np.uint8]:
    """Return the (H, W, 3) levels of a binary PPM with its header on one line."""
    header, pixels = Path(path).read_bytes().split(b"\n", 1)
    _, width, height, _ = header.split()
    return np.frombuffer(pixels, np.uint8).reshape(int(height), int(width), 3)


def write_ppm(path: str, image: NDArray[np.uint8]) -> None:
    """Write (H, W, 3) levels."""
    Path(path).write_bytes(b"P6 %d %d 255\n" % (image.shape[1], image.shape[0]) + image.tobytes())


def encode(source: str, target: str, step: str) -> None:
    """Write what `decode` makes a picture of."""
    image = read_ppm(source).astype(np.int16) // int(step)
    residual = np.diff(image, axis=1, prepend=0).astype(np.int8)
    head = HEADER.pack(0x4E56, *image.shape[:2], int(step))
    Path(target).write_bytes(head + zlib.compress(residual.tobytes(), 9))


def decode(source: str, target: str) -> None:
    """Write the picture, each level in the middle of its step."""
    data = Path(source).read_bytes()
    _, height, width, step = HEADER.unpack_from(data)
    residual = np.frombuffer(zlib.decompress(data[HEADER.size :]), np.int8).reshape(height, width, 3)
    levels = np.cumsum(residual, axis=1, dtype=np.int16) * step + step // 2
    write_ppm(target, np.clip(levels, 0, 255).astype(np.uint8))


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
