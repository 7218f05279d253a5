"""One worker process, seen from the parent."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, wait
from contextlib import suppress
from dataclasses import dataclass
from io import BufferedReader, BufferedWriter
from pathlib import Path
from typing import Any, cast

import nicviz
from nicviz.errors import Canceled, CodecError
from nicviz.records import receive, send, unpack
from nicviz.run.worker import READY

_PIPE_BYTES = 1 << 20  # of an image that is under way at a time; by default 64 KB
POLL_SECONDS = 0.05  # how soon a cancel is noticed; a result is noticed at once
# How long a thread of torch spins while it waits for another. By default that is so long that two processes on the same
# cores keep each other from working: two searches at once on two cores took 20 s each, so 12 s, and one alone as long.
_ENVIRONMENT = {"GOMP_SPINCOUNT": "4000"}


@dataclass(frozen=True)
class Patience:
    """How long the caller of `codec` waits: until `cancel` is set or `time.monotonic()` passes `deadline`."""

    codec: str
    cancel: threading.Event | None
    deadline: float

    def check(self) -> None:
        """Raise `Canceled`, or `CodecError` after the deadline."""
        if self.cancel is not None and self.cancel.is_set():
            raise Canceled(f"{self.codec} was canceled.")
        if time.monotonic() > self.deadline:
            raise CodecError(f"{self.codec} was not done in the time allowed and was stopped.")


def _widen(pipe: BufferedReader | BufferedWriter) -> None:
    """Let more into a pipe at a time: an image takes fewer turns between two processes that may wait for a core."""
    if sys.platform == "linux":
        import fcntl

        with suppress(OSError):  # the system may grant less
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)


class WorkerProcess:
    """One process and the pipes to it; used by one thread at a time."""

    def __init__(self, command: Sequence[str]) -> None:
        root = str(Path(nicviz.__file__).resolve().parents[1])
        search = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**_ENVIRONMENT, **os.environ, "PYTHONPATH": search},
            start_new_session=True,  # Ctrl-C is for the server, which then closes the pipe
        )
        self._requests = cast(BufferedWriter, self._process.stdin)
        self._replies = cast(BufferedReader, self._process.stdout)
        for pipe in (self._requests, self._replies):
            _widen(pipe)
        self._ready = False
        self.codecs: set[str] = set()
        self.idle_since = time.monotonic()

    @property
    def alive(self) -> bool:
        """Whether the process has not ended."""
        return self._process.poll() is None

    def ask(self, request: bytearray, patience: Patience) -> dict[str, Any]:
        """Return the reply to a request; raise `CodecError` if the process ends, and what `patience` raises."""
        reply: Future[dict[str, Any]] = Future()
        # Pipes block, in both directions; a thread of its own leaves the caller free to give up.
        threading.Thread(target=self._talk, args=(request, reply), name="nicviz-worker", daemon=True).start()
        while not wait([reply], POLL_SECONDS).done:
            patience.check()
        try:
            return reply.result()
        except (EOFError, OSError, ValueError) as error:  # ValueError: no record, or the pipe was closed meanwhile
            raise CodecError(f"{patience.codec}: the codec's process ended ({self._fate()}).") from error

    def end(self) -> None:
        """Kill the process, with the programs that it may have started: those of one that died on its own, too."""
        if os.name != "posix":
            self._process.kill()
        else:
            with suppress(
                ProcessLookupError, PermissionError
            ):  # a group without members, which may be another's by now
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for pipe in (self._requests, self._replies):
            with suppress(OSError):
                pipe.close()

    def _talk(self, request: bytearray, reply: "Future[dict[str, Any]]") -> None:
        try:
            while not self._ready:
                line = self._replies.readline()
                if not line:
                    raise EOFError
                self._ready = line.endswith(READY)
            send(self._requests, request)
            reply.set_result(unpack(receive(self._replies)))
        except Exception as error:  # noqa: BLE001  the thread that waits raises it
            reply.set_exception(error)

    def _fate(self) -> str:
        with suppress(subprocess.TimeoutExpired):
            code = self._process.wait(timeout=1)
            return f"signal {-code}, {signal.strsignal(-code)}" if code < 0 else f"exit code {code}"
        return "it broke the protocol"
