"""Running a program: without a shell, in a folder and an environment of its own, within limits, and to its very end.

A program gets PATH, HOME (the private folder) and nothing else of this process, no input, and leads a process group
that is killed when the program ends, fails, takes too long or is canceled, and by a watchdog when this process is gone.
"""

import contextvars
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from nicviz.codecs.program import watchdog
from nicviz.errors import Canceled, CodecError

POSIX = os.name == "posix"
LAST_WORDS = 400  # characters
_MAX_TEXT = 1 << 20
POLL_SECONDS = 0.004  # how late a cancel and the end of a program are noticed
_LOOK_SECONDS = 0.2  # between two looks at what it has written
_LOG = "nicviz.log"
_cancel: contextvars.ContextVar[threading.Event | None] = contextvars.ContextVar("cancel", default=None)


@dataclass(frozen=True)
class Limits:
    """What a program may take.

    Args:
        seconds: from its start to its end.
        file_bytes: of any file that it writes, and of all in its folder together.
        memory_bytes: of address space; None for no limit.
    """

    seconds: float
    file_bytes: int
    memory_bytes: int | None = None


@contextmanager
def canceled_by(cancel: threading.Event | None) -> Iterator[None]:
    """Let an event end the programs that this thread runs within; they raise `Canceled` then."""
    token = _cancel.set(cancel)
    try:
        yield
    finally:
        _cancel.reset(token)


@contextmanager
def private_folder() -> Iterator[Path]:
    """Make a folder that only this user may read, and remove it with all that is in it."""
    folder = Path(tempfile.mkdtemp(prefix="nicviz-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(command: Sequence[str], folder: Path, limits: Limits, may_fail: bool = False) -> str:
    """Run a program to its end and return what it printed, up to a megabyte.

    Args:
        command: the program's path and its arguments.
        folder: where it works, see `private_folder`.
        limits: beyond which it is ended.
        may_fail: whether any exit code will do.

    Raises:
        CodecError: it cannot be started, fails, or goes beyond a limit; with its last words.
        Canceled: see `canceled_by`.
    """
    name = Path(command[0]).name
    log = folder / _LOG
    environment = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(folder)}
    _WATCHDOG.tell("+", folder)  # first: this process may be killed as soon as the program runs
    try:
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                start_new_session=True,
            )  # fmt: skip
    except (OSError, ValueError) as error:  # ValueError: a null byte in an argument
        _WATCHDOG.tell("-", folder)
        raise CodecError(f"{name} cannot be started: {getattr(error, 'strerror', None) or error}.") from error
    try:
        _WATCHDOG.tell("+", folder, process.pid)
        _limit(process.pid, limits)
        problem = _outcome(process, folder, limits)
    finally:
        _end(process, folder)
        _WATCHDOG.tell("-", folder)
    if problem or (process.returncode and not may_fail):
        problem = problem or _fate(process.returncode)
        words = " ".join(_printed(log, 4 * LAST_WORDS).split())
        words = words if len(words) <= LAST_WORDS else "…" + words[-LAST_WORDS:]
        raise CodecError(f"{name} {problem}." + (f" Its last words: {words}" if words else " It said nothing."))
    return _printed(log, _MAX_TEXT)


def _outcome(process: "subprocess.Popen[bytes]", folder: Path, limits: Limits) -> str:
    """Wait for the end of a program and return why it must be ended, or ""; it still is to be reaped then."""
    start = looked = time.monotonic()
    cancel = _cancel.get()
    while not _has_ended(process):
        now = time.monotonic()
        if cancel is not None and cancel.is_set():
            raise Canceled
        if now - start > limits.seconds:
            return f"was not done in {limits.seconds:g} s and was ended"
        if now - looked > _LOOK_SECONDS:
            looked = now
            if _bytes_in(folder) > limits.file_bytes:
                return f"wrote more than {limits.file_bytes / 1e6:.0f} MB and was ended"
        time.sleep(POLL_SECONDS)
    return ""


def _has_ended(process: "subprocess.Popen[bytes]") -> bool:
    """Return whether the program has ended; until it is reaped nobody else gets the number of its process group."""
    if not POSIX:
        return process.poll() is not None
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is not None


def _end(process: "subprocess.Popen[bytes]", folder: Path) -> None:
    """Kill the program with all that it has started, and wait for its end."""
    if POSIX:
        with suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()
    watchdog.kill_strays(folder)


def _limit(pid: int, limits: Limits) -> None:
    """Bound files and memory where the system can do that to a process that runs."""
    try:
        import resource

        prlimit = resource.prlimit
    except (ImportError, AttributeError):
        return
    with suppress(OSError):  # it has ended already
        prlimit(pid, resource.RLIMIT_FSIZE, (limits.file_bytes, limits.file_bytes))
        prlimit(pid, resource.RLIMIT_CORE, (0, 0))
        if limits.memory_bytes is not None:
            prlimit(pid, resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))


def _bytes_in(folder: Path) -> int:
    total = 0
    for parent, _, files in os.walk(folder):
        for file in files:
            with suppress(OSError):
                total += os.lstat(os.path.join(parent, file)).st_size
    return total


def _printed(log: Path, most: int) -> str:
    """Return the end of what the program printed."""
    with suppress(OSError), log.open("rb") as file:
        file.seek(max(0, os.fstat(file.fileno()).st_size - most))
        return file.read(most).decode("utf-8", "replace")
    return ""


def _fate(code: int) -> str:
    return f"failed with exit code {code}" if code > 0 else f"was ended by signal {-code} ({signal.strsignal(-code)})"


class _Watchdog:
    """The process that outlives this one if it must; started with the first program."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def tell(self, sign: str, folder: Path, group: int = 0) -> None:
        """Say that a program starts or has started, as the leader of a group ("+"), or has ended ("-")."""
        if not POSIX:
            return
        line = json.dumps([sign, str(folder), group]).encode() + b"\n"
        with self._lock, suppress(OSError):  # without a watchdog programs still run, and end with the caller
            if self._process is None or self._process.poll() is not None or self._owner != os.getpid():
                self._start()
            if self._process is not None and self._process.stdin is not None:
                self._process.stdin.write(line)
                self._process.stdin.flush()

    def _start(self) -> None:
        command = (sys.executable, "-I", "-S", watchdog.__file__)
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )  # fmt: skip
        self._owner = os.getpid()


_WATCHDOG = _Watchdog()
