import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest

from nicviz.codecs import CODECS, CodecReference
from nicviz.errors import Canceled, CodecError, ImageError, NicvizError, UnknownName
from nicviz.run.pool import Workers, workers

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
ODD = (sys.executable, str(Path(__file__).with_name("odd_worker.py")))
PIXEL = np.zeros((1, 1, 3), np.uint8)
FOR_EVER = 3600  # seconds: a test that waits for that runs out of time


def picture(height: int = 40, width: int = 60) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)


@pytest.fixture(scope="module")
def pool() -> Iterator[Workers]:
    pool = Workers(2)
    yield pool
    pool.close()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where an odd worker says that it has begun, and looks whether it may end."""
    monkeypatch.setenv("ODD_FOLDER", str(tmp_path))
    return tmp_path


@pytest.fixture
def odd(folder: Path) -> Iterator[Workers]:
    pool = Workers(2, command=ODD)
    yield pool
    pool.close()


def eventually(condition: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return condition()


def once(condition: Callable[[], bool], act: Callable[[], object]) -> None:
    """Act, in a thread of its own, as soon as a condition holds."""
    threading.Thread(target=lambda: eventually(condition, 60) and act(), daemon=True).start()


class SecondThoughts(threading.Event):
    """A cancel that nobody has set at the first looks."""

    def __init__(self, looks: int) -> None:
        super().__init__()
        self.looks = looks

    def is_set(self) -> bool:
        self.looks -= 1
        return self.looks < 0


def is_running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize("name", ["png", "jpeg", "jpeg2000"])
def test_a_worker_gives_the_bytes_and_pixels_of_this_process(pool: Workers, name: str) -> None:
    codec, image = CODECS[name], picture()[:, ::-1]
    done = pool.round_trip(codec, image, None, timeout=60)
    assert done.bitstream == codec.encode(image)
    np.testing.assert_array_equal(done.reconstruction, codec.decode(done.bitstream))
    assert done.encode_seconds > 0
    assert done.decode_seconds > 0
    assert pool.encode(name, image, None) == done.bitstream
    np.testing.assert_array_equal(pool.decode(name, done.bitstream), done.reconstruction)


def test_errors_come_through_as_what_they_are(pool: Workers) -> None:
    with pytest.raises(UnknownName, match="Did you mean 'jpeg2000'"):
        pool.encode("jpeg200", PIXEL, None)
    with pytest.raises(NicvizError, match="from 1 to 100; got 200"):
        pool.encode("jpeg", PIXEL, 200)
    with pytest.raises(NicvizError, match="uint8"):
        pool.encode("jpeg", np.zeros((2, 2)), 50)  # type: ignore[arg-type]
    with pytest.raises(CodecError):
        pool.decode("jpeg", b"not a JPEG")
    with pytest.raises(CodecError, match="empty"):
        pool.decode("jpeg", b"")


def test_unexpected_errors_become_codec_errors_and_the_process_stays(odd: Workers) -> None:
    first = odd.encode("pid", PIXEL, 0)
    with pytest.raises(CodecError, match="raises failed: KeyError: 'lost'"):
        odd.encode("raises", PIXEL, 0)
    with pytest.raises(CodecError, match="nonsense failed: TypeError"):
        odd.encode("nonsense", PIXEL, 0)
    with pytest.raises(ImageError, match="too odd"):
        odd.encode("raises", PIXEL, 1)
    assert odd.encode("pid", PIXEL, 0) == first


def test_what_a_codec_prints_does_not_get_into_its_reply(odd: Workers) -> None:
    for _ in range(3):
        assert odd.encode("noisy", PIXEL, 0) == b"bits"


def test_a_codec_is_found_by_its_whole_reference(odd: Workers) -> None:
    reference = CodecReference("mine", str(ROOT / "weights.pth"), "abcd")
    expected = f"mine of {ROOT / 'weights.pth'}, abcd"
    assert odd.encode(reference, PIXEL, None).decode() == expected
    assert odd.encode(replace(CODECS["png"], refer=lambda: reference), PIXEL, None).decode() == expected


def test_a_process_that_dies_is_named_and_replaced(odd: Workers) -> None:
    with pytest.raises(CodecError, match=r"ends: the codec's process ended \(signal 11, Segmentation fault\)"):
        odd.encode("ends", PIXEL, 0)
    with pytest.raises(CodecError, match=r"ended \(exit code 3\)"):
        odd.encode("ends", PIXEL, 3)
    assert odd.encode("slow", PIXEL, 0) == b"bits"


def test_a_process_that_is_killed_from_outside_is_replaced(odd: Workers, folder: Path) -> None:
    idle = int(odd.encode("pid", PIXEL, 0))
    os.kill(idle, signal.SIGSEGV)
    assert eventually(lambda: not odd._idle[0].alive)
    busy = int(odd.encode("pid", PIXEL, 0))
    assert busy != idle
    once((folder / "begun").exists, lambda: os.kill(busy, signal.SIGSEGV))
    with pytest.raises(CodecError, match="signal 11"):
        odd.encode("slow", PIXEL, FOR_EVER)
    assert odd.encode("slow", PIXEL, 0) == b"bits"


def test_a_worker_that_cannot_start_is_a_codec_error() -> None:
    pool = Workers(1, command=(sys.executable, "-c", "raise SystemExit(7)"))
    with pytest.raises(CodecError, match="exit code 7"):
        pool.encode("jpeg", PIXEL, None)
    pool.close()


@pytest.mark.parametrize("name", ["slow", "program"])
def test_cancel_kills_the_process_and_its_programs(odd: Workers, folder: Path, name: str) -> None:
    pid = int(odd.encode("pid", PIXEL, 0))
    cancel = threading.Event()
    started: list[int] = []

    def has_begun() -> bool:
        started[:] = [process.pid for process in psutil.Process(pid).children()]
        return bool(started) if name == "program" else (folder / "begun").exists()

    once(has_begun, cancel.set)
    with pytest.raises(Canceled):
        odd.encode(name, PIXEL, FOR_EVER, cancel)
    assert len(started) == (name == "program")
    assert not is_running(pid)
    assert eventually(lambda: not any(map(is_running, started)))
    assert odd.encode("slow", PIXEL, 0) == b"bits"


def test_cancel_stops_real_work_that_holds_the_interpreter_lock(pool: Workers) -> None:
    cancel = threading.Event()
    pool.encode("jpeg2000", PIXEL, None)
    worker = max(pool._idle, key=lambda worker: worker.idle_since)
    process = psutil.Process(worker._process.pid)
    before = process.cpu_times().user
    once(lambda: process.cpu_times().user > before + 0.2, cancel.set)
    with pytest.raises(Canceled):
        pool.encode("jpeg2000", picture(3000, 3000), 2, cancel)  # about 10 s
    assert not is_running(process.pid)


def test_work_that_is_canceled_before_it_starts_starts_no_process() -> None:
    cancel = threading.Event()
    cancel.set()
    pool = Workers(1, command=("/no/such/program",))
    with pytest.raises(Canceled):
        pool.encode("jpeg", PIXEL, None, cancel)


def test_waiting_for_a_free_process_can_be_canceled_and_times_out(folder: Path) -> None:
    pool = Workers(1, command=ODD)
    with ThreadPoolExecutor(1) as threads:
        busy = threads.submit(pool.encode, "held", PIXEL, 0)
        assert eventually((folder / "begun").exists)
        with pytest.raises(CodecError, match="time allowed"):
            pool.encode("slow", PIXEL, 0, timeout=0.1)
        with pytest.raises(Canceled):
            pool.encode("slow", PIXEL, 0, SecondThoughts(2))
        (folder / "let go").touch()
        assert busy.result() == b"bits"
    with pytest.raises(CodecError, match="slow was not done in the time allowed"):
        pool.encode("slow", PIXEL, FOR_EVER, timeout=0.2)
    pool.close()


def test_eight_threads_share_two_processes(pool: Workers) -> None:
    images = [picture(20 + i, 30) for i in range(24)]
    with ThreadPoolExecutor(8) as threads:
        done = list(threads.map(lambda image: pool.round_trip("jpeg", image, 90), images))
    for image, result in zip(images, done, strict=True):
        assert result.bitstream == CODECS["jpeg"].encode(image, 90)
        assert result.reconstruction.shape == image.shape
    assert len(pool._idle) <= 2
    assert not pool._busy


def test_processes_are_reused_and_a_codec_returns_to_the_one_that_knows_it(odd: Workers) -> None:
    with ThreadPoolExecutor(2) as threads:
        both = set(threads.map(lambda _: odd.encode("pid", PIXEL, 0.5), range(2)))
    assert len(both) == 2
    odd.encode("slow", PIXEL, 0)
    other = next(worker for worker in odd._idle if "slow" not in worker.codecs)
    other.idle_since = time.monotonic() + 1  # as if it had been used last
    odd.encode("slow", PIXEL, 0)
    assert other.codecs == {"pid"}
    assert int(odd.encode("pid", PIXEL, 0)) == other._process.pid


def test_idle_processes_are_ended() -> None:
    pool = Workers(1, idle_seconds=0.2, command=ODD)
    pid = int(pool.encode("pid", PIXEL, 0))
    assert eventually(lambda: not is_running(pid))
    assert int(pool.encode("pid", PIXEL, 0)) != pid
    pool.close()


def test_warm_starts_processes_up_to_the_limit_and_no_more() -> None:
    pool = Workers(2, command=ODD)
    pool.warm(5)
    pids = [worker._process.pid for worker in pool._idle]
    assert len(pids) == 2
    pool.warm(1)
    assert len(pool._idle) == 2
    assert int(pool.encode("pid", PIXEL, 0)) in pids
    pool.close()
    assert not any(is_running(pid) for pid in pids)
    with pytest.raises(RuntimeError, match="closed"):
        pool.encode("pid", PIXEL, 0)


def test_the_pools_of_this_process_are_made_once() -> None:
    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(lambda _: workers(), range(64)))) == 1
    assert workers(slow=True) is workers(slow=True)
    assert workers(slow=True) is not workers()


PARENT = """
import sys, threading, time, numpy as np
from nicviz.run.pool import Workers
pool = Workers(2, command={command!r})
pixel = np.zeros((1, 1, 3), np.uint8)
pids = [pool.encode("pid", pixel, 0)]
threading.Thread(target=pool.encode, args=("slow", pixel, 3600), daemon=True).start()
while not pool._busy:
    time.sleep(0.01)
