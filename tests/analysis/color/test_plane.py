"""Planes, changes and differences beside plain NumPy and scikit-image."""

import numpy as np
import pytest
from skimage.color import deltaE_ciede2000, rgb2lab
from skimage.measure import points_in_poly

from nicviz.analysis.color.plane import (
    COLORFUL,
    DELTA_STEP,
    ab_plane,
    cells_in_polygons,
    changed_cells,
    color_difference,
    difference_field,
)
from nicviz.codecs import CODECS
from nicviz.color import ab_histogram
from nicviz.images import LoadedImage
from nicviz.samples import find_sample
from nicviz.tasks.compress import compress


def crop_of(name: str) -> np.ndarray:
    return find_sample(name).load().pixels[60:260, 100:331].copy()


def test_a_plane_counts_pixels_mean_lightness_hues_and_chromas() -> None:
    pixels = crop_of("astronaut")
    plane, lab = ab_plane(pixels), rgb2lab(pixels)
    chroma, hue = np.hypot(lab[..., 1], lab[..., 2]), np.degrees(np.arctan2(lab[..., 2], lab[..., 1])) % 360
    assert np.array_equal(plane.counts, ab_histogram(pixels))
    assert plane.unique == np.count_nonzero(plane.counts)
    a, b = np.argwhere(plane.counts == plane.counts.max())[0]
    here = (np.rint(lab[..., 1]) == a - 128) & (np.rint(lab[..., 2]) == b - 128)
    assert plane.lightness[a, b] == pytest.approx(lab[here][:, 0].mean(), abs=1e-3)
    assert np.isnan(plane.lightness[plane.counts == 0]).all()
    expected = np.histogram(hue[chroma >= COLORFUL], bins=np.arange(0, 361, 5))[0]
    assert np.abs(plane.hues - expected).sum() < 20, "only pixels on the edge of a bin may differ"
    assert plane.chromas.sum() == pixels.shape[0] * pixels.shape[1]
    assert np.abs(plane.chromas[:100] - np.histogram(chroma, bins=np.arange(101))[0]).sum() < 20


def test_a_region_marks_exactly_the_pixels_of_its_colors() -> None:
    pixels = crop_of("astronaut")
    plane, ab = ab_plane(pixels), np.rint(rgb2lab(pixels)[..., 1:])
    marked = cells_in_polygons([np.array([(9.5, 9.5), (40.5, 9.5), (40.5, 60.5), (9.5, 60.5)])])
    expected = (ab[..., 0] >= 10) & (ab[..., 0] <= 40) & (ab[..., 1] >= 10) & (ab[..., 1] <= 60)
    assert expected.any()
    assert np.array_equal(plane.mask(marked), expected)


def test_cells_in_a_lasso_are_those_of_scikit_image() -> None:
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    star = np.stack([np.cos(angle), np.sin(angle)], axis=1) * np.where(np.arange(40) % 2, 90.3, 31.7)[:, None] + 0.123
    grid = np.stack(np.meshgrid(np.arange(-128, 128), np.arange(-128, 128), indexing="ij"), axis=-1).reshape(-1, 2)
    assert np.array_equal(cells_in_polygons([star]).ravel(), points_in_poly(grid, star))


def test_two_regions_mark_the_cells_of_both() -> None:
    first = np.array([(0.5, 0.5), (3.5, 0.5), (3.5, 3.5), (0.5, 3.5)])
    assert cells_in_polygons([first, first + 50]).sum() == 18
    assert cells_in_polygons([first, first]).sum() == 9
    assert not cells_in_polygons([]).any()
    assert cells_in_polygons([first * 1000 - 600_000]).sum() == 0


def test_a_rectangle_marks_its_colors_and_what_lies_outside_is_ignored() -> None:
    pixels = crop_of("coffee")
    plane = ab_plane(pixels)
    assert np.array_equal(plane.cells_within(20, 30, 7, 9), ab_histogram(pixels[30:39, 20:27]) > 0)
    assert np.array_equal(plane.cells_within(-5, -5, 10, 10), ab_histogram(pixels[:5, :5]) > 0)
    assert not plane.cells_within(5000, 5000, 10, 10).any()


def test_lost_kept_and_invented_cells_make_up_both_pictures() -> None:
    before, after = ab_plane(crop_of("coffee")), ab_plane(crop_of("chelsea"))
    change = changed_cells(before, after)
    assert np.array_equal(change.lost | change.kept, before.counts > 0)
    assert np.array_equal(change.invented | change.kept, after.counts > 0)
    assert not (change.lost & change.invented).any()


@pytest.mark.parametrize("pixels", [np.full((1, 1, 3), 90, np.uint8), np.full((7, 5, 3), (200, 10, 30), np.uint8)])
def test_a_picture_of_one_color_is_one_cell(pixels: np.ndarray) -> None:
    plane = ab_plane(pixels)
    assert plane.unique == 1
    assert plane.counts.max() == pixels.shape[0] * pixels.shape[1]


def test_the_difference_sums_up_what_scikit_image_gives() -> None:
    image = LoadedImage("crop", crop_of("astronaut"))
    done = compress(image, CODECS["jpeg"], 20)
    difference = color_difference(image, done)
    first, second = rgb2lab(image.pixels), rgb2lab(done.pixels())
    field = deltaE_ciede2000(first, second)
    assert difference.mean == pytest.approx(field.mean(), abs=1e-3)
    assert difference.median == pytest.approx(np.median(field), abs=1e-3)
    assert difference.p95 == pytest.approx(np.percentile(field, 95), abs=2e-3)
    assert difference.maximum == pytest.approx(field.max(), abs=1e-2)
    assert difference.shares.sum() == pytest.approx(1)
    assert np.sum(difference.shares * np.arange(len(difference.shares))) * DELTA_STEP == pytest.approx(
        field.mean(), abs=DELTA_STEP
    )
    assert difference.rms["lightness"] == pytest.approx(np.sqrt(((second - first)[..., 0] ** 2).mean()), abs=1e-3)
    assert difference.shift["lightness"] == pytest.approx((second - first)[..., 0].mean(), abs=1e-3)
    again = color_difference(image, done)
    assert (again.mean, again.rms, again.shift) == (difference.mean, difference.rms, difference.shift)
    assert np.array_equal(again.shares, difference.shares)
    assert np.abs(difference_field(image.pixels, done.pixels(), "delta_e00") - field).max() < 1e-2
    lightness = difference_field(image.pixels, done.pixels(), "lightness")
    assert np.abs(lightness - np.abs(second - first)[..., 0]).max() < 1e-3


def test_gray_wash_is_a_loss_of_chroma_alone() -> None:
    pixels = np.full((8, 8, 3), (180, 80, 60), np.uint8)
    duller = np.full((8, 8, 3), (160, 90, 75), np.uint8)
    image = LoadedImage("red", pixels)
    done = compress(LoadedImage("dull", duller), CODECS["png"])
    assert color_difference(image, done).shift["chroma"] < -5
