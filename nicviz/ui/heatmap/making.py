"""Heatmaps in the making: they grow in the background, one for each codec, and are looked at meanwhile."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from nicviz.analysis.heatmap.map import Heatmap, Load
from nicviz.analysis.heatmap.map import compute as compute_heatmap
from nicviz.analysis.heatmap.setting import HeatmapSetting
from nicviz.codecs import Codec
from nicviz.plots.colors import distinct_colors
from nicviz.run.live import Live
from nicviz.run.work import Growth, Progress, Signal
from nicviz.spectra.basis import GRIDS
from nicviz.tasks.settings import CodecSetting
from nicviz.ui.kit.picture_sets import Pictures
from nicviz.ui.kit.waiting import compute
from nicviz.ui.shell.panes import setting_title

LANE = "heatmap"
BYTES_PER_CELL = 40


@dataclass(frozen=True)
class Map:
    """One codec's map on the page.

    Args:
        codec, quality: which it is of.
        title, color: what it is called and drawn in.
        key: equal for equal maps.
        live: the map, and how it stands.
    """

    codec: Codec
    quality: float
    title: str
    color: str
    key: Hashable
    live: Live[Heatmap]

    @property
    def heatmap(self) -> Heatmap:
        """The map as far as it is known."""
        return self.live.value

    @property
    def running(self) -> bool:
        """Whether more cells will come."""
        return self.live.pending

    @property
    def begun(self) -> bool:
        """Whether its first picture is there, or nothing more will come."""
        return not self.running or self.heatmap.done >= self.heatmap.grid.num_first

    @property
    def problem(self) -> str:
        """Why there is no map, or ""; a canceled one is no problem."""
        return self.live.message if self.live.state == "failed" else ""


def grow(
    pictures: Pictures, settings: Sequence[CodecSetting], setting: HeatmapSetting, codecs: Mapping[str, Codec]
) -> list[Map]:
    """Start (or find) the map of each codec, and return them after a moment's wait.

    Args:
        pictures: the map is the mean over them.
        settings: codecs, each with its native quality.
        setting: of the maps.
        codecs: by name.
    """
    chosen = [(codecs[each.codec], codecs[each.codec].quality(each.quality)) for each in settings]
    works = [_work(pictures, codec, quality, setting) for codec, quality in chosen]
    colors = distinct_colors([each.codec for each in settings])
    return [
        Map(
            codec,
            quality,
            _title(codec, quality),
            color,
            work.key,
            live,
        )
        for (codec, quality), color, work, live in zip(chosen, colors, works, compute(LANE, works), strict=True)
    ]


def _title(codec: Codec, quality: float) -> str:
    return setting_title(codec, quality)


def _work(pictures: Pictures, codec: Codec, quality: float, setting: HeatmapSetting) -> Growth[Heatmap]:
    key = (pictures.key, codec.name, quality, tuple(sorted(codec.versions(quality).items())), setting)
    count = len(pictures.settings)
    return Growth(
        key, codec.setting(quality), partial(Heatmap, setting, count), partial(_fill, pictures.loads(), codec, quality),
        _progress, BYTES_PER_CELL * count * len(setting.patterns(0)) * len(GRIDS[setting.grid].frequencies),
    )  # fmt: skip


def _fill(loads: Sequence[Load], codec: Codec, quality: float, heatmap: Heatmap, signal: Signal) -> None:
    compute_heatmap(heatmap, loads, codec, quality, cancel=signal)


def _progress(heatmap: Heatmap) -> Progress:
    return Progress(heatmap.done, heatmap.total, "cells", heatmap.seconds_left)
