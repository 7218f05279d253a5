"""Rate–distortion points and curves: what is measured, kept, averaged, compared and exported."""

import csv
import io
import json
import math
import threading
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nicviz.analysis.rd.bd_rate import Curve, bd_rate
from nicviz.analysis.rd.comparison import compare, compare_published
from nicviz.analysis.rd.curves import complete, mean_curve, mean_curves, of_codec, uneven
from nicviz.analysis.rd.curves import shared as shared_by
from nicviz.analysis.rd.points import Findings, Ladder, Plan
from nicviz.analysis.rd.published import KODAK, SETS, PublishedCurve, is_kodak, published
from nicviz.analysis.rd.record import compressai_zip, rd_record, trials_csv
from nicviz.analysis.rd.sweep import measure_points
from nicviz.codecs import CODECS, Codec
from nicviz.errors import Canceled, CodecError, ImageError, NicvizError
from nicviz.images import LoadedImage, load_file
from nicviz.metrics import AXES, METRICS
from nicviz.store import Store
from nicviz.tasks.compress import compress
from nicviz.tasks.settings import CorruptionSetting
from nicviz.tasks.task import Trial
from tests.shared_data import shared
from tests.tasks.made_up import made_up_trial

NOISE = CorruptionSetting("gaussian_noise", 2, seed=3)
JPEG = Ladder("jpeg", (10.0, 40.0, 70.0, 90.0))


