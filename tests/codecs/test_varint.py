"""Numbers of headers: their bytes by definition, and what is no number."""

import pytest

from nicviz.codecs.varint import read_varints, varint


@pytest.mark.parametrize(
    ("value", "stored"), [(0, "00"), (127, "7f"), (128, "8001"), (300, "ac02"), (2**35 - 1, "ffffffff7f")]
)
def test_seven_bits_a_byte_lowest_first(value: int, stored: str) -> None:
    assert varint(value).hex() == stored
    assert read_varints(b"x" + varint(value) + b"rest", 1, 1) == ([value], 1 + len(stored) // 2)


def test_several_numbers_follow_one_another() -> None:
    values = [768, 512, 0, 16384]
    assert read_varints(b"".join(map(varint, values)), 0, 4) == (values, 2 + 2 + 1 + 3)


@pytest.mark.parametrize(("data", "why"), [("", "ends"), ("80", "ends"), ("8080808080", "too long")])
def test_what_is_no_number_is_told(data: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_varints(bytes.fromhex(data), 0, 1)
