import numpy as np
import pytest

from nicviz.records import RecordError, pack, unpack

ARRAYS = [
    np.arange(24, dtype=np.uint8).reshape(2, 4, 3),
    np.array([0.1, np.nan, np.inf, -0.0]),
    np.array(1.5, np.float32),
    np.zeros((0, 3), np.int16),
    np.arange(12.0).reshape(3, 4)[:, ::2],
    np.asfortranarray(np.arange(6, dtype=">i4").reshape(2, 3)),
    np.array([True, False]),
    np.array([1 + 2j], np.complex64),
]
VALUES = [
    None,
    True,
    1,
    1.0,
    0.1 + 0.2,
    5e-324,
    1.7976931348623157e308,
    -0.0,
    2**70,
    "∞ \ud800 \0",
    [],
    {},
    [{"a": 0.5}],
]


@pytest.mark.parametrize("array", ARRAYS, ids=lambda a: f"{a.dtype}{a.shape}")
def test_an_array_comes_back_with_its_type_shape_and_bits(array):
    back = unpack(pack({"first": b"x", "array": array, "last": b""}))["array"]
    assert back.dtype == array.dtype
    assert back.shape == array.shape
    assert back.tobytes() == array.tobytes()
    assert back.flags.writeable  # torch.from_numpy warns of others
    assert back.flags.aligned


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_json_value_comes_back_the_same(value):
    back = unpack(pack({"value": value}))["value"]
    assert repr(back) == repr(value)  # tells 1 from 1.0 from True, and −0.0 from 0.0


def test_members_keep_their_names_and_order():
    members = {"é": b"1", "values": 2, "blobs": b"", "order": [3], "": b"4"}
    back = unpack(pack(members))
    assert back == members
    assert list(back) == list(members)


@pytest.mark.parametrize("value", [float("nan"), [float("inf")], {"a": -float("inf")}], ids=repr)
def test_numbers_that_json_lacks_are_refused(value):
    with pytest.raises(ValueError, match="JSON compliant"):
        pack({"value": value})


@pytest.mark.parametrize(
    "value",
    [(1, 2), {1: 2}, {1}, ..., bytearray(b"x"), np.float32(1), np.int64(1), np.array([None]), np.array(["a"])],
    ids=repr,
)
def test_what_would_not_come_back_the_same_is_refused(value):
    with pytest.raises(TypeError):
        pack({"value": value})


def test_an_object_array_in_hostile_bytes_is_refused():
    record = bytes(pack({"array": np.zeros(2, np.int64)}))
    assert record.count(b"<i8") == 1
    for number_type in (b"|O8", b"|V8", b"<M8", b"<f4"):
        with pytest.raises(RecordError, match="type or shape"):
            unpack(record.replace(b"<i8", number_type))


def test_any_bytes_give_a_record_or_a_record_error():
    rng = np.random.default_rng(0)
    record = pack({"json": {"a": 1.5}, "bytes": b"abc", "array": np.arange(20.0).reshape(4, 5)})
    for end in range(len(record)):
        with pytest.raises(RecordError):
            unpack(record[:end])
    refused = 0
    for _ in range(3000):
        damaged = bytearray(record)
        for position in rng.integers(0, 200, 3):
            damaged[position] = rng.integers(256)
        try:
            unpack(damaged)
        except RecordError:
            refused += 1
    assert refused > 1000
