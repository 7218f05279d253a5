import threading
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from nicviz.analysis.compare import compare_codec, measure_codec
from nicviz.codecs import CODECS
from nicviz.codecs.neural.family.own import session_codec
from nicviz.corruptions import corrupt
from nicviz.errors import Canceled, CodecError
from nicviz.images import LoadedImage
from nicviz.metrics import METRICS
from nicviz.run.pool import Workers, workers
from nicviz.run.process import WorkerProcess
from nicviz.store import Store
from nicviz.tasks.compress import compress, corrupted
from nicviz.tasks.measure import measure, task_of
from nicviz.tasks.settings import CorruptionSetting, ImageSetting, Match
from tests.codecs.neural.small import published_file, small_network


@pytest.fixture(scope="module")
def picture() -> LoadedImage:
    return ImageSetting("coffee", longest_side=96).load()


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "store", 2**28)


@pytest.mark.parametrize(
    "name", ["png", "jpeg", pytest.param("jpeg2000", marks=pytest.mark.slow), "avif", "compact-hyperprior"]
)
def test_a_result_is_what_the_decoder_makes_of_the_bitstream(name: str, picture, store) -> None:
    done = compress(picture, CODECS[name], store=store)
    assert np.array_equal(done.pixels(), CODECS[name].decode(done.bitstream))
    assert done.bpp == 8 * len(done.bitstream) / (done.width * done.height)
    assert done.num_bytes == len(done.bitstream)


def test_the_second_time_a_result_comes_from_the_store(picture, store, monkeypatch) -> None:
    first = compress(picture, CODECS["jpeg"], 40, store=store)
    monkeypatch.setattr("nicviz.tasks.compress.place.round_trip", lambda *args: pytest.fail("compressed again"))
    assert compress(picture, CODECS["jpeg"], 40, store=store) == first


def test_another_version_of_a_library_or_weights_is_another_result(picture, store) -> None:
    codec = CODECS["jpeg"]
    other = replace(codec, versions=lambda quality: {"pillow": "another"})
    assert compress(picture, codec, 40, store=store).key != compress(picture, other, 40, store=store).key


def test_a_codec_that_fails_is_an_error_and_nothing_is_stored(picture, store) -> None:
    def fail(image: np.ndarray, quality: float) -> bytes:
        raise CodecError("broken on purpose")

    with pytest.raises(CodecError, match="on purpose"):
        compress(picture, replace(CODECS["jpeg"], encoder=fail), 40, store=store)
    assert store.size_bytes() == 0


def test_metrics_are_those_of_the_picture_and_infinity_survives_the_store(picture, store) -> None:
    task = task_of(picture, None, CODECS["png"], None, metrics=tuple(METRICS))
    for _ in range(2):
        values = measure(task, picture, store=store).figures
        assert values["psnr_db"] == float("inf")
        assert values["ms_ssim"] is None
        assert values["delta_e00"] == 0
    lossy = compress(picture, CODECS["webp"], 30, store=store)
    trial = measure(task_of(picture, None, CODECS["webp"], 30), picture, store=store)
    assert trial.figures["psnr_db"] == METRICS["psnr_db"].compute(picture.pixels, lossy.pixels())
    assert trial.bpp == lossy.bpp


def test_a_corrupted_picture_is_the_corruption_of_its_pixels(picture, store) -> None:
    setting = CorruptionSetting("shot_noise", 2, 5)
    for _ in range(2):
        assert np.array_equal(corrupted(picture, setting, store).pixels, corrupt(picture.pixels, "shot_noise", 2, 5))


def test_a_match_on_the_clean_image_is_kept_for_the_corrupted_one(picture, store) -> None:
    corruption = CorruptionSetting("gaussian_noise", 3, 0)
    noisy = corrupted(picture, corruption, store)
    result = compare_codec(picture, corruption, CODECS["jpegxl"], None, Match("bpp", 1.0), store=store)
    assert result.clean is not None
    assert result.clean.bpp == pytest.approx(1.0, rel=0.0101)
    assert result.compression.quality == result.clean.quality
    figures = measure_codec(picture, result, store=store).figures
    image = result.compression.pixels()
    assert figures["psnr_db"] == METRICS["psnr_db"].compute(noisy.pixels, image)
    assert figures["psnr_clean_db"] == METRICS["psnr_db"].compute(picture.pixels, image)


class CancelAtWork(threading.Event):
    """A cancel that sets itself as soon as a pool is at work."""

    def __init__(self, pool: Workers) -> None:
        super().__init__()
        self.pool = pool
        self.at_work: set[WorkerProcess] = set()

    def is_set(self) -> bool:
        self.at_work |= self.pool._busy
        return bool(self.at_work)


@pytest.fixture(scope="module")
def serial_file(tmp_path_factory) -> Path:
    return published_file(tmp_path_factory.mktemp("weights"), "mine", small_network("mbt2018"))


@pytest.mark.slow
def test_a_serial_codec_gives_an_estimate_at_once_and_the_bitstream_on_demand(picture, store, serial_file) -> None:
    codec = session_codec(serial_file, "mine.pth.tar")
    assert codec.estimate_first
    guess = compress(picture, codec, exact=False, store=store)
    assert (guess.bitstream, guess.num_bytes, guess.encode_seconds) == (None, None, None)
    assert guess.bpp > 0
    exact = compress(picture, codec, exact=True, store=store)  # in a worker process, from the file
    assert np.array_equal(exact.pixels(), codec.decode(exact.bitstream))
    assert compress(picture, codec, exact=False, store=store).bitstream == exact.bitstream, "the store has it now"


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["serial", "search"])
def test_what_takes_long_is_killed_when_it_is_canceled(kind: str, store, serial_file) -> None:
    codec = session_codec(serial_file, "mine.pth.tar") if kind == "serial" else CODECS["compact-hyperprior-search"]
    large = ImageSetting("zone-plate", size=1024).load()  # some seconds, even in a process that is warm
    cancel = CancelAtWork(workers(slow=True))
    with pytest.raises(Canceled):
        compress(large, codec, exact=True, cancel=cancel, store=store)
    assert cancel.at_work
    assert not any(worker.alive for worker in cancel.at_work)
    assert store.size_bytes() == 0


def test_the_time_that_a_model_takes_to_load_is_not_the_time_it_takes_to_encode(picture, store, monkeypatch) -> None:
    seconds = [0.0]

    def load(quality: float) -> None:
        seconds[0] += 100

    monkeypatch.setattr("nicviz.run.place.time", SimpleNamespace(perf_counter=lambda: seconds[0]))
    codec = replace(CODECS["jpeg"], prepare=load)
    assert compress(picture, codec, 50, store=store).encode_seconds == 0
    assert seconds == [100]
    assert CODECS["compact-hyperprior"].prepare is not CODECS["jpeg"].prepare
