"""Time of all 19 corruptions against imagecorruptions on the same picture, in one run.

    python -m tests.benchmarks.bench_corruptions [IMAGE]

The picture is the given one or a photograph of scikit-image cut to 768×512. Both sides are called once before they are
timed, so that imports, textures and caches are paid for by neither; the first call of each nicviz corruption in a fresh
process is printed too ("cold"). Times are medians over severities 1, 3 and 5; the reference is left out where it fails.
"""

import subprocess
import sys
import time
import warnings
from statistics import median

import numpy as np
import PIL.Image

from nicviz.corruptions import CORRUPTIONS, corrupt
from tests.corruptions.reference import BROKEN, reference

SEVERITIES = (1, 3, 5)
COLD = """
import sys, time
import numpy as np
start = time.perf_counter()
from nicviz.corruptions import CORRUPTIONS, corrupt
print("import", time.perf_counter() - start)
image = np.random.default_rng(0).integers(0, 256, (512, 768, 3), dtype=np.uint8)
for name in CORRUPTIONS:
    start = time.perf_counter()
    corrupt(image, name, 3)
    print(name, time.perf_counter() - start)
"""


def main() -> None:
    image = _picture(sys.argv[1:])
    fresh = subprocess.run([sys.executable, "-c", COLD], capture_output=True, text=True, check=True).stdout
    cold = {name: float(seconds) for name, seconds in map(str.split, fresh.splitlines())}
    print(f"{image.shape[1]}×{image.shape[0]}, milliseconds (import of nicviz.corruptions: {cold['import'] * 1e3:.0f})")
    print(f"{'':20}{'cold':>8}{'nicviz':>8}{'reference':>11}{'ratio':>8}")
    totals = np.zeros(2)
    for name in CORRUPTIONS:
        ours, theirs = _race(image, name)
        totals += ours, theirs or 0
        tail = f"{theirs * 1e3:11.1f}{ours / theirs:8.2f}" if theirs else f"{'fails':>11}{'':8}"
        print(f"{name:20}{cold[name] * 1e3:8.1f}{ours * 1e3:8.1f}{tail}")
    print(f"all 19 / the reference's 17: {totals[0] * 1e3:.0f} / {totals[1] * 1e3:.0f} = {totals[0] / totals[1]:.2f}")


def _race(image: np.ndarray, name: str) -> tuple[float, float | None]:
    """Return median seconds of nicviz and of the reference, measured in turn."""
    ours, theirs = [], []
    for severity in (SEVERITIES[0], *SEVERITIES):
        start = time.perf_counter()
        corrupt(image, name, severity)
        ours.append(time.perf_counter() - start)
        if name not in BROKEN:
            start = time.perf_counter()
            reference(image, name, severity)
            theirs.append(time.perf_counter() - start)
    return median(ours[1:]), median(theirs[1:]) if theirs else None


def _picture(paths: list[str]) -> np.ndarray:
    if paths:
        with PIL.Image.open(paths[0]) as picture:
            return np.asarray(picture.convert("RGB"))
    import skimage.data

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        photograph = PIL.Image.fromarray(skimage.data.astronaut())
    return np.asarray(photograph.resize((768, 512)))


if __name__ == "__main__":
    main()
