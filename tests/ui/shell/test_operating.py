"""The qualities that a match finds belong to a codec, not to its name."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from nicviz.codecs import CODECS, Codec, CodecReference
from nicviz.images import LoadedImage
from nicviz.run.live import Live
from nicviz.run.work import Work
from nicviz.tasks.settings import CodecSetting, Match
from nicviz.ui.shell import operating


def test_a_checkpoint_that_is_replaced_under_its_name_is_matched_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Work] = []

    def compute(lane: str, works: list[tuple[Work, Codec, float]], what: str, key: object) -> list[Live[float]]:
        asked.extend(work for work, _, _ in works)
        return [Live("wanted") for _ in works]

    monkeypatch.setattr(operating, "compute_agreed", compute)
    monkeypatch.setattr(operating, "progress_line", lambda lane: None)
    view = SimpleNamespace(match=Match("bpp", 0.5), codecs=[CodecSetting("jpeg", None)])
    picture = LoadedImage("gray", np.full((8, 8, 3), 128, np.uint8))
    jpeg = CODECS["jpeg"]
    for codec in (jpeg, jpeg, replace(jpeg, refer=lambda: CodecReference("jpeg", sha256="another"))):
        assert operating.operating_qualities(view, picture, {"jpeg": codec}) == []
    first, same, other = (work.key for work in asked)
    assert first == same
    assert first != other
