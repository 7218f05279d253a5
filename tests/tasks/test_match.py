"""Matching is checked with real codecs: the setting found must give the rate that it promises when used alone."""

from dataclasses import replace

import pytest

from nicviz.codecs import CODECS, Placement
from nicviz.codecs.neural.family.own import session_codec
from nicviz.errors import WeightsError
from nicviz.images import LoadedImage
from nicviz.metrics import METRICS
from nicviz.run import place
from nicviz.store import Store
from nicviz.tasks.compress import compress
from nicviz.tasks.match import match_quality
from nicviz.tasks.settings import ImageSetting, Match
from tests.codecs.neural.small import saved, small_network


@pytest.fixture(scope="module")
def picture() -> LoadedImage:
    return ImageSetting("astronaut", longest_side=256).load()


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path, 2**28)


@pytest.mark.parametrize("name", [pytest.param("jpeg2000", marks=pytest.mark.slow), "jpegxl"])
@pytest.mark.parametrize("target", [0.3, 0.8, 3.0])
def test_a_continuous_codec_meets_a_rate_within_one_percent(name: str, target: float, picture, store) -> None:
    found = match_quality(picture, CODECS[name], Match("bpp", target), store=store)
    bpp = 8 * len(CODECS[name].encode(picture.pixels, found.quality)) / (256 * 256)
    assert bpp == pytest.approx(found.value)
    assert found.within
    assert bpp == pytest.approx(target, rel=0.0101)


@pytest.mark.parametrize("name", [pytest.param("jpeg2000", marks=pytest.mark.slow), "jpegxl"])
def test_a_continuous_codec_meets_a_psnr_within_a_twentieth_of_a_decibel(name: str, picture, store) -> None:
    codec = CODECS[name]
    found = match_quality(picture, codec, Match("psnr", 32.0), store=store)
    image = codec.decode(codec.encode(picture.pixels, found.quality))
    assert METRICS["psnr_db"].compute(picture.pixels, image) == pytest.approx(32.0, abs=0.0501)


@pytest.mark.parametrize("name", ["jpeg", "webp", "avif"])
def test_a_codec_with_rungs_takes_the_nearest_one(name: str, picture, store) -> None:
    codec = CODECS[name]
    found = match_quality(picture, codec, Match("bpp", 0.9), store=store)

    def bpp(quality: float) -> float:
        return 8 * len(codec.encode(picture.pixels, quality)) / (256 * 256)

    off = abs(bpp(found.quality) / 0.9 - 1)
    neighbors = [abs(bpp(found.quality + step) / 0.9 - 1) for step in (-1, 1)]
    assert found.within or off <= min(neighbors) + 1e-9
    assert found.mismatch == pytest.approx(bpp(found.quality) / 0.9 - 1)


def test_a_target_beyond_the_scale_ends_at_its_end_and_says_so(picture, store) -> None:
    found = match_quality(picture, CODECS["jpeg"], Match("bpp", 24.0), store=store)
    assert found.quality == 100
    assert not found.within
    assert found.mismatch < 0


def test_a_lossless_codec_has_one_point_with_infinite_psnr(picture, store) -> None:
    found = match_quality(picture, CODECS["png"], Match("psnr", 40), store=store)
    assert (found.quality, found.value, found.within) == (0.0, float("inf"), False)


def test_a_found_match_comes_from_the_store_the_second_time(picture, store, monkeypatch) -> None:
    first = match_quality(picture, CODECS["jpeg"], Match("bpp", 1.0), store=store)
    monkeypatch.setattr("nicviz.tasks.match._search", lambda *args: pytest.fail("searched again"))
    assert match_quality(picture, CODECS["jpeg"], Match("bpp", 1.0), store=store) == first


def test_a_codec_with_some_weights_missing_is_matched_among_the_others(picture, store) -> None:
    def versions(quality: float) -> dict[str, str]:
        if quality not in (2.0, 5.0):
            raise WeightsError("not here")
        return {"weights": f"{quality:g}"}

    def encode(image, quality: float) -> bytes:
        assert quality in (2.0, 5.0), "the others are not here"
        return b"x" * int(1000 * quality)

    partial = replace(CODECS["compact-hyperprior"], encoder=encode, versions=versions)
    assert match_quality(picture, partial, Match("bpp", 0.6), store=store).quality == 5.0
    assert match_quality(picture, partial, Match("bpp", 0.3), store=store).quality == 2.0


@pytest.mark.parametrize(("name", "slow"), [("compact-hyperprior-search", True), ("jpeg2000", False)])
def test_what_belongs_in_a_worker_is_matched_there(name: str, slow: bool, picture, store, monkeypatch) -> None:
    pools = []

    class Pool:
        def encode(self, codec, image, quality, cancel) -> bytes:
            return b"x" * int(1000 * quality)

    monkeypatch.setattr(place, "workers", lambda slow: pools.append(slow) or Pool())
    codec = replace(CODECS[name], quality_at=None, encoder=None)
    match_quality(picture, codec, Match("bpp", 0.5), store=store)
    assert set(pools) == {slow}


@pytest.mark.slow
@pytest.mark.parametrize("placement", [Placement.WORKER, Placement.KILLABLE])
def test_a_checkpoint_is_matched_in_a_worker_and_compressed_for_the_listed_codec(placement, store, tmp_path) -> None:
    """The worker makes the codec from its file, under the listed one's name, which ends as no file's stem does."""
    small = ImageSetting("astronaut", longest_side=64).load()
    file = tmp_path / "Mine.pth"
    file.write_bytes(saved(dict(small_network("mbt2018-mean-vbr").state_dict())))
    codec = replace(session_codec(file, file.name, "user-mine.pth"), placement=placement, estimates=False)
    target = 8 * len(codec.encode(small.pixels, 5.0)) / small.pixels[:, :, 0].size
    found = match_quality(small, codec, Match("bpp", target), store=store)
    assert found.within
    done = compress(small, codec, found.quality, store=store)
    assert done.bpp == pytest.approx(found.value)
    assert (codec.decode(done.bitstream) == done.pixels()).all()
    assert match_quality(small, codec, Match("psnr", 10.0), store=store).value > 0


def test_a_codec_that_is_told_its_rate_is_not_searched(picture, store) -> None:
    asked: list[float] = []

    def encode(image, quality: float) -> bytes:
        asked.append(quality)
        return CODECS["jpeg2000"].encoder(image, quality)

    watched = replace(CODECS["jpeg2000"], encoder=encode, placement=Placement.HERE)
    found = match_quality(picture, watched, Match("bpp", 0.5), store=store)
    compress(picture, watched, found.quality, store=store)
    assert found.within
    assert asked == [48.0], "24 bits / 0.5, once for the match and its result together"


@pytest.mark.parametrize("promise", [lambda bpp: 24 / bpp, lambda bpp: 2 / bpp, lambda bpp: 1e9, lambda bpp: 12.0])
@pytest.mark.parametrize("target", [0.15, 0.8])
def test_a_target_is_met_however_far_off_the_promised_rate_is(promise, target: float, picture, store) -> None:
    codec = replace(CODECS["jpeg2000"], quality_at=promise, placement=Placement.HERE)
    assert match_quality(picture, codec, Match("bpp", target), store=store).within
