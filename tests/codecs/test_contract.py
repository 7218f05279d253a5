"""What every codec promises, held for each one that is available here."""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nicviz.codecs import CODECS, Codec, Placement
from nicviz.errors import NicvizError
from tests.codecs.pictures import constant, noise, photograph

ROOT = Path(__file__).resolve().parents[2]
SIZES = ((1, 1), (1, 7), (7, 1), (3, 5), (17, 33), (64, 48))
FLAT_COLORS = {"black": (0, 0, 0), "white": (255, 255, 255), "gray": (119, 119, 119)}
LEAST_DB = {"compact-mentzer2018": 27.0}  # trained for an hour, for MS-SSIM: 27.5 dB on a small part of a portrait
PRIMARIES = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255)}


def params() -> list[Any]:
    slow = [codec.name for codec in CODECS.values() if codec.placement in (Placement.KILLABLE, Placement.PROGRAM)]
    return [pytest.param(name, marks=pytest.mark.slow if name in slow else ()) for name in CODECS]


@pytest.fixture(params=params())
def known(request):
    """Every codec, available or not."""
    return CODECS[request.param]


@pytest.fixture
def codec(known):
    """Every codec that works here."""
    availability = known.availability()
    if not availability.ok:
        pytest.skip(f"{known.name}: {availability.reason}")
    return known


def best(codec: Codec) -> float | None:
    return codec.ladder[-1] if codec.ladder else None


def check_round_trip(codec: Codec, image: np.ndarray, quality: float | None = None) -> np.ndarray:
    """Return the reconstruction after checking what must hold for any image."""
    before = image.copy()
    bitstream = codec.encode(image, quality)
    assert type(bitstream) is bytes
    assert codec.encode(image, quality) == bitstream, "the same image and quality give the same bytes"
    decoded = codec.decode(bitstream)
    assert decoded.shape == image.shape
    assert decoded.dtype == np.uint8
    assert decoded.flags.c_contiguous
    assert np.array_equal(decoded, codec.decode(bitstream)), "the same bytes give the same pixels"
    assert np.array_equal(image, before), "the caller's image is left as it was"
    if codec.family == "lossless":
        assert np.array_equal(decoded, image)
    return decoded


def test_what_is_written_about_a_codec_is_complete(known):
    assert known.name == known.name.lower()
    assert known.title
    assert known.description.endswith(".")
    assert known.suffix.startswith(".")
    assert known.pixel_limit() > 0
    availability = known.availability()
    assert availability.ok or (availability.reason and availability.remedy)


def test_ladder_and_default_are_on_the_scale_and_run_from_low_to_high_rate(known):
    if known.scale is None:
        assert known.ladder == ()
        return
    scale = known.scale
    assert scale.low < scale.high
    assert scale.label
    assert (2 if known.name.startswith("compact-") else 4) <= len(known.ladder) <= 8  # each rung there is a model
    for value in (*known.ladder, scale.default):
        assert scale.low <= value <= scale.high
        assert known.quality(value) == pytest.approx(value)
    assert list(known.ladder) == sorted(set(known.ladder), reverse=not scale.higher_is_better)


def test_versions_are_text_that_names_what_the_bytes_depend_on(codec):
    versions = codec.versions(codec.quality(None))
    assert versions
    assert all(isinstance(text, str) and text and text != "None" for pair in versions.items() for text in pair)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_any_size_comes_back_from_the_bytes_alone(codec, size):
    check_round_trip(codec, noise(*size))


def test_ends_of_the_scale_work(codec):
    if codec.scale is None:
        pytest.skip(f"{codec.name} has no scale")
    for quality in (codec.scale.low, codec.scale.high):
        check_round_trip(codec, photograph(48), quality)


@pytest.mark.parametrize("color", FLAT_COLORS.values(), ids=FLAT_COLORS)
def test_flat_gray_levels_stay_what_they_are(codec, color):
    decoded = check_round_trip(codec, constant(color), best(codec))
    assert np.abs(decoded.astype(int) - color).mean() < 12.0


