"""Photographs in memory, and crops of them."""

from pathlib import Path

import numpy as np
import pytest
import torch

from nicviz.errors import TrainingError
from nicviz.images import encode_png
from nicviz.training.pictures import load_photographs
from tests.training.picture_folder import picture_folder

CPU = torch.device("cpu")


def test_small_and_broken_pictures_are_named_and_left_out(tmp_path: Path) -> None:
    folder = picture_folder(tmp_path)
    (folder / "small.png").write_bytes(encode_png(np.zeros((63, 200, 3), np.uint8)))
    (folder / "broken.jpg").write_bytes(b"no picture")
    (folder / "notes.txt").write_text("not a picture, and not looked at")
    photographs = load_photographs(folder, 64, CPU)
    assert len(photographs.pixels) == 3
    assert len(photographs.left_out) == 2
    assert any("small.png has 200×63 pixels; a crop has 64×64" in line for line in photographs.left_out)
    assert any("broken.jpg" in line for line in photographs.left_out)


def test_a_folder_that_gives_nothing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="is no folder"):
        load_photographs(tmp_path / "nowhere", 64, CPU)
    with pytest.raises(TrainingError, match="has no pictures"):
        load_photographs(tmp_path, 64, CPU)
    with pytest.raises(TrainingError, match="has no picture to train on"):
        load_photographs(picture_folder(tmp_path), 128, CPU)


def test_crops_are_parts_of_the_pictures_or_of_their_mirror_images(tmp_path: Path) -> None:
    photographs = load_photographs(picture_folder(tmp_path, count=1, side=66), 64, CPU)
    crops = photographs.crops(np.random.default_rng(0), 24, 64)
    assert crops.shape == (24, 3, 64, 64)
    assert crops.is_contiguous(memory_format=torch.channels_last)
    whole = photographs.pixels[0].float() / 255
    parts = [whole[top : top + 64, left : left + 64] for top in range(3) for left in range(19)]
    flipped = [any(torch.equal(crop.permute(1, 2, 0).flip(1), part) for part in parts) for crop in crops]
    plain = [any(torch.equal(crop.permute(1, 2, 0), part) for part in parts) for crop in crops]
    assert all(a != b for a, b in zip(flipped, plain, strict=True))
    assert 4 < sum(flipped) < 20


def test_larger_pictures_are_drawn_as_much_more_often(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(encode_png(np.zeros((64, 64, 3), np.uint8)))
    (tmp_path / "b.png").write_bytes(encode_png(np.full((128, 96, 3), 255, np.uint8)))
    photographs = load_photographs(tmp_path, 64, CPU)
    assert photographs.weights.tolist() == [0.25, 0.75]
