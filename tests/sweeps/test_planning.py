"""From words to a plan: conditions, steps, and pictures by content."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nicviz.codecs import CODECS
from nicviz.corruptions import corrupt
from nicviz.errors import NicvizError
from nicviz.images import encode_png, load_file
from nicviz.sweeps.cluster import Where
from nicviz.sweeps.corrupted import save_corrupted
from nicviz.sweeps.datasets import Wanted
from nicviz.sweeps.estimate import estimate
from nicviz.sweeps.planning import conditions_of, known_pictures, read_pictures, steps_of
from nicviz.sweeps.schedule import Options, run_sweep
from nicviz.sweeps.stop import Stop
from nicviz.tasks.settings import CorruptionSetting, ImageSetting, Match
from tests.sweeps.small_run import save_pictures, small_plan


def test_all_stands_for_the_fifteen_corruptions_and_clean_comes_first() -> None:
    found = conditions_of(["all"], (1, 3), 7)
    assert found[0] is None
    assert len(found) == 1 + 15 * 2
    assert found[1] == CorruptionSetting("gaussian_noise", 1, 7)
    assert conditions_of(["fog", "all", "fog"], (3,), 0)[1].name == "fog"
    assert len(conditions_of(["all", "saturate"], (3,), 0)) == 17
    assert conditions_of([], (3,), 0) == (None,)


def test_a_codec_without_qualities_is_measured_along_its_ladder() -> None:
    jpeg, png = CODECS["jpeg"], CODECS["png"]
    assert [step.quality for step in steps_of(jpeg, (), None)] == list(jpeg.ladder)
    assert [step.setting for step in steps_of(jpeg, (30, 12.5), None)] == ["jpeg:30", "jpeg:12.5"]
    assert [step.setting for step in steps_of(png, (), None)] == ["png"]
    assert [step.setting for step in steps_of(jpeg, (), Match("psnr", 32))] == ["jpeg@psnr=32"]


def test_a_content_is_taken_once_and_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    files = save_pictures(tmp_path, 2)
    (tmp_path / "copy.png").write_bytes(files[0].read_bytes())
    (tmp_path / "text.png").write_text("x")
    wanted = [Wanted(ImageSetting(str(file))) for file in (*files, tmp_path / "copy.png", tmp_path / "text.png")]
    told: list[str] = []
    found = read_pictures(wanted, {}, told.append)
    assert [each.picture.name for each in found] == ["picture00.png", "picture01.png"]
    assert told[0] == "copy.png has the content of picture00.png and is left out."
    assert told[1].startswith("Left out: text.png")


@pytest.mark.parametrize("size", [(900, 600), (601, 901)])
def test_the_middle_of_a_picture_is_cut_out_turned_for_a_portrait_one(tmp_path: Path, size: tuple[int, int]) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), np.uint8)
    (tmp_path / "a.png").write_bytes(encode_png(pixels))
    (found,) = read_pictures([Wanted(ImageSetting(str(tmp_path / "a.png")), (768, 512))], {}, print)
    width, height = (768, 512) if size[0] > size[1] else (512, 768)
    left, top = round((size[0] - width) / 2), round((size[1] - height) / 2)
    np.testing.assert_array_equal(found.source.load().pixels, pixels[top : top + height, left : left + width])
    assert (found.picture.width, found.picture.height) == (width, height)


def test_a_picture_that_is_smaller_than_the_middle_is_left_out(tmp_path: Path) -> None:
    told: list[str] = []
    (file,) = save_pictures(tmp_path, 1)
    assert read_pictures([Wanted(ImageSetting(str(file)), (768, 512))], {}, told.append) == ()
    assert told == ["Left out: picture00.png is 72×72, smaller than 512×768."]


def test_a_file_that_is_as_it_was_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = save_pictures(tmp_path / "pictures", 2)
    wanted = [Wanted(ImageSetting(str(file))) for file in files]
    first = read_pictures(wanted, {}, print)
    known = {each.source: each for each in first}
    reads: list[str] = []
    load = ImageSetting.load
    monkeypatch.setattr(ImageSetting, "load", lambda self: (reads.append(self.source), load(self))[1])
    assert read_pictures(wanted, known, print) == first
    assert reads == []
    files[1].write_bytes(save_pictures(tmp_path / "more", 3)[2].read_bytes())
    assert read_pictures(wanted, known, print)[1] != first[1]
    assert reads == [str(files[1])]


def test_the_pictures_of_a_run_are_known(tmp_path: Path) -> None:
    plan = small_plan(tmp_path / "pictures", 1)
    assert known_pictures(tmp_path / "run") == {}
    run_sweep(plan, tmp_path / "run", Options(Where(workers=0)))
    assert list(known_pictures(tmp_path / "run").values()) == list(plan.pictures)


def test_an_estimate_counts_what_is_there(tmp_path: Path) -> None:
    plan = small_plan(tmp_path / "pictures", 1)
    before = estimate(plan, tmp_path / "run")
    assert (before.units, before.done) == (6, 0)
    assert before.core_hours == pytest.approx(sum(map(plan.seconds, range(6))) / 3600)
    assert not (tmp_path / "run").exists()
    run_sweep(plan, tmp_path / "run", Options(Where(workers=0)))
    larger = small_plan(tmp_path / "pictures", 2)
    after = estimate(larger, tmp_path / "run")
    assert (after.units, after.done) == (12, 6)
    assert after.sentences(2)[0] == "12 units, 6 of them there already, 6 to do"
    assert after.disk_bytes > 12 * 500


def test_corrupted_pictures_are_saved_with_a_manifest_once(tmp_path: Path) -> None:
    plan = small_plan(tmp_path / "pictures", 2, corruptions=("fog", "contrast"))
    assert list(save_corrupted(plan, tmp_path / "c", Stop())) == [1, 2, 3, 4]
    file = tmp_path / "c" / "fog" / "3" / "picture01.png"
    expected = corrupt(load_file(tmp_path / "pictures" / "picture01.png").pixels, "fog", 3, 0)
    np.testing.assert_array_equal(load_file(file).pixels, expected)
    times = {each: each.stat().st_mtime_ns for each in (tmp_path / "c").rglob("*.png")}
    manifest = (tmp_path / "c" / "manifest.json").read_text()
    assert manifest.count('"original_sha256"') == 4
    list(save_corrupted(plan, tmp_path / "c", Stop()))
    assert {each: each.stat().st_mtime_ns for each in (tmp_path / "c").rglob("*.png")} == times
    stop = Stop()
    stop.set()
    with pytest.raises(KeyboardInterrupt):
        list(save_corrupted(plan, tmp_path / "c", stop))


def test_corrupted_pictures_of_another_seed_are_not_mixed_with_those_that_are_there(tmp_path: Path) -> None:
    plans = [small_plan(tmp_path / "pictures", 1, corruptions=("gaussian_noise",)) for _ in range(2)]
    (condition,) = (each for each in plans[1].conditions if each is not None)
    plans[1] = replace(plans[1], conditions=(None, replace(condition, seed=1)))
    list(save_corrupted(plans[0], tmp_path / "c", Stop()))
    manifest = (tmp_path / "c" / "manifest.json").read_bytes()
    with pytest.raises(NicvizError, match=r"picture00\.png is another picture, of another seed"):
        list(save_corrupted(plans[1], tmp_path / "c", Stop()))
    assert (tmp_path / "c" / "manifest.json").read_bytes() == manifest


def test_a_run_and_corrupted_pictures_have_folders_of_their_own(tmp_path: Path) -> None:
    plan = small_plan(tmp_path / "pictures", 1, corruptions=("fog",))
    run_sweep(plan, tmp_path / "run", Options(Where(workers=0)))
    manifest = (tmp_path / "run" / "manifest.json").read_bytes()
    with pytest.raises(NicvizError, match="holds a run"):
        list(save_corrupted(plan, tmp_path / "run", Stop()))
    assert (tmp_path / "run" / "manifest.json").read_bytes() == manifest
    list(save_corrupted(plan, tmp_path / "c", Stop()))
    with pytest.raises(NicvizError, match="no manifest of a run"):
        run_sweep(plan, tmp_path / "c", Options(Where(workers=0)))
