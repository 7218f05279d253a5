"""Names that are no UTF-8, of control characters, too long, or of markup: text that can be shown everywhere."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from nicviz.errors import ImageError
from nicviz.images import LoadedImage, encode_png, load_bytes, load_file, printable
from nicviz.requests.commands import Analyze
from nicviz.requests.words import command
from nicviz.samples import find_sample, folder_samples
from nicviz.tasks.settings import CodecSetting, ImageSetting

PNG = encode_png(np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8))
LATIN = os.fsdecode(b"caf\xe9.png")
NAMES = [
    LATIN,
    "\ud800.png",
    "a\0b\x1b[31m\nc.png",
    "x" * 4000 + ".png",
    "\u202egnp.exe",
    "<script>alert(1)</script>",
    "",
]


@pytest.mark.parametrize("name", NAMES)
def test_every_name_becomes_text_of_one_line_that_can_be_encoded(name: str) -> None:
    shown = [load_bytes(PNG, name).name, LoadedImage(name, np.zeros((1, 1, 3), np.uint8)).name]
    with pytest.raises(ImageError) as caught:
        load_bytes(b"no image", name)
    for text in (*shown, str(caught.value)):
        text.encode()
        assert text == "".join(c for c in text if c.isprintable() or c == "\u202f")
        assert len(text) <= 400


def test_a_name_keeps_what_can_be_shown() -> None:
    assert printable("Ein Bild – 図.png") == "Ein Bild – 図.png"
    assert printable("<b>&amp;</b>") == "<b>&amp;</b>"
    assert printable(LATIN) == "caf\ufffd.png"
    long = printable("a" * 4000 + ".png", 120)
    assert len(long) == 120
    assert long.endswith("aaa.png")
    assert "…" in long


@pytest.fixture
def odd_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    try:
        for name in (b"caf\xe9.png", b"caf\xe8.png", b"plain.png"):
            (tmp_path / os.fsdecode(name)).write_bytes(PNG)
        (tmp_path / os.fsdecode(b"set\xe9")).mkdir()
        (tmp_path / os.fsdecode(b"set\xe9") / "one.png").write_bytes(PNG)
    except OSError as error:
        pytest.skip(f"this file system takes no such names: {error}")
    monkeypatch.setenv("NICVIZ_IMAGES", str(tmp_path))
    return tmp_path


def test_files_of_such_names_are_samples_of_keys_of_their_own(odd_folder: Path) -> None:
    keys = [sample.key for sample in folder_samples()]
    assert len(set(keys)) == 4
    assert "set\ufffd/one" in keys
    for key in keys:
        key.encode()
        assert find_sample(key).load().pixels.shape == (20, 30, 3)
    assert load_file(odd_folder / LATIN).name == "caf\ufffd.png"
    request = Analyze(image=ImageSetting(str(odd_folder / LATIN)), codecs=(CodecSetting("jpeg", 50.0),))
    command(request).encode()


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "ascii"])
def test_the_command_line_writes_utf_8_in_every_locale(odd_folder: Path, encoding: str) -> None:
    command = [sys.executable, "-m", "nicviz", "analyze", str(odd_folder / LATIN), "--codec", "jpeg:50", "--json"]
    saved = ["--save", str(odd_folder / "out")]
    environment = os.environ | {"PYTHONIOENCODING": encoding}
    root = Path(__file__).parents[2]
    done = subprocess.run([*command, *saved], capture_output=True, check=True, cwd=root, env=environment)
    assert json.loads(done.stdout.decode("utf-8"))["image"]["path"].endswith("caf\ufffd.png")
    assert "caf\ufffd.png" in json.loads((odd_folder / "out" / "manifest.json").read_text("utf-8"))["command"]


def test_a_file_of_a_samples_name_is_reached_by_its_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "astronaut").write_bytes(PNG)
    monkeypatch.chdir(tmp_path)
    assert ImageSetting("./astronaut").load().pixels.shape == (20, 30, 3)
    assert ImageSetting("astronaut").load().pixels.shape == (512, 512, 3)


@pytest.mark.parametrize("name", ["a.jfif", "a.jpe", "a.jpx", "a.apng", "a"])
def test_an_ending_matters_for_nothing_but_a_notice(name: str) -> None:
    assert np.array_equal(load_bytes(PNG, name).pixels, load_bytes(PNG, "a.png").pixels)
