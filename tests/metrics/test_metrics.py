"""The metrics beside plain formulas and pytorch-msssim."""

import io
import math
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest
import pytorch_msssim
import torch
from PIL import Image
from scipy.ndimage import gaussian_filter

from nicviz.errors import NicvizError, UnknownName
from nicviz.metrics import METRICS, format_value, measure_metrics, ms_ssim, to_json
from nicviz.metrics.ssim import similarity
from nicviz.samples import SAMPLES

NAMES = ["psnr_db", "ms_ssim", "ssim", "delta_e00", "unique_ab"]


def jpeg(image: np.ndarray, quality: int = 10) -> np.ndarray:
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))


def noise(image: np.ndarray) -> np.ndarray:
    added = np.random.default_rng(0).normal(0, 30, image.shape)
    return np.clip(image + added, 0, 255).round().astype(np.uint8)


def blur(image: np.ndarray) -> np.ndarray:
    return gaussian_filter(image, (2, 2, 0))


def negative(image: np.ndarray) -> np.ndarray:
    return 255 - image


def tensor(image: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.array(image)).permute(2, 0, 1)[None].double()


@pytest.mark.parametrize("distort", [jpeg, noise, blur, negative])
@pytest.mark.parametrize(
    ("key", "height", "width"),
    [("astronaut", 512, 512), ("coffee", 399, 577), ("chelsea", 161, 162), ("motorcycle", 321, 163)],
)
def test_ssim_and_ms_ssim_equal_pytorch_msssim(key: str, height: int, width: int, distort) -> None:
    reference = SAMPLES[key].load().pixels[:height, :width]
    image = distort(reference)
    assert reference.shape == (height, width, 3)
    expected = pytorch_msssim.ms_ssim(tensor(reference), tensor(image), data_range=255).item()
    assert METRICS["ms_ssim"].compute(reference, image) == pytest.approx(expected, abs=1e-5)
    expected = pytorch_msssim.ssim(tensor(reference), tensor(image), data_range=255).item()
    assert METRICS["ssim"].compute(reference, image) == pytest.approx(expected, abs=3e-5)


@pytest.mark.parametrize(("height", "width"), [(11, 11), (11, 90), (75, 13)])
def test_ssim_equals_pytorch_msssim_on_the_smallest_images(height: int, width: int) -> None:
    reference = np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8)
    image = noise(reference)
    expected = pytorch_msssim.ssim(tensor(reference), tensor(image), data_range=255).item()
    assert METRICS["ssim"].compute(reference, image) == pytest.approx(expected, abs=3e-5)


@pytest.mark.parametrize("names", [tuple(NAMES), ("ssim", "psnr_db", "ms_ssim"), ("ms_ssim",), ("ssim",), ()])
@pytest.mark.parametrize("height", [300, 160, 11, 10])
def test_metrics_measured_together_are_what_each_is_alone(names: tuple[str, ...], height: int) -> None:
    reference = SAMPLES["coffee"].load().pixels[:height, :331]
    image = jpeg(reference)
    alone = {name: METRICS[name].compute(reference, image) for name in names}
    together = measure_metrics(reference, image, names)
    assert together == alone
    assert list(together) == list(names)
    assert ("ms_ssim" in names and together["ms_ssim"] is None) == ("ms_ssim" in names and height <= 160)


def test_ssim_and_ms_ssim_share_their_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    usual = ms_ssim.similarity
    monkeypatch.setattr(ms_ssim, "similarity", lambda x, y, luminance: seen.append(x.shape) or usual(x, y, luminance))
    reference = SAMPLES["coffee"].load().pixels[:200, :200]
    measure_metrics(reference, jpeg(reference), ("ms_ssim",))
    alone = list(seen)
    measure_metrics(reference, jpeg(reference), ("ms_ssim", "ssim"))
    assert seen == 2 * alone


def test_bright_flat_images_lose_no_precision() -> None:
    reference = np.full((200, 200, 3), 250, np.uint8)
    image = reference + np.random.default_rng(0).integers(0, 3, reference.shape, dtype=np.uint8)
    expected = pytorch_msssim.ms_ssim(tensor(reference), tensor(image), data_range=255).item()
    assert METRICS["ms_ssim"].compute(reference, image) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("level", [0, 3, 60, 128, 252])
@pytest.mark.parametrize("name", ["ssim", "ms_ssim"])
def test_flat_images_lose_no_precision_at_any_level(name: str, level: int) -> None:
    reference, image = (np.full((192, 208, 3), each, np.uint8) for each in (level, level + 2))
    c1 = (0.01 * 255) ** 2
    luminance = 1 - 4 / (level**2 + (level + 2) ** 2 + c1)
    expected = luminance if name == "ssim" else luminance**0.1333
    assert METRICS[name].compute(reference, image) == pytest.approx(expected, abs=2e-6)


