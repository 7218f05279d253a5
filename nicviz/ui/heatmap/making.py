"""Heatmaps in the making: they grow in the background, one for each codec, and are looked at meanwhile."""

import threading
import time
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import streamlit as st

from nicviz.analysis.heatmap.map import Heatmap, Load
from nicviz.analysis.heatmap.map import compute as compute_heatmap
from nicviz.analysis.heatmap.setting import HeatmapSetting
from nicviz.codecs import Codec
from nicviz.errors import Canceled, NicvizError
from nicviz.plots.colors import distinct_colors
from nicviz.run.jobs import Job, Jobs, Signal, wait_for
from nicviz.tasks.settings import CodecSetting
from nicviz.ui.kit.live import session_id
from nicviz.ui.kit.picture_sets import Pictures

LANE = "heatmap"
AT_ONCE = 4  # maps that the server works on; they have threads of their own, so that other pages need not wait
LEFT_ALONE = 30.0  # seconds after which a map that nobody looks at stops
PATIENCE = 0.8
_CANCELED = "heatmap-canceled"


@dataclass
class Growing:
    """A map that all sessions share, and when one of them last looked at it."""

    heatmap: Heatmap
    looked_at: float = field(default_factory=time.monotonic)


class Attended(threading.Event):
    """Is set when the work is canceled, or when nobody has looked at it for long."""

    def __init__(self, signal: Signal, growing: Growing) -> None:
        super().__init__()
        self._signal = signal
        self._growing = growing

    def is_set(self) -> bool:
        """Return whether to stop."""
        return self._signal.is_set() or time.monotonic() - self._growing.looked_at > LEFT_ALONE


@dataclass(frozen=True)
class Map:
    """One codec's map on the page.

    Args:
        codec, quality: which it is of.
        title, color: what it is called and drawn in.
        growing: the map.
        job: what works on it; None where it was canceled.
    """

    codec: Codec
    quality: float
    title: str
    color: str
    key: Hashable
    growing: Growing
    job: Job | None

    @property
    def heatmap(self) -> Heatmap:
        """The map as far as it is known."""
        return self.growing.heatmap

    @property
    def running(self) -> bool:
        """Whether more cells will come."""
        return self.job is not None and not self.job.done

    @property
    def begun(self) -> bool:
        """Whether its first picture is there, or nothing more will come."""
        return not self.running or self.heatmap.done >= self.heatmap.grid.num_first

    @property
    def problem(self) -> str:
        """Why there is no map, or ""; a canceled one is no problem."""
        if self.job is None or not self.job.done:
            return ""
        try:
            self.job.result()
        except Canceled:
            return ""
        except NicvizError as error:
            return str(error)
        except MemoryError:
            return "Not enough memory."
        return ""


@st.cache_resource(show_spinner=False)
def _jobs() -> Jobs:
    """Return the jobs of maps; those of the other pages are separate, because a map takes minutes."""
    return Jobs(AT_ONCE)


@st.cache_resource(max_entries=48, show_spinner=False)
def _growing(key: Hashable, _setting: HeatmapSetting, num_images: int) -> Growing:
    return Growing(Heatmap(_setting, num_images))


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
    colors = distinct_colors([each.codec for each in settings])
    canceled: set[Hashable] = st.session_state.setdefault(_CANCELED, set())
    maps, wanted = [], []
    for each, color in zip(settings, colors, strict=True):
        codec = codecs[each.codec]
        quality = codec.quality(each.quality)
        key = (pictures.key, codec.name, quality, tuple(sorted(codec.versions(quality).items())), setting)
        growing = _growing(key, setting, len(pictures.settings))
        growing.looked_at = time.monotonic()
        job = None
        if key not in canceled:
            run = partial(_run, growing, pictures.loads(), codec, quality)
            job = _jobs().want(session_id(), (LANE, key), codec.setting(quality), run)
            wanted.append((LANE, key))
        title = codec.title if codec.scale is None else f"{codec.title} {quality:.4g}"
        maps.append(Map(codec, quality, title, color, key, growing, job))
    _jobs().keep_only(session_id(), wanted, lane=LANE)
    wait_for([each.job for each in maps if each.job is not None], PATIENCE)
    return maps


def _run(growing: Growing, loads: Sequence[Load], codec: Codec, quality: float, signal: Signal) -> Heatmap:
    growing.looked_at = time.monotonic()
    return compute_heatmap(growing.heatmap, loads, codec, quality, cancel=Attended(signal, growing))


def attend(maps: Sequence[Map]) -> None:
    """Say that somebody looks at the maps, so that they go on."""
    for each in maps:
        each.growing.looked_at = time.monotonic()


def cancel(maps: Sequence[Map]) -> None:
    """Stop what is running; what is there stays."""
    st.session_state[_CANCELED] |= {each.key for each in maps if each.running}
    _jobs().keep_only(session_id(), [], lane=LANE)


def go_on() -> None:
    """Let canceled maps run again, from where they were."""
    st.session_state[_CANCELED] = set()
