"""Each claim on runs that are made to bear it out, to refute it, and to leave it open."""

import json
from dataclasses import replace

import numpy as np
import pytest

from nicviz.errors import NicvizError
from nicviz.robustness.claims import LEAST_PICTURES, Finding, find_claim, find_claims, finding_record, told, verdict_of
from nicviz.robustness.cube import Cube, read_cube
from nicviz.robustness.evidence import Evidence, Roles, evidence_of, neural_names, roles_of
from nicviz.robustness.operating import Target
from nicviz.robustness.papers import CLAIMS
from nicviz.robustness.runs import EXAMPLE_FOLDER
from nicviz.sweeps.query import open_run
from tests.robustness.cubes import FAMILIES, changed, made_cube

ALL = ("png", "jpeg", "jpeg2000", "avif", "net", "net-msssim", "net-pruned-95")
BY_KEY = {claim.key: claim for claim in CLAIMS}
# claim: the codec that is moved, what is moved on it, whether in dB; its sign bears the claim out
MOVES = {
    "neural_high": ("net", {"d_high_density": 2.0}, True),
    "reference_medium": ("jpeg2000", {"d_high_density": -2.0}, True),
    "tilt": ("net", {"d_high_density": 2.0}, True),
    "generalize_low": ("net", {"g_total": -2.0}, True),
    "generalize_medium": ("net", {"g_total": -2.0}, True),
    "denoise_high": ("net", {"r_total": -2.0}, True),
    "denoise_at_all": ("png", {"r_total": 2.0}, True),
    "pruned_denoises": ("net-pruned-95", {"r_total": -2.0}, True),
    "color_less": ("net", {"delta_e00": -0.4}, False),
    "unique_less": ("net", {"unique_ab": 100.0}, False),
    "fewer_than_jpeg": ("net", {"psnr_db": 2.0}, False),
    "fewer_than_reference": ("net", {"psnr_db": 2.0}, False),
    "fewer_than_strong": ("net", {"psnr_db": 2.0}, False),
    "mse_in_psnr": ("net", {"psnr_db": 2.0}, False),
}
STEEP = {"color_graceful": "delta_e00", "unique_steady": "unique_ab"}


def evidence(cube: Cube, target: float | None = 0.5) -> Evidence:
    return Evidence(cube, roles_of(cube, FAMILIES, "net"), Target(target), 3)


def level_cube() -> Cube:
    """All codecs alike; png's R is that of the corruption, as large as what codecs leave at 0.5 bpp."""
    cube = made_cube(ALL)
    place = cube.steps_of("png")[0]
    cube.columns["r_total"][:, :, place] = 10 ** ((26 + np.linspace(-1.5, 1.5, 12)) / 10)[:, None]
    return cube


@pytest.mark.parametrize("key", MOVES)
@pytest.mark.parametrize(("sign", "spread", "verdict"), [
    (1, 0.2, "holds"), (-1, 0.2, "does not hold"), (0, 0.2, "not decided"),
])  # fmt: skip
def test_a_claim_follows_the_run(key: str, sign: int, spread: float, verdict: str) -> None:
    codec, moves, decibel = MOVES[key]
    by = {name: sign * value for name, value in moves.items()}
    scale = {"delta_e00": 0.2, "unique_ab": 100.0}.get(next(iter(by)), 1.0)
    found = find_claim(BY_KEY[key], evidence(changed(level_cube(), codec, by, decibel, spread * scale)))
    assert found.verdict == verdict
    assert found.num_images == 12
    assert found.low <= found.value <= found.high


@pytest.mark.parametrize("key", STEEP)
@pytest.mark.parametrize(("factor", "verdict"), [(0.5, "holds"), (1.5, "does not hold"), (1.0, "not decided")])
def test_color_is_judged_by_how_it_falls_with_the_rate(key: str, factor: float, verdict: str) -> None:
    cube, column = level_cube(), STEEP[key]
    places = cube.steps_of("net")
    octaves = np.log2([0.25, 0.5, 1.0, 2.0])
    slope = {"delta_e00": -0.7, "unique_ab": 150.0}[column]
    wobble = 0.1 * np.linspace(-1, 1, 12)[:, None, None]
    cube.columns[column][:, :, places] += slope * (factor - 1 + wobble) * octaves
    assert find_claim(BY_KEY[key], evidence(cube)).verdict == verdict


