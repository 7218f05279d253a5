"""A progressive codec is encoded once, and all its qualities are kept."""

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nicviz.analysis.progression import progression
from nicviz.codecs import Codec
from nicviz.codecs.neural.family.own import session_codec
from nicviz.errors import Canceled
from nicviz.images import LoadedImage
from nicviz.store import Store
from nicviz.tasks.compress import compress, find_compression
from nicviz.tasks.match import match_quality
from nicviz.tasks.settings import Match
from tests.codecs.neural.small import saved, small_network
from tests.codecs.pictures import photograph

IMAGE = LoadedImage("photograph", photograph(64))


class Counted:
    """A small progressive codec, and how often it was used."""

    def __init__(self) -> None:
        own = session_codec(saved(small_network("toderici2017").state_dict()), "small.pth")
        self.encoded: list[float] = []

        def encoder(image: np.ndarray, quality: float) -> bytes:
            self.encoded.append(quality)
            return own.encoder(image, quality)

        self.codec: Codec = replace(own, encoder=encoder)


@pytest.fixture
def counted() -> Counted:
    return Counted()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def test_all_qualities_come_from_one_encode_and_are_what_each_alone_would_be(counted: Counted, store: Store) -> None:
    codec = counted.codec
    made = [compress(IMAGE, codec, quality, store=store) for quality in (4, 1, 16, 9)]
    assert counted.encoded == [16]
    for each in made:
        assert each.bitstream == codec.encoder(IMAGE.pixels, each.quality)
        assert np.array_equal(each.pixels(), codec.decode(each.bitstream or b""))
    assert find_compression(IMAGE, codec, 13, store) is not None
    assert made[2].encode_seconds is not None
    assert made[0].encode_seconds is None, "how long less takes was not measured"
    assert made[1].decode_seconds < made[2].decode_seconds


def test_parts_are_the_beginnings_of_the_whole(counted: Counted, store: Store) -> None:
    parts = progression(IMAGE, counted.codec, store=store)
    whole = parts[-1].compression.bitstream or b""
    assert len(parts) == 16
    assert counted.encoded == [16]
    assert all(whole.startswith(part.compression.bitstream or b"x") for part in parts)
    assert [part.compression.quality for part in parts] == list(range(1, 17))
    error = np.mean((parts[2].compression.pixels().astype(float) - IMAGE.pixels) ** 2)
    assert parts[2].psnr_db == pytest.approx(10 * np.log10(255**2 / error))


def test_two_qualities_asked_for_at_once_are_one_encode(counted: Counted, store: Store) -> None:
    threads = [
        threading.Thread(target=compress, args=(IMAGE, counted.codec, q), kwargs={"store": store}) for q in (2, 3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counted.encoded == [16]


def test_a_match_in_rate_encodes_once(counted: Counted, store: Store) -> None:
    bpp = compress(IMAGE, counted.codec, 5, store=store).bpp
    assert match_quality(IMAGE, counted.codec, Match("bpp", bpp), store=store).quality == 5
    assert counted.encoded == [16]


def test_it_stops_when_nobody_wants_it_any_more(counted: Counted, store: Store) -> None:
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(Canceled):
        progression(IMAGE, counted.codec, cancel, store)
    assert counted.encoded == []
