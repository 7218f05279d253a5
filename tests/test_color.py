"""Color conversions beside scikit-image, colour-science and Sharma's published pairs."""

import io
from concurrent.futures import ThreadPoolExecutor

import colour
import numpy as np
import pytest
from PIL import Image
from skimage.color import deltaE_ciede2000, rgb2lab

from nicviz.color import (
    ab_cells,
    ab_histogram,
    delta_e00,
    delta_e00_map,
    delta_e00_parts,
    gamut_outline,
    lab_planes,
    lab_to_srgb,
    luminance,
    mean_delta_e00,
    srgb_to_lab,
    unique_ab,
    ycbcr,
)
from nicviz.samples import SAMPLES

# Sharma, Wu, Dalal 2005, table 1: L*1 a*1 b*1, L*2 a*2 b*2, ΔE00
SHARMA = np.array(
    [
        [50.0000, 2.6772, -79.7751, 50.0000, 0.0000, -82.7485, 2.0425],
        [50.0000, 3.1571, -77.2803, 50.0000, 0.0000, -82.7485, 2.8615],
        [50.0000, 2.8361, -74.0200, 50.0000, 0.0000, -82.7485, 3.4412],
        [50.0000, -1.3802, -84.2814, 50.0000, 0.0000, -82.7485, 1.0000],
        [50.0000, -1.1848, -84.8006, 50.0000, 0.0000, -82.7485, 1.0000],
        [50.0000, -0.9009, -85.5211, 50.0000, 0.0000, -82.7485, 1.0000],
        [50.0000, 0.0000, 0.0000, 50.0000, -1.0000, 2.0000, 2.3669],
        [50.0000, -1.0000, 2.0000, 50.0000, 0.0000, 0.0000, 2.3669],
        [50.0000, 2.4900, -0.0010, 50.0000, -2.4900, 0.0009, 7.1792],
        [50.0000, 2.4900, -0.0010, 50.0000, -2.4900, 0.0010, 7.1792],
        [50.0000, 2.4900, -0.0010, 50.0000, -2.4900, 0.0011, 7.2195],
        [50.0000, 2.4900, -0.0010, 50.0000, -2.4900, 0.0012, 7.2195],
        [50.0000, -0.0010, 2.4900, 50.0000, 0.0009, -2.4900, 4.8045],
        [50.0000, -0.0010, 2.4900, 50.0000, 0.0010, -2.4900, 4.8045],
        [50.0000, -0.0010, 2.4900, 50.0000, 0.0011, -2.4900, 4.7461],
        [50.0000, 2.5000, 0.0000, 50.0000, 0.0000, -2.5000, 4.3065],
        [50.0000, 2.5000, 0.0000, 73.0000, 25.0000, -18.0000, 27.1492],
        [50.0000, 2.5000, 0.0000, 61.0000, -5.0000, 29.0000, 22.8977],
        [50.0000, 2.5000, 0.0000, 56.0000, -27.0000, -3.0000, 31.9030],
        [50.0000, 2.5000, 0.0000, 58.0000, 24.0000, 15.0000, 19.4535],
        [50.0000, 2.5000, 0.0000, 50.0000, 3.1736, 0.5854, 1.0000],
        [50.0000, 2.5000, 0.0000, 50.0000, 3.2972, 0.0000, 1.0000],
        [50.0000, 2.5000, 0.0000, 50.0000, 1.8634, 0.5757, 1.0000],
        [50.0000, 2.5000, 0.0000, 50.0000, 3.2592, 0.3350, 1.0000],
        [60.2574, -34.0099, 36.2677, 60.4626, -34.1751, 39.4387, 1.2644],
        [63.0109, -31.0961, -5.8663, 62.8187, -29.7946, -4.0864, 1.2630],
        [61.2901, 3.7196, -5.3901, 61.4292, 2.2480, -4.9620, 1.8731],
        [35.0831, -44.1164, 3.7933, 35.0232, -40.0716, 1.5901, 1.8645],
        [22.7233, 20.0904, -46.6940, 23.0331, 14.9730, -42.5619, 2.0373],
        [36.4612, 47.8580, 18.3852, 36.2715, 50.5065, 21.2231, 1.4146],
        [90.8027, -2.0831, 1.4410, 91.1528, -1.6435, 0.0447, 1.4441],
        [90.9257, -0.5406, -0.9208, 88.6381, -0.8985, -0.7239, 1.5381],
        [6.7747, -0.2908, -2.4247, 5.8714, -0.0985, -2.2286, 0.6377],
        [2.0776, 0.0795, -1.1350, 0.9033, -0.0636, -0.5514, 0.9082],
    ]
)


