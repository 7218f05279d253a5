"""How each codec of imagecodecs is set."""

import numpy as np
import pytest

from nicviz.codecs import CODECS as CODEC
from nicviz.errors import CodecError
from tests.codecs.pictures import photograph


def test_jpegxl_is_a_lossy_raw_codestream():
    image = photograph(64)
    stream = CODEC["jpegxl"].encode(image, 0.1)
    assert stream.startswith(b"\xff\x0a")
    assert not np.array_equal(CODEC["jpegxl"].decode(stream), image)


def test_avif_has_color_at_full_resolution():
    stream = CODEC["avif"].encode(photograph(64), 45)
    configuration = stream.index(b"av1C") + 4
    profile, flags = stream[configuration + 1] >> 5, stream[configuration + 2]
    subsampling_x, subsampling_y, monochrome = flags >> 3 & 1, flags >> 2 & 1, flags >> 4 & 1
    assert (profile, subsampling_x, subsampling_y, monochrome) == (1, 0, 0, 0)


def test_jpegxl_refuses_an_image_that_would_take_gigabytes_to_encode():
    huge = np.broadcast_to(np.uint8(0), (5000, 5000, 3))
    with pytest.raises(CodecError, match="jpegxl takes at most 24 megapixels"):
        CODEC["jpegxl"].encode(huge)


def test_the_bytes_are_those_of_the_library_with_the_settings_of_papers():
    import imagecodecs

    image = photograph(96)
    for distance in (1.5, 4):
        expected = imagecodecs.jpegxl_encode(image, distance=distance, effort=7, usecontainer=False, numthreads=1)
        assert CODEC["jpegxl"].encode(image, distance) == expected
    for level in (18, 45):
        expected = imagecodecs.avif_encode(image, level=level, speed=6, pixelformat="444", numthreads=4)
        assert CODEC["avif"].encode(image, level) == expected
