"""The directories of a TIFF file, walked before tifffile sees them: it multiplies what a damaged file has as lists."""

import struct
from collections.abc import Iterator

_SINGLE = {
    **{254: "NewSubfileType", 256: "ImageWidth", 257: "ImageLength", 259: "Compression"},
    **{262: "PhotometricInterpretation", 266: "FillOrder", 274: "Orientation", 277: "SamplesPerPixel"},
    **{278: "RowsPerStrip", 284: "PlanarConfiguration", 317: "Predictor", 322: "TileWidth", 323: "TileLength"},
    **{332: "InkSet", 346: "Indexed", 32997: "ImageDepth", 32998: "TileDepth"},
}
_WHOLE_NUMBERS = (1, 3, 4, 13, 16, 18)
_PER_SAMPLE = {258: "BitsPerSample", 338: "ExtraSamples", 339: "SampleFormat"}
_MOST_SAMPLES = 64
_BELOW = 330  # SubIFDs
_MOST_DIRECTORIES = 1000


def check_tags(data: bytes) -> None:
    """Raise `ValueError` for a tag that holds several values, or none, where the format has one whole number."""
    for tag, kind, count in _entries(data):
        if tag in _SINGLE and (count != 1 or kind not in _WHOLE_NUMBERS):
            raise ValueError(f"the tag {_SINGLE[tag]} is not one whole number")
        if tag in _PER_SAMPLE and (not 1 <= count <= _MOST_SAMPLES or kind not in _WHOLE_NUMBERS):
            raise ValueError(f"the tag {_PER_SAMPLE[tag]} holds {count} values")


def _entries(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield (tag, type, count) of all directories, those below others included."""
    order = "<" if data[:2] == b"II" else ">"
    is_big = struct.unpack_from(order + "H", data, 2)[0] == 43
    pointer, number, entry, width = ("Q", "Q", "HHQQ", 20) if is_big else ("I", "H", "HHII", 12)
    step = struct.calcsize(order + pointer)
    waiting, seen = [struct.unpack_from(order + pointer, data, 8 if is_big else 4)[0]], set[int]()
    while waiting and len(seen) < _MOST_DIRECTORIES:
        where = waiting.pop()
        if where in seen or not 0 < where < len(data) - step:
            continue
        seen.add(where)
        (count,) = struct.unpack_from(order + number, data, where)
        start = where + struct.calcsize(order + number)
        end = start + width * count
        if end > len(data):
            continue  # which tifffile refuses, if it comes to it
        for tag, kind, values, content in struct.iter_unpack(order + entry, data[start:end]):
            yield tag, kind, values
            if tag == _BELOW:
                waiting += [content] if values == 1 else _pointers(data, order + pointer, content, min(values, 64))
        if end + step <= len(data):
            waiting.append(struct.unpack_from(order + pointer, data, end)[0])


def _pointers(data: bytes, form: str, where: int, count: int) -> list[int]:
    step = struct.calcsize(form)
    places = range(where, where + step * count, step)
    return [struct.unpack_from(form, data, at)[0] for at in places if at + step <= len(data)]
