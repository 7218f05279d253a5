"""The function `corrupt`: pure, at any size, strict about its arguments."""

import hashlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from nicviz.corruptions import CORRUPTIONS, GROUPS, SEVERITIES, corrupt, weather
from nicviz.errors import NicvizError, UnknownName
from tests.corruptions.pictures import photograph

NAMES = list(CORRUPTIONS)
GRADIENT = np.add.outer(np.arange(45) * 3, np.arange(64))[..., None].astype(np.uint8) + np.uint8([0, 20, 40])
DIGESTS = """
import hashlib
import sys
import numpy as np
from nicviz.corruptions import CORRUPTIONS, corrupt
image = np.add.outer(np.arange(45) * 3, np.arange(64))[..., None].astype(np.uint8) + np.uint8([0, 20, 40])
for name in CORRUPTIONS:
    print(hashlib.sha256(corrupt(image, name, 4, 9).tobytes()).hexdigest())
print(*sorted({"cv2", "imagecorruptions", "skimage", "torch", "streamlit"} & set(sys.modules)))
"""


def digest(name):
    return hashlib.sha256(corrupt(GRADIENT, name, 4, 9).tobytes()).hexdigest()


def test_the_corruptions_stand_in_the_order_of_imagenet_c():
    common = "gaussian_noise shot_noise impulse_noise defocus_blur glass_blur motion_blur zoom_blur snow frost fog"
    digital = "brightness contrast elastic_transform pixelate jpeg_compression"
    extra = "speckle_noise gaussian_blur spatter saturate"
    assert " ".join(NAMES) == f"{common} {digital} {extra}"


def test_the_groups_are_those_of_the_paper():
    members = {group: {name for name in NAMES if CORRUPTIONS[name].group == group} for group in GROUPS}
    assert members == {
        "low": {"snow", "frost", "fog", "brightness", "contrast"},
        "medium": {"motion_blur", "zoom_blur", "defocus_blur", "glass_blur"}
        | {"elastic_transform", "jpeg_compression", "pixelate"},
        "high": {"gaussian_noise", "shot_noise", "impulse_noise"},
        "extra": {"speckle_noise", "gaussian_blur", "spatter", "saturate"},
    }


def test_titles_differ_and_the_last_four_are_the_extra_ones():
    assert len({entry.title for entry in CORRUPTIONS.values()}) == 19
    assert [entry.group == "extra" for entry in CORRUPTIONS.values()] == [False] * 15 + [True] * 4


def test_four_threads_give_the_same_bytes():
    expected = [digest(name) for name in NAMES]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(digest, NAMES * 4)) == expected * 4


@pytest.mark.slow
def test_another_process_gives_the_same_bytes_without_heavy_libraries():
    child = subprocess.run([sys.executable, "-c", DIGESTS], capture_output=True, text=True, check=True)
    *digests, loaded = child.stdout.split("\n")[:-1]
    assert digests == [digest(name) for name in NAMES]
    assert loaded == ""


@pytest.mark.parametrize("name", NAMES)
def test_the_global_random_state_is_neither_read_nor_changed(name):
    # ruff: noqa: NPY002 - the global generator is what this is about
    before = np.random.get_state()
    try:
        np.random.seed(1)
        first, state = corrupt(GRADIENT, name, 3), np.random.get_state()[1].copy()
        np.random.seed(1)
        assert (np.random.get_state()[1] == state).all()
        np.random.seed(2)
        assert (corrupt(GRADIENT, name, 3) == first).all()
    finally:
        np.random.set_state(before)


@pytest.mark.parametrize("name", NAMES)
def test_the_seed_matters_exactly_where_the_corruption_is_random(name):
    image = photograph(96, 96)  # large enough for a drop of spatter
    same = (corrupt(image, name, 3, seed=1) == corrupt(image, name, 3, seed=2)).all()
    assert same != CORRUPTIONS[name].is_random
    assert (corrupt(image, name, 3, seed=1) == corrupt(image, name, 3, seed=np.int64(1))).all()


