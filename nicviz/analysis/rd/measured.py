"""What VVC and HEVC take on the Kodak images, as measured for the package, beside published curves and other codecs."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nicviz.analysis.rd.bd_rate import Curve, Delta, bd_rate
from nicviz.analysis.rd.published import KODAK, published

PUBLISHED = {"bpg_444_x265_ycbcr": "BPG 4:4:4", "hm": "HM", "av1": "AV1", "vtm": "VTM"}
OWN = {"avif": "AVIF here", "jpeg": "JPEG here"}
_FILE = Path(__file__).with_name("measured_kodak.json")


@dataclass(frozen=True)
class Measured:
    """Means over the Kodak images.

    Args:
        command: gives the figures again.
        versions: of what made the bitstreams.
        curves: codec to rates (bpp) and PSNRs (dB).
    """

    command: str
    versions: dict[str, str]
    curves: dict[str, Curve]


@cache
def measured() -> Measured:
    """Return the figures that come with the package."""
    data = json.loads(_FILE.read_text("utf-8"))
    curves = {name: Curve(each["bpp"], each["psnr_db"]) for name, each in data["codecs"].items()}
    return Measured(data["command"], data["versions"], curves)


def kodak_deltas(name: str) -> dict[str, Delta]:
    """Return the BD-rate of a codec for equal PSNR, by title of what it is compared with."""
    curves = measured().curves
    known = {curve.key: curve.figures for curve in published(KODAK)}
    anchors = {title: Curve(known[key]["bpp"], known[key]["psnr_db"]) for key, title in PUBLISHED.items()}
    anchors |= {title: curves[key] for key, title in OWN.items()}
    return {title: bd_rate(anchor, curves[name]) for title, anchor in anchors.items()}
