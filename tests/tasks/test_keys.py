"""What a kept result follows from is in its key: changed in turn, each version and each mode makes a miss."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from nicviz import versions
from nicviz.analysis.color.plane import color_difference
from nicviz.analysis.heatmap.map import Heatmap, compute
from nicviz.analysis.heatmap.setting import HeatmapSetting
from nicviz.analysis.theory.bias import LinearAt, run_linear
from nicviz.analysis.theory.gaussian import gaussian_rates
from nicviz.analysis.theory.sets import set_components, set_spectrum
from nicviz.codecs import CODECS, Codec, NeuralCodec, Placement
from nicviz.images import LoadedImage
from nicviz.metrics import METRICS
from nicviz.run.work import Signal
from nicviz.store import Entry, Store, kept
from nicviz.tasks.compress import _Recent, compress, corrupted
from nicviz.tasks.match import _reach, match_quality
from nicviz.tasks.measure import measure, task_of
from nicviz.tasks.settings import CorruptionSetting, Match
from nicviz.tasks.timing import time_tasks

NOISE = CorruptionSetting("gaussian_noise", 3)
PICTURE = LoadedImage("noise", np.random.default_rng(0).integers(0, 256, (40, 48, 3), np.uint8))
LARGE = LoadedImage("noise", np.random.default_rng(1).integers(0, 256, (140, 130, 3), np.uint8))
JPEG, NEURAL = CODECS["jpeg"], cast(NeuralCodec, CODECS["compact-factorized"])
ESTIMATED = replace(NEURAL, placement=Placement.KILLABLE)  # as what codes serially: with an estimate first
Make = Callable[[Store, Codec], object]

CODEC = ("codec", "weights", "device")
CORRUPTION = ("numpy", "scipy", "pillow", "imagecorruptions", "corruptions")
SPECTRA = ("numpy", "scipy", "spectra")


def trial(store: Store, codec: Codec) -> object:
    task = task_of(PICTURE, None, codec, None, metrics=("psnr_db", "delta_e00"))
    return measure(task, PICTURE, codec=codec, store=store)


def corrupted_trial(store: Store, codec: Codec) -> object:
    task = task_of(PICTURE, NOISE, codec, None, metrics=("psnr_db",), bands="luminance")
    return measure(task, PICTURE, codec=codec, store=store)


def times(store: Store, codec: Codec) -> object:
    return time_tasks([task_of(PICTURE, None, codec, None, metrics=())], PICTURE, {codec.name: codec}, store=store)


def heatmap(store: Store, codec: Codec) -> object:
    part = LoadedImage("center", PICTURE.pixels[:34, :34].copy())
    setting = HeatmapSetting("nyquist", "+++")
    grown = Heatmap(setting)
    for sweep in grown.sweeps:  # as if all but a few cells had been computed
        sweep.values[:] = 0.0
        sweep.done[3:] = True
    return compute(grown, [lambda: part], codec, store=store)


@pytest.fixture(autouse=True)
def _nothing_recent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget what this process holds in memory beside the store."""
    monkeypatch.setattr("nicviz.tasks.compress._RECENT", _Recent(1 << 20))


KINDS: dict[str, tuple[Make, Codec, tuple[str, ...]]] = {
    "compression": (lambda store, codec: compress(PICTURE, codec, store=store), JPEG, CODEC),
    "corruption": (lambda store, _: corrupted(PICTURE, NOISE, store), JPEG, CORRUPTION),
    "trial": (trial, JPEG, (*CODEC, "numpy", "psnr_db", "delta_e00")),
    "corrupted trial": (corrupted_trial, JPEG, (*CODEC, *CORRUPTION, *SPECTRA, "psnr_db")),
    "estimate": (lambda store, codec: compress(PICTURE, codec, exact=False, store=store), ESTIMATED, CODEC),
    "times": (times, JPEG, (*CODEC, "times")),
    "rate": (lambda store, codec: _reach(PICTURE, codec, 50.0, Match("bpp", 2.0), None, store), JPEG, CODEC),
    "match": (lambda store, codec: match_quality(PICTURE, codec, Match("bpp", 2.0), store=store), JPEG, CODEC),
    "color difference": (
        lambda store, codec: color_difference(PICTURE, compress(PICTURE, codec, store=store), store),
        JPEG,
        (*CODEC, "numpy"),
    ),
    "ring sums": (lambda store, _: set_spectrum([lambda: LARGE], Signal(), store), JPEG, ("numpy", "scipy")),
    "components": (
        lambda store, _: set_components([lambda: LARGE], 8, "luminance", Signal(), store),
        JPEG,
        ("numpy", "scipy"),
    ),
    "linear codec": (
        lambda store, _: run_linear(PICTURE, "pink", LinearAt("mse", 90.0), Signal(), store),
        JPEG,
        ("numpy", "constriction"),
    ),
    "R(D)": (lambda store, _: gaussian_rates(LARGE, store), JPEG, ("numpy",)),
    "heatmap": (heatmap, NEURAL, (*CODEC, "numpy", "arithmetic")),
}


class Watched(Store):
    """A store that counts what is put into it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.puts = 0

    def _write(self, key: str, record: bytearray) -> None:
        self.puts += 1
        super()._write(key, record)


def changed(monkeypatch: pytest.MonkeyPatch, part: str, codec: Codec) -> Codec:
    """Change one thing that results follow from, and return the codec as it is then."""
    if part in CODEC:
        before = codec.versions
        return replace(codec, versions=lambda quality: {**before(quality), part: "another"})
    if part == "arithmetic":
        monkeypatch.setattr("nicviz.analysis.heatmap.map.arithmetic", lambda: {"near": "another"})
    elif part in METRICS:
        entries = {name: replace(m, method=m.method + 1) if name == part else m for name, m in METRICS.items()}
        monkeypatch.setattr("nicviz.metrics.METRICS", entries)
    elif part in {"corruptions", "spectra", "times"}:
        monkeypatch.setattr(f"nicviz.{'tasks.timing' if part == 'times' else part}._METHOD", 2)
    else:
        usual = versions.installed
        monkeypatch.setattr(versions, "installed", lambda name: "another" if name == part else usual(name))
    return codec


@pytest.mark.parametrize(("kind", "part"), [(kind, part) for kind, (_, _, parts) in KINDS.items() for part in parts])
def test_another_version_or_mode_is_a_miss(
    kind: str, part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, codec, _ = KINDS[kind]
    store = Watched(tmp_path)
    make(store, codec)
    made = store.puts
    assert made, "nothing was kept"
    make(store, codec)
    assert store.puts == made, "the same again is a hit"
    make(store, changed(monkeypatch, part, codec))
    assert store.puts > made


def test_a_seed_is_in_the_key_only_where_it_matters(tmp_path: Path) -> None:
    store = Watched(tmp_path)
    for seed in (0, 1):
        corrupted(PICTURE, CorruptionSetting("contrast", 2, seed), store)
    assert store.puts == 1
    for seed in (0, 1):
        corrupted(PICTURE, CorruptionSetting("shot_noise", 2, seed), store)
    assert store.puts == 3


def test_a_result_that_follows_from_no_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="versions"):
        kept("anything", {"image": "a"}, {}, dict, Store(tmp_path))


def test_each_part_of_an_entry_is_in_its_key() -> None:
    entry = Entry("kind", {"image": "a"}, {"numpy": "1"})
    others = [
        replace(entry, kind="other"),
        replace(entry, inputs={"image": "b"}),
        replace(entry, versions={"numpy": "2"}),
    ]
    assert len({entry.key, *(other.key for other in others)}) == 4
