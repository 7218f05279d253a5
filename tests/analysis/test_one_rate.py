"""Codecs meet at one rate, also where some have few settings; what cannot be is said."""

import pytest

from nicviz.analysis.one_rate import match_at_one_rate
from nicviz.codecs import CODECS
from nicviz.images import LoadedImage
from nicviz.rate import bits_per_pixel
from nicviz.store import Store
from nicviz.tasks.match import match_quality
from nicviz.tasks.settings import ImageSetting, Match


@pytest.fixture(scope="module")
def picture() -> LoadedImage:
    return ImageSetting("chelsea", longest_side=192).load()


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path, 2**28)


def rates(picture: LoadedImage, names: list[str], qualities: list[float]) -> list[float]:
    encoded = [CODECS[name].encode(picture.pixels, q) for name, q in zip(names, qualities, strict=True)]
    return [bits_per_pixel(len(each), picture.pixels.shape) for each in encoded]


def test_a_rate_that_all_reach_is_the_one_asked_for(picture, store) -> None:
    found = match_at_one_rate(picture, [CODECS["jpegxl"]] * 2, 1.0, store=store)
    assert found.reached
    assert found.bpp == 1.0
    assert found.matched[0] == match_quality(picture, CODECS["jpegxl"], Match("bpp", 1.0), store=store)


TARGETS = (0.5, 0.6, 0.7, 0.9, 1.0, 1.1, 1.3)


def missed(picture: LoadedImage, names: list[str], store: Store) -> list[float]:
    """Return the rates that codecs by themselves do not all reach."""
    found = [
        target
        for target in TARGETS
        if not all(match_quality(picture, CODECS[name], Match("bpp", target), store=store).within for name in names)
    ]
    assert found, "or a test over them shows nothing"
    return found


def test_the_others_go_to_the_rate_of_the_codec_that_has_few_settings(picture, store) -> None:
    names = ["jpegxl", "webp"]
    for target in missed(picture, ["webp"], store):
        found = match_at_one_rate(picture, [CODECS[name] for name in names], target, store=store)
        reached = rates(picture, names, [each.quality for each in found.matched])
        assert found.reached
        assert reached == pytest.approx([found.bpp] * 2, rel=0.0101)
        assert found.bpp == pytest.approx(target, rel=0.05), "near to what was asked for"


def test_codecs_of_whole_qualities_meet_at_a_rate_nearby(picture, store) -> None:
    names = ["jpeg", "webp"]
    for target in missed(picture, names, store):
        direct = [match_quality(picture, CODECS[name], Match("bpp", target), store=store) for name in names]
        found = match_at_one_rate(picture, [CODECS[name] for name in names], target, store=store)
        reached = rates(picture, names, [each.quality for each in found.matched])
        assert [each.value for each in found.matched] == pytest.approx(reached)
        assert found.off == pytest.approx(max(abs(rate / found.bpp - 1) for rate in reached), abs=1e-6)
        between = [each.value for each in direct]
        assert found.off <= max(between) / min(between) - 1, "no worse than where the nearest settings lie"
        assert found.bpp == pytest.approx(target, rel=0.12)


def test_codecs_that_cannot_meet_are_told_apart_from_those_that_do(picture, store) -> None:
    found = match_at_one_rate(picture, [CODECS["jpeg"], CODECS["png"]], 0.8, store=store)
    assert not found.reached
    assert found.off > 0.01
