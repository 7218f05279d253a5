"""Hostile programs: each is a `CodecError`, and none leaves a process or a file behind."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from nicviz.codecs import Placement
from nicviz.codecs.program import codec as program_codec
from nicviz.codecs.program import watchdog
from nicviz.errors import Canceled, CodecError
from nicviz.run import place
from tests.codecs.pictures import photograph
from tests.codecs.programs import GOOD, codec_of, named_pipe, program, started_in, table, wait_for_start

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[3]
HANG = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: signal.pause()\n"


@pytest.fixture(autouse=True)
def private(tmp_path, monkeypatch):
    """Let private folders lie in one folder, in which nothing may be left, and no process have its home."""
    folder = tmp_path / "private"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []
    assert list(started_in(folder)) == []


def test_the_program_sees_nothing_of_the_environment_but_the_path(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "hunter2")
    tell = "import os\nprint(sorted(os.environ), os.environ['HOME'], os.getcwd())\nraise SystemExit(3)\n"
    with pytest.raises(CodecError, match=r"program failed with exit code 3\. Its last words: (.*)") as caught:
        codec_of(table(tmp_path, program(tmp_path, tell))).encode(photograph(8))
    words = str(caught.value).rpartition("words: ")[2]
    names = set(words.partition("]")[0].strip("[").replace("'", "").split(", "))
    assert names - {"LC_CTYPE"} == {"HOME", "PATH"}  # Python itself adds the first
    home, folder = words.partition("]")[2].strip(" .").split()
    assert home == folder
    assert Path(home).parent == tmp_path / "private"


HOSTILE = {
    "hangs": (HANG, r"was not done in 1 s and was ended"),
    "forks and hangs": ("import os\nos.fork()\n" + HANG, "was not done in 1 s"),
    "forks, leaves its child and hangs": (
        "import os\nif os.fork() == 0:\n    os.setsid()\n    os.fork()\n" + HANG, "was not done in 1 s",
    ),
    "leaves a child and ends": ("import os\nif os.fork() == 0:\n    os.setsid()\n    os.fork()\n    "
                                "import signal\n    signal.pause()\n", "wrote no bitstream"),
    "writes without end": (
        "import sys\nwith open(sys.argv[3], 'wb') as file:\n    while True: file.write(bytes(1 << 20))\n",
        "ended by signal|failed",
    ),
    "writes many files": (
        "import itertools\nfor number in itertools.count():\n    open(str(number), 'wb').write(bytes(1 << 20))\n",
        "wrote more than",
    ),
    "prints without end": ("while True: print('x' * 1000)\n", "ended by signal|failed"),
    "crashes": ("import os\nos.abort()\n", r"ended by signal 6 \(Aborted\)"),
    "fails with last words": ("raise SystemExit('no license found')\n", "exit code 1.*no license found"),
    "writes nothing": ("", r"it wrote no bitstream\.bin"),
    "leaves it empty": ("import sys\nopen(sys.argv[3], 'wb').close()\n", "left bitstream.bin empty"),
    "makes a folder of it": ("import sys, os\nos.mkdir(sys.argv[3])\n", "is no file"),
    "makes a pipe of it": ("import sys, os\nos.mkfifo(sys.argv[3])\n", "is no file"),
    "links to a file of the user": ("import sys, os\nos.symlink('/etc/passwd', sys.argv[3])\n", "is no file"),
    "takes its folder away": ("import shutil, os\nshutil.rmtree(os.environ['HOME'])\n", "wrote no bitstream"),
}  # fmt: skip


@pytest.mark.parametrize("source", HOSTILE)
def test_a_hostile_encoder_is_a_codec_error_and_leaves_nothing(source, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(program_codec, "_FIXED_BYTES", 20_000_000)
    text, message = HOSTILE[source]
    codec = codec_of(table(tmp_path, program(tmp_path, text), seconds=1 if "hang" in source else 60))
    with pytest.raises(CodecError, match=message) as caught:
        codec.encode(photograph(16))
    assert "mine cannot encode this 16×16 image" in str(caught.value)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("b'P6 9 16 255\\n' + bytes(9 * 16 * 3)", "picture of 9×16 instead of 16×16"),
        ("b'P6 16 16 255\\n' + bytes(5)", "PPM of 16×16, maximum 255, with 5 bytes"),
        ("b'P6 99999999999 99999999999 255\\n'", "PPM of 9+×9+"),
        ("b'P6 16 16 65535\\n' + bytes(16 * 16 * 6)", "maximum 65535"),
        ("b'nonsense' * 100", "no binary PPM"),
        ("b'P6 ' + b'#' * 300", "no binary PPM"),
        ("bytes(1 << 21)", "more than a picture has"),
    ],
)
def test_a_decoder_that_writes_another_picture_is_a_codec_error(written, message, tmp_path) -> None:
    text = GOOD + f"\nif way == 'decode': Path(target).write_bytes({written})\n"
    codec = codec_of(table(tmp_path, program(tmp_path, text)))
    with pytest.raises(CodecError, match=f"mine cannot decode this bitstream: .*{message}"):
        codec.decode(codec.encode(photograph(16)))


@pytest.mark.parametrize("kind", ["png", {"kind": "yuv444p", "bits": 10}, {"kind": "yuv420p"}])
def test_a_decoder_that_writes_nonsense_in_another_kind_is_a_codec_error(kind, tmp_path) -> None:
    text = GOOD + "\nif way == 'decode': Path(target).write_bytes(b'nonsense')\n"
    codec = codec_of(table(tmp_path, program(tmp_path, text), input=kind))
    with pytest.raises(CodecError, match="mine cannot decode"):
        codec.decode(codec.encode(photograph(16)))


def test_a_full_disk_is_a_codec_error(tmp_path, monkeypatch) -> None:
    codec = codec_of(table(tmp_path, program(tmp_path, GOOD)))

    def full(*args: object, **keywords: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "mkdtemp", full)
    with pytest.raises(CodecError, match="No space left on device"):
        codec.encode(photograph(8))


def test_a_cancel_reaches_the_program_and_its_children_at_once(tmp_path, private) -> None:
    fifo = named_pipe(tmp_path / "started")
    text = f"import os\nos.fork()\nopen({str(fifo)!r}, 'w').close()\n" + HANG
    codec = codec_of(table(tmp_path, program(tmp_path, text)))
    assert codec.placement is Placement.PROGRAM
    cancel = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        work = pool.submit(place.round_trip, photograph(8), codec, 0.0, cancel)
        wait_for_start(fifo)
        assert not work.done()
        start = time.monotonic()
        cancel.set()
        with pytest.raises(Canceled):
            work.result()
    print(f"{time.monotonic() - start:.3f} s from the cancel to the end of all processes")


def test_no_more_programs_run_at_once_than_there_are_cores_and_one_that_waits_can_be_canceled(
    tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(place, "_programs", threading.BoundedSemaphore(1))
    fifo = named_pipe(tmp_path / "started")
    text = f"open({str(fifo)!r}, 'w').close()\n" + HANG
    codec = codec_of(table(tmp_path, program(tmp_path, text)))
    cancels = [threading.Event() for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        works = [pool.submit(place.encode, photograph(8), codec, 0.0, cancels[0])]
        wait_for_start(fifo)
        works.append(pool.submit(place.encode, photograph(8), codec, 0.0, cancels[1]))
        for cancel, work in zip(reversed(cancels), reversed(works), strict=True):
            cancel.set()
            with pytest.raises(Canceled):
                work.result()


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes by their environment")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_the_end_of_the_application_ends_its_programs(number, tmp_path, private) -> None:
    fifo = named_pipe(tmp_path / "started")
    file = table(tmp_path, program(tmp_path, f"open({str(fifo)!r}, 'w').close()\n" + HANG))
    work = (
        f"import tempfile; tempfile.tempdir = {str(private)!r}\n"
        "from pathlib import Path\nfrom tests.codecs.programs import codec_of\n"
        f"from tests.codecs.pictures import photograph\ncodec_of(Path({str(file)!r})).encode(photograph(8))\n"
    )
    application = subprocess.Popen([sys.executable, "-c", work], cwd=ROOT, stderr=subprocess.DEVNULL)
    wait_for_start(fifo)
    (running,) = started_in(private)
    os.kill(application.pid, number)
    application.wait()
    psutil.wait_procs([running], timeout=30)
    assert not running.is_running()
    deadline = time.monotonic() + 30
    while list(private.iterdir()) and time.monotonic() < deadline:  # the watchdog removes the folder next
        os.sched_yield()


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes by their environment")
def test_a_program_that_runs_before_its_group_is_told_ends_with_the_application_too(private) -> None:
    folder = private / "work"
    folder.mkdir()
    with (
        subprocess.Popen([sys.executable, "-I", "-S", watchdog.__file__], stdin=subprocess.PIPE) as dog,
        subprocess.Popen([sys.executable, "-c", "while True: pass"], env={"HOME": str(folder)}) as program_,
    ):
        dog.communicate(json.dumps(["+", str(folder), 0]).encode())
        assert program_.wait(30) == -signal.SIGKILL
    assert not folder.exists()
