"""Heatmaps against one cell at a time done by hand, with codecs that fail, stop and reproduce exactly."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from nicviz.analysis.heatmap.cells import figures_from, figures_of, in_chunks, mostly_flat
from nicviz.analysis.heatmap.map import Heatmap, compute
from nicviz.analysis.heatmap.record import heatmap_record
from nicviz.analysis.heatmap.setting import HeatmapSetting, Pattern, square
from nicviz.codecs import CODECS, Codec
from nicviz.errors import Canceled, CodecError, NicvizError
from nicviz.images import LoadedImage
from nicviz.run import place
from nicviz.run.pool import RoundTrip
from nicviz.samples import find_sample
from nicviz.spectra.basis import GRIDS, SIDE, fourier_basis, perturbed
from nicviz.store import Store
from tests.codecs.pictures import photograph

pytestmark = pytest.mark.slow

PLAIN = HeatmapSetting("nyquist", "+++")
NYQUIST = GRIDS["nyquist"]
NEURAL = "compact-hyperprior"


@dataclass
class Toy:
    """A codec that counts its calls, keeps the upper four bits, and fails or stops when it is told to."""

    calls: int = 0
    fail_at: frozenset[int] = frozenset()
    after: Callable[[int], None] = lambda calls: None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def encode(self, image: np.ndarray, quality: float) -> bytes:
        with self.lock:
            self.calls += 1
            number = self.calls
        self.after(number)
        if number in self.fail_at:
            raise CodecError(f"call {number} failed")
        return (image & 0xF0).tobytes()

    def codec(self) -> Codec:
        return replace(
            CODECS["png"], name="toy", encoder=self.encode, versions=lambda quality: {},
            decoder=lambda data: np.frombuffer(data, np.uint8).reshape(SIDE, SIDE, 3),
        )  # fmt: skip


def picture() -> LoadedImage:
    return find_sample("chelsea").load()


def store(folder: Path) -> Store:
    return Store(folder)


def only(count: int, heatmap: Heatmap) -> Heatmap:
    """Leave out all but the first cells of each sweep, to be quick."""
    for sweep in heatmap.sweeps:
        sweep.done[count:] = True
    return heatmap


def test_a_cell_is_what_the_codec_makes_of_the_perturbed_image(tmp_path: Path) -> None:
    codec = CODECS["jpeg"]
    heatmap = compute(Heatmap(PLAIN), [picture], codec, 30, store=store(tmp_path))
    clean = square(picture(), NYQUIST).image.pixels
    some = {(16, 16), (20, 16), (3, 30), (0, 0), (32, 16)}
    for column, row in some:
        u, v = (16 * (place - 16) for place in (column, row))
        given = np.rint(np.clip(clean + 255 * 4 * fourier_basis(u, v)[..., None], 0, 255)).astype(np.uint8)
        bitstream = codec.encode(given, 30)
        made = codec.decode(bitstream).astype(float)
        expected = {
            "psnr": 10 * np.log10(255**2 / np.mean((made - given) ** 2)),
            "psnr_clean": 10 * np.log10(255**2 / np.mean((made - clean) ** 2)),
            "bpp": 8 * len(bitstream) / SIDE**2,
        }
        wave = given.astype(float) - clean
        expected["kept"] = ((made - clean) * wave).sum() / (wave**2).sum()
        for name, value in expected.items():
            assert heatmap.values(name, False)[row, column] == pytest.approx(value, rel=1e-9), name
    base = 10 * np.log10(255**2 / np.mean((codec.decode(codec.encode(clean, 30)).astype(float) - clean) ** 2))
    assert heatmap.unperturbed("psnr") == pytest.approx(base)
    np.testing.assert_allclose(heatmap.values("psnr", True), heatmap.values("psnr", False) - base)


def test_each_pair_is_computed_once_and_a_whole_map_comes_from_the_store(tmp_path: Path) -> None:
    toy = Toy()
    first = compute(Heatmap(PLAIN), [picture], toy.codec(), store=store(tmp_path))
    assert toy.calls == 514 + 1
    again = compute(Heatmap(PLAIN), [picture], toy.codec(), store=store(tmp_path))
    assert toy.calls == 515
    np.testing.assert_array_equal(first.values("psnr", False), again.values("psnr", False))
    np.testing.assert_array_equal(first.values("psnr", False), first.values("psnr", False)[::-1, ::-1])
    compute(Heatmap(replace(PLAIN, norm=5.0)), [picture], toy.codec(), store=store(tmp_path))
    assert toy.calls == 2 * 515, "another norm is another map"


def test_a_canceled_map_keeps_what_is_there_is_not_stored_and_goes_on(tmp_path: Path) -> None:
    cancel = threading.Event()
    toy = Toy(after=lambda calls: cancel.set() if calls == 40 else None)
    heatmap = Heatmap(PLAIN)
    with pytest.raises(Canceled):
        compute(heatmap, [picture], toy.codec(), cancel=cancel, store=store(tmp_path))
    assert 30 <= heatmap.done <= 41
    known = np.isfinite(heatmap.values("psnr", False))
    assert 0 < known.sum() < 33 * 33
    assert store(tmp_path).size_bytes() == 0
    calls, missing = toy.calls, heatmap.total - heatmap.done
    compute(heatmap, [picture], toy.codec(), store=store(tmp_path))
    assert toy.calls - calls == missing, "what was there is not computed again"
    assert heatmap.done == heatmap.total == 514


def test_a_cell_that_fails_is_nan_with_a_note_and_the_rest_goes_on(tmp_path: Path) -> None:
    toy = Toy(fail_at=frozenset({7, 100}))
    heatmap = compute(Heatmap(PLAIN), [picture], toy.codec(), store=store(tmp_path))
    assert heatmap.done == heatmap.total
    assert len(heatmap.failures) == 2
    u, v, message = heatmap.failures[0]
    assert "failed" in message
    assert np.isnan(heatmap.values("psnr", False)[v // 16 + 16, u // 16 + 16])
    assert np.isnan(heatmap.values("psnr", False)).sum() in {3, 4}, "two cells, each with its mirror image"
    assert store(tmp_path).size_bytes() == 0, "it is tried again next time"


def test_a_codec_that_fails_on_the_image_itself_gives_its_error(tmp_path: Path) -> None:
    with pytest.raises(CodecError, match="call 1 failed"):
        compute(Heatmap(PLAIN), [picture], Toy(fail_at=frozenset({1})).codec(), store=store(tmp_path))


def test_a_lossless_codec_keeps_every_wave_and_is_infinite(tmp_path: Path) -> None:
    toy = Toy()
    codec = replace(toy.codec(), encoder=lambda image, quality: image.tobytes())
    heatmap = compute(Heatmap(PLAIN), [picture], codec, store=store(tmp_path))
    assert np.isposinf(heatmap.values("psnr", False)).all()
    assert np.isnan(heatmap.values("psnr", True)).all()
    np.testing.assert_allclose(heatmap.values("kept", False), 1.0)
    np.testing.assert_allclose(heatmap.values("bpp", True), 0.0)
    record = heatmap_record(heatmap, ["chelsea"], codec, 0.0, "psnr")
    assert record["unperturbed"] is None
    assert record["infinite"] == 514
    assert record["mean_change"] is None


def test_a_constant_image_has_values_and_no_change_of_psnr(tmp_path: Path) -> None:
    flat = LoadedImage("flat", np.full((40, 40, 3), 128, np.uint8))
    heatmap = compute(only(40, Heatmap(PLAIN)), [lambda: flat], CODECS["jpeg"], 30, store=store(tmp_path))
    assert heatmap.unperturbed("psnr") == np.inf
    assert np.isfinite(heatmap.values("psnr", False)).any()
    assert not np.isfinite(heatmap.values("psnr", True)).any()
    assert np.isfinite(heatmap.values("bpp", True)).sum() >= 40


def test_the_mean_over_signs_and_images_is_the_mean_of_single_maps(tmp_path: Path) -> None:
    loads = [picture, lambda: find_sample("coffee").load()]
    both = only(20, Heatmap(HeatmapSetting("nyquist", "mean"), 2))
    compute(both, loads, CODECS["jpeg"], 20, store=store(tmp_path))
    assert [(sweep.image, sweep.pattern.label) for sweep in both.sweeps[:3]] == [(0, "+++"), (1, "+++"), (0, "++−")]
    stack = [sweep.values - sweep.unperturbed for sweep in both.sweeps]
    np.testing.assert_allclose(both.values("psnr", True), NYQUIST.place(np.mean(stack, axis=0)[:, 0]))
    single = compute(only(20, Heatmap(PLAIN)), [picture], CODECS["jpeg"], 20, store=store(tmp_path / "other"))
    np.testing.assert_array_equal(single.sweeps[0].values, both.sweeps[0].values)


def test_random_signs_follow_from_the_seed_and_differ_between_images() -> None:
    first = Pattern("random", None, (5, 0)).table(514)
    np.testing.assert_array_equal(first, Pattern("random", None, (5, 0)).table(514))
    assert set(np.unique(first)) == {-1, 1}
    assert (first != Pattern("random", None, (5, 1)).table(514)).any()
    assert (first != Pattern("random", None, (6, 0)).table(514)).any()


def test_the_square_is_the_center_or_is_padded_by_reflection() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (600, 301, 3), dtype=np.uint8)
    part = square(LoadedImage("tall", pixels), GRIDS["lowest"])
    assert (part.left, part.top, part.width, part.height, part.padded) == (0, 44, 301, 512, True)
    got = part.image.pixels
    assert got.shape == (SIDE, SIDE, 3)
    np.testing.assert_array_equal(got[:, 105:406], pixels[44:556])
    np.testing.assert_array_equal(got[:, 104], pixels[44:556, 1])
    assert "reflection" in part.sentence
    one = square(LoadedImage("dot", np.full((1, 1, 3), 7, np.uint8)), NYQUIST)
    assert (one.image.pixels == 7).all()


def test_bad_settings_say_what_is_accepted() -> None:
    small = LoadedImage("small", np.zeros((63, 200, 3), np.uint8))
    with pytest.raises(NicvizError, match=r"at least 64 pixels.*200×63"):
        square(small, GRIDS["lowest"])
    for bad in ({"norm": 0.0}, {"norm": float("nan")}, {"signs": "++"}, {"grid": "all"}, {"seed": -1}):
        with pytest.raises(NicvizError):
            HeatmapSetting(**bad)


def test_the_forward_pass_of_a_neural_codec_is_what_its_decoder_gives() -> None:
    codec = CODECS["compact-hyperprior"]
    image = square(picture(), NYQUIST).image.pixels[:192, :256]
    images = np.stack([image, image[::-1], np.roll(image, 9, axis=1)])
    for given, estimate in zip(images, codec.estimate_many(images, 3), strict=True):
        bitstream = codec.encode(given, 3)
        made = codec.decode(bitstream)
        assert (made != estimate.reconstruction).mean() < 1e-3
        assert estimate.bpp == pytest.approx(8 * len(bitstream) / (192 * 256), rel=0.03)
        figures = figures_from(given, image, made, estimate.bpp)
        assert figures.psnr == pytest.approx(figures_from(given, image, estimate.reconstruction, 0).psnr, abs=0.01)


def test_on_a_flat_picture_a_wave_costs_what_it_costs_by_itself() -> None:
    codec = CODECS["compact-hyperprior"]
    flat = np.full((128, 128, 3), 128, np.uint8)
    given = perturbed(flat, np.tile(np.round(2.8 * np.cos(np.arange(128) / 10)).astype(np.int16), (128, 1)), (1, 1, 1))
    (found,) = figures_of(codec, 6, flat, [given], 4.0, None)
    (exact,) = codec.estimate_many(given[None], 6)
    assert found == figures_from(given, flat, exact.reconstruction, exact.bpp)
    assert mostly_flat(flat)
    assert not mostly_flat(square(picture(), NYQUIST).image.pixels)


def test_work_in_chunks_is_all_done_and_its_first_error_is_raised() -> None:
    done: list[int] = []
    in_chunks(range(23), 4, 3, done.extend)
    assert sorted(done) == list(range(23))

    def fail(numbers) -> None:
        raise CodecError("no")

    with pytest.raises(CodecError, match="no"):
        in_chunks(range(23), 1, 2, fail)


def test_a_codec_that_searches_makes_one_bitstream_after_the_other_where_it_can_be_stopped(monkeypatch) -> None:
    asked = []

    def round_trip(given, codec, quality, cancel):
        asked.append((codec.name, quality))
        return RoundTrip(bytes(64), given, 0.0, 0.0)

    monkeypatch.setattr(place, "round_trip", round_trip)
    codec, clean = CODECS["compact-hyperprior-search"], photograph(64)
    found = figures_of(codec, 2, clean, [clean, 255 - clean], 4.0, None)
    assert asked == [(codec.name, 2)] * 2
    assert [each.bpp for each in found] == [8 * 64 / 64**2] * 2
    assert place.lanes(codec) == (1, 1)
    maps = {name: heatmap_record(Heatmap(PLAIN, 1), ["one"], CODECS[name], 2, "bpp") for name in (codec.name, NEURAL)}
    assert [each["estimated"] for each in maps.values()] == [False, True]
