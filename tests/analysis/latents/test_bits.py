"""Maps of bits: their sums, and the count of a JPEG's against a decoder of the test's own."""

import struct

import numpy as np
import pytest

from nicviz.analysis.latents.bits import bits_map, energy, per_channel
from nicviz.analysis.latents.jpeg import jpeg_bits
from nicviz.codecs import CODECS
from nicviz.errors import NicvizError
from tests.codecs.pictures import noise, photograph


@pytest.mark.parametrize("shape", [(64, 64), (1, 1), (50, 37), (63, 16), (33, 64)], ids=str)
def test_a_map_of_bits_keeps_their_sum_and_their_place(shape: tuple[int, int]) -> None:
    cells = np.random.default_rng(1).exponential(100, (4, 4))
    field = bits_map(cells, 16, shape)
    assert field.shape == shape
    assert field.sum() == pytest.approx(cells.sum(), rel=1e-12)
    if min(shape) > 32:
        assert field[:16, :16].sum() == pytest.approx(cells[0, 0])
        assert np.ptp(field[:16, :16]) < 1e-12


def test_what_is_coded_of_the_padding_counts_for_the_last_cells() -> None:
    cells = np.array([[1.0, 2.0, 4.0], [8.0, 16.0, 32.0]])
    field = bits_map(cells, 16, (16, 20))
    assert field[:, :16].sum() == pytest.approx(9.0)
    assert field[:, 16:].sum() == pytest.approx(54.0)


def test_energy_and_bits_are_per_channel() -> None:
    values = np.array([[[1.0, -3.0]], [[0.0, 0.0]]])
    assert per_channel(values).tolist() == [-2.0, 0.0]
    assert energy(values.astype(np.float32)).tolist() == [5.0, 0.0]


class Reference:
    """A baseline JPEG decoder that keeps codes as text: where each MCU begins, and the DC of each block."""

    def __init__(self, data: bytes) -> None:
        self.tables: dict[tuple[int, int], dict[str, int]] = {}
        self.components: list[tuple[int, int, int, int]] = []
        offset = 2
        while True:
            marker, length = struct.unpack_from(">xBH", data, offset)
            body = data[offset + 4 : offset + 2 + length]
            offset += 2 + length
            if marker == 0xC4:
                self._read_tables(body)
            if marker == 0xC0:
                self.frame = body
            if marker == 0xDA:
                break
        self.scan = body
        self.text = "".join(f"{byte:08b}" for byte in data[offset:-2].replace(b"\xff\x00", b"\xff"))

    def _read_tables(self, body: bytes) -> None:
        while body:
            kind, counts, code, symbols = body[0], body[1:17], 0, iter(body[17:])
            table = {}
            for length, count in enumerate(counts, 1):
                for _ in range(count):
                    table[f"{code:0{length}b}"] = next(symbols)
                    code += 1
                code <<= 1
            self.tables[kind >> 4, kind & 15] = table
            body = body[17 + sum(counts) :]

    def mcus(self, count: int) -> tuple[list[int], list[int]]:
        at, starts, dcs, dc = 0, [], [], 0
        for _ in range(count):
            starts.append(at)
            for k in range(3):
                sampling = self.frame[7 + 3 * k]
                dc_table, ac_table = (self.tables[kind, self.scan[2 + 2 * k] >> (4 - 4 * kind) & 15] for kind in (0, 1))
                for _ in range((sampling >> 4) * (sampling & 15)):
                    size, at = self._symbol(dc_table, at)
                    if k == 0:
                        bits = self.text[at : at + size]
                        value = int(bits, 2) if size else 0
                        dc += value - (2**size - 1 if size and bits[0] == "0" else 0)
                        dcs.append(dc)
                    at += size
                    filled = 1
                    while filled < 64:
                        symbol, at = self._symbol(ac_table, at)
                        if symbol == 0:
                            break
                        filled += (symbol >> 4) + 1
                        at += symbol & 15
        return [*starts, at], dcs

    def _symbol(self, table: dict[str, int], at: int) -> tuple[int, int]:
        for length in range(1, 17):
            if self.text[at : at + length] in table:
                return table[self.text[at : at + length]], at + length
        raise AssertionError("no code")


@pytest.mark.parametrize(("codec", "quality"), [("jpeg", 30), ("jpeg", 98), ("jpeg-444", 5), ("jpeg-444", 90)])
def test_bits_of_a_jpeg_are_those_of_a_decoder(codec: str, quality: float) -> None:
    image = photograph(128)[:100, :75]
    data = CODECS[codec].encode(image, quality)
    found = jpeg_bits(data)
    side = 16 if codec == "jpeg" else 8
    assert found.stride == (side, side)
    assert found.mcus.shape == (-(-100 // side), -(-75 // side))
    assert found.total == 8 * len(data), "nothing is lost, nothing counted twice"
    assert found.map.shape == (100, 75)
    assert found.map.sum() + found.header == pytest.approx(8 * len(data))
    reference = Reference(data)
    starts, dcs = reference.mcus(found.mcus.size)
    assert len(reference.text) - starts[-1] < 8, "the reference came to the end"
    stuffed = 8 * len(data) - found.header - len(reference.text)
    assert np.abs(np.diff(starts) - found.mcus.ravel())[:-1].sum() <= stuffed
    assert found.mcus.sum() - (starts[-1] - starts[0]) == stuffed + len(reference.text) - starts[-1]
    if codec == "jpeg-444" and quality == 90:  # the reference reads the right numbers: the blocks' means are DC / 8
        table = data[data.index(b"\xff\xdb") + 5]
        decoded = CODECS[codec].decode(data).astype(float) @ (0.299, 0.587, 0.114)
        assert decoded[:8, :8].mean() == pytest.approx(dcs[0] * table / 8 + 128, abs=1.5)
        assert decoded[:8, 8:16].mean() == pytest.approx(dcs[1] * table / 8 + 128, abs=1.5)


def test_a_detailed_corner_takes_the_bits() -> None:
    image = np.full((64, 64, 3), 120, np.uint8)
    image[:16, 48:] = noise(16, 16)
    mcus = jpeg_bits(CODECS["jpeg"].encode(image, 60)).mcus
    assert mcus[0, 3] > 10 * np.delete(mcus.ravel(), 3).max()


def test_other_and_damaged_jpegs_are_refused() -> None:
    import io

    from PIL import Image

    def saved(**options: object) -> bytes:
        file = io.BytesIO()
        Image.fromarray(photograph(64)).save(file, "JPEG", **options)
        return file.getvalue()

    for data in (saved(progressive=True), saved(restart_marker_blocks=1)):
        with pytest.raises(NicvizError, match="baseline"):
            jpeg_bits(data)
    whole = saved()
    short, long = whole[:-300] + whole[-2:], whole[:-2] + bytes(40) + whole[-2:]
    for data in (short, long, whole[:40], b"\xff\xd8"):
        with pytest.raises(NicvizError, match=r"damaged|baseline"):
            jpeg_bits(data)