@pytest.mark.parametrize(("shift", "spread", "verdict"), [
    (2.0, 0.3, "holds"), (-2.0, 0.3, "holds"), (0.0, 0.3, "does not hold"), (0.5, 1.0, "not decided"),
])  # fmt: skip
def test_spectra_are_other_or_alike_or_it_is_open(shift: float, spread: float, verdict: str) -> None:
    cube = changed(level_cube(), "net-msssim", {"d_high_density": shift}, decibel=True, spread=spread)
    assert find_claim(BY_KEY["msssim_spectrum"], evidence(cube)).verdict == verdict


def with_ms_ssim(cube: Cube, codec: str, decibels: float, spread: float = 0.0) -> Cube:
    columns = {name: column.copy() for name, column in cube.columns.items()}
    places = cube.steps_of(codec)
    own = spread * np.linspace(-1, 1, len(cube.pictures))[:, None, None]
    columns["ms_ssim"][:, :, places] = 1 - (1 - columns["ms_ssim"][:, :, places]) * 10 ** (-(decibels + own) / 10)
    return replace(cube, columns=columns)


@pytest.mark.parametrize(("gain", "verdict"), [(1.0, "holds"), (-1.0, "does not hold"), (0.0, "not decided")])
def test_the_two_models_are_ranked_by_ms_ssim(gain: float, verdict: str) -> None:
    cube = with_ms_ssim(level_cube(), "net-msssim", gain, 0.2)
    assert find_claim(BY_KEY["msssim_in_ms_ssim"], evidence(cube)).verdict == verdict
    saved = find_claim(BY_KEY["better_in_ms_ssim"], evidence(with_ms_ssim(level_cube(), "net", gain, 0.2)))
    assert saved.verdict == verdict


def test_the_metrics_rank_differently_where_each_model_wins_in_its_own() -> None:
    own = changed(with_ms_ssim(level_cube(), "net-msssim", 1.0), "net-msssim", {"psnr_db": -1.0})
    assert find_claim(BY_KEY["ranks_differ"], evidence(own)).verdict == "holds"
    worse = changed(with_ms_ssim(level_cube(), "net-msssim", -1.0), "net-msssim", {"psnr_db": -1.0})
    assert find_claim(BY_KEY["ranks_differ"], evidence(worse)).verdict == "does not hold"
    half = changed(with_ms_ssim(level_cube(), "net-msssim", 0.0, 1.0), "net-msssim", {"psnr_db": -1.0})
    found = find_claim(BY_KEY["ranks_differ"], evidence(half))
    assert (found.value, found.verdict) == (50, "not decided")


def test_every_claim_has_a_test_here_and_there_are_more_than_twelve() -> None:
    own = {"msssim_spectrum", "msssim_in_ms_ssim", "better_in_ms_ssim", "ranks_differ"}
    assert set(BY_KEY) == set(MOVES) | set(STEEP) | own
    assert len(BY_KEY) == len(CLAIMS) > 12


def test_a_bd_rate_is_the_shift_of_the_curve() -> None:
    cube = changed(level_cube(), "net", {"psnr_db": 4.0})  # an octave of rate at 4 dB an octave
    found = find_claim(BY_KEY["fewer_than_reference"], evidence(cube))
    assert found.value == pytest.approx(-50, abs=1e-6)


def test_the_number_is_the_mean_over_pictures_and_corruptions_by_hand() -> None:
    cube = changed(level_cube(), "net", {"g_total": -1.0}, decibel=True, spread=0.5)
    for name, place in cube.corrupted(3).items():
        if name == "fog":
            cube.columns["g_total"][:, place, cube.steps_of("net")] /= 10 ** (5 / 10)
    found = find_claim(BY_KEY["generalize_low"], evidence(cube))
    assert found.value == pytest.approx(1.0 + 5 / 5)  # one of five corruptions is better by 5 dB
    np.testing.assert_allclose(found.each, 2.0 - 0.5 * np.linspace(-1, 1, 12))


def test_few_pictures_decide_nothing() -> None:
    for num, verdict in ((LEAST_PICTURES, "holds"), (LEAST_PICTURES - 1, "not decided")):
        cube = changed(made_cube(num=num), "net", {"g_total": -2.0}, decibel=True)
        found = find_claim(BY_KEY["generalize_low"], evidence(cube))
        assert found.verdict == verdict
        assert found.num_images == num
    assert "decide nothing" in found.note


def test_codecs_at_different_rates_are_not_compared() -> None:
    cube = made_cube(rates=(0.5,))
    cube.columns["bpp"][:, :, cube.steps_of("net")] = 0.6
    better = changed(cube, "net", {"r_total": -3.0}, decibel=True)
    found = find_claim(BY_KEY["denoise_high"], evidence(better, None))
    assert found.verdict == "not decided"
    assert "differ in rate by 20%" in found.note


