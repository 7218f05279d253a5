"""Files that users uploaded, kept on this server for a time, each under the SHA-256 of its content.

Links name the hash: whoever has the link can open what was uploaded, and nobody can guess one of 2²⁵⁶.
"""

import atexit
import os
import re
import shutil
import time
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from uuid import uuid4

from nicviz import environment
from nicviz.images import printable
from nicviz.store import MEGABYTE, default_store

_DIGEST = re.compile(r"[0-9a-f]{64}")
_LONGEST_NAME = 150  # bytes; file systems take 255
_PARTIAL = ".partial"


@dataclass(frozen=True)
class Uploads:
    """A folder with one folder for each upload, which is named by its hash and holds one file under its own name.

    Args:
        folder: made when something is kept.
        seconds: after its last use that an upload is kept for.
        limit_bytes: of all; those used longest ago go first, the newest stays in any case.
    """

    folder: Path
    seconds: float
    limit_bytes: int

    def keep(self, content: bytes, name: str) -> str:
        """Keep a file and return its hash; `OSError` where that cannot be done."""
        file = self.begin()
        try:
            file.write_bytes(content)
            digest = sha256(content).hexdigest()
            self.adopt(file, digest, name)
        finally:
            file.unlink(missing_ok=True)
        return digest

    def begin(self) -> Path:
        """Return a new path to write an upload to, which `adopt` then takes."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self.folder / f"{uuid4().hex}{_PARTIAL}"

    def adopt(self, file: Path, digest: str, name: str) -> Path:
        """Keep a file that was written to `begin()`, and return where it is now.

        Args:
            file: is moved.
            digest: SHA-256 of its content.
            name: that it has on the user's machine.
        """
        home = self.folder / digest
        home.mkdir(exist_ok=True, mode=0o700)
        kept = home / plain_name(name)
        os.replace(file, kept)
        for other in home.iterdir():
            if other != kept:
                other.unlink(missing_ok=True)  # the same content under its name before
        self._clean(digest)
        return kept

    def find(self, digest: str) -> Path | None:
        """Return the file with this hash, which counts as used then; None where there is none any more."""
        if not _DIGEST.fullmatch(digest):
            return None
        home = self.folder / digest
        try:
            if time.time() - home.stat().st_mtime > self.seconds:
                return None
            file = next(home.iterdir(), None)
            os.utime(home)
        except OSError:
            return None
        return file

    def drop(self, digest: str) -> None:
        """Forget an upload that turned out to be of no use."""
        shutil.rmtree(self.folder / digest, ignore_errors=True)

    def _clean(self, newest: str) -> None:
        now, total = time.time(), 0
        found = []
        for home in self.folder.iterdir():
            try:
                used = home.stat().st_mtime
                sizes = [file.stat().st_size for file in home.iterdir()] if home.is_dir() else [home.stat().st_size]
            except OSError:  # another process removed it
                continue
            found.append((home.name == newest, used, home, sum(sizes)))
        for is_newest, used, home, size in sorted(found, reverse=True):
            total += size
            if is_newest or (now - used <= self.seconds and total <= self.limit_bytes):
                continue
            if home.is_dir():
                shutil.rmtree(home, ignore_errors=True)
            elif now - used > self.seconds:  # what a server that was killed had begun to write
                home.unlink(missing_ok=True)


def plain_name(name: str) -> str:
    """Return the last part of a file's name on any system, short enough to be one here too."""
    last = printable(PurePosixPath(name.replace("\\", "/")).name)
    return last.encode("utf-8", "replace")[-_LONGEST_NAME:].decode("utf-8", "ignore").strip(" .") or "upload"


@cache
def uploads() -> Uploads:
    """Return the uploads of this server: in the folder of the store, or in one that goes with the server.

    Raises:
        NicvizError: NICVIZ_UPLOAD_HOURS or NICVIZ_UPLOADS_MB is wrong.
    """
    seconds, megabytes = 3600 * environment.UPLOAD_HOURS.read(), environment.UPLOADS_MB.read()
    if megabytes:
        return Uploads(default_store().folder.with_name("uploads"), seconds, megabytes * MEGABYTE)
    folder = TemporaryDirectory(prefix="nicviz-uploads-", ignore_cleanup_errors=True)
    atexit.register(folder.cleanup)
    return Uploads(Path(folder.name), seconds, environment.UPLOADS_MB.default * MEGABYTE)


def kept_for() -> str:
    """Return how long uploads are kept, in words."""
    hours = environment.UPLOAD_HOURS.read()
    return f"{hours:g} hour{'' if hours == 1 else 's'}"
