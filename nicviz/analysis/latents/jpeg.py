"""Where a JPEG's bits go: the length of each minimum coded unit (MCU) in the entropy-coded segment, counted.

For baseline sequential JPEG with Huffman codes (ITU-T T.81, F.2.2), as the JPEG codecs here write it: one scan, no
restart intervals. Nothing is decoded but the lengths.
"""

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nicviz.analysis.latents.bits import bits_map
from nicviz.errors import NicvizError

Field = NDArray[np.float64]
_SOF0, _DHT, _SOS, _DRI = 0xC0, 0xC4, 0xDA, 0xDD
_OTHER_FRAMES = {*range(0xC1, 0xD0)} - {_DHT, 0xC8, 0xCC}
_END = b"\xff\xd9"


@dataclass(frozen=True)
class JpegBits:
    """Bits of one JPEG.

    Args:
        mcus: (rows, columns) bits of each MCU, stuffed bytes and the padding at the end included.
        stride: (height, width) of an MCU in pixels.
        header: bits of all else: markers, tables, headers.
        shape: (H, W) of the picture.
    """

    mcus: Field
    stride: tuple[int, int]
    header: int
    shape: tuple[int, int]

    @property
    def total(self) -> float:
        """Bits of the file."""
        return float(self.mcus.sum()) + self.header

    @property
    def map(self) -> Field:
        """(H, W) bits per pixel of the entropy-coded segment; the header is nowhere in the picture."""
        if self.stride[0] != self.stride[1]:
            raise NicvizError(f"MCUs of {self.stride[0]}×{self.stride[1]} pixels are not drawn.")
        return bits_map(self.mcus, self.stride[0], self.shape)


@dataclass(frozen=True)
class _Component:
    blocks: int
    dc: bytes
    ac: bytes


def jpeg_bits(data: bytes) -> JpegBits:
    """Return the bits of each MCU of a baseline JPEG.

    Raises:
        NicvizError: another kind of JPEG, or a damaged one.
    """
    try:
        return _read(data)
    except (IndexError, struct.error, KeyError) as error:
        raise NicvizError(f"The JPEG is damaged: {error}") from error


def _read(data: bytes) -> JpegBits:
    tables: dict[int, bytes] = {}
    frame = b""
    offset = 2
    while True:
        prefix, marker, length = struct.unpack_from(">BBH", data, offset)
        if prefix != 0xFF or marker in _OTHER_FRAMES or marker == _DRI:
            raise NicvizError("Bits are counted in baseline JPEGs of one scan without restarts alone.")
        body = data[offset + 4 : offset + 2 + length]
        if marker == _SOF0:
            frame = body
        elif marker == _DHT:
            tables |= _huffman(body)
        offset += 2 + length
        if marker == _SOS:
            break
    height, width, count = struct.unpack_from(">HHB", frame, 1)
    sampling = {frame[6 + 3 * k]: (frame[7 + 3 * k] >> 4, frame[7 + 3 * k] & 15) for k in range(count)}
    across, down = (max(each[axis] for each in sampling.values()) for axis in (0, 1))
    components = []
    for k in range(body[0]):
        name, used = body[1 + 2 * k], body[2 + 2 * k]
        h, v = sampling[name]
        components.append(_Component(h * v, tables[used >> 4], tables[16 + (used & 15)]))
    shape = (-(-height // (8 * down)), -(-width // (8 * across)))
    segment = data[offset : len(data) - len(_END)]
    starts = _mcu_starts(segment, components, shape[0] * shape[1])
    mcus = np.diff(starts).reshape(shape).astype(np.float64)
    return JpegBits(mcus, (8 * down, 8 * across), 8 * (len(data) - len(segment)), (height, width))


def _huffman(body: bytes) -> dict[int, bytes]:
    """Return, by class · 16 + number, tables over the next 16 bits: the code's length, then the symbol, 65536 each."""
    found, offset = {}, 0
    while offset < len(body):
        counts = body[offset + 1 : offset + 17]
        symbols = body[offset + 17 : offset + 17 + sum(counts)]
        lengths, values = bytearray(1 << 16), bytearray(1 << 16)
        code = at = 0
        for length, number in enumerate(counts, start=1):
            for _ in range(number):
                first, size = code << (16 - length), 1 << (16 - length)
                lengths[first : first + size] = bytes([length]) * size
                values[first : first + size] = symbols[at : at + 1] * size
                code, at = code + 1, at + 1
            code <<= 1
        found[body[offset]] = bytes(lengths + values)
        offset += 17 + sum(counts)
    return found


def _mcu_starts(segment: bytes, components: list[_Component], count: int) -> NDArray[np.int64]:
    """Return the bits of the segment before each MCU, and at the end all of them."""
    raw = np.frombuffer(segment, np.uint8)
    stuffed = np.flatnonzero((raw[:-1] == 0xFF) & (raw[1:] == 0)) + 1
    data = np.delete(raw, stuffed).tobytes() + bytes(8)
    end = 8 * (len(data) - 8)
    blocks = [(each.dc, each.ac) for each in components for _ in range(each.blocks)]
    starts = np.empty(count + 1, np.int64)
    position = 0
    for mcu in range(count):
        starts[mcu] = position
        for dc, ac in blocks:
            position = _after_block(data, position, dc, ac)
        if position > end:
            raise NicvizError("The JPEG is damaged: its entropy-coded segment ends too soon.")
    if end - position >= 8:
        raise NicvizError("The JPEG is damaged: there is more in its entropy-coded segment than its picture.")
    kept = stuffed - np.arange(1, len(stuffed) + 1)  # where, without the zeros, the byte is that a zero follows
    starts[:-1] += 8 * np.searchsorted(kept, starts[:-1] // 8)
    starts[0], starts[-1] = 0, 8 * len(segment)
    return starts


def _after_block(data: bytes, position: int, dc: bytes, ac: bytes) -> int:
    """Return where the next block begins."""
    word = int.from_bytes(data[position >> 3 : (position >> 3) + 4], "big") >> (16 - (position & 7)) & 0xFFFF
    length = dc[word]
    if not length:
        raise NicvizError("The JPEG is damaged: there is no such Huffman code.")
    position += length + dc[word + 65536]
    k = 1
    while k < 64:
        word = int.from_bytes(data[position >> 3 : (position >> 3) + 4], "big") >> (16 - (position & 7)) & 0xFFFF
        length = ac[word]
        if not length:
            raise NicvizError("The JPEG is damaged: there is no such Huffman code.")
        symbol = ac[word + 65536]
        position += length + (symbol & 15)
        if symbol & 15:
            k += (symbol >> 4) + 1
        elif symbol == 0xF0:
            k += 16
        else:
            break
    return position