@pytest.mark.parametrize(("codecs", "key", "word"), [
    (("net",), "tilt", "classical"), (("jpeg2000", "net"), "pruned_denoises", "net-pruned-95"),
    (("jpeg2000", "net"), "msssim_spectrum", "net-msssim"), (("jpeg2000", "net"), "fewer_than_jpeg", "jpeg"),
    (("jpeg2000", "net"), "denoise_at_all", "png"), (("jpeg2000", "net"), "fewer_than_strong", "avif"),
])  # fmt: skip
def test_a_claim_without_data_says_what_is_missing(codecs: tuple[str, ...], key: str, word: str) -> None:
    found = find_claim(BY_KEY[key], evidence(made_cube(codecs)))
    assert found.verdict == "no data"
    assert word in found.note
    assert finding_record(found)["value"] is None


def test_fewer_than_four_qualities_give_no_bd_rate_and_say_so() -> None:
    found = find_claim(BY_KEY["fewer_than_reference"], evidence(made_cube(rates=(0.25, 0.5, 1.0))))
    assert found.verdict == "no data"
    assert "3 qualities" in found.note


def test_a_run_without_a_group_or_a_metric_says_so() -> None:
    few = find_claim(BY_KEY["generalize_low"], evidence(made_cube(corruptions=("gaussian_noise",))))
    assert "low-frequency group" in few.note
    cube = made_cube()
    del cube.columns["delta_e00"]  # type: ignore[attr-defined]
    assert "delta_e00" in find_claim(BY_KEY["color_less"], evidence(cube)).note


def test_gray_pictures_are_left_out_of_unique_colors() -> None:
    cube = changed(level_cube(), "net", {"unique_ab": 100.0}, spread=5.0)
    cube.columns["unique_ab_original"][:3] = 1
    found = find_claim(BY_KEY["unique_less"], evidence(cube))
    assert (found.num_images, found.verdict) == (9, "holds")


def test_verdicts_at_the_edges() -> None:
    above = BY_KEY["tilt"]
    assert verdict_of(above, 0.0, 1.0, 20) == "not decided"  # an interval that touches the threshold covers it
    assert verdict_of(above, -1.0, 0.0, 20) == "not decided"
    assert verdict_of(above, 1e-9, 1.0, 20) == "holds"
    below = BY_KEY["reference_medium"]
    assert verdict_of(below, -2.0, -1.0, 20) == "holds"
    assert verdict_of(below, 1.0, 2.0, 20) == "does not hold"
    assert verdict_of(above, np.nan, np.nan, 20) == "not decided"
    assert verdict_of(above, 1.0, 2.0, 0) == "no data"


def test_records_are_the_ones_of_the_design_and_pure_json() -> None:
    records = [finding_record(each) for each in find_claims(CLAIMS, evidence(made_cube()))]
    fields = ["claim", "source", "statistic", "value", "low", "high", "verdict", "num_images"]
    assert all(list(record) == fields for record in records)
    json.dumps(records, allow_nan=False)


def test_roles_follow_from_names() -> None:
    cube = made_cube(ALL)
    assert neural_names(cube, FAMILIES) == ["net"]
    assert roles_of(cube, FAMILIES, "net") == Roles(
        "net", "jpeg2000", "net-pruned-95", "net-msssim", "jpeg", "avif", "png"
    )
    assert isinstance(find_claim(CLAIMS[0], evidence(cube)), Finding)


def test_a_claim_of_a_group_says_how_many_of_its_corruptions_it_rests_on() -> None:
    few = find_claim(BY_KEY["denoise_high"], evidence(made_cube(corruptions=("gaussian_noise", "fog"))))
    assert "12 pictures under 1 of the group's" in few.note
    assert "under" not in find_claim(BY_KEY["denoise_high"], evidence(made_cube())).note
    for claim in CLAIMS:
        assert (claim.group is not None) == ("frequency corruptions" in claim.statistic), claim.key


def test_one_picture_has_no_interval_in_words() -> None:
    found = find_claim(BY_KEY["neural_high"], evidence(made_cube(num=1)))
    assert found.verdict == "not decided"
    assert "nan" not in told(found)
    assert "measured on 1 picture;" in told(found)


def test_claims_are_of_neural_codecs_at_rates_that_the_run_has() -> None:
    run = open_run(EXAMPLE_FOLDER)
    with pytest.raises(NicvizError, match="jpeg is none"):
        evidence_of(read_cube(run), neural="jpeg")
    with pytest.raises(NicvizError, match="no other rate"):
        evidence_of(made_cube(("jpeg2000", "compact-vbr"), rates=(0.5,)), rate=1.5)
