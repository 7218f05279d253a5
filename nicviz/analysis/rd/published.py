"""Published rate–distortion figures, shipped with their sources in published_rd.json."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from nicviz.errors import NicvizError
from nicviz.metrics import Axis

_FILE = Path(__file__).with_name("published_rd.json")
KODAK = "kodak"
SETS = {KODAK: "Kodak", "clic2020-mobile": "CLIC 2020 mobile", "clic2020-professional": "CLIC 2020 professional"}


@dataclass(frozen=True)
class PublishedCurve:
    """A curve as somebody else measured it: means over a set of images.

    Args:
        key, title: of the curve; the key is unique in its set.
        architecture: what tells variants of one network from others; None for a classical codec.
        objective: what a network was trained for, "mse", "ms-ssim" or "l1"; None for a classical codec.
        source: the results file that the figures come from.
        figures: "bpp", and of "psnr_db", "ms_ssim", "ms_ssim_db" those that were published; by rising rate.
    """

    key: str
    title: str
    architecture: str | None
    objective: str | None
    source: str
    figures: dict[str, tuple[float, ...]]

    def on(self, axis: Axis) -> list[float | None]:
        """Return the values on an axis, by rising rate; empty where they were not published."""
        if axis.key in self.figures:
            return list(self.figures[axis.key])
        if axis.key == "ms_ssim" and "ms_ssim_db" in self.figures:
            return [1 - 10 ** (-value / 10) for value in self.figures["ms_ssim_db"]]
        return [axis.of(value) for value in self.figures.get(axis.figure, ())]


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(_FILE.read_text("utf-8"))
    return data


def published_source() -> str:
    """Return where the figures come from, and their units, in sentences."""
    return str(_data()["source"])


@cache
def published(name: str) -> tuple[PublishedCurve, ...]:
    """Return the published curves of a set of `SETS`: classical codecs first, then networks."""
    if name not in SETS:
        raise NicvizError(f"There are published curves on {', '.join(SETS)}; got {name!r}.")
    names = ("bpp", "psnr_db", "ms_ssim", "ms_ssim_db")
    return tuple(
        PublishedCurve(
            row["key"], row["title"], row["architecture"], row["objective"], row["source"],
            {figure: tuple(row[figure]) for figure in names if figure in row},
        )
        for row in _data()["sets"][name]
    )  # fmt: skip


def is_kodak(digests: Iterable[str]) -> bool:
    """Return whether pictures, told by their content hashes, are the 24 Kodak images and nothing else."""
    return sorted({digest[:16] for digest in digests}) == sorted(_data()["kodak_pictures"])
