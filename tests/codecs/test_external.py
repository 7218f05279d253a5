"""Programs from tables: in every kind of file, from any folder, in any process; and the examples with real programs."""

import sys

import numpy as np
import pytest

from nicviz.__main__ import main
from nicviz.codecs import CODECS, CodecReference, resolve
from nicviz.codecs.catalog import catalog
from nicviz.codecs.external import EXAMPLES, read_tables
from nicviz.errors import CodecError
from tests.codecs.pictures import noise, photograph
from tests.codecs.programs import GOOD, codec_of, program, table

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("kind", ["png", "ppm", "yuv444p", "yuv420p"])
@pytest.mark.parametrize("bits", [8, 10])
def test_a_lossless_program_gives_the_picture_back_in_every_kind_of_file(kind, bits, tmp_path) -> None:
    planes = kind.startswith("yuv")
    if not planes and bits != 8:
        pytest.skip(f"{kind} has 8 bits")
    file = table(tmp_path, program(tmp_path, GOOD), input={"kind": kind, "bits": bits} if planes else kind)
    codec = codec_of(file)
    for size in ((1, 1), (3, 5), (17, 33), (48, 64)):
        image = noise(*size)
        bitstream = codec.encode(image)
        assert codec.encode(image) == bitstream
        decoded = codec.decode(bitstream)
        assert decoded.shape == image.shape
        if kind != "yuv420p":
            assert np.abs(decoded.astype(int) - image).max() <= (2 if planes and bits == 8 else 0)
    smooth = np.repeat(np.repeat(noise(8, 8), 8, axis=0), 8, axis=1)
    assert np.abs(codec.decode(codec.encode(smooth)).astype(int) - smooth).mean() < 12


def test_a_path_with_quotes_and_spaces_is_a_path_like_any_other(tmp_path) -> None:
    folder = tmp_path / 'it\'s "my" $(touch x); folder'
    file = table(tmp_path, program(folder, GOOD, "the program"))
    image = photograph(16)
    assert np.array_equal(codec_of(file).decode(codec_of(file).encode(image)), image)


def test_placeholders_and_a_script_beside_the_table_work_from_any_folder(tmp_path, monkeypatch) -> None:
    source = GOOD.replace("sys.argv[1:4]", "sys.argv[1:4]; assert sys.argv[4:] == ['7', '31x18', '{x}']")
    (tmp_path / "codec.py").write_text(source)
    file = table(
        tmp_path, "", encode=["{python}", "{here}/codec.py", "encode", "{input}", "{bitstream}", "{quality}",
                              "{width}x{height}", "{x}"],
        decode=["{python}", "-c", GOOD, "decode", "{bitstream}", "{output}"],
        scale={"low": 1, "high": 9, "default": 7},
    )  # fmt: skip
    assert "{x} has no meaning" in read_tables(CODECS.keys(), file).problems[0]
    file.write_text(file.read_text().replace('"{x}"', '"{x }"').replace("'{x}'", "'{x }'"))
    (tmp_path / "codec.py").write_text(source.replace("{x}", "{x }"))
    monkeypatch.chdir("/")
    image = noise(18, 31)
    assert np.array_equal(codec_of(file).decode(codec_of(file).encode(image, 7)), image)


def test_a_program_that_is_missing_or_may_not_be_run_makes_the_codec_unavailable_and_says_so(tmp_path) -> None:
    file = program(tmp_path, GOOD)
    file.chmod(0o644)
    codec = codec_of(table(tmp_path, file))
    assert "is no program file that may be run" in codec.availability().reason
    with pytest.raises(CodecError, match="may be run"):
        codec.encode(photograph(8))
    assert "nowhere-to-be-found is not on the PATH" in codec_of(
        table(tmp_path, "nowhere-to-be-found", "other")
    ).availability().reason  # fmt: skip
    decode = [sys.executable, "{here}/absent.py", "{bitstream}", "{output}"]
    beside = codec_of(table(tmp_path, sys.executable, "third", decode=decode))
    assert "absent.py is not there" in beside.availability().reason
    not_a_program = tmp_path / "text"
    not_a_program.write_bytes(b"\0\1\2")
    not_a_program.chmod(0o755)
    with pytest.raises(CodecError, match="text cannot be started"):
        codec_of(table(tmp_path, not_a_program, "fourth")).encode(photograph(8))