def test_every_name_severity_and_seed_has_its_own_draws():
    gray = np.full((32, 32, 3), 128, dtype=np.uint8)
    residues = [
        (corrupt(gray, "gaussian_noise", severity, seed) > 128) for severity in (1, 2) for seed in (0, 1, 2**32)
    ]
    residues.append(corrupt(gray, "speckle_noise", 1, 0) > 128)
    agreement = np.array([[(a == b).mean() for b in residues] for a in residues]) - np.eye(len(residues))
    assert agreement.max() < 0.6


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("shape", [(32, 32), (33, 47), (32, 300), (129, 65), (400, 600), (700, 1000)])
def test_any_size_gives_a_new_picture_of_that_size_and_leaves_the_input_alone(name, shape):
    image = photograph(*shape).copy()
    kept = image.copy()
    for severity in SEVERITIES if max(shape) < 400 else (1, 5):
        result = corrupt(image, name, severity)
        assert result.shape == image.shape
        assert result.dtype == np.uint8
        assert result.flags.writeable
        assert not np.shares_memory(result, image)
        assert (image == kept).all()
        assert result.std() > 0


@pytest.mark.parametrize("name", NAMES)
def test_memory_layout_does_not_matter(name):
    image = photograph(64, 96)
    views = np.asfortranarray(image), image.repeat(2, axis=1)[:, ::2], image[::-1].copy()[::-1]
    for view in views:
        assert (corrupt(view, name, 2) == corrupt(image, name, 2)).all()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("level", [0, 100, 255])
def test_constant_pictures_give_finite_results_and_blurs_leave_them_flat(name, level):
    image = np.full((48, 80, 3), level, dtype=np.uint8)
    for severity in SEVERITIES:
        result = corrupt(image, name, severity)
        if not CORRUPTIONS[name].is_random or "blur" in name or name == "elastic_transform":
            assert np.ptp(result, axis=(0, 1)).max() == 0
        if ("blur" in name and name != "defocus_blur") or name in ("contrast", "pixelate", "elastic_transform"):
            assert (result == level).all()


def test_a_picture_that_no_drop_hits_is_unchanged():
    gray = np.full((32, 32, 3), 90, dtype=np.uint8)
    assert (corrupt(gray, "spatter", 1, seed=45) == gray).all()


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (np.zeros((31, 64, 3), np.uint8), "64×31"),
        (np.zeros((64, 31, 3), np.uint8), "31×64"),
        (np.zeros((64, 64, 3), np.float32), "float32"),
        (np.zeros((64, 64), np.uint8), r"\(64, 64\)"),
        (np.zeros((64, 64, 4), np.uint8), r"\(64, 64, 4\)"),
        (np.zeros((0, 0, 3), np.uint8), "0×0"),
        ([[0]], "list"),
        (None, "NoneType"),
    ],
)
def test_a_bad_image_is_named(image, message):
    with pytest.raises(NicvizError, match=message):
        corrupt(image, "fog", 1)


@pytest.mark.parametrize("severity", [0, 6, -1, 1.0, "3", True, None, np.nan])
def test_a_bad_severity_is_named(severity):
    with pytest.raises(NicvizError, match=f"severity is {severity!r}.*from 1 to 5"):
        corrupt(GRADIENT, "fog", severity)


@pytest.mark.parametrize("seed", [-1, 0.5, "0", None, False])
def test_a_bad_seed_is_named_also_where_it_has_no_effect(seed):
    with pytest.raises(NicvizError, match=f"seed is {seed!r}.*from 0 up"):
        corrupt(GRADIENT, "contrast", 1, seed)


def test_an_unknown_name_gets_a_suggestion():
    with pytest.raises(UnknownName, match="Did you mean 'gaussian_noise'"):
        corrupt(GRADIENT, "gausian_noise", 1)


def test_frost_without_its_textures_says_what_is_missing(monkeypatch):
    monkeypatch.setattr(weather, "find_spec", lambda _: None)
    weather._texture.cache_clear()
    with pytest.raises(NicvizError, match="imagecorruptions"):
        corrupt(GRADIENT, "frost", 1)
