"""Times are taken alone, after a warm-up, in rounds, and kept."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nicviz.codecs import CODECS, Codec
from nicviz.errors import Canceled, CodecError
from nicviz.images import LoadedImage
from nicviz.rate import bits_per_pixel
from nicviz.run import place
from nicviz.run.pool import RoundTrip
from nicviz.run.quiet import QUIET
from nicviz.run.work import Signal
from nicviz.store import Store
from nicviz.tasks import timing
from nicviz.tasks.measure import task_of
from nicviz.tasks.timing import ROUNDS, Times, seconds_to_time, time_tasks, warm_times

PICTURE = LoadedImage("noise", np.random.default_rng(0).integers(0, 256, (48, 64, 3), np.uint8))


def watched(name: str, calls: list[tuple[str, float]], alone: list[bool]) -> Codec:
    codec = CODECS[name]

    def encoder(image: np.ndarray, quality: float) -> bytes:
        calls.append((name, quality))
        alone.append(QUIET._alone is not None and len(QUIET._running) == 1)
        return codec.encoder(image, quality)

    return replace(codec, encoder=encoder)


def test_each_task_is_warmed_up_and_run_in_shuffled_rounds_alone(tmp_path: Path) -> None:
    calls: list[tuple[str, float]] = []
    alone: list[bool] = []
    codecs = {name: watched(name, calls, alone) for name in ("jpeg", "webp")}
    tasks = [task_of(PICTURE, None, codecs[name], quality) for name in codecs for quality in (20, 50, 80)]
    told: list[float] = []
    found = time_tasks(tasks, PICTURE, codecs, progress=told.append, store=Store(tmp_path))
    assert len(calls) == 6 * (1 + ROUNDS)
    assert all(alone)
    rounds = [tuple(calls[start : start + 6]) for start in range(0, len(calls), 6)]
    assert all(sorted(each) == sorted(rounds[0]) for each in rounds), "each once a round"
    assert len(set(rounds)) > 2, "in other orders"
    assert told == sorted(told)
    times = found[tasks[1]]
    assert times.runs == ROUNDS
    assert times.encode_seconds > 0
    assert times.bpp == bits_per_pixel(len(CODECS["jpeg"].encode(PICTURE.pixels, 50)), (48, 64))


def test_what_was_timed_before_is_not_timed_again_and_a_cancel_ends_it(tmp_path: Path) -> None:
    calls: list[tuple[str, float]] = []
    codecs = {"jpeg": watched("jpeg", calls, [])}
    tasks = [task_of(PICTURE, None, codecs["jpeg"], 50)]
    first = time_tasks(tasks, PICTURE, codecs, store=Store(tmp_path))
    count = len(calls)
    assert time_tasks(tasks, PICTURE, codecs, store=Store(tmp_path)) == first
    assert len(calls) == count
    signal = Signal()
    signal.set()
    with pytest.raises(Canceled):
        time_tasks([task_of(PICTURE, None, codecs["jpeg"], 60)], PICTURE, codecs, cancel=signal, store=Store(tmp_path))


def test_a_codec_that_refuses_the_picture_does_not_keep_the_others_from_being_timed(tmp_path: Path) -> None:
    def refuse(image: np.ndarray, quality: float) -> bytes:
        raise CodecError("too small")

    codecs = {"jpeg": CODECS["jpeg"], "webp": replace(CODECS["webp"], encoder=refuse)}
    good, bad = (task_of(PICTURE, None, codecs[name], 50) for name in codecs)
    assert set(time_tasks([good, bad], PICTURE, codecs, store=Store(tmp_path))) == {good}
    with pytest.raises(CodecError, match="too small"):
        time_tasks([bad], PICTURE, codecs, store=Store(tmp_path))


def test_what_was_timed_before_a_cancel_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nicviz.tasks.timing.LONG_SECONDS", 0.0)  # one round, so the first task is timed first
    calls: list[tuple[str, float]] = []
    codecs = {"jpeg": watched("jpeg", calls, [])}
    tasks = [task_of(PICTURE, None, codecs["jpeg"], quality) for quality in (20, 50)]
    signal = Signal()

    def stop(share: float) -> None:
        if len(calls) == 3:  # two warm-ups and one run
            signal.set()

    with pytest.raises(Canceled):
        time_tasks(tasks, PICTURE, codecs, progress=stop, cancel=signal, store=Store(tmp_path))
    time_tasks(tasks, PICTURE, codecs, store=Store(tmp_path))
    assert len(calls) == 3 + 2


def test_the_estimate_goes_with_cost_size_and_number() -> None:
    tasks = [task_of(PICTURE, None, CODECS["jpeg"], quality) for quality in (10, 20)]
    one = CODECS["jpeg"].cost * 48 * 64 / 1e6
    assert seconds_to_time(tasks, CODECS) == pytest.approx(2 * one * (1 + ROUNDS))


def test_warm_times_are_medians_of_runs_beside_which_nothing_ran(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    codec, store = CODECS["jpeg"], Store(tmp_path)
    seconds = iter([9.0, 0.3, 0.1, 0.2])

    def once(pixels, codec, quality, cancel):
        return RoundTrip(b"bits", pixels, next(seconds), 0.0, alone=True)

    monkeypatch.setattr(place, "round_trip", once)
    monkeypatch.setattr(timing, "LONG_SECONDS", 10.0)
    found = warm_times(PICTURE, codec, 30.0, store=store)
    assert found == Times(0.2, 0.0, bits_per_pixel(4, (48, 64)), 3)
    assert warm_times(PICTURE, codec, 30.0, store=store) == found, "kept: no run is left to take it from"


@pytest.mark.parametrize(("alone", "runs"), [([False] * 9, 3), ([True, False, True, True], 5)])
def test_a_busy_machine_gives_no_warm_times_and_is_left_alone_soon(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, alone: list[bool], runs: int
) -> None:
    asked: list[float] = []

    def once(pixels, codec, quality, cancel):
        asked.append(quality)
        return RoundTrip(b"bits", pixels, 0.1, 0.1, alone=([True, *alone])[len(asked) - 1])

    monkeypatch.setattr(place, "round_trip", once)
    found = warm_times(PICTURE, CODECS["jpeg"], 30.0, store=Store(tmp_path))
    assert (found is None) == (not any(alone))
    assert len(asked) == runs


def test_a_codec_that_takes_long_runs_once_when_it_is_warm(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[float] = []

    def once(pixels, codec, quality, cancel):
        asked.append(quality)
        return RoundTrip(b"bits", pixels, 3.0, 0.1, alone=True)

    monkeypatch.setattr(place, "round_trip", once)
    found = warm_times(PICTURE, CODECS["jpeg"], 30.0, store=Store(tmp_path))
    assert found is not None
    assert (found.runs, len(asked)) == (1, 2)
