"""What the codecs of libraries share: limits, failures, and what they load."""

import io
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from nicviz.codecs import CODECS as CODEC
from nicviz.codecs import guard
from nicviz.errors import CodecError
from tests.codecs.pictures import noise, photograph


def test_the_codecs_without_a_model_are_there_in_order():
    names = [name for name, codec in CODEC.items() if codec.family != "neural"]
    in_process = ["png", "jpeg", "jpeg-444", "jpeg2000", "webp", "jpegxl", "avif"]
    assert [name for name in names if name in in_process] == in_process


@pytest.mark.parametrize("name", ["jpeg2000", "jpegxl"])
def test_continuous_scales_allow_an_equal_bpp_search_to_one_percent(name):
    codec, image = CODEC[name], photograph(256)
    low, high = codec.ladder[0], codec.ladder[-1]
    for bpp in (0.5, 1.0):
        target = bpp * image.shape[0] * image.shape[1] / 8
        coarse, fine = low, high
        for _ in range(14):
            middle = (coarse * fine) ** 0.5
            length = len(codec.encode(image, middle))
            if abs(length / target - 1) < 0.01:
                break
            coarse, fine = (middle, fine) if length < target else (coarse, middle)
        assert length == pytest.approx(target, rel=0.01)


@pytest.mark.parametrize(("name", "quality", "levels"), [("avif", 80, 2), ("jpeg2000", 4, 1), ("jpeg2000", 60, 1)])
def test_another_decoder_sees_the_same_picture(name, quality, levels):
    stream = CODEC[name].encode(photograph(128), quality)
    with Image.open(io.BytesIO(stream)) as image:
        assert np.abs(np.asarray(image).astype(int) - CODEC[name].decode(stream)).max() <= levels


@pytest.mark.parametrize(("name", "limit"), [("jpeg", 65500), ("jpeg-444", 65500), ("webp", 16383), ("avif", 32768)])
def test_the_largest_side_works_and_one_more_is_refused_with_the_limit(name, limit):
    codec = CODEC[name]
    for shape in ((1, limit), (limit, 1)):
        assert codec.decode(codec.encode(np.full((*shape, 3), 90, np.uint8))).shape == (*shape, 3)
    for shape in ((1, limit + 1), (limit + 1, 1)):
        with pytest.raises(CodecError, match=f"{name}.*{limit}"):
            codec.encode(np.full((*shape, 3), 90, np.uint8))


@pytest.mark.parametrize("name", ["png", "jpeg2000", "jpegxl"])
def test_long_thin_images_work_where_the_format_allows_them(name):
    image = np.full((70000, 1, 3), 90, np.uint8)
    assert CODEC[name].decode(CODEC[name].encode(image)).shape == image.shape


@pytest.mark.slow
def test_the_classical_codecs_load_no_heavy_library():
    code = (
        "import sys; from nicviz.codecs import CODECS;"
        "[e.versions(e.quality(None)) for e in CODECS.values() if e.family != 'neural'];"
        "print(sorted({'torch', 'compressai', 'scipy', 'skimage', 'cv2'} & set(sys.modules)))"
    )
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert process.stdout.strip() == "[]"


@pytest.mark.parametrize("failure", guard.FAILURES)
def test_whatever_a_library_raises_is_a_codec_error_that_names_the_codec(failure):
    def fail(*_):
        raise failure("no")

    with pytest.raises(CodecError, match="qoi cannot encode this 8×6 image: no"):
        guard.encoder("qoi", fail, 10)(noise(6, 8), 0.0)
    with pytest.raises(CodecError, match=r"not a whole qoi bitstream \(no"):
        guard.decoder("qoi", fail, lambda data: noise(1, 1))(b"x")


def test_a_picture_that_is_not_what_the_header_claims_is_refused():
    image = noise(6, 8)
    assert guard.decoder("qoi", lambda data: (8, 6), lambda data: image)(b"x") is image
    for claimed, decoded in (((6, 8), image), ((8, 6), image[:, :, :1]), ((8, 6), image.astype(float))):
        with pytest.raises(CodecError, match=f"claims {claimed[0]}×{claimed[1]} RGB, decoded to"):
            guard.decoder("qoi", lambda data, claimed=claimed: claimed, lambda data, it=decoded: it)(b"x")
    for claimed in ((0, 5), (1 << 20, 1 << 20)):
        with pytest.raises(CodecError, match="limit is 64 megapixels"):
            guard.decoder("qoi", lambda data, claimed=claimed: claimed, lambda data: pytest.fail("decoded"))(b"x")