def test_the_catalog_has_the_tables_of_the_environment_and_sees_new_ones(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("NICVIZ_CODECS", str(tmp_path))
    assert "mine" not in catalog()
    file = table(tmp_path, program(tmp_path, GOOD))
    assert catalog()["mine"].family == "external"
    file.write_text(file.read_text().replace("[mine]", "[yours]"))
    assert "yours" in catalog()
    assert "mine" not in catalog()


def test_keys_follow_the_table_the_program_and_its_script(tmp_path) -> None:
    (tmp_path / "codec.py").write_text(GOOD)
    words = ["{python}", "{here}/codec.py"]
    keys = {
        "encode": [*words, "encode", "{input}", "{bitstream}"],
        "decode": [*words, "decode", "{bitstream}", "{output}"],
        "version": [str(program(tmp_path, "print()\nprint('codec 1.2')\nraise SystemExit(1)\n"))],
    }
    first = codec_of(table(tmp_path, "", **keys)).versions(0)
    assert first["program"] == "codec 1.2"
    (tmp_path / "codec.py").write_text(GOOD + "# changed\n")
    second = codec_of(table(tmp_path, "", **keys)).versions(0)
    assert [name for name in first if first[name] != second[name]] == ["codec.py"]
    program(tmp_path, "print('codec 1.3, later')\n")
    assert codec_of(table(tmp_path, "", **keys)).versions(0)["program"] == "codec 1.3, later"
    third = codec_of(table(tmp_path, "", title="Other", **keys)).versions(0)
    assert third["table"] != first["table"]
    commented = tmp_path / "mine.toml"
    commented.write_text("# a comment\n" + commented.read_text())
    assert codec_of(commented).versions(0)["table"] == third["table"]


def test_a_reference_finds_the_codec_in_any_process_until_the_table_changes(tmp_path) -> None:
    file = table(tmp_path, program(tmp_path, GOOD))
    reference = codec_of(file).reference
    assert CodecReference.from_record(reference.to_record()) == reference
    image = photograph(8)
    assert np.array_equal(resolve(reference).decode(codec_of(file).encode(image)), image)
    file.write_text(file.read_text() + 'title = "Other"\n')
    with pytest.raises(CodecError, match=r"table \[mine\] in .* has changed"):
        resolve(reference)
    file.write_text("")
    with pytest.raises(CodecError, match=r"has no table \[mine\]"):
        resolve(reference)
    file.unlink()
    with pytest.raises(CodecError, match="cannot be read"):
        resolve(reference)


def test_every_example_is_right_and_says_where_the_program_is_from() -> None:
    found = read_tables(CODECS.keys(), EXAMPLES)
    assert found.problems == ()
    names = {codec.name for codec in found.codecs}
    assert {"vtm", "hm", "bpg", "vvenc", "aom", "cjxl", "kvazaar", "script"} <= names
    assert {"tfci-pcs18-gdn", "tfci-iclr18-hyperprior", "tfci-neurips18-mean"} <= names
    for file in EXAMPLES.glob("*.toml"):
        assert "icense" in file.read_text()
    for codec in found.codecs:
        assert codec.availability().ok or codec.availability().remedy


@pytest.mark.parametrize("name", ["script", "aom", "cjxl", "x265", "kvazaar"])
def test_a_real_program_from_an_example_keeps_the_promises_of_a_codec(name) -> None:
    codec = {each.name: each for each in read_tables(CODECS.keys(), EXAMPLES).codecs}[name]
    if not codec.availability().ok:
        pytest.skip(codec.availability().reason)
    image = photograph(96)
    streams = [codec.encode(image, quality) for quality in codec.ladder[:: len(codec.ladder) - 1]]
    assert len(streams[0]) < len(streams[1])
    assert streams[0] == codec.encode(image, codec.ladder[0])
    errors = [np.mean((codec.decode(stream) - image.astype(float)) ** 2) for stream in streams]
    assert errors[1] < errors[0]
    assert errors[1] < 255**2 / 10**3, "over 30 dB"
    for size in ((1, 1), (7, 1), (17, 33)):
        assert codec.decode(codec.encode(noise(*size))).shape == (*size, 3)
    for stream in (streams[0][:-1], streams[0][:40], b"x" + streams[0]):
        with pytest.raises(CodecError, match=name):
            codec.decode(stream)


def test_the_check_on_the_command_line_tells_each_step_or_the_programs_last_words(
    tmp_path, monkeypatch, capsys
) -> None:
    monkeypatch.setenv("NICVIZ_CODECS", str(tmp_path))
    table(tmp_path, program(tmp_path, GOOD))
    assert main(["codecs", "--check", "mine"]) == 0
    said = capsys.readouterr().err
    assert "the same picture gives the same bytes" in said
    assert "17×33" in said
    assert said.endswith("mine: all is well\n")
    table(tmp_path, program(tmp_path, "raise SystemExit('no license found')\n", "failing"))
    assert main(["codecs", "--check", "mine"]) == 2
    assert "Its last words: no license found" in capsys.readouterr().err
    table(tmp_path, "x", "wrong", seconds=0)
    assert main(["codecs", "--check", "wrong"]) == 2
    assert "table [wrong], key seconds" in capsys.readouterr().err
    assert main(["codecs"]) == 0
    assert "table [wrong], key seconds" in capsys.readouterr().err
