"""The bitstream of a program: sizes and damage are known before the program gets it."""

import zlib

import pytest

from nicviz.codecs.program.wrapping import pack, unpack


@pytest.mark.parametrize("size", [(1, 1), (127, 128), (768, 512), (16383, 3), (8000, 8000)])
def test_what_was_packed_comes_back(size) -> None:
    assert unpack("vvc", pack("vvc", *size, b"stream")) == (*size, b"stream")


def test_a_photograph_costs_eight_bytes() -> None:
    assert len(pack("vvc", 768, 512, b"x")) == 1 + 8


def test_the_layout_is_the_documented_one() -> None:
    width, height = bytes([0x80, 0x06]), bytes([0x80, 0x04])  # 768 and 512
    check = zlib.crc32(b"hevc" + width + height + b"stream").to_bytes(4, "little")
    assert pack("hevc", 768, 512, b"stream") == width + height + check + b"stream"


def test_every_cut_and_every_flipped_bit_is_noticed() -> None:
    data = pack("vvc", 300, 200, b"some bytes")
    for end in range(len(data)):
        with pytest.raises(ValueError, match=r"they|size"):
            unpack("vvc", data[:end])
    for bit in range(8 * len(data)):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(ValueError, match=r"they|size|header"):
            unpack("vvc", bytes(flipped))


def test_another_kind_of_stream_and_a_size_beyond_the_limit_are_refused() -> None:
    with pytest.raises(ValueError, match="another codec"):
        unpack("hevc", pack("vvc", 3, 2, b"x"))
    for size in ((0, 5), (100_000, 100_000)):
        with pytest.raises(ValueError, match="claims"):
            unpack("vvc", pack("vvc", *size, b"x"))
    with pytest.raises(ValueError, match="size"):
        unpack("vvc", b"\xff" * 40)
