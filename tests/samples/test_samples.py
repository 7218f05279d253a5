"""Samples: what is offered without an upload, by key."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nicviz.errors import ImageError, UnknownName
from nicviz.images import Limits
from nicviz.samples import SAMPLES, find_sample, folder_problem, folder_samples, sample_sets
from tests.shared_data import shared


@pytest.fixture(autouse=True)
def _no_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NICVIZ_IMAGES", raising=False)


def photo(path: Path, color: tuple[int, int, int] = (200, 10, 10)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (20, 10), color).save(path)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "pictures"
    photo(root / "top.png")
    photo(root / "kodak" / "b.png")
    photo(root / "kodak" / "a.png", (0, 250, 0))
    (root / "kodak" / "notes.txt").write_text("no image")
    (root / "kodak" / "deeper").mkdir()
    photo(root / "kodak" / ".hidden.png")
    monkeypatch.setenv("NICVIZ_IMAGES", str(root))
    return root


@pytest.mark.parametrize("key", SAMPLES)
def test_every_sample_loads_and_says_what_it_is(key: str) -> None:
    sample = find_sample(key)
    loaded = sample.load()
    assert loaded.name == key == sample.name
    assert loaded.pixels.ndim == 3
    assert min(loaded.pixels.shape[:2]) >= 161, "MS-SSIM has a value on every sample"
    assert sample.title
    assert sample.description.endswith(".")
    assert sample.credit.endswith(".")
    assert "/" not in key


def test_photographs_come_first_and_the_portrait_leads() -> None:
    kinds = [sample.kind for sample in SAMPLES.values()]
    assert kinds == sorted(kinds, reverse=True)
    assert next(iter(SAMPLES)) == "astronaut"
    assert kinds.count("photograph") >= 7
    assert kinds.count("chart") == 6


@pytest.mark.parametrize("key", ["rocket", "hubble", "retina"])
def test_photographs_from_jpeg_files_say_so(key: str) -> None:
    assert any("JPEG-compressed before" in notice for notice in SAMPLES[key].load().notices)


def test_photographs_are_the_pixels_of_scikit_image() -> None:
    from skimage import data

    assert np.array_equal(SAMPLES["astronaut"].load().pixels, data.astronaut())
    assert np.array_equal(SAMPLES["coffee"].load().pixels, data.coffee())


@pytest.mark.slow
def test_offering_and_loading_does_not_import_heavy_packages() -> None:
    code = (
        "import sys; from nicviz.samples import SAMPLES, find_sample; "
        "early = set(sys.modules); find_sample('astronaut').load(); "
        "print([m for m in ('PIL', 'imagecodecs', 'scipy') if m in early],"
        " [m for m in ('skimage', 'torch', 'scipy', 'streamlit', 'plotly') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path.cwd())
    assert run.stdout.strip() == "[] []"


def test_only_charts_take_a_size() -> None:
    assert find_sample("zone-plate").load(64).pixels.shape == (64, 64, 3)
    with pytest.raises(ImageError, match="astronaut has a size of its own"):
        find_sample("astronaut").load(64)
    with pytest.raises(ImageError, match="16 to 4096"):
        find_sample("checker").load(0)


def test_without_a_folder_there_are_photographs_and_charts() -> None:
    assert list(sample_sets()) == ["photographs", "charts"]
    assert folder_samples() == []
    assert folder_problem() is None


def test_subfolders_are_sets_sorted_by_name(folder: Path) -> None:
    sets = sample_sets()
    assert list(sets) == ["photographs", "charts", "images", "kodak"]
    assert [sample.key for sample in sets["kodak"]] == ["kodak/a", "kodak/b"]
    assert [sample.key for sample in sets["images"]] == ["images/top"]
    loaded = find_sample("kodak/a").load()
    assert loaded.name == "kodak/a"
    assert (loaded.pixels == (0, 250, 0)).all()
    assert folder_problem() is None


@pytest.mark.parametrize(
    "key", ["../../etc/passwd", "kodak/../top", "/etc/passwd", "kodak/notes", "kodak/.hidden", "kodak", "", "astronot"]
)
def test_a_key_is_looked_up_and_never_a_path(folder: Path, key: str) -> None:
    with pytest.raises(UnknownName, match="no sample image named"):
        find_sample(key)


def test_a_near_miss_gets_a_hint(folder: Path) -> None:
    with pytest.raises(UnknownName, match="Did you mean 'astronaut'"):
        find_sample("astronot")
    with pytest.raises(UnknownName, match="Did you mean 'kodak/a'"):
        find_sample("kodk/a")


def test_files_of_one_stem_are_all_reachable(folder: Path) -> None:
    photo(folder / "kodak" / "a.bmp", (0, 0, 9))
    photo(folder / "kodak" / "a.png.bmp", (0, 0, 7))
    keys = [sample.key for sample in sample_sets()["kodak"]]
    assert keys == ["kodak/a.bmp", "kodak/a.png", "kodak/a.png.bmp", "kodak/b"]
    assert find_sample("kodak/a.bmp").load().pixels[0, 0].tolist() == [0, 0, 9]
    assert find_sample("kodak/a.png").load().pixels[0, 0].tolist() == [0, 250, 0]
    assert find_sample("kodak/a.png.bmp").load().pixels[0, 0].tolist() == [0, 0, 7]


def test_folders_named_like_a_set_of_nicviz_get_another_name(folder: Path) -> None:
    for name in ("charts", "photographs", "images"):
        photo(folder / name / "x.png")
    sets = sample_sets()
    assert {"charts (folder)", "photographs (folder)", "images (folder)", "images"} <= set(sets)
    assert [sample.key for sample in sets["images"]] == ["images/top"]
    assert len(sets["charts"]) == 6
    assert find_sample("images (folder)/x").load().pixels.shape == (10, 20, 3)


def test_links_out_of_the_folder_are_not_followed(folder: Path, tmp_path: Path) -> None:
    photo(tmp_path / "outside" / "secret.png")
    os.symlink(tmp_path / "outside" / "secret.png", folder / "kodak" / "link.png")
    os.symlink(tmp_path / "outside", folder / "linked")
    os.symlink(folder / "top.png", folder / "kodak" / "inner.png")
    os.symlink(folder / "nowhere.png", folder / "kodak" / "broken.png")
    keys = {sample.key for samples in sample_sets().values() for sample in samples}
    assert {key for key in keys if "/" in key} == {"images/top", "kodak/a", "kodak/b", "kodak/inner"}


def test_limits_hold_for_the_folder(folder: Path) -> None:
    (sample, *_) = folder_samples(Limits(megapixels=0.0001))
    with pytest.raises(ImageError, match="megapixels"):
        sample.load()


def test_a_folder_that_cannot_be_used_says_why_and_leaves_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NICVIZ_IMAGES", str(tmp_path / "missing"))
    assert "missing, which is no folder" in str(folder_problem())
    assert list(sample_sets()) == ["photographs", "charts"]
    with pytest.raises(UnknownName, match="is no folder"):
        find_sample("kodak/a")
    monkeypatch.setenv("NICVIZ_IMAGES", str(tmp_path))
    assert "holds no images" in str(folder_problem())


def test_a_subfolder_that_may_not_be_listed_is_reported_and_leaves_the_others(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = os.scandir

    def refuse(path: Path):
        if Path(path).name == "kodak":
            raise PermissionError(13, "Permission denied")
        return listed(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert "kodak cannot be listed: Permission denied" in str(folder_problem())
    assert [sample.key for sample in folder_samples()] == ["images/top"]


def test_the_kodak_images_are_a_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NICVIZ_IMAGES", str(shared("kodak").parent))
    assert [sample.key for sample in sample_sets()["kodak"]] == [f"kodak/kodim{n:02}" for n in range(1, 25)]
    assert find_sample("kodak/kodim01").load().pixels.shape == (512, 768, 3)


def test_a_file_that_changes_has_another_stamp(folder: Path) -> None:
    before = find_sample("kodak/a").stamp
    assert before
    assert find_sample("kodak/a").stamp == before
    photo(folder / "kodak" / "a.png", (0, 0, 250))
    os.utime(folder / "kodak" / "a.png", ns=(1, 1))
    assert find_sample("kodak/a").stamp != before
    gone = find_sample("kodak/b")
    (folder / "kodak" / "b.png").unlink()
    assert gone.stamp == ""
    assert find_sample("astronaut").stamp == ""
