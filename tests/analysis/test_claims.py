"""The paper's claims as signed numbers: at equal setting and at equal rate, on one picture and over several."""

import json
from dataclasses import replace

import numpy as np
import pytest

from nicviz.__main__ import main
from nicviz.analysis import agreeing
from nicviz.analysis.agreeing import agreement, agreements
from nicviz.analysis.claims import CLAIMS, Agreement, Comparison, claims_record, mean_agreement
from nicviz.analysis.spectra.errors import error_spectra
from nicviz.codecs import CODECS
from nicviz.corruptions import CORRUPTIONS, corrupt
from nicviz.errors import NicvizError
from nicviz.images import LoadedImage
from nicviz.run.work import Signal
from nicviz.spectra.bands import fine_bands
from nicviz.tasks.compress import compress
from nicviz.tasks.settings import ImageSetting, Match

JPEG, REFERENCE = CODECS["jpeg"], CODECS["jpeg2000"]
TEST = agreeing.Test(REFERENCE, 2)


def crop(left: int = 180) -> LoadedImage:
    pixels = ImageSetting("astronaut").load().pixels[40:168, left : left + 160]
    return LoadedImage(f"crop at {left}", np.array(pixels))


@pytest.mark.slow
def test_both_conditions_are_what_their_words_say() -> None:
    x = crop()
    found = agreement(x, JPEG, 30.0, TEST, Signal())
    setting, rate = found.comparisons
    assert abs(setting.mismatch) <= 0.15, "dB: a small file has few sizes to choose from"
    assert setting.tilt == rate.tilt
    for each in found.comparisons:
        assert set(each.denoising) == {entry.name for entry in CORRUPTIONS.values() if entry.group == "high"}
        assert len(each.generalization) == 12
    assert all(abs(ratio - 1) <= abs(rate.mismatch) + 0.001 for ratio in rate.rate_ratio.values())
    assert abs(rate.mismatch) < 0.05
    assert max(abs(ratio - 1) for ratio in setting.rate_ratio.values()) > 0.2
    decoded = JPEG.decode(JPEG.encode(x.pixels, 30.0))
    densities = fine_bands(error_spectra(x.pixels, x.pixels, decoded, None)["D"]).bands()
    assert setting.tilt == pytest.approx(10 * np.log10(densities["high"].density / densities["low"].density))
    assert agreement(x, JPEG, 30.0, TEST, Signal()) == found, "kept in the store"


@pytest.mark.slow
def test_the_advantage_at_equal_rate_is_that_of_two_bitstreams_of_one_length() -> None:
    x = crop()
    found = agreement(x, JPEG, 30.0, TEST, Signal()).rate
    given = LoadedImage("noisy", corrupt(x.pixels, "impulse_noise", 2, 0))
    ours = compress(given, JPEG, 30.0)
    near = min(
        (compress(given, REFERENCE, ratio) for ratio in np.geomspace(2, 60, 120)),
        key=lambda done: abs(done.bpp - ours.bpp),
    )
    energies = [np.mean((_gray(done.pixels()) - _gray(x.pixels)) ** 2) for done in (near, ours)]
    assert found.denoising["impulse_noise"] == pytest.approx(10 * np.log10(energies[0] / energies[1]), abs=0.1)


def _gray(pixels: np.ndarray) -> np.ndarray:
    return pixels @ np.array([0.2125, 0.7154, 0.0721])


def made(
    tilt: float = 0, reference: float = 0, low: float = 0, medium: float = 0, high: float = 0, ratio: float = 1
) -> Comparison:
    values = {"fog": low, "zoom_blur": medium}
    return Comparison(
        "rate", 0.004, tilt, reference, values, {"shot_noise": high}, dict.fromkeys([*values, "shot_noise"], ratio)
    )


@pytest.mark.parametrize(
    ("numbers", "verdicts"),
    [
        ((2, -2, 1, 1, 1), ("yes", "yes", "yes")),
        ((-2, -2, 1, -1, -1), ("no", "no", "no")),
        ((2, 0.2, 1, 0.2, 0.5), ("undecided", "undecided", "undecided")),
    ],
)  # fmt: skip
def test_verdicts_need_more_than_the_threshold(numbers, verdicts) -> None:
    assert tuple(verdict(made(*numbers)) for _, verdict in CLAIMS) == verdicts


def test_means_are_of_decibels_and_of_the_logarithms_of_ratios_and_the_worst_mismatch_stays() -> None:
    first = Agreement(30.0, 3, replace(made(), condition="setting", mismatch=0.02), made(2, -1, high=1, ratio=0.5))
    second = Agreement(34.0, 3, replace(made(), condition="setting", mismatch=-0.3), made(4, 1, high=4, ratio=2.0))
    mean = mean_agreement([first, second])
    assert (mean.psnr_db, mean.num_pictures, mean.setting.mismatch) == (32.0, 2, -0.3)
    assert (mean.setting.within, mean.rate.within) == (False, True)
    assert (mean.rate.tilt, mean.rate.reference_tilt, mean.rate.group_mean("high")) == (3.0, 0.0, 2.5)
    assert mean.rate.group_rate_ratio("high") == pytest.approx(1.0)


@pytest.mark.slow
def test_pictures_without_numbers_are_told_and_the_others_counted() -> None:
    flat = LoadedImage("flat", np.full((64, 64, 3), 90, np.uint8))
    x = crop()
    found = agreements([lambda: x, lambda: flat], JPEG, None, Match("bpp", 1.0), TEST, Signal())
    assert found.names == (x.name,)
    assert len(found.problems) == 1
    record = claims_record(JPEG, None, found)
    assert json.loads(json.dumps(record, allow_nan=False))["images"] == [x.name]
    assert [sum(claim["images"].values()) for claim in record["comparisons"][1]["claims"]] == [1, 1, 1]
    with pytest.raises(NicvizError):
        agreements([lambda: flat], JPEG, 30.0, None, TEST, Signal())


def test_the_command_is_of_neural_codecs(capsys) -> None:
    assert main(["claims", "astronaut", "--codec", "jpeg:30"]) == 2
    assert "jpeg is none" in capsys.readouterr().err


@pytest.mark.slow
def test_the_command_prints_both_conditions(capsys) -> None:
    words = ["claims", "astronaut", "--codec", "compact-hyperprior:3", "--severity", "1", "--crop", "180,40,128,128"]
    assert main(words) == 0
    text = capsys.readouterr().out
    assert "at equal setting" in text
    assert "at equal rate" in text
    assert main([*words, "--json"]) == 0
    (record,) = json.loads(capsys.readouterr().out)["codecs"]
    assert [each["condition"] for each in record["comparisons"]] == ["setting", "rate"]
    assert record["severity"] == 1
