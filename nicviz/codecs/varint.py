"""Whole numbers of the bitstreams' headers: seven bits a byte, lowest first, the high bit set where more follow."""

_MAX_BYTES = 5


def varint(value: int) -> bytes:
    """Return the bytes of a number from 0 to 2^35 − 1."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def read_varints(data: bytes, at: int, count: int) -> tuple[list[int], int]:
    """Return `count` numbers that stand from `at` on, and where they end.

    Raises:
        ValueError: the bytes end before, or one number is too long.
    """
    values = []
    for _ in range(count):
        value = 0
        for place in range(_MAX_BYTES):
            if at + place >= len(data):
                raise ValueError("ends within its header")
            byte = data[at + place]
            value |= (byte & 0x7F) << (7 * place)
            if byte < 0x80:
                break
        else:
            raise ValueError("has a number that is too long")
        values.append(value)
        at += place + 1
    return values, at
