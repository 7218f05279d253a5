import errno
import logging
import os
import pickle
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

import nicviz.store
from nicviz.errors import NicvizError
from nicviz.store import MEGABYTE, Store, default_store, digest_of, key_of

ROOT = Path(__file__).resolve().parents[1]
MEMBERS = {
    "bitstream": b"\0\1bits",
    "power": np.arange(6.0).reshape(2, 3),
    "record": {"psnr_db": 0.1 + 0.2, "ms": None},
}


def sized(num_bytes: int) -> dict[str, bytes]:
    """Members whose file has exactly this size: prefix 64, header 128, blob."""
    return {"b": bytes(num_bytes - 192)}


def assert_same(found: Mapping[str, Any] | None, members: Mapping[str, Any]) -> None:
    assert found is not None
    assert list(found) == list(members)
    for name, value in members.items():
        np.testing.assert_array_equal(found[name], value)
        assert type(found[name]) is type(value)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "cache")


def test_what_is_stored_comes_back_in_another_store_of_the_folder(store: Store) -> None:
    key = key_of(image="a")
    assert store.get(key) is None
    store.put(key, MEMBERS)
    assert_same(store.get(key), MEMBERS)
    assert_same(Store(store.folder).get(key), MEMBERS)
    assert store.last_problem is None
    assert [file.name for file in store.folder.iterdir()] == [f"{key}.entry"]


def test_a_result_is_computed_once_and_looks_the_same_found_or_computed(store: Store) -> None:
    calls = []

    def compute() -> dict[str, Any]:
        calls.append(1)
        return MEMBERS

    first, second = (store.get_or_compute(key_of(x=1), compute) for _ in range(2))
    assert len(calls) == 1
    assert_same(first, MEMBERS)
    assert_same(second, MEMBERS)
    assert first["power"].flags.writeable
    assert not np.shares_memory(first["power"], MEMBERS["power"])


def test_an_error_of_the_computation_comes_through_and_stores_nothing(store: Store) -> None:
    def fail() -> dict[str, Any]:
        raise NicvizError("no")

    with pytest.raises(NicvizError, match="no"):
        store.get_or_compute(key_of(x=1), fail)
    assert store.get(key_of(x=1)) is None


PARTS = [
    {"codec": "jpeg", "quality": 40},
    {"codec": "jpeg", "quality": 40.0},
    {"codec": "jpeg", "quality": "40"},
    {"codec": "jpeg", "quality": None},
    {"codec": "jpeg", "quality": True},
    {"codec": "jpeg", "quality": 1},
    {"codec": "jpeg", "quality": 40.000000000000007},
    {"codec": "jpeg-444", "quality": 40},
    {"codec": "jpeg"},
    {"codec": "jpeg", "quality": 40, "versions": {"pillow": "12.0"}},
    {"codec": "jpeg", "quality": 40, "versions": {"pillow": "12.1"}},
    {"codec": "jpeg", "quality": 40, "versions": ["pillow", "12.1"]},
    {"codec": "jpeg", "quality": 40, "versions": [["pillow"], "12.1"]},
    {"codec": 'jpeg", "quality": "40'},
    {"quality": "jpeg", "codec": 40},
]


def test_every_part_of_a_key_counts() -> None:
    keys = [key_of(**parts) for parts in PARTS]
    assert len(set(keys)) == len(PARTS)
    assert key_of(a=1, b={"c": 2, "d": 3}) == key_of(b=MappingProxyType({"d": 3, "c": 2}), a=1)
    assert key_of(a=(1, 2)) == key_of(a=[1, 2])


def test_the_schema_is_part_of_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    before = key_of(a=1)
    monkeypatch.setattr(nicviz.store, "SCHEMA", nicviz.store.SCHEMA + 1)
    assert key_of(a=1) != before


@pytest.mark.slow
def test_a_key_is_the_same_in_every_process() -> None:
    code = "from nicviz.store import key_of; print(key_of(a={'x': 1.5, 'y': [None, 'é']}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == key_of(a={"y": [None, "é"], "x": 1.5})


