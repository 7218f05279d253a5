"""A codec is found again in another process, by exactly its name."""

import json
import os
from dataclasses import replace

import pytest

from nicviz.codecs import CODECS, CodecReference, Placement, resolve
from nicviz.codecs.neural.family.own import folder_codecs, session_codec
from nicviz.errors import NicvizError, UnknownName, WeightsError
from tests.codecs.neural.small import saved, small_network
from tests.codecs.pictures import photograph


def checkpoint(seed: int = 1) -> bytes:
    return saved(dict(small_network("bmshj2018-factorized", seed).state_dict()))


@pytest.fixture
def folder(monkeypatch, tmp_path):
    monkeypatch.setenv("NICVIZ_WEIGHTS", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("name", list(CODECS))
def test_a_codec_of_the_registry_is_its_name(name):
    assert CODECS[name].reference == CodecReference(name)
    assert resolve(CODECS[name].reference) is CODECS[name]


def test_a_reference_comes_back_from_json(folder):
    (folder / "mine.pth").write_bytes(checkpoint())
    for codec in (CODECS["jpeg"], *folder_codecs()):
        record = json.loads(json.dumps(codec.reference.to_record()))
        assert CodecReference.from_record(record) == codec.reference


@pytest.mark.parametrize("record", [{}, {"name": None}, {"name": "jpeg", "sha256": 3}, {"name": "jpeg", "other": "x"}])
def test_what_is_no_record_of_a_reference_is_refused(record):
    with pytest.raises(NicvizError, match="A codec reference is"):
        CodecReference.from_record(record)


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(UnknownName, match="Did you mean 'jpeg2000'"):
        resolve(CodecReference("jpeg200"))


def test_names_that_end_like_files_and_names_in_other_letters_stay_as_they_are(folder):
    """Made into a name twice, "user-a.pth" would be "user-a", and the bitstream another codec's."""
    for file in ("a.pth", "a.pt", "B (2).pth"):
        (folder / file).write_bytes(checkpoint())
    listed = folder_codecs()
    assert [codec.name for codec in listed] == ["user-b-2", "user-a.pt", "user-a.pth"]
    image = photograph(40)
    for codec in (*listed, session_codec(folder / "a.pth", "a.pth", "user-a.pth-12345678")):
        found = resolve(codec.reference)
        assert (found.name, found.reference) == (codec.name, codec.reference)
        assert codec.decode(found.encode(image)).shape == image.shape


def test_the_path_is_absolute(folder, monkeypatch):
    (folder / "a.pth").write_bytes(checkpoint())
    monkeypatch.setenv("NICVIZ_WEIGHTS", ".")
    monkeypatch.chdir(folder)
    (codec,) = folder_codecs()
    assert codec.reference.checkpoint == str(folder.resolve() / "a.pth")


@pytest.mark.parametrize("architecture", ["mbt2018", "bmshj2018-hyperprior-vbr"])
def test_what_is_found_runs_where_the_listed_one_does_and_has_its_scale(architecture, tmp_path):
    file = tmp_path / "some.pth"
    file.write_bytes(saved(dict(small_network(architecture).state_dict())))
    codec = session_codec(file, "some.pth")
    found = resolve(codec.reference)
    assert (found.placement, found.scale, found.ladder) == (codec.placement, codec.scale, codec.ladder)
    assert found.versions(1.0) == codec.versions(1.0)
    assert found.architecture == codec.architecture == architecture
    assert found.reference == codec.reference
    assert (found.placement is Placement.KILLABLE) == (architecture == "mbt2018")


def test_a_file_that_changed_since_is_refused_by_its_name(folder):
    file = folder / "mine.pth"
    file.write_bytes(checkpoint())
    (codec,) = folder_codecs()
    reference, found = codec.reference, resolve(codec.reference)
    file.write_bytes(checkpoint(seed=2))
    os.utime(file, ns=(1, 1))
    with pytest.raises(WeightsError, match=r"mine\.pth has changed"):
        resolve(reference)
    with pytest.raises(WeightsError, match=r"mine\.pth has changed"):
        found.encode(photograph(16))
    file.unlink()
    with pytest.raises(WeightsError, match=r"mine\.pth cannot be read"):
        resolve(reference)


def test_a_codec_made_of_bytes_is_not_taken_for_one_of_the_registry():
    codec = session_codec(checkpoint(), "mine.pth", "jpeg")
    with pytest.raises(WeightsError, match="bytes in memory"):
        resolve(codec.reference)
    assert replace(codec, refer=None).reference == CodecReference("jpeg")


@pytest.mark.parametrize("compact", [False, True])
def test_costs_are_told_and_what_must_be_killable_costs_more_than_what_has_no_loop_at_that_size(compact):
    own_size = [codec for codec in CODECS.values() if codec.name.startswith("compact-") is compact]
    serial = [codec.cost for codec in own_size if codec.placement is Placement.KILLABLE]
    quick = [codec.cost for codec in own_size if codec.placement is Placement.HERE and codec.progression is None]
    assert min(serial) > max(quick) > 0
