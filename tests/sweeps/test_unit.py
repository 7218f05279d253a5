"""Rows against what `measure` finds of the same task, and failures that stay with their unit."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pytest

from nicviz.codecs import CODECS, CodecReference
from nicviz.corruptions import corrupt
from nicviz.images import encode_png
from nicviz.metrics import METRICS, clean_name
from nicviz.spectra.power import difference, power_spectrum
from nicviz.spectra.radial import radial_profile
from nicviz.sweeps.columns import KINDS, arrow_schema, column_types, to_table
from nicviz.sweeps.groups import Group
from nicviz.sweeps.pictures import Absent, Pictures
from nicviz.sweeps.plan import Plan, Step
from nicviz.sweeps.unit import measure_group, work_of
from nicviz.tasks.match import match_quality
from nicviz.tasks.measure import measure
from nicviz.tasks.settings import Match
from nicviz.tasks.task import Task
from tests.sweeps.small_run import planned, save_pictures, small_plan


def everything(plan: Plan) -> dict[str, Any]:
    return measure_group(work_of(plan, Group(tuple(range(plan.num_units)))))


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    files = save_pictures(tmp_path_factory.mktemp("pictures"), 1, side=184)
    plan = small_plan(tmp_path_factory.mktemp("others"), 1, corruptions=("gaussian_noise",))
    return replace(plan, pictures=(planned(files[0]),))


@pytest.fixture(scope="module")
def receipt(plan: Plan) -> dict[str, Any]:
    return everything(plan)


def test_figures_rates_and_bands_are_those_of_measure(plan: Plan, receipt: dict[str, Any]) -> None:
    original = plan.pictures[0].source.load()
    for number, row in zip(receipt["numbers"], receipt["rows"], strict=True):
        unit = plan.unit(number)
        quality = CODECS[unit.step.codec.name].quality(unit.step.quality)
        names = tuple(METRICS)
        task = Task(unit.picture.picture, unit.condition, unit.step.codec, quality, metrics=names, bands="luminance")
        trial = measure(task, original)
        assert row["failed"] is None if "failed" in row else True
        assert (row["bpp"], row["num_bytes"]) == (trial.bpp, trial.num_bytes)
        for name, value in trial.figures.items():
            expected = None if value is None or math.isinf(value) else pytest.approx(value, rel=1e-9)
            assert row[name] == expected, name
        assert row["exact"] == (trial.figures["psnr_db"] == math.inf)
        assert trial.bands is not None
        for kind, fine in trial.bands.items():
            assert row[f"{kind.lower()}_total"] == pytest.approx(fine.total, rel=1e-9)
            for band, found in fine.bands().items():
                assert row[f"{kind.lower()}_{band}_energy"] == pytest.approx(found.energy, rel=1e-9, abs=1e-12)
                assert row[f"{kind.lower()}_{band}_density"] == pytest.approx(found.density, rel=1e-9, abs=1e-12)


def test_rings_are_the_radial_profile_of_the_error(plan: Plan, receipt: dict[str, Any]) -> None:
    original = plan.pictures[0].source.load().pixels
    given = corrupt(original, "gaussian_noise", 3, 0)
    row = next(row for row in receipt["rows"] if row["corruption"] and row["setting"] == "jpeg:10")
    made = CODECS["jpeg"].decode(CODECS["jpeg"].encode(given, 10))
    for kind, reference in (("g", given), ("r", original)):
        power = power_spectrum(difference(made, reference))
        np.testing.assert_allclose(row[f"{kind}_rings"], radial_profile(power, 16), rtol=1e-9)
    assert "d_rings" not in row


def test_unique_colors_of_what_was_given_and_of_the_original_are_beside_the_codec_s(receipt: dict[str, Any]) -> None:
    by = {(row["corruption"], row["setting"]): row for row in receipt["rows"]}
    noisy, clean = by["gaussian_noise", "png"], by[None, "png"]
    assert noisy["unique_ab"] == noisy["unique_ab_input"] > noisy["unique_ab_original"]
    assert clean["unique_ab"] == clean["unique_ab_input"] == clean["unique_ab_original"]
    assert noisy["unique_ab_original"] == clean["unique_ab_input"]


def test_each_unit_has_a_spectrum_of_each_of_its_kinds(plan: Plan, receipt: dict[str, Any]) -> None:
    found = {(number, kind) for number, kind, _ in receipt["sums"]}
    assert found == {
        (number, kind)
        for number in range(plan.num_units)
        for kind in ("D" if plan.unit(number).condition is None else "GR")
    }
    assert all(coarse.shape == (64, 33) and coarse.dtype == np.float32 for _, _, coarse in receipt["sums"])


def test_the_columns_have_the_documented_names_and_types(receipt: dict[str, Any]) -> None:
    schema = arrow_schema()
    table = to_table(receipt["rows"], tuple(METRICS))
    assert table.schema == schema
    assert schema.field("severity").type == pyarrow.int8()
    assert schema.field("unique_ab").type == schema.field("unique_ab_clean").type == pyarrow.int64()
    assert schema.field("d_rings").type == pyarrow.list_(pyarrow.float64())
    documented = ["image", "image_sha256", "corruption", "severity", "seed", "codec", "quality", "bpp", "bpp_clean"]
    documented += [*METRICS, *map(clean_name, METRICS), "encode_seconds", "decode_seconds", "versions", "failed"]
    documented += [
        f"{kind.lower()}_{what}" for kind in KINDS for what in ("total", "low_density", "high_energy", "rings")
    ]
    assert [name for name in documented if name not in column_types()] == []
    written = {name for row in receipt["rows"] for name in row}
    assert written <= set(schema.names), "nothing that is measured gets lost"
    png = next(row for row in table.to_pylist() if row["setting"] == "png" and row["corruption"] is None)
    assert (png["psnr_db"], png["exact"], png["quality"], png["severity"]) == (None, True, None, None)
    assert png["ssim"] == 1


def test_the_versions_of_a_row_are_told(receipt: dict[str, Any]) -> None:
    row = next(row for row in receipt["rows"] if row["setting"] == "jpeg:10" and row["corruption"])
    texts = receipt["versions"][row["versions"]]
    assert texts["codec"] == {"jpeg": dict(CODECS["jpeg"].versions(10))}
    assert texts["corruption"]


def test_a_match_is_found_on_the_clean_picture_and_kept_for_the_corrupted_one(plan: Plan) -> None:
    match = Match("bpp", 1.0)
    matched = replace(plan, steps=(Step(CODECS["jpeg"].reference, None, match),))
    clean, noisy = everything(matched)["rows"]
    expected = match_quality(plan.pictures[0].source.load(), CODECS["jpeg"], match).quality
    assert clean["quality"] == noisy["quality"] == expected
    assert clean["setting"] == "jpeg@bpp=1"


def test_a_codec_that_is_missing_here_fails_its_units_alone(plan: Plan) -> None:
    absent = [
        Step(CodecReference("nonesuch"), 1.0),
        Step(CodecReference("own", checkpoint="/nowhere/own.pth", sha256="0" * 64), 1.0),
    ]
    rows = everything(replace(plan, steps=(*plan.steps, *absent)))["rows"]
    assert {row["codec"] for row in rows if row.get("failed")} == {"nonesuch", "own"}
    assert all("has not the codec" in row["failed"] for row in rows if row.get("failed"))


def test_a_picture_that_is_too_small_for_a_corruption_is_measured_clean(tmp_path: Path) -> None:
    plan = small_plan(tmp_path / "others", 1)
    small = replace(plan, pictures=(planned(save_pictures(tmp_path / "small", 1, side=24)[0]),))
    rows = everything(small)["rows"]
    assert [bool(row.get("failed")) for row in rows] == [False] * 3 + [True] * 3
    assert "at least 32 pixels" in rows[-1]["failed"]
    assert rows[0]["ms_ssim"] is None


def test_a_picture_that_is_not_here_is_asked_for_and_taken_as_bytes(tmp_path: Path) -> None:
    plan = small_plan(tmp_path / "pictures", 1)
    picture = plan.pictures[0]
    content = picture.source.load()
    Path(picture.source.source).unlink()
    here = Pictures(tmp_path / "sent")
    with pytest.raises(Absent, match="cannot be read any more"):
        here.find(picture)
    here.receive(picture.picture.sha256, encode_png(content.pixels))
    assert here.find(picture).sha256 == content.sha256


def test_a_file_with_another_content_is_not_taken_for_the_picture(tmp_path: Path) -> None:
    plan = small_plan(tmp_path / "pictures", 2)
    one, other = (Path(each.source.source) for each in plan.pictures)
    one.write_bytes(other.read_bytes())
    with pytest.raises(Absent, match="another content"):
        Pictures(tmp_path / "sent").find(plan.pictures[0])


def test_pictures_in_memory_stay_within_their_bound(tmp_path: Path) -> None:
    plan = small_plan(tmp_path / "pictures", 3)
    here = Pictures(tmp_path / "sent", limit_bytes=2 * 72 * 72 * 3)
    first = here.find(plan.pictures[0])
    assert here.find(plan.pictures[0]) is first
    for each in plan.pictures[1:]:
        here.find(each)
    assert here.find(plan.pictures[0]) is not first
