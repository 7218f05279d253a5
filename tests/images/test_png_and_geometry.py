"""PNG for the viewer, crop and downscale."""

import io

import numpy as np
import pytest
from PIL import Image

from nicviz.errors import ImageError
from nicviz.images import crop, decode_png, downscale, encode_png, equally_large, load_bytes

IMAGE = np.random.default_rng(0).integers(0, 256, (40, 57, 3), dtype=np.uint8)


@pytest.mark.parametrize("shape", [(1, 1), (1, 200), (200, 1), (40, 57), (129, 65)])
def test_png_is_exact_for_every_reader(shape: tuple[int, int]) -> None:
    image = np.random.default_rng(1).integers(0, 256, (*shape, 3), dtype=np.uint8)
    data = encode_png(image)
    assert np.array_equal(decode_png(data), image)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(data)).convert("RGB")), image)
    assert np.array_equal(load_bytes(data, "a.png").pixels, image)


def test_png_takes_views_and_gray() -> None:
    for view in (IMAGE[::2, ::-1], IMAGE.transpose(1, 0, 2), np.broadcast_to(IMAGE[:1], IMAGE.shape)):
        assert np.array_equal(decode_png(encode_png(view)), view)
    gray = decode_png(encode_png(IMAGE[..., 0]))
    assert np.array_equal(gray, np.repeat(IMAGE[..., :1], 3, axis=2))


def test_a_flat_picture_makes_a_small_png() -> None:
    assert len(encode_png(np.full((512, 512, 3), 77, np.uint8))) < 10_000


def test_what_is_no_8_bit_image_makes_no_png() -> None:
    for array in (IMAGE.astype(float), IMAGE[:0], IMAGE[0, 0]):
        with pytest.raises(ImageError, match="uint8"):
            encode_png(array)
    for data in (b"", b"no png", encode_png(IMAGE)[:100]):
        with pytest.raises(ImageError, match="PNG"):
            decode_png(data)


def test_crop_takes_the_named_rectangle_as_a_copy() -> None:
    part = crop(IMAGE, left=5, top=3, width=20, height=10)
    assert np.array_equal(part, IMAGE[3:13, 5:25])
    assert not np.shares_memory(part, IMAGE)
    assert np.array_equal(crop(IMAGE, 0, 0, 57, 40), IMAGE)
    assert crop(IMAGE, 56, 39, 1, 1).shape == (1, 1, 3)


@pytest.mark.parametrize("box", [(-1, 0, 5, 5), (0, 0, 0, 5), (50, 0, 8, 5), (0, 36, 5, 5), (0, 0, 58, 40)])
def test_a_crop_that_leaves_the_image_is_refused_with_its_values(box: tuple[int, int, int, int]) -> None:
    with pytest.raises(ImageError, match=rf"left {box[0]}, top {box[1]}, width {box[2]}, height {box[3]}.*57×40"):
        crop(IMAGE, *box)


def test_downscale_is_pillows_lanczos() -> None:
    expected = np.asarray(Image.fromarray(IMAGE).resize((28, 20), Image.Resampling.LANCZOS))
    assert np.array_equal(downscale(IMAGE, factor=2), expected)
    assert downscale(IMAGE, longest_side=30).shape == (21, 30, 3)
    assert downscale(IMAGE.transpose(1, 0, 2), longest_side=30).shape == (30, 21, 3)
    assert downscale(IMAGE, factor=1000).shape == (1, 1, 3)
    assert downscale(IMAGE, longest_side=1).shape == (1, 1, 3)


def test_nothing_is_resampled_where_nothing_shrinks() -> None:
    for same in (downscale(IMAGE, factor=1), downscale(IMAGE, longest_side=57)):
        assert np.array_equal(same, IMAGE)
        assert not np.shares_memory(same, IMAGE)


@pytest.mark.parametrize(
    "options",
    [{}, {"factor": 2, "longest_side": 20}, {"factor": 0.5}, {"factor": float("nan")}, {"factor": float("inf")}]
    + [{"longest_side": side} for side in (0, -5, 58)],
)
def test_downscale_never_enlarges_and_wants_one_target(options: dict) -> None:
    with pytest.raises(ImageError):
        downscale(IMAGE, **options)


def test_pictures_of_one_size_in_bytes_have_the_pixels_that_they_had() -> None:
    images = [IMAGE, np.full_like(IMAGE, 7), IMAGE[::-1] // 2]
    files = equally_large([encode_png(image) for image in images])
    assert len({len(data) for data in files}) == 1
    assert len(set(files)) == 3
    for image, data in zip(images, files, strict=True):
        assert np.array_equal(decode_png(data), image)
        assert np.array_equal(np.asarray(Image.open(io.BytesIO(data))), image)
        assert np.array_equal(load_bytes(data, "a.png").pixels, image)
    assert equally_large([]) == []
