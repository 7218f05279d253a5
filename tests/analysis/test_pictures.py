from pathlib import Path

import pytest

from nicviz.analysis.pictures import expand, readable
from nicviz.errors import NicvizError
from nicviz.images import encode_png
from nicviz.samples import SAMPLES
from nicviz.tasks.settings import ImageSetting


def test_a_folder_is_walked_in_name_order_without_hidden_files(tmp_path: Path) -> None:
    for name in ("b.png", "a.png", ".hidden.png"):
        (tmp_path / name).write_bytes(encode_png(SAMPLES["checker"].load(32).pixels))
    (tmp_path / "deeper").mkdir()
    assert [Path(setting.source).name for setting in expand([str(tmp_path)])] == ["a.png", "b.png"]


def test_files_samples_and_sets_may_be_mixed() -> None:
    found = [setting.source for setting in expand(["astronaut", "charts"])]
    assert found[0] == "astronaut"
    assert found[1:] == [sample.key for sample in SAMPLES.values() if sample.kind == "chart"]


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NicvizError, match="holds no files"):
        expand([str(tmp_path)])


def test_an_unreadable_picture_is_reported_and_the_rest_go_on(tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_bytes(b"no image")
    said: list[str] = []
    images = list(readable([ImageSetting(str(tmp_path / "broken.png")), ImageSetting("chelsea")], said.append))
    assert [image.name for image in images] == [ImageSetting("chelsea").load().name]
    assert len(said) == 1
    assert "broken.png" in said[0]