def picture(seed: int, side: int = 176) -> LoadedImage:
    """Smooth waves with some noise: compressible, and large enough for MS-SSIM."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:side, :side] / side
    waves = 128 + 80 * np.sin(2 * np.pi * (rng.integers(1, 5) * x + rng.integers(1, 5) * y))
    pixels = waves[..., None] + rng.normal(0, 12, (side, side, 3))
    return LoadedImage(f"picture {seed}", pixels.clip(0, 255).astype(np.uint8))


PICTURES = [picture(seed) for seed in range(3)]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def measure(store: Store, plan: Plan, pictures: list[LoadedImage] = PICTURES, codecs=CODECS) -> Findings:
    loads: list[Callable[[], LoadedImage]] = [lambda image=image: image for image in pictures]
    return measure_points(loads, plan, codecs, Findings(), store=store)


def counting(codec: Codec, calls: list[float]) -> Codec:
    def encoder(image: np.ndarray, quality: float) -> bytes:
        calls.append(quality)
        return codec.encoder(image, quality)

    return replace(codec, encoder=encoder)


def test_a_point_holds_what_codec_and_metrics_give(store: Store) -> None:
    (point,) = measure(store, Plan((Ladder("webp", (50.0,)),)), PICTURES[:1]).trials()
    pixels = PICTURES[0].pixels
    bitstream = CODECS["webp"].encode(pixels, 50)
    decoded = CODECS["webp"].decode(bitstream)
    assert point.bpp == 8 * len(bitstream) / (176 * 176)
    assert not point.estimated
    assert set(point.figures) == {"psnr_db", "ms_ssim", "ssim", "delta_e00"}
    for name in point.figures:
        assert point.figures[name] == METRICS[name].compute(pixels, decoded)
    assert point.encode_seconds is not None
    assert point.encode_seconds > 0
    assert point.picture.megapixels == 176 * 176 / 1e6


def test_with_a_corruption_a_point_is_measured_against_input_and_original(store: Store) -> None:
    (point,) = measure(store, Plan((Ladder("png", (0.0,)),), (NOISE,)), PICTURES[:1]).trials()
    assert point.corruption == NOISE
    assert point.figures["psnr_db"] == math.inf, "a lossless codec keeps the noise"
    assert 10 < point.figures["psnr_clean_db"] < 35
    assert set(point.figures) == {
        "psnr_db", "ms_ssim", "ssim", "delta_e00", "psnr_clean_db", "ms_ssim_clean", "ssim_clean", "delta_e00_clean"
    }  # fmt: skip


def test_what_was_finished_is_not_measured_again(store: Store) -> None:
    calls: list[float] = []
    codecs = {"jpeg": counting(CODECS["jpeg"], calls)}
    first = measure(store, Plan((JPEG,), (None, NOISE)), codecs=codecs)
    assert len(calls) == first.total == first.done == 3 * 2 * 4
    second = measure(store, Plan((JPEG,), (None, NOISE)), codecs=codecs)
    assert len(calls) == 24
    assert sorted(second.trials(), key=str) == sorted(first.trials(), key=str), "times and infinities included"


def test_a_canceled_run_loses_nothing_that_was_finished(store: Store) -> None:
    cancel = threading.Event()
    calls: list[float] = []

    def encoder(image: np.ndarray, quality: float) -> bytes:
        calls.append(quality)
        if len(calls) == 5:
            cancel.set()
        return CODECS["jpeg"].encoder(image, quality)

    codecs = {"jpeg": replace(CODECS["jpeg"], encoder=encoder)}
    loads = [lambda image=image: image for image in PICTURES]
    with pytest.raises(Canceled):
        measure_points(loads, Plan((JPEG,)), codecs, Findings(), store=store, cancel=cancel, threads=1)
    before = len(calls)
    assert before < 12
    measure(store, Plan((JPEG,)), codecs=codecs)
    assert len(calls) <= 13, "only the point that was interrupted is made twice"


def test_a_compression_that_a_page_has_made_is_used(store: Store) -> None:
    calls: list[float] = []
    codec = counting(CODECS["jpeg"], calls)
    done = compress(PICTURES[0], codec, 40, store=store)
    (point,) = measure(store, Plan((Ladder("jpeg", (40.0,)),)), PICTURES[:1], {"jpeg": codec}).trials()
    assert calls == [40]
    assert point.bpp == done.bpp


def test_what_fails_is_named_and_the_rest_goes_on(store: Store) -> None:
    def fails(image: np.ndarray, quality: float) -> bytes:
        raise CodecError("no.")

    def unreadable() -> LoadedImage:
        raise ImageError("bad.png is no image.")

    codecs = {"jpeg": CODECS["jpeg"], "webp": replace(CODECS["webp"], encoder=fails)}
    plan = Plan((JPEG, Ladder("webp", (50.0,))))
    found = measure_points([unreadable, lambda: PICTURES[0]], plan, codecs, Findings(), store=store)
    assert len(found.trials()) == 4
    assert found.done == found.total == 10
    assert found.unreadable == 1
    assert found.problems[0] == "bad.png is no image."
    assert any("webp:50" in problem and "picture 0" in problem for problem in found.problems)


@pytest.mark.slow
def test_codecs_that_hold_the_interpreter_lock_work_too(store: Store) -> None:
    (point,) = measure(store, Plan((Ladder("jpeg2000", (20.0,)),)), PICTURES[:1]).trials()
    decoded = CODECS["jpeg2000"].decode(CODECS["jpeg2000"].encode(PICTURES[0].pixels, 20))
    assert point.figures["psnr_db"] == METRICS["psnr_db"].compute(PICTURES[0].pixels, decoded)


point = made_up_trial


def test_a_curve_is_the_mean_over_pictures_with_its_standard_error() -> None:
    values = {"a": 30.0, "b": 31.0, "c": 35.0}
    (mean,) = mean_curve([point("jpeg", 50, name, 0.5 + psnr / 100, psnr) for name, psnr in values.items()])
    assert mean.num_images == 3
    assert mean.bpp == pytest.approx(0.82)
    assert mean.on(AXES["psnr_db"]) == pytest.approx(32)
    low, high = mean.band(AXES["psnr_db"])
    error = np.std(list(values.values()), ddof=1) / np.sqrt(3)
    assert (low, high) == (pytest.approx(32 - error), pytest.approx(32 + error))
    assert mean.on(AXES["ms_ssim_db"]) == pytest.approx(10)
    assert mean.encode_per_megapixel == pytest.approx(0.4)


def test_exact_and_missing_values_are_left_out_and_counted() -> None:
    group = [point("png", 0, "a", 9, math.inf), point("png", 0, "b", 9, 40.0), point("png", 0, "c", 9, None, None)]
    (mean,) = mean_curve(group)
    assert mean.figures["psnr_db"].value == 40
    assert mean.figures["psnr_db"].infinite == 1
    assert mean.band(AXES["psnr_db"]) is None
    (only,) = mean_curve([point("png", 0, "c", 9, None, None)])
    assert only.on(AXES["ms_ssim_db"]) is None


def test_rate_and_quality_of_a_point_are_means_over_the_same_pictures() -> None:
    group = [point("jpeg", 50, "large", 1.0, 30.0), point("jpeg", 50, "tiny", 5.0, 40.0, None)]
    (mean,) = mean_curve([*group, point("jpeg", 50, "flat", 0.3, math.inf, None)])
    assert mean.bpp == pytest.approx(2.1)
    assert (mean.rate(AXES["ms_ssim"]), mean.on(AXES["ms_ssim"])) == (1.0, 0.9)
    assert (mean.rate(AXES["psnr_db"]), mean.on(AXES["psnr_db"])) == (3.0, 35.0)
    figure = mean.figures["psnr_db"]
    assert (figure.num_images, figure.infinite, figure.left_out) == (2, 1, ("flat",))
    assert mean.figures["ms_ssim"].left_out == ("tiny", "flat")


def test_a_bd_rate_is_that_of_the_pictures_that_have_the_metric() -> None:
    whole = shifted("jpeg", 1.0, "a") + shifted("webp", 0.75, "a")
    tiny = [
        made_up_trial(codec, q, "tiny", factor * 2**q, 20.0 + q, None)
        for codec, factor in (("jpeg", 1.0), ("webp", 3.0)) for q in range(5)
    ]  # fmt: skip
    for trial in whole:
        trial.figures["ms_ssim"] = 0.8 + trial.figures["psnr_db"] / 1000
    alone = compare(whole, "webp", "jpeg", AXES["ms_ssim"])
    both = compare([*whole, *tiny], "webp", "jpeg", AXES["ms_ssim"])
    assert both.rate.value == alone.rate.value == pytest.approx(-25)
    assert (both.num_images, both.left_out) == (1, ("tiny",))
    assert compare([*whole, *tiny], "webp", "jpeg", AXES["psnr_db"]).num_images == 2


def test_a_picture_that_is_exact_at_one_quality_is_in_no_mean_of_a_comparison() -> None:
    trials = shifted("jpeg", 1.0, "ab") + shifted("webp", 0.8, "ab")
    exact = [replace(t, figures={**t.figures, "psnr_db": math.inf}) if t.quality == 4 and t.picture.name == "b" else t
             for t in trials]  # fmt: skip
    row = compare(exact, "webp", "jpeg", AXES["psnr_db"])
    assert row.rate.value == compare(on("a", trials), "webp", "jpeg", AXES["psnr_db"]).rate.value
    assert row.left_out == ("b",)
    curve = mean_curve(of_codec(exact, "jpeg"))
    assert [p.figures["psnr_db"].num_images for p in curve] == [2, 2, 2, 2, 1]
    assert uneven(curve, AXES["psnr_db"]) == ("b",)
    assert uneven(curve, AXES["delta_e00"]) == ()


def test_a_published_curve_is_an_anchor_over_all_of_its_pictures_and_no_fewer() -> None:
    trials = shifted("jpeg", 1.0, "ab")
    mean = mean_curve(trials)
    figures = {"bpp": tuple(2 * each.bpp for each in mean),
               "psnr_db": tuple(each.on(AXES["psnr_db"]) for each in mean)}  # fmt: skip
    paper = PublishedCurve("paper", "Paper", None, None, "a table", figures)
    row = compare_published(trials, "jpeg", paper, 2, AXES["psnr_db"])
    assert row.rate.value == pytest.approx(-50)
    assert (row.metric.value or 0) > 0
    assert row.pictures == ()
    one = compare_published(on("a", trials), "jpeg", paper, 2, AXES["psnr_db"])
    assert one.rate.value is None
    assert "all 2 pictures" in one.rate.note


def test_where_every_picture_is_exact_somewhere_the_qualities_go() -> None:
    trials = shifted("jpeg", 1.0, "ab") + shifted("webp", 0.8, "ab")
    exact = [replace(t, figures={**t.figures, "psnr_db": math.inf}) if t.quality == (4 if t.picture.name == "b" else 0)
             else t for t in trials if t.codec == "webp"] + of_codec(trials, "jpeg")  # fmt: skip
    row = compare(exact, "webp", "jpeg", AXES["psnr_db"])
    assert row.num_images == 2
    assert row.rate.value is None, "three points are left of five"


def on(names: str, trials: list[Trial]) -> list[Trial]:
    return [trial for trial in trials if trial.picture.name in names]


def test_curves_in_the_making_are_drawn_over_the_pictures_that_all_share() -> None:
    trials = shifted("jpeg", 1.0, "ab") + shifted("webp", 0.5, "a") + shifted("avif", 0.5, "ab")[:7]
    found = shared_by(trials, ["jpeg", "webp", "avif", "jpegxl"])
    assert {trial.picture.name for trial in found.trials} == {"a"}
    assert found.num_images == 1
    assert found.left_out == {"webp": ("b",), "avif": ("b",)}
    assert shared_by(trials[:2] + trials[10:12], ["jpeg", "webp"]).num_images == 1
    nothing = shared_by(shifted("jpeg", 1.0, "a") + shifted("webp", 1.0, "b"), ["jpeg", "webp"])
    assert nothing.num_images == 0
    assert len(nothing.trials) == 10


def test_a_curve_in_the_making_is_over_complete_pictures_alone() -> None:
    points = [point("jpeg", q, "a", q / 50, 20 + q / 5) for q in (10, 50)] + [point("jpeg", 10, "b", 0.3, 50)]
    assert {p.picture.name for p in complete(points)} == {"a"}
    assert [p.num_images for p in mean_curve(points)] == [1, 1]
    assert len(mean_curve(points[:1])) == 1


def shifted(codec: str, factor: float, names: str = "ab") -> list[Trial]:
    return [
        point(codec, q, name, factor * 0.1 * 2**q, 25 + 3 * q + 2 * index)
        for index, name in enumerate(names)
        for q in range(5)
    ]


def test_a_comparison_gives_both_averages_and_each_picture() -> None:
    points = shifted("jpeg", 1.0) + shifted("webp", 0.8)
    row = compare(points, "webp", "jpeg", AXES["psnr_db"])
    assert row.rate.value == pytest.approx(-20)
    assert row.mean_rate == pytest.approx(-20)
    assert [entry.picture for entry in row.pictures] == ["a", "b"]
    assert row.pictures[0].rate.value == pytest.approx(-20)
    assert row.metric.value == pytest.approx(-3 * math.log2(0.8))
    assert compare(points, "webp", "jpeg", AXES["delta_e00"]).metric.value == pytest.approx(3 * math.log2(0.8)), (
        "less ΔE00 is less, though it is better"
    )


def test_codecs_are_compared_over_the_pictures_that_both_have() -> None:
    points = shifted("jpeg", 1.0, "ab") + shifted("webp", 0.5, "a")
    row = compare(points, "webp", "jpeg", AXES["psnr_db"])
    assert [entry.picture for entry in row.pictures] == ["a"]
    assert row.rate.value == pytest.approx(-50)


def test_the_record_has_the_designs_fields_and_its_bd_rate_follows_from_its_points(store: Store) -> None:
    ladders = (JPEG, Ladder("webp", (5.0, 30.0, 60.0, 85.0)))
    found = measure(store, Plan(ladders, (NOISE,)))
    record = rd_record(found, ["jpeg", "webp"], NOISE, CODECS)
    json.dumps(record, allow_nan=False)
    assert record["images"] == ["picture 0", "picture 1", "picture 2"]
    first = record["curves"][0]["points"][0]
    assert {"quality", "bpp", "psnr_db", "ms_ssim", "delta_e00", "encode_seconds", "decode_seconds", "num_images",
            "psnr_clean_db", "ms_ssim_clean", "delta_e00_clean"} <= set(first)  # fmt: skip
    assert first["num_images"] == 3
    jpeg, webp = (curve["points"] for curve in record["curves"])
    row = next(row for row in record["bd_rate"] if row["metric"] == "psnr_db")
    expected = bd_rate(*(Curve([p["bpp"] for p in c], [p["psnr_db"] for p in c]) for c in (jpeg, webp)))
    assert row["codec"] == "webp"
    assert row["anchor"] == "jpeg"
    assert row["percent"] == expected.value
    assert row["overlap"] == expected.overlap
    assert (row["num_images"], row["num_images_in_mean"], row["left_out"]) == (3, 3, [])
    assert first["over"]["ms_ssim"] == {"num_images": 3, "bpp": first["bpp"], "left_out": []}
    assert {row["metric"] for row in record["bd_rate"]} >= {"psnr_clean_db", "ms_ssim", "ms_ssim_db", "delta_e00_clean"}


def test_the_csv_has_a_row_a_point(store: Store) -> None:
    points = measure(store, Plan((JPEG,))).trials()
    rows = list(csv.DictReader(io.StringIO(trials_csv(points))))
    assert len(rows) == 12
    assert float(rows[0]["psnr_db"]) == points[0].figures["psnr_db"]


def test_compressais_own_plot_tool_reads_the_export(store: Store, tmp_path: Path) -> None:
    points = measure(store, Plan((JPEG, Ladder("webp", (5.0, 60.0))))).trials()
    curves = mean_curves(points, ["jpeg", "webp"])
    with zipfile.ZipFile(io.BytesIO(compressai_zip(points, ["jpeg", "webp"], CODECS, "3 pictures"))) as archive:
        assert archive.namelist() == ["jpeg.json", "webp.json"]
        archive.extractall(tmp_path)
    content = json.loads((tmp_path / "jpeg.json").read_text())
    assert set(content) == {"name", "description", "results"}
    plot = pytest.importorskip("compressai.utils.plot.__main__")
    read = plot.parse_json_file(tmp_path / "jpeg.json", "psnr")
    assert read["name"] == "jpeg"
    assert list(read["xs"]) == [p.bpp for p in curves["jpeg"]]
    assert list(read["ys"]) == [p.on(AXES["psnr_db"]) for p in curves["jpeg"]]
    decibels = plot.parse_json_file(tmp_path / "webp.json", "ms-ssim")["ys"]
    assert decibels == pytest.approx([p.on(AXES["ms_ssim_db"]) for p in curves["webp"]])


def test_an_exact_picture_is_left_out_of_compressais_file() -> None:
    trials = [point("jpeg", 50, "a", 9, math.inf), point("jpeg", 50, "b", 1, 30.0), point("png", 0, "a", 9, math.inf)]
    with zipfile.ZipFile(io.BytesIO(compressai_zip(trials, ["jpeg", "png"], CODECS, "2 pictures"))) as archive:
        assert archive.namelist() == ["jpeg.json"]
        content = json.loads(archive.read("jpeg.json"))
    assert content["results"]["bpp"] == [1]
    assert content["results"]["psnr-rgb"] == [30.0]
    assert "1 with finite" in content["description"]


def test_published_figures_are_whole_and_carry_their_source() -> None:
    for name in SETS:
        curves = published(name)
        assert len({curve.key for curve in curves}) == len(curves) > 15
        for curve in curves:
            rates = curve.figures["bpp"]
            assert list(rates) == sorted(rates), curve.key
            assert curve.source
            assert all(len(values) == len(rates) >= 4 for values in curve.figures.values()), curve.key
    with pytest.raises(NicvizError, match="tecnick"):
        published("tecnick")


def test_the_published_figures_equal_the_reference_file() -> None:
    reference = json.loads((shared("reference") / "published_rd.json").read_text())["sets"]
    for name in SETS:
        known = [curve for curve in published(name) if curve.key in reference[name]]
        assert len(known) > 15
        for curve in known:
            row = reference[name][curve.key]
            order = np.argsort(row["bpp"], kind="stable")
            for figure, values in curve.figures.items():
                assert list(values) == [row[figure][k] for k in order]


def test_the_figures_of_papers_that_publish_their_own_are_theirs() -> None:
    curves = {curve.key: curve for curve in published(KODAK)}
    lee = curves["lee2019_mse"]
    assert lee.figures["bpp"] == pytest.approx(
        (0.1005, 0.1453, 0.2025, 0.2982, 0.4340, 0.6900, 0.9943, 1.2711, 1.5926), abs=5e-5
    )
    assert lee.figures["psnr_db"] == pytest.approx(
        (27.641, 28.802, 29.894, 31.277, 32.851, 35.174, 37.318, 38.938, 40.378), abs=5e-4
    )
    for_ms_ssim = curves["lee2019_ms-ssim"].figures
    assert min(for_ms_ssim["ms_ssim"]) > max(lee.figures["ms_ssim"][:2]), "what it was optimized for"
    assert max(for_ms_ssim["psnr_db"]) < max(lee.figures["psnr_db"])


def test_kodak_is_told_by_its_pixels() -> None:
    assert not is_kodak(image.sha256 for image in PICTURES)
    digests = [load_file(path).sha256 for path in sorted(shared("kodak").glob("*.png"))]
    assert is_kodak(digests)
    assert not is_kodak(digests[:23])


def test_jpeg_on_kodak_holds_the_published_figures_through_this_path(store: Store) -> None:
    loads = [lambda path=path: load_file(path) for path in sorted(shared("kodak").glob("*.png"))]
    plan = Plan((Ladder("jpeg", (30.0, 70.0)),), metrics=("psnr_db",))
    found = measure_points(loads, plan, CODECS, Findings(), store=store)
    reference = next(curve for curve in published(KODAK) if curve.key == "jpeg").figures
    for mean in mean_curve(of_codec(found.trials(), "jpeg")):
        assert mean.num_images == 24
        level = np.interp(np.log(mean.bpp), np.log(reference["bpp"]), reference["psnr_db"])
        assert -0.15 <= mean.on(AXES["psnr_db"]) - level <= 0.3
