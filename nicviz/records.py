"""Named bytes, arrays and JSON values as one run of bytes, without pickle; for the store and for worker processes.

A record is: length of the header (8 bytes, little-endian), header (JSON, padded), blobs (each at a multiple of 64).
"""

import json
import math
import struct
from collections.abc import Mapping
from io import BufferedReader, BufferedWriter
from typing import Any

import numpy as np
from numpy.typing import NDArray

_ALIGNMENT = 64  # of the header's end and of each blob, so that arrays can be used where they lie
_LENGTH = struct.Struct("<Q")
_NUMBERS = "biufc"  # NumPy's kinds of numbers; an object array would need pickle

Members = Mapping[str, Any]
"""Name to `bytes`, a NumPy array of numbers, or a JSON value (dict, list, str, int, float, bool, None)."""


class RecordError(ValueError):
    """Bytes that are not a whole record."""


def pack(members: Members) -> bytearray:
    """Return `members` as one record; `unpack` gives back exactly what went in.

    Raises:
        TypeError: a value that would not come back the same, such as a tuple, a set, an object array or integer keys.
        ValueError: NaN or infinity in a JSON value (in an array they are welcome).
    """
    values: dict[str, Any] = {}
    layout: list[tuple[str, int, str | None, tuple[int, ...]]] = []
    blobs: list[memoryview] = []
    for name, value in members.items():
        if isinstance(value, bytes):
            layout.append((name, len(value), None, ()))
            blobs.append(memoryview(value))
        elif isinstance(value, np.ndarray):
            layout.append((name, value.nbytes, _number_type(name, value), value.shape))
            blobs.append(array_bytes(value))
        else:
            values[name] = _json_value(name, value)
    header = json.dumps({"order": list(members), "values": values, "blobs": layout}, allow_nan=False).encode()
    header += b" " * (-(_LENGTH.size + len(header)) % _ALIGNMENT)
    parts: list[bytes | memoryview] = [_LENGTH.pack(len(header)), header]
    for blob in blobs:
        parts += [blob, bytes(-len(blob) % _ALIGNMENT)]
    return bytearray().join(parts)


def unpack(record: bytes | bytearray | memoryview) -> dict[str, Any]:
    """Return the members of a record, in their order; arrays share the memory of `record`.

    Raises:
        RecordError: the bytes are not a whole record.
    """
    try:
        (length,) = _LENGTH.unpack_from(record)
        offset = _LENGTH.size + length
        header = json.loads(bytes(record[_LENGTH.size : offset]))
        members: dict[str, Any] = header["values"]
        for name, num_bytes, number_type, shape in header["blobs"]:
            members[name] = _blob(memoryview(record), offset, num_bytes, number_type, shape)
            offset += num_bytes + -num_bytes % _ALIGNMENT
        if offset != len(record):
            raise RecordError(f"A record of {offset} bytes has {len(record)}.")
        return {name: members[name] for name in header["order"]}
    except (struct.error, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise RecordError(f"These bytes are not a record: {error}") from error


def send(stream: BufferedWriter, record: bytes | bytearray) -> None:
    """Write a record, with its length before it, to a buffered stream."""
    stream.write(_LENGTH.pack(len(record)))
    stream.write(record)
    stream.flush()


def receive(stream: BufferedReader) -> bytearray:
    """Return the next record that `send` wrote.

    Raises:
        EOFError: the other side has closed the stream, perhaps in the middle.
    """
    prefix = stream.read(_LENGTH.size)
    if len(prefix) < _LENGTH.size:
        raise EOFError
    record = bytearray(_LENGTH.unpack(prefix)[0])
    if stream.readinto(record) < len(record):
        raise EOFError
    return record


def array_bytes(array: NDArray[Any]) -> memoryview:
    """Return the values of an array in C order as bytes, copied only if they do not lie that way."""
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8).data


def _number_type(name: str, array: NDArray[Any]) -> str:
    if array.dtype.kind not in _NUMBERS:
        raise TypeError(f"{name}: only arrays of numbers are stored; got {array.dtype}.")
    return str(array.dtype.str)


def _json_value(name: str, value: Any) -> Any:
    """Return `value` if JSON gives back an equal one; this is what refuses tuples, integer keys and NumPy scalars."""
    if json.loads(json.dumps(value, allow_nan=False)) != value:
        raise TypeError(f"{name}: {type(value).__name__} does not come back from JSON as it went in.")
    return value


def _blob(record: memoryview, offset: int, num_bytes: int, number_type: str | None, shape: list[int]) -> Any:
    if num_bytes < 0 or offset + num_bytes > len(record):
        raise RecordError("A member reaches beyond the end.")
    data = record[offset : offset + num_bytes]
    if number_type is None:
        return bytes(data)
    dtype = np.dtype(number_type)
    if dtype.kind not in _NUMBERS or dtype.itemsize * math.prod(shape) != num_bytes:
        raise RecordError("An array's type or shape does not fit its bytes.")
    return np.ndarray(shape, dtype, data)
