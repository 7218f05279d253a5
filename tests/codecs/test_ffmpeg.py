"""VVC and HEVC: the same bytes on any number of threads, hostile streams, binaries that are not there."""

import itertools
import resource
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from nicviz.codecs import CODECS, Placement, ffmpeg
from nicviz.codecs.program import wrapping
from nicviz.errors import Canceled, CodecError
from nicviz.metrics import METRICS
from nicviz.run import place
from nicviz.store import Store
from nicviz.tasks.compress import compress
from nicviz.tasks.match import match_quality
from nicviz.tasks.settings import ImageSetting, Match
from tests.codecs.pictures import noise, photograph
from tests.codecs.programs import program

pytestmark = pytest.mark.slow
NAMES = tuple(codec.name for codec in ffmpeg.CODECS)


@pytest.fixture(autouse=True)
def available() -> None:
    for name in NAMES:
        state = CODECS[name].availability()
        if not state.ok:
            pytest.skip(state.reason)


@pytest.mark.parametrize("name", ["hevc", "vvc-faster"])
def test_the_bytes_are_the_same_on_one_thread_and_on_two(name, monkeypatch) -> None:
    image = photograph(192)
    encoder = CODECS[name].encoder
    run, threads = sys.modules["nicviz.codecs.program.codec"].run, []

    def on_two(command, *rest, **options):
        at = [place for place, word in enumerate(command) if word == "-threads"][-1]
        threads.append(command[at + 1])
        command = [word.replace("pools=none", "pools=2") for word in command]
        return run([*command[: at + 1], count, *command[at + 2 :]], *rest, **options)

    monkeypatch.setattr("nicviz.codecs.program.codec.run", on_two)
    streams = []
    for each in ("1", "2"):
        count = each
        streams.append(encoder(image, 37))
    assert len(threads) == 2
    assert streams[0] == streams[1]


@pytest.mark.parametrize("name", ["hevc", "vvc-faster"])
def test_the_stream_has_no_messages_and_nothing_of_a_clock(name) -> None:
    stream = wrapping.unpack("hevc" if name == "hevc" else "vvc", CODECS[name].encode(photograph(64)))[2]
    starts = [at + 3 for at in range(len(stream)) if stream[at : at + 3] == b"\0\0\1"]
    kinds = [(stream[at] >> 1) & 63 if name == "hevc" else stream[at + 1] >> 3 for at in starts]
    messages = {39, 40} if name == "hevc" else {20, 23, 24}  # SEI; of VVC the access unit delimiter too
    assert messages.isdisjoint(kinds)
    assert len(kinds) == (4 if name == "hevc" else 3), "parameter sets and one slice"
    assert b"x265" not in stream


