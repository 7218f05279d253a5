"""Uploads are kept by their content for a time, within a bound, under names that any file system takes."""

import os
import time
from hashlib import sha256
from pathlib import Path

import pytest

from nicviz.ui.shell import uploads as module
from nicviz.ui.shell.uploads import Uploads, plain_name


@pytest.fixture
def kept(tmp_path: Path) -> Uploads:
    return Uploads(tmp_path / "uploads", seconds=100.0, limit_bytes=1000)


def age(kept: Uploads, digest: str, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(kept.folder / digest, (then, then))


def test_a_file_is_found_by_its_hash_under_its_own_name(kept: Uploads) -> None:
    digest = kept.keep(b"picture", "My house.png")
    assert digest == sha256(b"picture").hexdigest()
    file = kept.find(digest)
    assert file is not None
    assert (file.name, file.read_bytes()) == ("My house.png", b"picture")
    assert kept.keep(b"picture", "again.png") == digest
    assert [path.name for path in (kept.folder / digest).iterdir()] == ["again.png"]


@pytest.mark.parametrize("digest", ["", "0" * 63, "../" * 21 + "x", "0" * 64, "A" * 64])
def test_what_is_no_hash_of_an_upload_leads_nowhere(kept: Uploads, digest: str) -> None:
    kept.keep(b"picture", "a.png")
    assert kept.find(digest) is None


def test_time_counts_from_the_last_use(kept: Uploads) -> None:
    digest = kept.keep(b"picture", "a.png")
    age(kept, digest, 90)
    assert kept.find(digest) is not None
    age(kept, digest, 110)
    assert kept.find(digest) is None
    kept.keep(b"another", "b.png")
    assert not (kept.folder / digest).exists()


def test_those_used_longest_ago_make_room_and_the_newest_stays(kept: Uploads) -> None:
    first, second = kept.keep(b"1" * 400, "a"), kept.keep(b"2" * 400, "b")
    age(kept, first, 20)
    age(kept, second, 30)
    third = kept.keep(b"3" * 400, "c")
    assert [kept.find(digest) is not None for digest in (first, second, third)] == [True, False, True]
    large = kept.keep(b"4" * 5000, "d")
    assert [kept.find(digest) is not None for digest in (first, third, large)] == [False, False, True]


def test_what_a_killed_server_had_begun_goes_and_what_is_being_written_stays(kept: Uploads) -> None:
    old, new = kept.begin(), kept.begin()
    for file in (old, new):
        file.write_bytes(b"half")
    os.utime(old, (time.time() - 200, time.time() - 200))
    kept.keep(b"picture", "a.png")
    assert [old.exists(), new.exists()] == [False, True]


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "..\\x.png", "", "/", ".", "..", "a/..", "\x00", "ä" * 4000 + ".png", "😀" * 200]
)
def test_any_name_makes_a_file_of_the_folder(kept: Uploads, name: str) -> None:
    digest = kept.keep(name.encode(), name)
    (file,) = (kept.folder / digest).iterdir()
    assert file.is_file()
    assert len(plain_name(name).encode()) <= module._LONGEST_NAME


def test_folders_are_the_servers_alone(kept: Uploads) -> None:
    digest = kept.keep(b"picture", "a.png")
    assert [path.stat().st_mode & 0o077 for path in (kept.folder, kept.folder / digest)] == [0, 0]