def random_image(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (*shape, 3), dtype=np.uint8)


def all_grays_and_corners() -> np.ndarray:
    gray = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    corners = np.array(np.meshgrid([0, 255], [0, 255], [0, 255]), dtype=np.uint8).reshape(3, -1).T
    return np.concatenate([gray, corners])[None]


@pytest.mark.parametrize("image", [random_image(300, 401), all_grays_and_corners()], ids=["random", "grays"])
def test_lab_equals_scikit_image(image: np.ndarray) -> None:
    assert np.abs(srgb_to_lab(image) - rgb2lab(image)).max() < 1e-3


def test_lab_equals_colour_science_with_the_same_matrix_and_white() -> None:
    image = random_image(64, 64)
    linear = colour.models.eotf_sRGB(image / 255)
    matrix = np.array([[0.412453, 0.357580, 0.180423], [0.212671, 0.715160, 0.072169], [0.019334, 0.119193, 0.950227]])
    white = colour.XYZ_to_xy(np.array([0.95047, 1.0, 1.08883]))
    expected = colour.XYZ_to_Lab(linear @ matrix.T, white)
    assert np.abs(srgb_to_lab(image) - expected).max() < 1e-3


def test_lab_and_back_gives_every_level_again() -> None:
    image = random_image(128, 130)
    assert np.abs(lab_to_srgb(srgb_to_lab(image)) - image).max() < 1e-6


def test_a_color_outside_of_srgb_comes_back_unclipped() -> None:
    rgb = lab_to_srgb(np.array([50.0, -100.0, 0.0]))
    assert rgb.min() < 0


@pytest.mark.parametrize("swapped", [False, True])
def test_delta_e00_equals_the_34_published_pairs(swapped: bool) -> None:
    assert SHARMA.shape == (34, 7)
    pair = (SHARMA[:, 0:3], SHARMA[:, 3:6])
    first, second = reversed(pair) if swapped else pair
    assert np.abs(delta_e00(first, second) - SHARMA[:, 6]).max() < 1e-4


