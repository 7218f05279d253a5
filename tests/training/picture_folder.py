"""A folder of small pictures to train on."""

from pathlib import Path

import numpy as np

from nicviz.images import encode_png


def picture_folder(folder: Path, count: int = 3, side: int = 80) -> Path:
    """Return a folder with smooth pictures of side × (side + 16) pixels, the same each time."""
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(3)
    y, x = np.mgrid[:side, : side + 16] / side
    for number in range(count):
        a, b, c = random.uniform(1, 9, 3)
        waves = np.stack([np.sin(a * x + b * y), np.cos(b * x - c * y), np.sin(c * x * y + a)], axis=-1)
        pixels = np.clip(127 + 90 * waves + random.normal(0, 4, waves.shape), 0, 255).astype(np.uint8)
        (folder / f"{number}.png").write_bytes(encode_png(pixels))
    return folder
