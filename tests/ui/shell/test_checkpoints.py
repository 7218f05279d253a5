"""An upload is copied once, in pieces, to where workers can read it, and is called what its user calls it."""

import io
from hashlib import sha256
from pathlib import Path

import pytest

from nicviz.errors import Canceled, WeightsError
from nicviz.run.work import Signal
from nicviz.ui.shell import checkpoints
from nicviz.ui.shell.checkpoints import codec_of_upload
from nicviz.ui.shell.uploads import Uploads
from tests.codecs.neural.small import saved, small_network


class Upload(io.BytesIO):
    """An upload that notes the share that was told before each piece."""

    def __init__(self, content: bytes, signal: Signal) -> None:
        super().__init__(content)
        self.signal, self.told = signal, []

    def read(self, size: int | None = -1) -> bytes:
        self.told.append(self.signal.progress)
        return super().read(size)


def take(content: bytes, folder: Path, name: str = "My model.pth") -> tuple[object, Upload]:
    signal = Signal()
    upload = Upload(content, signal)
    codec, _ = codec_of_upload(upload, name, len(content), Uploads(folder, 60.0, 1 << 30), signal)
    return codec, upload


def test_a_checkpoint_is_copied_in_pieces_and_the_share_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    content = saved(small_network("bmshj2018-factorized", 1).state_dict())
    monkeypatch.setattr(checkpoints, "_CHUNK", len(content) // 4 + 1)
    codec, upload = take(content, tmp_path)
    digest = sha256(content).hexdigest()
    assert upload.told[0] is None
    shares = [min(1.0, part * checkpoints._CHUNK / len(content)) for part in (1, 2, 3, 4)]
    assert upload.told[1:] == pytest.approx(shares)
    assert upload.signal.doing == "recognizing"
    assert codec.name == f"user-my-model-{digest[:8]}"
    assert [path.relative_to(tmp_path) for path in tmp_path.rglob("*.*")] == [Path(digest, "My model.pth")]
    assert (tmp_path / digest / "My model.pth").read_bytes() == content


@pytest.mark.parametrize("name", ["../../etc/notes.pth", "..\\notes.pth", "notes.pth"])
def test_what_is_no_checkpoint_is_named_as_its_user_names_it_and_is_not_kept(name: str, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"notes\.pth") as error:
        take(b"no checkpoint", tmp_path, name)
    assert sha256(b"no checkpoint").hexdigest() not in str(error.value)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_canceling_leaves_nothing(tmp_path: Path) -> None:
    signal = Signal()
    signal.set()
    with pytest.raises(Canceled):
        codec_of_upload(io.BytesIO(b"content"), "a.pth", 7, Uploads(tmp_path, 60.0, 1 << 30), signal)
    assert not list(tmp_path.iterdir())


def test_a_folder_without_room_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"no folder")
    with pytest.raises(WeightsError, match=r"a\.pth could not be kept"):
        codec_of_upload(io.BytesIO(b"content"), "a.pth", 7, Uploads(tmp_path / "file", 60.0, 1 << 30), Signal())
