"""Downloads from a server of this machine: whole, cut short and taken up, too large, canceled."""

import hashlib
from pathlib import Path

import pytest

from nicviz.download import Canceled, fetch, reason
from tests.served import serving

CONTENT = bytes(range(256)) * 2000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def test_a_file_arrives_with_its_hash_and_progress(tmp_path: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    with serving({"/x": CONTENT}) as served:
        assert fetch(f"{served.url}/x", tmp_path / "x", lambda done, total: seen.append((done, total))) == SHA256
    assert (tmp_path / "x").read_bytes() == CONTENT
    assert seen[-1] == (len(CONTENT), len(CONTENT))


def test_what_was_cut_short_is_gone_on_with(tmp_path: Path) -> None:
    with serving({"/x": CONTENT}) as served:
        served.break_after = 200_000
        with pytest.raises(OSError, match="ended after 200000 of 512000 bytes"):
            fetch(f"{served.url}/x", tmp_path / "x")
        assert (tmp_path / "x").stat().st_size == 200_000
        served.break_after = None
        assert fetch(f"{served.url}/x", tmp_path / "x") == SHA256
        assert served.asked == [("/x", None), ("/x", "bytes=200000-")]
        assert fetch(f"{served.url}/x", tmp_path / "x") == SHA256, "nothing comes after what is whole"
    assert (tmp_path / "x").read_bytes() == CONTENT


def test_a_server_that_cannot_go_on_begins_anew(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"old")
    with serving({"/x": CONTENT}) as served:
        served.ranges = False
        assert fetch(f"{served.url}/x", tmp_path / "x") == SHA256
    assert (tmp_path / "x").read_bytes() == CONTENT


def test_a_download_can_be_canceled_and_is_bounded(tmp_path: Path) -> None:
    with serving({"/x": CONTENT}) as served:
        with pytest.raises(Canceled, match="x was canceled"):
            fetch(f"{served.url}/x", tmp_path / "x", cancel=lambda: True)
        with pytest.raises(OSError, match="more than 0 MB"):
            fetch(f"{served.url}/x", tmp_path / "y", largest=1000)


def test_what_went_wrong_is_told(tmp_path: Path) -> None:
    with serving({}) as served, pytest.raises(OSError, match="404") as caught:
        fetch(f"{served.url}/x", tmp_path / "x")
    assert reason(caught.value) == "the server answers 404"
    caught.value.close()
    with pytest.raises(OSError, match="refused") as refused:
        fetch(f"{served.url}/x", tmp_path / "x")
    assert reason(refused.value).startswith("no connection: ")