pids.append(pool.encode("pid", pixel, 0))
print(*(pid.decode() for pid in pids), flush=True)
time.sleep(60)
"""


def test_workers_end_with_a_parent_that_is_killed_the_busy_one_too() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT.format(command=ODD)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    pids = [int(pid) for pid in parent.stdout.readline().split()]
    assert len(set(pids)) == 2
    assert all(is_running(pid) for pid in pids)
    parent.kill()
    assert eventually(lambda: not any(is_running(pid) for pid in pids), 5)
    parent.wait()
    parent.stdout.close()


def test_an_interrupt_from_the_keyboard_does_not_reach_workers(odd: Workers) -> None:
    pid = int(odd.encode("pid", PIXEL, 0))
    assert os.getpgid(pid) != os.getpgid(0)  # a terminal sends it to its foreground group
    assert os.getsid(pid) != os.getsid(0)


def test_the_main_module_is_not_run_again(tmp_path: Path) -> None:
    """Under Streamlit sys.modules["__main__"] is the app's script, in a thread that is not the main one."""
    script = tmp_path / "app.py"
    script.write_text("raise SystemExit('ran again')")
    code = f"""
import sys, threading, types
import numpy as np
from nicviz.run.pool import workers
fake = types.ModuleType("__main__")
fake.__file__ = {str(script)!r}
sys.modules["__main__"] = fake
thread = threading.Thread(target=lambda: print(len(workers().encode("png", np.zeros((8, 8, 3), np.uint8), None)) > 50))
thread.start(); thread.join()
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("True\n", "")