@pytest.mark.parametrize("name", ["hevc", "vvc-faster"])
def test_a_stream_that_is_damaged_under_a_right_checksum_is_an_error_or_a_picture_of_its_size(name) -> None:
    codec, kind = CODECS[name], "hevc" if name == "hevc" else "vvc"
    width, height, stream = wrapping.unpack(kind, codec.encode(photograph(48)))
    rng = np.random.default_rng(3)

    def flipped(number: int) -> bytes:
        data = bytearray(stream)
        for position in rng.integers(0, min(len(data), 80 if number % 2 else len(data)), 3):
            data[position] ^= 1 << int(rng.integers(8))
        return bytes(data)

    damaged = [b"", stream[:20], stream[: len(stream) // 2], rng.bytes(500), stream * 2, *map(flipped, range(24))]
    errors = []
    for data in damaged:
        try:
            assert codec.decode(wrapping.pack(kind, width, height, data)).shape == (48, 48, 3)
        except CodecError as error:
            errors.append(str(error))
    assert len(errors) > 3
    assert all(name in error for error in errors)


def test_a_stream_of_a_larger_picture_than_its_frame_says_is_refused() -> None:
    for name, kind in (("hevc", "hevc"), ("vvc-faster", "vvc")):
        stream = wrapping.unpack(kind, CODECS[name].encode(noise(64, 128)))[2]
        with pytest.raises(CodecError, match=f"{name} cannot decode this bitstream: it wrote"):
            CODECS[name].decode(wrapping.pack(kind, 64, 64, stream))


def test_a_large_picture_in_a_small_frame_costs_no_memory_here() -> None:
    flat = np.full((2048, 2048, 3), 90, np.uint8)
    stream = wrapping.unpack("hevc", CODECS["hevc"].encode(flat, 51))[2]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(CodecError, match=r"MB|bytes"):
        CODECS["hevc"].decode(wrapping.pack("hevc", 16, 16, stream))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # KB


@pytest.mark.parametrize("name", NAMES)
def test_sixteen_pixels_a_side_are_made_of_less_and_cut_off_again(name) -> None:
    for size in ((1, 1), (2, 31), (15, 16), (33, 3)):
        assert CODECS[name].decode(CODECS[name].encode(noise(*size))).shape == (*size, 3)


def test_a_picture_that_takes_over_eight_bits_a_pixel_is_refused_with_the_reason() -> None:
    with pytest.raises(CodecError, match="no VVC stream of more than 8 bits a pixel"):
        CODECS["vvc-faster"].encode(noise(64, 64), 8)


def test_better_presets_take_fewer_bits_for_the_same_picture() -> None:
    image = photograph(96)
    sizes = [len(CODECS[name].encode(image, 32)) for name in ("vvc-faster", "vvc", "vvc-slow")]
    psnr = [METRICS["psnr_db"].compute(image, CODECS[name].decode(CODECS[name].encode(image, 32))) for name in
            ("vvc-faster", "vvc", "vvc-slow")]  # fmt: skip
    assert sizes[1] < sizes[0]
    assert psnr[1] > psnr[0]
    assert sizes[2] <= 1.02 * sizes[1]


def test_an_ffmpeg_of_ones_own_is_asked_what_it_can_do(tmp_path, monkeypatch) -> None:
    answers = "import sys\nif '-version' in sys.argv: print('ffmpeg version 1.2 Copyright')\n"
    lacking = program(tmp_path, answers + "print(' V..... hevc  HEVC')\nprint(' V..... libx265  x265')\n", "ffmpeg")
    monkeypatch.setenv("NICVIZ_FFMPEG", str(lacking))
    assert CODECS["hevc"].availability().ok
    state = CODECS["vvc"].availability()
    assert not state.ok
    assert f"The ffmpeg at {lacking} has no encoder libvvenc." == state.reason
    assert "NICVIZ_FFMPEG" in state.remedy
    with pytest.raises(CodecError, match=r"vvc cannot encode this 8×8 image: it wrote no bitstream\.266"):
        CODECS["vvc"].encode(photograph(8))
    monkeypatch.setenv("NICVIZ_FFMPEG", str(tmp_path / "absent"))
    for state in (CODECS[name].availability() for name in NAMES):
        assert not state.ok
        assert "absent, which is no program file" in state.reason
    with pytest.raises(CodecError, match="NICVIZ_FFMPEG names"):
        CODECS["hevc"].encode(photograph(8))


def test_a_killed_encoder_is_a_codec_error(tmp_path, monkeypatch) -> None:
    killed = program(tmp_path, "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n", "ffmpeg")
    monkeypatch.setenv("NICVIZ_FFMPEG", str(killed))
    with pytest.raises(CodecError, match=r"ended by signal 9 \(Killed\)\. It said nothing"):
        CODECS["hevc"].encode(photograph(8))


def test_keys_hold_the_versions_of_the_program_its_library_and_the_settings_but_no_thread_count() -> None:
    for name, library in (("hevc", "x265"), ("vvc", "VVenC")):
        versions = CODECS[name].versions(30)
        assert versions.keys() == {"ffmpeg", library, "settings"}
        assert not versions[library].startswith("unknown")
        assert "-threads" not in versions["settings"].split()
    assert CODECS["vvc"].versions(30)["settings"] != CODECS["vvc-slow"].versions(30)["settings"]


def test_a_cancel_ends_an_encoder_that_works() -> None:
    codec = CODECS["vvc-slow"]
    assert codec.placement is Placement.PROGRAM
    cancel = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        work = pool.submit(place.round_trip, noise(512, 512), codec, 10.0, cancel)
        cancel.set()
        with pytest.raises(Canceled):
            work.result()


@pytest.mark.parametrize(
    ("name", "match"),
    [*itertools.product(["hevc"], [Match("bpp", value) for value in (0.15, 0.25, 0.5, 1.0, 2.0, 6.0)]),
     *itertools.product(["hevc"], [Match("psnr", value) for value in (30.0, 36.0, 42.0)]),
     ("vvc-faster", Match("bpp", 0.5))],
    ids=str,
)  # fmt: skip
def test_a_match_takes_five_encodings_at_most_finds_the_nearest_and_keeps_each(name, match, tmp_path) -> None:
    picture = ImageSetting("astronaut", longest_side=192).load()
    codec, store, tried = CODECS[name], Store(tmp_path, 2**28), []

    def encode(image, quality: float) -> bytes:
        tried.append(quality)
        return codec.encoder(image, quality)

    watched = replace(codec, encoder=encode)
    found = match_quality(picture, watched, match, store=store)
    assert len(tried) <= 5
    assert len(set(tried)) == len(tried)

    def off(quality: float) -> float:
        done = place.round_trip(picture.pixels, codec, quality)
        bpp = 8 * len(done.bitstream) / picture.pixels[:, :, 0].size
        reached = np.log(bpp) if match.metric == "bpp" else METRICS["psnr_db"].compute(
            picture.pixels, done.reconstruction
        )  # fmt: skip
        return abs(reached - (np.log(match.value) if match.metric == "bpp" else match.value))

    assert found.within or off(found.quality) <= min(off(found.quality - 1), off(found.quality + 1))
    count = len(tried)
    for quality in list(tried):
        compress(picture, watched, quality, store=store)
    assert len(tried) == count, "every trial is kept with its reconstruction"
