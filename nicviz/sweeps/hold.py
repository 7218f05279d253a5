"""One run writes into a folder at a time: a lock that ends with its process, and says who has it."""

import json
import os
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nicviz.errors import NicvizError

LOCK = "lock"
_FRESH_SECONDS = 120.0  # a holder on another machine that has said nothing for longer is gone


class RunHeld(NicvizError):
    """Another run writes into the folder."""


@contextmanager
def held(folder: Path) -> Iterator["Hold"]:
    """Hold a folder, which is made where it is missing, while the block runs.

    The system lets go of the lock when the process ends, however it ends: there is nothing to clean up after kill -9.
    On a file system that does not carry locks from one machine to another, a holder elsewhere is told by its sign of
    life.

    Raises:
        RunHeld: another run writes there; the message says which process on which machine, and since when.
    """
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        mine = _take(descriptor)
        holder = _read(descriptor)
        if not mine or _alive_elsewhere(holder, descriptor):
            raise RunHeld(_told(folder, holder))
        hold = Hold(descriptor)
        hold.say()
        try:
            yield hold
        finally:
            os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


class Hold:
    """A lock that this process has."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._since = datetime.now(UTC).isoformat(timespec="seconds")

    def say(self) -> None:
        """Write down who has the lock; now and then, as a sign of life for other machines."""
        who = {"host": socket.gethostname(), "pid": os.getpid(), "since": self._since}
        os.pwrite(self._descriptor, json.dumps(who).encode().ljust(200), 0)


def _take(descriptor: int) -> bool:
    try:
        import fcntl
    except ImportError:  # not a POSIX system
        raise NicvizError("Sweeps need the file locks of a POSIX system, such as Linux or macOS.") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(descriptor: int) -> dict[str, Any]:
    try:
        found = json.loads(os.pread(descriptor, 4096, 0) or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _alive_elsewhere(holder: Mapping[str, Any], descriptor: int) -> bool:
    elsewhere = holder.get("host", socket.gethostname()) != socket.gethostname()
    return elsewhere and time.time() - os.fstat(descriptor).st_mtime < _FRESH_SECONDS


def _told(folder: Path, holder: Mapping[str, Any]) -> str:
    who = f"process {holder.get('pid', '?')} on {holder.get('host', '?')}, since {holder.get('since', '?')}"
    return f"Another run writes into {folder}: {who}. Stop it, or name another folder."
