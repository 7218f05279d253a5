"""Data sets by name: the user's own folder, or fetched from a mirror with hash and resume."""

import hashlib
import io
import zipfile
from pathlib import Path

import pytest

from nicviz.environment import CACHE, DATASETS_URL, IMAGES
from nicviz.errors import NicvizError
from nicviz.registry import Registry
from nicviz.sweeps import datasets
from nicviz.sweeps.datasets import DATASETS, DataSet, pictures_of
from nicviz.sweeps.remote import KODAK, Remote
from tests.served import Served, serving
from tests.shared_data import shared
from tests.sweeps.small_run import save_pictures


def hashed(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def content(tmp_path: Path) -> list[bytes]:
    return [file.read_bytes() for file in save_pictures(tmp_path / "made", 2)]


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CACHE.name, str(tmp_path / "cache"))


def offer(monkeypatch: pytest.MonkeyPatch, served: Served, *sets: DataSet) -> None:
    monkeypatch.setenv(DATASETS_URL.name, served.url + "/")
    monkeypatch.setattr(datasets, "DATASETS", Registry("data set", sets))


def test_the_kodak_hashes_are_those_of_the_pictures() -> None:
    folder = shared("kodak")
    assert len(KODAK) == 24
    for remote in KODAK[:3]:
        assert hashed((folder / remote.name).read_bytes()) == remote.sha256


def test_a_set_in_the_user_s_folder_is_taken_from_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_pictures(tmp_path / "own" / "tecnick", 2)
    monkeypatch.setenv(IMAGES.name, str(tmp_path / "own"))
    told: list[str] = []
    found = pictures_of("tecnick", told.append)
    assert [Path(each.setting.source).name for each in found] == ["picture00.png", "picture01.png"]
    assert told == [f"tecnick has 100 pictures; its folder {tmp_path / 'own' / 'tecnick'} has 2."]


def test_single_files_are_fetched_once_and_taken_up_where_they_broke_off(
    content: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    files = tuple(Remote(f"http://elsewhere/{k}.png", hashed(each)) for k, each in enumerate(content))
    with serving({f"/{k}.png": each for k, each in enumerate(content)}) as served:
        offer(monkeypatch, served, DataSet("kodak", "", 2, files))
        served.break_after = len(content[0]) - 10
        with pytest.raises(NicvizError, match="The same command goes on where it broke off"):
            pictures_of("kodak", print)
        assert datasets._images_in(datasets.folder_of_fetched() / "kodak") == [], "half a set is none"
        served.break_after = None
        found = pictures_of("kodak", lambda text: None)
        assert served.asked[1] == ("/0.png", f"bytes={len(content[0]) - 10}-")
        assert [Path(each.setting.source).read_bytes() for each in found] == content
        count = len(served.asked)
        assert pictures_of("kodak", lambda text: None) == found
        assert len(served.asked) == count


def test_a_file_of_another_hash_is_refused_and_nothing_of_it_kept(
    content: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving({"/0.png": content[0]}) as served:
        offer(monkeypatch, served, DataSet("kodak", "", 1, (Remote("http://elsewhere/0.png", "0" * 64),)))
        with pytest.raises(NicvizError, match=f"another content than it should .SHA-256 {hashed(content[0])}"):
            pictures_of("kodak", lambda text: None)
    assert list((datasets.folder_of_fetched() / "kodak.partial").iterdir()) == []


def test_an_archive_gives_its_pictures_and_no_other_file(
    content: list[bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("test/b.png", content[1])
        opened.writestr("../../a.png", content[0])
        opened.writestr("test/notes.txt", "x")
        opened.writestr("__MACOSX/test/._b.png", "x")
    with serving({"/set.zip": archive.getvalue()}) as served:
        remote = Remote("http://elsewhere/set.zip", hashed(archive.getvalue()))
        offer(monkeypatch, served, DataSet("div2k-valid", "", 2, (remote,), center=(768, 512)))
        found = pictures_of("div2k-valid", lambda text: None)
    folder = datasets.folder_of_fetched() / "div2k-valid"
    assert sorted(file.name for file in folder.iterdir()) == ["a.png", "b.png"]
    assert [Path(each.setting.source).read_bytes() for each in found] == content
    assert {each.center for each in found} == {(768, 512)}
    assert not (tmp_path / "a.png").exists()


def test_a_set_of_which_no_hash_is_known_is_not_fetched() -> None:
    with pytest.raises(NicvizError, match="Put its pictures into the folder tecnick of NICVIZ_IMAGES"):
        pictures_of("tecnick", print)


def test_clic_is_both_of_its_parts_cut_as_the_paper_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("clic-mobile", "clic-professional"):
        (tmp_path / "own" / name).mkdir(parents=True)
        pixels = save_pictures(tmp_path / "made", 1)[0].read_bytes()
        (tmp_path / "own" / name / f"{name}.png").write_bytes(pixels)
    monkeypatch.setenv(IMAGES.name, str(tmp_path / "own"))
    found = pictures_of("clic", lambda text: None)
    assert [Path(each.setting.source).stem for each in found] == ["clic-mobile", "clic-professional"]
    assert all(each.center == (768, 512) for each in found)
    assert sum(DATASETS[part].num_pictures for part in DATASETS["clic"].parts) == DATASETS["clic"].num_pictures
