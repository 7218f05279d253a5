"""The progressive bitstream: whole iterations or nothing, and a lower quality is the beginning of a higher one."""

import numpy as np
import pytest

from nicviz.codecs.neural.entropy.container import Container, unpack
from nicviz.codecs.neural.entropy.progressive import MAX_STRINGS, Progressive, ends
from nicviz.errors import CodecError

PIXELS = 1 << 23


def container(*strings: bytes) -> Progressive:
    return Progressive("some-codec", 0xDEADBEEF, float(len(strings)), 512, 768, 0, strings)


def test_what_was_packed_comes_back() -> None:
    for strings in ((b"a",), (b"abcd" * 100, b"xyz", bytes(7)), tuple(bytes([n]) * 6144 for n in range(16))):
        packed = container(*strings)
        assert unpack("some-codec", packed.pack(), PIXELS) == packed


def test_a_lower_quality_is_the_beginning_of_a_higher_one() -> None:
    strings = tuple(bytes([number]) * (50 + number) for number in range(16))
    whole = container(*strings).pack()
    cuts = ends("some-codec", whole, PIXELS)
    assert cuts[-1] == len(whole)
    for number, cut in enumerate(cuts, start=1):
        assert whole[:cut] == container(*strings[:number]).pack()
        assert unpack("some-codec", whole[:cut], PIXELS).quality == number


def test_every_other_cut_and_every_flipped_bit_is_refused() -> None:
    packed = container(b"abcd" * 8, b"efgh", b"ijklm").pack()
    cuts = ends("some-codec", packed, PIXELS)
    for length in set(range(len(packed))) - set(cuts):
        with pytest.raises(CodecError, match="some-codec"):
            unpack("some-codec", packed[:length], PIXELS)
    for bit in range(8 * len(packed)):
        flipped = bytearray(packed)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(CodecError, match="some-codec"):
            unpack("some-codec", bytes(flipped), PIXELS)


def test_iterations_cannot_change_places_or_be_left_out() -> None:
    packed = container(b"abcd", b"efgh", b"ijkl").pack()
    head, first, second, third = (
        packed[a:b] for a, b in zip((0, *(c for c in starts(packed))), (*starts(packed), len(packed)), strict=True)
    )
    for forged in (head + second, head + first + third, head + second + first, head + first + first):
        with pytest.raises(CodecError, match="damaged"):
            unpack("some-codec", forged, PIXELS)


def starts(packed: bytes) -> tuple[int, ...]:
    """Where the strings of four bytes begin: each takes nine with its length and checksum."""
    return tuple(len(packed) - 9 * count for count in (3, 2, 1))


def test_more_iterations_than_there_can_be_are_refused() -> None:
    assert unpack("some-codec", container(*[b"a"] * MAX_STRINGS).pack(), PIXELS).quality == MAX_STRINGS
    with pytest.raises(CodecError, match="more than"):
        unpack("some-codec", container(*[b"a"] * (MAX_STRINGS + 1)).pack(), PIXELS)
    with pytest.raises(CodecError, match="some-codec"):
        unpack("some-codec", container().pack(), PIXELS)


def test_another_codec_and_an_absurd_size_are_refused() -> None:
    packed = container(b"abcd").pack()
    with pytest.raises(CodecError, match="other-codec: the bitstream was made by another codec"):
        unpack("other-codec", packed, PIXELS)
    with pytest.raises(CodecError, match="size"):
        unpack("some-codec", packed, 512 * 768 - 1)


def test_random_bytes_are_refused() -> None:
    rng = np.random.default_rng(0)
    head = container(b"abcd").pack()
    for size in (0, 1, 10, 30, 100, 1000):
        for keep in (3, 9, 13, 17):
            with pytest.raises(CodecError):
                unpack("some-codec", head[:keep] + rng.bytes(size), PIXELS)


def test_it_costs_five_or_six_bytes_an_iteration() -> None:
    whole = container(*[bytes(6144)] * 16)
    assert len(whole.pack()) - 16 * 6144 <= 17 + 16 * 6


def test_the_plain_container_is_not_taken_for_one() -> None:
    plain = Container("some-codec", 1, 3.0, 8, 8, 0, (b"abcd",))
    with pytest.raises(CodecError, match="version"):
        ends("some-codec", plain.pack(), PIXELS)


def test_what_is_shorter_than_a_head_is_told() -> None:
    for bitstream in (b"", b"nv", b"nv\x02\0\0\0\0\0", b"\x89PNG and more than that"):
        with pytest.raises(CodecError, match="not a bitstream"):
            ends("x", bitstream, 1 << 20)