def pairs() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Pictures against JPEG, any color against any (half of them of opposed hues), near ones, and with grays."""
    photograph = np.ascontiguousarray(SAMPLES["coffee"].load().pixels)
    file = io.BytesIO()
    Image.fromarray(photograph).save(file, "JPEG", quality=20)
    anything, gray = random_image(300, 401, seed=1), random_image(300, 401, seed=3)[..., :1].repeat(3, axis=2)
    near = np.clip(anything + np.random.default_rng(4).integers(-2, 3, anything.shape), 0, 255).astype(np.uint8)
    return {
        "a photograph and its JPEG": (photograph, np.array(Image.open(file))),
        "any colors": (anything, random_image(300, 401, seed=2)),
        "near colors": (anything, near),
        "colors and grays": (anything, gray),
        "grays": (gray, gray[::-1]),
        "black and white": (np.zeros_like(gray), np.full_like(gray, 255)),
        "complements": (anything, 255 - anything),
    }


@pytest.mark.parametrize("kind", pairs())
def test_delta_e00_map_equals_scikit_image(kind: str) -> None:
    first, second = pairs()[kind]
    found = delta_e00_map(first, second)
    expected = deltaE_ciede2000(srgb_to_lab(first), srgb_to_lab(second))
    assert np.abs(found - expected).max() < 1e-4
    assert found.mean(dtype=float) == pytest.approx(expected.mean(), rel=1e-6)
    assert np.abs(found - deltaE_ciede2000(rgb2lab(first), rgb2lab(second))).max() < 1e-3  # its own white, rounded
    assert np.abs(delta_e00(srgb_to_lab(first), srgb_to_lab(second)) - found).max() < 1e-5


def test_delta_e00_equals_colour_science_far_outside_of_srgb_too() -> None:
    first, second = np.random.default_rng(5).uniform([0, -128, -128], [100, 128, 128], (2, 200_000, 3))
    found = delta_e00(first, second)
    assert np.abs(found - colour.delta_E(first, second, method="CIE 2000")).max() < 1e-4


def test_exactly_opposite_hues_are_as_far_apart_either_way() -> None:
    chroma, hue = np.meshgrid(np.array([3.0, 20.0, 90.0]), np.radians(np.arange(360)))
    first = np.stack([np.full(hue.shape, 50.0), chroma * np.cos(hue), chroma * np.sin(hue)], axis=-1)
    opposite = first * [1, -1, -1]
    assert np.array_equal(delta_e00(first, opposite), delta_e00(opposite, first))
    # equations 10 and 14: h' is the mean of both, as of a first color that is a little nearer to that side
    nearer = first + 1e-3 * np.stack([0 * hue, -np.sin(hue), np.cos(hue)], axis=-1)
    in_order = hue[:, 0] < np.pi - 1e-9
    assert np.abs(delta_e00(first, opposite) - delta_e00(nearer, opposite))[in_order].max() < 1e-2


def test_the_same_pictures_have_the_same_differences_in_every_thread() -> None:
    first, second = pairs()["any colors"]
    alone = delta_e00_map(first, second)
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda _: delta_e00_map(first, second), range(12)))
    assert all(np.array_equal(alone, each) for each in together)


def test_delta_e00_of_equal_colors_is_exactly_zero() -> None:
    image = np.concatenate([random_image(1, 5000), all_grays_and_corners()], axis=1)
    assert not delta_e00_map(image, image).any()


def test_unique_ab_counts_what_numpy_counts() -> None:
    image = random_image(150, 151)
    pairs = np.rint(rgb2lab(image)[..., 1:]).reshape(-1, 2)
    assert unique_ab(image) == len(np.unique(pairs, axis=0))
    histogram = ab_histogram(image)
    assert histogram.sum() == 150 * 151
    a, b = np.argwhere(histogram == histogram.max())[0] - 128
    assert np.sum((pairs == (a, b)).all(axis=1)) == histogram.max()


def test_grays_are_one_color_and_the_whole_gamut_fits_the_histogram() -> None:
    assert unique_ab(all_grays_and_corners()[:, :256]) == 1
    levels = np.append(np.arange(0, 256, 5), 255).astype(np.uint8)
    gamut = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(1, -1, 3)
    lab = srgb_to_lab(gamut)
    assert lab[..., 1:].min() > -128
    assert lab[..., 1:].max() < 127


def test_luminance_is_linear_and_weighs_as_the_design_says() -> None:
    image = random_image(20, 30)
    assert np.allclose(luminance(np.eye(3)), [0.2125, 0.7154, 0.0721])
    assert luminance(image).dtype == np.float64
    difference = image.astype(int) - image[::-1]
    assert np.allclose(luminance(difference), luminance(image) - luminance(image[::-1]))


def test_ycbcr_is_what_jpeg_uses() -> None:
    image = random_image(20, 30)
    expected = np.asarray(Image.fromarray(image).convert("YCbCr")).astype(float) - [0, 128, 128]
    assert np.abs(ycbcr(image) - expected).max() < 1.01


def test_one_pixel_and_no_pixel_have_colors() -> None:
    assert srgb_to_lab(np.zeros((1, 1, 3), np.uint8)).shape == (1, 1, 3)
    assert srgb_to_lab(np.zeros((0, 4, 3), np.uint8)).shape == (0, 4, 3)
    assert unique_ab(np.zeros((1, 1, 3), np.uint8)) == 1


def test_the_parts_of_a_difference_are_signed_and_make_up_the_distance() -> None:
    first, second = srgb_to_lab(random_image(40, 50, seed=3)), srgb_to_lab(random_image(40, 50, seed=4))
    delta, lightness, chroma, hue = delta_e00_parts(first, second)
    assert np.array_equal(delta, delta_e00(first, second))
    assert np.allclose(lightness, second[..., 0] - first[..., 0])
    mean_chroma = (np.hypot(*first[..., 1:].T) + np.hypot(*second[..., 1:].T)).T / 2
    stretch = 1 + 0.5 * (1 - np.sqrt(mean_chroma**7 / (mean_chroma**7 + 25.0**7)))
    a1, b1, a2, b2 = stretch * first[..., 1], first[..., 2], stretch * second[..., 1], second[..., 2]
    assert np.allclose(chroma, np.hypot(a2, b2) - np.hypot(a1, b1), atol=5e-5)  # chromas of 100 in float32
    assert np.allclose(chroma**2 + hue**2, (a2 - a1) ** 2 + (b2 - b1) ** 2, atol=1e-3)
    turns_left = a1 * b2 - a2 * b1 > 1e-6
    assert (hue[turns_left] > 0).all()


def test_the_cell_of_a_pixel_is_its_place_in_the_histogram() -> None:
    image = random_image(60, 70)
    counts = np.bincount(ab_cells(image).ravel(), minlength=65536).reshape(256, 256)
    assert np.array_equal(counts, ab_histogram(image))


def test_the_count_of_known_colors_is_exact() -> None:
    colors = random_image(40, seed=8)
    matrix = np.array([[0.412453, 0.357580, 0.180423], [0.212671, 0.715160, 0.072169], [0.019334, 0.119193, 0.950227]])
    xyz = colour.models.eotf_sRGB(colors / 255) @ matrix.T
    lab = colour.XYZ_to_Lab(xyz, colour.XYZ_to_xy(np.array([0.95047, 1.0, 1.08883])))
    pairs = {(round(a), round(b)) for _, a, b in lab.tolist()}
    picture = colors[np.random.default_rng(0).integers(0, len(colors), (50, 60))]
    picture[0, : len(colors)] = colors
    assert unique_ab(picture) == len(pairs)
    assert {(a - 128, b - 128) for a, b in np.argwhere(ab_histogram(picture)).tolist()} == pairs


def test_no_color_of_srgb_lies_outside_of_the_outline() -> None:
    u, v = np.meshgrid(np.arange(256, dtype=np.uint8), np.arange(256, dtype=np.uint8))
    faces = [np.insert(np.stack([u, v], -1), axis, level, axis=-1) for axis in range(3) for level in (0, 255)]
    lab = srgb_to_lab(np.stack(faces).reshape(-1, 3))
    outline = gamut_outline(steps=255)
    assert np.array_equal(outline[0], outline[-1])
    hue, chroma = np.arctan2(outline[:, 1], outline[:, 0]), np.hypot(*outline.T)
    order = np.argsort(hue)
    reach = np.interp(np.arctan2(lab[:, 2], lab[:, 1]), hue[order], chroma[order], period=2 * np.pi)
    assert (np.hypot(lab[:, 1], lab[:, 2]) - reach).max() < 1e-9
    coarse = gamut_outline()
    assert np.array_equal(coarse[0], outline[0])
    assert len(coarse) == 145


@pytest.mark.parametrize("compare", [delta_e00, delta_e00_parts, delta_e00_map, mean_delta_e00])
@pytest.mark.parametrize("sizes", [((3, 5, 3), (3, 4, 3)), ((3, 5, 3), (1, 1, 3)), ((5, 3), (50, 3))])
def test_colors_of_two_sizes_are_told_from_each_other(compare, sizes):
    kind = np.uint8 if compare is delta_e00_map else np.float64
    pair = [np.zeros(size, kind) for size in sizes]
    with pytest.raises(ValueError, match=r"one with one; got \(\d"):
        compare(*pair)


@pytest.mark.parametrize("wrong", [np.zeros((2, 2, 3), int), np.zeros((2, 2, 3)), np.zeros((2, 2, 4), np.uint8)])
def test_what_is_no_8_bit_srgb_is_told(wrong):
    with pytest.raises(ValueError, match=f"uint8; got .* {wrong.dtype}"):
        srgb_to_lab(wrong)


def test_an_image_of_no_pixels_has_no_differences():
    empty = np.zeros((0, 5, 3), np.uint8)
    assert delta_e00_map(empty, empty).shape == (0, 5)


def test_planes_may_lie_as_they_like():
    planes = [lab_planes(random_image(20, seed=seed)) for seed in (1, 2)]
    strided = [np.asfortranarray(each) for each in planes]
    assert mean_delta_e00(*strided) == mean_delta_e00(*planes)
