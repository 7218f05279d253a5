"""Tasks and trials are values: equal when written down and read again, and the same in another process."""

import json
import math
import pickle
from pathlib import Path

import numpy as np
import pytest

from nicviz.codecs import CODECS
from nicviz.errors import NicvizError
from nicviz.images import LoadedImage
from nicviz.metrics import METRICS
from nicviz.rate import bits_per_pixel
from nicviz.spectra.power import difference, power_spectrum
from nicviz.store import Store
from nicviz.tasks.compress import corrupted
from nicviz.tasks.measure import find_trial, measure, task_of
from nicviz.tasks.settings import CorruptionSetting
from nicviz.tasks.task import Task, Trial

PICTURE = LoadedImage("noise", np.random.default_rng(1).integers(0, 256, (40, 56, 3), np.uint8))
NOISE = CorruptionSetting("shot_noise", 2, 7)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def test_a_task_is_the_same_when_it_is_written_down_and_read_again() -> None:
    for corruption in (None, NOISE):
        task = task_of(PICTURE, corruption, CODECS["jpeg"], 40, metrics=("psnr_db",), bands="luminance")
        assert Task.from_record(json.loads(json.dumps(task.to_record()))) == task
        assert pickle.loads(pickle.dumps(task)) == task
        assert hash(task) == hash(Task.from_record(task.to_record()))


def test_a_trial_is_the_same_when_it_is_written_down_and_read_again_infinity_included(store: Store) -> None:
    task = task_of(PICTURE, NOISE, CODECS["png"], None, metrics=tuple(METRICS), bands="rgb")
    trial = measure(task, PICTURE, store=store)
    assert trial.figures["psnr_db"] == math.inf
    assert trial.figures["ms_ssim"] is None
    again = Trial.from_record(json.loads(json.dumps(trial.to_record(), allow_nan=False)))
    assert again.task == trial.task
    assert again.figures == trial.figures
    assert again.bands.keys() == {"G", "R"}
    np.testing.assert_array_equal(again.bands["R"].energy, trial.bands["R"].energy)
    assert (again.bpp, again.num_bytes, again.encode_seconds) == (trial.bpp, trial.num_bytes, trial.encode_seconds)


def test_a_trial_holds_what_codec_corruption_metrics_and_spectra_give_by_hand(store: Store) -> None:
    task = task_of(PICTURE, NOISE, CODECS["webp"], 50, metrics=("psnr_db", "delta_e00"), bands="luminance")
    trial = measure(task, PICTURE, store=store)
    given = corrupted(PICTURE, NOISE, store).pixels
    bitstream = CODECS["webp"].encode(given, 50)
    decoded = CODECS["webp"].decode(bitstream)
    assert trial.num_bytes == len(bitstream)
    assert trial.bpp == bits_per_pixel(len(bitstream), given.shape) == 8 * len(bitstream) / (40 * 56)
    assert trial.figures["psnr_db"] == METRICS["psnr_db"].compute(given, decoded)
    assert trial.figures["delta_e00_clean"] == METRICS["delta_e00"].compute(PICTURE.pixels, decoded)
    for kind, reference in (("G", given), ("R", PICTURE.pixels)):
        assert trial.bands[kind].total == pytest.approx(power_spectrum(difference(decoded, reference)).mean())
    assert find_trial(task, store=store).figures == trial.figures


def test_a_task_on_another_picture_is_refused(store: Store) -> None:
    task = task_of(PICTURE, None, CODECS["jpeg"], 40)
    other = LoadedImage("other", 255 - PICTURE.pixels)
    with pytest.raises(NicvizError, match="noise; got another picture, other"):
        measure(task, other, store=store)