@pytest.mark.parametrize("sizes", [((20, 20), (20, 21)), ((10, 20), (10, 20)), ((600, 600), (20, 20))])
def test_planes_that_cannot_be_compared_are_told(sizes: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(ValueError, match=r"11 or more on a side; got \("):
        similarity(*(np.zeros(size, np.float32) for size in sizes))


def test_how_an_image_lies_in_memory_does_not_matter() -> None:
    reference = SAMPLES["coffee"].load().pixels[:200, :201]
    image = np.array(jpeg(reference))
    expected = measure_metrics(reference, image)
    padded = np.zeros((200, 402, 4), np.uint8)
    padded[:, ::2, :3] = image
    backwards = np.ascontiguousarray(image[::-1, ::-1])[::-1, ::-1]
    frozen = image.copy()
    frozen.setflags(write=False)
    for other in (padded[:, ::2, :3], backwards, frozen, np.asfortranarray(image)):
        assert measure_metrics(reference, other) == expected


def test_an_image_equals_itself_exactly() -> None:
    image = SAMPLES["coffee"].load().pixels[:200, :201]
    found = measure_metrics(image, image.copy())
    assert (found["ssim"], found["ms_ssim"], found["delta_e00"], found["psnr_db"]) == (1, 1, 0, math.inf)


def test_threads_do_not_disturb_each_other() -> None:
    reference = SAMPLES["astronaut"].load().pixels
    images = [jpeg(reference, quality) for quality in (5, 20, 60, 95)]
    alone = [METRICS["ms_ssim"].compute(reference, image) for image in images]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(partial(METRICS["ms_ssim"].compute, reference), 8 * images))
    assert together == 8 * alone


def test_psnr_is_the_formula_and_exact() -> None:
    reference = SAMPLES["coffee"].load().pixels
    image = jpeg(reference)
    mean_square = np.mean((reference.astype(int) - image) ** 2)
    assert METRICS["psnr_db"].compute(reference, image) == pytest.approx(
        10 * math.log10(255**2 / mean_square), abs=1e-9
    )
    black, white = np.zeros((3, 3, 3), np.uint8), np.full((3, 3, 3), 255, np.uint8)
    assert METRICS["psnr_db"].compute(black, white) == 0


def test_identical_images_are_perfect() -> None:
    image = SAMPLES["chelsea"].load().pixels
    values = {name: metric.compute(image, image) for name, metric in METRICS.items()}
    assert values.pop("unique_ab") > 100
    assert values == {"psnr_db": math.inf, "ms_ssim": 1, "ssim": 1, "delta_e00": 0}


def test_one_pixel_has_psnr_and_color_but_no_structure() -> None:
    black, white = np.zeros((1, 1, 3), np.uint8), np.full((1, 1, 3), 255, np.uint8)
    values = {name: metric.compute(black, white) for name, metric in METRICS.items()}
    assert values["psnr_db"] == 0
    assert values["delta_e00"] == pytest.approx(100, abs=1e-3)
    assert values["unique_ab"] == 1
    assert values["ms_ssim"] is None
    assert values["ssim"] is None
    assert "161 px" in METRICS["ms_ssim"].reason(black)
    assert "1×1" in METRICS["ssim"].reason(black)


def test_gray_images_have_one_color_and_finite_values() -> None:
    gray = np.repeat(SAMPLES["grass"].load().pixels[:200, :200, :1], 3, axis=2)
    values = {name: metric.compute(gray, noise(gray[..., :1]).repeat(3, axis=2)) for name, metric in METRICS.items()}
    assert values["unique_ab"] == 1
    assert all(math.isfinite(value) for value in values.values())
    assert 0 < values["ms_ssim"] < 1


@pytest.mark.parametrize(("height", "width", "has_value"), [(160, 400, False), (400, 160, False), (161, 161, True)])
def test_ms_ssim_needs_161_px_on_each_side(height: int, width: int, has_value: bool) -> None:
    image = np.zeros((height, width, 3), np.uint8)
    assert (METRICS["ms_ssim"].reason(image) is None) == has_value
    assert (METRICS["ms_ssim"].compute(image, image) is not None) == has_value


@pytest.mark.parametrize("name", NAMES)
def test_arrays_that_do_not_compare_are_refused(name: str) -> None:
    image = np.zeros((20, 30, 3), np.uint8)
    for other in (image[:10], image.astype(float), image[..., 0], image[:0]):
        with pytest.raises(NicvizError):
            METRICS[name].compute(image, other)
        with pytest.raises(NicvizError):
            METRICS[name].compute(other, image)
        with pytest.raises(NicvizError):
            measure_metrics(image, other, (name, "ms_ssim", "ssim"))


@pytest.mark.parametrize("name", NAMES)
def test_metrics_leave_their_images_alone_and_take_views(name: str) -> None:
    reference = SAMPLES["astronaut"].load().pixels[:200, :200]
    image = jpeg(reference)
    before = image.copy()
    value = METRICS[name].compute(reference.transpose(1, 0, 2), image.transpose(1, 0, 2))
    assert np.array_equal(image, before)
    assert value == pytest.approx(METRICS[name].compute(reference, image), rel=1e-5)


def test_the_registry_holds_the_five_names_with_text_for_the_screen() -> None:
    assert list(METRICS) == NAMES
    assert all(metric.title and metric.description.endswith(".") for metric in METRICS.values())
    with pytest.raises(UnknownName, match="psnr_db"):
        METRICS["psnr"]


def test_values_are_shown_with_their_digits_and_stored_as_null_where_json_has_none() -> None:
    assert format_value("psnr_db", 32.456) == "32.46"
    assert format_value("psnr_db", math.inf) == "∞"
    assert format_value(METRICS["ms_ssim"], None) == "–"
    assert format_value("ssim", math.nan) == "–"
    assert format_value("unique_ab", 1234.0) == "1234"
    assert [to_json(value) for value in (1.5, math.inf, math.nan, None)] == [1.5, None, None, None]