@pytest.mark.parametrize(
    "part", [float("nan"), float("inf"), {1: 2}, {"a": {2: 3}}, b"x", np.zeros(2), {1}, ...], ids=repr
)
def test_a_part_without_an_unambiguous_text_is_refused(part: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        key_of(part=part)


def test_the_digest_of_an_array_tells_type_shape_and_values() -> None:
    a = np.arange(12, dtype=np.uint8).reshape(3, 4)
    others = [a.T, a.reshape(4, 3), a.reshape(12), a.view(np.int8), a + 1, a[::-1], a.astype(np.uint16), a[:0]]
    assert len({digest_of(x) for x in [a, *others]}) == 9
    assert digest_of(a) == digest_of(np.asfortranarray(a)) == digest_of(np.repeat(a, 2, 1)[:, ::2])


@pytest.mark.parametrize("key", ["", "../../etc/passwd", "a" * 63, "A" * 64, "a" * 64 + "\n", "a" * 64 + "/b"])
def test_only_keys_reach_the_file_system(store: Store, key: str) -> None:
    with pytest.raises(ValueError, match="64 hexadecimal digits"):
        store.get(key)
    with pytest.raises(ValueError, match="64 hexadecimal digits"):
        store.put(key, {})


@pytest.mark.parametrize("members", [{"x": np.array([...])}, {"x": ...}, {"x": (1,)}, {"x": float("nan")}], ids=repr)
def test_what_cannot_be_stored_is_refused_with_and_without_a_cache(tmp_path: Path, members: dict[str, Any]) -> None:
    for store in (Store(tmp_path), Store(tmp_path, 0)):
        with pytest.raises((TypeError, ValueError)):
            store.get_or_compute(key_of(x=1), lambda: members)
    assert list(tmp_path.iterdir()) == []


def test_damage_anywhere_is_found_and_the_result_computed_again(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    rng = np.random.default_rng(0)
    key = key_of(x=1)
    store.put(key, MEMBERS)
    path = store.folder / f"{key}.entry"
    whole = path.read_bytes()
    for position in range(len(whole)):
        damaged = bytearray(whole)
        damaged[position] ^= int(rng.integers(1, 256))
        path.write_bytes(damaged)
        assert store.get(key) is None, position
    for damaged in (b"", whole[:-1], whole[:64], whole[:63], whole[:20], whole + b"\0", bytes(len(whole)), whole[64:]):
        path.write_bytes(damaged)
        assert store.get(key) is None
    assert_same(store.get_or_compute(key, lambda: MEMBERS), MEMBERS)
    assert path.read_bytes() == whole


def test_an_entry_under_another_keys_name_is_damaged(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    store.put(key_of(x=1), MEMBERS)
    (store.folder / f"{key_of(x=1)}.entry").rename(store.folder / f"{key_of(x=2)}.entry")
    assert store.get(key_of(x=2)) is None
    assert "damaged (the checksum does not match)" in caplog.text


class Evil:
    def __reduce__(self) -> tuple[Any, ...]:
        return os.abort, ()


def test_a_pickle_in_the_folder_is_never_loaded(store: Store) -> None:
    store.put(key_of(x=1), MEMBERS)
    (store.folder / f"{key_of(x=1)}.entry").write_bytes(pickle.dumps(Evil()))
    assert store.get(key_of(x=1)) is None


def test_the_least_recently_used_go_first_and_the_limit_holds(tmp_path: Path) -> None:
    store = Store(tmp_path, 40_960)
    keys = [key_of(i=i) for i in range(30)]
    for key in keys[:8]:
        store.put(key, sized(4096))
    assert store.size_bytes() == 8 * 4096
    store.get(keys[0])
    for key in keys[8:14]:
        store.put(key, sized(4096))
        assert store.size_bytes() <= 40_960
    kept = [i for i, key in enumerate(keys) if store.get(key) is not None]
    assert 0 in kept
    assert kept[1:] == list(range(14 - len(kept) + 1, 14))
    assert len(kept) >= 9
    for key in keys:
        store.put(key, sized(12_000))
        assert store.size_bytes() <= 40_960
    assert store.get(keys[-1]) is not None


def test_small_entries_count_as_the_blocks_that_they_take(tmp_path: Path) -> None:
    store = Store(tmp_path, 40_960)
    for i in range(50):
        store.put(key_of(i=i), {"x": i})
    assert len(list(tmp_path.iterdir())) <= 10
    assert store.get(key_of(i=49)) == {"x": 49}


def test_a_folder_that_is_over_a_smaller_limit_shrinks_at_the_first_write(tmp_path: Path) -> None:
    for i in range(10):
        Store(tmp_path).put(key_of(i=i), sized(4096))
    Store(tmp_path, 16_384).put(key_of(i=99), sized(4096))
    assert Store(tmp_path).size_bytes() <= 16_384
    assert Store(tmp_path).get(key_of(i=99)) is not None


def test_the_folder_is_not_looked_through_at_every_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path, 4096 * 160)
    scans = []
    scandir = os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: scans.append(path) or scandir(path))
    for i in range(400):
        store.put(key_of(i=i), sized(4096))
    assert 400 / 10 <= len(scans) <= 400 / 10 + 1  # a 16th of the limit is 10 entries
    assert store.size_bytes() >= 4096 * 150


@pytest.mark.parametrize("limit", [0, 4000])
def test_a_result_larger_than_the_limit_is_returned_and_not_kept(tmp_path: Path, limit: int) -> None:
    store = Store(tmp_path / "cache", limit)
    assert store.get_or_compute(key_of(x=1), lambda: sized(4096)) == sized(4096)
    assert store.get(key_of(x=1)) is None
    assert store.last_problem is None
    assert not store.folder.exists()


def test_files_of_others_are_left_alone_and_old_temporary_ones_removed(tmp_path: Path) -> None:
    key = "a" * 64
    foreign = ["notes.txt", f"{key}.tmp", f"{key}.entry.bak", "b" * 63 + ".entry", ".hidden"]
    for name in foreign:
        (tmp_path / name).write_bytes(bytes(5000))
        os.utime(tmp_path / name, (0, 0))
    (tmp_path / "folder").mkdir()
    old, new = tmp_path / f"{key}.0123456789abcdef.tmp", tmp_path / f"{key}.fedcba9876543210.tmp"
    for temporary in (old, new):
        temporary.write_bytes(b"half")
    os.utime(old, (time.time() - 4000,) * 2)
    store = Store(tmp_path, 8192)
    for i in range(5):
        store.put(key_of(i=i), sized(4096))
    store.clear()
    assert store.size_bytes() == 0
    assert {file.name for file in tmp_path.iterdir()} == {*foreign, "folder", new.name}


def test_a_folder_in_the_place_of_an_entry_is_no_error(store: Store) -> None:
    (store.folder / f"{key_of(x=1)}.entry").mkdir(parents=True)
    assert_same(store.get_or_compute(key_of(x=1), lambda: MEMBERS), MEMBERS)
    assert store.last_problem is not None


def full(*_: Any, **__: Any) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_is_reported_once_and_results_still_come(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        for i in range(3):
            assert_same(store.get_or_compute(key_of(i=i), lambda: MEMBERS), MEMBERS)
    assert store.last_problem is not None
    assert store.last_problem.startswith("Results are not kept: No space left on device")
    assert str(store.folder) in store.last_problem
    assert len(caplog.records) == 1
    assert list(store.folder.iterdir()) == []
    store.put(key_of(i=1), MEMBERS)
    assert store.last_problem is None
    assert_same(store.get(key_of(i=1)), MEMBERS)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, a device without space")
def test_a_write_that_fails_half_way_leaves_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    full_disk = Path("/dev/full").open("wb")  # noqa: SIM115  put closes it
    monkeypatch.setattr(Path, "open", lambda self, mode: full_disk)
    store.put(key_of(x=1), MEMBERS)
    monkeypatch.undo()
    assert "No space left" in str(store.last_problem)
    assert store.get(key_of(x=1)) is None
    assert store.size_bytes() == 0


@pytest.mark.parametrize("place", ["file", "missing", "below a file"])
def test_a_folder_that_cannot_be_made_is_a_problem_and_no_error(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("x")
    folder = {"file": tmp_path / "file", "missing": Path("/proc/no/such"), "below a file": tmp_path / "file" / "cache"}
    store = Store(folder[place])
    assert_same(store.get_or_compute(key_of(x=1), lambda: MEMBERS), MEMBERS)
    assert store.last_problem is not None
    assert "NICVIZ_CACHE" in store.last_problem
    assert store.size_bytes() == 0
    store.clear()


def test_a_folder_that_can_only_be_read_still_gives_what_it_holds(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Permissions do not stop root, who may run the tests, so the calls themselves refuse."""
    store.put(key_of(x=1), MEMBERS)

    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    for name in ("utime", "replace", "mkdir"):
        monkeypatch.setattr(os, name, refuse)
    assert_same(store.get(key_of(x=1)), MEMBERS)
    assert store.last_problem is None
    assert_same(store.get_or_compute(key_of(x=2), lambda: MEMBERS), MEMBERS)
    assert "Permission denied" in str(store.last_problem)


def test_entries_that_vanish_while_the_folder_is_looked_through_are_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path, 16_384)
    for i in range(4):
        store.put(key_of(i=i), sized(4096))
    unlink = Path.unlink

    def raced(self: Path, missing_ok: bool = False) -> None:
        os.remove(self)  # the other process was faster
        unlink(self, missing_ok)

    monkeypatch.setattr(Path, "unlink", raced)
    store.put(key_of(i=9), sized(8192))
    assert store.last_problem is None
    assert store.size_bytes() <= 16_384


HAMMER = """
import sys, numpy as np
from pathlib import Path
from nicviz.store import Store, key_of
store = Store(Path(sys.argv[1]), int(sys.argv[2]))
rng = np.random.default_rng(int(sys.argv[3]))
hits = 0
for _ in range(400):
    i = int(rng.integers(20))
    expected = np.random.default_rng(i).random(1000 + i)
    found = store.get(key_of(i=i))
    hits += found is not None
    if found is None:
        found = store.get_or_compute(key_of(i=i), lambda: {"a": expected, "i": i})
    assert found["i"] == i and np.array_equal(found["a"], expected), i
    if rng.random() < 0.2:
        store.put(key_of(i=i), {"a": expected, "i": i})
assert store.last_problem is None, store.last_problem
print(hits)
"""


@pytest.mark.slow
@pytest.mark.parametrize("limit", [100 * MEGABYTE, 200_000], ids=["roomy", "evicting"])
def test_processes_that_share_a_folder_neither_fail_nor_lose_results(tmp_path: Path, limit: int) -> None:
    crowd = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", HAMMER, str(tmp_path), str(limit), str(seed)],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for seed in range(4)
    ]  # fmt: skip
    outputs = [process.communicate() for process in crowd]
    assert [error for _, error in outputs] == [""] * 4
    if limit > MEGABYTE:
        assert all(int(hits) >= 380 for hits, _ in outputs)  # at most the first look at each of 20 keys is in vain
        assert len(list(tmp_path.iterdir())) == 20
    else:
        assert Store(tmp_path).size_bytes() <= limit * (1 + 4 / 16)


WRITER = """
import sys, os
from pathlib import Path
from nicviz.store import Store, key_of
store = Store(Path(sys.argv[1]))
print("ready", flush=True)
i = 0
while True:
    store.put(key_of(i=i % 7), {"b": bytes([i % 7]) * 3_000_000})
    i += 1
"""


@pytest.mark.slow
def test_a_writer_that_is_killed_leaves_no_half_entry(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for _ in range(6):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE)
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(rng.uniform(0.01, 0.1))
        writer.kill()
        writer.wait()
        writer.stdout.close()
    store = Store(tmp_path)
    entries = list(tmp_path.glob("*.entry"))
    assert entries
    for i in range(7):
        found = store.get(key_of(i=i))
        assert (found is not None) == (tmp_path / f"{key_of(i=i)}.entry").exists()
        assert found is None or found["b"] == bytes([i]) * 3_000_000


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    default_store.cache_clear()
    yield monkeypatch
    default_store.cache_clear()


def test_the_environment_names_folder_and_limit(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment.setenv("NICVIZ_CACHE", str(tmp_path))
    environment.setenv("NICVIZ_CACHE_MB", "5")
    store = default_store()
    assert store.folder == tmp_path / "results"
    assert store.limit_bytes == 5 * MEGABYTE
    assert default_store() is store


def test_without_an_environment_the_platforms_cache_folder_holds_two_gigabytes(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    environment.delenv("NICVIZ_CACHE", raising=False)
    environment.delenv("NICVIZ_CACHE_MB", raising=False)
    environment.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_store().limit_bytes == 2 * 1024**3
    if sys.platform == "linux":
        assert default_store().folder == tmp_path / "nicviz" / "results"


@pytest.mark.parametrize("value", ["abc", "-1", "1.5", "nan", "1e3", "²"])
def test_a_limit_that_is_no_number_of_megabytes_is_named(environment: pytest.MonkeyPatch, value: str) -> None:
    environment.setenv("NICVIZ_CACHE_MB", value)
    with pytest.raises(NicvizError, match=f"NICVIZ_CACHE_MB .* got {value!r}"):
        default_store()