@pytest.mark.parametrize("color", PRIMARIES.values(), ids=PRIMARIES)
def test_saturated_colors_keep_their_channel(codec, color):
    decoded = check_round_trip(codec, constant(color), best(codec))
    assert np.argmax(decoded.mean(axis=(0, 1))) == np.argmax(color)


def test_a_gray_photograph_stays_nearly_gray(codec):
    gray = np.repeat(photograph(64)[:, :, 1:2], 3, axis=2)
    decoded = check_round_trip(codec, gray, best(codec)).astype(int)
    assert np.ptp(decoded, axis=2).mean() < 8


def test_rate_rises_along_the_ladder_and_so_does_fidelity_from_end_to_end(codec):
    if not codec.ladder:
        pytest.skip(f"{codec.name} has no ladder")
    image = photograph(64 if codec.placement in (Placement.KILLABLE, Placement.PROGRAM) else 256)
    streams = [codec.encode(image, quality) for quality in codec.ladder]
    lengths = [len(stream) for stream in streams]
    assert lengths == sorted(set(lengths))
    errors = [((codec.decode(stream) - image.astype(float)) ** 2).mean() for stream in (streams[0], streams[-1])]
    first_db, last_db = (10 * np.log10(255**2 / error) for error in errors)
    assert last_db > first_db + (3 if len(codec.ladder) > 2 else 1), "two rungs of a compact codec lie near each other"
    assert last_db > LEAST_DB.get(codec.name, 28), "the best rung shows the picture, channels in order"


def test_an_image_that_is_not_contiguous_is_coded_as_it_looks(codec):
    image = photograph(48)[::-1, :33]
    assert codec.encode(image) == codec.encode(image.copy())


def test_a_quality_off_the_scale_is_refused_with_its_value(known):
    wrong = (1.5,) if known.scale is None else (known.scale.low - 1, known.scale.high + 1)
    for value in wrong:
        with pytest.raises(NicvizError, match=f"{known.name}.*{value:g}"):
            known.encode(photograph(16), value)
    for value in (float("nan"), float("inf"), float("-inf")):
        with pytest.raises(NicvizError, match=f"{value:g}"):
            known.encode(photograph(16), value)


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((8, 8, 3), np.float32),
        np.zeros((8, 8, 3), np.uint16),
        np.zeros((8, 8), np.uint8),
        np.zeros((8, 8, 4), np.uint8),
        np.zeros((0, 8, 3), np.uint8),
        np.zeros((8, 0, 3), np.uint8),
    ],
    ids=lambda image: f"{image.shape}-{image.dtype}",
)
def test_what_is_no_image_is_refused(known, image):
    with pytest.raises(NicvizError, match="uint8"):
        known.encode(image)


def of_one_kind(codec: Codec) -> list[str]:
    """Return the codecs that work here and whose names begin as this one's does."""
    kind = codec.name.partition("-")[0]
    return [name for name in CODECS if name.partition("-")[0] == kind and CODECS[name].availability().ok]


@cache
def hostile_outcomes(*names: str) -> tuple[dict[str, dict[str, Any]], str]:
    """Return what came of hostile bytes, by codec, and what the process said last."""
    process = subprocess.run(
        [sys.executable, "-m", "tests.codecs.hostile", *names],
        cwd=ROOT,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=200,
        check=False,
    )
    outcomes = [json.loads(line) for line in process.stdout.splitlines()]
    return {outcome["codec"]: outcome for outcome in outcomes}, process.stderr[-2000:]


@pytest.mark.slow
def test_hostile_bytes_are_codec_errors_and_never_a_crash_or_a_hang(codec):
    outcomes, last_words = hostile_outcomes(*of_one_kind(codec))  # a process loads libraries once for all of them
    assert codec.name in outcomes, last_words
    outcome = outcomes[codec.name]
    assert outcome["violations"] == []
    assert outcome["cases"] > 100
    assert outcome["growth_mb"] < 1000
